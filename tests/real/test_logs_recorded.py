"""Recorded dialogues of support systems are read as logs without a mapping."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from measurand.store.logs.account import LogAccount
from measurand.store.logs.reading import read_log

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "uss_support_dialogues"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.exists(), reason="the recorded data is not here"),
]


@pytest.mark.parametrize("name", ["MWOZ", "SGD"])
def test_every_dialogue_is_read_and_every_label_kept(name: str) -> None:
    """What is counted here from the rows is what the records hold."""
    path = DATA / f"{name}.jsonl.gz"
    answers = labels = overall = 0
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            turns = json.loads(line)["turns"]
            overall += sum(len(t["satisfaction"]) for t in turns if t["text"] == "OVERALL")
            spoken = [turn for turn in turns if turn["text"] != "OVERALL"]
            roles = [turn["role"] for turn in spoken]
            first = roles.index("USER")
            answers += sum(
                role == "SYSTEM" and at > first and roles[at - 1] != "SYSTEM"
                for at, role in enumerate(roles)
            )
            labels += sum(
                len(turn["satisfaction"])
                for at, turn in enumerate(spoken)
                if turn["role"] == "USER" and at and roles[at - 1] == "SYSTEM" and at - 1 > first
            )
    account = LogAccount()
    records = list(read_log(path, account))
    assert (account.read, account.kept, account.refused) == (1_000, 1_000, 0)
    assert account.dialects == {"transcript": 1_000}
    assert len(records) == answers > 10_000
    said = Counter(one.name for record in records for one in record.feedback)
    assert said == {"satisfaction": labels, "overall satisfaction": overall}
    assert all(one.messages[-1].role == "user" and one.output for one in records)
    assert not any("OVERALL" in message.content for one in records for message in one.messages)
