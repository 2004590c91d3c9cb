// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gateway1_keyStore_adaptor.h>

#include "agent/base/lifetime.hpp"
#include "dbus/context.hpp"

namespace causeway::dbus {

/// org.causeway.Gateway1.KeyStore, at an object of its own below the root.
class KeyStoreAdaptor final
    : public sdbus::AdaptorInterfaces<org::causeway::Gateway1::KeyStore_adaptor,
                                      sdbus::Properties_adaptor,
                                      sdbus::ManagedObject_adaptor>
{
public:
    explicit KeyStoreAdaptor(const Context& context);
    ~KeyStoreAdaptor();
    KeyStoreAdaptor(const KeyStoreAdaptor&) = delete;
    KeyStoreAdaptor& operator=(const KeyStoreAdaptor&) = delete;

    /// PropertiesChanged with every property.
    void tellChanged();

private:
    using SecretResult = sdbus::Result<sdbus::UnixFd>;
    using Control = api::KeyStoreControl;

    void Describe(sdbus::Result<Dictionary>&& result) override;
    void MakeRecoveryKey(SecretResult&& result) override;
    void Recover(sdbus::Result<>&& result, sdbus::UnixFd key) override;
    void Seal(sdbus::Result<>&& result, std::vector<std::uint32_t> registers) override;
    void Rotate(SecretResult&& result) override;
    void Erase(sdbus::Result<>&& result) override;

    std::string State() override;
    std::string Reason() override;
    std::string Remedy() override;

    template <typename... Results, typename Work>
    void admit(sdbus::Result<Results...>&& result, Action action, Work work);
    void giveSecret(SecretResult&& result, void (Control::*method)(Control::SecretDone));
    void change(sdbus::Result<>&& result, void (Control::*method)(Control::Done));

    const Context& context_;
    base::Lifetime lifetime_;
};

} // namespace causeway::dbus
