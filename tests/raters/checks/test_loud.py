"""What peers let pass silently, over all checks at once."""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from measurand.core.example import Example, Message, Requirement, ToolCall
from measurand.core.output import Failure, Output
from measurand.core.protocols import Check
from measurand.core.rating import Measurement
from measurand.raters.checks import (
    CATALOGUE,
    AttackCheck,
    Bleu,
    Checklist,
    Chrf,
    FieldAccuracy,
    HeldOut,
    JsonParse,
    JsonSchema,
    Language,
    Learned,
    Length,
    LengthRatio,
    MarkdownStructure,
    Patterns,
    PythonParses,
    Reference,
    RegexAbsent,
    RegexPresent,
    Rouge,
    TextClassifier,
    ToolCalls,
)
from measurand.raters.checks.base import LONGEST
from measurand.raters.checks.ngrams import Vocabulary

TERMS = Vocabulary("word", ("bad", "good"), (1.0, 1.0))
SURE = HeldOut(tuple(np.r_[np.full(50, 0.95), np.full(50, 0.05)]), (True,) * 50 + (False,) * 50)
CLASSIFIER = TextClassifier("good", ("bad", "good"), (TERMS,), (-9.0, 9.0), 0.0, 1.0, 0.0, SURE)

NEED_EXPECTATION: list[Check] = [
    Reference("d"), Reference("d", "exact"), Reference("d", "any"), Reference("d", "all"),
    Reference("d", "numeric"), Reference("d", "fuzzy"), FieldAccuracy("d"), Checklist("d"),
    LengthRatio("d"), ToolCalls("d"), AttackCheck("d"), Rouge("d"),
    Rouge("d", "rouge2"), Bleu("d"), Chrf("d"),
]  # fmt: skip
ALONE: list[Check] = [
    JsonParse("d"), JsonSchema("d", {"type": "object"}), RegexAbsent("d", "x"),
    RegexPresent("d", "x"), Length("d", maximum=50), Patterns("d"), PythonParses("d"),
    PythonParses("d", bare=True), MarkdownStructure("d"), MarkdownStructure("d", ("list",)),
    Language("d", "en"), Learned("d", CLASSIFIER),
]  # fmt: skip
EVERY = NEED_EXPECTATION + ALONE
KNOWN = Example(
    id="1",
    messages=(Message("user", "Which things are good, and which are bad?"),),
    references=('{"a": 1}', "42", "a good answer\x00"),
    checklist=(Requirement(("good",)),),
    tools=(ToolCall("find"),),
    component="adversarial",
    metadata={"attack": {"family": "injection", "form": "override", "expects": "ignore"}},
)


def _name(check: Check) -> str:
    return f"{check.name}-{check.version[:4]}"


def _measured(check: Check, text: str, example: Example = KNOWN) -> Measurement:
    rated = check.measure(example, Output(example="1", system="s", text=text))
    assert isinstance(rated, Measurement)
    return rated


def test_every_check_of_the_catalogue_is_here() -> None:
    assert {type(check) for check in EVERY} == {entry.make for entry in CATALOGUE.values()}


@pytest.mark.parametrize("check", NEED_EXPECTATION, ids=_name)
@pytest.mark.parametrize("text", ["", "a perfectly good answer", '{"a": 1}', "42"])
def test_nothing_expected_is_never_a_pass(check: Check, text: str) -> None:
    bare = Example(id="1", messages=(Message("user", "?"),))
    rating = _measured(check, text, bare)
    assert rating.value is None
    assert rating.reason


@pytest.mark.parametrize("check", EVERY, ids=_name)
def test_a_failed_output_is_no_rating_and_says_why(check: Check) -> None:
    failed = Output(example="1", system="s", text=None, failure=Failure("timeout", "after 60 s"))
    rating = check.measure(KNOWN, failed)
    assert isinstance(rating, Measurement)
    assert rating.value is None
    assert rating.reason == "there is no answer: timeout: after 60 s"


AWKWARD = [
    "", " ", "\x00", "\n" * 1000, "a" * 1_000_000, "word " * 20_000, "1" * 100_000, "{" * 50_000,
    "\u202e\u0645\u0631\u062d\u0628\u0627\u202c", "e\u0301" * 1000,
    "\U0001f9d1\u200d\U0001f680" * 500,
    "\ud800 lone surrogate", "```" * 10_000, "#" * 10_000, "|" * 20_000, "a" * (LONGEST + 1),
]  # fmt: skip


@pytest.mark.parametrize("check", EVERY, ids=_name)
def test_awkward_texts_are_rated_on_the_scale_or_refused(check: Check) -> None:
    for text in AWKWARD:
        rating = _measured(check, text)
        assert rating.value is None or 0 <= float(rating.value) <= 1
        assert "failed" not in rating.reason or "\ud800" in text, (text[:20], rating)
        if len(text) > LONGEST:
            assert rating.value is None


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=80) | st.sampled_from(KNOWN.references))
def test_every_rating_is_on_its_scale_and_never_nan(text: str) -> None:
    for check in EVERY:
        rating = _measured(check, text)
        if rating.value is None:
            assert rating.reason
        else:
            assert isinstance(rating.value, float)
            assert math.isfinite(rating.value)
            assert check.scale.parse(rating.value) == rating.value


@pytest.mark.parametrize("check", EVERY, ids=_name)
def test_a_check_is_a_value(check: Check) -> None:
    assert isinstance(check, Check)
    assert check.name.startswith("check.")
    assert check.cost == 0
    assert len(check.version) == 16
    assert _measured(check, "a good answer") == _measured(check, "a good answer")


def test_versions_differ_where_parameters_do() -> None:
    versions = [check.version for check in EVERY]
    assert len(set(versions)) == len(versions)


def test_the_room_imports_no_extra(tmp_path: Path) -> None:
    script = (
        "import sys, measurand.raters.checks\n"
        "extras = {'sklearn', 'sacrebleu', 'py3langid', 'regex', 'pydantic'}\n"
        "print(sorted(extras & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True, cwd=tmp_path
    )
    assert done.stdout.strip() == "[]"
