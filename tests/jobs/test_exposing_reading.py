"""How far the reading of corpora is."""

import gzip
from pathlib import Path

from measurand.jobs.canary import search_canary
from measurand.jobs.contamination import contamination
from measurand.jobs.exposing.corpora import corpora_of
from measurand.jobs.exposing.options import ContaminationOptions
from measurand.jobs.exposing.reading import Telling, reading

LINE = "some words that nobody has asked for\n"


def test_a_bar_rises_to_its_end_over_two_searches(tmp_path: Path) -> None:
    text = LINE * 250_000
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    corpora = corpora_of([str(tmp_path)])
    seen: list[tuple[int, int]] = []
    read = reading(corpora, lambda done, whole: seen.append((done, whole)), times=2)
    search_canary("0123456789abcdef" * 2, corpora, tell=read)
    half = seen[-1][0]
    assert 0.5 * len(text) < half <= len(text)
    search_canary("fedcba9876543210" * 2, corpora, tell=read)
    assert seen == sorted(seen)
    assert seen[-1] == (2 * len(text), 2 * len(text))
    assert len(seen) >= 4


def test_gzipped_texts_are_never_more_than_the_whole(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress((LINE * 200_000).encode()))
    corpora = corpora_of([str(tmp_path)])
    seen: list[tuple[int, int]] = []
    read = reading(corpora, lambda done, whole: seen.append((done, whole)))
    search_canary("0123456789abcdef" * 2, corpora, tell=read)
    size = (tmp_path / "a.txt.gz").stat().st_size
    assert seen[-1] == (size, size)


def test_the_act_tells_how_far_it_is(tmp_path: Path) -> None:
    data = tmp_path / "core.jsonl"
    data.write_text('{"id": "a", "question": "Where is the key of the red door kept?"}\n', "utf-8")
    (tmp_path / "b.txt").write_text(LINE * 10, encoding="utf-8")
    seen: list[tuple[int, int]] = []
    options = ContaminationOptions(corpora=corpora_of([str(tmp_path / "b.txt")]))
    telling = Telling(progress=lambda done, whole: seen.append((done, whole)))
    contamination(data, options, telling=telling)
    assert seen[-1] == (10 * len(LINE), 10 * len(LINE))
