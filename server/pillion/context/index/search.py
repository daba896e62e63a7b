"""Finding chunks that are like a piece of code: BM25 over the words of identifiers.

The rarest words find the candidates, so that a search costs a few thousand entries of the word
list whatever is asked; all words then rank them, together with the chunks of open documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.context.index import bm25
from pillion.context.index.values import Hit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pillion.context.index.overlay import Layer
    from pillion.context.index.reader import Reader
    from pillion.context.index.texts import Texts
    from pillion.context.index.values import Query

MOST_TERMS = 32
"""Words of one search; more of them do not find better, and each costs."""

# One search reads so many entries of the word list, at about 1.2 µs each (Xeon; 56,000 chunks).
_MOST_ENTRIES = 2_000

# A word in more than this share of the chunks does not help to find; it still ranks.
_COMMON_SHARE = 0.1

_CANDIDATES = 60


def search(reader: Reader, texts: Texts, layers: Mapping[str, Layer], query: Query) -> list[Hit]:
    """Return the best chunks, best first."""
    lower = dict.fromkeys(word.lower() for word in query.words if word.isalnum())
    words = list(lower)[:MOST_TERMS]
    if not words or query.limit < 1:
        return []
    frequencies = reader.frequencies(words)
    corpus = corpus_of(reader.corpus(), layers)
    wanted = bm25.weights(frequencies, corpus)
    scored = []
    rare = _rare(frequencies, corpus.chunks)
    for row in reader.chunks(reader.ranked(rare, _CANDIDATES)) if rare else ():
        path, language, digest, *span, found = row
        if path not in layers and _counts(query, path, language):
            score = bm25.score(found.split(), wanted, corpus.average)
            scored.append((score, path, language, digest, span))
    for path, layer in layers.items():
        entry = layer.entry
        if not _counts(query, path, entry.language):
            continue
        for chunk, found in zip(entry.outline.chunks, entry.words, strict=True):
            score = bm25.score(found.split(), wanted, corpus.average)
            if score > 0:
                span = [chunk.start, chunk.end, chunk.line, chunk.end_line]
                scored.append((score, path, entry.language, b"", span))
    scored.sort(key=lambda item: (-item[0], item[1], item[4]))
    hits: list[Hit] = []
    for score, path, language, digest, span in scored:
        text = layers[path].text if path in layers else texts.read(path, digest)
        if text is None:
            continue  # It has changed since; the index will hear of it.
        start, end, line, end_line = span
        hits.append(Hit(path, language, start, end, line, end_line, score, text[start:end]))
        if len(hits) == query.limit:
            break
    return hits


def _counts(query: Query, path: str, language: str) -> bool:
    return path not in query.exclude and (not query.languages or language in query.languages)


def corpus_of(known: bm25.Corpus, layers: Mapping[str, Layer]) -> bm25.Corpus:
    """Return what is known of all chunks; of open documents only, where there is no index."""
    if known.chunks:
        return known
    sizes = [found.count(" ") + 1 for layer in layers.values() for found in layer.entry.words]
    return bm25.Corpus(len(sizes), sum(sizes) / len(sizes) if sizes else 0.0)


def _rare(frequencies: Mapping[str, int], chunks: int) -> list[str]:
    """Return the words to find candidates by, the rarest first."""
    known = sorted((count, word) for word, count in frequencies.items() if count)
    chosen: list[str] = []
    entries = 0
    for count, word in known:
        entries += count
        if chosen and (entries > _MOST_ENTRIES or count > max(100, chunks * _COMMON_SHARE)):
            break
        if count > 2 * _MOST_ENTRIES:
            break
        chosen.append(word)
    return chosen
