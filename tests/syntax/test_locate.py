"""What the cursor is in: block, string, comment, and whether the code around it is broken."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cursor import at_cursor
from pillion.syntax.locate import locate
from pillion.syntax.site import Site
from pillion.text.snapshot import Snapshot

LANGUAGES = [
    "python",
    "javascript",
    "typescript",
    "typescriptreact",
    "go",
    "rust",
    "java",
    "c",
    "cpp",
    "csharp",
    "ruby",
    "php",
    "kotlin",
    "elixir",
    "unheard-of",
]


def site_at(marked: str, language: str = "python") -> Site:
    snapshot, offset = at_cursor(marked, language)
    return locate(snapshot, offset)


def check_block(
    marked: str, language: str, header: str | None, text: str = "", indent: str = ""
) -> None:
    """Check the first line of the block's owner, the block's text and its owner's indentation."""
    site = site_at(marked, language)
    source = site.snapshot.text
    if header is None:
        assert site.block is None
        return
    assert site.block is not None
    line_end = site.snapshot.lines.ends[site.snapshot.lines.at(site.block.header)]
    assert source[site.block.header : line_end] == header
    assert source[site.block.start : site.block.end] == text
    assert site.block.indent == indent


@pytest.mark.parametrize(
    ("marked", "header", "text", "indent"),
    [
        # In a body, and where a body is about to begin.
        ("def f():\n    re█turn 1\n", "def f():", "return 1", ""),
        ("def f():\n    █", "def f():", "", ""),
        ("def f():\n    █\n\ndef g():\n    pass\n", "def f():", "", ""),
        ("def f():\n\t█\n", "def f():", "", ""),
        ("def f():█\n", "def f():", "", ""),
        ("if x: # why\n    █", "if x: # why", "", ""),
        ("if x: █", "if x: ", "", ""),
        ("async def f(\n    a,\n) -> int:\n    █", "async def f(", "", ""),
        ("def f(a,\n      b):\n    █x", "def f(a,", "x", ""),
        # Below a body: the indentation of the cursor's line decides.
        ("def f():\n    a\n    █", "def f():", "a\n    ", ""),
        ("def f():\n    a\n█", None, "", ""),
        ("def f():\n    if x:\n        a\n        █\n    b\n", "if x:", "a\n        ", "    "),
        ("def f():\n    if x:\n        a\n    █\n", "def f():", "if x:\n        a\n    ", ""),
        (
            "class A:\n    def f(self):\n        a\n    █",
            "class A:",
            "def f(self):\n        a\n    ",
            "",
        ),
        ("def f():\r\n    a\r\n    █", "def f():", "a\r\n    ", ""),
        # An empty line between two statements is in the block of both.
        ("def f():\n    a\n█\n    b\n", "def f():", "a\n\n    b", ""),
        ("def f():\n█\n    b\n", "def f():", "\n    b", ""),
        # The innermost of several, also on one line.
        ("for x in y:\n    if x: a; b█\n", "if x: a; b", "a; b", "    "),
        ("match x:\n    case 1:\n        █", "case 1:", "", "    "),
        ("try:\n    a\nexcept E:\n    b█\n", "except E:", "b", ""),
        ("if a:\n    b\nelse:\n    c█", "else:", "c", ""),
        # Comments and the text of strings have no indentation.
        ("def f():\n    a\n# note\n    █", "def f():", "a\n# note\n    ", ""),
        ('def f():\n    """\ndoc█\n    """\n    a', "def f():", '"""\ndoc\n    """\n    a', ""),
        ('def f():\n    a = """\nif x:\n"""\n    █', "def f():", 'a = """\nif x:\n"""\n    ', ""),
        # What is no block.
        ("x = {\n    'a': 1,\n    █\n}", None, "", ""),
        ("a\n█", None, "", ""),
        ("def f(█):\n    a", None, "", ""),
        ("def f(\n    a,█\n):\n    b", None, "", ""),
        (
            "class A:\n    if (a and\n            b█):\n        c",
            "class A:",
            "if (a and\n            b):\n        c",
            "",
        ),
        ("", None, "", ""),
        # One broken line does not change the lines around it.
        ("def f():\n    x = (1,\n    y█\n\ndef g():\n    pass\n", "def f():", "x = (1,\n    y", ""),
        ("class A:\n    def f(self\n        █", "class A:", "def f(self\n        ", ""),
        ("if a == '#':  # note\n    █", "if a == '#':  # note", "", ""),
    ],
)
def test_block_by_indentation(marked: str, header: str | None, text: str, indent: str) -> None:
    check_block(marked if "█" in marked else marked + "█", "python", header, text, indent)


@pytest.mark.parametrize(
    ("language", "marked", "header", "text"),
    [
        ("javascript", "function f() {█}", "function f() {}", "{}"),
        ("javascript", "function f() {}█", None, ""),
        ("javascript", "function f() █{}", None, ""),
        ("javascript", "foo(() => {\n  █\n});", "() => {", "{\n  \n}"),
        ("javascript", "if (a) { b } else { █ }", "else {  }", "{  }"),
        ("javascript", "x = { a: █ }", None, ""),
        ("typescriptreact", "<p a={() => { █ }}/>", "() => {  }}/>", "{  }"),
        ("typescript", "interface A {\n  █\n}", "interface A {", "{\n  \n}"),
        ("go", "func f() {\n\tif x {\n\t\t█\n\t}\n}", "if x {", "{\n\t\t\n\t}"),
        ("go", "switch x {\ncase 1:\n\t█\n}", "switch x {", "{\ncase 1:\n\t\n}"),
        ("rust", "fn f() { match x { A => { █ } } }", "A => {  } } }", "{  }"),
        ("java", "class A { void f() { █ } }", "void f() {  } }", "{  }"),
        ("c", "int f()\n{\n    █\n}", "int f()", "{\n    \n}"),
        ("cpp", "namespace a { struct B { █ }; }", "struct B {  }; }", "{  }"),
        ("csharp", "class A { int F() { if (x) { } else { █ } } }", "else {  } } }", "{  }"),
        ("csharp", "class A { int P { get { █ } } }", "get {  } } }", "{  }"),
        ("php", "<?php\nfunction f() {\n    █\n}", "function f() {", "{\n    \n}"),
        ("kotlin", "fun f() {\n    xs.map { █ }\n}", "{  }", "{  }"),
        ("kotlin", "fun f() {\n    if (x) { █ }\n}", "if (x) {  }", "{  }"),
        # Without a closing brace, and in the middle of an error.
        ("javascript", "function f() {\n  █", "function f() {", "{\n  "),
        ("javascript", "function f() {\n  const x = █\n", "function f() {", "{\n  const x = "),
        ("javascript", "a() }\nif (x) {\n  foo(█", "if (x) {", "{\n  foo("),
        ("java", "class A {\n  void f() {\n    x = █", "void f() {", "{\n    x = "),
        ("javascript", "function f() {\n  x = { a: (█", "function f() {", "{\n  x = { a: ("),
        ("go", "func f() {\n\tx := P{a: (█", "func f() {", "{\n\tx := P{a: ("),
        ("c", "int f()\n\n{\n    x = (█", "int f()", "{\n    x = ("),
        ("c", "int f()\n{\n    x = (█", "int f()", "{\n    x = ("),
        ("cpp", "for (;;) {\n    x<█", "for (;;) {", "{\n    x<"),
    ],
)
def test_block_in_braces(language: str, marked: str, header: str | None, text: str) -> None:
    site = site_at(marked, language)
    indent = ""
    if site.block:
        line = site.snapshot.line(site.snapshot.lines.at(site.block.header))
        indent = line[: len(line) - len(line.lstrip())]
    check_block(marked, language, header, text, indent)


def test_a_language_without_a_parser_has_no_blocks() -> None:
    assert site_at("def f do\n  █\nend", "elixir").block is None
    assert site_at("func f() {\n  █\n}", "swift").block is None


def test_ruby_has_a_parser_but_no_blocks() -> None:
    """Its blocks are neither braces nor indentation."""
    assert site_at("def f\n  █\nend", "ruby").block is None


@pytest.mark.parametrize(
    ("language", "marked", "expected"),
    [
        ("python", "x = █'a'", ""),
        ("python", "x = '█a'", "string"),
        ("python", "x = 'a█'", "string"),
        ("python", "x = 'a'█", ""),
        ("python", "x = ''█", ""),
        ("python", "x = '█'", "string"),
        ("python", "x = rb'█'", "string"),
        ("python", "x = r█b''", ""),
        ("python", 'x = """a\n█b\n"""', "string"),
        ("python", 'x = """a\nb"""█', ""),
        ("python", "f'a{█}b'", ""),
        ("python", "f'a█{b}c'", "string"),
        ("python", "f'a{b}█c'", "string"),
        ("python", "f'a{b[\"█\"]}c'", "string"),
        ("python", "x  # note█", "comment"),
        ("python", "x  # note█\ny", "comment"),
        ("python", "x  # note\r\n█y", ""),
        ("python", "x  █# note", ""),
        ("python", "x  #█", "comment"),
        ("python", "'# █'", "string"),
        # Nobody has closed the quote yet.
        ("python", "x = 'a█\ny = 1", "string"),
        ("python", "x = 'a\ny = █1", ""),
        ("python", "def f():\n    '''Do a\n    thing█", "string"),
        ("javascript", "x = `a\n█", "string"),
        ("javascript", "x = `a${█}`", ""),
        ("javascript", "x = `a$█{b}`", "string"),
        ("javascript", "x = 'it\\'s█", "string"),
        ("javascript", "/* █ */ x", "comment"),
        ("javascript", "/* a */█ x", ""),
        ("javascript", "x █// a", ""),
        ("javascript", "x // a█", "comment"),
        ("typescriptreact", "<p>It's █</p>", ""),
        ("go", "x := `a\n█`", "string"),
        ("go", "x := 'a'█", ""),
        ("rust", "fn f<'a>(x: &'a str) { █ }", ""),
        ("rust", 'let x = r#"a"█"#;', "string"),
        ("rust", "/// doc█\nfn f() {}", "comment"),
        ("rust", "/// doc\n█fn f() {}", ""),
        ("java", 'var x = """\n  a "█b\n  """;', "string"),
        ("c", '#include "█a.h"', "string"),
        ("c", "#include <a█.h>", "string"),
        ("cpp", 'auto x = R"x(a)"█)x";', "string"),
        ("csharp", 'var x = $"a {█b}";', ""),
        ("csharp", 'var x = @"a ""█b""";', "string"),
        ("ruby", 'x = "a #{█b}"', ""),
        ("ruby", "x = <<~A\n  it's █\nA\n", "string"),
        ("ruby", "=begin\n█\n=end\n", "comment"),
        ("php", "<?php\n$x = 'a█';", "string"),
        ("php", "<?php\n# it's█\n", "comment"),
        ("kotlin", 'val x = "a ${█b}"', ""),
        ("kotlin", 'val x = """a "█b"""', "string"),
        # Without a parser, the cursor's line is all there is.
        ("elixir", "x = 'a█'", "string"),
        ("elixir", "x = 'a' █", ""),
        ("elixir", "x = 1 # it's█", "comment"),
        ("elixir", "'#{x} █'", "string"),
        ("yaml", "a: it's █", ""),
        ("sql", "select 1 -- a█", "comment"),
        ("unheard-of", "it's # a 'b█", ""),
        # Astral characters and half surrogate pairs before the cursor.
        ("python", "é = '😀█'", "string"),
        ("python", "x = '\ud83d█'", "string"),
        ("python", "x = '\ud83d'█", ""),
    ],
)
def test_in_string_or_comment(language: str, marked: str, expected: str) -> None:
    site = site_at(marked, language)
    assert (site.in_string, site.in_comment) == (expected == "string", expected == "comment")


@pytest.mark.parametrize(
    ("marked", "broken"),
    [
        ("x = █1\n", False),
        ("x = (█\n", True),
        ("x = )\ny█\n", True),
        ("x█\ny = )\n", True),
        ("x = )\ny\nz█\n", False),
        ("", False),
    ],
)
def test_broken_is_about_the_lines_around_the_cursor(marked: str, broken: bool) -> None:
    assert site_at(marked or "█").broken is broken


def test_the_line_around_the_cursor() -> None:
    site = site_at("a\r\n\tfoo(█) 😀\r\nb")
    assert (site.typed, site.rest) == ("\tfoo(", ") 😀")
    assert (site.before, site.after) == ("a\r\n\tfoo(", ") 😀\r\nb")


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [("ab", 99, 2), ("ab", -1, 0), ("", 7, 0), ("a\r\nb", 2, 1), ("a\n", 2, 2)],
)
def test_an_offset_outside_the_text_is_moved_into_it(text: str, offset: int, expected: int) -> None:
    assert locate(Snapshot("file:///x", text, language="python"), offset).offset == expected


PIECES = st.sampled_from(
    ["def f():", "class A:", "if x", ":", "{", "}", "(", ")", "[", "'", '"""', "`", "#", "//", "/*",
     "*/", "\n", "\r\n", "    ", "\t", "=>", "fn", "${", "f'{", "é", "😀", "\ud83d", "\\", ";", "x"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join), st.integers(-3, 80), st.sampled_from(LANGUAGES))
def test_no_text_raises(text: str, offset: int, language: str) -> None:
    site = locate(Snapshot("file:///x", text, language=language), offset)
    assert site.line_start <= site.offset <= site.line_end <= len(text)
    assert not (site.in_string and site.in_comment)
    if site.block:
        assert 0 <= site.block.start <= site.offset <= site.block.end <= len(text)
        assert 0 <= site.block.header <= site.block.start
        assert not site.block.indent.strip()


@pytest.mark.parametrize("language", ["python", "javascript", "elixir", "unheard-of"])
def test_a_line_of_20_megabytes_is_located_without_a_parser(language: str) -> None:
    text = "x = [" + "1, " * 7_000_000 + "]"
    site = locate(Snapshot("file:///x", text, language=language), len(text) // 2)
    assert site.block is None
    assert (site.in_string, site.in_comment, site.broken) == (False, False, False)


def test_typing_in_a_long_file_is_quick() -> None:
    """The tree of the text before is used again: about 2 ms on a 2-core machine, not 40."""
    function = "def f(a, b):\n    for x in a:\n        print(x, 'text', b)\n    return b\n\n"
    text = function * 1_000
    offset = text.index("text", len(text) // 2)
    taken = []
    for typed in ("", "a", "ab", "abc", "abcd"):
        snapshot = Snapshot("file:///x", text[:offset] + typed + text[offset:], language="python")
        start = time.thread_time()
        site = locate(snapshot, offset + len(typed))
        taken.append(time.thread_time() - start)
        assert site.in_string
    assert min(taken[1:]) < 0.03
