"""Settings that come late, change, or are wrong."""

from __future__ import annotations

from typing import Any

import pytest
from editors import BARE, EMACS, NEOVIM, URI, document, session

from pillion.lsp.client import VSCODE, Client, Editor

pytestmark = pytest.mark.e2e

VALUE = {"scripts": [{"chunks": ["value"]}]}


def warnings(client: Client) -> list[str]:
    return [p["message"] for name, p in client.notifications if name == "window/showMessage"]


async def model(client: Client) -> str:
    return str((await client.request("pillion/status"))["model"])


async def change(client: Client, settings: dict[str, Any], pushed: Any = None) -> None:
    """Change the settings as the user does; wait until the server must have seen it."""
    client.editor.settings = settings
    client.notify("workspace/didChangeConfiguration", {"settings": pushed})
    for _ in range(3):
        await client.request("pillion/status")


@pytest.mark.parametrize("capabilities", [VSCODE, NEOVIM, EMACS])
async def test_settings_are_pulled_before_a_model_is_loaded(capabilities: Any) -> None:
    """The default model is never loaded, nor offered, when the user has chosen another."""
    editor = Editor(settings={"model": "other"})
    plan = {"missing": ["qwen2.5-coder-0.5b"]}
    async with session(plan, editor=editor, capabilities=capabilities) as client:
        assert await model(client) == "other"
        assert warnings(client) == []
        assert all(name != "window/showMessageRequest" for name, _ in client.requests)


async def test_another_model_is_loaded_without_a_restart() -> None:
    async with session({"load_seconds": 0.2, **VALUE}) as client:
        text = document("x = ")
        client.open(URI, text)
        await change(client, {"model": "other"})
        await client.until_ready()
        assert await model(client) == "other"
        assert await client.inline(URI, len(text))


async def test_completion_is_turned_off_and_on() -> None:
    async with session(VALUE) as client:
        text = document("x = ")
        client.open(URI, text)
        await change(client, {"enable": False})
        assert (await client.request("pillion/status"))["state"] == "off"
        assert await client.inline(URI, len(text)) is None
        await change(client, {"enable": True})
        await client.until_ready()
        assert await client.inline(URI, len(text))


async def test_a_wrong_value_warns_once_and_keeps_the_default() -> None:
    wrong = {"completion": {"maxTokens": "many"}, "nonsense": 1}
    async with session(VALUE, options=wrong, editor=Editor(settings=wrong)) as client:
        await change(client, wrong)
        (warning,) = warnings(client)
        assert "`pillion.completion.maxTokens` must be a whole number" in warning
        assert "Unknown setting `pillion.nonsense`" in warning
        await change(client, {"completion": {"lines": "seven"}})
        assert len(warnings(client)) == 2
        await change(client, {})
        assert len(warnings(client)) == 2


@pytest.mark.parametrize("settings", [["x"], 3, "x"])
async def test_settings_that_are_no_object_are_refused(settings: Any) -> None:
    async with session(capabilities=BARE) as client:
        await change(client, {}, pushed={"pillion": settings})
        assert len(warnings(client)) == 1


async def test_an_empty_list_is_no_settings() -> None:
    """Lua has one empty table for both, so Neovim sends a list where nothing is set."""
    async with session(capabilities=BARE) as client:
        await change(client, {}, pushed={"pillion": []})
        assert not warnings(client)


async def test_an_editor_without_pull_pushes() -> None:
    async with session(capabilities=BARE, options={"model": "first"}) as client:
        assert await model(client) == "first"
        await change(client, {}, pushed={"pillion": {"model": "second"}})
        assert await model(client) == "second"
        await change(client, {}, pushed={"pillion.model": "third"})
        assert await model(client) == "third"


async def test_the_server_asks_to_be_told_of_changes() -> None:
    async with session() as client:
        registrations = {
            registration["method"]: registration["registerOptions"]
            for name, p in client.requests
            if name == "client/registerCapability"
            for registration in p["registrations"]
        }
        assert registrations["workspace/didChangeConfiguration"] == {"section": "pillion"}
        (sources, names) = registrations["workspace/didChangeWatchedFiles"]["watchers"]
        assert ",py," in sources["globPattern"]
        assert ".gitignore" in names["globPattern"]


async def test_an_editor_that_never_tells_its_settings_gets_the_defaults() -> None:
    silent = Editor(silent=frozenset({"workspace/configuration"}))
    async with session(VALUE, editor=silent) as client:
        text = document("x = ")
        client.open(URI, text)
        assert await client.inline(URI, len(text))
