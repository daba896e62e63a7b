"""Every query compiles, and captures what is drawn beneath its fixture.

A capture on one line is underlined with ``^``; one over several lines has ``╭`` beneath its first
line and ``╰`` beneath its last. ``PILLION_UPDATE_SNAPSHOTS=1`` redraws the snapshots.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tree_sitter import QueryCursor

from pillion.syntax import grammars
from pillion.syntax.languages import Language, language_of, languages
from pillion.syntax.outline import KINDS, outline
from pillion.syntax.parse import parse
from pillion.text.snapshot import Snapshot

HERE = Path(__file__).parent
PARSED = [language for language in languages() if language.grammar]
VOCABULARY = {
    "site": {"block", "header", "string", "code", "comment", "quote", "open", "close"},
    "borders": {"border", "lead"},
    "definitions": {
        *KINDS,
        *("scope", "name", "owner", "body", "doc", "marker", "whole", "decorator", "comment"),
    },
    "imports": {
        *("import", "module", "prefix", "require", "tree"),
        *("name", "alias", "default", "all", "everything", "last", "tail"),
    },
    "references": {"reference"},
}

DRAWN = [question for question in VOCABULARY if question != "references"]
"""References are all names; the outline counts them."""


@pytest.mark.parametrize("question", VOCABULARY)
@pytest.mark.parametrize("language", PARSED, ids=lambda language: language.id)
def test_query_compiles_and_keeps_to_the_vocabulary(language: Language, question: str) -> None:
    query = grammars.query_of(language, question)
    assert query is not None
    names = {query.capture_name(index) for index in range(query.capture_count)}
    assert names <= VOCABULARY[question]


@pytest.mark.parametrize("question", DRAWN)
@pytest.mark.parametrize("language", PARSED, ids=lambda language: language.id)
def test_captures_are_drawn(language: Language, question: str) -> None:
    (fixture,) = (HERE / "fixtures").glob(f"{language.id}.*")
    drawn = _draw(fixture.read_text(encoding="utf-8"), language, question)
    check(drawn, f"{language.id}.{question}.txt")


@pytest.mark.parametrize("language", PARSED, ids=lambda language: language.id)
def test_outlines_are_listed(language: Language) -> None:
    """What becomes of the captures: definitions, imports, the most frequent names, chunks."""
    (fixture,) = (HERE / "fixtures").glob(f"{language.id}.*")
    found = outline(fixture.read_text(encoding="utf-8"), language)
    lines = [
        f"{item.line + 1}-{item.end_line + 1} {item.kind} {item.qualified} | {item.signature}"
        + (f" | {item.doc}" if item.doc else "")
        for item in found.definitions
    ]
    lines += [
        f"{item.line + 1} import {item.module} | "
        + ", ".join(f"{name} as {alias}" for name, alias in item.names)
        for item in found.imports
    ]
    counts = sorted(found.references.items(), key=lambda item: (-item[1], item[0]))
    lines.append("names " + " ".join(f"{name}:{count}" for name, count in counts[:12]))
    chunks = [f"{chunk.line + 1}-{chunk.end_line + 1}" for chunk in found.chunks]
    lines.append("chunks " + " ".join(chunks))
    check("\n".join(lines) + "\n", f"{language.id}.outline.txt")


def check(drawn: str, name: str) -> None:
    snapshot = HERE / "snapshots" / name
    if os.environ.get("PILLION_UPDATE_SNAPSHOTS"):
        snapshot.write_text(drawn, encoding="utf-8")
    assert drawn == snapshot.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", PARSED, ids=lambda language: language.id)
def test_every_pattern_has_an_example(language: Language) -> None:
    """A pattern that matches nothing in the fixture is a pattern nobody has looked at."""
    (fixture,) = (HERE / "fixtures").glob(f"{language.id}.*")
    examples = fixture.read_text(encoding="utf-8")
    if language.queries:
        others = (HERE / "fixtures").glob(f"{language.queries}.*")
        examples = next(others).read_text(encoding="utf-8") + examples
    parsed = parse(examples, language)
    assert parsed is not None
    for question in VOCABULARY:
        query = grammars.query_of(language, question)
        assert query is not None
        seen = {pattern for pattern, _ in QueryCursor(query).matches(parsed.tree.root_node)}
        folder = grammars.folder() / (language.queries or language.id)
        source = (folder / f"{question}.scm").read_bytes()
        unseen = set(range(query.pattern_count)) - seen
        starts = sorted(query.start_byte_for_pattern(index) for index in unseen)
        assert [source[start:].split(b"\n")[0].decode() for start in starts] == []


def test_without_a_grammar_there_is_no_query() -> None:
    assert grammars.query_of(language_of("lua"), "site") is None


def _draw(text: str, language: Language, question: str) -> str:
    parsed = parse(text, language)
    assert parsed is not None
    snapshot = Snapshot("file:///x", text)
    beneath: dict[int, list[tuple[int, int, str]]] = {}
    for captures in parsed.matches(question, 0, len(text)):
        for name, nodes in captures.items():
            for start, end in map(parsed.span, nodes):
                first, last = snapshot.lines.at(start), snapshot.lines.at(end)
                column = start - snapshot.lines.starts[first]
                width = end - snapshot.lines.starts[last]
                if first == last:
                    mark = " " * column + "^" * max(1, width - column)
                    beneath.setdefault(first, []).append((column, -width, f"{mark} @{name}"))
                else:
                    top, bottom = f"{' ' * column}╭ @{name}", f"{' ' * max(0, width - 1)}╰ @{name}"
                    beneath.setdefault(first, []).append((column, -1_000, top))
                    beneath.setdefault(last, []).append((width, 0, bottom))
    drawn = []
    for number in range(len(snapshot.lines)):
        drawn.append(f"  {snapshot.line(number)}".rstrip())
        marks = sorted(set(beneath.get(number, [])))
        # Tabs stand as in the source, so that the marks are beneath what they mark.
        tabs = len(snapshot.line(number)) - len(snapshot.line(number).lstrip("\t"))
        drawn += [f"  {_tabbed(mark, tabs)}" for _, _, mark in marks]
    return "\n".join(drawn).rstrip() + "\n"


def _tabbed(mark: str, tabs: int) -> str:
    blank = len(mark) - len(mark.lstrip(" "))
    return "\t" * min(tabs, blank) + mark[min(tabs, blank) :]
