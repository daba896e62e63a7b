"""What a file imports, from `imports.scm`, as it is written there.

The capture vocabulary is in `grammars/README.md`. Finding the file that is meant is another
matter: `pillion.context.index.resolve`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

    from pillion.syntax.parse import Parsed

ALL = "*"
"""In the place of a name: the module itself, or everything in it where there is no alias."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import, include, use or re-export."""

    module: str
    """As written: ``..shared.message``, ``./types.js``, ``java.util.List``, ``stdio.h``."""
    names: tuple[tuple[str, str], ...]
    """Pairs of the name in the module and the name in this file; see `ALL`."""
    line: int


def imports(parsed: Parsed) -> tuple[Import, ...]:
    """Return what a file imports, in the text's order."""
    found: dict[tuple[int, int], _Item] = {}
    for _, captures in parsed.everything("imports"):
        if "tree" in captures:
            for number, (module, pair) in enumerate(_use_tree(parsed, captures["tree"][0])):
                node = captures["tree"][0]
                item = found.setdefault((node.start_byte, number), _Item(module, node))
                item.names[pair[0], number] = pair[1]
            continue
        if "module" not in captures:
            continue
        if "require" in captures and parsed.slice(captures["require"][0]) not in _REQUIRE:
            continue
        node = captures["module"][0]
        module = _module(parsed, captures)
        item = found.setdefault((node.start_byte, 0), _Item(module, captures["import"][0]))
        _note(parsed, item, captures)
    ordered = sorted(found.items())
    return tuple(
        Import(item.module, _pairs(item), item.node.start_point.row) for _, item in ordered
    )


_REQUIRE = {"require", "require_relative", "load"}


class _Item:
    """What the matches for one module say together."""

    __slots__ = ("everything", "module", "names", "node")

    def __init__(self, module: str, node: Node) -> None:
        self.module = module
        self.node = node
        self.names: dict[tuple[str, int], str] = {}
        """By name and place: the name in this file."""
        self.everything = False


def _module(parsed: Parsed, captures: dict[str, list[Node]]) -> str:
    module = re.sub(r"\s+", "", parsed.slice(captures["module"][0])).strip("\"'<>`")
    if "require" in captures and parsed.slice(captures["require"][0]) == "require_relative":
        module = module if module.startswith(".") else f"./{module}"
    if "prefix" in captures:
        module = parsed.slice(captures["prefix"][0]) + "\\" + module
    return module


def _note(parsed: Parsed, item: _Item, captures: dict[str, list[Node]]) -> None:
    """Add the names of one match to its import."""
    if "default" in captures:
        node = captures["default"][0]
        item.names["default", node.start_byte] = parsed.slice(node)
    elif "everything" in captures:
        item.names.clear()
        item.names[ALL, 0] = ""
        item.everything = True
    elif item.everything:
        return
    elif "all" in captures:
        node = captures["all"][0]
        local = parsed.slice(node)
        item.names[ALL, node.start_byte] = local if _is_name(local) else ""
    elif "tail" in captures:
        # The module is known by its last part: Go's `import "a/b"`.
        item.names[ALL, 0] = _last(item.module)
    elif "last" in captures:
        # The module's last part is the name: Java's `import a.B`.
        name = _last(item.module)
        alias = captures.get("alias")
        item.names[name, 0] = parsed.slice(alias[0]) if alias else item.names.get((name, 0), name)
    elif "name" in captures:
        node = captures["name"][0]
        name = parsed.slice(node)
        key = name, node.start_byte
        alias = captures.get("alias")
        item.names[key] = parsed.slice(alias[0]) if alias else item.names.get(key, name)


def _pairs(item: _Item) -> tuple[tuple[str, str], ...]:
    ordered = sorted(item.names.items(), key=lambda entry: entry[0][1])
    return tuple((name, alias) for (name, _), alias in ordered)


def _last(module: str) -> str:
    return re.split(r"[.\\/:]+", module)[-1]


def _is_name(text: str) -> bool:
    return text[:1].isalpha() or text[:1] == "_"


def _use_tree(parsed: Parsed, node: Node, prefix: str = "") -> list[tuple[str, tuple[str, str]]]:
    """Take Rust's ``a::{b, c::{d as e}}`` apart: module and pair of names, one each."""
    kind = node.type
    if kind == "scoped_use_list":
        path = node.child_by_field_name("path")
        inner = _joined(prefix, parsed.slice(path)) if path is not None else prefix
        children = node.child_by_field_name("list")
        return _use_tree(parsed, children, inner) if children is not None else []
    if kind == "use_list":
        found = []
        for child in node.named_children:
            found += _use_tree(parsed, child, prefix)
        return found
    if kind == "use_wildcard":
        return [(_joined(prefix, parsed.slice(node).removesuffix("*").rstrip(":")), (ALL, ""))]
    if kind == "use_as_clause":
        path, alias = node.child_by_field_name("path"), node.child_by_field_name("alias")
        if path is None or alias is None:
            return []
        return [_use_leaf(_joined(prefix, parsed.slice(path)), parsed.slice(alias))]
    if kind in {"identifier", "scoped_identifier", "self", "crate", "super"}:
        return [_use_leaf(_joined(prefix, parsed.slice(node)), None)]
    return []


def _use_leaf(path: str, alias: str | None) -> tuple[str, tuple[str, str]]:
    module, _, name = path.rpartition("::")
    if name == "self":
        return module, (ALL, alias or module.rpartition("::")[2])
    return module, (name, alias or name)


def _joined(prefix: str, path: str) -> str:
    return f"{prefix}::{path}" if prefix and path else prefix or path
