// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/server_view.hpp"

#include <algorithm>
#include <iterator>

#include "agent/lwm2m/object_links.hpp"

namespace causeway::lwm2m {

using base::Expected;
using model::OutcomeCode;
using model::Path;

namespace {

const Path supportedBindings{3, 0, 16};

} // namespace

bool ServerView::may(const Path& path, Right right) const
{
    const bool isChecked = path.size() > 1 || (path.isObject() && right == Right::Create);
    return access_ == nullptr || !isChecked ||
           access_->allows(account_.settings.shortServerId, path, right);
}

OrRefusal<void> ServerView::checkHidden(const Path& path) const
{
    if (!path.isRoot() && isHidden(path.object()))
        return refusal(OutcomeCode::Unauthorized, "this Object is hidden from servers");
    return {};
}

OrRefusal<void> ServerView::checkAccess(const Path& path, Right right) const
{
    if (!may(path, right))
        return refusal(OutcomeCode::Unauthorized, "no right to do this here (Object 2)");
    return checkHidden(path);
}

// /3/0/16 before LwM2M 1.1: no letter for TCP, and queue mode is part of it.
void ServerView::sayInOldWords(std::vector<Record>& records) const
{
    const auto bindings = std::ranges::find(records, supportedBindings, &Record::path);
    if (bindings != records.end() && bindings->value)
        bindings->value = std::string(account_.settings.queueMode ? "UQ" : "U");
}

Expected<std::vector<Record>> ServerView::read(const Path& target, Times times) const
{
    if (!may(target, Right::Read))
        return base::fail(base::ErrorKind::NotAuthorized, "no right to read this (Object 2)");
    auto records = tree_.read(target);
    if (records && access_ != nullptr && target.isObject())
        std::erase_if(*records,
                      [this](const Record& record) { return !may(record.path, Right::Read); });
    if (records && account_.version == ProtocolVersion::V1_0 && target.contains(supportedBindings))
        sayInOldWords(*records);
    if (records && times == Times::Omitted) {
        for (Record& record : *records)
            record.takenAt.reset();
    }
    return records;
}

std::vector<Record> ServerView::readParts(std::span<const Path> parts, Times times) const
{
    std::vector<Record> records;
    for (const Path& part : parts) {
        if (!part.isRoot()) {
            append(part, times, records);
            continue;
        }
        for (const auto& object : tree_.objects())
            append({object->definition().id}, times, records);
    }
    std::ranges::stable_sort(records, {}, &Record::path);
    const auto isSame = [](const Record& one, const Record& other) {
        return one.path == other.path;
    };
    // Not std::ranges::unique: clang 14 cannot read libstdc++'s subrange.
    records.erase(std::unique(records.begin(), records.end(), isSame), records.end());
    return records;
}

Expected<std::vector<Record>> ServerView::read(const ObservedTarget& target, Times times) const
{
    if (target.isComposite())
        return readParts(target.parts, times);
    return read(target.path, times);
}

void ServerView::append(const Path& part, Times times, std::vector<Record>& records) const
{
    if (!checkAccess(part, Right::Read) || !tree_.contains(part))
        return;
    if (part.size() > 2 && !tree_.operations(part).read)
        return;
    auto found = read(part, times);
    if (!found)
        return;
    std::ranges::copy_if(*found, std::back_inserter(records), [](const Record& record) {
        return record.value.has_value();
    });
}

} // namespace causeway::lwm2m
