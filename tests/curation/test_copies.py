"""What was exported twice counts once; what was asked again counts again."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.curation.copies import Naming, copies
from measurand.curation.traffic import NEVER

SECOND = 1_767_225_601
DAY = 1_767_225_600


def told(*rows: tuple[int, Naming, int]) -> tuple[list[bool], list[bool]]:
    identity, naming, at = zip(*rows, strict=True)
    found = copies(np.asarray(identity, dtype=np.uint64), np.asarray(naming), np.asarray(at))
    return found.copied.tolist(), found.unsure.tolist()


@pytest.mark.parametrize(
    ("naming", "at", "copied", "unsure"),
    [
        (Naming.OWN, SECOND, False, False),
        (Naming.AGAIN, SECOND, True, False),
        (Naming.AGAIN, NEVER, True, False),
        (Naming.BY_MOMENT, SECOND, True, False),
        (Naming.BY_MOMENT, DAY, False, True),
        (Naming.NONE, SECOND, False, True),
        (Naming.NONE, NEVER, False, True),
    ],
)
def test_only_what_is_certain_is_a_copy(
    naming: Naming, at: int, *, copied: bool, unsure: bool
) -> None:
    first = Naming.OWN if naming == Naming.AGAIN else naming
    assert told((1, first, at), (1, naming, at)) == ([False, copied], [False, unsure])
    assert told((1, first, at), (2, naming, at)) == ([False, False], [False, False])


def test_where_a_log_tells_seconds_a_full_minute_is_a_second() -> None:
    rows = [(1, Naming.BY_MOMENT, DAY), (1, Naming.BY_MOMENT, DAY), (2, Naming.BY_MOMENT, SECOND)]
    assert told(*rows) == ([False, True, False], [False, False, False])


def test_no_record_is_no_copy() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert not copies(none.astype(np.uint64), none, none).copied.size
