"""A large publication of made-up articles: for the tests of speed and of many reviewers at once."""

from __future__ import annotations

from decimal import Decimal

from reconcile.model import (
    Article,
    Claim,
    ClaimKind,
    Cluster,
    Field,
    FieldOutcome,
    Finding,
    Origin,
    Outcome,
    Quantity,
    Relation,
    Role,
    Sentence,
    Severity,
    Source,
    Span,
    Story,
    stable_id,
)
from reconcile.publish.publication import Publication

ARTICLES_A_STORY, QUESTIONS_A_STORY, SOURCES = 10, 20, 60
RELATIONS = (Relation.CONFLICT, Relation.AGREE, Relation.UPDATE, Relation.CONFLICT, Relation.COMPATIBLE)


def many(findings: int, *, note: str = "") -> Publication:
    """Return at least ``findings`` findings: stories of ten articles that answer twenty questions each.

    ``note`` ends the last question of every story, so that a second publication with another one changes something.
    """
    pairs = ARTICLES_A_STORY * (ARTICLES_A_STORY - 1) // 2
    stories = -(-findings // (pairs * QUESTIONS_A_STORY))
    made = [_story(number, note) for number in range(stories)]
    sources = tuple(Source(f"s{n}", f"Source {n}", f"Owner {n}") for n in range(SOURCES))
    joined = [tuple(item for story in made for item in story[part]) for part in range(7)]
    articles, sentences, claims, groups, origins, clusters, found = joined
    return Publication(sources, articles, sentences, claims, groups, origins, clusters, found, ())


def _story(number: int, note: str) -> tuple[list, ...]:  # type: ignore[type-arg]
    articles, sentences, origins = [], [], []
    claims: list[list[Claim]] = []
    for place in range(ARTICLES_A_STORY):
        article_id = f"n{number:05}/a{place}"
        words = [
            f"Place {number} counted {place + 3 * q} boats at pier {q} on day one." for q in range(QUESTIONS_A_STORY)
        ]
        text = " ".join(words)
        published = f"2031-03-{1 + number % 28:02}T{place:02}:00:00Z"
        articles.append(
            Article(
                article_id, f"s{(number + place) % SOURCES}", f"https://example.test/{article_id}", f"Story {number}",
                published, ("en", "tl")[place % 2], text, stable_id(text),
            )
        )  # fmt: skip
        origins.append(Origin(article_id, article_id, "original", 1.0))
        own, start = [], 0
        for q, said in enumerate(words):
            sentence_id = stable_id(article_id, said)
            end = start + len(said)
            sentences.append(Sentence(sentence_id, article_id, "text", q, start, end, said, "en"))
            own.append(_claim(article_id, said, start, place + 3 * q))
            start = end + 1
        claims.append(own)
    clusters, findings = [], []
    for q in range(QUESTIONS_A_STORY):
        ids = [own[q].claim_id for own in claims]
        cluster_id = stable_id("cluster", *ids)
        label = f"Place {number}: boats at pier {q}" + (note if q == QUESTIONS_A_STORY - 1 else "")
        clusters.append(Cluster(cluster_id, f"n{number}", label, tuple(ids)))
        findings += [
            _finding(claims[a][q], claims[b][q], (number + a + b + q), cluster_id, label, f"n{number}")
            for a in range(ARTICLES_A_STORY)
            for b in range(a + 1, ARTICLES_A_STORY)
        ]
    story = Story(f"n{number}", f"Story {number}", tuple(a.article_id for a in articles), stable_id(note, str(number)))
    every = [claim for own in claims for claim in own]
    return articles, sentences, every, [story], origins, clusters, findings


def _claim(article_id: str, said: str, start: int, value: int) -> Claim:
    at = start + said.index("counted ") + 8
    amount = Quantity(
        at, at + len(str(value)), str(value), Decimal(value), Decimal(value), Decimal(1), "count", "count"
    )
    return Claim(
        stable_id(article_id, said), article_id, stable_id(article_id, said), "text", start, start + len(said), said,
        Span(amount.start, amount.end), ClaimKind.QUANTITY, "en", "boats", "counted", amount,
    )  # fmt: skip


def _finding(a: Claim, b: Claim, number: int, *names: str) -> Finding:
    relation = RELATIONS[number % len(RELATIONS)]
    severity = (Severity.HIGH, Severity.LOW)[number % 2] if relation is Relation.CONFLICT else None
    outcomes = (
        FieldOutcome("subject", Role.IDENTITY, "equal", "one subject", Outcome.AGREE, "boats", "boats", 1.5),
        FieldOutcome("value", Role.ASSERTION, "else", "values differ", Outcome.DISAGREE, "3", "4", -2.0),
    )
    cluster_id, label, story_id = names
    return Finding(
        stable_id(*sorted((a.claim_id, b.claim_id))), story_id, cluster_id, a.claim_id, b.claim_id, relation,
        Field.VALUE, severity, 0.5 + (number % 50) / 100, label, "values differ", str(a.quantity and a.quantity.raw),
        str(b.quantity and b.quantity.raw), outcomes,
    )  # fmt: skip
