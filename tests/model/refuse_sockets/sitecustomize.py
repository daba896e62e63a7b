"""Refuse every socket but local ones, in this process and all it starts.

A Unix socket is a file of this machine: the shared engine listens on one, and asyncio wakes itself
through a pair of them.

Python imports this module at start-up when its folder is on PYTHONPATH. Each attempt is refused
and written to the file that PILLION_SOCKET_LOG names. The hook sees what any Python code asks of
the system, also through libraries.
"""

from __future__ import annotations

import os
import sys


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if not event.startswith("socket."):
        return
    if event == "socket.__new__" and arguments[1] == 1:  # AF_UNIX
        return
    if event in {"socket.bind", "socket.connect"} and isinstance(arguments[1], str):
        return
    if event == "socket.gethostname":  # Reads the machine's name, opens nothing.
        return
    with open(os.environ["PILLION_SOCKET_LOG"], "a", encoding="utf-8") as log:  # noqa: PTH123
        log.write(f"{event} {arguments[1:]}\n")
    raise PermissionError(f"{event} is refused in this test")


sys.addaudithook(_refuse)
