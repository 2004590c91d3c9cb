// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace causeway::base {

/// Tells a function whether the callback it has called destroyed its own object. The object keeps a
/// `bool*`, nullptr while nobody asks, and its destructor sets what that points to. Forgets itself
/// on every way out, an exception's as well.
class Survival
{
public:
    explicit Survival(bool*& wasDestroyed)
        : place_(wasDestroyed)
        , outer_(wasDestroyed)
    {
        place_ = &wasDestroyed_;
    }

    ~Survival()
    {
        if (!wasDestroyed_)
            place_ = outer_;
        else if (outer_ != nullptr)
            *outer_ = true;
    }

    Survival(const Survival&) = delete;
    Survival& operator=(const Survival&) = delete;

    explicit operator bool() const { return !wasDestroyed_; }

private:
    bool*& place_; ///< inside the object: not to be touched once that is gone
    bool* outer_;  ///< of the function further up that asks the same
    bool wasDestroyed_ = false;
};

} // namespace causeway::base
