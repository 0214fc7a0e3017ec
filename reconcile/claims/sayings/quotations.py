"""Words in quotation marks and who is said to have said them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from reconcile.claims.phrases import Hit, Tokens, lexicon, tokenise, word_set
from reconcile.claims.sayings.negation import clauses
from reconcile.claims.sayings.speaking import (
    NEAR,
    dropped,
    is_finite,
    name_before,
    phrase_after,
    phrase_before,
    stops,
    subject,
)
from reconcile.model import Attribution

KINDS = ("said", "weak", "self", "pre", "opening", "closing", "post")
AHEAD = 4  # words between a speech verb and the word that opens what was said
UNSAID = 7  # words between a negator and the speech verb it negates
SHORT_SINGLE = 2  # words; shorter text in single marks is an apostrophe or a nickname
_PAIRS = {"“": "”", "„": "“”", "«": "»", "»": "«", "‹": "›", "「": "」", "”": "”"}
_MARKS = re.compile(r"[\"“”„«»‹›「」‘’‚']")
_STOP = frozenset(".!?;\n")


@dataclass(frozen=True, slots=True)
class Quotation:
    """Text inside quotation marks ``[start, end)`` without the marks, and its speaker as printed (empty:
    none found).

    ``kind``: named, unnamed ("police", "she"), document, or own (no speaker beside it: a title, irony).
    """

    start: int
    end: int
    raw: str
    speaker: str
    cue: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Speaker:
    name: str
    cue: str
    kind: str


def quotes(text: str, lang: str) -> tuple[Quotation, ...]:
    """Return the quotations of a text in order, each with the speaker named beside it."""
    return tuple(replace(q, kind="unnamed") if q.kind == "pronoun" else q for q in _quoted(text, lang))


def _quoted(text: str, lang: str) -> Iterator[Quotation]:
    """Yield the quotations; a speaker that is only pointed to, and nobody named before it, has kind pronoun."""
    spans = _spans(text)
    last = ""
    for start, end in spans:
        speaker = _beside(text, lang, (start, end), spans) or _Speaker("", "", "own")
        if speaker.kind == "pronoun":
            earlier = last or name_before(text, lang, start)
            speaker = _Speaker(earlier or speaker.name, speaker.cue, "named" if earlier else "pronoun")
        if speaker.kind == "named":
            last = speaker.name
        yield Quotation(start, end, text[start:end], speaker.name, speaker.cue, speaker.kind)


def attribution(text: str, lang: str) -> Attribution | None:
    """Return to whom a sentence attributes its statement; None where it speaks in the outlet's own voice."""
    found = voice(text, lang)
    return replace(found, kind="unnamed") if found and found.kind == "pronoun" else found


def voice(text: str, lang: str) -> Attribution | None:
    """Return the same with kind ``pronoun`` where the speaker is only pointed to ("she said", "añadió")."""
    for quote in _quoted(text, lang):
        if quote.kind != "own":
            return Attribution(quote.speaker, quote.cue, quote.kind)
    tokens = tokenise(text)
    for hit in _hits(text, lang):
        speaker = _stated(tokens, lang, hit)
        if speaker is not None:
            name, kind = speaker
            return Attribution(name, tokens.raw(hit.i, hit.j), kind)
    return None


def _stated(tokens: Tokens, lang: str, hit: Hit) -> tuple[str, str] | None:
    """Return the speaker that a cue outside quotations points to."""
    values = set(hit.value.split("|"))
    if "self" in values:
        return tokens.raw(hit.j - 1, hit.j), "pronoun"
    pre = (
        "pre" in values
        or ("opening" in values and not hit.i)
        or ("closing" in values and hit.i > 0 and tokens.hard[hit.i])
    )
    found = phrase_after(tokens, lang, hit.j) if pre else None
    if "post" in values:
        return phrase_before(tokens, lang, hit.i, max(hit.i - NEAR, 0))
    said = "said" in values or ("weak" in values and _introduces(tokens, lang, hit.last))
    if found is None and said and is_finite(tokens, lang, (hit.i, hit.j)) and not _unsaid(tokens, lang, hit):
        return subject(tokens, lang, (hit.i, hit.j))
    return found


def _unsaid(tokens: Tokens, lang: str, hit: Hit) -> bool:
    """Return whether the verb itself is negated: "has not said whether", "nobody would confirm"."""
    scopes = clauses(tokens.text, lang)
    near = [n for n in scopes.negators if n.kind == "not" and 0 <= hit.i - n.j < UNSAID]
    return any(scopes.number[n.i] == scopes.number[hit.i] for n in near)


def _introduces(tokens: Tokens, lang: str, j: int) -> bool:
    """Return whether a statement follows word j - 1: "added that", "fügte hinzu, ..."."""
    if j >= len(tokens):
        return False
    if lang == "de" and "," in tokens.gap(j):
        return True
    ahead = next((k for k in range(j, min(j + AHEAD, len(tokens))) if tokens.hard[k]), min(j + AHEAD, len(tokens)))
    return not word_set(lang, "modality", "content").isdisjoint(tokens.words[j:ahead])


def marks(text: str, inside: bool) -> tuple[bool, bool]:
    """Return whether all words of a sentence are quoted, and whether a quotation is left open at its end.

    ``inside``: a quotation was left open before the sentence.
    """
    spans = _spans(text)
    if inside and (not spans or spans[0][0] != 0):
        return True, True
    if not spans:
        return False, False
    tokens = tokenise(text)
    free = [k for k in range(len(tokens)) if not any(a <= tokens.starts[k] < b for a, b in spans)]
    return not free, spans[-1][1] >= len(text.rstrip())


def denies(cue: str, lang: str) -> bool:
    """Return whether the cue of an attribution is a denial of what another says ("denied", "dementierte")."""
    return bool(lexicon(lang, "attribution", ("deny",)).find(tokenise(cue)))


@lru_cache(maxsize=256)
def _hits(text: str, lang: str) -> tuple[Hit, ...]:
    return tuple(lexicon(lang, "attribution", KINDS).find(tokenise(text)))


def _between(tokens: Tokens, window: tuple[int, int]) -> tuple[int, int]:
    """Return the words that lie wholly inside a window of characters, as a half-open range."""
    return bisect_left(tokens.starts, window[0]), bisect_right(tokens.ends, window[1])


def _start(hit: Hit) -> int:
    return hit.i


# -- marks --


@lru_cache(maxsize=256)
def _spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans inside paired quotation marks; a mark without its partner reaches to the paragraph's
    end.
    """
    spans: list[tuple[int, int]] = []
    opened: tuple[int, str] | None = None
    for mark in _MARKS.finditer(text):
        at, sign = mark.start(), mark.group()
        if opened is not None and sign in opened[1]:
            if sign in "'’" and not _closes(text, at):
                continue
            begin = opened[0]
            single = sign in "'’"
            if not single or len(text[begin:at].split()) > SHORT_SINGLE:
                spans.append((begin, at))
            opened = None
        elif opened is None or opened[1] in ("'", "’"):
            closing = _opening(text, at, sign)
            if closing:
                opened = (at + 1, closing)
            elif opened is None and sign in '"”»“' and not spans and at > 0:
                spans.append((0, at))
    if opened is not None and opened[1] not in ("'", "’"):
        stop = text.find("\n", opened[0])
        spans.append((opened[0], len(text.rstrip()) if stop < 0 else stop))
    return tuple((start, end) for start, end in spans if text[start:end].strip())


def _opening(text: str, at: int, sign: str) -> str:
    """Return the marks that may close a quotation opened here, empty if this mark does not open one."""
    before = text[at - 1 : at]
    after = text[at + 1 : at + 2]
    free = not before or before.isspace() or before in "([{—–-:/…"
    if sign == '"':
        return '"' if free and after and not after.isspace() else ""
    if sign in "‘‚":
        return "’‘" if free or not before.isalnum() else ""
    if sign == "'":
        return "'" if free and after.isalnum() else ""
    if sign in ("»", "”"):
        return _PAIRS[sign] if free and after and not after.isspace() else ""
    if sign == "“":
        return _PAIRS[sign] if free else ""
    return _PAIRS.get(sign, "")


def _closes(text: str, at: int) -> bool:
    after = text[at + 1 : at + 2]
    return not after.isalnum() and not text[at - 1 : at].isspace()


# -- speakers --


def _beside(text: str, lang: str, span: tuple[int, int], spans: Sequence[tuple[int, int]]) -> _Speaker | None:
    """Return the speaker named right after a quotation, else right before it."""
    start, end = span
    at = bisect_left(spans, span)
    following = spans[at + 1][0] if at + 1 < len(spans) else len(text)
    previous = spans[at - 1][1] if at else 0
    after = _behind(text, lang, (end, min(following, end + 240)))
    if after is not None:
        return after
    return _ahead(text, lang, (max(previous, start - 240), start))


def _behind(text: str, lang: str, window: tuple[int, int]) -> _Speaker | None:
    tokens = tokenise(text)
    first, last = _between(tokens, window)
    if first >= last:
        return None
    lead = text[window[0] - 1 : tokens.starts[first]]
    ended = text[window[0] - 1] in ".!?…" and tokens.capital(first)
    if "\n" in lead or any(c in _STOP for c in lead[2:].strip("\"”»“’' ")):
        return None
    hits = _hits(text, lang)
    for hit in hits[bisect_left(hits, first, key=_start) :]:
        if hit.i >= min(last, first + NEAR):
            break
        if any(stops(tokens, k) for k in range(first + 1, hit.i + 1)):
            return None
        if not _may_speak(tokens, lang, hit):
            continue
        speaker = _by_hit(tokens, lang, hit.value, (hit.i, hit.j, first))
        if speaker is not None and not (ended and hit.i - first > 4 and speaker[1] != "named"):
            return _Speaker(speaker[0], tokens.raw(hit.i, hit.j), speaker[1])
    return None


def _may_speak(tokens: Tokens, lang: str, hit: Hit) -> bool:
    """Return whether a cue is a phrase ("according to") or a finite verb, no noun and no participle."""
    return not {"said", "weak"} & set(hit.value.split("|")) or is_finite(tokens, lang, (hit.i, hit.j))


def _by_hit(tokens: Tokens, lang: str, value: str, at: tuple[int, int, int]) -> tuple[str, str] | None:
    i, j, first = at
    kinds = value.split("|")
    if "self" in kinds:
        return tokens.raw(j - 1, j), "pronoun"
    if {"pre", "closing"} & set(kinds):
        return phrase_after(tokens, lang, j)
    if not {"said", "weak"} & set(kinds):
        return None
    if tokens.words[i].endswith("nya") and lang == "id":
        return tokens.raw(i, j), "pronoun"
    if i == first:
        return phrase_after(tokens, lang, j) or dropped(lang, "said" in kinds)
    return phrase_before(tokens, lang, i, first) or phrase_after(tokens, lang, j)


def _ahead(text: str, lang: str, window: tuple[int, int]) -> _Speaker | None:
    tokens = tokenise(text)
    low, high = _between(tokens, window)
    if low >= high:
        return None
    for k in range(high - 1, low, -1):
        if stops(tokens, k):
            low = k
            break
    if any(c in ".!?\n" for c in text[tokens.ends[high - 1] : window[1]]):
        return None
    hits = _hits(text, lang)
    begin, end = bisect_left(hits, low, key=_start), bisect_left(hits, high, key=_start)
    for hit in reversed([hit for hit in hits[begin:end] if high - hit.j <= NEAR]):
        kinds = set(hit.value.split("|")) if _may_speak(tokens, lang, hit) else set()
        found = phrase_after(tokens, lang, hit.j) if "pre" in kinds else None
        if found is None and kinds & {"said", "weak"}:
            found = phrase_before(tokens, lang, hit.i, low) or phrase_after(tokens, lang, hit.j)
        if found is not None:
            return _Speaker(found[0], tokens.raw(hit.i, hit.j), found[1])
    if ":" in text[tokens.ends[high - 1] : window[1]]:
        named = phrase_before(tokens, lang, high, low)
        return _Speaker(named[0], ":", named[1]) if named and named[1] == "named" else None
    return None
