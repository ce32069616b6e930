"""The command line as loud tests use it: small files, every verb, nothing swallowed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import jsonschema_rs
import pytest

from measurand.cli import main
from measurand.report.results_json import results_schema

_SCHEMA = jsonschema_rs.validator_for(results_schema())


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON it printed: finite numbers only; that of an analysis fits its schema."""
        document = json.loads(self.out[: self.out.rindex("}") + 1], parse_constant=_not_finite)
        assert isinstance(document, dict)
        if document["verb"] not in {"import", "check"}:
            _SCHEMA.validate(document)
        return document

    @property
    def numbers(self) -> set[str]:
        """The names of the results that have a value."""
        return {r["name"] for r in self.document["results"] if r["value"] is not None}

    def one(self, name: str, **cells: object) -> dict[str, Any]:
        """The result of this name, clustered where there are two."""
        found: Iterator[dict[str, Any]] = (
            result
            for result in self.document["results"]
            if result["name"] == name and all(result.get(k) == v for k, v in cells.items())
        )
        return next(found)


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in an empty folder; whatever happens, it is no fault of measurand."""
    monkeypatch.chdir(tmp_path)

    def ended(*words: str) -> Ended:
        try:
            code = main(words)
        except SystemExit as stop:
            code = int(stop.code or 0)
        told = capsys.readouterr()
        for text in (told.out, told.err):
            assert "Traceback" not in text
            assert "a fault of measurand" not in text
        assert code in {0, 1, 2, 3, 4}
        return Ended(code, told.out, told.err)

    return ended


def _not_finite(name: str) -> NoReturn:
    raise AssertionError(f"{name} in JSON")
