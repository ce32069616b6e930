"""Warnings of a coroutine, while others run beside it."""

import asyncio
import warnings

import pytest

from measurand.models.providers_quiet import Heard, heard


def test_warnings_are_words_each_once_and_the_result_comes_back() -> None:
    async def loud(name: str) -> str:
        for _ in range(3):
            warnings.warn(f"{name} is old", DeprecationWarning, stacklevel=1)
            await asyncio.sleep(0)
        return name

    async def go() -> list[tuple[str, list[str]]]:
        async def one(name: str) -> tuple[str, list[str]]:
            words: list[str] = []
            return await Heard(loud(name), words), words

        return await asyncio.gather(*(one(name) for name in "abc"))

    before = list(warnings.filters)
    assert asyncio.run(go()) == [(name, [f"{name} is old"]) for name in "abc"]
    assert list(warnings.filters) == before


def test_a_warning_beside_it_is_not_swallowed() -> None:
    async def quiet() -> None:
        await asyncio.sleep(0.01)

    async def go() -> None:
        waiting = asyncio.ensure_future(_as_coroutine(Heard(quiet(), [])))
        await asyncio.sleep(0)
        with pytest.raises(UserWarning, match="beside"):
            warnings.warn("beside", UserWarning, stacklevel=1)
        await waiting

    asyncio.run(go())


def test_errors_and_cancellation_pass_through() -> None:
    seen: list[str] = []

    async def broken() -> None:
        await asyncio.sleep(0)
        raise KeyError("k")

    async def stubborn() -> str:
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise
        return "never"

    async def go() -> None:
        with pytest.raises(KeyError):
            await Heard(broken(), [])
        task = asyncio.ensure_future(_as_coroutine(Heard(stubborn(), [])))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(go())
    assert seen == ["cancelled"]


def test_a_plain_call_keeps_its_error_and_its_warning() -> None:
    words: list[str] = []

    def bad() -> None:
        warnings.warn("first", UserWarning, stacklevel=1)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - it has no words
        heard(bad, words)
    assert words == ["first"]


async def _as_coroutine(waited: Heard[object]) -> object:
    return await waited
