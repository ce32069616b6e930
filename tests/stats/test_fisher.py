import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.errors import InsufficientData, UsageError
from measurand.stats.fisher import fisher_exact


@st.composite
def groups(draw: st.DrawFn) -> tuple[tuple[int, int], tuple[int, int]]:
    sizes = draw(st.tuples(st.integers(1, 40), st.integers(1, 40)))
    first, second = (draw(st.integers(0, n)) for n in sizes)
    return (first, sizes[0]), (second, sizes[1])


@given(groups())
def test_it_is_a_probability_and_knows_no_order(two: tuple[tuple[int, int], ...]) -> None:
    first, second = two
    found = fisher_exact(first, second)
    assert 0 < found <= 1
    assert found == pytest.approx(fisher_exact(second, first), rel=1e-9)
    without = [(n - k, n) for k, n in two]
    assert found == pytest.approx(fisher_exact(without[0], without[1]), rel=1e-9)


def test_equal_shares_have_nothing_against_them() -> None:
    assert fisher_exact((3, 100), (3, 100)) == 1.0
    assert fisher_exact((0, 5), (0, 900)) == 1.0


def test_large_groups_stay_finite() -> None:
    assert 0 < fisher_exact((900, 100_000), (1_200, 100_000)) < 1e-9


@pytest.mark.parametrize("first", [(-1, 3), (4, 3)])
def test_impossible_counts_are_refused(first: tuple[int, int]) -> None:
    with pytest.raises(UsageError, match="counts lie between"):
        fisher_exact(first, (1, 2))


def test_an_empty_group_is_refused() -> None:
    with pytest.raises(InsufficientData, match="a group is empty"):
        fisher_exact((0, 0), (1, 2))
