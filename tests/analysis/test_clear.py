"""Whether it is clear which system is better, while results still come in."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from measurand.analysis.clear import Decided, Terms, decide
from measurand.analysis.score import Scores, score
from measurand.core.example import Example, Message
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO
from measurand.stats.sequential import sequential_mean

RUBRIC = Rubric(
    Dimension("right", weight=100, scale=YES_NO),
    Dimension("safe", scale=YES_NO, blocking=True),
)


def scores(*, clusters: int = 0, **right: Sequence[int | None]) -> Scores:
    """Who was right on which example; 2 stands for right, but blocked."""
    rows = []
    for system, said in right.items():
        for at, value in enumerate(said):
            told = {"right": None if value is None else int(value > 0)}
            told["safe"] = None if value is None else int(value != 2)
            rows += [
                Rating(
                    example=f"e{at}",
                    system=system,
                    dimension=name,
                    rater="c",
                    kind="check",
                    value=one,
                    reason="" if one is not None else "no answer",
                )
                for name, one in told.items()
            ]
    count = max(map(len, right.values()))
    examples = {
        f"e{at}": Example(
            id=f"e{at}",
            messages=(Message("user", "?"),),
            cluster=f"c{at // clusters}" if clusters else None,
        )
        for at in range(count)
    }
    return score(Ratings.of(rows), RUBRIC, examples=examples, systems=tuple(right))


def decided(table: Scores, *systems: str, **terms: float) -> dict[str, Decided]:
    found = decide(table, "now", systems, asked=table.examples, terms=Terms(**terms))
    return {one.system: one for one in found}


def test_better_worse_and_neither() -> None:
    table = scores(now=[0, 1] * 20, up=[1] * 40, down=[0] * 40, same=[1, 0] * 20)
    found = decided(table, "up", "down", "same")
    assert {name: one.outcome for name, one in found.items()} == {
        "up": "better",
        "down": "worse",
        "same": "",
    }
    expected = sequential_mean([1, 0] * 20, bounds=(-1, 1))
    assert found["up"].estimate == expected
    assert str(found["up"]).startswith("up is better than now (+0.500 [")
    assert str(found["same"]) == "same and now are not told apart"


def test_more_candidates_need_more() -> None:
    """Seven discordant pairs of one sign: 8 / 2^7 is .0625; eight: .035; twice that is .07."""
    up = [1] * 40
    seven, eight = ([0] * count + [1] * (40 - count) for count in (7, 8))
    assert decided(scores(now=seven, up=up), "up")["up"].outcome == ""
    assert decided(scores(now=eight, up=up), "up")["up"].outcome == "better"
    both = scores(now=eight, up=up, same=eight)
    assert decided(both, "up", "same", margin=0)["up"].outcome == ""


def test_equivalent_within_the_margin_and_never_without_one() -> None:
    table = scores(now=[0, 1] * 60, same=[0, 1] * 60)
    assert decided(table, "same", margin=0.1)["same"].outcome == "equivalent"
    assert decided(table, "same", margin=0)["same"].outcome == ""
    assert "same is equivalent to now" in str(decided(table, "same", margin=0.1)["same"])


def test_a_better_one_that_is_blocked_more_often_is_not_clear() -> None:
    now, up = [0, 1] * 30, [1] * 60
    assert decided(scores(now=now, up=up), "up")["up"].outcome == "better"
    ahead = decided(scores(now=now, up=[2, *up[1:]]), "up")["up"]
    assert ahead.outcome == ""
    assert str(ahead) == (
        "up against now is not decided: better by the scores, but up is blocked more often "
        "(1 of 60, not 0)"
    )
    assert decided(scores(now=[2, *now[1:]], up=[2, *up[1:]]), "up")["up"].outcome == "better"


def test_a_worse_one_is_clear_though_it_is_blocked() -> None:
    table = scores(now=[1] * 60, down=[2] + [0] * 59)
    assert decided(table, "down")["down"].outcome == "worse"


@pytest.mark.parametrize(("missing", "outcome"), [(1, "better"), (2, "")])
def test_nothing_is_clear_while_too_many_have_no_score(missing: int, outcome: str) -> None:
    up: list[int | None] = [1] * 60 + [None] * missing
    table = scores(now=[0, 1] * 30 + [1] * missing, up=up)
    found = decided(table, "up", max_failures=0.02)["up"]
    assert found.outcome == outcome
    lost = "" if outcome else "2 of 62 examples have no score, and 2.0% may"
    assert found.reason == lost
    assert "not told apart" not in str(found)


def test_a_system_that_nobody_rated_is_not_clear() -> None:
    table = scores(now=[0, 1] * 30)
    assert decided(table, "up")["up"].outcome == ""


def test_clusters_count_as_wholes() -> None:
    """Sixty examples in six clusters are six units, and seven of one sign are not enough."""
    now, up = [0] * 60, [1] * 60
    assert decided(scores(now=now, up=up), "up")["up"].outcome == "better"
    clustered = decided(scores(clusters=10, now=now, up=up), "up")["up"]
    assert clustered.outcome == ""
    assert clustered.estimate.method.endswith("on clusters")
