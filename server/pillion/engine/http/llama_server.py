"""llama-server: prompts as token ids, so that it reads exactly what the engine on board would.

`/infill` would put the typed text in front of the text after the cursor, which the model then
reads again at every keystroke; and text sent to `/completion` is searched for special tokens, so
that a file could pretend to be a prompt. So every piece is turned into ids (`/tokenize`), without
that search, and kept as long as it stays the same. Healing is exact, by a grammar: the output must
begin with the unfinished word. `/infill` is for models whose special tokens are not known here.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import time
from contextlib import aclosing
from typing import TYPE_CHECKING

from pillion.base.errors import EngineAnswerError, EngineError, EngineRefusedError
from pillion.engine.base import FinishReason, ModelInfo, Priority
from pillion.engine.http.dialect import (
    LOOK_SECONDS,
    Beginning,
    answer,
    drawn,
    items,
    number,
    part,
    text,
)
from pillion.prompt import family, parts
from pillion.prompt.model_input import Markup, Special, is_text
from pillion.text.utf8 import clean

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence

    from pillion.engine.base import Request, Sampling
    from pillion.engine.http.connection import Connection, Json
    from pillion.engine.http.tally import Tally
    from pillion.prompt.model_input import Piece, Prompt

_BUSY_SECONDS = 2.0
"""A slot may still be busy so long after its request was cancelled: until a batch is read."""

_SESSIONS = 64
"""Sessions whose slots are remembered."""

_TEXTS = 32
"""Pieces whose tokens are kept: between keystrokes most of a prompt stays as it is."""


class LlamaServer:
    """One llama-server; see `dialect.Dialect`."""

    def __init__(self, connection: Connection, *, probabilities: bool) -> None:
        """`probabilities`: ask how sure the model was; it costs the server time at every token."""
        self._connection = connection
        self._probabilities = probabilities
        self._specials: dict[Special, int] = {}
        self._infill = False
        self._context = 0
        self._head: list[int] = []
        """What every prompt of this model begins with."""
        self._tokens: dict[Piece, list[int]] = {}
        self._slots: dict[str, int] = {}
        """Session to the slot that has read it, as far as the server has told."""
        self._left: dict[str, float] = {}
        """Session to when a request of it was last broken off."""

    async def look(self) -> ModelInfo | None:
        """Ask for the model, its format of conversations, and its special tokens."""
        try:
            props = await self._connection.get("/props", LOOK_SECONDS)
        except (EngineRefusedError, EngineAnswerError):
            return None
        defaults = part(props, "default_generation_settings")
        if not defaults:
            return None
        self._context = number(defaults, "n_ctx")
        self._head = await self._tokenize("", special=False, head=True)
        await self._find_specials()
        name = text(props, "model_alias") or text(props, "model_path")
        return ModelInfo(
            name=name.replace("\\", "/").rpartition("/")[2].removesuffix(".gguf"),
            context_tokens=self._context,
            chat_template=text(props, "chat_template"),
            specials=frozenset(self._specials) | (parts.FIM if self._infill else frozenset()),
        )

    async def write(self, request: Request, tally: Tally) -> AsyncGenerator[str, None]:
        """Generate; see `Dialect.write`."""
        if self._infill and (cut := parts.fim(request.prompt)):
            heal, path = request.prompt.heal, "/infill"
            asked: Json = {
                "input_prefix": cut.prefix,
                "input_suffix": cut.suffix,
                "prompt": cut.typed,
            }
        else:
            tokens, heal = await self._encoded(request.prompt, request.max_tokens)
            path, asked = "/completion", {"prompt": tokens}
            tally.prompt = tally.evaluated = len(tokens)
        body = {**asked, **self._options(request, heal), **self._slot(request.session)}
        beginning = Beginning(heal)
        output = self._written(path, body, beginning, tally, request.session)
        whole = False
        try:
            async with aclosing(output):
                async for item in output:
                    whole = isinstance(item, FinishReason)
                    yield item
        finally:
            if not whole:
                self._left[request.session] = time.monotonic()

    def _written(
        self, path: str, body: Json, beginning: Beginning, tally: Tally, session: str
    ) -> AsyncGenerator[str, None]:
        def read(event: Json) -> Iterator[str]:
            _count(event, tally, free=beginning.done)
            piece = text(event, "content")
            if piece:
                tally.wrote()
                shown = beginning.feed(piece)
                if shown is None:
                    raise EngineAnswerError("It does not keep to a grammar.")
                if shown:
                    yield shown
            if event.get("stop") is True:
                self._ended(session, number(event, "id_slot"))
                limit = text(event, "stop_type") == "limit"
                yield FinishReason.LENGTH if limit else FinishReason.STOP

        return answer(self._connection.events(path, body), read)

    async def count(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text is."""
        return [len(tokens) for tokens in await asyncio.gather(*map(self._part, texts))]

    def _options(self, request: Request, heal: str) -> Json:
        body: Json = {
            "n_predict": request.max_tokens,
            "stream": True,
            "cache_prompt": True,
            # Events while it reads, too: a server notices a closed request when it next writes.
            "return_progress": True,
            **_sampling(request.sampling),
        }
        if grammar := _grammar(heal, request.grammar):
            body["grammar"] = grammar
        # How likely the model finds a text is asked by making it begin with that.
        judged = bool(heal) and request.priority is Priority.CHAT
        if self._probabilities or judged:
            body["n_probs"] = 1
        return body

    def _slot(self, session: str) -> Json:
        """Return which slot to ask for, if any.

        A server gives a new request to an idle slot, best to the one that has read most of it.
        But right after a cancel that one is still busy, and another would read everything again:
        121 tokens instead of one, three keystrokes in a row, was seen. So it is asked for then.
        """
        if own := self._connection.endpoint.slot:
            return {"id_slot": int(own)}
        known = self._slots.get(session)
        recent = time.monotonic() - self._left.get(session, -math.inf) < _BUSY_SECONDS
        return {"id_slot": known} if known is not None and recent else {}

    def _ended(self, session: str, slot: int) -> None:
        """Take note of which slot has read a session."""
        self._left.pop(session, None)
        self._slots.pop(session, None)
        self._slots[session] = slot
        while len(self._slots) > _SESSIONS:
            del self._slots[next(iter(self._slots))]

    async def _find_specials(self) -> None:
        """Find out how this model spells its special tokens: one whose text is a single token."""
        for one in family.families():
            spelt = {
                Special.FIM_PREFIX: one.prefix.strip(),
                Special.FIM_SUFFIX: one.suffix.strip(),
                Special.FIM_MIDDLE: one.middle.strip(),
            }
            found = await asyncio.gather(*(self._part(Markup(word)) for word in spelt.values()))
            if all(len(tokens) == 1 for tokens in found):
                self._specials = {key: ids[0] for key, ids in zip(spelt, found, strict=True)}
                return
        try:
            # It knows them from the model's file, and says whether the model has any.
            question: Json = {"input_prefix": "a", "input_suffix": "b", "n_predict": 1}
            await self._connection.post("/infill", question, LOOK_SECONDS)
            self._infill = True
        except EngineError:
            self._infill = False

    async def _encoded(self, prompt: Prompt, most: int) -> tuple[list[int], str]:
        """Return the tokens of a prompt, and what the output must begin with."""
        found = list(await asyncio.gather(*map(self._part, prompt.pieces)))
        heal = clean(prompt.heal)
        last = prompt.pieces[-1] if prompt.pieces else ""
        if prompt.heal_last_token and is_text(last) and found[-1]:
            found[-1], taken = await self._without_last(last)
            heal = taken + heal
        head = [] if found and self._head and found[0][:1] == self._head else self._head
        _trim(prompt, found, (self._context or 4096) - most - 1 - len(head))
        tokens = [*head, *(token for tokens in found for token in tokens)]
        if not tokens:
            raise EngineError("The prompt is empty.")
        return tokens, heal

    async def _part(self, piece: Piece) -> list[int]:
        if isinstance(piece, Special):
            if piece not in self._specials:
                raise EngineError(f"The model has no {piece.value} token.")
            return [self._specials[piece]]
        tokens = self._tokens.pop(piece, None)
        if tokens is None:
            content = clean(piece.text if isinstance(piece, Markup) else piece)
            tokens = await self._tokenize(content, special=isinstance(piece, Markup))
        self._tokens[piece] = tokens
        while len(self._tokens) > _TEXTS:
            del self._tokens[next(iter(self._tokens))]
        return list(tokens)  # The caller cuts it.

    async def _tokenize(self, content: str, *, special: bool, head: bool = False) -> list[int]:
        question: Json = {"content": content, "add_special": head, "parse_special": special}
        told = await self._connection.post("/tokenize", question, LOOK_SECONDS)
        found = told.get("tokens")
        if not isinstance(found, list) or not all(isinstance(id_, int) for id_ in found):
            raise EngineAnswerError("It counts tokens in a way that makes no sense.")
        return found

    async def _without_last(self, piece: str) -> tuple[list[int], str]:
        """Return the tokens of a text but the last one, and the text of that."""
        question: Json = {"content": clean(piece), "add_special": False, "with_pieces": True}
        question["parse_special"] = False
        told = await self._connection.post("/tokenize", question, LOOK_SECONDS)
        tokens = items(told, "tokens")
        ids = [number(token, "id") for token in tokens]
        taken = tokens[-1].get("piece") if tokens else None
        # A token that is a part of a character comes as bytes: it is left where it is.
        return (ids[:-1], taken) if isinstance(taken, str) else (ids, "")


def _sampling(sampling: Sampling) -> Json:
    """Return how a token is chosen, without what else the server would do by default."""
    if sampling.infill:
        return {"temperature": 0, "top_k": 40, "top_p": 0.9, "samplers": ["top_k", "infill"]}
    samplers = ["top_k", "top_p"] if sampling.temperature > 0 else []
    return {**drawn(sampling), "samplers": [*samplers, "temperature"]}


def _count(event: Mapping[str, object], tally: Tally, *, free: bool) -> None:
    """Take note of what an event says about costs."""
    progress, timings = part(event, "prompt_progress"), part(event, "timings")
    if total := number(progress, "total"):
        tally.prompt, tally.evaluated = total, total - number(progress, "cache")
    if timings:
        tally.evaluated = number(timings, "prompt_n")
        tally.prompt = tally.evaluated + number(timings, "cache_n")
    for token in items(event, "completion_probabilities"):
        log = token.get("logprob")
        if not isinstance(log, float):
            continue
        if free:
            tally.logs += log
            tally.choices += 1
        else:
            tally.begun += log


def _grammar(heal: str, rules: str) -> str:
    """Return a grammar for what must come first and what must follow; empty if nothing must."""
    if not heal:
        return rules
    if not rules:
        return f"root ::= {_literal(heal)} [^\\x00]*"
    # The name of the rule, outside of its texts and classes.
    behind = _ROOT.sub(lambda found: (found[1] and "behind") or found[0], rules)
    return f"root ::= {_literal(heal)} behind\n{behind}"


_ROOT = re.compile(r'"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]|(?<![\w-])(root)(?![\w-])')


def _literal(needed: str) -> str:
    """Return a text as it stands in a grammar of llama.cpp."""
    escaped = json.dumps(needed, ensure_ascii=False)
    # JSON escapes control characters as \u001f, which such a grammar reads, too.
    return escaped.replace("\\b", "\\u0008").replace("\\f", "\\u000c").replace("\\/", "/")


def _trim(prompt: Prompt, found: list[list[int]], room: int) -> None:
    """Cut the longest text at its start until the prompt fits; a last resort (see `context`)."""
    excess = sum(map(len, found)) - room
    while excess > 0:
        texts = [
            tokens for piece, tokens in zip(prompt.pieces, found, strict=True) if is_text(piece)
        ]
        longest = max(texts, key=len, default=[])
        if not longest:
            raise EngineError("The prompt does not fit into the model's context.")
        cut = min(excess, len(longest))
        del longest[:cut]
        excess -= cut
