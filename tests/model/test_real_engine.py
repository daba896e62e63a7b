"""The real engine with real models."""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from pillion.base.errors import EngineClosedError, EngineLoadError, ModelInvalidError
from pillion.engine.base import (
    Cancel,
    Finish,
    FinishReason,
    Priority,
    Request,
    Sampling,
    write,
)
from pillion.engine.llama import LlamaEngine
from pillion.engine.trial import LEAST_HELD
from pillion.prompt.model_input import Prompt, Special

pytestmark = [pytest.mark.model, pytest.mark.asyncio(loop_scope="module")]

HEAD = (
    "class Stack:\n    def __init__(self):\n        self.items = []\n\n    def push(self, item):\n"
)
TAIL = (
    "\n\n    def pop(self):\n        return self.items.pop()\n"
    "\n    def size(self):\n        return len(self.items)\n"
)


def fim(typed: str, heal: str = "", *, heal_last_token: bool = False) -> Prompt:
    """Lay out the stack with `typed` as the body of `push`."""
    pieces = (Special.FIM_PREFIX, HEAD, Special.FIM_SUFFIX, TAIL, Special.FIM_MIDDLE, typed)
    return Prompt(pieces, heal, heal_last_token)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine() -> AsyncIterator[LlamaEngine]:
    """The default model, loaded once for all tests of this module."""
    engine = LlamaEngine("qwen2.5-coder-0.5b", context_tokens=2048)
    yield engine
    await engine.close()


async def generate(
    engine: LlamaEngine, prompt: Prompt, tokens: int = 12, sampling: Sampling | None = None
) -> tuple[str, Finish]:
    """Return the whole text and its end."""
    text, done = "", None
    async for chunk in engine.stream(Request(prompt, tokens, sampling or Sampling()), Cancel()):
        text += chunk.text
        done = chunk.finish
    assert done is not None
    return text, done


async def sequences_in_use(engine: LlamaEngine) -> int:
    """Return how many sequences are in use once the engine has nothing more to do."""
    decoder = engine._decoder
    assert decoder is not None
    free = await asyncio.wrap_future(engine._worker.submit(lambda: len(decoder._free)))
    return decoder._model.sequences - free


async def test_load_reports_and_knows_the_model(engine: LlamaEngine) -> None:
    shares: list[float] = []
    info = await engine.load(shares.append)
    assert info.has_fim
    assert info.verified
    assert info.context_tokens == 2048
    assert await engine.load() is info


async def test_it_fills_in_the_middle(engine: LlamaEngine) -> None:
    text, done = await generate(engine, fim("       ", " self"))
    assert text.startswith(".items.append(item)")
    assert done.evaluated_tokens == done.prompt_tokens


async def test_healing_finishes_the_word_with_no_evaluation(engine: LlamaEngine) -> None:
    await generate(engine, fim("       ", " s"))
    text, done = await generate(engine, fim("       ", " sel"))
    assert text.startswith("f.items.append(item)")
    assert done.evaluated_tokens == 0


async def test_a_typed_word_costs_its_own_tokens(engine: LlamaEngine) -> None:
    await generate(engine, fim("       ", " self"))
    text, done = await generate(engine, fim("        self", ".it"))
    assert text.startswith("ems.append(item)")
    assert done.evaluated_tokens <= 1


async def test_the_same_prompt_gives_the_same_text_cold_and_warm(engine: LlamaEngine) -> None:
    warm, _ = await generate(engine, fim("       ", " self"))
    again, _ = await generate(engine, fim("       ", " self"))
    assert warm == again


async def test_drafts_change_nothing(engine: LlamaEngine) -> None:
    """With the patched llama.cpp drafts are used; with any other they may be, or stay off."""
    methods = "".join(
        f"\n    def get_{name}(self) -> {kind}:\n        return self.items[{name!r}]\n"
        for name in ("path", "lines", "size", "owner", "group", "mode", "links", "inode")
        for kind in ("int", "str")
    )
    prompt = Prompt((HEAD + "        self.items.append(item)\n" + methods,))
    texts = []
    for speculate in (False, True, True, False):
        text, done = "", None
        request = Request(prompt, 64, speculate=speculate)
        async for chunk in engine.stream(request, Cancel()):
            text += chunk.text
            done = chunk.finish
        assert done is not None
        assert done.prompt_tokens > LEAST_HELD
        texts.append(text)
    assert len(set(texts)) == 1
    assert engine._decoder is not None
    verdict = engine._decoder._drafting.trial.passed
    assert verdict is not None
    assert verdict or "pillion" not in importlib.metadata.version("llama-cpp-python")


async def test_the_infill_sampler_answers(engine: LlamaEngine) -> None:
    text, _ = await generate(engine, fim("       ", " self"), sampling=Sampling(infill=True))
    assert text.startswith(".items.append(item)")


async def test_samples_are_written_side_by_side(engine: LlamaEngine) -> None:
    """The first one is what greedy writes alone, bit for bit, however many there are."""
    alone, end = await generate(engine, fim("       ", " self"), 24)
    hot = Sampling(temperature=1.2, seed=5)
    runs = []
    for samples in (2, 4, 8, 4):
        request = Request(fim("       ", " self"), 24, hot, samples=samples)
        found = await write(engine, request, Cancel())
        assert [item.finish.evaluated_tokens for item in found] == [0] * samples
        assert (found[0].text, found[0].finish.log_probability) == (alone, end.log_probability)
        runs.append([item.text for item in found])
    assert runs[1] == runs[3] == runs[2][:4]
    assert len(set(runs[2])) > 3
    assert await sequences_in_use(engine) == 1


async def test_an_urgent_request_comes_in_between_samples(engine: LlamaEngine) -> None:
    """And nothing that is written afterwards differs from what would have been."""
    request = Request(
        Prompt((HEAD,)), 24, Sampling(temperature=1.0), "chat", Priority.CHAT, samples=4
    )
    expected = [item.text for item in await write(engine, request, Cancel())]
    stream = engine.stream(request, Cancel())
    texts, urgent, seen = [""] * 4, None, 0
    async for chunk in stream:
        texts[chunk.sample] += chunk.text
        if urgent is None:
            urgent = asyncio.create_task(generate(engine, fim("       ", " self"), 8))
        elif not urgent.done():
            seen = len("".join(texts))
    assert urgent
    text, _ = await urgent
    assert text.startswith(".items.append(item)")
    assert texts == expected
    assert seen < len("".join(expected)), "it did not wait for them"


async def test_a_cancel_ends_samples_at_once(engine: LlamaEngine) -> None:
    cancel, before = Cancel(), await sequences_in_use(engine)
    request = Request(fim("       ", " self"), 200, Sampling(temperature=1.0), samples=4)
    asyncio.get_running_loop().call_later(0.4, cancel.set)
    for item in await asyncio.wait_for(write(engine, request, cancel), 20):
        assert item.finish.reason in {FinishReason.CANCELLED, FinishReason.STOP}
    assert await sequences_in_use(engine) == before


JSON = r"""
root ::= "{\"file\": " string ", \"lines\": [" number (", " number)* "]}"
string ::= "\"" [a-z_/.]{1,40} "\""
number ::= [1-9] [0-9]{0,3}
"""


async def test_the_output_follows_a_grammar(engine: LlamaEngine) -> None:
    prompt = Prompt(("The error is in line 12 and line 14 of src/main.py. As JSON:\n",))
    for sampling in (Sampling(), Sampling(temperature=1.5), Sampling(infill=True)):
        request = Request(prompt, 48, sampling, samples=2, grammar=JSON)
        for item in await write(engine, request, Cancel()):
            if item.finish.reason is FinishReason.STOP:
                assert set(json.loads(item.text)) == {"file", "lines"}
            assert item.text.startswith('{"file": "')
    (item,) = await write(engine, Request(prompt, 48, grammar=JSON), Cancel())
    assert json.loads(item.text) == {"file": "src/main.py", "lines": [12, 14]}


async def test_a_stop_text_ends_it(engine: LlamaEngine) -> None:
    whole, _ = await generate(engine, fim("       ", " self"))
    request = Request(fim("       ", " self"), 12, stops=("end(it", "zzz"))
    (item,) = await write(engine, request, Cancel())
    assert item.text == whole[: whole.index("end(it")] == ".items.app"
    assert item.finish.reason is FinishReason.STOP


async def test_a_special_token_spelt_in_a_file_is_text(engine: LlamaEngine) -> None:
    plain, spelt = Prompt(("x <|fim_middle|> y",)), Prompt(("x ", Special.FIM_MIDDLE, " y"))
    _, done = await generate(engine, plain, 1)
    _, special = await generate(engine, spelt, 1)
    assert done.prompt_tokens > special.prompt_tokens


async def test_a_cancel_inside_prefill_keeps_what_was_finished(engine: LlamaEngine) -> None:
    text = "".join(f"value_{number} = compute({number * 7919})\n" for number in range(140))
    prompt, cancel = Prompt((text,)), Cancel()
    _, part = await generate(engine, Prompt((text[-600:],)), 1)
    seconds_per_token = part.prefill_ms / 1000 / part.evaluated_tokens
    stream = engine.stream(Request(prompt, 4), cancel)
    asyncio.get_running_loop().call_later(400 * seconds_per_token, cancel.set)
    async for chunk in stream:
        done = chunk.finish
    assert done is not None
    assert done.reason is FinishReason.CANCELLED
    assert 0 < done.evaluated_tokens < done.prompt_tokens
    _, whole = await generate(engine, prompt, 2)
    assert whole.evaluated_tokens == whole.prompt_tokens - done.evaluated_tokens


async def test_closing_the_stream_early_frees_the_engine(engine: LlamaEngine) -> None:
    stream = engine.stream(Request(fim("       ", " self"), 200), Cancel())
    async for _ in stream:
        break
    await stream.aclose()
    text, _ = await asyncio.wait_for(generate(engine, fim("       ", " self"), 4), 20)
    assert text.startswith(".items")


async def test_multibyte_text_heals_and_is_whole(engine: LlamaEngine) -> None:
    prompt = Prompt(('greeting = "こんにちは"\nprint(greeting)  # こん',), heal="にち")
    text, _ = await generate(engine, prompt, 6)
    assert "\ufffd" not in text


async def test_a_closed_engine_refuses() -> None:
    engine = LlamaEngine("smollm2-135m", context_tokens=512)
    await engine.close()
    await engine.close()
    with pytest.raises(EngineClosedError):
        await engine.load()


async def test_closing_while_loading_ends_promptly() -> None:
    engine = LlamaEngine("qwen2.5-coder-0.5b")
    loading = asyncio.create_task(engine.load())
    await asyncio.sleep(0.01)
    await asyncio.wait_for(engine.close(), 10)
    with pytest.raises((EngineClosedError, EngineLoadError, asyncio.CancelledError)):
        await loading


async def test_a_model_without_middle_tokens_writes_on() -> None:
    engine = LlamaEngine("smollm2-135m", context_tokens=512)
    try:
        info = await engine.load()
        assert not info.has_fim
        text, done = await generate(engine, Prompt(("def add(a, b):\n    return",)), 8)
        assert text
        assert done.generated_tokens
    finally:
        await engine.close()


async def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "noise.gguf"
    path.write_bytes(b"not a model" * 100)
    engine = LlamaEngine(str(path))
    with pytest.raises(ModelInvalidError, match="noise"):
        await engine.load()
    await engine.close()


async def test_a_gguf_header_without_a_model(tmp_path: Path) -> None:
    path = tmp_path / "empty.gguf"
    path.write_bytes(b"GGUF" + (3).to_bytes(4, "little") + bytes(16))
    engine = LlamaEngine(str(path))
    with pytest.raises((EngineLoadError, ModelInvalidError), match="empty"):
        await engine.load()
    await engine.close()
