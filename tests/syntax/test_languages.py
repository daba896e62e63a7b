"""Which language a document is in."""

from __future__ import annotations

import pytest

from pillion.syntax.languages import PLAIN, language_for_path, language_of, languages


@pytest.mark.parametrize(
    ("language_id", "uri", "expected"),
    [
        ("python", "", "python"),
        ("javascriptreact", "", "javascript"),
        ("typescript", "", "typescript"),
        ("typescriptreact", "file:///a.ts", "tsx"),
        ("CPP", "", "cpp"),
        ("", "file:///a/b.py", "python"),
        ("unheard-of", "file:///a/B.PY", "python"),
        ("plaintext", "vscode-notebook-cell:/a/b.rs#W0", "rust"),
        ("", "file:///a/Makefile", "makefile"),
        ("ruby", "", "ruby"),
        ("unheard-of", "file:///a/b.unheard", "plaintext"),
        ("", "", "plaintext"),
        ("", "file:///a/py", "plaintext"),
    ],
)
def test_language_of(language_id: str, uri: str, expected: str) -> None:
    assert language_of(language_id, uri).id == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/b.py", "python"),
        ("b.tsx", "typescriptreact"),
        ("b.hpp", "cpp"),
        (".bashrc", "shellscript"),
        ("b", "plaintext"),
    ],
)
def test_language_for_path(path: str, expected: str) -> None:
    assert language_for_path(path) == expected


def test_a_language_without_a_parser_still_has_comments() -> None:
    elixir = language_of("elixir")
    assert (elixir.grammar, elixir.line_comment) == (None, "#")
    assert (PLAIN.grammar, PLAIN.line_comment, PLAIN.blocks) == (None, "", "none")


def test_thirteen_languages_have_a_parser() -> None:
    parsed = [language.id for language in languages() if language.grammar]
    assert parsed == [
        *("python", "javascript", "typescript", "tsx", "go", "rust", "java", "c", "cpp"),
        *("csharp", "ruby", "php", "kotlin"),
    ]


def test_the_table_is_sound() -> None:
    for language in languages():
        assert language.blocks in {"indent", "braces", "none"}
        assert language_of(language_for_path(f"x.{language.id}")).id in {language.id, "plaintext"}
