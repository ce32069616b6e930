"""How a plan wants systems and judges to be called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from measurand.core.mitigation import MITIGATIONS, MitigationName

__all__ = [
    "FLAG_RULES",
    "Endpoint",
    "FlagRule",
    "JudgeModel",
    "JudgePlan",
    "Price",
    "RedactPlan",
    "RunPlan",
]

FlagRule = Literal["any", "two"]
"""When judges block an output: as soon as one flags it, or two do."""
FLAG_RULES: tuple[FlagRule, ...] = get_args(FlagRule)


@dataclass(frozen=True, slots=True)
class JudgeModel:
    """One model of the panel.

    Args:
        model: Its name, as in ``anthropic/claude-opus-4``.
        family: Its family, where the name does not say it.
        parameters: What it is asked with, before those of the whole panel.
    """

    model: str
    family: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePlan:
    """Which models judge, and how.

    Args:
        models: The panel; each rates every output, and none is left out for any system.
        repeats: Judgments of each output by each model.
        own_family: What a judge of a compared system's family is: an ``error``, or accepted for
            an ``audit``, and then every report says so.
        flags: When judges block an output on a blocking dimension; never by majority.
        parameters: What every model is asked with, as ``max_tokens`` and ``effort``.
        batch: Whether judging goes through the provider's batch interface: later, at about half
            the price.
        exemplars: A file of outputs with people's levels that judges are shown; relative to the
            plan's folder.
        mitigations: What is done against biases, by the names of
            `measurand.core.mitigation.MITIGATIONS`.

    Raises:
        ValueError: There is no model, one is named twice, repeats is less than 1, or a mitigation
            is unknown, named twice, or a panel of one.
    """

    models: tuple[JudgeModel, ...]
    repeats: int = 3
    own_family: Literal["error", "audit"] = "error"
    flags: FlagRule = "any"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    batch: bool = False
    exemplars: str | None = None
    mitigations: tuple[MitigationName, ...] = ()

    def __post_init__(self) -> None:
        if not self.models:
            raise ValueError("a judge needs a model")
        names = [one.model for one in self.models]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two judges are the same model: {', '.join(twice)}")
        if self.repeats < 1:
            raise ValueError(f"a judge rates each output at least once; found {self.repeats}")
        if odd := [name for name in self.mitigations if name not in MITIGATIONS]:
            known = ", ".join(MITIGATIONS)
            raise ValueError(f"there is no mitigation {odd[0]!r}; there are: {known}")
        if len(set(self.mitigations)) < len(self.mitigations):
            raise ValueError(f"a mitigation is named twice: {', '.join(self.mitigations)}")
        if "panel" in self.mitigations and len(self.models) == 1:
            raise ValueError("a panel has several models; list them under models")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """How systems and judges are called.

    Args:
        connections: Calls under way at once, to each provider, at the most.
        timeout: Seconds that one call may take.
        attempts: How often a call is tried in all before it counts as failed.
        budget: US dollars that all runs of this ledger together may cost; None means no limit.
        max_failures: The share of outputs or judgments without a value above which no headline
            is given.
        requests_per_minute: What a provider allows, where it is known.
        tokens_per_minute: What a provider allows, where it is known.
        until_clear: Whether a run ends once it is clear which system is better.
        look: Examples between two looks at whether it is.

    Raises:
        ValueError: One of them cannot mean anything.
    """

    connections: int = 20
    timeout: float = 120.0
    attempts: int = 6
    budget: float | None = None
    max_failures: float = 0.02
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    until_clear: bool = False
    look: int = 25

    def __post_init__(self) -> None:
        counts = ("connections", "attempts", "requests_per_minute", "tokens_per_minute", "look")
        for name in counts:
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} is 1 or more; found {value}")
        if not self.timeout > 0:
            raise ValueError(f"timeout is a number of seconds above 0; found {self.timeout}")
        if self.budget is not None and not self.budget > 0:
            raise ValueError(f"the budget is a number of US dollars above 0; found {self.budget}")
        if not 0 <= self.max_failures <= 1:
            raise ValueError(f"max_failures is a share from 0 to 1; found {self.max_failures}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for a million tokens.

    Args:
        input: Of input.
        output: Of output, hidden reasoning among it.
        cached: Of input read from a cache; by default as other input.
        written: Of input written to a cache; by default as other input.

    Raises:
        ValueError: A price is negative.
    """

    input: float
    output: float
    cached: float | None = None
    written: float | None = None

    def __post_init__(self) -> None:
        for name in ("input", "output", "cached", "written"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < float("inf"):
                raise ValueError(f"a price is 0 or more; found {name}: {value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a provider is reached.

    Args:
        base_url: Its address, as in ``http://localhost:8000/v1``.
        key: The name of the environment variable that holds its key; None where it wants none.
        api: What it speaks.
    """

    base_url: str
    key: str | None = None
    api: Literal["openai", "anthropic"] = "openai"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactPlan:
    """What is replaced by placeholders before anything is stored or sent.

    Args:
        on: Whether anything is.
        kinds: Kinds of personal data and secrets, as in ``email``; empty means all that are known.
        patterns: Further regular expressions, by the name that their placeholders bear.
        allow: Texts that may stand, as the company's own address.
    """

    on: bool = True
    kinds: tuple[str, ...] = ()
    patterns: Mapping[str, str] = field(default_factory=dict)
    allow: tuple[str, ...] = ()
