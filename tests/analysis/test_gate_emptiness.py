"""A gate is never green because nothing was there to be red."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

import pytest
from tests.analysis.test_gate import CORRECT, GRADE, SAFE, TERMS, both, decided, outcomes, row

from measurand.analysis.gate_result import GateResult
from measurand.core.example import Example, Message
from measurand.core.gate import GatePlan, Waiver
from measurand.core.rating import Rating
from measurand.core.rubric import Dimension
from measurand.core.scale import YES_NO, Scale
from measurand.errors import UsageError

REGRESSION = replace(TERMS, whole=False)
OPEN = Dimension("correct", scale=Scale("ratio"))
SHARE = Dimension("share", scale=Scale("interval", low=0, high=1))


def part(new: Sequence[Any], old: Sequence[Any], **cells: Any) -> list[Rating]:
    return both(new, old, component="regression", **cells)


def trials(**of: tuple[Sequence[Any], Sequence[Any]]) -> list[Rating]:
    """Rows of some examples, trial by trial, of both; of fifty more that pass in all three."""
    told = {f"p{n}": ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0)) for n in range(50)} | of
    return [
        row(name, system, value, repeat=at, component="regression")
        for name, sides in told.items()
        for system, values in zip(("new", "old"), sides, strict=True)
        for at, value in enumerate(values)
    ]


def waiver(example: str, dimension: str = "correct") -> Waiver:
    return Waiver(
        example=example, dimension=dimension, owner="Ada", reason="known", expires=date(2027, 1, 1)
    )


def reason(result: GateResult, name: str) -> str:
    return next(v.reason for v in result.findings.verdicts if v.name == name)


def limits(result: GateResult) -> str:
    return " ".join(result.findings.limits)


class TestSilence:
    def test_a_blocking_check_that_never_says_anything_is_no_pass(self) -> None:
        silent = both([None] * 60, [None] * 60, dimension="safe")
        result = decided([*both([1.0] * 60, [1.0] * 60), *silent], CORRECT, SAFE)
        assert outcomes(result)["gate: blocking"] == "inconclusive"
        assert "nobody knows whether new is blocked on safe" in reason(result, "gate: blocking")

    def test_one_of_two_blocking_checks_cannot_hide_behind_the_other(self) -> None:
        other = Dimension("legal", scale=YES_NO, blocking=True)
        rows = both([1.0] * 60, [1.0] * 60) + both([1.0] * 60, [1.0] * 60, dimension="safe")
        rows += both([None] * 60, [None] * 60, dimension="legal")
        result = decided(rows, CORRECT, SAFE, other)
        assert result.outcome == "inconclusive"
        assert "legal" in reason(result, "gate: blocking")

    def test_examples_that_a_check_passes_over_are_told(self) -> None:
        rows = both([1.0] * 60, [1.0] * 60)
        rows += both([None] + [1.0] * 59, [None] + [1.0] * 59, dimension="safe")
        result = decided(rows, CORRECT, SAFE)
        assert result.outcome == "pass"
        assert "none of 59 examples is blocked" in reason(result, "gate: blocking")
        assert "safe gave no value of 1 example (e0)" in limits(result)

    def test_a_regression_example_cannot_vanish(self) -> None:
        rows = part([None] + [1.0] * 59, [None] + [1.0] * 59)
        result = decided(rows, terms=REGRESSION)
        assert result.outcome == "inconclusive"
        assert [(i.example, i.outcome) for i in result.items[:2]] == [
            ("e0", "missing"),
            ("e1", "pass"),
        ]

    def test_what_the_baseline_has_no_score_of_stands_by_itself(self) -> None:
        rows = part([0.0] + [1.0] * 59, [None] + [1.0] * 59)
        result = decided(rows, terms=REGRESSION)
        assert outcomes(result)["gate: regressions"] == "fail"
        assert "and old has no score" in result.items[0].reason


class TestEndless:
    def test_a_part_of_which_nothing_can_be_decided_is_no_pass(self) -> None:
        rows = part([0.0] * 60, [1.0] * 60) + part([1.0] * 60, [1.0] * 60, dimension="safe")
        result = decided(rows, OPEN, SAFE, terms=REGRESSION)
        assert result.outcome == "inconclusive"
        assert "give correct a scale with both ends" in reason(result, "gate: regression")

    def test_what_has_a_weight_must_be_decided(self) -> None:
        rows = part([0.0] * 60, [1.0] * 60) + part([1.0] * 60, [1.0] * 60, dimension="grade")
        graded = replace(GRADE, scale=YES_NO)
        assert decided(rows, OPEN, graded, terms=REGRESSION).outcome == "pass"
        heavy = replace(OPEN, weight=90.0)
        result = decided(rows, heavy, graded, terms=REGRESSION)
        assert result.outcome == "inconclusive"
        assert "correct has a weight and no scale" in reason(result, "gate: results")


class TestNoise:
    FLAKY: ClassVar = {f"f{n}": ((1.0, 0.0, 1.0), (1.0, 1.0, 0.0)) for n in range(8)}
    TURNED = ((0.0, 0.0, 1.0), (1.0, 1.0, 0.0))
    NEW = ((0.0, 0.0, 0.0), ())

    @pytest.mark.parametrize(
        ("plan", "waivers", "outcome"),
        [
            pytest.param(GatePlan(), (), "fail", id="a new one fails by itself"),
            pytest.param(GatePlan(), (waiver("t"),), "fail", id="whatever is waived besides"),
            pytest.param(GatePlan(max_failures=1), (), "inconclusive", id="one more than allowed"),
            pytest.param(GatePlan(max_failures=2), (), "pass", id="as many as allowed"),
            pytest.param(
                GatePlan(), (waiver("t"), waiver("n")), "pass", id="somebody answers for both"
            ),
        ],
    )
    def test_noise_excuses_what_turned_and_nothing_else(
        self, plan: GatePlan, waivers: tuple[Waiver, ...], outcome: str
    ) -> None:
        rows = trials(**self.FLAKY, t=self.TURNED, n=self.NEW)
        terms = replace(REGRESSION, plan=plan, waivers=waivers, fresh=frozenset({"n"}))
        assert outcomes(decided(rows, terms=terms))["gate: regressions"] == outcome

    def test_what_is_waived_does_not_add_to_what_chance_explains(self) -> None:
        """Two that turned in all repeats are no chance; with them waived one that is noise is."""
        clear = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
        rows = trials(**self.FLAKY, a=clear, b=clear, t=self.TURNED)
        terms = replace(REGRESSION, waivers=(waiver("a"), waiver("b")))
        result = decided(rows, terms=terms)
        assert outcomes(result)["gate: regressions"] == "inconclusive"
        assert outcomes(decided(rows, terms=REGRESSION))["gate: regressions"] == "fail"


class TestRepeats:
    def test_a_tie_is_no_pass_where_each_counts(self) -> None:
        tied = {f"t{n}": ((1.0, 0.0), (1.0, 1.0)) for n in range(5)}
        result = decided(trials(**tied), terms=REGRESSION)
        assert outcomes(result)["gate: regressions"] == "inconclusive"
        assert [i.outcome for i in result.items[:5]] == ["flaky"] * 5
        assert "an odd number" in reason(result, "gate: regressions")
        assert "even number of repeats" in limits(result)

    def test_nor_is_what_the_baseline_passed_in_half(self) -> None:
        result = decided(trials(t=((0.0, 0.0), (1.0, 0.0))), terms=REGRESSION)
        assert outcomes(result)["gate: regressions"] == "inconclusive"
        even = decided(trials(t=((1.0, 0.0), (1.0, 0.0))), terms=REGRESSION)
        assert outcomes(even)["gate: regressions"] == "pass"

    def test_trials_of_several_dimensions_are_the_same_trials(self) -> None:
        """Wrong in the first trial and not well-formed in the others: it fails in all three."""
        rows = trials(t=((0.0, 1.0, 1.0), (1.0, 1.0, 1.0)))
        form = Dimension("form", scale=YES_NO)
        for name in {r.example for r in rows}:
            for system in ("new", "old"):
                values = (None, 0.0, 0.0) if (name, system) == ("t", "new") else (1.0, 1.0, 1.0)
                rows += [
                    row(
                        name,
                        system,
                        value,
                        repeat=at,
                        dimension="form",
                        component="regression",
                    )
                    for at, value in enumerate(values)
                ]
        result = decided(rows, CORRECT, form, terms=REGRESSION)
        assert outcomes(result)["gate: regressions"] == "fail"

    def test_a_failing_trial_cannot_be_taken_out_of_the_table(self) -> None:
        rows = trials(t=((1.0,), (1.0, 1.0, 1.0)))
        result = decided(rows, terms=REGRESSION)
        assert result.outcome == "inconclusive"
        assert result.items[0].reason == "1 of 3 results are there, as many as the other has"
        assert decided(trials(t=((1.0,) * 3, (1.0,))), terms=REGRESSION).outcome == "pass"


class TestFew:
    @pytest.mark.parametrize("gap", [0.0, 0.001])
    def test_two_examples_that_differ_by_a_hair_decide_nothing(self, gap: float) -> None:
        rows = both([0.9, 0.9 + gap], [0.9, 0.9], dimension="share")
        result = decided(rows, SHARE, terms=replace(TERMS, margin=0.1))
        assert result.outcome == "inconclusive"
        assert result.findings.verdicts[0].n_needed == 29

    @pytest.mark.parametrize("n", [3, 5, 20, 28])
    def test_as_many_would_tell_as_do(self, n: int) -> None:
        terms = replace(TERMS, margin=0.1)
        verdict = decided(both([0.9] * n, [0.9] * n, dimension="share"), SHARE, terms=terms)
        assert verdict.findings.verdicts[0].n_needed == 29
        enough = both([0.9] * 29, [0.9] * 29, dimension="share")
        assert decided(enough, SHARE, terms=terms).outcome == "pass"
        hair = both([0.9] * 28 + [0.9001], [0.9] * 29, dimension="share")
        assert decided(hair, SHARE, terms=terms).outcome == "pass"

    def test_of_clusters_as_many_clusters_would_tell(self) -> None:
        rows = both([0.9] * 60, [0.9] * 60, dimension="share")
        rows = [replace(r, cluster=str(int(r.example[1:]) // 20)) for r in rows]
        result = decided(rows, SHARE, terms=replace(TERMS, margin=0.1))
        assert result.findings.verdicts[0].n_needed == 29 * 20

    def test_a_few_that_are_far_worse_still_fail(self) -> None:
        rows = both([0.1, 0.2] * 6, [0.9, 0.95] * 6, dimension="share")
        assert decided(rows, SHARE).outcome == "fail"


class TestBaseline:
    def test_where_it_passes_nothing_nothing_is_shown(self) -> None:
        result = decided(part([0.0] * 60, [0.0] * 60), terms=REGRESSION)
        assert result.outcome == "inconclusive"
        assert "the 0 examples that old passes (60 were compared)" in reason(
            result, "gate: regressions"
        )
        assert "regression_rate" not in {r.name for r in result.findings.results}

    def test_where_it_passes_few_the_rest_must_pass_too(self) -> None:
        few = [1.0] * 20 + [0.0] * 40
        assert decided(part(few, few), terms=REGRESSION).outcome == "inconclusive"
        assert decided(part([1.0] * 60, few), terms=REGRESSION).outcome == "pass"
        most = [1.0] * 40 + [0.0] * 20
        assert decided(part(most, most), terms=REGRESSION).outcome == "pass"

    def test_the_rate_is_of_those_that_it_passes(self) -> None:
        old = [1.0] * 40 + [0.0] * 20
        result = decided(part([0.0, *old[1:]], old), terms=REGRESSION)
        (rate,) = (r.estimate for r in result.findings.results if r.name == "regression_rate")
        assert (rate.value, rate.n) == (1 / 40, 40)


class TestPeople:
    OWED: ClassVar = {(s, "correct"): 1 for s in ("new", "old")}
    TONE = Dimension("tone", scale=YES_NO)

    def rows(self, rated: int, new: float) -> list[Rating]:
        told = part([1.0] * 60, [1.0] * 60)
        for system, value in (("new", new), ("old", 1.0)):
            told += [
                row(
                    f"e{n}",
                    system,
                    value,
                    dimension="tone",
                    rater="Ann",
                    kind="people",
                    component="regression",
                )
                for n in range(rated)
            ]
        return told

    def test_what_they_rated_counts_and_the_rest_is_missing(self) -> None:
        terms = replace(REGRESSION, expected=self.OWED)
        bad = decided(self.rows(59, 0.0), CORRECT, self.TONE, terms=terms)
        assert bad.outcome == "fail"
        assert sum(item.outcome == "fail" for item in bad.items) == 59
        good = decided(self.rows(59, 1.0), CORRECT, self.TONE, terms=terms)
        assert good.outcome == "inconclusive"
        (gone,) = (item for item in good.items if item.outcome == "missing")
        assert (gone.example, gone.dimension) == ("e59", "tone")
        assert "people rated a part" in gone.reason
        assert decided(self.rows(60, 1.0), CORRECT, self.TONE, terms=terms).outcome == "pass"

    def test_what_they_left_out_hides_nothing_of_the_rest(self) -> None:
        rows = [
            replace(r, value=0.0) if (r.system, r.dimension) == ("new", "correct") else r
            for r in self.rows(3, 1.0)
        ]
        terms = replace(REGRESSION, expected=self.OWED)
        result = decided(rows, CORRECT, self.TONE, terms=terms)
        assert outcomes(result)["gate: regressions"] == "fail"
        assert outcomes(result)["gate: regression"] == "fail"


class TestTogether:
    BOUND = replace(TERMS, plan=GatePlan(max_blocking=0.05))

    def test_the_blocking_bound_counts_clusters(self) -> None:
        rows = both([1.0] * 60, [1.0] * 60) + both([1.0] * 60, [1.0] * 60, dimension="safe")
        assert outcomes(decided(rows, CORRECT, SAFE, terms=self.BOUND))["gate: blocking"] == "pass"
        rows = [replace(r, cluster=str(int(r.example[1:]) // 20)) for r in rows]
        result = decided(rows, CORRECT, SAFE, terms=self.BOUND)
        verdict = next(v for v in result.findings.verdicts if v.name == "gate: blocking")
        assert (verdict.outcome, verdict.n_needed) == ("inconclusive", 59 * 20)
        assert verdict.estimate is not None
        assert verdict.estimate.high == pytest.approx(1 - 0.05 ** (1 / 3), abs=1e-12)

    def test_each_part_has_its_own_bound(self) -> None:
        rows = []
        for component, count in (("core", 400), ("regression", 30)):
            for dimension in ("correct", "safe"):
                told = both([1.0] * count, [1.0] * count, dimension=dimension, component=component)
                rows += [replace(r, example=f"{component}{r.example}") for r in told]
        plan = GatePlan(components=("core", "regression"), max_blocking=0.05)
        result = decided(rows, CORRECT, SAFE, terms=replace(REGRESSION, plan=plan))
        assert outcomes(result)["gate: blocking"] == "inconclusive"
        assert "of regression examples" in reason(result, "gate: blocking")
        rates = {
            r.component: r.estimate.n for r in result.findings.results if r.name == "blocking_rate"
        }
        assert rates == {"core": 400, "regression": 30}

    def test_core_is_bound_and_compared_as_it_was_drawn(self) -> None:
        """Of 200 one stands for a third of traffic, and one that was not drawn compares nothing."""
        new, old = [1.0] * 200 + [0.0], [1.0] * 200 + [1.0]
        rows = both(new, old) + both([1.0] * 201, [1.0] * 201, dimension="safe")
        chances: list[float | None] = [0.01, *[1.0] * 199, None]
        known = {
            f"e{n}": Example(
                id=f"e{n}",
                messages=(Message("user", f"What is {n}?"),),
                component="core",
                probability=chance,
            )
            for n, chance in enumerate(chances)
        }
        result = decided(rows, CORRECT, SAFE, terms=self.BOUND, examples=known)
        assert outcomes(result)["gate: blocking"] == "inconclusive"
        assert "of traffic, as core was drawn, may be" in reason(result, "gate: blocking")
        (rate,) = result.findings.named("blocking_rate")
        (traffic,) = result.findings.named("blocking_rate_of_traffic")
        assert rate.estimate.n == 201
        assert rate.estimate.high == pytest.approx(1 - 0.05 ** (1 / 201))
        assert (traffic.estimate.high or 0) > 0.2
        (gap,) = (r for r in result.findings.named("difference") if r.dimension == "correct")
        assert (gap.estimate.value, gap.estimate.n) == (0.0, 200)
        assert "1 example of core without a probability" in limits(result)
        even = {name: replace(one, probability=1.0) for name, one in known.items()}
        again = decided(rows, CORRECT, SAFE, terms=self.BOUND, examples=even)
        assert outcomes(again)["gate: blocking"] == "pass"
        assert not list(again.findings.named("blocking_rate_of_traffic"))

    def test_copies_count_once_and_are_told(self) -> None:
        rows = both([1.0] * 60, [1.0] * 60)

        def known(kinds: int) -> dict[str, Example]:
            return {
                f"e{n}": Example(id=f"e{n}", messages=(Message("user", f"What is {n % kinds}?"),))
                for n in range(60)
            }

        assert decided(rows, examples=known(60)).outcome == "pass"
        result = decided(rows, examples=known(10))
        assert result.outcome == "inconclusive"
        assert "50 examples ask the same as another (e10, " in limits(result)


def test_a_waiver_leaves_the_other_dimensions_of_its_example_in() -> None:
    """Half of the examples are waived on one dimension; on the other they are far worse."""
    rows = part([0.0] * 30 + [1.0] * 30, [1.0] * 60)
    rows += part([3.0] * 30 + [5.0] * 30, [5.0] * 60, dimension="grade")
    terms = replace(REGRESSION, waivers=tuple(waiver(f"e{n}") for n in range(30)))
    result = decided(rows, CORRECT, GRADE, terms=terms)
    assert [(v.dimension, v.outcome) for v in result.findings.verdicts[1:]] == [
        (None, "pass"),
        ("overall", "pass"),
        ("grade", "fail"),
    ]


@pytest.mark.parametrize("level", [0.01, 0.5])
def test_a_level_that_shows_nothing_is_refused(level: float) -> None:
    with pytest.raises(UsageError, match="--level"):
        replace(TERMS, level=level)


def test_the_trace_of_a_broken_check_is_no_reason() -> None:
    rows = both([1.0] * 60, [1.0] * 60)
    rows[3] = row(
        "e3",
        "new",
        None,
        failure="check",
        reason="AttributeError: no such thing; Traceback (most recent call last): File ...",
    )
    (item,) = (item for item in decided(rows).items if item.outcome == "missing")
    assert "AttributeError: no such thing" in item.reason
    assert "Traceback" not in item.reason
