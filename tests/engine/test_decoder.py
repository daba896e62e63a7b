"""The decode loop on a tiny model: cache re-use, healing, cancelling, whole characters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from tiny_model import END, PIECES, TinyModel, joined

from pillion.base.errors import EngineError
from pillion.engine.base import Cancel, Chunk, Finish, FinishReason, Request
from pillion.engine.decoder import Decoder, Job
from pillion.engine.lookup import MOST
from pillion.engine.trial import LEAST_HELD, TOKENS
from pillion.prompt.model_input import Prompt, Special, is_text


def run(
    decoder: Decoder,
    model: TinyModel,
    prompt: Prompt,
    tokens: int = 10,
    cancel: Cancel | None = None,
    session: str = "",
) -> tuple[str, Finish]:
    """Generate and return all text; the script begins after the prompt's own tokens."""
    sizes = [len(piece) if is_text(piece) else 1 for piece in prompt.pieces]
    model.prompt_length = sum(sizes) - prompt.heal_last_token
    found: list[Chunk | Exception] = []
    request = Request(prompt, tokens, session=session)
    job = Job(request, cancel or Cancel(), found.append)
    while decoder.step(job):
        if model.aborted:
            job.cancel.set()
    return joined(found)


def test_generates_until_the_model_ends() -> None:
    model = TinyModel([1, 2])
    text, done = run(Decoder(model), model, Prompt(("ab",)))
    assert (text, done.reason) == ("ab", FinishReason.STOP)
    assert (done.prompt_tokens, done.evaluated_tokens, done.generated_tokens) == (2, 2, 2)


def test_how_sure_the_model_was() -> None:
    """The mean over what it chose, the end included; what was typed it did not choose."""
    model = TinyModel([7, 2, 3, END])
    _, end = run(Decoder(model), model, Prompt(("a",), heal="a"))
    others = [float(np.exp(value)) for value in np.linspace(0.1, 0, len(PIECES)) - 1]
    expected = [np.e / (np.e + sum(others) - others[token]) for token in (2, 3, END)]
    assert end.confidence == pytest.approx(float(np.prod(expected)) ** (1 / 3), rel=1e-4)


def test_stops_at_the_token_limit() -> None:
    model = TinyModel([1] * 9)
    text, done = run(Decoder(model), model, Prompt(("a",)), tokens=3)
    assert (text, done.reason, done.generated_tokens) == ("aaa", FinishReason.LENGTH, 3)


def test_the_longest_common_prefix_is_kept() -> None:
    model = TinyModel([1])
    decoder = Decoder(model)
    run(decoder, model, Prompt(("aabb",)))
    _, done = run(decoder, model, Prompt(("aabab",)))
    assert done.evaluated_tokens == 2


def test_an_unchanged_prompt_costs_nothing_and_answers_the_same() -> None:
    model = TinyModel([1, 2, 1])
    decoder = Decoder(model)
    first, _ = run(decoder, model, Prompt(("ab",)))
    again, done = run(decoder, model, Prompt(("ab",)))
    assert (again, done.evaluated_tokens) == (first, 0)


def test_what_was_generated_is_kept_when_it_is_typed() -> None:
    model = TinyModel([1, 2, 1, 2])
    decoder = Decoder(model)
    run(decoder, model, Prompt(("b",)))
    _, done = run(decoder, model, Prompt(("bab",)))
    assert done.evaluated_tokens == 1, "only the last token, for its logits"


def test_healing_begins_with_what_was_typed_and_strips_it() -> None:
    model = TinyModel([7, 2])  # Free to choose, it would write "c".
    text, _ = run(Decoder(model), model, Prompt(("a",), heal="a"))
    assert text == "b"
    assert PIECES[model.kept[1][1]] == b"a"


def test_healing_may_take_several_tokens_and_overrun() -> None:
    model = TinyModel([4, 3])  # " a", then "ab": the typed " aa" is covered and "b" is new.
    text, _ = run(Decoder(model), model, Prompt(("c",), heal=" aa"))
    assert text == "b"


@pytest.mark.parametrize(
    ("script", "free", "solid"),
    [
        ([1, 3, 4], "ab a", "ab a"),
        ([1, 4, 2], " ab", ""),  # After what was typed it would write " a"; the end is next best.
    ],
)
def test_a_solid_output_begins_with_no_blank(script: list[int], free: str, solid: str) -> None:
    for wanted, is_solid in ((free, False), (solid, True)):
        model = TinyModel(script)
        text, _ = run(Decoder(model), model, Prompt(("c",), heal="a", solid=is_solid))
        assert text == wanted


def test_the_last_token_is_taken_back() -> None:
    model = TinyModel([3])  # "ab" begins with the "a" that was taken back.
    text, done = run(Decoder(model), model, Prompt(("ca",), heal_last_token=True))
    assert (text, done.prompt_tokens) == ("b", 1)


def test_half_a_character_is_never_emitted() -> None:
    model = TinyModel([5, 6, 1])
    text, done = run(Decoder(model), model, Prompt(("a",)))
    assert (text, done.generated_tokens) == ("äa", 3)
    model = TinyModel([5])
    text, _ = run(Decoder(model), model, Prompt(("a",)))
    assert text == ""


def test_an_abort_inside_prefill_keeps_what_was_finished() -> None:
    model = TinyModel([1], abort_after=6)
    decoder = Decoder(model)
    _, done = run(decoder, model, Prompt(("aaaaabbbb",)))
    assert (done.reason, done.evaluated_tokens) == (FinishReason.CANCELLED, 6)
    model.abort_after = None
    _, done = run(decoder, model, Prompt(("aaaaabbbb",)))
    assert done.evaluated_tokens == 3


def test_a_cancel_sets_the_abort_flag() -> None:
    model = TinyModel([1] * 50)
    cancel = Cancel()
    cancel.set()
    _, done = run(Decoder(model), model, Prompt(("ab",)), cancel=cancel)
    assert done.reason is FinishReason.CANCELLED
    assert done.generated_tokens == 0


def test_a_prompt_that_is_too_long_loses_its_beginning() -> None:
    model = TinyModel([1], context_tokens=16)
    prompt = Prompt(("c" + "a" * 30, Special.FIM_MIDDLE, "b"))
    _, done = run(Decoder(model), model, prompt, tokens=4)
    assert done.prompt_tokens == 11
    assert model.kept[1][:11] == [1] * 9 + [7, 2]


def test_a_missing_special_token_is_an_error() -> None:
    model = TinyModel([1])
    with pytest.raises(EngineError, match="fim_prefix"):
        run(Decoder(model), model, Prompt((Special.FIM_PREFIX, "a")))


def test_lone_surrogates_do_not_reach_the_model() -> None:
    model = TinyModel([1])
    with pytest.raises(EngineError, match="no token"):  # U+FFFD is not in the tiny vocabulary.
        run(Decoder(model), model, Prompt(("a",), heal="\ud800"))


def test_each_session_keeps_what_it_read() -> None:
    model = TinyModel([1])
    decoder = Decoder(model)
    run(decoder, model, Prompt(("aaab",)), session="one")
    run(decoder, model, Prompt(("bbba",)), session="two")
    _, done = run(decoder, model, Prompt(("aaabb",)), session="one")
    assert done.evaluated_tokens == 1


def test_the_least_recently_used_session_makes_room() -> None:
    model = TinyModel([1])
    decoder = Decoder(model)
    for session in ("one", "two", "one", "three"):
        run(decoder, model, Prompt(("aaab",)), session=session)
    _, done = run(decoder, model, Prompt(("aaabb",)), session="one")
    assert done.evaluated_tokens == 1
    _, done = run(decoder, model, Prompt(("aaabb",)), session="two")
    assert done.evaluated_tokens == 5


def test_a_full_cache_makes_room() -> None:
    model = TinyModel([1], cells=24)
    decoder = Decoder(model)
    run(decoder, model, Prompt(("aaaabbbb",)), session="one")
    run(decoder, model, Prompt(("bbbbaaaa",)), session="two")
    assert sum(len(kept) for kept in model.kept.values()) <= 24
    _, done = run(decoder, model, Prompt(("aaaabbbb",)), session="one")
    assert done.evaluated_tokens == 8


LONG = Prompt(("ab" * (LEAST_HELD // 2),))
"""Long enough for a trial of drafts."""


def long_model(kind: type[TinyModel] = TinyModel, turns: int = 20) -> TinyModel:
    """Return a model that repeats itself."""
    return kind([1, 2, 7] * turns, batch_tokens=8, context_tokens=2048, cells=4096)


def write_alone(model: TinyModel, prompt: Prompt, tokens: int) -> str:
    """Generate without drafts."""
    found: list[Chunk | Exception] = []
    job = Job(Request(prompt, tokens, speculate=False), Cancel(), found.append)
    model.prompt_length = prompt.characters
    decoder = Decoder(model)
    while decoder.step(job):
        pass
    return joined(found)[0]


def test_drafts_save_calls_and_change_nothing() -> None:
    plain, drafting = long_model(), long_model()
    alone = write_alone(plain, LONG, 70)
    text, done = run(Decoder(drafting), drafting, LONG, tokens=70)
    assert text == alone
    assert done.generated_tokens == len(drafting.script)
    assert len(drafting.decoded) < len(plain.decoded) * 0.8
    assert drafting.kept[1] == plain.kept[1]


def test_drafts_are_tried_out_first() -> None:
    model = long_model()
    decoder = Decoder(model)
    run(decoder, model, LONG, tokens=60)
    prompt = -(-LONG.characters // model.batch_tokens)
    sizes = [len(tokens) for tokens in model.decoded[prompt:]]
    assert sizes[: TOKENS + 5] == [1] * TOKENS + [4, 4, 3, 3, 2]
    assert max(sizes[TOKENS + 5 :]) == 1 + MOST
    model.decoded.clear()
    run(decoder, model, Prompt(("ab" * 4,)), tokens=60)
    assert max(len(tokens) for tokens in model.decoded[1:6]) > 1, "once is enough"


def test_a_short_prompt_is_no_trial() -> None:
    model = long_model()
    run(Decoder(model), model, Prompt(("ab",)), tokens=60)
    assert all(len(tokens) == 1 for tokens in model.decoded[1:])


def test_a_job_that_was_interrupted_goes_on_where_it_was() -> None:
    """An abort without a cancel is another request coming first: nothing is lost or doubled."""
    model = TinyModel([1, 2, 7], abort_after=5)
    model.prompt_length = 6
    found: list[Chunk | Exception] = []
    job = Job(Request(Prompt(("aaabbb",)), 10), Cancel(), found.append)
    decoder = Decoder(model)
    for limit in (5, 6, 7, None):
        model.abort_after = limit
        decoder.step(job)
        decoder.step(job)
    while decoder.step(job):
        pass
    text, end = joined(found)
    assert (text, end.evaluated_tokens) == ("abc", 6)


def test_a_model_for_which_drafts_do_not_pay_gets_none() -> None:
    model = long_model()
    model.drafts = False
    run(Decoder(model), model, LONG, tokens=30)
    prompt = -(-LONG.characters // model.batch_tokens)
    assert all(len(tokens) == 1 for tokens in model.decoded[prompt:])


def test_the_tokens_of_a_text_are_remembered_and_not_cut() -> None:
    model = TinyModel([1])
    decoder = Decoder(model)
    for _ in range(2):
        _, done = run(decoder, model, Prompt(("cab",), heal_last_token=True))
        assert done.prompt_tokens == 2


class NoisyModel(TinyModel):
    """Several rows at once give slightly other logits: close calls go the other way."""

    def logits(self, row: int = -1) -> NDArray[np.float32]:
        logits = super().logits(row)
        sequence, end = self.last[row]
        at = len(self.kept[sequence]) + end + 1 - self.prompt_length
        if at % 5 == 4:
            wanted, other = int(np.argmax(logits)), 4
            logits[other] = logits[wanted] + (0.05 if len(self.last) > 1 else -0.3)
        return logits


def test_where_drafts_would_change_something_there_are_none() -> None:
    plain, model = long_model(NoisyModel), long_model(NoisyModel)
    decoder = Decoder(model)
    text, _ = run(decoder, model, LONG, tokens=70)
    assert text == write_alone(plain, LONG, 70)
    assert model.kept[1] == plain.kept[1]
    prompt = -(-LONG.characters // model.batch_tokens)
    assert sum(len(tokens) > 1 for tokens in model.decoded[prompt:]) == 1, "one call, one verdict"
    model.decoded.clear()
    run(decoder, model, LONG, tokens=70, session="another")
    assert all(len(tokens) == 1 for tokens in model.decoded[prompt:])


def test_an_aborted_trial_loses_nothing_and_is_made_again() -> None:
    plain, model = long_model(), long_model()
    alone = write_alone(plain, LONG, 70)
    model.prompt_length = plain.prompt_length
    found: list[Chunk | Exception] = []
    job = Job(Request(LONG, 70), Cancel(), found.append)
    decoder = Decoder(model)
    held = model.prompt_length + TOKENS
    while decoder.step(job):
        if model.abort_after is None and len(model.kept[1]) == held - 1:
            model.abort_after = held  # The trial's second call goes beyond what it was cut to.
            real = model.forget

            def forget(start: int, sequence: int, real: Callable[[int, int], None] = real) -> None:
                model.abort_after = start + 2 if model.aborted is False else None
                real(start, sequence)

            model.forget = forget  # type: ignore[method-assign]
        elif model.aborted:
            model.abort_after = None
    assert model.aborted
    assert joined(found)[0] == alone
    assert model.kept[1] == plain.kept[1]
    assert any(len(tokens) == 1 + MOST for tokens in model.decoded[-8:]), "it passed later"
