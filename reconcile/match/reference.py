"""What is usual for an embedding model: the mean vector and the spread of cosines, measured once per model.

Raw cosines of one model mean nothing to another (two unrelated sentences have .85 in one and .05 in the next), and
statistics of the corpus at hand would change with every article. So both are measured on fixed sentences that ship
with the package (``reference.jsonl``: sentences of our own stories, with the spans of their slots), and likeness is
counted in standard deviations above the mean of pairs of one story.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reconcile.match.embed import Embedder
from reconcile.model import Span

Matrix = NDArray[np.float32]
SENTENCES = Path(__file__).with_name("reference.jsonl")
MEASURED = Path(__file__).with_name("reference.json")
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Reference:
    """Means ``(dim,)`` to subtract and (mean, standard deviation) of the centred cosines."""

    sentence_mean: Matrix
    slot_mean: Matrix
    sentence_spread: tuple[float, float]
    slot_spread: tuple[float, float]

    def centre_sentences(self, rows: Matrix) -> Matrix:
        """Return unit rows with the usual vector taken off."""
        return _unit(rows - self.sentence_mean)

    def centre_slots(self, rows: Matrix) -> Matrix:
        """Return unit rows with the usual slot vector taken off."""
        return _unit(rows - self.slot_mean)

    def scale_sentences(self, cosines: Matrix) -> Matrix:
        """Return cosines in standard deviations above those of two sentences of one story."""
        return np.asarray((cosines - self.sentence_spread[0]) / self.sentence_spread[1], np.float32)

    def scale_slots(self, cosines: Matrix) -> Matrix:
        """Return cosines in standard deviations above those of two slots of one story."""
        return np.asarray((cosines - self.slot_spread[0]) / self.slot_spread[1], np.float32)


def load(embedder: Embedder) -> Reference:
    """Return the packaged values of the packaged model; those of any other model are measured now."""
    if MEASURED.exists():
        data = json.loads(MEASURED.read_text("utf-8"))
        if data["model"] == embedder.name:
            return Reference(
                sentence_mean=np.array(data["sentence_mean"], np.float32),
                slot_mean=np.array(data["slot_mean"], np.float32),
                sentence_spread=(data["sentence_spread"][0], data["sentence_spread"][1]),
                slot_spread=(data["slot_spread"][0], data["slot_spread"][1]),
            )
    return measure(embedder)


def save(measured: Reference, model: str) -> None:
    """Write the packaged values."""
    data = {
        "model": model,
        "sentence_mean": [round(float(x), DIGITS) for x in measured.sentence_mean],
        "slot_mean": [round(float(x), DIGITS) for x in measured.slot_mean],
        "sentence_spread": list(measured.sentence_spread),
        "slot_spread": list(measured.slot_spread),
    }
    MEASURED.write_text(json.dumps(data) + "\n", "utf-8")


def measure(embedder: Embedder, path: Path = SENTENCES) -> Reference:
    """Embed the reference sentences and return the model's usual values."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    spans = [tuple(Span(start, end) for start, end in row["spans"]) for row in rows]
    wholes, parts = embedder.embed_spans([row["text"] for row in rows], spans)
    stories = np.array([row["story"] for row in rows])
    slots = np.concatenate(parts)
    of_slot = np.repeat(stories, [len(p) for p in parts])
    own = np.repeat(np.arange(len(rows)), [len(p) for p in parts])
    return Reference(
        sentence_mean=wholes.mean(axis=0),
        slot_mean=slots.mean(axis=0),
        sentence_spread=_spread(wholes, stories, np.arange(len(rows))),
        slot_spread=_spread(slots, of_slot, own),
    )


def _spread(rows: Matrix, stories: NDArray[np.str_], own: NDArray[np.int64]) -> tuple[float, float]:
    centred = _unit(rows - rows.mean(axis=0))
    pairs = (stories[:, None] == stories[None, :]) & (own[:, None] < own[None, :])
    cosines = (centred @ centred.T)[pairs]
    return round(float(cosines.mean()), 4), round(float(cosines.std()), 4)


def _unit(rows: Matrix) -> Matrix:
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(norms, 1e-9), np.float32)
