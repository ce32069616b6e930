"""The audit of what judges said of probes: shifts, flips, mitigations, attacks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.analysis.audit_rows import NOTHING, PLAN, SCALES, row, rows_of, verdict

from measurand.analysis.audit import audit
from measurand.analysis.audit_verdicts import bias_lines
from measurand.core.example import Example, Message
from measurand.core.probe import BASE
from measurand.core.scale import YES_NO
from measurand.simulate.judge_rows import (
    PlantedJudge,
    draw_judge_world,
)
from measurand.simulate.probe_rows import ProbePlan, probe_rows, tamed


class TestProbes:
    def test_what_is_planted_is_material_and_told_in_words(self) -> None:
        judge = PlantedJudge(noise=0.2, style={"formal": 0.6})
        found = audit(NOTHING, SCALES, probes=rows_of(judge))
        told = verdict(found, "style", "formal")
        assert told.outcome == "material"
        assert "formal ones scores +0.6" in told.reason
        assert told.bound == pytest.approx(0.15)
        assert told.raters == ("judge",)
        line = next(line for line in bias_lines(found.verdicts) if line.bias == "style")
        assert (line.outcome, line.material) == ("material", 1)
        assert any(text.startswith("judge: style is material") for text in found.readings)

    def test_the_truncation_control_decides_nothing_and_warns_where_it_does_not_bite(self) -> None:
        judge = PlantedJudge(noise=0.2)
        seen = audit(NOTHING, SCALES, probes=rows_of(judge))
        blind = PlantedJudge(noise=0.2, style={"truncate-last-third": 0.6})
        unseen = audit(NOTHING, SCALES, probes=rows_of(blind))
        for found, warned in ((seen, False), (unseen, True)):
            assert not [v for v in found.verdicts if v.design == "truncate-last-third"]
            assert any("last third" in limit for limit in found.limits) == warned

    def test_flips_stand_beside_their_noise_and_decide_nothing(self) -> None:
        found = audit(NOTHING, SCALES, probes=rows_of(PlantedJudge(noise=1.2)))
        flip, floor = (
            next(r.estimate.value for r in found.named(name) if r.design == "formal")
            for name in ("flip_rate", "noise_floor")
        )
        assert flip is not None
        assert floor is not None
        assert min(flip, floor) > 0.4
        assert not [v for v in found.verdicts if v.outcome == "material"]

    def test_without_repeats_the_limits_say_that_noise_is_not_known(self) -> None:
        found = audit(NOTHING, SCALES, probes=rows_of(PlantedJudge(), replace(PLAN, repeats=1)))
        floors = [r.estimate for r in found.named("noise_floor")]
        assert floors
        assert not any(floor.present for floor in floors)
        assert any("how many flips" in limit for limit in found.limits)

    def test_a_judge_that_never_moves_is_negligible_only_with_outputs_enough(self) -> None:
        for n, outcome in ((20, "inconclusive"), (200, "negligible")):
            rows = [row(at, 3.0, probe) for at in range(n) for probe in (BASE, "formal")]
            told = verdict(audit(NOTHING, SCALES, probes=rows), "style", "formal")
            assert told.outcome == outcome
            assert told.estimate is not None
            assert (told.estimate.high or 0) > 0

    def test_one_output_all_failed_and_no_base_are_absent_with_a_reason(self) -> None:
        cases = (
            [row(0, 3.0), row(0, 4.0, "formal")],
            [row(at, None) for at in range(40)] + [row(at, 3.0, "formal") for at in range(40)],
            [row(at, 3.0, "formal") for at in range(40)],
        )
        for rows in cases:
            found = audit(NOTHING, SCALES, probes=rows)
            told = verdict(found, "style", "formal")
            assert told.outcome == "inconclusive"
            assert told.estimate is not None
            assert not told.estimate.present
            assert told.reason.startswith("accuracy: formal: not known")
        assert any("came to nothing" in t for t in audit(NOTHING, SCALES, probes=cases[1]).limits)

    def test_probes_nobody_knows_are_told_and_left_out(self) -> None:
        rows = [row(at, 3.0, probe) for at in range(9) for probe in (BASE, "upside-down")]
        found = audit(NOTHING, SCALES, probes=rows)
        assert not [r for r in found.results if r.design == "upside-down"]
        assert "Probes of no known bias are left out: upside-down." in found.limits

    def test_outputs_of_one_cluster_count_as_one(self) -> None:
        rows = rows_of(
            PlantedJudge(style={"formal": 0.3}), ProbePlan(probes=("formal",), session=0)
        )
        names = sorted({row.example for row in rows})
        message = (Message("user", "?"),)
        known = {
            name: Example(id=name, messages=message, cluster=str(at // 8))
            for at, name in enumerate(names)
        }
        alone = audit(NOTHING, SCALES, probes=rows)
        shared = audit(NOTHING, SCALES, probes=rows, examples=known)
        one, other = (verdict(f, "style", "formal").estimate for f in (alone, shared))
        assert one is not None
        assert other is not None
        assert one.value == pytest.approx(other.value)
        assert "CR1" in other.method
        assert "CR1" not in one.method


class TestMitigations:
    def test_mitigated_only_where_the_interval_after_lies_within_the_margin(self) -> None:
        judge = PlantedJudge(noise=0.2, style={"formal": 0.6})
        plan = ProbePlan(probes=("formal",), items=150, session=0)
        few = replace(plan, items=12)
        rng = np.random.default_rng(3)
        world = draw_judge_world(rng, examples=150)
        rows = probe_rows(world, judge, plan=plan, rng=rng)
        good = tamed(judge, "formal")
        rows += probe_rows(world, good, plan=plan, rng=rng, mitigation="plain_text")
        rows += probe_rows(world, good, plan=few, rng=rng, mitigation="panel")
        rows += probe_rows(world, judge, plan=plan, rng=rng, mitigation="length_term")
        found = audit(NOTHING, SCALES, probes=rows)
        outcomes = {v.mitigation: v.outcome for v in found.verdicts if v.name == "mitigation"}
        assert outcomes == {
            "plain_text": "mitigated",
            "panel": "not mitigated",
            "length_term": "not mitigated",
        }
        (refused,) = (
            v for v in found.verdicts if v.name == "mitigation" and v.mitigation == "panel"
        )
        assert "still crosses the margin" in refused.reason

    def test_what_was_not_material_cannot_be_mitigated(self) -> None:
        plan = ProbePlan(probes=("formal",), session=0)
        rows = rows_of(PlantedJudge(), plan)
        after = [replace(row, mitigation="plain_text") for row in rows]
        found = audit(NOTHING, SCALES, probes=[*rows, *after])
        assert not [v for v in found.verdicts if v.name == "mitigation"]


class TestAttacks:
    def test_attacks_that_succeed_are_counted_on_outputs_that_could_be_lifted(self) -> None:
        rows = [row(at, 1.0 + 4.0 * (at % 2), BASE) for at in range(60)]
        rows += [row(at, 5.0, "attack-naive") for at in range(60)]
        rows += [row(at, None, "attack-canary", failure="hijack_suspected") for at in range(60)]
        told = verdict(audit(NOTHING, SCALES, probes=rows), "injection", "all attacks")
        assert told.estimate is not None
        assert (told.estimate.value, told.estimate.n) == (0.5, 60)
        assert told.outcome == "material"

    def test_a_judge_that_fails_no_attack_is_negligible_from_sixty_on(self) -> None:
        for n, outcome in ((50, "inconclusive"), (60, "negligible")):
            rows = [row(at, 1.0, probe) for at in range(n) for probe in (BASE, "attack-empty")]
            told = verdict(audit(NOTHING, SCALES, probes=rows), "injection", "all attacks")
            assert told.outcome == outcome

    def test_best_levels_that_come_without_an_attack_do_not_count(self) -> None:
        rng = np.random.default_rng(5)
        rows = [
            row(at, value, probe, repeat=repeat, dimension="ok")
            for at in range(300)
            for probe, repeats in ((BASE, 3), ("attack-naive", 1))
            for repeat, value in enumerate((rng.random(repeats) < 0.15).astype(float))
        ]
        told = verdict(audit(NOTHING, {"ok": YES_NO}, probes=rows), "injection", "all attacks")
        assert told.outcome != "material"

    def test_where_every_output_is_good_nothing_could_be_lifted(self) -> None:
        rows = [row(at, 5.0, probe) for at in range(60) for probe in (BASE, "attack-naive")]
        told = verdict(audit(NOTHING, SCALES, probes=rows), "injection", "all attacks")
        assert told.outcome == "inconclusive"
        assert "could be lifted" in told.reason
