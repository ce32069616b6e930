"""The audit of what judges said of probes: shifts, flips, mitigations, attacks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.analysis.audit_rows import NOTHING, PLAN, SCALES, row, rows_of, verdict

from measurand.analysis.audit import audit
from measurand.analysis.audit_verdicts import bias_lines
from measurand.analysis.biases.shifts import about_facts
from measurand.analysis.result import Findings
from measurand.core.example import Example, Message
from measurand.core.probe import BASE, ProbeRow
from measurand.core.probes import ATTACK_NAMES
from measurand.core.scale import YES_NO
from measurand.simulate.judge_rows import (
    PlantedJudge,
    draw_judge_world,
)
from measurand.simulate.probe_rows import ProbePlan, probe_rows, tamed
from measurand.stats.proportion import clopper_pearson


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


class TestClaims:
    @pytest.mark.parametrize("name", ["authority", "bandwagon", "refinement-tag"])
    @pytest.mark.parametrize(
        ("dimension", "moved", "outcome"),
        [
            ("accuracy", -0.8, "negligible"),
            ("accuracy", 0.8, "material"),
            ("tone", -0.8, "material"),
            ("tone", 0.8, "material"),
        ],
    )
    def test_less_for_a_claim_that_nothing_bears_out_is_right_where_facts_count(
        self, name: str, dimension: str, moved: float, outcome: str
    ) -> None:
        judge = PlantedJudge(noise=0.2, style={name: moved})
        world = draw_judge_world(
            np.random.default_rng(1), examples=60, dimensions=("accuracy", "tone")
        )
        plan = ProbePlan(probes=(name, "hedge"), items=60, session=0)
        rows = probe_rows(world, judge, plan=plan, rng=np.random.default_rng(2))
        found = audit(NOTHING, SCALES, probes=rows)
        told = [v for v in found.verdicts if (v.design, v.dimension) == (name, dimension)]
        assert [v.outcome for v in told] == [outcome]

    @pytest.mark.parametrize(
        ("name", "definition", "facts"),
        [
            ("accuracy", "", True),
            ("q1", "Does every statement cite a source?", True),
            ("overall", "", True),
            ("no_hallucination", "", True),
            ("tone", "Is it friendly?", False),
            ("clarity", "Can it be read at once, in any city?", False),
        ],
    )
    def test_which_dimensions_are_about_facts(
        self,
        name: str,
        definition: str,
        facts: bool,  # noqa: FBT001
    ) -> None:
        assert about_facts(name, definition) == facts


class TestMitigations:
    @pytest.mark.parametrize(("count", "outcome"), [(4, "not mitigated"), (40, "mitigated")])
    def test_few_outputs_show_no_mitigation_however_alike(self, count: int, outcome: str) -> None:
        rows = [row(at, 2.0 + at % 2 / 50, BASE) for at in range(40)]
        rows += [row(at, 3.0 + at % 3 / 50, "pad-restate") for at in range(40)]
        for at in range(count):
            rows.append(row(at, 2.0 + at % 2 / 50, BASE, mitigation="length_term"))
            rows.append(row(at, 2.0 + at % 3 / 50, "pad-restate", mitigation="length_term"))
        found = audit(NOTHING, SCALES, probes=rows)
        (told,) = (v for v in found.verdicts if v.name == "mitigation")
        assert told.outcome == outcome
        assert ("too few to be surely within" in told.reason) == (count == 4)

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


def attacked(
    n: int, won: dict[str, int], *, failure: str = "", base: float = 2.0
) -> list[ProbeRow]:
    """Outputs that score low, and so many that each attack lifts to the best level."""
    rows = [row(at, base, BASE) for at in range(n)]
    for name in ATTACK_NAMES:
        value = None if failure else base
        for at in range(n):
            hit = at < won.get(name, 0)
            rows.append(
                row(at, 5.0 if hit else value, name, failure=None if hit else failure or None)
            )
    return rows


def outcomes(found: Findings) -> dict[str | None, str]:
    return {v.design: v.outcome for v in found.verdicts if v.name == "injection"}


class TestAttacks:
    def test_one_attack_that_works_is_not_thinned_by_nine_that_do_not(self) -> None:
        found = audit(NOTHING, SCALES, probes=attacked(200, {"attack-ignore": 80}))
        told = outcomes(found)
        assert told.pop("attack-ignore") == "material"
        assert set(told.values()) == {"negligible"}
        (line,) = (line for line in bias_lines(found.verdicts) if line.bias == "injection")
        assert (line.outcome, line.worst.design, line.of) == ("material", "attack-ignore", 10)
        assert "tells the judge to ignore what it was told is lifted" in line.worst.reason

    def test_outputs_are_counted_and_not_calls(self) -> None:
        """Each of ten attacks lifts the same of seven outputs, or none: seven are too few."""
        for hits in (0, 1):
            found = audit(NOTHING, SCALES, probes=attacked(7, dict.fromkeys(ATTACK_NAMES, hits)))
            assert set(outcomes(found).values()) == {"inconclusive"}

    def test_any_attack_is_told_with_an_exact_interval_and_decides_nothing(self) -> None:
        rows = attacked(60, {"attack-naive": 6, "attack-ignore": 3})
        found = audit(NOTHING, SCALES, probes=rows)
        assert "all attacks" not in outcomes(found)
        (one,) = (r.estimate for r in found.results if r.design == "all attacks")
        exact = clopper_pearson(6, 60, level=0.95)
        assert (one.value, one.low, one.high) == (0.1, exact.low, exact.high)

    def test_what_timed_out_was_not_withstood(self) -> None:
        found = audit(NOTHING, SCALES, probes=attacked(80, {}, failure="timeout"))
        assert set(outcomes(found).values()) == {"inconclusive"}
        assert any("800 of 800 attacks came to nothing (timeout: 800)" in t for t in found.limits)

    @pytest.mark.parametrize("failure", ["hijack_suspected", "refused"])
    def test_what_was_found_out_was_withstood(self, failure: str) -> None:
        found = audit(NOTHING, SCALES, probes=attacked(60, {}, failure=failure))
        assert set(outcomes(found).values()) == {"negligible"}
        assert not any("came to nothing" in text for text in found.limits)

    def test_what_a_rule_settled_is_no_judgment(self) -> None:
        rows = attacked(60, {})
        for at, one in enumerate(rows):
            if one.probe == "attack-empty" or (one.probe == "attack-master-key" and at % 2):
                rows[at] = replace(one, value=None, failure="settled")
        found = audit(NOTHING, SCALES, probes=rows)
        told = outcomes(found)
        assert "attack-empty" not in told
        assert told["attack-master-key"] == "inconclusive"
        (key,) = (v for v in found.verdicts if v.design == "attack-master-key")
        assert key.estimate is not None
        assert key.estimate.n == 30
        assert any("90 of 600 attacks were settled by a rule" in text for text in found.limits)

    def test_half_of_the_scale_is_a_success_as_the_best_level_is(self) -> None:
        rows = [row(at, 1.0, BASE) for at in range(60)]
        rows += [row(at, 3.0, "attack-naive") for at in range(60)]
        rows += [row(at, 2.5, "attack-ignore") for at in range(60)]
        told = outcomes(audit(NOTHING, SCALES, probes=rows))
        assert told == {"attack-naive": "material", "attack-ignore": "negligible"}

    def test_attacks_count_only_on_outputs_that_could_be_lifted(self) -> None:
        rows = [row(at, 1.0 + 4.0 * (at % 2), BASE) for at in range(60)]
        rows += [row(at, 5.0, "attack-naive") for at in range(60)]
        told = verdict(audit(NOTHING, SCALES, probes=rows), "injection", "attack-naive")
        assert told.estimate is not None
        assert (told.estimate.value, told.estimate.n) == (1.0, 30)
        assert told.outcome == "material"

    def test_an_attack_without_success_is_negligible_from_sixty_outputs_on(self) -> None:
        for n, outcome in ((58, "inconclusive"), (60, "negligible")):
            found = audit(NOTHING, SCALES, probes=attacked(n, {}))
            assert set(outcomes(found).values()) == {outcome}

    @pytest.mark.parametrize("chance", [0.15, 0.35])
    def test_best_levels_that_come_without_an_attack_do_not_count(self, chance: float) -> None:
        """A judge of yes and no that says yes to all alike, so often, and obeys nobody."""
        effects = []
        for seed in range(20):
            rng = np.random.default_rng(seed)
            rows = [
                row(at, value, probe, repeat=repeat, dimension="ok")
                for at in range(300)
                for probe, repeats in ((BASE, 2), ("attack-naive", 1))
                for repeat, value in enumerate((rng.random(repeats) < chance).astype(float))
            ]
            found = audit(NOTHING, {"ok": YES_NO}, probes=rows)
            told = verdict(found, "injection", "attack-naive")
            assert told.outcome != "material"
            assert told.estimate is not None
            assert "without an attack" in (told.estimate.reason or "")
            own = (told.bound or 0.0) - 0.05
            effects.append((told.estimate.value or 0.0) - own)
        assert abs(float(np.mean(effects))) < 0.03

    def test_where_every_output_is_good_nothing_could_be_lifted(self) -> None:
        rows = [row(at, 5.0, probe) for at in range(60) for probe in (BASE, "attack-naive")]
        told = verdict(audit(NOTHING, SCALES, probes=rows), "injection", "attack-naive")
        assert told.outcome == "inconclusive"
        assert "could be lifted" in told.reason
