"""Whether two names print one thing: spelling, order, initials, short forms, acronyms, names in other languages."""

from __future__ import annotations

import re
from functools import lru_cache

from reconcile import languages
from reconcile.claims.naming import gazetteer, geography
from reconcile.claims.naming.names import contains, initials, key, words

GENERATIONS = {"jr": "jr", "junior": "jr", "filho": "jr", "sr": "sr", "senior": "sr", "ii": "2", "iii": "3", "iv": "4"}
_VOWELS = str.maketrans("eiyjouw", "iiiiooo")
_SOUNDS = (
    ("sch", "s"), ("tsch", "s"), ("sh", "s"), ("ch", "k"), ("ck", "k"), ("ph", "f"), ("kh", "k"), ("gh", "g"),
    ("dh", "d"), ("th", "t"), ("ts", "s"), ("tz", "s"), ("ou", "u"), ("q", "k"), ("c", "k"), ("z", "s"), ("x", "ks"),
    ("v", "w"), ("dj", "j"), ("h", ""),
)  # fmt: skip
_REPEATS = re.compile(r"(.)\1+")


@lru_cache(maxsize=65536)
def same(a: str, b: str) -> float:
    """Return how likely two names print the same thing, 0 to 1.

    >>> same("Alemania", "Germany") > 0.9, same("Paul Render Jr.", "Paul Render Sr.") < 0.5
    (True, True)
    """
    if key(a) == key(b):
        return 1.0
    left, right = words(a), words(b)
    if not left or not right:
        return 0.0
    if (known := _known(a, b)) is not None:
        return known
    if (aged := _generations(a, b)) is not None and len(left) > 1 and len(right) > 1:
        return aged if left == right else min(aged, _alike(a, b, left, right))
    return _alike(a, b, left, right)


def _alike(a: str, b: str, left: tuple[str, ...], right: tuple[str, ...]) -> float:
    if left == right:
        return 0.98
    if sorted(left) == sorted(right):
        return 0.95
    if initials(a, b) or initials(b, a):
        return 0.9
    short, long = sorted((left, right), key=lambda found: (len(found), len(" ".join(found)), found))
    if contains(" ".join(long), " ".join(short)):
        return _short_form(short, long)
    return _spelling(left, right)


def _known(a: str, b: str) -> float | None:
    """Decide by the English names of bodies and places that both names stand for, None if one is unknown."""
    left, right = standard(a), standard(b)
    if left and right:
        return 0.97 if key(left) == key(right) or geography.shared(a, b) else 0.1
    changed = (left or a, right or b)
    return 0.97 if changed != (a, b) and key(changed[0]) == key(changed[1]) else None


@lru_cache(maxsize=65536)
def standard(name: str) -> str:
    """Return the English name of an international body, a country, a state or a large city, else an empty string.

    >>> standard("ONU"), standard("Londres"), standard("Larkton Dairy")
    ('United Nations', 'London', '')
    """
    if body := _bodies().get(key(name)):
        return body
    return geography.canonical(name) if geography.kind(name) else ""


@lru_cache(maxsize=1)
def _bodies() -> dict[str, str]:
    found: dict[str, str] = {}
    for code in languages.codes():
        table = languages.load(code).table("entities").get("bodies", {})
        for english, printed in table.items():
            for name in (english, *str(printed).split(",")):
                found[key(name)] = english
    return found


def _generations(a: str, b: str) -> float | None:
    """Return a low figure for a father and his son, None where neither name tells a generation."""
    left, right = (next((GENERATIONS[w] for w in key(name).split() if w in GENERATIONS), "") for name in (a, b))
    if left == right:
        return None
    return 0.2 if left and right else 0.6


def _short_form(short: tuple[str, ...], long: tuple[str, ...]) -> float:
    """A surname or a first word for the whole name; one shared word of a long name says less."""
    if len(short) == 1 and len(short[0]) <= 2:
        return 0.4
    if long[1:] == short and gazetteer.modifies(long[0]):
        return 0.5
    if short[-1] == long[-1] or len(short) > 1 or short[0] == long[0]:
        return 0.9 if len(long) - len(short) <= 2 else 0.8
    return 0.7


def _spelling(left: tuple[str, ...], right: tuple[str, ...]) -> float:
    """Spelling alone: words are paired one to one, so that a shared first name does not make two people
    one.
    """
    from rapidfuzz.distance import OSA, JaroWinkler

    if len(left) != len(right):
        return 0.55 * len(set(left) & set(right)) / max(len(left), len(right))
    lowest = 1.0
    for a, b in zip(left, right, strict=True):
        if a == b or (min(len(a), len(b)) == 1 and a[0] == b[0]):
            continue
        slips = OSA.distance(a, b)
        close = slips <= (1 if len(a) < 8 else 2) and len(a) > 3 and not _other_sex(a, b)
        if _sounds(a, b) and not _other_sex(a, b):
            lowest = min(lowest, 0.92)
            continue
        lowest = min(lowest, JaroWinkler.similarity(a, b) if close else 0.5 * JaroWinkler.similarity(a, b))
    return round(0.95 * lowest, 4)


def _other_sex(a: str, b: str) -> bool:
    """Return whether two first names are a man's and a woman's (Mario, Maria)."""
    return {gazetteer.gender(a), gazetteer.gender(b)} == {"m", "f"}


def _sounds(a: str, b: str) -> bool:
    """Return whether two words are one name in two transcriptions: the same consonants and first vowel.

    >>> _sounds("mohammed", "muhamad"), _sounds("martin", "morten")
    (True, False)
    """
    from rapidfuzz.distance import OSA

    if min(len(a), len(b)) < 5 or a[0] in "aeiou" or OSA.distance(a, b) > (3 if min(len(a), len(b)) > 6 else 2):
        return False
    return _skeleton(a) == _skeleton(b) and len(_skeleton(a)) > 3


@lru_cache(maxsize=65536)
def _skeleton(word: str) -> str:
    """Return the first vowel and the consonants of a word as most transcriptions hear them."""
    for printed, heard in _SOUNDS:
        word = word.replace(printed, heard)
    plain = _REPEATS.sub(r"\1", word.translate(_VOWELS))
    vowel = next((letter for letter in plain if letter in "aio"), "")
    return vowel + "".join(letter for letter in plain if letter not in "aio")
