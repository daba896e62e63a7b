"""Each refactoring of Python does what it says, and refuses what could change the meaning."""

from __future__ import annotations

import pytest

from pillion.refactor.python.imports import add_import, organise, undefined
from pillion.refactor.python.source import read
from pillion.refactor.table import refactorings
from pillion.refactor.values import Plan, Request, applied
from pillion.text.snapshot import Snapshot
from refactored import refactored

UNSAFE = "unsafe"
NO_CODE_HERE = "no_code_here"


def _function(body: str) -> str:
    return "def f(a, b, q):\n" + "".join(f"    {line}\n" for line in body.splitlines())


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("return g(a, ├b.size + 1┤)", "value = b.size + 1\nreturn g(a, value)"),
        ("return g(├b.get_user()┤)", "user = b.get_user()\nreturn g(user)"),
        ("return├(a + b)┤", "value = a + b\nreturn value"),
        ("for x in ├q.all┤: pass", "all_2 = q.all\nfor x in all_2: pass"),
        ("x = ├g(1,\n2)┤ + 1", "value = (g(1,\n2))\nx = value + 1"),
        # Not evaluated once, or not first:
        ("return a and ├g(b)┤", UNSAFE),
        ("return q.pop() + ├q.pop(0)┤", UNSAFE),
        ("return a.b + ├q.pop()┤", UNSAFE),
        ("while ├g(a)┤: pass", UNSAFE),
        ("return [├g(x)┤ for x in q]", UNSAFE),
        ("return lambda: ├g(a)┤", UNSAFE),
        ("return a < b < ├g(q)┤", UNSAFE),
        ("return f'{├a.b┤}'", UNSAFE),
        ("├g(a)┤", UNSAFE),
        ("if a: return ├g(b)┤", UNSAFE),
        ("return (├(x := a)┤)", UNSAFE),
        # Not an expression:
        ("return a + ├b + q┤", NO_CODE_HERE),
        ("return ├a┤", NO_CODE_HERE),
        ("re├turn a┤", NO_CODE_HERE),
    ],
)
def test_extract_variable(body: str, after: str) -> None:
    expected = after if after in {UNSAFE, NO_CODE_HERE} else _function(after)
    got = refactored("extractVariable", _function(body))
    assert got == expected


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("█x = a + 1\nreturn x * 2", "return (a + 1) * 2"),
        ("█x = a\ny = g()\nreturn x.y", "y = g()\nreturn a.y"),
        ("█x = 1\nreturn x.real", "return (1).real"),
        ("█x = a.b\nreturn x.c", "return a.b.c"),
        ("x = q.pop()\nq.clear()\nreturn █x", UNSAFE),
        ("█x = q.pop()  # why\nreturn x", UNSAFE),
        ("█x = q.pop()\nreturn g() + x", UNSAFE),
        ("█x = q.pop()\nreturn x + x", UNSAFE),
        ("█x = q.pop()\nreturn lambda: x", UNSAFE),
        ("█x = q.pop()\nif a:\n    return x", UNSAFE),
        ("█x = a\nx = b\nreturn x", UNSAFE),
        ("█x = a\na = b\nreturn x", UNSAFE),
        ("█x = 1\nreturn locals()", UNSAFE),
        ("█x = q.pop()\nreturn f'{x}'", UNSAFE),
        ("return g█(a)", NO_CODE_HERE),
    ],
)
def test_inline_variable(body: str, after: str) -> None:
    expected = after if after in {UNSAFE, NO_CODE_HERE} else _function(after)
    assert refactored("inlineVariable", _function(body)) == expected


SQUARE = "def g(a, b):\n    return a * b + c\n\n\n"


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("return 2 ** █g(q, 3)", "return 2 ** (q * 3 + c)"),
        ("return █g(b=a, a=-1)", UNSAFE),
        ("return █g(q.pop(), 1)", UNSAFE),
        ("return █g(1)", UNSAFE),
        ("c = 3\nreturn █g(1, 2)", UNSAFE),
    ],
)
def test_inline_call(body: str, after: str) -> None:
    expected = after if after == UNSAFE else SQUARE + _function(after)
    assert refactored("inlineCall", SQUARE + _function(body)) == expected


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("█x = 1\nreturn [x for y in q]", "n = 1\nreturn [n for y in q]"),
        ("x = 1\ndef inner():\n    return █x", "n = 1\ndef inner():\n    return n"),
        ("try:\n    pass\nexcept E as e:\n    g(█e)", "try:\n    pass\nexcept E as n:\n    g(n)"),
        ("█x = n = 1", UNSAFE),
        ("return █a", UNSAFE),
        ("global x\n█x = 1", NO_CODE_HERE),
        ("█x = 1\nvars()", UNSAFE),
        ("import os\nreturn █os", UNSAFE),
    ],
)
def test_rename(body: str, after: str) -> None:
    expected = after if after in {UNSAFE, NO_CODE_HERE} else _function(after)
    assert refactored("rename", _function(body), name="n") == expected


@pytest.mark.parametrize("name", ["", "1x", "class", "match", "a b", "print(1)"])
def test_rename_takes_names_only(name: str) -> None:
    assert refactored("rename", _function("█x = 1"), name=name) == UNSAFE


@pytest.mark.parametrize(
    ("body", "after"),
    [
        (
            "x = []\n█for i, j in q:\n    if i:\n        x.append((i, j.k))\nreturn x",
            "x = [(i, j.k) for i, j in q if i]\nreturn x",
        ),
        ("x = {}\n█for i in q:\n    x[i] = g(i)\nreturn x", "x = {i: g(i) for i in q}\nreturn x"),
        ("x = set()\n█for i in q:\n    x.add(i)\nreturn x", "x = {i for i in q}\nreturn x"),
        ("x = {}\n█for i in q:\n    x[g(i)] = a(i)\nreturn x", UNSAFE),
        ("x = []\n█for i in q:\n    x.append(len(x))\nreturn x", UNSAFE),
        ("x = []\n█for i in q:\n    x.append(i)\nreturn x, i", UNSAFE),
        ("x = []\n█for i in q:\n    x.append((yield i))\nreturn x", UNSAFE),
        ("x = []\n█for i in q:  # why\n    x.append(i)\nreturn x", UNSAFE),
        ("x = []\n█for i in q:\n    x.append(super().g(i))\nreturn x", UNSAFE),
        ("try:\n    x = []\n    █for i in q:\n        x.append(g(i))\nexcept E:\n    a(x)", UNSAFE),
        ("x = []\n█for i in q:\n    x.append(i)\nelse:\n    g()", NO_CODE_HERE),
        ("x = [1]\n█for i in q:\n    x.append(i)", NO_CODE_HERE),
    ],
)
def test_loop_to_comprehension(body: str, after: str) -> None:
    expected = after if after in {UNSAFE, NO_CODE_HERE} else _function(after)
    assert refactored("toComprehension", _function(body)) == expected


@pytest.mark.parametrize(
    ("body", "new", "after"),
    [
        (
            "├q.sort()\nx = q[0] + a┤\nreturn x",
            "(q, a):\n    q.sort()\n    x = q[0] + a\n    return x",
            "x = helper(q, a)\nreturn x",
        ),
        (
            "x = a\nfor i in q:\n    ├x += g(i)  # more┤\nreturn x",
            "(x, i):\n    x += g(i)  # more\n    return x",
            "x = a\nfor i in q:\n    x = helper(x, i)\nreturn x",
        ),
        ("├y = a.b\nreturn y┤", "(a):\n    y = a.b\n    return y", "return helper(a)"),
        (
            "return [├x.y + a┤ for x in q]",
            "(x, a):\n    return x.y + a",
            "return [helper(x, a) for x in q]",
        ),
    ],
)
def test_extract_function(body: str, new: str, after: str) -> None:
    text = refactored("extractFunction", _function(body), name="helper")
    assert text == f"def helper{new}\n\n\n{_function(after)}"


@pytest.mark.parametrize(
    "body",
    [
        "├if a:\n    x = 1┤\nreturn x",
        "if a:\n    x = 1\n├g(x)┤",
        "├if a:\n    return 1┤\nreturn 2",
        "for i in q:\n    ├if i:\n        break┤",
        "├x = yield a┤\nreturn x",
        "├x = super().f()┤\nreturn x",
        "├global n\nn = 1┤",
        "x = 1\ndef inner():\n    return x\n├x = 2┤\nreturn inner",
        "try:\n    ├x = g()\n    a(x)┤\nexcept E:\n    pass\nreturn x",
        "├self.__x = a┤",
        "├warn('x', stacklevel=2)┤",
        "├del a┤",
    ],
)
def test_extract_function_refuses_what_would_not_be_the_same(body: str) -> None:
    assert refactored("extractFunction", _function(body)) == UNSAFE


def test_extract_function_keeps_the_lines_of_strings() -> None:
    text = "def f():\n        ├x = '''\n  a\n'''\n        return x┤\n"
    got = refactored("extractFunction", text, name="helper")
    assert "x = '''\n  a\n'''\n    return x" in got


@pytest.mark.parametrize("marked", ["├def f(:┤", "├x = ┤1 +", "█", "├  ┤", "├\x00┤", "├x\fy┤"])
def test_code_that_does_not_parse_gets_nothing(marked: str) -> None:
    text = marked.replace("├", "").replace("┤", "").replace("█", "")
    assert refactorings(Snapshot("file:///a.py", text, language="python"), 0, len(text)) == []


def test_what_seems_possible_says_why_it_is_not() -> None:
    text = "def f(a):\n    return a and a.b()\n"
    start = text.index("a.b()")
    snapshot = Snapshot("file:///a.py", text, language="python")
    found = {one.id: one for one in refactorings(snapshot, start, start + 5)}
    assert "evaluated" in found["extractVariable"].disabled
    assert not found["extractFunction"].disabled


def _organised(text: str, **options: object) -> str:
    plan = organise(Request(Snapshot("file:///a.py", text, language="python"), 0, 0), **options)  # type: ignore[arg-type]
    return applied(text, plan.edits) if isinstance(plan, Plan) else plan.reason


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import sys\nimport os\n\nos, sys\n", "import os\nimport sys\n\nos, sys\n"),
        ("import os, re\n\nre\n", "import re\n\nre\n"),
        ("from a import (b,\n  c)\n\nc\n", "from a import c\n\nc\n"),
        ("import os  # noqa\n\nx = 1\n", NO_CODE_HERE),
        ("import a as a\n\nx = 1\n", NO_CODE_HERE),
        ("try:\n    import os\nexcept ImportError:\n    x = 1\n", NO_CODE_HERE),
        ("import os\n\n__all__ = ['os']\n", NO_CODE_HERE),
        ("x = 1\n", NO_CODE_HERE),
    ],
)
def test_organise_imports(before: str, after: str) -> None:
    assert _organised(before) == after


def test_imports_do_not_move_past_other_code() -> None:
    text = (
        "import sys\nimport abc\n\nabc, sys.path.append('x')\nimport os\nimport json\n\nos, json\n"
    )
    places = [_organised(text).index(part) for part in ("abc", "sys", "path", "json", "os\n")]
    assert places == sorted(places)


def test_what_another_file_imports_from_here_stays() -> None:
    text = "import json\nimport os\n\nx = 1\n"
    assert _organised(text, taken_elsewhere={"os"}) == "import os\n\nx = 1\n"


def test_a_missing_import_is_added_in_its_place() -> None:
    text = '"""Doc."""\n\nfrom a.b import c\nfrom a.d import e\n\nc, e, x\n'
    read_text = read(text)
    assert read_text is not None
    assert undefined(read_text) == [(text.rindex("x"), "x")]
    plan = add_import(Request(Snapshot("file:///a.py", text, language="python"), 0, 0), "a.c", "x")
    assert isinstance(plan, Plan)
    after = '"""Doc."""\n\nfrom a.b import c\nfrom a.c import x\nfrom a.d import e\n\nc, e, x\n'
    assert applied(text, plan.edits) == after
