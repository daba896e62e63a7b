"""Names that a suggestion uses and that exist nowhere: small models make them up.

A name that stands anywhere in the workspace or belongs to the language is taken for real, and so is
one that the suggestion itself brings in. An attribute counts only where what it belongs to is the
workspace's own: `self`, or a module of it. What a class inherits from elsewhere, and what other
packages hold, nobody here knows. So hardly anything true is called unknown (figures in
docs/evaluation.md), and much that is made up is not found.
"""

from __future__ import annotations

import builtins
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pillion.syntax.grammars import words_of
from pillion.syntax.imports import ALL
from pillion.syntax.leaves import Leaf, leaves
from pillion.syntax.outline import outline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pillion.context.index.values import Found, Target
    from pillion.syntax.definitions import Definition
    from pillion.syntax.imports import Import
    from pillion.syntax.languages import Language

    class Knows(Protocol):
        """What is needed of `pillion.context.index.index.Index`."""

        def resolve(self, path: str, import_: Import) -> tuple[Target, ...]:
            """Return where an import leads."""

        def references(self, name: str, limit: int) -> list[tuple[str, int]]:
            """Return the files in which a name stands."""

        def named(self, stem: str) -> list[str]:
            """Return the files of this name."""

        def defined(self, name: str, limit: int) -> list[Found]:
            """Return the definitions of a name."""


LANGUAGES = ("python", "javascript", "typescript", "tsx")
"""Those whose imports lead to files for sure."""

_SELF = ("self", "cls", "this")
_DOTS = (".", "?.")
_ASSIGNS = ("=", ":")
_BRINGS = frozenset(
    (
        *("def", "class", "for", "as", "import", "from", "lambda", "global", "nonlocal"),
        *("function", "interface", "type", "enum", "const", "let", "var", "infer"),
        *("*", "**", "...", "<"),
    )
)
"""Words and marks behind which a new name may stand."""

_BROUGHT = frozenset(("=", ":", ":=", ",", "in", "of", "=>", "?", "from"))
"""What may stand behind a new name."""

_KEY = "property_identifier"
"""A key, or a member that is defined: in JavaScript, wherever no dot stands in front of it."""
_WORD = re.compile(r"\w+")
_IMPORTS = re.compile(r"\b(?:import|from|require)\b")
_CLASSES = ("class", "interface")
_LONGEST_LINE = 5
"""Classes that are followed from one to what it extends."""

_LANGUAGE = frozenset(
    {name for kind in (object, type, BaseException) for name in dir(kind)} | set(dir(builtins))
)
"""What Python brings along; other languages list it in `grammars/`."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was before the suggestion, and where it is in its workspace."""

    path: str
    text: str
    language: Language


def unknown(document: Document, text: str, start: int, end: int, index: Knows) -> tuple[str, ...]:
    """Return the names in ``text[start:end]`` that exist nowhere, in order.

    `text` is the document with the suggestion in it.
    """
    if document.language.id not in LANGUAGES:
        return ()
    there = _There(document, index)
    found = [*_imports(there, text, start, end), *_names(there, text, start, end)]
    return tuple(dict.fromkeys(found))


class _There:
    """What there is: in the document, in the workspace, in the language."""

    def __init__(self, document: Document, index: Knows) -> None:
        self.document, self.index = document, index
        self._words = frozenset(_WORD.findall(document.text))

    def has(self, name: str) -> bool:
        """Tell whether `name` stands anywhere."""
        return (
            name in self._words
            or name in _LANGUAGE
            or name in words_of(self.document.language)
            or bool(self.index.references(name, 1))
            or bool(self.index.named(name))
        )


def _imports(there: _There, text: str, start: int, end: int) -> Iterator[str]:
    language, path = there.document.language, there.document.path
    first, last = text.count("\n", 0, start), text.count("\n", 0, end)
    if not _IMPORTS.search(text, text.rfind("\n", 0, start) + 1, end):
        return  # An outline takes as long as all else here.
    for item in outline(text, language).imports:
        if not first <= item.line <= last:
            continue
        targets = there.index.resolve(path, item)
        if not targets and _leads_nowhere(there, item.module):
            yield item.module
        elif targets:
            for name, _ in item.names:
                if name not in {ALL, "default"} and not there.has(name):
                    yield name


def _leads_nowhere(there: _There, module: str) -> bool:
    if module.startswith("."):
        # Files of another kind, such as JSON or styles, are in no index.
        return (
            "." not in module.rpartition("/")[2].lstrip(".")
            or there.document.language.id == "python"
        )
    if there.document.language.id != "python":
        return False
    package = module.partition(".")[0]
    return package not in sys.stdlib_module_names and not there.has(package)


def _names(there: _There, text: str, start: int, end: int) -> Iterator[str]:
    """Yield names that stand for themselves, and attributes of what is the workspace's own."""
    language = there.document.language
    line = text.rfind("\n", 0, start) + 1
    found = leaves(text, language, line, end)
    brought = _brought(found)
    ours: dict[str, bool] = {}
    for number, leaf in enumerate(found):
        before, after = _text(found, number - 1), _text(found, number + 1)
        if leaf.end <= start or not _is_name(leaf) or there.has(leaf.text):
            continue
        if before not in _DOTS:
            if leaf.kind != _KEY and leaf.text not in brought:
                yield leaf.text
            continue
        owner = _text(found, number - 2)
        if after in _ASSIGNS or _text(found, number - 3) in _DOTS:
            continue  # It is made here, or nobody knows what it belongs to.
        if owner not in ours:
            ours[owner] = _is_ours(there, owner, text, start)
        if ours[owner]:
            yield f"{owner}.{leaf.text}"


def _brought(found: Sequence[Leaf]) -> set[str]:
    """Return the names that the code itself brings in: definitions, targets, parameters, keys."""
    return {
        leaf.text
        for number, leaf in enumerate(found)
        if _text(found, number - 1) in _BRINGS
        or _text(found, number + 1) in _BROUGHT
        or leaf.kind.endswith("pattern")
    }


def _text(found: Sequence[Leaf], number: int) -> str:
    return found[number].text if 0 <= number < len(found) else ""


def _is_name(leaf: Leaf) -> bool:
    return "identifier" in leaf.kind


def _is_ours(there: _There, owner: str, text: str, at: int) -> bool:
    """Tell whether all that `owner` has is defined in the workspace."""
    document = there.document
    known = outline(document.text, document.language)
    if owner in _SELF:
        around = [
            one for one in known.definitions if one.kind in _CLASSES and _holds(one, text, at)
        ]
        inner = max(around, key=lambda one: one.start, default=None)
        return inner is not None and _inherits_ours(there, inner)
    return any(
        target.alias == owner
        for item in known.imports
        if any(owner in (alias, name) for name, alias in item.names)
        for target in there.index.resolve(document.path, item)
        if target.name == ALL
    )


def _holds(one: Definition, text: str, at: int) -> bool:
    line = text.count("\n", 0, at)
    return one.line < line <= one.end_line + 1


def _inherits_ours(there: _There, one: Definition) -> bool:
    """Tell whether a class extends nothing but classes of the workspace."""
    waiting, seen = _bases(one), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        found = [item.definition for item in there.index.defined(name, 3)]
        found = [item for item in found if item.kind in _CLASSES]
        if not found or len(seen) > _LONGEST_LINE:
            return False
        waiting += [base for item in found for base in _bases(item)]
    return True


def _bases(one: Definition) -> list[str]:
    """Return the names that the header of a class extends."""
    header = one.signature.partition(one.name)[2]
    return [word for word in _WORD.findall(header) if word not in _NO_BASES]


_NO_BASES = frozenset(("extends", "implements", "object", "metaclass", "ABC", "ABCMeta", "Generic"))
