import numpy as np
import pytest

from measurand.errors import UsageError
from measurand.stats.e_process import EProcess, e_process, history_ranks


def stream(*, steps: int = 30, shift: float = 0.0, at: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(6)
    return [np.clip(rng.random(20) + (shift if step >= at else 0), 0, 1) for step in range(steps)]


def test_a_change_is_found_soon_after_it_and_its_moment_is_told() -> None:
    found = e_process(stream(shift=0.2, at=15))
    alarm = found.alarm(0.05)
    assert alarm is not None
    assert 15 <= alarm <= 17
    assert found.starts[alarm] in {14, 15}
    assert found.value() > found.value(alarm) >= 20


def test_nothing_is_found_where_nothing_changes() -> None:
    assert e_process(stream()).alarm(0.05) is None


def test_sides_see_their_own_direction_alone() -> None:
    up = stream(shift=0.2)
    assert e_process(up, side="above").alarm(0.05) is not None
    assert e_process(up, side="below").alarm(0.05) is None
    down = [1 - step for step in up]
    assert e_process(down, side="below").logs == pytest.approx(e_process(up, side="above").logs)
    assert e_process(down).logs == pytest.approx(e_process(up).logs)


def test_empty_steps_leave_the_stake_as_it_is() -> None:
    assert e_process([[], []]).logs == pytest.approx((0.0, 0.0))
    assert e_process([]) == EProcess((), ())
    assert e_process([]).value() == 1
    assert e_process([]).alarm(0.05) is None


def test_the_largest_stake_is_finite() -> None:
    found = e_process([np.ones(4000)], restarts=False)
    assert np.isfinite(found.value())
    assert found.logs[0] > 2000


@pytest.mark.parametrize(
    ("steps", "more"),
    [
        ([[1.2]], {}),
        ([[np.nan]], {}),
        ([[0.5]], {"null": 1.0}),
        ([[0.5]], {"bets": ()}),
        ([[0.5]], {"bets": (1.0,)}),
    ],
)
def test_what_is_no_bet_is_refused(steps: list[list[float]], more: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        e_process(steps, **more)  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        e_process([[0.5]]).alarm(1.0)


class TestHistoryRanks:
    def test_without_ties_the_place_among_the_earlier_ones(self) -> None:
        values = [[1.0], [3.0], [2.0], [0.0]]
        found = history_ranks(values, rng=np.random.default_rng(0))[:, 0]
        assert np.isnan(found[0])
        for rank, low, high in zip(found[1:], (1 / 2, 1 / 3, 0), (1, 2 / 3, 1 / 4), strict=True):
            assert low <= rank <= high

    def test_items_are_ranked_alone_and_gaps_are_passed_over(self) -> None:
        values = np.array([[1, np.nan], [np.nan, 5], [2, 5], [3, 9]])
        found = history_ranks(values, rng=np.random.default_rng(0))
        assert np.isnan(found).tolist() == [[True, True], [True, True], [False, False], [False] * 2]
        assert found[2, 0] >= 1 / 2
        assert found[3, 1] >= 2 / 3

    def test_any_rising_map_of_an_item_leaves_its_ranks(self) -> None:
        rng = np.random.default_rng(1)
        values = rng.integers(1, 6, size=(40, 7)).astype(float)
        found = history_ranks(values, rng=np.random.default_rng(2))
        mapped = history_ranks(np.exp(values) - np.arange(7), rng=np.random.default_rng(2))
        np.testing.assert_allclose(mapped, found)

    def test_ranks_of_grades_are_uniform_and_know_nothing_of_each_other(self) -> None:
        rng = np.random.default_rng(3)
        values = rng.integers(1, 4, size=(300, 40)).astype(float)
        ranks = history_ranks(values, rng=rng)[1:]
        deciles = np.bincount((10 * ranks).astype(int).ravel(), minlength=10) / ranks.size
        assert deciles == pytest.approx(np.full(10, 0.1), abs=0.01)
        after = np.corrcoef(ranks[:-1].ravel(), ranks[1:].ravel())[0, 1]
        assert abs(after) < 0.03

    def test_what_is_no_table_is_refused(self) -> None:
        for values in ([1.0, 2.0], [[np.inf]]):
            with pytest.raises(UsageError):
                history_ranks(values, rng=np.random.default_rng(0))
