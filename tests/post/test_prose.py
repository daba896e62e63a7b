"""Answers on their way to the user: paths on blocks, marks on what does not exist."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pillion.post.prose import About, Prose, looped

FILES = {"src/app.py": 30, "app.py": 30, "docs/guide.md": 12}
ABOUT = About("src/app.py", "python")


def shown(text: str, *, about: About | None = ABOUT, size: int = 3, hint: bool = False) -> str:
    """Return what is shown of an answer that comes in pieces of `size` characters."""
    prose = Prose(about, FILES.get, without_code=hint)
    pieces = (text[at : at + size] for at in range(0, len(text), size))
    return "".join(prose.feed(piece) for piece in pieces) + prose.end()


def check(before: str, after: str, **options: object) -> None:
    """However the model cuts its answer into pieces, the same is shown."""
    for size in (1, 2, 3, 7, 1000):
        assert shown(before, size=size, **options) == after  # type: ignore[arg-type]


def test_plain_text_goes_through_as_it_is() -> None:
    text = "Use `sum(x for x in y)`.\n\n- one\n- *two*\n\n| a | b |\n"
    check(text, text)


def test_a_word_is_shown_before_the_next_one_comes() -> None:
    prose = Prose(ABOUT, FILES.get)
    assert prose.feed("The") == "The"
    assert prose.feed(" function") == " function"


def test_blocks_get_the_path_of_the_file_in_question() -> None:
    check("```python\nx = 1\n```\n", "```python src/app.py\nx = 1\n```\n")
    check("Try:\n  ```py\n  x\n  ```\nDone.", "Try:\n  ```py src/app.py\n  x\n  ```\nDone.")


@pytest.mark.parametrize("info", ["sh", "typescript", "", "text"])
def test_blocks_of_another_language_get_none(info: str) -> None:
    check(f"```{info}\nx\n```\n", f"```{info}\nx\n```\n")


def test_a_path_of_the_model_stays_only_if_it_exists() -> None:
    check("```markdown docs/guide.md\nx\n```\n", "```markdown docs/guide.md\nx\n```\n")
    check("```sh made/up.sh\nx\n```\n", "```sh\nx\n```\n")
    check("```python ../../etc/x.py\nx\n```\n", "```python src/app.py\nx\n```\n")


def test_a_block_that_is_left_open_is_closed() -> None:
    check("```python\nx = 1", "```python src/app.py\nx = 1\n```")
    check("```python\nx = 1\n", "```python src/app.py\nx = 1\n```")


def test_fences_in_a_longer_fence_are_text() -> None:
    text = "````markdown\n```python\nx\n```\n````\nEnd `made_up.py` here."
    check(text, text.replace("`made_up.py`", "`made_up.py` *(there is no such file)*"))


@pytest.mark.parametrize(
    ("named", "mark"),
    [
        ("`src/app.py`", ""),
        ("`app.py:12`", ""),
        ("`app.py:31`", " *(there is no such line)*"),
        ("app.py:10-99", " *(there is no such line)*"),
        ("`made_up.py`", " *(there is no such file)*"),
        ("src/made_up.py,", " *(there is no such file)*"),
        ("(src/made_up.py)", " *(there is no such file)*"),
        ("Node.js", ""),
        ("item.price", ""),
        ("`item.price`", ""),
        ("e.g.", ""),
        ("1.5", ""),
        ("https://x.org/made.html", ""),
    ],
)
def test_files_that_do_not_exist_are_marked(named: str, mark: str) -> None:
    check(f"See {named} there.", f"See {named}{mark} there.")
    check(f"See {named}", f"See {named}{mark}")


def test_lines_that_do_not_exist_are_marked() -> None:
    check("Look at line 12.", "Look at line 12.")
    check("Look at lines 12-40.", "Look at lines 12-40. *(there is no such line)*")
    check("**Line 99:** bad", "**Line 99:** *(there is no such line)* bad")
    check("Look at line 99.", "Look at line 99.", about=None)


def test_nothing_is_marked_in_code() -> None:
    text = '```sh\ncat "made/up.py" line 99\n```\n'
    check(text, text)


def test_a_hint_has_no_code() -> None:
    check(
        "Think.\n```python\nanswer = 42\n```\nGo on.",
        "Think.\n*(The code is left to you.)*\nGo on.",
        hint=True,
    )


PARTS = st.lists(st.sampled_from(["`", "```", "\n", "-", "a", "~~~", "x.py"]), max_size=60)


@given(parts=PARTS, size=st.integers(1, 6))
def test_any_text_goes_through_without_a_loss(parts: list[str], size: int) -> None:
    """Without a file in question and with all files there, nothing is changed."""
    text = "".join(parts)
    prose = Prose(None, lambda _: 10**9)
    pieces = [prose.feed(text[at : at + size]) for at in range(0, len(text), size)]
    result = "".join(pieces) + prose.end()
    assert result[: len(text)] == text
    assert not result[len(text) :].strip("`~\n")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The same line.\n" * 6, True),
        ("one thing\nanother thing\na third thing\n" * 4 + "one", True),
        ("ab cd " * 12, True),
        ("It is sorted in some way, such as by price, by quantity or by a name of it. " * 5, True),
        (", ".join(str(number) for number in range(400)), False),
        ("".join(f"{n}. **Line {n}:** the same fault again\n" for n in range(9)), True),
        ("- first\n- second\n- third\n- fourth\n", False),
        ("    }\n    }\n    }\n    }\n", False),
        ("def a():\n    return 1\n\n\ndef b():\n    return 2\n", False),
        ("=" * 80, False),
    ],
)
def test_repetition_is_noticed(text: str, answer: bool) -> None:
    assert looped(text) is answer
