"""Trees are kept, bounded, loaded when needed, and the same with and without a tree before."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest
from tree_sitter import Query, QueryCursor

from pillion.syntax import parse as parsing
from pillion.syntax.languages import PLAIN, Language, language_of, languages
from pillion.syntax.parse import MAX_CHARS, REUSE_FROM, parse

PYTHON = language_of("python")
FUNCTION = "def f(a):\n    return 'é', a\n\n"


def test_an_equal_text_is_parsed_once() -> None:
    first = parse("x = 1 # once", PYTHON)
    assert first is not None
    assert parse("".join(["x = 1", " # once"]), PYTHON) is first
    assert parse("x = 1 # once", language_of("javascript")) is not first


@pytest.mark.parametrize("language", [PLAIN, language_of("lua")], ids=lambda one: one.id)
def test_no_grammar_no_tree(language: Language) -> None:
    assert parse("x", language) is None


@pytest.mark.parametrize("grammar", [("no_such_module", "x"), ("json", "no_such_function")])
def test_a_grammar_that_cannot_be_loaded_counts_as_absent(grammar: tuple[str, str]) -> None:
    assert parse("x", Language("broken", grammar[0], "", "none", grammar)) is None


def test_a_text_that_is_too_large_has_no_tree() -> None:
    assert parse("#" * MAX_CHARS, PYTHON) is not None
    assert parse("#" * (MAX_CHARS + 1), PYTHON) is None


def test_an_error_that_swallows_the_text_is_no_tree() -> None:
    assert parse("(" * 20_000, PYTHON) is None


def test_parsing_ends_when_its_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts like the one that was given up are then refused for a while, and tried again later."""
    monkeypatch.setattr(parsing, "MAX_SECONDS", -1.0)
    slow = FUNCTION * 500
    assert parse(slow, PYTHON) is None
    monkeypatch.undo()
    tries = [parse(slow + "x" * typed, PYTHON) for typed in range(1, 40)]
    assert tries[0] is None
    assert tries[-1] is not None


def test_typing_leaves_no_texts_behind() -> None:
    """What one keystroke took is free once newer texts have taken its place."""
    text = FUNCTION * (30_000 // len(FUNCTION))
    parse(text, PYTHON)
    tracemalloc.start()
    try:
        held = []
        for typed in range(60):
            parse(f"{text}x{'y' * typed}", PYTHON)
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert held[-1] - held[20] < len(text)


def test_queries_see_the_text_of_nodes() -> None:
    """Also of nodes that are longer than the pieces in which the text was handed over."""
    body = "".join(f"    value_{n} = {n}\n" for n in range(400))
    parsed = parse(f"def f():\n{body}", PYTHON)
    assert parsed is not None
    assert parsed.tree.root_node.text == parsed.offsets.data
    query = Query(parsed.tree.language, '((identifier) @one (#match? @one "^value_39.$"))')
    found = QueryCursor(query).captures(parsed.tree.root_node)["one"]
    assert sorted(parsed.slice(node) for node in found) == [f"value_{n}" for n in range(390, 400)]


def test_a_tree_grown_from_the_one_before_is_the_same_as_a_fresh_one() -> None:
    text = FUNCTION * (REUSE_FROM // len(FUNCTION) + 10)
    for at in (0, len(text) // 2 + 5, len(text)):
        for new in ("x = 1\n", "", "é😀", '"""'):
            edited = text[:at] + new + text[at + 3 :]
            parse(text, PYTHON)
            grown = parse(edited, PYTHON)
            _forget()
            fresh = parse(edited, PYTHON)
            assert grown is not None
            assert fresh is not None
            assert grown.tree.root_node.end_point == fresh.tree.root_node.end_point
            if not fresh.broken:
                assert str(grown.tree.root_node) == str(fresh.tree.root_node)


def test_threads_share_the_trees() -> None:
    texts = [f"x = {number}\n" * 50 for number in range(20)] * 5
    with ThreadPoolExecutor(8) as pool:
        trees = list(pool.map(lambda text: parse(text, PYTHON), texts))
    assert all(tree is not None and not tree.broken for tree in trees)


@pytest.mark.parametrize(
    "language", [one for one in languages() if one.grammar], ids=lambda one: one.id
)
def test_every_grammar_loads(language: Language) -> None:
    parsed = parse("\n", language)
    assert parsed is not None
    assert not parsed.broken


def test_importing_the_package_loads_no_grammar() -> None:
    code = (
        "import sys, pillion.syntax.locate, pillion.syntax.check;"
        "print([name for name in sys.modules if name.startswith('tree_sitter_')])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def _forget() -> None:
    parsing._trees.clear()
