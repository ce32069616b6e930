"""The power curve of a plan, in a line of the terminal and on a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from measurand.analysis.power_options import PowerOptions
from measurand.analysis.power_shares import Paired
from measurand.analysis.power_told import curve
from measurand.cli import main
from measurand.jobs.init import init


def test_the_curve_is_a_line_in_the_terminal_and_a_picture_on_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    init(tmp_path)
    page = tmp_path / "pages" / "plan.html"
    assert main(["plan", str(tmp_path / "measurand.yaml"), "--html", str(page)]) == 0
    out = capsys.readouterr().out
    start = out.index("Power of the planned comparison")
    section = out[start:].split("\n\n")[0].splitlines()
    assert len(section) <= 3
    told = " ".join(section)
    assert "From 10 " in told
    assert "█" in told
    assert "The 10 of core: 0.1%." in told
    assert "differ on 14%" in told
    assert "assumed" in told
    assert f"written: {page}" in out
    html = page.read_text(encoding="utf-8")
    for text in (
        "Power of the planned comparison",
        "<svg",
        "A curve of the power",
        "nothing is",
        "differ on 14%; to",
    ):
        assert text in html


def test_a_page_is_written_beside_json_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    init(tmp_path)
    page = tmp_path / "plan.html"
    words = ["plan", str(tmp_path / "measurand.yaml"), "--difference", ".1", "--json"]
    assert main([*words, "--html", str(page)]) == 0
    assert capsys.readouterr().out.startswith("{")
    assert "The cheapest study" in page.read_text(encoding="utf-8")


def test_the_curve_is_not_flat_where_a_set_is_far_larger_than_it_takes() -> None:
    question = Paired(discordance=0.14, level=0.95)
    points = [r.estimate for r in curve(question, 0.05, 20_000, asked=PowerOptions(), points=8)]
    assert points[-1].n == 20_000
    assert sum((point.value or 1.0) < 0.9 for point in points) >= 4
    assert all((point.value or 2.0) <= 1 for point in points)
