"""The form of what simulated customers ask about, and of what a good reply holds.

Every topic states one fact that its context passage fixes (a wrong answer states another of the
topic's facts), and three elements that a complete reply covers. Phrases of `Element.any_of` occur
in that element's sentences and nowhere else in a reply, so that a left-out element can be found.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Element", "Topic"]


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a complete reply.

    Args:
        name: What it is, in a word or two.
        any_of: Phrases any one of which shows that it is covered.
        sentences: Ways to say it; each holds one of the phrases.
    """

    name: str
    any_of: tuple[str, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that customers ask about.

    Args:
        segment: The tag by which results are broken down.
        questions: Ways to ask; slots: ``{router}``, ``{street}``, ``{month}``, ``{days}``.
        follow_up: What the customer asks next in the same conversation.
        passage: What the provider's handbook says; holds ``{fact}``.
        facts: Values of ``{fact}``, none a part of another.
        leads: Sentences that state ``{fact}``.
        elements: What a complete reply covers besides.
        next_step: What happens next, for the reply's second field.
    """

    segment: str
    questions: tuple[str, ...]
    follow_up: str
    passage: str
    facts: tuple[str, ...]
    leads: tuple[str, ...]
    elements: tuple[Element, Element, Element]
    next_step: str
