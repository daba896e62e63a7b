# ruff: noqa: ARG001 - all of them get the same.
"""Actions for tests of the protocol: what they do needs no model."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping

from pillion.assist.actions.action import (
    Action,
    Change,
    Declined,
    DocumentChange,
    Offer,
    Outcome,
    Page,
    Tools,
)
from pillion.assist.actions.place import Place
from pillion.base.outcome import Nothing, Reason
from pillion.base.settings import Settings
from pillion.text.edits import Edit
from pillion.text.snapshot import Snapshot


async def upper(place: Place, arguments: Mapping[str, object], tools: Tools) -> Outcome:
    """Replace the selection by the same in capitals; wait first, where `seconds` says so."""
    tools.report("shouting")
    seconds = arguments.get("seconds", 0)
    assert isinstance(seconds, int | float)
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()

    def stop() -> None:
        loop.call_soon_threadsafe(stopped.set)

    tools.cancel.on_set(stop)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopped.wait(), seconds)
    edit = Edit(place.start, place.end, place.selected.upper())
    return Change((DocumentChange(place.snapshot, (edit,)),), "In capitals", ("Loud.",))


async def elsewhere(place: Place, arguments: Mapping[str, object], tools: Tools) -> Outcome:
    """Write a new file beside the document, or wherever `uri` says."""
    uri = str(arguments.get("uri") or place.snapshot.uri + ".new")
    edit = Edit(0, 0, "x = 1\n")
    return Change((DocumentChange(Snapshot(uri, ""), (edit,), creates=True),), "New file")


async def page(place: Place, arguments: Mapping[str, object], tools: Tools) -> Outcome:
    tools.stream("# A ")
    tools.stream("page")
    return Page("A page", "# A page")


async def decline(place: Place, arguments: Mapping[str, object], tools: Tools) -> Outcome:
    return Declined(Nothing(Reason.NOTHING_LEFT), "the text")


async def fail(place: Place, arguments: Mapping[str, object], tools: Tools) -> Outcome:
    raise KeyError(place.snapshot.text)


def bad_offer(place: Place, settings: Settings) -> Iterable[Offer]:
    raise KeyError(place.snapshot.text)


def when_selected(*offers: Offer) -> Callable[[Place, Settings], Iterable[Offer]]:
    return lambda place, _: offers if place.is_selection else ()


def mend(place: Place, settings: Settings) -> Iterable[Offer]:
    for problem in place.problems:
        yield Offer(f"Mend {problem.message}", "quickfix", problems=(problem,))


ACTIONS = (
    Action("bad", ("refactor",), bad_offer, fail),
    Action(
        "upper", ("refactor.rewrite",), when_selected(Offer("Shout", "refactor.rewrite")), upper
    ),
    Action("elsewhere", ("source.x",), lambda *_: [Offer("New file", "source.x")], elsewhere),
    Action("page", ("source.page",), lambda *_: [Offer("Read", "source.page", edits=False)], page),
    Action("decline", ("refactor.no",), lambda *_: [Offer("No", "refactor.no")], decline),
    Action("fail", ("refactor.fail",), lambda *_: [Offer("Fail", "refactor.fail")], fail),
    Action(
        "off",
        ("refactor.off",),
        lambda *_: [Offer("Off", "refactor.off", disabled="It is too late.")],
        fail,
    ),
    Action("mend", ("quickfix",), mend, upper),
)
"""Beside `upper`, which answers to a selection only, they are offered everywhere."""
