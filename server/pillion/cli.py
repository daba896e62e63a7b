"""The `pillion` command line: a group of commands, each loaded only when it is used.

The commands live in `pillion.commands`, one module per group. Starting the language server must
stay quick, so this module imports none of them.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pillion import __version__
from pillion.base.errors import PillionError
from pillion.commands.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "serve": "Run the language server (on standard input and output by default).",
    "complete": "Complete the code at FILE:LINE:COL.",
    "chat": "Talk about the code of a project, in the terminal or from a script.",
    "explain": "Explain the code at FILE:LINE or FILE:LINE-LINE.",
    "edit": "Change the code at FILE:LINE or FILE:LINE-LINE as told, and check the change.",
    "fix": "Fix the function that makes tests fail, judged by running them.",
    "tests": "Write tests for the function at FILE:LINE, judged by running them.",
    "review": "Tell what rules have to say of files, or of what has changed in them.",
    "index": "Index a workspace, and tell what the index holds.",
    "engine": "Show or stop the processes that run models for all editor windows.",
    "models": "List, get, verify and remove models.",
    "doctor": "Tell what is installed, how fast it is, and how to mend what is wrong.",
    "demo": "Show Pillion at work on real code, through the real server.",
    "stats": "Show how often suggestions were shown and accepted.",
    "bench": "Measure speed and quality on this machine.",
    "eval": "Measure how good the suggestions are.",
    "docs": "Write the generated pages of the documentation.",
}
"""Command to its one-line help. Each is the click command of the same name in its module."""


@click.group(
    cls=lazy("pillion.commands", COMMANDS),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="pillion")
def cli() -> None:
    """Pillion: a pair programmer in a language server, its model on your own machine."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an expected failure ends it with one line and exit code 1."""
    try:
        cli.main(args=arguments, prog_name="pillion", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("pillion: stopped", err=True)
        sys.exit(130)
    except PillionError as error:
        click.echo(f"pillion: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
