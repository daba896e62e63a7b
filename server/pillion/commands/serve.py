"""`pillion serve`: the language server, started by an editor."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import sys

import click

from pillion import app
from pillion.base import log


def _address(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> tuple[str, int] | None:
    """Read HOST:PORT; only hosts of this machine are allowed."""
    if value is None:
        return None
    host, colon, port = value.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise click.BadParameter(f"`{value}` is not HOST:PORT, such as 127.0.0.1:9257.")
    if not _is_loopback(host):
        raise click.BadParameter(
            f"`{host}` is not this machine alone. The server reads your code, so it listens only "
            "on loopback addresses: 127.0.0.1, ::1 or localhost."
        )
    return host, int(port)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@click.command()
@click.option("--stdio", is_flag=True, help="Speak over standard input and output (the default).")
@click.option(
    "--tcp", metavar="HOST:PORT", callback=_address, help="Wait for one editor on this address."
)
@click.option("--model", help="Use this model, whatever the editor's settings say.")
@click.option(
    "--engine",
    type=click.Choice(["shared", "inproc"]),
    help="Run the model in one process for all editor windows, or in this one.",
)
@click.option(
    "--remote",
    multiple=True,
    metavar="ENDPOINT",
    help="Use these remote engines, whatever the editor's settings say. Code is sent there.",
)
@click.option(
    "--log-level",
    type=click.Choice(["DEBUG", "INFO", "WARNING", "ERROR"], case_sensitive=False),
    default="WARNING",
    show_default=True,
    help="What goes to standard error. Source text never does.",
)
@click.option("--clientProcessId", "client_process", hidden=True, help="Ignored.")
def serve(
    *,
    stdio: bool,
    tcp: tuple[str, int] | None,
    model: str | None,
    engine: str | None,
    remote: tuple[str, ...],
    log_level: str,
    client_process: str | None,  # noqa: ARG001 - VS Code appends it.
) -> None:
    """Run the language server. Editors start it; it has nothing to say to a terminal."""
    if stdio and tcp:
        raise click.UsageError("Use either --stdio or --tcp.")
    log.configure(log_level.upper())
    given = {"model": model, "engine.mode": engine, "engine.remote.servers": list(remote)}
    leave(asyncio.run(_serve(tcp, {key: value for key, value in given.items() if value})))


async def _serve(address: tuple[str, int] | None, command_line: dict[str, object]) -> int:
    code = await app.serve(address, command_line)
    leave(code)
    return code


def leave(code: int) -> None:
    """End the process now, without waiting for threads.

    A thread that is in the middle of loading a model or of a download cannot be stopped, and the
    editor is gone; everything that must be complete on the disk is moved there as a whole.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
