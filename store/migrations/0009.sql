-- SPDX-License-Identifier: Apache-2.0
-- Serial lines: RS-485 by the port's driver, adapters with a local echo, devices with a speed of
-- their own.

ALTER TABLE line
    ADD COLUMN rs485 TEXT NOT NULL DEFAULT 'none'
    CHECK (rs485 IN ('none', 'rts-on-send', 'rts-after-send'));
ALTER TABLE line
    ADD COLUMN rs485_delay_before_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE line
    ADD COLUMN rs485_delay_after_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE line
    ADD COLUMN local_echo INTEGER NOT NULL DEFAULT 0 CHECK (local_echo IN (0, 1));

ALTER TABLE device
    ADD COLUMN baud_rate INTEGER;
ALTER TABLE device
    ADD COLUMN parity TEXT CHECK (parity IN ('none', 'even', 'odd'));
ALTER TABLE device
    ADD COLUMN stop_bits INTEGER;
