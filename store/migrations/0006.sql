-- SPDX-License-Identifier: Apache-2.0
-- Bootstrap-Servers, and what they deliver to a device.

ALTER TABLE server
    ADD COLUMN is_bootstrap INTEGER NOT NULL DEFAULT 0 CHECK (is_bootstrap IN (0, 1));
ALTER TABLE server
    ADD COLUMN client_hold_off_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE server
    ADD COLUMN bootstrap_timeout_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE server
    ADD COLUMN bootstraps_on_failure INTEGER NOT NULL DEFAULT 1
    CHECK (bootstraps_on_failure IN (0, 1));
ALTER TABLE server
    ADD COLUMN device TEXT REFERENCES device (name) ON DELETE CASCADE;

CREATE INDEX server_by_device ON server (device);

CREATE TABLE bootstrapped_account (
    device            TEXT    NOT NULL REFERENCES device (name) ON DELETE CASCADE,
    server            TEXT    NOT NULL REFERENCES server (name),
    security_instance INTEGER NOT NULL,
    server_instance   INTEGER NOT NULL,
    PRIMARY KEY (device, server)
) STRICT, WITHOUT ROWID;

CREATE INDEX bootstrapped_account_by_server ON bootstrapped_account (server);

CREATE INDEX credential_by_identity ON credential (identity);
