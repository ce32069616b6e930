"""The audit of a judge: what it calls material, what it refuses to say, what it never says."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.analysis.audit_rows import NOTHING, SCALES, rows_of, verdict

from measurand.analysis.audit import AuditOptions, audit
from measurand.analysis.biases.advice import MEANING, advice
from measurand.analysis.biases.base import BIASES
from measurand.analysis.biases.self_preference import CROSSED, VERIFIABLE, VOTED
from measurand.analysis.result import Findings
from measurand.core.output import Output
from measurand.core.probes import PROBES
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO, Scale
from measurand.errors import UsageError
from measurand.report.results_json import results_document
from measurand.simulate.judge_rows import (
    JudgeWorld,
    PlantedJudge,
    PlantedPeople,
    WorldShape,
    draw_judge_world,
    judge_scores,
    people_scores,
    table_of_ratings,
)


class TestNames:
    def test_every_probe_tells_of_a_bias_that_has_a_name_a_meaning_and_advice(self) -> None:
        assert {probe.bias for probe in PROBES.values()} <= set(BIASES)
        assert set(MEANING) == set(BIASES)
        for name in BIASES:
            assert advice(name, "material")
            assert advice(name, "negligible") == ""
            assert "about 1,200" in advice(name, "inconclusive", 1200)


def recorded(
    judge: PlantedJudge, seed: int = 1, n: int = 120, **cells: object
) -> tuple[JudgeWorld, Ratings]:
    rng = np.random.default_rng(seed)
    world = draw_judge_world(rng, examples=n, **cells)  # type: ignore[arg-type]
    table = table_of_ratings(
        world,
        judges={judge.name: judge_scores(world, judge, rng, repeats=2)},
        people=people_scores(world, PlantedPeople(), rng),
    )
    return world, table


class TestRecorded:
    def test_leniency_is_the_distance_to_people(self) -> None:
        _, table = recorded(PlantedJudge(severity=-0.5))
        told = verdict(audit(table, SCALES), "leniency", "beside people")
        assert told.outcome == "material"
        _, table = recorded(PlantedJudge())
        told = verdict(audit(table, SCALES), "leniency", "beside people")
        assert told.outcome != "material"

    def test_a_blocking_dimension_that_the_judge_passes_is_a_limit(self) -> None:
        judge = PlantedJudge(sens=0.96, spec=0.1)
        _, table = recorded(judge, scale=YES_NO, dimensions=("safety",))
        rubric = Rubric(Dimension("safety", scale=YES_NO, blocking=True))
        found = audit(table, {"safety": YES_NO}, rubric=rubric)
        (rate,) = found.named("specificity")
        assert rate.estimate.value == pytest.approx(0.1, abs=0.1)
        assert any(text.startswith("safety blocks, and judge flags") for text in found.limits)
        assert not any("blocks" in text for text in audit(table, {"safety": YES_NO}).limits)

    def test_lengths_come_from_texts_or_from_a_dimension_of_words(self) -> None:
        judge = PlantedJudge(len_beta=0.6, noise=0.3)
        world, table = recorded(judge, n=300)
        texts = [
            Output(example=name, system="one", text=" ".join(["w"] * int(count)))
            for name, count in zip(world.examples, world.words[:, 0], strict=True)
        ]
        counted = Ratings.of(
            Rating(
                example=name,
                system="one",
                dimension="words",
                rater="length",
                kind="check",
                value=float(count),
            )
            for name, count in zip(world.examples, world.words[:, 0], strict=True)
        )
        by_text = audit(table, SCALES, outputs=texts)
        by_words = audit(table + counted, {**SCALES, "words": Scale("ratio")})
        one, other = (
            verdict(f, "verbosity", "length at equal quality") for f in (by_text, by_words)
        )
        assert one == other
        assert one.outcome == "material"
        assert not list(audit(table, SCALES).named("verbosity"))

    def test_people_who_do_not_agree_leave_length_unknown(self) -> None:
        rng = np.random.default_rng(6)
        world, table = recorded(PlantedJudge())
        noise = rng.integers(1, 6, size=(120, 1, 1, 3)).astype(float)
        judged = table.where(kind="judge") + table_of_ratings(world, judges={}, people=noise)
        texts = [
            Output(example=name, system="one", text="w " * int(count))
            for name, count in zip(world.examples, world.words[:, 0], strict=True)
        ]
        found = audit(judged, SCALES, outputs=texts)
        told = verdict(found, "verbosity", "length at equal quality")
        assert told.outcome == "inconclusive"
        assert "use probes" in told.reason

    def test_without_people_nothing_is_said_that_needs_them(self) -> None:
        _, table = recorded(PlantedJudge(severity=-1))
        found = audit(table.where(kind="judge"), SCALES)
        assert not found.verdicts
        assert any("No person rated" in limit for limit in found.limits)
        assert any("leniency" in limit for limit in found.limits if "Not measured" in limit)
        assert list(found.named("effective_levels"))

    def test_a_judge_that_gives_one_grade_is_clumped_and_nothing_crashes(self) -> None:
        world, table = recorded(PlantedJudge())
        constant = table_of_ratings(world, judges={"judge": np.full((120, 1, 1, 2), 4.0)})
        found = audit(constant + table.where(kind="people"), SCALES)
        assert verdict(found, "clumping", "favourite level").outcome == "material"
        levels = next(iter(found.named("effective_levels"))).estimate
        assert levels.value == 1.0

    def test_families_may_be_told(self) -> None:
        judge = PlantedJudge(name="ours", family_bonus={"a": 1.0})
        _, table = recorded(judge, n=200, systems=("a", "b"))
        assert not list(audit(table, SCALES).named("self-preference"))
        options = AuditOptions(families={"ours": "x", "a": "x", "b": "y"})
        found = audit(table, SCALES, options=options)
        told = verdict(found, "self-preference", "own family at equal quality")
        assert told.outcome == "material"
        raw = [r for r in found.named("self-preference") if r.design == "raw gap"]
        assert "confounded" in (raw[0].estimate.reason or "")

    def test_of_yes_and_no_the_passes_of_what_fails_are_compared(self) -> None:
        """A check that knows decides; most people err, and inform."""
        judge = PlantedJudge(name="ours", spec=0.5)
        _, table = recorded(judge, n=400, systems=("a", "b"), scale=YES_NO, dimensions=("ok",))
        first = table.where(rater=next(iter(table.where(kind="people").distinct("rater"))))
        table += Ratings.of(replace(row, rater="exact", kind="check") for row in first)
        lenient = Ratings.of(
            replace(row, value=1.0) if (row.rater, row.system) == ("ours", "a") else row
            for row in table
        )
        options = AuditOptions(families={"ours": "x", "a": "x", "b": "y"})
        found = audit(lenient, {"ok": YES_NO}, options=options)
        told = verdict(found, "self-preference", VERIFIABLE)
        assert told.outcome == "material"
        assert told.estimate is not None
        assert told.estimate.value == pytest.approx(0.5, abs=0.1)
        (voted,) = (r.estimate for r in found.results if r.design == VOTED)
        assert "informs only" in (voted.reason or "")
        assert not [v for v in found.verdicts if v.design == VOTED]
        assert any("References or checks" in text for text in found.limits)

    @pytest.mark.parametrize(
        ("slope", "gap", "bonus", "outcome"),
        [(1.0, 0.0, 0.0, "negligible"), (1.0, 0.0, 0.6, "material"), (0.6, 1.2, 0.0, None)],
    )
    def test_crossed_judges_decide_only_between_families_alike(
        self, slope: float, gap: float, bonus: float, outcome: str | None
    ) -> None:
        one = PlantedJudge(name="gpt-j", noise=0.3, family_bonus={"gpt-a": bonus})
        two = replace(one, name="claude-j", slope=slope, family_bonus={"claude-b": bonus})
        rng = np.random.default_rng(11)
        shape = WorldShape(advantage={"gpt-a": gap})
        world = draw_judge_world(rng, examples=300, systems=("gpt-a", "claude-b"), shape=shape)
        scores = {judge.name: judge_scores(world, judge, rng) for judge in (one, two)}
        found = audit(table_of_ratings(world, judges=scores), SCALES)
        told = [v.outcome for v in found.verdicts if (v.design or "").startswith(CROSSED)]
        assert told == ([] if outcome is None else [outcome])
        limits = [text for text in found.limits if "informs only" in text]
        assert len(limits) == (outcome is None)

    def test_halo_asks_only_people_who_rated_both_dimensions(self) -> None:
        """One person rates accuracy alone, another tone alone; judge and people are as coloured."""
        rng = np.random.default_rng(4)
        rows, high = [], []
        for seed in range(10):
            rows = [
                Rating(
                    example=f"e{at}",
                    system="s",
                    dimension=dimension,
                    rater=name,
                    kind="judge" if name == "j" else "people",
                    value=float(np.clip(3 + 0.8 * quality + colour + rng.normal(0, 0.4), 1, 5)),
                )
                for at in range(200)
                for colours in [dict(zip("pqrsj", rng.normal(0, 0.5, 5).tolist(), strict=True))]
                for dimension, who in (("accuracy", "pqrj"), ("tone", "qrsj"))
                for quality in [rng.normal()]
                for name in who
                for colour in [colours[name]]
            ]
            (halo,) = audit(Ratings.of(rows), SCALES).named("halo")
            assert halo.estimate.value is not None, seed
            high.append(halo.estimate.value)
        assert abs(float(np.mean(high))) < 0.1

    def test_a_judge_that_is_asked_for_must_have_rated(self) -> None:
        _, table = recorded(PlantedJudge())
        with pytest.raises(UsageError, match="the judges are: judge"):
            audit(table, SCALES, judges=["gpt-7"])
        assert audit(table, SCALES, judges=["judge"]).verdicts

    def test_a_scale_without_ends_decides_nothing_and_says_so(self) -> None:
        _, table = recorded(PlantedJudge(severity=-1))
        found = audit(table, {"accuracy": Scale("ordinal")})
        assert not [v for v in found.verdicts if v.name == "leniency"]
        (limit,) = (text for text in found.limits if "no known ends" in text)
        assert "accuracy" in limit
        assert not any("no known ends" in text for text in audit(table, SCALES).limits)

    def test_a_file_without_a_judge_is_told_so(self) -> None:
        _, table = recorded(PlantedJudge())
        assert audit(table.where(kind="people"), SCALES).limits[0].startswith("No judge rated")

    def test_only_judges_are_audited(self) -> None:
        _, table = recorded(PlantedJudge())
        names = {rater for r in audit(table, SCALES).results for rater in r.raters}
        assert names == {"judge"}


class TestPairs:
    @staticmethod
    def pairs(calls: Sequence[tuple[str, str, str, str]]) -> Ratings:
        return Ratings.of(
            Rating(
                example=f"e{at}",
                system=system,
                against=against,
                order=order,
                dimension="better",
                rater="j",
                kind="judge",
                value=value,
            )
            for at, (system, against, order, value) in enumerate(calls)
        )

    def test_it_is_told_alike_from_either_side_and_by_the_winner_s_name(self) -> None:
        """The one shown first always wins: rows of a, rows of b, and verdicts that name it."""
        shapes = (
            (("a", "b", "ab", "win"), ("a", "b", "ba", "loss")),
            (("a", "b", "ab", "win"), ("b", "a", "ab", "win")),
            (("b", "a", "ba", "loss"), ("b", "a", "ab", "win")),
            (("a", "b", "ab", "a"), ("a", "b", "ba", "b")),
        )
        told = [
            audit(
                Ratings.of(
                    replace(row, example=f"e{at}") for at in range(40) for row in self.pairs(shape)
                ),
                {"better": Scale("nominal")},
            )
            for shape in shapes
        ]
        estimates = [verdict(found, "position", "both orders") for found in told]
        assert {v.outcome for v in estimates} == {"material"}
        assert {v.estimate.value for v in estimates if v.estimate} == {0.5}
        twice = "judged twice in the same way"
        assert [limit.partition(" was ")[0] for limit in told[-1].limits if twice in limit] == [
            "No pair"
        ]

    def test_one_order_alone_tells_nothing(self) -> None:
        found = audit(self.pairs([("a", "b", "ab", "win")] * 30), {"better": Scale("nominal")})
        assert not found.results


class TestWhole:
    def test_nothing_at_all_is_nothing_found(self) -> None:
        found = audit(NOTHING, {})
        assert (found.results, found.verdicts) == ((), ())
        assert any("Not measured" in limit for limit in found.limits)

    def test_the_margin_decides(self) -> None:
        rows = rows_of(PlantedJudge(noise=0.2, style={"formal": 0.4}))
        wide = audit(NOTHING, SCALES, probes=rows, options=AuditOptions(margin=0.2))
        assert verdict(wide, "style", "formal").outcome == "negligible"
        for margin in (0.0, 1.0, math.nan):
            with pytest.raises(UsageError, match="margin"):
                AuditOptions(margin=margin)

    def test_rows_in_any_order_give_the_same_numbers(self) -> None:
        rows = rows_of(PlantedJudge(fail_p={3.0: 0.1}))
        mixed = [rows[at] for at in np.random.default_rng(7).permutation(len(rows))]
        one, other = (audit(NOTHING, SCALES, probes=table) for table in (rows, mixed))

        def told(found: Findings) -> list[tuple[str, str | None, float]]:
            return sorted(
                (r.name, r.design, round(r.estimate.value, 9))
                for r in found.results
                if r.estimate.value is not None and r.design != "repeats of the audit"
            )

        assert told(one) == told(other)

    def test_everything_is_finite_and_fits_the_published_document(self) -> None:
        rows = rows_of(PlantedJudge(grid=(2.0, 4.0), fail_p={2.0: 0.3}))
        _, table = recorded(PlantedJudge())
        found = audit(table, SCALES, probes=rows)
        text = json.dumps(results_document("audit", found), allow_nan=False)
        assert '"n_needed"' in text
        assert '"design"' in text
        assert all(v.outcome in {"material", "negligible", "inconclusive"} for v in found.verdicts)
