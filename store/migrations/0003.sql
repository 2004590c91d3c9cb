-- SPDX-License-Identifier: Apache-2.0
-- What an account's next DTLS session may resume from.

CREATE TABLE resumption (
    device        TEXT    NOT NULL,
    server        TEXT    NOT NULL,
    kek           INTEGER NOT NULL REFERENCES kek (id) ON DELETE CASCADE,
    wrapped_state BLOB    NOT NULL,
    PRIMARY KEY (device, server),
    FOREIGN KEY (device, server) REFERENCES credential (device, server) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX resumption_by_kek ON resumption (kek);
