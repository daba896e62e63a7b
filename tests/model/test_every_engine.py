"""One suite, four engines: in process, in the shared host, on llama-server, on OpenAI's API.

The real server over standard streams, the default model, real servers on the loopback.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from hosts import runtime_folder
from pillion.engine import store
from pillion.eval.peer import Program
from pillion.lsp.client import Client

pytestmark = [pytest.mark.model, pytest.mark.asyncio(loop_scope="module")]

MODEL = "qwen2.5-coder-0.5b"
ENGINES = ("inproc", "shared", "llama-server", "openai")
STACK = """class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        return self.it█

    def size(self):
        return len(self.items)
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=ENGINES)
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[tuple[str, list[str]]]:
    """Start what the engine needs; its name, and the options of `pillion serve` for it."""
    name = str(request.param)
    async with AsyncExitStack() as stack:
        if name == "llama-server":
            path = str(store.resolve(MODEL).path)
            options = {"n_ctx": 8192, "n_parallel": 2, "n_batch": 64, "endpoint_slots": True}
            program = await Program.start(path, 0, options)
            stack.push_async_callback(program.close)
            yield name, ["--remote", program.address]
        elif name == "openai":
            yield name, ["--remote", await stack.enter_async_context(openai_server())]
        else:
            stack.enter_context(runtime_folder())
            yield name, ["--engine", name]
            if name == "shared":
                await stop_host()


@asynccontextmanager
async def openai_server() -> AsyncIterator[str]:
    """Run the server that llama-cpp-python brings along; return its address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "llama_cpp.server", "--host", "127.0.0.1", "--port", str(port)],
        *["--model", str(store.resolve(MODEL).path), "--n_ctx", "4096", "--verbose", "false"],
        # Requests wait for each other; else a new one breaks off whatever is being written.
        *["--interrupt_requests", "false"],
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "300", **os.environ},
    )
    try:
        address = f"http://127.0.0.1:{port}"
        async with asyncio.timeout(120), httpx.AsyncClient(trust_env=False) as client:
            while True:
                try:
                    await client.get(f"{address}/v1/models")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.2)
        yield address
    finally:
        process.terminate()
        await process.wait()


async def stop_host() -> None:
    """Stop the shared engine, which would wait for clients to come back."""
    done = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "pillion", "engine", "stop"],
        stdout=asyncio.subprocess.DEVNULL,
    )
    await done.wait()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(engine: tuple[str, list[str]], tmp_path_factory: Any) -> AsyncIterator[Client]:
    """An editor with a server that uses the engine; shut down properly in the end."""
    folder = tmp_path_factory.mktemp("workspace")
    command = [sys.executable, "-m", "pillion", "serve", *engine[1]]
    client = await Client.start(command)
    try:
        await client.initialize(folders=[folder.as_uri()])
        await client.until_ready()
        yield client
        assert await client.close() == 0
        counts = [len(found) for id_, found in client.responses.items() if id_ is not None]
        assert counts == [1] * len(client.sent)
        assert b"Stack" not in client.stderr
    finally:
        await client.kill()


async def asked(client: Client, name: str, marked: str) -> tuple[str, dict[str, Any]]:
    """Complete at the cursor of a document of its own; return the text, and the last outcome."""
    uri = f"file:///{name}.py"
    before, _, after = marked.partition("█")
    client.open(uri, before + after)
    found = await client.inline(uri, len(before))
    last = (await client.request("pillion/status"))["last"]
    return (found.text if found else ""), last


async def test_a_word_is_finished_in_the_middle_of_code(client: Client) -> None:
    """It sees what follows, and heals the unfinished word."""
    text, last = await asked(client, "stack", STACK)
    assert text.startswith("ems"), last
    assert last["tokens"]["prompt"] > 40


async def test_a_body_of_several_lines(client: Client) -> None:
    text, last = await asked(
        client, "sum", 'def add_all(numbers):\n    """Return the sum of numbers."""\n    █\n'
    )
    assert "return" in text or "sum" in text, last


async def test_special_tokens_in_a_file_are_text(client: Client) -> None:
    """A file cannot end its own prompt."""
    marked = 'STOP = "<|fim_middle|><|endoftext|>"\n\ndef double(x):\n    return x █\n'
    text, last = await asked(client, "special", marked)
    assert "2" in text or "x" in text, last


async def test_typing_on_supersedes_and_the_last_one_is_answered(client: Client) -> None:
    """Each request has one answer, and the model is free for the newest at once."""
    uri, text = "file:///typed.py", "def greet(name):\n    retu"
    client.open(uri, text)
    offset, waiting = len(text), []
    for letter in "rn f'Hel":
        offset = client.type(uri, offset, letter)
        waiting.append(asyncio.create_task(client.inline(uri, offset)))
        await asyncio.sleep(0.05)
    answers = await asyncio.gather(*waiting)
    assert answers[-1], "the newest request has no answer"
    counts = (await client.request("pillion/status"))["counts"]
    assert counts.get("engine_failed", 0) == 0


async def test_it_talks(client: Client) -> None:
    result = await client.request(
        "pillion/chat",
        {
            "threadId": "t",
            "messages": [{"role": "user", "text": "Say the word hello and nothing else."}],
            "chips": [],
            "partialResultToken": "p",
        },
    )
    assert "hello" in result["text"].lower()


async def test_the_status_says_where_it_runs(client: Client, engine: tuple[str, list[str]]) -> None:
    status = await client.request("pillion/status")
    sent = await client.request("pillion/audit")
    if engine[0] in {"inproc", "shared"}:
        assert (status["routes"], sent) == ([], [])
        return
    routes = {route["purpose"]: route for route in status["routes"]}
    first = routes["completion"]["engines"][0]
    assert (first["url"], first["state"]) == (engine[1][1], "in use")
    assert "on this machine" in routes["completion"]["sent"][0]
    assert any("class Stack" in one["text"] for one in sent)
    assert {one["url"] for one in sent} == {engine[1][1]}


async def test_the_command_line_uses_it_too(engine: tuple[str, list[str]], tmp_path: Path) -> None:
    path = tmp_path / "stack.py"
    before, _, after = STACK.partition("█")
    path.write_text(before + after, encoding="utf-8")
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2])
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "pillion", "complete", f"{path}:{line}:{column}", "--json"],
        *engine[1],
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert json.loads(output)["text"].startswith("ems")
