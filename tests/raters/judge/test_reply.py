import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.model import Finish, ModelReply
from measurand.core.rubric import Dimension
from measurand.raters.judge.fence import shown
from measurand.raters.judge.levels import Levels, levels_of
from measurand.raters.judge.reply import Expected, Heard, hear

WORD = "ab12c-9f0e1"
LEVELS = levels_of(Dimension("d"))
CHECKLIST = Levels(("no", "yes"), ("", ""))


def heard(text: str, *, output: str = "It is in Paris.", finish: Finish = "stop") -> Heard:
    expected = Expected(form="pointwise", levels=LEVELS, canary=WORD, outputs=(output,))
    return hear(ModelReply(text=text, finish=finish), expected)


def reply(level: object, **changes: object) -> str:
    whole = {"evidence": [], "reason": "r", "level": level, "cannot_assess": False, "canary": WORD}
    return json.dumps(whole | changes)


def checked(answers: list[Any], items: int = 2) -> Heard:
    whole = {"answers": answers, "reason": "r", "cannot_assess": False, "canary": WORD}
    expected = Expected(
        form="checklist",
        levels=CHECKLIST,
        canary=WORD,
        outputs=("It is in Paris, by the Seine.",),
        items=items,
    )
    return hear(ModelReply(text=json.dumps(whole)), expected)


def answer(item: object, met: object = "no", quote: object = "") -> dict[str, object]:
    return {"item": item, "quote": quote, "met": met}


@pytest.mark.parametrize(
    ("finish", "status"), [("length", "truncated"), ("refused", "refused"), ("other", "ok")]
)
def test_how_a_reply_ended_comes_before_what_it_says(finish: Finish, status: str) -> None:
    assert heard(reply(4), finish=finish).status == status


def test_nothing_counts_before_the_check_word_is_right() -> None:
    spoiled = reply(9, evidence=["Rome"], cannot_assess=True, canary="x", more=1)
    assert heard(spoiled).status == "hijack_suspected"


def test_quotes_are_compared_with_the_escapes_undone() -> None:
    output = "Total\u200b: <<<5>>>\u202e and ⟦U+0041⟧"
    for quote in (shown(output), output, "Total: <<<5>>> and ⟦U+27E6⟧U+0041⟧"):
        found = heard(reply(4, evidence=[quote]), output=output)
        assert found.status == "ok", quote
    assert heard(reply(4, evidence=["Total 5"]), output=output).status == "evidence_failed"


def test_quotes_may_come_from_either_of_a_pair() -> None:
    levels = Levels(("K4BC", "tie", "R7TV"), ("", "", ""))
    pair = Expected(form="pairwise", levels=levels, canary=WORD, outputs=("In Paris.", "In Rome."))
    for quote, status in [("Paris", "ok"), ("Rome", "ok"), ("Oslo", "evidence_failed")]:
        said = ModelReply(text=reply("R7TV", evidence=[quote]))
        assert hear(said, pair).status == status


@given(st.text(), st.sampled_from(["", "{", "}", '{"level": 5}', "```json\n"]))
def test_no_text_without_the_check_word_is_a_level(text: str, around: str) -> None:
    found = heard(around + text + around)
    assert found.level is None
    assert found.status != "ok"


@given(st.one_of(st.integers(), st.floats(), st.text(max_size=4), st.booleans(), st.none()))
def test_a_level_is_one_of_the_scale_or_none(level: object) -> None:
    try:
        text = reply(level)
    except ValueError:  # json cannot write what Python can hold
        return
    found = heard(text)
    assert found.level in {1, 2, 3, 4, 5, None}
    if found.level is not None:
        assert isinstance(level, int | float | str)
        assert float(level) == found.level


def test_the_share_of_a_checklist_that_is_met() -> None:
    found = checked([answer(2), answer(1, "yes", "in Paris")])
    assert (found.status, found.level) == ("ok", 0.5)
    assert found.reason == "1 of 2 requirements met, not 2. r"
    assert found.evidence == ("in Paris",)
    assert checked([answer(1, "yes", "Paris"), answer(2, "yes", "Seine")]).level == 1.0


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ([answer(1)], "invalid"),
        ([answer(1), answer(2), answer(3)], "invalid"),
        ([answer(1), answer(1)], "invalid"),
        ([answer("1"), answer(2)], "invalid"),
        ([answer(1), answer(item=True)], "invalid"),
        ([answer(1), answer(2, quote=None)], "invalid"),
        ([answer(1), {"item": 2, "met": "no"}], "invalid"),
        ([answer(1), "no"], "invalid"),
        ([answer(1), answer(2, met=True)], "invalid"),
        ([answer(1), answer(2, "partly")], "out_of_range"),
        ([answer(1), answer(2, "yes")], "evidence_failed"),
        ([answer(1), answer(2, "yes", "Rome")], "evidence_failed"),
        ([answer(1, "no", "Rome"), answer(2)], "evidence_failed"),
        ([], "invalid"),
    ],
)
def test_checklists_that_are_not_answered(answers: list[Any], status: str) -> None:
    found = checked(answers)
    assert (found.status, found.level) == (status, None)
