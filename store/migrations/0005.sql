-- SPDX-License-Identifier: Apache-2.0
-- Raw public keys and certificates: a credential may be a key pair, and an account says whom its
-- server must prove to be.

ALTER TABLE credential
    ADD COLUMN kind TEXT NOT NULL DEFAULT 'psk' CHECK (kind IN ('psk', 'key-pair'));

ALTER TABLE credential
    ADD COLUMN certificates BLOB NOT NULL DEFAULT x'';

ALTER TABLE server
    ADD COLUMN server_public_key BLOB NOT NULL DEFAULT x'';

ALTER TABLE server
    ADD COLUMN matching_type INTEGER NOT NULL DEFAULT 0 CHECK (matching_type BETWEEN 0 AND 3);

ALTER TABLE server
    ADD COLUMN certificate_usage INTEGER NOT NULL DEFAULT 3 CHECK (certificate_usage BETWEEN 0 AND 3);

ALTER TABLE server
    ADD COLUMN server_name TEXT NOT NULL DEFAULT '';
