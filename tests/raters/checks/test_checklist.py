from collections.abc import Callable

import pytest

from measurand.core.example import Requirement
from measurand.core.rating import Measurement
from measurand.errors import UsageError
from measurand.raters.checks import Checklist

Rate = Callable[..., Measurement]

HOURS = Requirement(("opening hours", "we are open"), name="hours")
PRICE = Requirement((r"\d+ ?€", r"\bfree\b"), regex=True)


def test_the_share_of_elements_is_the_rating(rate: Rate) -> None:
    check = Checklist("completeness")
    both = rate(check, "We are open from 9; it costs 5 €.", checklist=(HOURS, PRICE))
    one = rate(check, "Opening  hours: 9 to 5.", checklist=(HOURS, PRICE))
    none = rate(check, "", checklist=(HOURS, PRICE))
    assert (both.value, one.value, none.value) == (1.0, 0.5, 0.0)
    assert both.evidence == ()
    assert one.evidence == (r"missing: \d+ ?€ | \bfree\b",)
    assert none.evidence[0] == "missing: hours"


def test_phrases_are_whole_words(rate: Rate) -> None:
    item = Requirement(("art",))
    assert rate(Checklist("completeness"), "a party", checklist=(item,)).value == 0


def test_items_of_the_check_join_those_of_the_example(rate: Rate) -> None:
    check = Checklist("completeness", (Requirement(("thank you",)),))
    assert rate(check, "Thank you!").value == 1
    assert rate(check, "Thank you!", checklist=(HOURS,)).value == 0.5


def test_no_checklist_is_no_rating(rate: Rate) -> None:
    rating = rate(Checklist("completeness"), "anything")
    assert rating.value is None
    assert "no checklist" in rating.reason


@pytest.mark.parametrize("item", [Requirement(()), Requirement(("",)), Requirement(("a", " "))])
def test_an_empty_element_is_never_met_silently(rate: Rate, item: Requirement) -> None:
    assert rate(Checklist("completeness"), "anything", checklist=(item,)).value is None
    with pytest.raises(UsageError):
        Checklist("completeness", (item,))


def test_a_malformed_expression_in_data_does_not_end_the_run(rate: Rate) -> None:
    item = Requirement(("(",), regex=True)
    rating = rate(Checklist("completeness"), "anything", checklist=(item,))
    assert rating.value is None
    assert "no regular expression" in rating.reason
