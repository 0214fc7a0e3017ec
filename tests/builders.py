"""A small publication for tests of the store and the review pages. All names and texts are invented."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from reconcile.match.near import Profile
from reconcile.model import (
    Article,
    Attribution,
    Claim,
    ClaimKind,
    Cluster,
    Direction,
    Entity,
    Field,
    FieldOutcome,
    Finding,
    Origin,
    Outcome,
    Polarity,
    Problem,
    Quantity,
    Relation,
    Role,
    Sentence,
    Severity,
    Source,
    Span,
    Status,
    Story,
    TimeRef,
    stable_id,
)
from reconcile.publish.publication import Publication

SOURCES = (
    Source("harbour-post", "Harbour Post", "Northline Media"),
    Source("valley-wire", "Valley Wire", "Valley Wire Cooperative"),
    Source("ang-dalampasigan", "Ang Dalampasigan", "Northline Media"),
)

FERRY_A = (
    "The port authority opened an inquiry on Tuesday.\n\n"
    "The ferry was about to leave. At least 12 people were injured when the ramp at Odel Quay gave way, "
    "the harbour master said. Two cranes were brought in.\n\n"
    "The company has run the line since 1994.\n\n"
    "Sign up for our newsletter!"
)
FERRY_B = (
    "A loading ramp collapsed at Odel Quay on Tuesday morning.\n\n"
    "Hospitals treated 19 injured people <b>by noon</b> & sent most home. "
    "The company has run the line since 1989."
)
FERRY_C = "Bumagsak ang rampa sa Odel Quay noong Martes.\n\nHindi bababa sa 12 katao ang nasugatan."
BRIDGE_A = "The council approved the new bridge on Monday. Work starts in May."
BRIDGE_B = "The council rejected the bridge plan on Monday, the mayor said."

ARTICLES = (
    Article(
        "ferry/1", "harbour-post", "https://post.example/ferry", "Ramp gives way at Odel Quay",
        "2031-03-04T09:00:00Z", "en", FERRY_A, stable_id(FERRY_A), "a.jsonl", 1, "<html>raw</html>",
    ),
    Article(
        "ferry/2", "valley-wire", "http://wire.example/?a=1&b=2", "Nineteen hurt as loading ramp collapses",
        "2031-03-04T12:30:00Z", "en", FERRY_B, stable_id(FERRY_B), "a.jsonl", 2,
    ),
    Article(
        "ferry/3", "ang-dalampasigan", "javascript:alert(1)", "Rampa sa Odel Quay, bumagsak",
        "2031-03-04", "tl", FERRY_C, stable_id(FERRY_C), "a.jsonl", 3,
    ),
    Article(
        "bridge/1", "harbour-post", "", "Bridge approved", "2031-03-03", "en", BRIDGE_A, stable_id(BRIDGE_A)
    ),
    Article("bridge/2", "valley-wire", "", "Bridge plan fails", None, "en", BRIDGE_B, stable_id(BRIDGE_B)),
)  # fmt: skip


def _article(article_id: str) -> Article:
    return next(a for a in ARTICLES if a.article_id == article_id)


def sentence(article_id: str, text: str, index: int, dropped: str = "") -> Sentence:
    """The sentence ``text`` of an article's text, found by its words."""
    article = _article(article_id)
    start = article.text.index(text)
    sentence_id = stable_id(article_id, text)
    return Sentence(sentence_id, article_id, "text", index, start, start + len(text), text, article.lang, dropped)


def claim(said: Sentence, focus: str, **more: object) -> Claim:
    """A claim on the whole sentence with ``focus`` as its deciding words."""
    start = said.start + said.text.index(focus)
    base = Claim(
        stable_id(said.article_id, said.text, focus), said.article_id, said.sentence_id, said.part,
        said.start, said.end, said.text, Span(start, start + len(focus)), ClaimKind.EVENT, said.lang,
        extractor="rules/1",
    )  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type]


def quantity(raw: str, low: str, high: str | None = None, **more: object) -> Quantity:
    """A count of people at place 0 of the sentence."""
    base = Quantity(0, len(raw), raw, Decimal(low), Decimal(high or low), Decimal(1), "person", "count")
    return replace(base, **more)  # type: ignore[arg-type]


DROPPED = sentence("ferry/1", "Sign up for our newsletter!", 5, "boilerplate")
HURT_A = claim(
    sentence(
        "ferry/1",
        "At least 12 people were injured when the ramp at Odel Quay gave way, the harbour master said.",
        2,
    ),
    "12 people",
    kind=ClaimKind.QUANTITY,
    subject="Odel Quay ramp collapse",
    metric="injured",
    quantity=replace(quantity("At least 12 people", "12"), high=None),
    times=(TimeRef(0, 7, "Tuesday", "2031-03-04", "2031-03-04", "day"),),
    places=("Odel Quay",),
    entities=(Entity(10, 19, "Odel Quay", "Odel Quay", "place"),),
    status=Status.COMPLETED,
    attribution=Attribution("harbour master", "said", "unnamed"),
    as_of="2031-03-04",
)
HURT_B = claim(
    sentence("ferry/2", "Hospitals treated 19 injured people <b>by noon</b> & sent most home.", 1),
    "19 injured people",
    kind=ClaimKind.QUANTITY,
    subject="Odel Quay ramp collapse",
    metric="injured",
    quantity=quantity("19", "19"),
    direction=Direction.UP,
)
HURT_C = claim(
    sentence("ferry/3", "Hindi bababa sa 12 katao ang nasugatan.", 1),
    "12 katao",
    kind=ClaimKind.QUANTITY,
    metric="injured",
    quantity=quantity("12", "12"),
)
SINCE_A = claim(sentence("ferry/1", "The company has run the line since 1994.", 4), "1994")
SINCE_B = claim(sentence("ferry/2", "The company has run the line since 1989.", 2), "1989")
YES = claim(sentence("bridge/1", "The council approved the new bridge on Monday.", 0), "approved")
NO = claim(
    sentence("bridge/2", "The council rejected the bridge plan on Monday, the mayor said.", 0),
    "rejected",
    polarity=Polarity.NEGATED,
)
CLAIMS = (HURT_A, HURT_B, HURT_C, SINCE_A, SINCE_B, YES, NO)
SENTENCES = (
    *(Sentence(c.sentence_id, c.article_id, c.part, i, c.start, c.end, c.quote, c.lang)
      for i, c in enumerate(CLAIMS)),
    DROPPED,
)  # fmt: skip

OUTCOMES = (
    FieldOutcome("subject", Role.IDENTITY, "equal", "the same event", Outcome.AGREE, "ramp", "ramp", 3.2),
    FieldOutcome("place", Role.IDENTITY, "missing", "a place is absent", Outcome.NO_EVIDENCE, "Odel Quay", ""),
    FieldOutcome("value", Role.ASSERTION, "else", "values differ", Outcome.DISAGREE, "≥ 12", "19", -4.5),
)


def finding(a: Claim, b: Claim, relation: Relation, field: Field, **more: object) -> Finding:
    """A finding on two claims, its id made from theirs."""
    base = Finding(
        stable_id(*sorted((a.claim_id, b.claim_id))), "ferry", "", a.claim_id, b.claim_id, relation, field,
        Severity.HIGH if relation is Relation.CONFLICT else None, 0.9, "about", "explained", "x", "y",
    )  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type]


HURT = finding(
    HURT_A, HURT_B, Relation.CONFLICT, Field.VALUE,
    cluster_id="c-hurt", confidence=0.93, about="Odel Quay ramp collapse: injured",
    explanation="“At least 12” and “19” cannot both be the number of injured at noon.",
    value_a="≥ 12 people", value_b="19 people", outcomes=OUTCOMES, also_in_a=("ferry/3",),
)  # fmt: skip
SINCE = finding(
    SINCE_A, SINCE_B, Relation.CONFLICT, Field.DATE, severity=Severity.LOW, confidence=0.97,
    cluster_id="c-since", about="The line: since when", value_a="1994", value_b="1989",
)  # fmt: skip
BRIDGE = finding(
    YES, NO, Relation.CONFLICT, Field.POLARITY, story_id="bridge", confidence=0.7,
    about="Council vote on the bridge", value_a="approved", value_b="rejected",
)  # fmt: skip
COPY = finding(
    HURT_B, HURT_C, Relation.UPDATE, Field.VALUE, cluster_id="c-hurt", confidence=0.5,
    about="Injured: later count", value_a="12", value_b="19",
)  # fmt: skip

CLUSTERS = (
    Cluster("c-hurt", "ferry", "How many were injured?", (HURT_A.claim_id, HURT_B.claim_id, HURT_C.claim_id)),
    Cluster("c-since", "ferry", "Since when does the line run?", (SINCE_A.claim_id, SINCE_B.claim_id)),
)
ORIGINS = (
    Origin("bridge/1", "bridge/1", "original", 1.0),
    Origin("bridge/2", "bridge/2", "original", 1.0),
    Origin("ferry/1", "ferry/1", "original", 1.0),
    Origin("ferry/2", "ferry/2", "original", 1.0),
    Origin("ferry/3", "ferry/1", "translation", 0.91),
)
STORIES = (
    Story("bridge", "Bridge vote", ("bridge/1", "bridge/2"), "d1"),
    Story("ferry", "Ramp collapse at Odel Quay", ("ferry/1", "ferry/2", "ferry/3"), "d2"),
)
PROFILES = tuple(
    Profile(a.article_id, 741000 + n, bytes([n, 0]), bytes([n, 0, 0, 1]), bytes([9, n])) for n, a in enumerate(ARTICLES)
)
NEAR = (("bridge/1", "bridge/2"), ("ferry/1", "ferry/2"), ("ferry/1", "ferry/3"))
KEYS = (("bridge\tcost", "bridge/1"), ("ferry\tpeople", "ferry/1"), ("ferry\tpeople", "ferry/2"))
PROBLEMS = (Problem("read", "broken.html", 0, "", "no text found", "check that the page has a body"),)
RUN = {"tool_version": "0.1.0", "started_at": "2031-03-05T00:00:00Z", "finished_at": "2031-03-05T00:00:09Z"}


def publication(**more: object) -> Publication:
    """The whole sample; keyword arguments replace parts of it."""
    base = Publication(
        SOURCES,
        ARTICLES,
        SENTENCES,
        CLAIMS,
        STORIES,
        ORIGINS,
        CLUSTERS,
        (HURT, SINCE, BRIDGE, COPY),
        PROBLEMS,
        RUN,
        profiles=PROFILES,
        near=NEAR,
        keys=KEYS,
    )
    return replace(base, **more)  # type: ignore[arg-type]
