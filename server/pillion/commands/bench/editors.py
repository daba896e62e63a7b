"""Real servers for `pillion bench windows`, `memory` and `soak`: one editor window each."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from pillion.base.settings import table
from pillion.eval.windows import Asked
from pillion.lsp.client import Client, Editor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pillion.base.settings import Settings
    from pillion.eval.replay import Keystroke
    from pillion.text.snapshot import Snapshot

COMMAND = (sys.executable, "-m", "pillion", "serve", "--stdio")


class Window:
    """An editor window: a server that has one document open."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @classmethod
    async def open(
        cls,
        settings: Settings,
        *,
        folders: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
    ) -> Window:
        """Start a server; it is ready when this returns. `folders` are URIs."""
        values = asdict(settings)
        given = {meta.key: values[name] for name, meta, _, _ in table()}
        client = await Client.start(COMMAND, editor=Editor(settings=given), env=env)
        window = cls(client)
        try:
            await client.initialize(options=given, folders=folders)
            await client.until_ready()
        except BaseException:
            await client.kill()
            raise
        return window

    @property
    def pid(self) -> int:
        """The server's process."""
        return self.client.process.pid

    def show(self, snapshot: Snapshot) -> None:
        """Bring the document to this text, with one edit; open it if need be."""
        if held := self.client.documents.get(snapshot.uri):
            _edit(self.client, snapshot.uri, held.text, snapshot.text)
        else:
            self.client.open(snapshot.uri, snapshot.text, snapshot.language)

    async def ask(self, key: Keystroke) -> Asked:
        """Bring the document to where the keystroke is, and complete."""
        client = self.client
        self.show(key.snapshot)
        await client.inline(key.snapshot.uri, key.offset)
        last = (await client.request("pillion/status"))["last"]
        tokens, stages = last["tokens"], last["stages"]
        first = stages.get("first_token", stages.get("total", 0.0))
        return Asked(tokens["evaluated"], tokens["prompt"], first)

    async def close(self) -> None:
        """Shut the server down."""
        try:
            await self.client.close(30)
        finally:
            await self.client.kill()


def _edit(client: Client, uri: str, before: str, after: str) -> None:
    """Send the one edit that makes `after` of `before`."""
    if before == after:
        return
    shorter = min(len(before), len(after))
    same = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    tail = 0
    while tail < shorter - same and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    client.change(uri, same, len(before) - tail, after[same : len(after) - tail])
