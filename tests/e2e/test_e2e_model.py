"""The model behind the server: loading, missing, damaged, failing; the server outlives them all."""

from __future__ import annotations

import time
from typing import Any

import pytest
from editors import (
    BARE,
    EMACS,
    SECRET,
    URI,
    check_accounts,
    check_privacy,
    command,
    document,
    session,
)

from pillion.base.errors import PillionError
from pillion.lsp.client import Client, Editor, ServerError

pytestmark = pytest.mark.e2e

MODEL = "qwen2.5-coder-0.5b"
MISSING = {"missing": [MODEL], "scripts": [{"chunks": ["value"]}]}


async def status(client: Client) -> Any:
    return await client.request("pillion/status")


async def until(client: Client, state: str, since: int = 0) -> Any:
    return await client.notification(
        "pillion/status", lambda params: params["state"] == state, since=since
    )


def opened(client: Client) -> int:
    text = document("x = ")
    client.open(URI, text)
    return len(text)


def shown(client: Client) -> list[str]:
    """Return everything that the user saw."""
    messages = [p["message"] for name, p in client.notifications if name == "window/showMessage"]
    return messages + [p["message"] for name, p in client.requests if name.endswith("Request")]


async def test_start_up_does_not_wait_for_the_model() -> None:
    client = await Client.start(command({"load_seconds": 30}))
    try:
        begun = time.monotonic()
        await client.initialize()
        offset = opened(client)
        assert await client.inline(URI, offset) is None
        assert time.monotonic() - begun < 5
        await client.notification("$/progress", lambda p: p["value"].get("percentage") == 0)
        found = await status(client)
        assert (found["state"], found["last"]["outcome"]) == ("loading", "model_loading")
        assert await client.close() == 0
        check_accounts(client)
    finally:
        await client.kill()


async def test_progress_begins_reports_and_ends() -> None:
    async with session({"load_seconds": 0.4}) as client:
        await client.notification("$/progress", lambda p: p["value"]["kind"] == "end")
        progress = [p for name, p in client.notifications if name == "$/progress"]
        assert len({p["token"] for p in progress}) == 1
        kinds = [p["value"]["kind"] for p in progress]
        assert kinds[0] == "begin"
        assert kinds[-1] == "end"
        assert "report" in kinds
        assert progress[0]["value"]["title"] == f"Loading {MODEL}"
        shares = [p["value"]["percentage"] for p in progress if "percentage" in p["value"]]
        assert shares == sorted(shares)
        assert (
            "window/workDoneProgress/create",
            {"token": progress[0]["token"]},
        ) in client.requests


async def test_an_editor_without_progress_is_not_asked_for_it() -> None:
    async with session({"load_seconds": 0.2}, capabilities=BARE) as client:
        assert client.requests == []
        assert all(name != "$/progress" for name, _ in client.notifications)


async def test_an_editor_that_never_answers_about_progress_holds_up_nothing() -> None:
    silent = Editor(silent=frozenset({"window/workDoneProgress/create", "workspace/configuration"}))
    async with session({"load_seconds": 0.2}, editor=silent) as client:
        assert await client.inline(URI, opened(client))


async def test_status_is_sent_only_to_those_who_ask() -> None:
    client = await Client.start(command({}))
    try:
        await client.initialize()
        await client.notification("window/logMessage", lambda p: "is ready" in p["message"])
        assert all(name != "pillion/status" for name, _ in client.notifications)
        assert await client.close() == 0
    finally:
        await client.kill()


async def test_a_missing_model_is_offered_once_and_fetched_on_a_click() -> None:
    editor = Editor(click="Download")
    async with session(MISSING, editor=editor, ready=False) as client:
        await status(client)
        await until(client, "ready")
        (question,) = [p for name, p in client.requests if name == "window/showMessageRequest"]
        titles = [action["title"] for action in question["actions"]]
        assert titles == [f"Download {MODEL} (491 MB)", "Not now"]
        bars = [p["value"].get("title") for name, p in client.notifications if name == "$/progress"]
        assert f"Downloading {MODEL}" in bars
        assert await client.inline(URI, opened(client))


async def test_nothing_is_fetched_without_a_click() -> None:
    async with session(MISSING, editor=Editor(click="Not now"), ready=False) as client:
        await status(client)
        await until(client, "error")
        assert await client.inline(URI, opened(client)) is None
        found = await status(client)
        assert found["last"]["outcome"] == "no_model"
        assert "not downloaded" in found["message"]
        assert len(shown(client)) == 1
        since = len(client.notifications)
        await client.request("workspace/executeCommand", {"command": "pillion.pullModel"})
        await until(client, "ready", since)
        assert await client.inline(URI, client.documents[URI].text.index("\n") + 5)


async def test_a_download_that_fails_is_reported_and_the_server_lives() -> None:
    plan = {**MISSING, "download_error": SECRET}
    async with session(plan, editor=Editor(click="Download"), ready=False) as client:
        await status(client)
        warning = await client.notification("window/showMessage")
        assert warning["message"] == "Pillion: The model could not be downloaded (OSError)."
        assert await client.inline(URI, opened(client)) is None
        assert (await status(client))["last"]["outcome"] == "no_model"


async def test_an_editor_that_asks_no_questions_shows_the_message() -> None:
    async with session(MISSING, capabilities=EMACS, ready=False) as client:
        await status(client)
        await until(client, "error")
        await client.notification("window/showMessage")
        (message,) = shown(client)
        assert "not downloaded" in message


@pytest.mark.parametrize("plan", [{"damaged": [MODEL]}, {"load_error": "No memory left."}])
async def test_a_model_that_does_not_load_is_reported_once(plan: dict[str, Any]) -> None:
    async with session(plan, ready=False) as client:
        with pytest.raises(PillionError):
            await client.until_ready()
        offset = opened(client)
        for _ in range(3):
            assert await client.inline(URI, offset) is None
        found = await status(client)
        assert (found["state"], found["last"]["outcome"]) == ("error", "engine_failed")
        assert len(shown(client)) == 1


async def test_a_failing_engine_is_asked_again() -> None:
    plan = {"scripts": [{"error": "The engine died."}, {"chunks": ["value"]}]}
    async with session(plan) as client:
        offset = opened(client)
        assert await client.inline(URI, offset) is None
        found = await status(client)
        assert (found["state"], found["last"]["outcome"]) == ("error", "engine_failed")
        assert "The engine died." in found["message"]
        assert await client.inline(URI, offset)
        assert (await status(client))["state"] == "ready"


async def test_a_bug_costs_one_answer_and_quotes_no_source() -> None:
    async with session({"bug": True}) as client:
        offset = opened(client)
        with pytest.raises(ServerError) as caught:
            await client.inline(URI, offset)
        assert (caught.value.code, str(caught.value)) == (-32603, "Internal error: KeyError.")
        assert (await status(client))["state"] == "ready"
        assert b"KeyError at fake_server.py" in client.stderr
        assert SECRET.encode() not in client.stderr


async def test_the_engine_can_be_restarted() -> None:
    async with session({"load_seconds": 0.2, "scripts": [{"chunks": ["value"]}]}) as client:
        offset = opened(client)
        since = len(client.notifications)
        await client.request("workspace/executeCommand", {"command": "pillion.restartEngine"})
        assert await client.inline(URI, offset) is None
        await until(client, "ready", since)
        assert await client.inline(URI, offset)
        answer = await client.request("workspace/executeCommand", {"command": "pillion.status"})
        assert answer["state"] == "ready"


async def test_the_editor_may_leave_during_a_download() -> None:
    client = await Client.start(command(MISSING), editor=Editor(click="Download"))
    try:
        await client.initialize()
        await client.notification("$/progress", lambda p: "Downloading" in str(p["value"]))
        begun = time.monotonic()
        assert await client.close() == 0
        assert time.monotonic() - begun < 4
        check_privacy(client)
    finally:
        await client.kill()
