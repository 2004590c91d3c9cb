-- SPDX-License-Identifier: Apache-2.0
-- How long a device in queue mode listens after the last message.

ALTER TABLE server
    ADD COLUMN awake_time_s INTEGER NOT NULL DEFAULT 93;
