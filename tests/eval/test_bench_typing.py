"""Typing beside a peer: who is asked what, and what is made of it. Fake engines only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cursor import at_cursor
from pillion.base.settings import Settings
from pillion.engine.base import Priority
from pillion.engine.fake import FakeEngine, Script
from pillion.eval import infill, typing
from pillion.eval.peer import read_event, tokens
from pillion.eval.replay import Keystroke
from pillion.eval.typing import OURS, Pillion, Row, Typed, Watch
from pillion.text.snapshot import Snapshot


class FakePeer:
    name = "peer"

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.settled = 0

    async def ask(self, snapshot: Snapshot, offset: int) -> Typed:
        assert offset <= len(snapshot.text)
        self.asked.append(offset)
        return Typed("wrong", 3000, 4000, 5000, 252, 1000)

    async def settle(self) -> None:
        self.settled += 1

    async def close(self) -> None:
        pass


def _keys() -> list[Keystroke]:
    snapshot, offset = at_cursor("def f():\n    return █\n")
    key = Keystroke("a.py", 2, 11, snapshot, offset,
                    "value", first_of_line=True, first_of_file=True)  # fmt: skip
    return [key, replace(key, first_of_line=False, first_of_file=False)]


async def test_both_are_asked_at_the_same_cursors_line_by_line() -> None:
    engine, peer = FakeEngine([Script(["value"])]), FakePeer()
    ours = Pillion(engine, Settings())
    rows = [row async for row in typing.replay(1, 0, _keys(), [ours, peer])]
    await ours.settle()
    assert [row.who for row in rows] == ["peer", "peer", OURS, OURS]
    assert peer.asked == [key.offset for key in _keys()]
    assert peer.settled == 1
    assert [row.kept for row in rows] == [0.0, 0.0, 1.0, 1.0]
    assert [row.cold for row in rows] == [True, False, True, False]


async def test_no_keystroke_is_answered_from_the_cache() -> None:
    """The second question is the same as the first: with the cache the model would not be asked."""
    engine = FakeEngine([Script(["value"])])
    ours = Pillion(engine, Settings())
    for key in _keys():
        await ours.ask(key.snapshot, key.offset)
    assert len([r for r in engine.requests if r.priority is Priority.COMPLETION]) == 2
    await ours.settle()


async def test_nothing_is_an_empty_text_and_is_timed() -> None:
    ours = Pillion(FakeEngine([Script([])]), Settings())
    key = _keys()[0]
    typed = await ours.ask(key.snapshot, key.offset)
    assert typed.text == ""
    assert 0 < typed.first_token_ms <= typed.first_line_ms <= typed.answer_ms
    await ours.settle()


def test_blanks_are_no_first_token_and_no_first_line() -> None:
    watch = Watch()
    watch.feed(" \n")
    assert (watch.first_token, watch.first_line) == (None, None)
    watch.feed("x")
    assert watch.first_token is not None
    assert watch.first_line is None
    watch.feed("\n")
    assert watch.first_line is not None


def _row(who: str, ms: float, *, run: int = 1, cold: bool = False, kept: float = 0.5) -> Row:
    return Row(run, who, "a.py", 1, 1, cold, ms, 2 * ms, 3 * ms, 1, 100, kept)


def test_ratios_keep_cold_and_warm_apart() -> None:
    rows = [
        _row(OURS, 900, cold=True),
        _row(OURS, 50),
        _row("peer", 9000, cold=True),
        _row("peer", 2000),
    ]
    found = {name: (aim.value, aim.met) for name, aim in typing.aims(rows, "peer").items()}
    assert found["first_token_median_ratio"] == (0.025, True)
    assert found["cold_suggestion_ratio"] == (0.1, True)
    assert found["kept_prefix"] == (0.5, True)


def test_only_whole_files_count_as_done() -> None:
    rows = [_row(OURS, 1), _row("peer", 1), _row(OURS, 1, run=2)]
    assert typing.complete_runs(rows, {"a.py": 1}, 2) == {(1, "a.py")}


def test_the_request_is_what_llama_vim_sends() -> None:
    snapshot, offset = at_cursor("import os\n\n    x = os.█path\ny = 1\nz = 2")
    body = infill.body(snapshot, offset)
    assert body["input_prefix"] == "import os\n\n"
    assert body["prompt"] == "    x = os."
    assert body["input_suffix"] == "path\ny = 1\nz = 2\n"
    assert body["n_indent"] == 4
    assert body["samplers"] == ["top_k", "top_p", "infill"]


def test_256_lines_before_and_64_after() -> None:
    snapshot, offset = at_cursor("a\n" * 300 + "x█\n" + "b\n" * 100)
    body = infill.body(snapshot, offset)
    assert body["input_prefix"] == "a\n" * 256
    assert body["input_suffix"] == "\n" + "b\n" * 64


def test_a_line_of_blanks_is_written_anew() -> None:
    snapshot, offset = at_cursor("if x:\n    █\ny = 1\n")
    body = infill.body(snapshot, offset)
    assert (body["prompt"], body["n_indent"]) == ("", 0)
    assert infill.shown(snapshot, offset, "    return 1\n") == "return 1\n"
    assert infill.shown(snapshot, offset, "  pass") == "pass"


@pytest.mark.parametrize("line", ["", ": ping", "data: [DONE]"])
def test_other_lines_of_the_stream_are_no_events(line: str) -> None:
    assert read_event(line) is None


def test_tokens_of_the_last_event() -> None:
    event = read_event('data: {"timings": {"prompt_n": 252}, "tokens_evaluated": 1032}')
    assert event
    assert tokens(event) == (252, 1032)
    assert tokens({}) == (0, 0)
