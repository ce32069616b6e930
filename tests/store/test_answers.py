"""What people say goes to JSON and back unchanged; what is no answer is refused, all at once."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.people import Answer, Mark, Span
from measurand.errors import DataError
from measurand.store.answers import answer_of, plain_answer

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUE = st.floats(allow_nan=False, allow_infinity=False) | TEXT
MARK = st.builds(
    Mark, value=st.none() | VALUE, also=st.tuples() | st.tuples(VALUE), cannot=st.booleans()
)
SPAN = st.builds(
    lambda start, length, side, note: Span(start=start, end=start + length, side=side, note=note),
    *(st.integers(0, 99), st.integers(1, 99), st.integers(0, 1), TEXT),
)
ANSWER = st.builds(
    Answer,
    marks=st.dictionaries(TEXT, MARK, max_size=3),
    comment=TEXT,
    spans=st.lists(SPAN, max_size=2).map(tuple),
    seconds=st.none() | st.floats(0, 1000),
    done=st.booleans(),
    skipped=st.booleans(),
    number=st.integers(0, 2**31 - 1),
)


@given(ANSWER)
def test_an_answer_comes_back(answer: Answer) -> None:
    assert answer_of(json.loads(json.dumps(plain_answer(answer)))) == answer


def test_keys_left_out_have_their_defaults() -> None:
    assert answer_of({}) == Answer()


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ([], "not"),
        ({"mark": {}}, "mark: is not a known key"),
        ({"marks": {"tone": {"value": True}}}, "not a number"),
        ({"marks": {"tone": {"value": float("nan")}}}, "tone"),
        ({"marks": {"tone": {"also": 3}}}, "also: is not a list"),
        ({"spans": [{"start": 3, "end": 3}]}, "begins before it ends"),
        ({"spans": [{"start": 0, "end": 3, "side": 2}]}, "side"),
        ({"seconds": -1}, "seconds"),
        ({"seconds": float("inf")}, "seconds"),
        ({"number": 1.5}, "number"),
        ({"number": 2**31}, "number"),
        ({"comment": "half \ud800"}, "comment"),
        ({"done": 1}, "done"),
    ],
)
def test_what_is_no_answer_is_refused(raw: object, told: str) -> None:
    with pytest.raises(DataError) as refused:
        answer_of(raw)
    assert told in str(refused.value)
