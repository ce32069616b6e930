"""A failure becomes a regression example, with the failure kept and nothing private."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import jsonschema_rs
import pytest

from measurand.cli import main
from measurand.errors import MeasurandError, UsageError
from measurand.jobs.regress import Capture, regress
from measurand.jobs.set_place import SetPlace, set_place
from measurand.report.results_json import results_schema
from measurand.store.built_set import load_set
from measurand.store.lines import write_jsonl
from measurand.store.versions import versions

LOG = [
    {
        "id": f"r{at}",
        "messages": [
            {"role": "user", "content": f"Where is my parcel {at}? I am jane.roe@acme.com."}
        ],
        "output": f"It left the depot {at} days ago, jane.roe@acme.com.",
        "timestamp": "2026-03-01T10:00:00Z",
    }
    for at in range(4)
]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SetPlace:
    """A folder with a log and nothing else."""
    monkeypatch.chdir(tmp_path)
    write_jsonl(tmp_path / "march.jsonl", LOG)
    return set_place()


def test_one_command_where_nothing_is_set_up(
    place: SetPlace, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--because", "the depot of jane.roe@acme.com is closed", "--must-contain", "today"]
    assert main(["data", "regress", "march.jsonl:2", *words, "--by", "Ada", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema_rs.validate(results_schema(), document)
    told = document["account"]
    built = load_set(place.data)
    (example,) = built.dataset
    assert example.id == told["example"]
    assert (example.component, example.source) == ("regression", "march.jsonl:2")
    assert example.created == "2026-03-01T10:00:00+00:00"
    assert example.checklist[0].any_of == ("today",)
    failure = example.metadata["failure"]
    assert failure["answered"].startswith("It left the depot 1 days ago, [redacted email ")
    assert "[redacted email " in failure["because"]
    lineage = built.lineage[example.id]
    assert (lineage.rule, lineage.accepted_by) == ("regression: captured", "Ada")
    assert lineage.log
    assert [one.act for one in versions(place.data)] == ["captured"]
    for file in place.data.rglob("*"):
        assert not file.is_file() or b"jane.roe" not in file.read_bytes()


def test_what_is_said_of_a_right_answer_is_redacted_too(place: SetPlace) -> None:
    """People paste it from where the failure was told to them."""
    address = "bob.private@acme.com"
    capture = Capture(
        record="march.jsonl:2",
        because=f"told by {address}",
        references=(f"Mail {address}.",),
        must_contain=(f"write to {address}", "today"),
        segments=(address, "parcels"),
        by=address,
    )
    answer = regress(place, capture)
    (example,) = load_set(place.data).dataset
    assert "[redacted email " in example.references[0]
    assert example.checklist[1].any_of == ("today",)
    assert example.segments[-1] == "parcels"
    texts = [f.read_bytes() for f in place.data.rglob("*") if f.suffix in {".jsonl", ".json"}]
    texts += [gzip.decompress(file.read_bytes()) for file in place.data.rglob("*.gz")]
    assert len(texts) > 4
    assert not any(b"private@" in text for text in texts)
    assert "private@" not in json.dumps(answer.part)
    with pytest.raises(UsageError, match="is in the set already"):
        regress(place, capture)


def test_a_record_is_found_by_its_id(place: SetPlace) -> None:
    answer = regress(place, Capture(record="r3", log=Path("march.jsonl"), because="late"))
    assert answer.part["source"] == "march.jsonl:4"
    assert "what a right answer is" in answer.findings.limits[0]


def test_the_same_thing_is_captured_once(place: SetPlace) -> None:
    regress(place, Capture(record="march.jsonl:1", because="it is wrong"))
    with pytest.raises(UsageError, match=r"in the set already.*because: it is wrong"):
        regress(place, Capture(record="r0", log=Path("march.jsonl"), because="again"))
    assert len(load_set(place.data).dataset) == 1


@pytest.mark.parametrize(
    ("record", "more", "told"),
    [
        ("march.jsonl:9", {}, "no record"),
        ("nowhere.jsonl:1", {}, "no place in a log that is there"),
        ("r9", {"log": Path("march.jsonl")}, "no record"),
        ("core-1", {"system": "today"}, "there is no plan here"),
        ("march.jsonl:1", {"because": " "}, "say why"),
        (f"march.jsonl:{'9' * 5000}", {}, "no place in a log"),
        ("march.jsonl:1", {"log": Path("march.jsonl"), "system": "today"}, "--log names"),
        ("march.jsonl:1", {"dimension": "tone"}, "--dimension goes with --system"),
    ],
)
def test_what_is_not_there_is_refused(
    place: SetPlace, record: str, more: dict[str, object], told: str
) -> None:
    given = {"because": "wrong", **more}
    with pytest.raises(MeasurandError, match=f"(?i){told}"):
        regress(place, Capture(record=record, **given))  # type: ignore[arg-type]
    assert not place.data.exists()


def test_an_answer_of_a_run_is_captured_with_its_ratings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["init", str(tmp_path / "bot")]) == 0
    monkeypatch.chdir(tmp_path / "bot")
    assert main(["check"]) == 0
    place = set_place()
    capture = Capture(
        record="core-01", system="today", because="too short", references=("Like so",)
    )
    answer = regress(place, capture)
    built = load_set(place.data)
    example = built.dataset[str(answer.part["example"])]
    there = built.dataset["core-01"]
    assert example.messages == there.messages
    assert example.references == ("Like so", *there.references)
    failure = example.metadata["failure"]
    assert failure["answered"]
    assert {"completeness", "tone"} <= {one["dimension"] for one in failure["ratings"]}
    # The files of the user's that did not change are as he wrote them.
    starter = (Path("data") / "core.jsonl").read_bytes()
    assert main(["init", str(tmp_path / "other")]) == 0
    assert starter == (tmp_path / "other" / "data" / "core.jsonl").read_bytes()
    with pytest.raises(UsageError, match="no answer of nobody"):
        regress(place, Capture(record="core-02", system="nobody", because="x"))
    with pytest.raises(UsageError, match="no example 'core-99'"):
        regress(place, Capture(record="core-99", system="today", because="x"))
