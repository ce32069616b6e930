"""What examples share, as the examples or their ratings say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from measurand.analysis.groups import clusters_of, components_of, segments_of
from measurand.core.example import Example, Message
from measurand.core.rating import Rating, Ratings


def rated(example: int, **about: str | None) -> Rating:
    return Rating(
        example=f"e{example}",
        system="s",
        dimension="d",
        rater="A",
        kind="people",
        value=1.0,
        cluster=about.get("cluster"),
        component=about.get("component"),
        segment=about.get("segment"),
    )


def example(place: int, cluster: str | None = None, *segments: str) -> Example:
    return Example(
        id=f"e{place}", messages=(Message("user", "?"),), cluster=cluster, segments=segments
    )


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 5)), max_size=30))
def test_linked_examples_are_one_cluster(links: list[tuple[int, int]]) -> None:
    table = Ratings.of([rated(place, cluster=f"c{shared}") for place, shared in links])
    names = [f"e{place}" for place in range(8)]
    groups = [{place} for place in range(8)]
    for one, first in links:
        for other, second in links:
            if first == second:
                joined = groups[one] | groups[other]
                for member in joined:
                    groups[member] = joined
    codes = clusters_of(table, names, {})
    for one in range(8):
        for other in range(8):
            assert (codes[one] == codes[other]) == (other in groups[one])


def test_the_order_of_the_rows_does_not_decide() -> None:
    rows = [rated(0, cluster="s0"), rated(0, cluster="t0"), rated(1, cluster="s0")]
    rows += [rated(1, cluster="t1"), rated(2, cluster="t1"), rated(3, cluster="x")]
    names = ["e0", "e1", "e2", "e3"]
    for table in (rows, rows[::-1]):
        codes = clusters_of(Ratings.of(table), names, {}).tolist()
        assert codes == [0, 0, 0, 1]


def test_an_example_s_own_word_counts_most() -> None:
    table = Ratings.of(
        [rated(0, cluster="c", segment="x"), rated(1, cluster="c", component="edge")]
    )
    known = {"e0": example(0, "mine", "a", "b")}
    names = ["e0", "e1"]
    assert clusters_of(table, names, known).tolist() == [0, 1]
    assert segments_of(table, names, known) == (("a", "b"), ())
    assert components_of(table, names, known) == ("core", "edge")


def test_components_that_contradict_are_told_by_name_and_not_by_order() -> None:
    rows = [rated(0, component=name) for name in ("edge", "core", "edge")]
    for table in (Ratings.of(rows), Ratings.of(rows[:2][::-1])):
        assert components_of(table, ["e0"], {}) == ("core",)


def test_all_segments_that_ratings_say_count() -> None:
    table = Ratings.of([rated(0, segment="x"), rated(0), rated(0, segment="y")])
    assert segments_of(table, ["e0"], {}) == (("x", "y"),)
