"""The page of a mismatch: is the set as production, what does it lack, what is the headline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from measurand.analysis.mismatch import Mismatch
from measurand.analysis.mismatch_channels import ChannelTest, Matters
from measurand.analysis.mismatch_gaps import Gap
from measurand.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Fold,
    KeyValue,
    Outcome,
    Paragraph,
    Percent,
    Section,
    Table,
)
from measurand.report.mismatch_weights import HEADLINE, USE, WORTH, headline_section, use_section
from measurand.report.sections import FOOTER, limits_section
from measurand.report.words import basis

__all__ = ["SHOWN", "MismatchContext", "mismatch_document", "mismatch_part"]

CHANNELS, ADD, MANY = "Is the set as production?", "What to add", "What there is too much of"
SHOWN = frozenset({CHANNELS, ADD, MANY, HEADLINE, WORTH, USE})
"""The sections that answer the question."""
_NAMES: Mapping[str, str] = {
    "text": "what is asked (text)",
    "length": "length",
    "language": "language",
    "segment": "segment",
    "intent": "intent",
}
_COLUMNS = (
    Column("Kind"),
    Column("By"),
    Column("State"),
    Column("Of production", right=True),
    Column("Of the set", right=True),
    Column("Has", right=True),
)
"""Those of a gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MismatchContext:
    """What the page knows besides the findings.

    Args:
        name: The project's.
        component: The part of the set that is to be as production.
        data: Where the set is.
        examples: How many of it ask something.
        worth: How many that count alike they are worth.
        window: Facts of the window, by name.
        encoder: What makes vectors.
        repair: What a plan says to weigh by cells, in YAML; empty where no set was tagged.
        saved: The folder of the tagged set; empty where none was asked for.
        matters: From which size on a shift matters.
    """

    name: str = ""
    component: str = "core"
    data: str = ""
    examples: int = 0
    worth: float = 0.0
    window: tuple[tuple[str, str], ...] = ()
    encoder: str = ""
    repair: str = ""
    saved: str = ""
    matters: Matters = field(default_factory=Matters)


def mismatch_document(found: Mismatch, context: MismatchContext) -> Document:
    """The page; every result appears on it once."""
    results, verdicts = found.findings.results, found.findings.verdicts
    sections = [
        _channels(found, context),
        *_add(found.gaps),
        *_many(found.gaps),
        *headline_section(results),
        *use_section(found.cells, context.repair, saved=context.saved),
        *_others(found.others),
        *_kinds(found.gaps),
        Section("The two sides", (KeyValue(_facts(context)),), "What was compared."),
        *limits_section(found.findings.limits),
    ]
    subtitle = ": ".join(filter(None, (context.name, f"{context.component} against production")))
    return Document(
        title="Is the evaluation set as production is?",
        subtitle=subtitle,
        banner=None,
        headlines=verdicts[:1],
        sections=tuple(sections),
        footer=FOOTER,
    )


def mismatch_part(
    found: Mismatch, ids: Sequence[str], traffic: Mapping[str, float]
) -> Mapping[str, Any]:
    """Gaps and weights for other programs."""
    made = found.cells
    weights = {} if made is None else dict(zip(ids, map(float, made.weights), strict=True))
    return {
        "add": [_gap_json(gap) for gap in found.gaps if gap.lacking],
        "too_many": [_gap_json(gap) for gap in found.gaps if _excess(gap)],
        "weights": weights,
        "traffic": dict(traffic),
        "out_of_reach": [] if made is None else [{"of": n, "share": s} for n, s in made.lost],
    }


def _gap_json(gap: Gap) -> Mapping[str, Any]:
    return {
        "channel": gap.channel,
        "kind": gap.kind,
        "state": gap.state,
        "in_set": gap.counts[0],
        "in_window": gap.counts[1],
        "add": gap.add,
        "p": gap.p,
        "examples": [
            {"id": name, "question": text} for name, text in zip(gap.ids, gap.texts, strict=True)
        ],
    }


def _excess(gap: Gap) -> bool:
    return gap.state in {"too many", "not in production"}


def _channels(found: Mismatch, context: MismatchContext) -> Section:
    tests, findings = found.tests, found.findings
    verdicts = findings.verdicts
    after = {r.dimension: r.estimate for r in findings.named("psi_reweighted")}
    by = {verdict.dimension: verdict for verdict in verdicts}
    rows: list[tuple[Cell, ...]] = []
    for test in tests:
        verdict = by.get(test.channel)
        text = test.channel == "text"
        rows.append(
            (
                _NAMES[test.channel],
                None if verdict is None else Outcome.of(verdict),
                Percent(test.estimate) if text else test.estimate,
                after.get(test.channel),
                f"{test.matters:.0%}" if text else f"{test.matters:g}",
                None if test.p is None else f"{test.passing:.0%}",
                None if verdict is None else verdict.n_needed,
            )
        )
    table = Table(
        "How far the set is from production, by channel",
        (
            Column("Channel"),
            Column("Verdict"),
            Column("Shift", right=True),
            Column("After weights", right=True),
            Column("Matters from", right=True),
            Column("Would pass", right=True),
            Column("Examples needed", right=True, detail=True),
        ),
        tuple(rows),
        "Text: as if so much of production were of a topic that the set has nothing of; which "
        "topic is open, and the interval has in it how they differ. Others: the population "
        "stability index, less what chance adds; after weights, where each example counts as "
        "production asks. A channel passes where its interval ends below what matters. Would pass: "
        "about how often a set of this size that is as production does.",
    )
    reasons = Bullets(tuple(f"{_NAMES[v.dimension]}: {v.reason}" for v in verdicts if v.dimension))
    summary = (
        f"The {context.examples:,} questions of {context.component} against production's. Of 100 "
        "sets that are as production, at most 5 fail, in whichever channel."
    )
    return Section(CHANNELS, (*_to_do(found), table, reasons), summary)


def _to_do(found: Mismatch) -> Iterator[Paragraph]:
    """What it means and what to do, before any statistic."""
    if found.findings.verdicts[0].outcome != "fail":
        return
    lacking = [gap for gap in found.gaps if gap.lacking]
    if lacking:
        told = "; ".join(f"{gap.add:,} more of {gap.kind}" for gap in lacking)
        yield Paragraph(
            f"Production asks more of some kinds than the set does. A set of this size needs "
            f"{told}. They are listed under {ADD}; until they are there, weights help."
        )
        return
    yield Paragraph(
        "The set is another mix than production, and no kind of question stands out as missing. "
        "Build core anew from this window (measurand data build); until then, weights help."
    )


def _add(gaps: Sequence[Gap]) -> list[Section]:
    lacking = [gap for gap in gaps if gap.lacking]
    if not lacking:
        return []
    rows: tuple[tuple[Cell, ...], ...] = tuple((*_cells(gap), gap.add) for gap in lacking)
    table = Table(
        "Kinds that the set has too few of",
        (*_COLUMNS, Column("Add", right=True)),
        rows,
        "Gaps beyond chance, by Holm over the kinds of a channel; one kind may stand out where its "
        "channel as a whole does not. Add: what a set of this size lacks; kinds of different "
        "channels overlap, and one question may fill several gaps.",
    )
    blocks: list[Block] = [table]
    for gap in lacking:
        if gap.texts:
            told = Paragraph(f"{gap.kind}, as production asks it:")
            blocks += [told, Bullets(gap.texts)]
    summary = "What production asks and the set does not, or hardly; the questions are redacted."
    return [Section(ADD, tuple(blocks), summary)]


def _cells(gap: Gap) -> tuple[Cell, ...]:
    return (
        gap.kind,
        _NAMES[gap.channel],
        gap.state,
        Percent(gap.production),
        Percent(gap.share),
        gap.counts[0],
    )


def _many(gaps: Sequence[Gap]) -> list[Section]:
    over = [gap for gap in gaps if _excess(gap)]
    if not over:
        return []
    rows: tuple[tuple[Cell, ...], ...] = tuple(_cells(gap) for gap in over)
    table = Table(
        "Kinds that the set has too many of",
        _COLUMNS,
        rows,
    )
    summary = "They need not be removed: weights make them count less."
    return [Section(MANY, (table,), summary)]


def _others(others: Mapping[str, Sequence[ChannelTest]]) -> list[Section]:
    if not others:
        return []
    rows: list[tuple[Cell, ...]] = [
        (name, *(Percent(test.estimate) for test in tests)) for name, tests in others.items()
    ]
    columns = (Column("Component"), Column("Text", right=True))
    table = Table("How far the other components are", columns, tuple(rows))
    summary = (
        "They were chosen and do not sample production, so that there is no verdict on them. Text "
        "is told as above, in topics of production; few examples leave much open, and an interval "
        "that begins at 0 shows no distance."
    )
    return [Section("Other components", (table,), summary)]


def _kinds(gaps: Sequence[Gap]) -> list[Section]:
    tables: list[Block] = []
    for channel in dict.fromkeys(gap.channel for gap in gaps):
        own = sorted(
            (gap for gap in gaps if gap.channel == channel), key=lambda gap: -gap.counts[1]
        )
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (
                gap.kind,
                Percent(gap.production),
                Percent(gap.share),
                gap.counts[1],
                gap.counts[0],
                gap.state,
            )
            for gap in own
        )
        columns = (
            Column("Kind"),
            Column("Of production", right=True),
            Column("Of the set", right=True),
            Column("Questions", right=True),
            Column("Examples", right=True),
            Column("State"),
        )
        note = basis(one for gap in own for one in (gap.production, gap.share))
        tables.append(Fold(f"By {channel}", (Table(f"By {channel}", columns, rows, note),)))
    if not tables:
        return []
    return [Section("Every kind", tuple(tables), "All kinds of questions, on either side.")]


def _facts(context: MismatchContext) -> tuple[tuple[str, str], ...]:
    worth = ""
    if context.worth < context.examples - 0.5:
        worth = f", worth {context.worth:,.0f} that count alike"
    return (
        ("set", f"{context.data}, {context.component}: {context.examples:,} questions{worth}"),
        *((f"window: {name}", told) for name, told in context.window),
        ("encoder", context.encoder),
    )
