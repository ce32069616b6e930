"""What one does: one verb, one file, one function."""
