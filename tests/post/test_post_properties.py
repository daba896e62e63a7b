"""What holds for every document, cursor and text, whatever the model writes."""

from __future__ import annotations

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pillion.base.outcome import Nothing, Reason
from pillion.eval.defects import Inserted, defects
from pillion.eval.hygiene import NEVER
from pillion.post.nesting import scan
from pillion.post.outcome import Draft
from pillion.post.pipeline import Stopper, finish
from pillion.post.shape import multiline_here
from pillion.syntax.locate import locate
from pillion.syntax.site import Site
from pillion.text.lines import eol_of
from pillion.text.snapshot import Snapshot

LANGUAGES = ("python", "typescript", "go", "rust", "java", "cpp", "plaintext", "lua", "markdown")

# Pieces of code rather than any characters: they meet the filters more often.
_PIECES = st.sampled_from(
    [
        *"()[]{}\"'`:;,.=#\\ \t\n\r\f",
        *(
            "\r\n",
            "    ",
            "\n    ",
            "\n\n",
            '"""',
            "//",
            "/*",
            "*/",
            "```\n",
            "return x\n",
            "def f(",
        ),
        *("):\n", "} else {", "class A", "if (a) {\n", "foo(a, b)", "x = 1\n", "a.b()\n    " * 3),
        *("<|endoftext|>", "<|fim_", "<EOT>", "é", "😀", "\u2028", "\ud800", "\x00"),
    ]
)
texts = st.lists(st.one_of(_PIECES, st.text(max_size=4)), max_size=25).map("".join)
languages = st.sampled_from(LANGUAGES)
SPECIAL = re.compile(r"<\|\w+\|>|<EOT>|<fim_\w+>")


def site_of(before: str, after: str, language: str) -> Site:
    return locate(Snapshot("file:///any", before + after, language=language), len(before))


sites = st.builds(site_of, texts, texts, languages)


@given(site=sites, written=texts, multiline=st.booleans(), complete=st.booleans())
@settings(max_examples=400, deadline=None)
@example(site=site_of("", "", "python"), written="\r", multiline=True, complete=True)
@example(site=site_of("x = '", "'", "python"), written="\ud800'", multiline=False, complete=False)
def test_promises(site: Site, written: str, *, multiline: bool, complete: bool) -> None:
    """Nothing raises, and what is shown keeps to its place and its promises."""
    outcome = finish(written, site, multiline=multiline, complete=complete)
    if isinstance(outcome, Nothing):
        assert isinstance(outcome.reason, Reason)
        return
    assert outcome.text.strip()
    assert 0 <= outcome.swallow <= len(site.rest)
    assert not SPECIAL.search(outcome.text)
    assert multiline or not re.search(r"[\r\n]", outcome.text)
    endings = set(re.findall(r"\r\n|\n|\r", outcome.text))
    assert endings <= {eol_of(site.snapshot.text)}
    assert _edited(site, outcome).startswith(site.before)
    assert _edited(site, outcome).endswith(site.after[len(site.rest) :])


@given(site=sites, written=texts, multiline=st.booleans())
@settings(max_examples=200, deadline=None)
def test_again(site: Site, written: str, *, multiline: bool) -> None:
    """What came through once comes through again, whole or shorter."""
    first = finish(written, site, multiline=multiline, complete=True)
    if isinstance(first, Nothing):
        return
    second = finish(first.text, site, multiline=multiline, complete=True)
    if not isinstance(second, Nothing):
        assert len(second.text) <= len(first.text)


@given(sites, texts)
@settings(max_examples=300, deadline=None)
def test_brackets_never_get_worse(site: Site, written: str) -> None:
    """No more closers are left over than with the text just as the model wrote it."""
    outcome = finish(written, site, multiline=multiline_here(site), complete=True)
    if isinstance(outcome, Nothing) or outcome.text != written.rstrip():
        return  # A shorter text may end before the bracket that another one closes.
    raw = Draft(written, site, multiline=True)
    assert _left_over(site, outcome) <= _left_over(site, raw)


@given(sites, texts, st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_stopper(site: Site, written: str, size: int) -> None:
    """The stopper never asks for more than there is."""
    stopper = Stopper(site, multiline=multiline_here(site))
    for end in range(size, len(written) + size, size):
        kept = stopper.feed(written[:end])
        if kept is not None:
            assert 0 <= kept <= len(written[:end])
            break


def _edited(site: Site, draft: Draft) -> str:
    return site.before + draft.text + site.after[draft.swallow :]


def _left_over(site: Site, draft: Draft) -> int:
    return len(scan(_edited(site, draft), site.language).unopened())


@given(site=sites, written=texts, complete=st.booleans())
@settings(max_examples=150, deadline=None)
def test_what_is_never_shown(site: Site, written: str, *, complete: bool) -> None:
    """The judge of `pillion eval hygiene`, who knows none of the filters, finds nothing either."""
    outcome = finish(written, site, multiline=multiline_here(site), complete=complete)
    if isinstance(outcome, Nothing) or site.language.grammar is None:
        return
    judged = Inserted(site.snapshot, site.offset, outcome.text, outcome.swallow, "")
    assert not defects(judged) & set(NEVER)


@given(site=sites, written=texts, multiline=st.booleans(), complete=st.booleans())
@settings(max_examples=200, deadline=None)
@example(
    site=site_of("class A {\n  int a;\n  ", "\n  int b;\n}\n", "java"),
    written="\nint c;\n  int b;\n",
    multiline=True,
    complete=True,
)
def test_only_the_end_is_cut(site: Site, written: str, *, multiline: bool, complete: bool) -> None:
    """Blanks aside, a suggestion is how the model began, behind the fence it may begin with.

    A closing bracket may be added at the end, when the editor's own is moved below a body.
    """
    outcome = finish(written, site, multiline=multiline, complete=complete)
    if isinstance(outcome, Nothing):
        return
    shown = _squashed(outcome.text).rstrip(")]}")
    inside = written[written.find("```") :].partition("\n")[2] if "```" in written else written
    assert _squashed(written).startswith(shown) or _squashed(inside).startswith(shown)


def _squashed(text: str) -> str:
    return "".join(text.split())
