"""`pillion fix`: a failing test or a traceback fixed on the command line."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from pillion.app import make_engine
from pillion.assist.fixing import Fixed, Problem
from pillion.assist.fixing import fix as fixed
from pillion.assist.testing import find_tests
from pillion.base.errors import UsageError
from pillion.commands.edit import unified, write_target
from pillion.commands.eval.common import warn_of_limits
from pillion.commands.model_options import chosen, model_options
from pillion.commands.target import read_target
from pillion.context.ignore import root_of
from pillion.engine.base import Cancel
from pillion.post.rewrite.align import applied
from pillion.sandbox.project import Patience

if TYPE_CHECKING:
    from pillion.assist.repair import Unfixed
    from pillion.base.settings import Settings
    from pillion.commands.target import Target


@click.command()
@click.argument("target", metavar="FILE[:LINE]")
@click.option("--test-command", default="", help="How the tests are run; found out otherwise.")
@click.option(
    "--traceback",
    "pasted",
    type=click.File("r", errors="replace"),
    help="Fix what this file shows, a traceback or the output of tests; - for standard input.",
)
@click.option("--seconds", default=60, show_default=True, help="For one run of the tests.")
@click.option("--without-model", is_flag=True, help="Try small syntactic changes only.")
@model_options
@click.option("--diff", "as_diff", is_flag=True, help="Print a unified diff and nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--apply", "apply_it", is_flag=True, help="Make the change in the file.")
def fix(
    target: str,
    test_command: str,
    pasted: IO[str] | None,
    seconds: int,
    model: str | None,
    engine: str,
    *,
    without_model: bool,
    as_diff: bool,
    as_json: bool,
    apply_it: bool,
) -> None:
    """Fix the function of FILE that makes tests fail, or the one around LINE.

    Runs the project's tests in a sandbox, on a copy: pytest, unittest or node's runner, or the
    command that --test-command names. The model and small syntactic changes propose fixes; one
    that passes is shown, and made only with --apply. With --traceback no tests are run unless
    --test-command is given; examples in the function's docstring are.
    The exit code is 1 where there is no fix.

    The JSON object has: edits (start and end as offsets in code points, and new), function,
    source (model, or the kind of small change), ran (what judged it), failures (before), notes,
    tried (how many versions), reason and detail (why there is no fix).
    """
    place, line = _place(target)
    root = Path(root_of(str(place.file.absolute())))
    tests = None
    text = pasted.read() if pasted else ""
    if not text or test_command:
        tests = find_tests(root, test_command)
    warn_of_limits()
    path = place.file.resolve().relative_to(root.resolve()).as_posix()
    patience = Patience(each=float(seconds), whole=6.0 * seconds)
    problem = Problem(place.snapshot, path, line, text, tests, patience=patience)
    settings = chosen(model, engine)
    found = asyncio.run(_fix(problem, None if without_model else settings, quiet=as_json))
    if as_json:
        click.echo(json.dumps(as_object(found), ensure_ascii=False))
    elif isinstance(found, Fixed):
        _show(place, found, plain=as_diff)
    else:
        _say_why(found)
    if not isinstance(found, Fixed):
        raise SystemExit(1)
    if apply_it:
        write_target(place, applied(place.snapshot.text, found.edits))


def as_object(found: Fixed | Unfixed) -> dict[str, object]:
    """Return the JSON form; the help of the command describes its fields."""
    if isinstance(found, Fixed):
        return {
            "edits": [{"start": e.start, "end": e.end, "new": e.new} for e in found.edits],
            "function": found.function,
            "source": found.source,
            "ran": found.ran,
            "failures": found.failures,
            "notes": list(found.notes),
            "tried": found.tried,
            "reason": None,
            "detail": "",
        }
    return {
        "edits": [],
        "function": "",
        "source": "",
        "ran": "",
        "failures": found.failures,
        "notes": [],
        "tried": found.tried,
        "reason": found.why.reason.value,
        "detail": str(found.why),
    }


def _place(target: str) -> tuple[Target, int | None]:
    file, _, line = target.rpartition(":")
    if file and line.isdigit():
        return read_target(target), int(line) - 1
    if not Path(target).is_file():
        raise UsageError(f"{target} is no file.")
    return read_target(f"{target}:1"), None


async def _fix(problem: Problem, settings: Settings | None, *, quiet: bool) -> Fixed | Unfixed:
    engine = make_engine(settings) if settings else None

    def say(line: str) -> None:
        if not quiet and sys.stderr.isatty():
            click.echo(line, err=True)

    try:
        return await fixed(problem, engine, Cancel(), report_=say)
    finally:
        if engine:
            await engine.close()


def _show(place: Target, found: Fixed, *, plain: bool) -> None:
    diff = unified(place.snapshot, applied(place.snapshot.text, found.edits), place.path)
    if plain:
        click.echo(diff, nl=False)
        return
    console = Console()
    if found.failures:
        console.print(Text(f"Before: {found.failures}\n", style="dim"))
    console.print(Syntax(diff, "diff", background_color="default"))
    who = "the model" if found.source == "model" else f"a small change ({found.source})"
    judged = f"passes: {found.ran}" if found.ran else "not run"
    console.print(f"{found.function}: by {who}, {judged}; {found.tried} versions tried.")
    for note in found.notes:
        console.print(Text(note, style="yellow"))


def _say_why(found: Unfixed) -> None:
    click.echo(f"No fix: {found.why}", err=True)
    if found.failures:
        click.echo(f"\n{found.failures}", err=True)
    if found.best:
        click.echo("\nThe nearest version, which still fails:\n", err=True)
        click.echo(found.best, err=True)
