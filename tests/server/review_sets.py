"""A small evaluation set to look through, with lineage and a reserve."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from measurand.core.example import Component, Example, Message
from measurand.core.lineage import Lineage
from measurand.jobs.review import look
from measurand.jobs.set_place import SetPlace
from measurand.store.built_set import BuiltSet, Spare, load_set, save_set
from measurand.store.dataset import Dataset
from measurand.store.review_journal import journal_path

__all__ = ["HOSTILE", "NOW", "journal", "lineage_of", "place_of", "small_set"]

NOW = "2026-03-01T09:00:00+00:00"
HOSTILE = "<script>window.hit = 1</script><img src=x onerror='window.hit = 1'>\x1b[31m\u202eevil"
"""What a model or a user may have written."""


def example(name: str, component: Component, text: str = "", **parts: Any) -> Example:
    asked = text or f"What about {name} and its refund?"
    return Example(id=name, messages=(Message("user", asked),), component=component, **parts)


def _core(name: str) -> Example:
    return example(
        name,
        "core",
        probability=0.1,
        stratum="refunds",
        metadata={"output": f"Production said {name}.", "asked": 1},
    )


def _rule(one: Example) -> str:
    known: Mapping[str, str] = {
        "core": "core: stratum refunds",
        "edge": "edge: low rating",
        "adversarial": "adversarial: jailbreak.persuasion v1",
        "golden": "golden: drawn at random, awaits an expert's answer",
    }
    return known[one.component]


def _lineage(one: Example) -> Lineage:
    return Lineage(
        example=one.id,
        fingerprint=one.fingerprint,
        component=one.component,
        rule=_rule(one),
        source=f"march.jsonl:{len(one.id)}",
        probability=one.probability,
        added=NOW,
    )


def small_set(folder: Path) -> Path:
    """Write it: four of core, two edge cases, an attack, two golden questions, and a reserve."""
    hostile = example("attack-1", "adversarial", HOSTILE, notes={"safety": HOSTILE})
    examples = (
        *(_core(f"core-{at}") for at in range(4)),
        example("edge-0", "edge", metadata={"reasons": ["low rating", "complaint"]}),
        example("edge-1", "edge", metadata={"reasons": ["low rating"]}),
        hostile,
        example("gold-0", "golden", "How long does a refund take?"),
        example("gold-1", "golden", "Who may ask for a refund?"),
    )
    spares = (*(_core(f"spare-{at}") for at in range(2)), example("spare-edge", "edge"))
    built = BuiltSet(
        Dataset(examples),
        {one.id: _lineage(one) for one in examples},
        tuple(Spare(one, _lineage(one), one.stratum or _rule(one)) for one in spares),
    )
    data = folder / "data"
    save_set(data, built, manifest={}, now=NOW)
    return data


def place_of(data: Path) -> SetPlace:
    return SetPlace(data.parent / "measurand.yaml", None, data)


def lineage_of(data: Path, name: str) -> Lineage:
    return load_set(data).lineage[name]


def journal(data: Path) -> list[dict[str, Any]]:
    """The decisions on disk."""
    rows = [json.loads(line) for line in journal_path(data).read_text("utf-8").splitlines()]
    return [row for row in rows if "act" in row]


def edited_by_hand(data: Path, name: str) -> None:
    """Another process writes: one example asks something else now."""
    built = load_set(data)
    after = tuple(
        replace(one, messages=(Message("user", "Something else?"),)) if one.id == name else one
        for one in built.dataset
    )
    save_set(data, replace(built, dataset=Dataset(after)), manifest={}, now=NOW, act="elsewhere")


def standing(data: Path) -> int:
    return len(look(place_of(data)).standing)
