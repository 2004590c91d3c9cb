-- SPDX-License-Identifier: Apache-2.0
-- Where a device stands, when somebody has said so.

ALTER TABLE device
    ADD COLUMN position TEXT NOT NULL DEFAULT '';
