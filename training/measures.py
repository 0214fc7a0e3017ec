"""What left-out findings are worth beyond precision and recall: candidates, questions, calibration.

* recall of the candidate step: gold conflicts that some compared pair of slots connects, at whatever probability;
* B-cubed of the questions (Bagga and Baldwin 1998): every gold mention is an item, its fact its class; two items are
  together when claims that quote them share a question; an item that no question holds stands alone;
* calibration: predicted probability against observed share by tenths, and the expected calibration error (Guo et al.
  2017: mean distance weighted by how many findings fall in a tenth).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from reconcile import evaluate
from reconcile.match import cluster

TENTHS = 10


def candidate_recall(stories: Sequence[Mapping[str, Any]], pairs: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Return the share of gold conflicts that any of the compared pairs connects, by field and of all."""
    gold = list(evaluate.gold_pairs(stories))
    index = evaluate.GoldIndex(gold)
    reached = set().union(*(index.connected(pair) for pair in pairs))
    asked: dict[str, list[bool]] = defaultdict(list)
    for number, pair in enumerate(gold):
        if pair.relation == "conflict":
            asked[pair.field].append(number in reached)
            asked["all"].append(number in reached)
    return {field: round(sum(hits) / len(hits), 3) for field, hits in sorted(asked.items())}


def b_cubed(stories: Sequence[Mapping[str, Any]], decided_by_story: Mapping[int, Sequence[Any]]) -> dict[str, float]:
    """Return precision, recall and F1 of the questions over all gold mentions."""
    precision, recall = [], []
    for number, story in enumerate(stories):
        items = [
            (fact_number, f"{story['id']}/{m['article']}", m["quote"])
            for fact_number, fact in enumerate(story["facts"])
            for position in fact["positions"]
            for m in position["mentions"]
        ]
        decided = decided_by_story.get(number, ())
        claims = {c.claim_id: c for one in decided for c in (one.pairing.a.claim, one.pairing.b.claim)}
        questions = cluster.by_claim(cluster.clusters(decided, story["id"]))
        held: dict[tuple[str, str], set[str]] = defaultdict(set)
        for claim_id, question in questions.items():
            held[claims[claim_id].article_id, claims[claim_id].quote].add(question.cluster_id)
        places = [_questions(article, quote, held) or {str(n)} for n, (_, article, quote) in enumerate(items)]
        for n, (fact, _, _) in enumerate(items):
            together = [m for m in range(len(items)) if places[n] & places[m]]
            same = [m for m in range(len(items)) if items[m][0] == fact]
            both = len(set(together) & set(same))
            precision.append(both / len(together))
            recall.append(both / len(same))
    p, r = sum(precision) / len(precision), sum(recall) / len(recall)
    return {"precision": round(p, 3), "recall": round(r, 3), "f1": round(2 * p * r / (p + r), 3), "items": len(recall)}


def _questions(article: str, quote: str, held: Mapping[tuple[str, str], set[str]]) -> set[str]:
    return set().union(*(ids for (a, text), ids in held.items() if a == article and (quote in text or text in quote)))


def calibration(said: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    """Return the table by tenths (predicted, observed, n) and the expected calibration error."""
    tenths: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for share, right in said:
        tenths[min(int(share * TENTHS), TENTHS - 1)].append((share, right))
    table = [
        {
            "predicted": round(sum(s for s, _ in rows) / len(rows), 3),
            "observed": round(sum(r for _, r in rows) / len(rows), 3),
            "n": len(rows),
        }
        for _, rows in sorted(tenths.items())
    ]
    error = sum(t["n"] * abs(t["predicted"] - t["observed"]) for t in table) / max(1, len(said))
    return {"expected_calibration_error": round(error, 3), "tenths": table}


def reliability_svg(measured: Mapping[str, Any], title: str) -> str:
    """Return the calibration table as a picture: observed over predicted, the diagonal is perfect."""
    size, edge = 320, 40
    scale = size - 2 * edge

    def place(x: float, y: float) -> tuple[float, float]:
        return round(edge + x * scale, 1), round(size - edge - y * scale, 1)

    most = max((t["n"] for t in measured["tenths"]), default=1)
    dots, words = [], []
    for tenth in measured["tenths"]:
        x, y = place(tenth["predicted"], tenth["observed"])
        label = f"predicted {tenth['predicted']}, observed {tenth['observed']}, {tenth['n']} findings"
        words.append(label)
        radius = 3 + 7 * (tenth["n"] / most) ** 0.5
        dots.append(f'<circle cx="{x}" cy="{y}" r="{radius:.1f}"><title>{escape(label)}</title></circle>')
    (x0, y0), (x1, y1) = place(0, 0), place(1, 1)
    ticks = "".join(
        f'<text x="{place(v, 0)[0]}" y="{y0 + 14}" text-anchor="middle">{v:g}</text>'
        f'<text x="{x0 - 6}" y="{place(0, v)[1] + 4}" text-anchor="end">{v:g}</text>'
        for v in (0, 0.25, 0.5, 0.75, 1)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}" role="img" '
        f'font-family="sans-serif" font-size="10"><title>{escape(title)}</title><desc>{escape("; ".join(words))}</desc>'
        f'<rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path d="M{x0} {y1}V{y0}H{x1}" fill="none" stroke="#444"/>'
        f'<path d="M{x0} {y0}L{x1} {y1}" stroke="#999" stroke-dasharray="4 4"/>{ticks}'
        f'<g fill="#1f6feb" fill-opacity=".75">{"".join(dots)}</g>'
        f'<text x="{size / 2}" y="{size - 8}" text-anchor="middle">confidence said</text>'
        f'<text x="12" y="{size / 2}" text-anchor="middle" transform="rotate(-90 12 {size / 2})">'
        f"share that was right</text>"
        f'<text x="{size / 2}" y="18" text-anchor="middle" font-size="12">{escape(title)}</text></svg>\n'
    )
