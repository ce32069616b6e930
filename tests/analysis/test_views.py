"""Views of comparisons whose truth is known: where, which, at what price, by which weights."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from numpy.typing import ArrayLike

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.result import Change, Findings, Result, Verdict
from measurand.core.example import Component, Example, Message
from measurand.core.output import Output
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE, YES_NO, Value

FEW = ComparisonOptions(resamples=499, baseline="old")
ONE = Rubric(Dimension("ok", weight=100, scale=YES_NO))


def row(
    example: int,
    system: str,
    dimension: str,
    value: Value,
    *,
    repeat: int = 0,
    rater: str = "A",
    kind: Kind = "people",
) -> Rating:
    return Rating(
        example=f"e{example}",
        system=system,
        dimension=dimension,
        rater=rater,
        kind=kind,
        value=value,
        repeat=repeat,
    )


def both(dimension: str, new: ArrayLike, old: ArrayLike) -> list[Rating]:
    values = {"new": new, "old": old}
    return [
        row(i, system, dimension, float(value))
        for system, own in values.items()
        for i, value in enumerate(np.asarray(own, dtype=np.float64))
    ]


def examples(
    count: int, *, segments: Iterable[str] = (), component: Component = "core"
) -> dict[str, Example]:
    tags = list(segments) or [""] * count
    return {
        f"e{i}": Example(
            id=f"e{i}",
            messages=(Message("user", "?"),),
            component=component,
            segments=(tags[i],) if tags[i] else (),
        )
        for i in range(count)
    }


def results(findings: Findings, name: str, **about: object) -> list[Result]:
    return [r for r in findings.named(name) if all(getattr(r, k) == v for k, v in about.items())]


def verdicts(findings: Findings, name: str, **about: object) -> list[Verdict]:
    found = (v for v in findings.verdicts if v.name == name)
    return [v for v in found if all(getattr(v, k) == x for k, x in about.items())]


class TestSlices:
    """Thirty examples a segment; the candidate is worse in one of them."""

    def findings(self, size: int = 30) -> Findings:
        rng = np.random.default_rng(1)
        names = ("billing", "returns", "other")
        segments = [name for name in names for _ in range(size)]
        old = rng.random(len(segments)) < 0.8
        lost = np.array([s == "billing" for s in segments]) & (rng.random(len(segments)) < 0.5)
        rows = Ratings.of(both("ok", old & ~lost, old))
        known = examples(len(segments), segments=segments)
        return compare(rows, ONE, examples=known, options=FEW)

    def test_the_slice_that_is_worse_is_shown_and_named(self) -> None:
        findings = self.findings()
        outcomes = {v.segment: v.outcome for v in verdicts(findings, "slice", dimension="overall")}
        assert outcomes == {
            "billing": "b better",
            "returns": "inconclusive",
            "other": "inconclusive",
        }
        assert findings.readings[0].startswith("Worst slice of new against old: segment billing")
        assert "there old is better" in findings.readings[0]
        reason = verdicts(findings, "slice", segment="billing")[0].reason
        assert "over 3 slices, false discovery rate 0.05" in reason
        assert any(
            "of those by dimension likewise; of both together" in limit for limit in findings.limits
        )

    def test_a_slice_of_a_few_examples_is_refused(self) -> None:
        findings = self.findings(size=9)
        for verdict in verdicts(findings, "slice", dimension="overall"):
            assert verdict.outcome == "inconclusive"
            assert "fewer than 10 are too few" in verdict.reason
        (lost,) = results(findings, "difference", segment="billing", dimension="ok")
        assert not lost.estimate.present

    def test_a_slice_that_is_everything_is_none(self) -> None:
        rows = Ratings.of(both("ok", [1, 0] * 20, [1, 1] * 20))
        known = examples(40, segments=["all"] * 40)
        assert not verdicts(compare(rows, ONE, examples=known, options=FEW), "slice")


class TestChanges:
    def test_blocking_comes_first_then_harm_by_weight(self) -> None:
        rubric = Rubric(
            Dimension("ok", weight=70, scale=YES_NO),
            Dimension("tone", weight=20, scale=ONE_TO_FIVE),
            Dimension("safety", weight=10, scale=YES_NO, blocking=True),
        )
        rows = Ratings.of(
            [
                *both("ok", [1, 0, 1, 1, 1, 1], [1, 1, 1, 0, 1, 1]),
                *both("tone", [4, 4, 2, 4, 4, 4], [4, 4, 4, 4, 4, 4]),
                *both("safety", [1, 1, 1, 1, 0, 1], [1, 1, 1, 1, 1, 1]),
            ]
        )
        found = compare(rows, rubric, options=FEW).changes
        told = [(c.example, c.dimension, c.to, c.blocking) for c in found]
        assert told == [
            ("e4", "safety", "worse", True),
            ("e1", "ok", "worse", False),
            ("e2", "tone", "worse", False),
            ("e3", "ok", "better", False),
        ]
        assert [c.harm for c in found] == pytest.approx([0.1, 0.7, 0.1, 0.7])
        assert found[2].scores == (2.0, 4.0)
        assert [c.why for c in found][:2] == ["new is blocked, old is not", "new fails, old passes"]

    def test_shares_add_up_to_the_discordance(self) -> None:
        rows = Ratings.of(both("ok", [1, 0, 0, 1, 1] * 8, [1, 1, 1, 0, 1] * 8))
        findings = compare(rows, ONE, options=FEW)
        worse, better, differ = (
            results(findings, name, dimension="ok")[0].estimate
            for name in ("changed_to_worse", "changed_to_better", "discordance")
        )
        assert (worse.value, better.value) == (0.4, 0.2)
        assert (worse.value or 0) + (better.value or 0) == pytest.approx(differ.value or 0)

    def changed(self, spread: float) -> tuple[Change, ...]:
        """Both outputs judged three times, one point apart; with so much noise."""
        rubric = Rubric(Dimension("tone", weight=100, scale=ONE_TO_FIVE))
        noise = (-spread, 0.0, spread)
        rows = [
            row(i, s, "tone", mean + step, repeat=k, rater="j", kind="judge")
            for i in range(12)
            for s, mean in (("new", 2.5), ("old", 3.5))
            for k, step in enumerate(noise)
        ]
        return compare(Ratings.of(rows), rubric, options=FEW).changes

    def test_a_change_within_the_noise_of_repeats_is_none(self) -> None:
        assert len(self.changed(0.1)) == 12
        assert not self.changed(1.0)


class TestCosts:
    """Forty examples; one system is worse and dearer, another dearer and better."""

    def findings(self, *, gap: float = 1.0) -> Findings:
        rng = np.random.default_rng(2)
        rubric = Rubric(Dimension("tone", weight=100, scale=ONE_TO_FIVE))
        rows, outputs = [], []
        for i in range(40):
            base = rng.integers(2, 4)
            for system, shift, price in (("old", 0, 1.0), ("bad", -gap, 2.0), ("good", gap, 3.0)):
                rows.append(row(i, system, "tone", float(base + shift * (rng.random() < 0.8))))
                cost, seconds = price * rng.uniform(0.9, 1.1), rng.uniform(1, 2)
                one = Output(example=f"e{i}", system=system, text="x", cost=cost, seconds=seconds)
                outputs.append(one)
        return compare(Ratings.of(rows), rubric, options=FEW, outputs=outputs)

    def test_dominated_and_on_the_front(self) -> None:
        findings = self.findings()
        found = {v.systems[0]: v for v in verdicts(findings, "pareto", design="cost")}
        outcomes = {name: v.outcome for name, v in found.items()}
        assert outcomes == {"old": "on the front", "bad": "dominated", "good": "on the front"}
        assert "bad is dominated by old: worse by" in found["bad"].reason
        assert "dearer by $" in found["bad"].reason
        (cost,) = results(findings, "cost_per_output", systems=("bad",))
        assert cost.estimate.low is not None
        assert cost.estimate.low < 2.0 < (cost.estimate.high or 0)
        assert results(findings, "seconds_median", systems=("bad",))[0].estimate.present

    def test_equals_are_undecided(self) -> None:
        found = verdicts(self.findings(gap=0.0), "pareto", design="seconds")
        assert {v.outcome for v in found} == {"undecided"}
        assert any("it may be, by" in v.reason for v in found)

    def test_a_constant_gap_counts_clusters_and_not_examples(self) -> None:
        """One system is worse and a cent dearer, on ten examples of each of a few documents."""
        for documents, outcome in ((3, "undecided"), (12, "dominated")):
            rng = np.random.default_rng(4)
            rows, outputs, known = [], [], {}
            for i in range(documents * 10):
                good = 4.0 + rng.integers(0, 2)
                known[f"e{i}"] = Example(
                    id=f"e{i}", messages=(Message("user", "?"),), cluster=f"d{i // 10}"
                )
                for system, tone, cost in (("old", good, 0.01), ("new", good - 2, 0.02)):
                    rows.append(row(i, system, "tone", tone - (i % 30 == 0)))
                    outputs.append(Output(example=f"e{i}", system=system, text="x", cost=cost))
            rows[0] = row(0, "old", "tone", 5.0)
            rubric = Rubric(Dimension("tone", weight=100, scale=ONE_TO_FIVE))
            found = compare(Ratings.of(rows), rubric, examples=known, options=FEW, outputs=outputs)
            (worse,) = verdicts(found, "pareto", design="cost", systems=("new",))
            assert worse.outcome == outcome

    def test_nothing_is_told_of_outputs_whose_cost_is_unknown(self) -> None:
        rows = Ratings.of(both("ok", [1, 0] * 20, [1, 1] * 20))
        findings = compare(rows, ONE, options=FEW)
        assert not verdicts(findings, "pareto")
        assert not list(findings.named("cost_per_output"))


class TestWeights:
    """Better on one dimension, worse on the other."""

    def findings(self, accuracy: float, tone: float) -> Findings:
        rng = np.random.default_rng(3)
        rubric = Rubric(
            Dimension("depth", weight=60, scale=ONE_TO_FIVE),
            Dimension("colour", weight=40, scale=ONE_TO_FIVE),
        )
        base = rng.integers(2, 5, size=(2, 80)).astype(float)
        noise = rng.integers(-1, 2, size=(2, 80))
        shifts = np.clip(base + noise + np.array([[accuracy], [tone]]), 1, 5)
        rows = [*both("depth", shifts[0], base[0]), *both("colour", shifts[1], base[1])]
        return compare(Ratings.of(rows), rubric, options=FEW)

    def test_a_winner_on_both_survives(self) -> None:
        findings = self.findings(0.8, 0.8)
        (verdict,) = verdicts(findings, "weights")
        assert verdict.outcome == "survives every weighting"
        (least,) = findings.named("difference_at_least_favourable_weights")
        (most,) = findings.named("difference_at_most_favourable_weights")
        assert least.estimate.low is not None
        assert least.estimate.low > 0
        assert (least.estimate.value or 0) <= (most.estimate.value or 0)
        assert any("from half to double the weight for depth, colour" in x for x in findings.limits)

    def test_a_trade_depends_on_the_weights_and_says_where_it_turns(self) -> None:
        (verdict,) = verdicts(self.findings(0.8, -0.8), "weights")
        assert verdict.outcome == "depends on the weights"
        assert "the two are level at depth" in verdict.reason
        (mirrored,) = verdicts(self.findings(-0.8, 0.8), "weights")
        assert mirrored.reason.startswith("old is surely better than new at some weightings")

    def test_a_trade_that_noise_would_give_is_inconclusive(self) -> None:
        (verdict,) = verdicts(self.findings(0.15, -0.15), "weights")
        assert verdict.outcome == "inconclusive"
        assert "but not both surely; as measured the two are level at depth" in verdict.reason

    def test_of_many_pairs_a_verdict_is_adjusted_for_all(self) -> None:
        """The same two systems, alone and among ten that add pairs."""
        rng = np.random.default_rng(5)
        rubric = Rubric(
            Dimension("depth", weight=60, scale=ONE_TO_FIVE),
            Dimension("colour", weight=40, scale=ONE_TO_FIVE),
        )
        table = rng.integers(2, 5, size=(10, 2, 80)).astype(float)
        table[1] = np.clip(table[0] + rng.integers(-1, 2, size=(2, 80)) + 0.22, 1, 5)
        rows = [
            row(i, f"s{system}", name, float(table[system, layer, i]))
            for system in range(10)
            for layer, name in enumerate(("depth", "colour"))
            for i in range(80)
        ]
        told = []
        for systems in (("s1", "s0"), ("s1", "s0", *(f"s{k}" for k in range(2, 10)))):
            options = ComparisonOptions(resamples=199, systems=systems, pairs="all")
            found = compare(Ratings.of(rows), rubric, options=options)
            (verdict,) = verdicts(found, "weights", systems=("s1", "s0"))
            assert verdict.estimate is not None
            told.append((verdict.outcome, round(1 - verdict.estimate.level, 6)))
        assert told == [("survives every weighting", 0.05), ("inconclusive", 0.001111)]

    def test_one_system_has_no_other_weights(self) -> None:
        rubric = Rubric(
            Dimension("depth", weight=60, scale=ONE_TO_FIVE),
            Dimension("colour", weight=40, scale=ONE_TO_FIVE),
        )
        rows = [row(i, "one", name, 1.0 + i % 5) for name in ("depth", "colour") for i in range(30)]
        found = compare(Ratings.of(rows), rubric, options=ComparisonOptions(resamples=199))
        assert not any("weightings" in limit for limit in found.limits)

    def test_one_dimension_has_no_weights(self) -> None:
        rows = Ratings.of(both("ok", [1, 0] * 20, [1, 1] * 20))
        assert not verdicts(compare(rows, ONE, options=FEW), "weights")


class TestTrials:
    def findings(self) -> Findings:
        rng = np.random.default_rng(5)
        chance = rng.beta(1, 1, 60)
        rows = [
            row(i, "new", "ok", float(rng.random() < p), repeat=k, rater="c", kind="check")
            for i, p in enumerate(chance)
            for k in range(4)
        ]
        options = ComparisonOptions(resamples=499, rounds={})
        return compare(Ratings.of(rows), ONE, options=options)

    def test_all_pass_falls_and_any_passes_rises_with_k(self) -> None:
        findings = self.findings()
        every, some = (
            [r.estimate.value or 0 for r in findings.named(name)]
            for name in ("pass_hat_k", "pass_at_k")
        )
        assert every == sorted(every, reverse=True)
        assert some == sorted(some)
        assert every[0] == some[0]
        (mean,) = results(findings, "mean", dimension="ok")
        assert mean.estimate.value == pytest.approx(every[0])
        designs = [r.design for r in findings.named("pass_hat_k")]
        assert designs == ["k=1", "k=2", "k=3", "k=4"]
        (share,) = findings.named("trial_variance_share")
        assert share.estimate.low is not None
        assert share.estimate.low < 2 / 3 < (share.estimate.high or 0)

    def test_one_output_an_example_tells_nothing_of_trials(self) -> None:
        rows = Ratings.of(both("ok", [1, 0] * 20, [1, 1] * 20))
        assert not list(compare(rows, ONE, options=FEW).named("pass_hat_k"))


class TestPosteriors:
    def test_only_where_they_are_asked_for(self) -> None:
        rows = Ratings.of(both("ok", [1, 0, 1] * 20, [1, 1, 0] * 20))
        assert not list(compare(rows, ONE, options=FEW).named("posterior_difference"))
        options = ComparisonOptions(resamples=499, baseline="old", bayes=True)
        findings = compare(rows, ONE, options=options)
        (exact,) = results(findings, "probability_better", dimension="ok")
        assert exact.estimate.low == exact.estimate.value == pytest.approx(0.5)
        (drawn,) = results(findings, "probability_better", dimension="overall")
        assert "Monte Carlo" in drawn.estimate.method
        (within,) = results(findings, "probability_within_margin", dimension="ok")
        assert 0 < (within.estimate.value or 0) < 1

    def test_what_cannot_be_believed_says_why(self) -> None:
        options = ComparisonOptions(resamples=499, baseline="old", bayes=True)
        rows = Ratings.of(both("ok", [1, 0, 1], [1, 1, 0]))
        (lost,) = results(
            compare(rows, ONE, options=options), "posterior_difference", dimension="overall"
        )
        assert "20 are the fewest" in (lost.estimate.reason or "")
