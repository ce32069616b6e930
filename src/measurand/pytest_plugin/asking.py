"""What a test asks of a gate, and what it is answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

import pytest

from measurand.analysis.gate_result import GateItem, GateOutcome, GateResult, ItemOutcome
from measurand.errors import MeasurandError
from measurand.jobs.gate import GateOptions, gate
from measurand.pytest_plugin.once import once
from measurand.pytest_plugin.words import words_of

__all__ = ["Asked", "Choice", "Told", "asked"]

Inconclusive = Literal["fail", "skip", "xfail"]
_OUTSIDE = 4
_NO_EVIDENCE = frozenset({"gate: results", "gate: judge"})
"""Verdicts that more examples would not decide: something is not there, or not to be trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a marker says.

    Args:
        plan: Which plan; None for that of the fixture ``measurand_plan``.
        inconclusive: What becomes of a test whose gate is inconclusive.
        require: Whether the marked test fails by itself unless the gate passes.
        options: The options of the gate.

    Raises:
        ValueError: It says what cannot be.
    """

    plan: str | None = None
    inconclusive: Inconclusive = "fail"
    require: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.inconclusive not in get_args(Inconclusive):
            raise ValueError(f"inconclusive is fail, skip or xfail; found {self.inconclusive!r}")
        known = [one.name for one in fields(GateOptions)]
        if unknown := sorted(set(self.options) - set(known)):
            own = ("plan", "inconclusive", "require")
            raise ValueError(
                f"the marker has no {', '.join(unknown)}; it has {', '.join((*own, *known))}"
            )

    @classmethod
    def of(cls, marker: pytest.Mark | None) -> Choice:
        """What the marker says; all of it by default where there is none."""
        if marker is None:
            return cls()
        if len(marker.args) > 1 or (marker.args and "plan" in marker.kwargs):
            raise ValueError("the marker takes one plan; name everything else")
        said = dict(marker.kwargs) | ({"plan": str(marker.args[0])} if marker.args else {})
        own = {name: said.pop(name) for name in ("inconclusive", "require") if name in said}
        plan = said.pop("plan", None)
        return cls(plan=None if plan is None else str(plan), options=said, **own)


@dataclass(frozen=True, slots=True)
class Told:
    """What the gate answered: its result, or in words why there is none."""

    result: GateResult | None
    exit_code: int
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer of a gate, as a test has it.

    Args:
        result: What was decided, and on what.
        exit_code: 0 pass, 1 fail, 3 inconclusive, 4 something outside the evaluation.
        words: The verdict, and what did not pass.
        choice: What the test's marker said.
    """

    result: GateResult
    exit_code: int
    words: str
    choice: Choice

    @property
    def outcome(self) -> GateOutcome:
        """``pass``, ``fail`` or ``inconclusive``."""
        return self.result.outcome

    def items(self, outcome: ItemOutcome) -> tuple[GateItem, ...]:
        """The examples on dimensions of which this is so."""
        return tuple(item for item in self.result.items if item.outcome == outcome)

    @property
    def _complete(self) -> bool:
        """Whether evidence alone is wanting: nothing missing, stale, or demanded no more."""
        verdicts = self.result.findings.verdicts
        names = {one.name for one in verdicts if one.outcome == "inconclusive"}
        return not names & _NO_EVIDENCE and not self.items("missing")

    def require(self, inconclusive: Inconclusive | None = None) -> None:
        """Fail the test unless the gate passes.

        Args:
            inconclusive: What too little evidence does to the test: fail, skip or xfail; by
                default as the marker says, else fail. Missing results always fail it.
        """
        __tracebackhide__ = True
        if self.outcome == "pass" and self.exit_code == 0:
            return
        how = inconclusive or self.choice.inconclusive
        if self.outcome == "inconclusive" and self.exit_code != _OUTSIDE and self._complete:
            if how == "skip":
                pytest.skip(self.words)
            if how == "xfail":
                pytest.xfail(self.words)
        pytest.fail(self.words, pytrace=False)


_ANSWERS = pytest.StashKey[dict[str, Told]]()


def asked(request: pytest.FixtureRequest, plan: Path | str) -> Asked:
    """The answer of the gate that a test's marker asks for; asked once a session."""
    try:
        choice = Choice.of(request.node.get_closest_marker("measurand"))
    except ValueError as problem:
        pytest.fail(f"measurand: {problem}", pytrace=False)
    path = request.config.rootpath / (choice.plan or plan)
    if not path.is_file():
        pytest.fail(
            f"measurand: there is no plan at {path}; begin one with measurand init, name it in the "
            "marker (plan=...) or give it by a fixture measurand_plan of your own",
            pytrace=False,
        )
    told = _told(request, path, choice)
    if told.result is None:
        pytest.fail(f"measurand gate: {told.words}", pytrace=False)
    hashes = (("outcome", told.result.outcome), *told.result.hashes.items())
    request.node.user_properties += [(f"measurand.{name}", value) for name, value in hashes]
    return Asked(told.result, told.exit_code, told.words, choice)


def _told(request: pytest.FixtureRequest, plan: Path, choice: Choice) -> Told:
    """The answer that this process has, that another worker has, or that the gate gives now."""
    parts = [str(plan.resolve()), sorted(choice.options.items())]
    key = hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:16]
    answers = request.config.stash.setdefault(_ANSWERS, {})
    if key not in answers:
        if hasattr(request.config, "workerinput"):
            shared = request.getfixturevalue("tmp_path_factory").getbasetemp().parent
            answers[key] = once(shared / f"measurand-{key}", lambda: _ask(plan, choice), Told)
        else:
            answers[key] = _ask(plan, choice)
    return answers[key]


def _ask(plan: Path, choice: Choice) -> Told:
    try:
        answer = gate(plan, GateOptions(**({"record": False} | dict(choice.options))))
    except MeasurandError as problem:
        return Told(None, problem.exit_code, str(problem))
    return Told(answer.gate, answer.exit_code, words_of(answer.gate))
