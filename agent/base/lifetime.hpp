// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

namespace causeway::base {

/// The weak token that callbacks capture instead of a bare `this`: declare it as the last member,
/// and what guard() returns does nothing once the owner is gone.
/// Owner and guarded calls live on one thread; the guarded function may travel through others.
class Lifetime
{
public:
    Lifetime()
        : token_(std::make_shared<char>())
    {}

    template <typename Function>
    [[nodiscard]] auto guard(Function function) const
    {
        return [weak = std::weak_ptr<char>(token_),
                function = std::move(function)](auto&&... arguments) mutable {
            if (!weak.expired())
                function(std::forward<decltype(arguments)>(arguments)...);
        };
    }

    /// For code that must look whether its owner has outlived a callback.
    [[nodiscard]] std::weak_ptr<const char> token() const { return token_; }

private:
    // shared_ptr because weak_ptr is the point: it can tell that the owner is gone.
    std::shared_ptr<char> token_;
};

} // namespace causeway::base
