// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/client.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "agent/base/lifetime.hpp"
#include "agent/lwm2m/account.hpp"
#include "agent/lwm2m/account_state.hpp"
#include "agent/lwm2m/bootstrap/account_values.hpp"
#include "agent/lwm2m/bootstrap/bootstrap.hpp"
#include "agent/lwm2m/bootstrap/delivery.hpp"
#include "agent/lwm2m/departed_servers.hpp"
#include "agent/lwm2m/object_tree.hpp"
#include "agent/lwm2m/objects/access_control_object.hpp"
#include "agent/lwm2m/objects/security_object.hpp"
#include "agent/lwm2m/objects/server_object.hpp"
#include "agent/lwm2m/operations.hpp"
#include "agent/lwm2m/registration_order.hpp"
#include "agent/lwm2m/send_round.hpp"

namespace causeway::lwm2m {

using model::Id;
using model::Path;

namespace {

const model::ObjectDefinition& needed(const model::Definitions& definitions, Id object)
{
    const auto* definition = definitions.find(object);
    if (definition == nullptr)
        throw std::invalid_argument("no definition of Object " + std::to_string(object));
    return *definition;
}

} // namespace

/// Everything a Client owns, in order of dependency.
class Client::Parts final : private ServerObjectListener,
                            private OperationsListener,
                            private AccountListener,
                            private BootstrapListener
{
public:
    Parts(ClientSettings settings,
          api::Transport& transport,
          base::Scheduler& scheduler,
          const model::Definitions& definitions,
          ClientListener& listener)
        : scheduler_(scheduler)
        , listener_(listener)
        , identity_{std::move(settings.logName),
                    std::move(settings.endpointName),
                    settings.traffic,
                    std::move(settings.rootPath),
                    std::move(settings.registerAttributes)}
        , operations_(tree_, definitions, *this)
        , bootstrapTimeout_(scheduler, [this] { forgetBootstrapServer(); })
    {
        given_ = std::move(settings.accounts);
        if (auto changes = withoutDeparted(settings.state, given_); !changes.empty()) {
            for (const auto& [key, text] : changes)
                settings.state.insert_or_assign(key, text);
            std::erase_if(settings.state, [](const auto& entry) { return entry.second.empty(); });
            keep(std::move(changes));
        }
        if (std::ranges::count_if(given_, &isServer) > 1 ||
            settings.state.contains(AccessControl::deliveredMark().first))
            access_ = std::make_unique<AccessControl>(
                tree_, settings.state, [this](const api::ClientState& changes) { keep(changes); });
        const Account::Shared shared{
            identity_, tree_, access_.get(), operations_, transport, scheduler, definitions};
        BootstrapListener& bootstrapListener = *this; // make_unique cannot see a private base
        for (const auto& account : given_) {
            if (isServer(account))
                addAccount(account, shared, settings.state);
            else
                bootstrap_ = std::make_unique<Bootstrap>(
                    Bootstrap::Shared{identity_, tree_, transport, scheduler, definitions},
                    account.settings,
                    bootstrapListener);
        }
        std::ranges::sort(accounts_, {}, &instanceOf);
        addOwnObjects(definitions);
    }

    void addObject(std::unique_ptr<Object> object) { tree_.add(std::move(object)); }

    void start(base::Duration delay)
    {
        if (access_)
            access_->follow({});
        order_.start(accounts_, delay);
        if (accounts_.empty() && bootstrap_)
            bootstrap_->begin(delay);
        waitForBootstrapTimeout();
    }

    void stop(base::Duration limit, base::Task done)
    {
        if (bootstrap_)
            bootstrap_->stop();
        stopped_ = std::move(done);
        stopping_ = accounts_.size();
        for (const auto& account : accounts_)
            account->registration().stop(limit, lifetime_.guard([this] { onOneStopped(); }));
        if (accounts_.empty())
            scheduler_.post(std::move(stopped_));
    }

    void onValuesChanged(const std::vector<Path>& paths)
    {
        for (const auto& account : accounts_)
            account->observations().onValuesChanged(paths);
    }

    void onInstancesChanged() override { onInstancesChanged({}); }

    void onInstanceCreated(Id shortServerId) override { onInstancesChanged(shortServerId); }

    void onCredentialChanged(const std::string& server)
    {
        for (const auto& account : accounts_) {
            if (server.empty() || account->server().settings.name == server)
                account->registration().onCredentialChanged();
        }
        if (bootstrap_ && (server.empty() || bootstrap_->account().name == server))
            bootstrap_->onCredentialChanged();
    }

    bool updateNow(const std::string& server)
    {
        bool isKnown = false;
        for (const auto& account : accounts_) {
            if (!server.empty() && account->server().settings.name != server)
                continue;
            isKnown = true;
            account->registration().updateNow();
        }
        if (bootstrap_ && bootstrap_->account().name == server) {
            isKnown = true;
            bootstrap_->beginNow();
        }
        return isKnown;
    }

    void send(const std::string& server, const std::vector<Path>& paths, SendDone done)
    {
        std::vector<Account*> receivers;
        for (const auto& account : accounts_) {
            if (server.empty() || account->server().settings.name == server)
                receivers.push_back(account.get());
        }
        sendToAll(receivers, paths, {scheduler_, lifetime_}, std::move(done));
    }

    [[nodiscard]] std::vector<api::RegistrationStatus> status() const
    {
        std::vector<api::RegistrationStatus> all;
        all.reserve(accounts_.size());
        for (const auto& account : accounts_)
            all.push_back(account->status());
        if (bootstrap_)
            all.push_back(bootstrap_->status());
        return all;
    }

private:
    static bool isServer(const api::DeviceAccount& account)
    {
        return !account.settings.isBootstrap;
    }

    static Id instanceOf(const std::unique_ptr<Account>& account)
    {
        return account->server().instance;
    }

    [[nodiscard]] Account& accountAt(Id instance)
    {
        return **std::ranges::find(accounts_, instance, &instanceOf);
    }

    void addAccount(const api::DeviceAccount& given,
                    const Account::Shared& shared,
                    const api::ClientState& state)
    {
        AccountListener& listener = *this; // make_unique cannot see a private base
        auto account = std::make_unique<Account>(makeAccount(given), shared, listener);
        restore(state, account->server(), account->attributes());
        accounts_.push_back(std::move(account));
    }

    void addOwnObjects(const model::Definitions& definitions)
    {
        std::vector<ServerAccount*> servers;
        servers.reserve(accounts_.size());
        for (const auto& account : accounts_)
            servers.push_back(&account->server());
        if (access_)
            addAccessControl(definitions);
        auto security =
            std::make_unique<SecurityObject>(needed(definitions, securityObjectId), given_);
        security_ = security.get();
        tree_.add(std::move(security));
        ServerObjectListener& listener = *this; // make_unique cannot see a private base
        tree_.add(std::make_unique<ServerObject>(
            needed(definitions, serverObjectId), std::move(servers), scheduler_, listener));
    }

    void addAccessControl(const model::Definitions& definitions)
    {
        std::vector<AccessControl::Server> servers;
        for (const auto& account : given_) {
            if (isServer(account))
                servers.push_back({account.serverInstance, account.settings.shortServerId});
        }
        access_->setServers(std::move(servers));
        tree_.add(std::make_unique<AccessControlObject>(needed(definitions, accessControlObjectId),
                                                        *access_));
    }

    void onInstancesChanged(std::optional<Id> creator)
    {
        if (access_)
            access_->follow(creator);
        for (const auto& account : accounts_) {
            forgetAttributes(*account);
            account->observations().onInstancesChanged();
            account->registration().announceChanges();
        }
    }

    // ServerObjectListener
    void onAccountWritten(Id instance) override
    {
        Account& account = accountAt(instance);
        keep(stateOf(account.server()));
        account.observations().onAttributesChanged();
        account.registration().announceChanges();
    }

    // Later: the answer to the Execute goes out before what it starts.
    void onDisable(Id instance) override
    {
        scheduler_.post(
            lifetime_.guard([this, instance] { accountAt(instance).registration().disable(); }));
    }

    void onUpdateTrigger(Id instance) override
    {
        scheduler_.post(
            lifetime_.guard([this, instance] { accountAt(instance).registration().updateNow(); }));
    }

    void onBootstrapTrigger() override
    {
        scheduler_.post(lifetime_.guard([this] {
            if (bootstrap_ && bootstrap_->isIdle()) // the hold-off time goes for every way to it
                bootstrap_->begin(base::Duration::zero());
            else if (bootstrap_) // or its account has gone meanwhile
                bootstrap_->beginNow();
        }));
    }

    [[nodiscard]] bool hasBootstrapServer() const override { return bootstrap_ != nullptr; }

    // AccountListener. LwM2M Core §6.1.4 lets a client ignore all others during a bootstrap; what
    // they wrote would not be in the copy that the Bootstrap-Server works on, and be lost.
    [[nodiscard]] bool takesRequests() const override
    {
        return !bootstrap_ || !bootstrap_->isServed();
    }

    void onRegistered(ServerAccount& server) override
    {
        if (!std::exchange(server.wasRegistered, true) &&
            server.settings.initialDelay > base::Duration::zero())
            onAccountChanged(server);
        order_.onRegistered(server.instance);
    }

    void onAccountChanged(const ServerAccount& server) override
    {
        // A new account may have this one's name: nothing of this one may be kept for it.
        const bool isReplaced = bootstrap_ && bootstrap_->isDelivering();
        if (!isReplaced)
            keep(stateOf(server));
    }

    void onGaveUp(const ServerAccount& server) override
    {
        order_.onGaveUp(server.instance);
        if (bootstrap_ && server.settings.bootstrapsOnFailure)
            bootstrap_->begin(base::Duration::zero());
    }

    // AccountListener and BootstrapListener.
    void onStatusChanged() override { announceStatus(); }

    // BootstrapListener
    [[nodiscard]] StagedObjects stage() const override
    {
        InForce inForce{given_, {}, access_.get(), tree_};
        for (const auto& account : accounts_)
            inForce.servers.push_back(&account->server());
        return stageOf(inForce);
    }

    void onFinish(const StagedObjects& staged, BootstrapListener::Kept kept) override
    {
        auto delivery =
            assembleDelivery(staged, {identity_.logName, given_, tree_, scheduler_.wallNow()});
        if (delivery)
            listener_.onDelivery(*std::move(delivery), std::move(kept));
        else
            kept(base::fail(delivery.error()));
    }

    // /0/x/12, counted anew after a restart.
    void waitForBootstrapTimeout()
    {
        const bool isDone = std::ranges::any_of(given_, [](const auto& account) {
            return isServer(account) && api::isBootstrapped(account.settings);
        });
        if (bootstrap_ && isDone && bootstrap_->account().bootstrapTimeout > base::Duration::zero())
            bootstrapTimeout_.start(bootstrap_->account().bootstrapTimeout);
    }

    void forgetBootstrapServer()
    {
        if (!bootstrap_->isIdle()) {
            bootstrapTimeout_.start(bootstrap_->account().bootstrapTimeout);
            return;
        }
        listener_.onDelivery(withoutBootstrapServer(given_),
                             lifetime_.guard([this](const base::Expected<void>& kept) {
                                 if (kept)
                                     purgeBootstrapServer();
                                 else
                                     waitForBootstrapTimeout();
                             }));
    }

    // The registrations and observations of the others go on.
    void purgeBootstrapServer()
    {
        if (!bootstrap_->isIdle()) // it has begun meanwhile: a new client is without it
            return onBootstrapped();
        std::erase_if(given_, [](const auto& account) { return !isServer(account); });
        security_->follow(given_);
        bootstrap_.reset();
        announceStatus();
    }

    void onBootstrapped() override
    {
        scheduler_.post(lifetime_.guard([this] { listener_.onBootstrapped(); }));
    }

    // OperationsListener
    void onWritten(const std::vector<Path>& paths) override { onValuesChanged(paths); }

    void onServerChanges(const std::vector<ServerChange>& changes) override
    {
        listener_.onServerChanges(changes);
    }

    void onAttributesWritten(const ServerAccount& server, const Path& path) override
    {
        keep(stateOf(server, accountAt(server.instance).attributes(), path));
    }

    void forgetAttributes(Account& account)
    {
        const auto entries = account.attributes().entries(); // a copy: forget() changes them
        for (const auto& [path, attributes] : entries) {
            if (tree_.contains(path))
                continue;
            account.attributes().forget(path);
            keep(stateOf(account.server(), account.attributes(), path));
        }
    }

    void onOneStopped()
    {
        if (--stopping_ > 0)
            return;
        auto done = std::exchange(stopped_, nullptr); // may destroy us
        done();
    }

    // The owner may be the caller further up: it is told by the next turn of the loop, once.
    void announceStatus()
    {
        if (std::exchange(isStatusAnnounced_, true))
            return;
        scheduler_.post(lifetime_.guard([this] {
            isStatusAnnounced_ = false;
            listener_.onStatusChanged();
        }));
    }

    void keep(api::ClientState changes)
    {
        scheduler_.post(lifetime_.guard(
            [this, changes = std::move(changes)] { listener_.onClientState(changes); }));
    }

    base::Scheduler& scheduler_;
    ClientListener& listener_;
    Registration::Identity identity_;
    ObjectTree tree_;
    std::unique_ptr<AccessControl> access_; ///< with several servers, or delivered rules
    SecurityObject* security_ = nullptr;    ///< in the tree
    Operations operations_;
    std::vector<api::DeviceAccount> given_;
    std::vector<std::unique_ptr<Account>> accounts_; ///< ascending by instance of Object 1
    RegistrationOrder order_;
    std::unique_ptr<Bootstrap> bootstrap_; ///< with an account of a Bootstrap-Server
    base::Task stopped_;
    std::size_t stopping_ = 0;
    bool isStatusAnnounced_ = false;
    base::Timer bootstrapTimeout_;
    base::Lifetime lifetime_;
};

Client::Client(ClientSettings settings,
               api::Transport& transport,
               base::Scheduler& scheduler,
               const model::Definitions& definitions,
               ClientListener& listener)
    : parts_(
          std::make_unique<Parts>(std::move(settings), transport, scheduler, definitions, listener))
{}

Client::~Client() = default;

void Client::addObject(std::unique_ptr<Object> object)
{
    parts_->addObject(std::move(object));
}

void Client::start(base::Duration delay)
{
    parts_->start(delay);
}

void Client::stop(base::Duration limit, base::Task done)
{
    parts_->stop(limit, std::move(done));
}

void Client::onValuesChanged(const std::vector<Path>& paths)
{
    parts_->onValuesChanged(paths);
}

void Client::onInstancesChanged()
{
    parts_->onInstancesChanged();
}

void Client::onCredentialChanged(const std::string& server)
{
    parts_->onCredentialChanged(server);
}

bool Client::updateNow(const std::string& server)
{
    return parts_->updateNow(server);
}

void Client::send(const std::string& server, const std::vector<Path>& paths, SendDone done)
{
    parts_->send(server, paths, std::move(done));
}

std::vector<api::RegistrationStatus> Client::status() const
{
    return parts_->status();
}

} // namespace causeway::lwm2m
