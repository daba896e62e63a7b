"""Stops and grammars in the decode loop."""

from __future__ import annotations

import pytest
from tiny_model import TinyModel, joined

from pillion.base.errors import EngineError
from pillion.engine.base import Cancel, Chunk, Finish, FinishReason, Request, Sampling
from pillion.engine.decoder import Decoder, Job
from pillion.prompt.model_input import Prompt

PROMPT = "aabb"


def write(request: Request, *script: int) -> tuple[TinyModel, list[tuple[str, Finish]]]:
    """Return a model whose output begins with `script`, and what became of the request."""
    prompt_length = request.prompt.characters - request.prompt.heal_last_token
    model = TinyModel(list(script), prompt_length=prompt_length, sequences=8)
    found: list[Chunk | Exception] = []
    decoder, job = Decoder(model), Job(request, Cancel(), found.append)
    while decoder.step(job):
        pass
    for item in found:
        if isinstance(item, Exception):
            raise item
    chunks = [item for item in found if isinstance(item, Chunk)]
    return model, [
        joined([chunk for chunk in chunks if chunk.sample == number])
        for number in range(request.samples)
    ]


def written(request: Request, *script: int) -> tuple[str, FinishReason]:
    _, [(text, end)] = write(request, *script)
    return text, end.reason


@pytest.mark.parametrize(
    ("stops", "text", "reason"),
    [
        ((), "abcab", FinishReason.LENGTH),
        (("c",), "ab", FinishReason.STOP),
        (("bca",), "a", FinishReason.STOP),
        (("ca", "b"), "a", FinishReason.STOP),
        (("abd", "abb"), "abcab", FinishReason.LENGTH),
    ],
)
def test_a_stop_may_be_in_several_tokens(
    stops: tuple[str, ...], text: str, reason: FinishReason
) -> None:
    request = Request(Prompt((PROMPT,)), 5, stops=stops)
    assert written(request, 1, 2, 7, 1, 2, 7) == (text, reason)


def test_what_was_held_back_comes_when_the_model_ends_and_after_a_cancel() -> None:
    request = Request(Prompt((PROMPT,)), 9, stops=("bca",))
    assert written(request, 1, 2, 7) == ("abc", FinishReason.STOP)
    model = TinyModel([1, 2, 7, 2], prompt_length=4)
    found: list[Chunk | Exception] = []
    decoder, job = Decoder(model), Job(request, Cancel(), found.append)
    for _ in range(3):
        decoder.step(job)
    job.cancel.set()
    decoder.step(job)
    text, end = joined(found)
    assert (text, end.reason) == ("abc", FinishReason.CANCELLED)


def test_a_stop_within_healed_text_is_none() -> None:
    request = Request(Prompt((PROMPT,), heal="ab"), 5, stops=("ab",))
    assert written(request, 3, 7, 1, 2) == ("c", FinishReason.STOP)


def test_the_output_follows_the_grammar() -> None:
    request = Request(Prompt((PROMPT,)), 9, grammar="abc")
    model, [(text, end)] = write(request, 1, 7, 7, 7)
    assert (text, end.reason, end.generated_tokens) == ("abc", FinishReason.STOP, 3)
    everything = len(model.pieces())
    assert model.shown == [1, 1, everything, 1, 1, everything], "all tokens only where one did not"


def test_the_grammar_may_leave_no_choice_but_its_likeliest_token() -> None:
    request = Request(Prompt((PROMPT,)), 9, grammar="ab")
    assert written(request, 7)[0] == "ab"


def test_a_model_that_ends_too_early_may_not() -> None:
    assert written(Request(Prompt((PROMPT,)), 9, grammar="cab")) == ("cab", FinishReason.STOP)


def test_an_output_that_is_cut_off_is_the_beginning_of_one() -> None:
    request = Request(Prompt((PROMPT,)), 2, grammar="cbcb")
    assert written(request) == ("cb", FinishReason.LENGTH)


@pytest.mark.parametrize(
    "sampling", [Sampling(), Sampling(infill=True), Sampling(temperature=2, top_p=1.0)]
)
def test_each_sample_follows_it_however_tokens_are_chosen(sampling: Sampling) -> None:
    request = Request(Prompt((PROMPT,)), 9, sampling, samples=4, grammar="cabc")
    _, found = write(request, 1, 1, 1, 1)
    assert [text for text, _ in found] == ["cabc"] * 4


def test_the_grammar_begins_behind_healed_text() -> None:
    """No token may reach over the border: "ab" would be one, and it is the likeliest."""
    request = Request(Prompt((PROMPT,), heal="a"), 9, grammar="bc")
    assert written(request, 3, 3) == ("bc", FinishReason.STOP)


def test_a_grammar_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(EngineError, match="no grammar"):
        write(Request(Prompt((PROMPT,)), 9, grammar="root ::="), 1)


def test_a_grammar_that_no_token_follows_is_an_error() -> None:
    with pytest.raises(EngineError, match="follows the grammar"):
        write(Request(Prompt((PROMPT,)), 9, grammar="x"), 1)
