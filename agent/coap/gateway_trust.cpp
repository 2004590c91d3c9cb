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

base::Expected<gnutls_x509_trust_list_t> GatewayTrust::list()
{
    struct stat now = {};
    const bool isThere = ::stat(file_.c_str(), &now) == 0;
    if (store_ && isThere && isSameFile(now, readAs_))
        return store_->list();
    store_.reset();
    auto store = std::make_unique<TrustStore>();
    if (auto read = store->read(file_); !read)
        return base::fail(read.error());
    readAs_ = now; // from before reading: what changes meanwhile is read again
    store_ = std::move(store);
    return store_->list();
}

} // namespace causeway::coap
