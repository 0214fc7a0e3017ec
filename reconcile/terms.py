"""The closed sets of words that claims and findings are described with. Their values are stored, so they are API."""

from __future__ import annotations

from enum import StrEnum


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


class ChangeKind(StrEnum):
    """What became of a sentence between two versions of an article."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


class Modality(StrEnum):
    """What a sentence claims to be: a fact that can be checked now, a forecast, or an opinion."""

    FACT = "fact"
    FORECAST = "forecast"
    OPINION = "opinion"


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
