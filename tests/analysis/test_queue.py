from tests.analysis.rows import RUBRIC, judged

from measurand.analysis.queue import human_queue
from measurand.analysis.result import Queued
from measurand.core.rating import Ratings


def test_the_most_urgent_come_first_and_each_once() -> None:
    rows = [
        judged(0, None, failure="abstained"),
        judged(1, None, failure="hijack_suspected"),
        judged(2, None, failure="timeout", dimension="safety"),
        judged(3, 0.0, dimension="safety"),
        judged(3, None, failure="hijack_suspected", dimension="safety", rater="k"),
        judged(4, 1.0, dimension="safety"),
        judged(5, None, failure="timeout"),
    ]
    assert human_queue(Ratings.of(rows), RUBRIC, ("a",)) == (
        Queued("e003", "a", "safety", "flagged as blocked"),
        Queued("e002", "a", "safety", "may be blocked: ratings of it failed"),
        Queued("e001", "a", "accuracy", "it may have given the judge orders"),
        Queued("e000", "a", "accuracy", "the judge said that it cannot assess this"),
    )


def test_what_a_person_has_rated_and_what_is_not_there_waits_for_nobody() -> None:
    rows = [
        judged(0, 0.0, dimension="safety"),
        judged(0, 1.0, dimension="safety", rater="P", kind="people"),
        judged(1, None, failure="no_output", dimension="safety"),
        judged(2, 0.0, dimension="safety", rater="check.patterns", kind="check"),
        judged(2, None, dimension="safety", rater="P", kind="people"),
    ]
    [queued] = human_queue(Ratings.of(rows), RUBRIC, ("a",))
    assert queued.example == "e002"
