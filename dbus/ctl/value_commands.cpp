// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <optional>

#include "dbus/ctl/object_commands.hpp"
#include "dbus/ctl/resource_words.hpp"
#include "dbus/ctl/table.hpp"

namespace causeway::dbus::ctl {

using model::ResourceType;

namespace {

struct Options
{
    std::string device;
    std::string path;
    std::string text;
    std::optional<ResourceType> type;
};

const std::map<std::string, ResourceType> types{
    {"string", ResourceType::String},
    {"integer", ResourceType::Integer},
    {"unsigned", ResourceType::UnsignedInteger},
    {"float", ResourceType::Float},
    {"boolean", ResourceType::Boolean},
    {"opaque", ResourceType::Opaque},
    {"time", ResourceType::Time},
    {"objlnk", ResourceType::ObjectLink},
    {"corelnk", ResourceType::CoreLink},
};

void read(Session& session, const Options& options)
{
    session.client.withDevice(options.device, [&](DeviceProxy& device) {
        const auto [value, type, takenAt, quality] = device.ReadResource(options.path);
        const BusSample sample(options.path, value, type, takenAt, quality);
        session.show(toJson(sample),
                     [&] { Session::say(valueText(sample, Units(device.NewestValues()))); });
    });
}

/// The type the Resource has now, as the standard writes it.
std::optional<ResourceType> typeAt(DeviceProxy& device, const std::string& path)
{
    for (const auto& sample : device.NewestValues()) {
        if (sample.get<0>() != path)
            continue;
        for (const auto& [word, type] : types) {
            if (model::toString(type) == sample.get<2>())
                return type;
        }
    }
    return std::nullopt;
}

/// When nobody knows the type: what the text looks like.
model::Value guess(const std::string& text)
{
    if (text == "true" || text == "false")
        return text == "true";
    for (const auto type : {ResourceType::Integer, ResourceType::Float}) {
        if (auto value = model::fromText(type, text))
            return *value;
    }
    return text;
}

/// What people call a switch's positions.
std::string booleanWord(std::string text)
{
    std::ranges::transform(text, text.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    if (text == "yes" || text == "on" || text == "1")
        return "true";
    if (text == "no" || text == "off" || text == "0")
        return "false";
    return text;
}

base::Expected<model::Value> valueOf(const Options& options, std::optional<ResourceType> type)
{
    if (!type)
        return guess(options.text);
    if (*type != ResourceType::Boolean)
        return model::fromText(*type, options.text);
    if (auto value = model::fromText(*type, booleanWord(options.text)))
        return value;
    return base::fail(base::ErrorKind::InvalidArgument,
                      "\"" + options.text + "\" is none of true, false, yes, no, on, off, 1 and 0");
}

void write(Session& session, const Options& options)
{
    session.client.withDevice(options.device, [&](DeviceProxy& device) {
        auto type = options.type ? options.type : resourceType(options.path);
        if (!type)
            type = typeAt(device, options.path);
        const auto value = valueOf(options, type);
        if (!value)
            throw Failure(value.error());
        device.WriteResource(options.path, toVariant(*value));
    });
    session.confirm(options.device + ": " + options.path + " written");
}

void showNewest(Session& session, const std::string& name)
{
    std::vector<BusSample> samples;
    session.client.withDevice(name,
                              [&samples](DeviceProxy& device) { samples = device.NewestValues(); });
    Json json = Json::array();
    for (const auto& sample : samples)
        json.push_back(toJson(sample));
    session.show(json, [&samples] {
        const Units units(samples);
        Table table({"PATH", "RESOURCE", "VALUE", "TAKEN", "QUALITY"});
        for (const auto& sample : samples)
            table.add({sample.get<0>(),
                       resourceName(sample.get<0>()),
                       valueText(sample, units),
                       timeText(sample.get<3>()),
                       sample.get<4>()});
        table.print();
    });
}

CLI::App& addCommand(CLI::App& app,
                     const char* word,
                     const char* help,
                     const std::shared_ptr<Options>& options)
{
    auto* const command = app.add_subcommand(word, help);
    command->add_option("device", options->device, "its name")->required();
    command->add_option("path", options->path, "a Resource, /3305/0/5800")->required();
    return *command;
}

void addWrite(CLI::App& app, Session& session)
{
    auto options = std::make_shared<Options>();
    auto& command = addCommand(app, "write", "Write a Resource", options);
    command
        .add_option("value",
                    options->text,
                    "as people write it: 21.5, on, off, a text; octets in hexadecimal")
        ->required();
    command.add_option("--type", options->type, "its LwM2M type, when nobody knows it")
        ->transform(CLI::Transformer(types).description(""))
        ->transform(CLI::IsMember(types, CLI::ignore_case)); // comes first, and names the words
    command.footer("causewayctl write relay-1 /3306/0/5850 on");
    command.callback([&session, options] { write(session, *options); });
}

void addExecute(CLI::App& app, Session& session)
{
    auto options = std::make_shared<Options>();
    auto& command = addCommand(app, "execute", "Execute a Resource", options);
    command.add_option("arguments", options->text, "as LwM2M writes them: 0='60'");
    command.callback([&session, options] {
        session.client.withDevice(options->device, [&](DeviceProxy& device) {
            device.Execute(options->path, options->text);
        });
        session.confirm(options->device + ": " + options->path + " executed");
    });
}

} // namespace

void addValueCommands(CLI::App& app, Session& session)
{
    auto options = std::make_shared<Options>();
    addCommand(app, "read", "Read a Resource, from the device when it is mapped", options)
        .callback([&session, options] { read(session, *options); });
    addWrite(app, session);
    addExecute(app, session);
    auto name = std::make_shared<std::string>();
    auto* const values = app.add_subcommand("values", "Show the newest values of a device");
    values->add_option("device", *name, "its name")->required();
    values->callback([&session, name] { showNewest(session, *name); });
}

} // namespace causeway::dbus::ctl
