-- SPDX-License-Identifier: Apache-2.0
-- A server account may name the cipher suites it offers.

ALTER TABLE server
    ADD COLUMN cipher_suites TEXT NOT NULL DEFAULT '';
