"""Parts of a plan that are right each by itself and cannot be meant together."""

from __future__ import annotations

from pathlib import Path

import pytest

from measurand.errors import PlanError
from measurand.store.plans import load_plan

JUDGE = "judge: {model: anthropic/claude-opus-4}\n"
PANEL = "judge: {models: [anthropic/claude-opus-4, mistral/large]}\n"


def plan(folder: Path, *dimensions: str, rest: str = "") -> Path:
    lines = "".join(f"  - {{dimension: d{at}, {d}}}\n" for at, d in enumerate(dimensions))
    path = folder / "measurand.yaml"
    path.write_text(f"name: x\nrubric:\n{lines}{rest}", encoding="utf-8")
    return path


def faults(path: Path) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(PlanError) as caught:
        load_plan(path)
    return [(fault.line, fault.key, fault.problem) for fault in caught.value.faults]


def test_all_of_them_are_named_at_once_beside_other_faults(tmp_path: Path) -> None:
    path = plan(
        tmp_path,
        "raters: [judge: {form: pairwise}]",
        "scale: nominal, raters: [judge: {form: checklist}]",
        "scale: yes/no, blocking: true, raters: [check.patterns, judge]",
        "raters: [judge, judge: {reference: never}]",
        "wieght: 3",
        rest="systems: [{name: a, target: 'file:a', answer: b}]\n"
        "judge: {model: openai/gpt-5, flags: two}\n",
    )
    assert faults(path) == [
        (3, "rubric[0].raters[0].judge.form", "the form pairwise does not fit the scale 1-5"),
        (
            4,
            "rubric[1].raters[0].judge.form",
            "the form checklist gives a share, which the scale any label has no place for",
        ),
        (5, "rubric[2].raters", "a blocking dimension is judged by one model alone"),
        (6, "rubric[3].raters[1]", "the judge is asked twice about one dimension"),
        (7, "rubric[4].wieght", "is not a known key"),
        (8, "systems[0].answer", "only an HTTP endpoint or a program has a path to its answer"),
        (
            9,
            "judge.flags",
            "an output is blocked when two judges flag it, and there is one judge",
        ),
    ]


@pytest.mark.parametrize(
    ("dimension", "judge"),
    [
        ("scale: yes/no, blocking: true, raters: [judge]", PANEL),
        ("scale: yes/no, blocking: true, raters: [judge, people]", JUDGE),
        ("scale: yes/no, blocking: true, raters: [judge]", ""),
        ("scale: yes/no, blocking: true, raters: [check.patterns]", JUDGE),
        ("scale: yes/no, raters: [judge]", JUDGE),
        ("scale: loss/tie/win, raters: [judge: {form: pairwise}]", JUDGE),
        ("scale: yes/no, raters: [judge: {form: checklist}]", JUDGE),
        ("scale: 0..1, raters: [judge: {form: checklist, criteria: [a]}]", JUDGE),
        ("raters: [judge]", ""),
    ],
)
def test_what_fits_is_taken(tmp_path: Path, dimension: str, judge: str) -> None:
    assert len(load_plan(plan(tmp_path, dimension, rest=judge)).rubric) == 1


def test_the_remedy_of_a_lone_judge_is_a_second_one_or_people(tmp_path: Path) -> None:
    path = plan(tmp_path, "scale: yes/no, blocking: true, raters: [judge]", rest=JUDGE)
    with pytest.raises(PlanError, match="Add a second model to the judge, or people to these"):
        load_plan(path)


@pytest.mark.parametrize(
    ("systems", "judge", "key"),
    [
        ("{name: a, target: openai/gpt-4o}", "{model: openai/gpt-5}", "judge.model"),
        ("{name: a, family: GPT}", "{model: azure/gpt-5}", "judge.model"),
        ("{name: a, family: gpt}", "{models: [a/claude-4, b/gpt-5]}", "judge.models[1]"),
        ("{name: a, family: m}", "{models: [{model: a/b, family: M}]}", "judge.models[0]"),
        ("{name: a, target: openai/gpt-4o}", "{model: a/claude-4}", None),
        ("{name: a, target: openai/gpt-4o}", "{model: openai/gpt-5, own_family: audit}", None),
        ("{name: a, target: 'file:out/gpt-4o.jsonl'}", "{model: openai/gpt-5}", None),
        ("{name: a, target: x/unheard}", "{model: x/unheard}", "judge.model"),
        ("{name: a, target: x/unheard}", "{model: y/unheard}", None),
    ],
)
def test_a_judge_of_a_compared_family_is_refused(
    tmp_path: Path, systems: str, judge: str, key: str | None
) -> None:
    path = plan(tmp_path, "raters: [judge]", rest=f"systems: [{systems}]\njudge: {judge}\n")
    if key is None:
        assert load_plan(path).judge is not None
        return
    ((line, place, problem),) = faults(path)
    assert (line, place) == (5, key)
    assert problem.startswith("a judge favours its own family")


def test_a_judge_that_is_asked_nothing_favours_nobody(tmp_path: Path) -> None:
    rest = "systems: [{name: a, target: a/gpt-4o}]\njudge: {model: openai/gpt-5}\n"
    assert load_plan(plan(tmp_path, "raters: [people]", rest=rest)).judge is not None


def test_a_request_is_for_an_endpoint(tmp_path: Path) -> None:
    rest = "systems:\n  - {name: a, target: a/b,\n     request: {method: GET}}\n"
    ((line, key, _),) = faults(plan(tmp_path, "weight: 1", rest=rest))
    assert (line, key) == (6, "systems[0].request")
    ok = "systems: [{name: a, target: 'HTTPS://b', request: {method: GET}, answer: c}]\n"
    assert load_plan(plan(tmp_path, "weight: 1", rest=ok)).systems[0].answer == "c"
