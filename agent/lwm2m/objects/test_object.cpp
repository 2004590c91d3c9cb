// SPDX-License-Identifier: Apache-2.0
#include "agent/lwm2m/objects/test_object.hpp"

#include <algorithm>
#include <array>

namespace causeway::lwm2m {

using model::Id;
using model::Path;
using model::ResourceType;
using model::Value;

namespace {

namespace resource {
constexpr Id reset = 0;
constexpr Id randomize = 1;
constexpr Id clear = 2;
constexpr Id withArguments = 3;
constexpr Id arguments = 4;
} // namespace resource

constexpr std::array ownResources{resource::reset,
                                  resource::randomize,
                                  resource::clear,
                                  resource::withArguments,
                                  resource::arguments};

// What Leshan's test client begins with, so that the same checks fit both.
Value factoryValue(ResourceType type)
{
    switch (type) {
    case ResourceType::String:
        return std::string("initial value");
    case ResourceType::Integer:
        return std::int64_t{1024};
    case ResourceType::UnsignedInteger:
        return std::uint64_t{9223372036854775808U};
    case ResourceType::Float:
        return 3.14159;
    case ResourceType::Boolean:
        return true;
    case ResourceType::Opaque:
        return base::Bytes{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
    case ResourceType::Time:
        return model::Time{946684800};
    case ResourceType::ObjectLink:
        return model::ObjectLink{3, 0};
    default:
        return model::CoreLink{"</3442>"};
    }
}

Value emptyValue(ResourceType type)
{
    switch (type) {
    case ResourceType::String:
        return std::string();
    case ResourceType::Integer:
        return std::int64_t{0};
    case ResourceType::UnsignedInteger:
        return std::uint64_t{0};
    case ResourceType::Float:
        return 0.0;
    case ResourceType::Boolean:
        return false;
    case ResourceType::Opaque:
        return base::Bytes();
    case ResourceType::Time:
        return model::Time{0};
    case ResourceType::ObjectLink:
        return model::ObjectLink{};
    default:
        return model::CoreLink{};
    }
}

// One value of each Resource that is for values.
template <typename Make>
std::vector<ResourceWrite>
valuesOf(const model::ObjectDefinition& definition, Id instance, Make make)
{
    std::vector<ResourceWrite> values;
    for (const auto& resource : definition.resources) {
        if (!resource.operations.write)
            continue;
        const Path path{definition.id, instance, resource.id};
        values.push_back({resource.isMultiple ? path.child(0) : path, make(resource.type)});
    }
    return values;
}

KeptObject::Values factory(const model::ObjectDefinition& definition)
{
    KeptObject::Values values;
    for (auto& [path, value] : valuesOf(definition, 0, factoryValue))
        values.insert_or_assign(path, std::move(value));
    return values;
}

// "0='abc',1" as Resource Instances 0 = "abc" and 1 = "".
KeptObject::Values argumentsOf(const Path& array, std::string_view text)
{
    KeptObject::Values values;
    while (!text.empty()) { // the grammar has been checked
        const auto digit = static_cast<Id>(text.front() - '0');
        std::string argument;
        std::size_t end = 1;
        if (text.substr(1).starts_with("='")) {
            const auto quote = text.find('\'', 3);
            argument = text.substr(3, quote - 3);
            end = quote + 1;
        }
        values.insert_or_assign(array.child(digit), Value(std::move(argument)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return values;
}

} // namespace

TestObject::TestObject(const model::ObjectDefinition& definition)
    : values_(definition, factory(definition), {}, [](const api::ClientState&) {})
{}

const model::ObjectDefinition& TestObject::definition() const
{
    return values_.definition();
}

std::vector<Id> TestObject::instances() const
{
    return values_.instances();
}

std::vector<Id> TestObject::resources(Id instance) const
{
    auto ids = values_.resources(instance);
    ids.insert(ids.begin(), ownResources.begin(), ownResources.end());
    return ids;
}

std::vector<Id> TestObject::resourceInstances(Id instance, Id id) const
{
    if (id != resource::arguments)
        return values_.resourceInstances(instance, id);
    std::vector<Id> ids;
    for (const auto& [path, value] : arguments_) {
        if (path.instance() == instance)
            ids.push_back(path.resourceInstance());
    }
    return ids;
}

base::Expected<model::Sample> TestObject::read(const Path& path) const
{
    const auto argument = arguments_.find(path);
    if (argument != arguments_.end())
        return model::Sample{path, argument->second};
    return values_.read(path);
}

void TestObject::write(Id instance, std::vector<ResourceWrite> values, WriteMode mode, Done done)
{
    values_.write(instance, std::move(values), mode, std::move(done));
}

void TestObject::removeInstances(const Path& target, Done done)
{
    values_.removeInstances(target, std::move(done));
}

void TestObject::execute(const Path& path, const std::string& arguments, Done done)
{
    const Id instance = path.instance();
    std::vector<ResourceWrite> values;
    switch (path.resource()) {
    case resource::reset:
        values = valuesOf(definition(), instance, factoryValue);
        break;
    case resource::randomize:
        values = valuesOf(
            definition(), instance, [this](ResourceType type) { return randomValue(type); });
        break;
    case resource::clear:
        clear(instance, std::move(done));
        return;
    default:
        arguments_ = argumentsOf(path.parent().child(resource::arguments), arguments);
        done({});
        return;
    }
    values_.write(instance, std::move(values), WriteMode::Replace, std::move(done));
}

// Arrays stay, without elements.
void TestObject::clear(Id instance, Done done)
{
    auto values = valuesOf(definition(), instance, emptyValue);
    std::vector<Path> arrays;
    for (const auto& [path, value] : values) {
        if (path.isResourceInstance())
            arrays.push_back(path.upTo(3));
    }
    std::erase_if(values, [](const auto& write) { return write.path.isResourceInstance(); });
    values_.write(instance, std::move(values), WriteMode::Replace, [](const model::Outcome&) {});
    for (const Path& array : arrays)
        values_.removeInstances(array, [](const model::Outcome&) {});
    done({});
}

Value TestObject::randomValue(ResourceType type)
{
    const auto number = random_();
    switch (type) {
    case ResourceType::String:
        return "random " + std::to_string(number);
    case ResourceType::Boolean:
        return number % 2 == 1;
    case ResourceType::Opaque:
        return base::toBytes(std::to_string(number));
    case ResourceType::ObjectLink: // nothing else is surely there
        return model::ObjectLink{3, 0};
    case ResourceType::CoreLink:
        return model::CoreLink{"</3442/" + std::to_string(number % 8) + ">"};
    default:
        return model::convert(static_cast<std::int64_t>(number), type).value();
    }
}

bool TestObject::allowsCreate() const
{
    return values_.allowsCreate();
}

void TestObject::create(std::vector<NewInstance> instances, Done done)
{
    values_.create(std::move(instances), std::move(done));
}

void TestObject::remove(Id instance, Done done)
{
    values_.remove(instance, std::move(done));
}

} // namespace causeway::lwm2m
