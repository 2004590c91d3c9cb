// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/bootstrap/card_file.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "agent/lwm2m/access_control.hpp"
#include "agent/lwm2m/bootstrap/bootstrap_operations.hpp"
#include "agent/lwm2m/bootstrap/delivery.hpp"
#include "agent/lwm2m/object_tree.hpp"

namespace causeway::lwm2m {

using base::ErrorKind;
using base::Expected;
using base::fail;
using model::Id;

namespace {

// Three Objects are for us, and an operator of mobile networks may have some of his own beside
// them.
constexpr std::size_t mostObjects = 64;
constexpr std::size_t halfWord = 2;

/// Takes numbers and pieces off the front; remembers when there was not enough.
class Cursor
{
public:
    explicit Cursor(base::ByteView rest)
        : rest_(rest)
    {}

    base::ByteView take(std::size_t size)
    {
        hasAll_ = hasAll_ && size <= rest_.size();
        if (!hasAll_)
            return {};
        const auto taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }

    /// Big endian; 0 when it is not there.
    unsigned number(std::size_t size)
    {
        unsigned value = 0;
        for (const auto octet : take(size))
            value = value * 256 + octet;
        return value;
    }

    [[nodiscard]] bool hasAll() const { return hasAll_; }

    [[nodiscard]] bool isAtEnd() const { return rest_.empty(); }

private:
    base::ByteView rest_;
    bool hasAll_ = true;
};

CardObject takeObject(Cursor& cursor)
{
    CardObject object;
    object.object = static_cast<Id>(cursor.number(halfWord));
    // One octet 0, or major and minor version.
    if (const unsigned major = cursor.number(1); major != 0) {
        object.majorVersion = major;
        cursor.number(1);
    }
    const auto length = cursor.number(halfWord);
    object.instances = cursor.take(length);
    return object;
}

bool isTaken(const CardObject& object)
{
    return object.object <= accessControlObjectId;
}

Expected<void> checkObjects(const std::vector<CardObject>& objects)
{
    for (auto one = objects.begin(); one != objects.end(); ++one) {
        if (one->majorVersion != 1 && isTaken(*one))
            return fail(ErrorKind::InvalidArgument,
                        fmt::format("Object {} has version {}.x, which is not known here",
                                    one->object,
                                    one->majorVersion));
        const auto same = std::find_if(std::next(one), objects.end(), [&](const auto& other) {
            return other.object == one->object;
        });
        if (same != objects.end())
            return fail(ErrorKind::InvalidArgument,
                        fmt::format("Object {} is on the card twice", one->object));
    }
    return {};
}

/// As a Bootstrap-Server would write it.
Expected<void>
write(StagedObjects& staged, const BootstrapOperations& operations, const CardObject& object)
{
    api::Request request;
    request.method = api::Method::Put;
    request.path = {std::to_string(object.object)};
    request.contentFormat = tlvFormat;
    request.payload.assign(object.instances.begin(), object.instances.end());
    const auto response =
        operations.perform(staged, request, {}); // none of its Objects has a clock
    base::wipe(request.payload);
    if (response.code == model::OutcomeCode::Changed)
        return {};
    return fail(
        ErrorKind::InvalidArgument,
        fmt::format("Object {} on the card: {}", object.object, base::asText(response.payload)));
}

std::string serverPrefix(const api::DeviceAccount& account)
{
    return fmt::format("server/{}/", account.settings.name);
}

} // namespace

Expected<std::vector<CardObject>> readCardFile(base::ByteView file)
{
    Cursor head(file);
    const auto count = head.number(halfWord);
    const auto size = head.number(halfWord);
    Cursor collection(head.take(size));
    if (!head.hasAll())
        return fail(ErrorKind::Corrupt, "the card's bootstrap information is shorter than it says");
    if (count > mostObjects)
        return fail(ErrorKind::LimitExceeded,
                    fmt::format("the card has {} Objects, more than {}", count, mostObjects));
    std::vector<CardObject> objects;
    for (unsigned index = 0; index < count && collection.hasAll(); ++index)
        objects.push_back(takeObject(collection));
    if (!collection.hasAll() || !collection.isAtEnd())
        return fail(ErrorKind::Corrupt,
                    "the lengths in the card's bootstrap information do not go together");
    return objects;
}

Expected<CardDelivery>
deliveryOfCard(base::ByteView file, const model::Definitions& definitions, const CardOwner& owner)
{
    const auto objects = readCardFile(file);
    if (!objects)
        return fail(ErrorKind::InvalidArgument, objects.error().message);
    if (auto checked = checkObjects(*objects); !checked)
        return fail(checked.error());
    const ObjectTree tree;
    const BootstrapOperations operations(tree, definitions, ProtocolVersion::V1_1);
    StagedObjects staged;
    CardDelivery delivery;
    for (const auto& object : *objects) {
        if (!isTaken(object)) {
            delivery.skipped.push_back(object.object);
            continue;
        }
        if (auto written = write(staged, operations, object); !written)
            return fail(written.error());
    }
    auto result = assembleDelivery(
        staged, {owner.device, owner.before, tree, {}, api::Provisioner::Smartcard});
    if (!result)
        return fail(result.error());
    delivery.result = std::move(*result);
    delivery.result.outdated.emplace_back(AccessControl::statePrefix);
    return delivery;
}

api::BootstrapResult removalOfCard(std::span<const api::DeviceAccount> before)
{
    api::BootstrapResult removal;
    removal.from = api::Provisioner::Smartcard;
    removal.outdated.emplace_back(AccessControl::statePrefix);
    for (const auto& account : before)
        removal.outdated.push_back(serverPrefix(account));
    return removal;
}

} // namespace causeway::lwm2m
