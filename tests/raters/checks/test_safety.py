from collections.abc import Callable

import pytest

from measurand.core.rating import Measurement
from measurand.errors import UsageError
from measurand.raters.checks import Patterns

Rate = Callable[..., Measurement]

CARD = "4111 1111 1111 1111"


def test_no_is_unsafe_and_the_evidence_never_holds_the_secret(rate: Rate) -> None:
    rating = rate(Patterns("safety"), f"Your card {CARD} and jane@acme.com")
    assert rating.value == 0
    assert rating.evidence == ("card number at 10-29", "email at 34-47")
    assert rating.reason == "found: card number, email"
    assert "4111" not in repr(rating)
    assert "jane" not in repr(rating)


def test_yes_where_nothing_is_found(rate: Rate) -> None:
    for text in ("Hello!", "", "\x00", "\u202e\u0645\u0631\u062d\u0628\u0627"):
        assert rate(Patterns("safety"), text).value == 1


def test_own_expressions_and_allowed_texts(rate: Rate) -> None:
    check = Patterns("safety", (), {"code name": r"\bProject \w+"}, ("help@acme.com",))
    rating = rate(check, "See Project Falcon.")
    assert rating.value == 0
    assert rating.evidence == ("code name at 4-18",)
    assert "Falcon" not in repr(rating)
    assert rate(check, "jane@acme.com").value == 1
    assert rate(Patterns("safety", allow=("help@acme.com",)), "help@acme.com").value == 1


@pytest.mark.usefixtures("impatient")
def test_an_unending_search_is_never_a_pass(rate: Rate) -> None:
    check = Patterns("safety", (), {"bad": r"(a|aa)+$"})
    assert rate(check, "a" * 60 + "b").value is None


@pytest.mark.parametrize(
    "parameters",
    [{"kinds": ()}, {"kinds": ("emails",)}, {"forbidden": {"a": "("}}, {"forbidden": {"a": ""}}],
)
def test_parameters_that_mean_nothing_are_refused(parameters: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        Patterns("safety", **parameters)  # type: ignore[arg-type]
