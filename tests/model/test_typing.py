"""The real model over real stdio: what a keystroke costs, and that none is lost."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import pytest

import pillion
from pillion.lsp.client import Client

pytestmark = [pytest.mark.model, pytest.mark.e2e]

LINE = "        return min(end, start + max(0, position.column))"
FILE = Path(pillion.__file__).parent / "text" / "positions.py"


async def test_typing_a_line_costs_next_to_nothing_per_keystroke() -> None:
    """40 characters, asked at each: one answer each, at most 3 tokens evaluated (median)."""
    text = FILE.read_text(encoding="utf-8")
    before, found, after = text.partition(LINE + "\n")
    assert found
    typed = LINE.strip()[:40]
    assert len(typed) == 40
    client = await Client.start([sys.executable, "-m", "pillion", "serve", "--stdio"])
    try:
        await client.initialize()
        await client.until_ready()
        uri = FILE.as_uri()
        client.open(uri, before + "        \n" + after)
        offset = len(before) + 8
        asked, evaluated = [], []
        for char in typed:
            offset = client.type(uri, offset, char)
            id_, future = client.send_inline(uri, offset)
            await future
            asked.append(id_)
            last = (await client.request("pillion/status"))["last"]
            evaluated.append(last["tokens"]["evaluated"])
        assert [len(client.responses[id_]) for id_ in asked] == [1] * 40
        assert statistics.median(evaluated[1:]) <= 3
        assert evaluated[0] > 30, "the first one reads a window that fits the machine"
        assert await client.close() == 0
    finally:
        await client.kill()
    assert all(len(answers) == 1 for answers in client.responses.values())
    assert set(client.responses) == set(client.sent)


async def test_real_code_is_completed_in_two_languages() -> None:
    """A completion that any working model gets right, applied at its range, gives valid code."""
    client = await Client.start([sys.executable, "-m", "pillion", "serve"])
    try:
        await client.initialize()
        await client.until_ready()
        python = (
            "def area(width, height):\n    return width * height\n\n\nprint(area(2, 3))\nprint(are"
        )
        client.open("file:///a.py", python + "\n")
        suggestion = await client.inline("file:///a.py", len(python))
        assert suggestion is not None
        assert suggestion.text.startswith("a(")
        script = "export function area(width: number, height: number) {\n  return wid"
        client.open("file:///a.ts", script + "\n}\n", language="typescript")
        suggestion = await client.inline("file:///a.ts", len(script))
        assert suggestion is not None
        assert suggestion.text.startswith("th * height")
        assert await client.close() == 0
    finally:
        await client.kill()
