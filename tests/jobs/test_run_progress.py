"""How far a run is, in a line that nothing from outside can break."""

from __future__ import annotations

from measurand.jobs.engine.tally import Tally
from measurand.jobs.run_progress import told


def test_classes_of_failure_are_words_and_users_own_are_shown_as_they_can_be() -> None:
    tally = Tally(total=1)
    tally.failures.update({"rate_limited": 3, "\x1b[2J\nmine": 2, "x" * 100: 1})
    line = told(tally.snapshot(), None)
    assert "failed: 3 rate limited, 2 ⟨U+001B⟩[2J ↵ mine, 1 " + "x" * 39 + "…" in line
    assert line.isprintable()
