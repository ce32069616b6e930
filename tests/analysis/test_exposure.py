"""What the tests for contamination decide, on scores that are made for it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.analysis.exposed_rows import GRADES, KNOWN, YES, arms_of, example, rated

from measurand.analysis.exposure import (
    BLIND,
    TESTS,
    TITLES,
    ExposureOptions,
    not_run,
    worst_first,
)
from measurand.analysis.exposure_canary import CanaryPlace, asked, searched
from measurand.analysis.exposure_date import DateSplit, date_split
from measurand.analysis.exposure_gaming import SystemVersion, gaming
from measurand.analysis.exposure_gap import twin_gap
from measurand.analysis.exposure_logprobs import LogProbs, order_exposure, surprise
from measurand.analysis.exposure_style import style_overfitting
from measurand.analysis.result import Verdict
from measurand.analysis.score import score
from measurand.core.example import Example
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import Scale
from measurand.errors import InsufficientData
from measurand.texts.canary import canary_of, completion


def test_every_test_has_a_title_and_says_what_it_cannot_see() -> None:
    assert set(TITLES) == set(BLIND) == set(TESTS)
    assert "164 HumanEval" in BLIND["overlap"]
    assert "find about 1" in BLIND["overlap"]


def test_planted_memory_is_the_gap() -> None:
    """30 of 200 items are known by heart and are wrong in other words: the gap is 30 / 200."""
    original = [1] * 30 + [1] * 100 + [0] * 70
    twin = [0] * 30 + [1] * 100 + [0] * 70
    rows = rated("bot", "", original) + rated("bot", "~t", twin)
    rows += rated("clean", "", twin) + rated("clean", "~t", twin)
    found = twin_gap(
        Ratings.of(rows),
        YES,
        arms=arms_of(200, twin="~t"),
        examples=KNOWN,
        options=ExposureOptions(reference="clean"),
    )
    gaps = {r.systems: r.estimate for r in found.findings.named("twin_gap")}
    assert gaps["bot",].value == pytest.approx(30 / 200, abs=1e-12)
    assert gaps["bot",].method == "Tango"
    assert {v.systems[0]: v.outcome for v in found.findings.verdicts} == {
        "bot": "fail",
        "clean": "pass",
    }
    beyond = next(found.findings.named("twin_gap_beyond_reference"))
    assert beyond.systems == ("bot", "clean")
    assert beyond.estimate.value == pytest.approx(0.15)
    # What is told names what so many pairs could have found, also where the two never differ.
    told = {v.systems[0]: v.reason for v in found.findings.verdicts}
    assert "with 80 % power" in told["bot"]
    assert "200 pairs find a gap of" in told["clean"]
    assert found.items[0] == ("q0", "bot scores 100 points less in other words")
    assert len(found.items) == 30


def twins_of(rows: list[Rating], reference: str | None) -> Mapping[str, tuple[str, str]]:
    found = twin_gap(
        Ratings.of(rows),
        YES,
        arms=arms_of(200, twin="~t"),
        examples=KNOWN,
        options=ExposureOptions(reference=reference),
    )
    return {v.systems[0]: (v.outcome, v.reason) for v in found.findings.verdicts}


def test_twins_that_the_reference_loses_as_well_show_no_memory() -> None:
    """30 of 200 are lost in other words: by one system alone, or by both alike."""
    original = [1] * 130 + [0] * 70
    lost = [0] * 30 + [1] * 100 + [0] * 70
    new = rated("new", "", original) + rated("new", "~t", lost)
    harder = rated("now", "", original) + rated("now", "~t", lost)
    same = rated("now", "", original) + rated("now", "~t", original)
    assert twins_of(new + same, "now")["new"][0] == "fail"
    outcome, told = twins_of(new + harder, "now")["new"]
    assert outcome == "inconclusive"
    assert "that of now may fall as much: twins may be harder, or both know the set" in told
    # With nothing to hold it against a fall is told, and fails nobody.
    outcome, told = twins_of(new, None)["new"]
    assert outcome == "inconclusive"
    assert "nobody can tell memory from twins that are harder" in told
    assert "p = 9.3e-10" in told


def test_a_gap_of_grades_that_few_items_make_does_not_pass() -> None:
    """2 of 100 lose the whole scale: t ends at 4.8 points, and 5.6 in 100 would not surprise."""
    values = [5.0] * 100
    rows = rated("bot", "", values, "quality") + rated(
        "bot", "~t", [1.0, 1.0, *values[2:]], "quality"
    )
    rubric = Rubric(Dimension("quality", weight=50, scale=Scale.of("1-5")))
    found = twin_gap(Ratings.of(rows), rubric, arms=arms_of(100, twin="~t"), examples=KNOWN)
    gap = next(found.findings.named("twin_gap")).estimate
    assert found.outcome == "inconclusive"
    assert gap.value == pytest.approx(0.02)
    assert gap.high is not None
    assert gap.high > 0.055


def test_few_twins_are_inconclusive_and_none_are_refused() -> None:
    rows = rated("bot", "", [1, 0, 1, 1, 0, 1]) + rated("bot", "~t", [1, 1, 1, 0, 0, 0])
    found = twin_gap(Ratings.of(rows), YES, arms=arms_of(6, twin="~t"), examples=KNOWN)
    assert found.outcome == "inconclusive"
    with pytest.raises(InsufficientData):
        twin_gap(Ratings.of([]), YES, arms=arms_of(6, twin="~t"), examples=KNOWN)


def test_a_system_that_was_not_asked_both_forms_has_no_verdict() -> None:
    rows = rated("bot", "", [1, 0] * 20) + rated("other", "~t", [1, 0] * 20)
    found = twin_gap(Ratings.of(rows), YES, arms=arms_of(40, twin="~t"), examples=KNOWN)
    assert not found.findings.verdicts
    assert found.outcome == "inconclusive"


def styled_rows(system: str, style: Sequence[float]) -> list[Rating]:
    base = [1] * 140 + [0] * 60
    return [
        *rated(system, "", base),
        *rated(system, "~p", base),
        *rated(system, "~s", style),
    ]


def style_of(rows: list[Rating], reference: str | None) -> Mapping[str, str]:
    return {v.systems[0]: v.outcome for v in styled(rows, reference)}


def told_of(rows: list[Rating], reference: str | None) -> Mapping[str, str]:
    return {v.systems[0]: v.reason for v in styled(rows, reference)}


def styled(rows: list[Rating], reference: str | None) -> Sequence[Verdict]:
    found = style_overfitting(
        Ratings.of(rows),
        YES,
        arms=arms_of(200, style="~s", placebo="~p"),
        examples=KNOWN,
        options=ExposureOptions(reference=reference),
    )
    return found.findings.verdicts


def test_style_overfitting_is_told_from_harder_wording_and_from_fragility() -> None:
    base = [1] * 140 + [0] * 60
    fallen = [0] * 30 + [1] * 110 + [0] * 60
    # The candidate falls alone: overfitting.
    rows = styled_rows("new", fallen) + styled_rows("now", base)
    assert style_of(rows, "now") == {"new": "fail", "now": "pass"}
    # Both fall alike: the wording is harder, and the reference itself stays open.
    rows = styled_rows("new", fallen) + styled_rows("now", fallen)
    assert style_of(rows, "now") == {"new": "pass", "now": "inconclusive"}
    assert told_of(rows, "now")["new"].startswith(
        "new: another phrasing costs it no more than now, by the margin of 5 points, and both lose"
    )
    # A fall without a reference is told and not called overfitting.
    assert style_of(styled_rows("new", fallen), None) == {"new": "inconclusive"}
    # Whoever falls under any edit is fragile and not overfitted.
    fragile = [*rated("new", "", base), *rated("new", "~p", fallen), *rated("new", "~s", fallen)]
    assert style_of(fragile + styled_rows("now", base), "now") == {"new": "pass", "now": "pass"}


def versions_of(quality: Sequence[float], safety: Sequence[float]) -> list[SystemVersion]:
    n = 200
    rng = np.random.default_rng(5)
    level = rng.normal(0, 0.5, n)
    found = []
    for at, means in enumerate(zip(quality, safety, strict=True)):
        rows = []
        for name, mean in zip(("quality", "safety"), means, strict=True):
            values = np.clip(mean + level + rng.normal(0, 0.3, n), 1, 5)
            rows += rated("bot", "", values.tolist(), name)
        found.append(SystemVersion("bot", f"v{at}", Ratings.of(rows)))
    return found


@pytest.mark.parametrize(
    ("quality", "safety", "outcome"),
    [
        ([2.5, 3.0, 3.5, 4.0], [3.0, 3.0, 3.0, 3.0], "fail"),
        ([2.5, 3.0, 3.5, 4.0], [2.5, 3.0, 3.5, 4.0], "pass"),
        ([3.0, 3.0, 3.0, 3.0], [3.0, 3.0, 3.0, 3.0], "pass"),
        ([2.5, 4.0], [3.0, 3.0], "inconclusive"),
    ],
)
def test_gaming(quality: list[float], safety: list[float], outcome: str) -> None:
    found = gaming(versions_of(quality, safety), GRADES, held_out=["safety"])
    assert found.outcome == outcome
    change = next(found.findings.named("optimised_change")).estimate
    assert change.value == pytest.approx((quality[-1] - quality[0]) / 4, abs=0.05)


def test_one_version_is_not_run() -> None:
    found = gaming(versions_of([3.0], [3.0]), GRADES, held_out=["safety"])
    assert not found.ran


def date_scores(
    old: Mapping[str, int], new: Mapping[str, int], each: int = 100
) -> tuple[Ratings, dict[str, Example]]:
    examples = {
        f"q{at}": example(
            f"q{at}", created="2024-03-01" if at < each else "2025-09-01", segments=("a",)
        )
        for at in range(2 * each)
    }
    rows: list[Rating] = []
    for system in old:
        before = [1] * old[system] + [0] * (each - old[system])
        after = [1] * new[system] + [0] * (each - new[system])
        rows += rated(system, "", before + after)
    return Ratings.of(rows), examples


def split_of(
    old: Mapping[str, int], new: Mapping[str, int], control: str | None = None
) -> tuple[str, dict[str, float | None]]:
    ratings, examples = date_scores(old, new)
    scores = score(ratings, YES, examples=examples)
    cutoffs = {name: date(2025, 1, 1) for name in old if name != control}
    found = date_split(scores, examples, DateSplit(cutoffs=cutoffs, control=control))
    return found.outcome, {r.name: r.estimate.value for r in found.findings.results}


def test_a_fall_on_new_items_takes_a_control_to_fail() -> None:
    outcome, values = split_of({"bot": 80}, {"bot": 50})
    assert outcome == "inconclusive"
    assert values["date_gap"] == pytest.approx(0.3)
    outcome, values = split_of({"bot": 80, "late": 70}, {"bot": 50, "late": 70}, "late")
    assert outcome == "fail"
    assert values["date_gap_beyond_control"] == pytest.approx(0.3)
    # Where the control falls as much, the new items are harder.
    outcome, values = split_of({"bot": 80, "late": 80}, {"bot": 50, "late": 50}, "late")
    assert values["date_gap_beyond_control"] == pytest.approx(0.0)
    assert outcome != "fail"


def test_segments_that_differ_in_difficulty_are_held_apart() -> None:
    """Easy items are old and hard ones new; within segments nothing falls."""
    examples, values = {}, []
    for at in range(200):
        easy = at % 2 == 0
        old = at < 180 if easy else at < 20
        segment = "easy" if easy else "hard"
        created = "2024-01-01" if old else "2025-09-01"
        examples[f"q{at}"] = example(f"q{at}", created=created, segments=(segment,))
        values.append((at // 2) % 10 < (9 if easy else 3))
    scores = score(Ratings.of(rated("bot", "", values)), YES, examples=examples)
    found = date_split(scores, examples, DateSplit(cutoffs={"bot": date(2025, 1, 1)}))
    told = {r.name: r.estimate.value or 0.0 for r in found.findings.results}
    assert told["date_gap"] > 0.4
    assert abs(told["date_gap_adjusted"]) < 0.05


def test_no_dates_are_not_run() -> None:
    scores = score(Ratings.of(rated("bot", "", [1, 0, 1])), YES, examples=KNOWN)
    found = date_split(scores, KNOWN, DateSplit(cutoffs={"bot": date(2025, 1, 1)}))
    assert found.outcome == "not run"


def test_an_order_that_is_preferred_fails_and_no_other_passes() -> None:
    rng = np.random.default_rng(8)
    shuffled = rng.normal(-100, 1, (10, 60))
    seen = LogProbs(
        system="seen",
        canonical=(shuffled.mean(axis=1) + 2).tolist(),
        shuffled=shuffled.tolist(),
    )
    fresh = LogProbs(
        system="fresh",
        canonical=rng.normal(-100, 1, 10).tolist(),
        shuffled=shuffled.tolist(),
    )
    assert order_exposure([seen]).outcome == "fail"
    assert order_exposure([fresh]).outcome == "inconclusive"
    assert order_exposure([]).outcome == "not run"
    few = LogProbs(system="few", canonical=[-1.0], shuffled=[[-9.0] * 5])
    assert "cannot give less" in order_exposure([few]).told
    # Of four systems each has a quarter of the error, which 60 orders cannot reach.
    several = order_exposure([seen, fresh, replace(fresh, system="b"), replace(fresh, system="c")])
    assert several.outcome == "inconclusive"
    assert "but not after Holm over 4 systems" in several.told
    assert "cannot give less than p = 0.016, which over 4 systems is no finding" in several.told
    assert (several.error, order_exposure([seen]).error) == pytest.approx((0.05, 0.05))


def test_min_k_is_a_hint_and_never_a_verdict() -> None:
    tokens = {f"m{at}": (True, [-0.1] * 10) for at in range(30)}
    tokens |= {f"n{at}": (False, [-5.0] * 10) for at in range(30)}
    tokens |= {"short": (True, [-1.0, -2.0])}
    found = surprise([LogProbs(system="m", tokens=tokens)])
    assert (found.outcome, found.findings.verdicts) == ("hint", ())
    area = next(found.findings.named("min_k_auc")).estimate
    assert area.value == 1.0
    assert "1 texts are too short" in found.findings.limits[0]


def test_a_canary_that_is_found_or_completed_fails_and_absence_passes_nothing() -> None:
    digits = "0123456789abcdef0f1e2d3c4b5a6978"
    assert searched([], files=3, size=10).outcome == "nothing found"
    assert searched([], files=0, size=0).outcome == "not run"
    places = [CanaryPlace("a.txt", 3), CanaryPlace("a.txt", 9)]
    assert searched(places, files=3, size=10).outcome == "fail"
    goes_on = f"It goes on: {completion(digits)[:4]}-{completion(digits)[4:].upper()}..."
    found = asked({"knows": [goes_on, None], "not": ["I cannot."]}, digits)
    assert found.outcome == "fail"
    assert [v.systems for v in found.findings.verdicts] == [("knows",)]
    assert "1 of 2 askings failed" in found.findings.limits[0]
    assert "its interval is of further askings" in found.findings.limits[1]
    assert len(found.findings.limits) == 2
    # The chance is that of every place in the reply: a few dozen times 16 to the power of -8.
    assert "at most" in found.told
    assert asked({"not": ["no", canary_of(digits)[:10]]}, digits).outcome == "nothing found"


def test_worst_comes_first() -> None:
    tests = [not_run("twins", "no"), searched([], files=1, size=1)]
    tests.append(searched([CanaryPlace("a", 1)], files=1, size=1))
    assert [one.outcome for one in worst_first(tests)] == ["fail", "nothing found", "not run"]
