"""Logs as traffic: read once, folded, and parted by intent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from measurand.core.record import Record
from measurand.curation.copies import copies
from measurand.curation.fold import folded
from measurand.curation.traffic import Traffic
from measurand.curation.wordings import apart, reworded
from measurand.errors import DataError, Fault, UsageError
from measurand.jobs.building.gathering import Gathered, Window
from measurand.jobs.building.options import BuildOptions
from measurand.jobs.building.rated import Rated
from measurand.jobs.building.spool import Spool
from measurand.stats.clusters import assign, clusters
from measurand.texts.encoder import Encoder
from measurand.texts.minhash import near_duplicates
from measurand.texts.topics import topic_names

__all__ = ["SIMILAR", "Aside", "How", "Tell", "read_traffic"]

SIMILAR = 0.8
"""The share of what two texts have in common from which they are near duplicates."""

Tell = Callable[[str], None]
"""Receives what is being done, in a few words."""


@dataclass(frozen=True, slots=True)
class How:
    """What the reading of records hangs on, beside the options.

    Args:
        seed: Of all draws.
        tell: Receives what is being done.
        encode: Makes vectors of texts.
        rated: What was said of answers elsewhere.
    """

    seed: int
    tell: Tell
    encode: Encoder
    rated: Rated = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Aside:
    """What is to be told of the reading, beside the traffic.

    Args:
        outside: Records outside of the window.
        unsure: Records that say what another one says, and of which nobody knows whether they were
            exported twice; they count.
        reworded: Codes of questions of which much of traffic is worded otherwise, with how much.
    """

    outside: int
    unsure: int
    reworded: tuple[tuple[int, int], ...]


_BATCH = 4_096
_MOST_INTENTS, _EXAMPLES_OF = 24, 8


class _Intents(NamedTuple):
    codes: NDArray[np.int32]
    closeness: NDArray[np.float32]
    names: tuple[str, ...]


def read_traffic(
    records: Iterable[Record], spool: Spool, options: BuildOptions, *, how: How
) -> tuple[Traffic, Aside]:
    """Read records, and tell what is to be known of each.

    Args:
        records: Redacted records.
        spool: Receives them.
        options: Window and segments.
        how: Seed, encoder, ratings, and who is told.

    Returns:
        The traffic, and what is to be told beside it.

    Raises:
        DataError: There is no record.
        UsageError: Ratings were given, and none is of a record.
    """
    how.tell("reading and redacting")
    gathered = Gathered(
        spool,
        seed=how.seed,
        segment_by=options.segment_by,
        window=Window.of(options),
        rated=how.rated,
    )
    alike = near_duplicates(gathered.texts(records), threshold=SIMILAR, seed=how.seed).group
    if not len(spool):
        outside = f"; {gathered.outside:,} are outside of the window" if gathered.outside else ""
        raise DataError([Fault(f"the logs hold no record that could be used{outside}")])
    if options.ratings is not None and not gathered.joined:
        raise UsageError(
            f"none of the {len(how.rated):,} examples that {options.ratings} rates is the id of a "
            "record, or its place as march.jsonl:17"
        )
    how.tell("finding intents")
    core = options.wanted["core"]
    found = _intents(gathered, spool, how.encode, core=core, seed=how.seed)
    columns = {name: gathered.array(name) for name in gathered.columns}
    wording = columns.pop("wording")
    found_twice = copies(columns["identity"], columns.pop("naming"), columns["at"])
    group = folded(alike, columns["turns"], columns["bare"])
    traffic = Traffic(
        **columns,
        copied=found_twice.copied,
        group=apart(group, wording, lambda row: spool[row].question),
        intent=found.codes,
        closeness=found.closeness,
        said=gathered.said,
        segments=gathered.segments.names,
        languages=gathered.languages.names,
        intents=found.names,
    )
    return traffic, Aside(
        gathered.outside,
        int(found_twice.unsure.sum()),
        tuple(reworded(traffic.group, wording, among=traffic.eligible)),
    )


def _intents(
    gathered: Gathered, spool: Spool, encode: Encoder, *, core: int, seed: int
) -> _Intents:
    """The intent of each question: clusters are found from a sample, and all are put into them."""
    n = len(spool)
    if not gathered.exemplars:
        return _Intents(np.zeros(n, np.int32), np.zeros(n, np.float32), ("no question",))
    texts = [text for _, text in sorted(gathered.exemplars)]
    count = min(_MOST_INTENTS, max(core // _EXAMPLES_OF, 1))
    found = clusters(encode(texts), count, np.random.default_rng(seed))
    codes, closeness = np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.float32)
    start = 0
    for batch in spool.questions(_BATCH):
        vectors = encode(batch)
        labels = assign(vectors, found.centres)
        part = slice(start, start + len(batch))
        codes[part] = labels
        closeness[part] = np.einsum("ij,ij->i", vectors, found.centres[labels])
        start += len(batch)
    return _Intents(codes, closeness, topic_names(texts, found.labels))
