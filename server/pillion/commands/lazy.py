"""A group of commands, each imported only when it is called or its help is asked for.

Starting the language server must stay quick, and an evaluation needs libraries that no other
command does.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Mapping


class LazyGroup(click.Group):
    """A group that knows its commands by name: the click command of that name in its module."""

    package: str
    """The package that holds a module for each command."""
    table: Mapping[str, str]
    """Command to its one-line help."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature.
        """Return all commands in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command."""
        if cmd_name not in self.table:
            return None
        module = importlib.import_module(f"{self.package}.{cmd_name}")
        command = getattr(module, cmd_name)
        return command if isinstance(command, click.Command) else None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a command's name without importing the commands: a key press waits for it."""
        found = [
            CompletionItem(name, help=text)
            for name, text in self.table.items()
            if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.table.items()))


def lazy(package: str, table: Mapping[str, str]) -> type[LazyGroup]:
    """Return the class of a group with the commands of `table`, to give to `click.group`."""
    return type("Lazy", (LazyGroup,), {"package": package, "table": table})
