// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/client.hpp"

#include <stdexcept>
#include <utility>

#include "agent/base/lifetime.hpp"
#include "agent/lwm2m/account.hpp"
#include "agent/lwm2m/account_state.hpp"
#include "agent/lwm2m/object_tree.hpp"
#include "agent/lwm2m/objects/access_control_object.hpp"
#include "agent/lwm2m/objects/security_object.hpp"
#include "agent/lwm2m/objects/server_object.hpp"
#include "agent/lwm2m/operations.hpp"

namespace causeway::lwm2m {

using model::Id;
using model::Path;

namespace {

constexpr Id securityObject = 0;
constexpr Id serverObject = 1;
constexpr Id accessControlObject = 2;

const model::ObjectDefinition& needed(const model::Definitions& definitions, Id object)
{
    const auto* definition = definitions.find(object);
    if (definition == nullptr)
        throw std::invalid_argument("no definition of Object " + std::to_string(object));
    return *definition;
}

} // namespace

/// Everything a Client owns, in order of dependency.
class Client::Parts final : private ServerObjectListener, private OperationsListener
{
public:
    Parts(ClientSettings settings,
          api::Transport& transport,
          base::Scheduler& scheduler,
          const model::Definitions& definitions,
          ClientListener& listener)
        : scheduler_(scheduler)
        , listener_(listener)
        , identity_{std::move(settings.logName), std::move(settings.endpointName)}
        , operations_(tree_, definitions, *this)
    {
        if (settings.servers.size() > 1)
            access_ = std::make_unique<AccessControl>(
                tree_, settings.state, [this](const api::ClientState& changes) { keep(changes); });
        const Account::Shared shared{
            identity_, tree_, access_.get(), operations_, transport, scheduler, definitions};
        for (auto& server : settings.servers)
            addAccount(std::move(server), shared, settings.state);
        addOwnObjects(definitions);
    }

    void addObject(std::unique_ptr<Object> object) { tree_.add(std::move(object)); }

    void start(base::Duration delay)
    {
        if (access_)
            access_->follow({});
        for (const auto& account : accounts_)
            account->registration().start(delay);
    }

    void stop(base::Duration limit, base::Task done)
    {
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
        return isKnown;
    }

    void send(const std::string& server, const std::vector<Path>& paths, SendDone done)
    {
        std::vector<Account*> receivers;
        for (const auto& account : accounts_) {
            if (server.empty() || account->server().settings.name == server)
                receivers.push_back(account.get());
        }
        // Shared by the callbacks of all servers, none of which is known to be the last.
        auto sending = std::make_shared<Sending>(Sending{receivers.size(), {}, std::move(done)});
        if (receivers.empty())
            sending->result = base::fail(base::ErrorKind::NotFound, "no such server account");
        for (auto* account : receivers)
            account->send(paths, lifetime_.guard([this, sending](const base::Expected<void>& sent) {
                if (!sent && sending->result)
                    sending->result = sent;
                finish(*sending, --sending->waiting);
            }));
        if (receivers.empty())
            finish(*sending, 0);
    }

    [[nodiscard]] std::vector<api::RegistrationStatus> status() const
    {
        std::vector<api::RegistrationStatus> all;
        all.reserve(accounts_.size());
        for (const auto& account : accounts_)
            all.push_back(account->status());
        return all;
    }

private:
    void addAccount(api::ServerSettings server,
                    const Account::Shared& shared,
                    const api::ClientState& state)
    {
        auto account = std::make_unique<Account>(
            makeAccount(std::move(server), static_cast<Id>(accounts_.size())), shared, [this] {
                announceStatus();
            });
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
        tree_.add(std::make_unique<SecurityObject>(needed(definitions, securityObject),
                                                   accounts_.size()));
        ServerObjectListener& listener = *this; // make_unique cannot see a private base
        tree_.add(std::make_unique<ServerObject>(
            needed(definitions, serverObject), std::move(servers), scheduler_, listener));
    }

    void addAccessControl(const model::Definitions& definitions)
    {
        std::vector<Id> ids;
        for (const auto& account : accounts_)
            ids.push_back(account->server().settings.shortServerId);
        access_->setServers(std::move(ids));
        tree_.add(std::make_unique<AccessControlObject>(needed(definitions, accessControlObject),
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
        Account& account = *accounts_[instance];
        keep(stateOf(account.server()));
        account.observations().onAttributesChanged();
        account.registration().announceChanges();
    }

    // Later: the answer to the Execute goes out before what it starts.
    void onDisable(Id instance) override
    {
        scheduler_.post(
            lifetime_.guard([this, instance] { accounts_[instance]->registration().disable(); }));
    }

    void onUpdateTrigger(Id instance) override
    {
        scheduler_.post(
            lifetime_.guard([this, instance] { accounts_[instance]->registration().updateNow(); }));
    }

    // OperationsListener
    void onWritten(const std::vector<Path>& paths) override { onValuesChanged(paths); }

    void onServerChanges(const std::vector<ServerChange>& changes) override
    {
        listener_.onServerChanges(changes);
    }

    void onAttributesWritten(const ServerAccount& server, const Path& path) override
    {
        keep(stateOf(server, accounts_[server.instance]->attributes(), path));
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

    struct Sending
    {
        std::size_t waiting = 0;
        base::Expected<void> result;
        SendDone done;
    };

    void finish(Sending& sending, std::size_t stillWaiting)
    {
        if (stillWaiting > 0)
            return;
        scheduler_.post([done = std::move(sending.done), result = sending.result]() mutable {
            done(std::move(result));
        });
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
    std::unique_ptr<AccessControl> access_; ///< with several servers
    Operations operations_;
    std::vector<std::unique_ptr<Account>> accounts_; ///< by instance of Object 1
    base::Task stopped_;
    std::size_t stopping_ = 0;
    bool isStatusAnnounced_ = false;
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
