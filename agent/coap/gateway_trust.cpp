// SPDX-License-Identifier: Apache-2.0
#include "agent/coap/gateway_trust.hpp"

namespace causeway::coap {

namespace {

bool isSameFile(const struct stat& one, const struct stat& other)
{
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino &&
           one.st_size == other.st_size && one.st_mtim.tv_sec == other.st_mtim.tv_sec &&
           one.st_mtim.tv_nsec == other.st_mtim.tv_nsec;
}

} // namespace

bool GatewayTrust::isCurrent() const
{
    struct stat now = {};
    return store_ && ::stat(file_.c_str(), &now) == 0 && isSameFile(now, readAs_);
}

GatewayTrust::Reading GatewayTrust::read(const std::filesystem::path& file)
{
    struct stat before = {}; // what changes while it is read is read again
    (void)::stat(file.c_str(), &before);
    auto store = std::make_unique<TrustStore>();
    if (auto read = store->read(file); !read)
        return {base::fail(read.error()), before};
    return {std::move(store), before};
}

void GatewayTrust::take(Reading reading)
{
    store_ = reading.store ? std::move(*reading.store) : nullptr;
    readAs_ = reading.readAs;
}

base::Expected<gnutls_x509_trust_list_t> GatewayTrust::list()
{
    if (isCurrent())
        return store_->list();
    Reading reading = read(file_);
    if (!reading.store) {
        store_.reset();
        return base::fail(reading.store.error());
    }
    take(std::move(reading));
    return store_->list();
}

} // namespace causeway::coap
