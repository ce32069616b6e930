"""Nothing is taken that was not asked for, nothing is lost, and every refusal has its reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.core.intake import Refusal
from measurand.core.packet import Packet, Reading, Returned
from measurand.core.people import Answer, Mark, Span
from measurand.core.rubric import Dimension
from measurand.core.scale import NOMINAL, UNIT, Scale
from measurand.core.sheet import Sheet
from measurand.raters.people.packet import Entry, packet_of
from measurand.raters.people.reconcile import Reconciled, reconcile
from measurand.raters.people.said import said_mark, side_of

TONE = Dimension("tone")
SAFE = Dimension("safe", scale=Scale.of("yes/no"))
SIDE = Dimension("side", scale=Scale.of("win/tie/loss"))


def sent(*texts: str, rater: str | None = "Ann", name: str = "round") -> Packet:
    entries = [
        Entry(sheet=Sheet(messages=(), texts=(text,)), dimensions=(TONE, SAFE)) for text in texts
    ]
    return packet_of(name, entries, rater=rater)


PACKET = sent("one", "two", "three")
FIRST, SECOND, THIRD = (item.code for item in PACKET.items)


def row(code: str, line: int = 2, *, comment: str = "", **said: float | str | Mark) -> Returned:
    marks = {n: v if isinstance(v, Mark) else Mark(value=v) for n, v in said.items()}
    return Returned(code=code, answer=Answer(marks=marks, comment=comment), line=line)


def run(*rows: Returned, packet: Packet = PACKET, **more: object) -> Reconciled:
    reading = Reading(file="back.csv", returned=rows)
    return reconcile([packet], reading, **more)  # type: ignore[arg-type]  # options by name


def only(result: Reconciled) -> Refusal:
    (refusal,) = result.intake.refused
    return refusal


def test_what_is_on_the_scale_is_taken() -> None:
    result = run(row(SECOND, tone="4", safe="yes"), row(FIRST, 3, tone=2.0))
    by_code = {taken.code: taken for taken in result.answers}
    assert by_code[SECOND].answer.marks == {"tone": Mark(value=4.0), "safe": Mark(value=1.0)}
    assert by_code[SECOND].answer.done
    assert not by_code[FIRST].answer.done
    assert (result.partial, result.missing) == ((FIRST,), (THIRD,))
    assert (result.intake.read, result.intake.kept) == (3, 3)
    assert result.intake.notes == (
        "1 item(s) lack a dimension still",
        "1 item(s) of the packet are not rated yet",
    )


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("7", "found '7'; allowed: 1-5, or: cannot judge"),
        ("good", "found 'good'; allowed: 1-5, or: cannot judge"),
        ("3.5", "found 3.5; allowed: 1, 2, 3, 4, 5"),
        ("=1+1", "found '=1+1'; allowed: 1-5, or: cannot judge"),
        ("nan", "found 'nan'; allowed: 1-5, or: cannot judge"),
    ],
)
def test_a_value_off_the_scale_is_refused_and_the_rest_of_the_row_is_not(
    value: str, found: str
) -> None:
    result = run(row(FIRST, 7, tone=value, safe="no"))
    refusal = only(result)
    assert refusal.reason == found
    assert (refusal.line, refusal.key, refusal.found) == (7, "tone", value)
    assert refusal.row
    assert result.answers[0].answer.marks == {"safe": Mark(value=0.0)}
    assert (result.intake.read, result.intake.kept) == (2, 1)


def test_an_unknown_code_is_refused_with_the_nearest() -> None:
    code = FIRST[:-1] + ("0" if FIRST[-1] != "0" else "1")
    result = run(row(code, tone="4", safe="yes"))
    assert [one.key for one in result.intake.refused] == ["tone", "safe"]
    assert f"nobody sent the code '{code}'; did you mean '{FIRST}'?" in (
        result.intake.refused[0].reason
    )


def test_another_persons_packet_is_refused() -> None:
    result = run(replace(row(FIRST, tone="4"), rater="Ben"))
    assert only(result).reason == (
        "the packet is for 'Ann', and 'Ben' filled it in; where that is the same person, import it "
        "with --name Ben=Ann"
    )
    odd = run(replace(row(FIRST, tone="4"), rater="u 1; x"), raters={"u 1; x": "Ben"})
    assert only(odd).reason.endswith("import it with --name 'u 1; x=Ann'")


def test_names_of_other_tools_are_translated() -> None:
    returned = replace(row(FIRST, tone="4"), rater="17")
    assert run(returned, raters={"17": "Ann"}).answers[0].rater == "Ann"


def test_a_packet_for_anybody_needs_a_name() -> None:
    packet = sent("one", rater=None)
    code = packet.items[0].code
    assert "says who rated" in only(run(row(code, tone="4"), packet=packet)).reason
    assert run(row(code, tone="4"), packet=packet, rater="Cem").answers[0].rater == "Cem"
    named = replace(row(code, tone="4"), rater="Dee")
    assert run(named, packet=packet, rater="Cem").answers[0].rater == "Dee"


def test_two_people_may_fill_in_a_packet_for_anybody() -> None:
    packet = sent("one", rater=None)
    code = packet.items[0].code
    rows = [replace(row(code, tone=word), rater=who) for word, who in (("4", "A"), ("2", "B"))]
    result = run(*rows, packet=packet)
    assert [(taken.rater, taken.answer.marks["tone"].value) for taken in result.answers] == [
        ("A", 4.0),
        ("B", 2.0),
    ]


def test_an_edited_text_is_refused() -> None:
    good = replace(row(FIRST, tone="4"), digest=PACKET.items[0].digest)
    assert run(good).intake.kept == 1
    bad = replace(good, digest=PACKET.items[1].digest)
    assert only(run(bad)).reason == "the text that was shown came back changed"


def test_a_packet_of_another_round_is_refused() -> None:
    other = sent("one", "two", "three", name="another round")
    assert {item.code for item in other.items}.isdisjoint({FIRST, SECOND, THIRD})
    returned = replace(row(FIRST, tone="4"), packet=other.id)
    assert "not of this round" in only(run(returned)).reason


def test_the_same_item_twice_alike_counts_once() -> None:
    result = run(row(FIRST, 2, tone="4"), row(FIRST, 9, tone=4.0))
    assert (result.intake.read, result.intake.kept) == (1, 1)
    assert "1 rating(s) stand twice in the file, alike; they count once" in result.intake.notes


def test_the_same_item_twice_with_two_values_is_refused_and_the_rest_is_not() -> None:
    result = run(row(FIRST, 2, tone="4", safe="yes"), row(FIRST, 9, tone="5"))
    assert [(one.line, one.found) for one in result.intake.refused] == [(2, "4"), (9, "5")]
    assert result.intake.refused[0].reason == "it is rated 2 times, not alike (lines 2, 9)"
    assert result.answers[0].answer.marks == {"safe": Mark(value=1.0)}


def test_a_renamed_dimension_is_refused_with_the_nearest() -> None:
    returned = Returned(code=FIRST, answer=Answer(marks={"tune": Mark(value="4")}), line=2)
    assert only(run(returned)).reason == "no dimension 'tune'; did you mean 'tone'?"


def test_a_dimension_that_the_item_is_not_rated_on_is_refused() -> None:
    sheets = [Sheet(messages=(), texts=(text,)) for text in ("one", "two")]
    entries = [
        Entry(sheet=sheets[0], dimensions=(TONE,)),
        Entry(sheet=sheets[1], dimensions=(SAFE,)),
    ]
    packet = packet_of("mixed", entries, rater="Ann")
    result = run(row(packet.items[0].code, tone="4", safe="yes"), packet=packet)
    assert only(result).reason == "the item is not rated on 'safe'"


def test_what_is_known_is_unchanged_and_what_is_new_is_added() -> None:
    first = run(row(FIRST, tone="4", comment="so-so"))
    known = {(FIRST, "Ann"): first.answers[0].answer}
    again = run(row(FIRST, tone="4", comment="so-so"), known=known)
    assert (again.answers, again.unchanged) == ((), (FIRST,))
    assert again.intake.kept == 1
    more = run(row(FIRST, safe="no"), known=known).answers[0]
    assert more.answer.marks == {"tone": Mark(value=4.0), "safe": Mark(value=0.0)}
    assert (more.answer.comment, more.answer.done, more.answer.number) == ("so-so", True, 2)
    assert more.new == 1


def test_an_empty_row_takes_nothing_back() -> None:
    known = {(FIRST, "Ann"): Answer(marks={"tone": Mark(value=4.0)}, number=3)}
    result = run(row(FIRST), known=known)
    assert result.answers == ()
    assert result.missing == (FIRST, SECOND, THIRD)


def test_a_comment_alone_is_kept_and_a_refused_one_is_accounted_for() -> None:
    assert run(row(FIRST, comment="odd")).answers[0].answer.comment == "odd"
    refusal = only(run(row("q999-000000", comment="odd")))
    assert (refusal.key, refusal.found) == ("code", "q999-000000")


def test_spans_and_skips_are_kept() -> None:
    span = Span(start=0, end=2)
    returned = Returned(code=FIRST, answer=Answer(spans=(span,), skipped=True))
    answer = run(returned).answers[0].answer
    assert (answer.spans, answer.skipped, answer.done) == ((span,), True, False)


def test_pairs_are_told_of_the_first_system() -> None:
    sheets = [Sheet(messages=(), texts=(text, f"{text}?")) for text in ("one", "two")]
    entries = [
        Entry(sheet=sheets[0], dimensions=(SIDE,), order="ab"),
        Entry(sheet=sheets[1], dimensions=(SIDE,), order="ba"),
    ]
    packet = packet_of("pairs", entries, rater="Ann")
    codes = [item.code for item in packet.items]
    left = run(*(row(code, side="Left better") for code in codes), packet=packet)
    assert [taken.answer.marks["side"].value for taken in left.answers] == ["win", "loss"]
    refusal = only(run(row(codes[0], side="win"), packet=packet))
    assert refusal.reason == (
        "found 'win'; allowed: left better/tie/right better, or: cannot judge"
    )


@pytest.mark.parametrize("order", ["ab", "ba"])
@pytest.mark.parametrize("value", ["win", "tie", "loss"])
def test_sides_and_values_are_each_others_reverse(value: str, order: str) -> None:
    side = side_of(value, order)  # type: ignore[arg-type]  # ab or ba
    mark, flaws = said_mark(Mark(value=side), SIDE, order)  # type: ignore[arg-type]
    assert (mark.value, flaws) == (value, [])


def test_other_reasonable_values() -> None:
    mark, flaws = said_mark(Mark(value="3", also=("4; 2",)), TONE, None)
    assert (mark, flaws) == (Mark(value=3.0, also=(4.0, 2.0)), [])
    mark, flaws = said_mark(Mark(value=3.0, also=("3; 9",)), TONE, None)
    assert mark == Mark(value=3.0)
    assert flaws == ["also reasonable: found '9'; allowed: 1-5, or: cannot judge"]
    with pytest.raises(ValueError, match="and no rating"):
        said_mark(Mark(also=(3.0,)), TONE, None)
    result = run(row(FIRST, tone=Mark(value="3", also=("9",))))
    assert (result.intake.read, result.intake.kept) == (2, 1)


def test_cannot_judge_is_an_answer_in_any_case() -> None:
    for mark in (Mark(value=" Cannot  Judge"), Mark(cannot=True)):
        assert said_mark(mark, TONE, None) == (Mark(cannot=True), [])


def test_scales_without_levels_take_what_they_can_hold() -> None:
    share = Dimension("share", scale=UNIT)
    assert said_mark(Mark(value="0.25"), share, None)[0].value == 0.25
    label = Dimension("label", scale=NOMINAL)
    assert said_mark(Mark(value=" x; y "), label, None)[0].value == "x; y"


def test_refusals_of_the_reader_are_in_the_account() -> None:
    reading = Reading(file="f", refused=(Refusal("no code", 4),), notes=("a note",))
    result = reconcile([PACKET], reading)
    assert (result.intake.read, result.intake.refused[0].line) == (1, 4)
    assert result.intake.notes == ("a note",)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([FIRST, SECOND, THIRD, "q000-zzzzzz", ""]),
            st.dictionaries(
                st.sampled_from(["tone", "safe", "other"]),
                st.sampled_from(["1", "5", "yes", "no", "9", "cannot judge", "x"]),
            ),
        ),
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_every_rating_is_accounted_for_in_any_order(
    rows: list[tuple[str, dict[str, str]]], random: object
) -> None:
    listed = [row(code, line, **said) for line, (code, said) in enumerate(rows)]
    result = run(*listed)
    given_ratings = sum(len(said) for _, said in rows)
    twice = given_ratings - result.intake.read
    assert twice >= 0
    assert result.intake.read == result.intake.kept + len(result.intake.refused)
    shuffled = list(listed)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    again = run(*shuffled)
    marks = {taken.code: taken.answer.marks for taken in result.answers}
    assert marks == {taken.code: taken.answer.marks for taken in again.answers}
    assert again.intake.kept == result.intake.kept
    assert run(*listed, *listed).intake.kept == result.intake.kept
