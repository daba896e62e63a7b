"""What shells and `man` read of the command line: completions and the manual page.

They are generated, kept in the repository, and installed with the wheel below `share/`.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

import click
from click.shell_completion import get_completion_class

from pillion import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMPLETIONS = {
    "bash": "bash-completion/completions/pillion",
    "zsh": "zsh/site-functions/_pillion",
    "fish": "fish/vendor_completions.d/pillion.fish",
}
"""Where each shell looks, below `share/`."""


def shell_files(root: click.Command) -> dict[str, str]:
    """Return the files below `share/`, path to text; `root` is the whole command line."""
    completions = {path: _completion(root, shell) for shell, path in _COMPLETIONS.items()}
    return completions | {"man/man1/pillion.1": manual(root)}


def _completion(root: click.Command, shell: str) -> str:
    class_ = get_completion_class(shell)
    assert class_ is not None  # noqa: S101 - click knows the shells of the table.
    completion = class_(root, {}, "pillion", "_PILLION_COMPLETE")
    # Not `source()`, which asks the bash of this machine for its version.
    return (completion.source_template % completion.source_vars()).strip() + "\n"


def manual(root: click.Command) -> str:
    """Return the manual page, as troff: one page for all commands."""
    lines = [
        # Without a date, so that the page changes only when the commands do.
        f'.TH PILLION 1 "" "pillion {__version__}" "Pillion"',
        ".SH NAME",
        rf"pillion \- {_escape('a pair programmer in a language server, on your own machine')}",
        *_command(root, ["pillion"]),
        ".SH FILES",
        *_entry(
            "~/.cache/pillion", "Models, compiled llama.cpp and indexes of workspaces (Linux)."
        ),
        ".SH ENVIRONMENT",
        *_entry("PILLION_CACHE_DIR, PILLION_MODELS_DIR", "Other folders for them."),
        *_entry("PILLION_RUNTIME_DIR", "Another folder for the sockets of running engines."),
        ".SH SEE ALSO",
        "The pages in the folder docs of the project; pillion doctor tells what is wrong.",
    ]
    return "\n".join(lines) + "\n"


def _command(command: click.Command, path: list[str]) -> Iterator[str]:
    """Yield the sections of `command` and of all commands below it."""
    name = " ".join(path)
    context = click.Context(command, info_name=name, help_option_names=["-h", "--help"])
    yield f".SH {_escape(name.upper())}" if len(path) > 1 else ".SH SYNOPSIS"
    pieces = " ".join(command.collect_usage_pieces(context))
    yield rf"\fB{_escape(name)}\fP {_escape(pieces)}"
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(command.help or "")):
        yield ".PP"
        yield _escape(" ".join(paragraph.replace("\b", "").split()))
    for parameter in command.get_params(context):
        if (record := parameter.get_help_record(context)) and record[1]:
            yield from _entry(*record)
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            if found := command.get_command(context, below):
                yield from _command(found, [*path, below])


def _entry(term: str, text: str) -> Iterator[str]:
    yield ".TP"
    yield rf"\fB{_escape(term)}\fP"
    yield _escape(" ".join(text.split()))


def _escape(text: str) -> str:
    """Return text that troff shows as it is."""
    text = text.replace("\\", r"\e").replace("-", r"\-")
    # A line that begins with a dot or a quote would be a request.
    return rf"\&{text}" if text.startswith((".", "'")) else text
