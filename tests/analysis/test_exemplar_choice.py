from __future__ import annotations

from measurand.analysis.exemplar_choice import balanced, said_by_people
from measurand.core.exemplars import ExemplarId
from measurand.core.rating import Kind, Rating, Ratings
from measurand.core.scale import ONE_TO_FIVE, UNIT, YES_NO, Scale, Value


def row(
    example: str, rater: str, value: Value | None, *, reason: str = "", kind: Kind = "people"
) -> Rating:
    said = reason or (None if value is not None else "cannot judge")
    return Rating(
        example=example,
        system="today",
        dimension="d",
        rater=rater,
        kind=kind,
        value=value,
        reason=said,
    )


def said(scale: Scale, *rows: Rating) -> dict[str, tuple[Value, str]]:
    found = said_by_people(Ratings.of(rows), scale, dimension="d")
    return {item.example: (one.level, one.reason) for item, one in found.items()}


def test_the_level_is_the_one_nearest_to_the_mean_with_the_reason_of_one_who_gave_it() -> None:
    rows = [row("a", "ann", 4.0, reason="Good."), row("a", "ben", 5.0), row("a", "cem", 4.0)]
    rows += [row("b", "ann", 2.0), row("b", "ben", 3.0), row("c", "ann", None)]
    rows += [row("a", "judge", 1.0, kind="judge")]
    assert said(ONE_TO_FIVE, *rows) == {"a": (4.0, "Good."), "b": (3.0, "")}


def test_a_tie_of_yes_and_no_or_of_labels_has_no_level() -> None:
    rows = [row("a", "ann", 1.0), row("a", "ben", 0.0), row("b", "ann", 1.0)]
    assert said(YES_NO, *rows) == {"b": (1.0, "")}
    labels = [row("a", "ann", "x"), row("a", "ben", "y"), row("b", "ann", "y"), row("b", "b", "y")]
    assert said(Scale.of("x/y"), *labels) == {"b": ("y", "")}


def test_shares_are_balanced_by_fifths_of_the_scale() -> None:
    rows = [row(f"q{at}", "ann", at / 20) for at in range(21)]
    found = said_by_people(Ratings.of(rows), UNIT, dimension="d")
    chosen = balanced(found, each=1, seed=0, allowed=list(found))
    fifths = {found[one].bin: float(found[one].level) for one in chosen}
    assert sorted(fifths) == [0, 1, 2, 3, 4]
    assert all(float(at) / 5 <= level <= (float(at) + 1) / 5 for at, level in fifths.items())


def test_those_on_which_people_agree_come_first() -> None:
    rows = [row("a", "ann", 3.0), row("a", "ben", 5.0), row("a", "cem", 4.0)]
    rows += [row("b", who, 4.0) for who in ("ann", "ben", "cem")]
    found = said_by_people(Ratings.of(rows), ONE_TO_FIVE, dimension="d")
    assert balanced(found, each=1, seed=3, allowed=found) == (ExemplarId("b", "today"),)
