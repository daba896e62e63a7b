"""A remote engine behind the real server: what is sent, what is not, and what the user is told."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from editors import SECRET, check_accounts, check_privacy

from pillion.lsp.client import VSCODE, Client, Editor
from scripted_server import HANG, MODELS, Answer, ScriptedServer, said, serving

pytestmark = pytest.mark.e2e

COMPLETE = "/v1/completions"
ANSWERS: Mapping[str, Sequence[Answer]] = {
    "/v1/models": [MODELS],
    COMPLETE: [Answer(said("value", "_1"))],
}


@asynccontextmanager
async def session(
    server: ScriptedServer, folder: Path | None = None, **settings: Any
) -> AsyncIterator[Client]:
    """Run the language server with the scripted server as its remote engine."""
    remote = {"servers": [server.url], "fallback": False, **settings}
    editor = Editor(settings={"engine": {"remote": remote}, "context": {"index": False}})
    client = await Client.start([sys.executable, "-m", "pillion", "serve"], editor=editor)
    try:
        await client.initialize(VSCODE, folders=[folder.as_uri()] if folder else [])
        yield client
        assert await client.close() == 0
        check_accounts(client)
        check_privacy(client)
    finally:
        await client.kill()


async def complete(client: Client, uri: str, text: str) -> str:
    client.open(uri, text)
    found = await client.inline(uri, len(text))
    return found.text if found else ""


async def last(client: Client) -> Any:
    return (await client.request("pillion/status"))["last"]


async def test_it_completes_and_says_what_is_sent_where() -> None:
    async with serving(ANSWERS) as server, session(server) as client:
        await client.until_ready()
        assert await complete(client, "file:///a.py", f"{SECRET} = 1\nx = ") == "value_1"
        status = await client.request("pillion/status")
        route = status["routes"][0]
        assert route["engines"][0]["state"] == "in use"
        assert server.url in route["sent"][0]
        (sent, *_) = await client.request("pillion/audit")
        assert sent["url"] == server.url
        assert SECRET in sent["text"]
        assert sent["outcome"] in {"stop", "cancelled"}


async def test_what_must_stay_here_is_never_sent(tmp_path: Path) -> None:
    """A folder that is left out: neither its documents, nor its text beside others."""
    (tmp_path / "secret").mkdir()
    async with serving(ANSWERS) as server, session(server, tmp_path, exclude=["secret/"]) as client:
        await client.until_ready()
        kept = (tmp_path / "secret" / "a.py").as_uri()
        assert await complete(client, kept, f"{SECRET} = 1\nx = ") == ""
        assert (await last(client))["outcome"] == "private"
        assert await complete(client, (tmp_path / "b.py").as_uri(), "y = ") == "value_1"
        await asyncio.sleep(0.6)
        everything = json.dumps([one.body for one in server.seen])
        assert "y = " in everything
        assert SECRET not in everything


async def test_secrets_are_hidden() -> None:
    token = "ghp_" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3yY5"
    async with serving(ANSWERS) as server, session(server) as client:
        await client.until_ready()
        await complete(client, "file:///a.py", f'{SECRET} = 1\nkey = "{token}"\nx = ')
        assert token not in json.dumps([one.body for one in server.seen])
        assert server.asked(COMPLETE)


async def test_a_server_that_hangs_up_costs_one_answer() -> None:
    answers = {**ANSWERS, COMPLETE: [Answer((), "400 Bad Request"), Answer(said("value"))]}
    async with serving(answers) as server, session(server) as client:
        await client.until_ready()
        assert await complete(client, "file:///a.py", f"{SECRET} = 1\nx = ") == ""
        found = await last(client)
        assert found["outcome"] == "engine_failed"
        assert "refused (400)" in found["sentence"]
        client.change("file:///a.py", 0, 0, "# ")
        assert await client.inline("file:///a.py", len(f"# {SECRET} = 1\nx = "))
        assert (await client.request("pillion/status"))["state"] == "ready"


async def test_a_server_that_is_away_is_named() -> None:
    async with serving({}) as server:
        url = server.url
    server.url = url
    async with session(server) as client:
        with pytest.raises(Exception, match="cannot be reached"):
            await client.until_ready()
        assert await complete(client, "file:///a.py", f"{SECRET} = 1\nx = ") == ""
        assert (await last(client))["outcome"] == "engine_failed"


async def test_typing_closes_the_request_before_it() -> None:
    answers = {**ANSWERS, COMPLETE: [Answer([HANG]), Answer(said("value"))]}
    async with serving(answers) as server, session(server) as client:
        await client.until_ready()
        text = f"{SECRET} = 1\nx = "
        client.open("file:///a.py", text)
        hanging = asyncio.create_task(client.inline("file:///a.py", len(text)))
        while not server.asked(COMPLETE):  # noqa: ASYNC110 - another task fills it.
            await asyncio.sleep(0.01)
        offset = client.type("file:///a.py", len(text), "y")
        assert await client.inline("file:///a.py", offset)
        assert await hanging is None
        async with asyncio.timeout(2):
            await server.hung_up.wait()


async def test_the_command_line_may_name_it_too(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = ", encoding="utf-8")
    async with serving(ANSWERS) as server:
        process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "pillion", "complete", f"{path}:1:4", "--json"],
            *["--remote", server.url],
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
        assert json.loads(output)["text"] == "value_1"
        process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "pillion", "doctor", "--json", "--remote", server.url],
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
    found = {item["subject"]: item for item in json.loads(output)}
    assert server.url in found["privacy"]["text"]
    assert found["remote"]["data"] == {"model": "qwen2.5-coder-7b", "fim": True}
    assert "first_token_ms" in found["speed"]["data"]
