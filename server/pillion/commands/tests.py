"""`pillion tests`: tests for a function, on the command line."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from pillion.app import make_engine
from pillion.assist.repair import function_at
from pillion.assist.testfiles import allowed, place_of, test_file
from pillion.assist.testwriting import write_cases
from pillion.base.errors import UsageError
from pillion.commands.edit import unified
from pillion.commands.eval.common import warn_of_limits
from pillion.commands.model_options import chosen, model_options
from pillion.commands.target import read_target
from pillion.engine.base import Cancel
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from pillion.assist.repair import Function
    from pillion.assist.testfiles import TestFile
    from pillion.assist.testwriting import Cases
    from pillion.base.settings import Settings


@click.command()
@click.argument("target", metavar="FILE:LINE")
@click.option(
    "--without-model", is_flag=True, help="Only examples of the docstring, and near them."
)
@model_options
@click.option("--diff", "as_diff", is_flag=True, help="Print a unified diff and nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--apply", "apply_it", is_flag=True, help="Write the file of tests.")
def tests(
    target: str,
    model: str | None,
    engine: str,
    *,
    without_model: bool,
    as_diff: bool,
    as_json: bool,
    apply_it: bool,
) -> None:
    """Write tests for the function of Python around FILE:LINE.

    The model thinks of inputs; the function is run on them, in the sandbox, and what it gives is
    what the tests expect: they keep what the code does now. Where the docstring shows something
    else, the test expects that, fails, and says so. Tests are kept that cover or catch something
    new. They go where the project keeps its tests, in its style; written only with --apply.

    The JSON object has: path, text (of the whole file), is_new, cases (call, expected, raises,
    suspicion), coverage (lines and branches, covered and all), caught and changes (small changes
    of the function that the tests notice, of those that any call notices), thought, dropped.
    """
    place = read_target(target)
    function = function_at(place.snapshot.text, place.snapshot.lines.at(place.start))
    if function is None:
        raise UsageError(f"There is no function of Python at {target}.")
    root, path = place_of(place.file)
    warn_of_limits()
    settings = None if without_model else chosen(model, engine)
    found = asyncio.run(_tests(function, settings, quiet=as_json))
    if not found.cases:
        click.echo("No tests: " + ("; ".join(found.dropped) or "no inputs were found."), err=True)
        raise SystemExit(1)
    file = test_file(root, path, function.name, found.cases, allowed(root))
    if as_json:
        click.echo(json.dumps(as_object(found, file), ensure_ascii=False))
    else:
        _show(found, file, plain=as_diff)
    if apply_it:
        there = root / file.path
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(file.text, encoding="utf-8")


def as_object(found: Cases, file: TestFile) -> dict[str, object]:
    """Return the JSON form; the help of the command describes its fields."""
    coverage = found.coverage
    return {
        "path": file.path,
        "text": file.text,
        "is_new": file.is_new,
        "cases": [
            {
                "call": case.call,
                "expected": case.expected,
                "raises": case.raises,
                "suspicion": case.suspicion,
            }
            for case in found.cases
        ],
        "coverage": {
            "lines": coverage.lines,
            "all_lines": coverage.all_lines,
            "branches": coverage.branches,
            "all_branches": coverage.all_branches,
        },
        "caught": found.caught,
        "changes": found.changes,
        "thought": found.thought,
        "dropped": list(found.dropped),
    }


async def _tests(function: Function, settings: Settings | None, *, quiet: bool) -> Cases:
    engine = make_engine(settings) if settings else None

    def say(line: str) -> None:
        if not quiet and sys.stderr.isatty():
            click.echo(line, err=True)

    try:
        return await write_cases(function, engine, Cancel(), report=say)
    finally:
        if engine:
            await engine.close()


def _show(found: Cases, file: TestFile, *, plain: bool) -> None:
    diff = unified(Snapshot("", file.before), file.text, file.path)
    if plain:
        click.echo(diff, nl=False)
        return
    console = Console()
    console.print(Syntax(diff, "diff", background_color="default"))
    console.print(f"{len(found.cases)} tests of {found.thought} calls: {found.coverage.text}.")
    for case in found.cases:
        if case.suspicion:
            console.print(Text(f"Likely a bug: {case.call}: {case.suspicion}.", style="yellow"))
