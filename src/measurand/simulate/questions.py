"""The simulated customers: 430 examples in five components, in conversations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from measurand.core.example import MINIMUM, Component, Example, Message, Requirement
from measurand.simulate.answers import VOICES, Case, compose, pick
from measurand.simulate.topic import Topic
from measurand.simulate.topics_attack import ATTACK_TOPICS
from measurand.simulate.topics_home import HOME_TOPICS
from measurand.simulate.topics_service import SERVICE_TOPICS

__all__ = ["SIZES", "Asked", "Slots", "ask", "opening", "slots", "twisted"]

Slots = Mapping[str, str]
"""What the slots of one conversation's questions hold."""

SIZES: Mapping[Component, int] = MINIMUM
"""Examples a component: 200, 100, 50, 50 and 30."""

_INSTRUCTION = (
    "You are the chat assistant of a broadband provider. Reply with a JSON object of two fields, "
    "reply and next_step. Never give out personal data or dangerous advice."
)
_ROUTERS = ("HomeBox 3", "HomeBox Pro", "AirLink Mini", "AirLink Duo", "HomeBox 2")
_STREETS = ("Mill Lane", "Station Road", "Elm Street", "Harbour View", "Kiln Close", "Abbey Walk")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_GREETINGS = ("", "", "Hi, ", "Hello, ", "Good morning. ", "Hi there! ", "Hello team, ")
_NAMES = ("Ada", "Bo", "Carmen", "Dev", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kim")
_ENDINGS = ("", "", " Thanks, {name}", " Best, {name}", " Regards, {name}", " Please hurry. {name}")
_FOLLOW_UP = 0.4
"""The share of conversations outside the golden component that go on for a second question."""


@dataclass(frozen=True, slots=True)
class _Help:
    """Shares of a component's examples that have each kind of help for raters."""

    references: float
    checklist: float
    context: float


_HELP: Mapping[Component, _Help] = MappingProxyType(
    {
        "core": _Help(0.7, 0.8, 0.9),
        "edge": _Help(0.5, 0.6, 0.8),
        "adversarial": _Help(0.4, 0.8, 0.7),
        "regression": _Help(1.0, 1.0, 0.8),
        "golden": _Help(1.0, 1.0, 1.0),
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """An example together with what a good and a tempting wrong answer would be."""

    example: Example
    case: Case


def _typos(text: str) -> str:
    return text.lower().replace("the ", "teh ", 1).replace("?", " ??").replace(".", " ..")


def _rambling(text: str) -> str:
    return (
        "So, my grandson usually does this, but he is away, and I have tried the whole evening, "
        f"and the other company never had this, anyway: {text}"
    )


def _cut_off(text: str) -> str:
    return f"{text} And one more thing, when I"


def _dictated(text: str) -> str:
    return text.lower().translate(str.maketrans("", "", ",.?!:;"))


def _angry(text: str) -> str:
    return f"THIS IS THE THIRD TIME I ASK! {text.upper()}"


_TWISTS: tuple[Callable[[str], str], ...] = (_typos, _rambling, _cut_off, _dictated, _angry)


def slots(rng: np.random.Generator) -> Slots:
    """Who asks, and about what."""
    return {
        "router": pick(_ROUTERS, rng),
        "street": pick(_STREETS, rng),
        "month": pick(_MONTHS, rng),
        "days": str(rng.integers(2, 13)),
        "name": pick(_NAMES, rng),
    }


def opening(topic: Topic, held: Slots, *, rng: np.random.Generator) -> str:
    """The first question of a conversation."""
    words = pick(_GREETINGS, rng) + pick(topic.questions, rng) + pick(_ENDINGS, rng)
    return words.format(**held)


def twisted(question: str, rng: np.random.Generator) -> str:
    """The same question as an awkward customer puts it."""
    return _TWISTS[int(rng.integers(len(_TWISTS)))](question)


def ask(rng: np.random.Generator) -> tuple[Asked, ...]:
    """The whole evaluation set.

    Args:
        rng: Decides who asks what; the sizes are fixed.

    Returns:
        430 examples, components one after the other, with unique ids and unique texts.
    """
    asked: list[Asked] = []
    seen: set[str] = set()
    for component, size in SIZES.items():
        written = _written(component, rng)
        found: list[Asked] = []
        while len(found) < size:
            for one in next(written):
                if one.example.question not in seen and len(found) < size:
                    seen.add(one.example.question)
                    found.append(_numbered(one, component, len(found) + 1))
        asked += found
    return tuple(asked)


def _numbered(asked: Asked, component: Component, number: int) -> Asked:
    return replace(asked, example=replace(asked.example, id=f"{component}-{number:03d}"))


def _written(component: Component, rng: np.random.Generator) -> Iterator[list[Asked]]:
    """Conversations without end, each of one or two examples."""
    topics = ATTACK_TOPICS if component == "adversarial" else (*SERVICE_TOPICS, *HOME_TOPICS)
    number = 0
    while True:
        for place in rng.permutation(len(topics)):
            number += 1
            topic = topics[int(place)]
            turned = np.roll(topic.facts, int(rng.integers(len(topic.facts))))
            case = Case(topic, str(turned[0]), str(turned[1]))
            cluster = f"{component}-talk-{number:03d}"
            yield _conversation(case, component, cluster=cluster, rng=rng)


def _conversation(
    case: Case, component: Component, *, cluster: str, rng: np.random.Generator
) -> list[Asked]:
    held = slots(rng)
    question = opening(case.topic, held, rng=rng)
    if component == "edge":
        question = twisted(question, rng)
    turns: tuple[Message, ...] = (Message("system", _INSTRUCTION), Message("user", question))
    talk = [_example(case, turns, component=component, cluster=cluster, rng=rng)]
    if component != "golden" and rng.random() < _FOLLOW_UP:
        answered = Message("assistant", compose(case, VOICES["today"], frozenset(), rng=rng))
        again = Message("user", case.topic.follow_up.format(**held))
        turns = (*turns, answered, again)
        talk.append(_example(case, turns, component=component, cluster=cluster, rng=rng))
    return talk


def _example(
    case: Case,
    messages: tuple[Message, ...],
    *,
    component: Component,
    cluster: str,
    rng: np.random.Generator,
) -> Asked:
    topic = case.topic
    reference = compose(case, VOICES["expert"], frozenset(), rng=rng)
    given = _HELP[component]
    has = rng.random(3) < (given.references, given.checklist, given.context)
    checklist = tuple(Requirement(element.any_of, name=element.name) for element in topic.elements)
    example = Example(
        id="",
        messages=messages,
        component=component,
        references=(reference, case.fact) if has[0] else (),
        checklist=checklist if has[1] else (),
        context=(topic.passage.format(fact=case.fact),) if has[2] else (),
        expected_length=len(reference.split()),
        segments=(topic.segment,),
        cluster=cluster,
        source="simulated",
        metadata={"fact": case.fact},
    )
    return Asked(example, case)
