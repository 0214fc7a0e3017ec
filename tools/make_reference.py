"""Choose the reference sentences of ``reconcile/match/reference.jsonl`` from our own stories.

    python tools/make_reference.py datasets/stories

Takes one sentence in PER_STORY by a hash of its text, so the choice does not depend on anything else, with the spans
of its slots; then measures the packaged model on them and writes ``reference.json`` and ``background.json`` beside.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from reconcile.claims.extract import SlotExtractor
from reconcile.match import near, reference, slots
from reconcile.match.embed import load
from reconcile.model import Article, stable_id
from reconcile.read import clean, sentences

PER_STORY = 10
SPANS = 4


def write_background(folder: Path) -> None:
    """Count in how many articles each name and word stands; those of one story alone tell nothing and stay out."""
    counts = {"names": Counter(), "words": Counter()}
    spread = {"names": defaultdict(set), "words": defaultdict(set)}
    total = 0
    for path in sorted(folder.glob("*.json")):
        story = json.loads(path.read_text("utf-8"))
        for a in story["articles"]:
            total += 1
            article = as_article(a)
            split = clean.mark(sentences.split(article), article)
            found = {
                "names": near.name_tokens(SlotExtractor().extract(article, split)),
                "words": near.word_stems(split),
            }
            for kind, tokens in found.items():
                counts[kind].update(set(tokens))
                for token in set(tokens):
                    spread[kind][token].add(story["id"])
    data = {kind: {t: n for t, n in sorted(c.items()) if len(spread[kind][t]) > 1} for kind, c in counts.items()}
    near.BACKGROUND.write_text(
        json.dumps({"articles": total, **data}, ensure_ascii=False, sort_keys=True) + "\n", "utf-8"
    )


def as_article(a: dict) -> Article:
    return Article(a["id"], a["source"], a["url"], a["title"] or "", a["published"], a["lang"], a["text"], "")


def main() -> None:
    rows = []
    for path in sorted(Path(sys.argv[1]).glob("*.json")):
        story = json.loads(path.read_text("utf-8"))
        found = {}
        for a in story["articles"]:
            article = as_article(a)
            claims = SlotExtractor().extract(article, clean.mark(sentences.split(article), article))
            for slot in slots.of_claims(claims):
                span = [slot.span.start - slot.claim.start, slot.span.end - slot.claim.start]
                spans = found.setdefault(slot.claim.quote, [])
                if span not in spans and len(spans) < SPANS:
                    spans.append(span)
        chosen = sorted(found, key=lambda text: stable_id(text))[:PER_STORY]
        rows += [{"story": story["id"], "text": text, "spans": sorted(found[text])} for text in sorted(chosen)]
    reference.SENTENCES.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    write_background(Path(sys.argv[1]))
    embedder = load("default")
    measured = reference.measure(embedder)
    reference.save(measured, embedder.name)
    print(f"{len(rows)} sentences; {measured.sentence_spread}, {measured.slot_spread}")


if __name__ == "__main__":
    main()
