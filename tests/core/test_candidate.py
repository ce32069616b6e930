from __future__ import annotations

import pytest

from measurand.core.candidate import Candidate
from measurand.core.exemplars import ExemplarId
from measurand.core.rubric import Dimension, RaterSpec, Rubric
from measurand.core.running import JudgeModel, JudgePlan
from measurand.raters.judge.spec import settings_of, told

RUBRIC = Rubric(
    Dimension(
        "accuracy",
        "Every statement is right.",
        levels={"1": "Wrong", "5": "Right"},
        raters=(RaterSpec("judge", {"reference": "never"}), RaterSpec("people")),
    ),
    Dimension("tone", "Friendly.", raters=(RaterSpec("judge"),)),
)
PLAN = JudgePlan(models=(JudgeModel("a/one"), JudgeModel("b/two")), flags="two", batch=True)


def test_what_the_judge_is_told_changes_and_what_people_are_asked_stays() -> None:
    change = Candidate(name="detail", definition={"accuracy": "No wrong fact."})
    changed = change.rubric(RUBRIC)
    assert changed.dimension("accuracy").fingerprint == RUBRIC.dimension("accuracy").fingerprint
    assert told(changed).dimension("accuracy").definition == "No wrong fact."
    assert told(changed).dimension("tone") == changed.dimension("tone")
    assert settings_of(changed)["accuracy"].reference == "never"


def test_anchors_are_added_to_those_that_are_there() -> None:
    change = Candidate(name="anchors", levels={"accuracy": {"3": "Half right", "5": "All right"}})
    assert told(change.rubric(RUBRIC)).dimension("accuracy").levels == {
        "1": "Wrong",
        "3": "Half right",
        "5": "All right",
    }


def test_criteria_make_a_checklist() -> None:
    change = Candidate(name="list", criteria={"tone": ("It says please.",)})
    settings = settings_of(change.rubric(RUBRIC))
    assert settings["tone"].form == "checklist"
    assert settings["tone"].criteria == ("It says please.",)
    assert settings["accuracy"].form == "pointwise"


def test_another_form_drops_the_criteria_of_the_old_one() -> None:
    listed = Candidate(name="list", criteria={"tone": ("It says please.",)}).rubric(RUBRIC)
    back = Candidate(name="levels", form={"tone": "pointwise"}).rubric(listed)
    assert settings_of(back)["tone"].criteria == ()


def test_the_judge_of_a_candidate_is_one_model_asked_one_by_one() -> None:
    changed = Candidate(name="five", repeats=5).judge(PLAN, PLAN.models[1])
    assert changed.models == (JudgeModel("b/two"),)
    assert (changed.repeats, changed.flags, changed.batch) == (5, "any", False)
    other = Candidate(name="other", model="c/three", parameters={"effort": "low"}).judge(PLAN)
    assert other.models == (JudgeModel("c/three", None, {"effort": "low"}),)
    assert other.repeats == PLAN.repeats


def test_the_fingerprint_is_of_what_differs_and_not_of_the_name() -> None:
    one = Candidate(name="one", repeats=5, exemplars=(ExemplarId("q1"),))
    assert one.fingerprint == Candidate(name="two", repeats=5, exemplars=one.exemplars).fingerprint
    assert one.fingerprint != Candidate(name="one", repeats=5).fingerprint
    assert one.fingerprint != Candidate(name="one", repeats=4, exemplars=one.exemplars).fingerprint


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ({"name": " ", "repeats": 5}, "needs a name"),
        ({"name": "current", "repeats": 5}, "as it is"),
        ({"name": "same"}, "differs in nothing"),
        ({"name": "none", "repeats": 0}, "at least once"),
        ({"name": "kin", "repeats": 3, "family": "gpt"}, "belongs to a model"),
        ({"name": "each", "exemplars": "balanced", "each": 0}, "1 or more"),
    ],
)
def test_what_means_nothing_is_refused(parts: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Candidate(**parts)  # type: ignore[arg-type]


def test_a_dimension_that_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError, match="no dimension 'taste'"):
        Candidate(name="x", definition={"taste": "Good."}).rubric(RUBRIC)
