"""What the evaluations' commands share: options, comparisons, and how a result is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

from pillion.base.errors import UsageError
from pillion.commands.bench.common import show
from pillion.eval.compare import compare, read_cases
from pillion.sandbox.run import best

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pillion.eval.compare import Case
    from pillion.eval.figures import Aim

F = TypeVar("F", bound="Callable[..., object]")

html_option = click.option(
    "--html",
    "html_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a report with charts, one file without links.",
)
cache_option = click.option(
    "--cache",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep what the model wrote in this file, and do not ask it again.",
)

threads_option = click.option(
    "--threads",
    default=0,
    show_default=True,
    help="Threads for the model; 0 means one per core. One is best while others use the machine.",
)


def data_option(*, required: bool = True) -> Callable[[F], F]:
    """Return the option for the folder of the data set."""
    return click.option(
        "--data",
        required=required,
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="The folder of the data set.",
    )


def sample_option(default: int, help_: str = "Cases to take.") -> Callable[[F], F]:
    """Return the option for the number of cases."""
    return click.option("-n", "--sample", default=default, show_default=True, help=help_)


def compare_option() -> Callable[[F], F]:
    """Return the option that compares two results instead of measuring; it ends the command."""
    return click.option(
        "--compare",
        nargs=2,
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        is_eager=True,
        expose_value=False,
        callback=_compare,
        help="Measure nothing; compare two results that --json printed, case by case.",
    )


def warn_of_limits() -> None:
    """Say on standard error when there is no sandbox but limits."""
    if not best().isolates:
        click.echo(best().sentence, err=True)


def finish(
    result: Mapping[str, object],
    cases: Sequence[Case],
    aims: Mapping[str, Aim],
    circumstances: Mapping[str, object],
    *,
    as_json: bool,
) -> None:
    """Print a result; its cases only as JSON."""
    listed = {"cases": [case.to_json() for case in cases]} if as_json else {}
    show({**result, **listed}, aims, circumstances, as_json=as_json)


def _compare(
    context: click.Context, _parameter: click.Parameter, paths: tuple[Path, Path] | None
) -> None:
    if not paths:
        return
    first, second = (read_cases(_load(path), path.name) for path in paths)
    changes = compare(first, second)
    if not changes:
        raise UsageError("The two results have no case in common.")
    table = Table(box=None)
    for heading in ("", "", "first", "second", "difference", "95 % interval", "rose", "fell", "n"):
        table.add_column(heading, justify="right" if heading else "left")
    for change in changes:
        table.add_row(
            change.way,
            change.measure,
            f"{change.first:.3g}",
            f"{change.second:.3g}",
            f"{change.mean:+.3g}" + ("" if change.certain else " ?"),
            f"{change.low:+.3g} to {change.high:+.3g}",
            str(change.rose),
            str(change.fell),
            str(change.n),
        )
    console = Console()
    console.print(table)
    console.print("? The interval holds zero: it may be chance.", style="dim")
    context.exit()


def _load(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    return found if isinstance(found, dict) else {}
