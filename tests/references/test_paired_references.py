import pytest
from scipy import special

from measurand.stats.estimate import Estimate
from measurand.stats.paired import PairedTable, bonett_price, mcnemar, newcombe_10, tango, wald


def ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


# A small table; its figures were computed independently of this package, to the digits given.
TABLE = PairedTable(20, 12, 2, 16)
# Bentur et al. (2009), airway hyper-responsiveness before and after transplantation.
AIRWAY = PairedTable(1, 1, 7, 12)
# Agresti (2013), Categorical Data Analysis, table 11.1: approval of the prime minister, twice.
APPROVAL = PairedTable(794, 150, 86, 570)


def test_four_intervals_of_one_table() -> None:
    assert ends(newcombe_10(TABLE)) == pytest.approx((0.0562, 0.3292), abs=5e-5)
    assert ends(tango(TABLE)) == pytest.approx((0.0611, 0.3447), abs=5e-5)
    assert ends(bonett_price(TABLE)) == pytest.approx((0.0509, 0.3337), abs=5e-5)
    assert ends(wald(TABLE)) == pytest.approx((0.0642, 0.3358), abs=5e-5)


def test_three_versions_of_mcnemar_for_one_table() -> None:
    assert mcnemar(12, 2, method="exact") == pytest.approx(0.012939, abs=5e-7)
    assert mcnemar(12, 2, method="mid-p") == pytest.approx(0.007385, abs=5e-7)
    assert mcnemar(12, 2, method="chi2") == pytest.approx(0.007526, abs=5e-7)


def test_the_airway_example() -> None:
    """Fagerland, Lydersen and Laake (2013), BMC Med. Res. Methodol. 13:91; (2014), Stat. Med."""
    assert mcnemar(1, 7, method="chi2") == pytest.approx(0.0339, abs=5e-5)
    assert mcnemar(1, 7, method="exact") == pytest.approx(0.0703, abs=5e-5)
    assert mcnemar(1, 7, method="mid-p") == pytest.approx(0.0391, abs=5e-5)
    assert ends(tango(AIRWAY)) == pytest.approx((-0.517, -0.026), abs=5e-4)
    assert ends(bonett_price(AIRWAY)) == pytest.approx((-0.508, -0.013), abs=5e-4)
    assert ends(newcombe_10(AIRWAY)) == pytest.approx((-0.507, -0.026), abs=5e-4)


def test_the_approval_ratings() -> None:
    """Agresti (2013), section 11.1: chi-square 17.36, Wald .040 with (.021, .059)."""
    chi2 = (APPROVAL.first - APPROVAL.second) ** 2 / (APPROVAL.first + APPROVAL.second)
    assert chi2 == pytest.approx(17.3559, abs=5e-5)
    assert mcnemar(150, 86, method="chi2") == pytest.approx(special.chdtrc(1, chi2), rel=1e-9)
    assert ends(wald(APPROVAL)) == pytest.approx((0.021, 0.059), abs=5e-4)


@pytest.mark.parametrize("counts", [(0, 0), (1, 0), (5, 5), (3, 11), (86, 150), (400, 350)])
def test_agrees_with_statsmodels(counts: tuple[int, int]) -> None:
    oracle = pytest.importorskip("statsmodels.stats.contingency_tables")
    table = [[9, counts[0]], [counts[1], 9]]
    exact = oracle.mcnemar(table, exact=True).pvalue
    assert mcnemar(*counts, method="exact") == pytest.approx(exact, abs=1e-10)
    if sum(counts):
        chi2 = oracle.mcnemar(table, exact=False, correction=False).pvalue
        assert mcnemar(*counts, method="chi2") == pytest.approx(chi2, abs=1e-10)
