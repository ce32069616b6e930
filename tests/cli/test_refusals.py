"""The account of an import: refusals by kind, what is off its scale first."""

from __future__ import annotations

from measurand.cli.refusals import told
from measurand.core.intake import Refusal


def test_kinds_of_reasons_are_told_apart_and_the_scale_comes_first() -> None:
    refusals = [
        Refusal("the same rating as line 2; a column repeat tells two apart", line=3),
        Refusal("the same rating as line 7; a column repeat tells two apart", line=9),
        Refusal("the row has 3 cells and the header 6", line=12),
        Refusal("found 'robot'; allowed: check, judge, people, reference", line=4),
        Refusal("found '9'; allowed: 1-5", line=5),
        Refusal("found 'nan', which is not a rating; allowed: 1-5", line=6),
        Refusal("found '9'; allowed: 1-5", line=5),
    ]
    assert list(told(refusals, ["1-5"])) == [
        "refused 3: off the scale; allowed: 1-5; found '9' (2), 'nan' (line 5, 6)",
        (
            "refused 1: unknown kind of rater; allowed: check, judge, people, reference; "
            "found 'robot' (line 4)"
        ),
        (
            "refused 2: given twice; number repeats in a column repeat, or map the column of "
            "the system (line 3, 9)"
        ),
        "refused 1: the row has 3 cells and the header 6 (line 12)",
    ]


def test_labels_nobody_used_are_one_kind() -> None:
    refusals = [
        Refusal(f"found 'no idea {n}', not a label that people used: a, b", line=n)
        for n in range(2, 20)
    ]
    (line,) = told(refusals, ["any label"])
    assert line.startswith("refused 18: not a label that people used: a, b; found 'no idea 2', ")
    assert line.endswith("(line 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...)")
