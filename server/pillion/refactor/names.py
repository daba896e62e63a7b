"""Names for what a refactoring makes: what the code itself suggests, never one that is taken."""

from __future__ import annotations

import builtins
import keyword
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_WORD = re.compile(r"[^\W\d]\w*")
_VERBS = re.compile(r"^(?:get|fetch|make|create|build|compute|load|read|find|to|as)_(?=\w)")
_HUMP_VERBS = re.compile(r"^(?:get|fetch|make|create|build|compute|load|read|find|to)(?=[A-Z])")
_PYTHON_WORDS = frozenset({*keyword.kwlist, *dir(builtins)})
_SCRIPT_WORDS = frozenset(
    re.findall(
        r"\w+",
        "await break case catch class const continue debugger default delete do else enum export "
        "extends false finally for function if implements import in instanceof interface let new "
        "null package private protected public return static super switch this throw true try "
        "typeof var void while with yield async of undefined NaN Infinity arguments eval",
    )
)


def words(text: str) -> frozenset[str]:
    """Return every word of `text`, also those in strings and comments."""
    return frozenset(_WORD.findall(text))


def fresh(wanted: str, taken: Collection[str], *, script: bool = False) -> str:
    """Return `wanted`, or the first ``wanted_2``, ``wanted_3`` … that is not taken.

    With `script`, the words of JavaScript and TypeScript are taken, too, instead of Python's.
    """
    name, number = wanted, 1
    while name in taken or name in (_SCRIPT_WORDS if script else _PYTHON_WORDS):
        number += 1
        name = f"{wanted}{number}" if script else f"{wanted}_{number}"
    return name


def is_name(name: str, *, script: bool = False) -> bool:
    """Tell whether `name` can be the name of a variable."""
    if script:
        return re.fullmatch(r"[A-Za-z_$][\w$]*", name) is not None and name not in _SCRIPT_WORDS
    return name.isidentifier() and not keyword.iskeyword(name) and not keyword.issoftkeyword(name)


def value_name(code: str, *, script: bool = False) -> str:
    """Return a name for the value of an expression: of what it reads, calls or looks up."""
    code = _without_arguments(code.strip())
    key = re.search(r"\[\s*[\"']([^\W\d]\w*)[\"']\s*\]$", code)
    found = _WORD.findall(code)
    if key:
        word = key[1]
    elif found and re.fullmatch(r"[\w.?!$\s()\[\]]+", code):
        word = found[-1]
    else:
        return "value"
    word = _HUMP_VERBS.sub("", _VERBS.sub("", word)) or word
    if script:
        word = word[:1].lower() + word[1:]
    else:
        word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word).lower()
    word = word.strip("_")
    return word if is_name(word, script=script) and len(word) > 1 else "value"


def _without_arguments(code: str) -> str:
    """Cut the last argument list off, and what it would be called with."""
    while code.endswith(")"):
        depth = 0
        for place in range(len(code) - 1, -1, -1):
            depth += {")": 1, "(": -1}.get(code[place], 0)
            if depth == 0:
                break
        if place == 0 or depth:
            return code
        code = code[:place].rstrip()
    return code
