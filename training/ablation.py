"""What each comparison is worth: the relation weights are learned anew without it, and left-out stories scored.

    python training/ablation.py CACHE        (the pairs that ``relations.py --cache CACHE`` kept)

Writes ``docs/ablation.md``. The difference in F1 comes with a 95 % interval over stories drawn anew (the same draw for
both), so that what is noise can be seen. ``answer`` (the assertion itself) cannot be taken away.
"""

from __future__ import annotations

import argparse
import pickle
import random
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from relations import THRESHOLDS, as_findings, fold_weights, left_out, without_judge

from reconcile import evaluate
from reconcile.match.answers import CONTEXT
from reconcile.match.identity import IDENTITY

TARGET = Path(__file__).parent.parent / "docs" / "ablation.md"
FOLDS = 6
DRAWS = 1000

Counts = list[tuple[int, int, int, int]]  # by story: right findings, findings, found conflicts, conflicts

HEAD = """# What each comparison is worth

Written by `python training/ablation.py CACHE`. The relation weights are learned again without one comparison, and the
stories left out of training are scored ({stories} stories, {folds} folds, thresholds in force). The interval is over
stories drawn anew: where it holds 0, the difference may be chance. A comparison earns its place by F1, by precision, or
by what it tells the reviewer.

| without | precision | recall | F1 | difference in F1 | 95 % by story |
|---|---|---|---|---|---|
"""


def counts_of(stories: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, Any]]) -> Counts:
    """Return the counts of every story."""
    by_story: dict[str, list[Mapping[str, Any]]] = {s["id"]: [] for s in stories}
    for finding in said:
        by_story[finding["a"]["article_id"].partition("/")[0]].append(finding)
    out = []
    for story in stories:
        scores = evaluate.score_stories([story], by_story[story["id"]]).summary
        said_here, gold = scores["conflict_findings"], scores["gold_conflicts"]
        right = round((scores["precision"] or 0) * said_here)
        out.append((right, said_here, round((scores["recall"] or 0) * gold), gold))
    return out


def rates(counts: Counts) -> tuple[float, float, float]:
    """Return precision, recall and F1."""
    right, said, found, gold = (sum(c[n] for c in counts) for n in range(4))
    p, r = right / max(1, said), found / max(1, gold)
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def interval(one: Counts, other: Counts) -> tuple[float, float]:
    """Return the 95 % interval of the difference in F1."""
    chance, found = random.Random(0), []
    for _ in range(DRAWS):
        drawn = chance.choices(range(len(one)), k=len(one))
        found.append(rates([one[n] for n in drawn])[2] - rates([other[n] for n in drawn])[2])
    found.sort()
    return found[int(0.025 * (DRAWS - 1))], found[int(0.975 * (DRAWS - 1))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    stories, rows, _ = pickle.loads(parser.parse_args().cache.read_bytes())  # our own file

    def measure(of: Sequence[Any], *without: str) -> Counts:
        decided = left_out(stories, of, fold_weights(of, FOLDS, without), THRESHOLDS)
        print(*(without or ("whole",)), file=sys.stderr)
        return counts_of(stories, as_findings(decided))

    whole = measure(rows)
    names = sorted({c.field for c in (*IDENTITY, *CONTEXT)})
    tried = {"the judge and its statements": measure(without_judge(rows)), **{n: measure(rows, n) for n in names}}
    lines = [HEAD.format(stories=len(stories), folds=FOLDS)]
    lines.append("| nothing | {:.3f} | {:.3f} | {:.3f} | | |\n".format(*rates(whole)))
    for name, counts in sorted(tried.items(), key=lambda item: rates(item[1])[2]):
        low, high = interval(counts, whole)
        found = rates(counts)
        lines.append(
            "| {} | {:.3f} | {:.3f} | {:.3f} | {:+.3f} | {:+.3f} to {:+.3f} |\n".format(
                name, *found, found[2] - rates(whole)[2], low, high
            )
        )
    TARGET.write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
