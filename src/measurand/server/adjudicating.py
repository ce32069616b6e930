"""Where raters disagree: one case at a time, with all that was said and nobody's name."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from measurand.core.people import Mark
from measurand.errors import UsageError
from measurand.jobs.desk_views import Dispute
from measurand.server.choices import choices_of, kind_of, seen, spoken, told
from measurand.server.pages import page
from measurand.server.visit import Refusal, Visit

__all__ = ["decide", "dispute", "disputes"]

_MOST_REASON = 5_000
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class _Vote:
    """One rater's say, as the adjudicator reads it."""

    rater: str
    said: str
    also: str
    comment: str


async def disputes(visit: Visit) -> Response:
    """All that waits for a decision."""
    return page(
        visit,
        "disputes.html.jinja",
        disputes=visit.desk.disputes(visit.name),
        decided=visit.desk.decided(visit.name),
        recorded="recorded" in visit.request.query_params,
    )


async def dispute(visit: Visit) -> Response:
    """One case: the output, the votes, and the form to decide."""
    return _case(visit, str(visit.request.path_params["id"]))


def _case(visit: Visit, name: str, *, problem: str = "", said: str = "", why: str = "") -> Response:
    found = visit.desk.dispute(visit.name, name)
    if found is None:
        raise Refusal(404, "This is not, or no longer, in dispute.")
    scale = found.dimension.scale
    left = visit.desk.dispute_ids(visit.name)
    return page(
        visit,
        "dispute.html.jinja",
        status=422 if problem else 200,
        dispute=found,
        kind=kind_of(scale),
        choices=choices_of(found.dimension),
        votes=[_vote(place, vote, found) for place, vote in enumerate(found.votes)],
        place=left.index(name) + 1 if name in left else 1,
        left=max(len(left), 1),
        problem=problem,
        said=said,
        why=why,
        recorded="recorded" in visit.request.query_params,
    )


def _vote(place: int, vote: tuple[Mark, str], found: Dispute) -> _Vote:
    mark, comment = vote
    rater = f"Rater {_LETTERS[place] if place < len(_LETTERS) else place + 1}"
    if mark.cannot or mark.value is None:
        return _Vote(rater, "cannot judge" if mark.cannot else "no rating", "", comment)
    shown, scale = seen(mark, found.order), found.dimension.scale
    also = ", ".join(spoken(scale, value) for value in shown["also"])
    return _Vote(rater, spoken(scale, shown["value"]), also, comment)


async def decide(visit: Visit) -> Response:
    """Record a decision with its reason, and go on to the next case."""
    name, form = str(visit.request.path_params["id"]), visit.form()
    found = visit.desk.dispute(visit.name, name)
    if found is None:
        raise Refusal(404, "This is not, or no longer, in dispute.")
    said, why = form.get("value", ""), form.get("reason", "").strip()
    scale = found.dimension.scale
    problem = "" if said.strip() else "Choose a value."
    if not why:
        problem = f"{problem} Give your reason.".strip()
    if len(why) > _MOST_REASON:
        problem = f"The reason has at most {_MOST_REASON} characters; found {len(why)}."
    if problem:
        return _case(visit, name, problem=problem, said=said, why=why)
    try:
        value = told(said, found.order) if found.order else scale.parse(said)
        await visit.desk.adjudicate(visit.name, name, value=value, reason=why)
    except KeyError:
        return _case(visit, name, problem="Choose a side or a tie.", why=why)
    except (ValueError, UsageError) as error:
        return _case(visit, name, problem=str(error), said=said, why=why)
    left = visit.desk.dispute_ids(visit.name)
    goal = f"/disputes/{left[0]}?recorded" if left else "/disputes?recorded"
    return RedirectResponse(goal, status_code=303)
