"""What the words of a text can mean as time: months, weekdays, relative days, numbers, cues, position by
position.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from reconcile.claims import languages
from reconcile.claims.phrases import Lexicon, Tokens, split_entries, tokenise, word_set

_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|re|e|ème|º|ª|°|o|a|te|ter|ten|de)?")
WINDOW = 9  # words to look for the verb that tells past from future
_NO_CUE = frozenset(
    [
        "cardinals",
        "ordinals",
        "hours",
        "capital_only",
        "this_default",
        "half_words",
        "weak_in",
        "ambiguous",
        "counted",
        "numbered",
        "future_endings",
        "past_endings",
    ]
)

_OPENING = frozenset(
    ["w ago_before", "w rolling", "w first", "w decade_before", "w noon", "w midnight", "w clock_prefix"]
)


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


@lru_cache(maxsize=16_384)
def _may_open(lang: str, word: str) -> bool:
    """Return whether any time expression or time of day begins with the word."""
    if word[0].isdigit():
        return True
    if _numbers(lang, "cardinals").get(word) or _numbers(lang, "ordinals").get(word):
        return True
    if lang == "tl" and word.endswith("ng"):
        table = _numbers(lang, "cardinals")
        if word[:-2] in table or word[:-1] in table:
            return True
    values = _lexicon(lang).reachable(word)
    return any(value and (not value.startswith("w ") or value in _OPENING) for value in values)


class Words:
    """A text's words with their readings as time words; all lookups are by word position."""

    __slots__ = ("_cardinals", "_hits", "_ordinals", "_size", "lang", "lexicon", "tokens")

    def __init__(self, text: str, lang: str) -> None:
        self.tokens: Tokens = tokenise(text)
        self._size = len(self.tokens.words)
        self.lang = lang
        self.lexicon = _lexicon(lang)
        self._hits: dict[int, dict[str, int]] = {}
        self._cardinals = _numbers(lang, "cardinals")
        self._ordinals = _numbers(lang, "ordinals")

    def __len__(self) -> int:
        return self._size

    def starts(self, i: int) -> bool:
        """Return whether it is worth while to read from word i."""
        return _may_open(self.lang, self.tokens.words[i])

    def readings(self, i: int) -> dict[str, int]:
        """Return the tags that a phrase at word i carries, each with the position behind its longest
        phrase.
        """
        found = self._hits.get(i)
        if found is None:
            found = self._hits[i] = {}
            if 0 <= i < self._size:
                for hit in self.lexicon.at(self.tokens, i):
                    if hit.i == i:
                        for tag in hit.value.split("|"):
                            found.setdefault(tag, hit.j)
        return found

    def tag(self, i: int, name: str) -> int:
        """Return the position behind the phrase at word i that carries the tag, 0 if there is none."""
        return self.readings(i).get(name, 0)

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

    def opens(self, i: int) -> bool:
        """Return whether a time expression can begin with the phrase at word i (connecting words open
        none).
        """
        return any(not tag.startswith("w ") or tag in _OPENING for tag in self.readings(i))

    def before(self, i: int, name: str) -> int:
        """Return the start of a phrase with the tag that ends right before word i, -1 if there is none."""
        for start in range(i - 1, max(i - 5, -1), -1):
            if self.tag(start, name) == i:
                return start
        return -1

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

    def counts(self, i: int) -> bool:
        """Return whether word i is a number word."""
        return self.word_number(i) is not None or self.word_number(i, ordinal=True) is not None

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

    def alone(self, i: int) -> bool:
        """Return whether the digits at word i are no part of a longer number, amount or code."""
        before, after = self.tokens.gap(i), self.tokens.gap(i + 1)
        behind = self.tokens.words[i + 1] if i + 1 < len(self.tokens) else ""
        ahead = self.tokens.words[i - 1] if i else ""
        if before[-1:] in ("$", "€", "£", "₱", "¥", "#", "+", "−", "&") or after[:1] in (
            "%",
            "‰",
            "$",
            "€",
            "£",
            "°",
        ):
            return False
        if after.lstrip(" \u00a0")[:1] in ("%", "€", "$", "£", "°"):
            return False
        if before in (".", ",", ":", "'") and ahead[-1:].isdigit():
            return False
        return not (after in (".", ",", ":", "'", "’") and behind[:1].isdigit())

    def capital(self, i: int) -> bool:
        """Return whether word i begins with a capital."""
        return self.tokens.capital(i)

    def lean(self, i: int, j: int) -> str:
        """Return "future" or "past": the tense of the nearest verb before words ``[i, j)``, else behind
        them.
        """
        if self.before(i, "w future_pre") >= 0:
            return "future"
        if self.before(i, "w past_pre") >= 0:
            return "past"
        for k in range(i - 1, max(i - WINDOW, -1), -1):
            if self.tokens.hard[k + 1]:
                break
            if "w future_before" in self.readings(k):
                return "future"
            if cue := self._tense(k):
                return cue
        else:
            k = -1
        if k >= 0 and not self._near_edge(i, k):
            return ""
        for k in range(j, min(j + WINDOW, len(self.tokens))):
            if self.tokens.hard[k] and k > j:
                break
            if cue := self._tense(k):
                return cue
        return ""

    def _near_edge(self, i: int, k: int) -> bool:
        return i - k <= 4

    def _tense(self, k: int) -> str:
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
