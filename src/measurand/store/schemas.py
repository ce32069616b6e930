"""JSON Schemas of what users write: editors complete a plan by them, pipelines check rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from measurand.store import examples, outputs
from measurand.store.codec import Form
from measurand.store.examples import ExampleForm
from measurand.store.outputs import OutputForm
from measurand.store.plans import PlanForm

__all__ = ["example_schema", "output_schema", "plan_schema"]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of ``measurand.yaml``."""
    return _titled(PlanForm, "Plan of an evaluation")


def example_schema() -> dict[str, Any]:
    """The JSON Schema of one line of a dataset; further keys are metadata."""
    schema = _titled(ExampleForm, "Example of an evaluation set")
    return _with_aliases(schema, examples.ALIASES)


def output_schema() -> dict[str, Any]:
    """The JSON Schema of one line of a file of outputs; further keys are passed over."""
    schema = _titled(OutputForm, "Output of a system")
    schema["required"] = [name for name in schema["required"] if name != "system"]
    return _with_aliases(schema, outputs.ALIASES)


def _titled(form: type[Form], title: str) -> dict[str, Any]:
    return {"$schema": _DRAFT, **form.model_json_schema(), "title": title}


def _with_aliases(schema: dict[str, Any], aliases: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Every name of a field means the same; a required field is there under one of them."""
    properties = dict(schema["properties"])
    for name, others in aliases.items():
        for other in others:
            properties[other] = {**schema["properties"][name], "title": other}
    needed = [
        {"anyOf": [{"required": [key]} for key in (name, *aliases[name])]}
        for name in schema["required"]
    ]
    whole = {**schema, "properties": properties, "additionalProperties": True, "allOf": needed}
    del whole["required"]
    return whole
