"""`pillion eval`: how good the suggestions are, measured on data that you name."""

from __future__ import annotations

import click

from pillion.commands.lazy import lazy

COMMANDS: dict[str, str] = {
    "infill": "Fill in a missing line; the function's tests judge it.",
    "repo": "Fill in lines of real repositories, with and without the rest of them.",
    "functions": "Write functions from their docstrings; their tests judge them.",
    "repair": "Fix programs with one wrong line, by one answer and by the loop.",
    "clarify": "Ask about unclear tasks, and not about clear ones; tests judge the code.",
    "tests": "Write tests for functions; the functions and their mutants judge them.",
    "edit": "Change programs as told; their tests judge the change.",
    "explain": "Explain functions; write them again from that alone.",
    "roundtrip": "From code to a description and back; the same measure as `explain`.",
    "hygiene": "Count defects of suggestions in source files.",
    "security": "Count planted weaknesses that are found, and false alarms.",
}
"""Command to its one-line help. Each is the click command of the same name in its module."""


@click.group(cls=lazy(__name__, COMMANDS))
def eval() -> None:  # noqa: A001 - the name of the command.
    """Measure how good the suggestions are.

    Each result records the model, the settings, the commit, the machine and the seed, and can be
    compared with an earlier one, case by case.
    """
