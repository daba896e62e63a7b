"""Makes golden files of what the model really wrote: one for each spoilt text that is mended.

    python tests/post/collect_golden.py ROWS.jsonl --data FOLDER --skip PART-OF-A-PATH

The rows are those that `pillion eval hygiene --rows` kept of the same folders. An excerpt of the
file is kept that leads to the same suggestion as the whole file does. Take only code whose licence
allows it, and read every new file before it is committed.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[1]))

from golden import at_once, blind, streamed
from pillion.base.outcome import Nothing
from pillion.eval.cursors import Sources
from pillion.eval.defects import Defect
from pillion.eval.hygiene import Judged, Kept, judge
from pillion.syntax.locate import locate
from pillion.syntax.site import Site
from pillion.text.snapshot import Snapshot

FOLDER = Path(__file__).parent / "golden"
EXCERPTS = ((3, 3), (6, 4), (10, 8), (18, 12))
"""Lines above and below the cursor's line to try."""

PER_KIND = 6
"""Files of one defect in one language, at most: more of the same test nothing new."""

WHY = {
    Defect.SPECIAL_TOKEN: "A special token is spelt out.",
    Defect.FENCE: "The model ends with a code fence, as it learned in chats.",
    Defect.DUPLICATED_FOLLOWING_LINE: "The model says again what stands below.",
    Defect.REPEATED_PRECEDING_LINE: "The model says again what stands above.",
    Defect.DOUBLED_BRACKET_OR_QUOTE: "What the model closes is closed right of the cursor already.",
    Defect.SYNTAX_ERROR: "All that the model writes would not parse here.",
    Defect.INDENTATION: "The indentation is not that of the file.",
    Defect.PROSE: "The model explains itself.",
}


@dataclass(frozen=True)
class Excerpt:
    """A part of a document around the cursor."""

    site: Site
    shown: str


@click.command()
@click.argument("rows", type=click.Path(exists=True, path_type=Path))
@click.option("--data", multiple=True, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--skip", multiple=True, help="Leave out files with this in their path.")
def collect(rows: Path, data: tuple[Path, ...], skip: tuple[str, ...]) -> None:
    """Write golden files for ROWS."""
    sources, made = Sources(data), Counter[tuple[str, Defect]]()
    for written in Kept(rows).written.values():
        cursor = written.cursor
        if any(part in cursor.path for part in skip):
            continue
        item = judge(written, sources)
        if not item.raw_defects or item.shown_defects:
            continue
        kind = next(defect for defect in Defect if defect in item.raw_defects)
        if made[cursor.language, kind] == PER_KIND:
            continue
        text = golden(item, sources)
        if text:
            made[cursor.language, kind] += 1
            (FOLDER / f"{_name(item, kind)}.toml").write_text(text, encoding="utf-8")
    for (language, kind), count in sorted(made.items()):
        click.echo(f"{language:16} {kind.value:28} {count}")


def golden(item: Judged, sources: Sources) -> str:
    """Return the golden file; empty where no excerpt does or the text cannot be spelt."""
    written = item.written
    cursor, raw, complete = written.cursor, written.text, written.stopped
    snapshot, offset, _ = cursor.document(sources.text(cursor.root, cursor.path))
    shown = "" if isinstance(item.shown, Nothing) else item.shown.text
    reason = item.shown.reason.value if isinstance(item.shown, Nothing) else ""
    excerpt = _excerpt(snapshot, offset, raw, (shown, reason), complete=complete)
    if excerpt is None:
        return ""
    site = excerpt.site
    before = f"{site.before}█├{raw}┤{site.after}"
    if any(mark in site.snapshot.text + raw for mark in ("'''", "\r", "█", "├", "┤", "\ufffd")):
        return ""
    kinds = [defect for defect in Defect if defect in item.raw_defects]
    parts = [
        f'why = "{" ".join(WHY[kind] for kind in kinds)}"',
        f'source = "{_source(cursor.path)}"',
        f'language = "{cursor.language}"',
        f"complete = {str(complete).lower()}",
        f"before = '''\n{before}'''",
        _outcome(excerpt.shown),
    ]
    for name, other in (
        ("without_parser", streamed(blind(site), raw, complete=complete)),
        ("at_once", at_once(site, raw, complete=complete)),
    ):
        if other != excerpt.shown:
            parts += ["", f"[{name}]", _outcome(other)]
    return "\n".join(parts) + "\n"


def _excerpt(
    snapshot: Snapshot, offset: int, raw: str, shown: tuple[str, str], *, complete: bool
) -> Excerpt | None:
    """Return the smallest excerpt that leads to the same text or reason."""
    lines = snapshot.lines
    number = lines.at(offset)
    for above, below in EXCERPTS:
        start = lines.starts[max(0, number - above)]
        last = min(len(lines) - 1, number + below)
        text = snapshot.text[start : lines.ends[last]] + "\n"
        site = locate(replace(snapshot, text=text), offset - start)
        found = streamed(site, raw, complete=complete)
        text_shown = found.partition("├")[2].partition("┤")[0] if "├" in found else ""
        if (text_shown, "" if "├" in found else found) == shown:
            return Excerpt(site, found)
    return None


def _outcome(shown: str) -> str:
    if "├" in shown:
        return f"after = '''\n{shown}'''"
    return f'reason = "{shown}"'


def _source(path: str) -> str:
    """Return the path from the package on."""
    return re.sub(r"^usr/(?:share/(?:gocode/src|cargo/registry)|include)/", "", path)


def _name(item: Judged, kind: Defect) -> str:
    cursor = item.written.cursor
    stem = re.sub(r"\W+", "_", Path(cursor.path).stem).strip("_").lower()
    return f"{cursor.language}_{kind.value}_{stem}_{cursor.start}"


if __name__ == "__main__":
    collect()
