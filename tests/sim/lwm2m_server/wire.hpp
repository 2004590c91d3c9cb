// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sim/lwm2m_server/coap_server.hpp"

/// libcoap's PDUs <-> Message.
namespace causeway::sim {

[[nodiscard]] Message fromPdu(const coap_pdu_t* pdu);

/// Options, then payload; the code, type and token are the PDU's already.
void fillPdu(coap_pdu_t* pdu, const Message& message);

} // namespace causeway::sim
