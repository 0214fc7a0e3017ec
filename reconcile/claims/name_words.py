"""What single words of a text can be in a name: the word-level checks behind ``name_runs``."""

from __future__ import annotations

import re
from functools import lru_cache

from reconcile.claims.phrases import Tokens, word_set
from reconcile.claims.words import stopwords

Known = frozenset[tuple[str, ...]]
NOUN_CAPITALS = ("de",)  # languages that capitalise every noun
_PRICE = re.compile(r"(?:p|rp|r|us|php)\d+")
_CODES = frozenset(
    [
        "usd",
        "eur",
        "gbp",
        "php",
        "idr",
        "jpy",
        "cny",
        "sgd",
        "chf",
        "cad",
        "aud",
        "brl",
        "mxn",
        "inr",
        "krw",
        "hkd",
        "nok",
        "sek",
        "dkk",
        "vnd",
        "thb",
        "rp",
        "rm",
    ]
)
_JOINTS = frozenset([" ", "\u00a0", "-", "'", "’", ".", "‑", "&", " & "])
_STARTERS = tuple("\"“„«‘»([•|–—-:.!?…\n'")


class NameWords:
    """Checks of the words of one text; all take word positions."""

    def __init__(self, tokens: Tokens, lang: str, known: Known, strict: bool) -> None:
        self.t, self.lang, self.known, self.strict = tokens, lang, known, strict
        self.longest = max((len(name) for name in known), default=0)
        particles = word_set(lang, "entities", "particles")
        self.weak = word_set(lang, "entities", "weak_particles")
        self.particles = particles
        self.titles = word_set(lang, "titles", "person")
        self.nouns = lang in NOUN_CAPITALS

    def _startable(self, i: int) -> bool:
        word = self.t.words[i]
        if not self.t.capital(i) or word[0].isdigit() or _PRICE.fullmatch(word):
            return False
        return word not in self._never() and word not in _CODES

    def _never(self) -> frozenset[str]:
        return word_set(self.lang, "entities", "calendar")

    def _heads(self, i: int) -> bool:
        """Return whether a first word may begin a name with a particle in it: Bank of, Lungsod ng, Juan de
        la.
        """
        word = self.t.words[i]
        listed = ("org", "place", "thing", "place_before")
        return (
            self._given(i)
            or any(word in word_set(self.lang, "entities", key) for key in listed)
            or (self.lang not in ("tl", "en"))
        )

    def _joined(self, j: int) -> bool:
        gap = self.t.gap(j)
        if gap == ". ":
            return len(self.t.words[j - 1]) == 1 or self.t.words[j - 1] in self.titles
        return gap in _JOINTS

    def _name_word(self, j: int) -> bool:
        word = self.t.words[j]
        if _PRICE.fullmatch(word) and self.t.gap(j + 1) in (".", ","):
            return False
        if word[0].isdigit():
            return len(word) <= 2 and self.t.gap(j) == " " and not self._counting(j)
        return self.t.capital(j) and (word not in self._never() or self._given(j - 1))

    def _counting(self, j: int) -> bool:
        """Digits belong to a name only at its end ("Flight 9", "Route 66"): not before a lower-case word or
        a decimal.
        """
        following = self.t.gap(j + 1)
        return j + 1 < len(self.t) and not (
            following.startswith((",", ".", ")")) and not self.t.words[j + 1][0].isdigit()
        )

    def _possessive(self, j: int) -> bool:
        return (self.t.words[j] == "s" and self.t.gap(j) in ("'", "’")) or self.t.gap(j)[:2] in ("' ", "’ ")

    def _one_name(self, i: int, j: int, k: int) -> bool:
        """Calloway and Reid is one firm only where more follows; "Smith and Jones" are two: weak particles
        part names.
        """
        orgs = word_set(self.lang, "entities", "org")
        return self.t.words[j - 1] in orgs and self.t.words[k] not in orgs and self.t.words[j] in ("for", "on")

    def _small(self, i: int) -> bool:
        return self.t.words[i] in stopwords(self.lang) or self.t.words[i] in self.particles

    def _all_titles(self, i: int, j: int) -> bool:
        return " ".join(self.t.words[i:j]) in self.titles

    def _title_at(self, i: int, j: int) -> int:
        office = self.t.words[i] in word_set(self.lang, "titles", "portfolio")
        if office and i + 2 < j and (size := self._title_at(i + 1, j)):
            return size + 1
        for size in (3, 2, 1):
            if i + size < j and " ".join(self.t.words[i : i + size]) in self.titles:
                if not (self.t.words[i + size] in self.particles and not self.t.capital(i + size)):
                    return size
        return 0

    def _common(self, i: int) -> bool:
        word = self.t.words[i]
        return word in openers(self.lang) or word in stopwords(self.lang) or word in self.titles

    def _governs(self, i: int) -> bool:
        """Return whether a first word stands before a finite verb and looks like no plural ("Amihan has
        agreed").
        """
        if self.known or i + 1 >= len(self.t) or not self.t.soft[i + 1] or self.t.capital(i + 1):
            return False
        word, verb = self.t.words[i], self.t.words[i + 1]
        endings = tuple(sorted(word_set(self.lang, "entities", "common_endings")))
        finite = word_set(self.lang, "entities", "finite") | word_set(self.lang, "entities", "speech")
        return len(word) > 2 and verb in finite and not word.endswith(endings)

    def _sentence_start(self, i: int) -> bool:
        gap = self.t.gap(i)
        if i == 0 or " - " in gap or gap in (" (", "("):
            return True
        gap = gap.rstrip(" \u00a0")
        return gap.endswith(_STARTERS) and not gap.endswith(("-", "'"))

    def _noun(self, i: int) -> bool:
        word = self.t.words[i]
        if word in self.titles or word in openers(self.lang) or word in word_set(self.lang, "entities", "nouns"):
            return True
        return len(word) > 5 and word.endswith(tuple(sorted(word_set(self.lang, "entities", "common_endings"))))

    def _kind_noun(self, i: int, j: int) -> bool:
        return j - i > 1 and self.t.words[i] in word_set(self.lang, "entities", "org_before")

    def _given(self, i: int) -> bool:
        return self.t.words[i] in word_set(self.lang, "entities", "given_names")

    def _org_word(self, i: int) -> bool:
        return self.t.words[i] in word_set(self.lang, "entities", "org")

    def _all_capitals(self) -> bool:
        return self.t.text.upper() == self.t.text


@lru_cache(maxsize=64)
def openers(lang: str) -> frozenset[str]:
    """Return the common words that often open a sentence in a language."""
    return word_set(lang, "entities", "openers")


def inner_capital(raw: str) -> bool:
    """Return whether a capital stands inside a word: CleanSpark, iPhone, McLaren."""
    return any(c.isupper() for c in raw[1:]) and not raw.isupper()
