"""Times of day: 05:47, 8 a.m., alas-2 ng madaling-araw, a las 20:30, 8.30 Uhr, 20h15, pukul 16.00 WIB."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reconcile.claims.dates.time_numerals import spelled
from reconcile.claims.dates.time_words import Words
from reconcile.claims.phrases import word_set
from reconcile.claims.words import stopwords

_GLUED = re.compile(r"(\d{1,2})(?:h(\d{2})?|(am|pm)|u)")
_HALVES = frozenset(["am", "pm", "a", "p", "o"])  # a.m., p.m., o'clock behind an hour in words
_SHIFTS = (("w past_30", 30), ("w past_15", 15), ("w to_15", -15), ("w to_30", -30))
_OPENERS = frozenset(["w clock_prefix", "w noon", "w midnight", *(tag for tag, _ in _SHIFTS)])
NOON, _MIDNIGHT = 12 * 60, 0
NIGHT = 4  # "last night at 3" is after midnight, "last night at 8" before it


@dataclass(frozen=True, slots=True)
class Clock:
    """Words ``[i, j)`` name a time of day, ``minutes`` after midnight (None: morning or evening is not
    said).
    """

    i: int
    j: int
    minutes: int
    certain: bool


def read(words: Words, i: int, *, known: bool = False) -> Clock | None:
    """Return the time of day that begins at word i; with ``known`` "at 5" is one without a day beside it, too."""
    for tag, minutes in (("w noon", NOON), ("w midnight", _MIDNIGHT)):
        j = words.tag(i, tag)
        named = j and j < len(words) and words.capital(i) and words.capital(j) and words.tokens.soft[j]
        if j and not named:
            return Clock(i, j, minutes, True)
    if (past := _past(words, i)) is not None:
        return past
    start = words.tag(i, "w clock_prefix")
    if start and start < len(words) and not words.tokens.hard[start]:
        return _timed(words, i, start, prefixed=True)
    if (words.tokens.words[i][0].isdigit() or _named_hour(words, i)) and (bare := _bare(words, i, known=known)):
        return bare
    if words.tokens.words[i][0].isdigit():
        before = words.before(i, "w clock_at")
        return _timed(words, i, i, prefixed=False, at=before >= 0)
    behind = _spelled_half(words, i) if len(words.tokens.words[i]) > 2 else 0
    return _timed(words, i, i, prefixed=True) if behind and _suffix(words, behind)[0] else None


def may_open(words: Words, i: int) -> bool:
    """Return whether it is worth while to look for a time of day at word i."""
    if words.tokens.words[i][0].isdigit() or not _OPENERS.isdisjoint(words.readings(i)):
        return True
    if not words.counts(i) or i + 1 >= len(words):
        return False
    return bool(_spelled_half(words, i)) or _minutes_past(words, i) is not None or _named_hour(words, i)


def _spelled_half(words: Words, i: int) -> int:
    """Return the position of "p.m." behind an hour in words at word i ("seven p.m.", "one thirty p.m."), else 0."""
    found = _spelled(words, i)
    return found[2] if found and found[2] < len(words) and words.tokens.words[found[2]] in _HALVES else 0


def _named_hour(words: Words, i: int) -> bool:
    """Return whether the hour in words at i follows the preposition of a clock time ("at seven")."""
    return words.hour(i) is not None and words.before(i, "w clock_bare") >= 0


def _minutes_past(words: Words, i: int) -> tuple[int, int] | None:
    """Return (minutes, position behind "past") of "ten past", "20 minutes past", "thirty-six min past" at word i."""
    if "w minutes_past" not in words.tags:
        return None
    number, j = words.number(i), i + 1
    if number is None and (found := spelled(words.tokens, i, words.lang)) and not found.rank:
        number, j = found.number, found.j
    unit = words.tag(j, "w unit_hour") if j < len(words) else 0
    k = words.tag(unit or j, "w minutes_past") if (unit or j) < len(words) else 0
    fits = number is not None and 1 <= number <= (59 if unit else 29) and 0 < k < len(words)
    return (number or 0, k) if fits and not words.tokens.hard[k] else None


def _past(words: Words, i: int) -> Clock | None:
    """Half past seven, quarter to eight, ten past nine, 20 minutes past eight, Viertel nach acht, half acht (7:30)."""
    readings = words.readings(i)
    for tag, shift in _SHIFTS if readings and words.before(i, "w minutes_past") < 0 else ():
        if (k := readings.get(tag, 0)) and k < len(words) and not words.tokens.hard[k]:
            return _shifted(words, (i, k), shift)
    past = _minutes_past(words, i)
    return _shifted(words, (i, past[1]), past[0]) if past else None


def _shifted(words: Words, at: tuple[int, int], shift: int) -> Clock | None:
    """Return the time so many minutes from the hour that word ``at[1]`` names; ``at[0]`` begins the expression."""
    i, k = at
    hour = int(words.tokens.words[k]) if words.tokens.words[k].isdecimal() and words.alone(k) else words.hour(k)
    if hour is None or not 1 <= hour <= 12 or (shift < 0 and hour == 1 and words.tokens.words[k] != "1"):
        return None
    unit, end = _suffix(words, k + 1)
    if not unit and k + 1 < len(words) and (_counts(words, k + 1) or _noun(words, k + 1)):
        return None
    minutes = hour % 12 * 60 + shift + (720 if unit == "pm" else 0)
    return Clock(i, end or k + 1, minutes % 1440, unit in ("am", "pm"))


def _bare(words: Words, i: int, *, known: bool) -> Clock | None:
    """Return "at 5" beside a day or a part of it ("on Tuesday at 5", "tonight around 7", "at seven on Friday")."""
    start = words.before(i, "w clock_bare")
    parsed = (_digits(words, i) or _spelled(words, i)) if start >= 0 else None
    if parsed is None or parsed[3] not in ("bare", "colon") or not 1 <= parsed[0] <= 12 or parsed[1] > 59:
        return None
    hour, minute, j, shape = parsed
    half = next((half for half in ("am", "pm") if words.before(start, f"w clock_{half}") >= 0), "")
    half = _night(hour) if words.before(start, "w clock_late") >= 0 else half or _part_behind(words, j, hour)
    if words.tokens.gap(j)[:1] in (":", "-", "–", "/", "%") or words.tokens.hard[i]:
        return None
    if _suffix(words, j)[0] or not (half if shape == "colon" else words.alone(j - 1)) or _counts(words, j):
        return None
    if not (known or half or _ends_day(words, start) or _opens_day(words, j)):
        return None
    if half:
        return Clock(start, j, (hour % 12 + (12 if half == "pm" else 0)) * 60 + minute, True)
    return Clock(start, j, hour * 60 + minute, False)


def _night(hour: int) -> str:
    """Return the half of the day in which an hour of a night lies: the evening or the small hours."""
    return "pm" if NIGHT < hour < 12 else "am"


def _part_behind(words: Words, j: int, hour: int) -> str:
    """Return the half of the day that is named with the day behind word j - 1: "at 8 on Friday evening"."""
    if j >= len(words) or words.tokens.hard[j]:
        return ""
    k = words.tag(j, "w on") or j
    day = words.family(k, "weekday") or words.family(k, "rel")
    for at in range(k, min(day[1] + 1, len(words))) if day else ():
        if words.tokens.hard[at]:
            return ""
        if words.tag(at, "w clock_late"):
            return _night(hour)
        if half := next((half for half in ("am", "pm") if words.tag(at, f"w clock_{half}")), ""):
            return half
    return ""


def _ends_day(words: Words, end: int) -> bool:
    """Return whether a weekday, "tonight" or a part of the day ends before word ``end``, a day of the month behind."""
    if end and words.number(end - 1) is not None:
        return any(words.family(k, "weekday") or words.family(k, "mon") for k in range(max(end - 3, 0), end - 1))
    return any(
        (found := words.family(k, name)) is not None and found[1] == end
        for k in range(max(end - 4, 0), end)
        for name in ("weekday", "rel")
    )


def _opens_day(words: Words, j: int) -> bool:
    """Return whether a weekday or "tomorrow" follows word j - 1 ("at 5 on Tuesday")."""
    if j >= len(words) or words.tokens.hard[j]:
        return False
    k = words.tag(j, "w on") or j
    return words.family(k, "weekday") is not None or words.family(k, "rel") is not None


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
    if unit not in ("am", "pm") and 1 <= hour <= 12 and (part := _part_behind(words, end, hour)):
        unit = part
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
    if len(word) < 4 and word[-1] in "ap" and word[:-1].isdecimal() and _dotted(words, k + 1) and words.alone(k):
        return int(word[:-1]), 0, k + 2, "suffix"
    about = next((end for end in word_set(words.lang, "time_words", "clock_about") if word.endswith(end)), "")
    if about and word.removesuffix(about).isdecimal():
        return (int(word.removesuffix(about)), 0, k + 1, "suffix") if not _counts(words, k + 1) else None
    if word[-1] in "ap" and word[:-1].isdecimal() and word[-1] in word_set(words.lang, "time_words", "clock_glued"):
        return (int(word[:-1]), 0, k + 1, "suffix") if words.before(k, "w clock_at") >= 0 else None
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
        if gap == ":" and (seconds := _seconds(words, k)):
            return hour, int(following), seconds, "colon"
        if gap in (":", ".") and len(following) == 2 and following.isdecimal() and not _longer(words, k + 2):
            return hour, int(following), k + 2, "colon" if gap == ":" else "point"
        if gap == ":" and len(following) == 3 and following[-1] in "ap" and _dotted(words, k + 2):
            return (hour, int(following[:2]), k + 3, "colon") if following[:2].isdecimal() else None
        if gap in (":", ".") and (glued := re.fullmatch(r"(\d{2})(am|pm|[ap])", following)):
            whole = len(glued.group(2)) == 2 or glued.group(2) in word_set(words.lang, "time_words", "clock_glued")
            return (hour, int(glued.group(1)), k + 2, "colon") if whole else None
        if gap in (" ", "\u00a0", "\u202f") and following == "h":
            minute = words.number(k + 2) if k + 2 < len(words) and len(tokens.words[k + 2]) == 2 else None
            return hour, minute or 0, k + (3 if minute is not None else 2), "h"
        if gap in (".", ",", ":", "/") and following[:1].isdigit():
            return None
    return hour, 0, k + 1, "bare"


def _dotted(words: Words, k: int) -> bool:
    """Return whether "m" follows the glued "8p" of "8p.m."."""
    return k < len(words) and words.tokens.words[k] == "m" and words.tokens.gap(k) == "."


def _seconds(words: Words, k: int) -> int:
    """Return the position behind the seconds of "7:56:30 pm", "Oct 26 15:50:06", else 0.

    Without am or pm or a date before it, it is how long a race took.
    """
    pairs = words.tokens.words[k + 1 : k + 3]
    if len(pairs) < 2 or words.tokens.gap(k + 2) != ":" or not (len(pairs[0]) == 2 and pairs[0].isdecimal()):
        return 0
    if re.fullmatch(r"\d{2}(am|pm)", pairs[1]):
        return k + 3
    dated = words.number(k - 1) is not None and words.tokens.gap(k).strip() in ("", "@", ",")
    timed = len(pairs[1]) == 2 and pairs[1].isdecimal()
    return k + 3 if timed and (dated or _suffix(words, k + 3)[0] in ("am", "pm")) else 0


def _longer(words: Words, k: int) -> bool:
    """Return whether the digits go on (1:02:33, 20.10.2025, 16.00 is not)."""
    return k < len(words) and words.tokens.gap(k) in (":", ".", "/", ",") and words.tokens.words[k][:1].isdigit()


def _spelled(words: Words, k: int) -> tuple[int, int, int, str] | None:
    """Return (hour, minute, position behind, shape) of "seven" or "seven twenty-seven" at word k."""
    hour = words.hour(k)
    if hour is None:
        return None
    minute = spelled(words.tokens, k + 1, words.lang) if words.tokens.gap(k + 1) in (" ", "-") else None
    if minute is None or minute.rank or not 10 <= minute.number <= 59 or _counts(words, minute.j):
        return hour, 0, k + 1, "bare"
    return hour, minute.number, minute.j, "bare"


def _half(words: Words, j: int, shape: str) -> int:
    if shape != "bare" or j >= len(words) or words.tokens.hard[j]:
        return 0
    return words.tag(j, "w clock_half")


def _suffix(words: Words, j: int) -> tuple[str, int]:
    """Return ("am" | "pm" | "unit" | "", position behind) of what follows the digits."""
    if words.tokens.words[j - 1] == "m" and words.tokens.words[j - 2][-1] in "ap" and words.tokens.gap(j - 1) == ".":
        return words.tokens.words[j - 2][-1] + "m", _zone(words, j)
    if words.tokens.words[j - 1].endswith(("am", "pm")) and words.tokens.words[j - 1][0].isdigit():
        return words.tokens.words[j - 1][-2:], _zone(words, j)
    if (last := words.tokens.words[j - 1])[-1] in "ap" and last[:-1].isdecimal():
        return last[-1] + "m", j
    kind, end = "", 0
    if _parted(words, j):
        return words.tokens.words[j] + "m", j + 2
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


def _parted(words: Words, j: int) -> bool:
    """Return whether "p . m ." stands at word j, in a text whose marks stand apart."""
    pair = words.tokens.words[j : j + 2]
    return pair in (["a", "m"], ["p", "m"]) and words.tokens.gap(j) == " " and words.tokens.gap(j + 1) == " . "


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


def _noun(words: Words, j: int) -> bool:
    """Return whether a word with a German noun's capital follows ("halb zwei Meter")."""
    soft = words.lang == "de" and words.tokens.gap(j) == " "
    return soft and words.capital(j) and not words.readings(j)


def _counts(words: Words, j: int) -> bool:
    """Return whether a lower-case content word follows the digits ("a las 5 víctimas"): they count, not
    tell time.
    """
    if j >= len(words) or words.tokens.gap(j) != " ":
        return False
    word = words.tokens.words[j]
    return words.tokens.raw(j, j + 1).islower() and word not in stopwords(words.lang) and not words.readings(j)
