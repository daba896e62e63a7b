"""What was accepted counts as kept if its document still holds it a while later."""

from __future__ import annotations

import asyncio

import pytest

from pillion.assist.outcome import Suggestion
from pillion.lsp.batch import Change
from pillion.lsp.kept import Kept
from pillion.lsp.sessions import Documents
from pillion.lsp.tasks import Tasks
from pillion.text.positions import Encoding
from pillion.text.snapshot import Snapshot

URI = "file:///a.py"
BEFORE, AFTER = "x = 1\nif x:\n    ", "\nprint(x)\n"
TEXT = "y = f(x)"


class Desk:
    """A document in which `TEXT` was suggested and accepted."""

    def __init__(self, *, before: str = BEFORE) -> None:
        self.documents = Documents()
        self.count = 0
        self.before = before
        self.version = 1
        self.kept = Kept(self.documents, Tasks(), kept=self._counted, seconds=0.02)
        self.documents.open(URI, "python", 1, before + AFTER)
        self.suggest(before + AFTER, TEXT)

    def _counted(self) -> None:
        self.count += 1

    def suggest(self, document: str, text: str) -> None:
        at = len(self.before)
        self.kept.suggested(Snapshot(URI, document, 1, "python"), Suggestion(text, at, at))

    def write(self, text: str) -> None:
        self.version += 1
        self.documents.change(URI, self.version, [Change(text)], Encoding.UTF16)

    async def later(self) -> int:
        await asyncio.sleep(0.1)
        return self.count


async def check(later: str, *, kept: bool, before: str = BEFORE) -> None:
    """Accept, then change the document to `later`."""
    desk = Desk(before=before)
    desk.write(before + TEXT + AFTER)
    desk.kept.accepted()
    desk.write(later)
    assert desk.count == 0
    assert await desk.later() == int(kept)


async def test_what_stays_is_kept() -> None:
    await check(BEFORE + TEXT + AFTER + "more = 2\n", kept=True)


async def test_what_is_formatted_is_kept() -> None:
    await check(BEFORE + "y = f(\n        x\n    )" + AFTER, kept=True)


@pytest.mark.parametrize("left", ["", "y = g(x)", "y = f("])
async def test_what_is_changed_is_not(left: str) -> None:
    await check(BEFORE + left + AFTER, kept=False)


async def test_the_same_text_elsewhere_does_not_count() -> None:
    before = f"{TEXT}\nif x:\n    "
    await check(before + AFTER, kept=False, before=before)
    await check(before + TEXT + AFTER, kept=True, before=before)


async def test_a_document_is_looked_at_before_it_is_closed() -> None:
    desk = Desk()
    desk.write(BEFORE + TEXT + AFTER)
    desk.kept.accepted()
    desk.kept.closing(URI)
    assert desk.count == 1
    desk.documents.close(URI)
    assert await desk.later() == 1


async def test_without_acceptance_nothing_is_kept() -> None:
    desk = Desk()
    desk.write(BEFORE + TEXT + AFTER)
    desk.kept.closing(URI)
    assert await desk.later() == 0


async def test_a_later_suggestion_does_not_take_its_place() -> None:
    """The editor asks on before it tells that the first one was accepted."""
    desk = Desk()
    desk.write(BEFORE + TEXT + AFTER)
    desk.suggest(BEFORE + TEXT + AFTER, "print(y)")
    desk.kept.accepted()
    assert await desk.later() == 1


async def test_one_suggestion_is_accepted_once() -> None:
    desk = Desk()
    desk.write(BEFORE + TEXT + AFTER)
    desk.kept.accepted()
    desk.kept.accepted()
    assert await desk.later() == 1
