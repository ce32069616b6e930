"""A gate as a test. pytest loads this in every session, so it does nothing until a test asks.

::

    @pytest.mark.measurand
    def test_ships(): ...

    def test_ships_too(measurand_gate):
        measurand_gate.require()

The marker requires: its test fails with the verdict's words unless the gate passes. The fixture
answers, and leaves it to the test what to ask of the answer. Either way a gate is asked once a
session, however many tests and workers there are.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from measurand.pytest_plugin.asking import Asked

__all__ = ["measurand_gate", "measurand_plan"]

_MARKER = "measurand"
_FIXTURE = "measurand_gate"
_TOLD = (
    f"{_MARKER}(plan=None, *, inconclusive='fail', require=True, **options): fail unless the "
    "gate of this plan passes; inconclusive may also be 'skip' or 'xfail', and options are those "
    "of measurand.jobs.gate.GateOptions, as system, against, core or run"
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _TOLD)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give a marked test the fixture, so that what hinders the gate is an error of its set-up."""
    names = getattr(item, "fixturenames", None)
    if names is not None and item.get_closest_marker(_MARKER) and _FIXTURE not in names:
        names.append(_FIXTURE)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a marked test before its body runs, unless its gate passes."""
    if item.get_closest_marker(_MARKER) is not None:
        asked: Asked | None = getattr(item, "funcargs", {}).get(_FIXTURE)
        if asked is None:
            pytest.fail(f"the marker {_MARKER} belongs on a test function", pytrace=False)
        if asked.choice.require:
            asked.require()
    return (yield)


@pytest.fixture(scope="session")
def measurand_plan(pytestconfig: pytest.Config) -> Path:
    """The plan whose gate is asked; override it in a conftest.py, or name another in the marker."""
    return pytestconfig.rootpath / "measurand.yaml"


@pytest.fixture
def measurand_gate(request: pytest.FixtureRequest, measurand_plan: Path | str) -> Asked:
    """The answer of the gate; its options are those of the test's marker, where there is one."""
    from measurand.pytest_plugin.asking import asked  # noqa: PLC0415 - inert until a test asks

    return asked(request, measurand_plan)
