"""The table of actions, in the order in which an editor shows them. A new action is a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pillion.assist.actions.action import Action

ACTIONS: tuple[Action, ...] = ()
