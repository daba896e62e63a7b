"""Tests as the project writes them: where they are kept, how they import, functions or classes.

Looks at the files of the project that hold tests already; writes nothing.
"""

from __future__ import annotations

import ast
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pillion.context.exclusion import Exclusion
from pillion.context.ignore import Ignore, root_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pillion.assist.testwriting import Case

MOST_LOOKED_AT = 4000
_SKIPPED = {".git", ".venv", "venv", "node_modules", "__pycache__", "build", "dist", ".tox"}


@dataclass(frozen=True, slots=True)
class TestFile:
    """A file of tests, as it is to be."""

    path: str
    """Below the root."""
    before: str
    """Empty for a new file."""
    text: str

    @property
    def is_new(self) -> bool:
        """Whether there is no such file yet."""
        return not self.before


def test_file(
    root: Path, path: str, function: str, cases: Sequence[Case], read: Callable[[Path], str]
) -> TestFile:
    """Return the tests for `function` of the file `path`, in the project's place and style.

    `read` returns the text of a file, empty for one that must not be read.
    """
    there = _test_paths(root)
    name = PurePosixPath(path).stem
    own = [one for one in there if PurePosixPath(one).stem in {f"test_{name}", f"{name}_test"}]
    texts = {one: read(root / one) for one in [*own, *there[:8]]}
    like = next((text for text in texts.values() if text.strip()), "")
    unittest = "unittest" in like and "import pytest" not in like and "\ndef test_" not in like
    target = own[0] if own else _new_path(path, name, there)
    before = texts.get(target, "")
    module = _module(root, path, like)
    body = _class(function, cases) if unittest else _functions(function, cases, before)
    return TestFile(
        target, before, _joined(before, (module, function), body, cases, unittest=unittest)
    )


def allowed(root: Path) -> Callable[[Path], str]:
    """Return how files of the project are read: by its rules, a private one as an empty text."""
    ignore = Ignore(str(root))

    def read(file: Path) -> str:
        text = ignore.read(str(file))
        return "" if isinstance(text, Exclusion) else text

    return read


def place_of(file: Path) -> tuple[Path, str]:
    """Return the root of the project that a file is in, and the file's path below it."""
    file = file.resolve()
    root = Path(root_of(str(file))).resolve()
    try:
        return root, file.relative_to(root).as_posix()
    except ValueError:
        return file.parent, file.name


def _test_paths(root: Path) -> list[str]:
    found = []
    looked = 0
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - _SKIPPED)
        for name in sorted(names):
            looked += 1
            if re.fullmatch(r"(?:test_\w+|\w+_test)\.py", name):
                found.append(Path(folder, name).relative_to(root).as_posix())
        if looked > MOST_LOOKED_AT:
            break
    return found


def _new_path(path: str, name: str, there: Sequence[str]) -> str:
    """Return where a new file of tests goes: where most of them are, else beside the code."""
    if not there:
        return f"tests/test_{name}.py"
    folders = [str(PurePosixPath(one).parent) for one in there]
    tops = [folder.split("/")[0] for folder in folders]
    if tops.count("tests") + tops.count("test") > len(tops) / 2:
        top = max(("tests", "test"), key=tops.count)
        # A tree of tests that mirrors the code has a folder for each of its packages.
        inner = PurePosixPath(path).parent.parts
        mirrored = [f for f in folders if inner and PurePosixPath(f).name == inner[-1]]
        return f"{mirrored[0] if mirrored else top}/test_{name}.py"
    if folders.count(str(PurePosixPath(path).parent)):
        return str(PurePosixPath(path).parent / f"test_{name}.py")
    return f"{max(set(folders), key=folders.count)}/test_{name}.py"


def _module(root: Path, path: str, like: str) -> str:
    """Return the name under which the tests import the code."""
    parts = list(PurePosixPath(path).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    whole = ".".join(parts)
    # As other tests do it: the longest ending of the path that they import from.
    for first in range(len(parts)):
        package = ".".join(parts[first:])
        if re.search(rf"^(?:from|import) {re.escape(package)}\b", like, re.MULTILINE):
            return package
    for first in range(len(parts)):
        folder = root.joinpath(*parts[:first])
        if first < len(parts) - 1 and not (folder / parts[first] / "__init__.py").exists():
            continue
        return ".".join(parts[first:])
    return whole


def _functions(function: str, cases: Sequence[Case], before: str) -> str:
    taken = set(re.findall(r"^def (test_\w+)", before, re.MULTILINE))
    blocks = []
    for case in cases:
        name = _name(function, case, taken)
        blocks.append(f"def {name}():\n{_remark(case, '    ')}{_pytest(case)}")
    return "\n\n\n".join(blocks) + "\n"


def _pytest(case: Case) -> str:
    if case.raises:
        return f"    with pytest.raises({case.expected}):\n        {case.call}"
    if case.near:
        return f"    assert {case.call} == pytest.approx({case.expected})"
    return f"    assert {case.call} {_equals(case)}"


def _equals(case: Case) -> str:
    return (
        f"is {case.expected}"
        if case.expected in {"True", "False", "None"}
        else f"== {case.expected}"
    )


def _class(function: str, cases: Sequence[Case]) -> str:
    taken: set[str] = set()
    blocks = []
    for case in cases:
        name = _name(function, case, taken)
        if case.raises:
            body = f"with self.assertRaises({case.expected}):\n            {case.call}"
        elif case.near and not case.expected.startswith(("[", "(", "{")):
            body = f"self.assertAlmostEqual({case.call}, {case.expected})"
        else:
            body = f"self.assertEqual({case.call}, {case.expected})"
        blocks.append(f"    def {name}(self):\n{_remark(case, '        ')}        {body}")
    title = "".join(part.title() for part in function.split("_"))
    return f"class {title}Test(unittest.TestCase):\n" + "\n\n".join(blocks) + "\n"


def _remark(case: Case, indent: str) -> str:
    return f"{indent}# Likely a bug: {case.suspicion}.\n" if case.suspicion else ""


def _name(function: str, case: Case, taken: set[str]) -> str:
    given = case.call.partition("(")[2]
    words = re.sub(r"-(?=\d)", "minus ", given)
    slug = re.sub(r"\W+", "_", words).strip("_").lower()
    plain = function.strip("_")
    name = f"test_{plain}_{slug}" if slug and len(slug) <= 32 else f"test_{plain}"
    if not slug:
        name = f"test_{plain}_{'nothing' if given == ')' else 'empty'}"
    number, chosen = 2, name
    while chosen in taken:
        chosen, number = f"{name}_{number}", number + 1
    taken.add(chosen)
    return chosen


def _joined(
    before: str, source: tuple[str, str], body: str, cases: Sequence[Case], *, unittest: bool
) -> str:
    """Put the tests behind what there is, and what they import above it.

    `source` is the module and the function that is tested.
    """
    module, function = source
    needed = [f"from {module} import {function}"]
    if unittest:
        needed.insert(0, "import unittest")
    elif any(case.raises or case.near for case in cases):
        needed.insert(0, "import pytest")
    missing = [line for line in needed if not _imported(before, line)]
    if not before.strip():
        standard = [line for line in missing if line.startswith("import ")]
        own = [line for line in missing if not line.startswith("import ")]
        head = "\n\n".join("\n".join(lines) for lines in (standard, own) if lines)
        return f"{head}\n\n\n{body}"
    text = before.rstrip("\n") + "\n"
    if missing:
        at = _behind_imports(text)
        text = text[:at] + "".join(f"{line}\n" for line in missing) + text[at:]
    main = re.search(r"^if __name__ == .*:\n(?:[ \t].*\n?)*\Z", text, re.MULTILINE)
    if main:
        return f"{text[: main.start()].rstrip()}\n\n\n{body}\n\n{text[main.start() :]}"
    return f"{text}\n\n{body}"


def _imported(text: str, line: str) -> bool:
    try:
        tree = ast.parse(text)
        (wanted,) = ast.parse(line).body
    except (SyntaxError, ValueError):
        return False
    for node in tree.body:
        match node, wanted:
            case (ast.ImportFrom(module=a, names=there), ast.ImportFrom(module=b, names=[one])):
                if a == b and any(
                    item.name in {one.name, "*"} and not item.asname for item in there
                ):
                    return True
            case (ast.Import(names=there), ast.Import(names=[one])):
                if any(item.name == one.name and not item.asname for item in there):
                    return True
    return False


def _behind_imports(text: str) -> int:
    """Return the offset behind the last import at the top of a file, or behind its docstring."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return 0
    line = 0
    for index, node in enumerate(body):
        is_doc = index == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, ast.Import | ast.ImportFrom) or is_doc:
            line = node.end_lineno or line
        else:
            break
    return sum(len(one) for one in text.splitlines(keepends=True)[:line])
