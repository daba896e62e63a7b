"""Options of commands that ask a model once: which one, and where it runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import click

from pillion.base.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., object]")


def model_options(command: F) -> F:
    """Give a command the options `--model` and `--engine`."""
    model = click.option("--model", help="Name of a catalogue model, or the path of a GGUF file.")
    engine = click.option(
        "--engine",
        type=click.Choice(["shared", "inproc"]),
        default=Settings().engine_mode,
        show_default=True,
        help="Ask the process that editors share, or run the model in this one.",
    )
    return model(engine(command))


def chosen(model: str | None, engine: str) -> Settings:
    """Return the settings that the options ask for."""
    return replace(Settings(), engine_mode=engine, model=model or Settings().model)
