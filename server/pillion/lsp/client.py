"""A small language client: starts a server as a program and talks to it like an editor.

`pillion demo` and the end-to-end tests use it. It reads and writes JSON by itself, without pygls,
so that it sees exactly what the server sends: every response by its id, in case there are two.
It keeps the text of its documents, and counts positions in the agreed encoding.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from pillion.base.errors import EngineClosedError, PillionError, UsageError
from pillion.lsp.transport import Deframer
from pillion.text.edits import Edit
from pillion.text.positions import Encoding, Position, offset_at, position_at
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Json: TypeAlias = Any
"""A JSON value; what is in it is up to the protocol."""

VSCODE: Mapping[str, Json] = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {
        "workDoneProgress": True,
        "showDocument": {"support": True},
        "showMessage": {"messageActionItem": {"additionalPropertiesSupport": True}},
    },
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {
            "documentChanges": True,
            "resourceOperations": ["create", "rename", "delete"],
            "changeAnnotationSupport": {"groupsOnLabel": True},
        },
        "configuration": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "workspaceFolders": True,
    },
    "textDocument": {
        "synchronization": {"dynamicRegistration": True, "didSave": True},
        "inlineCompletion": {"dynamicRegistration": True},
        "completion": {"completionItem": {"snippetSupport": True}},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}},
            "dataSupport": True,
            "disabledSupport": True,
            "isPreferredSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        },
    },
}
"""Capabilities of an editor that can do everything Pillion uses."""


class ServerError(PillionError):
    """The server answered a request with an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Inline:
    """A suggestion as the server sent it: replace ``text[start:end]`` by `text`, in code points."""

    text: str
    start: int
    end: int


@dataclass
class Editor:
    """What the client answers when the server asks."""

    settings: Mapping[str, Json] = field(default_factory=dict)
    """The section `pillion`, as `workspace/configuration` returns it."""
    click: str | Callable[[Json], str | None] | None = None
    """The button pressed in a question: the first that begins with this; None closes it.

    A function gets the question's parameters and returns it.
    """
    silent: frozenset[str] = frozenset()
    """Methods whose requests are never answered."""


class Client:
    """One editor and one server process; see `start`."""

    def __init__(self, process: asyncio.subprocess.Process, editor: Editor) -> None:
        if not (process.stdin and process.stdout and process.stderr):
            raise UsageError("The server must be started with all three pipes.")
        self.process = process
        self.stdin = process.stdin
        self._stdout, self._stderr = process.stdout, process.stderr
        self.editor = editor
        self.capabilities: Json = {}
        """What the server said that it can do."""
        self.encoding = Encoding.UTF16
        self.documents: dict[str, Snapshot] = {}
        self.sent: list[int] = []
        """The ids of all requests made with `send`."""
        self.responses: defaultdict[object, list[Json]] = defaultdict(list)
        """Every response, by its id."""
        self.notifications: list[tuple[str, Json]] = []
        """Method and parameters of each notification, in order."""
        self.requests: list[tuple[str, Json]] = []
        """Method and parameters of each request of the server, in order."""
        self.stderr = b""
        """What the server wrote to its standard error; complete after `close`."""
        self._ids = itertools.count(1)
        self._waiting: dict[object, asyncio.Future[Json]] = {}
        self._news = asyncio.Condition()
        self._readers = [
            asyncio.create_task(self._read()),
            asyncio.create_task(self._read_stderr()),
        ]

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        *,
        editor: Editor | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Client:
        """Start the server `command`, such as ``[sys.executable, "-m", "pillion", "serve"]``.

        `env` is added to this process's environment.
        """
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=pipe, env={**os.environ, **(env or {})}
        )
        return cls(process, editor or Editor())

    async def initialize(
        self,
        capabilities: Mapping[str, Json] = VSCODE,
        *,
        options: Json = None,
        folders: Sequence[str] = (),
        initialized: bool = True,
    ) -> Json:
        """Open the session; return what the server can do. `folders` are URIs."""
        named = [{"uri": uri, "name": uri.rpartition("/")[2]} for uri in folders]
        params = {
            "processId": os.getpid(),
            "rootUri": None,
            "workspaceFolders": named or None,
            "capabilities": capabilities,
            "initializationOptions": options,
        }
        result = await self.request("initialize", params)
        self.capabilities = result["capabilities"]
        self.encoding = Encoding(self.capabilities.get("positionEncoding", Encoding.UTF16))
        if initialized:
            self.notify("initialized", {})
        return self.capabilities

    def open(self, uri: str, text: str, language: str = "python", version: int = 1) -> None:
        """Open a document."""
        self.documents[uri] = Snapshot(uri, text, version, language)
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, start: int, end: int, new: str) -> None:
        """Replace ``text[start:end]`` by `new`, in code points, and tell the server."""
        before = self.documents[uri]
        change = {"range": self._range(before, start, end), "text": new}
        text = Edit(start, end, new).apply(before.text)
        after = self.documents[uri] = replace(before, text=text, version=before.version + 1)
        self.send_changes(uri, after.version, [change])

    def type(self, uri: str, offset: int, text: str) -> int:
        """Type `text` at `offset`, one change per character; return the cursor behind it."""
        for char in text:
            self.change(uri, offset, offset, char)
            offset += 1
        return offset

    def send_changes(self, uri: str, version: int, changes: Sequence[Json]) -> None:
        """Send changes as they are; the client's own copy stays as it was."""
        document = {"uri": uri, "version": version}
        params = {"textDocument": document, "contentChanges": changes}
        self.notify("textDocument/didChange", params)

    def close_document(self, uri: str) -> None:
        """Close a document."""
        self.documents.pop(uri, None)
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    async def inline(self, uri: str, offset: int, *, automatic: bool = True) -> Inline | None:
        """Ask for an inline completion at the code-point `offset`."""
        return self.read_inline(uri, await self.send_inline(uri, offset, automatic=automatic)[1])

    def send_inline(
        self, uri: str, offset: int, *, automatic: bool = True
    ) -> tuple[int, asyncio.Future[Json]]:
        """Ask for an inline completion; return the request's id and its future result."""
        params = {
            "textDocument": {"uri": uri},
            "position": self.position(uri, offset),
            "context": {"triggerKind": 2 if automatic else 1},
        }
        return self.send("textDocument/inlineCompletion", params)

    def read_inline(self, uri: str, result: Json) -> Inline | None:
        """Return the one item of an inline completion list, in the document as it is now."""
        items = result["items"] if result else []
        if not items:
            return None
        (item,) = items
        return Inline(
            item["insertText"],
            self.offset(uri, item["range"]["start"]),
            self.offset(uri, item["range"]["end"]),
        )

    def send(self, method: str, params: Json = None) -> tuple[int, asyncio.Future[Json]]:
        """Send a request; the future gets its result, or raises `ServerError`."""
        id_ = next(self._ids)
        self.sent.append(id_)
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        # A caller may leave the answer alone, also when it is an error.
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._waiting[id_] = future
        message = {"jsonrpc": "2.0", "id": id_, "method": method}
        self.write(message if params is None else message | {"params": params})
        return id_, future

    async def request(self, method: str, params: Json = None) -> Json:
        """Send a request and wait for its result."""
        return await self.send(method, params)[1]

    def notify(self, method: str, params: Json = None) -> None:
        """Send a notification."""
        message = {"jsonrpc": "2.0", "method": method}
        self.write(message if params is None else message | {"params": params})

    def cancel(self, id_: int) -> None:
        """Ask the server to give up a request; it still answers."""
        self.notify("$/cancelRequest", {"id": id_})

    def write(self, message: Json) -> None:
        """Send any JSON value as a message."""
        self.write_bytes(json.dumps(message).encode())

    def write_bytes(self, body: bytes) -> None:
        """Send any bytes as a message."""
        self.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    async def notification(
        self, method: str, matches: Callable[[Json], bool] = lambda _: True, *, since: int = 0
    ) -> Json:
        """Wait for a notification, or return the first that came already.

        Those before number `since` of `notifications` don't count.
        """
        async with self._news:
            while True:
                for name, params in self.notifications[since:]:
                    if name == method and matches(params):
                        return params
                await self._news.wait()

    async def asked(self, method: str) -> Json:
        """Wait until the server has sent a request, or return the first that came already."""
        async with self._news:
            while True:
                for name, params in self.requests:
                    if name == method:
                        return params
                await self._news.wait()

    async def until_ready(self) -> None:
        """Wait until the model is loaded. Raises `PillionError` with what the server says."""
        since = len(self.notifications)
        status = await self.request("pillion/status")
        if status["state"] == "loading":
            status = await self.notification(
                "pillion/status", lambda status: status["state"] != "loading", since=since
            )
        if status["state"] != "ready":
            raise PillionError(status["message"] or "Completion is turned off.")

    async def close(self, seconds: float = 10) -> int:
        """Shut the server down as the protocol asks; return its exit code."""
        async with asyncio.timeout(seconds):
            await self.request("shutdown")
            self.notify("exit")
            return await self.ended()

    async def hang_up(self) -> int:
        """Close the server's input without a word; return its exit code."""
        return await self.ended()

    async def ended(self) -> int:
        """Wait until the process ends by itself; return its exit code."""
        self.stdin.close()
        code = await self.process.wait()
        await asyncio.gather(*self._readers)
        return code

    async def kill(self) -> None:
        """End the process at once, if it still runs."""
        if self.process.returncode is None:
            self.process.kill()
        await self.ended()

    def position(self, uri: str, offset: int) -> Json:
        """Return an offset as the protocol writes it."""
        return _position(self.documents[uri], offset, self.encoding)

    def offset(self, uri: str, position: Json) -> int:
        """Return the offset of a position of the protocol."""
        where = Position(position["line"], position["character"])
        return offset_at(self.documents[uri], where, self.encoding)

    def _range(self, snapshot: Snapshot, start: int, end: int) -> Json:
        return {
            "start": _position(snapshot, start, self.encoding),
            "end": _position(snapshot, end, self.encoding),
        }

    async def _read(self) -> None:
        deframer = Deframer()
        while data := await self._stdout.read(65536):
            for body in deframer.feed(data):
                self._take(json.loads(body))
            async with self._news:
                self._news.notify_all()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(EngineClosedError("The server has ended."))

    def _take(self, message: Json) -> None:
        method = message.get("method")
        if method is None:
            self._settle(message)
        elif "id" not in message:
            self.notifications.append((method, message.get("params")))
        else:
            params = message.get("params")
            self.requests.append((method, params))
            if method not in self.editor.silent:
                result = self._answer(method, params)
                self.write({"jsonrpc": "2.0", "id": message["id"], "result": result})

    def _settle(self, message: Json) -> None:
        self.responses[message.get("id")].append(message)
        future = self._waiting.get(message.get("id"))
        if future is None or future.done():
            return
        if "error" in message:
            future.set_exception(ServerError(message["error"]["code"], message["error"]["message"]))
        else:
            future.set_result(message["result"])

    def _answer(self, method: str, params: Json) -> Json:
        if method == "workspace/configuration":
            return [self.editor.settings for _ in params["items"]]
        if method == "workspace/applyEdit":
            return {"applied": True}
        if method == "window/showDocument":
            return {"success": True}
        if method == "window/showMessageRequest" and self.editor.click is not None:
            actions = params.get("actions") or []
            click = self.editor.click
            begin = click(params) if callable(click) else click
            return next((a for a in actions if begin and a["title"].startswith(begin)), None)
        return None

    async def _read_stderr(self) -> None:
        while data := await self._stderr.read(65536):
            self.stderr += data


def applied(client: Client, uri: str, edit: Json) -> str:
    """Return a document with a `WorkspaceEdit` made; the client's own copy stays as it was."""
    changes = edit.get("documentChanges") or []
    edits = [one for change in changes for one in change.get("edits", ())]
    text = client.documents[uri].text
    spans = [
        Edit(
            client.offset(uri, one["range"]["start"]),
            client.offset(uri, one["range"]["end"]),
            one["newText"],
        )
        for one in edits or (edit.get("changes") or {}).get(uri, ())
    ]
    for one in sorted(spans, key=lambda span: span.start, reverse=True):
        text = one.apply(text)
    return text


def _position(snapshot: Snapshot, offset: int, encoding: Encoding) -> Json:
    line, column = position_at(snapshot, offset, encoding)
    return {"line": line, "character": column}
