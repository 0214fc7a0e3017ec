"""Fit the verdict on two texts: ``python training/judge/combine.py [--write]``.

Typed evidence and the judge's opinion of pairs that the judge was not trained on, to ``reconcile/match/verdict.json``:
weights with a judge and without. Data: the rows of the labelled sets that ``pairs.py`` sets aside for it, and the gold
pairs of ``datasets/newsrooms``, which it has not read, with the nearest sentences that gold does not connect. Left-out
rows show what they are worth.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from pairs import LABELS, SETS, nearest, part_of, sentences_of
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from reconcile.config import Settings
from reconcile.match import verdict
from reconcile.pipeline import pair_judge

NEWSROOMS = Path(__file__).parent.parent.parent / "datasets" / "newsrooms"
GOLD = {"agree": "agree", "compatible": "agree", "scope": "unrelated", "conflict": "conflict"}
NEAR = 6  # of the nearest sentences that gold does not connect, one in so many is a row
C = 1.0
BATCH = 128

Row = dict[str, str]


def of_sets(folder: Path) -> Iterator[Row]:
    """Yield the rows that are set aside for fitting."""
    for name in SETS:
        for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            if part_of(name, row["id"]) == "fit":
                yield {"a": row["a"], "b": row["b"], "label": LABELS[row["label"]], "set": name}


def of_stories(folder: Path = NEWSROOMS) -> Iterator[Row]:
    """Yield the gold pairs of stories, and some of the nearest pairs that are none."""
    for path in sorted(folder.glob("*.json")):
        story = json.loads(path.read_text("utf-8"))
        told = [(a["id"], text) for a in story["articles"] for text in sentences_of(a)]
        gold = set()
        for fact in story["facts"]:
            said = {p["id"]: [(m["article"], _around(m, told)) for m in p["mentions"]] for p in fact["positions"]}
            asked = [(p, p, "agree") for p in said] + [(r["a"], r["b"], r["relation"]) for r in fact["relations"]]
            for one, other, relation in asked:
                for (x, a), (y, b) in product(said[one], said[other]):
                    gold |= {(a, b), (b, a)}
                    if x < y and relation in GOLD:
                        yield {"a": a, "b": b, "label": GOLD[relation], "set": "newsrooms"}
        near = [pair for pair in nearest(told) if pair not in gold]
        yield from ({"a": a, "b": b, "label": "unrelated", "set": "near"} for a, b in near[::NEAR])


def _around(mention: dict[str, str], told: list[tuple[str, str]]) -> str:
    found = (text for article, text in told if article == mention["article"] and mention["quote"] in text)
    return next(found, mention["quote"])


def gathered(rows: list[Row]) -> list[verdict.Evidence]:
    """Return the evidence of every row."""
    judge, found = pair_judge(Settings()), []
    for start in range(0, len(rows), BATCH):
        found += judge.evidence(rows[start : start + BATCH])
        print(len(found), len(rows), file=sys.stderr)
    return found


def fit(rows: list[Row], evidence: list[verdict.Evidence], name_of: str) -> dict[str, list[float]]:
    """Return the weights of every feature by class, and print what they are worth on left-out rows."""
    found = [verdict.features(e) for e in evidence]
    names = sorted({name for features in found for name in features} - {"constant"})
    design = np.array([[features.get(name, 0.0) for name in names] for features in found])
    truth = np.array([verdict.CLASSES.index(r["label"]) for r in rows])
    model = LogisticRegression(C=C, max_iter=2000)
    guess = cross_val_predict(model, design, truth, cv=10)
    for name in sorted({r["set"] for r in rows}):
        here = np.array([r["set"] == name for r in rows])
        called, real = guess[here] == 1, truth[here] == 1
        hits = int((called & real).sum())
        print(
            f"{name_of} {name:14} n {here.sum():5} conflict P {hits / max(1, called.sum()):.2f} "
            f"R {hits / max(1, real.sum()):.2f} false alarms {(called & ~real).sum() / max(1, (~real).sum()):.2f}"
        )
    model.fit(design, truth)
    weights = {name: [round(float(w), 4) for w in model.coef_[:, n]] for n, name in enumerate(names)}
    return {"constant": [round(float(w), 4) for w in model.intercept_], **weights}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--cache", type=Path, help="keep the gathered evidence here between runs")
    args = parser.parse_args()
    data = os.environ.get("RECONCILE_DATA")
    if not data:
        raise SystemExit("RECONCILE_DATA is not set: name the folder that holds data/pairs")
    rows = [*of_sets(Path(data) / "data" / "pairs"), *of_stories()]
    if args.cache and args.cache.exists():
        evidence = pickle.loads(args.cache.read_bytes())  # our own file
    else:
        evidence = gathered(rows)
        if args.cache:
            args.cache.write_bytes(pickle.dumps(evidence))
    bare = [replace(e, opinion=None) for e in evidence]
    made = {"rules": fit(rows, bare, "rules"), "judge": fit(rows, evidence, "both")}
    if args.write:
        verdict.WEIGHTS.write_text(json.dumps(made, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
