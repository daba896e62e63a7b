"""The real language server with a scripted chat, as the chat view expects it of a server.

    python chat_server.py serve --stdio

What it answers depends on a word in the last message: `sort`, `ascending`, `slow`, `fail`, `edit`,
`largest`, and then what is decided about examples.
With `PILLION_TEST_NO_CHAT` it is a server without chat.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInternalError

from pillion.assist.complete import Completer
from pillion.commands.serve import leave
from pillion.engine.fake import FakeEngine, Script
from pillion.lsp.downloads import StoreDownloads
from pillion.lsp.server import PillionServer
from pillion.lsp.transport import own_stdio

CHAT = {
    "commands": [
        {"name": "explain", "description": "Explain the attached code"},
        {"name": "tests", "description": "Write tests"},
    ],
    "chips": ["file", "symbol", "selection", "problems"],
}

SORTED = """You can sort the items by price with `sorted`:

```python app.py
def total(items: list[Item]) -> float:
    \"\"\"Return the price of all items together, the cheapest first.\"\"\"
    ordered = sorted(items, key=lambda item: item.price)
    return sum(item.price * item.quantity for item in ordered)
```

It makes a **new list**; see [the documentation](https://docs.python.org/3/howto/sorting.html).
"""


LARGEST = """```python app.py
def largest(values):
    return max(values, default=None)
```
"""

EXAMPLES = [
    {"call": "[]", "outcome": "0"},
    {"call": "[3, 1, 2]", "outcome": "3"},
    {"call": "['b', 'a']", "outcome": "raises TypeError"},
]


def make(_settings: object) -> tuple[FakeEngine, Completer]:
    """Return an engine that always writes the same."""
    engine = FakeEngine([Script(chunks=["pass"])])
    return engine, Completer(engine)


def stream(server: PillionServer, params: dict[str, Any], text: str, kind: str = "text") -> None:
    """Send a part of the answer."""
    value = {"kind": kind, "text": text}
    server.progress(types.ProgressParams(params["partialResultToken"], value))


async def chat(server: PillionServer, params: dict[str, Any]) -> dict[str, Any]:
    """Answer the last message."""
    message = params["messages"][-1]["text"]
    if "fail" in message:
        raise JsonRpcInternalError("The model is still loading; ask again in a moment.")
    if "slow" in message:
        for number in range(600):
            stream(server, params, f"word{number} ")
            await asyncio.sleep(0.05)
    if "edit" in message:
        return {"text": await edit(server, params)}
    if message.startswith("- "):
        accepted = {
            "function": "largest",
            "examples": [{"call": "[]", "outcome": "None"}, EXAMPLES[1]],
            "uri": params["textDocument"]["uri"],
        }
        return {"text": LARGEST, "accepted": accepted, "notes": ["It does all of it."]}
    if "largest" in message:
        text = "Are these right?\n\n1. `largest([])` returns `0`\n2. and others"
        choices = ["Accept all", "Just answer"]
        question = {"text": text, "choices": choices, "examples": EXAMPLES, "function": "largest"}
        return {"text": "As I understand it: the largest value.", "question": question}
    if "scending" in message:
        return {"text": f"Done: {message}. {len(params['messages'])} messages were sent."}
    stream(server, params, "Reading app.py", "stage")
    for word in SORTED.split(" "):
        stream(server, params, word + " ")
        await asyncio.sleep(0.005)
    question = {"text": "Which order do you want?", "choices": ["Ascending", "Descending"]}
    notes = [f"{len(params['chips'])} attached."] if params["chips"] else []
    return {"text": SORTED, "question": question, "notes": notes}


async def edit(server: PillionServer, params: dict[str, Any]) -> str:
    """Change the document in front; say what the editor did with it."""
    change = types.TextEdit(
        types.Range(types.Position(0, 0), types.Position(0, 0)), "# A new first line.\n"
    )
    workspace_edit = types.WorkspaceEdit(changes={params["textDocument"]["uri"]: [change]})
    answer = await server.workspace_apply_edit_async(
        types.ApplyWorkspaceEditParams(workspace_edit, label="Add a line")
    )
    return "It was applied." if answer.applied else f"Not applied: {answer.failure_reason}"


async def main() -> None:
    """Serve one editor."""
    server = PillionServer(make, StoreDownloads())
    # In the place of the real one.
    del server.protocol.fm.features["pillion/chat"]
    server.feature("pillion/chat")(chat)
    server.protocol.experimental = {"pillion": {"chat": CHAT}}
    if "PILLION_TEST_NO_CHAT" in os.environ:
        server.protocol.experimental = None
    leave(await server.run(own_stdio()))


if __name__ == "__main__":
    asyncio.run(main())
