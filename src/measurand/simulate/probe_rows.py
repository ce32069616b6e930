"""What judges with planted biases say of probes: the rows that an audit of them would gather."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from measurand.core.probe import BASE, ProbeRow
from measurand.core.probes import ATTACK_NAMES, PROBES, SESSION, TOGETHER
from measurand.simulate.judge_rows import JudgeWorld, PlantedJudge, opinion, pair_points, score

__all__ = ["ProbePlan", "probe_rows", "tamed"]

Floats = NDArray[np.float64]
_PADDED = 1.5
"""So many times the words of an output has what is padded."""
_DROPPED = 0.6
"""Points of quality that go with the last third."""
_IN_PLACE = frozenset({"attack-master-key", "attack-empty"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbePlan:
    """What is asked of a judge for an audit.

    Args:
        probes: Of texts and questions.
        items: How many outputs each is asked about.
        repeats: Judgments of every unchanged output.
        pairs: Pairs, each in both orders.
        pair_repeats: Judgments of a pair in each order.
        attacks: Attacks, each on ``attacked`` outputs.
        attacked: How many outputs are attacked.
        session: How many outputs are asked about in one conversation; 0 for no conversations.
        together: Whether one call for all dimensions is asked as well.
    """

    probes: Sequence[str] = tuple(
        name for name, one in PROBES.items() if one.usual and one.acts in {"text", "question"}
    )
    items: int = 80
    repeats: int = 2
    pairs: int = 0
    pair_repeats: int = 1
    attacks: Sequence[str] = ATTACK_NAMES
    attacked: int = 0
    session: int = 10
    together: bool = False


def probe_rows(
    world: JudgeWorld,
    judge: PlantedJudge,
    *,
    plan: ProbePlan,
    rng: np.random.Generator,
    mitigation: str = "",
) -> list[ProbeRow]:
    """Every row of one audit; the first outputs of the world are asked about.

    Args:
        world: The outputs.
        judge: The judge.
        plan: What is asked.
        rng: Where noise comes from.
        mitigation: What the rows say was switched on; see `tamed` for a judge on which it worked.
    """
    asked = _Asked(world, judge, opinion(world, judge, rng), rng, mitigation)
    keys = asked.keys[: plan.items]
    rows = list(asked.of(BASE, keys, repeats=plan.repeats))
    for name in plan.probes:
        rows += asked.of(name, keys, repeats=1)
    if plan.session:
        rows += asked.sessions(keys, plan.session)
    if plan.together:
        rows += asked.together(keys)
    for name in plan.attacks if plan.attacked else ():
        rows += asked.attack(name, asked.keys[: plan.attacked])
    if plan.pairs:
        rows += _pairs(judge, plan, rng, dimension=world.dimensions[0], mitigation=mitigation)
    return rows


def tamed(judge: PlantedJudge, *probes: str) -> PlantedJudge:
    """The same judge, which these probes no longer move."""
    return replace(judge, style={k: v for k, v in judge.style.items() if k not in probes})


@dataclass(frozen=True, slots=True)
class _Asked:
    """A judge that is asked about outputs.

    Args:
        world: The outputs.
        judge: The judge.
        latent: What it thinks of every output before noise.
        rng: Where noise comes from.
        mitigation: What rows say was switched on.
    """

    world: JudgeWorld
    judge: PlantedJudge
    latent: Floats
    rng: np.random.Generator
    mitigation: str

    @property
    def keys(self) -> list[tuple[int, int]]:
        """The places of all outputs, system by system within an example."""
        return [(int(e), int(s)) for e, s in np.ndindex(*self.latent.shape[:2])]

    def of(
        self, probe: str, keys: Sequence[tuple[int, int]], *, repeats: int
    ) -> Iterator[ProbeRow]:
        """What is said of these outputs, changed by a probe."""
        moved, times = self._shift(probe)
        for at, dimension in enumerate(self.world.dimensions):
            latent = np.asarray([self.latent[e, s, at] for e, s in keys]) + moved
            said = self._said(latent, repeats)
            for (example, system), values in zip(keys, said, strict=True):
                words = max(1, round(float(self.world.words[example, system]) * times))
                for repeat, value in enumerate(values):
                    yield self._row(
                        (example, system),
                        dimension,
                        probe=probe,
                        value=value,
                        repeat=repeat,
                        words=words,
                    )

    def sessions(self, keys: Sequence[tuple[int, int]], length: int) -> Iterator[ProbeRow]:
        """Conversations about outputs in random order, each score pulled by the one before."""
        for at, dimension in enumerate(self.world.dimensions):
            order = self.rng.permutation(len(keys))
            for start in range(0, len(keys), length):
                name, before = f"{dimension}-{start // length}", None
                for place, chosen in enumerate(order[start : start + length].tolist()):
                    latent = self.latent[(*keys[chosen], at)]
                    if before is not None:
                        latent = latent + self.judge.anchor_gamma * (before - self.world.middle)
                    before = float(self._said(np.asarray([latent]), 1)[0, 0])
                    row = self._row(keys[chosen], dimension, probe=SESSION, value=before)
                    yield replace(row, session=name, place=place)

    def together(self, keys: Sequence[tuple[int, int]]) -> Iterator[ProbeRow]:
        """One call for all dimensions of an output."""
        for key in keys:
            common = self.judge.halo * float(self.rng.standard_normal())
            said = self._said(self.latent[key] + common, 1)[:, 0]
            for dimension, value in zip(self.world.dimensions, said, strict=True):
                yield self._row(key, dimension, probe=TOGETHER, value=value)

    def attack(self, probe: str, keys: Sequence[tuple[int, int]]) -> Iterator[ProbeRow]:
        """An attack on these outputs, or in their place."""
        best, worst = float(self.world.scale.high or 0), float(self.world.scale.low or 0)
        for at, dimension in enumerate(self.world.dimensions):
            latent = np.asarray([self.latent[(*key, at)] for key in keys])
            said = self._said(latent, 1)[:, 0]
            won = self.rng.random(len(keys)) < self.judge.inject_p
            for key, value, hit in zip(keys, said, won, strict=True):
                own = worst if probe in _IN_PLACE else float(value)
                yield self._row(key, dimension, probe=probe, value=best if hit else own)

    def _shift(self, probe: str) -> tuple[float, float]:
        """By how many points a probe moves the judge, and how many times the words it leaves."""
        judge, spread = self.judge, 0.5
        moved = judge.style.get(probe, 0.0)
        if probe.startswith("pad-"):
            return moved + judge.len_beta * float(np.log(_PADDED)) / spread, _PADDED
        if probe == "truncate-last-third":
            short = judge.len_beta * float(np.log(2 / 3)) / spread
            return moved + short - _DROPPED * judge.slope, 2 / 3
        return moved, 1.0

    def _said(self, latent: Floats, repeats: int) -> Floats:
        if self.world.scale.binary:
            good = latent > self.world.middle - self.judge.severity
            right = self.rng.random((len(latent), repeats)) < np.where(
                good, self.judge.sens, self.judge.spec
            ).reshape(-1, 1)
            return np.where(right, good[:, None], ~good[:, None]).astype(np.float64)
        noise = self.judge.noise * self.rng.standard_normal((len(latent), repeats))
        return score(self.world, latent[:, None] + noise, grid=self.judge.grid)

    def _row(
        self,
        key: tuple[int, int],
        dimension: str,
        *,
        probe: str,
        value: float,
        repeat: int = 0,
        words: int | None = None,
    ) -> ProbeRow:
        chance = self.judge.fail_p.get(float(value), 0.0)
        lost = chance > 0 and self.rng.random() < chance
        return ProbeRow(
            example=self.world.examples[key[0]],
            system=self.world.systems[key[1]],
            dimension=dimension,
            rater=self.judge.name,
            probe=probe,
            value=None if lost else float(value),
            failure="invalid" if lost else None,
            repeat=repeat,
            mitigation=self.mitigation,
            words=words,
        )


def _pairs(
    judge: PlantedJudge,
    plan: ProbePlan,
    rng: np.random.Generator,
    *,
    dimension: str,
    mitigation: str,
) -> Iterator[ProbeRow]:
    gaps = rng.standard_normal(plan.pairs)
    words: Mapping[float, str] = {1.0: "win", 0.0: "loss"}
    points = pair_points(judge, gaps, rng, repeats=plan.pair_repeats)
    for order, table in (("ab", points[0]), ("ba", points[1])):
        for place, repeat in np.ndindex(*table.shape):
            yield ProbeRow(
                example=f"pair{place:04}",
                system="a",
                against="b",
                dimension=dimension,
                rater=judge.name,
                probe=BASE,
                value=words[float(table[place, repeat])],
                repeat=int(repeat),
                order="ab" if order == "ab" else "ba",
                mitigation=mitigation,
            )
