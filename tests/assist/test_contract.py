"""A slow machine reads and writes less; a fast one all that the settings allow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pillion.assist.contract import CHARS_PER_TOKEN, Meter, Speed, plan
from pillion.base.settings import Settings
from pillion.context.window import PREFIX_SHARE
from pillion.engine.base import Finish, FinishReason

SETTINGS = Settings()


def test_a_fast_machine_reads_everything_at_once() -> None:
    allowed = plan(Speed(40_000, 800), SETTINGS)
    assert allowed.quick == allowed.full
    assert allowed.max_tokens == SETTINGS.max_tokens
    assert allowed.blocks


def test_two_cores_read_a_second_at_first() -> None:
    allowed = plan(Speed(110, 22), SETTINGS)
    assert 100 <= allowed.quick_tokens <= 160
    assert allowed.quick.before < allowed.full.before
    assert allowed.blocks


def test_a_fresh_first_window_is_as_large_as_the_target_allows() -> None:
    """Characters are those the text has per token, not the cautious guess for the full window."""
    speed = Speed(110, 22, characters=4.0)
    allowed = plan(speed, SETTINGS)
    fresh = allowed.quick.before * PREFIX_SHARE + allowed.quick.after
    assert 0.9 < fresh / (allowed.quick_tokens * speed.characters) < 0.95
    assert fresh > 1.2 * allowed.quick_tokens * CHARS_PER_TOKEN
    assert allowed.full == plan(Speed(110, 22), SETTINGS).full


def test_a_slow_machine_completes_lines() -> None:
    allowed = plan(Speed(30, 6), SETTINGS)
    assert not allowed.blocks
    assert allowed.max_tokens < SETTINGS.max_tokens


@given(st.floats(1, 1e5), st.floats(0.5, 1e4), st.integers(200, 60_000))
def test_budgets_are_never_above_the_settings(read: float, write: float, cold: int) -> None:
    allowed = plan(Speed(read, write), Settings(cold_ms=cold))
    assert allowed.quick.before <= allowed.full.before
    assert allowed.quick.after <= allowed.full.after
    assert 1 <= allowed.max_tokens <= SETTINGS.max_tokens


def test_the_meter_follows_the_machine_and_ignores_small_samples() -> None:
    meter = Meter(Speed(100, 20))
    meter.learn(Finish(FinishReason.STOP, evaluated_tokens=1, prefill_ms=500))
    assert meter.speed == Speed(100, 20)
    for _ in range(30):
        done = Finish(
            FinishReason.STOP,
            evaluated_tokens=100,
            prefill_ms=500,
            generated_tokens=10,
            decode_ms=1000,
        )
        meter.learn(done)
    assert round(meter.speed.read) == 200
    assert round(meter.speed.write) == 10


def test_the_meter_learns_how_much_text_a_token_is() -> None:
    meter = Meter()
    meter.learn(Finish(FinishReason.STOP, prompt_tokens=8), 80)
    assert meter.speed == Meter().speed, "too short to say anything"
    for _ in range(30):
        meter.learn(Finish(FinishReason.STOP, prompt_tokens=200), 820)
    assert round(meter.speed.characters, 1) == 4.1
