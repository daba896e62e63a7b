"""`pillion.askAboutCode` over real standard streams: a chat where editors have no view for one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from editors import BARE, EMACS, NEOVIM, URI, document, session

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio]

WINDOW = {**NEOVIM["window"], "showDocument": {"support": True}}
SHOWS: dict[str, Any] = {**NEOVIM, "window": WINDOW}


def command(**argument: Any) -> dict[str, Any]:
    return {"command": "pillion.askAboutCode", "arguments": [argument]}


def front(first: int, last: int) -> dict[str, Any]:
    ends = {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 0}}
    return {"textDocument": {"uri": URI}, "range": ends}


async def test_the_answer_is_a_page(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    plan = {"scripts": [{"chunks": ["It adds."]}], "prompts": str(prompts)}
    async with session(plan, capabilities=SHOWS) as client:
        client.open(URI, document("def add(a, b):\n    return a + b\n"))
        params = command(text="What is this?", **front(1, 3))
        answer = await client.request("workspace/executeCommand", params)
        assert answer["text"] == (
            "# What is this?\n\n## You\n\nWhat is this?\n\n## Pillion\n\nIt adds.\n"
        )
        (uri,) = [one["uri"] for method, one in client.requests if method == "window/showDocument"]
        page = Path(unquote(urlsplit(uri).path))
        assert page.read_text(encoding="utf-8") == answer["text"]  # noqa: ASYNC240
        await client.request("workspace/executeCommand", command(text="And then?"))
        await client.request("workspace/executeCommand", command(text="New?", new=True))
    assert not page.exists()  # noqa: ASYNC240
    read = [json.loads(line) for line in prompts.read_text(encoding="utf-8").splitlines()]
    assert "The code in question: a.py, lines 2-3" in str(read[0])
    assert "It adds." in str(read[1])
    assert "It adds." not in str(read[2])


@pytest.mark.parametrize("capabilities", [EMACS, BARE])
async def test_an_editor_that_opens_nothing_gets_the_text(capabilities: Any) -> None:
    async with session(capabilities=capabilities) as client:
        client.open(URI, document("x = 1\n"))
        answer = await client.request("workspace/executeCommand", command(text="Why?"))
        assert answer["shown"] is False
        assert answer["text"].endswith("pass\n")


async def test_without_a_text_the_code_is_explained(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    async with session({"prompts": str(prompts)}, capabilities=SHOWS) as client:
        client.open(URI, document("def add(a, b):\n    return a + b\n"))
        await client.request("workspace/executeCommand", command(**front(1, 1)))
    assert "Explain this code" in prompts.read_text(encoding="utf-8")


async def test_what_cannot_be_answered_is_said() -> None:
    async with session(capabilities=SHOWS) as client:
        answer = await client.request(
            "workspace/executeCommand", {"command": "pillion.askAboutCode"}
        )
        assert answer == {"shown": False, "reason": answer["reason"]}
        assert "no code to work on" in answer["reason"]
        assert "no code to work on" in str(client.notifications)
    async with session({"load_seconds": 3}, capabilities=SHOWS, ready=False) as client:
        answer = await client.request("workspace/executeCommand", command(text="Why?"))
        assert "still loading" in answer["reason"]
