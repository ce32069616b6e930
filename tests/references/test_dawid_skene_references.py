"""The worked example of Dawid and Skene (1979)."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.stats.dawid_skene import dawid_skene

# Dawid and Skene (1979), table 1: 45 patients; observer 1 saw each three times, 2 to 5 once.
PATIENTS = """
    1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223
    4444444 2223343 1111111 2223212 1211111 1112111 1111111 1111111 2222221 2221322
    2222222 2222221 2223222 2212222 1111111 1111111 2322222 1111111 1111111 1121121
    1111111 3333233 1111111 2222222 2223232 4334343 2212232 2323233 3333432 1111111
    1111111 1212111 2322222 1211111 2222222
"""
RATINGS = np.array([[float(cell) for cell in row] for row in PATIENTS.split()])
OBSERVERS = (0, 0, 0, 1, 2, 3, 4)


def test_estimates() -> None:
    model = dawid_skene(RATINGS, raters=OBSERVERS)
    assert model.settled
    # Table 2 prints marginals .40 .42 .11 .07 and, for observer 1, two digits of these rows.
    assert model.prior == pytest.approx([0.40, 0.42, 0.11, 0.07], abs=5e-3)
    rows = [
        [0.889, 0.111, 0, 0],
        [0.071, 0.876, 0.053, 0],
        [0, 0.339, 0.661, 0],
        [0, 0, 0.556, 0.444],
    ]
    assert model.confusion[0] == pytest.approx(np.array(rows), abs=5e-4)
    # An independent EM, iterated until it settled.
    assert model.log_likelihood == pytest.approx(-192.8909, abs=1e-4)


def test_every_patient_gets_a_class() -> None:
    model = dawid_skene(RATINGS, raters=OBSERVERS)
    assert model.posterior.sum(axis=1) == pytest.approx(np.ones(45))
    clear = (RATINGS[:, :1] == RATINGS).all(axis=1)
    assert model.labels[clear].tolist() == RATINGS[clear, 0].tolist()
