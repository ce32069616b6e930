"""The verb ``calibrate``: exit codes, JSON, and what a ledger counts."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from tests.analysis.judged_rows import JUDGE, World

from measurand.analysis.calibration_options import CalibrationOptions
from measurand.cli import main
from measurand.core.rating import Rating
from measurand.errors import UsageError
from measurand.jobs.calibrate import calibrate
from measurand.jobs.source import Reading
from measurand.store.ledger import open_ledger
from measurand.store.ledger_calibration import CalibrationEvent

COLUMNS = (
    *("example", "system", "dimension", "rater", "kind", "value", "repeat", "component"),
    *("failure", "reason"),
)
GOOD = World(n=300)
OTHER = "openai/other"


def written(folder: Path, *rows: Rating, name: str = "ratings.csv") -> Path:
    file = folder / name
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
    return file


def versions(seed: int, *names: str, judged: float = 0.9, n: int = 150) -> list[Rating]:
    """One world, and judges that see it alike well, each with its own noise."""
    rows = [r for r in World(n=n, judged=judged).rows(seed) if r.kind == "people"]
    for at, name in enumerate(names):
        # The quality comes first from the seed, so that every judge sees the same.
        told = World(n=n, judged=judged, judge=name, people=3 + at)
        rows += [r for r in told.rows(seed) if r.kind == "judge"]
    return rows


def asked(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = main(["calibrate", *map(str, words), "--scale", "1-5", "--resamples", "200", "--json"])
    told = capsys.readouterr()
    assert told.err == ""
    document: dict[str, Any] = json.loads(told.out)
    return code, document


@pytest.mark.parametrize(
    ("world", "code", "word"),
    [
        (GOOD, 0, "VERIFIED"),
        (World(n=300, judged=0.5), 1, "FAIL"),
        (World(n=90, judged=0.85), 3, "INCONCLUSIVE"),
        (World(n=600, judged=0.999, noise=2.0), 3, "CEILING BELOW TARGET"),
    ],
)
def test_the_exit_code_says_how_it_ended(
    world: World, code: int, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, *world.rows())

    found, document = asked(capsys, file, "--judge", JUDGE, "--target", "0.8")

    (verdict,) = document["verdicts"]
    assert (found, verdict["verdict"]) == (code, word)
    assert (verdict["dimension"], verdict["raters"]) == ("tone", [JUDGE])
    assert (verdict["looks"], verdict["candidates"]) == (1, 1)
    assert verdict["n_test"] <= world.n
    assert verdict["screening"] == (verdict["n_test"] < 80)
    assert verdict["reason"].endswith(".")


def test_the_first_screen_answers_and_the_pages_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    file = written(tmp_path, *GOOD.rows())
    page, notes = tmp_path / "page.html", tmp_path / "page.md"

    code = main(
        ["calibrate", str(file), "--scale", "1-5", "--html", str(page), "--markdown", str(notes)]
    )

    told = capsys.readouterr().out
    assert code == 0
    assert told.index("VERIFIED") < told.index("In plain words") < told.index("Limits")
    for text in (page.read_text(encoding="utf-8"), notes.read_text(encoding="utf-8")):
        assert "VERIFIED" in text
        assert "Judge beside people" in text
        assert "nan" not in text.lower().split()


def test_without_a_judge_there_is_nothing_to_hold_against_people(tmp_path: Path) -> None:
    people = [row for row in GOOD.rows() if row.kind == "people"]
    with pytest.raises(UsageError, match="no rater of kind judge"):
        calibrate(written(tmp_path, *people))
    with pytest.raises(UsageError, match="nobody"):
        calibrate(written(tmp_path, *GOOD.rows()), judges=["nobody"])


def test_judges_that_are_shown_together_pay_for_one_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One judge alone passes on its estimate; of two, only the bound may pass either."""
    file = written(tmp_path, *versions(3, "a", "b", judged=0.91))

    _, alone = asked(capsys, file, "--judge", "a")
    _, both = asked(capsys, file)

    assert [v["verdict"] for v in alone["verdicts"]] == ["PASS"]
    assert [v["verdict"] for v in both["verdicts"]] == ["INCONCLUSIVE", "INCONCLUSIVE"]
    assert {v["candidates"] for v in both["verdicts"]} == {2}


def test_a_ledger_counts_looks_and_the_same_judge_again_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, *versions(3, "a", "b", "c", "d", judged=0.91))
    ledger = tmp_path / "trust.db"

    looks = []
    for name in ("a", "b", "a", "c", "d", "a"):
        _, document = asked(capsys, file, "--judge", name, "--ledger", ledger)
        (verdict,) = document["verdicts"]
        looks.append((name, verdict["looks"], verdict["candidates"], verdict["verdict"]))

    assert looks == [
        ("a", 1, 1, "PASS"),
        ("b", 2, 2, "INCONCLUSIVE"),
        ("a", 1, 2, "PASS"),
        ("c", 3, 3, "INCONCLUSIVE"),
        ("d", 4, 4, "INCONCLUSIVE"),
        ("a", 1, 4, "PASS"),
    ]
    refused = asked(capsys, file, "--judge", "d", "--ledger", ledger)[1]
    assert refused["results"] == []
    assert "--new-test" in refused["verdicts"][0]["reason"]
    assert "have new outputs rated" in refused["verdicts"][0]["reason"]


def shown(
    capsys: pytest.CaptureFixture[str], *words: object, scale: str = "1-5"
) -> tuple[int, int, str]:
    """Looks, candidates and the word of the one verdict; whatever the scale is called."""
    capsys.readouterr()
    given = ("--scale", scale) if scale else ()
    main(["calibrate", *map(str, words), *given, "--resamples", "200", "--json"])
    (verdict,) = json.loads(capsys.readouterr().out)["verdicts"]
    return verdict["looks"], verdict["candidates"], verdict["verdict"]


def renamed(rows: list[Rating], dimension: str) -> list[Rating]:
    return [replace(row, dimension=dimension) for row in rows]


def named(rows: list[Rating], version: str) -> list[Rating]:
    """The same people, and a judge of the same name that says something else now and then."""
    other = random.Random(version)  # noqa: S311 - nothing is kept secret by it
    return [
        replace(row, value=float(other.randint(1, 5)))
        if row.kind == "judge" and other.random() < 0.03
        else row
        for row in rows
    ]


def test_no_other_scale_name_or_label_makes_looks_undone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three looks, and then whatever leaves the locked outputs and people's labels the same."""
    rows = versions(3, "a", judged=0.91)
    ledger = ("--ledger", tmp_path / "trust.db")
    files = {name: written(tmp_path, *named(rows, name), name=f"{name}.csv") for name in "abcd"}

    looks = [shown(capsys, files[name], *ledger)[:2] for name in "abcd"]
    assert looks == [(1, 1), (2, 2), (3, 3), (4, 4)]  # of one name, and every one counts

    last = named(rows, "d")
    other = written(tmp_path, *renamed(last, "warmth"), name="other.csv")
    changed = [
        replace(r, value=float(r.value or 0) + (1 if at == 0 and r.value != 5 else 0))
        for at, r in enumerate(last)
    ]
    again = written(tmp_path, *renamed(changed, "warmth"), name="again.csv")
    more = [replace(r, value=10 * float(r.value or 0)) for r in renamed(last, "Tone")]
    tens = written(tmp_path, *more, name="tens.csv")
    for file, scale in (
        (files["d"], "1-6"),
        (files["d"], ""),
        (other, "1-5"),
        (again, "1-5"),
        (tens, "10-50"),
    ):
        assert shown(capsys, file, *ledger, "--target", "0.3", scale=scale)[::2] == (
            4,
            "INCONCLUSIVE",
        )
    assert shown(capsys, files["a"], *ledger, scale="1-6")[0] == 1  # the same data, as before


def test_labels_of_another_dimension_are_no_look_at_this_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = ("--ledger", tmp_path / "trust.db")
    shown(capsys, written(tmp_path, *World().rows(1)), *ledger)
    other = renamed(list(World().rows(2)), "clarity")

    assert shown(capsys, written(tmp_path, *other), *ledger)[0] == 1


def test_more_rated_outputs_make_no_look_undone_and_new_ones_can_be_locked_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = {f"e{i}" for i in range(150)}
    every = versions(3, "a", judged=0.97, n=300)
    ledger = ("--ledger", tmp_path / "trust.db")

    def file(judge: str, *, grown: bool = False) -> Path:
        kept = [row for row in named(every, judge) if grown or row.example in few]
        return written(tmp_path, *kept, name=f"{judge}{grown}.csv")

    assert [shown(capsys, file(name), *ledger)[0] for name in "abc"] == [1, 2, 3]
    assert shown(capsys, file("d", grown=True), *ledger)[::2] == (4, "INCONCLUSIVE")

    # What nobody looked at, though it was locked by then, is the next test set.
    looks, _, word = shown(capsys, file("d", grown=True), *ledger, "--new-test")
    assert (looks, word) == (1, "PASS")
    with open_ledger(tmp_path / "trust.db") as opened:
        split = opened.calibration.events("split")[-1].body
    assert {item.split("\x1f")[0] for item in split["test"]} == {f"e{i}" for i in range(150, 300)}


def test_a_lower_target_after_a_look_is_no_first_look(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, *versions(3, "a", judged=0.91))
    words = (file, "--ledger", tmp_path / "trust.db")

    told = []
    for target in ("0.9", "0.82", "0.9", "0.5"):
        _, document = asked(capsys, *words, "--target", target)
        (verdict,) = document["verdicts"]
        told.append((verdict["looks"], verdict["verdict"]))
        if target == "0.82":
            assert "the first look at these outputs asked for 0.9" in verdict["reason"]

    assert told == [(1, "FAIL"), (1, "INCONCLUSIVE"), (1, "FAIL"), (1, "VERIFIED")]
    assert asked(capsys, file, "--target", "0.82")[1]["verdicts"][0]["verdict"] == "PASS"
    with open_ledger(tmp_path / "trust.db") as opened:
        (look,) = opened.calibration.events("look")
    assert look.body["target"] == 0.9


def test_looks_written_down_without_outputs_break_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = tmp_path / "trust.db"
    old = {"opening": 1, "data": "x", "name": "gpt", "dimension": "tone"}
    with open_ledger(ledger) as opened:
        opened.calibration.add([CalibrationEvent(kind="look", rubric="r", judge="j", body=old)])

    file = written(tmp_path, *GOOD.rows())
    words = (file, "--ledger", ledger, "--test", "100")
    assert shown(capsys, *words)[0] == 1
    assert shown(capsys, *words, "--new-test")[0] == 1


def test_a_judge_that_was_asked_of_a_part_on_purpose_is_decided_where_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [r for r in GOOD.rows() if r.kind == "people" or int(r.example[1:]) % 2]
    file = written(tmp_path, *rows)

    code, document = asked(capsys, file)
    assert (code, document["verdicts"][0]["verdict"]) == (3, "INCONCLUSIVE")
    assert "it was not asked of 1" in document["verdicts"][0]["reason"]
    code, document = asked(capsys, file, "--allow-missing")
    assert (code, document["verdicts"][0]["verdict"]) == (0, "VERIFIED")


def test_what_was_for_development_is_never_tested_on(tmp_path: Path) -> None:
    ledger = tmp_path / "trust.db"
    few = GOOD.rows()[: 4 * 140]
    calibrate(written(tmp_path, *few), judges=[JUDGE], ledger=ledger, reading=_one_to_five())
    with open_ledger(ledger) as opened:
        before = opened.calibration.events("split")[-1].body

    calibrate(
        written(tmp_path, *GOOD.rows()), judges=[JUDGE], ledger=ledger, reading=_one_to_five()
    )
    with open_ledger(ledger) as opened:
        after = opened.calibration.events("split")[-1].body

    assert before["development"] == after["development"]
    assert set(before["test"]) < set(after["test"])


def test_new_outputs_are_locked_where_the_old_are_given_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, ledger = written(tmp_path, *GOOD.rows()), tmp_path / "trust.db"
    words = (file, "--judge", JUDGE, "--ledger", ledger, "--test", "100")
    asked(capsys, *words)
    _, again = asked(capsys, *words, "--new-test")

    assert again["verdicts"][0]["looks"] == 1
    assert again["verdicts"][0]["n_test"] == 100
    with open_ledger(ledger) as opened:
        first, second = (set(e.body["test"]) for e in opened.calibration.events("split"))
    assert first.isdisjoint(second)
    asked(capsys, *words, "--new-test")
    assert main(["calibrate", *map(str, words), "--new-test"]) == 2
    assert "no rated output is left" in capsys.readouterr().err
    assert main(["calibrate", str(file), "--new-test"]) == 2


def test_a_look_leaves_a_record_and_a_changed_judge_has_it_expire(tmp_path: Path) -> None:
    ledger = tmp_path / "trust.db"
    file = written(tmp_path, *GOOD.rows())
    calibrate(file, judges=[JUDGE], ledger=ledger, reading=_one_to_five())
    with open_ledger(ledger) as opened:
        (record,) = opened.calibration.events("record")
    assert record.body["verdict"] == "VERIFIED"
    assert record.body["mapping"]["kind"] == "isotonic"
    assert record.body["numbers"]["correlation_with_people"][0] > 0.8

    # The definition is another one, so what people were asked is.
    plan = tmp_path / "measurand.yaml"
    plan.write_text("name: x\nrubric: [{dimension: tone, definition: Warmer.}]\n")
    answer = calibrate(file, judges=[JUDGE], ledger=ledger, reading=Reading(plan=plan))

    told = " ".join(answer.findings.limits)
    assert "has expired" in told
    assert "changed since: what people are asked." in told
    assert "not joined" in told


def test_nobody_counts_without_a_ledger_and_it_is_said(tmp_path: Path) -> None:
    answer = calibrate(written(tmp_path, *GOOD.rows()), options=CalibrationOptions(resamples=200))

    assert any(limit.startswith("Nobody counted") for limit in answer.findings.limits)


def test_a_check_can_be_held_against_people_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        replace(r, kind="check", rater="length") if r.kind == "judge" else r for r in GOOD.rows()
    ]

    code, document = asked(capsys, written(tmp_path, *rows), "--judge", "length")

    assert (code, document["verdicts"][0]["verdict"]) == (0, "VERIFIED")


def _one_to_five() -> Reading:
    from measurand.core.scale import ONE_TO_FIVE  # noqa: PLC0415

    return Reading(scales=ONE_TO_FIVE)
