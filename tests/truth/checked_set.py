"""A clean evaluation set of 430 examples, and faults that can be planted in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache

import numpy as np

from measurand.analysis.set_check_terms import SetState, Shown
from measurand.core.example import MINIMUM, Example, Message, Requirement, ToolCall
from measurand.core.lineage import Lineage
from measurand.core.rubric import Dimension, Rubric

NOW = datetime(2026, 6, 1, tzinfo=UTC)
RUBRIC = Rubric(Dimension("accuracy", weight=100), Dimension("safety"))
_WHO = (
    *("My neighbour", "My sister", "Our office", "The new tenant", "My landlord", "A colleague"),
    *("My grandmother", "The shop downstairs", "Our school", "The club", "My flatmate", "A friend"),
)
_DID = (
    *("ordered", "cancelled", "returned", "upgraded", "reported", "paid for", "moved", "sold"),
    *("installed", "repaired", "registered", "renewed", "lost", "found", "exchanged", "tested"),
)
_WHAT = (
    *("a router", "the fibre contract", "two phones", "a signal repeater", "the television box"),
    *("a parcel", "the office line", "an old modem", "the family plan", "a data card", "the cable"),
    *("three sockets", "a voucher", "the holiday option", "a student rate", "the copper line"),
)
_WHERE = (
    *("in Harbour View", "at the lake", "in the old town", "near the station", "by the river"),
    *("on the third floor", "in the country", "next to the mill", "in a basement", "on an island"),
)
_ASKS = (
    *("How long does the refund take?", "Which form do we fill in for that?"),
    *("What does the technician charge?", "Can we keep our number after that?"),
    *("Where do we hand in the equipment?", "Who tells the insurance about it?"),
    *("When does the new price begin?", "Why was the deposit not returned?"),
    *("Is there a discount for members?", "How do we reach the night service?"),
)
_THEN = (
    *("the invoice arrives by post", "our team calls back", "the credit is booked"),
    *("a courier collects it", "the line is measured", "the old price ends"),
    *("your number is moved", "the deposit is paid out", "a new card is sent", "the form is due"),
)


def _pick(rng: np.random.Generator, words: Sequence[str]) -> str:
    return words[int(rng.integers(len(words)))]


def _question(rng: np.random.Generator, _: int) -> str:
    parts = (f"{_pick(rng, _WHO)} {_pick(rng, _DID)} {_pick(rng, _WHAT)} {_pick(rng, _WHERE)}",)
    more = f"before that somebody {_pick(rng, _DID)} {_pick(rng, _WHAT)} {_pick(rng, _WHERE)}"
    return f"{parts[0]}, and {more}. {_pick(rng, _ASKS)}"


def _reference(rng: np.random.Generator, number: int) -> str:
    days, price = 2 + number % 40, 5 + number % 90
    return (
        f"Within {days} days {_pick(rng, _THEN)}, and {_pick(rng, _THEN)} after that; it costs "
        f"{price} pounds for {_pick(rng, _WHAT)} {_pick(rng, _WHERE)}."
    )


@dataclass(frozen=True)
class World:
    """A clean set, and what goes with it."""

    state: SetState

    @classmethod
    @cache
    def clean(cls, seed: int) -> World:
        rng = np.random.default_rng(seed)
        made: list[Example] = []
        asked: set[str] = set()
        for component, size in MINIMUM.items():
            for _ in range(size):
                while (question := _question(rng, len(made))) in asked:
                    pass
                asked.add(question)
                answer = _reference(rng, len(made))
                made.append(
                    Example(
                        id=f"{component}-{len(made)}",
                        messages=(Message("user", question),),
                        component=component,
                        references=(answer,),
                        checklist=(Requirement((" ".join(answer.split()[:3]),)),),
                        created="2026-03-01",
                        source=f"march.jsonl:{len(made)}",
                        probability=0.01 if component == "core" else None,
                        metadata={"failure": {"because": "it was wrong"}},
                    )
                )
        return cls.of(made)

    @classmethod
    def of(cls, examples: Sequence[Example]) -> World:
        lineage = {
            one.id: Lineage(
                example=one.id,
                fingerprint=one.fingerprint,
                component=one.component,
                rule="test",
                probability=one.probability,
                accepted_by="Ada",
                added="2026-03-01",
            )
            for one in examples
        }
        return cls(
            SetState(
                examples=tuple(examples),
                now=NOW,
                lineage=lineage,
                rubric=RUBRIC,
                canary=True,
                shown=(Shown("the prompt", "You answer customers. Be kind and brief."),),
            )
        )

    def planted(self, fault: str, count: int, seed: int) -> tuple[SetState, tuple[str, ...]]:
        """The set with so many faults of a kind, and the examples that have them."""
        rng = np.random.default_rng(seed)
        examples = list(self.state.examples)
        places = rng.choice(len(examples), size=count, replace=False).tolist()
        shown = ""
        for at in places:
            others = [place for place in range(len(examples)) if place not in places]
            model = examples[int(rng.choice(others))]
            examples[at] = FAULTS[fault](examples[at], model, rng)
            if fault == "question-in-prompt":
                shown += f"\nQ: {examples[at].question.upper()}\nA: ..."
        state = World.of(examples).state
        if shown:
            state = replace(state, shown=(Shown("the prompt", f"Answer briefly.{shown}"),))
        return state, tuple(examples[at].id for at in places)


Plant = Callable[[Example, Example, np.random.Generator], Example]


def _asking(one: Example, text: str) -> Example:
    return replace(one, messages=(Message("user", text),))


def _one_word(text: str, rng: np.random.Generator) -> str:
    words = text.split()
    words[int(rng.integers(1, len(words)))] = "somewhere"
    return " ".join(words)


def _cut(one: Example, _: Example, rng: np.random.Generator) -> Example:
    words = one.question.split()
    return _asking(one, " ".join(words[: int(rng.integers(4, len(words) - 2))]))


def _like(one: Example, model: Example, text: str) -> Example:
    """Another part's, or the same part's, question."""
    return replace(_asking(one, text), references=model.references, checklist=model.checklist)


def _apart(text: str, rng: np.random.Generator) -> str:
    """Another number of days."""
    days = text.split()[1]
    return text.replace(f"Within {days} days", f"Within {int(days) + int(rng.integers(1, 9))} days")


FAULTS: Mapping[str, Plant] = {
    "same": lambda one, model, _: _like(one, model, model.question.replace(",", " ,").upper()),
    "near": lambda one, model, rng: _like(one, model, _one_word(model.question, rng)),
    "question-in-prompt": lambda one, _, __: one,
    "references-disagree": lambda one, model, rng: replace(
        _asking(one, model.question),
        references=(_apart(model.references[0], rng),),
        checklist=(),
    ),
    "references-contradict": lambda one, _, rng: replace(
        one, references=(*one.references, _apart(one.references[0], rng))
    ),
    "checklist-unmet": lambda one, _, __: replace(
        one, checklist=(*one.checklist, Requirement(("a signed letter", "in writing")))
    ),
    "answer-in-question": lambda one, _, __: _asking(
        one, f"{one.question} I was told: {one.references[0]}"
    ),
    "blank-question": lambda one, _, __: _asking(one, " \n"),
    "blank-text": lambda one, _, __: replace(one, references=("",), checklist=()),
    "unfinished-reference": lambda one, _, __: replace(one, references=("TODO",), checklist=()),
    "cut-off": _cut,
    "absent-thing": lambda one, _, rng: _asking(
        one,
        _pick(
            rng,
            (
                "Please have a look at the attached invoice and tell me what is wrong with it.",
                "What does the error in the screenshot mean?",
                "Can you translate the text below into plain English for my father?",
                "Which of the tariffs in the table above is the cheapest for us?",
                "I sent a photo of the box. Which cable goes where?",
                "Summarise the following document for me.",
                "Is what my contract says here even allowed?",
                "As described above, it still does not work. What now?",
            ),
        ),
    ),
    "placeholder": lambda one, _, rng: _asking(
        one,
        _pick(rng, ("Hello {{ agent }}, ", "Dear [NAME], ", "TODO: greeting. ", "Hi ${user}, "))
        + one.question,
    ),
    "other-language": lambda one, _, __: replace(
        one,
        references=("Das dauert leider noch etwa zwei Wochen, weil der Techniker krank ist.",),
        checklist=(),
    ),
    "secret": lambda one, _, __: replace(
        one, metadata={"debug": {"header": "Authorization: Bearer sk-" + "a1B2c3D4e5F6g7H8" * 3}}
    ),
    "personal-data": lambda one, _, __: replace(
        one, context=("Customer jane.miller@acme-shop.com complained twice.",)
    ),
    "licence-restricted": lambda one, _, __: replace(one, metadata={"licence": "CC BY-NC 4.0"}),
    "dated-ahead": lambda one, _, __: replace(one, created="2027-01-01"),
    "weight-of-no-dimension": lambda one, _, __: replace(one, weights={"politeness": 30.0}),
    "note-of-no-dimension": lambda one, _, __: replace(one, notes={"politeness": "Be polite."}),
    "ends-with-answer": lambda one, _, __: replace(
        one, messages=(*one.messages, Message("assistant", "We will see."))
    ),
    "context-empty": lambda one, _, __: replace(
        one, references=(f"According to the document provided, {one.references[0]}",), checklist=()
    ),
    "tools": lambda one, model, _: replace(
        _like(one, model, model.question), tools=(ToolCall("refund"),)
    ),
}
"""By what is planted; each is given an example, another one to imitate, and a source of chance."""
