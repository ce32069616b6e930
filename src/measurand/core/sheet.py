"""What a person is shown of one item: texts, and nothing that tells whose they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from measurand.core.example import Message
from measurand.core.fingerprint import fingerprint

__all__ = ["Sheet", "shown", "shown_digest"]

_ENDS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One output, or two side by side, as people see them.

    It has no field for a system, a judge's rating or why the item is rated, so none of them can
    reach a person.

    Args:
        messages: The conversation up to the answer that was asked for.
        context: Passages that the answer must agree with.
        references: Acceptable answers; empty where no dimension asks for them.
        texts: The output, or the two of a pair in the order in which they are shown.
        notes: What this example adds to the definition of a dimension, by dimension.

    Raises:
        ValueError: There are neither one nor two texts.
    """

    messages: tuple[Message, ...]
    context: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    texts: tuple[str, ...]
    notes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.texts) not in {1, 2}:
            raise ValueError(f"a sheet shows one output or two; found {len(self.texts)}")

    @property
    def paired(self) -> bool:
        """Whether two outputs stand side by side."""
        return len(self.texts) > 1


def shown(sheet: Sheet) -> dict[str, str]:
    """The sheet as named texts, for files whose cells are text.

    Returns:
        ``conversation``, ``context``, ``reference`` and ``notes``, each empty where there is
        none; then ``output``, or ``left`` and ``right``.
    """
    turns = (f"[{message.role}]\n{message.content}" for message in sheet.messages)
    texts = {
        "conversation": "\n\n".join(turns),
        "context": _listed(sheet.context),
        "reference": _listed(sheet.references),
        "notes": "\n".join(f"{name}: {note}" for name, note in sheet.notes.items()),
    }
    if sheet.paired:
        return texts | {"left": sheet.texts[0], "right": sheet.texts[1]}
    return texts | {"output": sheet.texts[0]}


def shown_digest(texts: Mapping[str, str]) -> str:
    """A fingerprint of the texts of `shown`, by which an edited one is found out.

    Programs that open and save a file change how lines end, and drop characters that nobody sees;
    neither changes what a person was shown, so neither changes the fingerprint. Empty texts do
    not count.
    """
    seen = {name: _UNSEEN.sub("", _ENDS.sub("\n", text)).strip() for name, text in texts.items()}
    return fingerprint({name: text for name, text in seen.items() if text})


def _listed(passages: tuple[str, ...]) -> str:
    if len(passages) < 2:  # noqa: PLR2004 - one passage needs no number
        return "".join(passages)
    return "\n\n".join(f"[{number}]\n{text}" for number, text in enumerate(passages, 1))
