import asyncio
import json
import shlex
import sys
import time
from pathlib import Path

import pytest

from measurand.core.example import Example, Message
from measurand.core.output import Failure, Output
from measurand.core.protocols import LiveSystem
from measurand.core.system import System
from measurand.errors import PlanError
from measurand.systems import command
from measurand.systems.command import CommandSystem

EXAMPLE = Example(
    id="q1",
    messages=(Message("user", "Why é?; $(date) \ud800"),),
    references=("gold",),
    context=("c",),
)
ASKED = "Why é?; $(date)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def made(
    folder: Path, code: str, *, answer: str | None = None, timeout: float = 20
) -> CommandSystem:
    (folder / "bot.py").write_text(f"import sys, json, os, time\n{code}\n", encoding="utf-8")
    words = f"command:{shlex.quote(sys.executable)} -S -E bot.py 'an argument' ';'"
    return CommandSystem(System("bot", words, answer=answer), folder, timeout=timeout)


def run(system: CommandSystem) -> Output:
    output, calls = asyncio.run(system.answer(EXAMPLE, 2))
    assert isinstance(system, LiveSystem)
    assert calls == ()
    return output


def failed(system: CommandSystem) -> Failure:
    found = run(system).failure
    assert found is not None
    return found


def test_the_question_goes_in_and_the_answer_comes_out(folder: Path) -> None:
    code = (
        "data = sys.stdin.buffer.read()\nsys.stdout.buffer.write(data[:len(data) - 3] + b'|\\n\\n')"
    )
    assert run(made(folder, code)).text == f"{ASKED} |\n"
    assert run(made(folder, "print(sys.argv[1:])")).text == "['an argument', ';']"
    assert run(made(folder, "print(os.getcwd())")).text == str(folder.resolve())
    assert run(made(folder, "pass")).text == ""


def test_with_a_path_it_reads_and_writes_json(folder: Path) -> None:
    code = "told = json.load(sys.stdin)\nprint(json.dumps({'a': [sorted(told), told['trial']]}))"
    output = run(made(folder, code, answer="a"))
    assert json.loads(output.text or "") == [["context", "id", "messages", "question", "trial"], 2]
    missing = failed(made(folder, "print('{}')", answer="a"))
    assert (missing.kind, missing.details) == ("invalid", "{}\n")
    assert failed(made(folder, "print('hi')", answer="a")).message == "not JSON: hi"


def test_a_bad_end_is_a_failure_with_the_end_of_what_it_said(folder: Path) -> None:
    code = "sys.stderr.write('x' * 100_000 + '\\nno such order\\n')\nprint('half')\nsys.exit(3)"
    found = failed(made(folder, code))
    assert found.kind == "exception"
    assert found.message == f"{sys.executable} ended with exit code 3: no such order"
    assert len(found.details) == command._ERRORS
    killed = failed(made(folder, "os.kill(os.getpid(), 9)"))
    assert killed.message == f"{sys.executable} was stopped by signal 9"


def test_what_is_no_text_or_too_much_is_a_failure(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "not UTF-8" in failed(made(folder, "sys.stdout.buffer.write(b'\\xff')")).message
    monkeypatch.setattr(command, "LARGEST", 100_000)
    found = failed(made(folder, "while True: print('x' * 1000)"))
    assert found.message == f"{sys.executable} wrote more than 100,000 bytes"


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


def gone(pid: int) -> bool:
    began = time.monotonic()
    while alive(pid) and time.monotonic() - began < 10:
        time.sleep(0.01)
    return not alive(pid)


CHILD = "pid = os.fork()\nif pid == 0:\n    time.sleep(60)\n    os._exit(0)\n"


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks processes up in /proc")
def test_a_timeout_ends_all_that_was_started(folder: Path) -> None:
    told = "open('pid', 'w').write(str(pid))\nsys.stderr.write('hm')\nsys.stderr.flush()"
    code = f"{CHILD}{told}\ntime.sleep(60)"
    found = failed(made(folder, code, timeout=1))
    assert found == Failure("timeout", f"{sys.executable} did not end within 1 s", "hm")
    assert gone(int((folder / "pid").read_text()))


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks processes up in /proc")
def test_an_answer_does_not_wait_for_what_was_left_behind(folder: Path) -> None:
    output = run(made(folder, f"{CHILD}print(pid)"))
    assert gone(int(output.text or ""))


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks processes up in /proc")
def test_a_run_that_is_stopped_stops_its_programs(folder: Path) -> None:
    system = made(folder, "open('pid', 'w').write(str(os.getpid()))\ntime.sleep(60)")
    file = folder / "pid"

    async def stopped() -> None:
        task = asyncio.create_task(system.answer(EXAMPLE, 0))
        while not (file.exists() and file.read_text()):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stopped())
    assert gone(int(file.read_text()))


def test_a_program_that_reads_nothing_is_fine(folder: Path) -> None:
    long = Example(id="q", messages=(Message("user", "x" * 1_000_000),))
    output, _ = asyncio.run(made(folder, "print('hi')").answer(long, 0))
    assert output.text == "hi"


def test_a_program_that_is_not_there(folder: Path) -> None:
    found = failed(CommandSystem(System("bot", "command:./none"), folder))
    assert found == Failure("exception", "./none cannot be started: No such file or directory")
    file = folder / "plain"
    file.write_text("x")
    assert (
        "cannot be started" in failed(CommandSystem(System("b", "command:./plain"), folder)).message
    )


@pytest.mark.parametrize("target", ["command:", "command: ", "command:a 'b"])
def test_what_is_no_command_is_refused(folder: Path, target: str) -> None:
    with pytest.raises(PlanError, match="command"):
        CommandSystem(System("bot", target), folder)


def test_many_programs_at_once(folder: Path) -> None:
    system = made(folder, "print(len(sys.stdin.buffer.read()))")

    async def ask() -> list[str | None]:
        made = await asyncio.gather(*(system.answer(EXAMPLE, trial) for trial in range(8)))
        return [output.text for output, _ in made]

    assert set(asyncio.run(ask())) == {str(len(EXAMPLE.question.encode("utf-8", "surrogatepass")))}


def test_the_version_follows_the_command_and_the_files_it_names(folder: Path) -> None:
    first = made(folder, "print(1)").version
    assert made(folder, "print(1)").version == first
    assert made(folder, "print(2)").version != first
    assert made(folder, "print(1)", answer="a").version != first
