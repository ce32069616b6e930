"""Agreement of tables small enough to know the answer."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.analysis.agreement import AgreementOptions, agreement
from measurand.analysis.result import Findings, Result
from measurand.core.example import Example, Message
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE, YES_NO, Scale, Value

KRIPPENDORFF = {  # Krippendorff (2011), Computing Krippendorff's Alpha-Reliability; * is missing
    "A": "1 2 3 3 2 1 4 1 2 * * *",
    "B": "1 2 3 3 2 2 4 1 2 5 * 3",
    "C": "* 3 3 3 2 3 4 2 2 5 1 *",
    "D": "1 2 3 3 2 4 4 1 2 5 1 *",
}


def row(
    example: int,
    rater: str,
    value: Value | None,
    *,
    kind: Kind = "people",
    system: str = "s",
    against: str | None = None,
    cluster: str | None = None,
) -> Rating:
    return Rating(
        example=f"e{example}",
        system=system,
        dimension="quality",
        rater=rater,
        kind=kind,
        value=value,
        reason=None if value is not None else "cannot judge",
        against=against,
        cluster=cluster,
    )


def krippendorff_rows() -> list[Rating]:
    return [
        row(place, rater, None if cell == "*" else float(cell))
        for rater, cells in KRIPPENDORFF.items()
        for place, cell in enumerate(cells.split())
    ]


def found(findings: Findings, name: str, **about: object) -> Result:
    hits = [
        result
        for result in findings.named(name)
        if all(getattr(result, key) == value for key, value in about.items())
    ]
    assert len(hits) == 1, f"{len(hits)} results named {name} with {about}"
    return hits[0]


@pytest.mark.parametrize(
    ("scale", "alpha"),
    [
        (Scale.of("ordinal"), 0.815388),
        (Scale.of("interval"), 0.849107),
        (Scale.of("ratio"), 0.797403),
        (ONE_TO_FIVE, 0.815388),
    ],
)
def test_the_scale_decides_the_metric(scale: Scale, alpha: float) -> None:
    result = found(
        agreement(Ratings.of(krippendorff_rows()), {"quality": scale}), "krippendorff_alpha"
    )
    assert result.estimate.value == pytest.approx(alpha, abs=1e-6)


def test_labels_are_nominal() -> None:
    rows = [
        row(int(one.example[1:]), one.rater, None if one.value is None else f"label {one.value:g}")
        for one in krippendorff_rows()
        if isinstance(one.value, float | None)
    ]
    findings = agreement(Ratings.of(rows), {"quality": Scale.of("nominal")})
    assert found(findings, "krippendorff_alpha").estimate.value == pytest.approx(904 / 1216)
    assert found(findings, "icc1").estimate.reason == "not defined on labels that have no order"


def test_one_rater_is_refused_in_words() -> None:
    findings = agreement(Ratings.of([row(i, "A", 1.0) for i in range(9)]), {"quality": YES_NO})
    assert all(not result.estimate.present for result in findings.results)
    reasons = {result.estimate.reason for result in findings.named("krippendorff_alpha")}
    assert reasons == {"only one person rated (A); agreement needs two"}
    assert findings.verdicts[0].outcome == "inconclusive"


def test_equal_ratings_give_no_alpha() -> None:
    rows = [row(i, rater, 1.0) for i in range(20) for rater in "AB"]
    alpha = found(agreement(Ratings.of(rows), {"quality": YES_NO}), "krippendorff_alpha")
    assert not alpha.estimate.present
    assert alpha.estimate.reason


def test_a_judge_is_held_against_the_people_s_vote_and_not_counted_among_them() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 60)
    rows = [
        row(i, rater, float(truth[i] ^ (rng.random() < 0.1))) for i in range(60) for rater in "ABC"
    ]
    rows += [row(i, "judge", float(truth[i]), kind="judge") for i in range(60)]
    findings = agreement(Ratings.of(rows), {"quality": YES_NO})
    raters = {result.raters for result in findings.named("cohen_kappa")}
    assert raters == {("A", "B"), ("A", "C"), ("B", "C"), ("judge", "people")}
    judge = found(findings, "cohen_kappa", raters=("judge", "people"))
    assert judge.estimate.value is not None
    assert judge.estimate.value > 0.8


def test_a_reference_is_not_one_of_the_people() -> None:
    rows = [row(i, rater, float(i % 2)) for i in range(20) for rater in ("A", "B", "final")]
    rows += [row(i, "judge", float(i % 3 == 0), kind="judge") for i in range(20)]
    options = AgreementOptions(reference="final")
    findings = agreement(Ratings.of(rows), {"quality": YES_NO}, options=options)
    pairs = [result.raters for result in findings.named("cohen_kappa")]
    assert pairs == [("A", "B"), ("judge", "final")]


def test_a_breakdown_by_system_stands_beside_the_whole() -> None:
    rows = [
        row(
            i,
            rater,
            float((i + (rater == "B" and system == "t" and i % 3 == 0)) % 2),
            system=system,
        )
        for i in range(30)
        for rater in "AB"
        for system in "st"
    ]
    options = AgreementOptions(by=("system",))
    findings = agreement(Ratings.of(rows), {"quality": YES_NO}, options=options)
    agreed = {
        result.systems: result.estimate.value for result in findings.named("percent_agreement")
    }
    assert agreed[("s",)] == 1
    assert agreed[("t",)] == pytest.approx(2 / 3)
    assert agreed[()] == pytest.approx(5 / 6)


def test_votes_keep_ties_apart() -> None:
    rows = [row(0, "A", 1.0), row(0, "B", 1.0), row(1, "A", 0.0), row(1, "B", 1.0)]
    votes = agreement(Ratings.of(rows), {"quality": YES_NO}).votes
    assert votes[0].counts == ((0.0, 0), (1.0, 1))
    assert votes[0].ties == 1


def test_the_most_disputed_outputs_come_first_with_all_their_ratings() -> None:
    rows = [row(i, rater, 3.0) for i in range(10) for rater in "AB"]
    rows += [row(10, "A", 1.0), row(10, "B", 5.0), row(11, "A", 2.0), row(11, "B", 3.0)]
    rows += [row(10, "judge", 4.0, kind="judge")]
    units = agreement(Ratings.of(rows), {"quality": ONE_TO_FIVE}).units
    assert [unit.example for unit in units] == ["e10", "e11"]
    assert units[0].spread == 1.0
    assert [(r.rater, r.value) for r in units[0].ratings] == [("A", 1), ("B", 5), ("judge", 4)]


def test_weak_agreement_on_a_blocking_dimension_is_a_limit() -> None:
    rng = np.random.default_rng(5)
    rows = [row(i, rater, float(rng.integers(0, 2))) for i in range(80) for rater in "ABC"]
    rubric = Rubric(Dimension("quality", scale=YES_NO, blocking=True))
    findings = agreement(Ratings.of(rows), {"quality": YES_NO}, rubric=rubric)
    assert any("barely agree" in limit for limit in findings.limits)


def test_the_same_seed_gives_the_same_numbers() -> None:
    table = Ratings.of(krippendorff_rows())
    first, second = (agreement(table, {"quality": ONE_TO_FIVE}) for _ in range(2))
    assert first.results == second.results


def test_pairs_with_different_opponents_are_different_units() -> None:
    rows = [
        row(i, rater, float(rater == "X" or other == "b"), against=other)
        for i in range(30)
        for other in "bcd"
        for rater in "XY"
    ]
    findings = agreement(Ratings.of(rows), {"quality": YES_NO})
    agreed = found(findings, "percent_agreement").estimate
    assert agreed.value == pytest.approx(1 / 3)
    assert agreed.n == 90
    assert all(len(unit.ratings) == 2 for unit in findings.units)


def test_a_breakdown_takes_segments_from_the_examples() -> None:
    rows = [row(i, rater, float((i + (rater == "B")) % 2)) for i in range(10) for rater in "AB"]
    rows += [row(i, rater, float(i % 2)) for i in range(10, 30) for rater in "AB"]
    examples = {
        f"e{i}": Example(
            id=f"e{i}",
            messages=(Message("user", "?"),),
            component="edge" if i < 10 else "core",
            segments=("all", "odd") if i < 10 else ("all",),
        )
        for i in range(30)
    }
    findings = agreement(
        Ratings.of(rows),
        {"quality": YES_NO},
        examples=examples,
        options=AgreementOptions(by=("component", "segment")),
    )
    agreed = {
        (result.component, result.segment): (result.estimate.value, result.estimate.n)
        for result in findings.named("percent_agreement")
    }
    assert agreed[None, None] == (20 / 30, 30)
    assert agreed["edge", None] == agreed[None, "odd"] == (0, 10)
    assert agreed["core", None] == (1, 20)
    assert agreed[None, "all"] == agreed[None, None]


def test_partial_agreement_counts_on_grades_only() -> None:
    rows = [
        row(i, rater, 1.0 + (i + (rater == "B" and i < 37)) % 5)
        for i in range(40)
        for rater in "AB"
    ]
    findings = agreement(Ratings.of(rows), {"quality": ONE_TO_FIVE})
    exact, partial = (found(findings, name).estimate for name in ("gwet_ac1", "gwet_ac2"))
    assert exact.value is not None
    assert partial.value is not None
    assert exact.value < 0 < partial.value
    yes_no = agreement(
        Ratings.of([row(i, r, float(i % 2)) for i in range(9) for r in "AB"]), {"quality": YES_NO}
    )
    reason = found(yes_no, "gwet_ac2").estimate.reason
    assert reason == "partial agreement is for graded scales; for yes/no read Gwet's AC1"


def test_shared_clusters_are_a_limit() -> None:
    rows = [row(i, rater, float(i % 2), cluster=f"c{i // 5}") for i in range(20) for rater in "AB"]
    limits = agreement(Ratings.of(rows), {"quality": YES_NO}).limits
    assert any("20 examples that people rated lie in 4 clusters" in limit for limit in limits)


def test_the_bound_that_nobody_asked_for_is_explained() -> None:
    rows = [row(i, rater, float(i % 2)) for i in range(60) for rater in "AB"]
    verdict = agreement(Ratings.of(rows), {"quality": YES_NO}).verdicts[0]
    assert verdict.outcome == "pass"
    assert verdict.reason.endswith(
        "0.667 (the least alpha for tentative conclusions, Krippendorff 2004)"
    )
    asked = AgreementOptions(require=0.8)
    verdict = agreement(Ratings.of(rows), {"quality": YES_NO}, options=asked).verdicts[0]
    assert verdict.reason.endswith("at least 0.8")


def test_no_reason_names_a_result_by_its_key() -> None:
    rng = np.random.default_rng(2)
    scales = (YES_NO, ONE_TO_FIVE, Scale.of("nominal"))
    for scale in scales:
        values = ["no", "yes"] if not scale.numeric else [scale.low, scale.high]
        rows = [row(i, rater, values[rng.integers(2)]) for i in range(40) for rater in "AB"]
        findings = agreement(Ratings.of(rows), {"quality": scale})
        said = [result.estimate.reason or "" for result in findings.results]
        said += [verdict.reason for verdict in findings.verdicts]
        assert not [text for text in said if "_" in text]


def test_chance_agreement_on_yes_no_is_told_of_the_ceiling_that_fits() -> None:
    rows = [row(i, rater, float((i + (rater == "B")) % 2)) for i in range(40) for rater in "AB"]
    rows += [row(i, rater, 1.0) for i in range(40, 44) for rater in "AB"]
    findings = agreement(Ratings.of(rows), {"quality": YES_NO})
    ceiling = found(findings, "ceiling_majority").estimate
    assert "graded" not in findings.verdicts[0].reason
    said = any("no ceiling exists" in limit for limit in findings.limits)
    assert said == (not ceiling.present)


def test_a_scale_that_starts_at_zero_has_its_whole_width() -> None:
    rows = [row(0, "A", 2.0), row(0, "B", 3.0), row(1, "A", 4.0), row(1, "B", 4.0)]
    wide = [row(2, "A", 2.0), row(2, "B", 4.0)]
    units = agreement(Ratings.of(rows + wide), {"quality": Scale.of("0-4")}).units
    assert [(unit.example, unit.spread) for unit in units] == [("e2", 0.5), ("e0", 0.25)]


def test_many_votes_on_chosen_outputs_tell_nothing_of_the_ceiling() -> None:
    """300 easy outputs with three votes, 30 hard ones with four: the hard ones were chosen."""
    rows = [
        Rating(
            example=f"e{at}",
            system="s",
            dimension="safe",
            rater=rater,
            kind="people",
            value=float(at >= 30 or (at % 2 > 0) != (at % 5 == 0 and place == 0)),
        )
        for at in range(330)
        for place, rater in enumerate("abcd" if at < 30 else "abc")
    ]
    scales = {"safe": YES_NO}
    (bounds,) = agreement(Ratings.of(rows), scales).named("ceiling_majority_bounds")
    assert not bounds.estimate.present
    assert "drawn at random" in (bounds.estimate.reason or "")
    drawn = AgreementOptions(subsample=frozenset(f"e{at}" for at in range(30)))
    (bounds,) = agreement(Ratings.of(rows), scales, options=drawn).named("ceiling_majority_bounds")
    assert bounds.estimate.n == 30
