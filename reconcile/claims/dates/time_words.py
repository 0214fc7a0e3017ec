"""What the words of a text can mean as time: months, weekdays, relative days, numbers, cues, position by
position.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from reconcile import languages
from reconcile.claims.dates.time_numerals import names_number
from reconcile.claims.phrases import MEMO_SIZE, Lexicon, Tokens, split_entries, tokenise, word_set

_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|re|e|ème|ste|è|º|ª|°|o|a|te|ter|ten|de)?")
_ROMAN = re.compile(r"(x{0,2})(ix|iv|v?i{0,3})(e|è|ème)?")
_FISCAL = re.compile(r"[cf]y(?:20)?(\d\d)")
_GLUED_DAY = re.compile(r"([^\W\d_]{3,9})(\d{1,2})")
_MONEY = frozenset("$€£₱¥")  # marks before digits that are no day or year
_CODES = frozenset("#+−&")
_UNITS = frozenset("%‰$€£°")  # and behind them
_NONE: Mapping[str, int] = MappingProxyType({})
WINDOW = 9  # words to look for the verb that tells past from future
_NO_CUE = frozenset([
    "cardinals", "ordinals", "hours", "capital_only", "partitive", "day_not", "this_default", "half_words", "weak_in",
    "ambiguous", "counted", "numbered", "future_endings", "past_endings", "than", "and", "listing", "clock_glued",
    "farther", "said_subject_first", "year_before", "modal", "participle_endings", "said_aux", "future_aux",
    "clock_about", "decade_after", "since_open", "said_between", "said_passive", "said_comma",
])  # fmt: skip

_OPENING = frozenset(
    f"w {tag}"
    for tag in (
        "ago_before", "rolling", "rolling_one", "coming", "first", "decade_before", "century_before", "week_of",
        "week_number", "week_number_weak", "unit_week", "unit_quarter", "unit_year", "noon", "midnight", "clock_prefix",
        "past_30", "past_15", "to_15", "to_30",
    )
)  # fmt: skip


@lru_cache(maxsize=64)
def _lexicon(lang: str) -> Lexicon:
    language = languages.load(lang)
    table: dict[str, object] = {}
    for name, prefix in (
        ("months", "mon "),
        ("weekdays", "weekday "),
        ("relative_days", "rel "),
        ("periods", ""),
    ):
        table.update({prefix + key: value for key, value in language.table(name).items()})
    table.update({"w " + key: value for key, value in language.table("time_words").items() if key not in _NO_CUE})
    return Lexicon(table, lang)


@lru_cache(maxsize=64)
def _numbers(lang: str, key: str) -> Mapping[str, int]:
    value = languages.load(lang).table("time_words").get(key, "")
    found: dict[str, int] = {}
    for number, entry in enumerate(split_entries(str(value)), start=1):
        for form in entry.casefold().split("|"):
            found[form] = number
    return found


@lru_cache(maxsize=64)
def _endings(lang: str, key: str) -> tuple[str, ...]:
    return tuple(sorted(word_set(lang, "time_words", key)))


@lru_cache(maxsize=64)
def _openers(lang: str) -> _Openers:
    return _Openers(lang)


class _Openers(dict[str, tuple[bool, bool]]):
    """By word: whether any time expression begins with it, and whether it is a number, which needs no phrase."""

    def __init__(self, lang: str) -> None:
        self._lang = lang

    def __missing__(self, word: str) -> tuple[bool, bool]:
        if len(self) > MEMO_SIZE:
            self.clear()
        number = _is_number(self._lang, word)
        found = self[word] = (number or _opens(self._lang, word), number)
        return found


def _is_number(lang: str, word: str) -> bool:
    if word[0].isdigit():
        return True
    if _numbers(lang, "cardinals").get(word) or _numbers(lang, "ordinals").get(word):
        return True
    if word[0] in "xvi" and word[-1] in "eè" and _ROMAN.fullmatch(word):
        return True
    if word[1:2] == "y" and _FISCAL.fullmatch(word):
        return True
    if word[-1].isdigit() and _glued(lang, word):
        return True
    if lang == "tl" and word.endswith("ng"):
        table = _numbers(lang, "cardinals")
        if word[:-2] in table or word[:-1] in table:
            return True
    return names_number(word, lang)


def _glued(lang: str, word: str) -> tuple[int, int] | None:
    """Return (month, day) of "dec31"."""
    found = _GLUED_DAY.fullmatch(word)
    names = languages.load(lang).table("months").items() if found else ()
    months = [int(month) for month, forms in names if found and found.group(1) in split_entries(str(forms))]
    return (months[0], int(found.group(2))) if found and months else None


def _opens(lang: str, word: str) -> bool:
    values = _lexicon(lang).reachable(word)
    return any(value and (not value.startswith("w ") or value in _OPENING) for value in values)


class Words:
    """A text's words with their readings as time words; all lookups are by word position."""

    __slots__ = ("_begun", "_cardinals", "_hits", "_openers", "_ordinals", "_size", "lang", "lexicon", "tags", "tokens")

    def __init__(self, text: str, lang: str) -> None:
        self.tokens: Tokens = tokenise(text)
        self._size = len(self.tokens.words)
        self.lang = lang
        self.lexicon = _lexicon(lang)
        self._begun = self.lexicon.begun(self.tokens)
        self._openers = _openers(lang)
        self._hits = {i: self._tagged(i) for i in self._begun}
        self.tags = frozenset().union(*self._hits.values())  # of all phrases of the text
        self._cardinals = _numbers(lang, "cardinals")
        self._ordinals = _numbers(lang, "ordinals")

    def __len__(self) -> int:
        return self._size

    def starts(self, i: int) -> bool:
        """Return whether it is worth while to read from word i."""
        opens, number = self._openers[self.tokens.words[i]]
        return opens and (number or i in self._begun)

    def openings(self) -> list[int]:
        """Return the words from which it is worth while to read."""
        openers, begun = self._openers, self._begun
        opening = [(i, word) for i, word in enumerate(self.tokens.words) if openers[word][0]]
        return [i for i, word in opening if i in begun or openers[word][1]]

    def readings(self, i: int) -> Mapping[str, int]:
        """Return the tags that a phrase at word i carries, each with the position behind its longest
        phrase.
        """
        return self._hits.get(i, _NONE)

    def _tagged(self, i: int) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for hit in self.lexicon.at(self.tokens, i):
            if hit.i == i:
                for tag in hit.value.split("|"):
                    found.setdefault(tag, hit.j)
        return found

    def tag(self, i: int, name: str) -> int:
        """Return the position behind the phrase at word i that carries the tag, 0 if there is none."""
        return self.readings(i).get(name, 0) if name in self.tags else 0

    def family(self, i: int, name: str) -> tuple[str, int] | None:
        """Return (argument, position behind) of the longest tag "name argument" at word i."""
        readings = self.readings(i)
        if not readings:
            return None
        best: tuple[str, int] | None = None
        head = name + " "
        for tag, j in readings.items():
            if tag.startswith(head) and (best is None or j > best[1]):
                best = (tag[len(head) :], j)
        return None if best and best[0] == "none" else best

    def kinds(self, i: int, j: int) -> set[str]:
        """Return the kinds of phrases that begin at words ``[i, j)``: "mon", "week", "w unit_day"."""
        found: set[str] = set()
        for k in range(i, min(j, self._size)):
            for tag in self._hits.get(k, ()):
                found.add(tag if tag.startswith("w ") else tag.partition(" ")[0])
        return found

    def leading(self, i: int, names: Container[str]) -> dict[str, int]:
        """Return those of the tags whose phrase ends right before word i, with its beginning (the shortest phrase)."""
        found: dict[str, int] = {}
        for start in range(max(i - 4, 0), i):
            for tag, j in self.readings(start).items():
                if j == i and tag in names:
                    found[tag] = start
        return found

    def before(self, i: int, name: str) -> int:
        """Return the start of a phrase with the tag that ends right before word i, -1 if there is none."""
        if name in self.tags:
            for start in range(i - 1, max(i - 5, -1), -1):
                if self.readings(start).get(name, 0) == i:
                    return start
        return -1

    def forms(self, key: str) -> Iterator[str]:
        """Yield the words of one entry of ``[time_words]`` in their order, the singular of a noun first."""
        return split_entries(str(languages.load(self.lang).table("time_words").get(key, "")))

    def number(self, i: int) -> int | None:
        """Return the number printed in digits at word i ("14", "14th", "1er"), not part of a decimal."""
        if not 0 <= i < self._size:
            return None
        word = self.tokens.words[i]
        if not word[0].isdigit():
            return None
        if word.isdecimal():
            return int(word) if len(word) <= 4 and word.isascii() else None
        found = _ORDINAL.fullmatch(word)
        return int(found.group(1)) if found and found.group(1).isascii() else None

    def word_number(self, i: int, ordinal: bool = False) -> int | None:
        """Return the number at word i, in digits or in words."""
        found = self.number(i)
        if found is None and 0 <= i < self._size:
            table = self._ordinals if ordinal else self._cardinals
            word = self.tokens.words[i]
            found = table.get(word)
            if found is None and self.lang == "tl" and word.endswith("ng"):
                found = table.get(word[:-2]) or table.get(word[:-1])
        return found

    def roman(self, i: int, *, bare: bool = False) -> int | None:
        """Return the number of a Roman ordinal at word i ("XIXe"; with ``bare`` also "XIX"), up to 29."""
        roman = 0 <= i < self._size and self.tokens.words[i][0] in "xvieè"
        found = _ROMAN.fullmatch(self.tokens.words[i]) if roman else None
        if found is None or not (bare or found.group(3)):
            return None
        ones = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix").index(found.group(2))
        return 10 * len(found.group(1)) + ones

    def counts(self, i: int) -> bool:
        """Return whether word i is a number word or a Roman ordinal."""
        return 0 <= i < self._size and self._openers[self.tokens.words[i]][1]

    def hour(self, i: int) -> int | None:
        """Return the hour that word i names in words ("siyete", "siete", "acht")."""
        table = _numbers(self.lang, "hours") or self._cardinals
        return table.get(self.tokens.words[i]) if 0 <= i < self._size else None

    def year(self, i: int) -> int | None:
        """Return the four-digit year at word i if the digits stand alone (no decimals, no thousands)."""
        number = self.number(i)
        if number is None or not 1800 <= number <= 2100 or not self.tokens.words[i].isdecimal():
            return None
        return number if self.alone(i) else None

    def fiscal(self, i: int) -> int | None:
        """Return the year of "FY2025", "FY25" or "CY25" at word i."""
        found = _FISCAL.fullmatch(self.tokens.words[i])
        return 2000 + int(found.group(1)) if found else None

    def glued(self, i: int) -> tuple[int, int] | None:
        """Return (month, day) of "Dec31" at word i."""
        return _glued(self.lang, self.tokens.words[i])

    def alone(self, i: int) -> bool:
        """Return whether the digits at word i are no part of a longer number, amount or code."""
        before, after = self.tokens.gap(i), self.tokens.gap(i + 1)
        behind = self.tokens.words[i + 1] if i + 1 < len(self.tokens) else ""
        ahead = self.tokens.words[i - 1] if i else ""
        if before.rstrip()[-1:] in _MONEY or before[-1:] in _CODES or after[:1] in _UNITS:
            return False
        if after.lstrip(" \u00a0")[:1] in ("%", "€", "$", "£", "°"):
            return False
        if before in (".", ",", ":", "'") and ahead[-1:].isdigit():
            return False
        return not (after in (".", ",", ":", "'", "’") and behind[:1].isdigit())

    def capital(self, i: int) -> bool:
        """Return whether word i begins with a capital."""
        return self.tokens.capital(i)

    def lean(self, i: int, j: int, *, bare: bool = False) -> str:
        """Return "future" or "past": the tense of the nearest verb before words ``[i, j)``, else behind them.

        Prepositions that are used with one tense alone come first, unless ``bare``.
        """
        if not bare:
            if (start := self.before(i, "w future_pre")) >= 0:
                return "past" if start == 0 and self._behind(j) == "past" else "future"
            if self.before(i, "w past_pre") >= 0:
                return "past"
        for k in range(i - 1, max(i - WINDOW, -1), -1):
            if self.tokens.hard[k + 1]:
                break
            if "w future_before" in self.readings(k):
                return "past" if self.before(k, "w implicative") >= 0 else "future"
            if cue := self.tense(k):
                return "future" if cue == "past" and self._governor(k) else cue
        else:
            k = -1
        if k >= 0 and not self._near_edge(i, k):
            return ""
        return self._behind(j)

    def _behind(self, j: int) -> str:
        """Return the tense of the first verb behind word j in the same clause."""
        for k in range(j, min(j + WINDOW, len(self.tokens))):
            if self.tokens.hard[k] and k > j:
                break
            if cue := self.tense(k):
                return cue
        return ""

    def verb_before(self, i: int) -> bool:
        """Return whether a verb stands right before word i or before the preposition there ("fled on Sunday")."""
        return any(k >= 0 and self.tense(k) != "" for k in (i - 1, i - 2))

    def planned(self, i: int, j: int) -> bool:
        """Return whether a future verb, no mere possibility, governs words ``[i, j)``: before them or, at the
        beginning of the sentence, behind them ("In six weeks you will see").
        """
        ahead = range(i - 1, max(i - WINDOW, -1), -1)
        for k in ahead if i > 1 else range(j, min(j + WINDOW, self._size)):
            if self.tokens.hard[k + 1 if i > 1 else k]:
                return False
            if cue := self.tense(k):
                governor = self.tokens.words[k] if cue == "future" else self._governor(k)
                return bool(governor) and governor not in word_set(self.lang, "time_words", "modal")
        return False

    def _governor(self, k: int) -> str:
        """Return the future verb that a participle at word k belongs to ("will be closed", "akan ditutup"), else ""."""
        auxiliaries = word_set(self.lang, "time_words", "future_aux")
        for at in range(k - 1, max(k - 4, -1), -1):
            if self.tokens.hard[at + 1]:
                return ""
            if self.tokens.words[at] in auxiliaries or "w future_before" in self.readings(at):
                return self.tokens.words[at]
        return ""

    def _near_edge(self, i: int, k: int) -> bool:
        return i - k <= 4

    def tense(self, k: int) -> str:
        """Return "future" or "past" where word k is a cue of it, else ""."""
        readings = self.readings(k)
        if "w future_cues" in readings:
            return "future"
        if "w past_cues" in readings:
            return "past"
        word = self.tokens.words[k]
        if len(word) > 4:
            if word.endswith(_endings(self.lang, "future_endings")):
                return "future"
            if word.endswith(_endings(self.lang, "past_endings")):
                return "past"
        return ""
