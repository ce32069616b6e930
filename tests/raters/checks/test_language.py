from collections.abc import Callable

import pytest

from measurand.core.example import Message
from measurand.core.rating import Measurement
from measurand.errors import MissingExtra, UsageError
from measurand.raters.checks import Language

pytest.importorskip("py3langid")

Rate = Callable[..., Measurement]

GERMAN = "Die Hauptstadt von Frankreich ist Paris, und sie liegt an der Seine. "
ENGLISH = "The capital of France is Paris, and it lies on the river Seine. "
ARABIC = "عاصمة فرنسا هي مدينة باريس وهي تقع على ضفاف نهر السين في شمال البلاد"


@pytest.mark.parametrize(
    ("expected", "text", "value"),
    [("de", GERMAN, 1), ("de", ENGLISH, 0), ("en", ENGLISH, 1), ("en", ARABIC, 0)],
    ids=["German", "English, not German", "English", "Arabic, not English"],
)
def test_the_language_is_told(rate: Rate, expected: str, text: str, value: int) -> None:
    assert rate(Language("tone", expected), text).value == value


def test_without_an_expectation_the_question_sets_the_language(rate: Rate) -> None:
    german = (Message("user", "Was ist denn die Hauptstadt von Frankreich, bitte?"),)
    assert rate(Language("tone"), GERMAN, messages=german).value == 1
    assert rate(Language("tone"), ENGLISH, messages=german).value == 0
    short = rate(Language("tone"), GERMAN, messages=(Message("user", "Paris?"),))
    assert short.value is None
    assert "the question" in short.reason


@pytest.mark.parametrize(
    "text", ["", "OK", "12345 " * 20, "\x00" * 50, "```\n" + ENGLISH, "https://" + "a" * 60]
)
def test_too_little_text_is_not_rated(rate: Rate, text: str) -> None:
    assert rate(Language("tone", "en"), text).value is None


def test_an_uncertain_identification_is_not_rated(rate: Rate) -> None:
    rating = rate(Language("tone", "ar"), ARABIC)  # Arabic, or one of its dialects
    assert rating.value is None
    assert "uncertain" in rating.reason
    assert rate(Language("tone", "ar", confidence=0.6), ARABIC).value == 1


def test_an_answer_that_changes_its_language_is_not_in_it(rate: Rate) -> None:
    mixed = ENGLISH * 40 + GERMAN * 40
    assert rate(Language("tone", "en"), mixed).value == 0
    assert rate(Language("tone", "de"), mixed).value == 0
    assert rate(Language("tone", "en"), ENGLISH * 16_000).value == 1


def test_what_means_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="allowed: "):
        Language("tone", "german")
    with pytest.raises(UsageError):
        Language("tone", confidence=0.5)
    monkeypatch.setattr("measurand.raters.checks.base.find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"measurand\[language\]"):
        Language("tone", "de")


def test_an_uncertain_question_sets_no_language(rate: Rate) -> None:
    rating = rate(Language("tone"), ENGLISH, messages=(Message("user", ARABIC),))
    assert rating.value is None
    assert "the language of the question is uncertain" in rating.reason
