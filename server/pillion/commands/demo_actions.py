"""The demo's second half: an explanation and a checked edit, as an editor gets them."""

from __future__ import annotations

import difflib
import time
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from rich.markdown import Markdown
from rich.syntax import Syntax
from rich.text import Text

from pillion.base.errors import PillionError
from pillion.lsp.client import applied

if TYPE_CHECKING:
    from rich.console import Console

    from pillion.lsp.client import Client, Json

FILE = "text/lines.py"
FUNCTION = "def eol_of("
INSTRUCTION = "Raise ValueError if text is empty"


@dataclass(slots=True)
class Acted:
    """What the server answered."""

    explanation: str
    instruction: str
    diff: str
    reason: str
    """Why there is no edit, or no explanation; empty where there is."""
    explain_seconds: float
    edit_seconds: float


async def act(client: Client, console: Console) -> Acted:
    """Ask for both, and show what comes."""
    text = (files("pillion") / FILE).read_text(encoding="utf-8")
    at = text.find(FUNCTION)
    if at < 0:
        raise PillionError(f"The demo does not know {FILE} any more.")
    uri = f"file:///pillion/{FILE}"
    client.open(uri, text)
    here = client.position(uri, at)
    place = {"textDocument": {"uri": uri}, "range": {"start": here, "end": here}}
    console.print(f"[bold]{FILE}[/]: explain the function at line {here['line'] + 1}")
    started = time.perf_counter()
    with console.status("thinking"):
        said = await client.request("pillion/explain", place)
    explained = time.perf_counter() - started
    console.print(Markdown(said["text"] or said["detail"]))
    console.print(f"\n[bold]{FILE}[/]: edit, as told: “{INSTRUCTION}”")
    started = time.perf_counter()
    since = len(client.requests)
    with console.status("thinking"):
        result = await client.request("workspace/executeCommand", _order(place))
    edited = time.perf_counter() - started
    sent = [params for name, params in client.requests[since:] if name == "workspace/applyEdit"]
    diff = _diff(client, uri, sent[0]["edit"]) if sent else ""
    if diff:
        console.print(Syntax(diff, "diff", background_color="default"))
        console.print("checked: it parses, nothing is left out, the names exist; not applied")
    else:
        console.print(Text(f"no edit: {result['reason']}", style="yellow"))
    console.print(f"explained in {explained:.1f} s, edited in {edited:.1f} s\n")
    client.close_document(uri)
    reason = said["detail"] or ("" if diff else result["reason"])
    return Acted(said["text"], INSTRUCTION, diff, reason, explained, edited)


def _order(place: Json) -> Json:
    arguments = {"instruction": INSTRUCTION}
    return {
        "command": "pillion.action",
        "arguments": [{"action": "edit", **place, "arguments": arguments}],
    }


def _diff(client: Client, uri: str, edit: Json) -> str:
    before = client.documents[uri].text
    after = applied(client, uri, edit)
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{FILE}", f"b/{FILE}"
    )
    return "".join(lines)
