"""Improving a judge: what is tried, on which outputs, at what cost, and what came of it."""
