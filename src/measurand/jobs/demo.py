"""The verb ``demo``: a simulated support bot, evaluated end to end, beside its planted truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from measurand.analysis.measure import OVERALL
from measurand.core.plan import Plan
from measurand.core.rating import Column, Ratings
from measurand.core.rubric import RaterSpec, Rubric
from measurand.core.running import JudgeModel, JudgePlan, Price, RunPlan
from measurand.core.system import System
from measurand.errors import UsageError
from measurand.jobs.answer import Answer
from measurand.jobs.compare import compare_findings, planned_options
from measurand.jobs.import_ratings import import_ratings
from measurand.jobs.places import ledger_path
from measurand.jobs.project import from_project
from measurand.jobs.run import Watch, run
from measurand.jobs.simulated import simulated_provider
from measurand.jobs.source import Reading, Source
from measurand.jobs.texts import texts_of
from measurand.models.environment import Environment
from measurand.report.comparison_page import comparison_document
from measurand.report.sections import PageContext, Planted
from measurand.simulate.support_bot import REPLY_SCHEMA, UNSAFE_PATTERNS, SupportBot, support_bot
from measurand.simulate.truth import planted_truth
from measurand.store.dataset import Dataset
from measurand.store.outputs import write_outputs
from measurand.store.plans import write_plan
from measurand.store.ratings import write_ratings

__all__ = ["BANNER", "Demo", "demo", "timeless"]

EXPERT = "expert"
_KEY = "the demo has nothing to hide from its readers"
"""So that the same seed gives the same page; a real project's key is random, and its own."""
PRICES = {
    "sim/today": Price(input=0.6, output=2.4),
    "sim/candidate": Price(input=1.1, output=4.4),
    "sim/floor": Price(input=0.05, output=0.2),
    "sim/judge": Price(input=3.0, output=15.0, cached=0.3),
}
MARK = Path(".measurand") / "demo"
BANNER = "SIMULATED DATA: questions, answers, people and judge are made up, so the truth is known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What the demo left behind.

    Args:
        answer: The findings and their document.
        page: The report.
        folder: A project one can go on working in.
    """

    answer: Answer
    page: Path
    folder: Path


def demo(folder: Path, *, seed: int = 7, watch: Watch | None = None) -> Demo:
    """Simulate a support bot, ask, check and judge its systems, compare them, write the report.

    Everything after the simulation goes the way that a user's own project goes: files, plan,
    import, calls to a provider (a simulated one, on this machine), checks, judge, ledger,
    comparison, page.

    Args:
        folder: Where data, outputs, ratings, plan, ledger and report go.
        seed: Of the simulation.
        watch: Told how far the run is.

    Raises:
        UsageError: The folder holds somebody's project.
    """
    if seed < 0:
        raise UsageError(f"a seed is 0 or more; found {seed}")
    _refuse_others_work(folder)
    with simulated_provider(seed) as address:
        told = Environment({"SIM_BASE_URL": address, "MEASURAND_KEY": _KEY})
        world = support_bot(seed)
        plan = _write(world, folder, seed)
        ledger = ledger_path(plan)
        ledger.unlink(missing_ok=True)
        import_ratings(folder / "ratings.csv", ledger=ledger, reading=Reading(plan=plan))
        run(plan, watch=watch, environment=told)
    source = timeless(from_project(plan, environment=told))
    found = compare_findings(source, planned_options(source), every_result=True)
    # Overlap metrics are computed, and timed, when they are shown.
    lasting = tuple(result for result in found.results if result.name != "seconds_per_output")
    findings = replace(found, results=lasting)
    context = PageContext(
        title="Simulated support bot",
        subtitle=f"{len(world.examples)} examples, {len(world.systems)} systems, three people",
        banner=BANNER,
        intakes=source.intakes,
        rubric=source.rubric,
        systems=world.systems,
        texts=texts_of(source),
        truth=tuple(_planted(world)),
        run=source.run,
    )
    answer = Answer(
        verb="demo",
        findings=findings,
        document=comparison_document(findings, context),
        intakes=source.intakes,
        run=source.run,
    )
    page = folder / "report.html"
    page.write_text(answer.to_html(), encoding="utf-8")
    return Demo(answer=answer, page=page, folder=folder)


def timeless(source: Source) -> Source:
    """The same without seconds: how long a simulated provider takes is this machine's doing."""
    unknown = Column.constant(None, len(source.ratings))
    return replace(
        source,
        ratings=Ratings({**source.ratings.columns, "seconds": unknown}),
        outputs=tuple(replace(output, seconds=None) for output in source.outputs),
    )


def _refuse_others_work(folder: Path) -> None:
    """The demo writes over its own folder, and over nobody else's."""
    plan, mark = folder / "measurand.yaml", folder / MARK
    if plan.exists() and not mark.exists():
        raise UsageError(f"{plan} is not the demo's; give the demo a folder of its own")
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text("This folder belongs to `measurand demo`, which writes over it.\n")


def _write(world: SupportBot, folder: Path, seed: int) -> Path:
    """The files of a project one can go on working in; the path of its plan."""
    Dataset(world.examples).save(folder / "data")
    (folder / "outputs").mkdir(exist_ok=True)
    own = (output for output in world.outputs if output.system == EXPERT)
    write_outputs(folder / "outputs" / f"{EXPERT}.jsonl", own)
    write_ratings(world.ratings.where(kind="people"), folder / "ratings.csv")
    schema = json.dumps(dict(REPLY_SCHEMA), indent=2)
    (folder / "reply.schema.json").write_text(schema + "\n", encoding="utf-8")
    plan = Plan(
        name="support-bot",
        task="Answer customers of a broadband provider by chat (simulated).",
        seed=seed,
        rubric=Rubric(*(replace(d, raters=_raters(d.name)) for d in world.rubric)),
        systems=tuple(map(_target, world.systems)),
        judge=JudgePlan(models=(JudgeModel("sim/judge", family="elm"),), repeats=1),
        prices=PRICES,
        run=RunPlan(connections=50, budget=100.0),
    )
    write_plan(folder / "measurand.yaml", plan)
    return folder / "measurand.yaml"


def _target(system: System) -> System:
    """People's answers are recorded; the others are asked of the simulated provider."""
    if system.name == EXPERT:
        return replace(system, target=f"file:outputs/{EXPERT}.jsonl")
    return replace(system, target=f"sim/{system.name}", parameters={"max_tokens": 1000})


def _raters(dimension: str) -> tuple[RaterSpec, ...]:
    """Code for what can be checked, people and the recorded judge for what cannot."""
    people = (RaterSpec("people"), RaterSpec("judge"))
    return {
        "format": (RaterSpec("check.json_schema", "reply.schema.json"),),
        "completeness": (RaterSpec("check.checklist"),),
        "conciseness": (RaterSpec("check.length_ratio"),),
        "safety": (RaterSpec("check.patterns", {"forbidden": dict(UNSAFE_PATTERNS)}), *people),
    }.get(dimension, people)


def _planted(world: SupportBot) -> Iterator[Planted]:
    """The truth in the units of the estimates: of core, but for blocking and people, of all."""
    truth, core = world.truth, planted_truth(("core",))
    for system in world.systems:
        for dimension in world.rubric:
            share = core.means[system.name, dimension.name]
            value = dimension.scale.from_unit(share)
            if isinstance(value, float):
                yield Planted("mean", value, dimension.name, (system.name,))
        yield Planted("blocking_rate", truth.blocking[system.name], "blocking", (system.name,))
    current = next(system.name for system in world.systems if system.role == "current")
    for pair, value in core.differences.items():
        if pair[1] == current:
            yield Planted("difference", value, OVERALL, pair)
    for name, value in truth.icc1.items():
        yield Planted("icc1", value, name)
