import numpy as np
import pytest
from scipy import stats

from measurand.stats.fisher import fisher_exact

# Fisher's tea lady (Agresti 2013, table 3.9) and his twins (1962), as R's fisher.test has them.
PUBLISHED = [((3, 4), (1, 4), 0.4857143), ((2, 12), (15, 18), 0.0005367241)]
TABLES = [
    ((3, 430), (21, 430)),
    ((0, 50), (6, 50)),
    ((40, 41), (1, 9)),
    ((7, 7), (2, 30)),
    ((500, 1290), (450, 1290)),
    ((1, 1), (0, 1)),
]


@pytest.mark.parametrize(("first", "second", "p"), PUBLISHED)
def test_published_values(first: tuple[int, int], second: tuple[int, int], p: float) -> None:
    assert fisher_exact(first, second) == pytest.approx(p, abs=1e-7)


@pytest.mark.parametrize(("first", "second"), TABLES)
def test_scipy(first: tuple[int, int], second: tuple[int, int]) -> None:
    table = np.array([[k, n - k] for k, n in (first, second)])
    assert fisher_exact(first, second) == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-6)
