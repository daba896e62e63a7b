"""How chunks are ranked."""

from __future__ import annotations

import pytest

from pillion.context.index.bm25 import Corpus, score, weights


def ranked(chunks: dict[str, str], wanted: str) -> list[str]:
    words = {name: text.split() for name, text in chunks.items()}
    counts = {word: sum(word in each for each in words.values()) for word in wanted.split()}
    average = sum(map(len, words.values())) / len(words)
    said = weights(counts, Corpus(len(words), average))
    return sorted(words, key=lambda name: -score(words[name], said, average))


def test_rare_words_say_more_than_common_ones() -> None:
    filler = {f"filler{number}": "self get" for number in range(20)}
    assert ranked({"common": "self get x", "rare": "flux y z"} | filler, "self flux")[0] == "rare"


def test_more_of_a_word_says_more_but_less_and_less() -> None:
    said = {"flux": 1.0}
    once, twice, thrice = (
        score(["flux"] * count + ["x"] * (9 - count), said, 9) for count in (1, 2, 3)
    )
    assert twice - once > thrice - twice > 0


def test_a_long_chunk_counts_less() -> None:
    assert score(["flux"], {"flux": 1.0}, 10) > score(["flux"] + ["x"] * 50, {"flux": 1.0}, 10)


@pytest.mark.parametrize("count", [0, 1, 5, 10, 11, 1000])
def test_counts_that_are_older_than_the_number_of_chunks(count: int) -> None:
    (weight,) = weights({"flux": count}, Corpus(10, 1.0)).values()
    assert weight > 0


def test_nothing_is_known_yet() -> None:
    assert weights({"flux": 0}, Corpus(0, 0.0))["flux"] > 0
    assert score([], {"flux": 1.0}, 0.0) == 0
