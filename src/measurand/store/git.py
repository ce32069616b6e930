"""Which commit a folder is at, and whether anything tracked differs from it; read, never run.

Of git's own files: ``HEAD``, the refs, the commits, and the index, versions 2 to 4. Files that git
does not track do not show.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from measurand.store.git_objects import descends, stored

__all__ = ["Commit", "branch_of", "comes_from", "commit_of"]

_HEX = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_HEAD = 62
"""Bytes of an entry of the index before its name, with 20 bytes of an object's name."""
_EXTENDED, _LINK, _GITLINK = 0x4000, 0o120000, 0o160000
_STAGE, _INTENDED = 0x3000, 0x2000
_SHA1 = 40
_ELSEWHERE = (b"link", b"sdir")
"""Parts of an index whose entries stand in another file, or as whole folders."""
_POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit.

    Args:
        sha: Its name.
        dirty: Whether tracked files differ from it; None where that cannot be told.
    """

    sha: str
    dirty: bool | None

    def __str__(self) -> str:
        told = {
            True: " with changes to tracked files",
            False: "",
            None: " (it is not known whether tracked files are unchanged)",
        }
        return f"{self.sha}{told[self.dirty]}"


def commit_of(folder: Path) -> Commit | None:
    """The commit that the working tree around a folder is at; None where there is none."""
    try:
        root, git = _tree(folder)
        sha = None if git is None else _head(git)[0]
        return None if git is None or sha is None else Commit(sha, _dirty(root, git, sha))
    except (OSError, ValueError, IndexError):
        return None


def branch_of(folder: Path) -> str | None:
    """The branch that the working tree around a folder is on; None where it is on none."""
    try:
        git = _tree(folder)[1]
        return None if git is None else _head(git)[1]
    except (OSError, ValueError):
        return None


def comes_from(folder: Path, sha: str) -> bool | None:
    """Whether the commit of a folder is this one or follows it; None where that is not known."""
    try:
        git = _tree(folder)[1]
        head = None if git is None else _head(git)[0]
    except (OSError, ValueError):
        return None
    return None if git is None or head is None else descends(_common(git), head, sha)


def _tree(folder: Path) -> tuple[Path, Path | None]:
    """The root of the working tree around a folder, and the folder of git's own files."""
    start = folder.resolve()
    for root in (start, *start.parents):
        if (found := _git(root)) is not None:
            return root, found
    return start, None


def _git(root: Path) -> Path | None:
    """The folder of git's own files: below the root, or where a file there points."""
    own = root / ".git"
    if own.is_dir():
        return own
    if own.is_file():
        word, _, where = own.read_text(encoding="utf-8").strip().partition(": ")
        return (root / where).resolve() if word == "gitdir" else None
    return None


def _common(git: Path) -> Path:
    """Where refs stand that several working trees share."""
    told = git / "commondir"
    return (git / told.read_text(encoding="utf-8").strip()).resolve() if told.is_file() else git


def _head(git: Path) -> tuple[str | None, str | None]:
    """The commit that is checked out, and the branch."""
    text, branch = (git / "HEAD").read_text(encoding="utf-8").strip(), None
    for _ in range(5):  # a ref may name another
        if _HEX.fullmatch(text):
            return text, branch
        if not text.startswith("ref: "):
            return None, branch
        name = text.removeprefix("ref: ")
        branch = branch or name.removeprefix("refs/heads/")
        files = [place / name for place in dict.fromkeys((git, _common(git)))]
        found = next((file for file in files if file.is_file()), None)
        if found is None:
            return _packed(_common(git), name), branch
        text = found.read_text(encoding="utf-8").strip()
    return None, branch


def _packed(common: Path, name: str) -> str | None:
    file = common / "packed-refs"
    if not file.is_file():
        return None
    for line in file.read_text(encoding="utf-8").splitlines():
        sha, _, ref = line.partition(" ")
        if ref == name and _HEX.fullmatch(sha):
            return sha
    return None


def _dirty(root: Path, git: Path, sha: str) -> bool | None:
    """Whether any tracked file is another than the one that was committed, or staged since."""
    index = git / "index"
    if len(sha) != _SHA1 or not index.is_file():
        return None
    content = index.read_bytes()
    version = int.from_bytes(content[4:8])
    if content[:4] != b"DIRC" or version not in {2, 3, 4}:
        return None
    entries, end = _entries(content, version)
    if _extensions(content, end) & set(_ELSEWHERE):
        return None
    if any(one.stage or _changed(root, one) for one in entries):
        return True
    commit = stored(_common(git), sha)
    staged = _written([(one.name, one.mode, one.sha) for one in entries if not one.intended])
    return None if commit is None else commit.tree != staged


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file of the index."""

    name: bytes
    mode: int
    sha: bytes
    stage: int
    intended: bool


def _entries(content: bytes, version: int) -> tuple[list[_Entry], int]:
    """Every entry, and where they end."""
    found: list[_Entry] = []
    at, name = 12, b""
    for _ in range(int.from_bytes(content[8:12])):
        mode = int.from_bytes(content[at + 24 : at + 28])
        sha, flags = content[at + 40 : at + 60], int.from_bytes(content[at + 60 : at + 62])
        more = bool(flags & _EXTENDED)
        intended = more and bool(int.from_bytes(content[at + 62 : at + 64]) & _INTENDED)
        start = at + _HEAD + (2 if more else 0)
        if version == 4:  # noqa: PLR2004 - names share their beginnings
            cut, start = _varint(content, start)
            end = content.index(b"\0", start)
            name = name[: len(name) - cut] + content[start:end]
            following = end + 1
        else:
            end = content.index(b"\0", start)
            name = content[start:end]
            following = at + (end - at + 8) // 8 * 8
        at = following
        found.append(_Entry(name, mode, sha, flags & _STAGE, intended))
    return found, at


def _extensions(content: bytes, at: int) -> set[bytes]:
    """The names of what follows the entries."""
    found = set()
    while at + 8 <= len(content) - 20:
        found.add(content[at : at + 4])
        at += 8 + int.from_bytes(content[at + 4 : at + 8])
    return found


def _written(entries: Sequence[tuple[bytes, int, bytes]]) -> str:
    """The name of the tree that these entries are."""
    rows: list[tuple[bytes, bytes]] = []
    folders: dict[bytes, list[tuple[bytes, int, bytes]]] = {}
    for name, mode, sha in entries:
        first, slash, rest = name.partition(b"/")
        if slash:
            folders.setdefault(first, []).append((rest, mode, sha))
        else:
            rows.append((name, b"%o %s\0%s" % (mode, name, sha)))
    for name, inner in folders.items():
        sha = bytes.fromhex(_written(inner))
        rows.append((name + b"/", b"40000 %s\0%s" % (name, sha)))
    return _named(b"tree", b"".join(row for _, row in sorted(rows))).hex()


def _named(kind: bytes, content: bytes) -> bytes:
    made = hashlib.sha1(b"%s %d\0" % (kind, len(content)), usedforsecurity=False)
    made.update(content)
    return made.digest()


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = content[at] & 0x7F
    while content[at] & 0x80:
        at += 1
        value = ((value + 1) << 7) | (content[at] & 0x7F)
    return value, at + 1


def _changed(root: Path, entry: _Entry) -> bool:
    if entry.mode & _GITLINK == _GITLINK:
        return False
    path = root / os.fsdecode(entry.name)
    try:
        link = entry.mode & 0o170000 == _LINK
        content = os.fsencode(path.readlink()) if link else path.read_bytes()
    except OSError:
        return True
    return all(_named(b"blob", form) != entry.sha for form in _forms(content))


def _forms(content: bytes) -> Iterator[bytes]:
    """A file as git may have stored it: as it is, with other line ends, or as a pointer."""
    yield content
    if b"\r\n" in content:
        yield content.replace(b"\r\n", b"\n")
    yield _POINTER.format(hashlib.sha256(content).hexdigest(), len(content)).encode()
