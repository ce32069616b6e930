"""Looks at a comparison that grows: counted in the ledger, told where verdicts hold for one."""

from __future__ import annotations

from pathlib import Path

from measurand.core.rating import Rating, Ratings
from measurand.jobs.looks import LOOKED, Looks, look_at, looks_told
from measurand.store.ledger import open_ledger

PAIR = ("b", "a")
RUN = {"systems": {"a": "1", "b": "1", "c": "1"}, "raters": {"j": "1"}, "dimensions": {"d": "1"}}


def ratings(count: int, *systems: str) -> Ratings:
    return Ratings.of(
        Rating(
            example=f"e{at}", system=system, dimension="d", rater="j", kind="judge", value=at % 2
        )
        for at in range(count)
        for system in systems or ("a", "b")
    )


def test_the_first_look_is_the_first_and_the_same_data_are_no_second(tmp_path: Path) -> None:
    looks = Looks(tmp_path / "ledger.db", RUN)
    assert looks.noted(ratings(10), [PAIR]) == {PAIR: 1}
    assert looks.noted(ratings(10), [PAIR]) == {PAIR: 1}
    with open_ledger(looks.path) as ledger:
        assert len(ledger.work.events(LOOKED)) == 1


def test_grown_data_are_another_look(tmp_path: Path) -> None:
    looks = Looks(tmp_path / "ledger.db", RUN)
    found = [looks.noted(ratings(count), [PAIR])[PAIR] for count in (10, 20, 30, 20)]
    assert found == [1, 2, 3, 3]
    assert looks.noted(ratings(40), [("a", "b")]) == {("a", "b"): 4}


def test_another_system_or_rater_is_another_comparison(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Looks(path, RUN).noted(ratings(10), [PAIR])
    for part in ("systems", "raters", "dimensions"):
        changed = {**RUN, part: {**RUN[part], "a": "2"}}
        assert Looks(path, changed).noted(ratings(20), [PAIR]) == {PAIR: 1}


def test_a_further_system_makes_no_new_look_at_the_others(tmp_path: Path) -> None:
    looks = Looks(tmp_path / "ledger.db", RUN)
    looks.noted(ratings(10), [PAIR])
    found = looks.noted(ratings(10, "a", "b", "c"), [PAIR, ("c", "a")])
    assert found == {PAIR: 1, ("c", "a"): 1}


def test_looks_of_a_run_count_with_those_of_a_comparison(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with open_ledger(path) as ledger:
        for count in (5, 10):
            look_at(ledger, [PAIR], ratings=ratings(count), manifest=RUN, by="run")
    assert Looks(path, RUN).noted(ratings(15), [PAIR]) == {PAIR: 3}


def test_a_ledger_that_is_written_by_another_loses_the_count_and_nothing_else(
    tmp_path: Path,
) -> None:
    looks = Looks(tmp_path / "ledger.db", RUN)
    looks.noted(ratings(10), [PAIR])
    with open_ledger(looks.path) as other, other.work.writing():
        assert looks.noted(ratings(20), [PAIR]) == {}
    assert looks.noted(ratings(20), [PAIR]) == {PAIR: 2}


def test_nothing_is_told_of_a_first_look() -> None:
    assert list(looks_told({})) == []
    assert list(looks_told({PAIR: 1})) == []


def test_what_several_looks_mean_is_told_once() -> None:
    counts = {PAIR: 4, ("c", "a"): 1, **{(name, "a"): 2 for name in "defg"}}
    (told,) = looks_told(counts)
    assert told.startswith("This is look 4 at data that grew in between (b with a, ")
    assert "and 2 more" in told
    assert "c with a" not in told
    assert "--looks anytime" in told
