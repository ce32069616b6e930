"""The files of docs/ci.md are what GitHub and GitLab take, and name what exists."""

from __future__ import annotations

import json
import shlex
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from ruamel.yaml import YAML
from tests.docs.test_docs import blocks

PAGE = Path(__file__).parents[2] / "docs" / "ci.md"
SCHEMAS = files("check_jsonschema.builtin_schemas.vendor")


def documents() -> list[Any]:
    """The page's YAML, read by the newer standard, in which ``on`` is a word."""
    return [YAML(typ="safe", pure=True).load(body) for body in blocks(PAGE, "yaml")]


def workflow() -> Any:
    return documents()[0]


def gitlab() -> Any:
    return documents()[2]


def valid(name: str) -> jsonschema_rs.Draft7Validator:
    schema = json.loads(SCHEMAS.joinpath(f"{name}.json").read_text("utf-8"))
    return jsonschema_rs.Draft7Validator(schema)


def commands() -> list[list[str]]:
    """Every command of measurand in what build servers run."""
    steps = workflow()["jobs"]["gate"]["steps"]
    lines = [step["run"] for step in steps if "run" in step]
    lines += [*documents()[1]["run"].splitlines(), *gitlab()["gate"]["script"]]
    lines += [documents()[3]["repos"][0]["hooks"][0]["entry"]]
    found = [shlex.split(line.partition("||")[0]) for line in lines]
    return [words for words in found if words[:1] == ["measurand"]]


def test_the_workflow_is_one_for_github() -> None:
    valid("github-workflows").validate(workflow())


def test_the_other_file_is_one_for_gitlab() -> None:
    valid("gitlab-ci").validate(gitlab())


@pytest.mark.parametrize("name", ["github-workflows", "gitlab-ci"])
def test_the_schemas_can_refuse(name: str) -> None:
    wrong = {
        "github-workflows": {"on": "nothing", "jobs": {}},
        "gitlab-ci": {"gate": {"script": 3}},
    }
    with pytest.raises(jsonschema_rs.ValidationError):
        valid(name).validate(wrong[name])


def test_every_file_that_is_used_is_written() -> None:
    (gate,) = [words for words in commands() if "--sarif" in words and "--run" in words][:1]
    written = {gate[gate.index(option) + 1] for option in ("--junit", "--sarif", "--markdown")}
    assert written == {"gate.xml", "gate.sarif", "gate.md"}
    steps = json.dumps(workflow())
    assert all(name in steps for name in written)
    assert gitlab()["gate"]["artifacts"]["reports"]["junit"] in written


def test_what_is_shown_is_shown_of_a_failed_gate_too() -> None:
    steps = workflow()["jobs"]["gate"]["steps"]
    names = [step.get("name") for step in steps]
    after = steps[names.index("Gate") + 1 :]
    assert after[0]["name"] == "Ledger for later runs"
    assert "always()" in after[0]["if"]
    assert len(after) == 5
    assert all("!cancelled()" in step["if"] for step in after[1:])
    kept, (restored,) = after[0]["with"], [s["with"] for s in steps if "restore@" in str(s)]
    assert kept == {name: restored[name] for name in ("path", "key")}
    assert "continue-on-error" not in steps[names.index("Gate")]
    assert gitlab()["gate"]["artifacts"]["when"] == "always"


def test_no_secret_stands_in_the_page_and_none_is_in_a_command() -> None:
    for step in workflow()["jobs"]["gate"]["steps"]:
        assert "secrets." not in step.get("run", "")
        assert "${{" not in step.get("run", "")
