"""Gold labels to scores: relations given to labelled pairs of texts, one set a file.

Labels are agree, conflict, unrelated_or_neutral. Of the predictions only ``conflict``, and ``agree`` or
``compatible`` as agreement, are read. A neutral row of a set marked ``binary`` only says "not agree", and so
is no false alarm.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from reconcile.config import Settings
from reconcile.errors import InputError

Row = Mapping[str, Any]
OnProgress = Callable[[str, int, int], None] | None

_COLUMNS = ("precision", "recall", "f1", "false_alarms", "agree_recall", "balanced_accuracy")
_SMALLEST_SET = 15
_LABELS = ("agree", "conflict", "unrelated_or_neutral")
_JUDGED_KEYS = ("id", "a", "b", "title_a", "title_b", "published_a", "published_b")


def score_pair_sets(
    folder: str | Path, settings: Settings, *, limit: int | None = None, on_progress: OnProgress = None
) -> dict[str, Any]:
    """Judge every ``NAME.jsonl`` of a folder and return ``{"sets": {NAME: scores}, "mean": scores}``.

    ``limit`` takes only the first pairs of every set. Raises InputError for files that are no labelled pairs.
    """
    from reconcile import pipeline

    paths = sorted(Path(folder).glob("*.jsonl"))
    if not paths:
        raise InputError(f"{folder}: no NAME.jsonl here; name the folder that holds the labelled pairs")
    sets = {path.stem: read_pairs(path, limit) for path in paths}
    total, done = sum(map(len, sets.values())), 0
    table = {}
    for name, rows in sets.items():
        predicted: dict[str, str | None] = {}
        for answer in pipeline.judge((_unlabelled(row) for row in rows), settings):
            predicted[str(answer["id"])] = str(answer["relation"])
            done += 1
            if on_progress:
                on_progress(f"judge {name}", done, total)
        table[name] = score_pairs(rows, predicted)
    return {"sets": table, "mean": mean_scores(table)}


def read_pairs(path: Path, limit: int | None = None) -> list[dict[str, Any]]:
    """Read one file of labelled pairs. Raises InputError with the line."""
    rows = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(islice(lines, limit), start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                if row["label"] not in _LABELS or not {"id", "a", "b"} <= row.keys():
                    raise ValueError(f"needs id, a, b and a label of {', '.join(_LABELS)}")
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise InputError(f"{path}:{number}: is no labelled pair: {error}") from error
            rows.append(row)
    return rows


def _unlabelled(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in _JUDGED_KEYS if name in row}


def score_pairs(gold: Iterable[Row], predicted: Mapping[str, str | None]) -> dict[str, Any]:
    """Score one set; ``predicted`` maps a pair's id to a relation, and a missing one counts as unrelated."""
    tp = fp = fn = tn = agree_hits = agrees = size = 0
    for row in gold:
        size += 1
        label, said = row["label"], predicted.get(row["id"])
        called = said == "conflict"
        if label == "agree":
            agrees += 1
            agree_hits += said in ("agree", "compatible")
        if label == "conflict":
            tp, fn = tp + called, fn + (not called)
        elif label == "agree" or not row.get("binary"):
            fp, tn = fp + called, tn + (not called)
    precision, recall, specificity = _share(tp, tp + fp), _share(tp, tp + fn), _share(tn, tn + fp)
    balanced = None if recall is None or specificity is None else (recall + specificity) / 2
    f1 = 2 * precision * recall / (precision + recall) if precision and recall else 0.0 if tp + fn else None
    return {
        "n": size,
        "conflicts": tp + fn,
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "false_alarms": _share(fp, fp + tn),
        "agree_recall": _share(agree_hits, agrees),
        "balanced_accuracy": balanced,
    }


def mean_scores(table: Mapping[str, Row]) -> dict[str, float | None]:
    """Return the mean over the sets with at least 15 conflicts; false alarms over all sets."""
    counted = [scores for scores in table.values() if scores["conflicts"] >= _SMALLEST_SET]
    mean = {name: _average([scores[name] or 0 for scores in counted]) for name in _COLUMNS}
    alarms = [scores["false_alarms"] for scores in table.values() if scores["false_alarms"] is not None]
    return {**mean, "false_alarms": _average(alarms)}


def pairs_text(table: Mapping[str, Any], *, as_json: bool = False) -> Iterator[str]:
    """Yield the scores as a table, or as one line of JSON."""
    if as_json:
        yield json.dumps(table) + "\n"
        return
    yield f"{'set':18} {'n':>6} {'confl':>6}  " + "  ".join(f"{name[:9]:>9}" for name in _COLUMNS) + "\n"
    for name, scores in [*table["sets"].items(), ("MEAN", {**table["mean"], "n": "", "conflicts": ""})]:
        cells = "  ".join(f"{_shown(scores[column]):>9}" for column in _COLUMNS)
        yield f"{name:18} {scores['n']:>6} {scores['conflicts']:>6}  {cells}\n"


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _average(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
