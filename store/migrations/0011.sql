-- SPDX-License-Identifier: Apache-2.0
-- Private keys may reside in the TPM; then the wrapped key is what it needs to sign with them.
ALTER TABLE credential ADD COLUMN residence TEXT NOT NULL DEFAULT 'store'
    CHECK (residence IN ('store', 'tpm'));
