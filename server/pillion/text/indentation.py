"""A block of code moved to the first column, and back to where it stood."""

from __future__ import annotations

import textwrap

from pillion.text.lines import indent_of


def dedented(text: str) -> str:
    """Return whole lines of code as if they stood alone, with line feeds at their ends."""
    return textwrap.dedent(text.replace("\r\n", "\n").replace("\r", "\n"))


def indented(text: str, like: str) -> str:
    """Return lines of code indented, and with line breaks, as those of `like`."""
    first = next((line for line in like.splitlines() if line.strip()), "")
    found = textwrap.indent(text, indent_of(first))
    return found.replace("\n", "\r\n") if "\r\n" in like else found
