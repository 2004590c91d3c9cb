// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "store/vault.hpp"

/// The part of Vault that keeps what legacy devices encrypt with.
namespace causeway::store {

base::Expected<base::Secret> Vault::fetchFieldKey(const std::string& device)
{
    const auto row = fieldKeys_.find(device);
    if (!row)
        return base::Secret();
    if (!envelope_)
        return locked();
    if (row->kekId != envelope_->kekId())
        return base::fail(base::ErrorKind::Corrupt,
                          fmt::format("the key of {} itself belongs to another key", device));
    return envelope_->unwrap(FieldKeyFacts{device}, row->wrappedKey);
}

base::Expected<void> Vault::keepFieldKey(const std::string& device, const base::Secret& key)
{
    Transaction transaction(database_);
    if (!devices_.endpointName(device))
        return base::fail(base::ErrorKind::NotFound, fmt::format("there is no device {}", device));
    if (key.empty()) {
        fieldKeys_.remove(device);
    } else {
        if (!envelope_)
            return locked();
        auto wrapped = envelope_->wrap(FieldKeyFacts{device}, key);
        if (!wrapped)
            return base::fail(wrapped.error());
        fieldKeys_.put(device, {envelope_->kekId(), std::move(*wrapped)});
    }
    commit(transaction);
    return {};
}

base::Expected<void> Vault::wrapFieldKeysBy(const Envelope& next)
{
    for (const auto& device : fieldKeys_.devices()) {
        const auto key = fetchFieldKey(device);
        if (!key)
            return base::fail(key.error().kind,
                              key.error().message + "; remove it, then try again");
        auto wrapped = next.wrap(FieldKeyFacts{device}, *key);
        if (!wrapped)
            return base::fail(wrapped.error());
        fieldKeys_.put(device, {next.kekId(), std::move(*wrapped)});
    }
    return {};
}

} // namespace causeway::store
