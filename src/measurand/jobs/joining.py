"""A run of some of a project's systems, beside what earlier runs of others have left to count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from measurand.jobs.engine.parts import versioned

__all__ = ["joined", "joins"]


def joins(manifest: Mapping[str, Any], earlier: Mapping[str, Any]) -> bool:
    """Whether what an earlier run said may be put beside what this one says.

    Not where a definition or a rater is another by now: that would compare different questions.

    Args:
        manifest: What this run is.
        earlier: What the newest run before it was; empty where there was none.
    """
    return all(
        earlier.get(part, {}).get(name, version) == version
        for part in ("dimensions", "raters")
        for name, version in manifest[part].items()
    )


def joined(manifest: Mapping[str, Any], earlier: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a run is after which all that counted before still counts.

    A system that was another then, as one that could be asked and is recorded now, is replaced.
    """
    if not earlier or not joins(manifest, earlier):
        return manifest
    counted = {*earlier["versions"]}.difference(_replaced(manifest, earlier))
    return {
        **manifest,
        "systems": {**earlier["systems"], **manifest["systems"]},
        "raters": {**earlier["raters"], **manifest["raters"]},
        "versions": sorted(counted.union(manifest["versions"])),
    }


def _replaced(manifest: Mapping[str, Any], earlier: Mapping[str, Any]) -> Iterator[str]:
    """The versions of systems that are others now, and of what was said of them."""
    before: Mapping[str, str] = earlier["systems"]
    now: Mapping[str, str] = manifest["systems"]
    gone = [version for name, version in before.items() if now.get(name, version) != version]
    yield from gone
    for version, rater in product(gone, earlier["raters"].values()):
        yield versioned(version, rater)
        for other in before.values():
            yield versioned(version, rater, other)
            yield versioned(other, rater, version)
