from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurand.analysis.result import NAIVE, Findings, Result, Verdict, Votes
from measurand.core.intake import Intake, Refusal
from measurand.figures.bars import Bars
from measurand.figures.forest import Forest
from measurand.figures.heat import Heat
from measurand.figures.text import numbers
from measurand.report.agreement_page import agreement_document
from measurand.report.comparison_page import comparison_document
from measurand.report.document import (
    Document,
    Fold,
    Outcome,
    Percent,
    Plot,
    Section,
    Table,
    UnitCards,
)
from measurand.report.html import html_page
from measurand.report.markdown import markdown_text
from measurand.report.sections import PageContext, Planted
from measurand.report.terminal import terminal_text
from measurand.stats.estimate import Estimate

if TYPE_CHECKING:
    from tests.report.conftest import World

Builder = Callable[[Findings], Document]
NAMES = (
    "mean",
    "difference",
    "place",
    "blocking_rate",
    "krippendorff_alpha",
    "cohen_kappa",
    "ceiling_majority",
    "ceiling_correlation",
    "discordance",
    "blocking_rate_if_unknown",
    "blocking_rate_of_outputs",
    "mean_if_worst",
    "mean_if_best",
    "judge_mean_raw",
    "labels_saved",
    "sensitivity",
    "rogan_gladen",
    "transport_gap",
    "judge_failure_rate",
    "output_failure_difference",
    "preference",
    "preference_ties",
    "preference_failure_rate",
    "preference_if_worst",
    "preference_if_best",
    "first_slot_excess",
    "something_new",
)


def tables(document: Document) -> Iterator[Table]:
    """Every table, also those that stand for a plot."""
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                yield block
            elif isinstance(block, Plot) and block.table is not None:
                yield block.table
            elif isinstance(block, Fold):
                yield from block.tables


def table(document: Document, caption: str) -> Table:
    [found] = [one for one in tables(document) if one.caption == caption]
    return found


def section(document: Document, title: str) -> Section:
    [found] = [one for one in document.sections if one.title == title]
    return found


@st.composite
def results(draw: st.DrawFn) -> tuple[Result, ...]:
    """Results of any shape, each with a value of its own."""
    few = st.sampled_from
    return tuple(
        Result(
            name=draw(few(NAMES)),
            estimate=Estimate(
                value=i / 7,
                low=i / 7 - 1,
                high=i / 7 + 1,
                n=i,
                method=draw(few(["t", "t" + NAIVE])),
            ),
            dimension=draw(few([None, "overall", "tone", ""])),
            systems=draw(few([(), ("a",), ("b",), ("a", "b"), ("",)])),
            raters=draw(few([(), (), ("x", "y"), ("x",)])),
            component=draw(few([None, None, "core", "edge", ""])),
            segment=draw(few([None, None, "de", ""])),
            failure=draw(few([None, None, "timeout"])),
        )
        for i in range(draw(st.integers(0, 12)))
    )


@pytest.mark.parametrize("build", [comparison_document, agreement_document])
@given(found=results())
def test_every_result_is_shown_exactly_once(build: Builder, found: tuple[Result, ...]) -> None:
    document = build(Findings(results=found))
    shown = Counter(estimate.n for one in tables(document) for estimate in one.estimates())
    assert shown == Counter(range(len(found)))


def test_a_comparison_goes_from_the_verdict_to_the_limits(world: World) -> None:
    findings = world.findings()
    document = comparison_document(findings, world.context())
    assert [one.title for one in document.sections] == [
        "Overall",
        "Blocking",
        "Differences",
        "Dimensions",
        "Components",
        "Agreement",
        "Ceiling",
        "Pairs of raters",
        "Further results",
        "Planted truth",
        "All decisions",
        "Outputs to look at",
        "Data",
        "Limits",
    ]
    assert document.headlines == findings.verdicts[:5]
    assert document.banner == "SIMULATED DATA"


def test_a_failure_is_never_below_the_headlines() -> None:
    def decided(outcome: str, name: str) -> Verdict:
        return Verdict(name=name, outcome=outcome, reason="r")

    passed = [decided("pass", str(i)) for i in range(8)]
    verdicts = (*passed, decided("fail", "safety"))
    shown = comparison_document(Findings(results=(), verdicts=verdicts)).headlines
    assert [verdict.name for verdict in shown] == ["0", "safety", "1", "2", "3"]


def test_parts_by_dimension_are_folded_and_not_lost(world: World) -> None:
    estimate = world.around(0.5, 0.1)
    found = Findings(
        results=tuple(
            Result(name="mean", estimate=estimate, dimension=d, systems=("a",), segment="de")
            for d in ("overall", "tone", "format")
        )
    )
    document = comparison_document(found)
    first, fold = section(document, "Segments").blocks
    assert isinstance(first, Table)
    assert isinstance(fold, Fold)
    assert [one.caption for one in fold.tables] == [
        "Mean, tone, by segments",
        "Mean, format, by segments",
    ]
    assert "by segments" in markdown_text(document).partition("Mean, format,")[2]
    assert "Mean, format, by segments" in terminal_text(document, width=200)
    assert '<details class="fold">' in html_page(document)


def test_no_findings_are_a_page_without_sections() -> None:
    for build in (comparison_document, agreement_document):
        assert build(Findings(results=())).sections == ()


def test_the_overall_plot_marks_floor_and_expert(world: World) -> None:
    findings = world.findings()
    plot = section(comparison_document(findings, world.context()), "Overall").blocks[0]
    assert isinstance(plot, Plot)
    assert isinstance(plot.figure, Forest)
    overall = [r for r in findings.named("mean") if r.dimension == "overall" and not r.component]
    means = {result.systems[0]: result.estimate.value for result in overall}
    marks = {line.label: line.at for line in plot.figure.lines}
    assert marks == {"expert": means["expert"], "floor": means["floor"]}
    assert [row.label for row in plot.figure.rows] == list(world.names)


def test_differences_show_the_margin_and_their_verdicts(world: World) -> None:
    document = comparison_document(world.findings(), world.context())
    plot = section(document, "Differences").blocks[0]
    assert isinstance(plot, Plot)
    assert isinstance(plot.figure, Forest)
    [band] = plot.figure.bands
    assert (band.low, band.high) == (-0.02, 0.02)
    rows = table(document, "Overall difference").rows
    assert len(rows) == 6
    assert rows[0][1] == Outcome("inconclusive")


def test_the_difference_of_many_systems_is_a_table_alone(
    make_world: Callable[[int], World],
) -> None:
    big = make_world(11)
    document = comparison_document(big.findings(), big.context())
    assert len(table(document, "Overall difference").rows) == 55
    assert not [b for b in section(document, "Differences").blocks if isinstance(b, Plot)]


def test_a_blocking_rate_stands_beside_its_upper_end_and_its_verdict(world: World) -> None:
    rows = table(comparison_document(world.findings(), world.context()), "Blocked outputs").rows
    [floor] = [row for row in rows if row[0] == "floor"]
    rate = floor[2]
    assert isinstance(rate, Percent)
    assert numbers(rate.estimate, percent=True) == "1.4%, at most 9.8%"
    assert (floor[1], *floor[3:]) == (Outcome("fail"), "2.0%", 180)


def test_truth_stands_beside_the_estimate_that_covers_it_or_not() -> None:
    estimate = Estimate(value=0.5, low=0.4, high=0.6, n=9, method="t")
    found = Findings(
        results=(Result(name="mean", estimate=estimate, dimension="tone", systems=("a",)),)
    )
    truth = (
        Planted("mean", 0.45, "tone", ("a",)),
        Planted("mean", 0.7, "tone", ("a",)),
        Planted("mean", 0.7, "tone", ("b",)),
    )
    shown = table(
        comparison_document(found, PageContext(truth=truth)), "Planted truth beside the estimates"
    )
    assert [row[3:] for row in shown.rows] == [
        ("0.450", estimate, "yes"),
        ("0.700", estimate, "no"),
        ("0.700", None, None),
    ]
    assert shown.note == "1 of 2 intervals cover the planted value."


def test_the_first_fifty_refused_rows_are_shown_and_the_rest_counted(world: World) -> None:
    document = comparison_document(world.findings(), world.context())
    refused = table(document, "Refused ratings")
    assert len(refused.rows) == 50
    assert refused.rows[0] == ("ratings.csv", 2, "accuracy", "6", "found '6'; allowed: 1-5")
    assert refused.note == "and 7 more. All refused rows are in refused.csv."
    assert table(document, "Ratings by file").rows[0] == ("ratings.csv", 1257, 1200, 57, "4.5%")


def test_a_clean_file_says_so() -> None:
    context = PageContext(intakes=(Intake("a.csv", 3, 3),))
    blocks = section(agreement_document(Findings(results=()), context), "Data").blocks
    assert any(getattr(block, "text", "") == "No rating was refused." for block in blocks)


def test_a_long_refused_cell_is_cut() -> None:
    refusal = Refusal("too long", line=1, found="x" * 5000)
    context = PageContext(intakes=(Intake("a.csv", 1, 0, (refusal,)),))
    row = table(agreement_document(Findings(results=()), context), "Refused ratings").rows[0]
    assert isinstance(row[3], str)
    assert len(row[3]) == 120


def test_units_carry_their_texts(world: World) -> None:
    document = comparison_document(world.findings(), world.context())
    [block] = section(document, "Outputs to look at").blocks
    assert isinstance(block, UnitCards)
    first = block.cards[0]
    assert first.unit.example == "billing-000"
    assert first.texts.named()[0] == ("Question", "Why is my bill higher than last month?")
    assert len(first.unit.ratings) == 4


def test_alphas_are_read_against_what_is_required(world: World) -> None:
    alpha = next(r for r in world.agreement() if r.name == "krippendorff_alpha")
    verdict = Verdict(
        name="agreement", outcome="fail", reason="no", estimate=alpha.estimate, bound=0.667
    )
    findings = Findings(results=(alpha,), verdicts=(verdict,))
    for required, words in ((True, "required 0.667"), (False, "0.667")):
        document = agreement_document(findings, PageContext(required=required))
        plot = section(document, "Agreement").blocks[0]
        assert isinstance(plot, Plot)
        assert isinstance(plot.figure, Forest)
        assert [(line.at, line.label) for line in plot.figure.lines] == [(0.667, words)]


def test_four_raters_get_a_matrix_and_its_halves_agree() -> None:
    names = "abcd"
    pairs = [(x, y) for i, x in enumerate(names) for y in names[i + 1 :]]
    found = tuple(
        Result(
            name="cohen_kappa",
            estimate=Estimate(value=i / 10, low=0, high=1, n=5, method="t"),
            dimension="tone",
            raters=raters,
        )
        for i, raters in enumerate(pairs)
    )
    blocks = section(agreement_document(Findings(results=found)), "Pairs of raters").blocks
    assert isinstance(blocks[0], Plot)
    heat = blocks[0].figure
    assert isinstance(heat, Heat)
    assert heat.values[0] == (None, 0.0, 0.1, 0.2)
    assert all(heat.values[i][j] == heat.values[j][i] for i in range(4) for j in range(4))


def test_votes_are_counted_with_their_ties() -> None:
    votes = (
        Votes(dimension="safety", counts=((0.0, 3), (1.0, 20)), ties=2),
        Votes(dimension="safety", system="a", counts=((0.0, 1), (1.0, 9)), ties=0),
        Votes(dimension="kind", counts=(("x", 1), ("y", 2)), ties=0),
    )
    alpha = Result(name="krippendorff_alpha", estimate=Estimate.absent("why"), dimension="safety")
    document = agreement_document(Findings(results=(alpha,), votes=votes))
    plots = [b.figure for b in section(document, "Agreement").blocks if isinstance(b, Plot)]
    bars = [figure for figure in plots if isinstance(figure, Bars)]
    assert [one.levels for one in bars] == [("0", "1", "tie"), ("x", "y", "tie")]
    assert bars[0].rows == ("safety", "safety · a")
    assert bars[0].counts == ((3, 20, 2), (1, 9, 0))


def test_a_breakdown_has_a_table_for_each_dimension(world: World) -> None:
    alpha = next(r for r in world.agreement() if r.name == "krippendorff_alpha").estimate
    found = tuple(
        Result(name="krippendorff_alpha", estimate=alpha, dimension=d, systems=(s,))
        for d in ("tone", "format")
        for s in ("a", "b")
    )
    document = agreement_document(Findings(results=found))
    shown = table(document, "tone: agreement by system")
    assert [row[0] for row in shown.rows] == ["a", "b"]
    assert shown.columns[0].name == "System"


def test_a_table_refuses_rows_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="every row has 0 cells"):
        Table("t", (), (("x",),))
