"""``measurand rate``: every act from the command line, and what it says when it cannot."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from tests.desk.conftest import Project

from measurand.cli import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = Project(tmp_path / "p")
    monkeypatch.chdir(project.folder)
    return project


@pytest.mark.usefixtures("folder")
def test_invite_tells_the_link_once_and_the_log_keeps_its_hash(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["rate", "invite", "Ann", "--url", "https://rate.example/"]) == 0
    link, told = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"https://rate\.example/enter/[\w-]{43}", link)
    assert told.startswith("for Ann, as rater, for 30 days.")
    assert link.rpartition("/")[2].encode() not in Path(".measurand/ledger.db").read_bytes()
    assert main(["rate", "invite", "Dora", "--role", "adjudicator", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["role"] == "adjudicator"
    assert main(["rate", "revoke", "Ann"]) == 0
    assert main(["rate", "revoke", "Ann"]) == 2


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["ann.csv", "ann.xlsx", "ann.html"])
def test_a_packet_goes_out_and_an_untouched_one_comes_back(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rate", "export", name, "--rater", "Ann", "--most", "3"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"3 items for Ann: {name}")
    assert "kept for Ann until" in told
    if not name.endswith(".html"):
        assert main(["rate", "import", name, "--json"]) == 2, "nothing was taken"
        assert json.loads(capsys.readouterr().out)["read"] == 0


@pytest.mark.usefixtures("folder")
def test_what_cannot_be_done_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    for words, told in (
        (["export", "a.json"], "say in which format"),
        (["export", "a.csv", "--format", "word"], "no format 'word'"),
        (["import", "absent.csv"], "not there"),
        (["import", "x.csv", "--name", "seven"], "write ACCOUNT=NAME"),
        (["invite", " "], "allowed"),
        (["exclude", "Ann", "--because", "x"], "has rated nothing"),
        (["status", "--plan", "other.yaml"], "there is no plan"),
    ):
        assert main(["rate", *words]) == 2, words
        assert told in capsys.readouterr().err, words


@pytest.mark.usefixtures("folder")
def test_status_tells_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rate", "status"]) == 0
    told = capsys.readouterr().out
    assert "items to rate" in told
    assert "Hours of people" in told
    assert main(["rate", "status", "--json", "--html", "status.html"]) == 0
    assert json.loads(capsys.readouterr().out)["round"]["items"] == 8
    assert "How far is the rating?" in Path("status.html").read_text("utf-8")


def test_serve_prints_the_organisers_link_serves_and_ends_on_a_signal(folder: Project) -> None:
    words = [sys.executable, "-m", "measurand", "rate", "serve", "--port", "0"]
    with subprocess.Popen(words, cwd=folder.folder, stdout=subprocess.PIPE, text=True) as desk:
        assert desk.stdout is not None
        lines = [desk.stdout.readline() for _ in range(2)]
        assert lines[0] == "desk: 8 items to rate, 0 rated\n"
        link = re.search(r"http://127\.0\.0\.1:\d+/enter/[\w-]{43}", lines[1])
        assert link is not None
        with urllib.request.urlopen(link[0], timeout=10) as page:  # noqa: S310 - our own
            assert b"organiser" in page.read()
        again = subprocess.run(words, cwd=folder.folder, capture_output=True, check=False)
        assert again.returncode == 2
        assert b"another desk" in again.stderr
        desk.send_signal(signal.SIGINT)
        assert desk.wait(timeout=20) == 0


@pytest.mark.parametrize(
    ("host", "told"),
    [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]")],  # noqa: S104 - for a moment
)
def test_the_organisers_link_opens_whatever_the_desk_is_bound_to(
    folder: Project, host: str, told: str
) -> None:
    words = [sys.executable, "-m", "measurand", "rate", "serve", "--port", "0", "--host", host]
    with subprocess.Popen(words, cwd=folder.folder, stdout=subprocess.PIPE, text=True) as desk:
        assert desk.stdout is not None
        line = [desk.stdout.readline() for _ in range(2)][1]
        link = re.search(r"http://(\S+):\d+/enter/[\w-]{43}", line)
        assert link is not None
        assert link[1] == told
        with urllib.request.urlopen(link[0], timeout=10) as page:  # noqa: S310 - our own
            assert b"organiser" in page.read()
        desk.send_signal(signal.SIGINT)
        assert desk.wait(timeout=20) == 0


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, measurand.cli\n"
        "try: measurand.cli.main(['rate', 'serve', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'apsw', 'starlette', 'uvicorn', 'pydantic', 'asyncio'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.stderr.strip() == "[]"
    assert "--port" in done.stdout
