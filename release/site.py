"""Hooks of mkdocs: the pages that live outside of `docs`, and the list of versions.

README.md is the front page and CHANGELOG.md a page of its own; both stay where GitHub and package
indexes look for them. Links to other files of the repository lead to nowhere on a site, so they
become plain text.
"""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).parents[1]
_OUTSIDE = {"README.md": "index.md", "CHANGELOG.md": "changelog.md"}

_REDIRECT = """<!doctype html>
<meta charset="utf-8">
<title>Pillion</title>
<meta http-equiv="refresh" content="0; url={0}/index.html">
<a href="{0}/index.html">Pillion {0}</a>
"""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that live at the top of the repository."""
    for source, page in _OUTSIDE.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=as_page(text, "")))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Adapt the links of a page of `docs`."""
    return as_page(markdown, "docs/")


def as_page(text: str, folder: str) -> str:
    """Return Markdown of a file in `folder` with links that hold on the site."""

    def adapt(link: re.Match[str]) -> str:
        target, anchor = link.groups()
        path = _place(folder, target)
        page = _OUTSIDE.get(path, path.removeprefix("docs/") if path.startswith("docs/") else "")
        return f"]({page}{anchor})" if page else link[0]

    def drop(link: re.Match[str]) -> str:
        path = _place(folder, link[2])
        inside = path.startswith("docs/") or path in _OUTSIDE
        return link[0] if inside or not (ROOT / path).exists() else link[1]

    text = re.sub(r"\[([^\[\]]*)\]\(([^)#:\s]+)\)", drop, text)
    return re.sub(r"\]\(([^)#:\s]+)((?:#[^)]*)?)\)", adapt, text)


def _place(folder: str, target: str) -> str:
    """Return the path of a link's target from the top of the repository."""
    return posixpath.normpath(posixpath.join(folder, target))


def on_post_build(config: MkDocsConfig) -> None:
    """List the versions that are built side by side, and lead to the newest."""
    folder = Path(config.site_dir).parent
    versions = sorted(
        (path.parent.name for path in folder.glob("*/index.html")),
        key=lambda name: [int(part) if part.isdigit() else -1 for part in name.split(".")],
        reverse=True,
    )
    listed = [{"version": name, "title": name, "aliases": []} for name in versions]
    (folder / "versions.json").write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")
    (folder / "index.html").write_text(_REDIRECT.format(versions[0]), encoding="utf-8")
