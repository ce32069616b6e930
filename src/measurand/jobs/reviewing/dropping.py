"""What takes the place of an example that is dropped, and what that does to core.

A stratum of core is the first so many of its questions in a random order, and each stands for as
many as the stratum has over how many were looked at. An example that does not belong to what is
sampled, as test traffic, is dropped as *ineligible*, and the next of the same order comes in: one
more was looked at. So with m looked at so far, every probability of the stratum becomes
(m + 1) / m of what it was, and the stratum weighs less, as some of it is not what is to be
estimated. Where the reserve is empty, nothing more is looked at, and probabilities stay. Both are
the estimate of a domain; in both the weighted means are those of the eligible part of production.
(`measurand.curation.rotation` is for what belonged there and is stale: there the stratum keeps its
weight.) An example of core that is dropped for being too easy, or odd, would leave a sample of
something else: that is refused.

References:
    Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, sections 3.3 and 10.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from measurand.core.example import Example
from measurand.curation.rotation import Reserve, rotate

__all__ = ["heir_of", "reweighed", "sampled"]


def sampled(example: Example) -> bool:
    """Whether it was drawn from production with a known probability, for core."""
    return example.component == "core" and example.probability is not None


def heir_of(
    example: Example,
    reserve: Iterable[tuple[Example, str]],
    there: Sequence[Example],
    *,
    rule: str,
) -> Example | None:
    """The next in reserve of the same stratum; outside core of the same component, else none.

    Args:
        example: What is dropped.
        reserve: The candidates with their rules, in the order in which they were drawn.
        there: The examples of the set.
        rule: By what it had come in.
    """
    queue = [Reserve(one, by) for one, by in reserve]
    # Only who comes next is asked of a rotation: its weights are for what is stale.
    done = rotate(
        there, queue, lambda one: "" if one is example else None, rules={example.id: rule}
    )
    return done.retired[0].heir if done.retired else None


def reweighed(example: Example, dropped: Example, *, before: int) -> Example:
    """An example, or a candidate, after an ineligible one of core was replaced.

    Args:
        example: It.
        dropped: What was dropped.
        before: How many of its stratum had been looked at, the dropped one too.
    """
    if not sampled(dropped) or example.component != "core" or example.probability is None:
        return example
    if (example.stratum or "") != (dropped.stratum or "") or before < 1:
        return example
    return replace(example, probability=min(example.probability * (before + 1) / before, 1.0))
