"""A program as a system: the question on its standard input, the answer on its standard output."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from measurand.core.example import Example
from measurand.core.fingerprint import fingerprint
from measurand.core.output import Failure
from measurand.core.system import System
from measurand.errors import Fault, PlanError
from measurand.systems.base import Answer, LocalSystem, shown
from measurand.systems.path import JsonPath
from measurand.systems.template import turns

__all__ = ["LARGEST", "CommandSystem", "command_words"]

LARGEST = 10_000_000
"""Bytes of an answer beyond which the program is stopped."""
_ERRORS = 4_000
"""Bytes that are kept of the end of what it says on standard error."""
_GRACE = 0.5
"""Seconds in which what a program has started may close its output after the program's end."""
_PREFIX = "command:"


class CommandSystem(LocalSystem):
    """A program that answers; no shell is involved.

    Without an ``answer`` in the plan it reads the question and writes the answer; one line end at
    the end does not count. With one it reads a JSON object (``id``, ``question``, ``messages``,
    ``context``, ``trial``) and writes JSON, in which ``answer`` is the path to the answer.

    It is started anew for each answer, in the plan's folder, in a process group of its own. What
    takes too long or writes too much is stopped with everything it has started. The version
    follows from the command, and from the files below the project's root that the command names.

    Args:
        system: What the plan says.
        folder: The folder of the plan.
        timeout: Seconds that one answer may take.
        root: The project's root; by default the folder.
        code: What those files import, as a hash.

    Raises:
        PlanError: The command cannot be taken apart, or the answer's path is none.
    """

    def __init__(
        self,
        system: System,
        folder: Path,
        *,
        timeout: float = 120.0,
        root: Path | None = None,
        code: str = "",
    ) -> None:
        self._words = command_words(system.target)
        self._path = None if system.answer is None else JsonPath.parse(system.answer)
        self._folder = folder
        self._timeout = timeout
        files = [_content(folder, word, root or folder) for word in self._words]
        told = ["command", self._words, files, system.answer, *([code] if code else [])]
        super().__init__(system.name, fingerprint(told))

    async def attempt(self, example: Example, trial: int) -> Answer | Failure:
        """Run the program once."""
        program = self._words[0]
        loop = asyncio.get_running_loop()
        try:
            transport, run = await loop.subprocess_exec(
                lambda: _Run(loop),
                *self._words,
                cwd=self._folder,
                start_new_session=sys.platform != "win32",
            )
        except OSError as problem:
            why = problem.strerror or type(problem).__name__
            return Failure("exception", f"{program} cannot be started: {why}")
        try:
            async with asyncio.timeout(self._timeout):
                run.feed(self._input(example, trial))
                await run.ended.wait()
        except TimeoutError:
            return Failure("timeout", f"{program} did not end within {self._timeout:g} s", run.said)
        finally:
            run.stop()
            transport.close()
            await run.gone()
        return self._outcome(run, transport.get_returncode())

    def _input(self, example: Example, trial: int) -> bytes:
        if self._path is None:
            return example.question.encode("utf-8", "surrogatepass")
        told = {
            "id": example.id,
            "question": example.question,
            "messages": turns(example.messages),
            "context": list(example.context),
            "trial": trial,
        }
        return json.dumps(told).encode()

    def _outcome(self, run: _Run, code: int | None) -> Answer | Failure:
        program = self._words[0]
        if run.too_long:
            return Failure("invalid", f"{program} wrote more than {LARGEST:,} bytes", run.said)
        if code:
            how = f"was stopped by signal {-code}" if code < 0 else f"ended with exit code {code}"
            last = run.said.strip().rpartition("\n")[2]
            message = f"{program} {how}" + (f": {shown(last)}" if last else "")
            return Failure("exception", message, run.said)
        try:
            text = run.out.decode("utf-8")
        except UnicodeDecodeError as problem:
            return Failure("invalid", f"{program} wrote something that is not UTF-8: {problem}")
        if self._path is None:
            return Answer(text=text.removesuffix("\n").removesuffix("\r"))
        return self._path.answer(text, no_json="invalid")


class _Run(asyncio.SubprocessProtocol):
    """One run: what it wrote, in bounds, and when it has ended."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.out = bytearray()
        self.ended = asyncio.Event()  # no future: a timeout would cancel it
        self.too_long = False
        self._exited = asyncio.Event()
        self._loop = loop
        self._errors = bytearray()
        self._transport: asyncio.SubprocessTransport | None = None

    @property
    def said(self) -> str:
        """The end of what it said on standard error."""
        return self._errors.decode("utf-8", "replace")

    def feed(self, data: bytes) -> None:
        """Give it all of its input; a program that reads none of it is fine."""
        if self._transport is None:
            return
        pipe = self._transport.get_pipe_transport(0)
        if isinstance(pipe, asyncio.WriteTransport):
            pipe.write(data)
            pipe.close()  # once all of it is written

    def stop(self) -> None:
        """End it, with everything in its group, where it has not ended by itself."""
        if self._transport is None or self.ended.is_set():
            return
        if sys.platform == "win32":
            if self._transport.get_returncode() is None:
                self._transport.kill()
            return
        try:
            os.killpg(self._transport.get_pid(), signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # it has ended in this moment
            return

    async def gone(self) -> None:
        """Wait until a program that was ended has gone."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE):
                await self._exited.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It has been started."""
        if isinstance(transport, asyncio.SubprocessTransport):
            self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """It has written something."""
        if fd == 1:
            self.out += data
            if len(self.out) > LARGEST and not self.too_long:
                self.too_long = True
                self._end()
        else:
            self._errors += data
            del self._errors[:-_ERRORS]

    def process_exited(self) -> None:
        """It has ended; what it has started may not outlive it for long."""
        self._exited.set()
        self._loop.call_later(_GRACE, self._end)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's own
        """It has ended and closed its output."""
        self.ended.set()

    def _end(self) -> None:
        if not self.ended.is_set():
            self.stop()
            self.ended.set()


def command_words(target: str) -> list[str]:
    """A command as a shell takes it apart.

    Raises:
        PlanError: It cannot be taken apart, or there is none.
    """
    text = target.removeprefix(_PREFIX)
    try:
        words = shlex.split(text)
    except ValueError as problem:
        raise PlanError(
            [Fault(f"not a command: {problem}", key="target", found=repr(target))]
        ) from None
    if not words:
        allowed = "command:PROGRAM ARGUMENT ..."
        raise PlanError([Fault("no command", key="target", found=repr(target), allowed=allowed)])
    return words


def _content(folder: Path, word: str, root: Path) -> str | None:
    """What a file below the root holds, by its hash; None for anything else."""
    try:
        path = (folder / word).resolve()
        if not path.is_relative_to(root.resolve()) or not path.is_file():
            return None
        return sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError):
        return None
