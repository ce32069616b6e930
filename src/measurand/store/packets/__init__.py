"""Packets as files, and what comes back: one module a format, each with `write` and `read`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from measurand.core.packet import Packet, Reading
from measurand.store.packets import (
    argilla,
    csv_file,
    html_page,
    label_studio,
    potato,
    prodigy,
    xlsx,
)
from measurand.store.packets.recognise import recognised

__all__ = ["FORMATS", "Format", "recognised"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A kind of file that packets go out in.

    Args:
        name: As users name it.
        suffix: How the file's name ends that is written.
        returns: How the names of files end that come back.
        beside: Files that are written beside it, by the ending that takes the suffix's place.
        write: Writes a packet, whole or not at all, and tells which files there are.
        read: Reads a file that came back; raises `measurand.errors.DataError` where it is none.
    """

    name: str
    suffix: str
    returns: tuple[str, ...]
    beside: tuple[str, ...] = ()
    write: Callable[[Packet, Path], tuple[Path, ...]]
    read: Callable[[Path], Reading]


def _listed(*formats: Format) -> Mapping[str, Format]:
    return MappingProxyType({one.name: one for one in formats})


FORMATS: Mapping[str, Format] = _listed(
    Format(
        name="csv",
        suffix=".csv",
        returns=(".csv", ".tsv", ".txt"),
        beside=(".guide.txt",),
        write=csv_file.write,
        read=csv_file.read,
    ),
    Format(
        name="xlsx",
        suffix=".xlsx",
        returns=(".xlsx",),
        write=xlsx.write,
        read=xlsx.read,
    ),
    Format(
        name="html",
        suffix=".html",
        returns=(".json",),
        write=html_page.write,
        read=html_page.read,
    ),
    Format(
        name="label-studio",
        suffix=".json",
        returns=(".json",),
        beside=(".config.xml",),
        write=label_studio.write,
        read=label_studio.read,
    ),
    Format(
        name="argilla",
        suffix=".json",
        returns=(".json", ".jsonl"),
        beside=(".settings.json",),
        write=argilla.write,
        read=argilla.read,
    ),
    Format(
        name="potato",
        suffix=".jsonl",
        returns=(".json", ".jsonl"),
        beside=(".config.yaml",),
        write=potato.write,
        read=potato.read,
    ),
    Format(
        name="prodigy",
        suffix=".jsonl",
        returns=(".jsonl",),
        write=prodigy.write,
        read=prodigy.read,
    ),
)
"""Every format, by name."""
