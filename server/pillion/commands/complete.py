"""`pillion complete`: one inline completion on the command line, for scripts and for trying out."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from pillion.app import make_engine
from pillion.assist.complete import Completer
from pillion.assist.outcome import Answer, Suggestion
from pillion.base.errors import UsageError
from pillion.base.outcome import Nothing, Reason
from pillion.base.settings import Settings
from pillion.context.exclusion import PRIVATE
from pillion.context.ignore import Ignore, root_of
from pillion.engine.base import Cancel
from pillion.syntax.languages import language_for_path
from pillion.text.snapshot import Snapshot

WHOLE_WINDOW_MS = 60_000
"""Time enough for the slowest machine that is any use to read a whole window."""

_PLACE = re.compile(r"(?P<file>.+):(?P<line>\d+):(?P<column>\d+)")


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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def complete(place: str, model: str | None, engine: str, *, as_json: bool) -> None:
    """Complete the code at FILE:LINE:COL.

    LINE counts from 1. COL is the number of characters before the cursor, so it counts from 0.

    The JSON object has: text (to insert), reason and detail (why there is none), replaces (text
    right of the cursor whose place it takes), line, column, language, model, prompt_tokens,
    evaluated_tokens (those not found in the cache), generated_tokens, confidence (mean
    probability of the tokens; null where the model wrote none), stages (name to milliseconds),
    notes.
    """
    snapshot, offset, notes = _read(place)
    settings = replace(
        Settings(),
        engine_mode=engine,
        model=model or Settings().model,
        # Nobody waits at a cursor here: the model may read the whole window at once.
        cold_ms=WHOLE_WINDOW_MS,
    )
    private = _why_private(place)
    answer = private or asyncio.run(_complete(snapshot, offset, settings))
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
        "confidence": round(done.confidence, 3) if done and done.generated_tokens else None,
        "stages": {name: round(ms, 2) for name, ms in answer.trace.stages.items()},
        "notes": answer.trace.notes,
    }


def _why_private(place: str) -> Answer | None:
    """Return the answer for a file that is kept from the model, as in an editor."""
    path = place.rsplit(":", 2)[0]
    out = Ignore(root_of(path)).why_private(Path(path).absolute())
    return Answer(Nothing(Reason.PRIVATE, out.sentence)) if out in PRIVATE else None


async def _complete(snapshot: Snapshot, offset: int, settings: Settings) -> Answer:
    engine = make_engine(settings)
    try:
        return await Completer(engine).complete(snapshot, offset, settings, Cancel())
    finally:
        await engine.close()


def _read(place: str) -> tuple[Snapshot, int, list[str]]:
    match = _PLACE.fullmatch(place)
    if not match:
        raise UsageError(f"`{place}` is not FILE:LINE:COL, such as src/app.py:12:8.")
    path = Path(match["file"])
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    notes = []
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        notes.append(f"{path} is not valid UTF-8 (byte {error.start}); such bytes read as \ufffd.")
        text = data.decode(errors="replace")
    snapshot = Snapshot(path.resolve().as_uri(), text, language=language_for_path(path))
    line, column = int(match["line"]) - 1, int(match["column"])
    if not 0 <= line < len(snapshot.lines):
        raise UsageError(f"{path} has {len(snapshot.lines)} lines; there is no line {line + 1}.")
    if column > len(snapshot.line(line)):
        raise UsageError(f"Line {line + 1} of {path} has {len(snapshot.line(line))} characters.")
    return snapshot, snapshot.lines.starts[line] + column, notes


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
