"""What a judge is shown, and what it says: neither has a place for who wrote the output."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal, get_args

from measurand.core.example import Message, Requirement
from measurand.core.fingerprint import fingerprint
from measurand.core.model import Call
from measurand.core.rating import Measurement
from measurand.core.scale import Value

__all__ = [
    "FORMS",
    "LABEL_SETS",
    "BlindTask",
    "Exemplar",
    "Form",
    "Judgment",
    "LabelSet",
    "Order",
    "Probing",
    "Turn",
]

Form = Literal["pointwise", "checklist", "pairwise"]
FORMS: tuple[Form, ...] = get_args(Form)

Order = Literal["ab", "ba"]
"""Which of a pair is shown first: ``ab`` the system's own output, ``ba`` the other's."""

LabelSet = Literal["digits", "letters", "roman", "words"]
"""How levels that are whole numbers are written: as they are, as grades from A for the best on, as
Roman numerals, or as English words."""
LABEL_SETS: tuple[LabelSet, ...] = get_args(LabelSet)

_LATER = frozenset({"exemplars", "plain", "probing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemplar:
    """An answer whose level people have settled, shown to a judge as an example of that level.

    Args:
        messages: The conversation up to the answer.
        output: The answer.
        level: What it deserves, on the scale of the dimension that is asked for.
        reason: Why.
    """

    messages: tuple[Message, ...]
    output: str
    level: Value
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question that a judge was asked before in the same conversation, and its reply.

    Args:
        task: What was asked.
        reply: What it said, as it came.

    Raises:
        ValueError: The task holds a session itself; in a turn it stands alone.
    """

    task: BlindTask
    reply: str

    def __post_init__(self) -> None:
        if self.task.alone is not self.task:
            raise ValueError("a turn's task stands without what was before it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probing:
    """What a probe changes about the question; a judgment that counts has none of it.

    Args:
        label_set: How levels are written.
        wording: Which wording of the question, from 0, the one in use.
        rubric_order: Seeds the order of the rubric's dimensions; 0 leaves it.
        reference_level: The level that an examiner is said to have given the references.
        session: What was judged before in the same conversation, in order.
    """

    label_set: LabelSet = "digits"
    wording: int = 0
    rubric_order: int = 0
    reference_level: Value | None = None
    session: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindTask:
    """One output, or a pair of them, to be judged on one dimension, once.

    A prompt is rendered from this value and nothing else. It has no field for a system's name,
    family or role, so none of them can reach a judge; and an earlier rating, or another example,
    can only as an exemplar that people settled, or where a probe says so.

    Args:
        messages: The conversation up to the answer that was asked for.
        output: The answer to be judged.
        other: The answer it is compared with, in the pairwise form.
        references: Acceptable answers, where the judge may see them.
        context: Passages that the answer must agree with.
        checklist: Elements that the answer must contain, in the checklist form.
        note: What this example adds to the definition of the dimension.
        dimension: Which dimension is asked for.
        repeat: Counts judgments of the same output by the same judge, from 0.
        reversed: Whether levels are listed from best to worst, instead of from worst to best.
        order: Which of a pair is shown first.
        exemplars: Examples of levels, in the order shown; for the pointwise form.
        plain: Whether outputs are shown as plain text, without their Markdown.
        probing: What a probe changes about the question; None wherever a judgment counts.

    Raises:
        ValueError: Exemplars, other labels or a level of the references, with another form than
            the pointwise one.
    """

    messages: tuple[Message, ...]
    output: str
    other: str | None = None
    references: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    checklist: tuple[Requirement, ...] = ()
    note: str = ""
    dimension: str
    repeat: int = 0
    reversed: bool = False
    order: Order | None = None
    exemplars: tuple[Exemplar, ...] = ()
    plain: bool = False
    probing: Probing | None = None

    def __post_init__(self) -> None:
        if self.other is None and not self.checklist:
            return
        if self.exemplars:
            raise ValueError("exemplars are for the pointwise form")
        if self.probing is None:
            return
        if self.probing.label_set != "digits" or self.probing.reference_level is not None:
            raise ValueError("labels, and levels of references, are for the pointwise form")

    @property
    def alone(self) -> BlindTask:
        """The task without what was judged before in the same conversation."""
        if self.probing is None or not self.probing.session:
            return self
        return replace(self, probing=replace(self.probing, session=()))

    @property
    def fingerprint(self) -> str:
        """Changes with what is asked; what is off is no part of it, so that old ones stay."""
        return fingerprint(
            {
                part.name: value
                for part in fields(self)
                if (value := getattr(self, part.name)) or part.name not in _LATER
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """What a judge said in answer to one task, after at most a few calls.

    Args:
        measurement: The value with reason and evidence; a value of None says why.
        failure: The class of `measurand.core.failure.FAILURES` when there is no value.
        calls: The calls it took, a second attempt at a spoiled reply among them.

    Raises:
        ValueError: There is both a value and a failure, or neither.
    """

    measurement: Measurement
    failure: str | None
    calls: tuple[Call, ...] = ()

    def __post_init__(self) -> None:
        if (self.measurement.value is None) == (self.failure is None):
            raise ValueError("a judgment has a value or the class of its failure, and not both")
