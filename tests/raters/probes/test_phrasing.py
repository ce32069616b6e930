"""Another phrasing asks the same: what must stay stays, and what cannot be changed is declined."""

import pytest

from measurand.core.sampling import draw
from measurand.raters.probes.invariants import addresses, code_of, numbers
from measurand.raters.probes.phrasing import PHRASINGS, phrased, placebo
from measurand.simulate.support_bot import support_bot

ROUTER = "My router keeps losing the connection and the light is red. How can I reset the router?"
LISTED = "Please look at:\n- the invoice of May\n- the refund of $20.50\n- my address\nWhat is due?"


def test_each_phrasing_does_what_it_is_called() -> None:
    polite = PHRASINGS["polite"](ROUTER, 0.0)
    assert polite is not None
    assert ROUTER in polite
    assert polite.startswith("Hello")
    assert PHRASINGS["question first"](ROUTER, 0.0) == (
        "How can I reset the router? My router keeps losing the connection and the light is red."
    )
    assert PHRASINGS["list as prose"](LISTED, 0.0) == (
        "Please look at: the invoice of May, the refund of $20.50 and my address. What is due?"
    )
    typed = PHRASINGS["typing errors"](ROUTER, 0.3)
    assert typed is not None
    assert sorted(typed) == sorted(ROUTER)
    assert typed != ROUTER


def test_a_question_that_points_back_is_not_put_first() -> None:
    assert PHRASINGS["question first"]("My router is red. How can I reset it?", 0.0) is None


@pytest.mark.parametrize(
    "text",
    [
        "Which line of ``x = foo(1)`` fails with code 404 at https://a.example/b?c=1 please tell",
        "Why was order 12345 of Anna Miller billed at $19.99 twice by you last month already?",
    ],
)
def test_what_must_stay_stays(text: str) -> None:
    for at in range(20):
        found = phrased(text, at / 20)
        assert found is not None
        assert numbers(found.text) == numbers(text)
        assert addresses(found.text) == addresses(text)
        assert code_of(found.text) == code_of(text)
        assert found.text != text


def test_nothing_to_change_is_declined() -> None:
    assert phrased("404?", 0.2) is None
    assert phrased("", 0.2) is None


def test_a_placebo_adds_white_space_alone() -> None:
    for text in (ROUTER, LISTED, "Why?", ""):
        changed = placebo(text, 0.4)
        assert changed != text
        assert changed.split() == text.split()


def test_real_questions_get_every_kind_of_phrasing() -> None:
    questions = [example.question for example in support_bot(7).examples]
    found = [phrased(text, draw(7, text)) for text in questions]
    given = [one for one in found if one is not None]
    assert len(given) >= 0.98 * len(questions)
    forms = {one.form for one in given}
    assert {"polite", "casual", "formal", "typing errors"} <= forms
