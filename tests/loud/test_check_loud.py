"""``check`` on a project with one thing broken: what and where is named, and nothing is rated."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.loud.conftest import Run

OUTPUTS = Path("outputs/candidate.jsonl")
CORE = Path("data/core.jsonl")
PLAN = Path("measurand.yaml")


def becomes(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


def first(content: bytes) -> bytes:
    return content.splitlines(keepends=True)[0]


@pytest.mark.parametrize(
    ("path", "change", "told"),
    [
        (OUTPUTS, lambda _: b"", "outputs/candidate.jsonl: the file is empty"),
        (OUTPUTS, lambda c: c[:-20], "outputs/candidate.jsonl:24: the JSON is cut off"),
        (OUTPUTS, lambda _: bytes(range(256)), "outputs/candidate.jsonl:1: the line holds a NUL"),
        (OUTPUTS, lambda c: c + first(c), "outputs/candidate.jsonl:25: example: 'candidate' answ"),
        (OUTPUTS, lambda c: c + b"7\n", "candidate.jsonl:25: the row is not a JSON object"),
        (OUTPUTS, lambda c: c + b'{"example": "z", "text": NaN}\n', "25: NaN is not a number"),
        (
            OUTPUTS,
            lambda c: c + b'{"example": "z", "text": "t"}\n',
            "no example in the evaluation set",
        ),
        (OUTPUTS, lambda c: c + b'{"example": ["z"], "text": "t"}\n', "25: example: is not text"),
        (OUTPUTS, lambda c: c + b'{"text": "t", "seconds": %s}\n' % (b"9" * 5000), "5,000 digits"),
        (CORE, lambda _: b"", "data/core.jsonl: the file is empty"),
        (CORE, lambda c: c[:-20], "the JSON is cut off"),
        (CORE, lambda c: c + first(c), "the example has the id of data/core.jsonl:1"),
        (PLAN, lambda _: b"", "measurand.yaml: the file is empty"),
        (PLAN, lambda _: bytes(range(128, 256)), "not UTF-8"),
        (PLAN, lambda _: b"- 1\n", "measurand.yaml:1: is not a mapping"),
        (PLAN, lambda c: c + b"name: again\n", "the key stands on line"),
        (PLAN, lambda c: c + b"surprise: 1\n", "surprise: is not a known key"),
        (PLAN, lambda c: c.replace(b"weight: ", b"weight: .nan # ", 1), "weight: is not a number"),
        (PLAN, lambda _: b"a: &a [*a]\n", "unfolds into too much"),
        (PLAN, lambda _: b"!!python/object/apply:os.getcwd []\n", "a tag is not allowed here"),
    ],
)
def test_what_is_broken_is_named(
    path: Path, change: Callable[[bytes], bytes], *, told: str, run: Run
) -> None:
    assert run("init").code == 0
    becomes(path, change)
    ended = run("check", "--json")
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert not Path(".measurand/ledger.db").exists()


@pytest.mark.parametrize("gone", [OUTPUTS, CORE.parent, PLAN])
def test_what_is_gone_is_named(gone: Path, run: Run) -> None:
    run("init")
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    ended = run("check")
    assert ended.code == 2
    assert str(gone) in ended.err


@pytest.mark.parametrize(
    "change", [lambda c: b"\xef\xbb\xbf" + c, lambda c: c.replace(b"\n", b"\r\n")]
)
def test_how_outputs_are_written_changes_no_rating(
    change: Callable[[bytes], bytes], run: Run
) -> None:
    run("init")
    plain = run("check", "--json").document["ratings"]
    becomes(OUTPUTS, change)
    assert run("check", "--json").document["ratings"] == plain > 0


def test_outputs_that_are_not_there_are_named_with_their_system_and_place(run: Run) -> None:
    run("init")
    OUTPUTS.unlink()
    ended = run("check")
    lines = PLAN.read_text(encoding="utf-8").splitlines()
    line = next(at for at, text in enumerate(lines, start=1) if "candidate.jsonl" in text)
    assert f"measurand.yaml:{line}: systems[1].target: the outputs of candidate" in ended.err


def test_each_check_is_told_by_its_means_and_without_its_traceback(run: Run) -> None:
    run("init")
    Path("checks.py").write_text(
        "def no_slang(example, output):\n    raise KeyError(f'{len(output.text)} of 7')\n",
        encoding="utf-8",
    )
    told = run("check").out.splitlines()
    (mean,) = [line for line in told if line.startswith("  completeness (0..1) by")]
    assert re.search(r"today 0\.\d\d, candidate 0\.\d\d, expert [01]\.\d\d$", mean)
    (failed,) = [line for line in told if line.startswith("  72 without a value")]
    assert "KeyError" in failed
    assert "(checks.py, line 2)" in failed
    assert "with other numbers" in failed
    assert "  tone (1-5) by check.no_slang: today none, candidate none, expert none; 72" in "".join(
        told
    )
