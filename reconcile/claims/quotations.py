"""Words in quotation marks and who is said to have said them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache

from reconcile.claims.phrases import Hit, Tokens, lexicon, tokenise, word_set
from reconcile.claims.words import stopwords
from reconcile.model import Attribution

SHORT_SINGLE = 2  # words; shorter text in single marks is an apostrophe or a nickname
NEAR = 12  # words beside a quotation in which its speaker is looked for
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
    spans = _spans(text)
    found: list[Quotation] = []
    last = ""
    for start, end in spans:
        speaker = _beside(text, lang, (start, end), spans)
        if speaker is None:
            speaker = _Speaker("", "", "own")
        elif speaker.kind == "pronoun":
            earlier = last or _name_before(text, lang, start)
            speaker = _Speaker(earlier or speaker.name, speaker.cue, "named" if earlier else "unnamed")
        if speaker.kind == "named":
            last = speaker.name
        found.append(Quotation(start, end, text[start:end], speaker.name, speaker.cue, speaker.kind))
    return tuple(found)


def attribution(text: str, lang: str) -> Attribution | None:
    """Return to whom a sentence attributes its statement; None where it speaks in the outlet's own voice."""
    for quote in quotes(text, lang):
        if quote.kind != "own":
            return Attribution(quote.speaker, quote.cue, quote.kind)
    tokens = tokenise(text)
    for hit in _hits(text, lang):
        speaker = None
        if "pre" in hit.value.split("|"):
            speaker = _phrase_after(tokens, lang, hit.j)
        elif "said" in hit.value.split("|"):
            speaker = _subject(tokens, lang, (hit.i, hit.j))
        elif "self" in hit.value.split("|"):
            speaker = ("", "pronoun")
        if speaker is not None:
            name, kind = speaker
            return Attribution(name, tokens.raw(hit.i, hit.j), "unnamed" if kind == "pronoun" else kind)
    return None


@lru_cache(maxsize=64)
def _hits(text: str, lang: str) -> tuple[Hit, ...]:
    return tuple(lexicon(lang, "attribution", ("said", "weak", "self", "pre")).find(tokenise(text)))


def _between(tokens: Tokens, window: tuple[int, int]) -> tuple[int, int]:
    """Return the words that lie wholly inside a window of characters, as a half-open range."""
    return bisect_left(tokens.starts, window[0]), bisect_right(tokens.ends, window[1])


def _start(hit: Hit) -> int:
    return hit.i


# -- marks --


def _spans(text: str) -> list[tuple[int, int]]:
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
            elif opened is None and sign in '"”»' and not spans and at > 0:
                spans.append((0, at))
    if opened is not None and opened[1] not in ("'", "’"):
        stop = text.find("\n", opened[0])
        spans.append((opened[0], len(text.rstrip()) if stop < 0 else stop))
    return [(start, end) for start, end in spans if text[start:end].strip()]


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
    return _PAIRS.get(sign, "")


def _closes(text: str, at: int) -> bool:
    after = text[at + 1 : at + 2]
    return not after.isalnum() and not text[at - 1 : at].isspace()


# -- speakers --


def _beside(text: str, lang: str, span: tuple[int, int], spans: list[tuple[int, int]]) -> _Speaker | None:
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
        if any(_stops(tokens, k) for k in range(first + 1, hit.i + 1)):
            return None
        speaker = _by_hit(tokens, lang, hit.value, (hit.i, hit.j, first))
        if speaker is not None and not (ended and hit.i - first > 4 and speaker[1] != "named"):
            return _Speaker(speaker[0], tokens.raw(hit.i, hit.j), speaker[1])
    return None


def _by_hit(tokens: Tokens, lang: str, value: str, at: tuple[int, int, int]) -> tuple[str, str] | None:
    i, j, first = at
    kinds = value.split("|")
    if "self" in kinds:
        return tokens.raw(j - 1, j), "pronoun"
    if "pre" in kinds:
        return _phrase_after(tokens, lang, j)
    if not {"said", "weak"} & set(kinds):
        return None
    if tokens.words[i].endswith("nya") and lang == "id":
        return tokens.raw(i, j), "pronoun"
    if i == first:
        return _phrase_after(tokens, lang, j)
    return _phrase_before(tokens, lang, i, first) or _phrase_after(tokens, lang, j)


def _ahead(text: str, lang: str, window: tuple[int, int]) -> _Speaker | None:
    tokens = tokenise(text)
    low, high = _between(tokens, window)
    if low >= high:
        return None
    for k in range(high - 1, low, -1):
        if _stops(tokens, k):
            low = k
            break
    if any(c in ".!?\n" for c in text[tokens.ends[high - 1] : window[1]]):
        return None
    hits = _hits(text, lang)
    begin, end = bisect_left(hits, low, key=_start), bisect_left(hits, high, key=_start)
    for hit in reversed([hit for hit in hits[begin:end] if high - hit.j <= NEAR]):
        kinds = set(hit.value.split("|"))
        found = _phrase_after(tokens, lang, hit.j) if "pre" in kinds else None
        if found is None and kinds & {"said", "weak"}:
            found = _phrase_before(tokens, lang, hit.i, low) or _phrase_after(tokens, lang, hit.j)
        if found is not None:
            return _Speaker(found[0], tokens.raw(hit.i, hit.j), found[1])
    if ":" in text[tokens.ends[high - 1] : window[1]]:
        named = _phrase_before(tokens, lang, high, low)
        return _Speaker(named[0], ":", named[1]) if named and named[1] == "named" else None
    return None


def _stops(tokens: Tokens, k: int) -> bool:
    """Return whether a sentence ends before word k (a point after an initial or a title does not end one)."""
    gap = tokens.gap(k)
    if not any(c in _STOP for c in gap) or gap == ".":
        return False
    short = len(tokens.words[k - 1]) <= 3 and tokens.capital(k - 1) and gap.strip() == "."
    return not short


# -- noun phrases --


def _subject(tokens: Tokens, lang: str, at: tuple[int, int]) -> tuple[str, str] | None:
    """Return the speaker of a speech verb that stands without a quotation; a comma before it turns the
    order round.
    """
    i, j = at
    if i == 0 or tokens.hard[i]:
        return _phrase_after(tokens, lang, j)
    low = next((k for k in range(i, max(i - NEAR, 0), -1) if _stops(tokens, k)), max(i - NEAR, 0))
    return _phrase_before(tokens, lang, i, low)


def _phrase_after(tokens: Tokens, lang: str, j: int) -> tuple[str, str] | None:
    """Return (speaker, kind) of the noun phrase behind word j - 1: "auctioneer Fergus Reid", "ng nars na si
    Joy".
    """
    if j < len(tokens) and tokens.words[j] in word_set(lang, "attribution", "pronouns") and not tokens.hard[j]:
        return tokens.raw(j, j + 1), "pronoun"
    plain: list[int] = []
    for k in range(j, min(j + 9, len(tokens))):
        if k > j and (_stops(tokens, k) or (tokens.hard[k] and "," not in tokens.gap(k))):
            break
        if k == j and tokens.hard[k] and tokens.gap(k).strip() not in ("", ",", "(", '"'):
            break
        if _capital_name(tokens, lang, k):
            return _run(tokens, lang, k)
        if tokens.hard[k] and plain and (found := _common(tokens, lang, plain)):
            ahead = _capital_name(tokens, lang, k)
            return _run(tokens, lang, k) if ahead else found
        plain.append(k)
    return _common(tokens, lang, plain)


def _phrase_before(tokens: Tokens, lang: str, i: int, low: int) -> tuple[str, str] | None:
    """Return (speaker, kind) of the noun phrase that ends before word i: "Liza Montinola (told)", "police
    (said)".
    """
    if i > low and tokens.words[i - 1] in word_set(lang, "attribution", "pronouns"):
        return tokens.raw(i - 1, i), "pronoun"
    near = _common(tokens, lang, [i - 1]) if i > low and not (i < len(tokens) and tokens.hard[i]) else None
    if near is not None:
        return near
    if i > low and _plain_noun(tokens, lang, i):
        return tokens.raw(i - 1, i), "unnamed"
    plain: list[int] = []
    for k in range(i - 1, max(i - 10, low - 1), -1):
        if k + 1 < len(tokens) and k + 1 < i and _stops(tokens, k + 1):
            break
        if _capital_name(tokens, lang, k):
            start = k
            while (
                start > low
                and tokens.soft[start]
                and (_capital_name(tokens, lang, start - 1) or _bridge(tokens, lang, start - 1))
            ):
                start -= 1
            while start < k and not _capital_name(tokens, lang, start):
                start += 1
            return _run(tokens, lang, start)
        plain.insert(0, k)
    return _common(tokens, lang, plain)


def _plain_noun(tokens: Tokens, lang: str, i: int) -> bool:
    """Return whether a lower-case noun with an article ahead stands right before the verb ("a Lagos broker
    said").
    """
    word = tokens.words[i - 1]
    if (i < len(tokens) and tokens.hard[i]) or tokens.capital(i - 1) or len(word) < 3 or word.endswith("ly"):
        return False
    articles = word_set(lang, "time_words", "articles") | word_set(lang, "entities", "org_article")
    ahead = tokens.words[max(i - 5, 0) : i - 1]
    return word not in stopwords(lang) and any(article in articles for article in ahead)


def _bridge(tokens: Tokens, lang: str, k: int) -> bool:
    return k > 0 and tokens.words[k] in word_set(lang, "entities", "particles") and _capital_name(tokens, lang, k - 1)


def _capital_name(tokens: Tokens, lang: str, k: int) -> bool:
    word = tokens.words[k]
    if not tokens.capital(k) or word in _skipped(lang) or word.isdigit():
        return False
    return lang != "de" or not _german_noun(word)


def _german_noun(word: str) -> bool:
    endings = tuple(sorted(word_set("de", "entities", "common_endings")))
    return word in word_set("de", "entities", "nouns") or (len(word) > 5 and word.endswith(endings))


@lru_cache(maxsize=64)
def _skipped(lang: str) -> frozenset[str]:
    tables = (
        ("titles", "person"),
        ("attribution", "unnamed"),
        ("attribution", "document"),
        ("entities", "calendar"),
    )
    found = stopwords(lang).union(*(word_set(lang, table, key) for table, key in tables))
    return found | (word_set(lang, "entities", "nationalities") if lang == "en" else frozenset())


def _run(tokens: Tokens, lang: str, k: int) -> tuple[str, str]:
    """Return the capitalised run that begins at word k, particles inside it included."""
    particles = word_set(lang, "entities", "particles") - word_set(lang, "entities", "weak_particles")
    j = k + 1
    while j < len(tokens) and tokens.soft[j]:
        initial = tokens.gap(j) == "." or (len(tokens.words[j - 1]) == 1 and tokens.gap(j) == ". ")
        if tokens.capital(j) or initial:
            j += 1
        elif tokens.words[j] in particles and j + 1 < len(tokens) and tokens.capital(j + 1) and tokens.soft[j + 1]:
            j += 2
        else:
            break
    while j - 1 > k and tokens.words[j - 1] == "s":
        j -= 1
    return tokens.raw(k, j), "named"


def _common(tokens: Tokens, lang: str, words: list[int]) -> tuple[str, str] | None:
    """Return an unnamed or document speaker from common nouns: "a Manila fund manager", "the statement"."""
    unnamed, document = word_set(lang, "attribution", "unnamed"), word_set(lang, "attribution", "document")
    people = word_set(lang, "titles", "person")
    for k in words:
        for kind, table in (("document", document), ("unnamed", unnamed), ("unnamed", people)):
            if tokens.words[k] in table or (lang == "tl" and tokens.words[k].removesuffix("ng") in table):
                return tokens.raw(k, k + 1), kind
    return None


def _name_before(text: str, lang: str, end: int) -> str:
    """Return the last name of two or more words before a position: whom a pronoun speaker may mean."""
    tokens = tokenise(text)
    best = ""
    k = 0
    while k < len(tokens) and tokens.ends[k] <= end:
        if _capital_name(tokens, lang, k):
            name, _ = _run(tokens, lang, k)
            if " " in name and tokens.starts[k] + len(name) <= end:
                best = name
            k += max(1, len(tokenise(name)))
        else:
            k += 1
    return best
