"""Sentence and span vectors from the states of a text's tokens, the same bytes in any company.

* texts are run in batches of equal token length, so nothing is padded;
* every forward pass uses one thread (``threads`` passes run side by side) and at least ``MIN_TOKENS`` tokens (a short
  text is repeated to fill up). On this footing a row is computed in one order, whatever the batch; with two threads
  or fewer than 16 tokens MKL does not, and rows differ by 1e-6;
* components are rounded to multiples of 1/2048, which hides most of what may differ between machines. Products of two
  such components are multiples of 2**-22, so a float32 dot product of unit rows is exact in any order of summation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from reconcile.model import Span

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]

GRID = 2048
MIN_TOKENS = 64
MAX_TOKENS = 768


@dataclass(frozen=True, slots=True)
class Row:
    """One text ready for the model: token ids, and each token's characters ``[start, end)`` in the text."""

    place: int
    features: Mapping[str, Sequence[int]]
    offsets: Sequence[tuple[int, int]]
    spans: Sequence[Span]

    @property
    def length(self) -> int:
        return len(self.offsets)


class TokenwiseEmbedder(ABC):
    """What embedders with token states share; a subclass makes rows of texts and runs them.

    ``threads``: how many one-thread forward passes run side by side.
    """

    def __init__(self, dim: int, threads: int) -> None:
        self._dim, self._threads = dim, threads

    @property
    def dim(self) -> int:
        """Number of components."""
        return self._dim

    @abstractmethod
    def _rows(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Row]:
        """Return the texts ready for the model."""

    @abstractmethod
    def _forward(self, rows: Sequence[Row]) -> tuple[Vectors, Vectors]:
        """Run rows of one token length: sentence vectors ``(n, dim)``, token states ``(n, length, dim)``."""

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
        check_spans(texts, spans)
        sentence = np.zeros((len(texts), self._dim), np.float32)
        parts: list[Vectors] = [np.zeros((len(s), self._dim), np.float32) for s in spans]
        done = 0
        for batch in self._run(list(batches(self._rows(texts, spans)))):
            for row, vector, of_spans in batch:
                sentence[row.place], parts[row.place] = vector, of_spans
            done += len(batch)
            if on_progress:
                on_progress(done, len(texts))
        return sentence, parts

    def _run(self, todo: list[list[Row]]) -> Iterator[list[tuple[Row, Vectors, Vectors]]]:
        if self._threads < 2 or len(todo) < 2:
            yield from map(self._vectors, todo)
            return
        with ThreadPoolExecutor(self._threads) as pool:
            yield from pool.map(self._vectors, todo)

    def _vectors(self, batch: list[Row]) -> list[tuple[Row, Vectors, Vectors]]:
        fill = -(-MIN_TOKENS // batch[0].length)
        sentences, states = self._forward(batch + batch[:1] * max(0, fill - len(batch)))
        return [
            (row, unit(sentences[i : i + 1])[0], _span_vectors(row, sentences[i], states[i]))
            for i, row in enumerate(batch)
        ]


def batches(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield rows of equal token length, at most ``MAX_TOKENS`` tokens together, longest first."""
    ordered = sorted(rows, key=lambda row: (-row.length, row.place))
    for length, same in groupby(ordered, key=lambda row: row.length):
        group = list(same)
        size = max(1, MAX_TOKENS // max(1, length))
        for start in range(0, len(group), size):
            yield group[start : start + size]


def text_offsets(text: str, offsets: Sequence[tuple[int, int]], shift: int) -> list[tuple[int, int]]:
    """Move offsets from prompt + text into the text, without blanks that a tokenizer counts to a word."""
    moved = []
    for start, end in offsets:
        start, end = max(0, start - shift), max(0, end - shift)
        while start < end and text[start].isspace():
            start += 1
        moved.append((start, end))
    return moved


def _span_vectors(row: Row, sentence: Vectors, states: Vectors) -> Vectors:
    means = np.zeros((len(row.spans), len(sentence)), np.float32)
    for k, span in enumerate(row.spans):
        tokens = [i for i, (start, end) in enumerate(row.offsets) if max(start, span.start) < min(end, span.end)]
        means[k] = states[tokens].mean(axis=0) if tokens else sentence
    return unit(means)


def unit(rows: Vectors) -> Vectors:
    """Scale rows to length one and round them to the grid; a zero row stays zero."""
    wide = rows.astype(np.float64)
    norms = np.sqrt((wide * wide).sum(axis=1, keepdims=True))
    scaled = np.divide(wide, norms, out=np.zeros_like(wide), where=norms > 0)
    rounded: Vectors = (np.rint(scaled * GRID) / GRID).astype(np.float32)
    return rounded + np.float32(0)  # no negative zeros


def check_spans(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> None:
    """Raise ValueError unless there is one list of spans for each text."""
    if len(texts) != len(spans):
        raise ValueError(f"{len(texts)} texts but {len(spans)} lists of spans")
