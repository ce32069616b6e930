"""Ending a run early, once it is clear which system is better."""
