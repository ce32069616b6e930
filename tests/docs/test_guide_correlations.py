"""Every figure about benchmarks in docs/guide-figures.md is computed anew."""

import math
from pathlib import Path

import pytest

from measurand.stats.correlation import fisher_z
from measurand.stats.dependent_correlations import (
    Overlapping,
    overlapping_difference,
    overlapping_n,
    williams_t,
)
from measurand.stats.estimate import Estimate
from measurand.stats.from_correlation import explained_variance, pairwise_concordance
from measurand.stats.mean_correlation import mean_correlation
from measurand.stats.regret import expected_best, selection

PAGE = (Path(__file__).parents[2] / "docs" / "guide-figures.md").read_text(encoding="utf-8")
TEXT = " ".join(PAGE.split())
GUIDE = {
    "MMLU": (0.42, 0.51, 0.38, 0.44, "0.44"),
    "HumanEval": (0.28, 0.73, 0.21, 0.35, "0.39"),
    "GPQA": (0.35, 0.48, 0.52, 0.41, "0.44"),
    "MT-Bench": (0.71, 0.55, 0.62, 0.48, "0.59"),
    "AlpacaEval 2.0": (0.67, 0.42, 0.58, 0.39, "0.52"),
    "Arena Elo": (0.74, 0.61, 0.65, 0.53, "0.63"),
    "own evaluation": (0.89, 0.91, 0.87, 0.93, "0.90"),
}


def bare(value: float, digits: int = 2) -> str:
    return f"{value:.{digits}f}".replace("0.", ".", 1)


def ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


@pytest.mark.parametrize("name", GUIDE)
def test_a_row_of_the_matrix(name: str) -> None:
    *cells, printed = GUIDE[name]
    tasks = [float(cell) for cell in cells]
    average = sum(tasks) / 4
    assert average == pytest.approx(float(printed), abs=0.0051)  # .515 was rounded up
    r = fisher_z(float(printed), 12)
    by_z = mean_correlation(tasks, [12] * 4, shared=True).value
    missed = explained_variance(r).value
    assert by_z is not None
    assert missed is not None
    row = (
        f"| {name} | {' | '.join(map(bare, tasks))} | {bare(average, 4)} | {bare(by_z, 3)} | "
        f"{' to '.join(map(bare, ends(r)))} | {1 - missed:.1%} | {1 - float(printed):.0%} |"
    )
    assert row.replace("%", " %") in PAGE


def test_what_is_missed_is_one_less_the_square() -> None:
    low, high = ends(explained_variance(fisher_z(0.63, 12)))
    assert f"1 - r² = {1 - 0.63**2:.1%}".replace("%", " %") in TEXT
    assert f"anything from {1 - high:.0%} to {1 - low:.0%}".replace("%", " %") in TEXT
    assert f"still misses {1 - 0.9**2:.1%}".replace("%", " %") in TEXT


def test_what_is_shown_about_three_quarters() -> None:
    cells = {(n, t): float(GUIDE[n][t]) for n in GUIDE if n != "own evaluation" for t in range(4)}
    assert f"the largest is {bare(max(cells.values()))}" in TEXT
    largest = fisher_z(max(cells.values()), 12)
    assert f"the interval {' to '.join(map(bare, ends(largest)))}" in TEXT
    highs = {at: ends(fisher_z(r, 12))[1] for at, r in cells.items()}
    below = [at for at, high in highs.items() if high < 0.75]
    assert below == [("HumanEval", 0), ("HumanEval", 2)]
    assert f"for support (at most {bare(highs[below[0]])})" in TEXT
    assert f"for summaries (at most {bare(highs[below[1]])})" in TEXT
    assert not any(ends(fisher_z(r, 12))[0] > 0.75 for r in cells.values())
    assert f"of all {len(cells)} only" in TEXT


def test_nine_tenths_and_sixty_three_hundredths_are_not_told_apart_by_twelve() -> None:
    def p(between: float, n: int) -> str:
        return bare(williams_t(Overlapping(0.9, 0.63, between), n).p, 3)

    assert f"p = {p(0.5, 12)} where the two correlate by .50" in TEXT
    assert f"({p(0.3, 12)} by .30, {p(0.6, 12)} by .60, {p(0.7, 12)} by .70" in TEXT
    pair = Overlapping(0.9, 0.63, 0.5)
    assert " to ".join(map(bare, ends(overlapping_difference(pair, 12)))) in TEXT
    assert f"At 20 deployments p is {p(0.5, 20)}; {overlapping_n(pair)} find" in TEXT


def test_arena_and_mt_bench() -> None:
    pair = Overlapping(0.63, 0.59, 0.8)
    few, many = (bare(williams_t(pair, n).p) for n in (12, 400))
    assert f"p = {few} at 12, and {many} at 400; it would take {overlapping_n(pair):,}" in TEXT


@pytest.mark.parametrize("r", [0.44, 0.63, 0.74, 0.90])
def test_a_row_about_choosing(r: float) -> None:
    of = [selection(r, systems) for systems in (5, 10, 20)]
    ordered = pairwise_concordance(fisher_z(r, 12)).value
    assert ordered == pytest.approx(0.5 + math.asin(r) / math.pi)
    row = (
        f"| {bare(r)} | {' / '.join(f'{one.best:.0%}'.rstrip('%') for one in of)} % | "
        f"{' / '.join(f'{one.regret:.2f}' for one in of)} | "
        f"{' / '.join(f'{one.rank:.1f}' for one in of)} | {ordered:.1%}".replace("%", " %")
    )
    assert " ".join(row.split()) in TEXT


def test_a_random_pick() -> None:
    told = " / ".join(f"{expected_best(systems):.2f}" for systems in (5, 10, 20))
    assert f"A random pick loses {told}" in TEXT
