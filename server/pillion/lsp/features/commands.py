"""`workspace/executeCommand`: what the user can order from the command palette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from pillion.lsp.custom import (
    ACTION_COMMAND,
    ASK_COMMAND,
    PULL_COMMAND,
    RESTART_COMMAND,
    STATUS_COMMAND,
)
from pillion.lsp.features.ask import ask
from pillion.lsp.features.code_action import act

if TYPE_CHECKING:
    from pillion.lsp.server import PillionServer
    from pillion.lsp.status import StatusJson


def register(server: PillionServer) -> None:
    """Register the commands; all but `pillion.askAboutCode` take no arguments."""
    server.feature(types.WORKSPACE_EXECUTE_COMMAND)(execute_command)
    server.command(STATUS_COMMAND)(show_status)
    server.command(PULL_COMMAND)(pull_model)
    server.command(RESTART_COMMAND)(restart_engine)
    server.command(ASK_COMMAND)(ask)


async def execute_command(ls: PillionServer, params: types.ExecuteCommandParams) -> object:
    """Run a command; long work goes on in the background, with progress."""
    if params.command == ACTION_COMMAND:
        arguments = params.arguments or [None]
        return await act(ls, arguments[0], params.work_done_token)
    if params.command == ASK_COMMAND:
        arguments = params.arguments or [None]
        return await ask(ls, arguments[0], params.work_done_token)
    command = ls.protocol.fm.commands.get(params.command)
    if command is None:
        raise JsonRpcInvalidParams("There is no such command.")
    return command()


def show_status(ls: PillionServer) -> StatusJson:
    """Return the status, as `pillion/status` does."""
    return ls.status_json()


def pull_model(ls: PillionServer) -> None:
    """Fetch the model of the settings, then load it."""
    ls.model.download()


def restart_engine(ls: PillionServer) -> None:
    """Load the model anew."""
    ls.model.reload()
