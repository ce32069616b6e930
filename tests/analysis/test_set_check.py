"""Every kind of concern has an example that it is found in; order, weights and verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from measurand.analysis.mismatch_gaps import Gap
from measurand.analysis.set_check import CHECKS, SetCheck, set_check
from measurand.analysis.set_check_kinds import KINDS
from measurand.analysis.set_check_sizes import detectable
from measurand.analysis.set_check_terms import WEIGHTS, Said, SetState, Shown
from measurand.analysis.set_check_texts import disagreement, quantities
from measurand.core.example import Example, Message, Requirement, ToolCall
from measurand.core.lineage import Lineage
from measurand.core.rating import Kind as RaterKind
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO
from measurand.stats.estimate import Estimate

NOW = datetime(2026, 6, 1, tzinfo=UTC)
RUBRIC = Rubric(Dimension("accuracy", scale=YES_NO))
LONG = "The deposit is paid out within 12 days after the router has arrived at our depot."
ASKED = "When do I get the deposit for the old router back from you?"


def one(name: str = "a", question: str = ASKED, **more: Any) -> Example:
    more.setdefault("references", (LONG,))
    more.setdefault("messages", (Message("user", question),))
    return Example(id=name, **more)


def state(*examples: Example, **more: Any) -> SetState:
    more.setdefault("minimum", {})
    return SetState(examples=examples, now=NOW, **more)


def lineage(name: str, **more: Any) -> dict[str, Lineage]:
    told: dict[str, Any] = {"fingerprint": "f", "component": "core", "rule": "r", "added": "2026"}
    return {name: Lineage(example=name, **(told | more))}


def turns(*texts: str) -> tuple[Message, ...]:
    roles = ("user", "assistant")
    return tuple(Message(roles[at % 2], text) for at, text in enumerate(texts))  # type: ignore[arg-type]


def gap(kind: str, counts: tuple[int, int], *, told: str = "missing") -> Gap:
    share = Estimate(value=0.2, low=0.15, high=0.25, level=0.95, n=100, method="share")
    return Gap(
        channel="intent",
        kind=kind,
        state=told,  # type: ignore[arg-type]
        production=share,
        share=share,
        counts=counts,
        add=3,
        p=0.001,
        texts=("What of my refund?",),
    )


def said(rows: Sequence[tuple[str, str, str, RaterKind, bool]]) -> Said:
    made = [
        Rating(
            example=example,
            system=system,
            dimension="accuracy",
            rater=rater,
            kind=kind,
            value=float(value),
        )
        for example, system, rater, kind, value in rows
    ]
    return Said(Ratings.of(made), RUBRIC)


def many(count: int = 30) -> tuple[Example, ...]:
    places = ("harbour", "mill", "market", "castle", "station", "bridge", "museum", "garden")
    return tuple(
        one(f"q{at}", f"Who opens the {places[at % 8]} gate number {at} on day {at * 7} for me?")
        for at in range(count)
    )


def _divided() -> SetState:
    people = [f"p{at}" for at in range(4)]
    rows = [
        (f"q{at}", system, rater, "people", (at == 0 and place < 2) or at > 0)
        for at in range(30)
        for system in ("s1", "s2")
        for place, rater in enumerate(people)
    ]
    return state(*many(), said=said(rows))  # type: ignore[arg-type]


def _against() -> SetState:
    rows = [
        (f"q{at}", "s", f"p{rater}", "people", (at + (rater == at % 7)) % 2 == 0)
        for at in range(30)
        for rater in range(4)
    ]
    rows += [(f"q{at}", "s", "gold", "reference", (at % 2 == 0) != (at == 5)) for at in range(30)]
    return state(*many(), said=said(rows))  # type: ignore[arg-type]


def _failing() -> SetState:
    rows = [
        (f"q{at}", system, "judge", "judge", at != 3)
        for at in range(30)
        for system in ("s1", "s2", "s3")
    ]
    return state(*many(), said=said(rows))  # type: ignore[arg-type]


def _judges() -> SetState:
    rows = [("q1", "s", name, "people", True) for name in ("p1", "p2", "p3")]
    rows += [("q1", "s", name, "judge", False) for name in ("j1", "j2")]
    return state(*many(), said=said(rows))  # type: ignore[arg-type]


OTHER = "Who pays for the technician when the line outside of the house is damaged?"
SIDES = {("a", "s"): "test", ("b", "s"): "development"}
CASES: dict[str, SetState] = {
    "secret": state(one(metadata={"key": "AKIA" + "IOSFODNN7EXAMPLE"}, context=("x",))),
    "personal-data": state(one(notes={"accuracy": "write to jane@acme-shop.com"})),
    "same-in-two-parts": state(one(), one("b", f"{ASKED.upper()}!", component="golden")),
    "same-twice": state(one(), one("b")),
    "question-in-prompt": state(one(), shown=(Shown("p", f"Example: {ASKED} Answer: soon."),)),
    "locked-shown": state(
        one(), shown=(Shown("e", ASKED, judge=True, example="a"),), sides={("a", "s"): "test"}
    ),
    "calibration-leak": state(one(), one("b"), sides=SIDES),
    "references-disagree": state(one(), one("b", references=("Within 30 days of the return.",))),
    "blank-question": state(one(question=" ")),
    "blank-text": state(one(context=(" ",))),
    "unfinished-reference": state(one(references=("TBD",))),
    "weight-of-no-dimension": state(one(weights={"tone": 5.0}), rubric=RUBRIC),
    "lock-differs": state(one(), fingerprint="new", locked="old"),
    "component-short": state(one(), minimum={"core": 2}),
    "kind-missing": state(one(), gaps=(gap("refund", (0, 20)),)),
    "golden-unanswered": state(one(component="golden", references=())),
    "near-in-two-parts": state(one(), one("b", f"{ASKED} Please.", component="edge")),
    "near-leak": state(one(), one("b", f"{ASKED} Please."), sides=SIDES),
    "golden-answer-shown": state(one(component="golden"), one("b", OTHER, context=(LONG,))),
    "answer-in-prompt": state(one(), shown=(Shown("p", f"Always say: {LONG}"),)),
    "answer-in-question": state(one(question=f"{ASKED} They say: {LONG}")),
    "references-differ": state(
        one(), one("b", f"{ASKED} Please.", references=("Within 30 days of the return.",))
    ),
    "references-contradict": state(one(references=(LONG, "It takes 3 days."))),
    "checklist-unmet": state(one(checklist=(Requirement(("a written form",)),))),
    "tools-disagree": state(one(tools=(ToolCall("refund"),)), one("b", tools=(ToolCall("mail"),))),
    "ends-with-answer": state(one(messages=turns(ASKED, "Soon."))),
    "nothing-asked": state(one(question="Thanks a lot, bye!", component="golden")),
    "cut-off": state(one(question="I would like to know whether the")),
    "absent-thing": state(one(question="What is wrong with the attached file?")),
    "placeholder": state(one(question=f"Dear {{{{name}}}}, {ASKED}")),
    "context-empty": state(one(references=(f"According to the context, {LONG}",))),
    "failure-lost": state(one(component="regression")),
    "other-language": state(
        one(references=("Das dauert leider noch etwa zwei Wochen, weil niemand da ist.",))
    ),
    "label-against-raters": _against(),
    "every-system-fails": _failing(),
    "judges-against-people": _judges(),
    "may-be-personal": state(one(context=("Call +44 20 7946 0958 for it.",))),
    "licence-restricted": state(one(metadata={"license": "research only"})),
    "note-of-no-dimension": state(one(notes={"tone": "be kind"}), rubric=RUBRIC),
    "probability-partly": state(one(probability=0.1), one("b", OTHER)),
    "probability-differs": state(one(probability=0.1), lineage=lineage("a", probability=0.2)),
    "probability-uneven": state(
        *(replace(two, probability=0.001 if two.id == "q0" else 0.5) for two in many())
    ),
    "dated-ahead": state(one(created="2026-07-01")),
    "date-unread": state(one(created="last May")),
    "kind-thin": state(*many(), gaps=(gap("refund", (1, 20), told="too few"),)),
    "near-twice": state(one(), one("b", f"{ASKED} Please.")),
    "conversation-in-two-parts": state(
        one(cluster="c"), one("b", OTHER, cluster="c", component="edge")
    ),
    "people-divided": _divided(),
    "no-truth": state(one(references=())),
    "unreviewed": state(one(), lineage=lineage("a")),
    "licence-unknown": state(one(source="https://example.com/questions.json")),
    "probability-absent": state(one()),
    "old": state(one(created="2024-01-01")),
    "canary-absent": state(one(), canary=False),
}


def names(found: SetCheck) -> list[str]:
    return [concern.kind.name for concern in found.concerns]


def test_every_kind_is_tried() -> None:
    assert set(CASES) == set(KINDS)


@pytest.mark.parametrize("kind", CASES)
def test_each_kind_is_found(kind: str) -> None:
    found = set_check(CASES[kind])
    assert kind in names(found)
    weights = [WEIGHTS.index(concern.weight) for concern in found.concerns]
    assert weights == sorted(weights)


def test_nothing_else_is_found_beside_what_is_there() -> None:
    beside = {"probability-absent", "no-truth", "same-twice", "near-twice", "unreviewed"}
    more = {kind: {*names(set_check(CASES[kind]))} - beside - {kind} for kind in CASES}
    assert {kind: told for kind, told in more.items() if told} == {}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (one(), one("b", ASKED.replace("12", "13"), context=("Another passage.",))),
        (one(question="I ordered 2 lamps on 3 May. Where are they now, please tell me?"),
         one("b", "I ordered 5 lamps on 9 May. Where are they now, please tell me?",
             references=("The 5 lamps arrive within 30 days.",))),
        (one(messages=turns("A table for two.", "Which day?", "Yes please.")),
         one("b", messages=turns("A room with a view.", "For how long?", "Yes please."))),
    ],
)  # fmt: skip
def test_other_questions_do_not_contradict_each_other(first: Example, second: Example) -> None:
    told = names(set_check(state(first, second)))
    assert not {"references-disagree", "references-differ"} & {*told}


def test_turns_of_different_conversations_are_not_the_same() -> None:
    first = one(messages=turns("A table for two.", "Which day?", "Yes please."))
    second = one("b", messages=turns("A room with a view.", "For how long?", "Yes please."))
    assert not {"same-twice", "near-twice"} & {*names(set_check(state(first, second)))}


@pytest.mark.parametrize(
    ("wrong", "lacking", "outcome"),
    [(True, True, "fail"), (False, True, "inconclusive"), (False, False, "pass")],
)
def test_the_verdict_is_the_worst(wrong: bool, lacking: bool, outcome: str) -> None:  # noqa: FBT001
    examples = (one(), one("b")) if wrong else (one(),)
    found = set_check(state(*examples, minimum={"edge": 5} if lacking else {}))
    assert found.verdict.outcome == outcome


def test_what_cannot_be_decided_is_no_pass() -> None:
    rows: list[tuple[str, str, str, RaterKind, bool]] = [("z", "s", "p", "people", True)]
    found = set_check(state(one(), said=said(rows)))
    assert found.verdict.outcome == "inconclusive"
    assert "no rating is of an example" in found.verdict.reason
    told = set_check(state(one(), undecided={"coverage": "too few questions"}))
    assert "too few questions" in told.verdict.reason


def test_what_nobody_named_is_listed_and_does_not_decide() -> None:
    found = set_check(state(one()))
    skipped = {done.check.name for done in found.checks if done.outcome == "not run"}
    assert skipped == {"coverage", "shown", "calibration", "labels", "dimensions", "reviews"}
    assert all(done.why for done in found.checks if done.outcome == "not run")
    assert found.verdict.outcome == "pass"
    assert len({check.name for check in CHECKS}) == len(found.checks)


def test_placeholders_and_allowed_texts_are_no_personal_data() -> None:
    text = "Write to [redacted email 3f2a91c4] or help@acme-shop.com, not to me@example.com."
    found = set_check(state(one(context=(text,)), allow=frozenset({"help@acme-shop.com"})))
    assert "personal-data" not in names(found)


def test_values_are_never_told_by_the_checks_that_look_for_them() -> None:
    found = set_check(CASES["personal-data"])
    told = [item.found for concern in found.concerns for item in concern.items]
    assert not any("jane" in text for text in told)


def test_weights_of_components() -> None:
    assert "7.3%" in detectable(200)
    assert "cannot tell" in detectable(10)


def test_numbers_by_their_units() -> None:
    assert quantities("In 3 weeks, or 14 days; 3.5 % of 2,000 pounds") == {
        "weeks": {"3"},
        "days": {"14"},
        "%": {"3.5"},
        "pounds": {"2.000"},
    }
    assert disagreement(("It takes 3 weeks.",), ("After 5 weeks.",)) == "3 weeks against 5 weeks"
    assert disagreement(("3 weeks",), ("It takes 3 weeks.",)) == ""
    assert disagreement(("3 weeks",), ("5 weeks", "3 weeks of notice")) == ""
    negated = ("You can not cancel it online in the app today",)
    assert "negates" in disagreement(("You can cancel it online in the app today",), negated)
