"""`pillion complete`: one inline completion on the command line, for scripts and for trying out."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

from pillion.app import make_completer
from pillion.assist.outcome import Answer, Suggestion
from pillion.base.outcome import Nothing, Reason
from pillion.base.settings import Settings
from pillion.commands.place import read_place
from pillion.context.exclusion import PRIVATE
from pillion.context.ignore import Ignore, root_of
from pillion.context.index.index import Index
from pillion.context.index.workspace import Workspace
from pillion.engine.base import Cancel

if TYPE_CHECKING:
    from pillion.text.snapshot import Snapshot

WHOLE_WINDOW_MS = 60_000
"""Time enough for the slowest machine that is any use to read a whole window."""


@click.command()
@click.argument("place", metavar="FILE:LINE:COL")
@click.option("--model", help="Name of a catalogue model, or the path of a GGUF file.")
@click.option(
    "--engine",
    type=click.Choice(["shared", "inproc"]),
    default=Settings().engine_mode,
    show_default=True,
    help="Ask the process that editors share, or run the model in this one.",
)
@click.option(
    "--remote",
    multiple=True,
    metavar="ENDPOINT",
    help="Ask this remote engine first. Code is sent there.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def complete(
    place: str, model: str | None, engine: str, remote: tuple[str, ...], *, as_json: bool
) -> None:
    """Complete the code at FILE:LINE:COL.

    LINE counts from 1. COL is the number of characters before the cursor, so it counts from 0.

    The JSON object has: text (to insert), reason and detail (why there is none), replaces (text
    right of the cursor whose place it takes), line, column, language, model, prompt_tokens,
    evaluated_tokens (those not found in the cache), generated_tokens,
    context (the code from elsewhere that the model saw), confidence (mean
    probability of the tokens, less where names are unknown; null where the model wrote none),
    unknown (names in the text that exist nowhere), stages (name to milliseconds), notes.
    """
    snapshot, offset, notes = read_place(place)
    settings = replace(
        Settings(),
        engine_mode=engine,
        model=model or Settings().model,
        remote_servers=remote,
        # Nobody waits at a cursor here: the model may read the whole window at once.
        cold_ms=WHOLE_WINDOW_MS,
    )
    private = _why_private(place)
    answer = private or asyncio.run(_complete(snapshot, offset, settings, _workspace(place)))
    answer.trace.notes[:0] = notes
    if as_json:
        click.echo(json.dumps(as_object(answer, snapshot, offset), ensure_ascii=False))
    else:
        _show(answer, snapshot, offset)


def as_object(answer: Answer, snapshot: Snapshot, offset: int) -> dict[str, object]:
    """Return the JSON form of `answer`; docs/cli.md describes its fields."""
    outcome, done = answer.outcome, answer.finish
    line = snapshot.lines.at(offset)
    if isinstance(outcome, Suggestion):
        replaced = snapshot.text[outcome.start : outcome.end]
        shown = {"text": outcome.text, "reason": None, "detail": "", "replaces": replaced}
    else:
        shown = {"text": "", "reason": outcome.reason.value, "detail": str(outcome), "replaces": ""}
    return {
        **shown,
        "line": line + 1,
        "column": offset - snapshot.lines.starts[line],
        "language": snapshot.language,
        "model": answer.model,
        "prompt_tokens": done.prompt_tokens if done else 0,
        "evaluated_tokens": done.evaluated_tokens if done else 0,
        "generated_tokens": done.generated_tokens if done else 0,
        "confidence": round(answer.confidence, 3) if done and done.generated_tokens else None,
        "unknown": list(answer.unknown),
        "context": [one.provenance() for one in answer.snippets],
        "stages": {name: round(ms, 2) for name, ms in answer.trace.stages.items()},
        "notes": answer.trace.notes,
    }


def _why_private(place: str) -> Answer | None:
    """Return the answer for a file that is kept from the model, as in an editor."""
    path = place.rsplit(":", 2)[0]
    out = Ignore(root_of(path)).why_private(Path(path).absolute())
    return Answer(Nothing(Reason.PRIVATE, out.sentence)) if out in PRIVATE else None


def _workspace(place: str) -> Workspace:
    """Return what is indexed of the file's project already; nothing is indexed now."""
    index = Index.open(Path(root_of(place.rsplit(":", 2)[0])), patience=1)
    return Workspace([index] if index.ready else [])


async def _complete(
    snapshot: Snapshot, offset: int, settings: Settings, workspace: Workspace
) -> Answer:
    engine, completer = make_completer(settings, workspace)
    try:
        return await completer.complete(snapshot, offset, settings, Cancel())
    finally:
        await engine.close()


def _show(answer: Answer, snapshot: Snapshot, offset: int) -> None:
    console = Console()
    line = snapshot.lines.at(offset)
    start, end = snapshot.lines.starts[line], snapshot.lines.ends[line]
    outcome = answer.outcome
    if isinstance(outcome, Suggestion):
        console.print(
            Text(snapshot.text[start:offset])
            + Text(outcome.text, style="bold green")
            + Text(snapshot.text[outcome.end : end])
        )
    else:
        console.print(Text(f"Nothing to suggest: {outcome}", style="yellow"))
    stages = "  ".join(f"{name} {ms:.0f} ms" for name, ms in answer.trace.stages.items() if ms >= 1)
    console.print(Text(f"{answer.model}  {stages}", style="dim"))
    for note in answer.trace.notes:
        console.print(Text(note, style="dim"))
