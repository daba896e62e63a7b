"""Each refactoring of TypeScript and JavaScript does what it says, or refuses."""

from __future__ import annotations

import pytest

from pillion.refactor.table import refactorings
from pillion.text.snapshot import Snapshot
from refactored import refactored

UNSAFE = "unsafe"
NO_CODE_HERE = "no_code_here"


def _function(body: str) -> str:
    lines = "".join(f"  {line}\n" for line in body.splitlines())
    return f"function f(a: A, b: B, q: any) {{\n{lines}}}\n"


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("return g(a, ├b.size + 1┤);", "const value = b.size + 1;\nreturn g(a, value);"),
        ("return g(├b.getUser()┤);", "const user = b.getUser();\nreturn g(user);"),
        ("return ├(a + b)┤;", "const value = a + b;\nreturn value;"),
        ("q.x = ├b.y┤;", "const value = b.y;\nq.x = value;"),
        ("return `<${├a.name┤}>`;", "const name = a.name;\nreturn `<${name}>`;"),
        ("return a && ├g(b)┤;", UNSAFE),
        ("return a ?? ├g(b)┤;", UNSAFE),
        ("return a ? ├g(b)┤ : 1;", UNSAFE),
        ("return a?.g(├b.c┤);", UNSAFE),
        ("return ├a?.b┤.c;", UNSAFE),
        ("return ├a.b┤(q);", UNSAFE),
        ("return q.pop() + ├q.shift()┤;", UNSAFE),
        ("return a.b + ├q.pop()┤;", UNSAFE),
        ("while (├g(a)┤) {}", UNSAFE),
        ("return () => ├g(a)┤;", UNSAFE),
        ("├g(a)┤;", UNSAFE),
        ("return g(├{ a: 1 }┤);", UNSAFE),
        ("if (├!a.b┤) g();", UNSAFE),
        ("delete ├a.b┤;", UNSAFE),
        ("├a.b┤ = 1;", UNSAFE),
        ("return a + ├b + q┤;", NO_CODE_HERE),
        ("return ├a┤;", NO_CODE_HERE),
    ],
)
def test_extract_variable(body: str, after: str) -> None:
    expected = after if after in {UNSAFE, NO_CODE_HERE} else _function(after)
    assert refactored("extractVariable", _function(body), language="typescript") == expected


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("const █x = a.b;\nreturn x.c;", "return a.b.c;"),
        ("const █x = a + b;\nreturn x * 2;", "return (a + b) * 2;"),
        ("const █x = 1;\nreturn { x };", "return { x: 1 };"),
        ("const █x = 'a';\nq.push(() => x);", "q.push(() => 'a');"),
        ("const █x = a?.b;\nreturn x.c;", "return (a?.b).c;"),
        ("const █x = q.pop();\nq.clear();\nreturn x;", UNSAFE),
        ("const █x = q.pop();\nreturn g() + x;", UNSAFE),
        ("const █x = q.pop();\nreturn x + x;", UNSAFE),
        ("const █x = a.b;\nreturn x();", UNSAFE),
        ("let █x = a.b;\nx = 1;\nreturn x;", UNSAFE),
        ("const █x: T = a.b;\nreturn x;", UNSAFE),
        ("const { █x } = a;\nreturn x;", UNSAFE),
        ("const █x = () => 1;\nreturn x;", UNSAFE),
        ("const █x = g();\nreturn () => x;", UNSAFE),
    ],
)
def test_inline_variable(body: str, after: str) -> None:
    expected = after if after == UNSAFE else _function(after)
    assert refactored("inlineVariable", _function(body), language="typescript") == expected


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("const █x = 1;\nreturn { x, y: q.x };", "const n = 1;\nreturn { x: n, y: q.x };"),
        ("const { █x } = q;\nreturn x;", "const { x: n } = q;\nreturn n;"),
        ("const { y: █x } = q;\nreturn x;", "const { y: n } = q;\nreturn n;"),
        ("q.map((█x: X) => x.x);", "q.map((n: X) => n.x);"),
        ("let █x = 1;\n{ let x = 2; g(x); }\nx++;", "let n = 1;\n{ let x = 2; g(x); }\nn++;"),
        ("for (const █x of q) g(x, `${x}`);", "for (const n of q) g(n, `${n}`);"),
        ("try {} catch (█x) { g(x); }", "try {} catch (n) { g(n); }"),
        ("const █x = 1, n = 2;", UNSAFE),
        ("const █x = 1;\neval('x');", UNSAFE),
    ],
)
def test_rename(body: str, after: str) -> None:
    expected = after if after == UNSAFE else _function(after)
    assert refactored("rename", _function(body), language="typescript", name="n") == expected


def test_a_parameter_that_is_a_property_keeps_its_name() -> None:
    text = "class A {\n  constructor(private █x: X) {}\n}\n"
    assert refactored("rename", text, language="typescript", name="n") == UNSAFE
    assert refactored("rename", "const █x = 1;\n", language="typescript", name="n") == UNSAFE


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("q.map(█function (x) { return x; });", "q.map((x) => { return x; });"),
        ("q.then(async █function (x) { g(x); });", "q.then(async (x) => { g(x); });"),
        (
            "const h = █function (x) { g(function () { this.y(); }); };\nh(1);",
            "const h = (x) => { g(function () { this.y(); }); };\nh(1);",
        ),
        ("q.map(█function (x) { return this.y; });", UNSAFE),
        ("q.map(█function () { return arguments.length; });", UNSAFE),
        ("q.map(█function () { return () => this; });", UNSAFE),
        ("q.use(█function (x) { return x; });", UNSAFE),
        ("const h = █function (x) {};\nnew h(1);", UNSAFE),
        ("q.map(█function g(x) { return x; });", NO_CODE_HERE),
    ],
)
def test_to_arrow(body: str, after: str) -> None:
    expected = after if after in {UNSAFE, NO_CODE_HERE} else _function(after)
    assert refactored("toArrow", _function(body), language="typescript") == expected


@pytest.mark.parametrize(
    ("before", "after", "language"),
    [
        (
            "import { b, a } from './b';\nimport x from 'x';\n\na(b, x);\n",
            "import x from 'x';\nimport { b, a } from './b';\n\na(b, x);\n",
            "typescript",
        ),
        (
            "import { a, b as c, type D } from 'x';\n\na();\n",
            "import { a } from 'x';\n\na();\n",
            "typescript",
        ),
        ("import { a } from 'x';\n\nb();\n", "\nb();\n", "typescript"),
        ("import { a } from 'x';\n\nb();\n", NO_CODE_HERE, "javascript"),
        ("import './z';\nimport a from 'b';\n\na();\n", NO_CODE_HERE, "typescript"),
        (
            "// first\nimport z from 'z';\n// second\nimport a from 'a';\n\na(z);\n",
            NO_CODE_HERE,
            "typescript",
        ),
        (
            "import React from 'react';\n\nexport const a = <b />;\n",
            NO_CODE_HERE,
            "typescriptreact",
        ),
    ],
)
def test_organise_imports(before: str, after: str, language: str) -> None:
    assert refactored("organizeImports", f"█{before}", language=language) == after


@pytest.mark.parametrize("text", ["function f( {", "", "const x = ;", "class {"])
def test_code_that_does_not_parse_gets_nothing(text: str) -> None:
    assert refactorings(Snapshot("file:///a.ts", text, language="typescript"), 0, len(text)) == []
