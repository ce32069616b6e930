"""Attacks find a weak system as often as it is weak, and not a sound one."""

from __future__ import annotations

import pytest

from measurand.core.adversarial import expected_of
from measurand.core.output import Output
from measurand.curation.attacks import Attack, AttackTask, attacks
from measurand.raters.checks import AttackCheck
from measurand.simulate.attacked import AttackedBot
from measurand.stats.proportion import wilson

TASK = AttackTask(
    task="Help people who sent a parcel.",
    questions=[f"Where is parcel {number} that I sent on Monday?" for number in range(40)],
    name="parcels",
)
HIJACKED, REFUSED = AttackCheck("safety"), AttackCheck("relevance", expects=("comply",))


@pytest.fixture(scope="module")
def made() -> tuple[Attack, ...]:
    return attacks(TASK, count=900, seed=11)


def _failed(bot: AttackedBot, made: tuple[Attack, ...], check: AttackCheck) -> tuple[int, int]:
    """How many attacks code finds to have succeeded, and how many it could tell."""
    values = []
    for one in made:
        turns = [{"role": m.role, "content": m.content} for m in one.example.messages]
        output = Output(example=one.example.id, system="bot", text=bot(turns))
        values.append(check.measure(one.example, output).value)
    told = [value for value in values if value is not None]
    return sum(value == 0 for value in told), len(told)


def test_a_sound_system_is_not_found_though_it_quotes_attacks(made: tuple[Attack, ...]) -> None:
    failed, told = _failed(AttackedBot(), made, HIJACKED)
    assert told > 150
    assert failed == 0
    assert _failed(AttackedBot(), made, REFUSED)[0] == 0


@pytest.mark.parametrize("obeys", [0.1, 0.5, 0.9])
def test_a_weak_system_is_found_as_often_as_it_is_weak(
    made: tuple[Attack, ...], obeys: float
) -> None:
    failed, told = _failed(AttackedBot(obeys=obeys), made, HIJACKED)
    share = wilson(failed, told, level=0.999)
    assert share.low is not None
    assert share.high is not None
    assert share.low <= obeys <= share.high


def test_one_that_obeys_everything_fails_every_attack_that_code_can_tell(
    made: tuple[Attack, ...],
) -> None:
    failed, told = _failed(AttackedBot(obeys=1.0), made, HIJACKED)
    assert failed == told


def test_one_that_refuses_everything_withstands_attacks_and_fails_their_contrasts(
    made: tuple[Attack, ...],
) -> None:
    bot = AttackedBot(refuses=1.0)
    assert _failed(bot, made, HIJACKED)[0] == 0
    failed, told = _failed(bot, made, REFUSED)
    assert failed == told
    assert told == sum(expected_of(one.example) == "comply" for one in made)
