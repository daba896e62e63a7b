"""The composition root: which engine, completer and connection a command gets.

The only place that chooses implementations; everything below gets what it uses handed in.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pillion.context.index.workspace import Workspace
from pillion.lsp.downloads import StoreDownloads
from pillion.lsp.server import PillionServer
from pillion.lsp.transport import accept_one, own_stdio

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pillion.assist.complete import Completer
    from pillion.base.settings import Settings
    from pillion.engine.base import Engine
    from pillion.lsp.downloads import Downloads
    from pillion.lsp.model import Completes


def make_engine(settings: Settings) -> Engine:
    """Return the engine that the settings ask for; nothing is loaded yet.

    With remote engines it stands for several (`pillion.engine.purpose.engine_for`).
    """
    if settings.remote:
        # Imported here: without a remote engine nothing that could use the network is loaded.
        from pillion.engine.routes import make_routes  # noqa: PLC0415

        return make_routes(settings, lambda: _local_engine(settings))
    return _local_engine(settings)


def _local_engine(settings: Settings) -> Engine:
    """Return the engine on this machine."""
    # Imported here: a server that uses the shared engine stays small without llama.cpp.
    if settings.engine_mode == "shared":
        from pillion.engine.hosted import HostedEngine  # noqa: PLC0415
        from pillion.engine.runtime import HostOptions  # noqa: PLC0415

        options = HostOptions(
            settings.model, settings.threads, settings.gpu_layers, _context_tokens(settings)
        )
        return HostedEngine(options, idle=settings.engine_idle_seconds)
    from pillion.engine.llama import LlamaEngine  # noqa: PLC0415

    return LlamaEngine(
        settings.model,
        threads=settings.threads,
        gpu_layers=settings.gpu_layers,
        context_tokens=_context_tokens(settings),
    )


def make_completer(
    settings: Settings, workspace: Workspace | None = None
) -> tuple[Engine, Completer]:
    """Return an engine and what completes documents with it.

    `workspace` knows the code around a document; without it the document is all there is.
    """
    # Imported here: the editor has its answer to `initialize` before the parsers are there.
    from pillion.assist.complete import Completer  # noqa: PLC0415

    engine = make_engine(settings)
    return engine, Completer(engine, workspaces=workspace)


async def serve(
    address: tuple[str, int] | None = None,
    command_line: Mapping[str, object] | None = None,
    *,
    make: Callable[[Settings, Workspace], tuple[Engine, Completes]] = make_completer,
    downloads: Downloads | None = None,
) -> int:
    """Run the language server for one editor; return the exit code.

    It speaks over standard input and output, or over the one connection that `address` accepts.
    """
    workspace = Workspace()
    server = PillionServer(
        lambda settings: make(settings, workspace),
        downloads or StoreDownloads(),
        command_line,
        workspace,
    )
    if address is None:
        return await server.run(own_stdio())
    return await server.run(await accept_one(*address, _announce))


def _announce(host: str, port: int) -> None:
    print(f"Pillion listens on {host}:{port}", file=sys.stderr, flush=True)  # noqa: T201


def _context_tokens(settings: Settings) -> int:
    """Room for a conversation, and for the longest prompt of a suggestion, in steps of 256."""
    window = max(settings.context_before + settings.context_after, settings.prompt_tokens)
    most = max(window + settings.context_before // 2 + settings.max_tokens, settings.chat_tokens)
    return -(-most // 256) * 256
