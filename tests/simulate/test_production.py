"""The log of production is like one: it repeats itself, complains, fails, and tells too much."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from measurand.core.running import RedactPlan
from measurand.privacy.redaction import Redactor
from measurand.simulate.answers import VOICES
from measurand.simulate.production import production_log
from measurand.texts.minhash import near_duplicates

CONTACT = re.compile(r"[\w.]+@(?:not-a-mailbox\.net|no-such-post\.org)|0(?:20 7946|1632 960) \d+")
Rows = tuple[Mapping[str, Any], ...]


@pytest.fixture(scope="module")
def log() -> Rows:
    return production_log()


def asked(row: Mapping[str, Any]) -> str:
    return str(row["messages"][-1]["content"])


def test_it_is_two_months_of_conversations_in_a_few_segments(log: Rows) -> None:
    assert 400 <= len(log) <= 750
    assert [row["timestamp"] for row in log] == sorted(row["timestamp"] for row in log)
    assert {row["timestamp"][:7] for row in log} == {"2026-03", "2026-04"}
    assert 3 <= len(Counter(row["segment"] for row in log)) <= 8
    talks = Counter(row["conversation_id"] for row in log)
    assert {1, 2, 3} == set(talks.values())
    assert len({row["id"] for row in log}) == len(log)


def test_the_same_seed_gives_the_same_log_and_another_one_another(log: Rows) -> None:
    assert production_log() == log
    assert production_log(8) != log


def test_a_part_is_rated_and_bad_answers_worse(log: Rows) -> None:
    thumbs = Counter(row.get("feedback") for row in log)
    assert 0.3 < (thumbs["up"] + thumbs["down"]) / len(log) < 0.6
    assert 0.1 < thumbs["down"] / (thumbs["up"] + thumbs["down"]) < 0.4
    said = Counter(
        row["comment"] for row in log if row.get("feedback") == "down" and "comment" in row
    )
    assert {"the number is wrong", "rude", "half is missing"} <= set(said)
    for row in log:
        if row.get("comment") == "rude":
            assert not any(opener in row["response"] for opener in VOICES["today"].openers)


def test_some_calls_fail_some_customers_complain_and_some_only_thank(log: Rows) -> None:
    failed = [row for row in log if row["response"] is None]
    assert 3 <= len(failed) <= 30
    assert all(row["error"] and "feedback" not in row for row in failed)
    assert sum("not what I asked" in asked(row) or "Useless" in asked(row) for row in log) >= 5
    assert sum(asked(row) in {"Thank you.", "ok bye", "Great, thanks"} for row in log) >= 5


def test_customers_ask_the_same_in_other_words_most_of_all_in_the_storm(log: Rows) -> None:
    first = [asked(row) for row in log if len(row["messages"]) == 1]
    groups = Counter(near_duplicates(first, threshold=0.8, seed=1).group.tolist())
    assert len(groups) < 0.95 * len(first)
    storm = Counter(row["timestamp"][:10] for row in log if "Harbour View since" in asked(row))
    assert {day for day, times in storm.items() if times >= 5} <= {
        f"2026-04-{d}" for d in (14, 15, 16)
    }
    assert sum(storm.values()) >= 30


def test_the_log_is_as_the_readme_tells(log: Rows) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert f"{len(log)} times" in readme
    (place,) = re.findall(r"data regress logs/production\.jsonl:(\d+)", readme)
    row = log[int(place) - 1]
    assert row["response"].startswith('{"reply": "If you had paid attention')
    assert row.get("feedback") is None


def test_addresses_and_numbers_are_made_up_and_would_be_redacted(log: Rows) -> None:
    redact = Redactor(RedactPlan(), b"sixteen bytes or more")
    told = [found for row in log for found in CONTACT.findall(asked(row))]
    assert 8 <= len(told) <= 40
    assert any("@" in one for one in told)
    assert any("@" not in one for one in told)
    for row in log:
        assert not CONTACT.search(redact(asked(row)))
        assert "@" not in CONTACT.sub("", asked(row))
