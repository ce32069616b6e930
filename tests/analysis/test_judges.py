import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from measurand.analysis.judges import JudgesOptions, judges
from measurand.analysis.judges_ranks import BEST
from measurand.analysis.result import Findings, Result
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE, YES_NO, Scale, Value

Floats = NDArray[np.float64]
SCALES = {"tone": ONE_TO_FIVE, "depth": ONE_TO_FIVE, "safe": YES_NO}
FAST = JudgesOptions(flips=999)


def rows_of(
    values: Sequence[Value | None] | Floats, rater: str, kind: Kind = "judge", **cells: object
) -> Iterator[Rating]:
    for item, value in enumerate(values):
        missing = value is None or (isinstance(value, float) and math.isnan(value))
        yield replace(
            Rating(
                example=f"e{item}",
                system="s",
                dimension="tone",
                rater=rater,
                kind=kind,
                value=None if missing else value,
                reason="refused" if missing else None,
            ),
            **cells,  # type: ignore[arg-type]
        )


def grades(
    n: int = 150, noise: Sequence[float] = (0.3, 0.9, 0.9), seed: int = 1, **cells: object
) -> list[Rating]:
    """Judges of unlike noise, the last a point too kind, and three people."""
    rng = np.random.default_rng(seed)
    quality = rng.normal(3, 0.9, size=n)
    found: list[Rating] = []
    for place, sd in enumerate(noise):
        kind = 1.0 if place == len(noise) - 1 else 0.0
        said = np.clip(np.round(quality + kind + sd * rng.normal(size=n)), 1, 5)
        found += rows_of(said, f"judge {place}", **cells)  # type: ignore[arg-type]
    for person in range(3):
        said = np.clip(np.round(quality + 0.6 * rng.normal(size=n)), 1, 5)
        found += rows_of(said, f"person {person}", "people", **cells)
    return found


def found_in(rows: Sequence[Rating], options: JudgesOptions = FAST, **more: object) -> Findings:
    return judges(Ratings.of(rows), SCALES, options=options, **more)  # type: ignore[arg-type]


def one(findings: Findings, name: str, rater: str | None = None, **cells: object) -> Result:
    wanted = {**cells, **({} if rater is None else {"raters": (rater,)})}
    (result,) = [
        r
        for r in findings.named(name)
        if all(getattr(r, key) == value for key, value in wanted.items())
    ]
    return result


def ranks(findings: Findings, dimension: str = "tone") -> dict[str, tuple[float | None, ...]]:
    return {
        r.raters[0]: (r.estimate.low, r.estimate.high)
        for r in findings.named("rank")
        if r.dimension == dimension
    }


class TestGrades:
    def test_the_best_is_named_and_those_alike_share_their_ranks(self) -> None:
        found = found_in(grades())
        assert ranks(found) == {"judge 0": (1, 1), "judge 1": (2, 3), "judge 2": (2, 3)}
        (verdict,) = found.verdicts
        assert (verdict.name, verdict.outcome, verdict.raters) == (BEST, "one best", ("judge 0",))
        assert "judge 0 (r 0." in verdict.reason
        assert verdict.n_needed is None

    def test_nothing_can_be_told_apart_and_what_n_would(self) -> None:
        found = found_in(grades(n=40, noise=(0.7, 0.75, 0.8)))
        (verdict,) = found.verdicts
        assert verdict.outcome == "inconclusive"
        assert set(verdict.raters) == {"judge 0", "judge 1", "judge 2"}
        assert "nothing can be told apart on 40 outputs" in verdict.reason
        assert verdict.n_needed is None or verdict.n_needed > 40

    @pytest.mark.long
    def test_the_n_that_is_foretold_does_tell_them_apart(self) -> None:
        """Over seeds, at the foretold n the first two differ about as often as is said."""
        few = [found_in(grades(n=60, noise=(0.4, 0.8), seed=s)).verdicts[0] for s in range(30)]
        needed = [v.n_needed for v in few if v.n_needed is not None]
        assert needed
        n = int(np.median(needed))
        many = [found_in(grades(n=n, noise=(0.4, 0.8), seed=s)).verdicts[0] for s in range(30)]
        assert sum(v.outcome == "one best" for v in many) >= 15

    def test_accuracy_is_of_the_mean_of_repeats_with_the_mean_of_people(self) -> None:
        rows = grades()
        again = [
            replace(row, repeat=1, value=6 - float(row.value or 0))
            for row in rows
            if row.rater == "judge 1"
        ]
        found = found_in([*rows, *again])
        assert one(found, "correlation_with_people", "judge 1").estimate.value is None
        said = {row.example: row.value for row in rows if row.rater == "judge 0"}
        people = {e: [r.value for r in rows if r.example == e and r.kind == "people"] for e in said}
        expected = np.corrcoef(
            [float(v) for v in said.values()],  # type: ignore[arg-type]
            [np.mean(v) for v in people.values()],  # type: ignore[arg-type]
        )[0, 1]
        assert one(found, "correlation_with_people", "judge 0").estimate.value == pytest.approx(
            expected
        )

    def test_a_person_is_held_against_the_others_alone(self) -> None:
        rows = grades()
        found = found_in(rows)
        person = one(found, "correlation_with_people", "person 0").estimate
        own = [r.value for r in rows if r.rater == "person 0"]
        rest = [[r.value for r in rows if r.rater == f"person {p}"] for p in (1, 2)]
        expected = np.corrcoef(own, np.mean(rest, axis=0))[0, 1]  # type: ignore[arg-type]
        assert person.value == pytest.approx(expected)
        assert "person 0" not in ranks(found)

    def test_leniency_and_error_after_mapping(self) -> None:
        found = found_in(grades(n=400))
        kind = one(found, "leniency", "judge 2").estimate
        assert kind.low is not None
        assert kind.low > 0.7
        fair = one(found, "leniency", "judge 0").estimate
        assert fair.low is not None
        assert fair.high is not None
        assert fair.low < 0 < fair.high
        errors = [one(found, "error_after_mapping", f"judge {j}").estimate.value for j in range(3)]
        assert errors[0] is not None
        assert errors[0] < min(e for e in errors[1:] if e is not None)

    def test_a_judge_is_better_than_one_person_where_it_sees_more(self) -> None:
        found = found_in(grades(n=400, noise=(0.1, 0.6, 2.0)))
        better, alike, worse = (
            one(found, "advantage_over_person", f"judge {place}").estimate for place in range(3)
        )
        assert better.low is not None
        assert better.low > 0
        assert alike.low is not None
        assert alike.high is not None
        assert alike.low < 0 < alike.high
        assert worse.high is not None
        assert worse.high < 0

    def test_all_are_compared_on_the_outputs_that_all_rated(self) -> None:
        rows = [
            replace(row, value=None, reason="x", failure="refused")
            if row.rater == "judge 0" and int(row.example[1:]) < 30
            else row
            for row in grades()
        ]
        found = found_in(rows)
        for judge in ("judge 0", "judge 1"):
            assert one(found, "correlation_with_people", judge).estimate.n == 120
        assert any("120 of 150 outputs that every one" in limit for limit in found.limits)
        assert one(found, "rated_share", "judge 0").estimate.value == pytest.approx(0.8)
        failed = one(found, "judge_failure_rate", "judge 0", failure="refused").estimate
        assert failed.value == pytest.approx(0.2)

    def test_who_rated_little_has_no_rank_and_takes_no_outputs_away(self) -> None:
        rows = [row for row in grades() if row.rater != "judge 1" or int(row.example[1:]) < 40]
        found = found_in(rows)
        assert set(ranks(found)) == {"judge 0", "judge 2"}
        assert one(found, "correlation_with_people", "judge 1").estimate.n == 40
        assert one(found, "correlation_with_people", "judge 0").estimate.n == 150
        assert any("judge 1 rated less than four fifths" in limit for limit in found.limits)

    def test_only_those_asked_about_are_compared(self) -> None:
        found = found_in(grades(), replace(FAST, only=("judge 1", "judge 2")))
        assert set(ranks(found)) == {"judge 1", "judge 2"}

    def test_a_reference_is_right_in_place_of_people(self) -> None:
        rows = grades()
        right = [replace(r, rater="gold", kind="reference") for r in rows if r.rater == "judge 1"]
        found = found_in([*rows, *right], replace(FAST, reference="gold"))
        assert one(found, "correlation_with_people", "judge 1").estimate.value == pytest.approx(1)
        assert list(found.named("advantage_over_person")) == []
        alone = [row for row in (*rows, *right) if row.kind != "people"]
        assert one(found_in(alone), "correlation_with_people", "judge 1").estimate.value == (
            pytest.approx(1)
        )

    def test_order_of_rows_means_nothing(self) -> None:
        rows = grades()
        turned = found_in(rows[::-1])
        assert ranks(turned) == ranks(found_in(rows))

    def test_what_has_no_spread_or_nobody_to_compare_is_absent_with_its_reason(self) -> None:
        rows = [replace(r, value=4.0) if r.rater == "judge 1" else r for r in grades()]
        found = found_in(rows)
        assert one(found, "correlation_with_people", "judge 1").estimate.value is None
        (verdict,) = found.verdicts
        assert verdict.outcome == "inconclusive"
        assert "no ranks" in verdict.reason
        alone = found_in(
            [row for row in grades() if row.kind == "people" or row.rater == "judge 0"]
        )
        assert "at least two" in alone.verdicts[0].reason
        nobody = found_in([row for row in grades() if row.kind == "judge"])
        assert any("no people rated" in limit for limit in nobody.limits)


class TestOverall:
    def test_the_weighted_mean_over_dimensions_is_ranked(self) -> None:
        rows = [*grades(), *grades(noise=(0.9, 0.2, 0.9), seed=2, dimension="depth")]
        rubric = Rubric(Dimension("tone", weight=90), Dimension("depth", weight=10))
        found = found_in(rows, rubric=rubric)
        assert found.verdicts[0].dimension == "overall"
        assert found.verdicts[0].raters == ("judge 0",)
        by_dimension = [
            one(found, "correlation_with_people", "judge 0", dimension=d).estimate.value
            for d in ("tone", "depth", "overall")
        ]
        assert by_dimension[2] == pytest.approx(0.9 * by_dimension[0] + 0.1 * by_dimension[1])  # type: ignore[operator]
        alike = found_in(rows)
        assert set(alike.verdicts[0].raters) >= {"judge 0", "judge 1"}

    def test_yes_no_is_no_part_of_a_mean_of_correlations(self) -> None:
        rows = [*grades(), *grades(seed=2, dimension="depth"), *answers()]
        found = found_in(rows)
        assert any("safe cannot be averaged" in limit for limit in found.limits)
        assert found.verdicts[0].dimension == "overall"


def answers(n: int = 200, right: Sequence[float] = (0.95, 0.7), base: float = 0.6) -> list[Rating]:
    rng = np.random.default_rng(4)
    truth = (rng.random(n) < base).astype(float)
    found: list[Rating] = []
    for place, share in enumerate(right):
        said = np.where(rng.random(n) < share, truth, 1 - truth)
        found += rows_of(said, f"judge {place}", dimension="safe")
    for person in range(3):
        said = np.where(rng.random(n) < 0.97, truth, 1 - truth)
        found += rows_of(said, f"person {person}", "people", dimension="safe")
    return found


class TestLabels:
    def test_yes_no_is_ranked_by_agreement_with_kappa_beside_it(self) -> None:
        found = found_in(answers())
        assert ranks(found, "safe") == {"judge 0": (1, 1), "judge 1": (2, 2)}
        assert one(found, "agreement_with_people", "judge 0").estimate.value == pytest.approx(
            0.95, abs=0.04
        )
        kappa = one(found, "kappa_with_people", "judge 1").estimate.value
        assert kappa == pytest.approx(0.4, abs=0.12)
        assert one(found, "agreement_of_constant").estimate.value == pytest.approx(0.6, abs=0.08)

    def test_a_constant_answer_that_does_as_well_is_told(self) -> None:
        found = found_in(answers(right=(0.8, 0.75), base=0.95))
        assert any("the commonest answer, given to every output" in told for told in found.limits)

    def test_repeats_that_differ_and_their_share(self) -> None:
        rows = [*rows_of([1.0] * 50, "judge", dimension="safe")]
        rows += rows_of([1.0] * 40 + [0.0] * 10, "judge", dimension="safe", repeat=1)
        rows += rows_of([1.0, 0.0] * 25, "person", "people", dimension="safe")
        found = found_in(rows)
        assert one(found, "repeat_consistency", "judge").estimate.value == pytest.approx(0.8)

    def test_pairs_in_both_orders_tell_a_preference_for_the_first_place(self) -> None:
        rng = np.random.default_rng(6)
        rows: list[Rating] = []
        truth = rng.choice(["win", "loss"], size=120)
        for order, first in (("ab", "win"), ("ba", "loss")):
            said = np.where(rng.random(120) < 0.3, first, truth)
            rows += rows_of(said.tolist(), "judge", dimension="pair", order=order, against="t")
        rows += rows_of(truth.tolist(), "gold", "reference", dimension="pair", against="t")
        found = judges(Ratings.of(rows), {"pair": Scale.of("win/tie/loss")}, options=FAST)
        excess = one(found, "first_slot_excess", "judge").estimate
        assert excess.value == pytest.approx(0.15, abs=0.05)
        hits = one(found, "agreement_with_people", "judge").estimate
        assert hits.value == pytest.approx(0.85, abs=0.05)


class TestCosts:
    def test_cost_and_time_are_those_of_an_output_with_all_its_repeats(self) -> None:
        rows = [replace(r, cost=0.01, seconds=2.0) if r.kind == "judge" else r for r in grades()]
        rows += [replace(r, repeat=1) for r in rows if r.kind == "judge"]
        found = found_in(rows)
        cost = one(found, "cost_per_thousand_outputs", "judge 0").estimate
        assert cost.value == pytest.approx(20)
        assert one(found, "seconds_per_output", "judge 0").estimate.value == pytest.approx(4.0)

    def test_what_is_not_known_is_not_nothing(self) -> None:
        found = found_in(grades())
        assert one(found, "cost_per_thousand_outputs", "judge 0").estimate.value is None
        assert list(found.named("judge_failure_rate")) == []
        rows = [
            replace(r, cost=0.01 if int(r.example[1:]) % 2 else None, seconds=0.0)
            if r.rater == "judge 0"
            else r
            for r in grades()
        ]
        half = found_in(rows)
        cost = one(half, "cost_per_thousand_outputs", "judge 0").estimate
        assert cost.value == pytest.approx(10)
        assert cost.n == 75
        assert cost.reason is not None
        assert "of 75 outputs" in cost.reason
        assert one(half, "seconds_per_output", "judge 0").estimate.value == 0
