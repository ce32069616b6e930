import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.rating import Rating
from measurand.raters.judge.pairwise import preference, preferences


@pytest.mark.parametrize(
    ("ab", "ba", "probability", "value"),
    [
        ("win", "win", 1.0, "win"),
        ("loss", "loss", 0.0, "loss"),
        ("win", "loss", 0.5, "tie"),  # it prefers what stands first
        ("win", "tie", 0.75, "win"),
        ("tie", "tie", 0.5, "tie"),
        ("tie", "loss", 0.25, "loss"),
    ],
)
def test_both_orders_are_averaged_before_deciding(
    ab: str, ba: str, probability: float, value: str
) -> None:
    found = preference([("ab", ab), ("ba", ba)])
    assert (found.probability, found.value) == (probability, value)


def test_orders_weigh_alike_whatever_the_number_of_their_judgments() -> None:
    found = preference([("ab", "win")] * 5 + [("ba", "loss"), ("ba", "loss"), ("ba", None)])
    assert (found.probability, found.value) == (0.5, "tie")
    assert found.by_order == {"ab": 1.0, "ba": 0.0}
    assert (found.judgments, found.failed) == (7, 1)


def test_one_order_alone_decides_nothing() -> None:
    found = preference([("ab", "win"), ("ab", "win"), ("ba", None)])
    assert (found.probability, found.value, found.failed) == (None, None, 1)
    assert found.reason == "no usable judgment in the order ba"
    assert preference([]).reason == "no usable judgment in the order ab and ba"


def test_a_margin_makes_near_halves_ties() -> None:
    said = [("ab", "win"), ("ab", "win"), ("ab", "loss"), ("ba", "win"), ("ba", "loss")]
    assert preference(said).value == "win"
    assert preference(said, margin=0.1).value == "tie"


@given(st.lists(st.tuples(st.sampled_from(["ab", "ba"]), st.sampled_from(["win", "tie", "loss"]))))
def test_the_other_systems_view_is_the_mirror_image(said: list[tuple[str, str]]) -> None:
    other = {"win": "loss", "loss": "win", "tie": "tie"}
    turned = [("ba" if order == "ab" else "ab", other[value]) for order, value in said]
    one, two = preference(said), preference(turned)
    assert two.value == (None if one.value is None else other[one.value])
    if one.probability is not None:
        assert two.probability == pytest.approx(1 - one.probability)


@pytest.mark.parametrize(
    ("said", "margin", "problem"),
    [
        ([("ac", "win")], 0, "ab or ba"),
        ([(None, "win")], 0, "ab or ba"),
        ([("ab", "A")], 0, "win, tie or loss"),
        ([], 0.5, "margin"),
    ],
)
def test_what_is_no_preference(said: list[tuple[str, str]], margin: float, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        preference(said, margin=margin)


def test_pairs_in_a_table_of_ratings() -> None:
    def row(rater: str, order: str | None, value: str, against: str | None = "b") -> Rating:
        return Rating(
            example="1",
            system="a",
            dimension="better",
            rater=rater,
            kind="judge",
            value=value,
            against=against,
            order=order,
        )

    rows = [row("j1", "ab", "win"), row("j1", "ba", "win"), row("j2", "ab", "win")]
    rows += [row("j2", "ba", "loss"), row("j1", None, "5", against=None)]
    found = preferences(rows)
    assert {pair[-1]: one.value for pair, one in found.items()} == {"j1": "win", "j2": "tie"}
