// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "agent/base/expected.hpp"
#include "agent/lwm2m/codec/codec.hpp"
#include "agent/model/definition.hpp"

namespace causeway::lwm2m {

/// What every decoder of structures hands its findings to: holds them against the target and the
/// definitions, and counts. The first error ends the decoding.
class RecordCollector
{
public:
    /// The definitions outlive the collector.
    RecordCollector(const model::Path& target, const model::Definitions& definitions);

    /// The definition behind a path at Resource level or below; null when this unknown Resource is
    /// to be left out.
    [[nodiscard]] base::Expected<const model::ResourceDefinition*>
    find(const model::Path& path) const;

    /// An Object Instance or a multiple Resource begins; if nothing follows it was empty.
    [[nodiscard]] base::Expected<void> open(const model::Path& container);

    [[nodiscard]] base::Expected<void> add(const model::Path& path,
                                           const model::ResourceDefinition& definition,
                                           const model::Value& value);

    /// A Resource Instance that is to go: a Record without a value.
    [[nodiscard]] base::Expected<void> remove(const model::Path& path,
                                              const model::ResourceDefinition& definition);

    /// Ascending by path. Fails when anything was there twice.
    [[nodiscard]] base::Expected<std::vector<Record>> finish() &&;

private:
    [[nodiscard]] base::Expected<void> count() const;
    void addEmptyContainers();

    model::Path target_;
    const model::Definitions& definitions_;
    std::vector<Record> records_;
    std::vector<model::Path> containers_;
};

/// A decoded value in the type and range of its definition. Exact: a float for an integer only
/// where doubles count one by one; numbers finite, text valid UTF-8.
[[nodiscard]] base::Expected<model::Value> fit(const model::ResourceDefinition& definition,
                                               const model::Value& value);

} // namespace causeway::lwm2m
