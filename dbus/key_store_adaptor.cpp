// SPDX-License-Identifier: Apache-2.0
#include "dbus/key_store_adaptor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agent/base/log.hpp"
#include "dbus/exported_object.hpp"
#include "dbus/object_path.hpp"
#include "dbus/secret_file.hpp"
#include "dbus/status_dict.hpp"

namespace causeway::dbus {

using base::Expected;
using base::Secret;

namespace {

Expected<api::PlatformRegisters> toRegisters(const std::vector<std::uint32_t>& numbers)
{
    api::PlatformRegisters registers;
    for (const std::uint32_t number : numbers) {
        if (number >= registers.size())
            return base::fail(base::ErrorKind::InvalidArgument,
                              fmt::format("there is no platform register {}: 0 to {}",
                                          number,
                                          registers.size() - 1));
        registers.set(number);
    }
    return registers;
}

} // namespace

KeyStoreAdaptor::KeyStoreAdaptor(const Context& context)
    : AdaptorInterfaces(context.connection, sdbus::ObjectPath{keyStorePath})
    , context_(context)
{
    registerAdaptor();
}

KeyStoreAdaptor::~KeyStoreAdaptor()
{
    unregisterAdaptor();
}

void KeyStoreAdaptor::tellChanged()
{
    try {
        emitPropertiesChangedSignal(bus::InterfaceName{KeyStore_adaptor::INTERFACE_NAME});
    } catch (const sdbus::Error& error) {
        // The connection's own failure is told by Bus; a signal has no other receiver.
        log::debug("a D-Bus signal was not sent: {ERROR}", "ERROR", error.what());
    }
}

template <typename... Results, typename Work>
void KeyStoreAdaptor::admit(sdbus::Result<Results...>&& result, Action action, Work work)
{
    context_.gate.admit(getObject(), std::move(result), action, lifetime_.guard(std::move(work)));
}

void KeyStoreAdaptor::giveSecret(SecretResult&& result,
                                 void (Control::*method)(Control::SecretDone))
{
    admit(std::move(result), Action::KeyStore, [this, method](Answer<sdbus::UnixFd> answer) {
        // Before the step, which makes what was there useless.
        auto reserved = reserveSecretFile();
        if (!reserved)
            return answer.fail(reserved.error());
        (context_.keyStore.*method)([answer = std::move(answer), reserved = std::move(*reserved)](
                                        const Expected<Secret>& secret) mutable {
            if (!secret)
                return answer.fail(secret.error());
            auto file = fillSecretFile(std::move(reserved), secret->view());
            if (!file)
                return answer.fail(file.error());
            answer.succeed(sdbus::UnixFd(file->release(), sdbus::adopt_fd));
        });
    });
}

void KeyStoreAdaptor::change(sdbus::Result<>&& result, void (Control::*method)(Control::Done))
{
    admit(std::move(result), Action::KeyStore, [this, method](Answer<> answer) {
        (context_.keyStore.*method)(confirm(std::move(answer)));
    });
}

void KeyStoreAdaptor::Describe(sdbus::Result<Dictionary>&& result)
{
    admit(std::move(result), Action::Describe, [this](Answer<Dictionary> answer) {
        context_.keyStore.describeKey(
            [answer = std::move(answer)](const Expected<api::KeyStoreFacts>& facts) mutable {
                if (!facts)
                    return answer.fail(facts.error());
                answer.succeed(toDictionary(*facts));
            });
    });
}

void KeyStoreAdaptor::MakeRecoveryKey(SecretResult&& result)
{
    giveSecret(std::move(result), &Control::makeRecoveryKey);
}

void KeyStoreAdaptor::Recover(sdbus::Result<>&& result, sdbus::UnixFd key)
{
    admit(std::move(result), Action::KeyStore, [this, key = std::move(key)](Answer<> answer) {
        auto text = readSecretFile(key.get());
        if (!text)
            return answer.fail(text.error());
        context_.keyStore.recover(std::move(*text), confirm(std::move(answer)));
    });
}

void KeyStoreAdaptor::Seal(sdbus::Result<>&& result, std::vector<std::uint32_t> registers)
{
    admit(std::move(result),
          Action::KeyStore,
          [this, registers = std::move(registers)](Answer<> answer) {
              const auto wanted = toRegisters(registers);
              if (!wanted)
                  return answer.fail(wanted.error());
              answer.changes("",
                             fmt::format("platform registers [{}]", fmt::join(registers, ", ")));
              context_.keyStore.seal(*wanted, confirm(std::move(answer)));
          });
}

void KeyStoreAdaptor::Rotate(SecretResult&& result)
{
    giveSecret(std::move(result), &Control::rotate);
}

void KeyStoreAdaptor::Erase(sdbus::Result<>&& result)
{
    change(std::move(result), &Control::erase);
}

std::string KeyStoreAdaptor::State()
{
    return std::string(api::toString(context_.control.keyStore().state));
}

std::string KeyStoreAdaptor::Reason()
{
    return context_.control.keyStore().reason;
}

std::string KeyStoreAdaptor::Remedy()
{
    return context_.control.keyStore().remedy;
}

} // namespace causeway::dbus
