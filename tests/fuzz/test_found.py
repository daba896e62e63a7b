"""What the long run has found, with what must come of it now."""

from __future__ import annotations

import json
import os
import random
import stat
import time
from dataclasses import asdict
from pathlib import Path

import pytest
import rpc
from inputs import corpus

from pillion.base.errors import EngineError, UsageError
from pillion.commands.conversations import Conversation, Conversations
from pillion.context.ignore_files import Rules
from pillion.context.index.workspace import path_of
from pillion.engine import wire
from pillion.engine.http import endpoint
from pillion.engine.models import catalogue, choose_sources
from pillion.engine.runtime import HostFiles, Record
from pillion.prompt.chat import Message, Role

RECORD = asdict(Record(1, "x", 1, "t", "0", "m", 1.0))


@pytest.mark.parametrize("line", [line for line in corpus("jsonrpc") if b'"exit"' not in line])
async def test_a_message(line: bytes) -> None:
    """One message, in a session that goes on: nothing fails, and every answer is there."""
    rng = random.Random(0)
    session = rpc.Session(rng, rpc.editor(rng, [None]))
    await session.run([*rpc.Units(rng).hello(), rpc.frame(line)])
    if rpc.owed(line) == "null":
        assert session.answered["null"], "what is no JSON is refused without an id"


async def test_all_that_was_found_in_one_session() -> None:
    rng = random.Random(0)
    session = rpc.Session(rng, rpc.editor(rng, [None]))
    found = [rpc.frame(line) for line in rpc.CORPUS_FOUND.read_bytes().splitlines()]
    await session.run([*rpc.Units(rng).hello(), *found])


def test_a_pattern_with_many_stars_is_quick() -> None:
    """A workspace could make Pillion think for years about one name."""
    rules = Rules(["*a" * 60 + "b", "**/a/" * 30 + "b", "*a*.log"], ".gitignore")
    name = "a" * 250
    began = time.process_time()
    assert rules.verdict(name, name) is None
    assert rules.verdict(f"a/{name}.log", f"{name}.log") is True
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("pattern", "path", "ignored"),
    [
        ("*a*b*c", "xaybzc", True),
        ("*a*b*c", "xbyazc", None),
        ("*ab*ab*", "abab", True),
        ("*ab*ab*", "abxa", None),
        ("a?*[xy]*z", "abxz", True),
        ("*.[ch]*~", "a.c.b~", True),
        ("**/a/**/b", "x/a/y/b", True),
        ("x*y*z/q", "xyz/q", True),
    ],
)
def test_stars_mean_what_they_did(pattern: str, path: str, ignored: bool | None) -> None:
    assert Rules([pattern], "x").verdict(path, path.rpartition("/")[2]) is ignored


@pytest.mark.parametrize("uri", ["file://[", "file:///%00", "file:///a\ud800", "untitled:x", ""])
def test_a_uri_that_can_be_no_path(uri: str) -> None:
    assert path_of(uri) is None


def test_bytes_that_are_no_text_are_a_path() -> None:
    path = path_of("file:///a/%FF")
    assert path is not None
    assert os.fsencode(path) == b"/a/\xff"


async def test_a_message_of_the_host_that_is_nested_too_deeply() -> None:
    from targets import _read  # noqa: PLC0415 - for this alone.

    body = b"[" * 100_000
    assert await _read(len(body).to_bytes(4, "big") + body) == []


@pytest.mark.parametrize("count", [None, "x", [], 1.5])
def test_counts_that_are_no_numbers(count: object) -> None:
    with pytest.raises(EngineError):
        wire.to_counts({"counts": [count]}, 1)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        json.dumps(RECORD | {"address": []}),
        json.dumps(RECORD | {"pid": True}),
        '[{"at": "yesterday", "lived": 1, "cause": "x"}]',
        '[{"at": 1' + "0" * 400 + ', "lived": 1, "cause": "x"}]',
    ],
)
def test_damaged_records_of_a_host(tmp_path: Path, text: str) -> None:
    files = HostFiles(tmp_path, "x")
    files.record.write_text(text, encoding="utf-8")
    files.ends.write_text(text, encoding="utf-8")
    assert files.read_record() is None
    assert files.read_ends() == []


@pytest.mark.parametrize(
    "damage", ["[" * 100_000, '{"when": 1' + "0" * 400 + ', "messages": []}', "[]", "\0"]
)
def test_a_damaged_chat_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.setenv("PILLION_CHATS_DIR", str(tmp_path))
    chats = Conversations("/project")
    chats.keep(good := Conversation(messages=[Message(Role.USER, "Half: \ud83d")]))
    (chats._folder / "bad.json").write_text(damage, encoding="utf-8")
    (found,) = chats.all()
    assert found.messages == good.messages
    assert stat.S_IMODE(chats._path(good.id).stat().st_mode) == 0o600


@pytest.mark.parametrize("choice", ["http://[", "~nobody-of-that-name/x", "x" * 5000, "a\0b"])
def test_a_source_that_can_be_none(choice: str) -> None:
    with pytest.raises(UsageError):
        choose_sources(catalogue()[0], choice)


def test_an_address_that_cannot_be_sent() -> None:
    with pytest.raises(UsageError):
        endpoint.parse("http://\ud800")
