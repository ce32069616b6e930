"""The section ``calibration`` of a plan: whether its judges can be trusted."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from measurand.core.calibration import TARGET, CalibrationPlan
from measurand.store.codec import Form, Number, Whole
from measurand.store.plans_candidates import CandidateForm

__all__ = ["CalibrationForm"]


class CalibrationForm(Form):
    """How judges are held against people."""

    target: Annotated[Number, Field(gt=0, lt=1)] = TARGET
    """The correlation with people that a judge is to reach on locked outputs."""
    development: Annotated[Whole, Field(ge=0)] = 50
    """Rated outputs, about, on which judges may be improved; 0 where none was."""
    test: Annotated[Whole, Field(ge=1)] | None = None
    """Rated outputs, about, that are locked until the judge is done; all others when left out."""
    candidates: list[CandidateForm] = Field(default_factory=list)
    """Changes to the judge that are to be tried: measurand improve."""

    def build(self) -> CalibrationPlan:
        """This part of the plan."""
        return CalibrationPlan(
            target=self.target,
            development=self.development,
            test=self.test,
            candidates=tuple(one.build() for one in self.candidates),
        )
