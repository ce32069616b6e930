"""The act ``check``: is anything wrong with the evaluation set?"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from measurand.analysis.result import Findings
from measurand.analysis.set_check import SetCheck, set_check
from measurand.analysis.set_check_sizes import detectable, gaps_between
from measurand.analysis.set_check_terms import LockSide, Said, SetState, Shown
from measurand.core.example import MINIMUM
from measurand.core.plan import Plan
from measurand.core.running import RedactPlan
from measurand.core.scale import Scale
from measurand.core.set_version import SetVersion
from measurand.errors import DataError, Fault, InsufficientData, UsageError
from measurand.figures.text import visible
from measurand.jobs.answer import Answer
from measurand.jobs.building.gathering import Window
from measurand.jobs.canary import known_canary
from measurand.jobs.encoding import encoder_of
from measurand.jobs.exposing.corpora import prompts_of
from measurand.jobs.keys import redactor, run_key
from measurand.jobs.logs import Progress, open_logs
from measurand.jobs.mismatching.sides import side_of, window_of
from measurand.jobs.project import from_project
from measurand.jobs.set_lock import lock_over
from measurand.jobs.set_place import SetPlace, set_place
from measurand.jobs.source import Reading, Source, from_file
from measurand.models.environment import Environment
from measurand.privacy.redaction import Redactor
from measurand.report.set_check_page import CheckContext, set_check_document, set_check_part
from measurand.store.built_set import BuiltSet, load_set
from measurand.store.example_files import listing, read_examples
from measurand.store.exemplars import read_exemplars
from measurand.store.ledger import open_ledger

__all__ = ["CheckAnswer", "CheckRequest", "check_set"]

_TOO_LITTLE = 3
_BETWEEN = "\x1f"
"""Between example and system in the name of an output of a calibration."""
_KEY = 32
_LIMITS = (
    "Personal data are found by shape: a name or a street has none, and is not found.",
    (
        "Nearly the same means nearly the same words (Jaccard 0.8 over rows of one and two "
        "words); what says the same in other words is not found."
    ),
    (
        "Contradictions are found in numbers, negations and answers that share hardly a word; all "
        "others need somebody who knows the matter."
    ),
    (
        "Whether a question is cut off, or refers to what is not there, is told by English "
        "phrases and a few of German, French and Spanish."
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """What is looked at besides the set.

    Args:
        window: Logs of production.
        ratings: A file of ratings; by default the project's ledger, where it has any.
        scales: Of the dimensions of that file, or one for all.
        now: The time, of which dates are held against.
        seed: Of draws and clusters, where there is a window.
    """

    window: tuple[Path, ...] = ()
    ratings: Path | None = None
    scales: Mapping[str, Scale] | Scale | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAnswer(Answer):
    """What was found.

    Args:
        found: The concerns, the worst first, and what became of every check.
    """

    found: SetCheck

    @property
    def exit_code(self) -> int:
        """0 nothing is wrong, 1 something is, 3 something lacks or could not be decided."""
        outcomes = {"fail": 1, "inconclusive": _TOO_LITTLE}
        return outcomes.get(self.found.verdict.outcome, 0)

    def to_json(self) -> Mapping[str, Any]:
        """The published document, with every concern."""
        return {**Answer.to_json(self), "account": dict(set_check_part(self.found))}


def check_set(
    data: Path | str | None = None,
    request: CheckRequest | None = None,
    *,
    plan: Path | str | None = None,
    progress: Progress | None = None,
    environment: Environment | None = None,
) -> CheckAnswer:
    """Look for everything that can be wrong with an evaluation set; nothing is changed.

    Args:
        data: The set; by default the plan's, or ``data/``.
        request: What is looked at besides.
        plan: The plan; by default the one in this folder, if there is one.
        progress: Told of bytes of the window read, and bytes in all.
        environment: Where the key of placeholders may come from.

    Returns:
        What was found, redacted, the worst first.

    Raises:
        PlanError: The plan is wrong.
        DataError: The set, the logs or the ratings cannot be read.
        UsageError: The ratings are of no dimension that is known.
    """
    asked, around = request or CheckRequest(), environment or Environment()
    place = set_place(_path(plan), _path(data))
    built = load_set(place.data)
    if not len(built.dataset):
        raise DataError([Fault("there is no example in the set", str(place.data))])
    state = _state(place, built, asked.now)
    redact = _redactor(place, around)
    state, refused = _with_window(state, place, asked, progress=progress, redact=redact)
    found = set_check(_with_ratings(state, place, asked, environment=around))
    found = replace(
        found, concerns=tuple(one.redacted(redact).told(place.commands) for one in found.concerns)
    )
    return _answer(found, place, built, refused=refused)


def _answer(
    found: SetCheck, place: SetPlace, built: BuiltSet, *, refused: tuple[str, ...]
) -> CheckAnswer:
    dataset = built.dataset
    lock = lock_over(place, dataset.fingerprint)
    held = lock is not None and lock.fingerprint == dataset.fingerprint
    of = SetVersion(dataset.fingerprint, dataset.sizes(), locked=lock.at if lock and held else "")
    limits = (*_LIMITS, *refused, *(f"{note}." for note in dataset.notes))
    core = dataset.sizes()["core"]
    context = CheckContext(
        name=place.plan.name if place.plan else "",
        data=str(place.data),
        of=of,
        detectable=detectable(core) if core else "There is no core: no score speaks of production.",
        limits=limits,
    )
    return CheckAnswer(
        verb="data check",
        findings=Findings(results=(), verdicts=(found.verdict,), limits=limits),
        document=set_check_document(found, context),
        of=of,
        decided=True,
        found=found,
    )


def _state(place: SetPlace, built: BuiltSet, now: datetime) -> SetState:
    plan, lock = place.plan, lock_over(place, built.dataset.fingerprint)
    canary, undecided = _canary(place.data)
    minimum = {**MINIMUM} if plan is None else plan.data.minimum
    return SetState(
        examples=built.dataset.examples,
        now=now if now.tzinfo is not None else now.replace(tzinfo=UTC),
        places=dict(_places(place.data)),
        minimum=minimum,
        lineage=built.lineage or None,
        spare=Counter(one.stratum for one in built.spare if one.example.component == "core"),
        rubric=None if plan is None else plan.rubric,
        fingerprint=built.dataset.fingerprint,
        locked=None if lock is None else lock.fingerprint,
        canary=canary,
        allow=frozenset() if plan is None else frozenset(map(str.casefold, plan.redact.allow)),
        shown=None if plan is None else tuple(_shown(plan, place.file)),
        sides=_sides(place),
        undecided=undecided,
    )


def _canary(data: Path) -> tuple[bool, Mapping[str, str]]:
    """Whether a canary is planted, or why nobody can tell which."""
    try:
        return known_canary(data) is not None, {}
    except DataError as problem:
        return True, {"kept": problem.faults[0].problem}


def _places(data: Path) -> Iterator[tuple[str, str]]:
    """Where each example stands, as ``core.jsonl:17``."""
    for placed in read_examples(listing(data).files, []):
        yield placed.example.id, f"{placed.file.name}:{placed.line}"


def _shown(plan: Plan, file: Path) -> Iterator[Shown]:
    """What the plan's systems and judges are shown."""
    for corpus in prompts_of(plan, file):
        name = f"the prompt {corpus.path.relative_to(file.parent)}"
        yield Shown(name, corpus.path.read_text(encoding="utf-8", errors="replace"))
    told = plan.judge.exemplars if plan.judge is not None else None
    if told is None or not (file.parent / told).is_file():
        return
    for one in read_exemplars(file.parent / told, plan.rubric):
        texts = (*(message.content for message in one.exemplar.messages), one.exemplar.output)
        name = f"an exemplar of {one.dimension} ({told}, {one.of})"
        yield Shown(name, "\n".join(texts), judge=True, example=one.of.example)


def _sides(place: SetPlace) -> Mapping[tuple[str, str], LockSide] | None:
    """On which side of the newest calibration each answer is."""
    if not place.ledger.exists():
        return None
    with open_ledger(place.ledger) as ledger:
        splits = ledger.calibration.events("split")
    if not splits:
        return None
    sides: dict[tuple[str, str], LockSide] = {}
    for side in get_args(LockSide):
        for item in splits[-1].body.get(side, ()):
            example, _, system = str(item).rpartition(_BETWEEN)
            sides[example, system] = side
    return sides


def _with_window(
    state: SetState,
    place: SetPlace,
    asked: CheckRequest,
    *,
    progress: Progress | None,
    redact: Callable[[str], str],
) -> tuple[SetState, tuple[str, ...]]:
    """The same with what production asks, where a window is named; what of it was refused."""
    if not asked.window:
        return state, ()
    encode = encoder_of(place.plan.data.encoder if place.plan else "", base=place.file.parent)
    logs = open_logs(asked.window, redactor=redact, progress=progress)
    production, _ = window_of(
        logs.records(), encode=encode, seed=asked.seed, window=Window(None, None)
    )
    core = side_of(state.examples, "core", encode=encode, redact=redact)
    try:
        found = gaps_between(core, production, seed=asked.seed)
    except InsufficientData as problem:
        return replace(state, undecided={**state.undecided, "coverage": str(problem)}), ()
    account = logs.account
    told = f"{account.refused:,} of {account.read:,} rows of the logs were refused."
    return replace(state, gaps=found), (told,) if account.refused else ()


def _with_ratings(
    state: SetState, place: SetPlace, asked: CheckRequest, *, environment: Environment
) -> SetState:
    """The same with what raters said, where they said anything."""
    try:
        source = _source(place, asked, environment)
    except UsageError as problem:
        if asked.ratings is not None:
            raise
        # Nothing is rated yet, or the set is not the one that is locked.
        return replace(state, untold={**state.untold, "labels": str(problem)})
    except InsufficientData as problem:
        return replace(state, undecided={**state.undecided, "labels": str(problem)})
    if source is None:
        return state
    return replace(state, said=Said(source.ratings + source.aside, source.rubric))


def _source(place: SetPlace, asked: CheckRequest, environment: Environment) -> Source | None:
    if asked.ratings is not None:
        plan = place.file if place.plan is not None else None
        return from_file(asked.ratings, Reading(scales=asked.scales, plan=plan, data=place.data))
    if place.plan is None or not place.ledger.exists():
        return None
    return from_project(place.file, environment=environment)


def _redactor(place: SetPlace, environment: Environment) -> Callable[[str], str]:
    """Nothing personal and no secret is shown, whatever the plan lets stand.

    A ledger that is there gives the key, so that placeholders are those of the project; none is
    made for this.
    """
    if place.ledger.exists():
        with open_ledger(place.ledger) as ledger:
            key = run_key(ledger, environment)
    else:
        key = secrets.token_bytes(_KEY)
    own = redactor(place.plan, key) if place.plan is not None else str
    every = Redactor(RedactPlan(allow=place.plan.redact.allow if place.plan else ()), key)
    return lambda text: visible(every(own(text)))


def _path(told: Path | str | None) -> Path | None:
    return None if told is None else Path(told)
