"""One question answered by many articles in two ways: a publication whose findings are the pairs of one conflict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconcile.model import (
    Article,
    Claim,
    ClaimKind,
    Cluster,
    Cue,
    Field,
    Finding,
    Origin,
    Relation,
    Sentence,
    Severity,
    Source,
    Span,
    Story,
    stable_id,
)
from reconcile.publish.publication import Publication

UP = (
    ("en", "Shares of Lindol Power {} on Monday.", "rose"),
    ("en", "The stock of Lindol Power {} on Monday.", "climbed"),
)
DOWN = (
    ("en", "Lindol Power {} in Monday's trading.", "fell"),
    ("en", "On Monday Lindol Power {} at the open.", "dropped"),
)
LONG_UP = (
    "tl",
    "Ayon sa pamunuan ng palitan sa Lungsod ng Makati, {} nitong Lunes ang halaga ng bawat sapi ng kompanyang Lindol "
    "Power matapos nitong ipahayag ang bagong kasunduan sa pagtatayo ng planta sa lalawigan ng Quezon.",
    "tumaas",
)
LONG_DOWN = (
    "tl",
    "Sa kabila ng inaasahan ng mga namumuhunan at ng mga tagasuri sa pananalapi, {} nitong Lunes ang halaga ng bawat "
    "sapi ng Lindol Power dahil sa pangamba sa utang ng kompanya at sa pagtaas ng presyo ng panggatong.",
    "bumagsak",
)
Told = tuple[str, str, str]  # language, sentence with a gap, the word that goes there


def told(up: Sequence[Told] = UP, down: Sequence[Told] = DOWN, *, mixed: bool = False) -> Publication:
    """Return articles that tell ``up`` and ``down``, with a finding for every two that disagree, the first the surest.

    Those that tell ``up`` are the earlier ones; ``mixed``, an article of each kind comes in turn.
    """
    senses = [*("up" for _ in up), *("down" for _ in down)]
    places = [2 * n for n in range(len(up))] + [2 * n + 1 for n in range(len(down))] if mixed else range(len(senses))
    made = [_article(place, one, sense) for place, one, sense in zip(places, (*up, *down), senses, strict=True)]
    claims = tuple(claim for _, _, claim in made)
    cluster = Cluster("c-shares", "shares", "Lindol Power: shares", tuple(sorted(c.claim_id for c in claims)))
    pairs = [(a, b) for a in claims[: len(up)] for b in claims[len(up) :]]
    findings = tuple(finding(a, b, round(0.9 - n / 100, 2)) for n, (a, b) in enumerate(pairs))
    articles = tuple(article for article, _, _ in made)
    return Publication(
        tuple(Source(a.source, a.source.title(), a.source) for a in articles),
        articles,
        tuple(sentence for _, sentence, _ in made),
        claims,
        (Story("shares", "Lindol Power on Monday", tuple(a.article_id for a in articles), "d"),),
        tuple(Origin(a.article_id, a.article_id, "original", 1.0) for a in articles),
        (cluster,),
        findings,
        (),
        {"finished_at": "2031-03-05T00:00:00Z"},
    )


def _article(number: int, one: Told, sense: str) -> tuple[Article, Sentence, Claim]:
    lang, words, cue = one
    text, article_id = words.format(cue), f"shares/{number:02}"
    article = Article(
        article_id, f"outlet {number}", "", f"Lindol Power: {cue}", f"2031-03-04T{number:02}:00:00Z", lang, text,
        stable_id(text),
    )  # fmt: skip
    sentence_id = stable_id(article_id, text)
    at = words.index("{}")
    claim = Claim(
        stable_id(article_id, text, cue), article_id, sentence_id, "text", 0, len(text), text,
        Span(at, at + len(cue)), ClaimKind.EVENT, lang, cues=(Cue(at, at + len(cue), cue, "direction", sense),),
    )  # fmt: skip
    return article, Sentence(sentence_id, article_id, "text", 0, 0, len(text), text, lang), claim


def finding(a: Claim, b: Claim, confidence: float, **more: object) -> Finding:
    """Return a conflict of direction between two claims, the earlier article's first."""
    a, b = sorted((a, b), key=lambda claim: claim.article_id)
    base = Finding(
        stable_id(*sorted((a.claim_id, b.claim_id))), "shares", "c-shares", a.claim_id, b.claim_id, Relation.CONFLICT,
        Field.DIRECTION, Severity.HIGH, confidence, "Lindol Power: shares", "opposite directions",
        a.cues[0].raw, b.cues[0].raw,
    )  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type]
