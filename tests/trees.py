"""Trees of files for tests: path to content."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def plant(root: Path, tree: Mapping[str, str | bytes]) -> Path:
    """Write the files below `root`; a path that ends with a slash is an empty folder."""
    for name, content in tree.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
    return root
