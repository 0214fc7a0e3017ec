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
import re
import sys
import zlib
from collections import Counter, defaultdict, namedtuple
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import measures
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from reconcile import evaluate
from reconcile.claims.extract import SlotExtractor
from reconcile.match import candidates, crossencoder, findings, reference, relate, slots
from reconcile.match.compare import COMPARISONS, compare
from reconcile.match.embed import CachedEmbedder, load
from reconcile.match.judge import CachedJudge
from reconcile.model import Article, Outcome, Relation, Role, stable_id
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
SOFT = ("place", "entity", "direction", "polarity", "status", "statement")  # fields that whole sentences can tell
READ = frozenset(Path(__file__).with_name("judge").joinpath("read.txt").read_text("utf-8").split())
CALM = Path(__file__).with_name("calm")
REPORT = Path(__file__).with_name("report.json")
RELIABILITY = Path(__file__).parent.parent / "docs" / "reliability.svg"
FOLDS = 12
C = 0.1
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
OPEN = {str(r): 0.03 for r in relate.CLASSES}
THRESHOLDS = {
    "conflict": 0.45,
    "conflict:statement": 0.5,
    "update": 0.2,
    "scope": 0.2,
    "compatible": 0.2,
    "agree": 0.5,
}
SURER = (0.3, 0.5, 0.6, 0.75)  # thresholds of conflict at which left-out stories are scored once more, for the README
HARD = 0.1  # probability of a conflict from which a pair of a calm story is a row
SHIFT = 3.5  # log-odds that a pair known to be about one event is about one question, against a pair of one story


def story_articles(story):
    for a in story["articles"]:
        yield Article(
            article_id=f"{story['id']}/{a['id']}", source=a["source"], url=a["url"], title=a["title"] or "",
            published=a["published"], lang=a["lang"], text=a["text"], content_hash=stable_id("text", a["text"]),
        )  # fmt: skip


def calm_stories(paths):
    """Stories in which nothing contradicts anything: a line of JSON holds the articles of one, without gold.

    They are given publication times a few hours apart, as stories with gold have them.
    """
    for path in map(Path, paths):
        for number, line in enumerate(path.read_text("utf-8").splitlines()):
            name = f"{path.stem}-{number}"
            first = datetime(2025, 1, 6, 8, tzinfo=UTC) + timedelta(days=zlib.crc32(name.encode()) % 600)
            articles = [
                {
                    "id": f"a{n + 1}", "source": f"Outlet {n + 1}", "url": f"https://outlet-{n + 1}.example/{name}",
                    "title": a["title"], "published": f"{first + timedelta(hours=5 * n):%Y-%m-%dT%H:%M:%SZ}",
                    "lang": a["lang"], "text": a["text"], "copy_of": None,
                }
                for n, a in enumerate(json.loads(line)["articles"])
            ]  # fmt: skip
            yield {"id": name, "folder": "calm", "articles": articles, "facts": []}


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


def quoted(slot, spans):
    """(fact number, position id) of the gold quotes that hold a slot, or that a whole sentence overlaps"""
    for start, end, fact, position in spans.get((slot.claim.article_id, slot.claim.part), ()):
        whole = slot.kind == slots.STATEMENT and max(start, slot.span.start) < min(end, slot.span.end)
        if whole or (start <= slot.span.start and slot.span.end <= end):
            yield fact, position


def label(pairing, rows, story, spans):
    """The gold relation of a pair of slots; None where gold does not tell."""
    kind = pairing.a.kind.partition(" ")[0]
    outcome = rows[0].outcome
    if story["folder"] == "calm":
        return Relation.UNRELATED if outcome is Outcome.DISAGREE else None
    found = {
        (fact, one, other)
        for fact, one in quoted(pairing.a, spans)
        for of, other in quoted(pairing.b, spans)
        if fact == of
    }
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
        whole = kind == slots.STATEMENT and (field in SOFT or relation is not Relation.CONFLICT)
        if whole or kind in FITS[field]:
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


def gather(folders, embedder, usual, judge, calm=()):
    """Stories; every compared pair: (story number, pairing, rows, label); and every pair that met, as findings"""
    extractor = SlotExtractor()
    paths = sorted((p for folder in folders for p in Path(folder).glob("*.json")), key=lambda p: p.name)
    out, met, stories = [], [], [{**json.loads(p.read_text("utf-8")), "folder": p.parent.name} for p in paths]
    stories += calm_stories(calm)
    for number, story in enumerate(stories):
        articles = list(story_articles(story))
        copies = {f"{story['id']}/{a['id']}" for a in story["articles"] if a["copy_of"]}
        claims = {a.article_id: extractor.extract(a, clean.mark(sentences.split(a), a)) for a in articles}
        framed = slots.frames(
            {a: slots.of_claims(c) for a, c in claims.items()}, dict.fromkeys(claims, ()), embedder, usual
        )
        spans = gold_spans(story)
        witnesses = [a for a in articles if a.article_id not in copies]
        pairings = list(candidates.pairings(witnesses, framed, usual))
        met += map(as_finding, map(Bare, pairings))
        no_gold = story["folder"] == "calm"
        for pairing in candidates.judged(pairings, judge, doubted() if no_gold else None):
            if no_gold and pairing.opinion is None and pairing.like.sentence >= candidates.ASKED_FROM:
                continue
            if pairing.a.kind == "quotation":
                out.append((number, pairing, None, None))
                continue
            rows = compare(pairing)
            if rows[0].outcome is Outcome.NO_EVIDENCE:
                continue
            out.append((number, pairing, rows, label(pairing, rows, story, spans)))
        print(story["id"], len(out), file=sys.stderr)
    return stories, out, met


@cache
def doubted():
    """The weights in force, made to ask the judge of those pairs alone that some opinion of it would make a conflict.

    In calm stories the others are left out: they are many, and no weight would call them a conflict.
    """
    return relate.RelationModel(relate.load().weights, {str(r): 1.1 for r in relate.CLASSES} | {"conflict": HARD})


def without_judge(rows):
    """The same pairs as the tool sees them when no judge is there."""
    out = []
    for number, pairing, compared, truth in rows:
        if pairing.a.kind == slots.STATEMENT:
            continue
        bare = replace(pairing, opinion=None)
        out.append((number, bare, compared and compare(bare), truth))
    return out


@cache
def ladders():
    """(field, level) -> the rungs at and below a level that is named by a number ("+2.0", "agree 0.7")."""
    stands_on = {}
    for comparison in COMPARISONS:
        field = "answer" if comparison.role is Role.ASSERTION else comparison.field
        arms = defaultdict(list)
        for rung in comparison.levels:
            arm, _, number = rung.name.rpartition(" ")
            if NUMBER.fullmatch(number):
                arms[arm].append(rung.name)
        for rungs in arms.values():
            stands_on |= {(field, name): tuple(rungs[n:]) for n, name in enumerate(rungs)}
    return stands_on


def steps(feature):
    """The features that a level is fitted by: of a ladder one for each rung it stands on, so that what is learned is
    the step from rung to rung, and neighbours weigh alike where little is known of them (Gertheiss & Tutz 2009)."""
    prefix, _, name = feature.partition("=")
    return tuple(f"{prefix}={rung}" for rung in ladders().get((prefix.rpartition(":")[2], name), (name,)))


def design(names, index):
    rows, cols = [], []
    for n, features in enumerate(names):
        for f in features:
            for step in steps(f):
                if step in index:
                    rows.append(n)
                    cols.append(index[step])
    return csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(len(names), len(index)))


def fit(names, labels, c=C, least=5):
    """A RelationModel without thresholds."""
    counts = Counter(f for features in names for f in features)
    known = sorted(f for f, k in counts.items() if k >= least)
    index = {f: n for n, f in enumerate(sorted({step for f in known for step in steps(f)}))}
    present = sorted({relate.CLASSES.index(y) for y in labels})
    model = LogisticRegression(C=c, max_iter=600)
    model.fit(design(names, index), [relate.CLASSES.index(y) for y in labels])
    weights = {}
    for f in known:
        row = [0.0] * len(relate.CLASSES)
        for k, cls in enumerate(present):
            row[cls] = round(float(sum(model.coef_[k, index[step]] for step in steps(f))), 4)
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
    parser.add_argument("--calm", nargs="*", default=sorted(CALM.glob("*.jsonl")), help="stories without conflicts")
    parser.add_argument("--findings", help="write the left-out findings here")
    args = parser.parse_args()
    if args.cache and Path(args.cache).exists():
        stories, rows, met = pickle.loads(Path(args.cache).read_bytes())  # our own file
    else:
        embedder, judge = load("default"), crossencoder.load()
        if args.vectors:
            store = Store(args.vectors)
            embedder = CachedEmbedder(embedder, store.vectors, store.save_vectors)
            judge = CachedJudge(judge, store.vectors, store.save_vectors)
        stories, rows, met = gather(args.stories, embedder, reference.load(embedder), judge, args.calm)
        if args.cache:
            Path(args.cache).write_bytes(pickle.dumps((stories, rows, met)))
    report(stories, rows, met, args)


def fold_weights(rows, folds=FOLDS, without=()):
    """The weights and base learned from the other folds' stories, for each fold.

    ``without``: comparisons that they may not use.
    """
    usable = [r for r in rows if r[2] is not None and r[3] is not None]
    names = [
        [f for f in relate.features(r[1].a.kind, r[2]) if f.partition("=")[0].rpartition(":")[2] not in without]
        for r in usable
    ]
    told = [[(f, r[3]) for f, r in zip(names, usable, strict=True) if r[0] % folds != fold] for fold in range(folds)]
    with ProcessPoolExecutor(mp_context=get_context("fork")) as pool:
        return list(pool.map(_fit_pairs, told))


def _fit_pairs(told):
    return fit([names for names, _ in told], [label for _, label in told])


def left_out(stories, rows, learned, thresholds=OPEN):
    """Story number -> decided pairs by the weights of the other folds; by default, all above a token probability."""
    pairs = defaultdict(list)
    for number, pairing, _, _ in rows:
        pairs[number].append(pairing)
    decided = {}
    for fold, weights in enumerate(learned):
        model = as_model(*weights, thresholds)
        for number in range(fold, len(stories), len(learned)):
            decided[number] = findings.best(findings.decide(pairs[number], model))
    return decided


def as_findings(decided):
    return [as_finding(one) for number in sorted(decided) for one in decided[number]]


def unread(stories, decided):
    """The stories with gold that the judge has not read, and their decided pairs: those that figures are of."""
    kept = [n for n, s in enumerate(stories) if s["folder"] != "calm" and s["id"] not in READ]
    return [stories[n] for n in kept], {new: decided[n] for new, n in enumerate(kept)}


def calm_figures(stories, decided):
    """How many conflicts are reported where there is none."""
    numbers = [n for n, s in enumerate(stories) if s["folder"] == "calm" and s["id"].rpartition("-")[0] not in READ]
    said = Counter(
        str(findings.field_of(d.pairing)) for n in numbers for d in decided[n] if d.relation is Relation.CONFLICT
    )
    articles = sum(len(stories[n]["articles"]) for n in numbers)
    return {"stories": len(numbers), "articles": articles, "conflicts": said.total(), "fields": dict(said)}


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


def report(stories, rows, met, args):
    counts = defaultdict(int)
    for _, pairing, compared, truth in rows:
        if compared is not None:
            counts[pairing.a.kind.partition(" ")[0], str(truth)] += 1
    for key in sorted(counts):
        print(*key, counts[key])
    learned = {"judge": fold_weights(rows), "rules": fold_weights(without_judge(rows))}
    golden, decided = unread(stories, left_out(stories, rows, learned["judge"]))
    opened = as_findings(decided)
    for relation in ("conflict", "update", "scope", "compatible", "agree"):
        sweep(golden, opened, relation)
    figures = {"stories": len(golden)}
    for name, path, of in (("judge", relate.WEIGHTS, rows), ("rules", relate.WITHOUT_JUDGE, without_judge(rows))):
        decided = left_out(stories, of, learned[name], THRESHOLDS)
        figures[name] = measured(stories, decided)
        figures[name]["surer"] = surer(stories, of, learned[name])
        print(f"{name}: stories left out of training, thresholds in force:")
        print(json.dumps(figures[name]))
        if args.findings:
            lines = (json.dumps(d, ensure_ascii=False) + "\n" for d in as_findings(decided))
            Path(f"{args.findings}.{name}.jsonl").write_text("".join(lines), "utf-8")
        if args.write:
            write(of, path)
    figures["candidates"] = measures.candidate_recall(golden, met)
    figures["compared"] = measures.candidate_recall(golden, [as_finding(Bare(p)) for _, p, r, _ in rows if r])
    figures["calibration"] = measures.calibration(answered(golden, opened))
    print(json.dumps({name: figures[name] for name in ("candidates", "compared", "calibration")}))
    if args.write:
        REPORT.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
        picture = measures.reliability_svg(figures["calibration"], "Conflicts on left-out stories")
        RELIABILITY.write_text(picture, "utf-8")


Bare = namedtuple("Bare", "pairing relation confidence", defaults=("candidate", 1.0))


def measured(stories, decided):
    """Scores of all stories, of each folder alone, and of the questions; false alarms of the calm ones."""
    calm = calm_figures(stories, decided)
    stories, decided = unread(stories, decided)
    said = as_findings(decided)
    found = {"all": evaluate.score_stories(stories, said).summary, "questions": measures.b_cubed(stories, decided)}
    for folder in sorted({s["folder"] for s in stories}):
        chosen = [s for s in stories if s["folder"] == folder]
        ids = {s["id"] for s in chosen}
        found[folder] = evaluate.score_stories(
            chosen, [d for d in said if d["a"]["article_id"].split("/")[0] in ids]
        ).summary
    found["calm"] = calm
    return found


def surer(stories, rows, learned):
    """Precision, recall and F1 of conflicts, by the threshold of conflict."""
    out = {}
    for cut in SURER:
        thresholds = {**THRESHOLDS, "conflict": cut, "conflict:statement": cut}
        golden, decided = unread(stories, left_out(stories, rows, learned, thresholds))
        scores = evaluate.score_stories(golden, as_findings(decided)).summary
        out[str(cut)] = {name: scores[name] for name in ("conflict_findings", "precision", "recall", "f1")}
    return out


def answered(stories, said):
    """(confidence, right) of every conflict."""
    pairs = list(evaluate.gold_pairs(stories))
    index = evaluate.GoldIndex(pairs)
    gold = {n for n, p in enumerate(pairs) if p.relation == "conflict"}
    return [(d["confidence"], bool(index.connected(d) & gold)) for d in said if d["relation"] == "conflict"]


def write(rows, path):
    usable = [n for n, (_, _, r, y) in enumerate(rows) if r is not None and y is not None]
    names = [relate.features(rows[n][1].a.kind, rows[n][2]) for n in usable]
    model = as_model(*fit(names, [rows[n][3] for n in usable]), {})
    data = {
        "classes": [str(c) for c in relate.CLASSES],
        "shift": SHIFT,
        "thresholds": THRESHOLDS,
        "weights": model.weights,
    }
    path.write_text(json.dumps(data, indent=0, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
