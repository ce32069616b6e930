"""``measurand train-check``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.cli.options import parser

if TYPE_CHECKING:
    from measurand.jobs.train_check import Trained

__all__ = ["run"]

EXAMPLES = """\
  measurand train-check replies.csv --good friendly -o tone.json
  measurand train-check flagged.jsonl --text reply --label verdict --good safe -o safe.json

then, in the plan: raters: [check.learned: tone.json]
"""


def run(words: Sequence[str]) -> int:
    """Train a style or safety classifier from your own labelled examples, honestly held out."""
    made = parser("train-check", run.__doc__ or "", examples=EXAMPLES)
    made.add_argument("file", type=Path, help="CSV, JSONL or JSON with texts and labels")
    made.add_argument("--good", required=True, metavar="LABEL", help="the label that counts as yes")
    made.add_argument("--text", default="text", metavar="COLUMN", help="the texts (text)")
    made.add_argument("--label", default="label", metavar="COLUMN", help="the labels (label)")
    made.add_argument(
        "--minimum-accuracy",
        type=float,
        default=0.7,
        metavar="SHARE",
        help="the check refuses to rate unless the lower bound of its held-out accuracy "
        "reaches this (0.7)",
    )
    made.add_argument("--seed", type=int, default=0, help="of the folds (0)")
    made.add_argument(
        "-o", "--out", type=Path, default=Path("classifier.json"), help="(classifier.json)"
    )
    made.add_argument("--json", action="store_true", help="one JSON document on stdout")
    args = made.parse_args(words)

    from measurand.jobs.train_check import Training, train_check  # noqa: PLC0415 - after --help

    training = Training(
        good=args.good,
        text=args.text,
        label=args.label,
        minimum_accuracy=args.minimum_accuracy,
        seed=args.seed,
    )
    trained = train_check(args.file, training, out=args.out)
    if args.json:
        text = json.dumps(trained.to_json(), ensure_ascii=False, allow_nan=False, indent=2)
        sys.stdout.write(text + "\n")
    else:
        sys.stdout.write("\n".join(_told(trained)) + "\n")
    return 0 if trained.reliable else 3


def _told(trained: Trained) -> Iterator[str]:
    yield "examples: " + ", ".join(f"{count} {label}" for label, count in trained.labels.items())
    for result in trained.findings.results:
        yield f"  {result.name.replace('_', ' ')}: {result.estimate}"
    verdict = trained.findings.verdicts[0]
    yield f"{verdict.outcome}: {verdict.reason}"
    yield f"written: {trained.target}"
