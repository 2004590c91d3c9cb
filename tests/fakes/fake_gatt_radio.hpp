// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/scheduler.hpp"
#include "bridges/ble/gatt_radio.hpp"

namespace causeway::fakes {

/// One peripheral that behaves: it answers from its values a moment later, unless it is told to
/// refuse or to be silent.
class FakeGattRadio final : public bridges::ble::GattRadio
{
public:
    using Characteristic = bridges::ble::Characteristic;

    explicit FakeGattRadio(base::Scheduler& scheduler)
        : scheduler_(scheduler)
    {}

    [[nodiscard]] std::optional<bridges::ble::PeripheralState>
    peripheral(const std::string&) const override
    {
        return state;
    }

    [[nodiscard]] std::vector<Characteristic> characteristics(const std::string&) const override
    {
        return has;
    }

    void connect(const std::string&, const std::string& adapter, Done done) override
    {
        ++connects;
        lastAdapter = adapter;
        log.emplace_back("connect");
        scheduler_.post([this, done = std::move(done)]() mutable {
            if (isSilent)
                return;
            if (connectError)
                return done(tl::unexpected(*connectError));
            state->isConnected = true;
            state->isResolved = true;
            done({});
        });
    }

    void disconnect(const std::string&) override
    {
        log.emplace_back("disconnect");
        if (state && !closesLater)
            state->isConnected = state->isResolved = false;
    }

    void bond(const std::string&, Done done) override
    {
        log.emplace_back("bond");
        bondDone_ = std::move(done);
        if (!passkey)
            endBond(bondError);
        else
            onPasskeyWanted();
    }

    void answerPasskey(const std::string&, std::uint32_t given) override
    {
        log.push_back("passkey " + std::to_string(given));
        endBond(given == passkey ? std::nullopt
                                 : std::optional(base::Error{base::ErrorKind::Refused, "refused"}));
    }

    void removeBond(const std::string&) override
    {
        log.emplace_back("remove bond");
        state->isBonded = false;
    }

    /// What nobody answered in time ends by an error.
    void endBond(const std::optional<base::Error>& error)
    {
        scheduler_.post([this, error, done = std::move(bondDone_)]() mutable {
            if (!done)
                return;
            if (error)
                return done(tl::unexpected(*error));
            state->isBonded = true;
            refusals.clear();
            done({});
        });
    }

    void read(const std::string& handle, ReadDone done) override
    {
        log.push_back("read " + handle);
        scheduler_.post([this, handle, done = std::move(done)]() mutable {
            if (isSilent)
                return;
            if (const auto refusal = refusals.find(handle); refusal != refusals.end())
                return done(tl::unexpected(refusal->second));
            done(values[handle]);
        });
    }

    void write(const std::string& handle, base::Bytes octets, Done done) override
    {
        log.push_back("write " + handle + " " + base::toHex(octets));
        scheduler_.post([this, handle, octets, done = std::move(done)]() mutable {
            if (isSilent)
                return;
            if (const auto refusal = refusals.find(handle); refusal != refusals.end())
                return done(tl::unexpected(refusal->second));
            if (!forgetsWrites)
                values[handle] = octets;
            done({});
        });
    }

    void startNotify(const std::string& handle, Done done) override
    {
        log.push_back("notify " + handle);
        scheduler_.post([this, done = std::move(done)]() mutable {
            if (isSilent)
                return;
            if (notifyError)
                return done(tl::unexpected(*notifyError));
            done({});
        });
    }

    std::optional<bridges::ble::PeripheralState> state;
    std::vector<Characteristic> has;
    std::map<std::string, base::Bytes> values;   ///< by handle
    std::map<std::string, base::Error> refusals; ///< by handle
    std::optional<base::Error> connectError;
    std::optional<base::Error> bondError;
    std::optional<base::Error> notifyError;
    std::optional<std::uint32_t> passkey; ///< that it shows, and wants back
    std::function<void()> onPasskeyWanted;
    bool isSilent = false;
    bool forgetsWrites = false;
    bool closesLater = false; ///< when its test says so
    int connects = 0;
    std::string lastAdapter; ///< that a connection was wanted by
    std::vector<std::string> log;

private:
    base::Scheduler& scheduler_;
    Done bondDone_;
};

} // namespace causeway::fakes
