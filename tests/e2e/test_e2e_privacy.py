"""No planted secret is in any prompt, wherever it was planted: the promise, at the engine's door.

The real server over standard streams, in a workspace full of secrets, with a scripted engine that
writes down every prompt it gets, those of idle time included. Whatever a prompt is made from has
to pass here.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from editors import session

from planted import Kind, kinds
from trees import plant

pytestmark = pytest.mark.e2e

KINDS = kinds(seed=23)
ENDINGS = {
    "python": "py",
    "javascript": "js",
    "java": "java",
    "csharp": "cs",
    "go": "go",
    "yaml": "yaml",
    "json": "json",
    "php": "php",
    "shellscript": "sh",
    "xml": "xml",
    "plaintext": "txt",
    "dotenv": "env.txt",
    "ini": "ini",
    "properties": "properties",
    "terraform": "tf",
    "dockerfile": "Dockerfile",
}

CODE = {"python", "javascript", "java", "go", "csharp", "php"}
"""Where values stand in quotes. In code, what stands without them is a name."""

MARKER = "planted_marker"
"""Stands beside every secret: it shows that the text around them does get into prompts."""


def code(kind: Kind) -> str:
    """Return a file that holds the secret, among code that is worth showing."""
    lines = ["import settings", "", "", f"def {MARKER}(client):", "    return client"]
    return "\n".join(lines) + "\n\n\n" + kind.text + "\nvalue = 1\n"


def parts(kind: Kind) -> list[str]:
    """Return what must not be seen: each secret, and both halves of the long ones."""
    found: list[str] = []
    for secret in kind.secrets:
        half = len(secret) // 2
        found += [secret, secret[:half], secret[half:]] if half >= 8 else [secret]
    return found


def leaks(prompts: str) -> list[str]:
    return [kind.name for kind in KINDS for part in parts(kind) if part in prompts]


def read(path: Path) -> str:
    """Return all prompts, as the model reads them."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return "\n".join("".join(json.loads(line)) for line in lines)


def names() -> list[str]:
    return [f"kind_{n}.{ENDINGS[kind.language]}" for n, kind in enumerate(KINDS)]


async def settle(path: Path) -> None:
    """Wait until the model has also read what it reads while the user is idle."""
    before = None
    while before != (now := read(path)):
        before = now
        await asyncio.sleep(0.6)


def workspace(root: Path) -> Path:
    """Plant each kind in a file of its own, and all of them in files that are never read."""
    everything = "".join(kind.text for kind in KINDS)
    tree: dict[str, str | bytes] = {
        name: code(kind) for name, kind in zip(names(), KINDS, strict=True)
    }
    tree[".gitignore"] = "ignored.py\n"
    never = (".env", "ignored.py", "deploy.key", "node_modules/a.py", "credentials.json")
    tree.update(dict.fromkeys(never, f"# {MARKER}_never\n{everything}"))
    tree["settings.py"] = f"{MARKER} = 1\n" + everything
    return plant(root, tree)


def test_twenty_kinds_and_more() -> None:
    assert len(KINDS) >= 60


async def test_no_secret_of_a_file_is_in_a_prompt(tmp_path: Path) -> None:
    """With the cursor in every file, beside the secret and inside of it."""
    root, prompts = workspace(tmp_path / "work"), tmp_path / "prompts"
    plan = {"scripts": [{"chunks": ["pass"]}], "prompts": str(prompts)}
    async with session(plan, folders=[root.as_uri()]) as client:
        for name, kind in zip(names(), KINDS, strict=True):
            uri, text = (root / name).as_uri(), code(kind)
            client.open(uri, text, kind.language)
            inside = text.index(kind.secrets[0])
            for offset in (inside - 3, inside + len(kind.secrets[0]) // 2, len(text)):
                await client.inline(uri, offset)
        await settle(prompts)
    seen = read(prompts)
    assert MARKER in seen
    assert f"{MARKER}_never" not in seen
    assert not leaks(seen)


async def test_no_secret_of_the_clipboard_the_edits_or_the_diagnostics_is_in_a_prompt(
    tmp_path: Path,
) -> None:
    """Each kind is typed, copied and quoted by a diagnostic while another file is completed."""
    root, prompts = workspace(tmp_path / "work"), tmp_path / "prompts"
    plan = {"scripts": [{"chunks": ["pass"]}], "prompts": str(prompts)}
    async with session(plan, folders=[root.as_uri()]) as client:
        main, other = (root / "main.py").as_uri(), (root / "other.txt").as_uri()
        client.open(main, f"import settings\n\n\ndef {MARKER}_main():\n    ")
        client.open(other, "", "plaintext")
        for kind in KINDS:
            end = len(client.documents[other].text)
            client.change(other, end, end, kind.text)
            lines = kind.text.splitlines()
            problem = {
                "range": {"start": {"line": 4, "character": 0}, "end": {"line": 4, "character": 1}},
                "severity": 1,
                "message": f"{MARKER}: {kind.text}",
            }
            context: dict[str, Any] = {
                "clipboard": kind.text,
                "diagnostics": [{"textDocument": {"uri": main}, "items": [problem]}],
                "visible": [{"textDocument": {"uri": other}, "ranges": [problem["range"]]}],
            }
            client.notify("pillion/editorContext", context)
            await client.inline(other, len(client.documents[other].text))
            # The same is typed in the file itself, where it may stand in code.
            written = lines[0] if kind.language in CODE else "y = "
            for line in (written, "x = "):
                end = len(client.documents[main].text)
                client.change(main, end, end, line + "\n    ")
                await client.inline(main, len(client.documents[main].text))
        await settle(prompts)
    seen = read(prompts)
    assert f"{MARKER}_main" in seen
    assert not leaks(seen)


async def test_a_private_document_is_answered_with_a_reason(tmp_path: Path) -> None:
    root, prompts = workspace(tmp_path / "work"), tmp_path / "prompts"
    plan = {"scripts": [{"chunks": ["pass"]}], "prompts": str(prompts)}
    async with session(plan, folders=[root.as_uri()]) as client:
        for name in (".env", "ignored.py", "deploy.key", "credentials.json"):
            uri = (root / name).as_uri()
            client.open(uri, "x = ")
            assert await client.inline(uri, 4) is None
            status = await client.request("pillion/status")
            assert status["last"]["outcome"] == "private"
        public = (root / "public.py").as_uri()
        client.open(public, "x = ")
        assert await client.inline(public, 4)
        # What is ignored from now on is private from the next request on, or the one after it.
        plant(root, {".pillionignore": "public.py\n"})
        await asyncio.sleep(2.1)
        assert await client.inline(public, 4) is None
    assert prompts.exists()
