// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include <coap3/coap.h>

namespace causeway::sim {

/// Keeps a libcoap session while somebody means to talk to it; idle ones are freed otherwise.
class SessionRef
{
public:
    SessionRef() = default;

    explicit SessionRef(coap_session_t* session)
        : session_(coap_session_reference(session))
    {}

    ~SessionRef()
    {
        if (session_ != nullptr)
            coap_session_release(session_);
    }

    SessionRef(SessionRef&& other) noexcept
        : session_(std::exchange(other.session_, nullptr))
    {}

    SessionRef& operator=(SessionRef&& other) noexcept
    {
        std::swap(session_, other.session_);
        return *this;
    }

    SessionRef(const SessionRef&) = delete;
    SessionRef& operator=(const SessionRef&) = delete;

    [[nodiscard]] coap_session_t* get() const { return session_; }

private:
    coap_session_t* session_ = nullptr;
};

} // namespace causeway::sim
