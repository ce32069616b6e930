from __future__ import annotations

from measurand.analysis.rating_forecast import Pace, Round, forecast_findings
from measurand.analysis.rating_widths import Wanted
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import YES_NO
from measurand.report.document import Document
from measurand.report.html import html_page
from measurand.report.rating_forecast_page import amount, forecast_sections
from measurand.report.shelf import Shelf
from measurand.report.terminal import terminal_text
from measurand.stats.estimate import Estimate

RUBRIC = Rubric(Dimension("tone <b>"), Dimension("safety", scale=YES_NO, blocking=True))


def page(*, wage: float | None = 20.0, wanted: Wanted | None = None) -> tuple[Document, Shelf]:
    ahead = Round(examples=30, outputs=2, wage=wage)
    pace = Pace(assumed=(20.0, 30.0, 60.0))
    found = forecast_findings(ahead, pace, RUBRIC, wanted=wanted)
    shelf = Shelf(found.results)
    return Document(title="Rating", sections=tuple(forecast_sections(shelf, wanted))), shelf


def test_every_result_is_shown_once() -> None:
    document, shelf = page()
    assert [section.title for section in document.sections] == [
        "What rating will take",
        "What rating will tell",
    ]
    assert shelf.rest() == []


def test_it_reads_well() -> None:
    text = terminal_text(page()[0], width=120)
    assert "Hours of people" in text
    assert "$37 [$25, $74]" in text
    assert "assumed, not measured" in text
    assert "blocked share, 0.1" in text
    assert "n = 0" not in text


def test_what_is_wanted_is_said_and_what_cannot_be_has_its_reason() -> None:
    text = " ".join(terminal_text(page(wanted=Wanted(mean=0.04))[0], width=120).split())
    assert "0.04" in text
    assert "with infinitely many the interval of 30 units is still about" in text


def test_an_unknown_wage_has_its_reason() -> None:
    assert "people.wage" in terminal_text(page(wage=None)[0])


def test_dimensions_of_which_the_same_is_told_share_a_row() -> None:
    text = terminal_text(page()[0], width=120)
    assert "tone <b>, safety" in text


def test_names_are_text() -> None:
    assert "<b>" not in html_page(page()[0])


def test_amounts_have_few_digits() -> None:
    def told(value: float, *, money: bool = False) -> str:
        estimate = Estimate(value=value, low=value / 2, high=2 * value, n=9, method="t")
        return amount(estimate, money=money)

    assert told(1234.6) == "1,235 [617, 2,469]"
    assert told(1.234, money=True) == "$1.2 [$0.62, $2.5]"
    assert amount(Estimate.absent("nobody was timed")) == "not known: nobody was timed"
