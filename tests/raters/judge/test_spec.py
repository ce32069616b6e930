from typing import Any

import pytest

from measurand.core.rubric import Dimension, RaterSpec, Rubric
from measurand.core.running import JudgeModel, JudgePlan
from measurand.core.scale import Scale
from measurand.errors import PlanError
from measurand.raters.judge.spec import JudgeOptions, JudgeSettings, options_of, settings_of

KEY = b"0123456789abcdef"


def dimension(name: str, argument: Any = None, *, scale: str = "1-5") -> Dimension:
    raters = (RaterSpec("people"), RaterSpec("judge", argument))
    return Dimension(name, scale=Scale.of(scale), raters=raters)


def test_settings_are_those_that_the_dimensions_name() -> None:
    rubric = Rubric(
        dimension("accuracy"),
        dimension("completeness", {"form": "checklist", "criteria": ["It greets."]}, scale="0..1"),
        dimension("better", {"form": "pairwise", "reference": "never"}, scale="win/tie/loss"),
        Dimension("format", raters=(RaterSpec("check.json"),)),
    )
    assert settings_of(rubric) == {
        "accuracy": JudgeSettings(),
        "completeness": JudgeSettings(form="checklist", criteria=("It greets.",)),
        "better": JudgeSettings(form="pairwise", reference="never"),
    }


@pytest.mark.parametrize(
    ("argument", "scale", "problem"),
    [
        ("pointwise", "1-5", "is not what the judge takes; found 'pointwise'"),
        ({"from": "pairwise"}, "1-5", "judge.from: is unknown; allowed: form, reference, criteria"),
        ({"form": "pointwize"}, "1-5", "Did you mean 'pointwise'?"),
        ({"reference": "sometimes"}, "1-5", "allowed: auto, always, never"),
        ({"form": "checklist", "criteria": "x"}, "1-5", "a list of sentences"),
        ({"form": "checklist", "criteria": ["x", " "]}, "1-5", "a list of sentences"),
        ({"form": "checklist", "criteria": [1]}, "1-5", "a list of sentences"),
        ({"criteria": ["x"]}, "1-5", "criteria are for a checklist. Write form: checklist"),
        ({"form": "pairwise"}, "1-5", "Write scale: win/tie/loss"),
        ({"form": "checklist"}, "a/b", "Write scale: 0..1"),
        (None, "nominal", "a judge cannot choose from any label"),
        (None, "0-1000", "101 levels apart at the most"),
    ],
)
def test_settings_that_cannot_be(argument: Any, scale: str, problem: str) -> None:
    with pytest.raises(PlanError) as caught:
        settings_of(Rubric(dimension("d", argument, scale=scale)))
    assert problem in str(caught.value)
    assert "rubric[0].raters[1].judge" in str(caught.value)


def test_every_fault_is_named_at_once() -> None:
    rubric = Rubric(
        dimension("a", {"form": "x", "reference": "y", "z": 1}),
        Dimension("b", raters=(RaterSpec("judge"), RaterSpec("judge"))),
    )
    with pytest.raises(PlanError) as caught:
        settings_of(rubric)
    assert len(caught.value.faults) == 4


def test_options_of_a_panel() -> None:
    model = JudgeModel("lab/j1", parameters={"effort": "low"})
    plan = JudgePlan(models=(model,), repeats=5, parameters={"effort": "high", "top_p": 1})
    options = options_of(plan, model, Rubric(dimension("a")), run_key=KEY, salt="s")
    assert options.parameters == {"max_tokens": 1_500, "effort": "low", "top_p": 1}
    assert (options.repeats, options.salt, set(options.settings)) == (5, "s", {"a"})


def test_the_key_is_long_and_never_shown() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        JudgeOptions(settings={}, run_key=b"short")
    with pytest.raises(ValueError, match="at least once"):
        JudgeOptions(settings={}, run_key=KEY, repeats=0)
    assert "0123456789" not in repr(JudgeOptions(settings={}, run_key=KEY))
