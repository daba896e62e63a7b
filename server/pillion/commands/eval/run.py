"""A run of an evaluation: the options that all of them have, and the loop over their cases."""

from __future__ import annotations

import asyncio
import functools
import time
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, NamedTuple, ParamSpec, TypeVar

import click

from pillion.base.settings import Settings
from pillion.commands.bench.common import json_option, model_option, progress, seed_option
from pillion.commands.eval.common import (
    data_option,
    sample_option,
    threads_option,
    warn_of_limits,
)
from pillion.eval.cases import Cases
from pillion.eval.record import record

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence

    from pillion.engine.base import Engine

P = ParamSpec("P")
Name = TypeVar("Name", bound="Hashable")
Item = TypeVar("Item")
Row = TypeVar("Row")


class Shard(NamedTuple):
    """A part of the cases: every `of`-th one from the `number`-th on."""

    number: int = 1
    of: int = 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


@dataclass(frozen=True, slots=True)
class Run:
    """What the shared options say."""

    data: Path
    sample: int
    seed: int
    model: str
    threads: int
    csv_path: Path | None
    minutes: float
    shard: Shard
    as_json: bool
    started: float = field(default_factory=time.monotonic)

    @property
    def settings(self) -> Settings:
        """The settings with the model in this process, where nothing else uses it."""
        return Settings(model=self.model, threads=self.threads, engine_mode="inproc")

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return bool(self.minutes) and time.monotonic() > self.started + self.minutes * 60

    def part(self, items: Sequence[Item]) -> list[Item]:
        """Return the items that are this shard's."""
        return list(items[self.shard.number - 1 :: self.shard.of])

    def circumstances(self, **more: object) -> dict[str, object]:
        """Return what a later reader needs to know of this run."""
        shard = {"shard": str(self.shard)} if self.shard.of > 1 else {}
        return {"seed": self.seed, **shard, **more, **record(self.settings)}


def _shard(_context: click.Context, _parameter: click.Parameter, text: str) -> Shard:
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise click.BadParameter("It is K/N, with K from 1 to N.")
    return Shard(int(number), int(of))


_CSV = click.option(
    "--csv",
    "csv_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep a row per case in this file, and go on from there: what it holds already is not "
    "asked again.",
)
_MINUTES = click.option(
    "--minutes",
    default=0.0,
    help="Stop asking after so many minutes and show what there is; with --csv, the same command "
    "goes on from there. 0 means no limit.",
)
_SHARD = click.option(
    "--shard",
    metavar="K/N",
    default="1/1",
    callback=_shard,
    help="Take every N-th case from the K-th on, so that N processes share a run. The files of "
    "their --csv, one behind the other, are that of the whole run.",
)


def run_options(
    sample: int, help_: str = "Cases to take."
) -> Callable[[Callable[Concatenate[Run, P], None]], Callable[P, None]]:
    """Return the decorator that gives a command the shared options, as its first argument."""
    names = [field.name for field in fields(Run) if field.name != "started"]
    options = (
        data_option(),
        sample_option(sample, help_),
        seed_option,
        model_option,
        threads_option,
        _CSV,
        _MINUTES,
        _SHARD,
        json_option,
    )

    def decorate(command: Callable[Concatenate[Run, P], None]) -> Callable[P, None]:
        @functools.wraps(command)
        def with_run(*args: P.args, **given: P.kwargs) -> None:
            values = {name: given.pop(name) for name in names}
            command(Run(**values), *args, **given)  # type: ignore[arg-type]

        for option in reversed(options):
            with_run = option(with_run)
        return with_run

    return decorate


def collect(
    run: Run,
    engine: Engine,
    kind: type[Row],
    items: Mapping[Name, Item],
    measure: Callable[[Item], Awaitable[Iterable[Row]]],
    name: Callable[[Row], Name],
) -> list[Row]:
    """Return the rows of the items: those that are kept, and the others measured now.

    `items` are all cases by name, of which this shard takes its part; `name` returns the name of
    the case that a row is of. The engine is closed at the end.
    """
    cases = Cases(kind, run.csv_path)
    mine = run.part(list(items))
    done = {name(row) for row in cases.rows}
    left = [items[one] for one in mine if one not in done]
    warn_of_limits()

    async def loop() -> None:
        try:
            with progress() as bar:
                for item in bar.track(left, description="cases"):
                    if run.over:
                        break
                    cases.add(*await measure(item))
        finally:
            await engine.close()

    asyncio.run(loop())
    chosen = set(mine)
    return [row for row in cases.rows if name(row) in chosen]
