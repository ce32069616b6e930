"""Dawid and Skene's model: what raters say, weighed by how well each of them rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, as_table
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.patterns import distinct_rows
from measurand.stats.proportion import score_bounds

__all__ = ["DawidSkene", "dawid_skene", "one_coin", "one_coin_accuracy"]

_LEAST_RATERS = 3
_MOST_ROUNDS = 2000
_SETTLED = 1e-10
_TINY = 1e-300
_TIE = 1e-6
_METHOD = "one-coin Dawid-Skene, Wilson at the effective size"
_SHRUNK = 0.5
"""Added to right and to wrong ratings where information is computed: at 1 there is none."""


@dataclass(frozen=True, slots=True)
class DawidSkene:
    """A fitted model.

    Args:
        values: Shape (values,), ascending: the classes.
        posterior: Shape (units, values): the probability of each class; of a unit that nobody
            rated, the prior.
        prior: Shape (values,): the share of each class.
        confusion: Shape (raters, values, values): the probability that a rater gives the value of
            the column to a unit of the class of the row; rows sum to 1, or to 0 for a rater who
            never met the class.
        log_likelihood: Of the ratings, at the fit.
        rounds: Rounds of expectation and maximisation.
        settled: Whether the likelihood stopped growing.
    """

    values: Floats
    posterior: Floats
    prior: Floats
    confusion: Floats
    log_likelihood: float
    rounds: int
    settled: bool

    @property
    def labels(self) -> Floats:
        """Shape (units,): the most probable class; NaN where two are equally probable."""
        ordered = np.sort(self.posterior, axis=1)
        clear = ordered[:, -1] - ordered[:, -2] > _TIE
        return np.where(clear, self.values[self.posterior.argmax(axis=1)], np.nan)

    @property
    def accuracy(self) -> Floats:
        """Shape (raters,): how often each rater is right, over classes as frequent as the prior."""
        return np.asarray(np.einsum("k,rkk->r", self.prior, self.confusion))


def one_coin(ratings: Floats, *, raters: Sequence[int] | None = None) -> DawidSkene:
    """The one-coin model: each rater has one accuracy, and errs towards every class alike.

    The default beside a majority vote: it needs few ratings a rater.

    Args:
        ratings: Shape (units, columns); NaN marks a rating that was not given.
        raters: Shape (columns,): whose ratings a column holds, counted from 0; by default every
            column is a rater of its own.

    Raises:
        InsufficientData: Fewer than three raters, or all ratings equal: the model cannot tell
            who is right.
        UsageError: The table or the raters have the wrong shape.

    References:
        Dawid and Skene (1979), Applied Statistics 28, with errors tied as in Zhang et al. (2016),
        Journal of Machine Learning Research 17.
    """
    return _Votes.of(ratings, raters).fit(tied=True)


def one_coin_accuracy(
    ratings: Floats, *, raters: Sequence[int] | None = None, level: float = LEVEL
) -> tuple[Estimate, ...]:
    """Each rater's accuracy under the one-coin model, with its interval.

    The variance of an accuracy a comes from the empirical information of all parameters: the
    sum over units of outer products of their scores, each unit's classes weighed by its posterior.
    Over a (1 - a) it is one over the effective number of ratings whose truth is known, never more
    than the rater gave; the interval is Wilson's at that size, so that it stays within [0, 1] and
    does not vanish where a rater is never found wrong.

    Args:
        ratings: As for `one_coin`.
        raters: As for `one_coin`.
        level: The confidence level.

    Returns:
        One estimate a rater; absent for one who rated nothing.

    Raises:
        InsufficientData: As for `one_coin`.
        UsageError: As for `one_coin`.

    References:
        McLachlan and Krishnan (2008), *The EM Algorithm and Extensions*, section 4.3; the interval
        as in Korn and Graubard (1998), Survey Methodology 24.
    """
    votes = _Votes.of(ratings, raters)
    model = votes.fit(tied=True)
    sizes, effective = votes.information(model)
    found = []
    for rater, (n, size) in enumerate(zip(sizes, effective, strict=True)):
        if not n:
            found.append(Estimate.absent("this rater rated nothing", method=_METHOD, level=level))
            continue
        share = min(max(float(model.confusion[rater, 0, 0]), 0.0), 1.0)
        low, high = score_bounds(share, float(size), level=level)
        found.append(
            Estimate(value=share, low=low, high=high, level=level, n=int(n), method=_METHOD)
        )
    return tuple(found)


def dawid_skene(ratings: Floats, *, raters: Sequence[int] | None = None) -> DawidSkene:
    """The full model: each rater has a whole table of confusions.

    Worth it from about 50 ratings a rater and class on; below that `one_coin` finds more labels.

    Args:
        ratings: Shape (units, columns); NaN marks a rating that was not given.
        raters: Shape (columns,): whose ratings a column holds, counted from 0; by default every
            column is a rater of its own. Columns of the same rater are repeated ratings.

    Raises:
        InsufficientData: Fewer than three raters, or all ratings equal: the model cannot tell
            who is right.
        UsageError: The table or the raters have the wrong shape.

    References:
        Dawid and Skene (1979), Maximum likelihood estimation of observer error-rates using the EM
        algorithm, Applied Statistics 28.
    """
    return _Votes.of(ratings, raters).fit(tied=False)


@dataclass(frozen=True, slots=True)
class _Votes:
    """Distinct rows of votes.

    Args:
        values: The classes.
        raters: How many raters.
        votes: Shape (rows, raters * values): how often each rater gave each value.
        units: Shape (rows,): how many units show each row.
        row: Shape (units,): the row of each unit.
    """

    values: Floats
    raters: int
    votes: Floats
    units: Floats
    row: NDArray[np.intp]

    @classmethod
    def of(cls, ratings: Floats, raters: Sequence[int] | None) -> _Votes:
        table = as_table(ratings)
        owner = np.arange(table.shape[1]) if raters is None else np.asarray(raters, np.intp)
        if owner.shape != (table.shape[1],) or (owner < 0).any():
            raise UsageError(f"name the rater of each of the {table.shape[1]} columns, from 0")
        given = ~np.isnan(table)
        values = np.unique(table[given])
        active = len(np.unique(owner[given.any(axis=0)]))
        if active < _LEAST_RATERS:
            raise InsufficientData(
                f"found {active} raters; with fewer than three nobody can tell who is right"
            )
        if len(values) == 1:
            raise InsufficientData("all ratings are equal, so raters cannot be told apart")
        codes = np.full(table.shape, len(values))
        codes[given] = np.searchsorted(values, table[given])
        first, row = distinct_rows(codes, len(values) + 1)
        rows = codes[first]
        votes = np.zeros((len(rows), int(owner.max()) + 1, len(values) + 1))
        for column, rater in zip(rows.T, owner, strict=True):
            votes[np.arange(len(rows)), rater, column] += 1
        return cls(
            values=values,
            raters=votes.shape[1],
            votes=votes[:, :, :-1].reshape(len(rows), -1),
            units=np.bincount(row, minlength=len(rows)).astype(np.float64),
            row=row,
        )

    def fit(self, *, tied: bool) -> DawidSkene:
        """Expectation and maximisation from the shares of votes until the likelihood settles."""
        weights = np.where(self.votes.any(axis=1), self.units, 0.0)
        shares = self.votes.reshape(len(weights), self.raters, -1).sum(axis=1)
        posterior = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1)
        prior, confusion = self._maximised(posterior, weights, tied=tied)
        likelihood, rounds, settled = -np.inf, 0, False
        while not settled and rounds < _MOST_ROUNDS:
            before, rounds = likelihood, rounds + 1
            posterior, evidence = self._expected(prior, confusion)
            prior, confusion = self._maximised(posterior, weights, tied=tied)
            likelihood = float(weights @ evidence)
            settled = likelihood - before <= _SETTLED * abs(likelihood)
        return DawidSkene(
            values=self.values,
            posterior=posterior[self.row],
            prior=prior,
            confusion=confusion,
            log_likelihood=likelihood,
            rounds=rounds,
            settled=settled,
        )

    def information(self, model: DawidSkene) -> tuple[Floats, Floats]:
        """Shape (raters,): how many ratings each gave, and the effective number of them.

        The score of a unit for a rater's accuracy, on the logit, is what it is expected to have
        right less what it would have right; for the share of a class, its posterior less that.
        """
        shape = len(self.units), self.raters, len(self.values)
        each = self.votes.reshape(shape)
        given = each.sum(axis=2)
        sizes = self.units @ given
        right = sizes * np.asarray([table[0, 0] for table in model.confusion])
        coin = (right + _SHRUNK) / (sizes + 2 * _SHRUNK)
        wrong, same = (1 - coin) / (shape[2] - 1), np.eye(shape[2])
        confusion = coin[:, None, None] * same + wrong[:, None, None] * (1 - same)
        prior = np.maximum(model.prior, _SHRUNK / max(float(self.units.sum()), 1.0))
        posterior, _ = self._expected(prior / prior.sum(), confusion)
        expected = np.einsum("uk,urk->ur", posterior, each)
        weights = np.where(self.votes.any(axis=1), self.units, 0.0)
        classes = posterior[:, :-1] - weights @ posterior[:, :-1] / weights.sum()
        scores = np.concatenate([expected - given * coin, classes], axis=1)
        centred = scores - weights @ scores / weights.sum()
        table = (centred * weights[:, None]).T @ centred
        variance = np.diag(np.linalg.pinv(table, hermitian=True))[: self.raters]
        known = 1 / np.maximum(variance * coin * (1 - coin), _TINY)
        return sizes, np.where(variance > 0, np.minimum(known, sizes), sizes)

    def _maximised(
        self, posterior: Floats, weights: Floats, *, tied: bool
    ) -> tuple[Floats, Floats]:
        classes = len(self.values)
        mass = posterior * weights[:, None]
        prior = mass.sum(axis=0) / weights.sum()
        table = (mass.T @ self.votes).reshape(classes, self.raters, classes).transpose(1, 0, 2)
        if tied:
            right = np.einsum("rkk->r", table)
            given = table.sum(axis=(1, 2))
            share = np.divide(right, given, out=np.full(len(given), 1 / classes), where=given > 0)
            wrong = (1 - share) / (classes - 1)
            same = np.eye(classes)
            return prior, share[:, None, None] * same + wrong[:, None, None] * (1 - same)
        met = table.sum(axis=2, keepdims=True)
        return prior, np.divide(table, met, out=np.zeros_like(table), where=met > 0)

    def _expected(self, prior: Floats, confusion: Floats) -> tuple[Floats, Floats]:
        """Posterior of each row, and its log evidence."""
        logs = np.log(np.maximum(confusion, _TINY)).transpose(0, 2, 1)
        joint = self.votes @ logs.reshape(-1, len(prior)) + np.log(np.maximum(prior, _TINY))
        most = joint.max(axis=1, keepdims=True)
        scaled = np.exp(joint - most)
        total = scaled.sum(axis=1, keepdims=True)
        return scaled / total, (most + np.log(total))[:, 0]
