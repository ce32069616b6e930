"""What a gate was decided on, as fingerprints: data, prompt, judge, code, plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from measurand._version import __version__
from measurand.core.example import Example
from measurand.core.fingerprint import fingerprint
from measurand.core.plan import Plan
from measurand.store.codec import encode
from measurand.store.git import commit_of

__all__ = ["code_of", "data_of", "project_hashes"]

_NONE = "none"
_UNKNOWN = "not known: no run wrote it down"


def data_of(examples: Iterable[Example]) -> str:
    """The fingerprint of these examples; their order does not count."""
    return fingerprint(sorted([e.id, e.component, e.fingerprint] for e in examples))


def code_of(folder: Path) -> str:
    """The commit that a folder is at; in words where it is in no working tree."""
    commit = commit_of(folder)
    return "not known: the folder is in no git working tree" if commit is None else str(commit)


def project_hashes(
    plan: Plan,
    file: Path,
    manifest: Mapping[str, Any],
    *,
    system: str,
    examples: Iterable[Example],
    waivers: str,
) -> dict[str, str]:
    """What a gate of a project is decided on.

    Args:
        plan: The plan.
        file: Where it stands.
        manifest: What the newest run wrote down of itself.
        system: Which system wants to ship.
        examples: Those that it is decided on.
        waivers: The fingerprint of the waivers.
    """
    own = plan.system(system)
    raters: Mapping[str, str] = manifest.get("raters", {})
    judges = [one.model for one in plan.judge.models] if plan.judge else []
    return {
        "data": data_of(examples),
        "system": str(manifest.get("systems", {}).get(system, _UNKNOWN)),
        "prompt": _NONE if own.prompt is None else _text(file.parent / own.prompt),
        "judge": ", ".join(f"{name} {raters.get(name, _UNKNOWN)}" for name in judges) or _NONE,
        "checks": fingerprint({n: v for n, v in raters.items() if n not in judges})
        if raters
        else _UNKNOWN,
        "rubric": plan.rubric.fingerprint,
        "plan": fingerprint(encode(plan)),
        "waivers": waivers,
        "code": code_of(file.parent),
        "measurand": __version__,
    }


def _text(path: Path) -> str:
    try:
        return fingerprint(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return "not known: the file cannot be read"
