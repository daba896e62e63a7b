"""Which settings win, and what is said about wrong ones."""

from __future__ import annotations

from pillion.base.settings import Settings
from pillion.lsp.configuration import Configuration


def test_later_ones_win_and_the_command_line_wins_over_all() -> None:
    configuration = Configuration({"model": "line"})
    configuration.start_with({"model": "start", "completion": {"maxTokens": 1, "debounceMs": 2}})
    assert configuration.settings == Settings(model="line", max_tokens=1, debounce_ms=2)
    configuration.change_to({"completion.maxTokens": 3})
    assert configuration.settings == Settings(model="line", max_tokens=3, debounce_ms=2)
    configuration.change_to(None)
    assert configuration.settings == Settings(model="line", max_tokens=1, debounce_ms=2)


def test_the_section_may_be_named() -> None:
    configuration = Configuration()
    configuration.change_to({"pillion": {"model": "a"}})
    assert configuration.settings.model == "a"
    configuration.change_to({"pillion.model": "b"})
    assert configuration.settings.model == "b"


def test_an_empty_list_is_no_settings() -> None:
    """Neovim sends its empty table as a list."""
    configuration = Configuration()
    assert configuration.start_with([]) == []
    assert configuration.change_to({"pillion": []}) == []
    assert len(configuration.change_to({"pillion": ["model"]})) == 1


def test_settings_of_the_extension_itself_are_not_unknown() -> None:
    configuration = Configuration()
    assert configuration.change_to({"trace": {"server": "verbose"}, "server.path": "x"}) == []


def test_a_warning_is_given_when_it_is_new() -> None:
    configuration = Configuration()
    assert len(configuration.start_with({"engine": {"threads": "all"}})) == 1
    assert configuration.change_to({"engine": {"threads": "all"}}) == []
    assert len(configuration.change_to({"engine": {"threads": -1}})) == 1
    assert configuration.change_to({"engine": {"threads": 2}}) == []
    assert configuration.settings.threads == 2


def test_what_is_no_object_is_ignored() -> None:
    configuration = Configuration({"model": "line"})
    assert len(configuration.change_to("nonsense")) == 1
    assert configuration.settings == Settings(model="line")
    assert len(Configuration().start_with([1])) == 1
