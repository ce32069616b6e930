"""The account of a file adds up, or it is none."""

from __future__ import annotations

import pytest

from measurand.core.intake import Intake, Refusal


def test_what_was_read_was_kept_or_refused() -> None:
    intake = Intake("a.csv", read=3, kept=2, refused=(Refusal("found '9'; allowed: 1-5", line=4),))
    assert intake.read == intake.kept + len(intake.refused)


@pytest.mark.parametrize("kept", [1, 3])
def test_an_account_that_does_not_add_up_is_refused(kept: int) -> None:
    with pytest.raises(ValueError, match=rf"a\.csv: read 3 is not kept {kept} \+ 1"):
        Intake("a.csv", read=3, kept=kept, refused=(Refusal("no"),))
