"""``measurand data``: the evaluation set, from production logs to examples one can stand behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module

from measurand.cli.options import parser

__all__ = ["ACTS", "run"]

ACTS: Mapping[str, str] = {
    "logs": "what is in logs of production: what can be read, what cannot, and why",
    "build": "build the set from logs: a sample of production, edge cases, attacks, and more",
    "check": "is anything wrong with the set? one page, the worst first",
    "review": "look through it: accept, edit, drop, tag; experts answer golden examples",
    "mismatch": "how far the set is from production, what it lacks, weights that repair it",
    "contamination": "was the set seen before it was asked? each test says what it cannot see",
    "regress": "a failure becomes a regression example, in one command",
    "versions": "the versions of the set, which runs asked which; put one back",
    "diff": "what differs between two versions, example by example",
    "lock": "lock a version: results of any other are refused",
    "rotate": "retire stale examples; the next in reserve take their places",
    "attacks": "adversarial examples for your task, by template or written by a model",
    "canary": "a string by which the set is known again where it was taken: plant, search, ask",
    "import": "results of another evaluation tool: its examples, outputs and scores",
    "export": "write the set for another evaluation tool, or as flat tables",
}
"""Each act and what it does, in the order in which a user meets them; ``cli/data/`` has a module
``ACT_act`` for each, with a function ``run(words)``."""


def run(words: Sequence[str]) -> int:
    """Build the evaluation set from production logs; review, check, version and measure it."""
    if words and words[0] in ACTS:
        module = import_module(f"measurand.cli.data.{words[0].replace('-', '_')}_act")
        code: int = module.run(words[1:])
        return code
    made = parser("data", run.__doc__ or "")
    acts = made.add_subparsers(dest="act", metavar="ACT", required=True, title="acts")
    for act, what in ACTS.items():
        acts.add_parser(act, help=what, add_help=False)
    made.parse_args(words)
    return 2
