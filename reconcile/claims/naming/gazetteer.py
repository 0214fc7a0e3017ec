"""What kind of thing a name is: cue words, titles, prepositions, and the countries of the world in the
language.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from reconcile.claims.naming import geography
from reconcile.claims.naming.names import Run, fold
from reconcile.claims.phrases import Tokens, tokenise, word_set
from reconcile.languages import codes, normal_code

TICKER = re.compile(r"\s?\((?:[A-Z][\w. ]{1,14}: ?)[A-Z0-9.]{1,6}\)")
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


def given_names(lang: str) -> frozenset[str]:
    """Return the lower-case first names of a language."""
    return _given_names((lang,))


@lru_cache(maxsize=32)
def _given_names(langs: tuple[str, ...]) -> frozenset[str]:
    listed = ("given_names", "given_male", "given_female")
    return frozenset().union(*(word_set(code, "entities", name) for code in langs for name in listed))


@lru_cache(maxsize=1)
def _every_given_name() -> frozenset[str]:
    return _given_names(codes())


@lru_cache(maxsize=1)
def _gendered() -> tuple[frozenset[str], frozenset[str]]:
    male, female = (
        frozenset().union(*(word_set(code, "entities", name) for code in codes()))
        for name in ("given_male", "given_female")
    )
    return male - female, female - male


def gender(first_name: str) -> str:
    """Return "m" or "f" for a first name that all packaged languages give to one sex, else an empty string."""
    male, female = _gendered()
    word = first_name.casefold()
    return "m" if word in male else "f" if word in female else ""


@lru_cache(maxsize=1)
def _org_words() -> frozenset[str]:
    return frozenset().union(*(word_set(code, "entities", "org") for code in codes()))


@lru_cache(maxsize=1)
def _modifiers() -> frozenset[str]:
    return frozenset(fold(word) for code in codes() for word in word_set(code, "entities", "place_before"))


def modifies(word: str) -> bool:
    """Return whether a folded word before a place makes it another place ("New" Mexico, "South" Sudan)."""
    return word in _modifiers()


@lru_cache(maxsize=1)
def _plain_words() -> frozenset[str]:
    listed = ("nationalities", "place_before", "openers")
    return frozenset().union(*(word_set(code, "entities", name) for code in codes() for name in listed))


def plain_word(word: str) -> bool:
    """Return whether a lower-case word is an adjective or a first word that by itself is no name."""
    return word in _plain_words()


@lru_cache(maxsize=1)
def _participles() -> tuple[str, ...]:
    return tuple(sorted(frozenset().union(*(word_set(code, "entities", "participle_endings") for code in codes()))))


def verb_form(word: str) -> bool:
    """Return whether a lower-case word ends like a participle that opens headlines ("rebuilding"), and is no name."""
    endings = _participles()
    return bool(endings) and len(word) > 5 and word.endswith(endings) and word not in _every_given_name()


def heads_org(word: str) -> bool:
    """Return whether a lower-case word says, in some language, that a name is an organisation's ("bank", "gmbh")."""
    return word in _org_words()


@lru_cache(maxsize=1)
def thing_words() -> frozenset[str]:
    """Return the folded words that say what a named thing is ("storm", "bagyo"), in all languages."""
    listed = frozenset().union(*(word_set(code, "entities", "thing") for code in codes()))
    return frozenset(fold(word) for word in listed | {"tropical", "super", "severe"})


SPEAKER = "speaker"  # evidence for a person that a firm gives as well


def kind(text: str, lang: str, run: Run) -> str:
    """Return person, org, place, thing or other for a name, from its own words and those around it."""
    seen = evidence(text, lang, run)
    return "person" if seen == SPEAKER else seen


@lru_cache(maxsize=2048)
def evidence(text: str, lang: str, run: Run) -> str:
    """Return the kind as ``kind`` does, but ``SPEAKER`` where only a verb of saying tells it."""
    tokens = tokenise(text)
    words = tokens.words[run.i : run.j]
    lookup = _cues(lang)
    if " ".join(words) in place_names(lang):
        return "place"
    ahead = tokens.words[run.i - 1] if run.i and not tokens.hard[run.i] else ""
    office = run.title or ahead in word_set(lang, "titles", "person")
    behind = tokens.words[run.j] if run.j < len(tokens) and tokens.gap(run.j) == " " else ""
    if len(words) == 1 and tokens.raw(run.i, run.j).isupper() and behind in lookup.titles:
        return "org"
    if (office and not (set(words) & lookup.org)) or _nicknamed(run.name):
        return "person"
    if found := lookup.by_words(words):
        return found
    if "&" in tokens.raw(run.i, run.j):
        return "org"
    return lookup.by_context(tokens, run, words)


def guess(name: str) -> str:
    """Return "place" for the name of a large city or an area that nobody is called by, else "other"."""
    first = name.split()[0].casefold() if name.strip() else ""
    if first in _every_given_name() or len(name) < 5:
        return "other"
    return "place" if geography.kind(name) else "other"


@lru_cache(maxsize=32)
def _cues(lang: str) -> _Cues:
    return _Cues(lang)


class _Cues:
    """The cue words of one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._sets: dict[str, frozenset[str]] = {}
        self.org = word_set(lang, "entities", "org") | word_set("en", "entities", "org")
        self.place = word_set(lang, "entities", "place") | word_set("en", "entities", "place")
        self.thing = word_set(lang, "entities", "thing")
        self.given = _every_given_name()
        self.titles = word_set(lang, "titles", "person")
        firms = word_set(lang, "mentions", "company") | word_set(lang, "mentions", "trade")
        self.firms = (firms | word_set(lang, "entities", "org_before")) - self.titles
        self.noun_first = bool(word_set(lang, "entities", "noun_first"))
        self._compound_org = tuple(sorted(self._set("compound_org")))
        self._occupations = tuple(sorted(self._set("occupation_endings")))

    def by_words(self, words: list[str]) -> str:
        """Return the kind that the name's own words tell, empty if they tell none."""
        last, first = words[-1], words[0]
        if len(words) > 1 and first in self.given and last not in self.org | self.place | self.thing:
            return "person"
        if found := self._by_heads(words):
            return found
        if last in self.thing or (len(words) > 1 and first in self.thing):
            return "thing"
        if len(words) > 1 and first in word_set(self.lang, "entities", "place_before"):
            return "place"
        if set(words) & self.thing:
            return "thing"
        if len(last) > 7 and last.endswith(self._compound_org):
            return "org"
        return "org" if set(words) & self.org else ""

    def _by_heads(self, words: list[str]) -> str:
        """Tell from the word that heads the name: the one before "of", then the first where adjectives follow nouns,
        else the last.
        """
        if len(words) == 1:
            return "org" if words[0] in self.org else "place" if words[0] in self.place else ""
        particles = self._set("particles")
        heads = [word for word, after in pairwise(words) if after in particles][:1]
        heads += [words[0], words[-1]] if self.noun_first else [words[-1], words[0]]
        for word in heads:
            if word in self.org:
                return "org"
            if word in self.place:
                return "place"
        return ""

    def by_context(self, tokens: Tokens, run: Run, words: list[str]) -> str:
        """Return the kind that the words around a name tell, "other" if they tell none."""
        ahead = tokens.words[run.i - 1] if run.i and not tokens.hard[run.i] else ""
        behind = tokens.words[run.j] if run.j < len(tokens) else ""
        if run.i == 0 and tokens.raw(0, run.j).isupper() and dateline(tokens.text):
            return "place"
        if ahead in self.titles or ahead in self._set("person_article") or self._appointed(tokens, run):
            return "person"
        if len(words) > 1 and _shaped(tokens, run) and (self._employed(ahead) or self._surnamed(words)):
            return "person"
        if ahead in self._set("place") or behind in self._set("place"):
            return "place"
        headed = ahead in self._set("particles")
        joined = headed or ahead in self._set("place_prep")  # "stock of Acme", "stock in Acme"
        second = tokens.words[run.i - 2] if joined and run.i > 1 else ""
        if headed and self.place & set(tokens.words[max(0, run.i - 3 if self.noun_first else run.i - 2) : run.i - 1]):
            return "place"
        stock = self._set("stock_after")
        if ahead in self.firms or behind in stock or second in stock or TICKER.match(tokens.text, run.end):
            return "org"
        if self._described(tokens, run, self.firms):
            return "org"
        if (ahead in self._set("speech") or behind in self._set("speech")) and 2 <= len(words) <= 4:
            if not _shaped(tokens, run) or words[-1] in place_names(self.lang):
                return "org"
            return "person" if words[0] in self.given else SPEAKER
        if self._placed(tokens, run, ahead) and len(words) <= 3:
            return "place"
        if len(words) > 1 and _personal(tokens, run) and self._described(tokens, run, self.titles):
            return "person"
        if self._acronym(tokens, run, ahead) or _listed(tokens, run):
            return "org"
        return "other"

    def _set(self, name: str) -> frozenset[str]:
        found = self._sets.get(name)
        if found is None:
            found = self._sets[name] = word_set(self.lang, "entities", name)
        return found

    def _placed(self, tokens: Tokens, run: Run, ahead: str) -> bool:
        """Return whether a preposition of place stands before; in "ayon sa PAGASA" it names a source."""
        if ahead not in self._set("place_prep") or tokens.raw(run.i, run.j).isupper():
            return ahead in self._set("bare_place_prep") and bool(ahead)
        return run.i < 2 or tokens.words[run.i - 2] not in self._set("source_ahead")

    def _appointed(self, tokens: Tokens, run: Run) -> bool:
        """Return whether the name stands between commas behind an office ("the mayor, Luc Tasiaux, said")."""
        if not run.i or tokens.gap(run.i) != ", " or run.j - run.i < 2:
            return False
        return (
            tokens.words[run.i - 1] in self.titles and tokens.gap(run.j)[:1] in (",", ".", "") and _shaped(tokens, run)
        )

    def _employed(self, ahead: str) -> bool:
        endings = self._occupations
        return bool(endings) and len(ahead) > 5 and ahead.endswith(endings) and ahead not in self.org

    def _surnamed(self, words: list[str]) -> bool:
        inner = " ".join(words[1:-1])
        return inner in self._set("surname_particles")

    def _described(self, tokens: Tokens, run: Run, nouns: frozenset[str]) -> bool:
        """Return whether an age or one of the nouns follows in apposition: "Nena Bordeos, 58,", "Marit Vollan,
        director", "Papirus, the Aarhus company".
        """
        if run.j >= len(tokens) or tokens.gap(run.j).strip() not in (",", "("):
            return False
        following = tokens.words[run.j : run.j + 5]
        if nouns is self.titles and following[0].isdecimal() and 1 < len(following[0]) < 4:
            return True
        for k in range(run.j, min(run.j + 5, len(tokens))):
            if (
                (k > run.j and tokens.hard[k])
                or tokens.words[k] in self._set("finite")
                or (nouns is self.firms and k > run.j and tokens.words[k] in self._set("particles"))
            ):
                return False
            if tokens.words[k] in nouns:
                return not self._possessed(tokens, k)
        return False

    def _possessed(self, tokens: Tokens, k: int) -> bool:
        """Return whether a noun only says whose something is ("the company's director")."""
        return k + 1 < len(tokens) and tokens.gap(k + 1) in ("'", "’") and tokens.words[k + 1] == "s"

    def _acronym(self, tokens: Tokens, run: Run, ahead: str) -> bool:
        raw = tokens.raw(run.i, run.j)
        if len(raw) < 3 or not raw.isupper() or run.j - run.i > 1:
            return False
        behind = tokens.words[run.j] if run.j < len(tokens) else ""
        spoken = behind in word_set(self.lang, "entities", "speech")
        return spoken or ahead in word_set(self.lang, "entities", "org_article") or tokens.gap(run.j) in ("'", "’")


def _nicknamed(name: str) -> bool:
    return " " in name and any(mark in name for mark in '"“‘„«')


def _listed(tokens: Tokens, run: Run) -> bool:
    """Return whether a name is an exchange or a ticker in parentheses ("(NASDAQ: HLMS)")."""
    before, after = tokens.gap(run.i), tokens.gap(run.j)
    exchange = before.endswith("(") and after in (": ", ":")
    return tokens.raw(run.i, run.j).isupper() and (exchange or (before in (": ", ":") and after.startswith(")")))


def _shaped(tokens: Tokens, run: Run) -> bool:
    """Return whether the capitalised words have the shape of a person's name: no digits, no capitals inside."""
    parts = [part for k in range(run.i, run.j) if (part := tokens.raw(k, k + 1))[0].isupper()]
    return all(
        part.isalpha() and (part[1:].islower() or len(part) == 1 or part[:2] in ("Mc", "Ma", "De")) for part in parts
    )


def _personal(tokens: Tokens, run: Run) -> bool:
    """Two or three capitalised plain words, no digits, no capitals inside: the shape of a person's name."""
    parts = [tokens.raw(k, k + 1) for k in range(run.i, run.j)]
    capital = [part for part in parts if part[0].isupper()]
    plain = all((part.isalpha() and part[1:].islower()) or len(part) == 1 for part in capital)
    return 2 <= len(capital) <= 3 and len(parts) <= 5 and plain and tokens.words[run.i - 1 if run.i else 0] != "the"
