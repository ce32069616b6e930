"""Who rates: checks now; judges and people use the same table."""
