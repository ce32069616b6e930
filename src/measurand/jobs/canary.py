"""The act ``canary``: a string put into a set, by which it is known again wherever it was taken."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from measurand.analysis.exposure import Exposure, not_run
from measurand.analysis.exposure_canary import CanaryPlace, asked, searched
from measurand.analysis.forecast import Forecast
from measurand.core.example import Example, Message
from measurand.core.plan import Plan
from measurand.core.rubric import Rubric
from measurand.core.running import RedactPlan
from measurand.core.set_commands import commands_for
from measurand.errors import DataError, Fault, UsageError
from measurand.jobs.carrying import Watch
from measurand.jobs.exposing.asking import Heard, Question, live_systems
from measurand.jobs.exposing.corpora import Corpus, CorpusAccount, files_of, pieces
from measurand.jobs.planting import CANARY, PLANTED, with_canary
from measurand.models.environment import Environment
from measurand.privacy.redaction import Redactor
from measurand.store.built_set import load_set, save_set
from measurand.store.dataset import Dataset
from measurand.texts.canary import (
    ASKED,
    DIGITS,
    CanarySearch,
    beginning,
    canary_line,
    canary_of,
    digits_of,
)

__all__ = [
    "FILE",
    "Planted",
    "ask_canary",
    "asking_canary",
    "known_canary",
    "plant_canary",
    "search_canary",
]

FILE = "CANARY"
"""The file beside the components that says what it is for."""
_ABOUT = """\
{line}

This folder is an evaluation set. The line above holds a string that stands nowhere else; every
example has it in its metadata (metadata.canary), where no system is asked it. A text in which it
is found has taken this set in: leave such texts out of training data, prompts, few-shot examples
and retrieval indices.
"""
_ASK = (
    "The following line breaks off in the middle of a string. Write it out to its end, word for "
    "word, and nothing else:\n\n{beginning}"
)
_TIMES = 5


@dataclass(frozen=True, slots=True)
class Planted:
    """What planting did.

    Args:
        canary: The canary, in the groups of a GUID.
        examples: How many examples have got it now.
        kept: How many had it already.
        fresh: Whether it was made now.
    """

    canary: str
    examples: int
    kept: int
    fresh: bool


def known_canary(data: Path | str) -> str | None:
    """The digits of a set's canary; None where none was planted.

    Raises:
        DataError: The set is wrong, or its examples name different canaries.
    """
    path = Path(data)
    note = path / FILE
    if path.is_dir() and note.is_file():
        found = digits_of(note.read_text(encoding="utf-8", errors="replace"))
        if found is not None:
            return found
    told = {_of(example) for example in Dataset.load(path)} - {None}
    if len(told) > 1:
        problem = f"the examples name {len(told)} different canaries"
        remedy = f"keep one, and write its line into {FILE}"
        raise DataError([Fault(problem, str(path), key="metadata.canary", remedy=remedy)])
    return told.pop() if told else None


def plant_canary(data: Path | str, *, now: datetime | None = None) -> Planted:
    """Put a canary into a set: into its own file, each example's metadata, and the manifest.

    What systems are asked does not change, nor do the fingerprints of examples and set. Planted
    again, examples that lack the canary get the same one.

    Args:
        data: The set's folder.
        now: The time of the version; by default now.

    Raises:
        UsageError: It is one file: a set whose versions are kept is a folder.
        DataError: The set is wrong.
    """
    folder = Path(data)
    built = load_set(folder)
    if not folder.is_dir():
        raise UsageError(
            f"{folder} is one file; a canary is kept with the versions of a set: put its examples "
            "into a folder, as core.jsonl, edge.jsonl and so on"
        )
    known = known_canary(folder)
    digits = known or _drawn()
    line = canary_line(canary_of(digits))
    lacking = sum(_of(example) != digits for example in built.dataset)
    spares = [one for one in built.spare if _of(one.example) != digits]
    if lacking or spares or known is None:
        at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        manifest = {CANARY: canary_of(digits)}
        save_set(folder, with_canary(built, digits), manifest=manifest, now=at, act=PLANTED)
    (folder / FILE).write_text(_ABOUT.format(line=line), encoding="utf-8")
    return Planted(
        canary=canary_of(digits),
        examples=lacking,
        kept=len(built.dataset) - lacking,
        fresh=known is None,
    )


def search_canary(
    digits: str | None,
    corpora: Sequence[Corpus],
    *,
    where: str = "",
    tell: Callable[[int], None] = lambda _: None,
) -> Exposure:
    """Search texts for a canary, streamed.

    A file that cannot be read is listed, and the others are read all the same. What is no text is
    listed too, and searched for what stands in it as it is.

    Args:
        digits: The canary's digits; None where the set has none.
        corpora: The texts.
        where: The options that name the set in a command, as of `SetPlace.where`.
        tell: Told of bytes that were read, as they are.
    """
    if digits is None:
        why = "The set has no canary: plant one with measurand data canary plant."
        return not_run("canary_search", commands_for(why, where))
    places: list[CanaryPlace] = []
    account = CorpusAccount(tell)
    for path in dict.fromkeys(path for one in corpora for path in files_of(one, account)):
        search = CanarySearch(digits)
        for piece in pieces(path, account, raw=True):
            places += (CanaryPlace(str(path), hit.line) for hit in search.feed(piece))
    return searched(
        places,
        files=len(account.searched),
        size=sum(account.read.values()),
        unread=account.unread,
    )


def asking_canary(
    plan: Plan,
    file: Path,
    digits: str,
    *,
    systems: Sequence[str] = (),
    times: int = _TIMES,
    environment: Environment | None = None,
) -> Question:
    """What systems are asked about a canary: to go on with it, of which they are told the half.

    Args:
        plan: Its systems, providers and budget.
        file: Where it stands.
        digits: The canary's digits.
        systems: Only these.
        times: How often each is asked.
        environment: Where keys and addresses come from.

    Raises:
        UsageError: A system cannot be asked, or there is none.
    """
    chosen = live_systems(plan, systems)
    if not chosen:
        raise UsageError("no system of the plan can be asked")
    rubric = Rubric(*(replace(dimension, raters=()) for dimension in plan.rubric))
    message = Message("user", _ASK.format(beginning=beginning(digits)))
    asked_once = [Example(id=f"canary~{at + 1}", messages=(message,)) for at in range(times)]
    return Question(
        plan=replace(
            plan,
            systems=tuple(replace(one, repeats=1) for one in chosen),
            judge=None,
            anchors=None,
            rubric=rubric,
        ),
        file=file,
        examples=asked_once,
        environment=environment or Environment(),
    )


def ask_canary(
    question: Question,
    digits: str,
    *,
    watch: Watch | None = None,
    tell: Callable[[Forecast], None] | None = None,
) -> tuple[Exposure, Heard]:
    """Ask, and say which systems know it.

    Args:
        question: As `asking_canary` gives it.
        digits: The canary's digits.
        watch: Told how far it is.
        tell: Told what is foretold, before anything is asked.

    Raises:
        UsageError: A key is missing, or the budget would not do.
        LedgerError: The ledger cannot be read or written.
    """
    heard = question.ask(watch=watch, tell=tell)
    replies: dict[str, list[str | None]] = {one.name: [] for one in question.plan.systems}
    for output in heard.outputs:
        replies[output.system].append(output.text)
    return asked(replies, digits), heard


def _drawn() -> str:
    """Random digits that no redactor takes for a card number or the like, however written."""
    redact = Redactor(RedactPlan(), bytes(DIGITS))
    while True:
        digits = secrets.token_hex(DIGITS // 2)
        forms = (digits, digits[ASKED:], canary_line(canary_of(digits)), beginning(digits))
        if all(redact(form) == form for form in forms):
            return digits


def _of(example: Example) -> str | None:
    told = example.metadata.get(CANARY)
    return digits_of(told) if isinstance(told, str) else None
