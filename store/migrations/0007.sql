-- SPDX-License-Identifier: Apache-2.0
-- Bluetooth devices: where they are, and the key they encrypt with.

ALTER TABLE device
    ADD COLUMN ble_address TEXT NOT NULL DEFAULT '';

CREATE TABLE field_key (
    device      TEXT    NOT NULL PRIMARY KEY REFERENCES device (name) ON DELETE CASCADE,
    kek         INTEGER NOT NULL REFERENCES kek (id),
    wrapped_key BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX field_key_by_kek ON field_key (kek);
