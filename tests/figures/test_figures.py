from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Annotation

from measurand.figures.bars import Bars
from measurand.figures.forest import Band, Forest, ForestRow, Line
from measurand.figures.heat import Heat
from measurand.figures.scatter import Point, Scatter
from measurand.figures.style import COLOURS, Drawable
from measurand.figures.svg import to_svg
from measurand.figures.text import shortened, typeset
from measurand.stats.estimate import Estimate

SVG = "{http://www.w3.org/2000/svg}"
HALF = Estimate(value=0.5, low=0.4, high=0.6, n=20, method="t")
NONE = Estimate.absent("nobody rated it", n=0)
FOREST = Forest(
    (
        ForestRow("first", HALF, "group one", emphasis=True),
        ForestRow("second", NONE, "group one"),
        ForestRow("third", HALF.scaled(-1), "group two", colour="bad"),
    ),
    "score",
    (Line(0.9, "expert", "good"), Line(0.0)),
    (Band(-0.1, 0.1, "margin"),),
)
HEAT = Heat(("a", "b"), ("x", "y", "z"), ((0.1, None, 1.0), (-0.5, 0.25, 3)), "said", "meant")
BARS = Bars(("sys one", "nobody"), ("no", "yes", "tie"), ((3, 40, 1), (0, 0, 0)), apart=True)
ALL: tuple[Drawable, ...] = (FOREST, HEAT, BARS)


def svg(figure: Drawable, prefix: str = "p") -> ET.Element:
    return ET.fromstring(to_svg(figure.draw(), prefix, title="T", description="D"))  # noqa: S314


def texts(figure: Drawable) -> list[str]:
    return ["".join(element.itertext()) for element in svg(figure).iter(f"{SVG}text")]


def test_a_forest_says_every_label_number_and_reason() -> None:
    shown = texts(FOREST)
    assert shown.count("0.500 [0.400, 0.600]") == 1
    assert typeset("-0.500 [-0.600, -0.400]") in shown
    assert {"first", "second", "third", "group one", "group two"} <= set(shown)
    assert {"nobody rated it", "none", "expert", "margin", "score"} <= set(shown)


def test_rows_of_a_forest_stand_in_order_below_their_group() -> None:
    places = {
        "".join(element.itertext()): float(element.attrib["y"])
        for element in svg(FOREST).iter(f"{SVG}text")
        if "y" in element.attrib
    }
    order = ["group one", "first", "second", "group two", "third"]
    assert sorted(order, key=places.__getitem__) == order


def test_the_interval_of_a_forest_is_drawn_to_scale() -> None:
    figure = Forest((ForestRow("a", HALF),), span=(0.0, 1.0)).draw()
    [axes] = figure.axes
    spans = [np.asarray(line.get_xdata()).tolist() for line in axes.lines]
    assert [0.4, 0.6] in spans
    assert [0.5] in spans
    assert axes.get_xlim() == (0.0, 1.0)


def test_on_a_phone_a_label_stands_above_its_interval() -> None:
    row = ForestRow("a", HALF)
    for narrow, gap in ((False, 0.0), (True, 17.0)):
        figure = Forest((row,)).draw(narrow=narrow)
        [axes] = figure.axes
        [label] = [t for t in axes.texts if isinstance(t, Annotation) and t.get_text() == "a"]
        dot = float(np.asarray(axes.lines[-1].get_ydata())[0])
        height = axes.get_position().height * figure.get_figheight() * 72
        assert (dot - label.xy[1]) * height == pytest.approx(gap)
        assert (figure.get_figwidth() * 72 < 400) == narrow


def test_without_a_span_everything_is_in_sight() -> None:
    low, high = FOREST.draw().axes[0].get_xlim()
    assert low < -0.6 < 0.9 < high


def test_a_matrix_says_its_numbers_and_what_is_missing() -> None:
    shown = texts(HEAT)
    assert {"0.10", "·", "1.00", typeset("-0.50"), "0.25", "3.00"} <= set(shown)
    assert "rows: meant, columns: said" in shown


def test_bars_say_counts_and_totals() -> None:
    shown = texts(BARS)
    assert {"40", "n=44", "n=0", "no", "yes", "tie", "sys one"} <= set(shown)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one value for each row and column"):
        Heat(("a",), ("x", "y"), ((1.0,),))
    with pytest.raises(ValueError, match="one count for each row and level"):
        Bars(("a",), ("x",), ((1, 2),))


@pytest.mark.parametrize("figure", [Forest(()), Heat((), (), ()), Bars((), (), ())])
def test_a_figure_of_nothing_is_an_empty_figure(figure: Drawable) -> None:
    assert svg(figure).tag == f"{SVG}svg"


@pytest.mark.parametrize("figure", ALL)
def test_no_styles_and_only_our_ids(figure: Drawable) -> None:
    root = svg(figure, "fig7")
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        assert element.tag.removeprefix(SVG) not in {"style", "metadata", "script", "image"}
        assert "style" not in element.attrib
        assert element.get("id", "fig7-").startswith("fig7-")
        assert element.get("href", "#fig7-").startswith("#fig7-")
        assert "url(#" not in element.get("clip-path", "").replace("url(#fig7-", "")
        assert element.get("font-family") is None or element is root


@pytest.mark.parametrize("figure", ALL)
def test_every_colour_can_be_changed_by_a_page(figure: Drawable) -> None:
    for element in svg(figure).iter():
        for name in ("fill", "stroke"):
            value = element.get(name, "none")
            if value != "none":
                assert value in COLOURS.values()
                assert f"{name}-" in element.attrib["class"]


@pytest.mark.parametrize("figure", ALL)
def test_the_same_figure_gives_the_same_bytes(figure: Drawable) -> None:
    first = to_svg(figure.draw(), "p", title="T")
    assert first == to_svg(figure.draw(), "p", title="T")


def test_a_figure_has_a_name_and_a_text_alternative() -> None:
    root = svg(FOREST)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "p-title p-desc"
    assert [child.text for child in root][:2] == ["T", "D"]
    assert root.attrib["width"] == "100%"
    assert "height" not in root.attrib


@pytest.mark.parametrize(
    "label", ["$x^2$", "<b>&amp;</b>", "日本語", "a\x00b\u202e", r"\frac{1}", "%s {0} #", "_^"]
)
def test_a_label_is_text_and_nothing_else(label: str) -> None:
    figure = Forest((ForestRow(label, HALF, label),), label, (Line(0.5, label),))
    shown = texts(figure)
    assert shown.count(shortened(label, 24)) == 4


@settings(max_examples=10, deadline=None)
@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=50))
def test_any_label_can_be_drawn(label: str) -> None:
    for figure in (
        Forest((ForestRow(label, NONE, label),), label),
        Heat((label,), (label,), ((1.0,),), label),
        Bars((label,), (label,), ((1,),)),
    ):
        assert svg(figure).tag == f"{SVG}svg"


def test_a_user_configuration_does_not_matter() -> None:
    import matplotlib as mpl  # noqa: PLC0415 - only this test looks at it

    plain = to_svg(FOREST.draw(), "p", title="T")
    with mpl.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.grid": True}):
        assert to_svg(FOREST.draw(), "p", title="T") == plain
        assert mpl.rcParams["font.size"] == 30


def test_a_matrix_with_lines_below_its_numbers_is_shaded_by_the_numbers() -> None:
    lines = (("0 to 1", ""), ("1 to 2", "2 to 3"))
    heat = Heat(("a", "b"), ("x", "y"), ((0.2, None), (0.6, 1.0)), span=(0, 1), below=lines)
    axes = heat.draw().axes[0]
    shades = [patch.get_alpha() or 0.0 for patch in axes.patches]
    assert shades[1] == 0 < shades[0] < shades[2] < shades[3]
    said = [text.get_text() for text in axes.texts]
    assert {"0 to 1", "1 to 2", "2 to 3"} <= set(said)
    with pytest.raises(ValueError, match="one line below each value"):
        Heat(("a",), ("x", "y"), ((1.0, 2.0),), below=(("1 to 2",),))


def cross(x: float, y: float, *, wide: float = 0.02) -> tuple[Estimate, Estimate]:
    """Two estimates for one point."""
    return tuple(Estimate(value=v, low=v - wide, high=v + wide, n=9, method="t") for v in (x, y))  # type: ignore[return-value]


@pytest.mark.parametrize("narrow", [False, True])
def test_names_of_a_scatter_cover_no_other_name_and_no_point(narrow: bool) -> None:  # noqa: FBT001 - a case
    rng = np.random.default_rng(0)
    names = ["small", "large", "a middling model", "old", "new", "cheap"]
    places = [(x, y) for x in (0.1, 0.5, 0.9) for y in (0.2, 0.6)]
    points = [
        Point(name, *cross(x + rng.uniform(-0.05, 0.05), y))
        for name, (x, y) in zip(names, places, strict=True)
    ]
    lost = Point("nowhere", NONE, HALF)
    drawn = Scatter((*points, lost), "US dollars", "Score").draw(narrow=narrow)
    told = [t for t in drawn.axes[0].texts if isinstance(t, Annotation)]
    assert {t.get_text() for t in told} == set(names)
    drawn.canvas.draw()
    boxes = [t.get_window_extent() for t in told]
    for place, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[place + 1 :])
        assert not any(
            box.contains(*drawn.axes[0].transData.transform((p.x.value or 0, p.y.value or 0)))
            for p in points
        )


def test_a_scatter_over_decades_is_logarithmic() -> None:
    near = Scatter((Point("a", *cross(0.1, 1)), Point("b", *cross(0.9, 1))), "x", "y").draw()
    far = Scatter((Point("a", *cross(0.1, 1)), Point("b", *cross(90, 1))), "x", "y").draw()
    assert (near.axes[0].get_xscale(), far.axes[0].get_xscale()) == ("linear", "log")
