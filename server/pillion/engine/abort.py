"""A flag that stops llama.cpp from any thread; C code reads it, so it is two bytes of memory."""

from __future__ import annotations

import ctypes


class AbortFlag:
    """Stops a running call of llama.cpp; see `pillion.engine.bindings`."""

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(2)

    def set(self) -> None:
        """Abort at the next graph node, which is a few milliseconds away at most."""
        self._buffer[0] = b"\x01"

    @property
    def address(self) -> ctypes.c_void_p:
        """Where llama.cpp finds the flag."""
        return ctypes.cast(self._buffer, ctypes.c_void_p)
