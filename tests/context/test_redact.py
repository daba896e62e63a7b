"""Secrets are hidden, everything else is left alone, and nothing depends on the cursor."""

from __future__ import annotations

import ast
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pillion.context import secret_formats
from pillion.context.redact import MASK, count, redact, redact_window
from pillion.context.window import Budget, cut
from pillion.syntax.locate import locate
from pillion.text.snapshot import Snapshot
from planted import Kind, kinds

KINDS = kinds()


def check(text: str, expected: str, language: str = "python") -> None:
    """`…` in `expected` stands for what is hidden."""
    shown = redact(text, language)
    assert len(shown) == len(text)
    assert redact(shown, language) == shown
    *parts, rest = expected.split("…")
    for part in parts:
        assert shown.startswith(part + MASK), (shown, expected)
        shown = shown[len(part) :].lstrip(MASK)
    assert shown == rest


def test_there_are_many_kinds() -> None:
    assert len(KINDS) >= 60


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_kind_is_hidden(kind: Kind) -> None:
    for surrounded in (kind.text, f"a = 1\n{kind.text}b = 2\n", kind.text.replace("\n", "\r\n")):
        shown = redact(surrounded, kind.language)
        assert not [secret for secret in kind.secrets if secret in shown]
        assert len(shown) == len(surrounded)
        assert [len(line) for line in shown.splitlines()] == [
            len(line) for line in surrounded.splitlines()
        ]
    assert count(kind.text, kind.language) >= 1


@pytest.mark.parametrize("seed", range(100, 110))
def test_the_values_do_not_matter(seed: int) -> None:
    missed = [
        kind.name
        for kind in kinds(seed)
        if any(secret in redact(kind.text, kind.language) for secret in kind.secrets)
    ]
    assert not missed


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_cursor_inside_a_secret_shows_neither_half(kind: Kind) -> None:
    """At every cursor, and however small the window is."""
    snapshot = Snapshot("file:///a", f"a = 1\n{kind.text}b = 2\n", language=kind.language)
    secret = kind.secrets[-1]
    at = snapshot.text.index(secret)
    for budget in (Budget(600, 600), Budget(40, 20)):
        for offset in range(at, at + len(secret) + 1, max(1, len(secret) // 8)):
            window = cut(locate(snapshot, offset), budget, None)
            shown = redact_window(window, snapshot)
            assert (shown.start, shown.anchor, shown.offset, shown.end) == (
                (window.start, window.anchor, window.offset, window.end)
            )
            seen = shown.prefix + shown.typed + shown.suffix
            whole = snapshot.text[window.start : window.end]
            for part in (secret[:6], secret[-6:]):
                assert part not in seen or part not in whole.replace(secret, "")


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_code_stays_code(kind: Kind) -> None:
    shown = redact(kind.text, kind.language)
    if kind.language == "json":
        json.loads("{" + shown.strip().rstrip(",").strip("{}") + "}")
    elif kind.language == "python" and kind.name != "unfinished string":
        body = kind.text + ("    pass\n" if kind.text.rstrip().endswith(":") else "")
        try:
            ast.parse(body)
        except SyntaxError:
            return
        ast.parse(body.replace(kind.text, shown))


HARMLESS = r"""
token = "access"
token_type: "bearer"
password = get_password()
password: str
PASSWORD_FIELD = "password"
"password": "Passwort",
"password": "Se\u00f1a",
"password": "The password is wrong.",
"password": "Contrase\u00f1a",
fields = ("username", "password", "email")
form.add("password", "string")
secret = os.environ["APP_SECRET"]
const clientSecret = process.env.OAUTH_CLIENT_SECRET;
api_key="epv1Today",
key = "user_id_2"
OAUTH2_TOKEN = "https://www.googleapis.com/oauth2/v4/token"
url = f"https://{user}:{password}@host/"
url = f"{base}?access_token={config[TOKEN]}&v=2"
url = "postgres://${USER}:${PASSWORD}@db/app"
DSN = "mysql://user:<password>@host/db"
PASSWORD=${DB_PASSWORD}
password = "****"
password: xxxxxxxx
sha = "9e107d9d372bb6826bd81d3542a419d6"
"integrity": "sha512-kGhpk2QUqaGDBBBbGGHG3P5M1Zv4vFvVPp0VYoe7BmgZ5q0zJ0ZyPpYbHF0FwXQ=",
id = uuid.UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")
commit = "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5="
hello = "SGVsbG8sIHdvcmxkLCB0aGlzIGlzIGJhc2U2NCE="
if "-----BEGIN RSA PRIVATE KEY-----" in text: return True
export const ListPromptsRequestSchema = s.ListPromptsRequestSchema;
class ApplicationCredentialsProtocolVersion2Handler(Base): pass
"hmac384-sha512": "usmHmacSha512AuthProtocol",
self.assertEqual(response.status_code, 200)
Authorization: Bearer <token>
--token TOKEN
""".strip().split("\n")


@pytest.mark.parametrize("line", HARMLESS)
@pytest.mark.parametrize("language", ["python", "typescript", "json", "yaml"])
def test_harmless_lines_are_left_alone(line: str, language: str) -> None:
    text = line + "\n"
    assert redact(text, language) is text
    assert count(text, language) == 0


def test_what_is_hidden_in_a_line() -> None:
    secret = kinds()[0].secrets[0]
    check(f'connect(1, "{secret}", x)\n', 'connect(1, "…", x)\n')
    check('url = "redis://:hunter22@cache:6379/0"\n', 'url = "redis://:…@cache:6379/0"\n')
    check('log("\\nAKIA' + "Q" * 8 + 'WXYZ2345")\n', 'log("\\n…")\n')
    check("password: hunter2  # old\n", "password: …  # old\n", "yaml")
    check("DB_PASSWORD=correcthorse\n", "DB_PASSWORD=…\n", "plaintext")


def test_values_without_quotes_are_secret_only_where_that_is_how_they_are_written() -> None:
    line = "password = hunter2x\n"
    assert redact(line, "python") is line
    check(line, "password = …\n", "ini")


BLOCK = next(kind for kind in KINDS if kind.name == "RSA private key").text


def test_a_private_key_ends_where_its_lines_end() -> None:
    begin = BLOCK.split("\n")[0]
    code = f"if line == '{begin[-31:]}':\n    return load(line)\nvalues = other\n"
    assert redact(code, "python") is code
    # Without its end, as while it is pasted: what follows is still code.
    cut_off = BLOCK.rpartition("\n-----END")[0] + "\ndef f(): return 1\n"
    shown = redact(cut_off, "python")
    assert shown.endswith("\ndef f(): return 1\n")
    assert count(cut_off) == 1


def test_a_private_key_that_begins_far_above_the_window() -> None:
    kind = next(kind for kind in KINDS if kind.name == "private key in YAML")
    text = kind.text + "  other: 1\n" * 3
    snapshot = Snapshot("file:///a.yaml", text, language="yaml")
    offset = text.index(kind.secrets[-1]) + 4
    window = cut(locate(snapshot, offset), Budget(60, 60), None)
    shown = redact_window(window, snapshot)
    assert not set(kind.secrets[-1]) & set(shown.typed.strip()) - {MASK}
    assert "other: 1" in shown.suffix


def test_a_line_of_a_million_characters() -> None:
    secret = KINDS[0].secrets[0]
    text = "x = 1; " * 70_000 + f'"{secret}"' + "; y = 2" * 70_000
    assert secret not in redact(text)
    snapshot = Snapshot("file:///a.py", text, language="python")
    window = cut(locate(snapshot, text.index(secret) + 5), Budget(200, 200), None)
    shown = redact_window(window, snapshot)
    assert secret[:5] not in shown.typed + shown.prefix
    assert secret[5:] not in shown.suffix


def test_typing_elsewhere_changes_no_decision() -> None:
    """What is hidden in the other lines is the same after every keystroke."""
    before, after = 'password = "hunter2"\nx = 1\n', f"\n{KINDS[0].text}key = 2\n"
    line = 'token = connect("https://u:secret1@host", api_key="zK3v9QmT5xLp")'
    seen = set()
    for size in range(len(line) + 1):
        shown = redact(before + line[:size] + after, "python")
        seen.add((shown[: len(before)], shown[len(before) + size :]))
    assert len(seen) == 1


@given(st.text(max_size=400))
def test_any_text_keeps_its_shape(text: str) -> None:
    shown = redact(text)
    assert len(shown) == len(text)
    assert redact(shown) == shown
    assert [c for c in shown if c in "\r\n"] == [c for c in text if c in "\r\n"]


@given(st.lists(st.sampled_from([*HARMLESS, *(kind.text.rstrip("\n") for kind in KINDS)])))
def test_lines_are_judged_one_by_one(texts: list[str]) -> None:
    together = redact("\n\n".join(texts), "python")
    assert together == "\n\n".join(redact(text, "python") for text in texts)


def test_the_rules_of_gitleaks_are_there_and_compile() -> None:
    own, by_keyword = secret_formats.rules()
    rules = {rule.id: rule for found in by_keyword.values() for rule in found}
    assert len(rules) > 200
    for rule in (*own, *rules.values()):
        assert not list(rule.spans("x = 1"))
