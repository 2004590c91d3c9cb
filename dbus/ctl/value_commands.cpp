// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <optional>

#include "dbus/ctl/object_commands.hpp"
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
        const auto json = toJson(BusSample(options.path, value, type, takenAt, quality));
        session.show(json, [&] {
            const auto line = toText(json["value"]);
            std::puts(line.c_str());
        });
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

void write(Session& session, const Options& options)
{
    session.client.withDevice(options.device, [&](DeviceProxy& device) {
        const auto type = options.type ? options.type : typeAt(device, options.path);
        const auto value = type ? model::fromText(*type, options.text)
                                : base::Expected<model::Value>(guess(options.text));
        if (!value)
            throw Failure(value.error());
        device.WriteResource(options.path, toVariant(*value));
    });
    session.confirm(options.device + ": " + options.path + " written");
}

void showNewest(Session& session, const std::string& name)
{
    Json samples = Json::array();
    session.client.withDevice(name, [&](DeviceProxy& device) {
        for (const auto& sample : device.NewestValues())
            samples.push_back(toJson(sample));
    });
    session.show(samples, [&] {
        Table table({"PATH", "VALUE", "TYPE", "TAKEN", "QUALITY"});
        for (const auto& sample : samples)
            table.add({textIn(sample, "path"),
                       toText(sample["value"]),
                       textIn(sample, "type"),
                       timeText(sample["takenAt"].get<std::uint64_t>()),
                       textIn(sample, "quality")});
        table.print();
    });
}

CLI::App& addCommand(CLI::App& app,
                     const char* word,
                     const char* help,
                     const std::shared_ptr<Options>& options)
{
    auto* const command = app.add_subcommand(word, help);
    command->add_option("device", options->device)->required();
    command->add_option("path", options->path, "a Resource, /3305/0/5800")->required();
    return *command;
}

void addWrite(CLI::App& app, Session& session)
{
    auto options = std::make_shared<Options>();
    auto& command = addCommand(app, "write", "Write a Resource", options);
    command.add_option("value", options->text)->required();
    command.add_option("--type", options->type, "its LwM2M type, when it is not known yet")
        ->transform(CLI::CheckedTransformer(types, CLI::ignore_case));
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
    values->add_option("device", *name)->required();
    values->callback([&session, name] { showNewest(session, *name); });
}

} // namespace causeway::dbus::ctl
