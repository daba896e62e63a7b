"""`pillion demo`: the real server, the real model and real code, as an editor would use them.

Everything shown comes out of a language server process over stdio; nothing is prepared.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from dataclasses import asdict, dataclass, field, replace
from importlib.resources import files
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.text import Text

from pillion.base.errors import PillionError
from pillion.base.settings import Settings
from pillion.commands.demo_actions import act
from pillion.commands.demo_chat import converse
from pillion.engine import store
from pillion.lsp.client import Client, Editor

if TYPE_CHECKING:
    from pillion.commands.demo_actions import Acted
    from pillion.commands.demo_chat import Asked
    from pillion.engine.store import ModelFile
    from pillion.lsp.client import Json


@dataclass(frozen=True, slots=True)
class Scene:
    """A place in a file of Pillion's own source: `line` was there, and the user types it again."""

    file: str
    line: str
    typed: str
    """How much of the line is typed before the first suggestion."""


SCENES = (
    Scene(
        "text/positions.py",
        "    before = snapshot.text[snapshot.lines.starts[number] : offset]",
        "    bef",
    ),
    Scene("text/lines.py", '    return match[0] if match else "\\n"', "    return"),
)


@dataclass(slots=True)
class Shown:
    """What one scene showed."""

    file: str
    line_number: int
    cursor_line: str
    """The line as it was when asked, with █ at the cursor."""
    suggestion: str
    reason: str | None
    stages: dict[str, float]
    tokens: dict[str, int]
    keystrokes: int = 0
    evaluated_per_keystroke: float = 0.0
    milliseconds_per_keystroke: float = 0.0
    around: tuple[list[str], list[str]] = field(default_factory=lambda: ([], []))


@click.command()
@click.option("--model", help="Name of a catalogue model, or the path of a GGUF file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def demo(model: str | None, *, as_json: bool) -> None:
    """Show Pillion at work on real code, through the real server."""
    settings = Settings() if model is None else replace(Settings(), model=model)
    console = Console(stderr=as_json)
    file = _verified(settings.model, console)
    shown, acted, asked = asyncio.run(_play(settings.model, console))
    if as_json:
        record = {"model": file.name, "sha256": file.sha256, "verified": file.verified}
        scenes = {
            "scenes": [asdict(scene) for scene in shown],
            "actions": asdict(acted),
            "chat": asdict(asked),
        }
        click.echo(json.dumps(record | scenes))
    if not any(scene.suggestion for scene in shown):
        raise PillionError("The server suggested nothing; `pillion doctor` may tell why.")


def _verified(model: str, console: Console) -> ModelFile:
    """Read the whole model file again and compare its SHA-256 with the catalogue's."""
    columns = (TextColumn("checking SHA-256"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)
        file = store.verify(
            model, lambda done, total: progress.update(task, completed=done, total=total)
        )
    verdict = "matches the catalogue" if file.verified else "is not in the catalogue: unverified"
    console.print(f"[bold]{file.name}[/]  {file.size / 1e6:.0f} MB  {file.path}", soft_wrap=True)
    console.print(f"SHA-256 {file.sha256} {verdict}", soft_wrap=True)
    return file


async def _play(model: str, console: Console) -> tuple[list[Shown], Acted, Asked]:
    command = [sys.executable, "-m", "pillion", "serve", "--stdio"]
    started = time.perf_counter()
    client = await Client.start(command, editor=Editor(settings={"model": model}))
    try:
        await client.initialize(options={"model": model})
        ready = time.perf_counter() - started
        console.print(
            f"server: pillion serve --stdio, process {client.process.pid}, up in {ready:.1f} s"
        )
        await client.until_ready()
        console.print(f"model loaded after {time.perf_counter() - started:.1f} s\n")
        shown = []
        for scene in SCENES:
            with console.status("thinking: the first suggestion in a file reads all around it"):
                shown.append(await _scene(client, scene))
            _show(shown[-1], console)
        acted = await act(client, console)
        asked = await converse(client, console)
        code = await client.close()
        console.print(f"server stopped with exit code {code}", style="dim")
    finally:
        await client.kill()
    return shown, acted, asked


async def _scene(client: Client, scene: Scene) -> Shown:
    text = (files("pillion") / scene.file).read_text(encoding="utf-8")
    before, found, after = text.partition(scene.line + "\n")
    if not found:
        raise PillionError(f"The demo does not know {scene.file} any more.")
    uri = f"file:///pillion/{scene.file}"
    client.open(uri, before + "\n" + after)
    offset = client.type(uri, len(before), scene.typed)
    answer = await client.inline(uri, offset)
    last = await _last(client)
    cursor_line = scene.typed + "█"
    shown = Shown(
        scene.file,
        before.count("\n") + 1,
        cursor_line,
        answer.text if answer else "",
        None if answer else last["sentence"],
        last["stages"],
        last["tokens"],
        around=(before.splitlines()[-5:], after.splitlines()[:3]),
    )
    await _type_on(client, uri, offset, scene, shown)
    client.close_document(uri)
    return shown


async def _type_on(client: Client, uri: str, offset: int, scene: Scene, shown: Shown) -> None:
    """Type the next characters of the line, asking at each, and take the medians."""
    evaluated, milliseconds = [], []
    for char in scene.line[len(scene.typed) :][:12]:
        offset = client.type(uri, offset, char)
        await client.inline(uri, offset)
        last = await _last(client)
        evaluated.append(last["tokens"]["evaluated"])
        milliseconds.append(last["stages"].get("first_token", last["stages"]["total"]))
    shown.keystrokes = len(evaluated)
    shown.evaluated_per_keystroke = statistics.median(evaluated)
    shown.milliseconds_per_keystroke = statistics.median(milliseconds)


async def _last(client: Client) -> Json:
    return (await client.request("pillion/status"))["last"]


def _show(shown: Shown, console: Console) -> None:
    console.print(f"[bold]{shown.file}[/], line {shown.line_number}: [bold]{shown.cursor_line}[/]")
    above, below = shown.around
    typed = shown.cursor_line.removesuffix("█")
    for line in above:
        console.print(Text(f"  {line}", style="dim"), soft_wrap=True)
    if shown.suggestion:
        ghost = Text(f"  {typed}") + Text(
            shown.suggestion.replace("\n", "\n  "), style="bold green"
        )
        console.print(ghost, soft_wrap=True)
    else:
        console.print(Text(f"  {typed}") + Text(f"  nothing: {shown.reason}", style="yellow"))
    for line in below:
        console.print(Text(f"  {line}", style="dim"), soft_wrap=True)
    stages = ", ".join(f"{name} {ms:.0f} ms" for name, ms in shown.stages.items() if ms >= 0.5)
    console.print(f"suggestion: {shown.suggestion!r}" if shown.suggestion else "", markup=False)
    console.print(f"timings: {stages}")
    tokens = shown.tokens
    console.print(
        f"tokens: {tokens['prompt']} in the prompt, {tokens['evaluated']} read, "
        f"{tokens['generated']} written"
    )
    console.print(
        f"typing on, {shown.keystrokes} keystrokes: {shown.evaluated_per_keystroke:.0f} tokens "
        f"read and {shown.milliseconds_per_keystroke:.0f} ms to the first token of each (medians)\n"
    )
