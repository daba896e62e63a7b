"""`pillion stats`: how often suggestions were shown and accepted, as this machine counted."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from pillion.base import events
from pillion.eval.metrics import wilson
from pillion.eval.plot import acceptance

if TYPE_CHECKING:
    from datetime import date

    from pillion.eval.metrics import Interval


@click.command()
@click.option("--days", default=30, show_default=True, help="Days to look back, today included.")
@click.option(
    "--plot",
    "plot_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw the days as PNG; needs `pillion[bench]`.",
)
@click.option("--delete", "delete_all", is_flag=True, help="Remove everything that was counted.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def stats(days: int, plot_path: Path | None, *, delete_all: bool, as_json: bool) -> None:
    """Show what became of the suggestions of the last days.

    Counted on this machine only, by event and day, where the editor tells the server (see
    `pillion/inlineCompletion/shown`) and the setting `pillion.statistics` is on. "Kept" is what
    was accepted and still in its document half a minute later, or when that was closed before.
    """
    if delete_all:
        count = events.delete()
        click.echo("Removed what was counted." if count else "Nothing was counted yet.")
        return
    first = datetime.now(UTC).astimezone().date() - timedelta(days=days - 1)
    counts = {day: found for day, found in events.read().items() if day >= first}
    if plot_path:
        acceptance(counts, plot_path)
    if as_json:
        whole = {"days": {str(day): dict(found) for day, found in counts.items()}}
        click.echo(json.dumps(whole | {"total": _total(counts)}))
    elif counts:
        _show(counts)
    else:
        click.echo(f"Nothing was counted in the last {days} days.")


def _total(counts: dict[date, Counter[str]]) -> dict[str, object]:
    total: Counter[str] = sum(counts.values(), Counter())
    return {
        **{event: total[event] for event in events.EVENTS},
        "accepted_rate": _rate(total, "accepted", "shown")._asdict(),
        "kept_rate": _rate(total, "kept", "accepted")._asdict(),
    }


def _rate(counts: Counter[str], event: str, of: str) -> Interval:
    # The day may have ended, or the file been lost, between the two.
    return wilson(min(counts[event], counts[of]), counts[of])


def _show(counts: dict[date, Counter[str]]) -> None:
    table = Table(box=None)
    for heading in ("", "shown", "accepted", "partly", "dismissed", "kept"):
        table.add_column(heading, justify="right" if heading else "left")
    total: Counter[str] = sum(counts.values(), Counter())
    for name, row in [*((str(day), found) for day, found in counts.items()), ("all", total)]:
        table.add_row(name, *(str(row[event]) for event in events.EVENTS))
    console = Console()
    console.print(table)
    console.print(f"Accepted of those shown: {_share(total, 'accepted', 'shown')}.")
    console.print(f"Kept of those accepted: {_share(total, 'kept', 'accepted')}.")


def _share(counts: Counter[str], event: str, of: str) -> str:
    if not counts[of]:
        return "none yet"
    rate = _rate(counts, event, of)
    return f"{rate.share:.0%} ({rate.low:.0%} to {rate.high:.0%})"
