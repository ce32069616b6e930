"""What a judge is shown, and what it says: neither has a place for who wrote the output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from measurand.core.example import Message, Requirement
from measurand.core.model import Call
from measurand.core.rating import Measurement

__all__ = ["FORMS", "BlindTask", "Form", "Judgment", "Order"]

Form = Literal["pointwise", "checklist", "pairwise"]
FORMS: tuple[Form, ...] = get_args(Form)

Order = Literal["ab", "ba"]
"""Which of a pair is shown first: ``ab`` the system's own output, ``ba`` the other's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindTask:
    """One output, or a pair of them, to be judged on one dimension, once.

    A prompt is rendered from this value and nothing else. It has no field for a system's name,
    family or role, an earlier rating, or another example, so none of them can reach a judge.

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
