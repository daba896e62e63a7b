"""The options of `pillion serve`."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from pillion.commands import serve as module
from pillion.commands.serve import serve


def run(monkeypatch: pytest.MonkeyPatch, *options: str) -> tuple[int, str, list[object]]:
    """Return exit code, output, and what the server would have been started with."""
    started: list[object] = []

    async def fake(address: object, command_line: object) -> int:
        started.extend((address, command_line))
        return 0

    monkeypatch.setattr(module, "_serve", fake)
    monkeypatch.setattr(module, "leave", lambda _: None)
    monkeypatch.setattr("pillion.base.log.configure", lambda _: None)
    result = CliRunner().invoke(serve, list(options))
    return result.exit_code, result.output, started


@pytest.mark.parametrize(
    ("options", "started"),
    [
        ([], [None, {}]),
        (["--stdio"], [None, {}]),
        (["--stdio", "--clientProcessId=17"], [None, {}]),
        (["--model", "x"], [None, {"model": "x"}]),
        (["--tcp", "127.0.0.1:0"], [("127.0.0.1", 0), {}]),
        (["--tcp", "localhost:9257"], [("localhost", 9257), {}]),
        (["--tcp", "[::1]:9257"], [("::1", 9257), {}]),
    ],
)
def test_options(
    monkeypatch: pytest.MonkeyPatch, options: list[str], started: list[object]
) -> None:
    assert run(monkeypatch, *options) == (0, "", started)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--tcp", "0.0.0.0:9257"], "listens only on loopback addresses"),
        (["--tcp", "[::]:9257"], "listens only on loopback addresses"),
        (["--tcp", "192.168.0.2:1"], "listens only on loopback addresses"),
        (["--tcp", "example.org:1"], "listens only on loopback addresses"),
        (["--tcp", "9257"], "is not HOST:PORT"),
        (["--tcp", "127.0.0.1:http"], "is not HOST:PORT"),
        (["--tcp", "127.0.0.1:70000"], "is not HOST:PORT"),
        (["--tcp", "127.0.0.1:1", "--stdio"], "either --stdio or --tcp"),
        (["--log-level", "loud"], "is not one of"),
    ],
)
def test_wrong_options(monkeypatch: pytest.MonkeyPatch, options: list[str], message: str) -> None:
    code, output, started = run(monkeypatch, *options)
    assert code == 2
    assert message in " ".join(output.replace("│", " ").split())
    assert started == []
