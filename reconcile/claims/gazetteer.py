"""What kind of thing a name is: cue words, titles, prepositions, and the countries of the world in the
language.
"""

from __future__ import annotations

import re
from functools import lru_cache

from reconcile.claims.languages import codes, normal_code
from reconcile.claims.names import Run, fold
from reconcile.claims.phrases import Tokens, tokenise, word_set

_DATELINE = re.compile(r"[^.!?\n]{3,80}?\s[-–—]\s")
_BABEL = {"tl": "fil"}


@lru_cache(maxsize=32)
def place_names(lang: str) -> frozenset[str]:
    """Return the case-folded names of countries, territories, continents and listed capitals in a language
    and English.
    """
    from babel import Locale, UnknownLocaleError

    found: set[str] = set()
    for code in dict.fromkeys((_BABEL.get(normal_code(lang), normal_code(lang)), "en")):
        try:
            names = Locale.parse(code).territories
        except (UnknownLocaleError, ValueError):
            continue
        for code, territory in names.items():
            if code != "001":
                found.add(" ".join(tokenise(territory).words))
    listed = word_set(lang, "entities", "capitals") | word_set("en", "entities", "capitals")
    return frozenset(found) | {" ".join(tokenise(name).words) for name in listed}


def dateline(text: str) -> bool:
    """Return whether a text opens like an agency report: MANILA, Philippines (Wire) - ..."""
    return _DATELINE.match(text) is not None


@lru_cache(maxsize=1)
def _given_names() -> frozenset[str]:
    return frozenset().union(*(word_set(code, "entities", "given_names") for code in codes()))


@lru_cache(maxsize=1)
def thing_words() -> frozenset[str]:
    """Return the folded words that say what a named thing is ("storm", "bagyo"), in all languages."""
    listed = frozenset().union(*(word_set(code, "entities", "thing") for code in codes()))
    return frozenset(fold(word) for word in listed | {"tropical", "super", "severe"})


def kind(text: str, lang: str, run: Run) -> str:
    """Return person, org, place, thing or other for a name in its sentence."""
    tokens = tokenise(text)
    words = tokens.words[run.i : run.j]
    lookup = _Cues(lang)
    if " ".join(words) in place_names(lang):
        return "place"
    ahead = tokens.words[run.i - 1] if run.i and not tokens.hard[run.i] else ""
    office = run.title or ahead in word_set(lang, "titles", "person")
    if office and not (set(words) & lookup.org):
        return "person"
    if found := lookup.by_words(words):
        return found
    if "&" in tokens.raw(run.i, run.j):
        return "org"
    return lookup.by_context(tokens, run, words)


class _Cues:
    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.org = word_set(lang, "entities", "org") | word_set("en", "entities", "org")
        self.place = word_set(lang, "entities", "place") | word_set("en", "entities", "place")
        self.thing = word_set(lang, "entities", "thing")
        self.given = _given_names()

    def by_words(self, words: list[str]) -> str:
        """Return the kind that the name's own words tell, empty if they tell none."""
        last, first = words[-1], words[0]
        if len(words) > 1 and first in self.given and last not in self.org | self.place | self.thing:
            return "person"
        if last in self.org or (len(words) > 1 and first in self.org):
            return "org"
        if last in self.place or (len(words) > 1 and first in self.place):
            return "place"
        if last in self.thing or (len(words) > 1 and first in self.thing):
            return "thing"
        if len(words) > 1 and first in word_set(self.lang, "entities", "place_before"):
            return "place"
        if set(words) & self.thing:
            return "thing"
        return "org" if set(words) & self.org else ""

    def by_context(self, tokens: Tokens, run: Run, words: list[str]) -> str:
        ahead = tokens.words[run.i - 1] if run.i and not tokens.hard[run.i] else ""
        behind = tokens.words[run.j] if run.j < len(tokens) else ""
        lang = self.lang
        if run.i == 0 and tokens.raw(0, run.j).isupper() and dateline(tokens.text):
            return "place"
        if ahead in word_set(lang, "titles", "person") or ahead in word_set(lang, "entities", "person_article"):
            return "person"
        if ahead in word_set(lang, "entities", "place") or behind in word_set(lang, "entities", "place"):
            return "place"
        particles = word_set(lang, "entities", "particles")
        if ahead in particles and run.i > 1 and tokens.words[run.i - 2] in self.place:
            return "place"
        if ahead in word_set(lang, "entities", "org_before"):
            return "org"
        spoken = word_set(lang, "entities", "speech")
        if (ahead in spoken or behind in spoken) and 2 <= len(words) <= 4:
            return "person"
        if ahead in word_set(lang, "entities", "place_prep") and len(words) <= 3:
            return "place"
        if len(words) > 1 and _personal(tokens, run) and self._described(tokens, run):
            return "person"
        return "org" if self._acronym(tokens, run, ahead) else "other"

    def _described(self, tokens: Tokens, run: Run) -> bool:
        """Return whether an age or an office follows in apposition: "Nena Bordeos, 58,", "Marit Vollan,
        director".
        """
        if run.j >= len(tokens) or tokens.gap(run.j).strip() not in (",", "("):
            return False
        titles = word_set(self.lang, "titles", "person")
        following = tokens.words[run.j : run.j + 5]
        age = following[0].isdecimal() and 1 < len(following[0]) < 4
        return age or any(word in titles for word in following)

    def _acronym(self, tokens: Tokens, run: Run, ahead: str) -> bool:
        raw = tokens.raw(run.i, run.j)
        if len(raw) < 3 or not raw.isupper() or run.j - run.i > 1:
            return False
        behind = tokens.words[run.j] if run.j < len(tokens) else ""
        spoken = behind in word_set(self.lang, "entities", "speech")
        return spoken or ahead in word_set(self.lang, "entities", "org_article") or tokens.gap(run.j) in ("'", "’")


def _personal(tokens: Tokens, run: Run) -> bool:
    """Two or three capitalised plain words, no digits, no capitals inside: the shape of a person's name."""
    parts = [tokens.raw(k, k + 1) for k in range(run.i, run.j)]
    capital = [part for part in parts if part[0].isupper()]
    plain = all((part.isalpha() and part[1:].islower()) or len(part) == 1 for part in capital)
    return 2 <= len(capital) <= 3 and len(parts) <= 5 and plain and tokens.words[run.i - 1 if run.i else 0] != "the"
