"""What is attached to a message: the right text, within its room, and a note on what is missing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from library import library_of
from pillion.context.attach import Attached, Room, attach
from pillion.context.chip import Chip, Excerpt, Here, Kind
from pillion.context.editor import Diagnostic
from pillion.text.snapshot import Snapshot
from workspaces import write

SHOP = """\
--- shop/till.py
class Till:
    def __init__(self, currency):
        self.currency = currency

    def total(self, prices):
        return sum(prices)


def refund(till, receipt):
    return till.total(receipt)
--- shop/weather.py
def forecast(city):
    return "rain in " + city
--- .gitignore
private/
--- private/notes.py
PLANTED = "never"
--- .env
PLANTED=never
--- shop/keys.py
def connect():
    password = "hunter2hunter2"
    return password
"""

WIDE = Room(20_000, 6_000)


class Shop:
    """The workspace of these tests."""

    def __init__(self, root: Path, cache: Path) -> None:
        self.root = write(root, SHOP)
        self.opened: dict[str, Snapshot] = {}
        self.problems: dict[str, tuple[Diagnostic, ...]] = {}
        self.library = library_of(root, cache, opened=self.opened, problems=self.problems)

    def uri(self, path: str) -> str:
        return (self.root.resolve() / path).as_uri()

    def attach(
        self,
        *chips: Chip,
        here: Here | None = None,
        question: str = "",
        room: Room = WIDE,
        known: tuple[Excerpt, ...] = (),
    ) -> Attached:
        return attach(chips, here, question, self.library, room, known=known)


@pytest.fixture
def shop(root: Path, tmp_path: Path) -> Shop:
    return Shop(root, tmp_path / "cache")


def test_a_file_is_shown_whole(shop: Shop) -> None:
    found = shop.attach(Chip(Kind.FILE, shop.uri("shop/weather.py")))
    (one,) = found.excerpts
    assert one.title == "shop/weather.py"
    assert one.text == 'def forecast(city):\n    return "rain in " + city\n'
    assert found.about == one
    assert found.notes == ()


def test_an_open_document_counts_as_it_is_now(shop: Shop) -> None:
    uri = shop.uri("shop/weather.py")
    shop.opened[uri] = Snapshot(uri, "def sunshine(): ...\n", 3, "python")
    assert shop.attach(Chip(Kind.FILE, uri)).excerpts[0].text == "def sunshine(): ...\n"


@pytest.mark.parametrize("path", ["private/notes.py", ".env"])
@pytest.mark.parametrize("is_open", [False, True])
def test_private_files_are_left_out_with_a_note(shop: Shop, path: str, *, is_open: bool) -> None:
    uri = shop.uri(path)
    if is_open:
        shop.opened[uri] = Snapshot(uri, "PLANTED = 1\n", 1, "python")
    found = shop.attach(Chip(Kind.FILE, uri), here=Here(uri))
    assert found.excerpts == ()
    assert path in found.notes[0]
    assert "left out" in found.notes[0]


@pytest.mark.parametrize(
    "uri", ["file:///etc/passwd", "file:///nowhere.py", "untitled:Untitled-1", "nonsense", "%"]
)
def test_what_lies_outside_or_nowhere_is_left_out(shop: Shop, uri: str) -> None:
    found = shop.attach(Chip(Kind.FILE, uri), Chip(Kind.SELECTION, uri, 3, 9))
    assert found.excerpts == ()
    assert found.notes


def test_secrets_are_hidden(shop: Shop) -> None:
    (one,) = shop.attach(Chip(Kind.FILE, shop.uri("shop/keys.py"))).excerpts
    assert "hunter2" not in one.text
    assert "def connect" in one.text


def test_a_selection_stands_next_to_the_question(shop: Shop) -> None:
    here = Here(shop.uri("shop/till.py"), 4, 5, selected=True)
    around, selected = shop.attach(here=here).excerpts
    assert around.title == "shop/till.py"
    assert selected.title == "The code in question: shop/till.py, lines 5-6"
    assert selected.text == "    def total(self, prices):\n        return sum(prices)"


def test_a_question_that_names_a_definition_is_about_it(shop: Shop) -> None:
    here = Here(shop.uri("shop/till.py"), 0, 0)
    (one,) = shop.attach(here=here, question="Why is `refund` slow?", room=Room(999, 70)).excerpts
    assert "def refund" in one.text
    assert "class Till" not in one.text


def test_what_is_seen_already_is_not_shown_again(shop: Shop) -> None:
    here = Here(shop.uri("shop/till.py"), 8, 8)
    first = shop.attach(here=here)
    again = shop.attach(here=here, known=first.excerpts)
    assert again.excerpts == ()
    assert again.about == first.about


def test_code_that_has_changed_is_shown_again(shop: Shop) -> None:
    uri = shop.uri("shop/weather.py")
    first = shop.attach(here=Here(uri))
    shop.opened[uri] = Snapshot(uri, "def forecast(city, day): ...\n", 2, "python")
    assert (
        shop.attach(here=Here(uri), known=first.excerpts)
        .excerpts[0]
        .text.startswith("def forecast(city, day)")
    )


def test_a_file_that_is_too_long_is_cut_where_the_question_leads(shop: Shop) -> None:
    uri = shop.uri("shop/long.py")
    body = "\n\n".join(f"def step_{n}():\n    return {n}" for n in range(900))
    shop.opened[uri] = Snapshot(uri, body, 1, "python")
    found = shop.attach(Chip(Kind.FILE, uri), question="What does step_700 do?", room=Room(900, 0))
    (one,) = found.excerpts
    assert "def step_700()" in one.text
    assert len(one.text) <= 900
    assert "only lines" in found.notes[0]


def test_several_chips_share_the_room(shop: Shop) -> None:
    uris = [shop.uri(f"shop/long{n}.py") for n in range(3)]
    for uri in uris:
        shop.opened[uri] = Snapshot(uri, "x = 1\n" * 5000, 1, "python")
    found = shop.attach(*(Chip(Kind.FILE, uri) for uri in uris), room=Room(3000, 0))
    assert len(found.excerpts) == 3
    assert sum(len(one.text) for one in found.excerpts) <= 3000


def test_a_symbol_is_found_by_its_name(shop: Shop) -> None:
    (one,) = shop.attach(Chip(Kind.SYMBOL, name="Till.total")).excerpts
    assert one.text == "    def total(self, prices):\n        return sum(prices)"
    assert shop.attach(Chip(Kind.SYMBOL, name="nowhere")).notes == (
        "Nothing called nowhere was found in the workspace.",
    )


def test_a_symbol_whose_name_alone_is_given_is_shown_whole(shop: Shop) -> None:
    chip = Chip(Kind.SYMBOL, shop.uri("shop/till.py"), 8, 8, "refund")
    assert "return till.total" in shop.attach(chip).excerpts[0].text


def test_problems_stand_beside_their_lines(shop: Shop) -> None:
    uri = shop.uri("shop/weather.py")
    shop.problems[uri] = (Diagnostic(1, 1, "error", "city may be\nNone", "mypy"),)
    one, *_ = shop.attach(Chip(Kind.PROBLEMS, uri)).excerpts
    assert "Line 2, error (mypy): city may be None" in one.text
    assert 'return "rain in "' in one.text


def test_problems_far_behind_the_end_are_no_trouble(shop: Shop) -> None:
    uri = shop.uri("shop/weather.py")
    shop.problems[uri] = (Diagnostic(900, 990, "error", "gone"),)
    assert shop.attach(Chip(Kind.PROBLEMS, uri)).excerpts


def test_the_workspace_is_searched_for_what_was_asked(shop: Shop) -> None:
    found = shop.attach(Chip(Kind.REPO), question="Where is the forecast of a city made?")
    assert found.excerpts[0].path == "shop/weather.py"
    assert shop.attach(Chip(Kind.REPO), question="zzz qqq").notes


def test_changes_are_those_of_git_without_private_files(shop: Shop) -> None:
    assert shop.attach(Chip(Kind.DIFF)).notes
    git(shop.root, "init", "-q")
    git(shop.root, "add", "-A", "-f")
    git(shop.root, "-c", "user.email=a@b", "-c", "user.name=a", "commit", "-qm", "one")
    (shop.root / ".env").write_text("PLANTED=changed\n")
    (shop.root / "shop" / "weather.py").write_text("def forecast(city):\n    return city\n")
    (one,) = shop.attach(Chip(Kind.DIFF)).excerpts
    assert "-    return " in one.text
    assert "+    return city" in one.text
    assert one.title == "Changes of shop/weather.py"


def test_git_starts_nothing_that_the_repository_names(shop: Shop) -> None:
    """A repository's own configuration may name programs; asking for the changes runs none."""
    ran = shop.root.parent / "ran"
    git(shop.root, "init", "-q")
    git(shop.root, "add", "-A")
    git(shop.root, "-c", "user.email=a@b", "-c", "user.name=a", "commit", "-qm", "one")
    for key in ("diff.external", "core.fsmonitor", "core.pager", "diff.py.textconv"):
        git(shop.root, "config", key, f"touch {ran} #")
    (shop.root / ".git" / "info" / "attributes").write_text("*.py diff=py\n")
    (shop.root / "shop" / "weather.py").write_text("x = 1\n")
    assert shop.attach(Chip(Kind.DIFF)).excerpts
    assert not ran.exists()


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S607
