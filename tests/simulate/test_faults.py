from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from measurand.core.failure import FAILURES
from measurand.errors import DataError
from measurand.simulate.faults import (
    FAILURE_OF,
    FaultPlan,
    FaultScript,
    PlannedFault,
    read_faults,
)

ROWS = (
    PlannedFault(fault="429", share=0.2),
    PlannedFault(fault="500", share=0.05),
    PlannedFault(fault="malformed", share=0.03),
    PlannedFault(fault="truncated", share=0.01),
)


def plan(*rows: PlannedFault, seed: int = 7) -> FaultPlan:
    return FaultPlan(FaultScript(rows), seed)


def ask(faults: FaultPlan, key: str, model: str = "judge", *, judge: bool = True) -> str | None:
    row = faults.next(key, model, judge=judge)
    return None if row is None else row.fault


def test_shares_hit_about_so_many_and_counts_exactly_so_many() -> None:
    faults = plan(*ROWS, PlannedFault(fault="refused", count=17))
    for number in range(4000):
        ask(faults, f"k{number}")
    lasting = Counter(faults.planted(lasting=True).values())
    passing = Counter(faults.planted(lasting=False).values())
    assert lasting["refused"] == 17
    assert 800 - 90 < passing["429"] < 800 + 90  # 3.5 standard deviations
    assert 200 - 50 < passing["500"] < 200 + 50
    assert 120 - 40 < lasting["malformed"] < 120 + 40


def test_the_order_of_arrival_does_not_matter() -> None:
    keys = [f"k{number}" for number in range(500)]
    one, other = plan(*ROWS), plan(*ROWS)
    first = {key: [ask(one, key), ask(one, key)] for key in keys}
    second = {key: [ask(other, key), ask(other, key)] for key in reversed(keys)}
    assert first == second
    third = {key: [ask(faults := plan(*ROWS, seed=8), key), ask(faults, key)] for key in keys}
    assert third != first


def test_a_passing_fault_lets_the_next_try_through_and_a_lasting_one_never_does() -> None:
    faults = plan(
        PlannedFault(fault="429", share=1.0, times=2), PlannedFault(fault="malformed", share=1.0)
    )
    assert [ask(faults, "k") for _ in range(4)] == ["429", "429", "malformed", "malformed"]


def test_a_try_with_a_longer_key_or_the_same_check_word_is_the_same_item() -> None:
    faults = plan(PlannedFault(fault="malformed", count=1))
    assert ask(faults, "k") == "malformed"
    assert ask(faults, "k#2") == "malformed"
    assert ask(faults, "other") is None
    checked = plan(PlannedFault(fault="malformed", count=1))
    assert checked.next("a", "judge", judge=True, item="12345-abcde") is not None
    assert checked.next("b", "judge", judge=True, item="12345-abcde") is not None
    assert checked.next("c", "judge", judge=True, item="99999-abcde") is None
    assert checked.planted(lasting=True) == {"a": "malformed"}


def test_role_and_models_narrow_it_down() -> None:
    faults = plan(
        PlannedFault(fault="500", share=0.5, role="system"),
        PlannedFault(fault="503", share=0.5, models=("judge-b",)),
        PlannedFault(fault="bad_quote", share=1.0),
    )
    systems = {ask(faults, f"k{n}", "today", judge=False) for n in range(50)}
    judges = {ask(faults, f"k{n}") for n in range(50)}
    others = {ask(faults, f"k{n}", "judge-b") for n in range(50)}
    assert systems == {None, "500"}
    assert judges == {"bad_quote"}
    assert others == {"503", "bad_quote"}


def test_every_fault_has_a_class_of_failure() -> None:
    assert set(FAILURE_OF.values()) <= set(FAILURES)
    assert len(FAILURE_OF) == 13


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ([{"fault": "42", "share": 0.1}], "there is no such fault; found 42; allowed: 429, 500"),
        ([{"fault": "malformd", "share": 0.1}], "Did you mean 'malformed'?"),
        ([{"fault": "429", "shares": 0.1}], "Did you mean 'share'?"),
        ([{"fault": "429"}], "a fault has a share or a count, and not both"),
        ([{"fault": "429", "share": 0.1, "count": 3}], "a share or a count"),
        ([{"fault": "429", "share": 1.5}], "a share is a number from 0 to 1; found 1.5"),
        ([{"fault": "429", "share": "many"}], "found many; allowed: a number from 0 to 1"),
        ([{"fault": "429", "count": True}], "found True; allowed: a whole number"),
        ([{"fault": "429", "count": -1}], "a count is 0 or more"),
        ([{"fault": "429", "share": 0.1, "times": 0}], "times is 1 or more"),
        ([{"fault": "429", "share": 0.1, "retry_after": -1}], "retry_after is a number of seconds"),
        ([{"fault": "429", "share": 0.1, "mode": "sticky"}], "allowed: passing, lasting"),
        ([{"fault": "bad_quote", "share": 0.1, "role": "system"}], "bad_quote is a judge's fault"),
        ({"429": 0.7, "500": 0.7}, "the shares of passing faults sum to 1.4; allowed: up to 1"),
        ({"faults": [], "sed": 3}, "sed: there is no such key; allowed: faults, seed"),
        ({"faults": [], "seed": "x"}, "a seed is a whole number; found x"),
        (["429"], "a row is a mapping; found 429"),
        ("429", "this is no fault script; found 429"),
    ],
)
def test_what_cannot_be_meant_is_named(raw: object, told: str) -> None:
    with pytest.raises(DataError) as caught:
        FaultScript.of(raw, file="faults.yaml")
    assert told in str(caught.value)
    assert str(caught.value).startswith("faults.yaml: ")


def test_every_fault_of_a_script_is_named_at_once() -> None:
    rows = [{"fault": "x", "share": 0.1}, {"fault": "429", "share": 2}, {"fault": "500"}]
    with pytest.raises(DataError) as caught:
        FaultScript.of(rows)
    assert len(caught.value.faults) == 3
    assert [fault.key for fault in caught.value.faults] == [
        "faults[0].fault",
        "faults[1]",
        "faults[2]",
    ]


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text("seed: 3\nfaults:\n  - {fault: 429, share: 0.2}\n  - {fault: hang, count: 2}\n")
    script = read_faults(path)
    assert script.seed == 3
    assert [(row.fault, row.share, row.count) for row in script.faults] == [
        ("429", 0.2, None),
        ("hang", None, 2),
    ]
    path.write_text('{"429": 0.2, "malformed": 0.03}')
    assert [row.lasting for row in read_faults(path).faults] == [False, True]
    path.write_text("faults: [{fault: 429, share: 0.2, share: 0.3}]")
    with pytest.raises(DataError, match="stands on line 1 already"):
        read_faults(path)
    with pytest.raises(DataError, match="cannot be read"):
        read_faults(tmp_path / "nowhere.yaml")
