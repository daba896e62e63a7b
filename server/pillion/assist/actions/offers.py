"""All actions, which of them are offered at a place, and the way to one by its name."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.actions import table

if TYPE_CHECKING:
    from collections.abc import Collection

    from pillion.assist.actions.action import Action, Offer
    from pillion.assist.actions.place import Place
    from pillion.base.settings import Settings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer and the action that makes it."""

    action: str
    offer: Offer


def offers(place: Place, settings: Settings, only: Collection[str] = ()) -> list[Offered]:
    """Return what can be done at `place`, quick fixes first.

    With `only`, just what is of these kinds or of one below them. An action whose offer fails is
    left out.
    """
    found: list[Offered] = []
    for action in table.ACTIONS:
        if only and not any(wanted(kind, only) for kind in action.kinds):
            continue
        try:
            made = list(action.offer(place, settings))
        except Exception as error:  # noqa: BLE001 - one action must not take the others along.
            _log.error("The offers of %s failed: %s.", action.id, type(error).__name__)
            continue
        found += [Offered(action.id, one) for one in made if not only or wanted(one.kind, only)]
    return sorted(found, key=lambda one: not one.offer.kind.startswith("quickfix"))


def wanted(kind: str, only: Collection[str]) -> bool:
    """Tell whether a kind is one of `only` or below one of them."""
    return any(not one or kind == one or kind.startswith(f"{one}.") for one in only)


def action_named(id_: str) -> Action | None:
    """Return the action of this name."""
    return next((action for action in table.ACTIONS if action.id == id_), None)


def kinds() -> list[str]:
    """Return all kinds that are ever offered."""
    return sorted({kind for action in table.ACTIONS for kind in action.kinds})
