"""`pillion review`: what rules have to say of files, or of what has changed in them."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pillion.assist.review import Finding, mended
from pillion.assist.review import review as reviewed
from pillion.base.errors import UsageError
from pillion.commands.edit import unified
from pillion.commands.linters import ruff
from pillion.commands.place import read_document
from pillion.context.exclusion import PRIVATE
from pillion.context.ignore import Ignore, root_of
from pillion.syntax.languages import PLAIN, language_of
from pillion.text.positions import Encoding, position_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.text.snapshot import Snapshot


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--since",
    default="HEAD",
    show_default=True,
    metavar="REVISION",
    help="Without PATHS: look at what has changed since this git revision.",
)
@click.option(
    "--diff", "as_diff", is_flag=True, help="Print a unified diff of what the rules know to mend."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per finding.")
def review(paths: tuple[Path, ...], since: str, *, as_diff: bool, as_json: bool) -> None:
    """Review the files PATHS, or else the lines that have changed in the git checkout.

    Rules only, no model: syntax errors, names that nothing defines and other certain mistakes,
    weaknesses with their CWE, and what ruff says where the project has settings for it. Of changed
    files, only what the change brought in is told.

    The JSON objects have: path, line, column, end_line, end_column (from 1, columns in code
    points), role (correctness, security or readability), code, message, and edits (line, column,
    end_line, end_column, text) where the rule knows how to mend it.
    """
    if as_diff and as_json:
        raise UsageError("Either --diff or --json.")
    files = _files(paths) if paths else _changed(since)
    count = 0
    for path in files:
        if Ignore(root_of(str(path))).why_private(path.absolute()) in PRIVATE:
            continue
        snapshot, _ = read_document(path)
        if language_of(snapshot.language, snapshot.uri) is PLAIN:
            continue
        before = None if paths else _at(since, path)
        found = reviewed(snapshot, before, ruff(snapshot, path))
        count += len(found)
        if as_diff:
            click.echo(unified(snapshot, mended(snapshot.text, found), _name(path)), nl=False)
        else:
            for one in found:
                click.echo(_line(snapshot, path, one, as_json=as_json))
    if not (as_json or as_diff):
        click.echo(f"{count or 'No'} finding{'' if count == 1 else 's'}.", err=True)


def _files(paths: Sequence[Path]) -> list[Path]:
    """Return the files that are meant; of folders, what would be read of them."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += [Path(one.path) for one in Ignore(path.absolute()).walk(Counter())]
        else:
            found.append(path)
    return found


def _changed(since: str) -> list[Path]:
    top = Path(_git("rev-parse", "--show-toplevel").strip())
    names = _git("diff", "--name-only", "-z", "--diff-filter=d", since, "--").split("\0")
    new = ("--others", "--exclude-standard", "--full-name", "--", str(top))
    names += _git("ls-files", "-z", *new).split("\0")
    paths = [top / name for name in dict.fromkeys(names) if name]
    return [path for path in paths if path.is_file()]


def _at(revision: str, path: Path) -> str:
    """Return the text of a file at a revision; empty where it was not there."""
    top = Path(_git("rev-parse", "--show-toplevel").strip())
    name = path.absolute().relative_to(top).as_posix()
    try:
        return _git("show", f"{revision}:{name}")
    except UsageError:
        return ""


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607 - the user's own git.
            capture_output=True,
            check=False,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise UsageError("git is not installed; name the files to review.") from error
    if done.returncode:
        raise UsageError(f"git: {done.stderr.strip().partition(chr(10))[0]}")
    return done.stdout


def _line(snapshot: Snapshot, path: Path, one: Finding, *, as_json: bool) -> str:
    place = _place(snapshot, one.start, one.end)
    name = _name(path)
    if not as_json:
        code = f" [{one.code}]" if one.code else ""
        return f"{name}:{place['line']}:{place['column']}: {one.role}: {one.message}{code}"
    edits = [{**_place(snapshot, e.start, e.end), "text": e.new} for e in one.edits]
    return json.dumps(
        {
            "path": name,
            **place,
            "role": one.role,
            "code": one.code,
            "message": one.message,
            "edits": edits,
        },
        ensure_ascii=False,
    )


def _name(path: Path) -> str:
    below = path.absolute().is_relative_to(Path.cwd())
    return str(path.absolute().relative_to(Path.cwd())) if below else str(path)


def _place(snapshot: Snapshot, start: int, end: int) -> dict[str, int]:
    first = position_at(snapshot, start, Encoding.UTF32)
    last = position_at(snapshot, end, Encoding.UTF32)
    return {
        "line": first.line + 1,
        "column": first.column + 1,
        "end_line": last.line + 1,
        "end_column": last.column + 1,
    }
