"""The page of a build: what came in, what was drawn, where it comes from, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from measurand.core.example import Component
from measurand.core.set_commands import commands_for
from measurand.curation.account import BuildAccount, Part
from measurand.curation.edge import REASONS
from measurand.curation.sample import Stratum
from measurand.figures.text import shortened
from measurand.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Fold,
    Paragraph,
    Percent,
    Section,
    Table,
)
from measurand.report.sections import FOOTER, limits_section
from measurand.stats.estimate import Estimate

__all__ = ["build_document"]

_IS: Mapping[Component, str] = MappingProxyType(
    {
        "core": "a random sample of production: what scores are of",
        "edge": "what went wrong, is disputed, or is unlike the rest",
        "adversarial": "attacks, with real questions in them",
        "regression": "answers that were bad, so that they stay mended",
        "golden": "questions for experts to answer",
    }
)
_LINES, _SHOWN, _TEXT = 12, 4, 150


def build_document(account: BuildAccount) -> Document:
    """The page of one build."""
    came = account.came
    name = f" of {account.name}" if account.name else ""
    window = f", {came.since} to {came.until}" if came.since else ""
    return Document(
        title=f"The evaluation set{name}",
        subtitle=(
            f"{account.size:,} examples from {came.eligible:,} interactions{window} · version "
            f"{account.version[:12]} · seed {account.seed}"
        ),
        sections=(
            _set(account),
            _came(account),
            _core(account),
            *_failures(account),
            *_edge(account),
            *_examples(account),
            *_to_do(account),
            *limits_section(account.limits),
        ),
        footer=FOOTER,
    )


def _set(account: BuildAccount) -> Section:
    columns = (
        Column("Part"),
        Column("What it is"),
        Column("Examples", right=True),
        Column("Aim at", right=True),
        Column("Chosen from", right=True),
        Column("In reserve", right=True),
    )
    rows: list[tuple[Cell, ...]] = [
        (part.component, _IS[part.component], part.size, part.minimum, part.available, part.spare)
        for part in account.parts
    ]
    table = Table("Parts of the set", columns, tuple(rows), _short(account))
    told = (
        f"{account.size:,} examples in {account.folder}. Each says where it comes from, and no "
        "question is in it twice."
    )
    return Section("The set", (table,), told)


def _short(account: BuildAccount) -> str:
    """Which parts have fewer examples than were asked for."""
    short = [
        f"{part.component} has {part.size:,} of {part.wanted:,}: no more were left"
        for part in account.parts
        if part.size < part.wanted
    ]
    return "; ".join(short)


def _came(account: BuildAccount) -> Section:
    came = account.came
    folded = came.eligible - came.questions
    steps: list[tuple[str, int, str]] = [
        ("Rows read", came.rows, f"from {_listed(came.files)}"),
        *((f"Refused: {why}", rows, "") for why, rows in came.refused.items()),
        *((f"Passed over: {why}", rows, "") for why, rows in came.passed.items()),
        ("Interactions", came.records, "a conversation holds several"),
        ("Outside of the window", came.outside, ""),
        ("Read before", came.copied, "the same id, or moment and conversation, and words"),
        ("Without a question", came.unasked, "no part of core"),
        ("Without an answer", came.unanswered, "no part of core; see the limits"),
        ("Stand for production", came.eligible, "what core samples"),
        ("Different questions", came.questions, f"{folded:,} repeat another one"),
    ]
    always = {"Rows read", "Interactions", "Stand for production", "Different questions"}
    rows = tuple(step for step in steps if step[1] or step[0] in always)
    blocks: list[Block] = [
        Table("From rows to questions", (Column(""), Column("Count", right=True), Column("")), rows)
    ]
    if came.most:
        asked = tuple((shortened(text, _TEXT), times) for text, times in came.most)
        columns = (Column("Question"), Column("Times asked", right=True))
        blocks.append(Table("Asked most often", columns, asked, "Near duplicates count as one."))
    odd = [*came.unread, *(f"{what}: {times:,} times" for what, times in came.notes.items())]
    if odd:
        blocks.append(Bullets(tuple(odd)))
    told = (
        "Personal data and secrets were replaced by placeholders before anything else was done, "
        f"which changed {came.replaced:,} of {came.records:,} records. "
        "What could not be read is counted."
    )
    return Section("What came in", tuple(blocks), told)


def _core(account: BuildAccount) -> Section:
    strata = sorted(account.strata, key=lambda one: (-one.records, one.name))
    columns = (
        Column("Part of production"),
        Column("Interactions", right=True),
        Column("Share", right=True),
        Column("Different questions", right=True),
        Column("Drawn", right=True),
        Column("Chance of a question", right=True),
    )
    total = sum(one.records for one in strata)
    rows = [_stratum(one, total) for one in strata]
    small = ", ".join(f"{noun} ({len(names):,})" for noun, names in account.joined)
    note = f"Too small to be drawn from alone, and joined with others of their kind: {small}."
    blocks: list[Block] = [
        Paragraph(
            f"Production was parted by {_parted(account)}. Each part got examples in proportion to "
            "its interactions, drawn at random. A question that is asked often counts as often as "
            "it is asked, and is in the set once. Every example knows the chance with which it was "
            "drawn, so that scores can be weighted to what production is: these "
            f"{account.part('core').size:,} are worth {account.effective.value or 0:,.0f} that "
            "count alike."
        ),
        Table(
            "Parts of production, the largest first",
            columns,
            tuple(rows[:_LINES]),
            note if small else "",
        ),
    ]
    if len(rows) > _LINES:
        rest = Table("The other parts", columns, tuple(rows[_LINES:]))
        blocks.append(Fold(f"The other {len(rows) - _LINES:,} parts", (rest,)))
    if small:
        blocks.append(Fold("What was too small to be drawn from alone", (_joined(account),)))
    return Section("Where core comes from", tuple(blocks), "Core alone speaks of production.")


def _joined(account: BuildAccount) -> Table:
    rows = tuple((noun, ", ".join(names)) for noun, names in account.joined)
    return Table("Joined with others of their kind", (Column("What"), Column("Which")), rows)


def _stratum(one: Stratum, total: int) -> tuple[Cell, ...]:
    share = f"{one.records / total:.1%}" if total else ""
    return (one.name, one.records, share, one.questions, one.drawn, f"{one.chance:.2%}")


def _parted(account: BuildAccount) -> str:
    *most, last = (*account.parted, "how often a question was asked")
    return f"{', '.join(most)} and {last}" if most else last


def _failures(account: BuildAccount) -> list[Section]:
    rates = account.rates
    if not rates.bounds:
        return []
    columns = (Column("Where"), Column("Share", right=True), Column("Of", right=True))
    rows: list[tuple[Cell, ...]] = [
        ("in what was answered, which core samples, counted", *_counted(rates.traffic)),
        ("the same as core estimates it, with its interval", Percent(rates.core), rates.core.n),
        ("in all that was asked, answered or not, counted", *_counted(rates.asked)),
        ("in edge, where they were looked for, counted", *_counted(rates.edge)),
    ]
    if rates.enrichment.present:
        times = f"{rates.enrichment.value:,.1f} times"
        rows.append(("edge over all that was asked", times, None))
    found = tuple(
        (
            one.name,
            one.kind,
            f"{'from' if one.above else 'up to'} {one.at:g} {'on' if one.above else ''}".strip(),
            one.bad,
            one.answers,
        )
        for one in rates.bounds
    )
    said = Table(
        "What was taken as a failure",
        (
            Column("Said of answers"),
            Column("By"),
            Column("Bad"),
            Column("Bad answers", right=True),
            Column("Answers", right=True),
        ),
        found,
        "Of two values the lower one is bad; of more, the lowest 15 % of values at most. An answer "
        "is bad where at least half of its values are.",
    )
    told = (
        "Core finds failures as often as they happen. Of the others regression took the worst "
        f"{account.part('regression').size:,}, and edge has as many as it can of what was left."
    )
    return [Section("Known failures", (Table("Known failures", columns, tuple(rows)), said), told)]


def _counted(share: Estimate) -> tuple[str | None, int | None]:
    return (None if share.value is None else f"{share.value:.1%}", share.n)


def _edge(account: BuildAccount) -> list[Section]:
    edge = account.part("edge")
    if not edge.size:
        return []
    columns = (
        Column("Reason"),
        Column("What it means"),
        Column("In the logs", right=True),
        Column("Chosen", right=True),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, what, account.reasons.get(name, 0), edge.by.get(name, 0))
        for name, what in REASONS.items()
    )
    table = Table("Why edge cases were chosen", columns, rows)
    told = (
        "Each reason gave its next candidate in turn, so that none dominates. What core, golden or "
        "regression holds, or nearly, was left out: a reason may have many in the logs and none "
        "here."
    )
    return [Section("Edge cases", (table,), told)]


def _examples(account: BuildAccount) -> Iterator[Section]:
    tables = [_few(part) for part in account.parts if part.size]
    if tables:
        yield Section(
            "A few examples",
            tuple(tables),
            "A few of each part; the files have all, and lineage.jsonl where each is from.",
        )


def _few(part: Part) -> Table:
    rows = tuple(_shown(part))
    names = ["Question", "Where it stands", "By which rule", "Why"]
    if not any(row[-1] for row in rows):
        names, rows = names[:-1], tuple(row[:-1] for row in rows)
    columns = tuple(Column(name) for name in names)
    return Table(f"{part.component}: {_IS[part.component]}", columns, rows)


def _shown(part: Part) -> Iterator[tuple[Cell, ...]]:
    for example, lineage in part.made[:: max(part.size // _SHOWN, 1)][:_SHOWN]:
        why = lineage.because or ", ".join(example.metadata.get("reasons", ()))
        yield (
            shortened(" ".join(example.question.split()), _TEXT),
            lineage.source or "written",
            lineage.rule.removeprefix(f"{part.component}: "),
            why,
        )


def _to_do(account: BuildAccount) -> list[Section]:
    golden, items = account.part("golden"), []
    items.append(
        f"Look through the {account.size:,} examples; nobody has accepted them yet: "
        "measurand data review"
    )
    if golden.size:
        items.append(
            f"Have experts answer the {golden.size:,} golden questions, at the desk or by adding "
            f"references to {account.folder}/golden.jsonl."
        )
    items += _answering(account)
    items += [
        f"{part.component} has {part.size:,} examples, and {part.minimum:,} are worth aiming at: "
        f"{_remedy(part)}"
        for part in account.parts
        if part.size < part.minimum
    ]
    items.append("Then hold the set against what can go wrong with one: measurand data check")
    told = tuple(commands_for(item, account.where) for item in items)
    return [Section("Still to do", (Bullets(told),))]


def _answering(account: BuildAccount) -> Iterator[str]:
    """How the set gets answers, and what its attacks were written without."""
    if account.answers:
        yield (
            "Have it answered, by a system that can be asked or by recorded outputs with these "
            "ids. What production answered is written already; the plan names it with "
            f'{{name: production, role: current, target: "{account.answers}"}}'
        )
    attacks = account.part("adversarial")
    if attacks.size and not account.tasked:
        yield (
            f"No plan says what the task is, so the {attacks.size:,} attacks are of any service "
            "to customers. Write task: in the plan and build again, or look through them closely."
        )


_REMEDY: Mapping[Component, str] = MappingProxyType(
    {
        "core": "build from more logs.",
        "edge": "build from more logs, or from logs with ratings.",
        "adversarial": "more are written by: measurand data attacks",
        "regression": "add each failure as it is found: measurand data regress.",
        "golden": "build from more logs.",
    }
)


def _remedy(part: Part) -> str:
    """What brings more: where no more were asked for, asking."""
    if part.size < part.wanted:
        return _REMEDY[part.component]
    return f"ask for more with --sizes {part.component}={part.minimum}."


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else shown
