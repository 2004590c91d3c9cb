// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/api/bridge.hpp"
#include "agent/api/missing_values.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"

namespace causeway::fakes {

/// A legacy device in memory: reads give what `values` has, writes change it, unless `failure` says
/// what goes wrong. Answers come by the scheduler, as a real bridge's do.
class FakeBridge final : public api::Bridge, public api::MissingTeller
{
public:
    FakeBridge(base::Scheduler& scheduler, std::vector<api::MappedResource> resources)
        : scheduler_(scheduler)
        , resources_(std::move(resources))
    {}

    std::map<model::Path, model::Value> values;
    std::optional<base::Error> failure;
    std::set<model::Path> forbidden;   ///< whatever their values are
    std::size_t mostWrites = SIZE_MAX; ///< then the device is silent
    std::vector<std::pair<model::Path, model::Value>> writes;
    std::vector<std::string> executed;
    api::BridgeListener* listener = nullptr;
    api::MissingListener* missing = nullptr;
    int reads = 0;

    /// As a poll would.
    void tell(const model::Path& path, model::Quality quality = model::Quality::Accepted)
    {
        listener->onSamples({{path, values.at(path), scheduler_.wallNow(), quality}});
    }

    /// As a poll would that finds a sentinel there.
    void tellMissing(const model::Path& path, const std::string& why)
    {
        missing->onMissing({{path, {base::ErrorKind::Refused, why, base::Retry::Later}}});
    }

    [[nodiscard]] const std::vector<api::MappedResource>& resources() const override
    {
        return resources_;
    }

    void start(api::BridgeListener& newListener) override { listener = &newListener; }

    void tellMissing(api::MissingListener& newListener) override { missing = &newListener; }

    void read(const model::Path& path, SampleDone done) override
    {
        ++reads;
        answer(std::move(done), [this, path]() -> base::Expected<model::Sample> {
            return model::Sample{path, values.at(path), scheduler_.wallNow()};
        });
    }

    [[nodiscard]] base::Expected<void> check(const model::Path& path,
                                             const model::Value&) const override
    {
        if (forbidden.contains(path))
            return base::fail(base::ErrorKind::InvalidArgument,
                              path.toString() + ": the profile does not allow it");
        return {};
    }

    void write(const model::Path& path, const model::Value& value, Done done) override
    {
        if (writes.size() >= mostWrites)
            failure = base::Error{base::ErrorKind::Timeout, "no answer from unit 1"};
        answer(std::move(done), [this, path, value]() -> base::Expected<void> {
            writes.emplace_back(path, value);
            values[path] = value;
            return {};
        });
    }

    void execute(const model::Path& path, const std::string& arguments, Done done) override
    {
        answer(std::move(done), [this, path, arguments]() -> base::Expected<void> {
            executed.push_back(path.toString() + " " + arguments);
            return {};
        });
    }

    [[nodiscard]] std::map<std::string, std::uint64_t> counters() const override
    {
        return {{"writes", writes.size()}};
    }

private:
    template <typename Callback, typename Success>
    void answer(Callback done, Success success)
    {
        scheduler_.post(
            lifetime_.guard([this, done = std::move(done), success = std::move(success)]() mutable {
                if (failure)
                    return done(base::fail(*failure));
                done(success());
            }));
    }

    base::Scheduler& scheduler_;
    std::vector<api::MappedResource> resources_;
    base::Lifetime lifetime_;
};

} // namespace causeway::fakes
