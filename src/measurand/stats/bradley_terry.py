"""Bradley-Terry: how strong each system is, from meetings of two at a time.

A system's strength is the log-odds by which it beats an average opponent. Meetings of one rater,
or on one example, are not independent, so that errors come from clusters and not from counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.multiple import FLIPS
from measurand.stats.pair_model import (
    Expected,
    Ties,
    expect,
    information_of,
    inverse,
    score,
)
from measurand.stats.pair_results import Codes, PairResults
from measurand.stats.rank_sets import PairGap
from measurand.stats.robust import RobustCovariance, robust_covariance

__all__ = ["Strengths", "Ties", "bradley_terry"]

_STEPS = 100
_SMALL = 1e-11
_UNBOUNDED = 30.0
"""Log-odds beyond this are no strengths: they run away."""
_COLLINEAR = 1e-9


@dataclass(frozen=True)
class Strengths:
    """The fitted model: strengths in log-odds whose mean is 0, and the effects of features.

    Args:
        results: What it was fitted to.
        parameters: Strengths, then effects, then the log of the tie parameter where there is one.
        ties: How ties count.
        likelihood: The log-likelihood.
    """

    results: PairResults
    parameters: Floats
    ties: Ties
    likelihood: float

    @property
    def values(self) -> Floats:
        """The strength of every system; their mean is 0."""
        return self.parameters[: len(self.results.names)]

    @property
    def effects(self) -> Floats:
        """By how much the log-odds rise with each feature."""
        start = len(self.results.names)
        return self.parameters[start : start + len(self.results.labels)]

    @property
    def tie(self) -> float:
        """The log of Davidson's tie parameter; minus infinity where a tie is half a win."""
        return float(self.parameters[-1]) if self.ties == "davidson" else -np.inf

    @cached_property
    def covariance(self) -> RobustCovariance:
        """The cluster-robust covariance of the parameters.

        Raises:
            InsufficientData: There are too few clusters.
            UsageError: The results name no clusters, or more than two ways.
        """
        return robust_covariance(self._squares, self.results.clusters)

    @cached_property
    def naive(self) -> Floats:
        """The covariance if every meeting were independent of all others and the model held.

        Where a tie is half a win, ties make it too large: they spread less than wins and losses.
        """
        return inverse(information_of(self.results, self._expected, self.ties), self._size)

    def strength(self, place: int, *, level: float = LEVEL) -> Estimate:
        """A system's strength over the average of all.

        Raises:
            InsufficientData: As `covariance` has it.
        """
        return self._estimate(float(self.values[place]), self._unit(place), level)

    def difference(self, first: int, second: int, *, level: float = LEVEL) -> Estimate:
        """A system's strength over another's.

        Raises:
            InsufficientData: As `covariance` has it.
        """
        gradient = self._unit(first) - self._unit(second)
        return self._estimate(float(gradient @ self.parameters), gradient, level)

    def effect(self, place: int, *, level: float = LEVEL) -> Estimate:
        """By how much the log-odds rise with one unit of a feature.

        Raises:
            InsufficientData: As `covariance` has it.
        """
        return self._estimate(float(self.effects[place]), self._unit(self._size + place), level)

    def gaps(
        self, *, rng: np.random.Generator, draws: int = FLIPS, level: float = LEVEL
    ) -> tuple[PairGap, ...]:
        """The differences between all pairs, with intervals that all cover at once: max-T.

        `measurand.stats.rank_sets.ranks_of` makes the ranks of them.

        Args:
            rng: The source of the draws.
            draws: How many draws of the largest studentised difference.
            level: The chance that all intervals cover.

        Raises:
            InsufficientData: As `covariance` has it; or two systems differ by the same in every
                cluster.
            UsageError: There are too few draws for the level.
        """
        pairs = np.asarray(list(combinations(range(self._size), 2)), dtype=np.intp)
        gradients = np.zeros((len(pairs), self.parameters.size))
        rows = np.arange(len(pairs))
        gradients[rows, pairs[:, 0]], gradients[rows, pairs[:, 1]] = 1.0, -1.0
        errors = self.covariance.errors(gradients)
        if (errors <= _SMALL).any():
            raise InsufficientData("two systems differ by the same in every cluster: no spread")
        critical = self.covariance.critical(self._size, rng=rng, draws=draws, level=level)
        values = self.values[pairs[:, 0]] - self.values[pairs[:, 1]]
        method = (
            f"{self.method}, {self.covariance.method}, max-T simultaneous over {len(pairs)}, "
            f"{draws} draws"
        )
        caution, n = self.covariance.caution, self.results.n
        return tuple(
            PairGap(
                first,
                second,
                Estimate(
                    value=value,
                    low=value - critical * error,
                    high=value + critical * error,
                    level=level,
                    n=n,
                    method=method,
                    reason=caution,
                ),
            )
            for (first, second), value, error in zip(
                pairs.tolist(), values.tolist(), errors.tolist(), strict=True
            )
        )

    @property
    def method(self) -> str:
        """The model in a few words."""
        told = "a tie half a win" if self.ties == "half" else "Davidson's ties"
        return f"Bradley-Terry, {told}"

    def deviance(self) -> float:
        """How far pairs of systems are from what strengths alone say of them.

        Twice the log-likelihood that a chance of its own for every pair of systems would add.

        Raises:
            UsageError: The model has features or Davidson's ties.
        """
        if self.results.labels or self.ties != "half":
            raise UsageError("the deviance is that of strengths alone")
        results, size = self.results, self._size
        low = np.minimum(results.first, results.second)
        key = low * size + np.maximum(results.first, results.second)
        won = np.where(results.first == low, results.points, 1 - results.points)
        count = np.bincount(key, minlength=size * size).astype(np.float64)
        points = np.bincount(key, won, minlength=size * size)
        lost = count - points
        with np.errstate(divide="ignore", invalid="ignore"):
            whole = np.where(points > 0, points * np.log(points / count), 0.0)
            whole += np.where(lost > 0, lost * np.log(lost / count), 0.0)
        return float(2 * (whole.sum() - self.likelihood))

    @property
    def _size(self) -> int:
        return len(self.results.names)

    @cached_property
    def _expected(self) -> Expected:
        return expect(self.results, self.parameters, self.ties)

    def _unit(self, place: int) -> Floats:
        """The gradient of one parameter."""
        return np.asarray(np.eye(1, self.parameters.size, place)[0], dtype=np.float64)

    def _estimate(self, value: float, gradient: Floats, level: float) -> Estimate:
        return self.covariance.estimate(value, gradient, method=self.method, level=level)

    def _squares(self, codes: Codes) -> Floats:
        """What clusters add to the errors, squared and summed; only what is not 0 is kept."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - 20 ms that few need

        results, size = self.results, self._size
        residuals = results.points - self._expected.points
        columns = [results.first, results.second]
        added = [residuals, -residuals]
        extra = [residuals * feature for feature in results.features.T]
        if self.ties == "davidson":
            extra.append(results.ties - self._expected.tie)
        columns += [np.full(results.n, size + at, dtype=np.intp) for at in range(len(extra))]
        added += extra
        where = np.tile(codes, len(columns)), np.concatenate(columns)
        shape = int(codes.max()) + 1, self.parameters.size
        sums = csr_array((np.concatenate(added), where), shape=shape)
        return np.asarray(self.naive @ (sums.T @ sums).toarray() @ self.naive, dtype=np.float64)


def bradley_terry(results: PairResults, *, ties: Ties = "half") -> Strengths:
    """Fit strengths, and the effects of features, by maximum likelihood.

    The log-odds that the first wins are the difference of the strengths plus each feature's effect
    times by how much more of it the first has. With ``half`` a tie is half a win and half a loss,
    as in Elo ratings: strengths are those of expected points. With ``davidson`` a tie is an outcome
    of its own, likelier the closer the two are; strengths are then log-odds among meetings that
    are decided, and so are larger where ties are many.

    Args:
        results: Who met whom, and who won.
        ties: How ties count.

    Raises:
        InsufficientData: The systems fall into parts that never met; some won, or lost, every
            meeting with the others; a feature does not vary beyond what the systems differ by; or
            ties are to be an outcome and there is none, or nothing else.

    References:
        Bradley and Terry (1952), Biometrika 39, 324-345. Davidson (1970), JASA 65, 317-328.
        Hunter (2004), Annals of Statistics 32, 384-406, for the conditions.
    """
    results.refuse_unrankable()
    _refuse_features(results)
    if ties == "davidson" and results.ties.all() | (not results.ties.any()):
        raise InsufficientData("ties as an outcome of their own need some ties, and not ties only")
    size, extra = len(results.names), int(ties == "davidson")
    parameters = np.zeros(size + len(results.labels) + extra)
    now = expect(results, parameters, ties)
    for _ in range(_STEPS):
        step = inverse(information_of(results, now, ties), size) @ score(results, now, ties)
        parameters, now = _uphill(results, parameters, step, ties=ties, least=now.likelihood)
        if np.abs(step).max() <= _SMALL:
            break
        if np.abs(parameters).max() > _UNBOUNDED:
            break
    else:
        raise InsufficientData("the strengths do not settle: features separate wins from losses")
    if np.abs(parameters).max() > _UNBOUNDED:
        raise InsufficientData(
            f"{', '.join(results.labels)} separate wins from losses: no finite effect fits"
        )
    return Strengths(results, parameters, ties, now.likelihood)


def _uphill(
    results: PairResults, at: Floats, step: Floats, *, ties: Ties, least: float
) -> tuple[Floats, Expected]:
    """A step, halved until it is no step down; strengths are moved to mean 0."""
    size, share = len(results.names), 1.0
    while True:
        moved = at + share * step
        moved[:size] -= moved[:size].mean()
        then = expect(results, moved, ties)
        if then.likelihood >= least - 1e-9 * abs(least) or share < _SMALL:
            return moved, then
        share /= 2


def _refuse_features(results: PairResults) -> None:
    """Refuse features of which the systems, or one another, leave nothing to tell apart."""
    if not results.labels:
        return
    size = len(results.names)
    flat = np.full(results.n, 0.25)
    none = np.zeros(results.n)
    whole = information_of(results, Expected(none, flat, none, none, none, 0.0), "half")
    scale = np.sqrt(np.diag(whole)[size:])
    for label, length in zip(results.labels, scale, strict=True):
        if length <= _COLLINEAR:
            raise InsufficientData(f"{label} is the same for both systems of every pair")
    edge = whole[:size, size:] / scale
    own = whole[size:, size:] / np.outer(scale, scale)
    left = own - edge.T @ inverse(whole[:size, :size], size) @ edge
    for label, share in zip(results.labels, np.diag(left), strict=True):
        if share <= _COLLINEAR:
            raise InsufficientData(
                f"{label} is constant for each system, so that it cannot be told from strength"
            )
    if np.linalg.eigvalsh(left)[0] <= _COLLINEAR:
        raise InsufficientData(f"{', '.join(results.labels)} say the same and cannot be told apart")
