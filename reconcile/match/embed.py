"""Sentence and span vectors: the ``Embedder`` protocol, sentence-transformers behind it, and a cache.

The same text gets the same bytes whatever else is embedded with it, on one machine and one version of torch:

* texts are run in batches of equal token length, so nothing is padded;
* every forward pass uses one torch thread (``threads`` passes run side by side) and at least ``MIN_TOKENS``
  tokens (a short text is repeated to fill up). On this footing MKL computes a row in one order, whatever the
  batch; with two torch threads or fewer than 16 tokens it does not, and rows differ by 1e-6;
* components are rounded to multiples of 1/2048, which hides most of what may differ between machines.
  Products of two such components are multiples of 2**-22, so a float32 dot product of unit rows is exact in
  any order of summation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from reconcile.config import cores
from reconcile.errors import ModelError
from reconcile.match import weights
from reconcile.match.hub import load_model, name_of, one_torch_thread, prompt_of
from reconcile.model import Span

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]
Get = Callable[[str, Sequence[str]], Mapping[str, bytes]]
Put = Callable[[str, int, Mapping[str, bytes]], None]

GRID = 2048
MIN_TOKENS = 64
MAX_TOKENS = 768
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


@dataclass(frozen=True, slots=True)
class _Row:
    """One text ready for the model: token ids, and each token's characters ``[start, end)`` in the text."""

    place: int
    features: Mapping[str, Sequence[int]]
    offsets: Sequence[tuple[int, int]]
    spans: Sequence[Span]

    @property
    def length(self) -> int:
        return len(self.offsets)


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by Hugging Face name or folder; safetensors only, no remote code.

    ``threads`` is how many one-thread forward passes run side by side (0: as many as the process may use).
    A model without token states in its sentence space (a static one, or one with a projection) embeds a
    span's words on their own. Raises ModelError if the model cannot be loaded.
    """

    def __init__(self, name_or_path: str, *, threads: int = 0, device: str = "cpu", name: str = "") -> None:
        self._threads = threads or cores()
        self._model = load_model(name_or_path, device)
        self._device = device
        self._prompt = prompt_of(self._model, name_or_path)
        self._name = name or name_of(self._model, name_or_path)
        self._limit = int(getattr(self._model, "max_seq_length", 0) or 512)
        probe = self._model.encode(["a"], convert_to_numpy=True, show_progress_bar=False)
        self._dim = int(probe.shape[1])
        self._by_token = self._has_token_states()

    @property
    def name(self) -> str:
        """Model name with a digest of its weights."""
        return self._name

    @property
    def dim(self) -> int:
        """Number of components."""
        return self._dim

    def embed(self, texts: Sequence[str], on_progress: Progress | None = None) -> Vectors:
        """Return unit rows, shape ``(len(texts), dim)``."""
        return self.embed_spans(texts, [()] * len(texts), on_progress)[0]

    def embed_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], on_progress: Progress | None = None
    ) -> tuple[Vectors, list[Vectors]]:
        """Return sentence vectors ``(n, dim)`` and span vectors ``(k_i, dim)`` from one pass over each text.

        A span's vector is the mean of the last hidden states of the tokens that overlap it; a span without a
        token (blank, or beyond the model's length) gets the sentence vector.
        """
        _check_spans(texts, spans)
        if not self._by_token:
            return self._embed_whole(texts, spans)
        sentence = np.zeros((len(texts), self._dim), np.float32)
        parts: list[Vectors] = [np.zeros((len(s), self._dim), np.float32) for s in spans]
        done = 0
        with one_torch_thread():
            for batch in self._run(list(_batches(self._rows(texts, spans)))):
                for row, vector, of_spans in batch:
                    sentence[row.place], parts[row.place] = vector, of_spans
                done += len(batch)
                if on_progress:
                    on_progress(done, len(texts))
        return sentence, parts

    def _has_token_states(self) -> bool:
        tokenizer = getattr(self._model, "tokenizer", None)
        if not getattr(tokenizer, "is_fast", False):
            return False
        out = self._forward(self._rows(["a b"], [()]))
        return out is not None and out[1].shape[-1] == self._dim

    def _rows(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[_Row]:
        if not texts:
            return []
        coded = self._model.tokenizer(
            [self._prompt + text for text in texts],
            truncation=True,
            max_length=self._limit,
            return_offsets_mapping=True,
            return_attention_mask=True,
        )
        names = [key for key in coded if key != "offset_mapping"]
        rows = []
        for place, text in enumerate(texts):
            features = {key: coded[key][place] for key in names}
            offsets = _text_offsets(text, coded["offset_mapping"][place], len(self._prompt))
            rows.append(_Row(place, features, offsets, spans[place]))
        return rows

    def _run(self, batches: list[list[_Row]]) -> Iterator[list[tuple[_Row, Vectors, Vectors]]]:
        if self._threads < 2 or len(batches) < 2:
            yield from map(self._vectors, batches)
            return
        with ThreadPoolExecutor(self._threads) as pool:
            yield from pool.map(self._vectors, batches)

    def _vectors(self, batch: list[_Row]) -> list[tuple[_Row, Vectors, Vectors]]:
        out = self._forward(batch)
        if out is None:
            raise ModelError(f"{self._name}: the model gives no token states")
        sentences, states = out
        return [
            (row, _unit(sentences[i : i + 1])[0], _span_vectors(row, sentences[i], states[i]))
            for i, row in enumerate(batch)
        ]

    def _forward(self, batch: list[_Row]) -> tuple[Vectors, Vectors] | None:
        """Run rows of one token length; return sentence vectors and token states (n, length, hidden)."""
        import torch

        fill = -(-MIN_TOKENS // batch[0].length)
        rows = batch + batch[:1] * max(0, fill - len(batch))
        with torch.inference_mode():
            features = {
                key: torch.tensor([row.features[key] for row in rows], device=self._device) for key in batch[0].features
            }
            out = self._model.forward(features)
        if "token_embeddings" not in out or not torch.is_tensor(out["token_embeddings"]):
            return None
        sentences = out["sentence_embedding"][: len(batch)].float().cpu().numpy()
        return sentences, out["token_embeddings"][: len(batch)].float().cpu().numpy()

    def _embed_whole(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Vectors, list[Vectors]]:
        """Embed each text, and each span's words, one at a time."""
        vectors = self._one_by_one(texts)
        words = [self._one_by_one([t[s.start : s.end] for s in ss]) for t, ss in zip(texts, spans, strict=True)]
        for place, (text, of_text) in enumerate(zip(texts, spans, strict=True)):
            for k, span in enumerate(of_text):
                if not text[span.start : span.end].strip():
                    words[place][k] = vectors[place]
        return vectors, words

    def _one_by_one(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self._dim), np.float32)
        with one_torch_thread():
            for i, text in enumerate(texts):
                rows[i] = self._model.encode([self._prompt + text], convert_to_numpy=True, show_progress_bar=False)[0]
        return _unit(rows)


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
        _check_spans(texts, spans)
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
        return LazyEmbedder(weights.FOLDER, weights.DIM, lambda: _packaged(threads, device))
    return SentenceTransformerEmbedder(str(name), threads=threads, device=device)


def _packaged(threads: int, device: str) -> Embedder:
    folder = weights.restore()
    return SentenceTransformerEmbedder(str(folder), threads=threads, device=device, name=folder.name)


def _batches(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Yield rows of equal token length, at most ``MAX_TOKENS`` tokens together, longest first."""
    ordered = sorted(rows, key=lambda row: (-row.length, row.place))
    for length, same in groupby(ordered, key=lambda row: row.length):
        group = list(same)
        size = max(1, MAX_TOKENS // max(1, length))
        for start in range(0, len(group), size):
            yield group[start : start + size]


def _text_offsets(text: str, offsets: Sequence[tuple[int, int]], shift: int) -> list[tuple[int, int]]:
    """Move offsets from prompt + text into the text, without blanks that a tokenizer counts to a word."""
    moved = []
    for start, end in offsets:
        start, end = max(0, start - shift), max(0, end - shift)
        while start < end and text[start].isspace():
            start += 1
        moved.append((start, end))
    return moved


def _span_vectors(row: _Row, sentence: Vectors, states: Vectors) -> Vectors:
    means = np.zeros((len(row.spans), len(sentence)), np.float32)
    for k, span in enumerate(row.spans):
        tokens = [i for i, (start, end) in enumerate(row.offsets) if max(start, span.start) < min(end, span.end)]
        means[k] = states[tokens].mean(axis=0) if tokens else sentence
    return _unit(means)


def _unit(rows: Vectors) -> Vectors:
    """Scale rows to length one and round them to the grid; a zero row stays zero."""
    wide = rows.astype(np.float64)
    norms = np.sqrt((wide * wide).sum(axis=1, keepdims=True))
    scaled = np.divide(wide, norms, out=np.zeros_like(wide), where=norms > 0)
    rounded: Vectors = (np.rint(scaled * GRID) / GRID).astype(np.float32)
    return rounded + np.float32(0)  # no negative zeros


def _check_spans(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> None:
    if len(texts) != len(spans):
        raise ValueError(f"{len(texts)} texts but {len(spans)} lists of spans")
