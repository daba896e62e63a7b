"""A little of the long run, and every input that something was found with."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest
import rpc
import targets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inputs import corpus

# An ignore file may hold sets that some future version of Python reads differently.
pytestmark = pytest.mark.filterwarnings("ignore:Possible:FutureWarning")

SERVER = Path(__file__).parents[1] / "e2e" / "fake_server.py"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)

METHODS = sorted(
    {str(json.loads(line).get("method")) for line in corpus("jsonrpc")} - {"exit", "shutdown"}
)

MESSAGE = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0"), "method": st.sampled_from(METHODS)},
    optional={"id": JSON, "params": JSON},
)


@pytest.mark.parametrize("name", targets.TARGETS)
def test_the_corpus(name: str) -> None:
    for data in corpus(name):
        targets.TARGETS[name].check(data)


@pytest.mark.parametrize("name", targets.TARGETS)
def test_a_few_inputs_of_the_long_run(name: str) -> None:
    rng = random.Random(0)
    target = targets.TARGETS[name]
    for _ in range(300):
        target.check(target.make(rng))


@pytest.mark.parametrize("name", targets.TARGETS)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.binary(max_size=200))
def test_any_bytes(name: str, data: bytes) -> None:
    targets.TARGETS[name].check(data)


@pytest.mark.parametrize("name", ["settings", "parameters", "chats", "records"])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(value=JSON)
def test_any_json(name: str, value: Any) -> None:
    targets.TARGETS[name].check(json.dumps(value).encode())


@pytest.mark.parametrize("seed", range(1, 5))
async def test_sessions_of_the_long_run(seed: int) -> None:
    await rpc.play(-seed, 400)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(messages=st.lists(MESSAGE | JSON, max_size=25))
def test_any_messages(messages: list[Any]) -> None:
    """Hypothesis makes what comes between the opening of the documents and the end."""

    async def run() -> None:
        rng = random.Random(0)
        units = [rpc.frame(json.dumps(one).encode()) for one in messages]
        session = rpc.Session(rng, rpc.editor(rng, [None]))
        await session.run([*rpc.Units(rng).hello(), *units])

    asyncio.run(run())


@pytest.mark.e2e
async def test_a_session_over_real_standard_streams() -> None:
    rng = random.Random(5)
    units = rpc.Units(rng)
    session = rpc.Session(rng, rpc.editor(rng, [None]))
    command = [sys.executable, str(SERVER), '{"scripts": [{"chunks": ["pass"]}]}']
    inputs = [*units.hello(), *(units.one() for _ in range(500))]
    await session.run(inputs, command=command)
    assert session.answered['"probe"'] == 1
