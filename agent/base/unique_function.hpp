// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace causeway::base {

template <typename Signature>
class UniqueFunction;

/// A callable that is moved, never copied, so that it may own a Secret or a reply.
/// Stands in for std::move_only_function, which GCC 12 has only in C++23 mode.
template <typename Result, typename... Arguments>
class UniqueFunction<Result(Arguments...)>
{
public:
    UniqueFunction() = default;

    UniqueFunction(std::nullptr_t) {} // NOLINT(google-explicit-constructor): reads as "no callback"

    template <typename Callable>

    requires(!std::is_same_v<std::decay_t<Callable>, UniqueFunction> &&
             std::is_invocable_r_v<Result, Callable&, Arguments...>)
        UniqueFunction(Callable&& callable) // NOLINT: a lambda converts, as with std::function
        : target_(std::make_unique<Model<std::decay_t<Callable>>>(std::forward<Callable>(callable)))
    {}

    Result operator()(Arguments... arguments)
    {
        return target_->call(std::forward<Arguments>(arguments)...);
    }

    explicit operator bool() const { return target_ != nullptr; }

private:
    struct Concept
    {
        Concept() = default;
        virtual ~Concept() = default;
        Concept(const Concept&) = delete;
        Concept& operator=(const Concept&) = delete;
        virtual Result call(Arguments... arguments) = 0;
    };

    template <typename Callable>
    struct Model final : Concept
    {
        explicit Model(Callable source)
            : callable(std::move(source))
        {}

        Result call(Arguments... arguments) override
        {
            return callable(std::forward<Arguments>(arguments)...);
        }

        Callable callable;
    };

    std::unique_ptr<Concept> target_;
};

using Task = UniqueFunction<void()>;

} // namespace causeway::base
