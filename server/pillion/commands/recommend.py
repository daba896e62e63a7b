"""`pillion models recommend`: the model that suits this machine, by its measured speed."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from pillion.assist.recommend import Candidate, Measured, best, judge
from pillion.base.errors import ModelNotFoundError
from pillion.base.settings import Settings
from pillion.engine import probe, store
from pillion.engine.models import DEFAULT_MODEL, find

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.assist.recommend import Verdict


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def recommend(*, as_json: bool) -> None:
    """Tell which model suits this machine.

    Runs those that are here for some seconds each, and estimates the others by their size: the
    largest one that keeps the latency contract and takes no more than half of the memory. What
    else runs meanwhile makes the machine look slower.
    """
    family = find(DEFAULT_MODEL).family
    listed = [one for one in store.listing() if one.model.family == family]
    candidates = [Candidate(one.model.name, one.model.size) for one in listed]
    measured = {}
    for one in listed:
        if one.state is store.State.READY:
            click.echo(f"Measuring {one.model.name} …", err=True)
            speed = probe.measure(str(one.path))
            measured[one.model.name] = Measured(
                speed.prefill_tokens_per_second,
                speed.decode_tokens_per_second,
                speed.resident_bytes,
            )
    if not measured:
        raise ModelNotFoundError(
            "No model is here to measure this machine with: run `pillion models pull`."
        )
    memory = _memory()
    verdicts = judge(candidates, measured, Settings(), memory)
    chosen = best(verdicts, candidates)
    if as_json:
        rows = [asdict(one) for one in verdicts]
        click.echo(json.dumps({"recommended": chosen.name, "memory": memory, "models": rows}))
        return
    _show(verdicts)
    here = "" if chosen.name in measured else f"; `pillion models pull {chosen.name}` fetches it"
    slow = "" if chosen.suits else " (nothing suits well)"
    click.echo(f"Recommended: {chosen.name}{slow}{here}.")


def _show(verdicts: Sequence[Verdict]) -> None:
    table = Table(box=None)
    for heading in ("", "reads/s", "writes/s", "first window", "memory", ""):
        table.add_column(heading, justify="right" if heading else "left")
    for one in verdicts:
        about = "about " if one.estimated else ""
        table.add_row(
            one.name,
            f"{about}{one.read:.0f}",
            f"{about}{one.write:.0f}",
            str(one.first_window),
            f"{one.memory / 1e6:.0f} MB" if one.memory else "",
            "suits" if one.suits else "",
        )
    console = Console(highlight=False, soft_wrap=True)
    console.print(table)
    for one in verdicts:
        if one.why:
            console.print(f"{one.name}: {one.why}")


def _memory() -> int:
    """Return the machine's memory in bytes; 0 where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 0
