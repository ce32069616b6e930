"""What the tests for contamination ask of systems, and where their other inputs come from."""
