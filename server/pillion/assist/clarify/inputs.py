"""Inputs on which candidates may differ: from the examples, the types and the text. Pure.

The types come from annotations, else from the examples, else from the names of the parameters and
the words around them. Small and odd values come first; the same request gives the same inputs.
"""

from __future__ import annotations

import ast
import itertools
import random
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pillion.assist.clarify.spec import heads

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pillion.assist.clarify.candidates import Candidate
    from pillion.assist.clarify.spec import Parameter, Spec

_INTS = [0, 1, 2, 3, -1, 5, 10, 7, 12, -4, 100, 25]
_FLOATS = [0.0, 1.0, 2.5, -1.5, 3.0, 0.1, 10.0, 7.25]
_TEXTS = [
    "",
    "a",
    "abc",
    "Ab c",
    "aa",
    "hello world",
    "Hello, World!",
    "12",
    "aBcDe",
    "a-b",
    "  x ",
]
_INT_LISTS = [
    *([], [1], [2, 1], [1, 2, 3], [3, 1, 2], [1, 1], [0, -1, 1], [5, 3, 5, 2, 3], [4, 2, 3]),
    *([-3, -4, 5, 0], [10, 9, 8, 7, 6], [2, 4, 6], [1, 3, 5, 7, 9], [100, 20, 3]),
]
_TEXT_LISTS = [
    *([], ["a"], ["b", "a"], ["a", "a"], ["abc", "b", "dd"], ["", "x"]),
    *(["Hello", "hello", "World"], ["aa", "b", "cc", "ddd"]),
]

_LIKE_TEXT = {"s", "string", "text", "txt", "word", "str", "sentence", "message", "name", "char"}
_LIKE_TEXT |= {"substring", "date", "a_string", "str1", "str2", "string1", "string2", "s1", "s2"}
_LIKE_NUMBER = {"n", "k", "m", "x", "y", "z", "i", "j", "num", "number", "a", "b", "c", "w", "q"}
_LIKE_NUMBER |= {"count", "size", "limit", "index", "year", "age", "side", "radius", "length"}
_LIKE_LIST = {"lst", "arr", "array", "nums", "numbers", "l", "xs", "values", "items", "data"}
_LIKE_LIST |= {"list", "lst1", "lst2", "l1", "l2", "arr1", "arr2", "nums1", "nums2", "list1"}
_LIKE_TEXTS = {"strings", "words", "names", "texts"}

_CHANGES = 18
"""Inputs that are made by changing others."""

_LARGEST = 400
"""Characters of an input; nobody reads a longer one in a question."""


def inputs(spec: Spec, most: int, proposed: Sequence[str] = ()) -> list[str]:
    """Return arguments as source, `most` at most, without repetition.

    Those that were `proposed` come behind those of the examples, and count for the types, too.
    """
    count = len(spec.parameters)
    if not count:
        return [""]
    rng = random.Random(count)  # noqa: S311 - variety, no secret.
    stated = [example.call for example in spec.examples]
    given = [values for call in (*stated, *proposed) if (values := _values(call, count))]
    pools = [
        _pool(parameter, [values[index] for values in given], spec.prose)
        for index, parameter in enumerate(spec.parameters)
    ]
    found: dict[str, None] = dict.fromkeys(_text(values) for values in given)
    for mixed in _combined(pools, given, rng):
        text = _text(mixed)
        if len(text) <= _LARGEST:
            found.setdefault(text)
        if len(found) >= most:
            break
    return list(found)[:most]


def parameters_of(spec: Spec, candidates: Sequence[Candidate]) -> Spec:
    """Take the parameters that most candidates chose."""
    found: Counter[int] = Counter()
    chosen: dict[int, tuple[Parameter, ...]] = {}
    for candidate in candidates:
        head, parameters = heads(candidate.code, candidate.name)
        if head:
            found[len(parameters)] += candidate.count
            chosen.setdefault(len(parameters), parameters)
    if not found:
        return spec
    return replace(spec, parameters=chosen[found.most_common(1)[0][0]])


def _combined(
    pools: Sequence[Sequence[Any]], given: Sequence[Sequence[Any]], rng: random.Random
) -> Iterable[Sequence[Any]]:
    """Yield the first of each pool together, what is near the examples, and mixtures."""
    longest = max(map(len, pools))
    # Of many examples a few changes each, so that there is room for boundaries.
    changes = max(1, min(6, _CHANGES // (len(given) or 1)))
    near = [_nearby(values, rng) for values in given for _ in range(changes)]
    # But for the first boundary, parameters of one type are given different values.
    together = [
        [pool[(at + index if at else 0) % len(pool)] for index, pool in enumerate(pools)]
        for at in range(longest)
    ]
    for pair in itertools.zip_longest(near, together):
        yield from (values for values in pair if values is not None)
    for _ in range(200):
        yield [rng.choice(pool) for pool in pools]


def _values(call: str, count: int) -> list[Any] | None:
    tree = ast.parse(f"f({call})", mode="eval").body
    if not isinstance(tree, ast.Call) or len(tree.args) != count:
        return None
    return [ast.literal_eval(value) for value in tree.args]


def _text(values: Sequence[Any]) -> str:
    return ", ".join(map(repr, values))


def _pool(parameter: Parameter, given: Sequence[Any], prose: str) -> list[Any]:
    """Return values for a parameter, boundaries first."""
    annotation = parameter.annotation
    if annotation and (pool := _of_annotation(annotation)):
        return _with_mentioned(pool, prose)
    if given:
        return _with_mentioned(_of_kind(given[0]), prose)
    return _with_mentioned(_of_name(parameter.name, prose), prose)


def _of_annotation(annotation: str) -> list[Any]:
    text = annotation.replace("typing.", "").lower().strip()
    if match := re.match(r"optional\[(.*)\]$|(.*?)\s*\|\s*none$", text):
        return [*_of_annotation(match[1] or match[2]), None]
    if match := re.match(
        r"(list|sequence|iterable|set|tuple|frozenset)\[(.*?)(?:,\s*\.\.\.)?\]$", text
    ):
        pool = _lists_of(match[2])
        turn = {"set": set, "frozenset": frozenset, "tuple": tuple}.get(match[1])
        return [turn(one) for one in pool] if turn else pool
    if text.startswith(("dict", "mapping")):
        return [{}, {"a": 1}, {"a": 1, "b": 2}, {"b": 2, "a": 1, "c": 0}]
    simple: dict[str, list[Any]] = {
        "int": _INTS,
        "float": _FLOATS,
        "str": _TEXTS,
        "bool": [False, True],
        "list": _INT_LISTS,
        "tuple": [tuple(one) for one in _INT_LISTS],
        "set": [set(one) for one in _INT_LISTS],
        "bytes": [text.encode() for text in _TEXTS],
    }
    return list(simple.get(text, ()))


def _lists_of(element: str) -> list[Any]:
    if element == "str":
        return list(_TEXT_LISTS)
    if element == "float":
        return [[float(value) for value in one] for one in _INT_LISTS] + [[1.5, 2.25, 0.1]]
    if element == "bool":
        return [[], [True], [True, False]]
    if element.startswith(("list", "tuple", "sequence")):
        turn = tuple if element.startswith("tuple") else list
        inner = "str" if "str" in element else "int"
        rows = [turn(one) for one in _lists_of(inner)]
        return [[], [rows[1]], rows[2:4], rows[3:6], rows[4:9]]
    return list(_INT_LISTS)


def _of_kind(value: Any) -> list[Any]:
    """Return values of the type of an example."""
    match value:
        case bool():
            return [False, True]
        case int():
            return list(_INTS)
        case float():
            return list(_FLOATS)
        case str():
            return list(_TEXTS)
        case list() | tuple() | set():
            rows = _lists_of(_element(value))
            return rows if isinstance(value, list) else [type(value)(_hashable(r)) for r in rows]
        case dict():
            return [{}, value, dict(list(value.items())[:1]), dict(reversed(value.items()))]
        case None:
            return [None, *_INTS]
    return [value]


def _element(values: Iterable[Any]) -> str:
    kinds = {type(value).__name__ for value in values}
    if kinds & {"list", "tuple"}:
        inner = next((value for value in values if isinstance(value, list | tuple)), ())
        name = "tuple" if "tuple" in kinds else "list"
        return f"{name}[{_element(inner)}]"
    if "float" in kinds:
        return "float"
    return "str" if kinds == {"str"} else "int"


def _hashable(row: Any) -> Any:
    return [tuple(one) if isinstance(one, list) else one for one in row]


def _of_name(name: str, prose: str) -> list[Any]:
    """Guess from the name and the words of the text."""
    text, low = prose.lower(), name.lower()
    bare = low.rstrip("0123456789_")
    several = re.search(r"(lists?|arrays?|sequences?|tuples?) of (\w+ )?(strings?|words)", text)
    listed = re.search(r"\b(lists?|arrays?|sequences?|tuples?|numbers|elements)\b", text)
    pool: list[Any]
    if low in _LIKE_TEXTS or (several and (bare in _LIKE_LIST or "list" in low or "tup" in low)):
        pool = _TEXT_LISTS
    elif low in _LIKE_LIST or bare in _LIKE_LIST or re.search(r"list|arr|nums|lst", low):
        nested = re.search(
            r"(lists?|tuples?|matrix|nested|2d|sublists?)\b.{0,20}\b(of )?(lists|tuples)", text
        )
        pool = [[], [[1, 2], [3]], [[3, 1], [2, 2]], [[1]]] if nested else _INT_LISTS
    elif "tup" in low:
        return [tuple(one) for one in _INT_LISTS]
    elif "dict" in low or bare == "d":
        return [{}, {"a": 1}, {"a": 1, "b": 2}, {"b": 2, "a": 1, "c": 0}]
    elif low in _LIKE_TEXT or bare in _LIKE_TEXT or re.search(r"str|text|word|char", low):
        pool = _TEXTS
    elif low in _LIKE_NUMBER or bare in _LIKE_NUMBER or not listed:
        pool = _TEXTS if re.search(rf"string {low}\b", text) else _INTS
    else:
        pool = _INT_LISTS
    return list(pool)


def _with_mentioned(pool: list[Any], prose: str) -> list[Any]:
    """Add numbers and quoted words of the text to a pool of their type, behind the first few."""
    kinds = {type(value) for value in pool}
    more: list[Any] = []
    if kinds == {int}:
        numbers = [int(word) for word in re.findall(r"(?<![\w.])\d{1,4}(?![\w.])", prose)]
        more = [near for number in numbers[:3] for near in (number, number + 1, number - 1)]
    elif kinds == {str}:
        more = [word for _, word in re.findall(r"(['\"])([^'\"\n]{1,20})\1", prose)][:5]
    return [*pool[:4], *more, *pool[4:]]


def _nearby(values: Sequence[Any], rng: random.Random) -> list[Any]:
    """Return arguments like those of an example, one of them changed."""
    changed = list(values)
    at = rng.randrange(len(changed))
    changed[at] = _changed(changed[at], rng)
    return changed


def _changed(value: Any, rng: random.Random) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + rng.choice([-2, -1, 1, 2])
        case float():
            return value + rng.choice([-1.0, -0.5, 0.5, 1.0])
        case str() if value:
            cut = rng.randrange(len(value))
            forms = (value[::-1], value.swapcase(), value[:cut], value[cut:], value + value[:1])
            return rng.choice(forms)
        case list() | tuple() if value:
            items = list(value)
            match rng.randrange(5):
                case 0:
                    items.reverse()
                case 1:
                    del items[rng.randrange(len(items))]
                case 2:
                    items.append(rng.choice(items))
                case 3:
                    spot = rng.randrange(len(items))
                    items[spot] = _changed(items[spot], rng)
                case _:
                    rng.shuffle(items)
            return type(value)(items)
        case dict() if value:
            gone = rng.choice(list(value))
            return {name: one for name, one in value.items() if name != gone}
    return value
