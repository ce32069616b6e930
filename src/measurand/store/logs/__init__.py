"""Logs of production as records, whatever wrote them: a module a dialect, one table of all."""
