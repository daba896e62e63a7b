"""Settings from three places.

The later ones are stronger: the editor's start-up options, what the editor was asked for or sent
later, and the command line. Values only; `features/configuration.py` has the messages.
A wrong value costs a warning, never the session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.base.settings import Settings, from_json

if TYPE_CHECKING:
    from collections.abc import Mapping

SECTION = "pillion"

_OF_THE_CLIENT = ("trace", "server", "client")
"""Settings with these first words are read by the editor extension itself."""


class Configuration:
    """The settings in force."""

    def __init__(self, command_line: Mapping[str, object] | None = None) -> None:
        self._command_line = dict(command_line or {})
        self._initial: Mapping[str, object] = {}
        self._later: Mapping[str, object] = {}
        self._warned: list[str] = []
        self.settings = Settings()
        self._read()

    def start_with(self, options: object) -> list[str]:
        """Take the start-up options; return warnings."""
        self._initial, problem = _section(options)
        return self._read(problem)

    def change_to(self, values: object) -> list[str]:
        """Take what the editor has now, None for nothing; return warnings that are new."""
        self._later, problem = _section(values)
        return self._read(problem)

    def _read(self, problem: list[str] | None = None) -> list[str]:
        merged = _merged(_merged(self._initial, self._later), self._command_line)
        self.settings, warnings = from_json(merged)
        warnings = [*(problem or ()), *warnings]
        new = warnings if warnings != self._warned else []
        self._warned = warnings
        return new


def _section(values: object) -> tuple[Mapping[str, object], list[str]]:
    """Return the settings inside of `values`, with or without the name of the section."""
    if isinstance(values, dict) and SECTION in values:
        values = values[SECTION]
    # Lua has one empty table for both: Neovim sends a list where nothing is set.
    if values is None or values == []:
        return {}, []
    if not isinstance(values, dict):
        return {}, [f"The settings of `{SECTION}` must be an object; they are ignored."]
    return values, []


def _merged(weak: Mapping[str, object], strong: Mapping[str, object]) -> dict[str, object]:
    return _flat(weak) | _flat(strong)


def _flat(values: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Return nested settings with dotted keys, so that both spellings meet."""
    flat: dict[str, object] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}".removeprefix(f"{SECTION}.")] = value
    return {key: value for key, value in flat.items() if key.split(".")[0] not in _OF_THE_CLIENT}
