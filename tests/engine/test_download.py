"""Pulling over HTTP and from a file: resumed when cut or killed, refused when wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

import filelock
import pytest
from model_sources import FileServer, flipped, gguf, model_of, serving, tree

from pillion.base.errors import (
    DiskSpaceError,
    DownloadError,
    HashMismatchError,
    NoSourceError,
)
from pillion.engine import store
from pillion.engine.models import HttpSource, LocalSource
from pillion.engine.store import Phase, PullProgress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIZE = 400_000
CONTENT = gguf(SIZE)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder that doesn't exist yet, and no proxy between here and the loopback."""
    for variable in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.upper(), raising=False)
    monkeypatch.setenv("PILLION_MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving(FileServer(CONTENT)) as running:
        yield running


# Nothing listens there.
REFUSED = HttpSource("http://127.0.0.1:9/model.gguf", "refused")


def pull(*sources: HttpSource | LocalSource) -> list[PullProgress]:
    """Pull the model and check that it is right; return the progress."""
    moments: list[PullProgress] = []
    file = store.pull(model_of(CONTENT), report=moments.append, sources=sources)
    assert file.path.read_bytes() == CONTENT
    assert file.verified
    return moments


def leave_partial(folder: Path, content: bytes) -> Path:
    """Leave what a killed pull would have left."""
    path = folder / "partial" / "tiny.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_pull(folder: Path, server: FileServer) -> None:
    moments = pull(HttpSource(server.url))
    assert server.requests == [("/model.gguf", "")]
    assert moments[-1] == PullProgress("huggingface", SIZE, SIZE, Phase.VERIFYING)
    assert {moment.phase for moment in moments[:-1]} == {Phase.DOWNLOADING}
    assert sorted(tree(folder)) == ["tiny.gguf", "tiny.gguf.sha256.json"]


def test_what_is_there_is_not_pulled_again(server: FileServer) -> None:
    pull(HttpSource(server.url))
    assert pull(HttpSource(server.url)) == []
    assert len(server.requests) == 1


def test_a_damaged_model_is_replaced(folder: Path, server: FileServer) -> None:
    folder.mkdir()
    (folder / "tiny.gguf").write_bytes(flipped(CONTENT, 77))
    pull(HttpSource(server.url))


def test_redirects_are_followed(server: FileServer) -> None:
    pull(HttpSource(server.url.replace("/model.gguf", "/moved")))
    assert [path for path, _ in server.requests] == ["/moved", "/elsewhere.gguf"]


def test_the_proxy_setting_is_honoured(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server stands for the proxy: it is asked for a host that doesn't exist."""
    monkeypatch.setenv("HTTP_PROXY", server.url.removesuffix("/model.gguf"))
    pull(HttpSource("http://models.invalid/model.gguf"))
    assert server.requests == [("http://models.invalid/model.gguf", "")]


def test_an_unusable_proxy_setting_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "nonsense://proxy")
    with pytest.raises(NoSourceError, match="the proxy setting can't be used"):
        pull(HttpSource("http://models.invalid/model.gguf"))


def test_resume(folder: Path, server: FileServer) -> None:
    leave_partial(folder, CONTENT[:150_000])
    moments = pull(HttpSource(server.url))
    assert moments[0].phase is Phase.RESUMING
    assert server.requests == [("/model.gguf", "bytes=150000-")]
    assert server.sent == SIZE - 150_000


def test_resume_without_ranges(folder: Path, server: FileServer) -> None:
    """A server that sends everything again is taken at its word."""
    leave_partial(folder, CONTENT[:150_000])
    server.ranges = False
    pull(HttpSource(server.url))
    assert server.sent == SIZE


def test_a_complete_partial_needs_no_source(folder: Path) -> None:
    """Killed between the last byte and the rename."""
    leave_partial(folder, CONTENT)
    pull(REFUSED)


@pytest.mark.parametrize("left", [flipped(CONTENT[:150_000], 9000), flipped(CONTENT, 9), b"G" * 10])
def test_a_damaged_partial_is_fetched_anew(folder: Path, server: FileServer, left: bytes) -> None:
    leave_partial(folder, left)
    pull(HttpSource(server.url))


def test_a_cut_connection_is_taken_up_again(server: FileServer) -> None:
    server.cut_after = 150_000
    pull(HttpSource(server.url))
    assert [asked for _, asked in server.requests] == ["", "bytes=150000-", "bytes=300000-"]
    assert server.sent == SIZE


def test_a_connection_that_brings_nothing_new_is_the_last(folder: Path, server: FileServer) -> None:
    server.cut_after, server.ranges = 150_000, False
    with pytest.raises(NoSourceError, match="huggingface: "):
        pull(HttpSource(server.url))
    assert len(server.requests) == 2
    assert (folder / "partial" / "tiny.gguf").stat().st_size == 150_000


def test_the_next_source_goes_on(folder: Path, server: FileServer, tmp_path: Path) -> None:
    """Sources serve the same bytes, so one continues what another began."""
    leave_partial(folder, CONTENT[:150_000])
    local = tmp_path / "copy.gguf"
    local.write_bytes(CONTENT)
    server.status, server.ranges = 404, False
    moments = pull(REFUSED, HttpSource(server.url), LocalSource(local))
    failed = [(moment.source, moment.note) for moment in moments if moment.phase is Phase.FAILED]
    assert failed[0][0] == "refused"
    assert failed[0][1].startswith("no connection (")
    assert failed[1] == ("huggingface", "it answered 404 Not Found")
    assert min(moment.done for moment in moments if moment.source == str(local)) > 150_000


def test_no_source(folder: Path, server: FileServer, tmp_path: Path) -> None:
    """The error says why, source by source, and there is nothing left behind."""
    server.status = 503
    missing = LocalSource(tmp_path / "none.gguf")
    with pytest.raises(NoSourceError) as caught:
        pull(REFUSED, HttpSource(server.url), missing)
    lines = str(caught.value).splitlines()
    assert lines[0] == "tiny could not be fetched:"
    assert lines[1].startswith("  refused: no connection")
    assert lines[2] == "  huggingface: it answered 503 Service Unavailable"
    assert lines[3] == f"  {missing.path}: it can't be read: No such file or directory"
    assert "pillion models pull tiny --source" in lines[4]
    assert tree(folder) == {}


def test_an_unreachable_network_is_given_up_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that swallows packets costs the time for connecting, and no more."""
    monkeypatch.setattr("pillion.engine.sources.http._CONNECT_SECONDS", 0.2)
    began = time.monotonic()
    with pytest.raises(NoSourceError, match="no connection"):
        pull(HttpSource("http://192.0.2.1/model.gguf"))
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("content", "stated_length", "reason"),
    [
        (CONTENT + b"more", True, "it has 400,004 bytes, but tiny has 400,000"),
        (CONTENT[:-4], True, "it has 399,996 bytes, but tiny has 400,000"),
        (b"<html>Log in first</html>", True, "it has 25 bytes, but tiny has 400,000"),
        (b"<html>Log in first</html>", False, "what it sends is no GGUF file"),
        (CONTENT + b"more", False, "it sends more than the 400,000 bytes"),
    ],
)
def test_another_file_is_refused(
    folder: Path, server: FileServer, content: bytes, stated_length: bool, reason: str
) -> None:
    server.content, server.stated_length = content, stated_length
    with pytest.raises(NoSourceError, match=reason):
        pull(HttpSource(server.url))
    assert "tiny.gguf" not in tree(folder)


def test_another_file_does_not_spoil_what_is_there(folder: Path, server: FileServer) -> None:
    """A log-in page in place of the file leaves the bytes of earlier attempts alone."""
    partial = leave_partial(folder, CONTENT[:150_000])
    server.content, server.ranges = b"<html>Log in first</html>", False
    with pytest.raises(NoSourceError):
        pull(HttpSource(server.url))
    assert partial.read_bytes() == CONTENT[:150_000]


@pytest.mark.parametrize("index", [4, SIZE // 2, SIZE - 1])
def test_a_flipped_byte_is_refused(
    folder: Path, server: FileServer, tmp_path: Path, index: int
) -> None:
    """One wrong bit anywhere: refused, and the store is as it was."""
    other = model_of(gguf(900, seed=1), name="other")
    (tmp_path / "other.gguf").write_bytes(gguf(900, seed=1))
    store.pull(other, sources=[LocalSource(tmp_path / "other.gguf")])
    before = tree(folder)
    listing = store.listing()

    server.content = flipped(CONTENT, index)
    with pytest.raises(HashMismatchError, match=r"its SHA-256 is .*, not the pinned"):
        pull(HttpSource(server.url))
    (tmp_path / "flipped.gguf").write_bytes(flipped(CONTENT, index))
    with pytest.raises(HashMismatchError):
        pull(LocalSource(tmp_path / "flipped.gguf"))

    assert tree(folder) == before
    assert store.listing() == listing


def test_a_flipped_byte_leaves_the_next_source_its_chance(
    server: FileServer, tmp_path: Path
) -> None:
    (tmp_path / "copy.gguf").write_bytes(CONTENT)
    server.content = flipped(CONTENT, 77_777)
    pull(HttpSource(server.url), LocalSource(tmp_path / "copy.gguf"))


def test_a_local_copy_of_another_size_is_refused(tmp_path: Path) -> None:
    (tmp_path / "copy.gguf").write_bytes(CONTENT[:-1])
    with pytest.raises(NoSourceError, match="it has 399,999 bytes, but tiny has 400,000"):
        pull(LocalSource(tmp_path / "copy.gguf"))


def test_disk_space_is_checked_first(
    folder: Path, server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        free: int

    leave_partial(folder, CONTENT[:150_000])
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(SIZE - 150_000 - 1))
    with pytest.raises(DiskSpaceError, match=r"needs 0\.2 MB .* but only 0\.2 MB are free"):
        pull(HttpSource(server.url))
    assert server.requests == []
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(SIZE - 150_000))
    pull(HttpSource(server.url))


def test_a_full_disk_on_the_way(
    server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object, __: bytes) -> None:
        raise OSError(28, "No space left on device")

    leave_partial(folder, CONTENT[:150_000])
    monkeypatch.setattr("pillion.engine.sources.partial.Partial.append", full)
    with pytest.raises(DiskSpaceError, match="what has arrived is kept"):
        pull(HttpSource(server.url))
    assert (folder / "partial" / "tiny.gguf").stat().st_size == 150_000


def test_a_folder_that_cannot_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("PILLION_MODELS_DIR", str(tmp_path / "file"))
    with pytest.raises(DownloadError, match="tiny could not be stored in"):
        pull(REFUSED)


def test_an_exception_from_the_report_ends_the_pull(folder: Path, server: FileServer) -> None:
    """That is how a caller stops a pull; what has arrived is kept."""

    class StopError(ValueError):
        pass

    def stop(moment: PullProgress) -> None:
        if moment.done > 100_000:
            raise StopError

    with pytest.raises(StopError):
        store.pull(model_of(CONTENT), report=stop, sources=[HttpSource(server.url)])
    kept = (folder / "partial" / "tiny.gguf").stat().st_size
    assert kept > 100_000
    pull(HttpSource(server.url))
    assert server.requests[1] == ("/model.gguf", f"bytes={kept}-")


def test_a_killed_pull_resumes(folder: Path, server: FileServer) -> None:
    """After SIGKILL, only the bytes that had not arrived are fetched."""
    server.seconds_per_block = 0.05
    program = textwrap.dedent("""
        import sys
        from pillion.engine import store
        from pillion.engine.models import CatalogueModel, HttpSource
        size, sha256, url = sys.argv[1:]
        source = HttpSource(url)
        model = CatalogueModel("tiny", "test", "tiny.gguf", int(size), sha256, "MIT", (source,))
        store.pull(model)
    """)
    partial = folder / "partial" / "tiny.gguf"
    model = model_of(CONTENT)
    arguments = [sys.executable, "-c", program, str(SIZE), model.sha256, server.url]
    with subprocess.Popen(arguments) as child:
        while not partial.exists() or partial.stat().st_size < 100_000:
            assert child.poll() is None
            time.sleep(0.01)
        child.kill()
    kept = partial.stat().st_size
    assert 100_000 <= kept < SIZE
    assert not (folder / "tiny.gguf").exists()

    server.seconds_per_block = 0
    while not server.answered:  # It notices only when it writes.
        time.sleep(0.01)
    sent_before = server.sent
    pull(HttpSource(server.url))
    assert server.requests[1:] == [("/model.gguf", f"bytes={kept}-")]
    assert server.sent - sent_before == SIZE - kept


def test_leftovers_of_a_killed_pull_are_swept(folder: Path, server: FileServer) -> None:
    """Folders of wheels that nobody uses any more; those of other models stay."""
    for name in ("tiny.gguf.abc.scratch", "other.gguf.abc.scratch"):
        (folder / "partial" / name).mkdir(parents=True)
        (folder / "partial" / name / "some.whl").write_bytes(b"half")
    pull(HttpSource(server.url))
    assert sorted(tree(folder / "partial")) == ["other.gguf.abc.scratch/some.whl"]


def test_two_pulls_do_not_collide(server: FileServer) -> None:
    """The second one waits, says so, and finds the finished file."""
    server.seconds_per_block = 0.02
    first = threading.Thread(target=pull, args=(HttpSource(server.url),))
    first.start()
    while not server.requests:
        time.sleep(0.01)
    moments = pull(HttpSource(server.url))
    first.join()
    assert {moment.phase for moment in moments} == {Phase.WAITING}
    assert len(server.requests) == 1


def test_waiting_can_be_ended(folder: Path) -> None:
    def stop(moment: PullProgress) -> None:
        assert moment.phase is Phase.WAITING
        raise KeyboardInterrupt

    (folder / "partial").mkdir(parents=True)
    with (
        filelock.FileLock(folder / "partial" / "tiny.gguf.lock"),
        pytest.raises(KeyboardInterrupt),
    ):
        store.pull(model_of(CONTENT), report=stop, sources=[REFUSED])


@pytest.mark.skipif(os.name == "nt", reason="chmod does not take rights away there")
def test_a_read_only_folder_with_the_model_is_enough(folder: Path, server: FileServer) -> None:
    """A store that an administrator filled: pull and resolve only read it."""
    pull(HttpSource(server.url))
    (folder / "tiny.gguf.sha256.json").unlink()
    folder.chmod(0o500)
    try:
        assert pull(HttpSource(server.url)) == []
    finally:
        folder.chmod(0o700)
