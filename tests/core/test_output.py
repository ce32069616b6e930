"""An output is an answer or a failure: never both, never neither."""

from __future__ import annotations

import pytest

from measurand.core.output import Failure, Output


def test_an_answer_may_be_empty() -> None:
    assert Output(example="a", system="s", text="").failure is None


def test_a_failure_has_no_text() -> None:
    failure = Failure("timeout", "no answer in 60 s")
    assert Output(example="a", system="s", text=None, failure=failure).text is None


@pytest.mark.parametrize(("text", "failure"), [(None, None), ("a", Failure("timeout", ""))])
def test_nothing_and_both_are_refused(text: str | None, failure: Failure | None) -> None:
    with pytest.raises(ValueError, match="an answer or a failure, and not both"):
        Output(example="a", system="s", text=text, failure=failure)


def test_what_is_not_known_is_not_zero() -> None:
    output = Output(example="a", system="s", text="b")
    assert (output.usage, output.seconds, output.cost) == (None, None, None)
