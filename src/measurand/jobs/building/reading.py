"""Logs as traffic: read once, folded, and parted by intent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from measurand.core.record import Record
from measurand.curation.copies import copies
from measurand.curation.fold import folded
from measurand.curation.traffic import Traffic
from measurand.curation.wordings import apart, reworded
from measurand.errors import DataError, Fault, UsageError, nearest
from measurand.jobs.building.gathering import Gathered, Window
from measurand.jobs.building.options import BuildOptions
from measurand.jobs.building.rated import Rated
from measurand.jobs.building.spool import Spool
from measurand.stats.clusters import assign, clusters
from measurand.store.logs.account import LogAccount
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
        account: Tells what the reading has met so far.
    """

    seed: int
    tell: Tell
    encode: Encoder
    rated: Rated = field(default_factory=dict)
    account: Callable[[], LogAccount] = LogAccount


@dataclass(frozen=True, slots=True)
class Aside:
    """What is to be told of the reading, beside the traffic.

    Args:
        outside: Records outside of the window.
        unsure: Records that say what another one says, and of which nobody knows whether they were
            exported twice; they count.
        unparted: How many records have nothing in the field that is to be segments.
        reworded: Codes of questions of which much of traffic is worded otherwise, with how much.
    """

    outside: int
    unsure: int
    unparted: int
    reworded: tuple[tuple[int, int], ...]


_REASONS, _FILES = 5, 20
_MAP = 'say which columns hold what, as in --map "question:COLUMN"; see: measurand data logs'
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
        UsageError: Ratings were given, and none is of a record; or no record has the field that is
            to be segments.
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
        raise DataError(list(_why_none(gathered, how.account())))
    _require_field(gathered, options)
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
        gathered.unparted if options.segment_by else 0,
        tuple(reworded(traffic.group, wording, among=traffic.eligible)),
    )


def _why_none(gathered: Gathered, account: LogAccount) -> Iterator[Fault]:
    """What was met instead of records, with the first place of each reason."""
    outside = f"; {gathered.outside:,} are outside of the window" if gathered.outside else ""
    more = len(account.unread) - _FILES
    left = f"; {more:,} files more than are named were not read to their end" if more > 0 else ""
    yield Fault(f"the logs hold no record that could be used{outside}{left}")
    for place, reason in account.unread[:_FILES]:
        yield Fault(reason, place.file, line=place.line)
    for counts in (account.refused_by, account.passed_by):
        for reason, rows in counts.most_common(_REASONS):
            first, told = account.places[reason][0], f"{reason} ({rows:,} rows)"
            remedy = _MAP if counts is account.refused_by else None
            key = first.key or None
            yield Fault(told, first.file, line=first.line, key=key, remedy=remedy)


def _require_field(gathered: Gathered, options: BuildOptions) -> None:
    if options.segment_by is None or any(gathered.segments.names):
        return
    known = sorted(gathered.fields)
    parts = (
        f"no record has a field {options.segment_by!r} to be parted by",
        f"there are: {', '.join(known[: _REASONS * 2])}" if known else "",
        nearest(options.segment_by, known) or "",
        "without --segment-by the logs' own tags are segments",
    )
    raise UsageError("; ".join(filter(None, parts)))


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
