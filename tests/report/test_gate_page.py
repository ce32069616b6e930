"""The page of a gate, and the same for a pull request: verdict first, nothing lost in silence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from tests.report.gates import DIFFERENCE, ITEMS, gate, hostile, item

from measurand.analysis.gate_result import GateResult
from measurand.analysis.result import Findings, Result
from measurand.report.brief import brief
from measurand.report.document import Document, Fold, Section, Table, Texts
from measurand.report.gate_page import ANSWERS, Room, gate_document
from measurand.report.html import html_page
from measurand.report.markdown import markdown_text
from measurand.report.pull_request import LONGEST, pull_request_text
from measurand.report.sections import PageContext
from measurand.report.terminal import terminal_text

LONG = "The tariff was replaced in March, and the answer says otherwise. " * 4


def many(wrong: int, passed: int) -> GateResult:
    items = [item(f"bad-{i}", "fail", reason=LONG) for i in range(wrong)]
    items += [item(f"good-{i}") for i in range(passed)]
    return gate("fail", tuple(items))


def section(document: Document, title: str) -> Section:
    (found,) = [one for one in document.sections if one.title == title]
    return found


def table(document: Document, title: str) -> Table:
    (found,) = [block for block in section(document, title).blocks if isinstance(block, Table)]
    return found


def test_the_verdict_comes_first() -> None:
    lines = [line for line in pull_request_text(gate()).splitlines() if line]
    assert lines[0] == "# Gate of candidate: fail"
    counts = "held against today · 7 examples · 2 failed · 1 missing · 1 flaky · 1 waived"
    assert lines[1] == counts
    assert lines[2].startswith("- ✗ **fail** gate, candidate and today: safety is blocked in 1")


def test_an_estimate_stands_with_its_interval() -> None:
    assert "-0.062 [-0.104, -0.021]" in pull_request_text(gate())
    assert "2.0%, at most 9.3%" in terminal_text(gate_document(gate()))


def test_every_item_that_is_no_pass_is_open_and_the_rest_is_folded() -> None:
    document = gate_document(gate())
    shown = {
        title: [row[0] for row in table(document, title).rows]
        for title in ("Failed", "Missing", "Flaky", "Waived")
    }
    assert shown == {
        "Failed": ["refund-12", "late-fee"],
        "Missing": ["hours"],
        "Flaky": ["roaming"],
        "Waived": ["tariff", "late-fee"],
    }
    (fold,) = section(document, "Details").blocks
    assert isinstance(fold, Fold)
    assert [one.caption for one in fold.tables] == [
        "Every number",
        "Failures that are waived",
        "What passed",
    ]


def test_a_waiver_tells_owner_expiry_and_whether_it_still_holds() -> None:
    text = pull_request_text(gate())
    assert "| tariff | accuracy | Ann | 2026-12-31 | used | known, fix is on its way |" in text
    assert "| late-fee | accuracy | Ben | 2025-01-31 | expired: waives nothing | old |" in text


def test_what_was_decided_on_is_told_in_every_rendering() -> None:
    document = gate_document(gate())
    for text in (markdown_text(document), html_page(document), terminal_text(document)):
        assert "9f2c41d07a" in text


def test_a_terminal_shows_what_answers_the_question() -> None:
    shown, left = brief(gate_document(gate()), ANSWERS)
    titles = [one.title for one in shown.sections]
    assert titles == [
        *("Failed", "Missing", "Flaky", "Waived", "Decisions", "Decided on"),
        "Limits",
    ]
    assert "Details" in left


def test_every_number_is_on_the_page_once() -> None:
    html = html_page(gate_document(gate()))
    assert html.count("Every number</caption>") == 1
    assert "nobody rated tone" in html


def test_what_most_skip_is_closed_in_a_pull_request() -> None:
    text = pull_request_text(gate())
    inside = text.split("<details>")[1].split("</details>")[0]
    assert inside.startswith(
        "\n<summary>Every number, and what passed</summary>\n\n**Every number**"
    )
    assert "| hello |" in inside
    assert "<details>" not in markdown_text(gate_document(gate()))


@pytest.mark.parametrize(("wrong", "passed"), [(3, 3000), (400, 10), (1500, 1500)])
def test_it_is_never_longer_than_a_comment_and_says_what_is_missing(
    wrong: int, passed: int
) -> None:
    text = pull_request_text(many(wrong, passed))
    assert len(text) <= LONGEST
    assert "shortened: no more than" in text
    assert f"{wrong + passed:,} examples · {wrong:,} failed" in text
    left = [line for line in text.splitlines() if "more are left out here" in line]
    shown = text.count("| bad-")
    assert shown == wrong or f"{wrong - shown:,} more are left out here" in "".join(left)


def test_what_passed_is_cut_before_what_failed() -> None:
    text = pull_request_text(many(20, 2000))
    assert text.count("| bad-") == 20
    assert text.count("| good-") < 2000


def test_a_short_gate_is_not_cut() -> None:
    assert "shortened" not in pull_request_text(gate())


def test_where_nothing_fits_whole_lines_are_kept_and_the_cut_is_told() -> None:
    results = tuple(
        Result(name="difference", estimate=DIFFERENCE, dimension=f"d{i}") for i in range(9)
    )
    made = replace(gate(), findings=Findings(results=results, limits=(LONG,) * 90))
    text = pull_request_text(made, longest=2000)
    assert len(text) <= 2000
    assert text.endswith("**Cut here: the rest is in the files of --json and --junit.**\n")


def test_a_table_without_room_counts_what_it_leaves_out() -> None:
    document = gate_document(gate(), room=Room(wrong=1, rest=0))
    assert len(table(document, "Failed").rows) == 1
    assert table(document, "Failed").note.startswith("1 more are left out here")
    for text in (html_page(document), terminal_text(document), markdown_text(document)):
        assert "3 more are left out here" in text


def test_columns_that_say_nothing_are_left_out() -> None:
    plain = tuple(
        replace(one, component="", baseline=None, repeats=(), file=None, line=None)
        for one in ITEMS
        if one.outcome == "fail"
    )
    names = [column.name for column in table(gate_document(gate(items=plain)), "Failed").columns]
    assert names == ["Example", "Dimension", "Reason", "Score"]


def tags(text: str) -> list[str]:
    parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return [
        leaf.type
        for token in parsed
        for leaf in (token, *(token.children or ()))
        if leaf.type not in {"text", "text_special"}
    ]


def test_no_text_is_markup_in_a_pull_request(attack: str) -> None:
    text = pull_request_text(hostile(attack))
    kinds = tags(text)
    assert not set(kinds) & {"link_open", "image", "html_inline", "code_inline", "fence"}
    assert kinds.count("html_block") == 2
    assert text.count("<") == 4
    assert kinds == tags(pull_request_text(hostile("plain")))


def test_nobody_is_notified_and_no_issue_is_told() -> None:
    text = pull_request_text(hostile("see #12, GH-12, ann/app#12 and @ann | `x`"))
    assert "\\#&#8203;12, GH-&#8203;12, ann/app\\#&#8203;12 and @&#8203;ann \\| \\`x\\`" in text
    assert "#12" not in text
    assert "GH-12" not in text
    assert "@ann" not in text


def test_a_provider_at_fault_must_not_be_overlooked() -> None:
    text = pull_request_text(replace(gate("inconclusive"), broken="nobody answered"))
    assert "> **RESULTS ARE MISSING: nobody answered**" in text


def test_what_failed_tells_what_was_asked_and_answered_then_and_now() -> None:
    texts = {
        ("late-fee", "candidate"): Texts("Is there a fee?", "None | ever", "Five euros."),
        ("late-fee", "today"): Texts("Is there a fee?", "Five euros.", "Five euros."),
    }
    document = gate_document(gate(), PageContext(texts=texts))
    _, fold = section(document, "Failed").blocks
    assert isinstance(fold, Fold)
    assert [column.name for column in fold.tables[0].columns][2:4] == ["candidate", "today"]
    text = pull_request_text(gate(), PageContext(texts=texts))
    assert "| late-fee | Is there a fee? | None \\| ever | Five euros. | Five euros. |" in text
    assert len(section(document, "Missing").blocks) == 1


def test_long_answers_are_cut_before_the_list_of_what_failed() -> None:
    texts = {(f"bad-{i}", "candidate"): Texts("Why?", "x" * 900, "y" * 900) for i in range(150)}
    text = pull_request_text(many(150, 1), PageContext(texts=texts))
    assert len(text) <= LONGEST
    assert (
        sum(line.startswith("| bad-") and "Why?" not in line for line in text.splitlines()) == 150
    )
    assert "140 more are left out here" in text


def test_examples_are_counted_and_not_their_dimensions() -> None:
    """One example without a result on three dimensions is one that is missing."""
    items = tuple(item("e1", "missing", dimension=name) for name in ("a", "b", "c"))
    told = gate_document(gate("inconclusive", items)).subtitle
    assert told == "held against today · 1 example · 1 missing"
