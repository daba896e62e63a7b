"""Walking a workspace in a process of its own: `python -m pillion.context.index.child OPTIONS`.

At low priority and with an interpreter of its own, so that nobody who types waits for it. The
options are one JSON object (see `background.Job`). Progress comes as one JSON object per line, the
result as the last line. It ends early when its standard input ends, and so with its parent,
however that ends; what it has written stays.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.context.index.index import Index

if TYPE_CHECKING:
    from pillion.context.index.values import Progress


def main() -> None:
    """Walk one workspace."""
    options = json.loads(sys.argv[1])
    _yield_to_others()
    stopped = threading.Event()
    threading.Thread(target=_wait_for_end, args=(stopped,), daemon=True).start()
    cache = options["cache_dir"]
    index = Index.open(
        Path(options["root"]), Path(cache) if cache else None, exclude=options["exclude"]
    )

    def report(progress: Progress) -> None:
        _say({"progress": asdict(progress)}, stopped)

    found = index.refresh(report, stopped.is_set)
    _say({"refreshed": asdict(found)}, stopped)


def _yield_to_others() -> None:
    # Windows has no such call; there the parent starts this process at a low priority.
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(19)


def _wait_for_end(stopped: threading.Event) -> None:
    with contextlib.suppress(OSError, ValueError):
        sys.stdin.buffer.read()
    stopped.set()


def _say(message: dict[str, object], stopped: threading.Event) -> None:
    try:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()
    except OSError:
        stopped.set()


if __name__ == "__main__":
    main()
