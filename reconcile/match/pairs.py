"""The judge of two texts that are taken to be about one event, and the look-up of one text in a corpus.

The same slots, comparisons and weights as between articles; as the texts are known to be about one event, each pair of
slots starts with better odds of being about one question (``RelationModel.shift``). What they say of two texts is
weighed with what the judge says (``verdict.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from reconcile.claims.extract import Extractor
from reconcile.match import candidates, findings, relate, slots, verdict
from reconcile.match.compare import compare
from reconcile.match.judge import Opinion, Pair, key_of
from reconcile.match.reconciler import Corpus, Matcher
from reconcile.match.verdict import Evidence
from reconcile.model import Article, Claim, Field, Outcome, Relation, Sentence, Span, stable_id
from reconcile.read.dates import normalise_date

BATCH = 256
SAME = Opinion(1.0, 0.0, 0.0)  # of two texts that differ in nothing but numbers


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
        self._rules = relate.load(relate.WITHOUT_JUDGE)
        self._model = verdict.load(matcher.judge is not None)

    def judge(self, rows: Iterable[Mapping[str, object]]) -> Iterator[dict[str, object]]:
        """Yield ``{"id", "relation", "field", "confidence"}`` for each row with ``id``, ``a`` and ``b``, in order.

        ``title_a``, ``published_a`` and the like may be there; what is no title or no date is passed over.
        """
        stream = iter(rows)
        while batch := list(islice(stream, BATCH)):
            yield from self._batch(batch)

    def evidence(self, rows: Sequence[Mapping[str, object]]) -> list[Evidence]:
        """Return what is known of each pair of texts, and the likeliest relation of its typed slots."""
        claims: dict[str, tuple[Claim, ...]] = {}
        for number, row in enumerate(rows):
            for side in ("a", "b"):
                claims[f"{number}/{side}"] = self._claims(f"{number}/{side}", row, side)
        texts = {key: str(rows[int(key.split("/")[0])][key[-1]]) for key in claims}
        frames = self._frames(
            {key: slots.of_claims(c) for key, c in claims.items()}, {k: [t] for k, t in texts.items()}
        )
        opinions = self._opinions([key_of(str(row["a"]), str(row["b"])) for row in rows])
        return [
            self._weighed(frames[f"{number}/a"], frames[f"{number}/b"], opinions[number]) for number in range(len(rows))
        ]

    def _opinions(self, keys: Sequence[Pair]) -> list[Opinion | None]:
        if self._matcher.judge is None:
            return [None] * len(keys)
        asked = sorted({key for key in keys if key[0] != key[1]})
        said = dict(zip(asked, self._matcher.judge.opinions(asked), strict=True))
        return [said.get(key, SAME) for key in keys]

    def _weighed(self, a: slots.Frame, b: slots.Frame, opinion: Opinion | None) -> Evidence:
        """The strongest relations of any two typed slots, as the rules alone see them."""
        best: dict[tuple[Relation, Field], float] = {}
        matched: dict[bool, set[Span]] = {True: set(), False: set()}
        for pairing in candidates.between(a, b, self._matcher.reference):
            if pairing.a.kind in ("quotation", slots.STATEMENT):
                continue
            rows = compare(pairing)
            if pairing.a.kind == "value" and rows[0].outcome in (Outcome.AGREE, Outcome.NEAR):
                matched[True].add(pairing.a.span)
                matched[False].add(pairing.b.span)
            if rows[0].outcome is Outcome.NO_EVIDENCE:
                continue
            field = findings.field_of(pairing)
            for relation, share in self._rules.probabilities(pairing.a.kind, rows, shift=self._rules.shift).items():
                best[relation, field] = max(share, best.get((relation, field), 0.0))
        alone = [
            sum(s.kind == "value" and s.span not in matched[side] for s in f.slots)
            for side, f in ((True, a), (False, b))
        ]
        cosine = a.kept @ b.kept.T
        return Evidence(
            opinion=opinion,
            rules=best,
            likeness=float(self._matcher.reference.scale_sentences(cosine)[0, 0]),
            numbers=min(alone),
            equal=bool(matched[True]),
        )

    def _batch(self, rows: Sequence[Mapping[str, object]]) -> Iterator[dict[str, object]]:
        for row, known in zip(rows, self.evidence(rows), strict=True):
            said = self.verdict(known)
            yield {
                "id": row.get("id"),
                "relation": said.relation.value,
                "field": said.field.value if said.field else None,
                "confidence": round(said.confidence, 2),
            }

    def verdict(self, known: Evidence) -> Verdict:
        """Return the likeliest relation; an update or another scope only where a rule reads one."""
        shares = self._model.probabilities(known)
        agree, conflict, unrelated = shares
        said = verdict.decide(shares)
        if said == "conflict":
            return Verdict(Relation.CONFLICT, verdict.field_of(known), conflict)
        for relation in (Relation.UPDATE, Relation.SCOPE):
            share, field = known.strongest(relation)
            if share >= 0.5:
                return Verdict(relation, field, share)
        if said == "agree":
            return Verdict(Relation.AGREE, None, agree)
        return Verdict(Relation.UNRELATED, None, unrelated)

    def _frames(
        self, by_article: Mapping[str, Sequence[slots.Slot]], texts: Mapping[str, Sequence[str]]
    ) -> dict[str, slots.Frame]:
        return slots.frames(by_article, texts, self._matcher.embedder, self._matcher.reference)

    def _claims(self, key: str, row: Mapping[str, object], side: str) -> tuple[Claim, ...]:
        title, published = row.get(f"title_{side}"), normalise_date(row.get(f"published_{side}"))
        known = title if isinstance(title, str) else ""
        return extract_text(str(row[side]), key, self._extractor, published, title=known)

    def lookup(self, text: str, corpus: Corpus) -> tuple[dict[str, object], ...]:
        """Return the claims of a corpus that answer the same question as a text, the surest first."""
        claims = extract_text(text, "text", self._extractor, None)
        by_article = {a: slots.of_claims(c) for a, c in corpus.claims.items()}
        frames = self._frames(
            {"text": slots.of_claims(claims), **by_article}, {"text": [], **{a: [] for a in by_article}}
        )
        found: list[dict[str, object]] = []
        for article_id in sorted(corpus.articles):
            between = candidates.between(frames["text"], frames[article_id], self._matcher.reference)
            pairings = candidates.judged(between, self._matcher.judge, self._matcher.model)
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


def extract_text(
    text: str, key: str, extractor: Extractor, published: str | None, *, title: str = ""
) -> tuple[Claim, ...]:
    """Return the claims of a bare text, taken as one sentence; its title tells who and what it is about."""
    from reconcile.read.identity import detect_language

    parts = {"title": title.strip(), "text": text.strip()}
    if not parts["text"]:
        return ()
    lang, _ = detect_language("\n".join(filter(None, parts.values())))
    article = Article(key, "", "", parts["title"], published, lang, parts["text"], stable_id("text", parts["text"]))
    sentences = [
        Sentence(stable_id("sentence", key, part), key, part, number, 0, len(said), said, lang)
        for number, (part, said) in enumerate(parts.items())
        if said
    ]
    return tuple(claim for claim in extractor.extract(article, sentences) if claim.part == "text")


__all__ = ["PairJudge", "Verdict", "extract_text"]
