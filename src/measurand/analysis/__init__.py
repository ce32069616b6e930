"""What the ratings mean: pure functions, one result type a file."""
