"""The words that say what a number may be set against: "than in 2023", "from Q2", "over the average", "year on year".

The words that open a base are listed by what else they need (``[scope.against]`` of a language):

========  ============================================================================================
compared  any words after it ("compared with")
than      a word of comparison in front, anywhere in the clause ("than", "als")
that      the same close by: the word has other uses ("que")
from      a word of change beside it, then a time or a number ("from")
since     a word of change beside it, then a time ("since")
pair      a word of change, a number, a word of ``to`` and another number ("von 5 auf 6")
versus    a number of the same unit, or a time beside a change ("against")
after     a comma in front and a number of the same unit behind ("after 3.4% in April")
level     a word of ``nouns`` or a time of comparison ("over the average")
multiple  a time ("double last year's prize")
whole     nothing: the words are the base ("year on year")
========  ============================================================================================
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeVar

from reconcile import languages
from reconcile.claims import quantities, stance, words
from reconcile.claims.phrases import Hit, Lexicon, Tokens, split_entries, tokenise, word_set
from reconcile.model import Hedge, Quantity, TimeRef

_OPENERS = ("compared", "than", "that", "from", "since", "pair", "versus", "after", "level", "multiple", "whole")
_MARKS = ("more", "turn", "most")  # a comparison, a change that the direction words do not list, a superlative
_CLOSE = 3  # words between a comparison and a "que" that belongs to it
_TAIL = 6  # words of a base before its time, number or noun
_FAR = 240  # characters between a base and what belongs to it
BREAK = re.compile(r"[;:()\[\]—–]|,(?!\d)|(?<!\d)[.!?] |\s-\s")


class _Placed(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


_Item = TypeVar("_Item", bound=_Placed)


@dataclass(frozen=True, slots=True)
class Base:
    """Words that say what something is set against; ``number`` where that is a number."""

    start: int
    end: int
    opener: str
    opener_end: int
    group: str
    number: Quantity | None = None
    day: str = ""  # the first of the time it names, where that is known


@lru_cache(maxsize=1024)
def find(text: str, lang: str, times: tuple[TimeRef, ...]) -> tuple[Base, ...]:
    """Return what may be a base somewhere in the text, in order."""
    tokens = tokenise(text)
    hits = _hits(text, lang)
    found = []
    for hit in hits:
        if not any(kind in _OPENERS for kind in hit.value.split("|")):
            continue
        tail = _tail(tokens, lang, hit, times)
        for opener in hit.value.split("|"):
            made = _made(tokens, lang, (hit, opener), tail)
            if made is not None and _called_for(tokens, hits, made):
                found.append(made)
    return tuple(found)


@lru_cache(maxsize=1024)
def _hits(text: str, lang: str) -> tuple[Hit, ...]:
    return tuple(_lexicon(lang).find(tokenise(text)))


def _made(tokens: Tokens, lang: str, opened: tuple[Hit, str], tail: Base | None) -> Base | None:
    """Return a base of the opener and what follows it, where the two go together."""
    hit, opener = opened
    start, end = tokens.starts[hit.i], tokens.ends[hit.j - 1]
    if opener == "whole":
        return Base(start, end, opener, end, "time")
    if tail is None or opener in _MARKS or tail.group not in _allowed(opener):
        return None
    if opener == "pair" and not _goes_on(tokens, lang, tail):
        return None
    if opener in ("than", "that") and tail.number is not None and tail.number.hedge is not Hedge.NONE:
        return None  # "more than 300"
    if opener == "that" and tail.group == "other" and tokens.text[tail.start].islower() and tail.opener == "bare":
        return None  # "300 más que esperan"
    if opener not in ("compared", "than", "that", "pair") and tail.opener not in ("noun", "time", "number"):
        return None
    if opener == "after" and not _closed(tokens, tail):
        return None  # "after 62% of the votes"
    return Base(start, tail.end, opener, end, tail.group, tail.number, tail.day)


def _allowed(opener: str) -> tuple[str, ...]:
    if opener in ("compared", "than", "that"):
        return ("time", "number", "other")
    return {"pair": ("number",), "after": ("number",), "since": ("time",), "level": ("time", "other")}.get(
        opener, ("time",) if opener == "multiple" else ("time", "number")
    )


def _called_for(tokens: Tokens, hits: Sequence[Hit], one: Base) -> bool:
    """Return whether the words before an opener that has other uses call for a base."""
    reach = max(0, one.start - _FAR)
    low = max((m.end() for m in BREAK.finditer(tokens.text, reach, one.start)), default=reach)
    at = bisect_left(tokens.starts, one.start)
    before = [hit for hit in _since(hits, bisect_left(tokens.starts, low)) if hit.j <= at]
    if one.opener in ("from", "since"):  # "the highest since 2019"
        return not any("most" in hit.value.split("|") and at - hit.j < _CLOSE for hit in before)
    if one.opener not in ("than", "that"):
        return True
    near = before if one.opener == "than" else [hit for hit in before if at - hit.j < _CLOSE]
    return any("more" in hit.value.split("|") for hit in near)


def _since(hits: Sequence[Hit], word: int) -> Sequence[Hit]:
    """Return the hits from a word on, up to as many words on as a base may be away."""
    first = bisect_left(hits, word, key=lambda hit: hit.i)
    return hits[first : first + _FAR]


def near(items: Sequence[_Item], place: int) -> Sequence[_Item]:
    """Return those of items in order that start about as near to a place as a base may be."""
    low = bisect_left(items, place - _FAR, key=lambda item: item.start)
    return items[low : bisect_right(items, place + _FAR, key=lambda item: item.start)]


def _at(items: Sequence[_Item], place: int) -> _Item | None:
    """Return the one of items in order, none overlapping, that covers a place."""
    i = bisect_right(items, place, key=lambda item: item.start) - 1
    return items[i] if i >= 0 and place < items[i].end else None


def _tail(tokens: Tokens, lang: str, hit: Hit, times: Sequence[TimeRef]) -> Base | None:
    """Return the time, number or thing that is named right after an opener."""
    opened = tokens.ends[hit.j - 1]
    inside = _at(times, tokens.starts[hit.i])
    if inside is not None and opened < inside.end:  # the opener is read as a part of the time: "since January"
        return (
            None
            if _ranged(inside, lang)
            else Base(inside.start, inside.end, "time", inside.end, "time", day=inside.low or "")
        )
    prior = _lists(lang)["prior"]
    other = same = False
    for k in range(hit.j, min(hit.j + _TAIL, len(tokens))):
        if BREAK.search(tokens.gap(k)):
            break
        word, start = tokens.words[k], tokens.starts[k]
        time, number = _at(times, start), _at(quantities.find(tokens.text, lang), start)
        if time is not None and time.start >= opened and (number is None or time.end >= number.end):
            if time.kind == "clock" or time.granularity == "hour" or _ranged(time, lang):
                return None
            return Base(time.start, time.end, "far" if other else "time", time.end, "time", day=time.low or "")
        if number is not None:
            end = _then(tokens, number.end, times)
            if same and number.dimension == "duration":  # "the same three days in 2024"
                return Base(start, end, "time", end, "time")
            return None if other else Base(start, end, "number", end, "number", number)
        timely = _listed(word, lang, "periods") or (word in _months(lang) and tokens.capital(k))
        group = "time" if timely else "other" if _listed(word, lang, "nouns") else ""
        if group:
            wide = _widened(tokens, lang, k)
            end = _then(tokens, wide, times if group == "time" else ())
            sure = same or group == "other" or end > tokens.ends[k] or word in _months(lang)
            return Base(start, end, "noun" if sure else "far", end, group)
        same = same or word in prior
        if other and word in words.stopwords(lang):
            break
        other = other or not (word in words.stopwords(lang) or word in prior)
    return _thing(tokens, lang, hit.j)


def _thing(tokens: Tokens, lang: str, at: int) -> Base | None:
    """Return the function words and the up to three other words that follow an opener."""
    common, full, k = words.stopwords(lang), 0, at
    while k < min(at + _TAIL, len(tokens)) and full < 3 and not BREAK.search(tokens.gap(k)):
        plain = tokens.words[k] not in common
        if full and not plain:
            break
        full += plain
        k += 1
    if not full:
        return None
    start, end = tokens.starts[at], tokens.ends[k - 1]
    return Base(start, end, "thing" if tokens.words[at] in common else "bare", end, "other")


def _widened(tokens: Tokens, lang: str, k: int) -> int:
    """Return the end of a noun with the words behind it that belong to it ("la media nacional")."""
    prior = _lists(lang)["prior"]
    last = k
    for j in range(k + 1, min(k + 4, len(tokens))):
        if tokens.gap(j) not in (" ", "-") or not (
            tokens.words[j] in prior or tokens.words[j] in words.stopwords(lang)
        ):
            break
        last = j if tokens.words[j] in prior else last
    return tokens.ends[last]


def _then(tokens: Tokens, end: int, times: Sequence[TimeRef]) -> int:
    """Return where a base ends that names its time too ("from 120,000 visitors in 2019")."""
    i = bisect_left(times, end, key=lambda time: time.start)
    after = times[i] if i < len(times) else None
    if after is None or after.kind == "reported" or BREAK.search(tokens.text, end, after.start):
        return end
    near = bisect_left(tokens.starts, after.start) - bisect_left(tokens.starts, end) <= 2
    free = not any(char.isdigit() for char in tokens.text[end : after.start])
    return after.end if near and free else end


def _closed(tokens: Tokens, tail: Base) -> bool:
    """Return whether a number ends its clause, or has its own time behind it."""
    k = bisect_left(tokens.starts, tail.end)
    timed = tail.number is not None and tail.end > tail.number.end
    return timed or k >= len(tokens) or BREAK.search(tokens.gap(k)) is not None


def _goes_on(tokens: Tokens, lang: str, tail: Base) -> bool:
    """Return whether a word of ``to`` and another number follow ("von 5,60 Euro auf 6,75 Euro")."""
    number = tail.number
    if number is None:
        return False
    beside = near(quantities.find(tokens.text, lang), number.end)
    other = next((q for q in beside if q.start > number.end and q.unit == number.unit), None)
    if other is None or BREAK.search(tokens.text, number.end, other.start):
        return False
    low, high = bisect_left(tokens.starts, number.end), bisect_left(tokens.starts, other.start)
    opened = any(
        low <= hit.i < high and not {"compared", "versus", "than"}.isdisjoint(hit.value.split("|"))
        for hit in _since(_hits(tokens.text, lang), low)
    )
    goals = _lists(lang)["to"]
    return not opened and high - low <= 2 * _TAIL and not goals.isdisjoint(tokens.words[max(low, high - 3) : high])


def _listed(word: str, lang: str, key: str) -> bool:
    """Return whether a word stands in a list, or ends as one of its entries that begin with a hyphen."""
    listed = _lists(lang)[key]
    return word in listed or word.endswith(_endings(lang, key))


def _ranged(time: TimeRef, lang: str) -> bool:
    """Return whether a time names its end too ("from January to March")."""
    return not word_set(lang, "time_words", "to").isdisjoint(time.raw.casefold().split()[1:])


@lru_cache(maxsize=1024)
def turns(text: str, lang: str) -> tuple[int, ...]:
    """Return where the words begin that say that something goes up or down."""
    tokens = tokenise(text)
    moves = [cue.start for cue in stance.direction(text, lang) if cue.value in ("up", "down")]
    moves += [tokens.starts[hit.i] for hit in _hits(text, lang) if "turn" in hit.value.split("|")]
    return tuple(sorted(moves))


# The language's words ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _lexicon(lang: str) -> Lexicon:
    table = languages.load(lang).table("scope").get("against", {})
    return Lexicon({key: table[key] for key in (*_OPENERS, *_MARKS, "none") if key in table}, lang)


@lru_cache(maxsize=64)
def _lists(lang: str) -> dict[str, frozenset[str]]:
    table = languages.load(lang).table("scope").get("against", {})
    return {
        key: frozenset(str(word).casefold() for word in split_entries(table.get(key, "")))
        for key in ("nouns", "periods", "prior", "to", "clause")
    }


def relatives(lang: str) -> frozenset[str]:
    """Return the words that begin a clause that tells of something else."""
    return _lists(lang)["clause"]


@lru_cache(maxsize=64)
def _endings(lang: str, key: str) -> tuple[str, ...]:
    return tuple(sorted(entry[1:] for entry in _lists(lang)[key] if entry.startswith("-")))


@lru_cache(maxsize=64)
def _months(lang: str) -> frozenset[str]:
    return frozenset(
        word.casefold() for value in languages.load(lang).table("months").values() for word in split_entries(value)
    )
