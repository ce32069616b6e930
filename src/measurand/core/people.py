"""People who rate: what they are asked, what they say, and who may come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from measurand.core.judging import Order
from measurand.core.scale import Scale, Value

__all__ = [
    "ADJUDICATION",
    "CANNOT_JUDGE",
    "LONGEST_COMMENT",
    "LONGEST_NAME",
    "MOST_NUMBER",
    "MOST_PARTS",
    "MOST_SECONDS",
    "PAIR_LABELS",
    "PURPOSES",
    "RATING_ROLES",
    "REVIEW_ROLES",
    "ROLES",
    "WITHDRAWN",
    "Access",
    "Answer",
    "Assignment",
    "Item",
    "Mark",
    "Purpose",
    "Role",
    "Span",
    "Stage",
    "is_pairwise",
    "name_fault",
]

Purpose = Literal["sample", "routed", "golden"]
"""Why an output is rated: drawn at random, chosen for a reason, or with a known right rating."""
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)

Role = Literal["rater", "adjudicator", "organiser", "reviewer", "expert"]
ROLES: tuple[Role, ...] = get_args(Role)
RATING_ROLES: tuple[Role, ...] = ROLES[:3]
"""Roles at the rating desk."""
REVIEW_ROLES: tuple[Role, ...] = ROLES[3:]
"""Roles at the review of an evaluation set: who decides everything, and who answers golden
examples."""

Stage = Literal["training", "work"]

ADJUDICATION = "adjudication"
"""The rater's name under which adjudicated ratings, of kind ``reference``, stand."""
CANNOT_JUDGE = "cannot judge"
"""How the reason begins where a person had looked and could not say."""
WITHDRAWN = "withdrawn by the rater"
"""The reason where a person took a rating back."""
PAIR_LABELS = ("win", "tie", "loss")

LONGEST_COMMENT = 2_000_000
"""Characters of a comment, or of a note on a passage; more is refused, never cut."""
MOST_SECONDS = 7 * 86_400.0
"""Active time on one item beyond which something is wrong: a week."""
MOST_NUMBER = 2**31 - 1
"""Saves of one item that are told apart, and characters of a text that passages lie in."""

MOST_PARTS = 1_000
"""Passages of one output, dimensions of one answer and other values of one mark, at most."""
LONGEST_NAME = 100
"""Characters of a person's name."""

_SHOWN = 60


def name_fault(name: str) -> str | None:
    """Why nobody can be called so: what was found and what is allowed; None where it can be."""
    if 0 < len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip():
        return None
    found = name if len(name) <= LONGEST_NAME else f"{name[:_SHOWN]}…"
    return (
        f"found the name {found!r}; allowed: up to {LONGEST_NAME} characters that can be seen, "
        "no blanks at its ends"
    )


def is_pairwise(scale: Scale) -> bool:
    """Whether ratings on this scale are of two outputs side by side."""
    return set(scale.labels) == set(PAIR_LABELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a person is asked to rate: one output, or two side by side.

    Args:
        key: A fingerprint of the example, the texts and the dimensions, so that another text is
            another item. Never shown to raters.
        example: The example's id.
        system: Whose output.
        against: The other system, where two are compared.
        dimensions: On which dimensions; all pairwise, or none.
        purpose: Only items drawn at random feed estimates.
        probability: With which it was drawn, in (0, 1]; None unless it was. A routed item has one
            where it was drawn to hold judges against people, and feeds nothing else.
        urgency: 0, or higher for what should be looked at first.
        why: What makes it urgent, in a few words.
        raters: How many people are to rate it.
    """

    key: str
    example: str
    system: str
    against: str | None = None
    dimensions: tuple[str, ...]
    purpose: Purpose = "sample"
    probability: float | None = None
    urgency: int = 0
    why: str = ""
    raters: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One item in one rater's queue.

    Args:
        rater: Whose.
        position: Its place in the queue, from 0; all that the rater's browser ever knows of it.
        item: The item's key.
        visit: 0, or 1 where the same rater sees the item for the second time, unaware of it.
        order: Which of a pair stands on the left: ``ab`` the system's own output.
        stage: Whether it is for training, with feedback, or for work.
    """

    rater: str
    position: int
    item: str
    visit: int = 0
    order: Order | None = None
    stage: Stage = "work"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a person says on one dimension.

    Args:
        value: The rating, told of the pair's first system; None where there is none (yet).
        also: Other values that are as reasonable.
        cannot: Whether the person has looked and cannot say.
    """

    value: Value | None = None
    also: tuple[Value, ...] = ()
    cannot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A passage of an output that a person flagged.

    Args:
        start: Where it begins, in characters (Unicode code points) of the text.
        end: Where it ends.
        side: Of a pair, whose text: 0 the system's own, 1 the other's.
        note: Why, in a few words.
    """

    start: int
    end: int
    side: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All that a person has said of one item by now; a later one takes its place.

    Args:
        marks: By dimension.
        comment: In the person's own words.
        spans: Passages that were flagged.
        seconds: Active time spent on the item so far; unknown is None, never 0.
        done: Whether the person has moved on.
        skipped: Whether the person left it for others.
        number: Counts the saves of one item from 1; what comes late does not undo what came after.
    """

    marks: Mapping[str, Mark] = field(default_factory=dict)
    comment: str = ""
    spans: tuple[Span, ...] = ()
    seconds: float | None = None
    done: bool = False
    skipped: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Somebody who may come in by a personal link.

    Args:
        name: The person's name: the rater's name in the table of ratings.
        role: What they may do.
        digest: The SHA-256 of the link's token, in hexadecimal digits; the token is not kept.
        expires: From when on it is refused; with a time zone.
        revoked: Whether it was taken back.
    """

    name: str
    role: Role
    digest: str
    expires: datetime
    revoked: bool = False
