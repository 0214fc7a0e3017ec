"""The words that every room of the package shares: frozen data, enums, stable ids. No I/O, no third party.

All spans are half-open character offsets ``[start, end)``. A span inside an article always names its part
(``title`` or ``text``); functions that look at one string return offsets into that string.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

ID_LENGTH = 16


def stable_id(*parts: str) -> str:
    """Return 16 hex digits that depend on every part and on where each part ends.

    >>> stable_id("ab", "c") != stable_id("a", "bc")
    True
    """
    encoded = json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()
    return hashlib.sha256(encoded).hexdigest()[:ID_LENGTH]


class Relation(StrEnum):
    """How two claims stand to each other."""

    AGREE = "agree"
    COMPATIBLE = "compatible"
    UPDATE = "update"
    SCOPE = "scope"
    CONFLICT = "conflict"
    UNRELATED = "unrelated"


class Field(StrEnum):
    """What differs, or would differ, between two claims."""

    VALUE = "value"
    DIRECTION = "direction"
    DATE = "date"
    PLACE = "place"
    ENTITY = "entity"
    POLARITY = "polarity"
    STATUS = "status"
    ATTRIBUTION = "attribution"
    STATEMENT = "statement"


class Severity(StrEnum):
    """How hard a conflict is: ``high`` no reader accepts both; ``low`` a small gap beyond rounding."""

    HIGH = "high"
    LOW = "low"


class Outcome(StrEnum):
    """What one comparison level says about one field of a pair."""

    AGREE = "agree"
    NEAR = "near"
    DISAGREE = "disagree"
    NO_EVIDENCE = "no evidence"


class Role(StrEnum):
    """Whether a field tells *which* question is answered, *what* the answer is, or only explains."""

    IDENTITY = "identity"
    ASSERTION = "assertion"
    CONTEXT = "context"


class Direction(StrEnum):
    """The sense of a change."""

    UP = "up"
    DOWN = "down"
    FLAT = "flat"


class Polarity(StrEnum):
    """Affirmed or negated."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"


class Status(StrEnum):
    """How far a thing has come, in order; ``DENIED`` stands apart."""

    RUMOURED = "rumoured"
    PLANNED = "planned"
    UNDER_WAY = "under way"
    COMPLETED = "completed"
    DENIED = "denied"


class Hedge(StrEnum):
    """Wording that widens or bounds a value."""

    NONE = ""
    ABOUT = "about"
    NEARLY = "nearly"
    OVER = "over"
    AT_LEAST = "at least"
    AT_MOST = "at most"


class ClaimKind(StrEnum):
    """What the claim's deciding words are: a number, an event or statement, or words quoted from someone."""

    QUANTITY = "quantity"
    EVENT = "event"
    QUOTATION = "quotation"


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open character range."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """Who publishes; outlets with the same ``owner`` are one voice."""

    source_id: str
    name: str
    owner: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article as read. ``text`` is what spans point into and is never changed; ``raw`` is the page it came from.

    ``published`` is ISO 8601 (UTC, ``2025-10-21T09:00:00Z``; a bare date stays a bare date) or None if unknown.
    """

    article_id: str
    source: str
    url: str
    title: str
    published: str | None
    lang: str
    text: str
    content_hash: str
    path: str = ""
    line: int = 0
    raw: str = ""

    def part(self, name: str) -> str:
        """Return the text of the part called ``title`` or ``text``."""
        return self.title if name == "title" else self.text


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, headline, list item or table row. ``dropped`` says why it carries no claim, empty if it may."""

    sentence_id: str
    article_id: str
    part: str
    index: int
    start: int
    end: int
    text: str
    lang: str
    dropped: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that went wrong with one input; the rest goes on."""

    stage: str
    path: str
    line: int
    article_id: str
    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit as printed. ``low == high`` for a point; None is an open end ("at least 5").

    ``step`` is the printed precision in ``unit`` (``1`` for "14 %", ``0.1`` for "13.8 %", ``1e8`` for "6.4 billion").
    ``noun`` is what is counted or measured beside the number ("electric buses"), lower-case, possibly empty.
    ``per`` is the denominator ("share", "day").
    """

    start: int
    end: int
    raw: str
    low: Decimal | None
    high: Decimal | None
    step: Decimal
    unit: str
    dimension: str
    hedge: Hedge = Hedge.NONE
    noun: str = ""
    per: str = ""


@dataclass(frozen=True, slots=True)
class TimeRef:
    """A time expression resolved to the days ``[low, high]`` (ISO dates, inclusive), or unresolved (both None).

    ``granularity`` is one of hour, day, week, month, quarter, half, year, decade, part (early, mid, late), unknown.
    ``kind``: point (when it happened), period ("third quarter", "since January": what is measured), clock.
    """

    start: int
    end: int
    raw: str
    low: str | None
    high: str | None
    granularity: str
    kind: str = "point"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who is said to assert the claim. ``kind``: own, named, unnamed, document."""

    speaker: str
    cue: str
    kind: str


@dataclass(frozen=True, slots=True)
class Entity:
    """A name as printed, its canonical form inside the article, and its kind (person, org, place, thing, other)."""

    start: int
    end: int
    raw: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that carry a typed value other than a number, a time or a name.

    ``kind``: direction (``value`` up, down, flat), outcome (win, lose), pole (``group`` names an opposition such as
    "approve", ``value`` is ``+`` or ``-``), status (a Status value), scope (``group`` period, part or region), base
    (a number that others are set against) or metric (``group`` and ``value`` name what is measured).
    """

    start: int
    end: int
    raw: str
    kind: str
    value: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A checkable assertion: ``quote`` is the sentence as printed, ``focus`` the deciding words inside the part."""

    claim_id: str
    article_id: str
    sentence_id: str
    part: str
    start: int
    end: int
    quote: str
    focus: Span
    kind: ClaimKind
    lang: str
    subject: str = ""
    metric: str = ""
    quantity: Quantity | None = None
    direction: Direction | None = None
    times: tuple[TimeRef, ...] = ()
    places: tuple[str, ...] = ()
    entities: tuple[Entity, ...] = ()
    cues: tuple[Cue, ...] = ()
    polarity: Polarity = Polarity.AFFIRMED
    status: Status | None = None
    attribution: Attribution | None = None
    as_of: str | None = None
    extractor: str = ""


@dataclass(frozen=True, slots=True)
class FieldOutcome:
    """What one declared comparison said about a pair. ``weight`` is the measured log-odds it adds, if any."""

    field: str
    role: Role
    level: str
    label: str
    outcome: Outcome
    a: str
    b: str
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Two claims of two articles with their computed relation. ``a`` is the earlier published, then smaller id.

    ``focus_a`` and ``focus_b`` are the deciding words inside the claims' parts (None: the claim's own focus).
    """

    finding_id: str
    story_id: str
    cluster_id: str
    claim_a: str
    claim_b: str
    relation: Relation
    field: Field
    severity: Severity | None
    confidence: float
    about: str
    explanation: str
    value_a: str
    value_b: str
    outcomes: tuple[FieldOutcome, ...] = ()
    also_in_a: tuple[str, ...] = ()
    also_in_b: tuple[str, ...] = ()
    focus_a: Span | None = None
    focus_b: Span | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """Claims judged to answer one question."""

    cluster_id: str
    story_id: str
    label: str
    claim_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """Articles about one event or running story. ``digest`` changes when any member's content changes."""

    story_id: str
    title: str
    article_ids: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Origin:
    """``article_id`` repeats ``origin_id``; an original names itself.

    ``kind``: original, copy, rewrite, translation or same owner.
    """

    article_id: str
    origin_id: str
    kind: str
    score: float


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's ruling on a finding; append-only. ``digest`` is of the two quotes and values it was made on."""

    decision_id: str
    finding_id: str
    ruling: str
    reviewer: str
    note: str
    digest: str
    created_at: str
    supersedes: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """All that one run publishes. Everything in it can be rebuilt from the articles."""

    sources: tuple[Source, ...]
    articles: tuple[Article, ...]
    sentences: tuple[Sentence, ...]
    claims: tuple[Claim, ...]
    stories: tuple[Story, ...]
    origins: tuple[Origin, ...]
    clusters: tuple[Cluster, ...]
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    run: dict[str, str] = field(default_factory=dict)
