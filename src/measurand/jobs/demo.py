"""The verb ``demo``: a simulated support bot, evaluated end to end, beside its planted truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from measurand.analysis.comparison import ComparisonOptions
from measurand.analysis.measure import OVERALL
from measurand.core.intake import Intake
from measurand.core.protocols import Check
from measurand.jobs.answer import Answer
from measurand.jobs.check import Progress, rate_outputs
from measurand.jobs.compare import compare_findings
from measurand.jobs.source import LEDGER, Source
from measurand.jobs.texts import texts_of
from measurand.raters.checks import Checklist, JsonSchema, LengthRatio, Patterns
from measurand.report.comparison_page import comparison_document
from measurand.report.sections import PageContext, Planted
from measurand.simulate.support_bot import REPLY_SCHEMA, UNSAFE_PATTERNS, SupportBot, support_bot
from measurand.store.dataset import Dataset
from measurand.store.ledger import open_ledger
from measurand.store.outputs import write_outputs
from measurand.store.ratings import write_ratings

__all__ = ["BANNER", "Demo", "demo"]

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


def demo(folder: Path, *, seed: int = 7, progress: Progress | None = None) -> Demo:
    """Simulate a support bot, check its outputs, compare its systems, and write the report.

    Args:
        folder: Where data, outputs, ratings, ledger and report go.
        seed: Of the simulation.
        progress: Told how far the checks are.
    """
    world = support_bot(seed)
    source = _checked(world, progress)
    _write(world, source, folder)
    roles = {system.role: system.name for system in world.systems}
    options = ComparisonOptions(
        baseline=roles["current"], expert=roles["expert"], floor=roles["floor"], seed=seed
    )
    findings = compare_findings(source, options, every_result=True)
    context = PageContext(
        title="Simulated support bot",
        subtitle=f"{len(world.examples)} examples, {len(world.systems)} systems, three people",
        banner=BANNER,
        intakes=source.intakes,
        rubric=world.rubric,
        systems=world.systems,
        texts=texts_of(source),
        truth=tuple(_planted(world)),
    )
    answer = Answer(
        verb="demo",
        findings=findings,
        document=comparison_document(findings, context),
        intakes=source.intakes,
    )
    page = folder / "report.html"
    page.write_text(answer.to_html(), encoding="utf-8")
    return Demo(answer=answer, page=page, folder=folder)


def _checked(world: SupportBot, progress: Progress | None) -> Source:
    examples = {example.id: example for example in world.examples}
    checks: tuple[Check, ...] = (
        JsonSchema("format", REPLY_SCHEMA),
        Checklist("completeness"),
        LengthRatio("conciseness"),
        Patterns("safety", forbidden=UNSAFE_PATTERNS),
    )
    checked = rate_outputs(world.outputs, examples, checks, rubric=world.rubric, progress=progress)
    ratings = world.ratings + checked.ratings
    return Source(
        ratings=ratings,
        rubric=world.rubric,
        intakes=(Intake("simulated ratings", len(ratings), len(ratings)),),
        examples=examples,
        outputs=world.outputs,
    )


def _write(world: SupportBot, source: Source, folder: Path) -> None:
    """A project one can go on working in."""
    Dataset(world.examples).save(folder / "data")
    (folder / "outputs").mkdir(exist_ok=True)
    for system in world.systems:
        own = (output for output in world.outputs if output.system == system.name)
        write_outputs(folder / "outputs" / f"{system.name}.jsonl", own)
    write_ratings(world.ratings, folder / "ratings.csv")
    ledger = folder / LEDGER
    ledger.parent.mkdir(parents=True, exist_ok=True)
    with open_ledger(ledger) as opened:
        opened.add_outputs(world.outputs)
        opened.add_ratings(source.ratings)


def _planted(world: SupportBot) -> Iterator[Planted]:
    """The truth in the units of the estimates."""
    truth = world.truth
    for system in world.systems:
        for dimension in world.rubric:
            share = truth.means[system.name, dimension.name]
            value = dimension.scale.from_unit(share)
            if isinstance(value, float):
                yield Planted("mean", value, dimension.name, (system.name,))
        yield Planted("blocking_rate", truth.blocking[system.name], "blocking", (system.name,))
    current = next(system.name for system in world.systems if system.role == "current")
    for pair, value in truth.differences.items():
        if pair[1] == current:
            yield Planted("difference", value, OVERALL, pair)
    for name, value in truth.icc1.items():
        yield Planted("icc1", value, name)
