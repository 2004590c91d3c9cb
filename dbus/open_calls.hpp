// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

namespace causeway::dbus {

/// The asynchronous calls not yet answered, by caller. It owns what an answer needs of the
/// connection, so that no late answer can touch a connection that has gone.
class OpenCalls
{
public:
    /// A person's tools need one; a flood of them must not fill polkit's queue or the field bus's.
    static constexpr std::size_t mostPerSender = 10;

    [[nodiscard]] bool isFull(const std::string& sender) const
    {
        const auto count = counts_.find(sender);
        return count != counts_.end() && count->second >= mostPerSender;
    }

    template <typename Result>
    [[nodiscard]] std::weak_ptr<Result> open(const std::string& sender, Result result)
    {
        // shared_ptr for the weak_ptr that an answer keeps.
        auto owned = std::make_shared<Result>(std::move(result));
        calls_.emplace(owned.get(), Call{sender, owned});
        ++counts_[sender];
        return owned;
    }

    void close(const void* result)
    {
        const auto call = calls_.extract(result);
        if (const auto count = counts_.find(call.mapped().sender); --count->second == 0)
            counts_.erase(count);
    }

private:
    struct Call
    {
        std::string sender;
        std::shared_ptr<void> result;
    };

    std::unordered_map<const void*, Call> calls_;
    std::map<std::string, std::size_t> counts_;
};

} // namespace causeway::dbus
