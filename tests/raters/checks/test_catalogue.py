import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from measurand.core.example import Requirement
from measurand.core.protocols import Check
from measurand.core.rating import Measurement
from measurand.errors import PlanError
from measurand.raters.checks import (
    CATALOGUE,
    Checklist,
    FieldAccuracy,
    FunctionCheck,
    JsonParse,
    JsonSchema,
    Length,
    LengthRatio,
    MarkdownStructure,
    Patterns,
    Reference,
    RegexAbsent,
    Rouge,
    ToolCalls,
    build,
)

Rate = Callable[..., Measurement]

SCHEMA = {"type": "object", "required": ["a"]}
OWN = """
from dataclasses import dataclass
from measurand.raters.checks import Reference, check

@dataclass
class Settings:
    word: "str" = "gonna"

@check("tone")
def no_slang(example, output) -> bool:
    return Settings().word not in output.text

def plain(example, output):
    return 0.5

ready = Reference("tone", "exact")
number = 7
"""


@pytest.fixture
def plan(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "reply.schema.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    (tmp_path / "own_checks.py").write_text(OWN, encoding="utf-8")
    (tmp_path / "broken_checks.py").write_text("import nowhere_to_be_found", encoding="utf-8")
    (tmp_path / "leaving_checks.py").write_text("raise SystemExit(3)", encoding="utf-8")
    path, modules = sys.path.copy(), set(sys.modules)
    yield tmp_path
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith(("own_checks", "measurand_user_")):
            del sys.modules[name]


@pytest.mark.parametrize(
    ("name", "argument", "expected"),
    [
        ("check.json", None, JsonParse("d")),
        ("json", True, JsonParse("d", allow_fence=True)),
        ("check.json_schema", "reply.schema.json", JsonSchema("d", SCHEMA)),
        ("check.json_schema", SCHEMA, JsonSchema("d", SCHEMA)),
        (
            "check.json_schema",
            {"schema": "reply.schema.json", "allow_fence": True},
            JsonSchema("d", SCHEMA, allow_fence=True),
        ),
        ("check.regex_absent", "sorry", RegexAbsent("d", "sorry")),
        (
            "check.reference",
            {"mode": "numeric", "tolerance": 0.01},
            Reference("d", "numeric", tolerance=0.01),
        ),
        ("check.reference", "any", Reference("d", "any")),
        ("check.reference", {"mode": "numeric", "tolerance": 1}, Reference("d", "numeric", 1)),
        ("check.length_ratio", None, LengthRatio("d")),
        ("check.length", 120, Length("d", maximum=120)),
        ("check.length", {"minimum": 3, "unit": "characters", "label": "short"},
         Length("d", minimum=3, unit="characters", label="short")),
        ("check.patterns", ["email", "IBAN"], Patterns("d", ("email", "IBAN"))),
        ("check.patterns", {"forbidden": {"x": "y+"}}, Patterns("d", forbidden={"x": "y+"})),
        ("check.rouge", "rouge2", Rouge("d", "rouge2")),
        ("check.tool_calls", {"ordered": False}, ToolCalls("d", ordered=False)),
        ("check.markdown", {"require": ["list"]}, MarkdownStructure("d", ("list",))),
        ("check.fields", {"date": "date"}, FieldAccuracy("d", {"date": "date"})),
        (
            "check.fields",
            {"types": {"date": "date"}, "schema": "reply.schema.json"},
            FieldAccuracy("d", {"date": "date"}, schema=SCHEMA),
        ),
        (
            "check.checklist",
            ["hello", ["bye", "so long"], {"regex": r"\d+", "name": "number"}, {"any_of": ["a"]}],
            Checklist(
                "d",
                (
                    Requirement(("hello",)),
                    Requirement(("bye", "so long")),
                    Requirement((r"\d+",), regex=True, name="number"),
                    Requirement(("a",)),
                ),
            ),
        ),
    ],
)  # fmt: skip
def test_what_a_plan_says_is_built(
    plan: Path, name: str, argument: object, expected: Check
) -> None:
    assert build(name, "d", argument, base=plan) == expected


@pytest.mark.parametrize(
    ("name", "argument", "said"),
    [
        ("check.sentiment", None, "no such check; allowed: check.attack"),
        ("check.checklst", None, "Did you mean 'check.checklist'?"),
        ("check.reference", {"tolerence": 1}, "Did you mean 'tolerance'?"),
        ("check.reference", "numerical", "found 'numerical'; allowed: exact, normalised, numeric"),
        ("check.reference", "numerical", "Did you mean 'numeric'?"),
        ("check.patterns", "email", "found 'email'; allowed: a list"),
        ("check.length", {"minimum": 1.5}, "found 1.5; allowed: a whole number"),
        ("check.json_schema", "absent.json", "cannot be read"),
        ("check.json_schema", None, "check.json_schema.schema: this parameter is needed"),
        ("check.json_schema", {"schema": {}, "strict": True}, "allowed: "),
        ("check.json_schema", 7, "found 7"),
        ("check.regex_absent", "(", "no regular expression"),
        ("check.regex_absent", 5, "found 5; allowed: text"),
        ("check.reference", {"mode": "sort of"}, "'sort of'"),
        ("check.reference", {"mode": "numeric", "tolerance": "a lot"}, "tolerance"),
        ("check.reference", {"mode": "numeric", "precision": 1}, "allowed: label, mode"),
        ("check.length", "ten", "check.length.maximum"),
        ("check.length", True, "check.length.maximum"),
        ("check.length", None, "a length needs"),
        ("check.regex_absent", {"ignore_case": True}, "check.regex_absent.pattern: this"),
        ("check.patterns", [], "needs a kind"),
        ("check.patterns", ["emails"], "emails"),
        ("check.chrf", 3, "takes no argument"),
        ("check.checklist", ["a", 7], "found 7"),
        ("check.checklist", [{"regexp": "a"}], "an item of a checklist"),
        ("check.checklist", [[]], "an item of a checklist is empty"),
        ("check.learned", "absent.json", "cannot be read"),
        ("own_checks.py:absent", None, "it has: Reference, Settings"),
        ("own_checks.py:number", None, "no check and no function"),
        ("own_checks.py:ready", None, "rates another dimension; found tone; allowed: d"),
        ("own_checks.py:plain", {"a": 1}, "takes no argument"),
        ("absent.py:check", None, "there is no file"),
        ("python:absent_module:check", None, "ModuleNotFoundError"),
        ("python:own_checks", None, "names no code"),
        ("broken_checks.py:check", None, "nowhere_to_be_found"),
        ("leaving_checks.py:check", None, "SystemExit"),
    ],
)
def test_what_cannot_be_built_says_where_and_what_is_allowed(
    plan: Path, name: str, argument: object, said: str
) -> None:
    with pytest.raises(PlanError) as caught:
        build(name, "d", argument, base=plan)
    assert said in str(caught.value)
    assert "Input should" not in str(caught.value)
    assert caught.value.faults[0].key is not None
    assert name in caught.value.faults[0].key


def test_all_faults_are_said_at_once(plan: Path) -> None:
    with pytest.raises(PlanError) as caught:
        build("check.length", "d", {"minimum": "one", "maximum": "ten"}, base=plan)
    keys = [fault.key for fault in caught.value.faults]
    assert keys == ["check.length.minimum", "check.length.maximum"]


@pytest.mark.parametrize("target", ["own_checks.py:no_slang", "python:own_checks:no_slang"])
def test_own_code_is_loaded_from_the_plans_folder(plan: Path, rate: Rate, target: str) -> None:
    check = build(target, "tone", base=plan)
    assert isinstance(check, FunctionCheck)
    assert (check.name, check.dimension) == ("check.no_slang", "tone")
    assert rate(check, "I am gonna").value == 0
    assert build(target, "tone", base=plan) == check


def test_a_plain_function_takes_the_plans_dimension(plan: Path, rate: Rate) -> None:
    check = build("own_checks.py:plain", "style", base=plan)
    assert (check.dimension, rate(check, "text").value) == ("style", 0.5)
    assert build("own_checks.py:ready", "tone", base=plan) == Reference("tone", "exact")


def test_the_table_is_whole() -> None:
    """Every name is the class's own, and every parameter it refers to exists."""
    assert list(CATALOGUE) == sorted(CATALOGUE)
    for name, entry in CATALOGUE.items():
        known = {field.name for field in fields(entry.make)}
        assert entry.make.short == name
        assert {entry.main, entry.file} - {""} <= known
    listed: Any = {entry.make for entry in CATALOGUE.values()}
    assert len(listed) == len(CATALOGUE)
