"""`pillion engine`: the processes that run models for all editor windows."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from pillion.base.errors import EngineLoadError
from pillion.engine import runtime, supervise


@click.group()
def engine() -> None:
    """Show or stop the processes that run models for all editor windows."""


@engine.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per process, as list.")
def status(*, as_json: bool) -> None:
    """Show which engines run, for how many clients, and how much memory they take."""
    found = asyncio.run(_all_status())
    if as_json:
        click.echo(json.dumps(found))
    elif found:
        _show(found)
    else:
        click.echo("No engine is running; the first request of an editor starts one.")


@engine.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def stop(*, as_json: bool) -> None:
    """Stop all engines, by force if need be; the next request of an editor starts one anew."""
    pids = asyncio.run(_stop_all())
    if as_json:
        click.echo(json.dumps({"stopped": pids}))
    elif pids:
        for pid in pids:
            click.echo(f"Stopped the engine in process {pid}.")
    else:
        click.echo("No engine was running.")


async def _all_status() -> list[dict[str, Any]]:
    found = []
    for files in runtime.all_files():
        record = files.read_record()
        if record is None or not record.alive:
            continue
        basics = {"pid": record.pid, "version": record.version, "model": record.model}
        try:
            said = await supervise.ask_status(files, record)
        except EngineLoadError as error:
            found.append({**basics, "error": str(error)})
        else:
            found.append(said or {**basics, "error": "It is ending."})
    return found


async def _stop_all() -> list[int]:
    stopped = []
    for files in runtime.all_files():
        record = files.read_record()
        if await supervise.stop(files) and record:
            stopped.append(record.pid)
    return stopped


def _show(found: list[dict[str, Any]]) -> None:
    table = Table(box=None)
    for heading in ("process", "model", "state", "clients", "memory", "up"):
        table.add_column(heading, justify="left" if heading in {"model", "state"} else "right")
    for item in found:
        table.add_row(
            str(item["pid"]),
            Path(item["model"]).name,
            _state(item),
            str(item.get("clients", "")),
            f"{item['resident_bytes'] / 1e6:.0f} MB" if item.get("resident_bytes") else "",
            f"{item['seconds']:.0f} s" if "seconds" in item else "",
        )
    Console().print(table)


def _state(item: dict[str, Any]) -> str:
    if "error" in item:
        return str(item["error"])
    if item["loading"]:
        return "loading"
    if not item["loaded"]:
        return "no model loaded"
    return f"working on {item['pending']}" if item["pending"] else "ready"
