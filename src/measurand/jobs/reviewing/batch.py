"""Decisions that a script makes, all or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

from measurand.core.example import COMPONENTS
from measurand.core.review import Wish
from measurand.errors import DataError, Fault, UsageError
from measurand.jobs.review import open_review
from measurand.jobs.reviewing.book import Book
from measurand.jobs.reviewing.editing import edited
from measurand.jobs.reviewing.telling import outcome_answer
from measurand.jobs.set_answer import SetAnswer
from measurand.jobs.set_place import SetPlace
from measurand.store.lines import read_rows

__all__ = ["Wishes", "review_now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a script decides.

    Args:
        by: Who answers for it.
        accept: ``all``, components, or ids.
        drop: Ids.
        because: Why they are dropped.
        ineligible: Whether they do not belong to what core samples.
        edits: A file of edits: one JSON object a line, with ``id`` and the fields that change.
        tags: Pairs of an id and a tag.
    """

    by: str
    accept: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    because: str = ""
    ineligible: bool = False
    edits: Path | None = None
    tags: tuple[tuple[str, str], ...] = ()


def review_now(place: SetPlace, wishes: Wishes, *, now: datetime | None = None) -> SetAnswer:
    """Enter what a script decides, with what was decided before, and write the set.

    Edits come first, then drops, tags, and what is accepted, as it stands then.

    Raises:
        UsageError: Something may not be done; nothing was decided then.
        DataError: An edit is none, the set or the journal cannot be read; all faults at once.
    """
    with open_review(place, now=now) as review:
        _accepted(review.book, wishes.accept)
        steps = tuple(_steps(review.book, wishes))
        review.decide(steps, by=wishes.by, now=now)
        rest = [Wish(act="accept", example=one) for one in _accepted(review.book, wishes.accept)]
        review.decide(rest, by=wishes.by, now=now)
        return outcome_answer(review.finish(now=now))


def _steps(book: Book, wishes: Wishes) -> Iterator[Wish]:
    if wishes.edits is not None:
        yield from _edits(book, wishes.edits)
    for name in wishes.drop:
        content = {"ineligible": wishes.ineligible}
        yield Wish(act="drop", example=name, because=wishes.because, content=content)
    for name, tag in wishes.tags:
        yield Wish(act="tag", example=name, content={"add": [tag]})


def _edits(book: Book, path: Path) -> list[Wish]:
    """The edits of a file.

    Raises:
        DataError: Some are none; every fault is listed.
    """
    faults: list[Fault] = []
    found = []
    for line, cells in read_rows(path, faults):
        name = str(cells.get("id"))
        if name not in book.examples:
            problem = "the set has no such example"
            remedy = "write the id of the example that is edited"
            faults.append(Fault(problem, str(path), line, "id", found=name, remedy=remedy))
            continue
        fields = {key: cell for key, cell in cells.items() if key != "id"}
        try:
            edited(book.examples[name], fields, file=str(path), drawn=book.drawn)
        except DataError as problem:
            faults.extend(replace(one, line=line) for one in problem.faults)
        found.append(Wish(act="edit", example=name, content={"fields": fields}))
    if faults:
        raise DataError(faults)
    return found


def _accepted(book: Book, words: tuple[str, ...]) -> list[str]:
    """The ids that words mean; those that are accepted already are left as they are."""
    names: dict[str, None] = {}
    unknown = []
    for word in words:
        if word == "all" or word in COMPONENTS:
            own = (one for one in book.examples.values() if word in {"all", one.component})
            names.update(dict.fromkeys(one.id for one in own))
        elif word in book.examples:
            names[word] = None
        else:
            unknown.append(word)
    if unknown:
        near = get_close_matches(unknown[0], ("all", *COMPONENTS), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UsageError(
            f"the set has no example or component {', '.join(unknown[:5])}{hint}; allowed: all, "
            f"{', '.join(COMPONENTS)}, or ids"
        )
    return [
        name
        for name in names
        if (known := book.lineage.get(name)) is None or known.accepted_by is None
    ]
