from __future__ import annotations

import pytest

from measurand.simulate.support_bot import SupportBot, support_bot


@pytest.fixture(scope="session")
def world() -> SupportBot:
    return support_bot(7)
