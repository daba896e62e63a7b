"""A program that means harm is stopped and reported, and the host is as it was.

Run with every protection that this system offers; where that is limits only, the result says so.
"""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pillion.sandbox.limits import MIB, Limits
from pillion.sandbox.outcome import Protection, Result, Stop
from pillion.sandbox.protection import available, interpreter
from pillion.sandbox.run import run, run_python

SMALL = Limits(
    seconds=8.0,
    cpu_seconds=6,
    memory_bytes=200 * MIB,
    processes=8,
    file_bytes=4 * MIB,
    disk_bytes=8 * MIB,
    output_bytes=4096,
)
MARK = f"sandbox-test-{os.getpid()}"
"""An argument of every program, which processes it forks have, too."""


@pytest.fixture(params=available(), ids=lambda protection: protection.value)
def protection(request: pytest.FixtureRequest) -> Iterator[Protection]:
    """Each protection of this system; afterwards nothing of the program runs on."""
    chosen = request.param
    assert isinstance(chosen, Protection)
    yield chosen
    deadline = time.monotonic() + 5
    while left := _marked():
        assert time.monotonic() < deadline, f"still running: {left}"
        time.sleep(0.05)


def check(source: str, protection: Protection, limits: Limits = SMALL) -> Result:
    command = [interpreter(protection), "-I", "-B", "main.py", MARK]
    result = run(command, files={"main.py": source}, limits=limits, protection=protection)
    assert result.protection is protection
    assert result.seconds < limits.seconds + 10
    return result


def test_there_is_a_protection() -> None:
    assert available()


def test_program_that_means_well(protection: Protection) -> None:
    result = check("import sys\nprint('out')\nprint('err', file=sys.stderr)", protection)
    assert result.ok
    assert (result.stdout, result.stderr) == ("out\n", "err\n")


def test_python_source() -> None:
    """The usual call: the best protection there is, with the default limits."""
    result = run_python("print(1 + 1)")
    assert (result.stdout, result.protection) == ("2\n", available()[0])


def test_program_that_fails(protection: Protection) -> None:
    result = check("raise SystemExit(3)", protection)
    assert (result.exit_code, result.stopped, result.ok) == (3, None, False)


def test_files_and_other_programs(protection: Protection) -> None:
    result = run(["cat", "a/b.txt"], files={"a/b.txt": "é\r\n"}, protection=protection)
    assert result.stdout == "é\r\n"


def test_what_it_may_read_may_lie_anywhere(protection: Protection) -> None:
    """Also in the folder for temporary files, which is the program's own otherwise."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "data.txt").write_text("here", encoding="utf-8")
        result = run(["cat", str(folder / "data.txt")], more=[folder], protection=protection)
    assert result.stdout == "here"


def test_program_that_is_not_there(protection: Protection) -> None:
    result = run(["no-such-program"], protection=protection)
    assert result.exit_code == 126
    assert "No such file" in result.stderr


def test_reaches_the_network(protection: Protection) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        reached: list[bool] = []
        thread = threading.Thread(target=_accept, args=(server, reached))
        thread.start()
        source = f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)"
        result = check(source, protection)
        thread.join()
    if protection.isolates:
        assert not reached
        assert "refused" in result.stderr or "unreachable" in result.stderr
    else:
        assert "could reach the network" in protection.sentence


def test_writes_outside(protection: Protection, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    places = [tmp_path / "new", Path("/usr/new"), Path("/new"), Path("/dev/new"), Path("/proc/new")]
    source = f"""
import os, sys
for place in {[str(place) for place in places]}:
    try:
        open(place, "w").write("x")
        print(place)
    except OSError:
        pass
"""
    result = check(source, protection)
    assert not any(place.exists() for place in places[1:])
    if protection.isolates:
        assert not result.stdout
        assert not places[0].exists()
    else:
        assert "may read and write" in protection.sentence


def test_reads_the_users_files(protection: Protection, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden", encoding="utf-8")
    result = check(f"print(open({str(secret)!r}).read())", protection)
    if protection.isolates:
        assert "hidden" not in result.stdout
    else:
        assert "may read and write" in protection.sentence


def test_is_no_superuser(protection: Protection) -> None:
    source = "import os\nprint(os.getuid())\nprint(open('/proc/self/status').read())"
    result = check(source, protection)
    assert not result.stdout.startswith("0\n")
    assert "CapEff:\t0000000000000000" in result.stdout
    assert "NoNewPrivs:\t1" in result.stdout


def test_forks_without_end(protection: Protection) -> None:
    source = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""
    result = check(source, protection)
    assert result.stopped is Stop.PROCESSES


def test_leaves_a_process_behind(protection: Protection) -> None:
    source = """
import os, time
if not os.fork():
    os.setsid()
    if not os.fork():
        os.close(0), os.close(1), os.close(2)
        time.sleep(60)
    os._exit(0)
print("done")
"""
    result = check(source, protection)
    assert result.ok
    assert result.seconds < 5


@pytest.mark.parametrize(
    "source",
    ["held = bytearray(10**11)", "held = []\nwhile True:\n    held.append(bytearray(1 << 20))"],
    ids=["at once", "step by step"],
)
def test_fills_memory(source: str, protection: Protection) -> None:
    assert check(source, protection).stopped is Stop.MEMORY


def test_fills_memory_with_many_processes(protection: Protection) -> None:
    source = """
import os, time
for _ in range(5):
    if not os.fork():
        break
held = bytearray(os.urandom(1 << 20)) * 90
time.sleep(60)
"""
    assert check(source, protection).stopped is Stop.MEMORY


def test_fills_the_disk(protection: Protection) -> None:
    source = """
n = 0
while True:
    n += 1
    with open(f"file{n}", "wb") as file:
        file.write(bytes(1 << 20))
"""
    assert check(source, protection).stopped is Stop.DISK


def test_writes_one_huge_file(protection: Protection) -> None:
    source = "with open('f', 'wb') as f:\n    for _ in range(99):\n        f.write(bytes(1 << 20))"
    assert check(source, protection).stopped is Stop.DISK


def test_runs_forever(protection: Protection) -> None:
    limits = Limits(seconds=1.0)
    assert check("import time\nwhile True:\n    time.sleep(1)", protection, limits).stopped is (
        Stop.TIME
    )


def test_computes_forever(protection: Protection) -> None:
    limits = Limits(seconds=30.0, cpu_seconds=1)
    assert check("while True:\n    pass", protection, limits).stopped is Stop.CPU


def test_ignores_signals(protection: Protection) -> None:
    source = """
import signal
for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
"""
    limits = Limits(seconds=2.0, cpu_seconds=30)
    assert check(source, protection, limits).stopped is Stop.TIME


def test_writes_without_end(protection: Protection) -> None:
    result = check("while True:\n    print('x' * 1000)", protection)
    assert result.stopped is Stop.OUTPUT
    assert result.cut
    assert len(result.stdout) <= SMALL.output_bytes


def test_the_end_of_long_output_is_kept(protection: Protection) -> None:
    result = check("print('x' * 10000)\nprint('end')", protection)
    assert result.ok
    assert result.cut
    assert result.stdout.endswith("x\nend\n")


def test_closes_its_output_and_runs_on(protection: Protection) -> None:
    source = "import os, time\nos.close(1)\nos.close(2)\ntime.sleep(60)"
    assert check(source, protection, Limits(seconds=1.0)).stopped is Stop.TIME


def test_input_is_empty(protection: Protection) -> None:
    assert check("print(repr(input()))", protection).stderr.endswith(
        "EOFError: EOF when reading a line\n"
    )


def test_the_hosts_environment_is_hidden(
    protection: Protection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PILLION_SECRET", "hidden")
    assert "hidden" not in check("import os\nprint(dict(os.environ))", protection).stdout


def _accept(server: socket.socket, reached: list[bool]) -> None:
    server.settimeout(2)
    try:
        server.accept()[0].close()
        reached.append(True)
    except TimeoutError:
        pass


def _marked() -> list[int]:
    """Return the processes that run a test's program, whoever their parent is."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if MARK.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found
