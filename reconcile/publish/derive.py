"""A publication as the rows of every derived table, with what is stored beside the objects themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace

from reconcile.errors import StoreError
from reconcile.model import REFERENCE, Claim, Finding, stable_id
from reconcile.publish.decisions import side_digest
from reconcile.publish.grouping import Place, grouped, pair_of
from reconcile.publish.publication import Publication
from reconcile.publish.rows import (
    Row,
    article_row,
    claim_row,
    dump,
    outcome_row,
    problem_row,
    rank,
    sentence_row,
    source_row,
)

# Every table that publish() owns, with its primary key. decisions, vectors and runs are not among them.
DERIVED: dict[str, tuple[str, ...]] = {
    "sources": ("source_id",),
    "articles": ("article_id",),
    "pages": ("article_id",),
    "sentences": ("sentence_id",),
    "claims": ("claim_id",),
    "entities": ("entity_id",),
    "claim_entities": ("claim_id", "entity_id"),
    "stories": ("story_id",),
    "story_articles": ("story_id", "article_id"),
    "origins": ("article_id",),
    "profiles": ("article_id",),
    "near": ("article_a", "article_b"),
    "claim_keys": ("key", "article_id"),
    "clusters": ("cluster_id",),
    "cluster_claims": ("cluster_id", "claim_id"),
    "findings": ("finding_id",),
    "comparisons": ("finding_id", "position"),
    "problems": ("problem_id",),
}


class Lookup:
    """The publication by id, checked: what is named exists."""

    def __init__(self, publication: Publication) -> None:
        self.claims = {c.claim_id: c for c in publication.claims}
        self.origin = {o.article_id: o.origin_id for o in publication.origins}
        self.clusters = {c.cluster_id: c for c in publication.clusters}
        self.articles = {a.article_id: a for a in publication.articles}
        self._origins: dict[str, int] = {}
        for claim in publication.claims:
            if claim.article_id not in self.articles:
                raise StoreError(f"claim {claim.claim_id}: article {claim.article_id!r} is not published")
        for finding in publication.findings:
            for claim_id in (finding.claim_a, finding.claim_b):
                if claim_id not in self.claims:
                    raise StoreError(f"finding {finding.finding_id}: claim {claim_id} is not published")

    def independent(self, claim_ids: Iterable[str]) -> int:
        """Number of independent origins among the articles of these claims; a copy counts with its origin.

        A row of a trusted table is no witness.
        """
        articles = {self.claims[c].article_id for c in claim_ids if c in self.claims}
        return len({self.origin.get(a, a) for a in articles if self.articles[a].kind != REFERENCE})

    def against_reference(self, finding: Finding) -> bool:
        """Tell whether a side of the finding is a row of a trusted table."""
        articles = (self.articles[self.claims[c].article_id] for c in (finding.claim_a, finding.claim_b))
        return any(article.kind == REFERENCE for article in articles)

    def origins_of(self, finding: Finding) -> int:
        """Independent origins that answer the finding's question: of its cluster and its two claims."""
        known = self._origins.get(finding.finding_id)
        if known is None:
            cluster = self.clusters.get(finding.cluster_id)
            known = self.independent({finding.claim_a, finding.claim_b, *(cluster.claim_ids if cluster else ())})
            self._origins[finding.finding_id] = known
        return known


def _places(lookup: Lookup, findings: Iterable[Finding]) -> dict[str, Place]:
    """The group of each finding. One against a row of a trusted table is alone."""
    pairs = (pair_of(f, alone=lookup.against_reference(f), origins=lookup.origins_of(f)) for f in findings)
    return grouped(pairs, lookup.claims)


def _finding_row(lookup: Lookup, place: Place, finding: Finding) -> Row:
    a, b = lookup.claims[finding.claim_a], lookup.claims[finding.claim_b]
    in_a, in_b = lookup.articles[a.article_id], lookup.articles[b.article_id]
    return {
        "finding_id": finding.finding_id,
        "relation": str(finding.relation),
        "field": str(finding.field),
        "severity": str(finding.severity) if finding.severity else None,
        "confidence": finding.confidence,
        "about": finding.about,
        "value_a": finding.value_a,
        "value_b": finding.value_b,
        "explanation": finding.explanation,
        "claim_a": finding.claim_a,
        "claim_b": finding.claim_b,
        "cluster_id": finding.cluster_id or None,
        "story_id": finding.story_id or None,
        "also_in_a": dump(finding.also_in_a),
        "also_in_b": dump(finding.also_in_b),
        "focus_a_start": finding.focus_a.start if finding.focus_a else None,
        "focus_a_end": finding.focus_a.end if finding.focus_a else None,
        "focus_b_start": finding.focus_b.start if finding.focus_b else None,
        "focus_b_end": finding.focus_b.end if finding.focus_b else None,
        "rank": rank(finding.relation, finding.severity),
        "origins": lookup.origins_of(finding),
        "digest": side_digest(a.quote, finding.value_a, b.quote, finding.value_b),
        "source_a": in_a.source or "",
        "source_b": in_b.source or "",
        "lang_a": a.lang,
        "lang_b": b.lang,
        "published": max(in_a.published or "", in_b.published or ""),
        "lead": place.lead,
        "turned": int(place.turned),
    }


def _entity_rows(claims: Iterable[Claim]) -> Iterator[Row]:
    named: dict[tuple[str, str], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for claim in claims:
        for entity in claim.entities:
            in_claims, in_articles = named[entity.kind, entity.name]
            in_claims.add(claim.claim_id)
            in_articles.add(claim.article_id)
    for (kind, name), (in_claims, in_articles) in sorted(named.items()):
        yield {
            "entity_id": stable_id(kind, name),
            "name": name,
            "kind": kind,
            "claims": len(in_claims),
            "articles": len(in_articles),
        }


def _claim_entity_rows(claims: Iterable[Claim]) -> Iterator[Row]:
    for claim in claims:
        for kind, name in sorted({(e.kind, e.name) for e in claim.entities}):
            yield {"claim_id": claim.claim_id, "entity_id": stable_id(kind, name)}


def _story_rows(publication: Publication) -> Iterator[tuple[str, Iterable[Row]]]:
    stories = publication.stories
    yield (
        "stories",
        (
            {"story_id": s.story_id, "title": s.title, "articles": len(s.article_ids), "digest": s.digest}
            for s in stories
        ),
    )
    yield (
        "story_articles",
        (
            {"story_id": s.story_id, "article_id": article_id, "position": position}
            for s in stories
            for position, article_id in enumerate(s.article_ids)
        ),
    )
    yield (
        "origins",
        (
            {"article_id": o.article_id, "origin_id": o.origin_id, "kind": o.kind, "score": o.score}
            for o in publication.origins
        ),
    )


def _nearness_rows(publication: Publication) -> Iterator[tuple[str, Iterable[Row]]]:
    yield "profiles", map(asdict, publication.profiles)
    yield "near", ({"article_a": a, "article_b": b} for a, b in publication.near)
    yield "claim_keys", ({"key": key, "article_id": article_id} for key, article_id in publication.keys)


def _cluster_rows(publication: Publication, lookup: Lookup) -> Iterator[tuple[str, Iterable[Row]]]:
    clusters = publication.clusters
    yield (
        "clusters",
        (
            {
                "cluster_id": c.cluster_id,
                "label": c.label,
                "story_id": c.story_id or None,
                "claims": len(c.claim_ids),
                "origins": lookup.independent(c.claim_ids),
            }
            for c in clusters
        ),
    )
    yield (
        "cluster_claims",
        (
            {"cluster_id": c.cluster_id, "claim_id": claim_id, "position": position}
            for c in clusters
            for position, claim_id in enumerate(c.claim_ids)
        ),
    )


def _own(publication: Publication) -> Publication:
    """Leave out what the publication holds of articles that it does not replace."""
    own = publication.replaces
    if own is None:
        return publication
    return replace(
        publication,
        articles=tuple(a for a in publication.articles if a.article_id in own),
        sentences=tuple(s for s in publication.sentences if s.article_id in own),
        claims=tuple(c for c in publication.claims if c.article_id in own),
        origins=tuple(o for o in publication.origins if o.article_id in own),
    )


def table_rows(publication: Publication) -> Iterator[tuple[str, Iterable[Row]]]:
    """Yield every derived table's name with its rows, one table at a time.

    :raises StoreError: if a claim or finding names something that the publication does not hold.
    """
    lookup = Lookup(publication)
    publication = _own(publication)
    yield "sources", map(source_row, publication.sources)
    yield "articles", map(article_row, publication.articles)
    yield "pages", ({"article_id": a.article_id, "raw": a.raw} for a in publication.articles if a.raw)
    yield "sentences", map(sentence_row, publication.sentences)
    yield "claims", map(claim_row, publication.claims)
    yield "claim_entities", _claim_entity_rows(publication.claims)
    yield "entities", _entity_rows(publication.claims)
    yield from _story_rows(publication)
    yield from _nearness_rows(publication)
    yield from _cluster_rows(publication, lookup)
    places = _places(lookup, publication.findings)
    yield "findings", (_finding_row(lookup, places[f.finding_id], f) for f in publication.findings)
    yield (
        "comparisons",
        (
            outcome_row(f.finding_id, position, outcome)
            for f in publication.findings
            for position, outcome in enumerate(f.outcomes)
        ),
    )
    yield "problems", map(problem_row, publication.problems)
