"""``python -m bench.peers.install [NAME ...]``: each peer into an environment of its own.

Each gets what it needs and nothing else, under ``bench/.peers``, which git ignores. What does not
install is left out, said so, and its row says that it is not installed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from json import loads
from pathlib import Path

__all__ = ["PEERS", "ROOT", "Peer"]

ROOT = Path(__file__).parents[1] / ".peers"
SCRIPTS = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another tool that runs a dataset through a model.

    Args:
        name: What its row and its folder are called.
        title: What it calls itself.
        script: What runs it, in this folder.
        packages: What is installed, by the ordinary client; the first one is the tool.
        node: Whether it is a program for Node rather than for Python.
    """

    name: str
    title: str
    script: str
    packages: tuple[str, ...]
    node: bool = False

    @property
    def folder(self) -> Path:
        """Its environment."""
        return ROOT / self.name

    @property
    def program(self) -> Path:
        """What runs its script."""
        if self.node:
            return Path(shutil.which("node") or "node")
        return self.folder / "bin" / "python"

    def version(self) -> str | None:
        """The installed version; None where it is not installed."""
        tool = self.packages[0]
        if self.node:
            file = self.folder / "node_modules" / tool / "package.json"
            return (
                str(loads(file.read_text(encoding="utf-8"))["version"]) if file.exists() else None
            )
        named = f"{tool.replace('-', '_')}-*.dist-info"
        found = self.folder.glob(f"lib/python*/site-packages/{named}")
        return next((place.stem.rpartition("-")[2] for place in found), None)

    def words(self) -> Sequence[str]:
        """The command that runs its script, without the script's arguments."""
        return [str(self.program), str(SCRIPTS / self.script)]


PEERS = (
    Peer(
        name="inspect-ai",
        title="Inspect AI",
        script="run_inspect_ai.py",
        packages=("inspect-ai", "openai"),
    ),
    Peer(name="deepeval", title="DeepEval", script="run_deepeval.py", packages=("deepeval",)),
    Peer(
        name="pydantic-evals",
        title="pydantic-evals",
        script="run_pydantic_evals.py",
        packages=("pydantic-evals", "pydantic-ai-slim[openai]"),
    ),
    Peer(
        name="promptfoo",
        title="promptfoo",
        script="run_promptfoo.mjs",
        packages=("promptfoo",),
        node=True,
    ),
)


def main() -> int:
    """Install the peers that were asked for; 1 when one of them could not be."""
    made = argparse.ArgumentParser(prog="python -m bench.peers.install", description=__doc__)
    made.add_argument("names", nargs="*", metavar="NAME", help="peers; all of them by default")
    names = made.parse_args().names
    unknown = set(names) - {peer.name for peer in PEERS}
    if unknown:
        made.error(f"no peer is called {' or '.join(sorted(unknown))}")
    chosen = [peer for peer in PEERS if not names or peer.name in names]
    outcomes = [_installed(peer) for peer in chosen]
    return 0 if all(outcomes) else 1


def _installed(peer: Peer) -> bool:
    try:
        (_npm if peer.node else _pip)(peer)
    except (subprocess.CalledProcessError, OSError) as problem:
        shutil.rmtree(peer.folder, ignore_errors=True)
        print(f"{peer.name}: left out: {problem}", file=sys.stderr)
        return False
    print(f"{peer.name} {peer.version()}")
    return True


def _pip(peer: Peer) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(peer.folder)], check=True)
    words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", *peer.packages]
    subprocess.run([str(peer.program), *words], check=True)


def _npm(peer: Peer) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("npm is not installed")
    peer.folder.mkdir(parents=True, exist_ok=True)
    words = ["install", "--silent", "--no-audit", "--no-fund", "--prefix", str(peer.folder)]
    subprocess.run([npm, *words, *peer.packages], check=True)


if __name__ == "__main__":
    sys.exit(main())
