"""Probes on recorded answers of many models: nothing that must stay is touched."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from measurand.core.example import Example
from measurand.core.probes import SURFACE
from measurand.raters.probes import apply
from measurand.raters.probes.invariants import addresses, code_of, numbers

DATA = Path(__file__).parents[2].parent / "shared" / "data"
ANSWERS = DATA / "ifeval_multi_model" / "responses.jsonl.gz"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]
EVERY = 40
SHARE = {"markdown-strip": 0.2, "markdown-add": 0.25, "hedge": 0.4, "assert": 0.4}


def answers() -> list[str]:
    with gzip.open(ANSWERS, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["response"] for at, line in enumerate(lines) if at % EVERY == 0]


def test_most_answers_take_most_probes_and_lose_nothing() -> None:
    texts = answers()
    assert len(texts) > 50
    told = Example(id="e", messages=())
    kept: Counter[str] = Counter()
    for probe in SURFACE:
        for text in texts:
            made = apply(probe, told, text, seed=1, family="fir")
            kept[probe] += made.kept
            if not made.kept:
                assert made.text == text
                assert made.why
            elif probe != "truncate-last-third":
                assert set(numbers(made.text)) == set(numbers(text))
                assert set(addresses(made.text)) == set(addresses(text))
                assert code_of(made.text) == code_of(text)
    low = {
        probe: n / len(texts) for probe, n in kept.items() if n < SHARE.get(probe, 0.5) * len(texts)
    }
    assert low == {}
