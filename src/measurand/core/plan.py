"""The whole intention of an evaluation, as ``measurand.yaml`` writes it down."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from measurand.core.anchors import AnchorPlan
from measurand.core.calibration import CalibrationPlan
from measurand.core.example import MINIMUM, Component
from measurand.core.gate import GatePlan
from measurand.core.rubric import Rubric
from measurand.core.running import Endpoint, JudgePlan, Price, RedactPlan, RunPlan
from measurand.core.system import System

__all__ = [
    "HEADLINES",
    "LOOKS",
    "PAIRS",
    "VOTES",
    "ComparePlan",
    "DataPlan",
    "Headline",
    "Looks",
    "Pairs",
    "PeoplePlan",
    "Plan",
    "Screen",
    "Vote",
]

Vote = Literal["majority", "median", "mean"]
VOTES: tuple[Vote, ...] = get_args(Vote)

Screen = Literal["all", "one"]

Pairs = Literal["baseline", "all", ""]
"""All against the baseline, or every two; left open, against the baseline where there is one."""
PAIRS: tuple[Pairs, ...] = ("baseline", "all")

Headline = Literal["core", "all"]
HEADLINES: tuple[Headline, ...] = get_args(Headline)

Looks = Literal["fixed", "anytime"]
LOOKS: tuple[Looks, ...] = get_args(Looks)

_MOST_CONTROLS = 0.4
"""Beyond this share of duplicates, or of golden items, little work would be done."""


@dataclass(frozen=True, slots=True)
class DataPlan:
    """Which examples.

    Args:
        path: A folder of component files, or one file; relative to the plan's folder.
        minimum: The smallest size of each component; what is not named may be empty.
        encoder: What makes vectors of texts: ``python:package.module:name`` or ``file.py:name``;
            empty for hashed words.

    Raises:
        ValueError: A size is negative, or the encoder names no code.
    """

    path: str = "data/"
    minimum: Mapping[Component, int] = field(default_factory=lambda: dict(MINIMUM))
    encoder: str = ""

    def __post_init__(self) -> None:
        if self.encoder and not (self.encoder.startswith("python:") or ".py:" in self.encoder):
            raise ValueError(
                f"encoder is python:package.module:name or file.py:name; found {self.encoder!r}"
            )
        for component, size in self.minimum.items():
            if size < 0:
                raise ValueError(f"the least size of {component} is 0 or more; found {size}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePlan:
    """How people rate.

    Args:
        raters: People who rate each output.
        vote: How their ratings become one.
        sample: Examples drawn at random, all of whose outputs are rated; None for all examples.
        subsample: The share of those that `subsample_raters` people rate instead.
        subsample_raters: How many that is; five tell what a majority of three is worth.
        routed: Whether outputs that machines flag or cannot judge are rated too, before others;
            they feed no estimate.
        duplicates: The share of a rater's work that is shown once more, unmarked.
        golden: The share that has a known right rating, unmarked.
        training: Outputs with a known right rating that come first, with feedback.
        screen: Whether all dimensions of an output are asked at once, or one after the other.
        lease: Minutes without a sign after which a started item goes to somebody else.
        instructions: A file in Markdown that raters read first; relative to the plan's folder.
        wage: What an hour of a rater's time costs, in US dollars; unknown is None.

    Raises:
        ValueError: One of them is not what it should be; the message says which.
    """

    raters: int = 3
    vote: Vote = "majority"
    sample: int | None = None
    subsample: float = 0.0
    subsample_raters: int = 5
    routed: bool = True
    duplicates: float = 0.05
    golden: float = 0.08
    training: int = 5
    screen: Screen = "all"
    lease: float = 30.0
    instructions: str | None = None
    wage: float | None = None

    def __post_init__(self) -> None:
        if self.raters < 1:
            raise ValueError(f"at least one person rates each output; found {self.raters}")
        if self.sample is not None and self.sample < 1:
            raise ValueError(f"a sample has at least one example; found {self.sample}")
        if not 0 <= self.subsample <= 1:
            raise ValueError(f"subsample is a share from 0 to 1; found {self.subsample}")
        if self.subsample and self.subsample_raters <= self.raters:
            raise ValueError(
                f"subsample_raters is more than raters ({self.raters}); "
                f"found {self.subsample_raters}"
            )
        for name in ("duplicates", "golden"):
            if not 0 <= getattr(self, name) <= _MOST_CONTROLS:
                raise ValueError(
                    f"{name} is a share from 0 to {_MOST_CONTROLS}; found {getattr(self, name)}"
                )
        if self.training < 0:
            raise ValueError(f"training is 0 or more outputs; found {self.training}")
        if not self.lease > 0:
            raise ValueError(f"lease is a number of minutes above 0; found {self.lease}")
        if self.wage is not None and not self.wage >= 0:
            raise ValueError(f"wage is 0 or more US dollars an hour; found {self.wage}")


@dataclass(frozen=True, slots=True)
class ComparePlan:
    """What a comparison must show.

    Args:
        margin: How much worse, as a share of the unit interval, still counts as no worse.
        level: The confidence level of every interval.
        max_blocking: The largest tolerated share of outputs with a blocking failure.
        pairs: Which systems are compared: all with the current one, or every two.
        traffic: What share of production each segment is, or how often it was seen there; the
            headline is re-weighted to that. Empty: the sample is taken as it is.
        headline: Of which examples the headline is: core alone samples production.
        looks: Whether the data are looked at once, or while they grow.

    Raises:
        ValueError: One of them is not a share that means something.
    """

    margin: float = 0.05
    level: float = 0.95
    max_blocking: float = 0.05
    pairs: Pairs = ""
    traffic: Mapping[str, float] = field(default_factory=dict)
    headline: Headline = "core"
    looks: Looks = "fixed"

    def __post_init__(self) -> None:
        if not 0 <= self.margin < 1:
            raise ValueError(f"margin is 0 or more and below 1; found {self.margin}")
        if not 0 < self.level < 1:
            raise ValueError(f"level is between 0 and 1, as in 0.95; found {self.level}")
        if not 0 <= self.max_blocking <= 1:
            raise ValueError(f"max_blocking is a share from 0 to 1; found {self.max_blocking}")
        for segment, share in self.traffic.items():
            if not 0 < share < math.inf:
                raise ValueError(f"the traffic of {segment} is a number above 0; found {share}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One evaluation: whose answers, to which examples, rated on what and by whom.

    Args:
        name: Its name in reports.
        rubric: What quality means here.
        task: What the systems are for, in a sentence.
        seed: From which every random choice follows.
        data: Which examples.
        systems: Who answers; empty where there are only ratings to be analysed.
        people: How people rate.
        compare: What a comparison must show.
        gate: What a change must show before it may ship.
        judge: Which models judge, and how; None where none does.
        calibration: How it is found out whether they can be trusted.
        anchors: How it is found out whether they stay what they were; None where it is not.
        run: How systems and judges are called: connections, time, tries, money.
        redact: What of personal data and secrets is replaced before storage and before calls.
        prices: Prices by model, which go before those of the table.
        providers: Endpoints by the provider's name, which go before the usual ones.

    Raises:
        ValueError: The name is blank, the rubric empty, the seed negative, two systems share a
            name, or more than one is the current, the expert or the floor.
    """

    name: str
    rubric: Rubric
    task: str = ""
    seed: int = 0
    data: DataPlan = field(default_factory=DataPlan)
    systems: tuple[System, ...] = ()
    people: PeoplePlan = field(default_factory=PeoplePlan)
    compare: ComparePlan = field(default_factory=ComparePlan)
    gate: GatePlan = field(default_factory=GatePlan)
    judge: JudgePlan | None = None
    calibration: CalibrationPlan = field(default_factory=CalibrationPlan)
    anchors: AnchorPlan | None = None
    run: RunPlan = field(default_factory=RunPlan)
    redact: RedactPlan = field(default_factory=RedactPlan)
    prices: Mapping[str, Price] = field(default_factory=dict)
    providers: Mapping[str, Endpoint] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("a plan needs a name")
        if not len(self.rubric):
            raise ValueError("a rubric needs at least one dimension")
        if self.seed < 0:
            raise ValueError(f"a seed is 0 or more; found {self.seed}")
        if twice := _repeated(system.name for system in self.systems):
            raise ValueError(f"two systems are called {', '.join(twice)}")
        roles = (system.role for system in self.systems if system.role != "candidate")
        if twice := _repeated(roles):
            raise ValueError(f"only one system may have the role {', '.join(twice)}")

    def system(self, name: str) -> System:
        """The system of this name.

        Raises:
            KeyError: There is none; the message lists those that exist.
        """
        for system in self.systems:
            if system.name == name:
                return system
        known = ", ".join(system.name for system in self.systems) or "none"
        raise KeyError(f"no system {name!r}; there are: {known}")


def _repeated(words: Iterable[str]) -> list[str]:
    return sorted(word for word, count in Counter(words).items() if count > 1)
