"""Train the weights of check-worthiness and say what they are worth on sentences left out.

    RECONCILE_DATA=FOLDER python training/worthiness.py [--write]

Data: ``FOLDER/data/claimbuster/train.json`` (ClaimBuster, see ATTRIBUTION). Prints F1 over ten folds for several sets
of features; the threshold of a fold is chosen inside its training part. With ``--write`` the weights of all sentences
go to ``reconcile/claims/worthiness.json``: ``plain`` (readable features, every language) and ``lexical`` (with English
words).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from reconcile.claims import worthiness

ATTRIBUTION = (
    "Trained on ClaimBuster: A Benchmark Dataset of Check-worthy Factual Claims (Arslan, Hassan, Li, Tremayne, ICWSM "
    "2020), doi 10.5281/zenodo.3609356, data CC BY 4.0. The weights hold no sentence of it."
)
FOLDS = 10
RARE = 5  # a word in fewer sentences has no weight
KEPT = 6_000  # word weights, the largest
THRESHOLDS = np.linspace(0.15, 0.70, 56)

Row = dict[str, float]


@dataclass(frozen=True)
class Setup:
    """A set of features to try: which readable ones (all if None, none if empty), with words, and the penalty."""

    name: str
    keep: frozenset[str] | None
    words: bool
    penalty: float


SETUPS = (
    Setup("length", frozenset({"length", "short", "middle", "long", "very long"}), False, 1.0),
    Setup(
        "numbers",
        frozenset({"length", "number", "year", "percent", "money", "large number", "number word"}),
        False,
        1.0,
    ),
    Setup("readable", None, False, 1.0),
    Setup("words", frozenset(), True, 0.2),
    Setup("readable and words", None, True, 0.15),
)


def read(folder: Path) -> tuple[list[str], np.ndarray]:
    """Return the distinct sentences and their labels (1 worth checking)."""
    path = folder / "data" / "claimbuster" / "train.json"
    if not path.is_file():
        sys.exit(f"no {path}: set RECONCILE_DATA to the folder that holds data/claimbuster/train.json")
    rows = {row["text"]: int(row["label"]) for row in json.loads(path.read_text("utf-8"))}
    return list(rows), np.array(list(rows.values()))


def rows_of(texts: Sequence[str], setup: Setup) -> list[Row]:
    """Return the features of every sentence under a setup; words are named ``w:word``."""
    made = []
    for text in texts:
        row = {k: v for k, v in worthiness.features(text, "en").items() if setup.keep is None or k in setup.keep}
        if setup.words:
            row |= {f"w:{term}": 1.0 for term in set(worthiness.terms(text))}
        made.append(row)
    return made


def common(rows: Sequence[Row]) -> Callable[[Row], Row]:
    """Return a filter that drops the words that stand in few of the rows."""
    counts = Counter(name for row in rows for name in row)
    return lambda row: {k: v for k, v in row.items() if not k.startswith("w:") or counts[k] >= RARE}


def matrix(vectorizer: DictVectorizer, rows: Sequence[Row], fit: bool = False) -> csr_matrix:
    made = csr_matrix(vectorizer.fit_transform(rows) if fit else vectorizer.transform(rows))
    made.indices, made.indptr = made.indices.astype(np.int32), made.indptr.astype(np.int32)
    return made


def fitted(x: csr_matrix, y: np.ndarray, penalty: float) -> LogisticRegression:
    return LogisticRegression(C=penalty, max_iter=500, solver="liblinear").fit(x, y)


def f1(chosen: np.ndarray, y: np.ndarray) -> float:
    return 2 * float((chosen & (y == 1)).sum()) / max(1.0, float(chosen.sum() + (y == 1).sum()))


def threshold(x: csr_matrix, y: np.ndarray, penalty: float) -> float:
    """Return the best threshold by three folds inside the training part."""
    out = np.zeros(len(y))
    for a, b in StratifiedKFold(3, shuffle=True, random_state=1).split(np.zeros(len(y)), y):
        out[b] = fitted(x[a], y[a], penalty).predict_proba(x[b])[:, 1]
    return float(max(THRESHOLDS, key=lambda t: f1(out >= t, y)))


def left_out(rows: Sequence[Row], y: np.ndarray, setup: Setup) -> tuple[np.ndarray, np.ndarray]:
    """Return the log-odds of every row from the fold that left it out, and whether its fold's threshold took it."""
    logit, taken = np.zeros(len(y)), np.zeros(len(y), bool)
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(np.zeros(len(y)), y):
        keep = common([rows[i] for i in train])
        vectorizer = DictVectorizer()
        x = matrix(vectorizer, [keep(rows[i]) for i in train], fit=True)
        model = fitted(x, y[train], setup.penalty)
        logit[test] = model.decision_function(matrix(vectorizer, [keep(rows[i]) for i in test]))
        odds = threshold(x, y[train], setup.penalty)
        taken[test] = logit[test] >= np.log(odds / (1 - odds))
    return logit, taken


def calibration(logit: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Return slope and shift of Platt's line on left-out log-odds, and the calibration error behind it."""
    line = LogisticRegression(C=1e6).fit(logit[:, None], y)
    slope, shift = float(line.coef_[0, 0]), float(line.intercept_[0])
    p = 1 / (1 + np.exp(-(slope * logit + shift)))
    box = np.minimum((p * 10).astype(int), 9)
    error = sum(abs(p[box == b].mean() - y[box == b].mean()) * float((box == b).mean()) for b in set(box.tolist()))
    return slope, shift, float(error)


def weights(rows: Sequence[Row], y: np.ndarray, setup: Setup, line: tuple[float, float]) -> dict[str, Any]:
    """Return the model of all rows as it is stored."""
    keep = common(rows)
    vectorizer = DictVectorizer()
    model = fitted(matrix(vectorizer, [keep(row) for row in rows], fit=True), y, setup.penalty)
    named = dict(zip(vectorizer.get_feature_names_out(), model.coef_[0].tolist(), strict=True))
    words = sorted((k for k in named if k.startswith("w:")), key=lambda k: (-abs(named[k]), k))[:KEPT]
    return {
        "bias": round(float(model.intercept_[0]), 4),
        "slope": round(line[0], 4),
        "shift": round(line[1], 4),
        "shared": {k: round(named[k], 4) for k in sorted(named) if not k.startswith("w:")},
        "words": {k[2:]: round(named[k], 3) for k in sorted(words)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the weights of all sentences")
    options = parser.parse_args()
    texts, y = read(Path(os.environ.get("RECONCILE_DATA", "")))
    stored: dict[str, Any] = {"about": ATTRIBUTION, "figures": {}}
    for setup in SETUPS:
        rows = rows_of(texts, setup)
        logit, taken = left_out(rows, y, setup)
        slope, shift, error = calibration(logit, y)
        precision, recall = float((y[taken] == 1).mean()), float(taken[y == 1].mean())
        figures = {"f1": f1(taken, y), "precision": precision, "recall": recall, "calibration_error": error}
        print(f"{setup.name:20}", *(f"{name} {value:.3f}" for name, value in figures.items()), flush=True)
        stored["figures"][setup.name] = {name: round(value, 3) for name, value in figures.items()}
        if setup.name in ("readable", "readable and words"):
            stored["plain" if not setup.words else "lexical"] = weights(rows, y, setup, (slope, shift))
    if options.write:
        worthiness.WEIGHTS.write_text(json.dumps(stored, ensure_ascii=False, indent=0, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
