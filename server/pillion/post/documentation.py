"""What a model wrote as documentation, to documentation in the project's style, or nothing.

    text -> its sentences, without what speaks of names that don't exist -> lines of a comment

Names of parameters that the function does not have, code and fences never get in. Pure.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing, Reason
from pillion.post.claims import Claims, words_of

if TYPE_CHECKING:
    from pillion.syntax.doc_comments import Marks

_FIELD = re.compile(
    r"^(?::param\s+(?:[\w.\[\]]+\s+)?(\w+)\s*:|@param\s+(?:\{[^}]*\}\s+)?(\w+)|"
    r"(\w+)\s*(?:\([^)]*\))?\s*:\s)"
)
_SECTION = re.compile(
    r"^(?:Args|Arguments|Parameters|Params|Returns?|Raises?|Yields?|Throws|Note|Example)s?:?\s*$"
)
_FREE = frozenset(
    ("Returns", "Return", "Raises", "Note", "Yields", "Throws", "Returned", "Example")
)
_CODE = re.compile(r"^(?:def |class |function |return |import |from \w+ import|\}|\{|>>>)")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`])")

MOST_LINES = 12


@dataclass(frozen=True, slots=True)
class Style:
    """How the neighbours are documented."""

    one_line: bool
    """All of them in one line."""
    stop: bool
    """They end in a full stop."""
    width: int
    """Columns of the longest line there should be."""


def style_of(docs: list[str], width: int) -> Style:
    """Return the style of existing documentation, its marks taken away."""
    if not docs:
        return Style(one_line=False, stop=True, width=width)
    lines = [doc.strip().split("\n") for doc in docs]
    stops = sum(rows[0].rstrip().endswith(".") for rows in lines)
    return Style(all(len(rows) == 1 for rows in lines), stops * 2 >= len(docs), width)


def documentation_lines(
    text: str, code: str, signature: str, style: Style, indent: str
) -> list[str] | Nothing:
    """Return the lines without marks and indentation."""
    rows = _rows(text, code, signature)
    if not rows:
        return Nothing(Reason.PROSE)
    summary = rows[0]
    if style.one_line:
        rows = [_SENTENCE_END.split(summary)[0]]
    if style.stop and rows[0][-1].isalnum():
        rows[0] += "."
    elif not style.stop:
        rows[0] = rows[0].removesuffix(".")
    width = max(40, style.width - len(indent) - 8)
    wrapped: list[str] = []
    for row in rows[:MOST_LINES]:
        lead = row[: len(row) - len(row.lstrip())]
        wrapped += textwrap.wrap(row, width, subsequent_indent=lead) or [""]
    return wrapped


def marked(lines: list[str], marks: Marks, indent: str) -> str:
    """Return the comment, each line with its mark and indentation, and a line break behind it."""
    if not marks.close:
        return "".join(f"{indent}{marks.lead}{line}".rstrip() + "\n" for line in lines)
    if marks.inside:
        body = "\n".join((indent + line).rstrip() for line in lines).lstrip()
        tail = f"\n{indent}" if len(lines) > 1 else ""
        return f"{indent}{marks.open}{body}{tail}{marks.close}\n"
    rows = "".join(f"{indent}{marks.lead}{line}".rstrip() + "\n" for line in lines)
    return f"{indent}{marks.open}\n{rows}{indent}{marks.close}\n"


def bare(comment: str) -> str:
    """Return documentation without its marks."""
    text = re.sub(r'^(?:[rRuU]?("""|\'\'\'|"|\'))|(?:"""|\'\'\'|"|\')$', "", comment.strip())
    text = re.sub(r"^/\*\*+|\*+/$", "", text.strip())
    rows = [re.sub(r"^\s*(?:///?|\*|#)\s?", "", row) for row in text.split("\n")]
    return textwrap.dedent("\n".join(rows)).strip()


def _rows(text: str, code: str, signature: str) -> list[str]:
    """Return the lines that may stay."""
    known = words_of(code) | words_of("None True False null true false undefined str int list dict")
    claims = Claims(known, 0, 0)
    parameters = words_of(signature)
    rows = []
    for row in [*claims.feed(textwrap.dedent(bare(text)).strip()), *claims.end()]:
        line = row.rstrip()
        if "```" in line or _CODE.match(line.strip()):
            break
        field = _FIELD.match(line.strip())
        name = next((one for one in field.groups() if one), "") if field else ""
        if name and name not in parameters and name not in _FREE:
            continue
        rows.append(line)
    while rows and (not rows[-1].strip() or _SECTION.match(rows[-1].strip())):
        rows.pop()
    while rows and not rows[0].strip():
        rows.pop(0)
    return rows if rows and any(char.isalpha() for char in rows[0]) else []
