// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/bus.hpp"
#include "dbus/context.hpp"
#include "dbus/device_adaptor.hpp"
#include "dbus/gateway_adaptor.hpp"
#include "dbus/key_store_adaptor.hpp"
#include "dbus/line_adaptor.hpp"
#include "dbus/logind.hpp"
#include "dbus/server_adaptor.hpp"
#include "dbus/service.hpp"

namespace causeway::dbus {

/// Everything we have on one connection to the bus, as long as that lasts. Objects come and go at
/// once; changes and values are gathered and told once per loop round, a bounded number each round.
class ExportedTree
{
public:
    /// Exports what there is, then asks for the bus name. Throws when that fails.
    ExportedTree(base::EventLoop& loop,
                 const Controls& controls,
                 const ServiceSettings& settings,
                 base::Task onLost);

    void add(Kind kind, const std::string& name);
    void remove(Kind kind, const std::string& name);
    void change(Kind kind, const std::string& name);
    void changeGateway();

    void reboot(Logind::Done done) { logind_.reboot(std::move(done)); }

    void tellValues(const std::string& device, const std::vector<model::Sample>& samples);

private:
    void exportAll();

    /// sd-bus checks each reply against the vtable of its object, so the object stays two rounds:
    /// what its removal answers is sent in this one or the next. Until it is gone nobody is
    /// answered: who was told of the removal must not find it.
    template <typename Node>
    void retire(Kind kind, Node node)
    {
        auto name = node.key();
        retired_.insert_or_assign({kind, std::move(name)}, std::make_shared<Node>(std::move(node)));
        ++retirements_;
        bus_.pause();
        loop_.post(lifetime_.guard([this] { loop_.post(lifetime_.guard([this] { forget(); })); }));
    }

    void forget();

    void schedule();
    void announce();
    void tellGatewayChanged();
    void announceOne(Kind kind, const std::string& name);

    base::EventLoop& loop_;
    base::Bus bus_;
    NewestStatus status_;
    Logind logind_;
    Gate gate_;
    Context context_;
    GatewayAdaptor gateway_;
    // After the ObjectManager, so that they go before it.
    KeyStoreAdaptor keyStore_;
    std::map<std::string, LineAdaptor> lines_;
    std::map<std::string, ServerAdaptor> servers_;
    std::map<std::string, DeviceAdaptor> devices_;
    /// Told as removed, not yet destroyed.
    std::map<std::pair<Kind, std::string>, std::shared_ptr<void>> retired_;
    int retirements_ = 0;

    bool hasGatewayChanged_ = false;
    std::set<std::pair<Kind, std::string>> changed_;
    std::map<std::string, std::vector<model::Sample>> values_;
    bool isScheduled_ = false;
    base::Lifetime lifetime_;
};

} // namespace causeway::dbus
