"""The page about votes."""

from __future__ import annotations

from measurand.analysis.vote import VoteOptions, vote
from measurand.core.rating import Rating, Ratings
from measurand.core.scale import ONE_TO_FIVE
from measurand.report.document import Table
from measurand.report.html import html_page
from measurand.report.vote_page import vote_document


def rows(example: str, *values: float) -> list[Rating]:
    return [
        Rating(
            example=example, system="s", dimension="tone", rater=name, kind="people", value=value
        )
        for name, value in zip("ABC", values, strict=False)
    ]


def test_counts_and_the_queue() -> None:
    ratings = [r for i in range(30) for r in rows(f"<b>{i}</b>", 1, 3, 5)]
    ratings += [*rows("x", 4, 4, 1), *rows("y", 4, 4)]
    votes = vote(Ratings.of(ratings), {"tone": ONE_TO_FIVE}, options=VoteOptions(raters=3))
    page = vote_document(votes, rule="majority")
    counts, queue = page.sections
    assert isinstance(counts.blocks[0], Table)
    assert counts.blocks[0].rows == (("tone", 32, 1, 0, 0, 30, 1, 1),)
    assert isinstance(queue.blocks[0], Table)
    assert len(queue.blocks[0].rows) == 20
    assert queue.blocks[0].note == "and 10 more."
    assert queue.blocks[0].rows[0] == ("<b>0</b>", "s", "tone", "1 x 1, 1 x 3, 1 x 5", "split")
    assert "<b>0</b>" not in html_page(page)


def test_nothing_to_adjudicate() -> None:
    votes = vote(Ratings.of(rows("x", 4, 4, 1)), {"tone": ONE_TO_FIVE})
    page = vote_document(votes, rule="mean")
    assert [section.title for section in page.sections] == ["Votes"]
    assert "grades by the mean" in page.sections[0].summary
