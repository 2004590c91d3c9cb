// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/base/scheduler.hpp"
#include "agent/lwm2m/object.hpp"
#include "agent/lwm2m/server_account.hpp"

namespace causeway::lwm2m {

/// What servers do to the Server Object; the answer has been given already when it comes.
class ServerObjectListener
{
public:
    virtual ~ServerObjectListener() = default;

    /// A Resource of /1/`instance` has a new value.
    virtual void onAccountWritten(model::Id instance) = 0;
    virtual void onDisable(model::Id instance) = 0;
    virtual void onUpdateTrigger(model::Id instance) = 0;
    virtual void onBootstrapTrigger() = 0;
    /// Without one there is no /1/x/9.
    [[nodiscard]] virtual bool hasBootstrapServer() const = 0;
};

/// Object 1: one instance per Server Account (LwM2M Core appendix E.2). It changes the accounts it
/// was given; they, the listener and the scheduler outlive it. 13 to 20 are not for servers to see
/// in LwM2M 1.1. 2, 3, 5 and 26 are there once an operator or a server has set them.
class ServerObject final : public Object
{
public:
    ServerObject(const model::ObjectDefinition& definition,
                 std::vector<ServerAccount*> accounts,
                 base::Scheduler& scheduler,
                 ServerObjectListener& listener);

    [[nodiscard]] const model::ObjectDefinition& definition() const override;
    [[nodiscard]] std::vector<model::Id> instances() const override;
    [[nodiscard]] std::vector<model::Id> resources(model::Id instance) const override;
    [[nodiscard]] base::Expected<model::Sample> read(const model::Path& path) const override;
    [[nodiscard]] bool takesNew(model::Id resource) const override;
    void forget(const model::Path& resource) override;
    void write(model::Id instance,
               std::vector<ResourceWrite> values,
               WriteMode mode,
               Done done) override;
    void execute(const model::Path& path, const std::string& arguments, Done done) override;

private:
    /// Of an instance that exists.
    [[nodiscard]] ServerAccount& account(model::Id instance) const;

    const model::ObjectDefinition& definition_;
    std::vector<ServerAccount*> accounts_; ///< ascending by instance
    base::Scheduler& scheduler_;
    ServerObjectListener& listener_;
};

} // namespace causeway::lwm2m
