"""`pillion bench`: speed and quality measured on this machine."""

from __future__ import annotations

import click

from pillion.commands.bench.cancel import cancel
from pillion.commands.bench.chat import chat
from pillion.commands.bench.index import index
from pillion.commands.bench.layout import layout
from pillion.commands.bench.load import load
from pillion.commands.bench.memory import memory
from pillion.commands.bench.samples import samples
from pillion.commands.bench.soak import soak
from pillion.commands.bench.speculate import speculate
from pillion.commands.bench.typing import typing
from pillion.commands.bench.windows import windows


@click.group()
def bench() -> None:
    """Measure speed and quality on this machine.

    Each result records the model, the settings, the commit, the machine and its load. Close other
    programs first: the aims are judged on what was measured, whatever else was running.
    """


for command in (
    typing,
    speculate,
    samples,
    cancel,
    chat,
    windows,
    memory,
    layout,
    index,
    load,
    soak,
):
    bench.add_command(command)
