"""Biases of judges, one a module: each turns what judges said into effects with intervals."""
