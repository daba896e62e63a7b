"""How a suggestion that was made a few keystrokes ago is still of use."""

from __future__ import annotations

import asyncio

import pytest

from cursor import at_cursor
from pillion.assist.outcome import Suggestion
from pillion.lsp.features.completion import _Asked, _typed_on


async def asked(marked: str, text: str, swallow: int = 0) -> _Asked:
    snapshot, offset = at_cursor(marked)
    suggestion = Suggestion(text, offset, offset + swallow)
    task = asyncio.create_task(asyncio.sleep(0, [suggestion]))
    await task
    return _Asked(snapshot, offset, task)


@pytest.mark.parametrize(
    ("now", "rest"),
    [
        ("re█)\n", "turn x"),
        ("return █)\n", "x"),
        ("return x█)\n", None),
        ("█)\n", None),
        ("rex█)\n", None),
        ("# re█)\n", None),
        ("re█\n", None),
        ("re█) \n", None),
    ],
)
async def test_only_what_was_typed_on_is_reused(now: str, rest: str | None) -> None:
    before = await asked("█)\n", "return x", swallow=1)
    snapshot, offset = at_cursor(now)
    found = _typed_on(before, snapshot, offset)
    assert found == (None if rest is None else Suggestion(rest, offset, offset + 1))


async def test_another_document_has_no_use_for_it() -> None:
    before = await asked("█", "return x")
    snapshot, offset = at_cursor("re█")
    other = type(snapshot)("file:///other", snapshot.text)
    assert _typed_on(before, other, offset) is None
