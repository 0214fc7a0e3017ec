"""What a language model said of a conflict, kept by what it was shown, so that nothing is asked twice.

A verification stands beside a finding and never changes it; it counts only while both texts are as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reconcile.model import stable_id
from reconcile.publish.forms import context

_FORM = "1"  # of what is shown: another form is another question, so nothing said of the old one counts
_OPENING = 500  # characters
_QUOTE_LIMIT = 200


class VerificationStatus(StrEnum):
    """What became of asking: the model calls it a conflict too, or does not, or its answer is of no use."""

    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    UNUSABLE = "unusable"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of one side: its article's title and time, the sentence, the words compared, pieces of text."""

    title: str
    published: str
    sentence: str
    value: str
    pieces: tuple[str, ...]

    def digest(self) -> str:
        """Return a digest of all that is shown."""
        return stable_id(_FORM, self.title, self.published, self.sentence, self.value, *self.pieces)


@dataclass(frozen=True, slots=True)
class Question:
    """A conflict to ask about; ``article_id`` is that of side ``a``."""

    finding_id: str
    article_id: str
    a: Shown
    b: Shown

    def texts(self) -> tuple[str, str]:
        """Return the digests of both sides: what an answer is kept by, with the model."""
        return self.a.digest(), self.b.digest()


@dataclass(frozen=True, slots=True)
class Verification:
    """One row of ``verifications``: what ``model`` said when it was shown ``text_a`` and ``text_b`` (digests).

    ``why`` is its reason, or what went wrong. ``cost`` is what the provider says that the call cost (as a rule in US
    dollars), None where it does not say; an answer taken over from the same texts cost no tokens.
    """

    finding_id: str
    model: str
    text_a: str
    text_b: str
    status: str
    relation: str = ""
    field: str = ""
    why: str = ""
    quote_a: str = ""
    quote_b: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    asked_at: str = ""


def shown_side(row: Mapping[str, Any], side: str, text: str) -> Shown:
    """Return what is shown of a ``side`` of a row of ``FINDING_SQL``; ``text`` is its article's main text."""
    start, end = row[f"{side}_start"], row[f"{side}_end"]
    return Shown(
        title=row[f"{side}_title"],
        published=row[f"{side}_published"] or "",
        sentence=row[f"{side}_quote"],
        value=row[f"value_{side}"],
        pieces=_pieces(text, None if row[f"{side}_part"] == "title" else (start, end)),
    )


def _pieces(text: str, span: tuple[int, int] | None) -> tuple[str, ...]:
    """The opening of a text, where the when and where stand, and the paragraph around a span; one where they meet."""
    end = len(text) if len(text) <= _OPENING else text.rfind(" ", 0, _OPENING)
    opening = text[: end if end > 0 else _OPENING].rstrip()
    if span is None:
        return (opening,)
    around = context(text, *span, span)
    low = span[0] - around["start"]
    if low <= len(opening) + 2:
        return (text[: low + len(around["text"])],)
    return opening, str(around["text"])


def verification_text(said: Mapping[str, Any]) -> str:
    """Return a verification as one line: who, what, why, and the words that it rests on."""
    other = f", says {said['relation']}" if said["status"] == VerificationStatus.DISPUTED else ""
    quotes = [_short(said[name]) for name in ("quote_a", "quote_b") if said[name]]
    rest = f" ({' / '.join(f'“{quote}”' for quote in quotes)})" if quotes else ""
    return f"Verifier {said['model']}: {said['status']}{other}: {said['why']}{rest}"


def _short(quote: str) -> str:
    return quote if len(quote) <= _QUOTE_LIMIT else quote[: _QUOTE_LIMIT - 1] + "…"
