"""Which commit a folder is at, read from git's own files."""

from __future__ import annotations

import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from measurand.store.git import branch_of, comes_from, commit_of

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "gc.auto=0")
    done = subprocess.run(
        ["git", *identity, *words],  # noqa: S607 - whatever git is there
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "inner").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "a.txt").write_text("one\n")
    (folder / "inner" / "b.txt").write_text("two\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def test_a_clean_tree(tree: Path) -> None:
    found = commit_of(tree / "inner")
    assert found is not None
    assert (found.sha, found.dirty) == (git(tree, "rev-parse", "HEAD"), False)
    assert str(found) == found.sha


def test_a_changed_file_shows_though_its_size_is_the_same(tree: Path) -> None:
    (tree / "a.txt").write_text("eno\n")
    found = commit_of(tree)
    assert found is not None
    assert found.dirty
    assert str(found).endswith(" with changes to tracked files")


def test_a_file_that_is_gone_shows_and_a_new_one_does_not(tree: Path) -> None:
    (tree / "new.txt").write_text("new\n")
    found = commit_of(tree)
    assert found is not None
    assert found.dirty is False
    (tree / "inner" / "b.txt").unlink()
    again = commit_of(tree)
    assert again is not None
    assert again.dirty


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_every_version_of_the_index(tree: Path, version: str) -> None:
    git(tree, "update-index", f"--index-version={version}")
    git(tree, "update-index", "--skip-worktree", "a.txt")
    found = commit_of(tree)
    assert found is not None
    assert found.dirty is False


def test_packed_refs_a_bare_head_and_a_second_working_tree(tree: Path, tmp_path: Path) -> None:
    sha = git(tree, "rev-parse", "HEAD")
    git(tree, "pack-refs", "--all")
    git(tree, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    git(tree, "checkout", "-q", "--detach")
    for folder in (tree, tmp_path / "side"):
        found = commit_of(folder)
        assert found is not None
        assert (found.sha, found.dirty) == (sha, False)


def test_no_tree_and_no_commit(tmp_path: Path) -> None:
    assert commit_of(tmp_path) is None
    git(tmp_path, "init", "-q")
    assert commit_of(tmp_path) is None


def dirty(tree: Path) -> bool | None:
    found = commit_of(tree)
    assert found is not None
    return found.dirty


def test_what_is_staged_shows(tree: Path) -> None:
    (tree / "new.txt").write_text("new\n")
    git(tree, "add", "new.txt")
    assert dirty(tree) is True
    git(tree, "commit", "-q", "-m", "second")
    assert dirty(tree) is False
    git(tree, "gc", "-q")
    assert dirty(tree) is False
    (tree / "new.txt").unlink()
    git(tree, "add", "--all")
    assert dirty(tree) is True


def test_an_index_in_several_files_is_not_known(tree: Path) -> None:
    git(tree, "update-index", "--split-index")
    assert dirty(tree) is None
    assert "not known whether tracked files are unchanged" in str(commit_of(tree))


def test_line_ends_and_pointers_are_no_changes(tree: Path) -> None:
    content = "large\n"
    oid = sha256(content.encode()).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n"
    (tree / "large.bin").write_text(pointer)
    git(tree, "add", ".")
    git(tree, "commit", "-q", "-m", "large")
    (tree / "large.bin").write_text(content)
    (tree / "a.txt").write_bytes(b"one\r\n")
    assert dirty(tree) is False


def test_whose_line_a_commit_is_of(tree: Path, tmp_path: Path) -> None:
    first = git(tree, "rev-parse", "HEAD")
    shas = {}
    for branch in ("main", "side"):
        git(tree, "switch", "-q", *(["-c"] if branch == "side" else []), branch)
        for number in range(30):
            text = f"{branch} {number}\n" * 40
            (tree / "a.txt").write_text(text)
            git(tree, "commit", "-q", "-a", "-m", text)
        shas[branch] = git(tree, "rev-parse", "HEAD")
        if branch == "main":
            git(tree, "reset", "-q", "--hard", "HEAD~10")
            git(tree, "branch", "ahead", shas["main"])
    assert branch_of(tree) == "side"
    for _ in range(2):
        assert comes_from(tree, shas["side"]) is True
        assert comes_from(tree, first) is True
        assert comes_from(tree, shas["main"]) is False
        assert comes_from(tree, "0" * 40) is False
        git(tree, "gc", "-q", "--aggressive")
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", tree.as_uri(), str(shallow))
    assert comes_from(shallow, first) is None
    git(shallow, "checkout", "-q", "--detach")
    assert branch_of(shallow) is None
    assert comes_from(tmp_path, first) is None
