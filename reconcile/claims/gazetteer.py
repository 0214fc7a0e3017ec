"""What kind of thing a name is: cue words, titles, prepositions, and the countries of the world in the language."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from reconcile.claims.languages import normal_code
from reconcile.claims.phrases import Tokens, tokenise, word_set

if TYPE_CHECKING:
    from reconcile.claims.name_runs import Run

_BABEL = {"tl": "fil"}


@lru_cache(maxsize=32)
def place_names(lang: str) -> frozenset[str]:
    """Return the case-folded names of countries, territories, continents and listed capitals in a language and English."""
    from babel import Locale, UnknownLocaleError

    found: set[str] = set()
    for code in dict.fromkeys((_BABEL.get(normal_code(lang), normal_code(lang)), "en")):
        try:
            names = Locale.parse(code).territories
        except (UnknownLocaleError, ValueError):
            continue
        for territory in names.values():
            found.add(" ".join(tokenise(territory).words))
    return frozenset(found) | word_set(lang, "entities", "capitals") | word_set("en", "entities", "capitals")


def kind(text: str, lang: str, run: Run) -> str:
    """Return person, org, place, thing or other for a name in its sentence."""
    tokens = tokenise(text)
    words = tokens.words[run.i : run.j]
    lookup = _Cues(lang)
    if " ".join(words) in place_names(lang):
        return "place"
    if run.title and not (set(words) & lookup.org):
        return "person"
    if found := lookup.by_words(words):
        return found
    return lookup.by_context(tokens, run, words)


class _Cues:
    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.org = word_set(lang, "entities", "org") | word_set("en", "entities", "org")
        self.place = word_set(lang, "entities", "place") | word_set("en", "entities", "place")
        self.thing = word_set(lang, "entities", "thing")
        self.given = word_set(lang, "entities", "given_names") | word_set("en", "entities", "given_names")

    def by_words(self, words: list[str]) -> str:
        last, first = words[-1], words[0]
        if len(words) > 1 and first in self.given and last not in self.org:
            return "person"
        if last in self.org or (len(words) > 1 and first in self.org):
            return "org"
        if last in self.place or (len(words) > 1 and first in self.place):
            return "place"
        if last in self.thing or (len(words) > 1 and first in self.thing):
            return "thing"
        if len(words) > 1 and first in word_set(self.lang, "entities", "place_before"):
            return "place"
        if set(words) & self.org:
            return "org"
        return ""

    def by_context(self, tokens: Tokens, run: Run, words: list[str]) -> str:
        ahead = tokens.words[run.i - 1] if run.i and not tokens.hard[run.i] else ""
        behind = tokens.words[run.j] if run.j < len(tokens) else ""
        lang = self.lang
        if ahead in word_set(lang, "titles", "person") or ahead in word_set(lang, "entities", "person_article"):
            return "person"
        if ahead in word_set(lang, "entities", "place") or behind in word_set(lang, "entities", "place"):
            return "place"
        if ahead == "of" and run.i > 1 and tokens.words[run.i - 2] in self.place:
            return "place"
        spoken = word_set(lang, "entities", "speech")
        if (ahead in spoken or behind in spoken) and 2 <= len(words) <= 4:
            return "person"
        if ahead in word_set(lang, "entities", "place_prep") and len(words) <= 3:
            return "place"
        raw = tokens.raw(run.i, run.j)
        if len(words) == 1:
            return "org" if raw.isupper() and len(raw) > 2 else "other"
        return "person" if _personal(tokens, run) else "other"


def _personal(tokens: Tokens, run: Run) -> bool:
    """Two or three capitalised plain words, no digits, no capitals inside: the shape of a person's name."""
    parts = [tokens.raw(k, k + 1) for k in range(run.i, run.j)]
    capital = [part for part in parts if part[0].isupper()]
    plain = all(part.isalpha() and part[1:].islower() or len(part) == 1 for part in capital)
    return 2 <= len(capital) <= 3 and len(parts) <= 5 and plain and tokens.words[run.i - 1 if run.i else 0] != "the"
