"""`textDocument/completion` for editors without inline completion, as Neovim and Emacs ask."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from editors import EMACS, NEOVIM, URI, document, session

from pillion.lsp.client import Client, ServerError

pytestmark = pytest.mark.e2e

EDITORS = pytest.mark.parametrize("capabilities", [NEOVIM, EMACS], ids=["neovim", "emacs"])


async def complete(client: Client, offset: int) -> list[Any]:
    """Return the items for a cursor."""
    result = await client.request(
        "textDocument/completion",
        {"textDocument": {"uri": URI}, "position": client.position(URI, offset)},
    )
    assert result["isIncomplete"] is True
    items = result["items"]
    assert len(items) <= 1
    return list(items)


def applied(client: Client, item: Any) -> str:
    """Return the document's last line with the item in it."""
    edit = item["textEdit"]
    text = client.documents[URI].text
    start, end = (client.offset(URI, edit["range"][key]) for key in ("start", "end"))
    assert edit["range"]["start"]["line"] == edit["range"]["end"]["line"]
    return f"{text[:start]}{edit['newText']}{text[end:]}".splitlines()[-1]


@EDITORS
async def test_one_item_replaces_the_unfinished_word(capabilities: Any) -> None:
    plan = {"scripts": [{"chunks": ["nt('🦀', ", "x)"]}]}
    async with session(plan, capabilities=capabilities) as client:
        text = document("x = '🦀'; pri")
        client.open(URI, text)
        (item,) = await complete(client, len(text))
        assert applied(client, item) == "x = '🦀'; print('🦀', x)"
        assert item["label"] == item["filterText"] == "print('🦀', x)"
        assert item["detail"] == "Pillion"
        assert item["insertTextFormat"] == 1


async def test_a_block_is_shown_whole_in_the_documentation() -> None:
    plan = {"scripts": [{"chunks": ["if x:\n        x = 1\n    return x\n"]}]}
    async with session(plan, capabilities=NEOVIM) as client:
        text = document("def f(x):\n    ")
        client.open(URI, text)
        (item,) = await complete(client, len(text))
        assert item["label"] == "if x: …"
        shown = "```python\nif x:\n        x = 1\n    return x\n```"
        assert item["documentation"]["value"] == shown


@EDITORS
async def test_a_slow_model_does_not_hold_up_the_list_and_its_answer_is_kept(
    capabilities: Any,
) -> None:
    plan = {"scripts": [{"chunks": ["value"], "delay": 1.0}, {"hangs": True}]}
    async with session(plan, capabilities=capabilities) as client:
        text = document("x = ")
        client.open(URI, text)
        begun = time.monotonic()
        assert await complete(client, len(text)) == []
        assert time.monotonic() - begun < 0.9
        await asyncio.sleep(1.8)
        (item,) = await complete(client, len(text))
        assert applied(client, item) == "x = value"
        offset = client.type(URI, len(text), "va")
        (item,) = await complete(client, offset)
        assert applied(client, item) == "x = value"
        assert item["label"] == "value"
        offset = client.type(URI, offset, "x")
        assert await complete(client, offset) == []


async def test_a_cancelled_request_leaves_the_generation_running() -> None:
    plan = {"scripts": [{"chunks": ["value"], "delay": 0.4}, {"hangs": True}]}
    async with session(plan, capabilities=NEOVIM) as client:
        text = document("x = ")
        client.open(URI, text)
        where = {"textDocument": {"uri": URI}, "position": client.position(URI, len(text))}
        id_, future = client.send("textDocument/completion", where)
        await client.request("pillion/status")
        client.cancel(id_)
        with pytest.raises(ServerError):
            await future
        await asyncio.sleep(0.5)
        assert await complete(client, len(text))


async def test_an_unknown_document_gets_an_empty_list() -> None:
    async with session(capabilities=EMACS) as client:
        where = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}
        answer = await client.request("textDocument/completion", where)
        assert answer == {"isIncomplete": True, "items": []}


async def test_a_closed_document_leaves_nothing_behind() -> None:
    plan = {"scripts": [{"chunks": ["value"], "delay": 0.3}]}
    async with session(plan, capabilities=NEOVIM) as client:
        text = document("x = ")
        client.open(URI, text)
        await complete(client, len(text))
        client.close_document(URI)
        client.open(URI, text)
        assert await complete(client, len(text)) == []
