"""Editors to pose as, and `session`: one editor with one real server, checked to the last byte."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pillion.lsp.client import VSCODE, Client, Editor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

URI = "file:///work/a.py"

SECRET = "xyzzy_planted"
"""Stands in every document of these tests, and must never be seen outside of an answer."""

NEOVIM: Mapping[str, Any] = {
    "general": {"positionEncodings": ["utf-8", "utf-16", "utf-32"]},
    "window": {
        "workDoneProgress": True,
        "showDocument": {"support": True},
        "showMessage": {"messageActionItem": {"additionalPropertiesSupport": True}},
    },
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {"resourceOperations": ["rename", "create", "delete"]},
        "configuration": True,
        "didChangeConfiguration": {"dynamicRegistration": False},
    },
    "textDocument": {
        "completion": {
            "completionItem": {
                "snippetSupport": True,
                "documentationFormat": ["markdown", "plaintext"],
            },
            "completionList": {"itemDefaults": ["editRange", "insertTextFormat"]},
            "contextSupport": True,
        },
        "codeAction": {
            "codeActionLiteralSupport": {
                "codeActionKind": {"valueSet": ["", "quickfix", "refactor", "source"]}
            },
            "dataSupport": True,
            "isPreferredSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        },
    },
}
"""Neovim 0.11: no inline completion, prefers UTF-8."""

EMACS: Mapping[str, Any] = {
    "general": {"positionEncodings": ["utf-32", "utf-8", "utf-16"]},
    "workspace": {"configuration": True},
    "textDocument": {"completion": {"completionItem": {"snippetSupport": False}}},
}
"""Emacs with Eglot: no inline completion, prefers UTF-32, asks no questions."""

BARE: Mapping[str, Any] = {"textDocument": {"inlineCompletion": {}}}
"""An editor that can show ghost text and nothing else."""


def command(plan: Mapping[str, Any], *options: str) -> list[str]:
    """Return the command that starts the server with a scripted engine."""
    server = Path(__file__).with_name("fake_server.py")
    return [sys.executable, str(server), json.dumps(plan), *options]


@asynccontextmanager
async def session(
    plan: Mapping[str, Any] | None = None,
    *,
    capabilities: Mapping[str, Any] = VSCODE,
    editor: Editor | None = None,
    options: Any = None,
    folders: Sequence[str] = (),
    ready: bool = True,
) -> AsyncIterator[Client]:
    """Run the server with a scripted engine, until it has been shut down properly.

    Every request was then answered exactly once, and no source text got out.
    """
    client = await Client.start(command(plan or {}), editor=editor)
    try:
        await client.initialize(capabilities, options=options, folders=folders)
        if ready:
            await client.until_ready()
        yield client
        assert await client.close() == 0
        check_accounts(client)
        check_privacy(client)
    finally:
        await client.kill()


async def until_asked(prompts: Path) -> None:
    """Wait until the engine has got its first prompt (see `prompts` of the plan)."""
    while not prompts.exists():  # noqa: ASYNC110, ASYNC240 - another process writes the file.
        await asyncio.sleep(0.01)


def check_accounts(client: Client) -> None:
    """Each request that was sent has one answer."""
    counts = {id_: len(found) for id_, found in client.responses.items() if id_ is not None}
    assert counts == dict.fromkeys(client.sent, 1)


def check_privacy(client: Client) -> None:
    """The planted text is in answers at most: not in logs, messages or errors."""
    assert SECRET not in client.stderr.decode()
    assert SECRET not in json.dumps(client.notifications)
    assert SECRET not in json.dumps(client.requests)
    errors = [r for found in client.responses.values() for r in found if "error" in r]
    assert SECRET not in json.dumps(errors)


def document(text: str) -> str:
    """Return `text` with the planted text in its first line."""
    return f"{SECRET} = 1\n{text}"
