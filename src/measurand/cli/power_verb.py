"""``measurand power``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from measurand.cli.options import add_output, parser, show
from measurand.errors import UsageError

__all__ = ["run"]

EXAMPLES = """\
  measurand power                                              what 50 to 1,000 examples detect
  measurand power --difference .05 --discordance .14 --n 430   the power
  measurand power --difference .05 --discordance .14           how many examples
  measurand power --n 430                                      the table for so many
  measurand power --discordance .14 --n 200                    the smallest difference found
  measurand power --unpaired --rates .80,.85
  measurand power --graded --sd .3 --difference .05 --icc .2 --cluster-size 5
  measurand power --margin .05 --discordance .14               not worse, and equivalent
  measurand power --blocking .01                               how many failure-free examples
  measurand power --judge-correlation .73 --effective 430 --label-cost 3 --judge-cost .085
  measurand power --correlation .90 --against .63 --between-them .5
"""

_NUMBERS = {
    "What is sought; what is left out of difference, discordance and n is found": {
        "difference": "the true difference, of rates or of mean scores",
        "discordance": "share of examples on which the two systems differ (yes/no)",
        "n": "examples that both answer; unpaired, of each system",
        "power": "with which it is to be found (0.8)",
        "level": "one minus the error rate (0.95)",
        "comparisons": "how many are made in all (Bonferroni, first step of Holm)",
        "margin": "how much worse is still no worse; --difference is then the true one (0)",
    },
    "Graded scores": {
        "sd": "standard deviation of an example's difference; unpaired, of a score",
        "between": "variance over examples of the expected difference (Miller's formula)",
        "within": "variance of one system's score on one example, over repeats",
        "repeats": "how often each system answers each example",
    },
    "Clusters: examples that share a document or a conversation": {
        "icc": "how alike examples of one cluster are, 0 to 1",
        "cluster-size": "examples of each cluster",
        "clusters": "how many clusters there are, beside --n or their size",
    },
    "A judge that people's labels correct; --n are the outputs it scores": {
        "judge-correlation": "of the judge with people",
        "labels": "outputs that people label",
        "effective": "as how many labels they are to be worth: the cheapest split is found",
        "label-cost": "US dollars for the label of an output",
        "judge-cost": "US dollars for the judgment of an output",
    },
    "Correlations; --n are models, or items": {
        "correlation": "with a target",
        "against": "a second one with the same target",
        "between-them": "the correlation of the two with each other",
    },
}


def run(words: Sequence[str]) -> int:
    """How many examples does it take, and what can so many detect? No project is needed.

    A number may be written as .05 or 1/9. Exit code 2: the question is impossible.
    """
    args = _parser().parse_args(words)
    numbers, wrong = _numbers(args)

    from measurand.analysis.power_faults import range_faults  # noqa: PLC0415 - after --help
    from measurand.analysis.power_options import PowerOptions  # noqa: PLC0415
    from measurand.jobs.power import power  # noqa: PLC0415
    from measurand.report.power_page import SHOWN  # noqa: PLC0415

    options = PowerOptions(side=args.side, unpaired=args.unpaired, graded=args.graded, **numbers)
    if wrong:
        faults = (*wrong, *range_faults(options))
        raise UsageError("\n".join(faults))
    return show(power(options), args, also=SHOWN)


def _parser() -> argparse.ArgumentParser:
    made = parser("power", run.__doc__ or "", examples=EXAMPLES)
    for title, names in _NUMBERS.items():
        group = made.add_argument_group(title)
        for name, told in names.items():
            group.add_argument(f"--{name}", metavar="NUMBER", help=told)
    kinds = made.add_argument_group("Which comparison; by default yes/no on the same examples")
    kinds.add_argument(
        "--unpaired", action="store_true", help="every system has examples of its own"
    )
    kinds.add_argument(
        "--rates", metavar="RATE[,RATE]", help="the success rates of unpaired systems"
    )
    kinds.add_argument("--graded", action="store_true", help="scores are graded, not yes/no")
    kinds.add_argument(
        "--side", choices=("two", "one"), default="two", help="only the expected sign counts: one"
    )
    rare = made.add_argument_group("Rare failures")
    rare.add_argument(
        "--blocking",
        nargs="?",
        const="0",
        metavar="RATE",
        help="the failure rate to prove; without RATE, what --n examples prove",
    )
    rare.add_argument("--failures", metavar="NUMBER", help="that turn up (0)")
    add_output(made)
    return made


def _numbers(args: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """The numbers as numbers, and what is none."""
    names = [name for group in _NUMBERS.values() for name in group]
    found: dict[str, Any] = {}
    wrong: list[str] = []
    for name in (*names, "blocking", "failures"):
        text = getattr(args, name.replace("-", "_"))
        if text is not None:
            found[name.replace("-", "_")] = _number(f"--{name}", text, wrong)
    if args.rates is not None:
        parts = [_number("--rates", part, wrong) for part in args.rates.split(",")]
        found["rates"] = tuple(part for part in parts if part is not None)
    return found, wrong


def _number(name: str, text: str, wrong: list[str]) -> float | None:
    top, slash, below = text.strip().partition("/")
    try:
        return float(top) / float(below) if slash else float(top)
    except (ValueError, ZeroDivisionError):
        wrong.append(f"{name}: {text!r} is not a number")
        return None
