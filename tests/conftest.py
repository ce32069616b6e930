"""What holds of all tests."""

from __future__ import annotations

from hypothesis import settings

# The quick suite says the same of the same code; `pytest -m hypothesis --hypothesis-profile search`
# looks for what it has not tried.
settings.register_profile("search", derandomize=False, deadline=None)
settings.register_profile("quick", derandomize=True, deadline=None)
settings.load_profile("quick")
