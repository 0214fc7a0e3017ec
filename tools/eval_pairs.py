"""What the judge is worth on labelled pairs: rules only, model only, both, in one run.

    RECONCILE_DATA=FOLDER python tools/eval_pairs.py [--limit N] [--judge NAME]

Every ``FOLDER/data/pairs/NAME.jsonl`` is a set. Of a set that the judge was trained on only the rows set aside for
reporting are judged (``part_of`` in ``training/judge/pairs.py``); they are marked ``*``, and the others were never
trained on. ``our families`` are news sentences of our own by a writer of its own, ``our near misses*`` the last sets of
those that it was trained on (``training/judge/kept``).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "training" / "judge"))

from pairs import SETS, of_family, part_of  # noqa: E402 (found beside the training)

from reconcile.config import Settings  # noqa: E402
from reconcile.evaluate_pairs import mean_scores, read_pairs, score_pairs  # noqa: E402
from reconcile.match import verdict  # noqa: E402
from reconcile.match.verdict import Evidence  # noqa: E402
from reconcile.pipeline import pair_judge  # noqa: E402

COLUMNS = ("rules", "model", "both")
SHOWN = (("f1", "F1"), ("false_alarms", "alarms"), ("agree_recall", "agree"), ("balanced_accuracy", "bal.acc"))
BATCH = 256
FAMILIES = ("families.jsonl", "later.jsonl")
KEPT = ROOT / "training" / "judge" / "kept"
NEAR = "our near misses"
LIKE_TRAINED = (*SETS, NEAR)  # by the writers of what the judge was trained on

Table = dict[str, dict[str, dict[str, Any]]]


def own() -> list[dict[str, Any]]:
    """Return the pairs of our own families that are kept aside."""
    rows = []
    for name in FAMILIES:
        for line in (KEPT / name).read_text("utf-8").splitlines():
            for a, b, label, field in of_family(json.loads(line)):
                gold = "unrelated_or_neutral" if label == "unrelated" else label
                rows.append({"id": f"own-{len(rows)}", "a": a, "b": b, "label": gold, "field": field})
    return rows


def near_misses() -> list[dict[str, Any]]:
    """Return the near misses that are kept aside; an update is no conflict."""
    lines = (KEPT / "near.jsonl").read_text("utf-8").splitlines()
    told = {"agree": "agree", "conflict": "conflict"}
    return [
        {"id": f"near-{n}", "a": g["a"], "b": g["b"], "label": told.get(g["relation"], "unrelated_or_neutral")}
        for n, g in enumerate(map(json.loads, lines))
    ]


def chosen(path: Path, limit: int | None) -> list[dict[str, Any]]:
    """Return the rows of a set that are for reporting; with a limit, those with the lowest hashes."""
    rows = [row for row in read_pairs(path) if part_of(path.stem, row["id"]) == "report"]
    return sorted(rows, key=lambda row: zlib.crc32(row["id"].encode()))[:limit]


def said(evidence: Evidence) -> dict[str, str]:
    """Return the relation that each column gives."""
    bare = Evidence(None, evidence.rules, evidence.likeness, evidence.numbers, evidence.equal)
    opinion = evidence.opinion
    model = (opinion.agree, opinion.conflict, opinion.unrelated) if opinion else (0.0, 0.0, 1.0)
    shares: dict[str, tuple[float, float, float]] = {
        "rules": verdict.load(False).probabilities(bare),
        "model": model,
        "both": verdict.load(opinion is not None).probabilities(evidence),
    }
    return {name: verdict.decide(share) for name, share in shares.items()}


def table(paths: Sequence[Path], judge_name: str, limit: int | None) -> Table:
    """Return the scores of each column by set."""
    judge = pair_judge(Settings(judge_name=judge_name))
    found: Table = {}
    for name, rows in [*((p.stem, chosen(p, limit)) for p in paths), ("our families", own()), (NEAR, near_misses())]:
        answers: dict[str, dict[str, str | None]] = {name: {} for name in COLUMNS}
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            for row, evidence in zip(batch, judge.evidence(batch), strict=True):
                for column, relation in said(evidence).items():
                    answers[column][row["id"]] = relation
        found[name] = {column: score_pairs(rows, answers[column]) for column in COLUMNS}
        print(f"{name}: {len(rows)}", file=sys.stderr)
    return found


def mean(found: Mapping[str, Mapping[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Return the mean over sets of each column."""
    return {name: dict(mean_scores({s: scores[name] for s, scores in found.items()})) for name in COLUMNS}


def lines(found: Table) -> list[str]:
    """Return the table as text."""
    head = f"{'set':20} {'n':>5} {'confl':>5}"
    for name in COLUMNS:
        head += " | " + " ".join(f"{f'{name} {label}' if n == 0 else label:>8}" for n, (_, label) in enumerate(SHOWN))
    out = [head]
    unseen = {name: scores for name, scores in found.items() if name not in LIKE_TRAINED}
    rows = [*found.items(), ("MEAN never trained on", mean(unseen)), ("MEAN of all", mean(found))]
    for name, scores in rows:
        first = scores["both"]
        line = f"{name + '*' * (name in LIKE_TRAINED):20} {first.get('n', ''):>5} {first.get('conflicts', ''):>5}"
        for column in COLUMNS:
            values = (scores[column][key] for key, _ in SHOWN)
            line += " | " + " ".join("       -" if v is None else f"{v:8.3f}" for v in values)
        out.append(line)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, help="rows of each set")
    parser.add_argument("--judge", default="default")
    args = parser.parse_args()
    data = os.environ.get("RECONCILE_DATA")
    if not data:
        raise SystemExit("RECONCILE_DATA is not set: name the folder that holds data/pairs")
    paths = sorted(Path(data, "data", "pairs").glob("*.jsonl"))
    print("\n".join(lines(table(paths, args.judge, args.limit))))


if __name__ == "__main__":
    main()
