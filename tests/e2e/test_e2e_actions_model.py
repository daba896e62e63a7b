"""The actions with the default model, over real stdio, by a client that poses as Neovim."""

from __future__ import annotations

import ast
import sys
from collections.abc import AsyncIterator
from importlib.resources import files

import pytest
from editors import NEOVIM

from pillion.lsp.client import Client, Json, applied

pytestmark = [pytest.mark.model, pytest.mark.e2e]

URI = "file:///pillion/text/lines.py"
TEXT = (files("pillion") / "text" / "lines.py").read_text(encoding="utf-8")


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    command = [sys.executable, "-m", "pillion", "serve", "--stdio"]
    client = await Client.start(command)
    try:
        await client.initialize(NEOVIM)
        await client.until_ready()
        yield client
        assert await client.close() == 0
    finally:
        await client.kill()


def range_of(client: Client, text: str) -> Json:
    start = client.documents[URI].text.index(text)
    return {
        "start": client.position(URI, start),
        "end": client.position(URI, start + len(text)),
    }


async def test_an_explanation_speaks_of_the_code(client: Client) -> None:
    client.open(URI, TEXT)
    where = {"textDocument": {"uri": URI}, "range": range_of(client, "match = _EOL.search(text)")}
    said = await client.request("pillion/explain", where)
    assert said["title"].endswith("line 51")
    assert "Line 51" in said["text"] or "Purpose" in said["text"]
    assert "_EOL = re.compile" in said["text"]


async def test_an_edit_as_told_parses_and_changes_nothing_else(client: Client) -> None:
    client.open(URI, TEXT)
    argument = {
        "action": "edit",
        "textDocument": {"uri": URI, "version": 1},
        "range": range_of(client, "match = _EOL"),
        "arguments": {"instruction": "Raise ValueError if text is empty"},
    }
    argument["range"]["end"] = argument["range"]["start"]
    result = await client.request(
        "workspace/executeCommand", {"command": "pillion.action", "arguments": [argument]}
    )
    assert result["applied"] is True
    edit = (await client.asked("workspace/applyEdit"))["edit"]
    text = applied(client, URI, edit)
    assert "raise ValueError" in text
    ast.parse(text)
    before, _, rest = TEXT.partition("def eol_of(")
    assert text.startswith(before)
    assert text.endswith(rest[rest.index("\n\n\n") :])


async def test_a_docstring_is_an_insertion(client: Client) -> None:
    bare = TEXT.replace('    """Return the blanks that `line` begins with."""\n', "")
    client.open(URI, bare)
    params = {
        "textDocument": {"uri": URI},
        "range": range_of(client, "return line[: len(line)"),
        "context": {"diagnostics": [], "only": ["refactor.rewrite"]},
    }
    offered = await client.request("textDocument/codeAction", params)
    (action,) = [item for item in offered if item["title"] == "Add docstring (Pillion)"]
    edit = (await client.request("codeAction/resolve", action))["edit"]
    (change,) = edit["changes"][URI]
    assert change["range"]["start"] == change["range"]["end"]
    # One line, with a full stop, as in the rest of the file.
    assert change["newText"].count("\n") == 1
    assert change["newText"].rstrip().endswith('."""')
    ast.parse(applied(client, URI, edit))
