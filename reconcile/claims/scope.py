"""Words that tell what part, period or region a number is of, and the bases that numbers are set against.

Two kinds of base are told apart: a number that is itself only a base ("up from 368 million": ``base``), and the words
that say what a number is compared with or came from ("than in 2023", "from Q2": ``against``).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

from reconcile import languages
from reconcile.claims import bases, quantities
from reconcile.claims.bases import BREAK, Base
from reconcile.claims.phrases import split_entries, tokenise
from reconcile.model import Cue, Quantity, TimeRef

_REACH = 24  # characters before a quantity in which "instead of", "previously" and the like make it a base
_GROUPS = ("period", "part", "region")
_NOTHING = re.compile(r"(?!)")
_CHANGES = ("from", "since", "pair")  # openers that say nothing without a word of change
_BEHIND = ("than", "that", "after", "level", "multiple")  # openers that follow what is compared
_LEAD = {"from": 1, "since": 1, "after": 0, "than": 3}  # words of a new clause before its base; as for "than" else
_LONGEST_LEAD = 5  # the same with a number among them
_HEAD = 24  # characters of the one word that may stand before a base at the head of a sentence
_MOST_TIMES = 200  # a sentence with more is a table
_PASSABLE = frozenset(",(—–-")  # breaks across which a number may have its base


def find(text: str, lang: str) -> tuple[Cue, ...]:
    """Return the scope words of a text: ``group`` is period, part or region, ``value`` the word in lower case."""
    tokens, openers = tokenise(text), _openers(lang)
    found: list[Cue] = []
    ends = dict.fromkeys(_GROUPS, 0)
    for i in [k for k, word in enumerate(tokens.words) if word in openers]:
        for group in openers[tokens.words[i]]:
            match = _pattern(lang, group).match(text, tokens.starts[i])
            if match is not None and match.start() >= ends[group]:
                ends[group] = match.end()
                found.append(Cue(match.start(), match.end(), match.group(), "scope", match.group().lower(), group))
    return tuple(sorted(found, key=lambda cue: (cue.start, cue.group)))


def base(text: str, lang: str, quantity: Quantity, times: Sequence[TimeRef] = ()) -> Cue | None:
    """Return the word that makes a quantity the base of a comparison ("up from 368 million"), if there is one."""
    before = text[max(0, quantity.start - _REACH) : quantity.start]
    match = _before(lang).search(before)
    if match is not None:
        start = quantity.start - len(before) + match.start()
        return Cue(start, start + len(match.group().rstrip()), match.group().strip(), "base", "base")
    others = [q for q in bases.near(quantities.find(text, lang), quantity.start) if q.start != quantity.start]
    for one in _near(text, lang, quantity, times):
        if one.number == quantity and any(_fits(text, lang, one, other) for other in others):
            return Cue(one.start, one.opener_end, text[one.start : one.opener_end], "base", "base")
    return None


def against(
    text: str, lang: str, quantity: Quantity, times: Sequence[TimeRef] = (), *, published: str | None = None
) -> Cue | None:
    """Return the words that say what a quantity is compared with or came from ("from Q2", "than in 2023").

    ``times`` are those of the text (``times.find``). The cue's ``group`` is time, number or other. A quantity that is
    itself only a base has none; nor is a time after the day of publication one ("fares up 5% from January").
    """
    found = _near(text, lang, quantity, times)
    if not found or any(one.opener_end <= quantity.start and quantity.end <= one.end for one in found):
        return None
    fitting = [one for one in found if not _ahead(one, published) and _fits(text, lang, one, quantity)]
    if not fitting or base(text, lang, quantity, times):
        return None
    breaks = _breaks(text, lang)

    def far(one: Base) -> tuple[int, int]:
        crossed = len(_between(breaks, one, quantity))
        return crossed, max(one.start - quantity.end, quantity.start - one.end)

    best = min(fitting, key=far)
    return Cue(best.start, best.end, text[best.start : best.end], "against", "", best.group)


@lru_cache(maxsize=1024)
def joins(text: str, lang: str) -> tuple[tuple[int, int], ...]:
    """Return the places of the words that join two statements ("and", "while")."""
    return tuple(match.span() for match in _joining(lang).finditer(text))


# Which base a quantity has ----------------------------------------------------------------------------------------


def _near(text: str, lang: str, quantity: Quantity, times: Sequence[TimeRef]) -> Sequence[Base]:
    return bases.near(bases.find(text, lang, tuple(times[:_MOST_TIMES])), quantity.start)


def _fits(text: str, lang: str, one: Base, quantity: Quantity) -> bool:
    """Return whether a quantity may be set against a base: near enough, of a kind, and a change where one is needed."""
    overlaps = quantity.start < one.end and one.opener_end <= quantity.end
    if overlaps or quantity.dimension in ("age", "rank") or (one.number and not _alike(one, quantity)):
        return False
    if one.opener in _BEHIND and one.start < quantity.start and one.opener != "multiple":
        return False
    breaks = _breaks(text, lang)
    crossed = _between(breaks, one, quantity)
    if len(crossed) > 1 or any(mark not in _PASSABLE for _, _, mark in crossed):
        return False
    if one.opener == "after" and (not crossed or crossed[0][2] != ","):
        return False
    if crossed and not _leads(text, lang, (one, quantity), crossed[0]):
        return False
    changing = one.opener in _CHANGES or (one.opener == "versus" and one.number is None)
    return not changing or _changes(text, lang, _stretch(text, breaks, one, quantity))


def _ahead(one: Base, published: str | None) -> bool:
    """Return whether a change is said to come from a day that is still to come."""
    return bool(published and one.opener in ("from", "since") and one.day > published[:10])


def _alike(one: Base, quantity: Quantity) -> bool:
    number = one.number
    if number is None:
        return True
    if number.unit != quantity.unit:
        bare = number.unit == "count" and not number.noun and _like(number, quantity)
        loose = bare or (one.opener == "compared" and quantity.unit == "count")
        return loose or (one.opener in ("from", "compared") and _is_part(quantity))
    named = number.unit == "count" and number.noun and quantity.noun
    return one.opener == "pair" or not named or number.noun == quantity.noun


def _like(number: Quantity, quantity: Quantity) -> bool:
    """Return whether a bare number can be of another's unit: at most ten times more or less."""
    a, b = number.low or number.high, quantity.low or quantity.high
    return a is not None and b is not None and abs(a) <= 10 * abs(b) and abs(b) <= 10 * abs(a)


def _is_part(quantity: Quantity) -> bool:
    """Return whether a change in a number of any unit may be given so: in per cent, points or times."""
    return quantity.unit in ("percent", "times") or "point" in quantity.unit


def _leads(text: str, lang: str, pair: tuple[Base, Quantity], mark: tuple[int, int, str]) -> bool:
    """Return whether a base in the clause beside a quantity's stands at the head of its clause.

    A number may stand before it, if it can tell the difference: "40 seats, six more than in 2023".
    """
    one, quantity = pair
    if one.start < quantity.end:
        return one.end + 1 >= mark[0] and one.start <= _HEAD and len(text[: one.start].split()) <= 1
    before = text[mark[1] : one.start].casefold().split()
    if before and before[0] in bases.relatives(lang):
        return False
    lead = len(before)
    gaps = [q for q in bases.near(quantities.find(text, lang), one.start) if mark[1] <= q.start and q.end <= one.start]
    if not gaps:
        return lead <= _LEAD.get(one.opener, _LEAD["than"])
    alike = _is_part(gaps[-1]) or gaps[-1].dimension in (quantity.dimension, "count")
    return one.opener in ("compared", "than", "that", "level", "multiple") and lead <= _LONGEST_LEAD and alike


@lru_cache(maxsize=1024)
def _breaks(text: str, lang: str) -> tuple[tuple[int, int, str], ...]:
    """Return where clauses end: (start, end, mark). A joining word before a number is none ("5% and 4%")."""
    found = [(m.start(), m.end(), m.group().strip()[:1]) for m in BREAK.finditer(text)]
    heads = {q.start for q in quantities.find(text, lang)}
    found += [(start, end, "&") for start, end in joins(text, lang) if end + 1 not in heads]
    return tuple(sorted(found))


def _between(breaks: Sequence[tuple[int, int, str]], one: Base, quantity: Quantity) -> list[tuple[int, int, str]]:
    low, high = min(one.end, quantity.end), max(one.start, quantity.start)
    first = bisect_left(breaks, (low,))
    return [mark for mark in breaks[first : first + 3] if mark[1] <= high + 1]


def _stretch(text: str, breaks: Sequence[tuple[int, int, str]], one: Base, quantity: Quantity) -> tuple[int, int]:
    """Return the clauses that hold a base and a quantity."""
    low, high = min(one.start, quantity.start), max(one.end, quantity.end)
    before, after = bisect_left(breaks, (low,)) - 1, bisect_left(breaks, (high,))
    return breaks[before][1] if before >= 0 else 0, breaks[after][0] if after < len(breaks) else len(text)


def _changes(text: str, lang: str, stretch: tuple[int, int]) -> bool:
    """Return whether something goes up or down in a stretch of text."""
    moves = bases.turns(text, lang)
    first = bisect_left(moves, stretch[0])
    return first < len(moves) and moves[first] < stretch[1]


# The language's words ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=128)
def _pattern(lang: str, group: str) -> re.Pattern[str]:
    found = _phrases(lang, group)
    return re.compile(rf"(?<!\w)(?:{'|'.join(found)})(?!\w)", re.IGNORECASE) if found else _NOTHING


@lru_cache(maxsize=64)
def _openers(lang: str) -> dict[str, tuple[str, ...]]:
    """Return the words that scope phrases begin with, and the groups of these phrases."""
    table = languages.load(lang).table("scope")
    firsts = {g: {tokenise(phrase).words[0] for phrase in split_entries(table.get(g, ""))} for g in _GROUPS}
    return {word: tuple(g for g in _GROUPS if word in firsts[g]) for word in sorted(set().union(*firsts.values()))}


@lru_cache(maxsize=64)
def _before(lang: str) -> re.Pattern[str]:
    found = _phrases(lang, "base", "linking")
    hedge = r"(?:[^\W\d]{2,12} )?"  # one word such as "about" may stand between
    return re.compile(rf"(?<!\w)(?:{'|'.join(found)}) {hedge}[^\w\s]?$", re.IGNORECASE) if found else _NOTHING


@lru_cache(maxsize=64)
def _joining(lang: str) -> re.Pattern[str]:
    found = _phrases(lang, "join", "linking")
    return re.compile(rf"(?<=\s)(?:{'|'.join(found)})(?=\s)", re.IGNORECASE) if found else _NOTHING


def _phrases(lang: str, group: str, table: str = "scope") -> list[str]:
    items = split_entries(languages.load(lang).table(table).get(group, ""))
    return sorted((re.escape(item) for item in items), key=lambda w: (-len(w), w))
