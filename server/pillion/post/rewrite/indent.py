"""Indentation: the model writes at the margin, the document has its own depth and its own unit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.post.indentation import indent_unit_of
from pillion.text.lines import indent_of, is_blank

if TYPE_CHECKING:
    from pillion.post.rewrite.values import Flaw, Rewrite


def rebase_indentation(rewrite: Rewrite) -> Rewrite | Flaw:
    """Indent the rewritten range as the document is indented at its place."""
    aim = rewrite.aim
    unit = indent_unit_of(aim.snapshot, aim.extent.start, aim.language)
    text = _with_unit(dedent(rewrite.text), unit)
    first = next((line for line in text.split("\n") if not is_blank(line)), "")
    # A line of a string at the margin keeps all others from being moved there.
    there = aim.extent.indent and indent_of(first) == aim.extent.indent
    return replace(rewrite, text=text if there else indented(text, aim.extent.indent))


def dedent(text: str) -> str:
    """Take away the indentation that all lines with code share."""
    lines = text.split("\n")
    indents = [indent_of(line) for line in lines if not is_blank(line)]
    if not indents:
        return text
    shared = min(indents, key=len)
    while not all(indent.startswith(shared) for indent in indents):
        shared = shared[:-1]
    return "\n".join(line[len(shared) :] if not is_blank(line) else "" for line in lines)


def indented(text: str, indent: str) -> str:
    """Indent all lines with code by `indent` more."""
    return "\n".join(indent + line if not is_blank(line) else line for line in text.split("\n"))


def _with_unit(text: str, unit: str) -> str:
    """Write the steps of the indentation as the document does."""
    lines = text.split("\n")
    indents = [indent_of(line) for line in lines if not is_blank(line)]
    if unit == "\t":
        widths = [len(indent) for indent in indents if indent and "\t" not in indent]
        if not widths:
            return text
        smallest = min(widths)
        step = next((n for n in (4, 2, 3, 8) if smallest % n == 0), smallest)
        return "\n".join(_to_tabs(line, step) for line in lines)
    if any("\t" in indent for indent in indents):
        return "\n".join(
            indent_of(line).replace("\t", unit) + line[len(indent_of(line)) :] for line in lines
        )
    return text


def _to_tabs(line: str, step: int) -> str:
    blanks = len(line) - len(line.lstrip(" "))
    return "\t" * (blanks // step) + " " * (blanks % step) + line[blanks:]
