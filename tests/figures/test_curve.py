"""A curve over a quantity, wide and for a phone."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from measurand.figures.curve import Curve, Line, Mark
from measurand.figures.style import COLOURS
from measurand.figures.svg import to_svg

SVG = "{http://www.w3.org/2000/svg}"
CURVE = Curve(
    lines=(
        Line("differ on 14%", ((50, 0.12), (200, 0.46), (430, 0.8))),
        Line("differ on 30%", ((50, 0.09), (200, 0.25), (430, 0.47))),
    ),
    xlabel="Examples",
    ylabel="Power",
    level=0.8,
    marks=(Mark(430, 0.8, "430: 80%"),),
)


def svg(*, narrow: bool) -> ET.Element:
    drawn = CURVE.draw(narrow=narrow)
    return ET.fromstring(to_svg(drawn, "p", title="T", description="D"))  # noqa: S314


@pytest.mark.parametrize("how", ["wide", "narrow"])
def test_a_curve_says_its_axes_its_lines_and_its_marks(how: str) -> None:
    root = svg(narrow=how == "narrow")
    shown = {"".join(element.itertext()) for element in root.iter(f"{SVG}text")}
    assert {"Examples", "Power", "430: 80%", "differ on 14%", "differ on 30%"} <= shown


@pytest.mark.parametrize("how", ["wide", "narrow"])
def test_no_text_leaves_the_picture(how: str) -> None:
    figure = CURVE.draw(narrow=how == "narrow")
    figure.draw_without_rendering()
    width, height = figure.bbox.width, figure.bbox.height
    (axes,) = figure.axes
    ticks = [one for one in axes.get_xticklabels() if one.get_position()[0] <= axes.get_xlim()[1]]
    for text in (*axes.texts, axes.xaxis.label, axes.yaxis.label, *ticks):
        box = text.get_window_extent()
        assert box.x0 >= -1, text.get_text()
        assert box.x1 <= width + 1, text.get_text()
        assert box.y0 >= -1, text.get_text()
        assert box.y1 <= height + 1, text.get_text()


def test_every_colour_can_be_recoloured_by_the_page() -> None:
    root = svg(narrow=False)
    known = set(COLOURS.values())
    for element in root.iter():
        for name in ("fill", "stroke"):
            if (element.get(name) or "") in known:
                assert f"{name}-" in element.get("class", "")


def test_lines_differ_by_more_than_colour() -> None:
    figure = CURVE.draw()
    dashes = {str(line.get_linestyle()) for line in figure.axes[0].lines[1:3]}
    assert len(dashes) == 2


def test_a_picture_without_lines_or_with_too_many_is_refused() -> None:
    one = Line("a", ((0, 0), (1, 1)))
    for lines in ((), (one,) * 5):
        with pytest.raises(ValueError, match="curves"):
            Curve(lines=lines, xlabel="x", ylabel="y")
    with pytest.raises(ValueError, match="left to right"):
        Line("a", ((1, 0), (0, 1)))
    with pytest.raises(ValueError, match="left to right"):
        Line("a", ())
