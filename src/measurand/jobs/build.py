"""The verb ``data build``: from logs of production to an evaluation set to stand behind."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from measurand.analysis.result import Findings, Result
from measurand.core.fingerprint import fingerprint
from measurand.core.plan import Plan
from measurand.core.running import RedactPlan
from measurand.curation.account import BuildAccount
from measurand.curation.attacks import AttackTask, attacks
from measurand.curation.choosing import choose
from measurand.errors import InsufficientData
from measurand.jobs.answer import Answer
from measurand.jobs.attacking.scene import dimensions_of
from measurand.jobs.building.answers import write_answers
from measurand.jobs.building.making import Made, Maker
from measurand.jobs.building.options import BuildOptions
from measurand.jobs.building.rated import Rated, rated_in_file, rated_in_project
from measurand.jobs.building.reading import How, Tell, read_traffic
from measurand.jobs.building.spool import Spool
from measurand.jobs.building.telling import (
    came_of,
    effective_of,
    limits_of,
    parted_of,
    parts_of,
    rates_of,
)
from measurand.jobs.built_over import Ground, ground
from measurand.jobs.encoding import encoder_of
from measurand.jobs.keys import redactor, run_key
from measurand.jobs.logs import Logs, Progress, open_logs
from measurand.jobs.places import ledger_path
from measurand.jobs.set_place import SetPlace
from measurand.models.environment import Environment
from measurand.privacy.redaction import Redactor
from measurand.report.build_page import build_document
from measurand.store.built_set import BuiltSet, Spare, save_set
from measurand.store.dataset import Dataset
from measurand.store.ledger import open_ledger
from measurand.store.plans import load_plan

__all__ = ["Built", "build"]

_SPARE_ATTACKS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Built(Answer):
    """The answer of a build.

    Args:
        account: What was read, folded, drawn and not found.
        dataset: The examples.
    """

    account: BuildAccount
    dataset: Dataset

    def to_json(self) -> Mapping[str, Any]:
        """The published document, with where the set is and what it holds."""
        account = self.account
        return {
            **Answer.to_json(self),
            "account": {
                "folder": account.folder,
                "version": account.version,
                "seed": account.seed,
                "answers": account.answers,
                "sizes": {part.component: part.size for part in account.parts},
                "spare": {part.component: part.spare for part in account.parts},
                "records": account.came.records,
                "eligible": account.came.eligible,
                "replaced": account.came.replaced,
                "copied": account.came.copied,
                "unsure": account.came.unsure,
                "questions": account.came.questions,
                "refused": dict(account.came.refused),
                "strata": [
                    {
                        "name": one.name,
                        "records": one.records,
                        "questions": one.questions,
                        "drawn": one.drawn,
                    }
                    for one in account.strata
                ],
            },
        }


def build(
    paths: Sequence[Path | str],
    options: BuildOptions | None = None,
    *,
    progress: Progress | None = None,
    tell: Tell | None = None,
    environment: Environment | None = None,
) -> Built:
    """Build a set from logs, and write it as a version of its own.

    Texts are redacted before anything else is done with them. The same logs, options and key give
    the same set, in whatever order the files are named.

    Args:
        paths: Files of logs, or folders of them.
        options: Where to, how much of what, from which seed.
        progress: Told of bytes read and bytes in all.
        tell: Told of what is being done.
        environment: Where the key of placeholders may come from.

    Raises:
        DataError: A log, the plan or the set that stands there cannot be read.
        InsufficientData: No record has a question and an answer, or all ask one question.
        UsageError: The folder holds a set that is locked or worked on, or no record has the field
            that is to be segments.
    """
    wanted = options or BuildOptions()
    plan = load_plan(wanted.plan) if wanted.plan is not None else None
    folder = _folder(wanted, plan)
    under = ground(folder, plan, wanted.plan)
    redact = _redactor(plan, _plan_file(wanted, folder), environment)
    # In order of their names, so that it does not matter in which they are given.
    files = sorted(map(Path, paths), key=str)
    logs = open_logs(files, redactor=redact, how=wanted.how, progress=progress)
    seed = wanted.seed if wanted.seed is not None else (plan.seed if plan else 0)
    target = wanted.encoder or (plan.data.encoder if plan else "")
    base = wanted.plan.parent if wanted.plan and not wanted.encoder else Path()
    encode = encoder_of(target, base=base)
    rated = {logs.place(one): said for one, said in _rated(wanted, under.there.dataset).items()}
    how = How(seed, tell or _silent, encode, rated, lambda: logs.account)
    task = _Task(wanted, plan, under, folder, how)
    with Spool() as spool:
        return _built(logs, spool, task)


@dataclass(frozen=True, slots=True)
class _Task:
    """What is to be built, and where."""

    options: BuildOptions
    plan: Plan | None
    under: Ground
    folder: Path
    how: How


def _built(logs: Logs, spool: Spool, task: _Task) -> Built:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    options, plan = task.options, task.plan
    traffic, aside = read_traffic(logs.records(), spool, options, how=task.how)
    if traffic.eligible.any() and np.unique(traffic.group[traffic.eligible]).size == 1:
        raise InsufficientData(
            f"what was asked and answered is one question, {int(traffic.eligible.sum()):,} times; "
            "a set of one question measures nothing"
        )
    task.how.tell("choosing examples")
    chosen = choose(traffic, options.wanted)
    maker = Maker(traffic, spool, digests=logs.digests, now=now, segment_by=options.segment_by)
    made, spare = list(maker.examples(chosen.candidates)), list(maker.examples(chosen.spare))
    attack, more = _attacks(made, maker, task)
    made, spare = made + attack, spare + more
    account = BuildAccount(
        name=plan.name if plan else "",
        folder=str(task.folder),
        version="",
        seed=task.how.seed,
        came=came_of(logs, traffic, spool, aside=aside),
        parted=parted_of(traffic),
        strata=chosen.core.strata,
        joined=chosen.core.joined,
        effective=effective_of(chosen.core),
        parts=parts_of(made, spare, wanted=options.wanted, available=chosen.available),
        rates=rates_of(traffic, chosen),
        reasons=chosen.reasons.counts,
        tasked=bool(plan and plan.task),
        where=SetPlace.of(options.plan, plan, task.folder).where,
    )
    task.how.tell("writing the set")
    dataset = Dataset(tuple(example for example, _ in made))
    fresh = BuiltSet(dataset, {one.example: one for _, one in made}, tuple(_spares(spare)))
    built = task.under.carried(fresh)
    manifest = _manifest(logs, options, account)
    version = save_set(task.folder, built, manifest=manifest, now=now)
    answers = maker.answers(example for example, _ in made)
    target = write_answers(task.folder, _plan_file(options, task.folder), answers)
    account = replace(account, version=version, answers=target)
    account = replace(account, limits=tuple(limits_of(account)))
    return Built(
        verb="data build",
        findings=_findings(account),
        document=build_document(account),
        account=account,
        dataset=built.dataset,
    )


def _findings(account: BuildAccount) -> Findings:
    rates = account.rates
    return Findings(
        results=(
            Result(name="effective_examples", estimate=account.effective, component="core"),
            Result(name="known_failure_rate", estimate=rates.traffic),
            Result(name="known_failure_rate", estimate=rates.core, component="core"),
            Result(name="known_failure_rate_asked", estimate=rates.asked),
            Result(name="known_failure_rate_asked", estimate=rates.edge, component="edge"),
            Result(name="enrichment", estimate=rates.enrichment, component="edge"),
        ),
        verdicts=(),
        limits=account.limits,
    )


def _attacks(made: Sequence[Made], maker: Maker, task: _Task) -> tuple[list[Made], list[Made]]:
    """Attacks tailored to the questions of core, and some in reserve."""
    plan, count = task.plan, task.options.wanted["adversarial"]
    if not count:
        return [], []
    asked = [example.question for example, _ in made if example.component == "core"]
    safety, helpful = dimensions_of(plan)
    about = AttackTask(
        task=plan.task if plan else "",
        questions=asked,
        name=plan.name if plan else "",
        safety=safety,
        helpful=helpful,
    )
    in_all = count + math.ceil(_SPARE_ATTACKS * count)
    found = list(maker.attacks(attacks(about, count=in_all, seed=task.how.seed)))
    return found[:count], found[count:]


def _spares(made: Sequence[Made]) -> list[Spare]:
    return [Spare(example, lineage, example.stratum or lineage.rule) for example, lineage in made]


def _manifest(logs: Logs, options: BuildOptions, account: BuildAccount) -> Mapping[str, Any]:
    came = account.came
    return {
        "logs": dict(logs.digests),
        "seed": account.seed,
        "sizes": options.wanted,
        "since": options.since,
        "until": options.until,
        "segment_by": options.segment_by,
        "rows": came.rows,
        "refused": sum(came.refused.values()),
        "records": came.records,
        "eligible": came.eligible,
        "questions": came.questions,
        "strata": fingerprint([[one.name, one.records, one.drawn] for one in account.strata]),
    }


def _folder(options: BuildOptions, plan: Plan | None) -> Path:
    """Where the set is to be: where it is told, where the plan has it, or in ``data``."""
    if options.out is not None:
        return options.out
    if options.plan is not None and plan is not None:
        return options.plan.parent / plan.data.path
    return Path("data")


def _plan_file(options: BuildOptions, folder: Path) -> Path:
    """Where the project's plan is, or would be."""
    return options.plan or folder.resolve().parent / "measurand.yaml"


def _redactor(
    plan: Plan | None, plan_path: Path, environment: Environment | None
) -> Callable[[str], str]:
    """What is done to every text: by the plan and its ledger's key, else all that is known.

    A plan that turns redaction off speaks of runs; what strangers wrote is redacted still.
    """
    path = ledger_path(plan_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_ledger(path) as ledger:
        key = run_key(ledger, environment or Environment())
    made = redactor(plan, key) if plan is not None else None
    return made if isinstance(made, Redactor) else Redactor(RedactPlan(), key)


def _rated(options: BuildOptions, there: Dataset) -> Rated:
    """What was said of answers elsewhere: in the ledger, and in a ratings file."""
    found = dict(rated_in_project(options.plan, there)) if options.plan and len(there) else {}
    if options.ratings is not None:
        found |= rated_in_file(options.ratings, options.plan)
    return found


def _silent(what: str) -> None:
    """Tell nobody."""
