"""Case 17: replies as models write them; each has its class, and none becomes a wrong level."""

from __future__ import annotations

from tests.raters.judge.test_reply_corpus import OUTPUT, REPLIES, WORD
from tests.truth.judges.harness import Case, Row, fact

from measurand.core.model import ModelReply
from measurand.core.rubric import Dimension
from measurand.raters.judge.levels import levels_of
from measurand.raters.judge.reply import Expected, Heard, hear

__all__ = ["CASES"]

_NAMED = {
    "fenced": "ok",
    "trailing comma": "invalid",
    "line comment": "invalid",
    "raw line break in a text": "invalid",
    "GRADE: CI": "invalid",
    "downgrade: C": "invalid",
    "score words in the reason": "ok",
    "array": "invalid",
    "astronomic": "out_of_range",
    "level as decimal text": "ok",
    "level 4/5": "invalid",
    "cut off": "invalid",
    "empty": "invalid",
    "two objects": "invalid",
    "full-width digit": "invalid",
}
"""The replies that the list of known-truth tests names, with the class of each."""


def _run(seeds: int) -> tuple[Row, ...]:
    del seeds  # nothing is drawn
    heard = {name: _hear(text) for name, (text, _, _) in REPLIES.items()}
    rows = [
        fact(name, status, heard[name].status, held=heard[name].status == status)
        for name, status in _NAMED.items()
    ]
    cut = _hear(REPLIES["cut off"][0], finish_early=True)
    rows.append(
        fact("ended at its token limit", "truncated", cut.status, held=cut.status == "truncated")
    )
    odd = sum(heard[name].status != status for name, (_, status, _) in REPLIES.items())
    wrong = sum(
        heard[name].level is not None and heard[name].level != level
        for name, (_, _, level) in REPLIES.items()
    )
    count = len(REPLIES)
    rows.append(fact(f"of {count} replies, of another class", 0.0, float(odd), held=not odd))
    rows.append(fact(f"of {count} replies, of a wrong level", 0.0, float(wrong), held=not wrong))
    return tuple(rows)


def _hear(text: str, *, finish_early: bool = False) -> Heard:
    levels = levels_of(Dimension("d"))
    expected = Expected(form="pointwise", levels=levels, canary=WORD, outputs=(OUTPUT,))
    return hear(ModelReply(text=text, finish="length" if finish_early else "stop"), expected)


CASES = (Case(17, "parser corpus", _run, quick=1),)
