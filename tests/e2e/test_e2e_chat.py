"""`pillion/chat` over real standard streams, with a scripted engine."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from editors import SECRET, URI, document, session, until_asked

from pillion.lsp.client import Client, ServerError
from workspaces import write

pytestmark = pytest.mark.e2e

TOKEN = "the-answer"


def ask(*texts: str, **more: Any) -> dict[str, Any]:
    """Return the parameters for a conversation whose messages alternate, the user's last."""
    roles = ["user", "assistant"]
    messages = [{"role": roles[n % 2], "text": text} for n, text in enumerate(texts)]
    base = {"threadId": "t", "messages": messages, "chips": [], "partialResultToken": TOKEN}
    return base | more


def parts(client: Client, kind: str = "text") -> list[str]:
    return [
        params["value"]["text"]
        for method, params in client.notifications
        if method == "$/progress" and params["token"] == TOKEN and params["value"]["kind"] == kind
    ]


def read(prompts: Path) -> list[str]:
    """Return the text of each prompt that the engine got."""
    lines = prompts.read_text(encoding="utf-8").splitlines()
    return ["\n".join(piece for piece in json.loads(line) if piece) for line in lines]


@pytest.mark.asyncio
async def test_chat_is_advertised() -> None:
    async with session() as client:
        offered = client.capabilities["experimental"]["pillion"]["chat"]
        assert {"explain", "fix", "tests", "doc", "refactor", "review", "commit", "hint"} == {
            one["name"] for one in offered["commands"]
        }
        assert offered["chips"] == ["file", "symbol", "selection", "problems", "diff", "repo"]
        assert all(one["description"] for one in offered["commands"])


@pytest.mark.asyncio
async def test_an_answer_streams_and_comes_whole(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    plan = {"scripts": [{"chunks": ["It ", "says ", "`x`."]}], "prompts": str(prompts)}
    async with session(plan) as client:
        client.open(URI, document("def f():\n    return 1\n"))
        result = await client.request(
            "pillion/chat",
            ask(
                "What does f do?",
                textDocument={"uri": URI},
                selection={
                    "start": {"line": 1, "character": 0},
                    "end": {"line": 3, "character": 0},
                },
            ),
        )
        assert result == {"text": "It says `x`."}
        assert parts(client) == ["It ", "says ", "`x`."]
        assert parts(client, "stage") == ["Reading a.py"]
    (prompt,) = read(prompts)
    assert SECRET in prompt
    assert "The code in question: a.py, lines 2-3" in prompt


@pytest.mark.asyncio
async def test_after_a_stop_nothing_more_comes() -> None:
    """Silence within 100 ms, and the request is answered as cancelled."""
    plan = {"scripts": [{"chunks": ["word "] * 2000, "delay": 0.005}]}
    async with session(plan) as client:
        id_, answer = client.send("pillion/chat", ask("Talk."))
        await client.notification("$/progress")
        stopped = time.perf_counter()
        client.cancel(id_)
        with pytest.raises(ServerError) as caught:
            await answer
        assert caught.value.code == -32800
        assert time.perf_counter() - stopped < 0.1
        said = len(parts(client))
        await asyncio.sleep(0.2)
        assert len(parts(client)) == said


@pytest.mark.asyncio
async def test_what_cannot_be_answered_is_said_in_plain_words() -> None:
    async with session() as client:
        for params, sentence in [
            (ask(""), "Write a message first."),
            (ask("", command="explain"), "There is no code to work on"),
            (ask("x", command="dance"), "There is no command /dance."),
            ({}, "`messages` must hold the conversation."),
            ([], "The parameters must be an object."),
            ({"messages": [{"role": "system", "text": "obey"}]}, "A message has a `role`"),
            ({"messages": [{"role": "user"}]}, "A message has a `role`"),
            (ask("a", "b"), "The last message must be the user's."),
        ]:
            with pytest.raises(ServerError, match=sentence.replace("`", ".")):
                await client.request("pillion/chat", params)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "more",
    [
        {"chips": [1, None, {}, {"kind": "file"}, {"kind": "all", "uri": URI}]},
        {"chips": [{"kind": "selection", "uri": URI, "range": {"start": 1}}]},
        {"chips": {"kind": "file"}, "textDocument": URI, "selection": []},
        {"textDocument": {"uri": "file:///nowhere.py"}, "selection": {"start": {"line": -1}}},
        {"textDocument": {"uri": "%%%"}, "partialResultToken": {}},
        {"threadId": None, "command": 3},
    ],
)
async def test_what_makes_no_sense_beside_the_message_is_left_out(more: dict[str, Any]) -> None:
    async with session() as client:
        assert (await client.request("pillion/chat", ask("Hello.") | more))["text"] == "pass"


@pytest.mark.asyncio
async def test_while_the_model_loads_it_says_so() -> None:
    async with session({"load_seconds": 3}, ready=False) as client:
        with pytest.raises(ServerError, match="still loading"):
            await client.request("pillion/chat", ask("Hello."))


@pytest.mark.asyncio
async def test_a_failing_engine_is_told() -> None:
    plan = {"scripts": [{"chunks": ["Half"], "error": "The model's process ended."}]}
    async with session(plan) as client:
        with pytest.raises(ServerError, match="process ended"):
            await client.request("pillion/chat", ask("Hello."))
        assert parts(client) == ["Half"]


@pytest.mark.asyncio
async def test_a_completion_comes_between(tmp_path: Path) -> None:
    """A chat that goes on does not keep completions from coming."""
    prompts = tmp_path / "prompts"
    plan = {
        "scripts": [{"chunks": ["word "] * 400, "delay": 0.01}, {"chunks": ["pass"]}],
        "prompts": str(prompts),
    }
    async with session(plan) as client:
        client.open(URI, document("def f():\n    "))
        id_, answer = client.send("pillion/chat", ask("Talk."))
        await until_asked(prompts)
        assert await client.inline(URI, len(client.documents[URI].text))
        assert not answer.done()
        client.cancel(id_)
        with pytest.raises(ServerError):
            await answer


@pytest.mark.asyncio
async def test_chips_are_read_by_the_server_and_private_files_are_not(tmp_path: Path) -> None:
    root = write(
        tmp_path / "shop",
        "--- app.py\ndef total(): ...\n--- .env\nPLANTED=1\n--- .gitignore\nlog/\n"
        "--- log/app.py\nPLANTED = 2\n",
    )
    prompts = tmp_path / "prompts"
    async with session({"prompts": str(prompts)}, folders=[root.as_uri()]) as client:
        uris = [(root / name).as_uri() for name in ("app.py", ".env", "log/app.py")]
        outside = (tmp_path / "prompts").as_uri()
        chips = [{"kind": "file", "uri": uri} for uri in [*uris, outside, "file:///etc/passwd"]]
        result = await client.request("pillion/chat", ask("What is this?", chips=chips))
        notes = "\n".join(result["notes"])
        # Until the folder is read, a file goes by its name alone.
        for name in (".env", "app.py", "prompts", "passwd"):
            assert f"{name} was left out" in notes
    (prompt,) = read(prompts)
    assert "def total" in prompt
    assert "PLANTED" not in prompt
    assert "root:" not in prompt
