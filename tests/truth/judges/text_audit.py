"""A whole audit at the level of prompts: planned, asked of a simulated judge, concluded from."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
from tests.truth.judges.text_world import DIMENSIONS, RUBRIC, TextWorld, judge_of

from measurand.analysis.audit import AuditOptions, audit
from measurand.analysis.result import Findings
from measurand.core.judging import Turn
from measurand.core.probe import BASE, ProbeRow
from measurand.core.rating import Rating, Ratings
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.probes import (
    Answered,
    AuditDesign,
    ProbeTask,
    in_session,
    plan_probes,
    turn_of,
)
from measurand.simulate.judge_model_sim import SimJudge

__all__ = ["FAMILY", "SYSTEMS", "text_audit"]

SYSTEMS = ("bot", "kin")
FAMILY = "rowan"
"""The judge's, and that of the second system."""

_JUDGE = "sim/judge"
_PEOPLE = ("Ann", "Ben", "Cem")
_HUMAN_NOISE = 0.6
"""Of one rating by a person, in levels of nine."""


def text_audit(seed: int, judge: SimJudge, design: AuditDesign, *, examples: int) -> Findings:
    """What an audit finds of a judge that rates two systems' answers on two dimensions."""
    world = TextWorld(seed, examples, systems=SYSTEMS, middle=0.45, spread=0.15)
    rater = judge_of(world, judge, seed=seed, dimensions=DIMENSIONS[:2])
    known = {example.id: example for example in world.examples}
    pool = [
        Answered(example=known[one.example], system=one.system, output=one.text or "")
        for one in world.outputs
    ]
    quality = dict(
        zip(
            ((one.example, one.system) for one in world.outputs),
            world.quality[:, :, 0].reshape(-1).tolist(),
            strict=True,
        )
    )
    planned = plan_probes(pool, rater, RUBRIC, design=design, family=FAMILY, known=quality)
    rows = asyncio.run(_asked(rater, planned.tasks))
    table = Ratings.of([*_by_judge(rows), *_by_people(world, seed)])
    scales = {one.name: one.scale for one in RUBRIC}
    return audit(
        table,
        scales,
        examples=known,
        outputs=world.outputs,
        probes=rows,
        options=AuditOptions(families={_JUDGE: FAMILY, "kin": FAMILY, "bot": "alder"}),
    )


async def _asked(judge: JudgeRater, tasks: Iterable[ProbeTask]) -> list[ProbeRow]:
    """Every question once, those of a conversation with what was said before."""
    turns: dict[str, tuple[Turn, ...]] = defaultdict(tuple)
    rows: list[ProbeRow] = []
    for task in tasks:
        if task.session is None:
            found = [await judge.judge(task.task)] if len(task.tasks) == 1 else None
            told = found or await judge.judge_together(task.tasks)
            rows += [
                task.row(one, rater=_JUDGE, dimension=asked.dimension)
                for asked, one in zip(task.tasks, told, strict=True)
            ]
            continue
        judgment = await judge.judge(in_session(task.task, turns[task.session]))
        rows.append(task.row(judgment, rater=_JUDGE))
        reply = judgment.calls[-1].reply if judgment.calls else None
        if reply is not None:
            turns[task.session] += (turn_of(task.task, reply.text),)
    return rows


def _by_judge(rows: Iterable[ProbeRow]) -> Iterator[Rating]:
    """What the judge said of outputs as they are, as a run has it."""
    for row in rows:
        if row.probe == BASE and row.against is None:
            yield Rating(
                example=row.example,
                system=row.system,
                dimension=row.dimension,
                rater=row.rater,
                kind="judge",
                value=row.value,
                repeat=row.repeat,
            )


def _by_people(world: TextWorld, seed: int) -> Iterator[Rating]:
    rng = np.random.default_rng([66, seed])
    for at, output in enumerate(world.outputs):
        place = divmod(at, len(SYSTEMS))
        for number, dimension in enumerate(DIMENSIONS[:2]):
            wanted = 1 + 8 * world.quality[(*place, number)]
            for name in _PEOPLE:
                noisy = float(np.clip(np.round(wanted + rng.normal(0, _HUMAN_NOISE)), 1, 9))
                yield Rating(
                    example=output.example,
                    system=output.system,
                    dimension=dimension,
                    rater=name,
                    kind="people",
                    value=noisy,
                )
