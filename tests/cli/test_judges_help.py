"""The verbs about judges say how they end."""

from __future__ import annotations

import pytest

from measurand.cli import main

CODES = {
    "judges": ("0:", "3:"),
    "anchors": ("0:", "1:", "3:"),
    "audit": ("0:", "1:", "3:", "4:", "130:"),
    "improve": ("0:", "3:", "4:", "130:"),
    "calibrate": ("0:", "1:", "3:"),
}


@pytest.mark.parametrize("verb", CODES)
def test_help_tells_the_exit_codes_in_lines_that_begin_at_the_margin(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([verb, "--help"])
    told = capsys.readouterr().out.partition("\n\n")[2].partition("positional arguments")[0]
    assert "Exit code 0" in told
    for code in CODES[verb]:
        assert f" {code}" in told.replace("\n", " ")
    assert [line for line in told.splitlines() if line.startswith(" ")] == []
    assert "\n\n\n" not in told
