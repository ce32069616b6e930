"""From a system of the plan to something that can be asked."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.core.example import Example
from measurand.core.model import Call
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.protocols import LiveSystem
from measurand.core.system import System
from measurand.errors import DataError, Fault, PlanError, UsageError
from measurand.jobs.patience import Patience
from measurand.models.open import Models
from measurand.privacy.redaction import redact_json
from measurand.raters.checks.loading import load
from measurand.raters.checks.sources import code_of, program_code, root_of
from measurand.systems.command import CommandSystem, command_words
from measurand.systems.function import FunctionSystem
from measurand.systems.model import ModelSystem
from measurand.systems.recorded import RecordedSystem

if TYPE_CHECKING:
    import aiohttp

__all__ = ["Opener"]


@dataclass(slots=True)
class Bounded:
    """A system that is no provider's model.

    Args:
        system: The system.
        places: So many at once may ask it.
        redact: What is done to every text that goes to it, as to models.
    """

    system: LiveSystem
    places: asyncio.Semaphore
    redact: Callable[[str], str]

    @property
    def name(self) -> str:
        """Its name in the table of ratings."""
        return self.system.name

    @property
    def version(self) -> str:
        """Changes whenever the same example could be answered by something else."""
        return self.system.version

    async def answer(self, example: Example, trial: int) -> tuple[Output, tuple[Call, ...]]:
        """Answer an example, once there is a place."""
        async with self.places:
            return await self.system.answer(_redacted(example, self.redact), trial)


@dataclass(slots=True, kw_only=True)
class Opener:
    """Opens the systems of a plan.

    Args:
        plan: The plan.
        file: Where it stands; its paths start from that folder.
        models: Opens models by name.
        recorded: Recorded outputs by system, example and trial.
        redact: What is done to every text that goes out.
        closing: What is let go of at the end of the run.
    """

    plan: Plan
    file: Path
    models: Models
    recorded: Mapping[str, Mapping[tuple[str, int], Output]]
    closing: AsyncExitStack
    redact: Callable[[str], str] = str
    _session: aiohttp.ClientSession | None = field(default=None, init=False)

    async def open(self, system: System) -> LiveSystem:
        """The system that a plan means; nothing is sent.

        Raises:
            PlanError: What its target names is not there or cannot be used; all faults at once.
        """
        try:
            if system.kind == "recorded":
                return RecordedSystem(system, self.recorded.get(system.name, {}))
            if system.kind == "model":
                prompt = _prompt(system, self.file.parent)
                return ModelSystem(system, self.models.open(system.target), prompt)
            places = asyncio.Semaphore(self.plan.run.connections)
            return Bounded(await self._local(system), places, self.redact)
        except PlanError:
            raise
        except DataError as problem:
            raise PlanError(problem.faults) from None
        except UsageError as problem:
            fault = Fault(str(problem), key="target", found=repr(system.target))
            raise PlanError([fault]) from None

    async def _local(self, system: System) -> LiveSystem:
        run, base = self.plan.run, self.file.parent
        if system.kind == "function":
            function = load(system.target, base=base)
            code = code_of(system.target, base=base).digest
            return FunctionSystem(
                system, function, timeout=run.timeout, threads=run.connections, code=code
            )
        if system.kind == "program":
            code = program_code(command_words(system.target), base=base)
            return CommandSystem(system, base, timeout=run.timeout, root=root_of(base), code=code)
        from measurand.systems.http import HttpSystem  # noqa: PLC0415 - aiohttp takes 0.2 seconds

        return HttpSystem(
            system,
            await self._web(),
            expand=self.models.environment.expand,
            timeout=run.timeout,
            retry=self._again(system),
        )

    async def _web(self) -> aiohttp.ClientSession:
        """One session for all endpoints."""
        if self._session is None:
            from measurand.models.openai_wire import new_session  # noqa: PLC0415 - see above

            self._session = await self.closing.enter_async_context(new_session())
        return self._session

    def _again(self, system: System) -> Patience:
        """Try what may pass again, as often and as patiently as models are tried."""
        chance = random.Random(f"{self.plan.seed}:{system.name}")  # noqa: S311 - jitter is no secret
        return Patience(attempts=self.plan.run.attempts, chance=chance)


def _redacted(example: Example, redact: Callable[[str], str]) -> Example:
    """An example as it may leave the house."""
    return replace(
        example,
        messages=tuple(replace(m, content=redact(m.content)) for m in example.messages),
        references=tuple(map(redact, example.references)),
        context=tuple(map(redact, example.context)),
        metadata=redact_json(dict(example.metadata), redact),
    )


def _prompt(system: System, base: Path) -> str:
    """The text of the prompt file; empty where there is none.

    Raises:
        PlanError: The file is not there, or is no text.
    """
    if system.prompt is None:
        return ""
    path = base / system.prompt
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8"
        remedy = "paths start from the plan's folder"
        fault = Fault(
            f"the prompt cannot be read ({reason})", key="prompt", found=str(path), remedy=remedy
        )
        raise PlanError([fault]) from None
