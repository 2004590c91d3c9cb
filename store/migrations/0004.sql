-- SPDX-License-Identifier: Apache-2.0
-- 0.1.0: how old the database is, to tell an older copy that was put back.
CREATE TABLE age (
    id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    counter INTEGER NOT NULL,
    proof   BLOB    NOT NULL CHECK (length(proof) = 32)
) STRICT;
