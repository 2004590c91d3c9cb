-- SPDX-License-Identifier: Apache-2.0
-- The schema as it is now. A change goes here and, as a new step, into migrations/; a test proves
-- that both ways lead to the same tables.

CREATE TABLE line (
    name                  TEXT    NOT NULL PRIMARY KEY,
    kind                  TEXT    NOT NULL CHECK (kind IN ('rtu', 'tcp', 'rtu-over-tcp')),
    serial_port           TEXT    NOT NULL,
    baud_rate             INTEGER NOT NULL,
    parity                TEXT    NOT NULL CHECK (parity IN ('none', 'even', 'odd')),
    stop_bits             INTEGER NOT NULL,
    host                  TEXT    NOT NULL,
    port                  INTEGER NOT NULL,
    response_timeout_ms   INTEGER NOT NULL,
    extra_silence_ms      INTEGER NOT NULL,
    rs485                 TEXT    NOT NULL DEFAULT 'none'
        CHECK (rs485 IN ('none', 'rts-on-send', 'rts-after-send')),
    rs485_delay_before_ms INTEGER NOT NULL DEFAULT 0,
    rs485_delay_after_ms  INTEGER NOT NULL DEFAULT 0,
    local_echo            INTEGER NOT NULL DEFAULT 0 CHECK (local_echo IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE server (
    name                   TEXT    NOT NULL PRIMARY KEY,
    uri                    TEXT    NOT NULL,
    security_mode          INTEGER NOT NULL CHECK (security_mode BETWEEN 0 AND 3),
    short_server_id        INTEGER NOT NULL,
    lifetime_s             INTEGER NOT NULL,
    default_pmin_s         INTEGER,
    default_pmax_s         INTEGER,
    disable_timeout_s      INTEGER NOT NULL,
    stores_notifications   INTEGER NOT NULL CHECK (stores_notifications IN (0, 1)),
    notifies_confirmable   INTEGER NOT NULL CHECK (notifies_confirmable IN (0, 1)),
    lwm2m_version          TEXT    NOT NULL,
    queue_mode             INTEGER NOT NULL CHECK (queue_mode IN (0, 1)),
    allows_cbc_without_etm INTEGER NOT NULL CHECK (allows_cbc_without_etm IN (0, 1)),
    retry_count            INTEGER NOT NULL,
    retry_timer_s          INTEGER NOT NULL,
    sequence_delay_s       INTEGER NOT NULL,
    sequence_retry_count   INTEGER NOT NULL,
    cipher_suites          TEXT    NOT NULL DEFAULT '',
    server_public_key      BLOB    NOT NULL DEFAULT x'',
    matching_type          INTEGER NOT NULL DEFAULT 0 CHECK (matching_type BETWEEN 0 AND 3),
    certificate_usage      INTEGER NOT NULL DEFAULT 3 CHECK (certificate_usage BETWEEN 0 AND 3),
    server_name            TEXT    NOT NULL DEFAULT '',
    is_bootstrap           INTEGER NOT NULL DEFAULT 0 CHECK (is_bootstrap IN (0, 1)),
    client_hold_off_s      INTEGER NOT NULL DEFAULT 0,
    bootstrap_timeout_s    INTEGER NOT NULL DEFAULT 0,
    bootstraps_on_failure  INTEGER NOT NULL DEFAULT 1 CHECK (bootstraps_on_failure IN (0, 1)),
    -- Whose own it is, delivered by that device's Bootstrap-Server; NULL: the operator's.
    device                 TEXT    REFERENCES device (name) ON DELETE CASCADE,
    awake_time_s           INTEGER NOT NULL DEFAULT 93,
    -- Security mode 4: 2, with a certificate that the Bootstrap-Server gives.
    enrols                 INTEGER NOT NULL DEFAULT 0 CHECK (enrols IN (0, 1)),
    registration_order     INTEGER,
    initial_delay_s        INTEGER NOT NULL DEFAULT 0,
    blocks_on_failure      INTEGER NOT NULL DEFAULT 0 CHECK (blocks_on_failure IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX server_by_device ON server (device);

CREATE TABLE device (
    name                 TEXT    NOT NULL PRIMARY KEY,
    endpoint_name        TEXT    NOT NULL,
    profile              TEXT    NOT NULL,
    line                 TEXT    REFERENCES line (name),
    unit_id              INTEGER NOT NULL,
    is_enabled           INTEGER NOT NULL CHECK (is_enabled IN (0, 1)),
    allows_server_writes INTEGER NOT NULL CHECK (allows_server_writes IN (0, 1)),
    poll_period_ms       INTEGER,
    ble_address          TEXT    NOT NULL DEFAULT '',
    -- NULL: as the line.
    baud_rate            INTEGER,
    parity               TEXT    CHECK (parity IN ('none', 'even', 'odd')),
    stop_bits            INTEGER,
    position             TEXT    NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE INDEX device_by_line ON device (line);

CREATE TABLE device_server (
    device   TEXT    NOT NULL REFERENCES device (name) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    server   TEXT    NOT NULL REFERENCES server (name),
    PRIMARY KEY (device, position),
    UNIQUE (device, server)
) STRICT, WITHOUT ROWID;

CREATE INDEX device_server_by_server ON device_server (server);

-- All accounts of a device that was bootstrapped, its own and those of the operator that the
-- Bootstrap-Server left alone; then device_server counts for nothing.
CREATE TABLE bootstrapped_account (
    device            TEXT    NOT NULL REFERENCES device (name) ON DELETE CASCADE,
    server            TEXT    NOT NULL REFERENCES server (name),
    security_instance INTEGER NOT NULL,
    server_instance   INTEGER NOT NULL,
    PRIMARY KEY (device, server)
) STRICT, WITHOUT ROWID;

CREATE INDEX bootstrapped_account_by_server ON bootstrapped_account (server);

CREATE TABLE client_state (
    device TEXT NOT NULL REFERENCES device (name) ON DELETE CASCADE,
    key    TEXT NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (device, key)
) STRICT, WITHOUT ROWID;

-- At most one key-encryption key wraps new records; one being replaced stays until no record
-- needs it.
CREATE TABLE kek (
    id    INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    state TEXT    NOT NULL CHECK (state IN ('active', 'retiring'))
) STRICT;

CREATE UNIQUE INDEX kek_one_active ON kek (state) WHERE state = 'active';

-- The ways to open a key-encryption key: 'tpm2' is sealed by the TPM, 'credential' wrapped by the
-- systemd credential, 'recovery' by the recovery key.
CREATE TABLE key_slot (
    kek  INTEGER NOT NULL REFERENCES kek (id) ON DELETE CASCADE,
    kind TEXT    NOT NULL,
    blob BLOB    NOT NULL,
    PRIMARY KEY (kek, kind)
) STRICT, WITHOUT ROWID;

-- A PSK has an identity of up to 128 octets; a key pair's is its public key (SubjectPublicKeyInfo),
-- and its certificates lie beside it, DER, its own first. The fingerprint is keyed by the key-encryption key and UNIQUE: no key serves two accounts.
CREATE TABLE credential (
    device        TEXT    NOT NULL REFERENCES device (name) ON DELETE CASCADE,
    server        TEXT    NOT NULL REFERENCES server (name) ON DELETE CASCADE,
    version       INTEGER NOT NULL,
    kek           INTEGER NOT NULL REFERENCES kek (id),
    identity      BLOB    NOT NULL CHECK (length(identity) BETWEEN 1 AND 128),
    wrapped_key   BLOB    NOT NULL,
    fingerprint   BLOB    NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
    is_exportable INTEGER NOT NULL CHECK (is_exportable IN (0, 1)),
    kind          TEXT    NOT NULL DEFAULT 'psk' CHECK (kind IN ('psk', 'key-pair')),
    certificates  BLOB    NOT NULL DEFAULT x'',
    -- Of a private key; what is wrapped for one in the TPM is what the TPM needs to sign with it.
    residence     TEXT    NOT NULL DEFAULT 'store' CHECK (residence IN ('store', 'tpm')),
    PRIMARY KEY (device, server),
    UNIQUE (server, identity)
) STRICT, WITHOUT ROWID;

CREATE INDEX credential_by_kek ON credential (kek);

CREATE INDEX credential_by_identity ON credential (identity);

-- What an account's next DTLS session may resume from; it opens with that very credential only.
CREATE TABLE resumption (
    device        TEXT    NOT NULL,
    server        TEXT    NOT NULL,
    kek           INTEGER NOT NULL REFERENCES kek (id) ON DELETE CASCADE,
    wrapped_state BLOB    NOT NULL,
    PRIMARY KEY (device, server),
    FOREIGN KEY (device, server) REFERENCES credential (device, server) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX resumption_by_kek ON resumption (kek);

-- How old the database is: at most one row, proven by the key-encryption key. A counter in the TPM
-- goes with it, and tells an older copy that was put back.
CREATE TABLE age (
    id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    counter INTEGER NOT NULL,
    proof   BLOB    NOT NULL CHECK (length(proof) = 32)
) STRICT;

-- The key that a legacy device encrypts its own messages with.
CREATE TABLE field_key (
    device      TEXT    NOT NULL PRIMARY KEY REFERENCES device (name) ON DELETE CASCADE,
    kek         INTEGER NOT NULL REFERENCES kek (id),
    wrapped_key BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX field_key_by_kek ON field_key (kek);
