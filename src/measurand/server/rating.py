"""What a rater sees and says. Every address is a place in the rater's own queue."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from measurand.core.fingerprint import fingerprint
from measurand.errors import UsageError
from measurand.jobs.desk_views import Shown, StaleAnswer
from measurand.server.pages import page
from measurand.server.visit import Refusal, Visit
from measurand.server.wire import (
    answer_document,
    decoded,
    feedback_document,
    item_document,
    progress_document,
    read_answer,
    tag_of,
)

__all__ = ["feedback", "finished", "item", "next_item", "progress", "save", "screen", "start"]

_FARTHEST = 2**31
_MOST_AHEAD = 8
"""Items in a row that one rater may have taken and not rated."""
_AGAIN = 5.0
_NO_SUCH_PLACE = "There is no such place in your queue."


async def start(visit: Visit) -> Response:
    """The first page: what this is about, how far one is."""
    return page(
        visit,
        "start.html.jinja",
        instructions=visit.desk.instructions,
        progress=visit.desk.progress(visit.name),
        skipped=visit.desk.skipped(visit.name),
        training=visit.desk.plan.people.training,
    )


async def screen(visit: Visit) -> Response:
    """The rating screen; the script on it asks for what is to be rated."""
    position = visit.request.path_params.get("position")
    if position is not None:
        _shown(visit)
    return page(
        visit,
        "rate.html.jinja",
        position=position,
        desk=_desk_id(visit),
        screen=visit.desk.plan.people.screen,
        instructions=visit.desk.instructions,
    )


def _desk_id(visit: Visit) -> str:
    """A word for the project, under which a browser keeps what it could not send yet."""
    plan = visit.desk.plan
    return fingerprint([plan.name, plan.seed])


async def finished(visit: Visit) -> Response:
    """Nothing is left, or only what was skipped."""
    return page(
        visit,
        "finished.html.jinja",
        progress=visit.desk.progress(visit.name),
        skipped=visit.desk.skipped(visit.name),
    )


async def next_item(visit: Visit) -> Response:
    """The next item after a place, or null; asked with POST because it may take a new one."""
    after = decoded(visit.body).get("after", -1)
    if isinstance(after, bool) or not isinstance(after, int) or not -1 <= after < _FARTHEST:
        raise UsageError("after: a whole number from -1")
    _check_ahead(visit, after)
    shown = await visit.desk.next(visit.name, after=after)
    return JSONResponse({"item": None if shown is None else item_document(shown)})


async def item(visit: Visit) -> Response:
    """One place in the queue."""
    return JSONResponse({"item": item_document(_shown(visit))})


async def save(visit: Visit) -> Response:
    """Keep what was said; answered only when it is on disk."""
    shown = _shown(visit)
    body = decoded(visit.body)
    if body.get("tag") != tag_of(shown.assignment):
        raise Refusal(410, "Another item has this place now; what was said is not about it.")
    answer = read_answer(body, shown)
    position = shown.assignment.position
    try:
        number = await visit.desk.save(visit.name, position, answer)
    except StaleAnswer as error:
        now = answer_document(error.current, shown.assignment.order)
        return JSONResponse({"current": now, "error": str(error)}, status_code=409)
    return JSONResponse({"number": number})


async def feedback(visit: Visit) -> Response:
    """The right ratings of a training item that was done."""
    shown = _shown(visit)
    found = visit.desk.feedback(visit.name, shown.assignment.position)
    if found is None:
        raise Refusal(404, "There is no feedback here.")
    return JSONResponse({"feedback": feedback_document(found, shown.assignment.order)})


async def progress(visit: Visit) -> Response:
    """How far the rater is."""
    desk, name = visit.desk, visit.name
    found = progress_document(desk.progress(name), desk.skipped(name))
    # A page that was opened by an older link of the same rater learns the word of the new one.
    return JSONResponse(found | {"rater": name, "csrf": visit.csrf})


def _check_ahead(visit: Visit, after: int) -> None:
    """Nobody takes item after item without rating any: they would wait for nobody else."""
    if after >= 0 and visit.desk.shown(visit.name, after) is None:
        raise Refusal(404, _NO_SUCH_PLACE)
    for position in range(after, after - _MOST_AHEAD, -1):
        shown = visit.desk.shown(visit.name, position) if position >= 0 else None
        if shown is None or shown.answer.done or shown.answer.skipped:
            return
    raise Refusal(429, "Rate what you have taken first.", after=_AGAIN)


def _shown(visit: Visit) -> Shown:
    position = int(visit.request.path_params["position"])
    shown = visit.desk.shown(visit.name, position) if position < _FARTHEST else None
    if shown is None:
        raise Refusal(404, _NO_SUCH_PLACE)
    return shown
