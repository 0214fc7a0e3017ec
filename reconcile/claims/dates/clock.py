"""Times of day: 05:47, 8 a.m., alas-2 ng madaling-araw, a las 20:30, 8.30 Uhr, 20h15, pukul 16.00 WIB."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reconcile.claims.dates.time_words import Words
from reconcile.claims.words import stopwords

_GLUED = re.compile(r"(\d{1,2})(?:h(\d{2})?|(am|pm)|u)")
_NOON, _MIDNIGHT = 12 * 60, 0


@dataclass(frozen=True, slots=True)
class Clock:
    """Words ``[i, j)`` name a time of day, ``minutes`` after midnight (None: morning or evening is not
    said).
    """

    i: int
    j: int
    minutes: int
    certain: bool


def read(words: Words, i: int) -> Clock | None:
    """Return the time of day that begins at word i."""
    for tag, minutes in (("w noon", _NOON), ("w midnight", _MIDNIGHT)):
        j = words.tag(i, tag)
        named = j and j < len(words) and words.capital(i) and words.capital(j) and words.tokens.soft[j]
        if j and not named:
            return Clock(i, j, minutes, True)
    start = words.tag(i, "w clock_prefix")
    if start and start < len(words) and not words.tokens.hard[start]:
        return _timed(words, i, start, prefixed=True)
    if words.tokens.words[i][0].isdigit():
        before = words.before(i, "w clock_at")
        return _timed(words, i, i, prefixed=False, at=before >= 0)
    return None


def _timed(words: Words, i: int, k: int, *, prefixed: bool, at: bool = False) -> Clock | None:
    parsed = _digits(words, k) or (_spelled(words, k) if prefixed else None)
    if parsed is None:
        return None
    hour, minute, j, shape = parsed
    if hour > 24 or minute > 59:
        return None
    unit, behind = _suffix(words, j)
    half = _half(words, j, shape)
    if half:
        minute, j = 30, half
        unit, behind = _suffix(words, j)
    weak = bool(words.tag(i, "w clock_weak")) and prefixed
    if not _enough(shape, unit, prefixed and not weak, at or weak):
        return None
    if not unit and shape in ("bare", "point") and (_counts(words, j) or not words.alone(k)):
        return None
    end = behind or j
    if unit == "am":
        return Clock(i, end, (hour % 12) * 60 + minute, True)
    if unit == "pm":
        return Clock(i, end, (hour % 12 + 12 if hour <= 12 else hour) % 24 * 60 + minute, True)
    certain = hour > 12 or hour == 0 or (shape in ("colon", "h") and hour >= 10) or unit == "unit"
    return Clock(i, end, hour % 24 * 60 + minute, certain)


def _digits(words: Words, k: int) -> tuple[int, int, int, str] | None:
    """Return (hour, minute, position behind, shape) of the digits at word k."""
    tokens = words.tokens
    word = tokens.words[k]
    if glued := _GLUED.fullmatch(word):
        shape = "suffix" if glued.group(3) else "h" if glued.group(2) or "h" in word else ""
        return int(glued.group(1)), int(glued.group(2) or 0), k + 1, shape or "suffix"
    if not word.isdecimal() or not word.isascii() or len(word) > 4:
        return None
    if len(word) == 4 and word[:2] < "25" and word[2:] < "60":
        return int(word[:2]), int(word[2:]), k + 1, "four"
    if len(word) > 2 or (k and tokens.gap(k) in (".", ",", ":", "/") and tokens.words[k - 1][-1:].isdigit()):
        return None
    return _minutes(words, k)


def _minutes(words: Words, k: int) -> tuple[int, int, int, str] | None:
    tokens, hour = words.tokens, int(words.tokens.words[k])
    if k + 1 < len(words):
        gap, following = tokens.gap(k + 1), tokens.words[k + 1]
        if gap in (":", ".") and len(following) == 2 and following.isdecimal() and not _longer(words, k + 2):
            return hour, int(following), k + 2, "colon" if gap == ":" else "point"
        if gap in (":", ".") and (glued := re.fullmatch(r"(\d{2})(am|pm)", following)):
            return hour, int(glued.group(1)), k + 2, "colon"
        if gap in (" ", "\u00a0", "\u202f") and following == "h":
            minute = words.number(k + 2) if k + 2 < len(words) and len(tokens.words[k + 2]) == 2 else None
            return hour, minute or 0, k + (3 if minute is not None else 2), "h"
        if gap in (".", ",", ":", "/") and following[:1].isdigit():
            return None
    return hour, 0, k + 1, "bare"


def _longer(words: Words, k: int) -> bool:
    """Return whether the digits go on (1:02:33, 20.10.2025, 16.00 is not)."""
    return k < len(words) and words.tokens.gap(k) in (":", ".", "/", ",") and words.tokens.words[k][:1].isdigit()


def _spelled(words: Words, k: int) -> tuple[int, int, int, str] | None:
    hour = words.hour(k)
    return (hour, 0, k + 1, "bare") if hour is not None else None


def _half(words: Words, j: int, shape: str) -> int:
    if shape != "bare" or j >= len(words) or words.tokens.hard[j]:
        return 0
    return words.tag(j, "w clock_half")


def _suffix(words: Words, j: int) -> tuple[str, int]:
    """Return ("am" | "pm" | "unit" | "", position behind) of what follows the digits."""
    if words.tokens.words[j - 1].endswith(("am", "pm")) and words.tokens.words[j - 1][0].isdigit():
        return words.tokens.words[j - 1][-2:], _zone(words, j)
    kind, end = "", 0
    if j < len(words) and not words.tokens.hard[j]:
        for half in ("am", "pm"):
            if behind := words.tag(j, f"w clock_{half}"):
                return half, _zone(words, behind)
        for name, tag in (("unit", "w clock_unit"), ("weak", "w clock_unit_weak")):
            if not kind and (behind := words.tag(j, tag)):
                kind, end, j = name, behind, behind
    if 0 < j < len(words) and not words.tokens.hard[j]:
        for half in ("am", "pm"):
            if behind := words.tag(j, f"w clock_{half}"):
                return half, behind
    return kind, end


def _zone(words: Words, j: int) -> int:
    """Return the position behind a zone at word j ("9:30 a.m. EDT"), else j."""
    near = j < len(words) and words.tokens.gap(j) in (" ", ". ", "\u00a0")
    return (words.tag(j, "w clock_unit") or j) if near else j


def _enough(shape: str, unit: str, prefixed: bool, at: bool) -> bool:
    """Return whether digits of a shape, with or without unit, prefix and preposition, are a time of day."""
    if shape in ("suffix", "h", "colon") or unit in ("am", "pm"):
        return shape != "four" or unit != ""
    if unit == "weak":
        return at or prefixed or shape == "four"
    if shape == "point":
        return unit == "unit" or at or prefixed
    return unit == "unit" or (prefixed and shape == "bare")


def _counts(words: Words, j: int) -> bool:
    """Return whether a lower-case content word follows the digits ("a las 5 víctimas"): they count, not
    tell time.
    """
    if j >= len(words) or words.tokens.gap(j) != " ":
        return False
    word = words.tokens.words[j]
    return words.tokens.raw(j, j + 1).islower() and word not in stopwords(words.lang) and not words.readings(j)
