"""Two months of production of the simulated support bot: a log such as its owner would have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np

from measurand.simulate.answers import FAULTS, VOICES, Case, PlantedFault, compose, pick
from measurand.simulate.questions import Slots, opening, slots, twisted
from measurand.simulate.topic import Topic
from measurand.simulate.topics_home import HOME_TOPICS
from measurand.simulate.topics_service import SERVICE_TOPICS

__all__ = ["production_log"]

_TOPICS = (*SERVICE_TOPICS, *HOME_TOPICS)
_BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
_DAYS = 60
_STORM = (43, 46)
"""The days, counted from the first, on which a storm cuts lines in one street."""
_CONVERSATIONS, _OF_THE_STORM = 420, 40
_STORM_STREET = "Harbour View"
_OUTAGE = replace(SERVICE_TOPICS[3], questions=SERVICE_TOPICS[3].questions[:1])
"""What customers ask while the storm lasts, all in the same words."""

_ODDS: Mapping[PlantedFault, float] = MappingProxyType(
    {
        "missing_element": 0.18,
        "wrong_fact": 0.12,
        "too_long": 0.08,
        "curt": 0.04,
        "digression": 0.05,
        "broken_json": 0.01,
    }
)
"""How often an answer goes wrong, and how."""
_BAD = frozenset({"wrong_fact", "curt", "missing_element"})
_RATED, _DOWN_IF_BAD, _DOWN_ELSE = 0.45, 0.65, 0.06
_NO_ANSWER, _TWISTED, _PERSONAL, _FOREIGN = 0.015, 0.1, 0.04, 0.03
_COMPLAINS, _ASKS_ON, _CLOSES = 0.35, 0.4, 0.08

_COMPLAINTS = (
    "That is not what I asked. {again}",
    "You did not answer my question: {again}",
    "This is wrong, my neighbour was told something else. {again}",
    "Useless. I want to speak to a human.",
    "I already told you all that. {again}",
    "It still does not work. {again}",
)
_CLOSINGS = (
    "Thanks, that helped!",
    "Thank you.",
    "Great, thanks",
    "ok bye",
    "Perfect, have a nice day!",
)
_WELCOME = (
    '{"reply": "You are welcome. Write again here whenever you need us.", "next_step": "None"}'
)
_ERRORS = ("timeout after 30 s", "503 service unavailable", "context length exceeded")
_COMMENTS: Mapping[PlantedFault, str] = MappingProxyType(
    {"wrong_fact": "the number is wrong", "curt": "rude", "missing_element": "half is missing"}
)
_ELSE = "not what I asked"
_PRAISE = ("quick and clear", "helped at once")
_CONTACTS = (
    " You can reach me at {name}.{street}@not-a-mailbox.net.",
    " My mail is {name}{days}@no-such-post.org, please confirm there.",
    " Call me on 020 7946 0{number} after six.",
    " My number is 01632 960 {number}.",
)
_FOREIGN_QUESTIONS: tuple[tuple[int, str], ...] = (
    (0, "Warum steht auf meiner Rechnung vom {month} eine Gebühr, obwohl ich bezahlt habe?"),
    (3, "Seit {days} Stunden geht bei uns im {street} das Internet nicht. Ist das eine Störung?"),
    (6, "Das Licht am {router} ist seit {days} Stunden rot. Was bedeutet das?"),
    (7, "Je voudrais résilier mon contrat à la fin du mois. Comment dois-je faire ?"),
    (9, "Nous déménageons dans {days} jours. Que faut-il faire pour la connexion ?"),
    (1, "¿Por qué ha subido mi factura este mes si nadie me ha avisado de nada?"),
    (5, "El wifi va muy lento en el dormitorio con el {router}. ¿Qué puedo hacer?"),
)
"""The place of the topic, and the question."""


@dataclass(frozen=True, slots=True)
class _Talk:
    """A conversation before it is held.

    Args:
        name: Its id.
        at: When it begins.
        topic: What it is about.
        question: How it begins.
        again: What the customer asks next.
        fact: Which of the topic's facts holds.
    """

    name: str
    at: datetime
    topic: Topic
    question: str
    again: str
    fact: int


def production_log(seed: int = 7) -> tuple[Mapping[str, Any], ...]:
    """A log of the system ``today``, one interaction a row, in the order of time.

    Customers of a few segments ask in conversations, some of them the same as others; a storm cuts
    lines in the second month. A third of the answers are rated by thumbs, some customers complain,
    some calls fail, and some customers write addresses and numbers, all made up.

    Args:
        seed: Of everything in it.

    Returns:
        Rows as JSON has them; the conversation so far, the answer, and what was retrieved.
    """
    rng = np.random.default_rng(seed)
    rows = [row for talk in _talks(rng) for row in _held(talk, rng)]
    rows.sort(key=lambda row: row["timestamp"])
    return tuple({"id": f"r{number:04d}", **row} for number, row in enumerate(rows, 1))


def _talks(rng: np.random.Generator) -> Iterator[_Talk]:
    """All conversations; some while the storm lasts, and the others at any time."""
    odds = rng.dirichlet(np.full(len(_TOPICS), 4.0))
    for number in range(_CONVERSATIONS):
        stormy = number < _OF_THE_STORM
        held = {**slots(rng), **({"street": _STORM_STREET} if stormy else {})}
        topic = _OUTAGE if stormy else _TOPICS[int(rng.choice(len(_TOPICS), p=odds))]
        day = timedelta(days=int(rng.integers(*(_STORM if stormy else (0, _DAYS)))))
        clock = timedelta(seconds=int(rng.triangular(6.5, 18.0, 23.0) * 3600))
        question = opening(topic, held, rng=rng)
        if rng.random() < _TWISTED and not stormy:
            question = twisted(question, rng)
        if rng.random() < _FOREIGN and not stormy:
            place, words = _FOREIGN_QUESTIONS[int(rng.integers(len(_FOREIGN_QUESTIONS)))]
            topic, question = _TOPICS[place], words.format(**held)
        if rng.random() < _PERSONAL:
            question += _contact(held, rng)
        again = topic.follow_up.format(**{**slots(rng), "router": held["router"]})
        fact = 0 if stormy else int(rng.integers(len(topic.facts)))
        yield _Talk(f"c{number + 1:03d}", _BEGAN + day + clock, topic, question, again, fact)


def _contact(held: Slots, rng: np.random.Generator) -> str:
    """How a customer wants to be reached."""
    small = {name: value.split()[0].lower() for name, value in held.items()}
    return pick(_CONTACTS, rng).format(**small, number=rng.integers(100, 1000))


def _held(talk: _Talk, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """The interactions of a conversation: it goes on after what is bad, and sometimes otherwise."""
    turned = np.roll(talk.topic.facts, talk.fact)
    case = Case(talk.topic, str(turned[0]), str(turned[1]))
    messages: list[Mapping[str, str]] = []
    at, asked = talk.at, talk.question
    while asked:
        messages.append({"role": "user", "content": asked})
        closing = asked in _CLOSINGS
        faults = frozenset() if closing else _faults(rng)
        answer = _WELCOME if closing else compose(case, VOICES["today"], faults, rng=rng)
        failed = not closing and rng.random() < _NO_ANSWER
        seconds = round(float(rng.lognormal(0.5, 0.4)), 2)
        yield {
            "timestamp": at.isoformat().replace("+00:00", "Z"),
            "conversation_id": talk.name,
            "model": "today",
            "segment": talk.topic.segment,
            "messages": list(messages),
            "response": None if failed else answer,
            **({"error": pick(_ERRORS, rng)} if failed else {}),
            **({} if closing else {"context": [talk.topic.passage.format(fact=case.fact)]}),
            "seconds": seconds,
            **({} if failed or closing else _feedback(faults, rng)),
        }
        messages.append({"role": "assistant", "content": answer})
        at += timedelta(seconds=int(rng.integers(40, 400)))
        last = failed or closing or len(messages) > 4  # noqa: PLR2004 - two answers were heard
        asked = "" if last else _next(talk, bad=bool(_BAD & faults), rng=rng)


def _faults(rng: np.random.Generator) -> frozenset[PlantedFault]:
    draws = dict(zip(FAULTS, rng.random(len(FAULTS)), strict=True))
    return frozenset(fault for fault in FAULTS if draws[fault] < _ODDS.get(fault, 0.0))


def _next(talk: _Talk, *, bad: bool, rng: np.random.Generator) -> str:
    """What the customer says next; nothing where the conversation ends."""
    draw = rng.random()
    if bad and draw < _COMPLAINS:
        return pick(_COMPLAINTS, rng).format(again=talk.again)
    if draw < _ASKS_ON:
        return talk.again
    return pick(_CLOSINGS, rng) if draw < _ASKS_ON + _CLOSES else ""


def _feedback(faults: frozenset[PlantedFault], rng: np.random.Generator) -> dict[str, str]:
    """Thumbs, of a part of the answers; of a part of those in words too."""
    if rng.random() >= _RATED:
        return {}
    down = rng.random() < (_DOWN_IF_BAD if _BAD & faults else _DOWN_ELSE)
    if rng.random() >= (0.5 if down else 0.05):
        return {"feedback": "down" if down else "up"}
    if not down:
        return {"feedback": "up", "comment": pick(_PRAISE, rng)}
    why = next((words for fault, words in _COMMENTS.items() if fault in faults), _ELSE)
    return {"feedback": "down", "comment": why}
