"""The judge of two texts that are taken to be about one event, and the look-up of one text in a corpus.

The same slots, comparisons and weights as between articles; as the texts are known to be about one event, each pair of
slots starts with better odds of being about one question (``RelationModel.shift``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from reconcile.claims.extract import Extractor
from reconcile.match import candidates, findings, slots
from reconcile.match.compare import compare
from reconcile.match.reconciler import Corpus, Matcher
from reconcile.model import Article, Claim, Field, Outcome, Relation, Sentence, stable_id

BATCH = 256
ALIKE = 2.0  # standard deviations of likeness from which two texts without a difference say the same


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of a pair."""

    relation: Relation
    field: Field | None
    confidence: float


class PairJudge:
    """Judges pairs of short texts in batches."""

    def __init__(self, matcher: Matcher, extractor: Extractor) -> None:
        self._matcher, self._extractor = matcher, extractor

    def judge(self, rows: Iterable[Mapping[str, object]]) -> Iterator[dict[str, object]]:
        """Yield ``{"id", "relation", "field", "confidence"}`` for each row with ``id``, ``a`` and ``b``, in order."""
        stream = iter(rows)
        while batch := list(islice(stream, BATCH)):
            yield from self._batch(batch)

    def _batch(self, rows: Sequence[Mapping[str, object]]) -> Iterator[dict[str, object]]:
        claims: dict[str, tuple[Claim, ...]] = {}
        for number, row in enumerate(rows):
            for side in ("a", "b"):
                claims[f"{number}/{side}"] = self._claims(f"{number}/{side}", row, side)
        texts = {key: str(rows[int(key.split("/")[0])][key[-1]]) for key in claims}
        frames = self._frames(
            {key: slots.of_claims(c) for key, c in claims.items()}, {k: [t] for k, t in texts.items()}
        )
        for number, row in enumerate(rows):
            a, b = f"{number}/a", f"{number}/b"
            cosine = frames[a].kept @ frames[b].kept.T
            likeness = float(self._matcher.reference.scale_sentences(cosine)[0, 0])
            said = self._verdict(frames[a], frames[b], likeness)
            yield {
                "id": row.get("id"),
                "relation": said.relation.value,
                "field": said.field.value if said.field else None,
                "confidence": round(said.confidence, 2),
            }

    def _frames(
        self, by_article: Mapping[str, Sequence[slots.Slot]], texts: Mapping[str, Sequence[str]]
    ) -> dict[str, slots.Frame]:
        return slots.frames(by_article, texts, self._matcher.embedder, self._matcher.reference)

    def _claims(self, key: str, row: Mapping[str, object], side: str) -> tuple[Claim, ...]:
        published = row.get(f"published_{side}")
        return extract_text(str(row[side]), key, self._extractor, str(published) if published else None)

    def _verdict(self, a: slots.Frame, b: slots.Frame, likeness: float) -> Verdict:
        """The strongest conflict of any slot; else what the slots that agree, or the whole texts, say."""
        model = self._matcher.model
        best: dict[Relation, tuple[float, Field | None]] = {}
        differs = False
        for pairing in candidates.between(a, b, self._matcher.reference):
            if pairing.a.kind == "quotation":
                continue
            rows = compare(pairing)
            if rows[0].outcome is Outcome.NO_EVIDENCE:
                continue
            differs = differs or rows[0].outcome is Outcome.DISAGREE
            shares = model.probabilities(pairing.a.kind, rows, shift=model.shift)
            for relation, share in shares.items():
                if share > best.get(relation, (0.0, None))[0]:
                    best[relation] = (share, findings.field_of(pairing))
        return _choose(best, likeness, differs)

    def lookup(self, text: str, corpus: Corpus) -> tuple[dict[str, object], ...]:
        """Return the claims of a corpus that answer the same question as a text, the surest first."""
        claims = extract_text(text, "text", self._extractor, None)
        by_article = {a: slots.of_claims(c) for a, c in corpus.claims.items()}
        frames = self._frames(
            {"text": slots.of_claims(claims), **by_article}, {"text": [], **{a: [] for a in by_article}}
        )
        found: list[dict[str, object]] = []
        for article_id in sorted(corpus.articles):
            pairings = candidates.between(frames["text"], frames[article_id], self._matcher.reference)
            for one in findings.best(findings.decide(pairings, self._matcher.model)):
                claim = one.pairing.b.claim
                found.append(
                    {
                        "relation": one.relation.value,
                        "field": findings.field_of(one.pairing).value,
                        "confidence": round(one.confidence, 2),
                        "article_id": article_id,
                        "source": corpus.articles[article_id].source,
                        "claim_id": claim.claim_id,
                        "quote": claim.quote,
                        "start": claim.start,
                        "end": claim.end,
                        "part": claim.part,
                        "value": findings.shown(one.pairing.b),
                        "explanation": findings.explain(one),
                    }
                )
        return tuple(sorted(found, key=lambda f: (-float(str(f["confidence"])), str(f["claim_id"]), str(f["field"]))))


def extract_text(text: str, key: str, extractor: Extractor, published: str | None) -> tuple[Claim, ...]:
    """Return the claims of a bare text, taken as one sentence."""
    from reconcile.read.identity import detect_language

    stripped = text.strip()
    if not stripped:
        return ()
    lang, _ = detect_language(stripped)
    article = Article(key, "", "", "", published, lang, stripped, stable_id("text", stripped))
    sentence = Sentence(stable_id("sentence", key), key, "text", 0, 0, len(stripped), stripped, lang)
    return extractor.extract(article, [sentence])


def _choose(best: Mapping[Relation, tuple[float, Field | None]], likeness: float, differs: bool) -> Verdict:
    conflict, field = best.get(Relation.CONFLICT, (0.0, None))
    if conflict >= 0.5:
        return Verdict(Relation.CONFLICT, field, conflict)
    for relation in (Relation.UPDATE, Relation.SCOPE, Relation.COMPATIBLE):
        share, of = best.get(relation, (0.0, None))
        if share >= 0.5:
            return Verdict(relation, of, share)
    if likeness >= ALIKE and not differs:
        return Verdict(Relation.AGREE, None, best.get(Relation.AGREE, (0.5, None))[0] or 0.5)
    return Verdict(Relation.UNRELATED, None, 1.0 - conflict)


__all__ = ["PairJudge", "Verdict", "extract_text"]
