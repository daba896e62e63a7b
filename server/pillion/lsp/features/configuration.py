"""Settings from the editor: at start-up, when asked for, and whenever they change."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from pillion.lsp.configuration import SECTION

if TYPE_CHECKING:
    from pillion.lsp.server import PillionServer

_PATIENCE = 1.0
"""Seconds to wait for the settings before the default model is loaded. Nobody waits with it: the
point is not to load, or to offer to download, a model that the user has replaced."""


def register(server: PillionServer) -> None:
    """Register the feature."""
    server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(did_change_configuration)


def start_with(ls: PillionServer, options: object) -> None:
    """Take the start-up options; warnings are shown once the editor has its answer."""
    if warnings := ls.configuration.start_with(options):
        ls.tasks.spawn(_warn_later(ls, warnings), "Warning of wrong settings")


def follow(ls: PillionServer) -> None:
    """Ask for the settings, and to be told when they change; then begin to load the model."""
    workspace = ls.client_capabilities.workspace
    change = workspace and workspace.did_change_configuration
    if change and change.dynamic_registration:
        ls.tasks.spawn(_subscribe(ls), "Following the settings")
    if workspace and workspace.configuration:
        ls.holds_model = True
        ls.tasks.spawn(_pull_first(ls), "Starting with the editor's settings")
    else:
        ls.start_model()


def did_change_configuration(ls: PillionServer, params: types.DidChangeConfigurationParams) -> None:
    """Ask for the settings again, or take those that were sent."""
    workspace = ls.client_capabilities.workspace
    if workspace and workspace.configuration:
        ls.tasks.spawn(_pull(ls, params.settings), "Asking for the settings")
    elif params.settings is not None:
        _apply(ls, params.settings)


async def _pull_first(ls: PillionServer) -> None:
    """Load the model that the settings name, or the default one where no settings come."""
    pull = ls.tasks.spawn(_pull(ls), "Asking for the settings")
    try:
        await asyncio.wait({pull}, timeout=_PATIENCE)
    finally:
        ls.holds_model = False
    ls.start_model()


async def _pull(ls: PillionServer, pushed: object = None) -> None:
    item = types.ConfigurationItem(section=SECTION)
    try:
        values = await ls.workspace_configuration_async(types.ConfigurationParams([item]))
    except JsonRpcException:
        ls.messages.log("The editor did not tell its settings.")
        values = ()
    known = next(iter(values), None) or pushed
    if known is not None:
        _apply(ls, known)


async def _subscribe(ls: PillionServer) -> None:
    method = types.WORKSPACE_DID_CHANGE_CONFIGURATION
    options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
    registration = types.Registration("pillion-settings", method, options)
    try:
        await ls.client_register_capability_async(types.RegistrationParams([registration]))
    except JsonRpcException:
        ls.messages.log("The editor will not tell when its settings change.")


async def _warn_later(ls: PillionServer, warnings: list[str]) -> None:
    ls.messages.warn(" ".join(warnings))


def _apply(ls: PillionServer, values: object) -> None:
    if warnings := ls.configuration.change_to(values):
        ls.messages.warn(" ".join(warnings))
    ls.follow_settings()
