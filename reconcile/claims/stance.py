"""What a text says about change, opposition, status, negation and speakers: weak cues with spans."""

from __future__ import annotations

from dataclasses import dataclass

from reconcile.claims.phrases import Hit, Tokens, lexicon, tokenise
from reconcile.claims.sayings.headlines import is_title_case
from reconcile.claims.sayings.negation import clauses
from reconcile.claims.sayings.quotations import Quotation, attribution, denies, quotes
from reconcile.claims.sayings.speakers import speakers
from reconcile.model import Polarity, Span, Status

__all__ = [
    "Cue", "Pole", "Quotation", "StatusCue", "attribution", "denies", "direction", "opposites", "polarity", "poles",
    "quotes", "speakers", "status",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cue:
    """A change word: ``value`` is up, down, flat, win or lose."""

    start: int
    end: int
    raw: str
    value: str


@dataclass(frozen=True, slots=True)
class Pole:
    """One side of an opposition; ``group`` is the same in all languages, ``sign`` is flipped by a negation
    in scope.
    """

    start: int
    end: int
    raw: str
    group: str
    sign: int


@dataclass(frozen=True, slots=True)
class StatusCue:
    """Wording that tells how far a thing has come."""

    start: int
    end: int
    raw: str
    value: Status


def direction(text: str, lang: str) -> tuple[Cue, ...]:
    """Return the words of change and outcome in order; look-alikes ("up to 5", "set up") are left out."""
    tokens = tokenise(text)
    loud = is_title_case(text, lang) or lang == "de"
    found = []
    for hit in lexicon(lang, "direction").find(tokens):
        if loud or hit.i == 0 or not _is_name(tokens, hit):
            start, end = tokens.starts[hit.i], tokens.ends[hit.j - 1]
            found.append(Cue(start, end, text[start:end], hit.value.split("|")[0]))
    return tuple(found)


def poles(text: str, lang: str) -> tuple[Pole, ...]:
    """Return the words that stand for one side of an opposition, with the sign they have after negation."""
    tokens = tokenise(text)
    scopes = clauses(text, lang)
    loud = is_title_case(text, lang) or lang == "de"
    found = []
    hits = list(lexicon(lang, "opposites").find(tokens))
    cues = [(hit.i, hit.j) for hit in hits]
    for hit in hits:
        if not (loud or hit.i == 0 or not _is_name(tokens, hit)):
            continue
        start, end = tokens.starts[hit.i], tokens.ends[hit.j - 1]
        turn = -1 if scopes.negated(hit.i, hit.j, cues) else 1
        for value in hit.value.split("|"):
            group, _, sign = value.rpartition(" ")
            found.append(Pole(start, end, text[start:end], group, turn if sign == "+" else -turn))
    return tuple(found)


def opposites(lang: str) -> tuple[str, ...]:
    """Return the names of the opposition groups that a language has words for, sorted."""
    from reconcile import languages

    table = languages.load(lang).table("opposites")
    return tuple(sorted({name.rpartition(" ")[0] for name in table if name.endswith((" +", " -"))}))


def status(text: str, lang: str) -> tuple[StatusCue, ...]:
    """Return the words that tell planned, under way, completed, rumoured or denied."""
    tokens = tokenise(text)
    scopes = clauses(text, lang)
    found = []
    for hit in lexicon(lang, "status").find(tokens):
        value = Status(hit.value.split("|")[0])
        if value in (Status.COMPLETED, Status.UNDER_WAY) and scopes.negated(hit.i, hit.j):
            value = Status.PLANNED  # not yet, or not any more: not so in any case
        start, end = tokens.starts[hit.i], tokens.ends[hit.j - 1]
        found.append(StatusCue(start, end, text[start:end], value))
    return tuple(found)


def polarity(text: str, lang: str, span: Span | None = None) -> Polarity:
    """Return whether the statement in ``span`` (the whole text if None) is negated.

    A negator counts inside its clause; "not only", "no fewer than" and the like are none. Words that deny
    by themselves
    (reject, refuse) are poles, not negation.
    """
    scopes = clauses(text, lang)
    tokens = tokenise(text)
    if not scopes.negators:
        return Polarity.AFFIRMED
    if span is None:
        return Polarity.NEGATED if scopes.states(0, len(tokens)) else Polarity.AFFIRMED
    inside = [k for k in range(len(tokens)) if tokens.starts[k] < span.end and span.start < tokens.ends[k]]
    if not inside:
        return Polarity.AFFIRMED
    i, j = inside[0], inside[-1] + 1
    return Polarity.NEGATED if scopes.states(i, j) or scopes.negated(i, j) else Polarity.AFFIRMED


def _is_name(tokens: Tokens, hit: Hit) -> bool:
    """Return whether a cue is capitalised inside a running sentence, so part of a name ("Rose", "Open")."""
    if not tokens.capital(hit.i):
        return False
    gap = tokens.gap(hit.i)
    return not gap.rstrip(" \u00a0").endswith((".", ":", "?", "!", "–", "—", '"', "“", "„", "«", "•", "|", "\n", "‘"))
