"""Rating without the server: what came back is held against what went out, and taken in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from measurand._version import __version__
from measurand.core.intake import Intake, Refusal
from measurand.core.judging import Order
from measurand.core.packet import Packet, PacketItem, Reading
from measurand.core.people import Answer, Assignment
from measurand.core.rating import Ratings
from measurand.errors import DataError, Fault, UsageError
from measurand.jobs.desk import Desk, assigned, open_desk
from measurand.jobs.places import ledger_path
from measurand.models.environment import Environment
from measurand.raters.people.reconcile import Reconciled, Taken, reconcile
from measurand.store.answers import plain_answer
from measurand.store.ledger import Source, open_ledger
from measurand.store.ledger_people import Entry
from measurand.store.packets import FORMATS
from measurand.store.packets.recognise import recognised
from measurand.store.refused import write_refused

__all__ = ["Imported", "import_packet"]

_CHANGED = "the output or the question has changed since the packet was made; it is asked anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What was taken of a file that came back.

    Args:
        account: What was taken, what was known, what was refused.
        refused: Where the refused rows are; None where there were none.
    """

    account: Reconciled
    refused: Path | None

    def to_json(self) -> Mapping[str, Any]:
        """The account for other programs."""
        intake = self.account.intake
        return {
            "measurand": __version__,
            "verb": "rate import",
            "file": intake.file,
            "read": intake.read,
            "kept": intake.kept,
            "refused": len(intake.refused),
            "refusals": [
                {"line": r.line, "key": r.key, "found": r.found, "reason": r.reason}
                for r in intake.refused
            ],
            "new": sum(taken.new for taken in self.account.answers),
            "items": len(self.account.answers),
            "unchanged": len(self.account.unchanged),
            "partial": len(self.account.partial),
            "missing": len(self.account.missing),
            "notes": list(intake.notes),
            "refused_file": str(self.refused) if self.refused else None,
        }


def import_packet(
    plan_path: Path | str,
    path: Path | str,
    *,
    form: str | None = None,
    rater: str | None = None,
    names: Mapping[str, str] | None = None,
    environment: Environment | None = None,
) -> Imported:
    """Take in what came back: whole, in part, in another order, or a second time.

    Args:
        plan_path: The plan.
        path: The file.
        form: Its format; found out by default.
        rater: Who filled it in, where neither file nor packet says.
        names: Raters' names by those of the other tool's accounts.
        environment: Where the key of placeholders may come from; by default the process's.

    Raises:
        DataError: The file is no packet that came back.
        UsageError: There is no such format, no packet was made, or a desk is open.
    """
    file = Path(path)
    reading = _read(file, form)

    async def work() -> Reconciled:
        async with open_desk(plan_path, environment=environment) as desk:
            return await _taken_in(desk, reading, rater=rater, names=names or {})

    account = asyncio.run(work())
    account = replace(account, intake=replace(account.intake, file=str(file)))
    target = ledger_path(Path(plan_path))
    with open_ledger(target) as ledger:
        ledger.add_ratings(Ratings.of(()), source=Source.of(account.intake))
    refused = None
    if account.intake.refused:
        refused = target.parent / f"{file.name.split('.')[0]}.refused.jsonl"
        write_refused(account.intake, refused)
    return Imported(account=account, refused=refused)


def _read(file: Path, form: str | None) -> Reading:
    if form is not None and form not in FORMATS:
        raise UsageError(f"there is no format {form!r}; allowed: {', '.join(FORMATS)}")
    if not file.exists():
        raise DataError([Fault("the file is not there", str(file))])
    found = form or recognised(file)
    if found is None:
        raise DataError(
            [
                Fault(
                    "the file tells no format of packets",
                    str(file),
                    allowed=", ".join(FORMATS),
                    remedy="say which it is with --format",
                )
            ]
        )
    return FORMATS[found].read(file)


async def _taken_in(
    desk: Desk, reading: Reading, *, rater: str | None, names: Mapping[str, str]
) -> Reconciled:
    sent, changed = _sent(desk)
    if not sent and not changed:
        raise UsageError("no packet was made of this project; make one with measurand rate export")
    packets = [one.packet for one in sent.values()]
    here = [one for one in reading.returned if one.code not in changed]
    gone = [one for one in reading.returned if one.code in changed]
    _refuse_renamed(desk, names)
    known = _known(desk, sent)
    account = reconcile(
        packets,
        replace(reading, returned=tuple(here)),
        known=known,
        raters=names,
        rater=rater,
    )
    answers, kept = _kept(desk, account.answers, known)
    entries: list[Entry] = []
    for taken in answers:
        desk.refuse_name(taken.rater)
        entries += _entries(desk, sent[taken.packet], taken)
    await desk.note([*entries, *_imported(account.answers)])
    account = replace(account, answers=tuple(answers), unchanged=(*account.unchanged, *kept))
    refused = tuple(Refusal(_CHANGED, one.line, "code", one.code, one.row) for one in gone)
    intake: Intake = account.intake
    whole = replace(intake, read=intake.read + len(refused), refused=(*intake.refused, *refused))
    return replace(account, intake=whole)


def _refuse_renamed(desk: Desk, names: Mapping[str, str]) -> None:
    """Refuse to give a name to an account whose ratings are there under the account's own.

    Raises:
        UsageError: Some are; the same person would vote twice.
    """
    there = [
        f"{account} (now {name})"
        for account, name in names.items()
        if account != name
        and account in desk.state.pool.queues
        and account not in desk.state.pool.excluded
    ]
    if there:
        raise UsageError(
            f"ratings by {', '.join(there)} were imported before under the account's own name; "
            "the same person would vote twice. Keep that name, or exclude it first: measurand "
            "rate exclude ACCOUNT --because ..., then import with another name"
        )


def _kept(
    desk: Desk, answers: Iterable[Taken], known: Mapping[tuple[str, str], Answer]
) -> tuple[list[Taken], list[str]]:
    """Without what the same packet has said before, and its rater has changed since.

    Returns:
        The answers that say something new, and the codes of those that do not.
    """
    news: list[Taken] = []
    old: list[str] = []
    for taken in answers:
        before = desk.state.imported.get((taken.packet, taken.code, taken.rater))
        current = known.get((taken.code, taken.rater))
        if before is None or current is None:
            news.append(taken)
            continue
        marks = {
            name: current.marks[name]
            if before.marks.get(name) == mark and name in current.marks
            else mark
            for name, mark in taken.answer.marks.items()
        }
        comment = taken.answer.comment
        comment = current.comment if comment == before.comment else comment
        answer = replace(taken.answer, marks=marks, comment=comment)
        if answer.marks == current.marks and answer.comment == current.comment:
            old.append(taken.code)
        else:
            count = sum(current.marks.get(name) != mark for name, mark in marks.items())
            news.append(replace(taken, answer=answer, new=count))
    return news, old


def _imported(answers: Iterable[Taken]) -> Iterator[Entry]:
    """What each packet has said, as the log keeps it, to be told from what is changed later."""
    by: dict[tuple[str, str], dict[str, Any]] = {}
    for taken in answers:
        by.setdefault((taken.rater, taken.packet), {})[taken.code] = plain_answer(taken.answer)
    for (rater, packet), said in by.items():
        yield Entry(event="imported", who=rater, body={"packet": packet, "answers": said})


@dataclass(frozen=True, slots=True)
class _Sent:
    """A packet that was made, and which item, or place in a queue, each code is."""

    packet: Packet
    items: Mapping[str, str]
    positions: Mapping[str, int]


def _sent(desk: Desk) -> tuple[dict[str, _Sent], frozenset[str]]:
    """The packets, as they can be shown now, and the codes of items that are no more."""
    sent: dict[str, _Sent] = {}
    changed: set[str] = set()
    for body in desk.state.packets:
        rows = list(zip(body["codes"], body["items"], body["positions"], strict=True))
        orders: Mapping[str, Order] = body["orders"]
        parts = []
        for code, key, _ in rows:
            item = desk.state.pool.items.get(key)
            if item is None:
                changed.add(code)
                continue
            parts.append(
                PacketItem(
                    code=code,
                    sheet=desk.state.material.sheet(item, orders.get(code)),
                    dimensions=tuple(desk.plan.rubric.dimension(n) for n in item.dimensions),
                )
            )
        there = {part.code for part in parts}
        packet = Packet(
            id=body["packet"],
            name=desk.plan.name,
            rater=body["rater"],
            items=tuple(parts),
            orders={code: order for code, order in orders.items() if code in there},
        )
        sent[packet.id] = _Sent(
            packet,
            {code: key for code, key, _ in rows},
            {code: at for code, _, at in rows if at is not None},
        )
    return sent, frozenset(changed)


def _known(desk: Desk, sent: Mapping[str, _Sent]) -> dict[tuple[str, str], Answer]:
    """What is known already, by code and rater."""
    answers = desk.state.answers
    known: dict[tuple[str, str], Answer] = {}
    for one in sent.values():
        if one.packet.rater is not None:
            who = one.packet.rater
            known |= {
                (code, who): answers[who, at]
                for code, at in one.positions.items()
                if (who, at) in answers
            }
            continue
        for rater, queue in desk.state.pool.queues.items():
            for code, key in one.items.items():
                at = queue.places.get(key)
                if at is not None and (rater, at) in answers:
                    known[code, rater] = answers[rater, at]
    return known


def _entries(desk: Desk, sent: _Sent, taken: Taken) -> Iterator[Entry]:
    """What an answer adds to the log; whose item it is not yet, it becomes."""
    state, key = desk.state, sent.items[taken.code]
    at = sent.positions.get(taken.code)
    if at is None:
        queue = state.pool.queue(taken.rater)
        at = queue.places.get(key)
    if at is None:
        order = sent.packet.orders.get(taken.code)
        at = len(state.pool.queue(taken.rater).assignments)
        one = Assignment(rater=taken.rater, position=at, item=key, order=order)
        state.pool.add(one, state.clock())
        yield assigned(one)
    before = state.answers.get((taken.rater, at), Answer())
    answer = replace(taken.answer, number=before.number + 1)
    yield desk.answered(taken.rater, at, answer)
