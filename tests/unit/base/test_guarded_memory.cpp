// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/base/guarded_memory.hpp"

BOOST_AUTO_TEST_SUITE(GuardedMemory)

BOOST_AUTO_TEST_CASE(r42_no_core_and_no_other_process_gets_it)
{
    const pid_t child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        causeway::base::guardMemory();
        rlimit cores{1, 1};
        ::getrlimit(RLIMIT_CORE, &cores);
        ::_exit(::prctl(PR_GET_DUMPABLE) == 0 && cores.rlim_max == 0 ? 0 : 1);
    }
    int status = -1;
    BOOST_REQUIRE(::waitpid(child, &status, 0) == child);

    BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
