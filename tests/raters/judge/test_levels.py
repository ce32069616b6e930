import pytest

from measurand.core.rubric import Dimension
from measurand.core.scale import Scale
from measurand.raters.judge.levels import levels_of, written


@pytest.mark.parametrize(
    ("scale", "named", "continuous"),
    [
        ("1-5", (1, 2, 3, 4, 5), False),
        ("0-4", (0, 1, 2, 3, 4), False),
        ("0..1", (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1), True),
        ("1..3", (1, 1.2, 1.4, 1.6, 1.8, 2, 2.2, 2.4, 2.6, 2.8, 3), True),
        ("yes/no", ("no", "yes"), False),
        ("red/green/blue", ("red", "green", "blue"), False),
    ],
)
def test_levels_of_scales(scale: str, named: tuple[object, ...], *, continuous: bool) -> None:
    levels = levels_of(Dimension("d", scale=Scale.of(scale)))
    assert (levels.named, levels.continuous) == (named, continuous)


def test_anchors_stand_beside_their_levels() -> None:
    levels = levels_of(Dimension("d", levels={"1": "Bad", "5.0": "Good\nindeed"}))
    assert levels.anchors == ("Bad", "", "", "", "Good indeed")
    assert levels_of(Dimension("d", scale=Scale.of("yes/no"), levels={"yes": "Safe"})).anchors == (
        "",
        "Safe",
    )


def test_anchors_are_the_levels_of_a_scale_without_any() -> None:
    assert levels_of(Dimension("d", scale=Scale.of("nominal"), levels={"a": "A"})).named == ("a",)
    ordinal = Dimension("d", scale=Scale.of("ordinal"), levels={"10": "", "2": "", "2.5": ""})
    assert levels_of(ordinal).named == (2, 2.5, 10)


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval", "0-1000000000"])
def test_scales_that_offer_no_choice(scale: str) -> None:
    with pytest.raises(ValueError, match="a judge"):
        levels_of(Dimension("d", scale=Scale.of(scale)))


def test_levels_are_written_as_in_json() -> None:
    assert [written(level) for level in (4, 0.1, "yes")] == ["4", "0.1", "yes"]
