"""Logs as a job opens them: redacted before anything else, read again at will, nothing lost."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.store.logs.samples import ROWS, written

from measurand.cli import main
from measurand.core.running import RedactPlan
from measurand.errors import DataError, UsageError
from measurand.jobs.log_survey import survey
from measurand.jobs.logs import HIDDEN, NOT_REDACTED, TWICE, Seen, log_files, open_logs
from measurand.privacy.redaction import Redactor

MAIL, CARD, KEY = "jane.roe@acme.com", "4111 1111 1111 1111", "sk-proj-Ab3dE5fG7hJ9kL2mN4pQ6rS8"
SECRETS = (MAIL, CARD, KEY)
REDACTOR = Redactor(RedactPlan(), b"k" * 32)


def poisoned(value: Any) -> Any:
    """The same value with a secret in every text that is no word of the format."""
    if isinstance(value, dict):
        return {name: poisoned(one) for name, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one) for one in value]
    if isinstance(value, str) and value[:1] in {"{", "["}:
        return json.dumps(poisoned(json.loads(value)))
    if isinstance(value, str) and (" " in value or value in {"m", "p", "bot", "gpt-4o", "x"}):
        return f"{value} {MAIL} {CARD} {KEY}"
    return value


def leaked(text: str) -> list[str]:
    """Secrets that stand in a text."""
    return [secret for secret in SECRETS if secret in text]


def test_secrets_in_every_field_are_kept_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [poisoned(row) for _, row in ROWS.values()]
    own = {
        "id": MAIL,
        "question": CARD,
        "answer": KEY,
        "session_id": MAIL,
        "tags": [KEY],
        "context": [CARD],
        "feedback": [{"name": MAIL, "value": KEY, "comment": CARD}],
        "error": KEY,
        MAIL: {KEY: [CARD, 4111111111111111]},
    }
    bad = [{"messages": [{"role": MAIL, "content": KEY}]}, {KEY: CARD}]
    path = written(tmp_path / "log.jsonl", *rows, own, own, *bad)
    path.write_text(path.read_text() + f'{{"question": "{MAIL}\n[{KEY}', encoding="utf-8")
    logs = open_logs([path], redactor=REDACTOR)
    records = list(logs.records())
    assert len(records) == len(ROWS) + 2
    assert leaked(repr(records) + json.dumps(logs.account.to_json())) == []
    assert "4111111111111111" not in repr(records)
    assert all("[redacted" in one.question for one in records)
    assert logs.account.notes[HIDDEN] == 2
    assert records[-1].id == str(records[-1].place)
    for words in (["--json"], []):
        assert main(["data", "logs", str(path), *words]) == 0
        told = capsys.readouterr()
        assert leaked(told.out + told.err) == []
    assert main(["data", "logs", str(path), "--map", "question:none"]) == 2
    assert leaked("".join(capsys.readouterr())) == []
    assert {file.name for file in tmp_path.rglob("*")} == {"log.jsonl"}


def test_a_text_that_cannot_be_redacted_is_dropped_and_counted(tmp_path: Path) -> None:
    def broken(text: str) -> str:
        if "secret" in text:
            raise RuntimeError(text)
        return text

    rows = [{"question": f"{word} question", "answer": "b"} for word in ("a", "secret", "c")]
    logs = open_logs([written(tmp_path / "log.jsonl", *rows)], redactor=broken)
    records = list(logs.records())
    assert [one.question for one in records] == ["a question", "c question"]
    account = logs.account
    assert (account.read, account.kept, account.refused) == (3, 2, 1)
    assert account.refused_by == {NOT_REDACTED: 1}
    assert str(account.places[NOT_REDACTED][0]) == "log.jsonl:2"


def test_reading_again_gives_the_same_records_and_a_new_account(tmp_path: Path) -> None:
    row = ROWS["chat"][1]
    path = written(tmp_path / "log.jsonl", row, row, {"question": "a", "id": "x"}, {"id": "x"})
    seen: list[tuple[int, int]] = []
    logs = open_logs(
        [path], redactor=REDACTOR, progress=lambda done, whole: seen.append((done, whole))
    )
    first = list(logs.records())
    account = logs.account
    assert list(logs.records()) == first
    assert logs.account is not account
    assert logs.account.to_json() == account.to_json()
    assert [one.id for one in first] == ["chatcmpl-1", "log.jsonl:2", "x"]
    assert account.notes[TWICE] == 1
    assert logs.digests == {"log.jsonl": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert seen[-1] == (path.stat().st_size,) * 2


def test_a_file_that_changes_between_two_readings_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "log.jsonl", ROWS["rows"][1])
    logs = open_logs([path], redactor=REDACTOR)
    assert len(list(logs.records())) == 1
    written(path, ROWS["rows"][1], ROWS["rows"][1])
    with pytest.raises(DataError, match="has changed since it was opened"):
        list(logs.records())


def test_folders_and_files_of_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("a", "b"):
        Path(folder).mkdir()
        written(Path(folder) / "log.jsonl", ROWS["rows"][1])
    written(Path("b/other.ndjson"), ROWS["rows"][1])
    Path("b/notes.txt").write_text("x", encoding="utf-8")
    logs = open_logs([Path("a"), Path("b")], redactor=REDACTOR)
    ids = [one.id for one in logs.records()]
    assert ids == ["a/log.jsonl:1", "b/log.jsonl:1", "other.ndjson:1"]
    with pytest.raises(DataError) as raised:
        open_logs([Path("none.jsonl"), Path("nowhere")], redactor=REDACTOR)
    assert len(raised.value.faults) == 2
    with pytest.raises(UsageError, match="name a file"):
        open_logs([], redactor=REDACTOR)


def test_scores_in_a_file_of_their_own_are_joined(tmp_path: Path) -> None:
    target = ROWS["langfuse observation"][1]
    score = {"trace_id": "t", "observation_id": target["id"], "name": "q", "value": 1,
             "data_type": "NUMERIC", "source": "EVAL"}  # fmt: skip
    files = [written(tmp_path / "observations.jsonl", target),
             written(tmp_path / "scores.jsonl", score)]  # fmt: skip
    (record,) = open_logs(files, redactor=REDACTOR).records()
    assert [(one.name, one.value, one.kind) for one in record.feedback] == [("q", 1.0, "judge")]


def test_names_that_were_met_are_known_however_many() -> None:
    seen = Seen()
    names = [f"r{at}" for at in range(5_000)]
    assert all(seen.add(name) for name in names)
    assert not any(seen.add(name) for name in names)
    assert seen.count == 5_000


def test_a_survey_counts_what_is_in_logs(tmp_path: Path) -> None:
    rows = [row for _, row in ROWS.values()]
    rows += [{"question": "a", "error": "timeout", "tags": ["de"], "thumbs": True}, {"a": 1}]
    found = survey(open_logs([written(tmp_path / "log.jsonl", *rows)], redactor=REDACTOR))
    assert found.records == len(ROWS) + 1
    assert (found.answered, found.failed, found.rated, found.undated) == (len(ROWS), 1, 1, 1)
    assert found.first == found.last == "2026-03-01T10:00:00+00:00"
    assert found.systems == {"gpt-4o": len(ROWS)}
    assert found.segments == {"de": 1}
    assert found.feedback == {("thumbs", "people"): 1}
    told = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert told["account"]["refused"] == 1
    assert told["sample"]["place"].startswith("log.jsonl:1")


def test_the_act_says_what_was_read_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(Path("log.jsonl"), ROWS["rows"][1], {"a": 1})
    assert main(["data", "logs", "log.jsonl"]) == 0
    told = capsys.readouterr().out
    assert "2 rows read: 1 kept, 0 passed over, 1 refused; 1 records" in told
    assert "log.jsonl:2" in told
    assert "answer: It left the depot." in told
    written(Path("other.jsonl"), {"a": "x", "b": "y"})
    assert main(["data", "logs", "other.jsonl"]) == 2
    assert '--map "question:COLUMN"' in capsys.readouterr().out
    words = ["--map", "question:a", "--map", "output:b", "--json"]
    assert main(["data", "logs", "other.jsonl", *words]) == 0
    assert json.loads(capsys.readouterr().out)["records"] == 1


def test_names_of_files_are_redacted_and_no_paths_of_a_machine(tmp_path: Path) -> None:
    row = {"question": "a", "answer": "b"}
    home = tmp_path / f"{MAIL} logs"
    for folder in ("a", f"of {MAIL}"):
        (home / folder).mkdir(parents=True)
        written(home / folder / f"log {MAIL}.jsonl", row, {"a": 1})
        written(home / folder / "x.jsonl", {"a": 1}, row)
    written(home / f"only {KEY}.jsonl", row)
    logs = open_logs([home], redactor=REDACTOR)
    places = [str(one.place) for one in logs.records()]
    told = repr((places, logs.digests, logs.files, logs.account.to_json()))
    assert leaked(told) == []
    assert str(tmp_path) not in told
    assert "a/x.jsonl:2" in places
    assert [one.id for one in logs.records()] == places
    assert len(logs.digests) == 5
    typed = f"only {KEY}.jsonl:1"
    assert logs.place(typed) in places
    assert leaked(logs.place(typed)) == []
    assert logs.place("x.jsonl:2") == "x.jsonl:2"  # nobody knows which


def test_names_do_not_hang_on_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        written(tmp_path / folder / "log.jsonl", {"question": "a", "answer": "b"})
    whole = [tmp_path / "a/log.jsonl", tmp_path / "b/log.jsonl"]
    monkeypatch.chdir(tmp_path)
    near = [Path("a/log.jsonl"), Path("b/../b/log.jsonl"), Path("a/../a/log.jsonl")]
    monkeypatch.chdir(tmp_path / "a")
    far = [Path("log.jsonl"), Path("../b/log.jsonl")]
    assert list(log_files(whole)) == list(log_files(far)) == ["a/log.jsonl", "b/log.jsonl"]
    monkeypatch.chdir(tmp_path)
    assert list(log_files(near)) == ["a/log.jsonl", "b/log.jsonl"]


def test_files_whose_redacted_names_are_alike_stay_apart(tmp_path: Path) -> None:
    for name in ("b 1.jsonl", "a 2.jsonl"):
        written(tmp_path / name, {"question": name, "answer": "b"})
    paths = [tmp_path / "b 1.jsonl", tmp_path / "a 2.jsonl"]
    logs = open_logs(paths, redactor=lambda text: "x" if text.endswith("jsonl") else text)
    assert [str(one.place) for one in logs.records()] == ["x (2):1", "x:1"]

    def broken(text: str) -> str:
        raise RuntimeError(text)

    assert open_logs(paths, redactor=broken).files == ("log (2)", "log")


def test_many_files_of_one_name_are_named_in_no_time(tmp_path: Path) -> None:
    files = []
    for at in range(3_000):
        (tmp_path / str(at)).mkdir()
        files.append(tmp_path / str(at) / "log.jsonl")
        files[-1].touch()
    start = time.process_time()
    assert len(log_files(files)) == 3_000
    assert time.process_time() - start < 1


def test_the_act_names_few_of_many_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for at in range(30):
        (tmp_path / f"{at}.jsonl").touch()
    written(tmp_path / "log.jsonl", ROWS["rows"][1])
    assert main(["data", "logs", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert told.count("sha256") == 20
    assert "and 11 more files; --json has all" in told
    assert "and 10 more ends; --json has all" in told
