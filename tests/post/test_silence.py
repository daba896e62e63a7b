"""Where nothing is suggested, whatever the model would write."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cursor import at_cursor
from pillion.base.outcome import Nothing
from pillion.base.settings import Settings
from pillion.post.silence import COMMENT, SECRET, STATEMENT, silence
from pillion.syntax.locate import locate

MUTED = Settings(comments=False)


def check(marked: str, language: str, expected: Nothing | None) -> None:
    snapshot, offset = at_cursor(marked)
    site = locate(replace(snapshot, language=language), offset)
    assert silence(site, MUTED, asked=False) == expected
    assert silence(site, MUTED, asked=True) == (expected if expected == SECRET else None)
    assert silence(site, Settings(), asked=False) == (None if expected == COMMENT else expected)


@pytest.mark.parametrize(
    ("marked", "language"),
    [
        ('password = "█"\n', "python"),
        ('db_password = "hun█ter"\n', "python"),
        ('connect(host="h", password="█")\n', "python"),
        ('const apiKey = "█";\n', "javascript"),
        ('var clientSecret = "█"\n', "go"),
        ('os.environ["API_TOKEN"] = f"█"\n', "python"),
    ],
)
def test_a_secret_is_nobodys_guess(marked: str, language: str) -> None:
    check(marked, language, SECRET)


@pytest.mark.parametrize(
    ("marked", "language"),
    [
        ("foo(); █bar();\n", "javascript"),
        ("return x;█ // why\n", "typescript"),
        ("int a = 1; █int b;\n", "c"),
    ],
)
def test_a_whole_statement_with_more_behind_it_is_left_alone(marked: str, language: str) -> None:
    check(marked, language, STATEMENT)


@pytest.mark.parametrize(
    ("marked", "language"), [("# wor█ds\n", "python"), ("// █\nf();\n", "javascript")]
)
def test_comments_are_a_matter_of_taste(marked: str, language: str) -> None:
    check(marked, language, COMMENT)


@pytest.mark.parametrize(
    ("marked", "language"),
    [
        ('name = "█"\n', "python"),
        ('password_label = _("█")\n', "python"),
        ("password = █\n", "python"),
        ('raise TokenError("invalid_target", "the as█")\n', "python"),
        ('def f():\n    """Do █"""\n', "python"),
        ("for (let i = 0; █i < n; i++) {}\n", "javascript"),
        ("f();█\n", "javascript"),
        ("if (a) { f(); █}\n", "javascript"),
        ("a; █b\n", "plaintext"),
    ],
)
def test_elsewhere_something_may_be_suggested(marked: str, language: str) -> None:
    check(marked, language, None)
