"""What a project's own configuration says about its modules. Text in, values out."""

from __future__ import annotations

import json
import posixpath
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MODULE = re.compile(r"^\s*module\s+(\S+)", re.MULTILINE)

# JSON with comments: strings are matched, too, so that nothing inside of them counts.
_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_LAST_COMMA = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])')

# A configuration that extends another that extends another is followed so far.
_DEEPEST = 4


def go_module(text: str | None) -> str:
    """Return the name of the module that a `go.mod` declares."""
    found = _MODULE.search(text) if text else None
    return found[1].strip('"') if found else ""


def script_paths(config: Callable[[str], str | None], folder: str, module: str) -> Iterator[str]:
    """Yield where the nearest `tsconfig.json` or `jsconfig.json` says that `module` is."""
    while True:
        for name in ("tsconfig.json", "jsconfig.json"):
            path = posixpath.join(folder, name)
            text = config(path)
            if text is not None:
                yield from _mapped(config, path, text, module, 0)
                return
        if not folder:
            return
        folder = posixpath.dirname(folder)


def _mapped(
    config: Callable[[str], str | None], path: str, text: str, module: str, depth: int
) -> Iterator[str]:
    values = _json(text)
    options = values.get("compilerOptions")
    options = options if isinstance(options, dict) else {}
    folder = posixpath.dirname(path)
    base = options.get("baseUrl")
    root = _within(folder, base if isinstance(base, str) else ".")
    patterns = options.get("paths")
    if isinstance(patterns, dict) and root is not None:
        for target in _matched(patterns, module):
            if (found := _within(root, target)) is not None:
                yield found
    if isinstance(base, str) and root is not None:
        yield posixpath.join(root, module)
    extended = values.get("extends")
    if isinstance(extended, str) and extended.startswith(".") and depth < _DEEPEST:
        other = _within(folder, extended if extended.endswith(".json") else f"{extended}.json")
        below = config(other) if other else None
        if other and below is not None:
            yield from _mapped(config, other, below, module, depth + 1)


def _matched(patterns: dict[str, Any], module: str) -> Iterator[str]:
    """Yield the targets of the patterns that fit, the most exact pattern first."""
    for pattern in sorted(patterns, key=lambda one: -len(one.partition("*")[0])):
        before, star, after = pattern.partition("*")
        if star:
            fits = (
                module.startswith(before)
                and module.endswith(after)
                and len(module) >= len(before) + len(after)
            )
            middle = module[len(before) : len(module) - len(after)] if fits else ""
        else:
            fits, middle = module == pattern, ""
        targets = patterns[pattern]
        if fits and isinstance(targets, list):
            yield from (one.replace("*", middle) for one in targets if isinstance(one, str))


def _within(folder: str, path: str) -> str | None:
    """Return `path` as seen from `folder`; None where that is outside of the workspace."""
    joined = posixpath.normpath(posixpath.join(folder, path))
    if joined.startswith(("..", "/")):
        return None
    return "" if joined == "." else joined


@lru_cache(maxsize=64)
def _json(text: str) -> dict[str, Any]:
    bare = _COMMENT.sub(lambda found: found[0] if found[0].startswith('"') else " ", text)
    bare = _LAST_COMMA.sub(lambda found: found[0] if found[0].startswith('"') else "", bare)
    try:
        values = json.loads(bare)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
