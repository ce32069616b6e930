from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.analysis.anchors import ANCHOR, AnchorOptions, anchors
from measurand.analysis.anchors_bets import Saying, bets_on
from measurand.analysis.anchors_stream import Stream, StreamScore
from measurand.analysis.result import Findings, Result
from measurand.core.probe import ProbeRow
from measurand.core.scale import ONE_TO_FIVE, YES_NO, Scale, Value

Floats = NDArray[np.float64]
SCALES = {"tone": ONE_TO_FIVE, "safe": YES_NO, "topic": Scale.of("a/b/c")}
Key = tuple[str, str, str]


def grades(runs: int = 10, items: int = 40, *, move: float = 0.0, at: int = 5) -> Floats:
    rng = np.random.default_rng(3)
    quality = rng.normal(3, 0.7, size=items)
    table = quality + 0.4 * rng.normal(size=(runs, items))
    table[at:] += move
    return np.clip(np.round(table), 1, 5)


def rows(
    table: Sequence[Sequence[Value | None]] | Floats, dimension: str = "tone", judge: str = "j"
) -> list[ProbeRow]:
    return [
        ProbeRow(
            example=f"e{item}",
            system="s",
            dimension=dimension,
            rater=judge,
            probe=ANCHOR,
            value=value,
            failure="refused" if value is None else None,
            repeat=run,
        )
        for run, said in enumerate(table)
        for item, value in enumerate(said)
    ]


def labels(value: Value = 3.0, items: int = 40, dimension: str = "tone") -> dict[Key, Value]:
    return {(f"e{item}", "s", dimension): value for item in range(items)}


def stream(move: float, *, again: bool, runs: int = 10, at: int = 5) -> list[StreamScore]:
    rng = np.random.default_rng(8)
    return [
        StreamScore(
            round=run,
            judge="j",
            example=f"x{item}" if again else f"x{run}-{item}",
            system="s",
            dimension="tone",
            share=float(np.clip(0.5 + 0.2 * rng.normal() + move * (run >= at), 0, 1)),
        )
        for run in range(runs)
        for item in range(50)
    ]


def one(findings: Findings, name: str, **cells: object) -> Result:
    (found,) = [
        result
        for result in findings.named(name)
        if all(getattr(result, key) == value for key, value in cells.items())
    ]
    return found


def test_nothing_moved_and_the_verdict_says_how_strong_the_evidence_is() -> None:
    found = anchors(rows(grades()), labels(), SCALES, stream=stream(0, again=False))
    (verdict,) = found.verdicts
    assert (verdict.name, verdict.outcome, verdict.raters) == ("drift", "none", ("j",))
    assert "no drift in 10 runs" in verdict.reason
    evidence = one(found, "anchor_evidence").estimate
    assert evidence.value is not None
    assert evidence.value < 20


@pytest.mark.parametrize("move", [-1.0, 1.0])
def test_a_judge_that_moves_is_found_and_not_taken_for_the_system(move: float) -> None:
    both = stream(move / 4, again=False)
    found = anchors(rows(grades(move=move)), labels(), SCALES, stream=both)
    (verdict,) = found.verdicts
    assert verdict.outcome == "judge"
    assert any(f"since about run {run}:" in verdict.reason for run in (5, 6))
    assert verdict.estimate is not None
    assert verdict.estimate.value == pytest.approx(move / 4, abs=0.05)


@pytest.mark.parametrize("again", [True, False])
def test_a_system_that_moves_while_the_anchors_stand_still(again: bool) -> None:  # noqa: FBT001
    found = anchors(rows(grades()), labels(), SCALES, stream=stream(-0.2, again=again))
    (verdict,) = found.verdicts
    assert verdict.outcome == "system"
    shift = one(found, "stream_shift").estimate
    assert shift.value == pytest.approx(-0.2, abs=0.04)


def test_with_few_anchors_it_is_open_who_moved_and_no_verdict_is_given() -> None:
    few = [row for row in rows(grades(move=-0.4)) if row.example in {"e0", "e1", "e2"}]
    found = anchors(few, labels(), SCALES, stream=stream(-0.1, again=False))
    (verdict,) = found.verdicts
    assert verdict.outcome == "none"
    assert "whether the judge moved along is open" in verdict.reason


def test_more_noise_around_what_people_say_is_drift_too() -> None:
    rng = np.random.default_rng(5)
    table = np.full((12, 40), 3.0)
    table[6:] += rng.choice([-1, 1], size=(6, 40))
    (verdict,) = anchors(rows(table), labels(), SCALES).verdicts
    assert verdict.outcome == "judge"


def test_a_standing_fault_is_no_drift() -> None:
    (verdict,) = anchors(rows(np.full((20, 40), 5.0)), labels(2.0), SCALES).verdicts
    assert verdict.outcome == "none"


def test_the_gap_is_in_points_by_run_and_flips_are_against_the_last_run() -> None:
    table = np.full((3, 40), 4.0)
    table[2, :10] = 5.0
    found = anchors(rows(table), labels(), SCALES)
    gaps = [r.estimate.value for r in found.named("anchor_gap")]
    assert gaps == pytest.approx([1.0, 1.0, 1.25])
    assert [r.segment for r in found.named("anchor_gap")] == ["run 1", "run 2", "run 3"]
    flips = one(found, "anchor_flips").estimate
    assert flips.value == pytest.approx(0.25)
    assert "p = 0.00" in flips.method


def test_yes_no_and_labels_are_watched_as_well() -> None:
    yes = np.ones((12, 40))
    yes[6:, :25] = 0.0
    topic = [["a" if run < 6 or item > 25 else "b" for item in range(40)] for run in range(12)]
    for table, dimension, right in ((yes, "safe", 1.0), (topic, "topic", "a")):
        found = anchors(
            rows(table, dimension),
            labels(right, dimension=dimension),
            SCALES,
        )
        assert found.verdicts[0].outcome == "judge"


def test_judges_are_watched_each_alone_and_dimensions_together() -> None:
    both = rows(grades(move=1.0)) + rows(grades(), judge="k")
    both += rows(np.ones((10, 40)), "safe", "k")
    found = anchors(both, labels() | labels(1.0, dimension="safe"), SCALES)
    assert [(v.raters, v.outcome) for v in found.verdicts] == [
        (("j",), "judge"),
        (("k",), "none"),
    ]


def test_first_runs_failures_and_anchors_without_labels() -> None:
    found = anchors(rows(grades(runs=1)), labels(), SCALES)
    assert found.verdicts[0].outcome == "inconclusive"
    assert "two runs" in found.verdicts[0].reason
    assert any("40 anchors in 1 run. " in limit for limit in found.limits)
    assert list(found.named("anchor_evidence")) == []
    lost: list[list[Value | None]] = [[None] * 40, [3.0] * 40, [3.0] * 40]
    found = anchors(rows(lost), labels(), SCALES)
    assert found.verdicts[0].outcome == "none"
    assert any("40 of 120 judgments of anchors failed" in limit for limit in found.limits)
    assert next(found.named("anchor_gap")).estimate.value is None
    (verdict,) = anchors(rows(grades()), {}, SCALES).verdicts
    assert (verdict.outcome, verdict.reason[:12]) == ("inconclusive", "j: no anchor")
    assert anchors([], labels(), SCALES) == Findings(results=())


def test_order_of_rows_and_of_items_means_nothing_and_seeds_are_kept() -> None:
    told = rows(grades())
    once = anchors(told, labels(), SCALES, options=AnchorOptions(seed=4))
    assert anchors(told, labels(), SCALES, options=AnchorOptions(seed=4)) == once
    turned = anchors(told[::-1], labels(), SCALES, options=AnchorOptions(seed=4))
    assert turned.verdicts[0].outcome == once.verdicts[0].outcome
    assert {r.estimate.value for r in turned.named("anchor_gap")} == {
        r.estimate.value for r in once.named("anchor_gap")
    }


def test_scales_without_ends_move_by_their_own_points() -> None:
    table = 100 * grades(move=1.0)
    found = anchors(rows(table), labels(300.0), {"tone": Scale.of("interval")})
    assert found.verdicts[0].outcome == "judge"
    shift = one(found, "anchor_shift").estimate
    assert shift.value == pytest.approx(97, abs=10)


def drifts() -> Counter[str]:
    """Verdicts on twelve judges that stay as they are, of five dimensions with one noise."""
    counts: Counter[str] = Counter()
    for seed in range(12):
        rng = np.random.default_rng([13, seed])
        level, noise = rng.normal(3, 0.8, size=(5, 24)), 0.6 * rng.normal(size=(10, 24))
        told = [
            row
            for number, own in enumerate(level)
            for row in rows(np.clip(np.round(own + noise), 1, 5), f"d{number}")
        ]
        known = {key: v for n in range(5) for key, v in labels(dimension=f"d{n}").items()}
        scales = {f"d{n}": ONE_TO_FIVE for n in range(5)}
        options = AnchorOptions(alpha=0.2)
        counts[anchors(told, known, scales, options=options).verdicts[0].outcome] += 1
    return counts


def test_dimensions_that_share_their_noise_are_one_surprise_and_not_five() -> None:
    assert drifts() == {"none": 12}


def test_a_dimension_that_begins_to_fail_does_not_move_the_mean_of_all() -> None:
    table = grades(runs=14)
    strict: list[list[Value | None]] = [
        [1.0 if run < 5 or item % 2 else None for item in range(40)] for run in range(14)
    ]
    told = rows(table) + rows(strict, "depth")
    known = labels() | labels(dimension="depth")
    found = anchors(told, known, SCALES | {"depth": ONE_TO_FIVE})
    assert found.verdicts[0].outcome == "none"


def test_a_later_look_finds_the_games_as_they_were() -> None:
    said = [
        Saying(run, f"e{item}", "s", dimension, float((7 * run + item) % 3))
        for run in range(8)
        for dimension in ("tone", "depth")
        for item in range(9)
        if run < 5 or item < 8
    ]
    for pooled in (False, True):
        once = list(bets_on(said, range(8), seed=4, name="x", pooled=pooled))
        early = [one for one in said if one.run < 5]
        for bet, before in zip(
            once, bets_on(early, range(5), seed=4, name="x", pooled=pooled), strict=True
        ):
            assert bet.game.logs[:5] == before.game.logs
        assert sum(bet.share for bet in once) == pytest.approx(1)


def fresh(run: int, example: str, system: str, share: float) -> StreamScore:
    return StreamScore(
        round=run, judge="j", example=example, system=system, dimension="tone", share=share
    )


def test_harder_examples_that_join_are_not_held_against_those_that_come_again() -> None:
    rng = np.random.default_rng(2)
    told = [
        fresh(run, f"x{item}", "s", float(np.clip(0.7 + 0.1 * rng.normal(), 0, 1)))
        for run in range(10)
        for item in range(40)
    ]
    told += [fresh(run, f"h{run}-{item}", "s", 0.1) for run in range(5, 10) for item in range(20)]
    moved = Stream.of(told, seed=0).movement(0.05, rounds=range(10))
    assert moved.alarm is None


def test_systems_that_answer_the_same_fresh_examples_are_no_more_evidence() -> None:
    rng = np.random.default_rng(4)
    alone, copied = [], []
    for run in range(12):
        for item in range(20):
            share = float(rng.random() * (1 if run < 6 else 0.8))
            alone.append(fresh(run, f"x{run}-{item}", "s0", share))
            copied += [fresh(run, f"x{run}-{item}", f"s{n}", share) for n in range(6)]
    once, six = (
        Stream.of(told, seed=0).movement(0.05, rounds=range(12)).evidence
        for told in (alone, copied)
    )
    assert once is not None
    assert six is not None
    assert six <= once + 1


def test_what_is_said_of_fresh_examples_names_what_it_takes() -> None:
    for again in (True, False):
        found = anchors(rows(grades()), labels(), SCALES, stream=stream(-0.2, again=again))
        assert ("if the examples of every run are drawn alike" in found.verdicts[0].reason) != again
