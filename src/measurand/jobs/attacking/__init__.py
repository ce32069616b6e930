"""Attacks that a model writes: what it is asked, what it costs, and what of its replies is used."""
