"""The section ``anchors`` of a plan: whether its judges stay what they were."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from measurand.core.anchors import ALPHA, LEAST_ANCHORS, AnchorPlan
from measurand.store.codec import Form, Number, Whole

__all__ = ["AnchorForm"]


class AnchorForm(Form):
    """Rated outputs that are frozen and judged again at every run."""

    items: Annotated[Whole, Field(ge=LEAST_ANCHORS)] = 50
    """How many; they are frozen once people have rated so many."""
    alpha: Annotated[Number, Field(gt=0, lt=1)] = ALPHA
    """The probability of a false alarm, ever, for each judge."""

    def build(self) -> AnchorPlan:
        """This part of the plan."""
        return AnchorPlan(items=self.items, alpha=self.alpha)
