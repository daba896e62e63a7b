"""The cases of a measurement in a CSV file: written as they come, and read to go on from there."""

from __future__ import annotations

import csv
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_type_hints

from pillion.base.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

Row = TypeVar("Row")


class Cases(Generic[Row]):
    """All rows so far of one dataclass, kept in a file where one was named."""

    def __init__(self, kind: type[Row], path: Path | None) -> None:
        self._path = path
        self._names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
        self.rows: list[Row] = []
        if path and path.exists() and path.stat().st_size:
            self.rows = _read(path, kind, self._names)
        elif path:
            with path.open("w", newline="", encoding="utf-8") as file:
                csv.DictWriter(file, self._names).writeheader()

    def add(self, *rows: Row) -> None:
        """Take note of the rows of a case, all at once, so that none is ever half there."""
        self.rows += rows
        if self._path:
            with self._path.open("a", newline="", encoding="utf-8", errors="replace") as file:
                table = csv.DictWriter(file, self._names)
                table.writerows(asdict(row) for row in rows)  # type: ignore[call-overload]


def _read(path: Path, kind: type[Row], names: list[str]) -> list[Row]:
    readers = {name: _READERS[str(hint)] for name, hint in get_type_hints(kind).items()}
    with path.open(newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        if table.fieldnames != names:
            raise UsageError(f"{path} holds the cases of another measurement.")
        return [
            kind(**{name: readers[name](text) for name, text in row.items()})
            for row in table
            # The files of several shards, one behind the other, have a heading each.
            if list(row.values()) != names
        ]


_READERS: dict[str, Any] = {
    str(str): str,
    str(int): int,
    str(float): float,
    str(bool): lambda text: text == "True",
    str(float | None): lambda text: float(text) if text else None,
}
