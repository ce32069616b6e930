"""The forms in which examples are asked: as they stand, as twins, in another phrasing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from measurand.analysis.exposure_arms import ORIGINAL, Arm
from measurand.analysis.exposure_gap import TWIN
from measurand.analysis.exposure_style import PLACEBO, STYLE
from measurand.core.example import Example, Message
from measurand.core.sampling import draw
from measurand.raters.probes.phrasing import phrased, placebo
from measurand.store.twins import Twin

__all__ = ["Forms", "styled", "twinned", "with_question"]

_BETWEEN = "~"


@dataclass(frozen=True, slots=True)
class Forms:
    """Examples in several forms.

    Args:
        examples: Every form, under an id of its own.
        arms: Of which example each id is which form.
        left: How many examples have no second form.
    """

    examples: tuple[Example, ...]
    arms: Mapping[str, Arm]
    left: int


def twinned(examples: Sequence[Example], twins: Iterable[Twin]) -> Forms:
    """The examples that have a twin, as they stand and as the twin has them."""
    known = {example.id: example for example in examples}
    found: list[tuple[Example, Arm]] = []
    count = 0
    for twin in twins:
        if (example := known.get(twin.of)) is None:
            continue
        count += 1
        found += [
            (example, Arm(example.id, ORIGINAL)),
            _form(example, twin.messages, TWIN, form=twin.by),
        ]
    return _forms(found, len(examples) - count)


def styled(examples: Sequence[Example], *, seed: int) -> Forms:
    """The examples as they stand, in another phrasing, and with an edit that is next to none.

    Which phrasing an example gets hangs on its id and the seed alone.
    """
    found: list[tuple[Example, Arm]] = []
    left = 0
    for example in examples:
        other = phrased(example.question, draw(seed, "phrasing", example.id))
        if other is None:
            left += 1
            continue
        slight = placebo(example.question, draw(seed, "placebo", example.id))
        found += [
            (example, Arm(example.id, ORIGINAL)),
            _form(example, with_question(example, other.text), STYLE, form=other.form),
            _form(example, with_question(example, slight), PLACEBO),
        ]
    return _forms(found, left)


def with_question(example: Example, text: str) -> tuple[Message, ...]:
    """The conversation with another last thing said by the user."""
    messages = list(example.messages)
    for place in reversed(range(len(messages))):
        if messages[place].role == "user":
            messages[place] = Message("user", text)
            break
    return tuple(messages)


def _form(
    example: Example, messages: tuple[Message, ...], kind: str, *, form: str = ""
) -> tuple[Example, Arm]:
    """An example in another form; what counts as right stays as it is."""
    name = f"{example.id}{_BETWEEN}{kind}"
    return replace(example, id=name, messages=messages), Arm(example.id, kind, form)


def _forms(found: Sequence[tuple[Example, Arm]], left: int) -> Forms:
    return Forms(
        tuple(_distinct(example for example, _ in found)),
        {example.id: arm for example, arm in found},
        left,
    )


def _distinct(examples: Iterable[Example]) -> Iterator[Example]:
    seen: set[str] = set()
    for example in examples:
        if example.id not in seen:
            seen.add(example.id)
            yield example
