"""Sentence and span vectors: the ``Embedder`` protocol, the models behind it, and a cache.

The same text gets the same bytes whatever else is embedded with it, on one machine (``tokenwise.py``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np

from reconcile.match import encoder, weights
from reconcile.match.tokenwise import Progress, Vectors, check_spans
from reconcile.match.transformer import SentenceTransformerEmbedder
from reconcile.model import Span

Get = Callable[[str, Sequence[str]], Mapping[str, bytes]]
Put = Callable[[str, int, Mapping[str, bytes]], None]

CACHE_CHUNK = 512
DEFAULT_NAMES = ("", "default", weights.NAME)


class Embedder(Protocol):
    """Anything that turns texts into unit rows."""

    @property
    def name(self) -> str:
        """What made the vectors: change it whenever they change."""

    @property
    def dim(self) -> int:
        """Number of components of every vector."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows, shape ``(len(texts), dim)``, float32."""

    def embed_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Vectors, list[Vectors]]:
        """Return the sentence vectors ``(n, dim)`` and, for each text, one unit row for each of its spans."""


class CachedEmbedder:
    """An embedder that asks a store first, so that a text is embedded once.

    ``get(model, keys)`` returns the bytes known under those keys; ``put(model, dim, {key: bytes})`` keeps
    new ones, at most ``CACHE_CHUNK`` at a time: an interrupted run keeps what it has done. The bytes are
    little-endian float32: the sentence vector, then one vector for each span. Bytes of a wrong length are
    made anew. ``on_progress(done, total)`` counts the texts that had to be embedded.
    """

    def __init__(self, inner: Embedder, get: Get, put: Put, *, on_progress: Progress | None = None) -> None:
        self._inner = inner
        self._get = get
        self._put = put
        self._on_progress = on_progress

    @property
    def name(self) -> str:
        """Name of the embedder behind the cache."""
        return self._inner.name

    @property
    def dim(self) -> int:
        """Number of components."""
        return self._inner.dim

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows, shape ``(len(texts), dim)``."""
        return self.embed_spans(texts, [()] * len(texts))[0]

    def embed_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Vectors, list[Vectors]]:
        """Return sentence vectors ``(n, dim)`` and span vectors ``(k_i, dim)``, known ones from the store."""
        check_spans(texts, spans)
        keys = [cache_key(text, of_text) for text, of_text in zip(texts, spans, strict=True)]
        wanted = dict(zip(keys, zip(texts, spans, strict=True), strict=True))
        known = self._known(wanted)
        missing = sorted(wanted.keys() - known.keys(), key=lambda key: (len(wanted[key][0]), key))
        for start in range(0, len(missing), CACHE_CHUNK):
            chunk = missing[start : start + CACHE_CHUNK]
            known.update(self._make({key: wanted[key] for key in chunk}))
            if self._on_progress:
                self._on_progress(min(start + CACHE_CHUNK, len(missing)), len(missing))
        blocks = [np.frombuffer(known[key], "<f4").astype(np.float32).reshape(-1, self.dim) for key in keys]
        sentence = np.stack([block[0] for block in blocks]) if blocks else np.zeros((0, self.dim), np.float32)
        return sentence, [block[1:] for block in blocks]

    def _known(self, wanted: Mapping[str, tuple[str, Sequence[Span]]]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        keys = sorted(wanted)
        for start in range(0, len(keys), CACHE_CHUNK):
            found.update(self._get(self.name, keys[start : start + CACHE_CHUNK]))
        return {
            key: value
            for key, value in found.items()
            if key in wanted and len(value) == 4 * self.dim * (1 + len(wanted[key][1]))
        }

    def _make(self, chunk: Mapping[str, tuple[str, Sequence[Span]]]) -> dict[str, bytes]:
        vectors, parts = self._inner.embed_spans([t for t, _ in chunk.values()], [s for _, s in chunk.values()])
        made = {
            key: vectors[i].astype("<f4").tobytes() + parts[i].astype("<f4").tobytes() for i, key in enumerate(chunk)
        }
        self._put(self.name, self.dim, made)
        return made


def cache_key(text: str, spans: Sequence[Span] = ()) -> str:
    """Return the SHA-256 (hex) of a text and the spans asked for."""
    content = json.dumps([text, [[span.start, span.end] for span in spans]], ensure_ascii=True)
    return hashlib.sha256(content.encode()).hexdigest()


class LazyEmbedder:
    """An embedder whose name and size are known before it is made; it is made when first asked to embed.

    Behind a cache that holds every text, the model is never loaded.
    """

    def __init__(self, name: str, dim: int, make: Callable[[], Embedder]) -> None:
        self.name = name
        self.dim = dim
        self._make = make
        self._made: Embedder | None = None

    def _inner(self) -> Embedder:
        if self._made is None:
            self._made = self._make()
        return self._made

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows, shape ``(len(texts), dim)``."""
        return self._inner().embed(texts)

    def embed_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Vectors, list[Vectors]]:
        """Return sentence vectors ``(n, dim)`` and span vectors ``(k_i, dim)``."""
        return self._inner().embed_spans(texts, spans)


def load(name: str | None = None, *, threads: int = 0, device: str = "cpu") -> Embedder:
    """Return the embedder called ``name``: None or ``default`` is the packaged model, which needs no network.

    The packaged model is restored and loaded at the first text. Any other name is a folder or a Hugging Face
    name of a sentence-transformers model, loaded now. Raises ModelError.
    """
    if (name or "") in DEFAULT_NAMES:
        weights.require()
        return LazyEmbedder(encoder.NAME, weights.DIM, lambda: encoder.OnnxEmbedder(threads=threads))
    return SentenceTransformerEmbedder(str(name), threads=threads, device=device)
