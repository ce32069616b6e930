"""The table of what is still to be asked, at the width of a usual terminal."""

from __future__ import annotations

import pytest

from measurand.analysis.forecast import Work, forecast
from measurand.cli.plan_verb import tell_forecast
from measurand.core.running import Price


def work(name: str, model: str | None, calls: int, *, part: str = "judge") -> Work:
    return Work(
        name=name,
        part="system" if part == "system" else "judge",
        model=model,
        characters=[123_456] * calls,
        observed=(),
        max_tokens=2_000,
        price=Price(input=3, output=15),
    )


def test_no_word_is_cut_no_name_is_told_twice_and_nothing_is_no_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    works = [
        work("sim/judge-biased, look at the test set, three repeats", "sim/judge-biased", 12_345),
        work("sim/judge-biased, current", "sim/judge-biased", 0),
        work("sim/judge-fair", "sim/judge-fair", 2),
        work("today", "sim/today", 3, part="system"),
    ]
    tell_forecast(forecast(works, spent=0.0, budget=None))
    text = capsys.readouterr().out
    table = text[: text.index("all 12,350 calls")]
    lines = table.splitlines()
    assert max(map(len, lines)) <= 80
    words = {word for line in lines for word in line.split()}
    assert {"sim/judge-biased,", "repeats", "sim/judge-fair", "12,345", "(sim/today)"} <= words
    assert "current" not in table
    assert table.count("sim/judge-biased") == 1
    assert "sim/judge-fair" in table
