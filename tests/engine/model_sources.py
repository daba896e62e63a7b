"""Tiny models and the places they come from: a loopback server and wheels made on the spot."""

from __future__ import annotations

import contextlib
import hashlib
import random
import threading
import time
import zipfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from pillion.engine.models import CatalogueModel, WheelPart, WheelsSource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pillion.engine.models import Source


def gguf(size: int, seed: int = 0) -> bytes:
    """Return bytes that look like a model and do not compress."""
    return b"GGUF" + random.Random(seed).randbytes(size - 4)  # noqa: S311 - not for secrets.


def flipped(content: bytes, index: int) -> bytes:
    """Return the content with one bit changed."""
    changed = bytearray(content)
    changed[index] ^= 1
    return bytes(changed)


def model_of(content: bytes, *sources: Source, name: str = "tiny") -> CatalogueModel:
    """Return a catalogue entry that pins the content."""
    return CatalogueModel(
        name=name,
        family="test",
        file=f"{name}.gguf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        licence="MIT",
        sources=sources,
    )


@dataclass
class FileServer:
    """What the loopback server serves and how it misbehaves."""

    content: bytes
    ranges: bool = True
    """Honour the Range header."""
    stated_length: bool = True
    cut_after: int | None = None
    """Bytes of body after which each connection is cut."""
    seconds_per_block: float = 0.0
    status: int = 200
    redirect: bool = False
    """Answer `/moved` with a redirect to another path."""
    url: str = ""
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Path and Range header of each request."""
    sent: int = 0
    """Bytes of body sent in all."""
    answered: int = 0
    """Requests that are over."""


@contextlib.contextmanager
def serving(server: FileServer) -> Iterator[FileServer]:
    """Serve on a free port of the loopback interface."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, server)
            server.answered += 1

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server.url = f"http://127.0.0.1:{http.server_port}/model.gguf"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


def _answer(request: BaseHTTPRequestHandler, server: FileServer) -> None:
    asked = request.headers.get("Range", "")
    server.requests.append((request.path, asked))
    if request.path == "/moved":
        request.send_response(302)
        request.send_header("Location", "/elsewhere.gguf")
        request.end_headers()
        return
    total = len(server.content)
    start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and server.ranges else 0
    request.send_response(206 if start else server.status)
    if start:
        request.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
    if server.stated_length:
        request.send_header("Content-Length", str(total - start))
    request.end_headers()
    body = server.content[start:][: server.cut_after]
    with contextlib.suppress(OSError):  # The client was killed.
        for offset in range(0, len(body), 16384):
            block = body[offset : offset + 16384]
            request.wfile.write(block)
            server.sent += len(block)
            time.sleep(server.seconds_per_block)


def pieces(content: bytes, *sizes: int) -> list[bytes]:
    """Cut the content into pieces of these sizes."""
    assert sum(sizes) == len(content)
    starts = [sum(sizes[:index]) for index in range(len(sizes))]
    return [content[start : start + size] for start, size in zip(starts, sizes, strict=True)]


def wheels_source(parts: list[bytes]) -> WheelsSource:
    """Return the source that pins these pieces."""
    return WheelsSource(
        tuple(
            WheelPart(
                f"tiny-part{number}",
                "1.0",
                f"tiny_part{number}/data/part.bin",
                len(part),
                hashlib.sha256(part).hexdigest(),
            )
            for number, part in enumerate(parts, start=1)
        )
    )


def build_wheel(folder: Path, number: int, data: bytes, member: str = "data/part.bin") -> Path:
    """Write the wheel of one piece; it must never be imported, and says so when it is."""
    package, project = f"tiny_part{number}", f"tiny-part{number}"
    info = f"{package}-1.0.dist-info"
    wheel = folder / f"{package}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{package}/__init__.py", "raise SystemExit('imported')\n")
        archive.writestr(f"{package}/{member}", data)
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {project}\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below the folder but for the locks, which hold nothing."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }
