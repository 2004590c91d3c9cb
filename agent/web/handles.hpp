// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <curl/curl.h>

/// Owners for libcurl's handles; nothing outside agent/web sees them.
namespace causeway::web {

struct CurlDeleter
{
    void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }

    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }

    void operator()(char* text) const noexcept { curl_free(text); }
};

// CURL and CURLM are both void to the compiler, so that these two need a deleter of their own.
struct EasyDeleter
{
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};

struct MultiDeleter
{
    void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};

using EasyHandle = std::unique_ptr<CURL, EasyDeleter>;
using MultiHandle = std::unique_ptr<CURLM, MultiDeleter>;
using UrlHandle = std::unique_ptr<CURLU, CurlDeleter>;
using ListHandle = std::unique_ptr<curl_slist, CurlDeleter>;
using TextHandle = std::unique_ptr<char, CurlDeleter>;

} // namespace causeway::web
