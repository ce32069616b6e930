"""Who a judge is: everything its judgments depend on, so that a change of any part is noticed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from measurand.analysis.account import RunAccount, is_pinned
from measurand.core.fingerprint import fingerprint
from measurand.core.plan import Plan
from measurand.raters.judge.spec import options_of
from measurand.raters.judge.words import REVISION

__all__ = ["Identity", "changed", "identity_of"]

_WORDS = {
    "model": "the model",
    "snapshot": "the snapshot of the model that answers",
    "prompt": "measurand's prompt",
    "rubric": "the rubric that it is told",
    "parameters": "the parameters that it is asked with",
    "form": "the form in which it is asked",
    "repeats": "the number of repeats",
    "exemplars": "the exemplars that it is shown",
    "mitigations": "the mitigations",
    "dimension": "what people are asked",
    "version": "the address of its provider, or what it is asked",
}
_NO_KEY = b"\0" * 16


@dataclass(frozen=True, slots=True)
class Identity:
    """A judge as it is now.

    Args:
        name: Its name in the table.
        version: The fingerprint that its judgments stand under.
        parts: What makes it up, by name; texts or fingerprints.
        unpinned: Whether its name says not which snapshot answers.
        known: Whether the version tells one judge from another; of a file from elsewhere it is
            not known which judge wrote it.
    """

    name: str
    version: str
    parts: Mapping[str, str]
    unpinned: bool = False
    known: bool = True


def identity_of(
    name: str,
    plan: Plan | None,
    *,
    manifest: Mapping[str, Any] | None = None,
    account: RunAccount | None = None,
) -> Identity:
    """Who the judge of this name is.

    Args:
        name: Its name in the table.
        plan: The plan it judges under; None for a file from elsewhere.
        manifest: What the newest run wrote down of itself.
        account: What providers said has answered.

    Raises:
        PlanError: What a dimension wants of the judge cannot be.
    """
    models = {one.model: one for one in plan.judge.models} if plan and plan.judge else {}
    version = (manifest or {}).get("raters", {}).get(name)
    if plan is None or plan.judge is None or name not in models or version is None:
        parts = {"model": name, "version": str(version or "imported")}
        told = fingerprint(parts) if version is None else str(version)
        return Identity(name, told, parts, known=version is not None)
    options = options_of(plan.judge, models[name], plan.rubric, run_key=_NO_KEY)
    own = [m for m in (account.models if account else ()) if m.part == "judge" and m.name == name]
    parts = {
        "model": name,
        "snapshot": ", ".join(snapshot for model in own for snapshot in model.answered),
        "prompt": str(REVISION),
        "rubric": plan.rubric.fingerprint,
        "parameters": fingerprint(dict(options.parameters)),
        "form": fingerprint(dict(options.settings)),
        "repeats": str(options.repeats),
        "exemplars": plan.judge.exemplars or "",
        "mitigations": ",".join(sorted(plan.judge.mitigations)),
        "version": str(version),
    }
    return Identity(name, str(version), parts, unpinned=not is_pinned(name))


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """The parts that are others now, in words; what a judge is asked only where none else tells."""
    names = tuple(name for name in now if before.get(name, "") != now[name])
    telling = [name for name in names if name != "version"] or list(names)
    return tuple(_told(telling))


def _told(names: list[str]) -> Iterator[str]:
    return (_WORDS.get(name, name) for name in names)
