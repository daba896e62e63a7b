"""The part of `pillion demo` that talks: an unclear request, a question, and what follows it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console

    from pillion.lsp.client import Client, Json

REQUEST = "Write a Python function largest(values) that returns the largest value of a list."

_THREAD = "demo"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the conversation showed."""

    request: str
    question: str
    """Empty where the model's drafts agreed, so that there was nothing to ask."""
    choices: tuple[str, ...]
    chosen: str
    answer: str
    notes: tuple[str, ...]
    seconds: tuple[float, ...]
    """Of the question and of the answer."""


async def converse(client: Client, console: Console) -> Asked:
    """Make a request that can be read in several ways; choose the first answer to the question."""
    console.print(f"[bold]chat[/]: {REQUEST}")
    messages = [{"role": "user", "text": REQUEST}]
    with console.status("writing several drafts, running them, comparing what they do"):
        first, took = await _ask(client, messages)
    question = first.get("question")
    if question is None:
        _show(console, first["text"], first.get("notes", []), took)
        return Asked(REQUEST, "", (), "", first["text"], tuple(first.get("notes", ())), (took,))
    console.print(Text(first["text"], style="dim"))
    console.print(Text(question["text"], style="bold yellow"))
    for number, choice in enumerate(question["choices"], 1):
        console.print(f"  {number}. {choice}", markup=False)
    console.print(f"asked after {took:.1f} s; choosing 1\n", style="dim")
    chosen = question["choices"][0]
    messages += [
        {"role": "assistant", "text": first["text"]},
        {"role": "user", "text": chosen},
    ]
    with console.status("writing what was chosen"):
        second, then = await _ask(client, messages)
    _show(console, second["text"], second.get("notes", []), then)
    return Asked(
        REQUEST,
        question["text"],
        tuple(question["choices"]),
        chosen,
        second["text"],
        tuple(second.get("notes", ())),
        (took, then),
    )


async def _ask(client: Client, messages: list[dict[str, str]]) -> tuple[Json, float]:
    started = time.perf_counter()
    answer = await client.request("pillion/chat", {"threadId": _THREAD, "messages": messages})
    return answer, time.perf_counter() - started


def _show(console: Console, text: str, notes: list[str], seconds: float) -> None:
    console.print(Text(text.strip(), style="green"))
    for note in notes:
        console.print(Text(note, style="dim"))
    console.print(f"answered after {seconds:.1f} s\n", style="dim")
