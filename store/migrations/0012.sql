-- SPDX-License-Identifier: Apache-2.0
-- Accounts whose certificate comes from the Bootstrap-Server (LwM2M security mode 4).
ALTER TABLE server ADD COLUMN enrols INTEGER NOT NULL DEFAULT 0 CHECK (enrols IN (0, 1));
