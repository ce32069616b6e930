"""A system that knows some items by heart, and answers all others as well as it can."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from measurand.core.sampling import draw

__all__ = ["memorising"]


def memorising(
    answers: Mapping[str, str],
    *,
    known: frozenset[str] = frozenset(),
    skill: float = 0.6,
    seed: int = 0,
    ask_of: Callable[[str], str | None] = str,
) -> Callable[[str], str]:
    """A system with planted memory: in the words that it knows, it answers rightly.

    Args:
        answers: The right answer to each question, as it stands in the set.
        known: The questions that it knows by heart; in any other words it has to think.
        skill: How often it is right where it has to think.
        seed: Decides where.
        ask_of: Of which question another wording is; None where it is of none.

    Returns:
        A function of the question that answers.
    """

    def answer(question: str) -> str:
        if question in known:
            return answers[question]
        of = question if question in answers else ask_of(question)
        if of is None or of not in answers:
            return "I do not know."
        # The same luck for every wording of a question: only memory tells them apart.
        return answers[of] if draw(seed, "skill", of) < skill else "I am not sure about that."

    return answer
