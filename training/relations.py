"""Train the relation weights on stories with gold, and say what they are worth on stories left out.

    python training/relations.py datasets/stories datasets/practice --write

Every pair of slots that the matcher would look at is labelled from the gold quotes. Folds are whole stories.
Findings of left-out stories are scored together, as the tool would report them, and thresholds are chosen on them.
With ``--write`` the weights of all stories go to ``reconcile/match/relations.json``, the figures to ``report.json``.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from reconcile import evaluate
from reconcile.claims.extract import SlotExtractor
from reconcile.match import candidates, findings, reference, relate, slots
from reconcile.match.compare import compare
from reconcile.match.embed import CachedEmbedder, load
from reconcile.model import Article, Outcome, Relation, stable_id
from reconcile.publish.store import Store
from reconcile.read import clean, sentences

CUES = ("direction", "outcome", "pole", "status")
FITS = {
    "value": ("value",),
    "date": ("date",),
    "place": ("name",),
    "entity": ("name",),
    "direction": CUES,
    "polarity": CUES,
    "status": CUES,
    "statement": CUES,
    "attribution": (),
}
REPORT = Path(__file__).with_name("report.json")
FOLDS = 12
C = 0.1
OPEN = {str(r): 0.03 for r in relate.CLASSES}
THRESHOLDS = {
    "conflict": 0.3,
    "conflict:name": 0.5,
    "update": 0.2,
    "scope": 0.2,
    "compatible": 0.2,
    "agree": 0.5,
}
SHIFT = 3.5  # log-odds that a pair known to be about one event is about one question, against a pair of one story


def story_articles(story):
    for a in story["articles"]:
        yield Article(
            article_id=f"{story['id']}/{a['id']}", source=a["source"], url=a["url"], title=a["title"] or "",
            published=a["published"], lang=a["lang"], text=a["text"], content_hash=stable_id("text", a["text"]),
        )  # fmt: skip


def gold_spans(story):
    """(article id, part) -> [(start, end, fact number, position id)]"""
    parts = {a["id"]: a for a in story["articles"]}
    spans = defaultdict(list)
    for number, fact in enumerate(story["facts"]):
        for position in fact["positions"]:
            for mention in position["mentions"]:
                for part in ("title", "text"):
                    at = (parts[mention["article"]][part] or "").find(mention["quote"])
                    if at >= 0:
                        key = (f"{story['id']}/{mention['article']}", part)
                        spans[key].append((at, at + len(mention["quote"]), number, position["id"]))
    return spans


def label(pairing, rows, story, spans):
    """The gold relation of a pair of slots; None where gold does not tell."""
    kind = pairing.a.kind.partition(" ")[0]
    outcome = rows[0].outcome
    found = set()
    for sa, ea, fa, pa in spans.get((pairing.a.claim.article_id, pairing.a.claim.part), ()):
        if not (sa <= pairing.a.span.start and pairing.a.span.end <= ea):
            continue
        for sb, eb, fb, pb in spans.get((pairing.b.claim.article_id, pairing.b.claim.part), ()):
            if fa == fb and sb <= pairing.b.span.start and pairing.b.span.end <= eb:
                found.add((fa, pa, pb))
    if not found:
        return Relation.UNRELATED
    said = set()
    for fact_number, pa, pb in found:
        fact = story["facts"][fact_number]
        if pa == pb:
            relation, field = Relation.AGREE, fact["field"]
        else:
            entry = next(r for r in fact["relations"] if {r["a"], r["b"]} == {pa, pb})
            relation, field = Relation(entry["relation"]), entry.get("field") or fact["field"]
        if kind in FITS[field]:
            said.add(relation)
        elif relation is Relation.CONFLICT:
            said.add(None)
        else:
            said.add(Relation.UNRELATED if outcome is Outcome.DISAGREE else None)
    usable = {r for r in said if r is not None and r in relate.POSSIBLE[outcome]}
    usable = usable - {Relation.UNRELATED} or usable
    if len(usable) != 1:
        return None
    relation = usable.pop()
    if (
        kind == "name"
        and relation is Relation.CONFLICT
        and any(r.field == "role" and r.level in ("named", "differs") for r in rows)
    ):
        return None
    return relation


def gather(folders, embedder, usual):
    """Every compared pair: (story number, pairing, rows, label)"""
    extractor = SlotExtractor()
    paths = sorted((p for folder in folders for p in Path(folder).glob("*.json")), key=lambda p: p.name)
    out, stories = [], [json.loads(p.read_text("utf-8")) for p in paths]
    for number, story in enumerate(stories):
        articles = list(story_articles(story))
        copies = {f"{story['id']}/{a['id']}" for a in story["articles"] if a["copy_of"]}
        claims = {a.article_id: extractor.extract(a, clean.mark(sentences.split(a), a)) for a in articles}
        framed = slots.frames(
            {a: slots.of_claims(c) for a, c in claims.items()}, dict.fromkeys(claims, ()), embedder, usual
        )
        spans = gold_spans(story)
        for pairing in candidates.pairings([a for a in articles if a.article_id not in copies], framed, usual):
            if pairing.a.kind == "quotation":
                out.append((number, pairing, None, None))
                continue
            rows = compare(pairing)
            if rows[0].outcome is Outcome.NO_EVIDENCE:
                continue
            out.append((number, pairing, rows, label(pairing, rows, story, spans)))
        print(story["id"], len(out), file=sys.stderr)
    return stories, out


def design(names, index):
    rows, cols = [], []
    for n, features in enumerate(names):
        for f in features:
            if f in index:
                rows.append(n)
                cols.append(index[f])
    return csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(len(names), len(index)))


def fit(names, labels, c=C, least=5):
    """A RelationModel without thresholds."""
    counts = defaultdict(int)
    for features in names:
        for f in features:
            counts[f] += 1
    index = {f: n for n, f in enumerate(sorted(f for f, k in counts.items() if k >= least))}
    present = sorted({relate.CLASSES.index(y) for y in labels})
    model = LogisticRegression(C=c, max_iter=600)
    model.fit(design(names, index), [relate.CLASSES.index(y) for y in labels])
    weights = {}
    for f, n in index.items():
        row = [0.0] * len(relate.CLASSES)
        for k, cls in enumerate(present):
            row[cls] = round(float(model.coef_[k, n]), 4)
        weights[f] = tuple(row)
    base = [-9.0] * len(relate.CLASSES)
    for k, cls in enumerate(present):
        base[cls] = round(float(model.intercept_[k]), 4)
    return weights, tuple(base)


def as_model(weights, base, thresholds):
    merged = dict(weights)
    for f in [f for f in merged if f.startswith("kind=")]:
        merged[f] = tuple(round(a + b, 4) for a, b in zip(merged[f], base, strict=True))
    return relate.RelationModel(merged, thresholds)


def as_finding(one):
    def side(slot):
        return {"article_id": slot.claim.article_id, "quote": slot.claim.quote, "value": slot.raw}

    field = findings.field_of(one.pairing)
    return {
        "relation": str(one.relation),
        "field": str(field),
        "confidence": one.confidence,
        "severity": findings.severity(one),
        "kind": one.pairing.a.kind,
        "a": side(one.pairing.a),
        "b": side(one.pairing.b),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stories", nargs="+", help="folders of stories with gold")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--cache", help="keep the gathered pairs here between runs")
    parser.add_argument("--vectors", help="keep vectors in this database between runs")
    parser.add_argument("--findings", help="write the left-out findings here")
    args = parser.parse_args()
    if args.cache and Path(args.cache).exists():
        stories, rows = pickle.loads(Path(args.cache).read_bytes())  # our own file
    else:
        embedder = load("default")
        if args.vectors:
            store = Store(args.vectors)
            embedder = CachedEmbedder(embedder, store.vectors, store.save_vectors)
        stories, rows = gather(args.stories, embedder, reference.load(embedder))
        if args.cache:
            Path(args.cache).write_bytes(pickle.dumps((stories, rows)))
    report(stories, rows, args)


def left_out(stories, rows, c=C, thresholds=OPEN):
    """Decided pairs of every story by the model of the other folds; by default, all above a token probability."""
    usable = [n for n, (_, _, r, y) in enumerate(rows) if r is not None and y is not None]
    names = {n: relate.features(r[1].a.kind, r[2]) for n, r in enumerate(rows) if r[2] is not None}
    decided = []
    for fold in range(FOLDS):
        train = [n for n in usable if rows[n][0] % FOLDS != fold]
        model = as_model(*fit([names[n] for n in train], [rows[n][3] for n in train], c), thresholds)
        for number in range(fold, len(stories), FOLDS):
            pairs = [p for s, p, _, _ in rows if s == number]
            decided += [as_finding(d) for d in findings.best(findings.decide(pairs, model))]
    return decided


def sweep(stories, decided, relation="conflict"):
    """Print precision, recall and F1 of one relation over thresholds; return the rows."""
    pairs = list(evaluate.gold_pairs(stories))
    index = evaluate.GoldIndex(pairs)
    gold = {n for n, p in enumerate(pairs) if p.relation == relation}
    rows = sorted((d for d in decided if d["relation"] == relation), key=lambda d: -d["confidence"])
    reached = [index.connected(d) & gold for d in rows]
    table, hits, found = [], 0, set()
    for n, (d, r) in enumerate(zip(rows, reached, strict=True), 1):
        hits += bool(r)
        found |= r
        p, q = hits / n, len(found) / len(gold)
        table.append((d["confidence"], n, p, q, 2 * p * q / (p + q) if p + q else 0.0))
    step = 0.0
    print(f"{relation}: {len(gold)} gold")
    for cut in (0.9, 0.8, 0.7, 0.6, 0.5, 0.45, 0.4, 0.35, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05):
        at = [t for t in table if t[0] >= cut]
        if at and at[-1][1] != step:
            step = at[-1][1]
            print("  >= {:.2f}  n {:4d}  P {:.3f}  R {:.3f}  F1 {:.3f}".format(cut, *at[-1][1:]))
    by_kind = defaultdict(lambda: [0, 0])
    for d, r in zip(rows, reached, strict=True):
        if d["confidence"] >= 0.3:
            by_kind[d["kind"].partition(" ")[0]][0] += 1
            by_kind[d["kind"].partition(" ")[0]][1] += bool(r)
    print("  at 0.3 by kind (said, right):", {k: tuple(v) for k, v in sorted(by_kind.items())})
    return table


def report(stories, rows, args):
    counts = defaultdict(int)
    for _, pairing, compared, truth in rows:
        if compared is not None:
            counts[pairing.a.kind.partition(" ")[0], str(truth)] += 1
    for key in sorted(counts):
        print(*key, counts[key])
    decided = left_out(stories, rows)
    for relation in ("conflict", "update", "scope", "compatible", "agree"):
        sweep(stories, decided, relation)
    final = left_out(stories, rows, thresholds=THRESHOLDS)
    print("stories left out of training, thresholds in force:")
    summary = evaluate.score_stories(stories, final).summary
    print(json.dumps(summary))
    decided = final
    if args.findings:
        Path(args.findings).write_text("".join(json.dumps(d, ensure_ascii=False) + "\n" for d in decided), "utf-8")
    if args.write:
        usable = [n for n, (_, _, r, y) in enumerate(rows) if r is not None and y is not None]
        names = [relate.features(rows[n][1].a.kind, rows[n][2]) for n in usable]
        model = as_model(*fit(names, [rows[n][3] for n in usable]), {})
        data = {
            "classes": [str(c) for c in relate.CLASSES],
            "shift": SHIFT,
            "thresholds": THRESHOLDS,
            "weights": model.weights,
        }
        REPORT.write_text(json.dumps({"stories": len(stories), **summary}, indent=1) + "\n", "utf-8")
        relate.WEIGHTS.write_text(json.dumps(data, indent=0, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
