"""A set on disk held against logs, end to end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurand.analysis.mismatch import MismatchOptions
from measurand.cli import main
from measurand.core.scale import Scale
from measurand.errors import DataError, InsufficientData, UsageError
from measurand.jobs.building.gathering import Window
from measurand.jobs.encoding import encoder_of
from measurand.jobs.mismatch import MismatchAnswer, MismatchRequest, mismatch_of
from measurand.jobs.mismatching import sides
from measurand.report.results_json import results_schema

SECRET = "ann.smith@acme-shop.com"  # noqa: S105 - somebody's address, which must not be seen
ASKED = ("refund my order of {}", "reset the password of {}", "deliver the parcel with {}")
QUICK = MismatchOptions(permutations=99, intents=3)
ENCODER = """
import zlib
def vectors(texts):
    return [[1 + zlib.crc32(text.split()[0].encode()) % 97, len(text)] for text in texts]
def broken(texts):
    raise ValueError(texts[0])
def short(texts):
    return [[1.0, 2.0]] * (len(texts) - 1)
def empty(texts):
    return [[0.0, 0.0]] * len(texts)
"""


def question(kind: int, rng: np.random.Generator) -> str:
    return ASKED[kind].format(" and ".join(rng.choice(["shoes", "books", "lamps", "chairs"], 2)))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A set that lacks deliveries, and a log in which every fifth question is one."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(3)
    core = [
        {"id": f"e{n}", "question": question(n % 2, rng), "segments": ["web"]} for n in range(120)
    ]
    Path("data").mkdir()
    Path("data/core.jsonl").write_text("\n".join(map(json.dumps, core)) + "\n")
    rows = [
        {
            "id": f"r{n}",
            "question": question(2 if n % 5 == 0 else n % 2, rng)
            + (f" for {SECRET}" if n % 5 == 0 else ""),
            "answer": "Of course.",
            "time": f"2026-0{3 + n % 2}-01T00:00:00Z",
        }
        for n in range(300)
    ]
    Path("log.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n{half a line\n")
    lines = ["example,system,dimension,rater,kind,value"]
    lines += [f"e{n},today,accuracy,Ann,people,{(2, 4, 4, 2, 5)[n % 5]}" for n in range(120)]
    Path("ratings.csv").write_text("\n".join(lines) + "\n")
    Path("embed.py").write_text(ENCODER)
    return tmp_path


def asked(**how: Any) -> MismatchAnswer:
    request = MismatchRequest(**({"options": QUICK} | how))
    return mismatch_of(["log.jsonl"], request)


@pytest.mark.usefixtures("home")
def test_what_is_missing_is_shown_redacted_everywhere() -> None:
    answer = asked()
    assert answer.exit_code == 1
    document = answer.to_json()
    (gap,) = [one for one in document["account"]["add"] if one["channel"] == "intent"]
    assert "parcel" in gap["kind"]
    assert gap["add"] == 24
    assert all("[redacted email " in one["question"] for one in gap["examples"])
    everything = json.dumps(document) + answer.to_html() + answer.to_markdown()
    assert SECRET not in everything
    assert "[redacted email " in answer.to_html()
    assert any("1 of 301 rows of the logs were refused" in line for line in document["limits"])


@pytest.mark.usefixtures("home")
def test_the_document_is_as_the_schema_says() -> None:
    import jsonschema_rs  # noqa: PLC0415 - of this test alone

    jsonschema_rs.validate(results_schema(), json.loads(json.dumps(asked().to_json())))


@pytest.mark.usefixtures("home")
def test_the_order_of_the_log_and_its_files_does_not_matter() -> None:
    before = asked()
    rows = Path("log.jsonl").read_text().splitlines()[:300]
    Path("log.jsonl").write_text("\n".join(rows[::-1][:150]) + "\n{half a line\n")
    Path("more.jsonl").write_text("\n".join(rows[::-1][150:]) + "\n")
    after = mismatch_of(["more.jsonl", "log.jsonl"], MismatchRequest(options=QUICK))
    assert after.findings.results == before.findings.results
    assert after.findings.verdicts == before.findings.verdicts


@pytest.mark.usefixtures("home")
def test_of_a_large_window_a_sample_is_looked_at_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sides, "MOST", 100)
    answer = asked()
    assert any(
        "has 300 questions; these numbers are of 100" in one for one in answer.findings.limits
    )
    once = {r.estimate.n for r in answer.findings.named("share_in_production")}
    assert once == {100}


@pytest.mark.usefixtures("home")
def test_the_window_has_ends_and_what_is_read_twice_is_told() -> None:
    april = asked(since="2026-04-01")
    assert {r.estimate.n for r in april.findings.named("share_in_production")} == {150}
    Path("again.jsonl").write_text(Path("log.jsonl").read_text())
    twice = mismatch_of(["log.jsonl", "again.jsonl"], MismatchRequest(options=QUICK))
    assert any("300 records have an id that another" in line for line in twice.findings.limits)
    with pytest.raises(UsageError, match="no ISO 8601"):
        MismatchRequest(since="yesterday")
    with pytest.raises(DataError, match="outside of the window"):
        asked(since="2027-01-01")


@pytest.mark.usefixtures("home")
def test_the_saved_set_makes_compare_say_the_re_weighted_headline(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = asked(ratings=Path("ratings.csv"), scales=Scale.of("1-5"), save=Path("tagged"))
    (wanted,) = answer.findings.named("mean_reweighted")
    (plain,) = answer.findings.named("mean")
    traffic = answer.to_json()["account"]["traffic"]
    words = [word for name, share in traffic.items() for word in ("--traffic", f"{name}={share}")]
    assert (
        main(["compare", "ratings.csv", "--scale", "1-5", "--data", "tagged", *words, "--json"])
        == 0
    )
    results = json.loads(capsys.readouterr().out)["results"]
    (found,) = [
        r["value"]
        for r in results
        if r["name"] == "mean"
        and r["dimension"] == "overall"
        and not {"segment", "component"} & set(r)
    ]
    assert found == pytest.approx(wanted.estimate.value, abs=1e-5)
    assert plain.estimate.value is not None
    with pytest.raises(UsageError, match="not empty"):
        asked(save=Path("tagged"))


@pytest.mark.usefixtures("home")
def test_an_encoder_of_ones_own() -> None:
    answer = asked(encoder="embed.py:vectors")
    assert answer.findings.verdicts[0].outcome == "fail"
    for name, said in (
        ("embed.py:broken", "fails with ValueError on"),
        ("embed.py:short", "gives an array of shape"),
        ("embed.py:empty", "zero or not finite"),
        ("embed.py:none", "has no 'none'"),
        ("embed", "names no code"),
    ):
        with pytest.raises(UsageError, match=said) as caught:
            asked(encoder=name)
        assert "refund" not in str(caught.value)


@pytest.mark.usefixtures("home")
def test_what_to_do_comes_first_and_weights_can_be_copied(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import yaml  # noqa: PLC0415 - of this test alone

    words = ["data", "mismatch", "--window", "log.jsonl", "--permutations", "99"]
    assert main([*words, "--intents", "3", "--save", "tagged", "--markdown", "page.md"]) == 1
    said = capsys.readouterr().out
    flat = " ".join(said.split())
    assert flat.index("A set of this size needs 24 more of") < flat.index("In numbers: p")
    block = said[said.index("data:\n  path:") :].partition("\n\n")[0]
    plan = yaml.safe_load(block.partition("The cells")[0])
    assert plan["data"] == {"path": "tagged"}
    assert sum(plan["compare"]["traffic"].values()) == pytest.approx(1)
    answer = asked(save=Path("again"))
    assert plan["compare"]["traffic"] == answer.to_json()["account"]["traffic"]
    assert "<pre" in answer.to_html()
    assert "\n      traffic:\n" in Path("page.md").read_text()
    unsaved = asked().to_markdown()
    assert "with --save FOLDER" in unsaved
    assert "traffic:" not in unsaved
    assert "The headline" not in unsaved


@pytest.mark.usefixtures("home")
def test_the_plan_names_the_encoder() -> None:
    Path("measurand.yaml").write_text(
        "name: shop\nrubric: [{dimension: accuracy}]\ndata: {encoder: 'embed.py:vectors'}\n"
    )
    found = {
        source.findings.results[0].estimate.value
        for source in (asked(), asked(encoder="embed.py:vectors"))
    }
    assert len(found) == 1
    Path("measurand.yaml").write_text("name: a\nrubric: [{dimension: b}]\ndata: {encoder: embed}\n")
    with pytest.raises(DataError, match="encoder"):
        asked()


def test_vectors_come_in_batches_and_have_unit_length(tmp_path: Path) -> None:
    (tmp_path / "embed.py").write_text(ENCODER)
    found = encoder_of("embed.py:vectors", base=tmp_path)([f"word{n}" for n in range(600)])
    assert found.shape == (600, 2)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1)


@pytest.mark.usefixtures("home")
def test_too_little_is_refused_with_what_is_needed() -> None:
    with pytest.raises(InsufficientData, match="golden has 0 examples"):
        asked(component="golden")
    Path("log.jsonl").write_text("\n".join(Path("log.jsonl").read_text().splitlines()[:9]) + "\n")
    with pytest.raises(InsufficientData, match="window of production has 9"):
        asked()
    Path("log.jsonl").write_text('{"answer": "Yes."}\n')
    with pytest.raises(DataError, match="no record of the logs has a question"):
        asked()


@pytest.mark.usefixtures("home")
def test_markup_in_a_log_is_text() -> None:
    evil = "<script>alert(1)</script> deliver the parcel [x](javascript:alert(2)) now"
    rows = [{"question": evil, "answer": "No."}] * 1 + [
        json.loads(line) for line in Path("log.jsonl").read_text().splitlines()[:200]
    ]
    rows += [{"id": f"x{n}", "question": f"{evil} {n}", "answer": "No."} for n in range(100)]
    Path("log.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    answer = asked()
    page = answer.to_html()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "[x](javascript" not in answer.to_markdown()


@pytest.mark.usefixtures("home")
def test_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["data", "mismatch", "--window", "log.jsonl", "--permutations", "99"]
    assert main([*words, "--report", "page.html"]) == 1
    said = capsys.readouterr().out
    for part in ("FAIL  mismatch", "What to add", "How to use the weights", "written: page.html"):
        assert part in said
    assert Path("page.html").stat().st_size > 10_000
    with pytest.raises(SystemExit):
        main([*words, "--matters-text", "2"])
    assert main(["data", "mismatch", "--window", "nowhere.jsonl"]) == 2


def test_records_with_no_answer_are_left_out_where_others_have_one() -> None:
    from measurand.core.example import Message  # noqa: PLC0415 - of this test alone
    from measurand.core.record import Place, Record  # noqa: PLC0415

    def record(n: int, output: str | None) -> Record:
        said = (Message("user", f"question {n}"),)
        return Record(id=f"r{n}", place=Place("log", n), messages=said, output=output)

    def window(answers: list[str | None]) -> int:
        records = [record(n, answer) for n, answer in enumerate(answers)]
        side, read = sides.window_of(
            records, encode=encoder_of("", base=Path()), seed=0, window=Window(None, None)
        )
        assert read.asked == len(side)
        return len(side)

    assert window(["yes", None, "no"]) == 2
    assert window([None, None, None]) == 3
