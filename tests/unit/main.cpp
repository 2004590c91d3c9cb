// SPDX-License-Identifier: Apache-2.0
#define BOOST_TEST_MODULE causeway
#include <boost/test/unit_test.hpp>
