"""Memory is given back once documents were closed, and once for many."""

from __future__ import annotations

import asyncio
import os

import pytest

from pillion.base import heap
from pillion.engine.process import resident_bytes
from pillion.lsp.tasks import Tasks
from pillion.lsp.tidying import Tidying


async def test_many_documents_that_are_closed_at_once_cost_one_look() -> None:
    given: list[int] = []
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def give_back() -> None:
        given.append(1)
        loop.call_soon_threadsafe(done.set)

    tidying = Tidying(Tasks(), give_back=give_back, seconds=0.01)
    for _ in range(5):
        tidying.closed()
    await done.wait()
    assert len(given) == 1


async def test_the_next_one_counts_again() -> None:
    given: list[int] = []
    tasks = Tasks()
    tidying = Tidying(tasks, give_back=lambda: given.append(1), seconds=0)
    for _ in range(2):
        tidying.closed()
        await asyncio.gather(*tasks.running)
    assert len(given) == 2


@pytest.mark.skipif(heap._trim() is None, reason="the C library gives back by itself")
def test_what_lies_between_blocks_in_use_is_given_back() -> None:
    blocks = [bytes(4096) for _ in range(20_000)]
    del blocks[::2], blocks[::2]
    before = resident_bytes(os.getpid())
    heap.give_back()
    assert resident_bytes(os.getpid()) < before
