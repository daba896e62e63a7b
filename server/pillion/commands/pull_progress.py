"""How a running pull or check looks: a bar on a terminal, a few plain lines elsewhere.

Everything goes to standard error, so that a script can read the result.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from pillion.engine.models import megabytes
from pillion.engine.store import Phase, PullProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_VERBS = {
    Phase.WAITING: "waiting for another download",
    Phase.RESUMING: "reading what is there",
    Phase.DOWNLOADING: "downloading",
    Phase.VERIFYING: "verifying",
}
# Without a terminal, one line for each tenth.
_STEPS = 10


class PullDisplay:
    """Shows the progress of a pull; called with each moment of it."""

    def __init__(self, name: str) -> None:
        self.worked = False
        """Whether anything had to be done at all."""
        self._name = name
        self._console = Console(stderr=True, highlight=False)
        self._progress = _bar(self._console)
        self._task: TaskID | None = None
        self._source = ""
        self._stage: tuple[Phase, int] | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, moment: PullProgress) -> None:
        """Show one moment."""
        self.worked = True
        if moment.phase is Phase.FAILED:
            self.say(f"{moment.source}: {moment.note}")
            return
        if moment.phase is Phase.DOWNLOADING and moment.source != self._source:
            self._source = moment.source
            self.say(f"Downloading {self._name} from {moment.source}")
        text = f"{_VERBS[moment.phase]}, {moment.note}" if moment.note else _VERBS[moment.phase]
        if self._console.is_terminal:
            self._draw(text, moment)
        else:
            self._write(text, moment)

    def say(self, line: str) -> None:
        """Print a line beside the bar."""
        self._progress.console.print(line, markup=False, soft_wrap=True)

    def _draw(self, text: str, moment: PullProgress) -> None:
        # A task of its own for each phase, because the speed of one says nothing of the next.
        if self._task is None or self._stage != (moment.phase, 0):
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._task = self._progress.add_task(text, total=moment.total, completed=moment.done)
            self._stage = moment.phase, 0
        self._progress.update(self._task, description=text, completed=moment.done)

    def _write(self, text: str, moment: PullProgress) -> None:
        stage = moment.phase, moment.done * _STEPS // moment.total
        if stage != self._stage:
            self._stage = stage
            sizes = f": {megabytes(moment.done)} of {megabytes(moment.total)}"
            self.say(f"  {text}{'' if moment.phase is Phase.WAITING else sizes}")


@contextlib.contextmanager
def reading_bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal while a file is read; yields what to tell `done, total` to."""
    with _bar(Console(stderr=True, highlight=False)) as progress:
        task = progress.add_task(f"{name}: verifying", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
