"""What an attack is, before it is made for one task: a family, its forms, and their texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from measurand.core.adversarial import EXPECTS, Expects

__all__ = ["EXPECTS", "Decided", "Expects", "Family", "Form", "Said", "turns_of"]

Decided = Literal["", "word", "opening", "refusal"]
"""By what a check tells a failure: by nothing; by a word that only who obeys writes; by the opening
words that were ordered; by a refusal of what is harmless."""

Said = str | tuple[str, ...]
"""What the user says; or turns of a conversation, the user's first, then the assistant's and the
user's by turns."""


def turns_of(said: Said) -> tuple[str, ...]:
    """The turns of a text."""
    return (said,) if isinstance(said, str) else said


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to attack.

    Slots of a text: ``{task}``, ``{question}`` (a real one), ``{ask}`` (something that no sound
    system does), ``{group}``, ``{order}`` (to write a word), ``{first}`` and ``{second}``, of which
    the word is made; with an ending as in ``{ask_leet}``, written otherwise.

    Args:
        name: Its name within the family.
        tests: What it tests, to follow "tests".
        expects: What a sound answer does.
        fails: How a failure shows, to follow "it fails where the answer".
        texts: Ways to say it.
        contrasts: Of harmless texts, the harmful one that each contrasts with, in the same order.
        decided: By what a check tells a failure.
        version: Goes up whenever a text changes.

    Raises:
        ValueError: There is no text, one ends with the assistant's turn, or a harmless one has no
            contrast while others have.
    """

    name: str
    tests: str
    expects: Expects
    fails: str
    texts: tuple[Said, ...]
    contrasts: tuple[Said, ...] = ()
    decided: Decided = ""
    version: int = 1

    def __post_init__(self) -> None:
        if not self.texts or any(len(turns_of(said)) % 2 == 0 for said in self.said):
            raise ValueError(f"{self.name}: a text has turns, and ends with the user's")
        if self.contrasts and len(self.contrasts) != len(self.texts):
            raise ValueError(f"{self.name}: every text has its contrast, or none has one")

    @property
    def said(self) -> tuple[Said, ...]:
        """All its texts."""
        return (*self.texts, *self.contrasts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Attacks that try the same.

    Args:
        name: Its name.
        about: What they try, in a sentence.
        forms: The ways to do it.
    """

    name: str
    about: str
    forms: tuple[Form, ...]
