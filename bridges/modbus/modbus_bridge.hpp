// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/api/bridge.hpp"
#include "agent/api/missing_values.hpp"
#include "agent/base/lifetime.hpp"
#include "agent/base/scheduler.hpp"
#include "bridges/device_profile.hpp"
#include "bridges/modbus/field_side.hpp"

namespace causeway::bridges::modbus {

/// The main half of one device on a Modbus line: translates Paths into points and back, and keeps
/// the promise that every callback comes once, on the main thread. Its Unit works on the field
/// thread.
class ModbusBridge final : public api::Bridge, public api::MissingTeller
{
public:
    /// How the bridge reaches the field thread; all of it outlives the bridge.
    struct Field
    {
        base::Scheduler& main;
        base::Scheduler& scheduler;
        FieldSide& side;
        std::uint64_t unit; ///< a free number for FieldSide
    };

    struct Place
    {
        std::string line;
        std::uint8_t unitId = 1;
        UnitLimits limits; ///< the profile's, with the operator's poll period
        api::SerialMode serial{};
    };

    ModbusBridge(const Field& field,
                 std::shared_ptr<const DeviceProfile> profile,
                 const Place& place,
                 base::Task released);
    ~ModbusBridge() override;
    ModbusBridge(const ModbusBridge&) = delete;
    ModbusBridge& operator=(const ModbusBridge&) = delete;

    [[nodiscard]] const std::vector<api::MappedResource>& resources() const override
    {
        return resources_;
    }

    void start(api::BridgeListener& listener) override;

    void tellMissing(api::MissingListener& listener) override { missing_ = &listener; }

    void read(const model::Path& path, SampleDone done) override;
    [[nodiscard]] base::Expected<void> check(const model::Path& path,
                                             const model::Value& value) const override;
    void write(const model::Path& path, const model::Value& value, Done done) override;
    void execute(const model::Path& path, const std::string& arguments, Done done) override;

    [[nodiscard]] std::map<std::string, std::uint64_t> counters() const override
    {
        return counters_;
    }

private:
    using Ticket = std::uint64_t;

    void onReport(const UnitReport& report);
    [[nodiscard]] const ResourceMapping* find(const model::Path& path) const;
    /// What is sent; nothing where the device must tell the scale first.
    [[nodiscard]] base::Expected<std::vector<std::uint16_t>>
    wordsFor(const model::Path& path, const model::Value& value) const;
    void send(std::size_t point, std::vector<std::uint16_t> words, Done done);
    void sendValue(std::size_t point, model::Value value, Done done);
    /// Who waits for the write, as the field thread calls him: also when the bridge has gone, since
    /// nobody else knows whether it was sent.
    [[nodiscard]] Unit::WriteDone writeEnd(Done done);
    void endRead(Ticket ticket, base::Expected<model::Sample> result);
    void refuse(Done done, base::Error error);

    Field field_;
    std::shared_ptr<const DeviceProfile> profile_;
    base::Task released_;
    std::vector<api::MappedResource> resources_;
    std::unordered_map<model::Path, std::size_t> points_; ///< as the Unit numbers them
    std::vector<Point> encodings_;
    api::BridgeListener* listener_ = nullptr;
    api::MissingListener* missing_ = nullptr;
    std::map<std::string, std::uint64_t> counters_;
    Ticket nextTicket_ = 1;
    std::map<Ticket, SampleDone> reads_;
    base::Lifetime lifetime_;
};

} // namespace causeway::bridges::modbus
