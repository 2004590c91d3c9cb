// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "agent/base/expected.hpp"
#include "agent/base/scheduler.hpp"
#include "agent/base/unique_function.hpp"

namespace causeway::agent {

/// For who promises that no answer comes from inside a call. The scheduler outlives it.
class LaterAnswers
{
public:
    explicit LaterAnswers(base::Scheduler& scheduler)
        : scheduler_(scheduler)
    {}

    /// Fails an answer when the loop comes round.
    template <typename Result>
    void answer(base::UniqueFunction<void(base::Expected<Result>)> done, base::Error error) const
    {
        scheduler_.post([done = std::move(done), error = std::move(error)]() mutable {
            done(base::fail(std::move(error)));
        });
    }

    /// Passes an answer on when the loop comes round, also one that is given at once.
    template <typename Result>
    auto later(base::UniqueFunction<void(base::Expected<Result>)> done) const
    {
        return [this, done = std::move(done)](base::Expected<Result> result) mutable {
            scheduler_.post([done = std::move(done), result = std::move(result)]() mutable {
                done(std::move(result));
            });
        };
    }

private:
    base::Scheduler& scheduler_;
};

} // namespace causeway::agent
