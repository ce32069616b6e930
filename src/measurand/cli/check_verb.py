"""``measurand check``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.cli.options import add_plan, parser

if TYPE_CHECKING:
    from measurand.jobs.check import Checked

__all__ = ["run"]

EXAMPLES = """\
  measurand check                        (measurand.yaml in this folder)
  measurand check path/measurand.yaml
"""


def run(words: Sequence[str]) -> int:
    """Rate the recorded outputs of a plan's systems with its checks, into the ledger."""
    made = parser("check", run.__doc__ or "", examples=EXAMPLES)
    add_plan(made)
    made.add_argument("--json", action="store_true", help="one JSON document on stdout")
    args = made.parse_args(words)

    from measurand.cli.progress import progress  # noqa: PLC0415 - after --help
    from measurand.jobs.check import check_project  # noqa: PLC0415

    with progress("checking") as told:
        checked = check_project(args.plan, progress=told)
    if args.json:
        import json  # noqa: PLC0415

        sys.stdout.write(json.dumps(checked.to_json(), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(_told(checked, args.plan))
    return 0 if len(checked.ratings) else 3


def _told(checked: Checked, plan: Path) -> str:
    from measurand.cli.check_summary import means, reasons  # noqa: PLC0415 - after --help
    from measurand.jobs.places import ledger_path  # noqa: PLC0415
    from measurand.store.plans import load_plan  # noqa: PLC0415

    rated = len(checked.ratings) - sum(checked.failures.values())
    scales = {dimension.name: dimension.scale for dimension in load_plan(plan).rubric}
    lines = [
        f"{rated:,} ratings by checks in {checked.seconds:.1f} s, in {ledger_path(plan)}",
        *(f"  {line}" for line in means(checked.ratings, scales)),
        *(f"  {line}" for line in reasons(checked.ratings)),
    ]
    return "\n".join(lines) + "\n"
