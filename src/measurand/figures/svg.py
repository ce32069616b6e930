"""A matplotlib figure as SVG for a page: text as text, no styles, no ids that clash.

A strict Content-Security-Policy allows neither style attributes nor style elements, so
matplotlib's declarations become presentation attributes. Those a stylesheet may override: every
colour of `figures.style.COLOURS` also carries a class, as in ``fill-ink`` or ``stroke-accent``.
"""

from __future__ import annotations

import io
import re
import warnings
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from measurand.figures.style import COLOURS, settings
from measurand.figures.text import one_line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["to_svg"]

_NAMESPACE = "http://www.w3.org/2000/svg"
_CLASS = {colour: name for name, colour in COLOURS.items()}
_FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif"
_SHORTHAND = re.compile(r"(?:(?P<weight>bold|[1-9]00) )?(?P<size>[\d.]+px) .*")
_FONTS = r"Glyph \d+ |Matplotlib currently does not support"
"""What matplotlib's own font lacks is no matter: the reader's fonts will draw the text."""
_REFERENCE = re.compile(r"url\(#(?P<id>[^)]+)\)")


def to_svg(figure: Figure, prefix: str, *, title: str, description: str = "") -> str:
    """Render a figure as one ``<svg>`` element; the same figure always gives the same bytes.

    Args:
        figure: Drawn by one of the figures here.
        prefix: Put before every id; unique within the page.
        title: The accessible name.
        description: The text alternative.
    """
    buffer = io.StringIO()
    with settings(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", _FONTS, UserWarning)
        figure.savefig(buffer, format="svg", facecolor="none", metadata={"Date": None})
    root = ET.fromstring(buffer.getvalue())  # noqa: S314 - matplotlib wrote it a line ago
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.text, element.tail = (element.text or "").strip() or None, None
    _drop(root)
    for element in root.iter():
        _restyle(element)
    _rename(root, prefix)
    _label(root, prefix, title=one_line(title), description=one_line(description))
    return ET.tostring(root, encoding="unicode")


def _drop(root: ET.Element) -> None:
    """Leave out metadata, stylesheets and what is invisible anyway."""
    for parent in list(root.iter()):
        for child in list(parent):
            empty = child.tag in {"g", "defs"} and not len(child)
            bare = child.tag == "path" and child.get("style", "").strip() == "fill: none"
            if child.tag in {"metadata", "style"} or empty or bare:
                parent.remove(child)


def _restyle(element: ET.Element) -> None:
    """Turn declarations into presentation attributes, and colours into classes as well."""
    classes = []
    for declaration in element.attrib.pop("style", "").split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font" and (match := _SHORTHAND.fullmatch(value)):
            element.set("font-size", match["size"])
            if match["weight"]:
                element.set("font-weight", match["weight"])
        elif name and name != "font-family":
            element.set(name, value)
        if name in {"fill", "stroke"} and value in _CLASS:
            classes.append(f"{name}-{_CLASS[value]}")
    if element.tag == "text" and element.get("fill") is None:
        classes.append("fill-ink")
    if classes:
        element.set("class", " ".join(classes))
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    if "d" in element.attrib:
        element.set("d", " ".join(element.attrib["d"].split()))


def _rename(root: ET.Element, prefix: str) -> None:
    """Keep only the ids that something refers to, under the prefix."""
    links = [(e, name) for e in root.iter() for name in e.attrib if name.endswith("href")]
    used = {element.attrib[name].lstrip("#") for element, name in links}
    for element in root.iter():
        for name, value in element.attrib.items():
            if match := _REFERENCE.fullmatch(value):
                used.add(match["id"])
                element.set(name, f"url(#{prefix}-{match['id']})")
    for element, name in links:
        element.set("href", f"#{prefix}-{element.attrib.pop(name).lstrip('#')}")
    for element in root.iter():
        own = element.attrib.pop("id", None)
        if own in used:
            element.set("id", f"{prefix}-{own}")


def _label(root: ET.Element, prefix: str, *, title: str, description: str) -> None:
    """Name the figure for those who do not see it; let the page decide how large it is."""
    box = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib.update(
        {
            "xmlns": _NAMESPACE,
            "viewBox": box,
            "width": "100%",
            "role": "img",
            "aria-labelledby": f"{prefix}-title {prefix}-desc"
            if description
            else f"{prefix}-title",
            "font-family": _FAMILY,
            "stroke-linejoin": "round",
        }
    )
    parts = [("title", title)] + ([("desc", description)] if description else [])
    for place, (tag, text) in enumerate(parts):
        part = ET.Element(tag, {"id": f"{prefix}-{tag}"})
        part.text = text
        root.insert(place, part)
