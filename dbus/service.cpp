// SPDX-License-Identifier: Apache-2.0
#include "dbus/service.hpp"

#include "agent/base/log.hpp"
#include "dbus/exported_tree.hpp"

namespace causeway::dbus {

Service::Service(base::EventLoop& loop, const Controls& controls, ServiceSettings settings)
    : loop_(loop)
    , controls_(controls)
    , settings_(std::move(settings))
    , retry_(loop, [this] { reconnect(); })
{
    connect();
    controls_.gateway.setListener(this);
}

Service::~Service()
{
    controls_.gateway.setListener(nullptr);
}

void Service::reboot(base::UniqueFunction<void(base::Expected<void>)> done)
{
    if (tree_)
        tree_->reboot(std::move(done));
    else
        done(base::fail(base::ErrorKind::Unreachable, "there is no D-Bus now to reboot by"));
}

void Service::connect()
{
    tree_ = std::make_unique<ExportedTree>(loop_, controls_, settings_, [this] {
        tree_.reset();
        retry_.start(settings_.busRetry);
    });
}

void Service::reconnect()
{
    try {
        connect();
        log::notice("D-Bus is back");
    } catch (const std::runtime_error& error) {
        log::debug("no D-Bus: {ERROR}, retrying in {DELAY} ms",
                   "ERROR",
                   error.what(),
                   "DELAY",
                   settings_.busRetry.count());
        retry_.start(settings_.busRetry);
    }
}

void Service::onGatewayChanged()
{
    if (tree_)
        tree_->changeGateway();
}

void Service::onLineAdded(const std::string& name)
{
    if (tree_)
        tree_->add(Kind::Line, name);
}

void Service::onLineChanged(const std::string& name)
{
    if (tree_)
        tree_->change(Kind::Line, name);
}

void Service::onLineRemoved(const std::string& name)
{
    if (tree_)
        tree_->remove(Kind::Line, name);
}

void Service::onServerAdded(const std::string& name)
{
    if (tree_)
        tree_->add(Kind::Server, name);
}

void Service::onServerChanged(const std::string& name)
{
    if (tree_)
        tree_->change(Kind::Server, name);
}

void Service::onServerRemoved(const std::string& name)
{
    if (tree_)
        tree_->remove(Kind::Server, name);
}

void Service::onDeviceAdded(const std::string& name)
{
    if (tree_)
        tree_->add(Kind::Device, name);
}

void Service::onDeviceChanged(const std::string& name)
{
    if (tree_)
        tree_->change(Kind::Device, name);
}

void Service::onDeviceRemoved(const std::string& name)
{
    if (tree_)
        tree_->remove(Kind::Device, name);
}

void Service::onSamples(const std::string& device, const std::vector<model::Sample>& samples)
{
    if (tree_)
        tree_->tellValues(device, samples);
}

} // namespace causeway::dbus
