"""Members of a zip file that is not trusted: read one by one with bounds, never unpacked to disk.

Inspect packs its logs with Zstandard, which Python's own ``zipfile`` reads from 3.14 on; before,
the extra ``inspect`` brings what reads it.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from measurand.errors import DataError, Fault, MissingExtra
from measurand.store.crowded import DOCUMENT_VALUES
from measurand.store.evals.documents import decoded
from measurand.store.evals.sample import NotTaken

__all__ = ["MEMBER_LIMIT", "TOTAL_LIMIT", "Archive", "opened"]

MEMBER_LIMIT = 64 * 2**20
"""Bytes that one member may have, unpacked."""
TOTAL_LIMIT = 4 * 2**30
"""Bytes that all members that are read may have together, unpacked."""
_MEMBERS = 1_000_000
_ZSTANDARD = 93
_WINDOW = 2**27
_HEADER = struct.Struct("<4s22xHH")
_SIGNATURE = b"PK\x03\x04"


@dataclass(slots=True)
class Archive:
    """A zip file that is open."""

    path: Path
    file: zipfile.ZipFile
    taken: int = 0
    """Bytes that were unpacked so far."""

    def names(self, start: str, end: str = "") -> Iterator[str]:
        """The members whose names begin and end so, each once; of two of one name the last counts.

        Names are looked at, and no path is ever made of them.
        """
        listed = dict.fromkeys(info.filename for info in self.file.infolist())
        return (name for name in listed if name.startswith(start) and name.endswith(end))

    def __contains__(self, name: str) -> bool:
        return name in self.file.NameToInfo

    def value(self, name: str) -> Any:
        """The JSON value that a member holds.

        Raises:
            NotTaken: It cannot be read, or is larger or holds more than may be.
            MissingExtra: It is packed with Zstandard, which nothing here reads.
        """
        info = self.file.getinfo(name)
        raw = self._unpacked(info)
        self.taken += len(raw)
        if len(raw) > MEMBER_LIMIT:
            raise NotTaken(f"it is larger than {MEMBER_LIMIT:,} bytes when unpacked")
        if self.taken > TOTAL_LIMIT:
            raise NotTaken(f"the file is larger than {TOTAL_LIMIT:,} bytes when unpacked")
        if zlib.crc32(raw) != info.CRC:
            raise NotTaken("it is damaged")
        try:
            return decoded(raw.decode("utf-8"), DOCUMENT_VALUES)
        except UnicodeDecodeError:
            raise NotTaken("it is not UTF-8") from None

    def _unpacked(self, info: zipfile.ZipInfo) -> bytes:
        if info.flag_bits & 1:
            raise NotTaken("it is encrypted")
        if self.taken > TOTAL_LIMIT:
            return b""
        try:
            with self.file.open(info) as stream:
                return stream.read(MEMBER_LIMIT + 1)
        except NotImplementedError:
            if info.compress_type != _ZSTANDARD:
                raise NotTaken("it is packed in a way that is not known") from None
            return self._zstandard(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError):
            raise NotTaken("it is damaged") from None

    def _zstandard(self, info: zipfile.ZipInfo) -> bytes:
        try:
            packer: Any = import_module("zstandard")
        except ImportError:
            raise MissingExtra(f"{self.path.name}, packed with Zstandard,", "inspect") from None
        with self.path.open("rb") as stream:
            stream.seek(info.header_offset)
            header = stream.read(_HEADER.size)
            if len(header) < _HEADER.size or not header.startswith(_SIGNATURE):
                raise NotTaken("it is damaged")
            _, name, extra = _HEADER.unpack(header)
            stream.seek(name + extra, 1)
            packed = stream.read(min(info.compress_size, MEMBER_LIMIT + 1))
        if len(packed) > MEMBER_LIMIT:
            return packed
        reader = packer.ZstdDecompressor(max_window_size=_WINDOW)
        try:
            with reader.stream_reader(packed, read_across_frames=True) as unpacked:
                return bytes(unpacked.read(MEMBER_LIMIT + 1))
        except packer.ZstdError:
            raise NotTaken("it is damaged") from None


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """A zip file, open.

    Raises:
        DataError: It is none, or is broken.
    """
    try:
        file = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, struct.error):
        raise DataError([Fault("the zip file cannot be read", str(path))]) from None
    with file:
        if len(file.infolist()) > _MEMBERS:
            raise DataError([Fault(f"the zip file has more than {_MEMBERS:,} members", str(path))])
        yield Archive(path, file)
