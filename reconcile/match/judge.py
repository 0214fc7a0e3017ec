"""The judge of two sentences: do they agree, contradict each other, or answer different questions?

For what has no typed slot ("needs no new investment" / "requires a massive influx of capital"). It never sees a number:
digits are masked before it reads, as arithmetic decides those. It is asked only about candidate pairs, and what it
says is one piece of evidence among the typed comparisons (``identity.py``, ``answers.py``), weighed with them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from reconcile.model import Field

FIELDS = tuple(field for field in Field if field not in (Field.VALUE, Field.DATE))  # of numbers the judge is not asked
CHUNK = 256
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")

Pair = tuple[str, str]
Get = Callable[[str, Sequence[str]], Mapping[str, bytes]]
Put = Callable[[str, int, Mapping[str, bytes]], None]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Opinion:
    """Probabilities that two texts agree, contradict or are unrelated (sum 1), and the field if they contradict.

    ``fields``: one probability per member of ``FIELDS`` (sum 1), or empty where the model does not tell fields.
    """

    agree: float
    conflict: float
    unrelated: float
    fields: tuple[float, ...] = ()

    @property
    def field(self) -> Field:
        """The likeliest field of a contradiction; ``statement`` where the model does not tell."""
        if not self.fields:
            return Field.STATEMENT
        return FIELDS[max(range(len(FIELDS)), key=lambda n: (self.fields[n], -n))]


class Judge(Protocol):
    """Anything that has an opinion on pairs of masked texts."""

    @property
    def name(self) -> str:
        """What gave the opinions: change it whenever they change."""

    def opinions(self, pairs: Sequence[Pair]) -> list[Opinion]:
        """Return one opinion per pair, in order; the order of the two texts in a pair makes no difference."""


def masked(text: str) -> str:
    """Return the text with every number as ``0``."""
    return _NUMBER.sub("0", text)


def key_of(a: str, b: str) -> Pair:
    """Return the two texts masked, in the one order in which they are judged."""
    first, second = sorted((masked(a.strip()), masked(b.strip())))
    return first, second


class CachedJudge:
    """A judge that asks a store first, so that a pair is judged once; see ``embed.CachedEmbedder``."""

    def __init__(self, inner: Judge, get: Get, put: Put, *, on_progress: Progress | None = None) -> None:
        self._inner, self._get, self._put, self._on_progress = inner, get, put, on_progress

    @property
    def name(self) -> str:
        """Name of the judge behind the cache."""
        return self._inner.name

    def opinions(self, pairs: Sequence[Pair]) -> list[Opinion]:
        """Return one opinion per pair, known ones from the store."""
        keys = [_digest(pair) for pair in pairs]
        wanted = dict(zip(keys, pairs, strict=True))
        known = self._known(sorted(wanted))
        missing = sorted(wanted.keys() - known.keys(), key=lambda key: (len("".join(wanted[key])), key))
        for start in range(0, len(missing), CHUNK):
            chunk = missing[start : start + CHUNK]
            made = dict(zip(chunk, self._inner.opinions([wanted[key] for key in chunk]), strict=True))
            known |= made
            rows = {key: _to_bytes(opinion) for key, opinion in made.items()}
            self._put(self.name, 3 + len(FIELDS), rows)
            if self._on_progress:
                self._on_progress(min(start + CHUNK, len(missing)), len(missing))
        return [known[key] for key in keys]

    def _known(self, keys: Sequence[str]) -> dict[str, Opinion]:
        found: dict[str, Opinion] = {}
        for start in range(0, len(keys), CHUNK):
            for key, data in self._get(self.name, keys[start : start + CHUNK]).items():
                if (opinion := _from_bytes(data)) is not None:
                    found[key] = opinion
        return found


def opinion(shares: Sequence[float], fields: Sequence[float] = ()) -> Opinion:
    """Return an opinion from probabilities (agree, conflict, unrelated), to three decimals: what is cached is equal."""
    agree, conflict, unrelated = (round(float(x), 3) for x in shares)
    return Opinion(agree, conflict, unrelated, tuple(round(float(x), 3) for x in fields))


def _digest(pair: Pair) -> str:
    return hashlib.sha256(json.dumps(pair).encode()).hexdigest()


def _to_bytes(given: Opinion) -> bytes:
    return np.array([given.agree, given.conflict, given.unrelated, *given.fields], "<f4").tobytes()


def _from_bytes(data: bytes) -> Opinion | None:
    numbers = np.frombuffer(data, "<f4") if len(data) % 4 == 0 else np.zeros(0)
    if len(numbers) not in (3, 3 + len(FIELDS)):
        return None
    return opinion(numbers[:3].tolist(), numbers[3:].tolist())
