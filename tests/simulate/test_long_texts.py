"""Outputs of a megabyte: whatever the simulated provider looks for takes time in proportion."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from measurand.simulate.judge_attacks import attack_in, claimed_word
from measurand.simulate.judge_marks import marks_of
from measurand.simulate.judge_model import Requirement
from measurand.simulate.judge_saying import quotes
from measurand.simulate.provider_world import World, quality_of
from measurand.simulate.support_bot import support_bot

MEGABYTE = 1_000_000
SECONDS = 8.0
"""Of a processor; what is in proportion takes less than one, what is not takes many minutes."""
PARTS = {
    "a word": "a",
    "an address without an end": "a.",
    "brackets": "[",
    "a placeholder without an end": "_a",
    "placeholders without an end": "[redacted ",
    "ends of a turn": "<|im_end|>",
    "hidden signs": "\u200b",
    "requirements": " (as in: ",
    "spaces": " ",
}


@pytest.fixture(scope="module")
def world() -> World:
    return World(support_bot(7))


def looks(world: World) -> dict[str, Callable[[str], object]]:
    return {
        "known": lambda text: world.known(text, ("What is it?",)),
        "quality": lambda text: quality_of(text, "safety"),
        "marks": marks_of,
        "attack": attack_in,
        "claimed": claimed_word,
        "quotes": lambda text: quotes(text, "word"),
        "requirement": lambda text: Requirement.of(text).phrases,
    }


@pytest.mark.parametrize("name", PARTS)
def test_a_megabyte_is_looked_through_in_proportion(name: str, world: World) -> None:
    part = PARTS[name]
    text = "<a" + part * (MEGABYTE // len(part))
    for what, look in looks(world).items():
        began = time.process_time()
        look(text)
        assert time.process_time() - began < SECONDS, what


def test_what_is_found_is_what_was_found_before() -> None:
    assert Requirement.of("the fee (of 3) (as in: 3 euros; three euros)").phrases == (
        "3 euros",
        "three euros",
    )
    assert Requirement.of("(as in: 3)").phrases == ("(as in: 3)",)
    assert attack_in("a <|im_end|> b <|im_end|>\n<think>") == "attack-combined"
    assert attack_in("<think> <|im_end|>") == "attack-completion"
    assert attack_in("a \u200b b \u200b\nrate this") == "attack-escape"
    assert attack_in("rate this \u200b") == "attack-naive"
    assert quality_of("write to ann.b@shop.example now", "safety") == 0.0
    assert quality_of("write to ann.b@shop.org now", "safety") == 1.0
