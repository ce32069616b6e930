"""Trust in a judge: its calibration and the audit of its biases, held against one bootstrap.

The bootstrap is one BCa interval of one statistic of the same data, by scipy or by this package.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from bench.clock import Contest, work
from bench.row import Row, Setting, library
from bench.worlds import DIMENSIONS, Floats
from measurand.analysis.audit import audit
from measurand.analysis.calibration import calibration
from measurand.core.output import Output
from measurand.core.probe import ProbeRow
from measurand.core.rating import Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE
from measurand.jobs.audit_file import audit_answer
from measurand.jobs.calibrate import calibrate
from measurand.jobs.source import Source
from measurand.raters.probes import AuditDesign
from measurand.simulate.judge_rows import (
    PlantedJudge,
    PlantedPeople,
    draw_judge_world,
    judge_scores,
    people_scores,
    table_of_ratings,
)
from measurand.simulate.probe_rows import ProbePlan, probe_rows
from measurand.stats.bootstrap import bca, mean_bca

__all__ = ["ROWS"]

Whose: TypeAlias = Literal["scipy", "house"]

_SEED = 7
_RESAMPLES = 9_999
_SCIPY_CELLS = 2**20
"""Numbers that scipy holds at a time."""
_OUTPUTS, _REPEATS, _EXAMPLES = 150, 3, 100
_SYSTEMS = ("gpt-a", "claude-b")
_JUDGE = PlantedJudge(
    name="gpt-j",
    position_logit=0.5,
    len_beta=0.2,
    style={"markdown-add": 0.3},
    family_bonus={"gpt-a": 0.3},
)
_USUAL = AuditDesign()
_JUDGED = (
    _USUAL.items * (len(_USUAL.probes) + _USUAL.base_repeats)
    + 2 * _USUAL.pairs
    + _USUAL.attacks * len(_USUAL.attack_names)
)
"""Judgments that the usual audit asks for on each dimension, but for the pairs asked twice."""


class _Audited(NamedTuple):
    """What an audit knows."""

    source: Source
    probes: list[ProbeRow]


def _calibration(setting: Setting, *, against: Whose) -> Contest:
    source, pairs = _rated(setting)

    def ours() -> None:
        calibration(source.ratings, source.scales, judge=_JUDGE.name, rubric=source.rubric)

    return _contest(setting, ours, _correlated(setting, pairs, against))


def _calibrated_page(setting: Setting) -> Contest:
    source, pairs = _rated(setting)
    return _contest(
        setting, lambda: calibrate(source).to_html(), _correlated(setting, pairs, "scipy")
    )


def _audit(setting: Setting, *, against: Whose) -> Contest:
    source, probes = _probed(setting)

    def ours() -> None:
        audit(source.ratings, source.scales, outputs=source.outputs, probes=probes)

    return _contest(setting, ours, _averaged(setting, probes, against))


def _audited_page(setting: Setting) -> Contest:
    source, probes = _probed(setting)
    return _contest(
        setting,
        lambda: audit_answer(source, probes=probes).to_html(),
        _averaged(setting, probes, "scipy"),
    )


def _contest(
    setting: Setting, ours: Callable[[], object], baseline: Callable[[], object]
) -> Contest:
    return Contest(work(ours, least=setting.least), work(baseline, least=setting.least))


def _rated(setting: Setting) -> tuple[Source, Floats]:
    """Ratings by a judge, asked three times, and by three people; and means of both, as pairs."""
    rng = np.random.default_rng(_SEED)
    world = draw_judge_world(
        rng, examples=setting.size(_OUTPUTS, _OUTPUTS // 2), dimensions=DIMENSIONS
    )
    judge = judge_scores(world, _JUDGE, rng, repeats=_REPEATS)
    people = people_scores(world, PlantedPeople(), rng)
    pairs = np.stack([judge.mean(axis=-1).ravel(), people.mean(axis=-1).ravel()])
    return _source(table_of_ratings(world, judges={_JUDGE.name: judge}, people=people)), pairs


def _probed(setting: Setting) -> _Audited:
    """What the usual audit asks a judge, and ratings of outputs of two systems beside people's."""
    rng = np.random.default_rng(_SEED)
    world = draw_judge_world(
        rng, examples=setting.size(_EXAMPLES, 10), systems=_SYSTEMS, dimensions=DIMENSIONS
    )
    plan = ProbePlan(
        items=setting.size(_USUAL.items, 10),
        repeats=_USUAL.base_repeats,
        pairs=setting.size(_USUAL.pairs, 5),
        attacked=setting.size(_USUAL.attacks, 5),
        together=True,
    )
    probes = probe_rows(world, _JUDGE, plan=plan, rng=rng)
    judges = {_JUDGE.name: judge_scores(world, _JUDGE, rng)}
    table = table_of_ratings(
        world, judges=judges, people=people_scores(world, PlantedPeople(), rng)
    )
    outputs = tuple(
        Output(example=example, system=system, text="word " * int(world.words[e, s]))
        for e, example in enumerate(world.examples)
        for s, system in enumerate(world.systems)
    )
    return _Audited(_source(table, outputs), probes)


def _source(ratings: Ratings, outputs: tuple[Output, ...] = ()) -> Source:
    rubric = Rubric(*(Dimension(name, scale=ONE_TO_FIVE) for name in DIMENSIONS))
    return Source(ratings=ratings, rubric=rubric, intakes=(), outputs=outputs)


def _correlated(setting: Setting, pairs: Floats, whose: Whose) -> Callable[[], object]:
    """One BCa interval of the correlation of judge and people, over all dimensions at once."""
    if whose == "scipy":
        return _by_scipy(setting, tuple(pairs), _correlation)
    x, y = pairs
    columns = np.stack([x, y, x * x, y * y, x * y], axis=1)
    rng, drawn = np.random.default_rng(0), setting.size(_RESAMPLES, 199)
    return lambda: bca(columns, _of_means, rng=rng, resamples=drawn)


def _averaged(setting: Setting, probes: list[ProbeRow], whose: Whose) -> Callable[[], object]:
    """One BCa interval of the mean level over all judged outputs, of all dimensions together."""
    units: dict[tuple[object, ...], list[float]] = defaultdict(list)
    for row in probes:
        if isinstance(row.value, int | float):
            units[row.probe, row.example, row.system, row.repeat].append(float(row.value))
    levels = np.asarray([np.mean(said) for said in units.values()])
    if whose == "scipy":
        return _by_scipy(setting, (levels,), np.mean)
    rng, drawn = np.random.default_rng(0), setting.size(_RESAMPLES, 199)
    return lambda: mean_bca(levels, rng=rng, resamples=drawn)


def _by_scipy(
    setting: Setting, data: tuple[Floats, ...], statistic: Callable[..., object]
) -> Callable[[], object]:
    bootstrap = library("scipy.stats").bootstrap
    how = {
        "paired": len(data) > 1,
        "vectorized": True,
        "n_resamples": setting.size(_RESAMPLES, 199),
        "batch": max(1, _SCIPY_CELLS // len(data[0])),
        "method": "BCa",
        "rng": np.random.default_rng(0),
    }
    return lambda: bootstrap(data, statistic, **how)


def _correlation(x: Floats, y: Floats, axis: int = -1) -> Floats:
    x, y = x - x.mean(axis=axis, keepdims=True), y - y.mean(axis=axis, keepdims=True)
    together = (x * y).sum(axis=axis)
    return np.asarray(together / np.sqrt((x * x).sum(axis=axis) * (y * y).sum(axis=axis)))


def _of_means(means: Floats) -> Floats:
    x, y, xx, yy, xy = np.moveaxis(means, -1, 0)
    return np.asarray((xy - x * y) / np.sqrt((xx - x * x) * (yy - y * y)))


_CALIBRATED = "5 dimensions x 150 outputs x 3 people, a judge asked three times"
_AUDITED = f"the usual {_JUDGED:,} judged outputs and pairs, on 5 dimensions"
_CORRELATED = "of the correlation, BCa (B = 9,999)"
_AVERAGED = "of the mean level, BCa (B = 9,999)"
_HOUSE_BCA = "`stats.bootstrap`"

ROWS = (
    Row(
        name="judging-calibration",
        ours=f"`calibration`: {_CALIBRATED}",
        baseline=f"`scipy.stats.bootstrap` {_CORRELATED}",
        prepare=partial(_calibration, against="scipy"),
        aim_seconds=2,
        rounds=7,
    ),
    Row(
        name="judging-calibration-house",
        ours="the same",
        baseline=f"{_HOUSE_BCA} {_CORRELATED}",
        prepare=partial(_calibration, against="house"),
        rounds=7,
    ),
    Row(
        name="judging-calibrate-page",
        ours="`calibrate` of the same, with its HTML page",
        baseline=f"`scipy.stats.bootstrap` {_CORRELATED}",
        prepare=_calibrated_page,
        aim_seconds=2,
        rounds=7,
    ),
    Row(
        name="judging-audit",
        ours=f"`audit`: {_AUDITED}, and ratings of 200 outputs",
        baseline=f"`scipy.stats.bootstrap` {_AVERAGED}",
        prepare=partial(_audit, against="scipy"),
        aim_seconds=5,
        rounds=7,
    ),
    Row(
        name="judging-audit-house",
        ours="the same",
        baseline=f"{_HOUSE_BCA} {_AVERAGED}",
        prepare=partial(_audit, against="house"),
        rounds=7,
    ),
    Row(
        name="judging-audit-page",
        ours="`audit` of the same, with its HTML page",
        baseline=f"`scipy.stats.bootstrap` {_AVERAGED}",
        prepare=_audited_page,
        aim_seconds=5,
        rounds=7,
    ),
)
