"""The command line: one module a verb, imported only when that verb is asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

from measurand._version import __version__
from measurand.errors import MeasurandError

__all__ = ["VERBS", "main"]

VERBS: dict[str, str] = {
    "demo": "a simulated support bot, evaluated end to end: no key, no network",
    "init": "write a commented starter project that runs as it stands",
    "import": "read ratings from any file into the ledger; refuse what is off the scale",
    "data": "the evaluation set: build it from logs, review, check and version it",
    "power": "how many examples does it take, and what can so many detect? no project needed",
    "plan": "is everything there, and what will a run cost? nothing is spent to know",
    "run": "ask systems, check and judge their answers, score them; goes on where it stopped",
    "judge": "have outputs that are there already judged by a model, with a plan or without",
    "check": "rate recorded outputs with code: format, references, checklists, safety ...",
    "train-check": "train a style or safety classifier from your own labelled examples",
    "rate": "people rate: invite them, serve the desk, send packets, see how far they are",
    "raters": "how well does each person rate, and whose work should be looked at?",
    "vote": "what do people's ratings of each output come to, and what is tied?",
    "agreement": "do the raters agree, and what is the best anyone could score?",
    "calibrate": "can the judge be trusted? held against people on locked outputs",
    "improve": "try changes to a judge, adopt what is surely better, look once at what is locked",
    "judges": "which judge is the best on your own labels, at what price, with which faults?",
    "audit": "what biases does a judge have, and are they large enough to matter?",
    "anchors": "has the judge changed behind its name, or the system?",
    "compare": "which system is better, which are equal, which are unsafe?",
    "gate": "may this change ship? blocking failures, regressions, and the margin",
    "correlate": "which benchmark predicts quality in production, and what does it miss?",
    "report": "everything about a ratings file or a project as one HTML page",
    "simulate": "serve simulated models and judges on this machine, with faults if you like",
    "schema": "print the JSON Schema of a plan, a dataset, outputs or results",
}
"""Each verb and what it answers, in the order in which a user meets them."""

_BUG = _OUTSIDE = 4


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; the exit code says how it ended (0 pass ... 4 infrastructure)."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in {"-h", "--help", "help"}:
        sys.stdout.write(_help())
        return 0
    if words[0] in {"-V", "--version"}:
        sys.stdout.write(f"measurand {__version__}\n")
        return 0
    if words[0] not in VERBS:
        sys.stderr.write(_unknown(words[0]))
        return 2
    return _run(words[0], words[1:])


def _run(verb: str, words: Sequence[str]) -> int:
    module = import_module(f"measurand.cli.{verb.replace('-', '_')}_verb")
    debug = "--debug" in words
    named = _named(verb, words)
    try:
        code: int = module.run([word for word in words if word != "--debug"])
    except MeasurandError as problem:
        from measurand.figures.text import inert, visible  # noqa: PLC0415 - only failures pay

        sys.stderr.write(inert(visible(f"measurand {named}: {problem}\n")))
        return problem.exit_code
    except KeyboardInterrupt:
        sys.stderr.write(
            f"measurand {named}: stopped; what was written stays, run it again to go on\n"
        )
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return _BUG
    except OSError as problem:
        place = f"{problem.filename}: " if problem.filename is not None else ""
        sys.stderr.write(
            f"measurand {named}: {place}cannot be written or read ({problem.strerror})\n"
        )
        return _OUTSIDE
    except Exception as bug:
        if debug:
            raise
        sys.stderr.write(
            f"measurand {named}: this is a fault of measurand, not of your data: "
            f"{type(bug).__name__}: {bug}\nRun it again with --debug and report what it prints.\n"
        )
        return _BUG
    return code


def _named(verb: str, words: Sequence[str]) -> str:
    """The verb, with its act where it is one of several."""
    if verb != "data" or not words:
        return verb
    acts = import_module("measurand.cli.data_verb").ACTS
    return f"{verb} {words[0]}" if words[0] in acts else verb


def _help() -> str:
    width = max(map(len, VERBS)) + 2
    lines = [f"  {verb:<{width}}{what}" for verb, what in VERBS.items()]
    return (
        "usage: measurand VERB [OPTIONS]\n\n"
        "Is your language-model application good at your own task? Every number comes with an\n"
        "interval, every decision is pass, fail or inconclusive.\n\nverbs:\n"
        + "\n".join(lines)
        + "\n\nmeasurand VERB --help explains a verb. Start with: measurand demo\n\n"
        "exit codes: 0 pass, 1 fail, 2 your mistake (usage, plan, data), 3 inconclusive or too\n"
        "little evidence, 4 infrastructure (provider, budget, disk)\n"
    )


def _unknown(word: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a typo pays for it

    near = get_close_matches(word, VERBS, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"measurand: there is no verb {word!r}{hint}\nverbs: {', '.join(VERBS)}\n"
