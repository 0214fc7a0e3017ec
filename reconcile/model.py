"""The words that every room of the package shares: frozen data, enums, stable ids. No I/O, no third party.

All spans are half-open character offsets ``[start, end)``. A span inside an article always names its part
(``title`` or ``text``); functions that look at one string return offsets into that string.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal

from reconcile.terms import (
    ChangeKind,
    ClaimKind,
    Direction,
    Field,
    Hedge,
    Modality,
    Outcome,
    Polarity,
    Relation,
    Role,
    Severity,
    Status,
)

__all__ = [
    "ID_LENGTH", "REFERENCE", "Article", "Attribution", "Change", "ChangeKind", "Claim", "ClaimKind", "Cluster", "Cue",
    "Decision", "Direction", "Entity", "Field", "FieldOutcome", "Finding", "Hedge", "Modality", "Origin", "Outcome",
    "Participant", "Polarity", "Problem", "Quantity", "Relation", "Revision", "Role", "Sentence",
    "Severity", "Source", "Span", "Status", "Story", "TimeRef", "stable_id",
]  # fmt: skip

ID_LENGTH = 16
_quoted = json.encoder.encode_basestring_ascii  # what json.dumps calls: every claim and sentence is given an id
REFERENCE = "reference"  # kind of an article that is one row of a trusted table


def stable_id(*parts: str) -> str:
    """Return 16 hex digits that depend on every part and on where each part ends.

    >>> stable_id("ab", "c") != stable_id("a", "bc")
    True
    """
    encoded = f"[{','.join(map(_quoted, parts))}]".encode()
    return hashlib.sha256(encoded).hexdigest()[:ID_LENGTH]


class _Travels:
    """What is sent to other processes, as its class and its fields: what dataclasses do of their own takes three times
    as long.
    """

    __slots__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), tuple([getattr(self, name) for name in self.__slots__])


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
class Article(_Travels):
    """One article as read. ``text`` is what spans point into and is never changed; ``raw`` is the page it came from.

    ``published`` is ISO 8601 (UTC, ``2025-10-21T09:00:00Z``; a bare date stays a bare date) or None if unknown.
    ``kind`` is ``REFERENCE`` for a row of a trusted table: it is in no story and no witness of its own.
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
    kind: str = "article"

    def part(self, name: str) -> str:
        """Return the text of the part called ``title`` or ``text``."""
        return self.title if name == "title" else self.text


@dataclass(frozen=True, slots=True)
class Sentence(_Travels):
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
    """One thing that went wrong with one input; the rest goes on.

    ``kept``: no article is missing for it, although none is named. It is not stored.
    """

    stage: str
    path: str
    line: int
    article_id: str
    message: str
    advice: str
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Quantity(_Travels):
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
class TimeRef(_Travels):
    """A time expression resolved to the days ``[low, high]`` (ISO dates, inclusive), or unresolved (both None).

    ``granularity`` is one of hour, day, week, month, quarter, half, year, decade, part (early, mid, late), unknown.
    ``kind``: point (when it happened), period ("third quarter", "since January": what is measured), clock, or
    reported (when it was said: "said on Friday").
    """

    start: int
    end: int
    raw: str
    low: str | None
    high: str | None
    granularity: str
    kind: str = "point"


@dataclass(frozen=True, slots=True)
class Attribution(_Travels):
    """Who is said to assert the claim. ``kind``: own, named, unnamed, document."""

    speaker: str
    cue: str
    kind: str


@dataclass(frozen=True, slots=True)
class Entity(_Travels):
    """A name as printed, its canonical form inside the article, and its kind (person, org, place, thing, other).

    ``raw`` may be a mention that is no name ("the company", "she"). ``within`` is the place that holds this one
    ("Georgia" for College Park), empty if the article and the gazetteer do not say.
    """

    start: int
    end: int
    raw: str
    name: str
    kind: str
    within: str = ""


@dataclass(frozen=True, slots=True)
class Participant(_Travels):
    """Who fills a role in an event: ``name`` (canonical) is the ``role`` of the ``event``.

    ``event`` is an event group that is the same in all languages ("appoint", "win", "buy"), ``role`` one of its
    parts ("agent", "patient", "office", ...). The span is the mention that fills the role.
    """

    start: int
    end: int
    raw: str
    event: str
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Cue(_Travels):
    """Words that carry a typed value other than a number, a time or a name.

    ``kind``: direction (``value`` up, down, flat), outcome (win, lose), pole (``group`` names an opposition such as
    "approve", ``value`` is ``+`` or ``-``), status (a Status value), scope (``group`` period, part or region), base
    (a number that others are set against), against (the words a number is compared with; ``group`` time, number or
    other) or metric (``group`` and ``value`` name what is measured).
    """

    start: int
    end: int
    raw: str
    kind: str
    value: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Claim(_Travels):
    """A checkable assertion: ``quote`` is the sentence as printed, ``focus`` the deciding words inside the part.

    ``worth`` is the estimated probability (0 to 1) that a fact-checker would find the sentence worth checking, None
    where it was not estimated.
    """

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
    participants: tuple[Participant, ...] = ()
    modality: Modality = Modality.FACT
    worth: float | None = None
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
    """A person's ruling on a finding; append-only. ``digest`` is of the two quotes and values it was made on.

    ``side`` is who is right, if they said so (``a``, ``b`` or ``neither``), ``reason`` one of a few kinds of why.
    ``made_on`` is the finding that the person looked at, where the ruling was made on its whole group; each finding of
    the group then has a decision of its own, with the same reviewer and time.
    """

    decision_id: str
    finding_id: str
    ruling: str
    reviewer: str
    note: str
    digest: str
    created_at: str
    supersedes: str = ""
    side: str = ""
    reason: str = ""
    made_on: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One change between two versions of an article; ``announced`` where the new one carries a correction note.

    The span is of ``quote_after`` in the new text, or of ``quote_before`` in the earlier one where it was removed.
    """

    kind: ChangeKind
    field: Field
    part: str
    start: int
    end: int
    quote_before: str
    quote_after: str
    value_before: str
    value_after: str
    announced: bool


@dataclass(frozen=True, slots=True)
class Revision:
    """An earlier version of an article, the ``number``-th to be replaced, with what its successor changed."""

    revision_id: str
    article_id: str
    number: int
    title: str
    text: str
    published: str | None
    content_hash: str
    changes: tuple[Change, ...]
