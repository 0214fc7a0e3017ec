"""Do two sentences tell of one event? The judge's evidence beside plain cosine, on ECB+ and MEANTIME, in one run.

    RECONCILE_DATA=FOLDER python tools/eval_clusters.py [--limit N]

``FOLDER/data/clusters/*_sentence_pairs.jsonl`` hold pairs with ``same_event``. Cosine gets its best threshold on the
very pairs it is scored on (an upper bound of what anyone could choose), and the one that is best on the other split.
Ours says "one event" unless ``unrelated`` is the likeliest relation: no threshold is fitted here.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from reconcile.config import Settings
from reconcile.match import verdict
from reconcile.pipeline import pair_judge

BATCH = 256
GRID = [n / 20 for n in range(-40, 100)]  # standard deviations above the usual pair of one story

Row = dict[str, Any]


def f1(said: Iterable[bool], truth: Iterable[bool]) -> tuple[float, float, float]:
    """Return precision, recall and F1."""
    pairs = list(zip(said, truth, strict=True))
    hits = sum(s and t for s, t in pairs)
    p, r = hits / max(1, sum(s for s, _ in pairs)), hits / max(1, sum(t for _, t in pairs))
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def best_threshold(scores: Sequence[float], truth: Sequence[bool]) -> float:
    """Return the threshold with the highest F1."""
    return max(GRID, key=lambda cut: f1([s >= cut for s in scores], truth)[2])


def measured(rows: Sequence[Row], judge: Any) -> tuple[list[float], list[bool]]:
    """Return the likeness of each pair, and whether ours calls it one event."""
    likeness, same = [], []
    for start in range(0, len(rows), BATCH):
        for known in judge.evidence(rows[start : start + BATCH]):
            likeness.append(known.likeness)
            shares = verdict.load(known.opinion is not None).probabilities(known)
            same.append(verdict.decide(shares) != "unrelated")
    return likeness, same


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, help="pairs of each set")
    limit = parser.parse_args().limit
    data = os.environ.get("RECONCILE_DATA")
    if not data:
        raise SystemExit("RECONCILE_DATA is not set: name the folder that holds data/clusters")
    judge = pair_judge(Settings())
    print(f"{'set':44} {'n':>5} {'same':>5}  {'cosine, best here':>22}  {'cosine, tuned apart':>22}  {'ours':>22}")
    for path in sorted(Path(data, "data", "clusters").glob("*_sentence_pairs.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        rows = sorted(rows, key=lambda row: zlib.crc32(row["id"].encode()))[:limit]
        likeness, same = measured(rows, judge)
        truth = [bool(row["same_event"]) for row in rows]
        half = [row["split"] == "dev" if row["split"] != "all" else n % 2 == 0 for n, row in enumerate(rows)]
        here = [n for n, dev in enumerate(half) if not dev]
        there = [n for n, dev in enumerate(half) if dev]
        wanted = [truth[n] for n in here]
        own = best_threshold([likeness[n] for n in here], wanted)
        apart = best_threshold([likeness[n] for n in there], [truth[n] for n in there])
        cells = [
            f1([likeness[n] >= own for n in here], wanted),
            f1([likeness[n] >= apart for n in here], wanted),
            f1([same[n] for n in here], wanted),
        ]
        shown = "  ".join("P {:.2f} R {:.2f} F1 {:.3f}".format(*cell) for cell in cells)
        print(f"{path.stem:44} {len(here):5} {sum(wanted):5}  {shown}")
        print(f"{path.stem}: {len(rows)} judged", file=sys.stderr)


if __name__ == "__main__":
    main()
