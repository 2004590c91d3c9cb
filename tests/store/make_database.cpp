// SPDX-License-Identifier: Apache-2.0
// store-make-database DIRECTORY: makes the database of a release for tests/data, with the software
// key DIRECTORY/kek. Run once for each version that changes the schema; see store/README.md.
#include <cstdlib>
#include <iostream>

#include "tests/store/released_content.hpp"

int main(int count, char** arguments)
{
    if (count != 2)
        return EXIT_FAILURE;
    try {
        causeway::tests::fillReleasedDatabase(arguments[1]);
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return EXIT_FAILURE;
    }
}
