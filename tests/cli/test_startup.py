"""Start-up: help costs next to nothing, and nothing is touched at import."""

from __future__ import annotations

import subprocess
import sys

import pytest

from measurand.cli import VERBS
from measurand.cli.data_verb import ACTS

HEAVY = (
    "apsw",
    "asyncio",
    "email",
    "http",
    "jinja2",
    "jsonschema_rs",
    "logging",
    "matplotlib",
    "numpy",
    "pydantic",
    "rapidfuzz",
    "rich",
    "scipy",
    "socket",
    "sqlite3",
    "ssl",
    "yaml",
)
LOADED = "import sys; {}; print(' '.join(sorted(set(sys.modules) & set({!r}.split()))))"


def loaded_after(code: str) -> str:
    script = LOADED.format(code, " ".join(HEAVY))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]


def test_help_imports_nothing_heavy() -> None:
    assert loaded_after("from measurand.cli import main; main(['--help'])") == ""


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_imports_nothing_heavy(verb: str) -> None:
    code = f"""
from measurand.cli import main
try:
    main([{verb!r}, '--help'])
except SystemExit:
    pass
""".replace("\n", "\\n")
    assert loaded_after(f"exec('''{code}''')") == ""


def test_help_of_the_acts_imports_nothing_heavy() -> None:
    code = f"""
import contextlib, io
from measurand.cli import main
for act in {list(ACTS)!r}:
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.suppress(SystemExit):
        main(['data', act, '--help'])
    assert f'usage: measurand data {{act}}' in told.getvalue(), act
"""
    assert loaded_after(f"exec({code!r})") == ""


def test_import_imports_nothing_heavy() -> None:
    assert loaded_after("import measurand") == ""


def test_import_opens_no_socket_and_writes_no_file() -> None:
    code = """
import sys
changes = {"subprocess.Popen", "os.remove", "os.rename", "os.mkdir"}
def refuse(event, args):
    if event.startswith("socket.") or event in changes:
        raise SystemExit(f"{event} at import")
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        raise SystemExit(f"writes {args[0]} at import")
sys.dont_write_bytecode = True
sys.addaudithook(refuse)
import measurand
for name in measurand.__all__:
    getattr(measurand, name)
"""
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
