"""What one judge said of probes on one dimension, arm by arm."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from measurand.analysis.biases.base import span_of
from measurand.analysis.biases.panel import mean_of_rows
from measurand.analysis.matrix import Codes, Floats
from measurand.core.example import Example
from measurand.core.probe import BASE, ProbeRow
from measurand.core.probes import ATTACK_NAMES, SESSION
from measurand.core.scale import Scale

__all__ = ["Arms", "Key", "Paired", "arms_of", "table_of"]

Key = tuple[str, str]
"""An example and a system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """The same outputs as they are, and as a probe showed them.

    Args:
        keys: Which outputs.
        base: Shape (outputs, repeats), NaN where nothing was said.
        probe: Likewise.
        clusters: What outputs share.
    """

    keys: tuple[Key, ...]
    base: Floats
    probe: Floats
    clusters: Codes

    @property
    def shifts(self) -> Floats:
        """By how much each output's mean moved."""
        return mean_of_rows(self.probe) - mean_of_rows(self.base)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arms:
    """One judge on one dimension, with the same mitigations throughout.

    Args:
        judge: Its name.
        dimension: On which dimension.
        scale: The dimension's scale.
        mitigation: The mitigations that were switched on.
        values: What was said of single outputs, by probe and output, in order of repeats.
        session: What was said in conversations, by conversation, in order.
        pairs: The rows about pairs that nothing was changed about.
        attacks: By attack and output, what came of it; the first counts.
        words: By probe and output, how many words were shown.
        clusters: By example.
    """

    judge: str
    dimension: str
    scale: Scale
    mitigation: str
    values: Mapping[str, Mapping[Key, Sequence[float]]] = field(repr=False)
    session: Mapping[str, Sequence[ProbeRow]] = field(repr=False)
    pairs: Sequence[ProbeRow] = field(repr=False)
    attacks: Mapping[str, Mapping[Key, ProbeRow]] = field(repr=False)
    words: Mapping[str, Mapping[Key, int]] = field(repr=False)
    clusters: Mapping[str, str] = field(repr=False)

    @property
    def span(self) -> float | None:
        """How far apart the ends of the scale are."""
        return span_of(self.scale)

    @property
    def base(self) -> Mapping[Key, Sequence[float]]:
        """What was said of outputs as they are."""
        return self.values.get(BASE, {})

    def paired(self, probe: str) -> Paired:
        """The outputs that were judged as they are and as the probe showed them."""
        base, shown = self.base, self.values.get(probe, {})
        keys = tuple(sorted(key for key in shown if key in base))
        return Paired(
            keys=keys,
            base=table_of([base[key] for key in keys]),
            probe=table_of([shown[key] for key in keys]),
            clusters=self.codes(keys),
        )

    def codes(self, keys: Sequence[Key]) -> Codes:
        """The cluster of each output, numbered."""
        names = [self.clusters.get(example, example) for example, _ in keys]
        index = {name: at for at, name in enumerate(dict.fromkeys(names))}
        return np.asarray([index[name] for name in names], dtype=np.int64)


def arms_of(
    rows: Iterable[ProbeRow], scales: Mapping[str, Scale], examples: Mapping[str, Example]
) -> Iterator[Arms]:
    """The rows by judge, dimension and mitigation, in order of first appearance."""
    parts: dict[tuple[str, str, str], list[ProbeRow]] = defaultdict(list)
    for row in rows:
        parts[row.rater, row.dimension, row.mitigation].append(row)
    for (judge, dimension, mitigation), part in parts.items():
        yield _arms(judge, dimension, part, scale=scales[dimension], known=examples, on=mitigation)


def table_of(cells: Sequence[Sequence[float]]) -> Floats:
    """Lists of unequal length as a table, NaN where they end."""
    table = np.full((len(cells), max(map(len, cells), default=1)), np.nan)
    for at, cell in enumerate(cells):
        table[at, : len(cell)] = cell
    return table


def _arms(
    judge: str,
    dimension: str,
    rows: Sequence[ProbeRow],
    *,
    scale: Scale,
    known: Mapping[str, Example],
    on: str,
) -> Arms:
    values: dict[str, dict[Key, list[float]]] = defaultdict(lambda: defaultdict(list))
    words: dict[str, dict[Key, int]] = defaultdict(dict)
    session: dict[str, list[ProbeRow]] = defaultdict(list)
    pairs: list[ProbeRow] = []
    attacks: dict[str, dict[Key, ProbeRow]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: row.repeat):
        if row.probe in ATTACK_NAMES:
            attacks[row.probe].setdefault((row.example, row.system), row)
        elif row.against is not None:
            pairs += [row] if row.probe == BASE else []
        elif row.session is not None:
            session[row.session].append(row)
        elif isinstance(row.value, int | float) and row.probe != SESSION:
            values[row.probe][row.example, row.system].append(float(row.value))
            if row.words is not None:
                words[row.probe][row.example, row.system] = row.words
    clusters = {
        row.example: example.cluster or row.example
        for row in rows
        if (example := known.get(row.example)) is not None
    }
    for held in session.values():
        held.sort(key=lambda row: row.place or 0)
    return Arms(
        judge=judge,
        dimension=dimension,
        scale=scale,
        mitigation=on,
        values={probe: dict(table) for probe, table in values.items()},
        session=dict(session),
        pairs=pairs,
        attacks=dict(attacks),
        words=dict(words),
        clusters=clusters,
    )
