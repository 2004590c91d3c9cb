// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/object_links.hpp"

#include <span>

#include "agent/lwm2m/codec/link_format.hpp"

namespace causeway::lwm2m {

using model::Id;
using model::Path;

namespace {

// A version that is not 1.0 is always told: no server may guess it (LwM2M Core §7.2.2).
std::optional<std::string> versionToTell(const Object& object)
{
    const auto& version = object.definition().version;
    return version == "1.0" ? std::nullopt : std::optional(version);
}

class Discovery
{
public:
    Discovery(const ObjectTree& tree,
              const Path& target,
              const AttachedAttributes& attributes,
              std::optional<std::size_t> depth)
        : object_(*tree.find(target.object()))
        , target_(target)
        , attributes_(attributes)
        , lastLevel_(depth ? target.size() + *depth : (target.isResource() ? 4U : 3U))
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
        add(target_).version = versionToTell(object_);
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
    std::size_t
        lastLevel_; ///< of the paths to show; LwM2M 1.1 has instances of a Resource target only
    std::vector<Link> links_;
};

// A 1.0 server takes the formats of its version for granted; LwM2M CBOR came with 1.2.
std::span<const api::ContentFormat> formatsToTell(ProtocolVersion version)
{
    const auto all = optionalFormats();
    if (version == ProtocolVersion::V1_0)
        return {};
    return version == ProtocolVersion::V1_1 ? all.first(all.size() - 1) : all;
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
        const Id id = object->definition().id;
        if (isHidden(id))
            continue;
        const auto instances = object->instances();
        const auto told = versionToTell(*object);
        if (instances.empty() || told) {
            Link& link = links.emplace_back();
            link.path = {id};
            link.version = told;
        }
        for (const Id instance : instances)
            links.emplace_back().path = {id, instance};
    }
    const auto formats = formatsToTell(version);
    return formatRegistration(links, formats, toString(version));
}

std::string discoverLinks(const ObjectTree& tree,
                          const Path& target,
                          const AttachedAttributes& attributes,
                          std::optional<std::size_t> depth)
{
    return formatLinks(Discovery(tree, target, attributes, depth).links());
}

} // namespace causeway::lwm2m
