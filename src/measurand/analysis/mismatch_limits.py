"""What a mismatch cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from measurand.analysis.mismatch_cells import Cells
from measurand.analysis.mismatch_channels import ChannelTest
from measurand.analysis.mismatch_headline import ENOUGH
from measurand.analysis.mismatch_sides import Side

__all__ = ["mismatch_limits"]


def mismatch_limits(
    chosen: Side, production: Side, tests: Sequence[ChannelTest], *, made: Cells | None
) -> Iterator[str]:
    """Sentences computed from what they limit."""
    yield (
        "Questions are compared, and not answers, contexts or earlier turns. A shift in what the "
        "encoder does not see, as one of meaning in the same words, is not found."
    )
    if production.total > len(production):
        yield (
            f"The window has {production.total:,} questions; these numbers are of "
            f"{len(production):,} of them, drawn at random by a hash of each."
        )
    if chosen.weights is not None:
        yield (
            f"The set was drawn with unequal chances. Its {len(chosen):,} examples count 1 over "
            f"their chance, and are worth {chosen.worth:,.0f} that count alike. Tests then rest on "
            "large samples, and are not exact."
        )
    tagged = [any(side.segments) for side in (chosen, production)]
    if sum(tagged) == 1:
        which = "the set" if tagged[0] else "production"
        yield f"Only {which} has segments, so that segments are not compared (see --segment-by)."
    yield from _dependent(chosen, production)
    for test in tests:
        if test.p is None:
            yield f"There is no test of {test.channel}: {test.estimate.reason}."
    yield from _weighted(made)
    if made is not None and chosen.independent < ENOUGH:
        yield (
            f"The set has {chosen.independent:,} independent examples, and with fewer than "
            f"{ENOUGH} cells are coarse: weights repair the shift in part, and a mean that is "
            "weighted by them may be off by more than its interval says."
        )


def _dependent(chosen: Side, production: Side) -> Iterator[str]:
    if production.groups is not None:
        count = int(production.groups.max()) + 1
        yield (
            f"The {len(production):,} questions of the window are of {count:,} conversations; "
            "what is told counts these, and not questions, as independent."
        )
    held = {text.strip() for text in production.texts}
    same = sum(text.strip() in held for text in chosen.texts)
    if same * 2 > len(chosen):
        yield (
            f"{same:,} of {len(chosen):,} examples stand word for word in the window. Where the "
            "set was drawn from this very window, the two agree more than two samples would, so "
            "that small shifts since then are missed; take a later window."
        )


def _weighted(made: Cells | None) -> Iterator[str]:
    if made is None:
        yield "Nothing can be re-weighted: no kind of question is on both sides often enough."
        return
    left = int((made.first < 0).sum())
    yield (
        f"Weights are of {len(made.names)} cells of intent, segment and language. They take for "
        "granted that the examples of a cell are as production's questions in it."
    )
    if made.joined:
        yield (
            f"{made.joined:,} cells had fewer than five independent examples and are joined with "
            f"others of their kind. {made.mixed:.0%} of production is of what was joined; within "
            "it no weight tells kinds apart, and the repair is in part."
        )
    if made.capped:
        yield (
            f"The weights of {', '.join(made.capped)} are capped: the set has so few of them that "
            "a handful of examples would decide. There the repair is in part."
        )
    if left:
        yield f"{left:,} examples are of kinds that production does not ask, and count nothing."
