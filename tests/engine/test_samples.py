"""Several samples of one prompt: one reading, one call for all, and nothing left behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from tiny_model import TinyModel, joined

from pillion.base.errors import EngineError
from pillion.engine.base import Cancel, Chunk, Finish, FinishReason, Request, Sampling
from pillion.engine.decoder import Decoder, Job
from pillion.prompt.model_input import Prompt

PROMPT = Prompt(("aabbaabb",))
HOT = Sampling(temperature=1.5, top_p=1.0, seed=3)


def tiny(
    script: Sequence[int] = (1, 2, 7, 1, 2, 7), kind: type[TinyModel] = TinyModel, **more: int
) -> TinyModel:
    options = {"sequences": 16, "prompt_length": PROMPT.characters} | more
    return kind(list(script), **options)  # type: ignore[arg-type]


@dataclass
class Asked:
    """A request in the decoder."""

    request: Request
    found: list[Chunk | Exception] = field(default_factory=list)
    cancel: Cancel = field(default_factory=Cancel)

    def __post_init__(self) -> None:
        self.job = Job(self.request, self.cancel, self.found.append)

    def finish(self, decoder: Decoder) -> list[tuple[str, Finish]]:
        while decoder.step(self.job):
            pass
        return self.answers()

    def answers(self) -> list[tuple[str, Finish]]:
        """Return the text and the end of every sample."""
        for item in self.found:
            if isinstance(item, Exception):
                raise item
        chunks = [item for item in self.found if isinstance(item, Chunk)]
        return [
            joined([chunk for chunk in chunks if chunk.sample == number])
            for number in range(self.request.samples)
        ]


def ask(model: TinyModel, samples: int, sampling: Sampling = HOT, tokens: int = 6) -> list[str]:
    request = Request(PROMPT, tokens, sampling, samples=samples)
    return [text for text, _ in Asked(request).finish(Decoder(model))]


def used(model: TinyModel) -> int:
    """Return how many sequences hold anything."""
    return sum(bool(kept) for kept in model.kept.values())


def test_the_prompt_is_read_once_and_one_call_goes_on_with_all() -> None:
    model = tiny([1] * 9)
    asked = Asked(Request(PROMPT, 5, replace(HOT, temperature=0.01), samples=4))
    answers = asked.finish(Decoder(model))
    assert [text for text, _ in answers] == ["aaaaa"] * 4
    assert [len(tokens) for tokens in model.decoded] == [4, 4, *[4] * 4]
    assert [end.evaluated_tokens for _, end in answers] == [8, 0, 0, 0]
    assert [share[0] for share in model.shared] == [8] * 3


def test_the_first_is_greedy_and_the_others_are_drawn() -> None:
    alone = ask(tiny(), 1, Sampling())
    found = ask(tiny(), 8)
    assert found[:1] == alone
    assert len(set(found)) > 3


def test_without_a_temperature_all_are_the_same() -> None:
    assert set(ask(tiny(), 3, Sampling())) == {"abcabc"}


def test_a_seed_gives_the_same_again_whatever_their_number() -> None:
    four = ask(tiny(), 4)
    assert ask(tiny(), 4) == four
    assert ask(tiny(), 8)[:4] == four
    assert ask(tiny(), 4, replace(HOT, seed=4))[1:3] == four[2:]


def test_one_sample_with_a_temperature_is_drawn() -> None:
    found = {ask(tiny(), 1, replace(HOT, seed=seed))[0] for seed in range(9)}
    assert len(found) > 3


def test_more_than_one_call_may_take_go_on_in_turn() -> None:
    model = tiny([1] * 9, side_by_side=4)
    answers = ask(model, 6, replace(HOT, temperature=0.01), tokens=5)
    assert answers == ["aaaaa"] * 6
    assert max(len(tokens) for tokens in model.decoded) == 4
    assert len(model.decoded) == 2 + 6, "24 tokens in six full calls"


def test_those_that_end_drop_out() -> None:
    model = tiny([1, 2, 7, 1, 2, 7, 1, 2])
    asked = Asked(Request(PROMPT, 8, HOT, samples=4))
    lengths = [end.generated_tokens for _, end in asked.finish(Decoder(model))]
    assert len(set(lengths)) > 1
    calls = [len(tokens) for tokens in model.decoded[2:]]
    assert calls == sorted(calls, reverse=True)
    assert len(calls) == max(lengths) - (max(lengths) == 8)


def test_the_session_keeps_the_prompt_and_the_others_are_freed() -> None:
    model = tiny()
    decoder = Decoder(model)
    Asked(Request(PROMPT, 6, HOT, samples=8)).finish(decoder)
    assert used(model) == 1
    (_, end), *_ = Asked(Request(PROMPT, 6, HOT, samples=8)).finish(decoder)
    assert end.evaluated_tokens == 0
    Asked(Request(PROMPT, 6, HOT, session="other", samples=8)).finish(decoder)
    assert used(model) == 2


@pytest.mark.parametrize("steps", range(7))
def test_a_cancel_at_any_step_ends_all(steps: int) -> None:
    model = tiny([1] * 9)
    decoder = Decoder(model)
    asked = Asked(Request(PROMPT, 6, replace(HOT, temperature=0.01), samples=4))
    for _ in range(steps):
        assert decoder.step(asked.job)
    asked.cancel.set()
    assert not decoder.step(asked.job)
    for text, end in asked.answers():
        assert end.reason is FinishReason.CANCELLED
        assert text == "a" * end.generated_tokens == "a" * max(0, steps - 1)
    assert used(model) == (steps > 0)


def test_an_aborted_call_is_made_again_and_loses_nothing() -> None:
    expected = ask(tiny(), 4)
    model = tiny()
    decoder, asked = Decoder(model), Asked(Request(PROMPT, 6, HOT, samples=4))
    for limit in (5, 8, 9, 10, None):
        model.abort_after, model.aborted = limit, False
        decoder.step(asked.job)
        decoder.step(asked.job)
        assert model.aborted or limit is None
    assert [text for text, _ in asked.finish(decoder)] == expected


def test_the_cache_is_full_with_what_all_of_them_write() -> None:
    """The others' sessions make room for the further samples, too, and the prompt counts once."""
    model = tiny(cells=48)
    decoder = Decoder(model)
    for session in ("one", "two"):
        Asked(Request(PROMPT, 2, session=session)).finish(decoder)
    asked = Asked(Request(PROMPT, 6, HOT, session="three", samples=4))
    decoder.step(asked.job)
    decoder.step(asked.job)
    assert used(model) == 2, "the older one had to go: 8 and 8 of the prompt, and 4 times 7"
    asked.finish(decoder)
    (_, end), *_ = Asked(Request(PROMPT, 2, session="two")).finish(decoder)
    assert end.evaluated_tokens == 0
    (_, end), *_ = Asked(Request(PROMPT, 2, session="one")).finish(decoder)
    assert end.evaluated_tokens == 8


@pytest.mark.parametrize("cells", [64, 36, 29, 22, 15])
def test_a_small_cache_holds_as_many_as_it_can(cells: int) -> None:
    model = tiny(cells=cells)
    most = 0
    decoder, asked = Decoder(model), Asked(Request(PROMPT, 6, HOT, samples=8))
    while decoder.step(asked.job):
        most = max(most, sum(holding.size for holding in decoder._sessions.values()))
    assert most <= cells
    assert [text for text, _ in asked.answers()] == ask(tiny(), 8)


def test_sequences_of_others_make_room() -> None:
    model = tiny(sequences=8)
    decoder = Decoder(model)
    for number in range(8):
        Asked(Request(PROMPT, 2, session=str(number))).finish(decoder)
    Asked(Request(PROMPT, 6, HOT, session="0", samples=3)).finish(decoder)
    assert used(model) == 6


def interrupted(make: Callable[[], TinyModel], other: Request, samples: int) -> None:
    """Let `other` come in after each step; the samples must come out as without it."""
    expected = ask(make(), samples)
    for moment in range(9):
        model = make()
        decoder = Decoder(model)
        asked = Asked(Request(PROMPT, 6, HOT, session="chat", samples=samples))
        goes_on = True
        for _ in range(moment):
            goes_on = goes_on and decoder.step(asked.job)
        Asked(other).finish(decoder)
        if goes_on:
            asked.finish(decoder)
        assert [text for text, _ in asked.answers()] == expected


@pytest.mark.parametrize("samples", [1, 4])
@pytest.mark.parametrize("cells", [256, 24])
@pytest.mark.parametrize("session", ["other", "chat"])
@pytest.mark.parametrize("other", ["bababababa", "aabbaabbab", "aab"])
def test_others_may_take_the_cells_between_two_steps(
    samples: int, cells: int, session: str, other: str
) -> None:
    """Nothing is lost when a session, its own or another, uses the cache in between."""
    request = Request(Prompt((other,)), 6, session=session)
    interrupted(lambda: tiny(cells=cells), request, samples)


def test_a_client_that_goes_away_frees_all() -> None:
    model = tiny()
    decoder, asked = Decoder(model), Asked(Request(PROMPT, 6, HOT, session="a", samples=4))
    decoder.step(asked.job)
    decoder.step(asked.job)
    decoder.step(asked.job)
    assert used(model) == 4
    asked.cancel.set()
    decoder.step(asked.job)
    decoder.forget("a")
    assert used(model) == 0
    assert sorted(decoder._free) == list(range(16))


def test_an_error_frees_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny()
    decoder, asked = Decoder(model), Asked(Request(PROMPT, 6, HOT, samples=4))
    for _ in range(3):
        decoder.step(asked.job)

    def fail(*_: object) -> bool:
        raise EngineError("No room.")

    monkeypatch.setattr(model, "decode_each", fail)
    assert not decoder.step(asked.job)
    with pytest.raises(EngineError, match="No room"):
        asked.answers()
    assert used(model) == 1


@pytest.mark.parametrize("samples", [0, -1, 9])
def test_a_number_that_is_out_of_bounds(samples: int) -> None:
    asked = Asked(Request(PROMPT, 6, samples=samples))
    assert not Decoder(tiny()).step(asked.job)
    with pytest.raises(EngineError, match="1 to 8"):
        asked.answers()


def test_a_healed_word_begins_every_sample() -> None:
    model = tiny([1, 2, 7])
    request = Request(replace(PROMPT, heal="a"), 6, HOT, samples=4)
    for text, _ in Asked(request).finish(Decoder(model)):
        assert not text.startswith("a") or model.script[0] == 1


class ShortModel(TinyModel):
    """Gives up everything when it shall give up a part, as recurrent models do."""

    def forget(self, start: int, sequence: int) -> None:
        if start < len(self.kept[sequence]):
            self.kept[sequence].clear()

    def share(self, length: int, source: int, target: int) -> None:
        assert length == len(self.kept[source]), "the whole state is shared"
        super().share(length, source, target)


@pytest.mark.parametrize("session", ["other", "chat"])
def test_a_model_that_cannot_go_back(session: str) -> None:
    other = Request(Prompt(("aabbaabbab",)), 2, session=session)
    interrupted(lambda: tiny(kind=ShortModel), other, 3)
