"""Logs with known strata, known quality and a known rare failure, as columns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from measurand.curation.traffic import Ints, Said, Traffic
from measurand.stats.arrays import Floats

RECORDS = 6_000
SEGMENTS = (0.60, 0.25, 0.12, 0.03)
INTENTS = (0.40, 0.25, 0.15, 0.10, 0.07, 0.03)
RARE, NOTICED, NOISE, RATED = 0.01, 0.6, 0.01, 0.2
"""How often the rare failure happens, and is rated bad; how often a sound answer is; and the share
of answers that are rated at all."""
TOGETHER = 0.1
"""By how much conversations differ, where turns are of any."""
_MONTH, _START = 30 * 86_400, 1_767_225_600


@dataclass(frozen=True)
class Logged:
    """What happened: columns of shape (records,)."""

    traffic: Traffic
    quality: Floats
    passed: Floats
    rare: Ints

    def drawn_anew(self, seed: int) -> Traffic:
        """The same traffic, of which another seed chooses."""
        rng = np.random.default_rng(seed)
        return replace(self.traffic, member=rng.random(RECORDS), draw=rng.random(RECORDS))


def logged(seed: int, *, skew: float, turns: int = 1) -> Logged:
    """Half of what is asked is asked often; what is asked often is answered better.

    Args:
        seed: Of the world.
        skew: How unequally: 1 for not at all, 2.5 for a question with a twentieth of traffic.
        turns: How many are of one conversation, which goes well or badly as a whole.
    """
    rng = np.random.default_rng(seed)
    place = np.arange(RECORDS) // turns
    talk = np.random.default_rng([seed, turns]).normal(size=RECORDS)[place] if turns > 1 else 0.0
    conversation = np.zeros(RECORDS, dtype=np.uint64) if turns == 1 else (place + 1).astype("u8")
    often = rng.random(RECORDS) < 0.3
    place = (400 * rng.random(RECORDS) ** skew).astype(np.int64)
    group = np.unique(np.where(often, place, 400 + np.arange(RECORDS)), return_inverse=True)[1]
    segment = rng.choice(len(SEGMENTS), RECORDS, p=SEGMENTS)
    intent = rng.choice(len(INTENTS), RECORDS, p=INTENTS)
    intent = np.where(often, rng.choice(len(INTENTS), 400)[place], intent)
    own = 0.08 * rng.normal(size=int(group.max()) + 1)
    quality = 0.75 - 0.1 * (segment == 1) - 0.25 * (segment == 3) - 0.08 * (intent >= 3)
    quality = quality + 0.1 * often + own[group] + TOGETHER * talk + 0.05 * rng.normal(size=RECORDS)
    rare = rng.random(RECORDS) < RARE
    quality = np.where(rare, 0.1, np.clip(quality, 0, 1))
    return Logged(
        traffic=replace(
            _traffic(rng, group.astype(np.int64), segment, intent, rare=rare),
            conversation=conversation,
        ),
        quality=quality,
        passed=(rng.random(RECORDS) < quality).astype(np.float64),
        rare=rare.astype(np.int64),
    )


def _traffic(
    rng: np.random.Generator, group: Ints, segment: Ints, intent: Ints, *, rare: np.ndarray
) -> Traffic:
    ones, none = np.ones(RECORDS, dtype=bool), np.zeros(RECORDS, dtype=bool)
    bad = np.where(rare, rng.random(RECORDS) < NOTICED, rng.random(RECORDS) < NOISE)
    rows = np.flatnonzero(bad | (rng.random(RECORDS) < RATED))
    said = Said(
        rows=rows.astype(np.int32),
        names=np.zeros(rows.size, dtype=np.int16),
        values=(~bad[rows]).astype(np.float32),
        kinds=(("thumbs", "people"),),
    )
    whole = np.arange(RECORDS)
    return Traffic(
        asked=ones,
        answered=ones,
        copied=none,
        complaint=none,
        bare=none,
        at=_START + rng.choice(3, RECORDS) * _MONTH,
        segment=segment.astype(np.int32),
        language=np.zeros(RECORDS, dtype=np.int16),
        words=np.full(RECORDS, 10, dtype=np.int32),
        turns=np.ones(RECORDS, dtype=np.int32),
        conversation=np.zeros(RECORDS, dtype=np.uint64),
        order=whole.astype(np.int32),
        identity=whole.astype(np.uint64),
        member=rng.random(RECORDS),
        draw=rng.random(RECORDS),
        group=group,
        intent=intent.astype(np.int32),
        closeness=np.ones(RECORDS, dtype=np.float32),
        said=said,
        segments=("billing", "router", "moving", "other"),
        languages=("en",),
        intents=("u", "v", "w", "x", "y", "z"),
    )
