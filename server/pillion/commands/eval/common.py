"""What the evaluations' commands share: their options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., object]")

data_option = click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of the data set.",
)
csv_option = click.option(
    "--csv",
    "csv_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep a row per case in this file, and go on from there: what it holds already is not "
    "asked again.",
)


def sample_option(default: int) -> Callable[[F], F]:
    """Return the option for the number of cases."""
    return click.option("-n", "--sample", default=default, show_default=True, help="Cases to take.")
