"""What is fuzzed besides JSON-RPC: each target makes inputs of bytes, and checks one.

A check raises for whatever the code under it must not do: an error of a kind that is not
promised, an answer that differs from that of a plain second implementation, a limit that is not
kept. `run.py` throws many inputs at them, `test_fuzz.py` a few and the whole corpus.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import random
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from inputs import Choices, Json, corpus, mutated, mutated_json, to_text
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from pillion.assist.actions.action import Change as Edits
from pillion.assist.actions.action import DocumentChange
from pillion.base.errors import EngineAnswerError, EngineError, PillionError
from pillion.base.outcome import Nothing
from pillion.base.settings import Settings, from_json, table
from pillion.commands.conversations import Conversations
from pillion.context.ignore_files import Rules
from pillion.context.redact import redact
from pillion.engine import fingerprint, models, wire
from pillion.engine.http import endpoint
from pillion.engine.http.lines import LONGEST_LINE, Lines, event
from pillion.engine.runtime import HostFiles
from pillion.lsp.acting import Reference
from pillion.lsp.batch import Change, apply
from pillion.lsp.chat import here_of, to_ask, token_of
from pillion.lsp.configuration import Configuration
from pillion.lsp.editor_context import to_update
from pillion.lsp.sessions import Documents
from pillion.lsp.transport import Deframer
from pillion.lsp.workspace_edit import workspace_edit
from pillion.post.prose import Prose
from pillion.post.rewrite.align import align, applied
from pillion.post.rewrite.pipeline import check as check_rewrite
from pillion.post.rewrite.values import Aim, Flaw, Rewrite
from pillion.syntax.extent import Extent
from pillion.syntax.languages import language_of
from pillion.text.edits import Edit, differences
from pillion.text.positions import Encoding, Position, offset_at, position_at
from pillion.text.rebase import rebase
from pillion.text.snapshot import Snapshot

SLOW_SECONDS = 5.0
"""Processor time that counts as a hang."""

_TEXT = "ab \t\n\r\f\u2028é\u0300🦀\ud800"


@dataclass(frozen=True)
class Target:
    """One parser: how its inputs are made, and what must hold for each."""

    name: str
    run: Callable[[bytes], None]
    is_json: bool = False

    def make(self, rng: random.Random) -> bytes:
        """Return an input: chance alone, or something of the corpus with a few changes."""
        kept = _kept(self.name)
        if rng.random() < 0.15:
            return rng.randbytes(rng.randrange(120))
        data = rng.choice(kept)
        if self.is_json and rng.random() < 0.7:
            values = _values(self.name)
            return json.dumps(mutated_json(rng, rng.choice(values), values)).encode()
        return mutated(rng, data, kept)

    def check(self, data: bytes) -> None:
        """Raise if `data` makes the code do what it must not, or takes too long."""
        began = time.process_time()
        self.run(data)
        assert time.process_time() - began < SLOW_SECONDS, "It takes too long."


def frames(data: bytes) -> None:
    """However the bytes are cut, the same bodies come out, and memory is bounded."""
    at = 1 + data[0] if data else 1
    whole, pieces = Deframer(), Deframer()
    found = whole.feed(data)
    again = [body for n in range(0, len(data), at) for body in pieces.feed(data[n : n + at])]
    assert found == again
    assert sum(map(len, found)) <= len(data)
    assert len(whole._buffer) <= max(len(data), 65536)


def documents(data: bytes) -> None:
    """Changes of a document leave what a second, plain implementation leaves."""
    choices = Choices(data)
    encoding: Encoding = choices.one(list(Encoding))
    text = expected = choices.text(_TEXT, 40)
    changes = []
    for _ in range(choices.number(0, 5)):
        new = choices.text(_TEXT, 8)
        if choices.number(0, 9) == 0:
            changes.append(Change(new))
            expected = new
            continue
        start, end = (
            Position(choices.number(-1, 9), choices.one((-1, *range(14), 2**40))) for _ in range(2)
        )
        changes.append(Change(new, start, end))
        one, other = sorted(_offset(expected, place, encoding) for place in (start, end))
        expected = expected[:one] + new + expected[other:]
    before = Snapshot("file:///a", text, 1)
    assert apply(before, changes, encoding) == expected
    kept = Documents()
    kept.open("file:///a", "", 1, text)
    kept.change("file:///a", 2, changes, encoding)
    after = kept.get("file:///a")
    assert not isinstance(after, Nothing)
    assert (after.text, after.version) == (expected, 2)
    for offset in range(len(expected) + 1):
        place = position_at(after, offset, encoding)
        inside = expected[offset - 1 : offset + 1] == "\r\n" and offset > 0
        assert inside or offset_at(after, place, encoding) == offset


def edits(data: bytes) -> None:
    """An editor that makes a workspace edit has the text that was meant; so does a rebased one."""
    choices = Choices(data)
    encoding: Encoding = choices.one(list(Encoding))
    text, other = choices.text(_TEXT, 40), choices.text(_TEXT, 40)
    assert applied(text, differences(text, other)) == other
    made: list[Edit] = []
    at = 0
    for _ in range(choices.number(0, 4)):
        start = min(len(text), at + choices.number(0, 9))
        end = min(len(text), start + choices.number(0, 5))
        if any(text[max(0, n - 1) : n + 1] == "\r\n" for n in (start, end)):
            continue  # No position of the protocol lies inside of a line ending.
        made.append(Edit(start, end, choices.text(_TEXT, 6)))
        at = end + 1
    snapshot = Snapshot("file:///a", text, 3)
    able = choices.one(
        (
            None,
            types.WorkspaceEditClientCapabilities(),
            types.WorkspaceEditClientCapabilities(document_changes=True),
        )
    )
    change = Edits((DocumentChange(snapshot, tuple(made)),), "x")
    edit = workspace_edit(change, encoding, able, lambda _: True)
    assert _as_an_editor(text, edit, encoding) == applied(text, made)
    put = Edit(choices.number(0, len(text)), choices.number(0, len(text)), choices.text(_TEXT, 4))
    now = put.apply(text)
    moved = rebase(made, text, now)
    if moved is not None and now != text:
        (foreign,) = _one_change(text, now)
        assert applied(now, moved) == applied(text, [*made, foreign])


def answers(data: bytes) -> None:
    """Whatever a model answers, the checks end with edits of the range alone, or with a flaw."""
    choices = Choices(data)
    name = choices.one(("plaintext", "plaintext", "python", "typescript"))
    eol = choices.one(("\n", "\r\n"))
    document = eol.join(_DOCUMENT)
    first = choices.number(0, len(_DOCUMENT) - 1)
    last = choices.number(first, len(_DOCUMENT) - 1)
    starts = [0]
    for line in _DOCUMENT:
        starts.append(starts[-1] + len(line) + len(eol))
    start, end = starts[first], starts[last] + len(_DOCUMENT[last])
    aim = Aim(
        Snapshot("file:///a", document, 1, name),
        Extent(start, end, last - first + 1, ""),
        language_of(name),
        keeps_signatures=choices.number(0, 1) == 0,
        shown=document[start:end].replace("\r\n", "\n"),
    )
    rewrite = Rewrite(to_text(choices.rest()), aim, complete=choices.number(0, 1) == 0)
    outcome = check_rewrite(rewrite)
    if isinstance(outcome, Flaw):
        assert outcome.hint is not None
        return
    made = align(aim, outcome.text)
    assert all(start <= one.start <= one.end <= end for one in made)
    got = applied(document, made)
    assert got.startswith(document[:start])
    assert got.endswith(document[end:])
    middle = got[start : len(got) - (len(document) - end)]
    assert _plain(middle) == _plain(outcome.text)


def prose(data: bytes) -> None:
    """Explanations that stream may be cut anywhere; what is shown is never more than was said."""
    choices = Choices(data)
    without = choices.number(0, 1) == 1
    text = to_text(choices.rest())
    shown = []
    for size in (len(text) + 1, 3):
        filter_ = Prose(None, {"a.py": 9}.get, without_code=without)
        parts = [filter_.feed(text[n : n + size]) for n in range(0, len(text), size)]
        shown.append("".join(parts) + filter_.end())
    assert shown[0] == shown[1]


def messages(data: bytes) -> None:
    """Bytes on the host's socket are messages or a `WireError`, and so is what is in them."""
    for value in _LOOP.run_until_complete(_read(data)):
        for part in (one for one in (value, *value.values()) if isinstance(one, dict)):
            for read in (wire.to_request, wire.to_chunk, wire.to_texts, wire.to_info):
                _allows(wire.WireError, read, part)
            _allows(EngineError, functools.partial(wire.to_counts, expected=1), part)
            _allows(wire.WireError, wire.to_error, part)


def settings(data: bytes) -> None:
    """Settings are of the right kind and in range, whatever an editor sends."""
    value = _json(data)
    configuration = Configuration()
    warnings = [*configuration.start_with(value), *configuration.change_to(value)]
    assert all(isinstance(warning, str) for warning in warnings)
    found = [configuration.settings]
    if isinstance(value, dict):
        found.append(from_json(value)[0])
    for one in found:
        _check_settings(one)


def ignores(data: bytes) -> None:
    """An ignore file decides quickly, and as its last pattern that fits says."""
    choices = Choices(data)
    path = choices.text("ab/.-*é", 60).strip("/") or "a"
    lines = to_text(choices.rest()).split("\n")
    rules = Rules(lines, "x")
    name = path.rpartition("/")[2]
    verdict = rules.verdict(path, name)
    last = rules._last(path)
    assert verdict == (last.include if last else None)
    assert isinstance(rules.line_for(path), str)


def chats(data: bytes) -> None:
    """A chat on the disk is read or left out; a damaged one is no reason to fail."""
    root = _folder()
    os.environ["PILLION_CHATS_DIR"] = str(root / "chats")
    kept = Conversations("/project")
    kept._folder.mkdir(parents=True, exist_ok=True)
    (kept._folder / "abc.json").write_bytes(data)
    for chat in kept.all():
        assert isinstance(chat.title, str)
        assert isinstance(kept.get("abc").when, float)


def records(data: bytes) -> None:
    """What a host or a pull left on the disk is read or taken for nothing."""
    files = HostFiles(_folder(), "host")
    for path in (files.record, files.ends, _folder() / "x.sha256.json"):
        path.write_bytes(data)
    if record := files.read_record():
        assert isinstance(record.alive, bool)
        assert isinstance(record.address, str | int)
    assert all(0 <= time.time() - end.at < 120 for end in files.read_ends())
    fingerprint._read(_folder() / "x.sha256.json")


def parameters(data: bytes) -> None:
    """Parameters of Pillion's own methods are read, or refused with an error of the protocol."""
    value = _json(data)
    _allows(JsonRpcException, to_ask, value)
    _allows(JsonRpcException, Reference.of, value)
    to_update(value)
    token_of(value)
    if isinstance(value, dict):
        here_of(value.get("textDocument"), value.get("selection"))


def remote(data: bytes) -> None:
    """A remote engine may send anything: lines of bounded length, or one kind of error."""
    at = 1 + data[0] if data else 1
    whole, pieces = Lines(), Lines()
    try:
        lines = whole.feed(data) + whole.end()
        again = [line for n in range(0, len(data), at) for line in pieces.feed(data[n : n + at])]
        assert lines == again + pieces.end()
        assert all(len(line) <= LONGEST_LINE for line in lines)
        for line in lines:
            event(line)
    except EngineAnswerError:
        pass


def names(data: bytes) -> None:
    """Names of models, sources and remote engines: known, or refused in a sentence."""
    text = to_text(data)
    _allows(PillionError, models.find, text)
    _allows(PillionError, endpoint.parse, text)
    _allows(PillionError, functools.partial(models.choose_sources, models.catalogue()[0]), text)


def catalogue(data: bytes) -> None:
    """The catalogue of models is TOML of one form; anything else fails in one of a few ways."""
    import tomllib  # noqa: PLC0415 - for this alone.

    try:
        tables = tomllib.loads(to_text(data))["model"]
        found = [models._from_table(table_) for table_ in tables]
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    assert all(one.sources for one in found)


def secrets(data: bytes) -> None:
    """Hiding secrets keeps the length and the lines of a text."""
    text = to_text(data)
    hidden = redact(text, "python")
    assert len(hidden) == len(text)
    assert [n for n, c in enumerate(hidden) if c == "\n"] == [
        n for n, c in enumerate(text) if c == "\n"
    ]


TARGETS = {
    target.name: target
    for target in (
        Target("frames", frames),
        Target("documents", documents),
        Target("edits", edits),
        Target("answers", answers),
        Target("prose", prose),
        Target("messages", messages),
        Target("settings", settings, is_json=True),
        Target("ignores", ignores),
        Target("chats", chats, is_json=True),
        Target("records", records, is_json=True),
        Target("parameters", parameters, is_json=True),
        Target("remote", remote),
        Target("names", names),
        Target("catalogue", catalogue),
        Target("secrets", secrets),
    )
}

_TABLE = table()

_LOOP = asyncio.new_event_loop()

_DOCUMENT = (
    "import os",
    "",
    "def add(a, b):",
    "    # Adds.",
    "    total = a + b",
    "    return total",
    "",
    "class Shop:",
    "    def price(self):",
    "        return os.getcwd()",
)


@functools.cache
def _kept(name: str) -> list[bytes]:
    return corpus(name)


@functools.cache
def _values(name: str) -> list[Json]:
    found = []
    for line in _kept(name):
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError):
            continue
    return found


@functools.cache
def _folder() -> Path:
    """Return a folder in memory, where there is one."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own in it.
    return Path(tempfile.mkdtemp(prefix="fuzz-", dir=memory if memory.is_dir() else None))


def _allows(error: type[Exception], function: Callable[[Any], object], value: object) -> None:
    with contextlib.suppress(error):
        function(value)


def _json(data: bytes) -> Json:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return to_text(data)


async def _read(data: bytes) -> list[dict[str, Any]]:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    found = []
    try:
        while (value := await wire.read(reader)) is not None:
            found.append(value)
    except wire.WireError:
        pass
    return found


def _offset(text: str, place: Position, encoding: Encoding) -> int:
    """Return the offset of a position, the slow way: by encoding the line."""
    if place.line < 0:
        return 0
    parts = re.split(r"(\r\n|\n|\r)", text)
    lines, ends = parts[::2], [*parts[1::2], ""]
    if place.line >= len(lines):
        return len(text)
    start = sum(len(lines[n]) + len(ends[n]) for n in range(place.line))
    units = 0
    for index, char in enumerate(lines[place.line]):
        units += _units(char, encoding)
        if units > place.column:
            return start + index
    return start + len(lines[place.line])


def _units(char: str, encoding: Encoding) -> int:
    if encoding is Encoding.UTF32:
        return 1
    if encoding is Encoding.UTF16:
        return len(char.encode("utf-16-le", "surrogatepass")) // 2
    return len(char.encode("utf-8", "surrogatepass"))


def _as_an_editor(text: str, edit: types.WorkspaceEdit, encoding: Encoding) -> str:
    changes: Sequence[Any] = (edit.changes or {}).get("file:///a", ())
    for document in edit.document_changes or ():
        assert isinstance(document, types.TextDocumentEdit)
        changes = document.edits
    made = []
    for one in changes:
        start, end = (
            _offset(text, Position(place.line, place.character), encoding)
            for place in (one.range.start, one.range.end)
        )
        made.append((start, end, one.new_text))
    for start, end, new in sorted(made, key=lambda one: one[0], reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _one_change(before: str, after: str) -> tuple[Edit]:
    head = _same(before, after)
    most = min(len(before), len(after)) - head
    tail = min(most, _same(before[::-1], after[::-1]))
    return (Edit(head, len(before) - tail, after[head : len(after) - tail]),)


def _same(one: str, other: str) -> int:
    """Return how many characters two texts begin with together."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _plain(text: str) -> list[str]:
    return [line.rstrip() for line in re.split(r"\r\n|\n", text)]


def _check_settings(found: Settings) -> None:
    values = {one.name: getattr(found, one.name) for one in fields(found)}
    for name, meta, type_, _ in _TABLE:
        value = values[name]
        if type_ in {bool, int, str}:
            assert type(value) is type_
        else:
            assert isinstance(value, tuple)
            assert all(isinstance(item, str) for item in value)
        if meta.choices:
            assert value in meta.choices
        if meta.minimum is not None:
            assert value >= meta.minimum
        if meta.maximum is not None:
            assert value <= meta.maximum
