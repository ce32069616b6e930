"""What repairs a mismatch, on disk: the set with a tag for each cell, and the traffic of these."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from measurand.analysis.mismatch_cells import Cells
from measurand.analysis.mismatch_sides import Side
from measurand.errors import UsageError
from measurand.store.built_set import load_set, open_set, save_set
from measurand.store.dataset import Dataset

__all__ = ["CELL", "plan_text", "save_tagged", "traffic_of"]

CELL = "cell: "
"""How the tags of cells begin."""
_DIGITS = 6


def traffic_of(made: Cells) -> dict[str, float]:
    """The share of each cell, by its tag, rounded so that they sum to 1."""
    shares = [round(float(share), _DIGITS) for share in made.shares]
    shares[0] = round(1 - sum(shares[1:]), _DIGITS)
    return {f"{CELL}{name}": share for name, share in zip(made.names, shares, strict=True)}


def plan_text(made: Cells, folder: Path) -> str:
    """What a plan says, in YAML, so that ``compare`` weighs by it."""
    lines = ["data:", f"  path: {json.dumps(str(folder))}", "compare:", "  traffic:"]
    for name, share in traffic_of(made).items():
        lines.append(f"    {json.dumps(name, ensure_ascii=False)}: {share:.{_DIGITS}f}")
    return "\n".join(lines)


def save_tagged(data: Path, folder: Path, made: Cells, *, side: Side) -> str:
    """Write the set anew, with the cell of each example among its segments.

    The tags are no part of an example's fingerprint, so that what was rated stays rated.

    Args:
        data: The set.
        folder: Where to; it must be empty or not there.
        made: The cells.
        side: The examples that they are of.

    Returns:
        The version's fingerprint.

    Raises:
        UsageError: Something stands there already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; name a new folder for the tagged set")
    tags: Mapping[str, str] = {
        name: f"{CELL}{made.names[code]}"
        for name, code in zip(side.ids, made.first.tolist(), strict=True)
        if code >= 0
    }
    built = load_set(data)
    examples = tuple(
        replace(
            one,
            segments=(
                *(tag for tag in one.segments if not tag.startswith(CELL)),
                *((tags[one.id],) if one.id in tags else ()),
            ),
        )
        for one in built.dataset
    )
    now = datetime.now(UTC).isoformat(timespec="seconds")
    tagged = replace(
        open_set(folder),
        dataset=Dataset(examples, built.dataset.notes),
        lineage=built.lineage,
        spare=built.spare,
    )
    return save_set(folder, tagged, manifest={"tagged": len(tags)}, now=now, act="tagged by cell")
