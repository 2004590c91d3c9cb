// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/base/event_loop.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/card/reader_process.hpp"
#include "agent/certificates/certificate_enrolment.hpp"
#include "agent/certificates/certificate_overview.hpp"
#include "agent/certificates/certificate_renewal.hpp"
#include "agent/certificates/certificate_watch.hpp"
#include "agent/coap/endpoint.hpp"
#include "agent/credential_lists.hpp"
#include "agent/device_register.hpp"
#include "agent/event_journal.hpp"
#include "agent/gateway.hpp"
#include "agent/model/definition.hpp"
#include "agent/process.hpp"
#include "agent/settings.hpp"
#include "agent/smartcard.hpp"
#include "agent/updates/firmware_depot.hpp"
#include "agent/watchdog.hpp"
#include "agent/web/downloads.hpp"
#include "bridges/ble/central.hpp"
#include "bridges/field_buses.hpp"
#include "bridges/profile_library.hpp"
#include "dbus/service.hpp"
#include "store/sealed_store.hpp"

namespace causeway::agent {

/// The composition root: makes every part, ties them together, and takes them down in reverse.
/// The constructor throws when the daemon cannot be: no database, no bus, the name taken.
class Daemon
{
public:
    explicit Daemon(const Settings& settings);
    ~Daemon() = default;
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    /// Until SIGTERM or SIGINT, then de-registers and returns. Throws when the inventory cannot be
    /// read.
    void run();

private:
    void onLoaded(const base::Expected<void>& loaded);
    void terminate();
    void beginRenewal();
    /// Before gateway_ is made.
    [[nodiscard]] MachineServices machineServices();

    Settings settings_;
    base::EventLoop loop_;
    TerminationSignals signals_;
    model::Definitions definitions_;
    bridges::ProfileLibrary profiles_;
    store::SealedStore store_;
    coap::Endpoint endpoint_;
    bridges::FieldBuses fieldBuses_;
    bridges::ble::Central bluetooth_;
    FirmwareDepot firmware_;
    web::Downloads downloads_;
    EventJournal events_;
    DeviceRegister devices_;
    Gateway gateway_;
    CredentialLists lists_;
    CertificateWatch certificates_;
    card::ReaderProcess cardReader_;
    Smartcard smartcard_;
    std::optional<CertificateRenewal> renewal_;
    std::optional<CertificateEnrolment> enrolment_;
    std::optional<CertificateOverview> overview_;
    std::optional<Watchdog> watchdog_;
    std::optional<dbus::Service> service_;
    std::optional<base::Error> failure_;
    bool isLoaded_ = false;
    bool isTerminating_ = false;
    base::Lifetime lifetime_;
};

} // namespace causeway::agent
