-- SPDX-License-Identifier: Apache-2.0
-- Of several servers of a device, whose turn is when: /1/x/13 to 15.
ALTER TABLE server ADD COLUMN registration_order INTEGER;
ALTER TABLE server ADD COLUMN initial_delay_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE server ADD COLUMN blocks_on_failure INTEGER NOT NULL DEFAULT 0
    CHECK (blocks_on_failure IN (0, 1));
