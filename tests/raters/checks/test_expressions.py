import time
from collections.abc import Callable

import pytest

from measurand.core.example import Requirement
from measurand.core.rating import Measurement
from measurand.errors import UsageError
from measurand.raters.checks import Checklist, RegexAbsent, RegexPresent

Rate = Callable[..., Measurement]


def test_present_and_absent_are_opposites(rate: Rate) -> None:
    for text, found in (("Sorry, no.", 1), ("With pleasure.", 0), ("", 0), ("\x00sorry", 1)):
        assert rate(RegexPresent("tone", "(?i)sorry"), text).value == found
        assert rate(RegexAbsent("tone", "sorry", ignore_case=True), text).value == 1 - found


def test_the_evidence_is_the_place(rate: Rate) -> None:
    rating = rate(RegexAbsent("tone", "so+rry"), "I am sooorry.")
    assert rating.evidence == ("'sooorry' at 5-12",)
    assert rate(RegexAbsent("tone", "x"), "y").evidence == ()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("check", [RegexPresent, RegexAbsent])
def test_a_search_without_end_gives_no_rating(
    rate: Rate, check: type[RegexPresent] | type[RegexAbsent]
) -> None:
    began = time.monotonic()
    rating = rate(check("tone", r"(a|aa)+$"), "a" * 60 + "b")
    assert time.monotonic() - began < 5
    assert rating.value is None
    assert "longer than 0.1 s" in rating.reason


@pytest.mark.usefixtures("impatient")
def test_a_checklist_expression_without_end_gives_no_rating(rate: Rate) -> None:
    item = Requirement((r"(a|aa)+$",), regex=True)
    assert rate(Checklist("completeness"), "a" * 60 + "b", checklist=(item,)).value is None


@pytest.mark.parametrize("pattern", ["", "(", "[a", "*", "(?P<a>x)(?P=b)"])
def test_malformed_expressions_are_refused_before_the_run(pattern: str) -> None:
    with pytest.raises(UsageError):
        RegexPresent("tone", pattern)


def test_the_version_follows_the_pattern_and_the_label_names_the_rater() -> None:
    first, second = RegexAbsent("tone", "a"), RegexAbsent("tone", "b", label="b")
    assert first.version != second.version
    assert first.version == RegexAbsent("tone", "a").version
    assert (first.name, second.name) == ("check.regex_absent", "check.regex_absent:b")
