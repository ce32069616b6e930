from __future__ import annotations

from dataclasses import replace

import pytest

from measurand.analysis.result import Verdict
from measurand.report.document import Document, Outcome
from measurand.report.html import html_page
from measurand.report.markdown import markdown_text
from measurand.report.terminal import terminal_text
from measurand.report.words import (
    beside,
    described,
    headline_about,
    methods,
    money,
    rating,
    tone,
)
from measurand.stats.estimate import Estimate


def estimate(method: str, value: float = 0.088) -> Estimate:
    return Estimate(value=value, low=0.0, high=0.114, n=430, method=method)


def verdict(outcome: str, *systems: str) -> Verdict:
    return Verdict(name="overall", outcome=outcome, reason="r", systems=systems)


def test_a_one_sided_bound_is_no_interval() -> None:
    bound = estimate("Clopper-Pearson, upper bound")
    assert described(bound, percent=True) == "8.8%, at most 11.4% (95%), n = 430, Clopper-Pearson"
    both = described(estimate("Wilson"))
    assert both == "0.088 [0.000, 0.114], 95% interval, n = 430, Wilson"


@pytest.mark.parametrize(
    ("outcome", "systems", "text", "about"),
    [
        ("a better", ("new", "old"), "new better", "overall, against old"),
        ("b better", ("new", "old"), "old better", "overall, against new"),
        ("inconclusive", ("new", "old"), "inconclusive", "overall, new and old"),
        ("b better", (), "b better", "overall"),
    ],
)
def test_a_verdict_names_the_winner(
    outcome: str, systems: tuple[str, ...], text: str, about: str
) -> None:
    decided = verdict(outcome, *systems)
    assert Outcome.of(decided).text == text
    assert headline_about(decided) == about


def test_methods_that_differ_by_a_number_are_one() -> None:
    found = [estimate(f"mean of {n} raters (n0 = {n}), BCa, 9999 resamples") for n in (2.9, 2.8)]
    assert methods(found) == "mean of 2.8 to 2.9 raters, BCa"
    assert methods([*found[:1], estimate("Wilson")]) == "mean of 2.9 raters, BCa or Wilson"


def test_votes_on_yes_and_no_are_words() -> None:
    shown = [rating(value, yes_no=True) for value in (0.0, 1.0, 0.5, None, "1")]
    assert shown == ["no", "yes", "0.5", "none", "1"]
    assert rating(1.0) == "1"


def test_what_a_reason_begins_with_is_not_told_again_below_it() -> None:
    told = "r = 0.09 (0.00 to 0.11; 1,664 outputs): surely below 0.8"
    found = Verdict(name="calibration", outcome="FAIL", reason=told, estimate=estimate("Pearson"))
    assert beside(found) is None
    assert beside(replace(found, reason=told.replace("0.11;", "0.114;"))) is None
    assert beside(replace(found, reason="a judge was left out")) is found.estimate
    assert beside(replace(found, estimate=Estimate.absent("none"))) is None
    document = Document(title="t", headlines=(found,), sections=())
    for text in (terminal_text(document), markdown_text(document), html_page(document)):
        assert "0.00 to 0.11" in text
        assert "95% interval" not in text
    absent = Estimate.absent("one value alone")
    found = replace(found, reason="tone: one value alone", estimate=absent)
    page = html_page(Document(title="t", headlines=(found,), sections=()))
    assert page.count("one value alone") == 1


def test_a_headline_tells_the_better_system_less_the_other() -> None:
    behind = Estimate(value=-0.2, low=-0.3, high=-0.1, n=9, method="t")
    found = replace(verdict("b better", "old", "new"), estimate=behind)
    assert beside(found) == replace(behind, value=0.2, low=0.1, high=0.3)
    assert beside(replace(found, outcome="tie")) == behind


def test_no_sum_of_money_reads_as_nothing_that_is_something() -> None:
    told = {1234.5: "$1,234.50", 0.01: "$0.01", 0.0: "$0.00", 0.0042: "$0.0042"}
    assert {value: money(value) for value in told} == told
    assert [money(value) for value in (1e-5, 2.4e-4, 9.9e-8)] == [
        "$0.000010",
        "$0.00024",
        "$0.000000099",
    ]


def test_a_search_without_a_find_is_neither_a_pass_nor_a_doubt() -> None:
    assert tone("nothing found") == tone("not run") == "plain"
    assert tone("inconclusive") == tone("never heard of") == "unsure"
