// SPDX-License-Identifier: Apache-2.0
#include "agent/daemon.hpp"

#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>

#include "agent/base/log.hpp"
#include "agent/base/machine_id.hpp"
#include "agent/base/service_manager.hpp"
#include "agent/profile_check.hpp"

namespace causeway::agent {

namespace {

/// LoadCredential=kek:… of the unit puts the key here; taken only when the operator said so.
std::optional<std::filesystem::path> softwareKeyFile(const Settings& settings)
{
    const char* const directory = std::getenv("CREDENTIALS_DIRECTORY");
    if (!settings.allowsSoftwareKey || directory == nullptr)
        return std::nullopt;
    return std::filesystem::path(directory) / "kek";
}

store::StoreSettings storeSettings(const Settings& settings)
{
    store::StoreSettings result;
    result.directory = settings.stateDirectory;
    result.tcti = settings.tcti;
    result.softwareKekFile = softwareKeyFile(settings);
    result.retryPeriod = std::chrono::ceil<std::chrono::seconds>(settings.keyStoreRetry);
    return result;
}

} // namespace

Daemon::Daemon(const Settings& settings)
    : settings_(settings)
    , signals_(loop_, [this] { terminate(); })
    , definitions_(knownDefinitions(settings))
    , profiles_(settings.profileDirectories, definitions_)
    , store_(loop_, storeSettings(settings))
    , endpoint_(loop_,
                store_,
                store_,
                coap::EndpointSettings{.allowsNoSec = settings.allowsNoSec,
                                       .sessionLimit = settings.sessionLimit,
                                       .trustStore = settings.trustStore,
                                       .acceptsUnsetClock = settings.acceptsUnsetClock})
    , fieldBuses_(loop_, [this](const std::string& line) { gateway_.onLineChanged(line); })
    , bluetooth_(loop_, settings.busAddress)
    , firmware_(loop_, settings.stateDirectory / "firmware", fieldBuses_)
    , downloads_(loop_, endpoint_)
    , events_(loop_)
    , gateway_({loop_,
                endpoint_,
                store_,
                store_,
                store_,
                store_,
                store_,
                fieldBuses_,
                bluetooth_,
                profiles_,
                definitions_,
                firmware_,
                [this] {
                    if (renewal_)
                        renewal_->onCredentialChanged();
                    if (enrolment_)
                        enrolment_->onChanged();
                    if (isLoaded_)
                        smartcard_.onAccountsChanged();
                },
                &downloads_,
                machineServices()},
               {settings.allowsNoSec,
                settings.startSpread,
                settings.deregisterLimit,
                settings.addedObjects.ids,
                settings.alternatePath.segment,
                settings.registerAttributes.list,
                settings.trustsRepositories,
                settings.cardDevice,
                {.storage = settings.stateDirectory, .serialNumber = base::machineSerial()}})
    , lists_(loop_,
             gateway_,
             store_,
             [this](const api::CredentialId& id) { gateway_.onCredentialChanged(id); })
    , certificates_(loop_, store_, settings.expiryNotice)
    , cardReader_(loop_, {settings.cardProgram, settings.cardModule, settings.card})
    , smartcard_(loop_, cardReader_, gateway_, settings.cardDevice, settings.pinAttempt)
{
    for (const auto& profile : profiles_.summaries()) {
        if (!profile.error.empty())
            log::err("{ERROR}; the profile {PROFILE} cannot be used",
                     "ERROR",
                     profile.error,
                     "PROFILE",
                     profile.name);
    }
    beginRenewal();
}

MachineServices Daemon::machineServices()
{
    MachineServices services;
    services.events = &events_;
    if (settings_.listsDevices)
        services.devices = &devices_;
    if (settings_.allowsReboot)
        services.reboot = [this](auto done) {
            if (service_)
                service_->reboot(std::move(done));
            else
                done(
                    base::fail(base::ErrorKind::Unreachable, "the daemon is starting or stopping"));
        };
    // It would be broken off, and nobody knows what the device has then.
    services.whyNotNow = [this] {
        const auto device = firmware_.busyWith();
        return device.empty() ? std::string()
                              : "something is being installed for " + device + ": ask again later";
    };
    return services;
}

void Daemon::beginRenewal()
{
    std::optional<EstServer> server;
    std::string trouble;
    if (!settings_.estServer.empty()) {
        if (auto read = readEstServer(settings_.estServer, settings_.estAuthority)) {
            server = std::move(*read);
        } else {
            trouble = read.error().message +
                      ": put the authority's certificate there and start the daemon anew";
            log::err("{ERROR}; until then devices' certificates are not renewed", "ERROR", trouble);
        }
    }
    renewal_.emplace(CertificateRenewal::Services{loop_,
                                                  endpoint_,
                                                  store_,
                                                  [this](const api::CredentialId& id) {
                                                      gateway_.onCredentialChanged(id);
                                                  },
                                                  std::move(trouble)},
                     std::move(server),
                     settings_.renewBefore);
    enrolment_.emplace(
        CertificateEnrolment::Services{loop_,
                                       endpoint_,
                                       store_,
                                       store_,
                                       [this] { return gateway_.enrolledAccounts(); },
                                       [this](const api::CredentialId& id) {
                                           gateway_.onCredentialChanged(id);
                                       }});
    overview_.emplace(*renewal_, *enrolment_);
}

void Daemon::run()
{
    gateway_.load(
        lifetime_.guard([this](const base::Expected<void>& loaded) { onLoaded(loaded); }));
    loop_.run();
    service_.reset();
    if (failure_)
        throw std::runtime_error(failure_->message);
    log::info("stopped");
}

void Daemon::onLoaded(const base::Expected<void>& loaded)
{
    if (!loaded) {
        failure_ = loaded.error();
        return loop_.stop();
    }
    // The name appears on the bus when everything behind it is there.
    try {
        service_.emplace(loop_,
                         dbus::Controls{gateway_, lists_, store_, *overview_, smartcard_},
                         dbus::ServiceSettings{settings_.busAddress, CAUSEWAY_VERSION});
    } catch (const std::runtime_error& error) {
        failure_ = base::Error{base::ErrorKind::Unreachable, error.what()};
        return loop_.stop();
    }
    isLoaded_ = true;
    smartcard_.start();
    if (const auto period = service_manager::watchdogPeriod()) {
        watchdog_.emplace(loop_, *period, [] { service_manager::notifyAlive(); });
        watchdog_->watch(fieldBuses_.fieldScheduler());
        watchdog_->watch(bluetooth_.scheduler());
    }
    service_manager::notifyReady(fmt::format("{} devices", gateway_.deviceNames().size()));
    log::info("causewayd {VERSION} is up", "VERSION", CAUSEWAY_VERSION);
}

void Daemon::terminate()
{
    if (isTerminating_)
        return loop_.stop(); // asked twice: at once
    isTerminating_ = true;
    log::info(
        "stopping: de-registering {DEVICES} devices", "DEVICES", gateway_.deviceNames().size());
    service_manager::notifyStopping();
    enrolment_->stop();
    renewal_->stop(); // or it begins handshakes while the devices say good-bye
    smartcard_.stop(
        lifetime_.guard([this] { gateway_.stop(lifetime_.guard([this] { loop_.stop(); })); }));
}

} // namespace causeway::agent
