"""Drafts: what is guessed, when a guess is worth its call, and what experience changes."""

from __future__ import annotations

from pillion.engine.lookup import FIRST_GUESS, MOST, Costs, Drafter

REPEATED = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4]


def test_what_followed_the_same_tokens_is_drafted() -> None:
    assert Drafter(REPEATED, Costs()).draft(10) == [5, 6, 7]


def test_a_draft_keeps_to_the_room() -> None:
    assert Drafter(REPEATED, Costs()).draft(2) == [5, 6]
    assert Drafter(REPEATED, Costs()).draft(0) == []


def test_nothing_is_drafted_where_nothing_occurred_before() -> None:
    assert Drafter([1, 2, 3], Costs()).draft(10) == []
    assert Drafter([1], Costs()).draft(10) == []


def test_the_place_where_most_agrees_is_taken() -> None:
    tokens = [7, 8, 9, 1, 2, 3, 0, 1, 2, 5, 0, 7, 8, 9, 1, 2]
    assert Drafter(tokens, Costs()).draft(1) == [3]


def test_of_equal_places_the_latest_is_taken() -> None:
    tokens = [5, 1, 2, 3, 6, 1, 2, 4, 7, 1, 2]
    costs = Costs()
    cheap(costs)
    assert Drafter(tokens, costs).draft(1) == [4]


def test_wrong_guesses_end_the_guessing() -> None:
    drafter = Drafter(REPEATED, Costs())
    for _ in range(12):
        drafter.learn(MOST, 0)
    assert drafter.draft(10) == []
    for token in [*range(100, 160), 1, 2, 3, 4]:
        drafter.add(token)
    assert drafter.draft(1) == [100], "and what was long ago is forgiven"


def test_where_calls_of_several_tokens_cost_as_much_as_one_each_nothing_is_drafted() -> None:
    costs = Costs()
    costs.learn(1, 10)
    for _ in range(80):
        for rows in (2, 3, 4):
            costs.learn(rows, 10.0 * rows)
    assert Drafter(REPEATED, costs).draft(10) == []


def test_costs_are_relative_to_a_call_of_one_and_never_absurd() -> None:
    costs = Costs()
    costs.learn(4, 1000)
    assert costs.of(4) == FIRST_GUESS[4], "nothing to compare with"
    costs.learn(1, 10)
    for _ in range(100):
        costs.learn(4, 10_000)
    assert 3.9 < costs.of(4) <= 4
    for _ in range(100):
        costs.learn(4, 0.1)
    assert 1 <= costs.of(4) < 1.1


def cheap(costs: Costs) -> None:
    """Let several tokens cost no more than one."""
    costs.learn(1, 10)
    for _ in range(60):
        for rows in (2, 3, 4):
            costs.learn(rows, 10)
