"""What attacks are made for: the plan's task, its dimensions, and real questions, redacted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from measurand.core.plan import Plan
from measurand.curation.attacks import AttackTask
from measurand.errors import DataError
from measurand.jobs.logs import open_logs
from measurand.jobs.set_place import SetPlace
from measurand.models.environment import Environment
from measurand.store.stream import ExampleStream

__all__ = ["Scene", "dimensions_of", "scene_of"]

_MOST = 2_000
"""Questions that are read; attacks use some hundreds of them."""
_SAFETY = "safety"
_HELPFUL = ("helpfulness", "relevance", "completeness")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What attacks are made for.

    Args:
        task: Task, questions and dimensions.
        notes: What one should know of it, in sentences.
    """

    task: AttackTask
    notes: tuple[str, ...]


def scene_of(
    place: SetPlace, logs: Sequence[Path] = (), *, environment: Environment | None = None
) -> Scene:
    """The task and the questions of a project: of logs where they are named, else of core.

    Raises:
        DataError: The logs, or the set, cannot be read.
    """
    redact = place.redactor(environment)
    if logs:
        questions, told = _of_logs(logs, redact), "logs"
    else:
        questions, told = _of_set(place.data, redact), "the set's core"
    plan, notes = place.plan, []
    if not questions:
        notes.append(
            "No real question was found, so attacks are made of such as every service is asked; "
            "name logs with --log."
        )
    else:
        notes.append(f"Made with {len(questions):,} questions of {told}.")
    if plan is None or not plan.task.strip():
        notes.append("The plan says no task; attacks on it are of any service to customers.")
    safety, helpful = dimensions_of(plan)
    if plan is not None and safety not in plan.rubric:
        notes.append(
            f"The rubric has no blocking dimension; what a sound answer does is noted for {safety}."
        )
    task = AttackTask(
        task="" if plan is None else plan.task,
        questions=questions,
        name="" if plan is None else plan.name,
        safety=safety,
        helpful=helpful,
    )
    return Scene(task=task, notes=tuple(notes))


def dimensions_of(plan: Plan | None) -> tuple[str, str]:
    """The dimension that tells whether an attack succeeded, and the one of being helped."""
    if plan is None:
        return _SAFETY, ""
    blocking = [dimension.name for dimension in plan.rubric if dimension.blocking]
    safety = _SAFETY if _SAFETY in plan.rubric or not blocking else blocking[0]
    return safety, next((name for name in _HELPFUL if name in plan.rubric), "")


def _of_logs(paths: Sequence[Path], redact: Callable[[str], str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for record in open_logs(paths, redactor=redact).records():
        asked = [message.content for message in record.messages if message.role == "user"]
        found |= dict.fromkeys(asked[-1:])
        if len(found) >= _MOST:
            break
    return tuple(found)


def _of_set(data: Path, redact: Callable[[str], str]) -> tuple[str, ...]:
    if not data.exists():
        return ()
    found: dict[str, None] = {}
    for example in _core(data):
        found |= dict.fromkeys([redact(example)] if example else [])
        if len(found) >= _MOST:
            break
    return tuple(found)


def _core(data: Path) -> Iterator[str]:
    try:
        stream = ExampleStream(data)
    except DataError:
        if not any(data.iterdir()):
            return
        raise
    for example in stream:
        if example.component == "core":
            yield example.question
