"""Memory that was freed, given back to the system where the C library would keep it.

glibc keeps what lies between blocks that are still in use. After a large document that is most of
what its trees took, and an editor's server lives for days.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any


def give_back() -> None:
    """Give back what is free; takes some milliseconds, and does nothing where there is no way."""
    if trim := _trim():
        trim(0)


@cache
def _trim() -> Any:
    if sys.platform != "linux":
        return None
    # Other C libraries have no such function, and give back by themselves.
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
