"""From the first byte to the last: what arrives too early, too late or damaged, and how it ends."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from editors import (
    BARE,
    NEOVIM,
    SECRET,
    URI,
    check_accounts,
    check_privacy,
    command,
    document,
    session,
)

from pillion.base.errors import PillionError
from pillion.lsp.client import VSCODE, Client, Editor, ServerError

pytestmark = pytest.mark.e2e

NOT_INITIALIZED, INVALID_REQUEST, NO_METHOD = -32002, -32600, -32601
INVALID_PARAMS, PARSE_ERROR, CANCELLED = -32602, -32700, -32800


async def code_of(answer: Any) -> int:
    """Return the error code of a request that must fail."""
    with pytest.raises(ServerError) as caught:
        await answer
    return caught.value.code


async def started(plan: dict[str, Any] | None = None, **kwargs: Any) -> Client:
    return await Client.start(command(plan or {}), **kwargs)


async def test_vscode_gets_inline_completion_and_incremental_sync() -> None:
    async with session() as client:
        capabilities = client.capabilities
    assert capabilities["inlineCompletionProvider"] == {}
    assert "completionProvider" not in capabilities
    assert capabilities["positionEncoding"] == "utf-16"
    assert capabilities["textDocumentSync"]["openClose"] is True
    assert capabilities["textDocumentSync"]["change"] == 2


async def test_an_editor_without_inline_completion_gets_completion() -> None:
    async with session(capabilities=NEOVIM) as client:
        assert client.capabilities["completionProvider"] == {"triggerCharacters": ["."]}
        assert client.capabilities["positionEncoding"] == "utf-8"


async def test_an_editor_with_nothing_at_all_is_served() -> None:
    async with session(capabilities={}) as client:
        assert client.capabilities["positionEncoding"] == "utf-16"
        assert client.requests == []


async def test_unknown_encodings_and_odd_capabilities_do_not_keep_an_editor_out() -> None:
    capabilities = {
        **VSCODE,
        "general": {"positionEncodings": ["ebcdic"]},
        "workspace": {"workspaceEdit": {"failureHandling": "pray"}, "configuration": True},
    }
    async with session(capabilities=capabilities) as client:
        assert client.capabilities["positionEncoding"] == "utf-16"
        assert "inlineCompletionProvider" in client.capabilities


async def test_requests_before_initialize_are_refused() -> None:
    client = await started()
    try:
        assert await code_of(client.request("pillion/status")) == NOT_INITIALIZED
        client.notify("textDocument/didOpen", {"textDocument": {}})
        await client.initialize()
        client.open(URI, document(""))
        assert await code_of(client.request("initialize", {"capabilities": {}})) == INVALID_REQUEST
        assert await client.close() == 0
        check_accounts(client)
    finally:
        await client.kill()


async def test_requests_after_shutdown_are_refused() -> None:
    client = await started()
    try:
        await client.initialize()
        await client.request("shutdown")
        assert await code_of(client.request("shutdown")) == INVALID_REQUEST
        assert await code_of(client.request("pillion/status")) == INVALID_REQUEST
        client.notify("exit")
        assert await client.ended() == 0
    finally:
        await client.kill()


async def test_exit_without_shutdown_is_code_1() -> None:
    client = await started()
    try:
        await client.initialize()
        client.notify("exit")
        assert await client.ended() == 1
    finally:
        await client.kill()


@pytest.mark.parametrize(
    "plan",
    [
        {},
        {"load_seconds": 60},
        {"scripts": [{"chunks": ["a"], "hangs": True}]},
        {"missing": ["qwen2.5-coder-0.5b"]},
    ],
    ids=["idle", "loading", "generating", "asking"],
)
async def test_the_process_ends_when_the_editor_hangs_up(plan: dict[str, Any]) -> None:
    client = await started(plan, editor=Editor(silent=frozenset({"window/showMessageRequest"})))
    try:
        await client.initialize()
        client.open(URI, document(""))
        client.send_inline(URI, 0)
        await client.request("pillion/status")
        begun = time.monotonic()
        assert await client.hang_up() == 1
        assert time.monotonic() - begun < 4
        check_privacy(client)
    finally:
        await client.kill()


async def test_an_editor_that_never_sends_initialized_is_served() -> None:
    client = await started()
    try:
        await client.initialize(initialized=False)
        client.open(URI, document("x"))
        await client.inline(URI, 3)
        await client.until_ready()
        assert await client.inline(URI, 3)
        assert await client.close() == 0
    finally:
        await client.kill()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{not json", PARSE_ERROR),
        (b"\xff\xfe\xfd", PARSE_ERROR),
        (b"[" * 100_000, PARSE_ERROR),
        (b"[]", INVALID_REQUEST),
        (b"17", INVALID_REQUEST),
        (b"{}", INVALID_REQUEST),
        (b'{"id": 7, "method": "shutdown"}', INVALID_REQUEST),
        (b'{"jsonrpc": "1.0", "id": 7, "method": "shutdown"}', INVALID_REQUEST),
        (b'{"jsonrpc": "2.0", "id": 7, "method": 3}', INVALID_REQUEST),
        (b'{"jsonrpc": "2.0", "id": null, "method": "shutdown"}', INVALID_REQUEST),
        (b'{"jsonrpc": "2.0", "id": {}, "method": "shutdown"}', INVALID_REQUEST),
    ],
)
async def test_what_is_no_message_is_refused_and_the_server_lives(body: bytes, code: int) -> None:
    async with session(ready=False) as client:
        client.write_bytes(body)
        await client.request("pillion/status")
        (answer,) = client.responses.pop(None, []) or client.responses.pop(7)
        assert answer["error"]["code"] == code


async def test_damaged_headers_are_skipped() -> None:
    async with session(ready=False) as client:
        client.stdin.write(b"Content-Length: many\r\n\r\n")
        client.stdin.write(b"nonsense\r\n\r\n")
        client.stdin.write(b"Content-Length: 999999999999\r\n\r\n")
        assert await client.request("pillion/status")


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("textDocument/hover", {}, NO_METHOD),
        ("pillion/nonsense", None, NO_METHOD),
        ("$/nonsense", None, NO_METHOD),
        ("textDocument/completion", {}, NO_METHOD),
        ("textDocument/inlineCompletion", None, INVALID_PARAMS),
        ("textDocument/inlineCompletion", [], INVALID_PARAMS),
        ("textDocument/inlineCompletion", {"textDocument": SECRET}, INVALID_PARAMS),
        ("workspace/executeCommand", {"command": SECRET}, INVALID_PARAMS),
        ("workspace/executeCommand", {"command": 4.5}, INVALID_PARAMS),
    ],
)
async def test_wrong_requests_get_their_error(method: str, params: Any, code: int) -> None:
    async with session(ready=False) as client:
        assert await code_of(client.request(method, params)) == code


async def test_wrong_notifications_are_ignored() -> None:
    async with session() as client:
        for method in ("textDocument/didOpen", "textDocument/didChange", "$/cancelRequest", "x"):
            client.notify(method, {"textDocument": SECRET})
            client.notify(method, [SECRET])
            client.notify(method)
        client.write({"jsonrpc": "2.0", "id": 999, "result": SECRET})
        client.write({"jsonrpc": "2.0", "id": [], "error": SECRET})
        client.open(URI, document("x"))
        assert await client.inline(URI, 3)


async def test_a_message_inside_a_message_is_not_read_as_one() -> None:
    message = {"jsonrpc": "2.0", "id": 5, "method": "shutdown"}
    async with session(options={"nested": message}) as client:
        assert await client.request("pillion/status", {"params": message})


async def test_an_id_in_use_is_refused_and_both_are_answered() -> None:
    async with session({"scripts": [{"hangs": True}]}) as client:
        client.open(URI, document(""))
        id_, first = client.send_inline(URI, 0)
        client.write({"jsonrpc": "2.0", "id": id_, "method": "pillion/status"})
        assert await code_of(first) == INVALID_REQUEST
        client.cancel(id_)
        while len(client.responses[id_]) < 2:
            await client.request("pillion/status")
        codes = [answer["error"]["code"] for answer in client.responses.pop(id_)]
        assert codes == [INVALID_REQUEST, CANCELLED]
        client.sent.remove(id_)


async def test_shutdown_answers_everything_that_is_open() -> None:
    silent = Editor(silent=frozenset({"workspace/configuration", "client/registerCapability"}))
    client = await started({"scripts": [{"hangs": True}]}, editor=silent)
    try:
        await client.initialize()
        await client.until_ready()
        other = URI + "2"
        client.open(URI, document(""))
        client.open(other, document(""))
        waiting = [client.send_inline(uri, 0)[1] for uri in (URI, other)]
        await client.request("pillion/status")
        await client.request("shutdown")
        assert all(future.done() for future in waiting)
        assert [await code_of(future) for future in waiting] == [CANCELLED, CANCELLED]
        client.notify("exit")
        assert await client.ended() == 0
        check_accounts(client)
        check_privacy(client)
    finally:
        await client.kill()


async def test_tcp_serves_one_editor_on_loopback() -> None:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command({}, "--tcp"), stderr=pipe)
    assert process.stderr
    try:
        found = re.search(rb"listens on 127\.0\.0\.1:(\d+)", await process.stderr.readline())
        assert found
        port = int(found[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        params = {"processId": None, "rootUri": None, "capabilities": BARE}
        for message in (
            {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params},
            {"jsonrpc": "2.0", "id": 2, "method": "shutdown"},
            {"jsonrpc": "2.0", "method": "exit"},
        ):
            body = json.dumps(message).encode()
            writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        answers = await reader.read()
        assert b'"inlineCompletionProvider"' in answers
        assert b'"id": 2' in answers
        with pytest.raises(OSError):  # noqa: PT011 - refused or reset, as the system likes.
            await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        await process.stderr.read()
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def models_in(folder: Path) -> list[Path]:
    return list(folder.rglob("*.gguf"))


async def test_the_real_command_offers_the_real_model_and_fetches_nothing(tmp_path: Path) -> None:
    """`python -m pillion serve` on a machine without a model."""
    arguments = ["-m", "pillion", "serve", "--stdio", "--log-level", "DEBUG"]
    client = await Client.start(
        [sys.executable, *arguments], env={"PILLION_CACHE_DIR": str(tmp_path)}
    )
    try:
        await client.initialize()
        client.open(URI, document("x = "))
        with pytest.raises(PillionError, match="not downloaded"):
            await client.until_ready()
        assert await client.inline(URI, len(document("x = "))) is None
        (question,) = [p for name, p in client.requests if name == "window/showMessageRequest"]
        assert question["actions"][0]["title"] == "Download qwen2.5-coder-0.5b (491 MB)"
        assert await client.close() == 0
        check_accounts(client)
        check_privacy(client)
        assert models_in(tmp_path) == []
    finally:
        await client.kill()
