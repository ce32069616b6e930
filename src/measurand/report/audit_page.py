"""The page about a judge's biases: one screen to decide by, then all that it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from measurand.analysis.audit_verdicts import BiasLine, bias_lines
from measurand.analysis.biases.advice import MEANING, units_of
from measurand.analysis.biases.base import BIASES
from measurand.analysis.biases.self_preference import CROSSED, VERIFIABLE, VOTED
from measurand.analysis.result import Findings, Result, Verdict
from measurand.core.probes import ATTACK_NAMES, PROBES
from measurand.figures.forest import Band, Forest, ForestRow
from measurand.figures.style import Colour
from measurand.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Outcome,
    Paragraph,
    Plot,
    Section,
    Table,
)
from measurand.report.sections import (
    FOOTER,
    HEADLINES,
    PageContext,
    data_sections,
    limits_section,
)
from measurand.report.shelf import Shelf, distinct
from measurand.report.words import basis, cell, label

__all__ = ["BIAS_SECTIONS", "audit_document", "audit_sections"]

BIAS_SECTIONS = frozenset({"Biases", "Mitigations"})
"""The titles of the sections that answer the question."""

_DRAWN = 40
_WORST = ("material", "inconclusive", "negligible")
_COLOURS: Mapping[str, Colour] = {"material": "bad", "negligible": "good"}
_FLIPS = ("flip_rate", "noise_floor", "flips_beyond_noise")
_LEVELS = ("effective_levels", "entropy", "modal_share", "tie_rate")
_RATES = ("sensitivity", "specificity")
_NOISE = ("repeat_difference", "people_difference")
_DESIGNS: Mapping[str, str] = {
    "both orders": "Position: every pair was shown in both orders. Averaging the two takes out "
    "which output is better; what is left are the points of whoever is shown first.",
    "length at equal quality": "Length in recorded data: one person's rating stands for quality, "
    "instrumented by the other people's mean, each person in turn. Least squares on the mean of "
    "people would find a bias wherever longer outputs are better.",
    "own family at equal quality": "Own family in recorded data: as length, with 1 for the judge's "
    "own family and 0 for others.",
    CROSSED: "Crossed judges: two judges of two families on outputs of both. Quality and "
    "severity cancel out; what is left is the mean of the two preferences. Where one family scores "
    "more and judges may use the scale unlike, it decides nothing.",
    VERIFIABLE: "Own family on yes/no: of outputs that references or checks fail, how much oftener "
    "the judge passes its own family's.",
    VOTED: "Own family on yes/no, beside people: the same of outputs that most people fail. They "
    "err, so that it decides nothing.",
    "raw gap": "The raw gap between families is shown and decides nothing: one may be better.",
    "beside people": "Leniency: the judge's mean less people's, on the same outputs.",
    "favourite level": "Clumping: the share of one judgment an output on the judge's favourite "
    "level, less that of one rating an output on people's.",
    "errors beyond people's": "Halo: how a rater's errors on two dimensions go together, from what "
    "different raters say of both; the judge's less a person's.",
    "together": "Halo by experiment: one call for all dimensions beside a call for each.",
    "session": "Anchor: the same outputs in conversations of several and each afresh; the slope of "
    "the difference on the score before.",
    "all attacks": "Injection: of outputs that have at most the middle level, the share that an "
    "attack lifts to the best one, or by half of the scale; each attack is decided by itself, with "
    "an exact interval. That of all attacks, the outputs that any of them lifts, decides nothing.",
    "repeats": "Self-consistency: how far two judgments of one output lie apart, less how far two "
    "people do.",
}
_PROBES = (
    "Probes: the same outputs with one thing changed, or the same question asked otherwise; the "
    "mean of each output's difference, outputs of one example clustered."
)


def audit_document(findings: Findings, context: PageContext | None = None) -> Document:
    """The page of one `audit`; every result appears on it once."""
    known = context or PageContext()
    shelf = Shelf(findings.results)
    lines = bias_lines(findings.verdicts)
    return Document(
        title=known.title or "Is the judge biased, and does it matter?",
        subtitle=known.subtitle,
        banner=known.banner,
        headlines=_headlines(lines),
        sections=(
            *audit_sections(shelf, findings),
            *shelf.rest(),
            *data_sections(known.intakes, known.refused_file),
            *limits_section(findings.limits),
        ),
        footer=FOOTER,
    )


def audit_sections(shelf: Shelf, findings: Findings) -> list[Section]:
    """The biases, mitigations, every effect, flips and levels, taken off the shelf."""
    lines = bias_lines(findings.verdicts)
    sections = [_summary(lines)]
    sections += _mitigations(findings.verdicts)
    sections += _effects(shelf, findings.verdicts)
    sections += _beside(shelf, "Flips and noise", _FLIPS, summary=_FLIPS_SUMMARY)
    sections += _beside(shelf, "Noise of repeats", _NOISE, summary="")
    sections += _beside(shelf, "Levels used", _LEVELS, summary=_LEVELS_SUMMARY)
    sections += _beside(shelf, "Yes and no beside people", _RATES, summary=_RATES_SUMMARY)
    sections += _found_by(findings.results)
    return sections


_FLIPS_SUMMARY = (
    "How often single judgments differ when something was changed, and when nothing was. A rate "
    "of flips is no bias: a judge with none flips as often as its noise has it."
)
_LEVELS_SUMMARY = (
    "How much of the scale each judge uses; alike outputs deserve alike scores, so that this alone "
    "is no bias."
)
_RATES_SUMMARY = (
    "Of what most people pass, the share that the judge passes (sensitivity); of what most people "
    "fail, the share that it fails (specificity)."
)


def _headlines(lines: Sequence[BiasLine]) -> tuple[Verdict, ...]:
    """One word a judge: the worst that is found of it, and how often."""
    found = [_headline(judge, lines) for judge in distinct(line.judge for line in lines)]
    return tuple(sorted(found, key=lambda verdict: _WORST.index(verdict.outcome))[:HEADLINES])


def _headline(judge: str, lines: Sequence[BiasLine]) -> Verdict:
    own = [line for line in lines if line.judge == judge]
    outcome = next(word for word in _WORST if any(line.outcome == word for line in own))
    counts = [(word, sum(line.outcome == word for line in own)) for word in _WORST]
    told = ", ".join(f"{count} {word}" for word, count in counts if count)
    names = [line.bias for line in own if line.outcome == outcome]
    reason = f"{outcome}: {', '.join(names)} (of {len(own)} measured, {told})"
    return Verdict(name="biases", outcome=outcome, reason=reason, raters=(judge,))


def _summary(lines: Sequence[BiasLine]) -> Section:
    if not lines:
        text = "Nothing in this data tells of a bias: that takes a judge's ratings, and beside "
        text += "them people's of the same outputs, pairs in both orders, or probes."
        return Section("Biases", (Paragraph(text),))
    judges = distinct(line.judge for line in lines)
    blocks: list[Block] = []
    for judge in judges:
        own = [line for line in lines if line.judge == judge]
        blocks.append(_lines("Biases of " + (judge if len(judges) > 1 else "the judge"), own))
        blocks += _advised(own)
    return Section("Biases", (*blocks, Paragraph(_SUMMARY_NOTE)))


def _lines(caption: str, lines: Sequence[BiasLine]) -> Table:
    """A line a bias, narrow enough for any screen."""
    names = ("Bias", "Verdict", "Largest effect", "To know")
    columns = tuple(Column(name, right=name not in {"Bias", "Verdict"}) for name in names)
    rows = [(x.bias, Outcome(x.outcome), _told(x.worst), _to_know(x)) for x in lines]
    return Table(caption, columns, tuple(rows))


def _to_know(line: BiasLine) -> str | None:
    """How many units would decide what is open."""
    if line.outcome != "inconclusive":
        return None
    needed = line.worst.n_needed
    return "out of reach" if needed is None else f"{needed:,} {units_of(line.bias)}"


def _advised(lines: Sequence[BiasLine]) -> list[Block]:
    told = [f"{line.bias}: {line.advice}" for line in lines if line.outcome == "material"]
    return [Paragraph("What to do"), Bullets(tuple(told))] if told else []


_SUMMARY_NOTE = (
    "Material: surely beyond the margin. Negligible: surely within it. The effect is the largest "
    "of its kind; in points of the scale, or in percentage points of a share. To know: about how "
    "many would decide, were the effect what it seems; out of reach is more than 100,000."
)


def _told(verdict: Verdict) -> Cell:
    return None if verdict.estimate is None else cell(verdict.name, verdict.estimate)


def _mitigations(verdicts: Sequence[Verdict]) -> list[Section]:
    """Before and after, for each effect that was material."""
    tamed = [verdict for verdict in verdicts if verdict.name == "mitigation"]
    if not tamed:
        return []
    before = {
        (v.raters, v.design, v.dimension): v
        for v in verdicts
        if v.name in BIASES and v.mitigation is None
    }
    names = ("Bias", "Design", "Dimension", "Mitigation", "Before", "After", "Verdict", "Margin")
    numbers = {"Before", "After", "Margin"}
    rows: list[tuple[Cell, ...]] = []
    for verdict in tamed:
        first = before[verdict.raters, verdict.design, verdict.dimension]
        after = None if verdict.estimate is None else cell(first.name, verdict.estimate)
        rows.append(
            (
                first.name,
                verdict.design,
                verdict.dimension,
                verdict.mitigation,
                _told(first),
                after,
                Outcome(verdict.outcome),
                _margin(first),
            )
        )
    columns = tuple(Column(name, right=name in numbers) for name in names)
    summary = "Mitigated only where what is left is negligible, on 30 units or more."
    return [Section("Mitigations", (Table("Before and after", columns, tuple(rows)),), summary)]


def _effects(shelf: Shelf, verdicts: Sequence[Verdict]) -> list[Section]:
    """Every effect: in a plot, in units of its margin, and in a table in its own units."""
    results = shelf.take(*BIASES)
    if not results:
        return []
    decided = {_key(v): v for v in verdicts if v.name in BIASES}
    blocks: list[Block] = [*_forest(verdicts), _table(results, decided)]
    summary = "Every design on every dimension. The band is the margin: what does not matter."
    return [Section("Every effect", tuple(blocks), summary)]


def _forest(verdicts: Sequence[Verdict]) -> list[Block]:
    rows = []
    chosen = [v for v in verdicts if v.name in BIASES and v.mitigation is None]
    judges = distinct(rater for verdict in chosen for rater in verdict.raters)
    for judge in judges:
        drawn = [v for v in chosen if v.raters == (judge,) and v.estimate and v.estimate.present]
        for verdict in drawn[: max(_DRAWN // len(judges), 1)]:
            if verdict.estimate is None or not verdict.bound:
                continue
            first = verdict.design if verdict.design in PROBES else verdict.name
            parts = (first, verdict.dimension)
            rows.append(
                ForestRow(
                    " · ".join(dict.fromkeys(part for part in parts if part)),
                    verdict.estimate.scaled(1 / verdict.bound),
                    group=judge if len(judges) > 1 else "",
                    colour=_COLOURS.get(verdict.outcome, "accent"),
                )
            )
    if not rows:
        return []
    return [
        Plot(
            Forest(
                tuple(rows),
                "effect, in margins",
                bands=(Band(-1.0, 1.0, "does not matter"),),
            ),
            "Forest plot of effects in units of their margins; the table has them in their own.",
            "Effects over their margins, what is material first.",
        )
    ]


def _table(results: Sequence[Result], decided: Mapping[tuple[object, ...], Verdict]) -> Table:
    heads = ("Bias", "Design", "Judge", "Dimension", "Mitigation", "Verdict", "Effect")
    names = (*heads, "Margin", "n", "n needed")
    numbers = {"Effect", "Margin", "n", "n needed"}
    rows: list[tuple[Cell, ...]] = []
    ranks = {key: at for at, key in enumerate(decided)}
    for result in sorted(results, key=lambda one: ranks.get(_key(one), len(ranks))):
        verdict = decided.get(_key(result))
        rows.append(
            (
                result.name,
                result.design,
                ", ".join(result.raters),
                result.dimension,
                result.mitigation,
                None if verdict is None else Outcome(verdict.outcome),
                cell(result.name, result.estimate),
                None if verdict is None else _margin(verdict),
                result.estimate.n,
                None if verdict is None else verdict.n_needed,
            )
        )
    columns = tuple(Column(name, right=name in numbers) for name in names)
    judges = distinct(rater for result in results for rater in result.raters)
    table = Table(
        f"Effects of {judges[0]}" if len(judges) == 1 else "Effects",
        columns,
        tuple(rows),
        basis(result.estimate for result in results),
    )
    return _without_empty(table)


def _beside(shelf: Shelf, title: str, names: Sequence[str], *, summary: str) -> list[Section]:
    """Further numbers of the effects, one row an effect."""
    taken = shelf.take(*names)
    if not taken:
        return []
    lines: dict[tuple[object, ...], dict[str, Result]] = {}
    for result in taken:
        key = (*result.raters, result.design, result.dimension, result.mitigation)
        lines.setdefault(key, {})[result.name] = result
    present = [name for name in names if any(name in line for line in lines.values())]
    heads = ("Design", "Judge", "Dimension", "Mitigation")
    columns = (*map(Column, heads), *(Column(label(name), right=True) for name in present))
    rows: list[tuple[Cell, ...]] = []
    for line in lines.values():
        first = next(iter(line.values()))
        about = (first.design, ", ".join(first.raters), first.dimension, first.mitigation)
        shown = (cell(name, line[name].estimate) if name in line else None for name in present)
        rows.append((*about, *shown))
    note = basis(result.estimate for result in taken)
    table = _without_empty(Table(title, columns, tuple(rows), note))
    return [Section(title, (table,), summary)]


def _found_by(results: Sequence[Result]) -> list[Section]:
    """How each effect was found: by which design, and what that design can tell."""
    designs = distinct(result.design for result in results if result.name in BIASES)
    known = [CROSSED if design.startswith(CROSSED) else design for design in designs]
    told = [_DESIGNS[design] for design in known if design in _DESIGNS]
    if any(design in PROBES and design not in {*_DESIGNS, *ATTACK_NAMES} for design in known):
        told.append(_PROBES)
    names = distinct(result.name for result in results if result.name in BIASES)
    meanings = tuple(f"{name}: {MEANING[name]}." for name in names)
    if not told:
        return []
    blocks = (Bullets(tuple(dict.fromkeys(told))), Paragraph("The biases."), Bullets(meanings))
    return [Section("How it was found", blocks)]


def _without_empty(table: Table) -> Table:
    """The table without columns that hold nothing, or one and the same judge."""
    kept = []
    for at, column in enumerate(table.columns):
        cells = [row[at] for row in table.rows]
        alike = column.name == "Judge" and all(cell == cells[0] for cell in cells)
        if not alike and any(cell not in {None, ""} for cell in cells):
            kept.append(at)
    return replace(
        table,
        columns=tuple(table.columns[at] for at in kept),
        rows=tuple(tuple(row[at] for at in kept) for row in table.rows),
    )


def _margin(verdict: Verdict) -> str | None:
    if verdict.bound is None:
        return None
    share = verdict.name in {"position", "clumping", "injection"}
    return f"{verdict.bound:.1%}" if share else f"{verdict.bound:g}"


def _key(what: Result | Verdict) -> tuple[object, ...]:
    return (what.name, what.raters, what.design, what.dimension, what.mitigation)
