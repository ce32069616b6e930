"""One thing to ask a judge in an audit, and which row its answer becomes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from measurand.core.attack import SETTLED
from measurand.core.fingerprint import fingerprint
from measurand.core.judging import BlindTask, Judgment, Order, Probing, Turn
from measurand.core.probe import BASE, ProbeRow
from measurand.core.probes import ATTACK_NAMES
from measurand.raters.judge.rules import EMPTY

__all__ = ["ProbeTask", "in_session", "turn_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTask:
    """One question to a judge, and the place of its answer in the table of probes.

    Args:
        tasks: What is asked: one task; of the probe ``together`` one for each dimension, to be
            asked in one call.
        example: The example's id.
        system: Whose output it is.
        probe: What was changed, by its name in `measurand.core.probes.PROBES`; `BASE` for nothing.
        repeat: Counts judgments of the same material, from 0.
        against: The other system, of a pair.
        session: Which conversation it is part of; its turns are asked one after the other, each
            with the turns before it, see `in_session`.
        place: Its place in the session, from 0.
        mitigation: Which mitigations are switched on, sorted and joined by commas.
        words: How many words the text has that is shown.
    """

    tasks: tuple[BlindTask, ...]
    example: str
    system: str
    probe: str = BASE
    repeat: int = 0
    against: str | None = None
    session: str | None = None
    place: int | None = None
    mitigation: str = ""
    words: int

    @property
    def task(self) -> BlindTask:
        """What is asked, where it is one dimension; of several the first."""
        return self.tasks[0]

    @property
    def order(self) -> Order | None:
        """Which of a pair is shown first."""
        return self.task.order

    @property
    def id(self) -> str:
        """Its name: the same for the same question in the same place of the table."""
        return fingerprint(
            [
                [one.fingerprint for one in self.tasks],
                [self.example, self.system, self.probe, self.repeat, self.against],
                [self.session, self.place, self.mitigation],
            ]
        )

    def row(self, judgment: Judgment, *, rater: str, dimension: str | None = None) -> ProbeRow:
        """The row that a judgment becomes; what a rule says of an attack is no judge's value.

        Args:
            judgment: What the judge said.
            rater: The judge's name.
            dimension: On which dimension, where several were asked for in one call.
        """
        settled = self.probe in ATTACK_NAMES and judgment.measurement.reason == EMPTY
        return ProbeRow(
            example=self.example,
            system=self.system,
            dimension=dimension or self.task.dimension,
            rater=rater,
            probe=self.probe,
            value=None if settled else judgment.measurement.value,
            failure=SETTLED if settled else judgment.failure,
            repeat=self.repeat,
            against=self.against,
            order=self.order,
            session=self.session,
            place=self.place,
            mitigation=self.mitigation,
            words=self.words,
        )


def in_session(task: BlindTask, turns: tuple[Turn, ...]) -> BlindTask:
    """The task as the next question of a conversation.

    Args:
        task: What is asked.
        turns: What was asked and answered before, in order, see `turn_of`; tasks that a rule
            settled have no reply, so they are no turns.
    """
    probing = task.probing or Probing()
    return replace(task, probing=replace(probing, session=turns))


def turn_of(task: BlindTask, reply: str) -> Turn:
    """A question of a conversation and its reply, as the turns after it hold them."""
    return Turn(task=in_session(task, ()), reply=reply)
