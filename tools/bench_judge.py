"""Pairs per second of the packaged judge, beside the same network in fp32 and a sentence-transformers CrossEncoder.

    python tools/bench_judge.py [PAIRS]

The three take turns, three rounds, in one process on all cores; what the fp32 networks learned does not change their
cost, so they start from the embedding model's weights. Needs the extra ``train``.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "training" / "judge"))

from export import export  # noqa: E402 (found beside the training)
from net import Coder, Net  # noqa: E402
from pairs import of_family  # noqa: E402

from reconcile.match.crossencoder import CARD, OnnxJudge  # noqa: E402
from reconcile.match.judge import Pair, key_of  # noqa: E402

ROUNDS = 3


def pairs(most: int) -> list[Pair]:
    """Return pairs of our own sentences."""
    lines = (ROOT / "training" / "judge" / "kept" / "families.jsonl").read_text("utf-8").splitlines()
    return [key_of(a, b) for line in lines for a, b, _, _ in of_family(json.loads(line))][:most]


def plain(folder: Path) -> Callable[[Sequence[Pair]], object]:
    """Return the prediction of a CrossEncoder as its documentation shows it."""
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(str(folder), num_labels=3)
    return lambda asked: model.predict([list(pair) for pair in asked], show_progress_bar=False)


def main() -> None:
    asked = pairs(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
    folder = Coder().folder
    with tempfile.TemporaryDirectory() as temporary:
        whole = Path(temporary) / "fp32.onnx"
        export(Net(folder).eval(), whole, quantised=False)
        card = {"name": "fp32", "sha256": hashlib.sha256(whole.read_bytes()).hexdigest()}
        ways: dict[str, Callable[[Sequence[Pair]], object]] = {
            "packaged judge (int8)": OnnxJudge(json.loads(CARD.read_text("utf-8"))).opinions,
            "the same in fp32": OnnxJudge(card, file=whole).opinions,
            "CrossEncoder": plain(folder),
        }
        spent: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, judge in ways.items():
                judge(asked[:8])
                start = time.perf_counter()
                judge(asked)
                spent[name].append(time.perf_counter() - start)
    first = statistics.median(spent["packaged judge (int8)"])
    for name, seconds in spent.items():
        middle = statistics.median(seconds)
        print(f"{name:24} {len(asked) / middle:7.1f} pairs/s   {middle / first:5.2f} times the judge's time")


if __name__ == "__main__":
    main()
