"""What an audit asks of a judge: from outputs and a design to the questions, by a seed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from measurand.core.judging import BlindTask, Order
from measurand.core.probe import BASE
from measurand.core.probes import PROBES, SESSION, TOGETHER
from measurand.core.protocols import Judge
from measurand.core.rubric import Rubric
from measurand.core.sampling import draw
from measurand.raters.judge.plain import concerns_format
from measurand.raters.judge.prompt import form_of
from measurand.raters.judge.rules import says_nothing
from measurand.raters.probes.acting import Probed, apply
from measurand.raters.probes.attacks import attack, best_level
from measurand.raters.probes.design import IN_A_SESSION, Answered, AuditDesign
from measurand.raters.probes.fairness import unfair
from measurand.raters.probes.pieces import word_count
from measurand.raters.probes.questions import asked_otherwise
from measurand.raters.probes.task import ProbeTask

__all__ = ["Planned", "plan_probes"]

PAIRS = "pairs"
"""What counts of declined and of judged units call pairs of outputs."""

_ORDERS: tuple[Order, ...] = ("ab", "ba")
_PLAIN = "plain_text"
_TRIES = 4
"""So many times as many outputs as are wanted are tried besides, where a probe cannot act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What an audit asks of one judge.

    Args:
        tasks: The questions, those of one conversation in order.
        declined: Where a probe could not act, by its name: the reasons and how often each.
    """

    tasks: tuple[ProbeTask, ...] = field(repr=False)
    declined: Mapping[str, Mapping[str, int]]

    @property
    def calls(self) -> int:
        """How many questions there are; what a rule settles takes no call."""
        return len(self.tasks)

    @property
    def units(self) -> Mapping[str, int]:
        """Judged units, an output or a pair shown once, whatever the number of dimensions; by what.

        The names are those of biases, with ``base`` for outputs as they are, ``repeats`` for those
        again, and `PAIRS` for pairs.
        """
        found: dict[str, set[object]] = defaultdict(set)
        for one in self.tasks:
            shown = (one.example, one.system, one.against, one.order)
            what = (one.probe, one.repeat, one.mitigation, one.place is not None)
            found[_counted(one)].add((*shown, *what))
        return {name: len(units) for name, units in found.items()}


def plan_probes(
    pool: Iterable[Answered],
    judge: Judge,
    rubric: Rubric,
    *,
    design: AuditDesign,
    family: str | None = None,
    known: Mapping[tuple[str, str], float] | None = None,
) -> Planned:
    """What an audit asks of one judge.

    Outputs are drawn so that examples are many and repeat late. Where a probe cannot act on an
    output the next ones of the pool are tried, and are judged as they are too. Levels are listed
    from worst to best throughout, but for the probe that turns them round.

    Args:
        pool: The outputs that may be shown.
        judge: The judge; its own tasks say what it judges, in which form.
        rubric: The dimensions.
        design: How large the audit is.
        family: The judge's family, for the probe that claims it.
        known: What is known of outputs, from 0 to 1, by example and system: attacks go to the
            lowest, which have most to gain.
    """
    ordered = _ordered((one for one in pool if not says_nothing(one.output)), design.seed)
    planner = _Planner(judge, rubric, design=design, family=family)
    chosen = ordered[: design.items]
    for name in design.probes:
        planner.probe(name, chosen, ordered[design.items :])
    planner.pairs(_pairs(ordered, design.seed)[: design.pairs])
    weak = sorted(ordered, key=lambda one: (known or {}).get((one.example.id, one.system), 1.0))
    planner.attacks(weak[: design.attacks])
    tasks = (*planner.base(chosen), *planner.tasks)
    return Planned(
        tasks=tasks, declined={name: dict(why) for name, why in planner.declined.items()}
    )


class _Planner:
    """Gathers the questions of one audit."""

    def __init__(
        self, judge: Judge, rubric: Rubric, *, design: AuditDesign, family: str | None
    ) -> None:
        self.judge = judge
        self.rubric = rubric
        self.design = design
        self.family = family
        self.tasks: list[ProbeTask] = []
        self.declined: dict[str, Counter[str]] = defaultdict(Counter)
        self._used: dict[tuple[str, str], Answered] = {}
        self._single: dict[tuple[str, str], tuple[BlindTask, ...]] = {}

    def base(self, chosen: Sequence[Answered]) -> Iterator[ProbeTask]:
        """Outputs as they are: those chosen, and those that a probe was tried on besides."""
        used = {(one.example.id, one.system): one for one in chosen} | self._used
        for one in used.values():
            for repeat in range(self.design.base_repeats):
                for task in self._own(one):
                    yield from self._arms(one, BASE, replace(task, repeat=repeat), repeat=repeat)

    def probe(self, name: str, chosen: Sequence[Answered], more: Sequence[Answered]) -> None:
        """One probe on as many outputs as the design wants, where the pool has them."""
        acts = PROBES[name].acts
        if acts == "session":
            self._sessions(chosen)
        elif acts == "together":
            for one in chosen:
                self._together(one)
        else:
            act = self._text if acts == "text" else self._question
            left = len(chosen)
            for one in (*chosen, *more[: _TRIES * len(chosen)]):
                if left and act(name, one):
                    self._used[one.example.id, one.system] = one
                    left -= 1

    def pairs(self, pairs: Sequence[tuple[Answered, Answered]]) -> None:
        """Pairs in both orders, and some once more in the first."""
        if not pairs:
            self.declined[PAIRS]["no two systems have answered the same example differently"] += 1
        for at, (one, other) in enumerate(pairs):
            repeats = [0, 1] if at < self.design.repeated_pairs else [0]
            for task in self._pair_tasks(one, other):
                self._add_pair(one, other, replace(task, repeat=0))
                if task.order == "ab" and 1 in repeats:
                    self._add_pair(one, other, replace(task, repeat=1))

    def attacks(self, chosen: Sequence[Answered]) -> None:
        """Each attack on each of the outputs, for the best level of each dimension."""
        for one in chosen:
            self._used[one.example.id, one.system] = one
            for name in self.design.attack_names:
                for task in self._own(one):
                    best = best_level(self.rubric.dimension(task.dimension))
                    if best is None or form_of(task) != "pointwise":
                        self.declined[name][f"{task.dimension} has no level that is the best"] += 1
                        continue
                    made = attack(name, one.example, one.output, best=best, seed=self.design.seed)
                    self._add(one, name, replace(task, output=made.text), words=made.words)

    def _own(self, one: Answered) -> tuple[BlindTask, ...]:
        """The judge's tasks about an output by itself, one a dimension, shown as it came."""
        key = (one.example.id, one.system)
        if key not in self._single:
            self._single[key] = tuple(
                replace(task, reversed=False, plain=False)
                for task in self.judge.tasks(one.example, one.output)
                if task.repeat == 0
            )
        return self._single[key]

    def _text(self, name: str, one: Answered) -> bool:
        """A probe of texts on one output; whether it acted."""
        fair = []
        for task in self._own(one):
            if why := unfair(name, self.rubric.dimension(task.dimension)):
                self.declined[name][f"{task.dimension}: {why}"] += 1
            else:
                fair.append(task)
        if not fair:
            return False
        made = apply(name, one.example, one.output, seed=self.design.seed, family=self.family)
        if not made.kept:
            self.declined[name][made.why] += 1
            return False
        for task in fair:
            self.tasks += self._arms(one, name, replace(task, output=made.text), made=made)
        return True

    def _question(self, name: str, one: Answered) -> bool:
        acted = False
        for task in self._own(one):
            changed = asked_otherwise(name, task, self.rubric, seed=self.design.seed)
            if isinstance(changed, str):
                self.declined[name][changed] += 1
            else:
                self._add(one, name, changed)
                acted = True
        return acted

    def _arms(
        self,
        one: Answered,
        probe: str,
        task: BlindTask,
        *,
        repeat: int = 0,
        made: Probed | None = None,
    ) -> Iterator[ProbeTask]:
        """The question as it is, and once more under each mitigation that the probe tells of."""
        words = word_count(one.output) if made is None else made.words
        yield _task(one, probe, task, repeat=repeat, words=words)
        told = probe == BASE or PROBES[probe].bias == "style"
        able = not concerns_format(self.rubric.dimension(task.dimension))
        if _PLAIN in self.design.mitigations and told and able:
            plain = replace(task, plain=True)
            yield _task(one, probe, plain, repeat=repeat, words=words, mitigation=_PLAIN)

    def _sessions(self, chosen: Sequence[Answered]) -> None:
        """Conversations of ten outputs, in an order of their own; one for each dimension."""
        seed = self.design.seed
        mixed = sorted(chosen, key=lambda one: draw(SESSION, seed, one.example.id, one.system))
        for number in range(min(self.design.sessions, -(-len(mixed) // IN_A_SESSION))):
            part = mixed[number * IN_A_SESSION : (number + 1) * IN_A_SESSION]
            for place, one in enumerate(part):
                for task in self._own(one):
                    if form_of(task) != "pointwise":
                        continue
                    name = f"{number + 1}/{task.dimension}"
                    self.tasks.append(
                        replace(
                            _task(one, SESSION, task, words=word_count(one.output)),
                            session=name,
                            place=place,
                        )
                    )

    def _together(self, one: Answered) -> None:
        """Everything pointwise about an output in one call, where that is more than one thing."""
        groups: dict[BlindTask, list[BlindTask]] = defaultdict(list)
        for task in self._own(one):
            if form_of(task) == "pointwise" and not task.exemplars:
                groups[replace(task, dimension="", note="")].append(task)
        asked = max(groups.values(), key=len, default=[])
        if len(asked) > 1:
            self.tasks.append(
                replace(
                    _task(one, TOGETHER, asked[0], words=word_count(one.output)), tasks=tuple(asked)
                )
            )
        else:
            self.declined[TOGETHER]["fewer than two dimensions are judged in the same way"] += 1

    def _pair_tasks(self, one: Answered, other: Answered) -> Iterator[BlindTask]:
        """The judge's own comparisons; of a judge that makes none, one for each dimension."""
        own = [
            replace(task, reversed=False, plain=False)
            for task in self.judge.tasks(one.example, one.output, other=other.output)
            if task.repeat == 0
        ]
        if own:
            yield from own
            return
        for task in self._own(one):
            if form_of(task) == "pointwise":
                for order in _ORDERS:
                    yield replace(task, other=other.output, order=order, exemplars=())

    def _add(self, one: Answered, probe: str, task: BlindTask, *, words: int | None = None) -> None:
        count = word_count(one.output) if words is None else words
        self.tasks.append(_task(one, probe, task, words=count))

    def _add_pair(self, one: Answered, other: Answered, task: BlindTask) -> None:
        made = _task(one, BASE, task, repeat=task.repeat, words=word_count(one.output))
        self.tasks.append(replace(made, against=other.system))


def _task(
    one: Answered,
    probe: str,
    task: BlindTask,
    *,
    words: int,
    repeat: int = 0,
    mitigation: str = "",
) -> ProbeTask:
    return ProbeTask(
        tasks=(task,),
        example=one.example.id,
        system=one.system,
        probe=probe,
        repeat=repeat,
        mitigation=mitigation,
        words=words,
    )


def _ordered(pool: Iterable[Answered], seed: int) -> list[Answered]:
    """The pool in the order in which it is drawn: first one output of every example."""
    by_example: dict[str, list[Answered]] = defaultdict(list)
    for one in pool:
        by_example[one.example.id].append(one)
    placed = []
    for name, outputs in by_example.items():
        outputs.sort(key=lambda one: draw("output", seed, name, one.system))
        placed += [(at, draw("example", seed, name), one) for at, one in enumerate(outputs)]
    return [one for _, _, one in sorted(placed, key=lambda found: found[:2])]


def _pairs(ordered: Sequence[Answered], seed: int) -> list[tuple[Answered, Answered]]:
    """Outputs of two systems on one example, that differ; first one pair of every example."""
    by_example: dict[str, list[Answered]] = defaultdict(list)
    for one in ordered:
        by_example[one.example.id].append(one)
    found = []
    for name, outputs in by_example.items():
        own = sorted(outputs, key=lambda one: one.system)
        pairs = [
            (one, other)
            for at, one in enumerate(own)
            for other in own[at + 1 :]
            if one.output != other.output
        ]
        pairs.sort(key=lambda pair: draw("pair", seed, name, pair[0].system, pair[1].system))
        found += [(at, draw("pairs", seed, name), pair) for at, pair in enumerate(pairs)]
    return [pair for _, _, pair in sorted(found, key=lambda one: one[:2])]


def _counted(one: ProbeTask) -> str:
    if one.against is not None:
        return PAIRS
    if one.probe == BASE:
        return "repeats" if one.repeat else BASE
    return PROBES[one.probe].bias
