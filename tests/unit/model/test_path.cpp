// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "agent/model/path.hpp"

using causeway::model::Path;

BOOST_AUTO_TEST_SUITE(path)

BOOST_AUTO_TEST_CASE(text_goes_both_ways)
{
    for (const auto* text :
         {"/", "/3", "/3/0", "/3303/0/5700", "/3/0/6/1", "/65534/65534/65534/65534"})
        BOOST_TEST(Path::parse(text)->toString() == text);
}

BOOST_AUTO_TEST_CASE(what_is_no_path_is_refused_with_the_reason)
{
    for (const auto* text : {"",
                             "3",
                             "/3/",
                             "//",
                             "/3//1",
                             "/03",
                             "/65535",
                             "/65536",
                             "/-1",
                             "/1/2/3/4/5",
                             "/a",
                             "/3 "})
        BOOST_TEST(!Path::parse(text).has_value(), text);
    BOOST_TEST(Path::parse("/1/2/3/4/5").error().message ==
               "\"/1/2/3/4/5\" is no LwM2M path: it has more than four levels");
}

BOOST_AUTO_TEST_CASE(contains_itself_and_everything_below)
{
    BOOST_TEST(Path{}.contains(Path{3, 0}));
    BOOST_TEST((Path{3}.contains(Path{3, 0, 1})));
    BOOST_TEST((Path{3, 0}.contains(Path{3, 0})));
    BOOST_TEST((!Path{3, 0}.contains(Path{3})));
    BOOST_TEST((!Path{3, 0}.contains(Path{3, 1, 1})));
}

BOOST_AUTO_TEST_CASE(parents_sort_before_children)
{
    BOOST_TEST((Path{3} < Path{3, 0}));
    BOOST_TEST((Path{3, 0, 9} < Path{3, 1}));
    BOOST_TEST((Path{3, 65534} < Path{4}));
}

BOOST_AUTO_TEST_SUITE_END()
