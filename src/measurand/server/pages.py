"""Pages from templates, and the few files they link to, all read once from the package."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from measurand.report.html import templates
from measurand.server.prose import markup, prose
from measurand.server.visit import Visit
from measurand.store.packets.html_page import SHARED, script

__all__ = ["page", "static_file", "static_root", "text_markup"]

_NOBODY = "Rating desk"
"""What the desk calls itself to who did not come by a link: what is rated here is not told."""
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def page(visit: Visit, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page for a visitor; whatever is inserted is escaped and made visible."""
    shared = {
        "static": static_root(),
        "project": visit.house.title if visit.access or "guest" in values else _NOBODY,
        "access": visit.access,
        "csrf": visit.csrf,
    }
    text = _environment().get_template(template).render(shared | values)
    return HTMLResponse(text, status_code=status)


def text_markup(text: str) -> Markup:
    """A text in Markdown as harmless HTML, or as it is where that would hide something."""
    made = prose(text)
    if made.tree is None:
        return Markup('<div class="plain">{}</div>').format(markup(made.plain))
    return markup(made.tree)


def static_root() -> str:
    """The address below which the files stand; it changes with their content."""
    return f"/static/{_digest()}"


def static_file(name: str) -> Response | None:
    """A file of the package by its name; None where there is none. Nothing is looked up on disk."""
    found = _static().get(name)
    if found is None:
        return None
    suffix = name[name.rfind(".") :]
    return Response(
        found,
        media_type=_TYPES[suffix],
        headers={"cache-control": "public, max-age=31536000, immutable"},
    )


@cache
def _static() -> dict[str, bytes]:
    folder = files("measurand.server").joinpath("static")
    own = {
        file.name: file.read_bytes()
        for file in folder.iterdir()
        if file.name[file.name.rfind(".") :] in _TYPES
    }
    return own | {name: script(name).encode() for name in SHARED}


@cache
def _digest() -> str:
    parts = (name.encode() + content for name, content in sorted(_static().items()))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


@cache
def _environment() -> Environment:
    environment = templates("measurand.server")
    environment.filters |= {"prose": text_markup, "minutes": _minutes, "brief": _brief}
    return environment


def _brief(seconds: float) -> str:
    """The same for a column."""
    return "" if not seconds else "< 1 min" if seconds < 30 else _minutes(seconds)  # noqa: PLR2004 - half a minute rounds to none


def _minutes(seconds: float) -> str:
    """Active time as people say it."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute" if seconds else "none"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02} min" if hours else f"{rest} min"
