"""Whether a suggestion may span lines, from the shape of the code around the cursor.

Asked before the model runs, so that a single line can stop it early. It looks at the site only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pillion.post.nesting import CLOSER_OF
from pillion.post.rows import indent_width
from pillion.post.surroundings import surroundings
from pillion.text.lines import is_blank

if TYPE_CHECKING:
    from pillion.syntax.site import Site

# What editors put right of the cursor by themselves, and what ends a statement.
_ONLY_CLOSERS = re.compile(r"[\s)\]}>\"'`;,:]*")

_WORD_OPENER = re.compile(r"(?:^|\s)(?:do|then|else|begin)$")


def multiline_here(site: Site) -> bool:
    """Tell whether a suggestion at this cursor may span lines.

    Yes on a blank line and behind the opener of a block, with nothing but closers right of the
    cursor; no beside other text and in comments. A blank line of a string counts, since a
    docstring is written like code.
    """
    if not only_closers(site.rest) or site.in_comment:
        return False
    if is_blank(site.typed):
        return is_blank(site.rest) or not site.in_string
    return not site.in_string and after_opener(site)


def solid_here(site: Site) -> bool:
    """Tell whether a suggestion begins with something else than a blank.

    It does behind the indentation that a statement has there. A small model that may write blanks
    at such a place writes nothing else, until it is stopped.
    """
    if not site.typed or not is_blank(site.typed) or site.in_string or site.in_comment:
        return False
    header = previous_line(site)
    deeper = indent_width(site.typed) > indent_width(header)
    return in_body(site) and (deeper or not opens_block(header, site))


def only_closers(rest: str) -> bool:
    """Tell whether `rest` holds nothing but closing brackets, quotes and ends of statements."""
    return _ONLY_CLOSERS.fullmatch(rest) is not None


def after_opener(site: Site) -> bool:
    """Tell whether what is typed on the cursor's line ends with the opener of a block."""
    return opens_block(site.typed, site)


def fresh_body(site: Site) -> bool:
    """Tell whether the cursor's block begins at the cursor and nothing stands in it yet."""
    header = previous_line(site) if is_blank(site.typed) else site.typed
    if not opens_block(header, site):
        return False
    below = following_lines(site, 1)
    return not below or indent_width(below[0]) <= indent_width(header)


def opens_block(line: str, site: Site) -> bool:
    """Tell whether `line` ends with what opens a block in the site's language."""
    line = line.rstrip()
    if line.endswith(tuple(CLOSER_OF)):
        return True
    match site.language.blocks:
        case "indent":
            header = re.match(site.language.header, line.lstrip()) if site.language.header else True
            return line.endswith(":") and bool(header)
        case "none":
            return line.endswith(":") or _WORD_OPENER.search(line) is not None
        case _:
            return False


def in_body(site: Site) -> bool:
    """Tell whether the cursor stands among statements, not inside parentheses or a list."""
    opened = surroundings(site).open
    return not opened or (opened[-1].char == "{" and site.language.blocks != "indent")


def previous_line(site: Site) -> str:
    """Return the last line above the cursor's line that is not blank, or ``""``."""
    lines = site.snapshot.lines
    for number in range(lines.at(site.line_start) - 1, -1, -1):
        line = site.snapshot.line(number)
        if not is_blank(line):
            return line
    return ""


def following_lines(site: Site, count: int) -> list[str]:
    """Return the next `count` lines below the cursor's line that are not blank."""
    lines = site.snapshot.lines
    found: list[str] = []
    for number in range(lines.at(site.line_start) + 1, len(lines)):
        line = site.snapshot.line(number)
        if not is_blank(line):
            found.append(line.rstrip())
            if len(found) == count:
                break
    return found
