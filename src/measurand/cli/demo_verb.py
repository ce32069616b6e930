"""``measurand demo``."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from measurand.cli.options import parser, tell

__all__ = ["run"]


def run(words: Sequence[str]) -> int:
    """Evaluate a simulated support bot end to end: no key, no network, nothing opened."""
    made = parser("demo", run.__doc__ or "")
    made.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("measurand-demo"),
        help="where data, outputs, ratings and report go (measurand-demo)",
    )
    made.add_argument("--seed", type=int, default=7, help="of the simulation (7)")
    made.add_argument("--full", action="store_true", help="print every section")
    made.add_argument("--json", action="store_true", help="one JSON document on stdout")
    args = made.parse_args(words)

    from measurand.jobs.demo import demo  # noqa: PLC0415
    from measurand.jobs.run_progress import run_progress  # noqa: PLC0415 - after --help

    with run_progress(budget=None) as watch:
        done = demo(args.folder, seed=args.seed, watch=watch)
    if args.json:
        text = json.dumps(done.answer.to_json(), ensure_ascii=False, allow_nan=False, indent=2)
        sys.stdout.write(text + "\n")
    else:
        tell(done.answer.document, full=args.full)
        sys.stdout.write(f"\nreport: {done.page}\n")
    return done.answer.exit_code
