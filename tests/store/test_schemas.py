"""The published schemas admit what the readers read, and refuse what they refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from measurand.errors import DataError
from measurand.store import examples, outputs
from measurand.store.examples import read_example
from measurand.store.plans import load_plan
from measurand.store.schemas import example_schema, output_schema, plan_schema
from measurand.store.yaml import read_yaml

_NEEDS_NONE = (
    "MessageForm.",
    "RequirementForm.name",
    "ToolCallForm.",
    "UsageForm.",
    "FailureForm.",
)
"""What is called as it is everywhere."""


@pytest.mark.parametrize("schema", [plan_schema(), example_schema(), output_schema()])
def test_a_schema_is_one_and_describes_itself(schema: dict[str, Any]) -> None:
    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["title"]
    assert schema["description"]
    undescribed = [
        f"{name}.{key}"
        for name, part in {"": schema, **schema.get("$defs", {})}.items()
        for key, cell in part.get("properties", {}).items()
        if not {"description", "$ref"} & set(cell)
    ]
    assert [name for name in undescribed if not name.startswith(_NEEDS_NONE)] == []


@pytest.mark.parametrize(
    ("row", "valid"),
    [
        ({"question": "a", "target": ["b"], "checklist": ["a", ["b"]], "lang": "en"}, True),
        ({"messages": [{"role": "user", "content": "a"}], "id": 7}, True),
        ({"prompt": "a", "component": "golden", "weights": {"tone": 20}}, True),
        ({"target": "b"}, False),
        ({"input": "a", "component": "gold"}, False),
        ({"input": "a", "checklist": [{"any_of": "b", "regx": True}]}, False),
        ({"input": "a", "expected_length": 0}, False),
        ({"input": "a", "metadata": 1}, False),
    ],
)
def test_a_schema_and_the_reader_of_examples_agree(row: dict[str, Any], valid: bool) -> None:  # noqa: FBT001 - a table's column
    assert jsonschema_rs.is_valid(example_schema(), row) is valid
    try:
        read_example(row, file="f", line=1)
    except DataError:
        assert not valid
    else:
        assert valid


def test_every_name_of_a_field_is_in_its_schema() -> None:
    for schema, aliases in (
        (example_schema(), examples.ALIASES),
        (output_schema(), outputs.ALIASES),
    ):
        assert set(schema["properties"]) == {
            name for field, others in aliases.items() for name in (field, *others)
        }


@pytest.mark.parametrize(
    ("row", "valid"),
    [
        ({"id": "a", "output": "x"}, True),
        ({"example": 7, "outputs": ["x", "y"], "system": "s"}, True),
        ({"example_id": "a", "error": "timed out"}, True),
        ({"output": "x"}, False),
        ({"id": "a", "output": "x", "trial": -1}, False),
    ],
)
def test_the_schema_of_outputs(row: dict[str, Any], valid: bool) -> None:  # noqa: FBT001 - a table's column
    assert jsonschema_rs.is_valid(output_schema(), row) is valid


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("name: x\nrubric: [{dimension: tone, scale: yes/no, raters: [judge]}]", True),
        ("name: x\nrubric: [{dimension: f, raters: [check.json_schema: a.json]}]", True),
        ("name: x\nrubric: [{dimension: tone}]\ndata: {minimum: {core: 5}}", True),
        ("name: x\nrubric: []", False),
        ("name: x", False),
        ("name: x\nrubric: [{dimension: tone}]\njudge: {model: a/b}", True),
        ("name: x\nrubric: [{dimension: tone}]\njudge: {models: [a/b, {model: c/d}]}", True),
        ("name: x\nrubric: [{dimension: tone}]\njudge: {models: []}", False),
        ("name: x\nrubric: [{dimension: tone}]\njudge: {repeats: 3}", False),
        ("name: x\nrubric: [{dimension: tone}]\njudge: {model: a/b, models: [a/c]}", False),
        ("name: x\nrubric: [{dimension: a, raters: [judge: {reference: never}]}]", True),
        ("name: x\nrubric: [{dimension: a, raters: [judge: {form: listwise}]}]", False),
        ("name: x\nrubric: [{dimension: a, raters: [judge: {from: pairwise}]}]", False),
        ("name: x\nrubric: [{dimension: a, raters: [people: {form: pointwise}]}]", False),
        ("name: x\nrubric: [{dimension: tone}]\nredact: false", True),
        ("name: x\nrubric: [{dimension: tone}]\nredact: {kinds: [email]}", True),
        ("name: x\nrubric: [{dimension: tone}]\nredact: {kinds: [mail]}", False),
        ("name: x\nrubric: [{dimension: tone}]\nbudget: {usd: 0}", False),
        ("name: x\nrubric: [{dimension: tone}]\nrun: {connections: 0}", False),
        ("name: x\nrubric: [{dimension: tone}]\nprices: {a/b: {input: 1}}", False),
        ("name: x\nrubric: [{dimension: tone}]\ndata: {minimum: {cor: 5}}", False),
        ("name: x\nrubric: [{dimension: tone}]\npeople: {vote: most}", False),
    ],
)
def test_a_schema_and_the_reader_of_plans_agree(tmp_path: Path, text: str, valid: bool) -> None:  # noqa: FBT001 - a table's column
    path = tmp_path / "measurand.yaml"
    path.write_text(text, encoding="utf-8")
    assert jsonschema_rs.is_valid(plan_schema(), read_yaml(path).value) is valid
    try:
        load_plan(path)
    except DataError:
        assert not valid
    else:
        assert valid
