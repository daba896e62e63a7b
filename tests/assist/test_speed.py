"""A function that should be faster is measured against the old one."""

from __future__ import annotations

from pillion.assist.repair import function_at
from pillion.assist.speed import Faster, compare
from pillion.base.outcome import Nothing, Reason
from pillion.engine.base import Cancel

SLOW = '''\
def pairs(values):
    """Count equal pairs.

    >>> pairs([1, 2, 1, 3, 2, 1, 7, 7])
    5
    >>> pairs([1, 1, 2])
    1
    >>> pairs([])
    0
    """
    found = 0
    for i in range(len(values)):
        for j in range(i):
            if values[i] == values[j]:
                found += 1
    return found
'''
FAST = """\
def pairs(values):
    seen = {}
    found = 0
    for value in values:
        found += seen.get(value, 0)
        seen[value] = seen.get(value, 0) + 1
    return found
"""


async def compared(after: str) -> Faster | Nothing | None:
    function = function_at(SLOW, 0)
    assert function is not None
    return await compare(function, after, None, Cancel())


async def test_what_is_faster_is_told_with_the_figure() -> None:
    found = await compared(FAST)
    assert isinstance(found, Faster)
    assert found.ratio > 2
    assert "times as fast for `pairs(" in str(found)


async def test_what_is_not_faster_is_refused() -> None:
    found = await compared(SLOW.replace("found += 1", "found = found + 1"))
    assert isinstance(found, Nothing)
    assert found.reason is Reason.NOT_FASTER


async def test_what_does_something_else_is_refused() -> None:
    found = await compared(FAST.replace("return found", "return found + (len(values) > 4)"))
    assert isinstance(found, Nothing)
    assert found.reason is Reason.UNSAFE
    assert "gives 6, not 5" in str(found)
