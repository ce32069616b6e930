"""One thing to ask a system, and what is known about a good answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, get_args

from measurand.core.fingerprint import fingerprint

__all__ = [
    "COMPONENTS",
    "MINIMUM",
    "Component",
    "Example",
    "Message",
    "Requirement",
    "Role",
    "ToolCall",
]

Component = Literal["core", "edge", "adversarial", "regression", "golden"]
COMPONENTS: tuple[Component, ...] = get_args(Component)

MINIMUM: Mapping[Component, int] = MappingProxyType(
    {"core": 200, "edge": 100, "adversarial": 50, "regression": 50, "golden": 30}
)
"""The sizes below which a component says little; 430 examples in all."""

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """One element that an answer must contain: any of these phrases, or regular expressions."""

    any_of: tuple[str, ...]
    regex: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a tool, expected or made."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One example of an evaluation set.

    Args:
        id: Unique within the set; derived from the content when the file gives none.
        messages: The conversation up to the answer that is asked for.
        component: Which of the five parts of the set it belongs to.
        references: Acceptable answers, any one of which is right.
        checklist: Elements that an answer must contain.
        context: Passages the answer must agree with.
        tools: Tool calls that a right answer makes, in order.
        expected_length: Words a good answer takes; by default the median of the references.
        notes: What this example adds to the definition of a dimension, by dimension.
        weights: Weights of dimensions that differ for this example, in percent.
        segments: Tags by which results are broken down.
        cluster: What it shares with others, as a conversation; errors are clustered by it.
        source: Where it came from.
        created: When, as an ISO 8601 date or time.
        probability: The inclusion probability with which it was drawn from production, in (0, 1];
            None where it was chosen, or nobody knows. An example that stands for several alike has
            its chance over how many they are, so that 1 over it is what it stands for.
        stratum: The part of production that it was drawn from, where such parts were drawn from
            one by one.
        metadata: Anything else the file said, untouched.
    """

    id: str
    messages: tuple[Message, ...]
    component: Component = "core"
    references: tuple[str, ...] = ()
    checklist: tuple[Requirement, ...] = ()
    context: tuple[str, ...] = ()
    tools: tuple[ToolCall, ...] = ()
    expected_length: int | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    segments: tuple[str, ...] = ()
    cluster: str | None = None
    source: str | None = None
    created: str | None = None
    probability: float | None = None
    stratum: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    _print: str = field(default="", init=False, repr=False, compare=False)

    @property
    def question(self) -> str:
        """The last thing the user said."""
        asked = [message.content for message in self.messages if message.role == "user"]
        return asked[-1] if asked else ""

    @property
    def fingerprint(self) -> str:
        """Changes when what is asked or what counts as right does; the id is not part of it."""
        if not self._print:
            object.__setattr__(self, "_print", self._fingerprint())
        return self._print

    def _fingerprint(self) -> str:
        return fingerprint(
            [
                self.messages,
                self.references,
                self.checklist,
                self.context,
                self.tools,
                self.expected_length,
                self.notes,
                self.weights,
            ]
        )
