"""Code from elsewhere in prompts: when it gets there, and that typing leaves it alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pillion.assist.complete import Completer
from pillion.assist.contract import Meter, Speed
from pillion.assist.outcome import Answer
from pillion.assist.surroundings import NEAR_LINES
from pillion.base.settings import Settings
from pillion.context.index.index import Index
from pillion.context.index.workspace import Workspace
from pillion.engine.base import Cancel, Priority
from pillion.engine.fake import FakeEngine, Script
from pillion.prompt.model_input import Special
from pillion.text.snapshot import Snapshot
from workspaces import *  # noqa: F403 - fixtures.

FILES = """\
--- a.py
def send_report(client, report):
    client.upload(report.render())
    client.flush_all()
--- b.py
def main(): ...
"""

TEXT = "import a\n\n\ndef send_again(client, report):\n    client.upload(report.render())\n    \n"
FAST, SLOW = Speed(read=100_000.0, write=100.0), Speed(read=100.0, write=20.0)


class Typist:
    """One document in one workspace, completed by a scripted engine of a given speed."""

    def __init__(self, index: Index, speed: Speed) -> None:
        self.engine = FakeEngine([Script(["client"])])
        self.completer = Completer(self.engine, workspaces=Workspace([index]))
        self.completer.meter = Meter(speed)
        self._uri = (index.root / "b.py").as_uri()
        self._version = 0

    async def at(self, text: str) -> Answer:
        """Complete at the end of the line before the last line break."""
        self._version += 1
        snapshot = Snapshot(self._uri, text, self._version, "python")
        # Every keystroke reaches the model.
        self.completer._cache.forget(self._uri)
        return await self.completer.complete(snapshot, len(text) - 1, Settings(), Cancel())

    def head(self, request: int = -1) -> str:
        """Return what stands in front of the prefix in a request."""
        pieces = self.engine.requests[request].prompt.pieces
        texts = pieces[1 : pieces.index(Special.FIM_SUFFIX)]
        return str(texts[0]) if len(texts) == 2 else ""


@pytest.fixture
def typist(indexed: Callable[[str], Index]) -> Callable[[Speed], Typist]:
    index = indexed(FILES)
    return lambda speed: Typist(index, speed)


async def test_a_fast_machine_reads_it_at_once(typist: Callable[[Speed], Typist]) -> None:
    fast = typist(FAST)
    answer = await fast.at(TEXT)
    assert "client.flush_all()" in fast.head()
    assert [one.path for one in answer.snippets] == ["a.py"]


async def test_a_slow_machine_answers_first_and_reads_when_idle(
    typist: Callable[[Speed], Typist],
) -> None:
    slow = typist(SLOW)
    assert not (await slow.at(TEXT)).snippets
    assert slow.head() == ""
    await slow.completer.settle()
    assert slow.engine.requests[1].priority is Priority.BACKGROUND
    assert "client.flush_all()" in slow.head(1)
    assert (await slow.at(TEXT[:-1] + "c\n")).snippets


async def test_typing_leaves_it_as_it_is(typist: Callable[[Speed], Typist]) -> None:
    fast, text = typist(FAST), TEXT
    await fast.at(text)
    first = fast.head()
    for char in "forecast = weather()":
        text = text[:-1] + char + "\n"
        await fast.at(text)
        assert fast.head() == first


async def test_far_away_other_code_is_gathered_into_another_session(
    typist: Callable[[Speed], Typist],
) -> None:
    fast = typist(FAST)
    await fast.at(TEXT)
    filler = "\n".join(f"value_{n} = {n}" for n in range(NEAR_LINES + 5))
    await fast.at(f"{TEXT}\n{filler}\n\n\ndef unrelated():\n    x\n")
    first, second = fast.engine.requests[0], fast.engine.requests[-1]
    assert "client.flush_all()" not in fast.head()
    assert first.session != second.session


async def test_the_prompt_keeps_to_its_tokens(indexed: Callable[[str], Index]) -> None:
    many = "".join(
        f"--- m{n}.py\ndef send_{n}(client, report):\n"
        + "".join(f"    client.upload(report.render({n}, {k}))\n" for k in range(40))
        for n in range(8)
    )
    typist = Typist(indexed(many), FAST)
    assert (await typist.at(TEXT)).snippets
    pieces = [piece for piece in typist.engine.requests[0].prompt.pieces if len(str(piece)) > 20]
    assert sum(await typist.engine.count([str(piece) for piece in pieces])) <= 1200
