"""`pillion eval security`: what the security look finds, and how often it is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pillion.base.settings import Settings
from pillion.commands.bench.common import json_option, seed_option
from pillion.commands.eval.common import compare_option, data_option, finish, sample_option
from pillion.eval import security as suite
from pillion.eval import tasks
from pillion.eval.record import record

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ("line_cross", "line_any", "block")


@click.command()
@data_option(required=False)
@sample_option(200, "Pieces of real code to look at.")
@seed_option
@compare_option()
@json_option
def security(data: Path | None, sample: int, seed: int, *, as_json: bool) -> None:
    """Look at planted weaknesses and, with the fresh-fim data, at real code.

    The planted ones come with Pillion; each has a twin that does the same safely. Without --data
    there is no figure for false alarms on real code. No model is used.
    """
    looked = suite.look_at_planted(suite.planted())
    if data:
        chosen = tasks.load(data, kinds=KINDS, sample=sample, seed=seed)
        looked += suite.look_at_clean(chosen)
    result = {"suite": "security", **suite.summary(looked)}
    circumstances = {"seed": seed, **record(Settings())}
    finish(result, suite.cases(looked), suite.aims(looked), circumstances, as_json=as_json)
