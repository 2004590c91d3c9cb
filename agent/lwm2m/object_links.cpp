// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/object_links.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <tuple>

#include "agent/lwm2m/codec/link_format.hpp"

namespace causeway::lwm2m {

using model::Id;
using model::Path;

namespace {

/// Core Objects that a server of this version takes for later than 1.0 when it is not told.
bool isLaterBeside(Id object, ProtocolVersion enabler)
{
    constexpr std::array<Id, 4> since11{0, 1, 3, 4};
    constexpr std::array<Id, 6> since12{0, 1, 2, 3, 4, 5};
    if (enabler == ProtocolVersion::V1_1)
        return std::ranges::find(since11, object) != since11.end();
    return enabler == ProtocolVersion::V1_2 && std::ranges::find(since12, object) != since12.end();
}

// A version that is not 1.0 is always told: no server may guess it (LwM2M Core §7.2.2). To a server
// of 1.2 Object 1 shows what that version of it has more (13 to 20).
std::optional<std::string> versionToTell(const Object& object, ProtocolVersion enabler)
{
    constexpr Id serverObject = 1;
    const auto& [id, version] = std::tie(object.definition().id, object.definition().version);
    if (id == serverObject && enabler == ProtocolVersion::V1_2)
        return "1.2";
    if (version == "1.0" && !isLaterBeside(id, enabler))
        return std::nullopt;
    return version;
}

class Discovery
{
public:
    Discovery(const ObjectTree& tree,
              const Path& target,
              const AttachedAttributes& attributes,
              ProtocolVersion version,
              std::optional<std::size_t> depth)
        : object_(*tree.find(target.object()))
        , target_(target)
        , attributes_(attributes)
        , version_(version)
        , lastLevel_(depth ? target.size() + *depth
                           : (target.isResource() && version >= ProtocolVersion::V1_1 ? 4U : 3U))
    {}

    std::vector<Link> links()
    {
        if (target_.isObject())
            addObject();
        else if (target_.isInstance())
            addInstance(target_.instance());
        else
            addResource(target_);
        return std::move(links_);
    }

private:
    Link& add(const Path& path)
    {
        Link link;
        link.path = path;
        link.attributes = path == target_ ? attributes_.effective(path) : attributes_.at(path);
        return links_.emplace_back(std::move(link));
    }

    void addObject()
    {
        add(target_).version = versionToTell(object_, version_);
        if (lastLevel_ < 2)
            return;
        for (const Id id : object_.instances())
            addInstance(id);
    }

    void addInstance(Id instance)
    {
        const Path path{object_.definition().id, instance};
        add(path);
        if (lastLevel_ < 3)
            return;
        for (const Id id : object_.resources(instance))
            addResource(path.child(id));
    }

    void addResource(const Path& path)
    {
        const auto* definition = object_.definition().find(path.resource());
        Link& link = add(path);
        if (definition == nullptr || !definition->isMultiple)
            return;
        const auto ids = object_.resourceInstances(path.instance(), path.resource());
        link.dimension = ids.size();
        if (lastLevel_ < 4)
            return;
        for (const Id id : ids)
            add(path.child(id));
    }

    const Object& object_;
    const Path& target_;
    const AttachedAttributes& attributes_;
    ProtocolVersion version_;
    std::size_t
        lastLevel_; ///< of the paths to show; LwM2M 1.1 has instances of a Resource target only
    std::vector<Link> links_;
};

// Of what a 1.0 server knows JSON alone is a matter of choice (LwM2M 1.0 §5.3.1); LwM2M CBOR came
// with 1.2.
std::span<const api::ContentFormat> formatsToTell(ProtocolVersion version)
{
    const auto all = optionalFormats();
    if (version == ProtocolVersion::V1_0)
        return std::span(&oldJsonFormat, 1);
    return version == ProtocolVersion::V1_1 ? all.first(all.size() - 1) : all;
}

void addObject(const Object& object, ProtocolVersion version, std::vector<Link>& links)
{
    const Id id = object.definition().id;
    const auto instances = object.instances();
    const auto told = versionToTell(object, version);
    if (instances.empty() || told) {
        Link& link = links.emplace_back();
        link.path = {id};
        link.version = told;
    }
    for (const Id instance : instances)
        links.emplace_back().path = {id, instance};
}

} // namespace

bool isHidden(Id object)
{
    constexpr Id security = 0;
    constexpr Id oscore = 21;
    constexpr Id cose = 23;
    return object == security || object == oscore || object == cose;
}

std::string registrationLinks(const ObjectTree& tree, ProtocolVersion version)
{
    std::vector<Link> links;
    for (const auto& object : tree.objects()) {
        if (!isHidden(object->definition().id))
            addObject(*object, version, links);
    }
    const auto formats = formatsToTell(version);
    return formatRegistration(links, formats);
}

std::string objectLinks(std::span<const Object* const> objects, ProtocolVersion version)
{
    std::vector<Link> links;
    for (const auto* object : objects)
        addObject(*object, version, links);
    return formatLinks(links);
}

std::string discoverLinks(const ObjectTree& tree,
                          const Path& target,
                          const AttachedAttributes& attributes,
                          ProtocolVersion version,
                          std::optional<std::size_t> depth)
{
    return formatLinks(Discovery(tree, target, attributes, version, depth).links());
}

} // namespace causeway::lwm2m
