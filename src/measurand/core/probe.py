"""One judgment that was made to measure the judge, and not the system.

A probe changes one thing about what a judge is shown, and nothing else: the output's surface, the
order in which levels or outputs stand, what was judged before. The judgments of changed and of
unchanged material stand side by side in these rows; how far they differ is the judge's bias.
"""

from __future__ import annotations

from dataclasses import dataclass

from measurand.core.judging import Order
from measurand.core.scale import Value

__all__ = ["BASE", "ProbeRow"]

BASE = "base"
"""The probe that changes nothing: what all others are held against; its repeats tell the noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRow:
    """What a judge said of an output as a probe showed it.

    Args:
        example: The example's id.
        system: Whose output it is.
        dimension: On which dimension.
        rater: The judge's name.
        probe: What was changed, by its name in the catalogue of probes; `BASE` for nothing.
        value: On the dimension's scale; of a pair ``win``, ``tie`` or ``loss`` of the system's own
            output; None when there is none, and then ``failure`` says why.
        failure: The class of `measurand.core.failure.FAILURES` where there is no value; of an
            attack that a rule settled `measurand.core.attack.SETTLED`.
        repeat: Counts judgments of the same material by the same judge, from 0.
        against: The other system, of a pair.
        order: Which of the pair was shown first.
        session: Which conversation it was part of, where several were judged in one; None where
            the judge was asked afresh.
        place: Its place in the session, from 0.
        mitigation: Which mitigations were switched on, their names sorted and joined by commas;
            empty for none.
        words: How many words the text had that was shown.

    Raises:
        ValueError: There is both a value and a failure, or neither; or a place without a session.
    """

    example: str
    system: str
    dimension: str
    rater: str
    probe: str
    value: Value | None
    failure: str | None = None
    repeat: int = 0
    against: str | None = None
    order: Order | None = None
    session: str | None = None
    place: int | None = None
    mitigation: str = ""
    words: int | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.failure is None):
            raise ValueError("a judgment has a value or the class of its failure, and not both")
        if (self.session is None) != (self.place is None):
            raise ValueError("a judgment has a place where it is part of a session, and only there")
