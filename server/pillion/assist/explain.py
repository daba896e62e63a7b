"""An explanation of code that speaks only of what is there.

    range -> what it uses -> its parts -> prompt -> model, line by line -> what is so
          -> what is read off the code -> Markdown

The model sees the range with line numbers and secrets hidden, and the headers of what it uses,
here and in the workspace. It goes on from sentences that are begun for it: one about the whole, one
for each part by its lines, as the parser has them. A sentence about names or lines that do not
exist is left out. What can be read off the code is listed below as it stands there, not as the
model says: conditions, ranges, errors and given results, and what the code uses.
"""

from __future__ import annotations

import builtins
import keyword
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pillion.assist.asking import ask
from pillion.base.outcome import Nothing, Reason
from pillion.context.glossary import glossary
from pillion.context.redact import redact
from pillion.engine.purpose import Purpose, engine_for
from pillion.post.claims import Claims, words_of
from pillion.post.rewrite.indent import dedent
from pillion.prompt.explain import explaining, numbered
from pillion.syntax.definitions import definitions
from pillion.syntax.extent import extent
from pillion.syntax.facts import facts
from pillion.syntax.languages import language_of
from pillion.syntax.parse import parse
from pillion.syntax.steps import steps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pillion.context.glossary import Term
    from pillion.context.index.index import Index
    from pillion.engine.base import Cancel, Engine
    from pillion.prompt.chat import Message
    from pillion.syntax.extent import Extent
    from pillion.syntax.parse import Parsed
    from pillion.syntax.steps import Step
    from pillion.text.snapshot import Snapshot

MOST_LINES = 200
MOST_TOKENS = 70
"""Of one line; a small model that is given more begins to repeat itself."""

MOST_ANSWER_TOKENS = 11 * MOST_TOKENS

_FRAME_TOKENS = 64
_LONGEST_QUOTE = 100
_THIS = re.compile(r"^(?:This|The) (?:line|code|function|method|block|class|part) (?=[a-z]+s\b)")

_COMMON = words_of(
    "None True False null undefined true false nil this self cls super int str float bool list "
    "dict set tuple bytes string number boolean object array Array Object Map Set Promise Error "
    "void any unknown never char double long short unsigned size_t std vector map bool error byte"
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What code does, in Markdown, and what it was told of."""

    title: str
    text: str
    """What the model said, without what was not so."""
    uses: tuple[Term, ...]
    first: int
    last: int
    """Lines, from 1."""
    facts: tuple[str, ...] = ()
    """What is read off the code, a line of Markdown each."""
    left_out: tuple[str, ...] = ()
    """What sentences spoke of that were left out, because it does not exist."""

    @property
    def markdown(self) -> str:
        """The whole page."""
        return f"# {self.title}\n\n{self.text}{self.footer}"

    @property
    def exactly(self) -> str:
        """What is read off the code, under its heading; empty where that is nothing."""
        return "## Worth knowing\n\n" + "".join(self.facts) if self.facts else ""

    @property
    def footer(self) -> str:
        """What follows behind the model's own text."""
        parts = [f"\n{self.exactly}"] if self.facts else []
        if self.uses:
            rows = "\n".join(_row(one) for one in self.uses)
            parts.append(f"\n## What it uses\n\n{rows}\n")
        if self.left_out:
            names = ", ".join(dict.fromkeys(self.left_out))
            parts.append(
                f"\n_Left out, because it is not in the code: what was said about {names}._\n"
            )
        return "".join(parts)


async def explain(
    snapshot: Snapshot,
    start: int,
    end: int,
    engine: Engine,
    cancel: Cancel,
    *,
    index: Index | None = None,
    path: str = "",
    stream: Callable[[str], None] = lambda _: None,
) -> Explanation | Nothing:
    """Explain a selection, or the function around the cursor; `stream` gets the page as it grows.

    Raises `EngineError` when the model cannot answer.
    """
    language = language_of(snapshot.language, snapshot.uri)
    parsed = parse(snapshot.text, language)
    found = extent(snapshot, parsed, start, end, MOST_LINES)
    hidden = redact(snapshot.text, snapshot.language)
    code = hidden[found.start : found.end]
    if not code.strip():
        return Nothing(Reason.NO_CODE_HERE)
    if found.lines > MOST_LINES:
        size = f"It has {found.lines} lines; select {MOST_LINES} at most."
        return Nothing(Reason.RANGE_TOO_LARGE, size)
    first = snapshot.lines.at(found.start) + 1
    uses = glossary(snapshot, found.start, found.end, language, index=index, path=path)
    shown = dedent(code.replace("\r\n", "\n").replace("\r", "\n"))
    messages = explaining(
        numbered(shown, first), language.name, language.id, "\n".join(map(_header, uses))
    )
    engine = engine_for(engine, Purpose.CHAT)
    info = await engine.load()
    prompt_tokens = sum(await engine.count([one.text for one in messages])) + _FRAME_TOKENS
    if info.context_tokens - prompt_tokens < MOST_ANSWER_TOKENS:
        return Nothing(Reason.RANGE_TOO_LARGE, "It is longer than the model can read.")
    title = _title(snapshot, found, path, first)
    stream(f"# {title}\n\n")
    claims = Claims(_names(snapshot.text, uses), first, first + found.lines - 1)
    writer = _Writer(engine, messages, cancel, claims, stream, f"explain:{snapshot.uri}")
    await writer.line("", _subject(parsed, found))
    for number, step in enumerate(steps(snapshot, parsed, found)):
        if cancel.is_set():
            break
        await writer.line("" if number else "\n", _step(snapshot, hidden, step))
    if cancel.is_set():
        return Nothing(Reason.CANCELLED)
    if not writer.text.strip():
        return Nothing(Reason.MODEL_STOPPED)
    lines = snapshot.lines
    read = facts(parsed, hidden, found.start, found.end)
    made = Explanation(
        title,
        writer.text,
        uses,
        first,
        first + found.lines - 1,
        tuple(
            f"{'  ' * fact.depth}- Line {lines.at(fact.at) + 1}: {fact.text}.\n" for fact in read
        ),
        tuple(claims.left_out),
    )
    stream(made.footer)
    return made


@dataclass(slots=True)
class _Writer:
    """Writes an explanation line by line, each from a beginning that is given."""

    engine: Engine
    messages: list[Message]
    cancel: Cancel
    claims: Claims
    stream: Callable[[str], None]
    session: str
    text: str = ""
    said: set[str] = field(default_factory=set)

    async def line(self, before: str, begin: str) -> None:
        """Let the model go on from `begin` to the end of the line; keep what is so."""
        before = before if self.text else ""
        said, _ = await ask(
            self.engine,
            self.messages,
            self.cancel,
            begin=self.text + before + begin,
            end=lambda text: at if (at := text.find("\n")) >= 0 else None,
            most=MOST_TOKENS,
            session=self.session,
        )
        kept = self.claims.kept(_whole_sentences(said))
        if kept is None or not kept.strip():
            return
        kept = _plain(kept.strip())
        if kept in self.said:
            return  # What it says twice, it says of nothing in particular.
        self.said.add(kept)
        line = f"{before}{begin}{kept}\n"
        self.text += line
        self.stream(line)


def _plain(said: str) -> str:
    """Leave out that it is this line that is spoken of; that stands in front."""
    rest = _THIS.sub("", said)
    return rest[:1].upper() + rest[1:] if rest else said


def _whole_sentences(said: str) -> str:
    """Drop a last sentence that has no end, if there is one before it."""
    said = said.strip()
    whole = said.endswith((".", "!", "`", ")")) and said.count("`") % 2 == 0
    if whole or ". " not in said:
        return said
    return said[: said.rindex(". ") + 1]


def _subject(parsed: Parsed | None, found: Extent) -> str:
    """Return how the first sentence begins."""
    inside = [
        item
        for item in (definitions(parsed) if parsed else ())
        if found.start <= item.start and item.end <= found.end
    ]
    whole = [one for one in inside if one.end - one.start >= (found.end - found.start) * 0.8]
    return f"`{whole[0].name}`: " if whole else "Purpose: "


def _step(snapshot: Snapshot, shown: str, step: Step) -> str:
    """Return how the sentence about a part begins: by its lines and what they say.

    Without the code beside it, a small model takes one line for the next, and tells of a loop only
    over what it goes.
    """
    lines = snapshot.lines
    code = shown[lines.starts[step.first] : lines.ends[step.last]]
    code = " ".join(line.strip() for line in code.splitlines())
    if len(code) > _LONGEST_QUOTE:
        code = f"{code[:_LONGEST_QUOTE].rstrip()} …"
    quoted = f", `{code}`" if code and "`" not in code else ""
    return f"- {_lines(step.first + 1, step.last + 1)}{quoted}: "


def _lines(first: int, last: int) -> str:
    return f"Line {first}" if first == last else f"Lines {first} to {last}"


def _names(text: str, uses: Sequence[Term]) -> frozenset[str]:
    known = words_of(text, *(f"{one.name} {one.signature} {one.path}" for one in uses))
    return known | _COMMON | frozenset(dir(builtins)) | frozenset(keyword.kwlist)


def _title(snapshot: Snapshot, found: Extent, path: str, first: int) -> str:
    name = path or snapshot.uri.rpartition("/")[2]
    last = first + found.lines - 1
    return f"{name}, line {first}" if first == last else f"{name}, lines {first} to {last}"


def _header(one: Term) -> str:
    return f"{one.signature}  # {one.doc}" if one.doc else one.signature


def _row(one: Term) -> str:
    where = f" ({one.path}, line {one.line + 1})" if one.path else f" (line {one.line + 1})"
    return f"- `{one.signature}`{where}" + (f": {one.doc}" if one.doc else "")
