"""``measurand schema``."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from measurand.cli.options import parser

__all__ = ["run"]

KINDS = ("plan", "dataset", "outputs", "results")


def run(words: Sequence[str]) -> int:
    """Print the JSON Schema of a plan, a dataset line, an outputs line, or --json results."""
    made = parser("schema", run.__doc__ or "")
    made.add_argument("kind", choices=KINDS)
    kind = made.parse_args(words).kind

    from measurand.report.results_json import results_schema  # noqa: PLC0415 - after --help
    from measurand.store.schemas import example_schema, output_schema, plan_schema  # noqa: PLC0415

    made_by = dict(
        zip(KINDS, (plan_schema, example_schema, output_schema, results_schema), strict=True)
    )
    text = json.dumps(made_by[kind](), ensure_ascii=False, indent=2)
    sys.stdout.write(text + "\n")
    return 0
