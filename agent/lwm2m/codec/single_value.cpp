// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/codec/single_value.hpp"

#include <fmt/format.h>

#include "agent/lwm2m/codec/record_collector.hpp"

namespace causeway::lwm2m {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Path;
using model::ResourceDefinition;
using model::Value;

namespace {

tl::unexpected<base::Error> notSingle(const Path& target)
{
    return fail(ErrorKind::NotSupported,
                fmt::format("{} is more than the one value of this format", target.toString()));
}

} // namespace

Expected<const Value*> singleValue(const Path& target, std::span<const Record> records)
{
    if (target.size() < 3 || records.size() != 1)
        return notSingle(target);
    const Record& record = records.front();
    if (record.path != target || !record.value)
        return notSingle(target);
    return &*record.value;
}

Expected<const ResourceDefinition*> singleValueDefinition(const Path& target,
                                                          const model::Definitions& definitions)
{
    if (target.size() < 3)
        return notSingle(target);
    const auto* definition = definitions.find(target);
    if (definition == nullptr)
        return fail(ErrorKind::NotFound, fmt::format("{} is not known", target.toString()));
    if (definition->isMultiple && target.isResource())
        return notSingle(target);
    return definition;
}

Expected<std::vector<Record>>
singleRecord(const Path& target, const ResourceDefinition& definition, const Value& value)
{
    auto fitting = fit(definition, value);
    if (!fitting)
        return fail(std::move(fitting).error());
    return std::vector<Record>{{target, std::move(*fitting), std::nullopt}};
}

} // namespace causeway::lwm2m
