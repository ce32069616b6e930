"""Where things stay: files read with every fault named, and the ledger."""
