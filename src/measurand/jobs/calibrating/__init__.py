"""What calibrating a judge takes besides numbers: splits, looks and records that a ledger keeps."""
