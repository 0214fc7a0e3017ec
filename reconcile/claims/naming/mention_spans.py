"""Mentions that are no names: pronouns, "the mayor", "the 34-year-old", "the Las Vegas-based miner", "its shares"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from reconcile import languages
from reconcile.claims.phrases import Tokens, lexicon, split_entries, tokenise, word_set
from reconcile.claims.words import stopwords

REACH = 4  # words between the article and its noun
_QUOTES = {"“": "”", "„": "“”", "«": "»", "»": "«", "‘": "’", '"': '"'}
_FINITE_ENDINGS = ("ed", "ly")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Characters ``[start, end)``, words ``[i, j)``. ``kind``: pronoun, role, age, company, trade, stock or named.

    ``word`` is the noun in lower case (the number for an age), ``gender`` m, f or empty. ``named`` nouns say what a
    named thing is ("the court"); the name itself must hold them.
    """

    start: int
    end: int
    i: int
    j: int
    kind: str
    word: str
    gender: str = ""


def find(text: str, lang: str) -> tuple[Phrase, ...]:
    """Return the mentions of a sentence in order, those inside quotation marks left out."""
    reader = _reader(languages.normal_code(lang))
    if not reader.active:
        return ()
    tokens = tokenise(text)
    quoted = _quoted(text)
    return tuple(p for p in reader.read(tokens) if not any(a <= p.start < b for a, b in quoted))


def _quoted(text: str) -> list[tuple[int, int]]:
    """Return the spans between quotation marks; one that never closes runs to the end."""
    if _QUOTES.keys().isdisjoint(text):
        return []
    found = []
    opened, close = -1, ""
    for at, char in enumerate(text):
        if opened >= 0:
            if char in close:
                found.append((opened, at))
                opened = -1
        elif char in _QUOTES and (at == 0 or not text[at - 1].isalnum()):
            opened, close = at, _QUOTES[char]
    return [*found, (opened, len(text))] if opened >= 0 else found


@lru_cache(maxsize=32)
def _reader(lang: str) -> _Reader:
    return _Reader(lang)


class _Reader:
    """The mention words of one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.active = bool(languages.load(lang).table("mentions"))
        self.pronouns = {
            word: sex for sex, key in (("m", "male"), ("f", "female"), ("", "either")) for word in self._set(key)
        }
        self.definite, self.after = self._set("definite"), self._set("definite_after")
        self.other, self.owner_of, self.possessive = self._set("other"), self._set("owner_of"), self._set("possessive")
        self.stock = self._set("stock")
        self.owning = self.definite | self.possessive
        self.nouns = self._nouns()
        self.noun_first = bool(word_set(lang, "entities", "noun_first"))
        self.feminine, self.masculine = self._set("feminine_articles"), self._set("masculine_articles")
        self.verbs = word_set(lang, "entities", "finite") | word_set(lang, "entities", "speech")
        self.verbs |= word_set(lang, "entities", "agent_verbs")
        self.endings = tuple(sorted(word_set(lang, "entities", "verb_endings")))
        self.plural = tuple(sorted(self._set("plural_verb_endings")))
        self.rows = bool(self._set("rows_of_nouns"))
        self.owned = str(languages.load(lang).table("mentions").get("owned_ending", ""))
        self.bare_stock = self._set("bare_stock")
        self.openers = self.owning | self.pronouns.keys() | self.bare_stock
        self.opening = bool(self.after or self.owned or not self.definite)  # any word may open a mention

    def _set(self, key: str) -> frozenset[str]:
        return word_set(self.lang, "mentions", key)

    def _nouns(self) -> dict[str, str]:
        """Map each noun to its kind; trades before the words that are also parts of names."""
        nouns: dict[str, str] = {}
        listed = [("trade", self._set("trade")), ("company", self._set("company")), ("stock", self.stock)]
        listed.append(("role", word_set(self.lang, "titles", "person") - self._set("people")))
        kinds = ("org", "place", "region", "thing")
        listed.append(("named", frozenset().union(*(word_set(self.lang, "entities", key) for key in kinds))))
        for kind, words in listed:
            for word in words:
                nouns.setdefault(word, kind)
        return nouns

    def read(self, tokens: Tokens) -> Iterator[Phrase]:
        if not self.opening and self.openers.isdisjoint(tokens.words):
            return
        numbers = any(word[0].isdigit() for word in tokens.words)
        hits = lexicon(self.lang, "mentions", ("age",)).find(tokens) if numbers else ()
        ages = {hit.i: hit.j for hit in hits}
        impersonal = self._impersonal(tokens)
        behind = 0
        for i, word in enumerate(tokens.words):
            if i < behind or not (word in self.openers or self.opening):
                continue
            phrase = self._pronoun(tokens, i) if i not in impersonal else None
            phrase = phrase or self._aged(tokens, i, ages) or self._noun_phrase(tokens, i)
            if phrase:
                yield phrase
                behind = phrase.j

    def _impersonal(self, tokens: Tokens) -> frozenset[int]:
        if not self._set("impersonal"):
            return frozenset()
        hits = lexicon(self.lang, "mentions", ("impersonal",)).find(tokens)
        return frozenset(k for hit in hits for k in range(hit.i, min(hit.j, hit.i + 3)))

    def _pronoun(self, tokens: Tokens, i: int) -> Phrase | None:
        word = tokens.words[i]
        if word not in self.pronouns or (tokens.capital(i) and not self._opens(tokens, i)):
            return None
        gender = self.pronouns[word]
        if gender == "f" and self.plural and self._plural(tokens, i):
            return None
        return _phrase(tokens, (i, i + 1), "pronoun", (word, gender))

    def _plural(self, tokens: Tokens, i: int) -> bool:
        """Return whether "sie" may be "they": its verb is plural, or it stands neither first nor behind a verb."""
        behind = tokens.words[i + 1] if i + 1 < len(tokens) and tokens.soft[i + 1] else ""
        if self._opens(tokens, i):
            return not behind or behind.endswith(self.plural)
        return tokens.words[i - 1] not in self.verbs or tokens.words[i - 1].endswith(self.plural)

    def _opens(self, tokens: Tokens, i: int) -> bool:
        return i == 0 or tokens.gap(i).rstrip()[-1:] in tuple('.!?:“”"»«„–—•')

    def _aged(self, tokens: Tokens, i: int, ages: dict[int, int]) -> Phrase | None:
        """ "The 24-year-old", "El jugador de 22 años": an age with the article, at most two words before it."""
        if self.definite and tokens.words[i] not in self.definite:
            return None
        first = i + 1 if self.definite else i
        for k in range(first, min(first + 3, len(tokens))):
            if k > i and not tokens.soft[k]:
                return None
            if k in ages:
                return self._with_age(tokens, i, k, ages[k])
        return None

    def _with_age(self, tokens: Tokens, i: int, k: int, j: int) -> Phrase | None:
        bare = not self.definite and (k == i or j >= len(tokens) or tokens.words[j] not in self.after)
        if bare or (self.definite and self.noun_first and k == i + 1):
            return None
        number = next((word for word in tokens.words[k:j] if word[0].isdigit()), "")
        digits = "".join(char for char in number if char.isdigit())
        end = j if self.definite else j + 1
        if (
            not self.noun_first
            and end < len(tokens)
            and tokens.soft[end]
            and self.nouns.get(tokens.words[end]) == "role"
        ):
            end += 1
        if end < len(tokens) and tokens.soft[end] and tokens.capital(end):
            return None
        return _phrase(tokens, (i, end), "age", (digits, self._article(tokens, i)))

    def _article(self, tokens: Tokens, i: int) -> str:
        word = tokens.words[i]
        return "f" if word in self.feminine else "m" if word in self.masculine else ""

    def _noun_phrase(self, tokens: Tokens, i: int) -> Phrase | None:
        word = tokens.words[i]
        if word in self.definite:
            return self._definite(tokens, i)
        if word in self.possessive:
            j = self._noun_at(tokens, i + 1)
            held = j and tokens.soft[i + 1] and " ".join(tokens.words[i + 1 : j]) in self.stock
            return _phrase(tokens, (i, j), "stock", (tokens.words[j - 1], "")) if held else None
        if self.owned and word.endswith(self.owned) and word.removesuffix(self.owned) in self.stock:
            return _phrase(tokens, (i, i + 1), "stock", (word, ""))
        if word in self.bare_stock and i == 0 and len(tokens) > 1 and self._verbal(tokens, 1):
            return _phrase(tokens, (0, 1), "stock", (word, ""))
        return self._demonstrated(tokens, i) if self.after else None

    def _noun_at(self, tokens: Tokens, k: int) -> int:
        """Return the position behind the longest listed noun at word k, 0 if there is none."""
        for size in (3, 2, 1):
            j = k + size
            if j <= len(tokens) and " ".join(tokens.words[k:j]) in self.nouns:
                if all(tokens.soft[m] for m in range(k + 1, j)):
                    return j
        return 0

    def _definite(self, tokens: Tokens, i: int) -> Phrase | None:
        for k in range(i + 1, min(i + 1 + (2 if self.noun_first else REACH), len(tokens))):
            if not tokens.soft[k]:
                return None
            if j := self._noun_at(tokens, k):
                longer = self._noun_at(tokens, j) if not self.noun_first and j < len(tokens) and tokens.soft[j] else 0
                j = longer or j
                k = j - 1 if longer else k
                return self._checked(tokens, (i, k, j))
            if tokens.words[k] in stopwords(self.lang) or tokens.words[k] in self.verbs:
                return None
        return None

    def _checked(self, tokens: Tokens, at: tuple[int, int, int]) -> Phrase | None:
        """Return the phrase of words (article, noun, end) unless it is another thing's or a part of a name."""
        i, k, j = at
        beside = {*tokens.words[i + 1 : k], tokens.words[j] if j < len(tokens) and tokens.soft[j] else ""}
        if beside & self.other or not self._ends(tokens, j):
            return None
        noun = " ".join(tokens.words[k:j])
        if self.nouns[noun] == "named" and self.noun_first and self._adjective(tokens, j):
            return None
        return _phrase(tokens, (i, j), self.nouns[noun], (noun, self._article(tokens, i)))

    def _adjective(self, tokens: Tokens, j: int) -> bool:
        """Return whether word j may be an adjective that makes it another thing ("la Cour suprême")."""
        if j >= len(tokens) or not tokens.soft[j] or tokens.gap(j) != " ":
            return False
        word = tokens.words[j]
        return not (word in self.verbs or word in stopwords(self.lang) or word.endswith(self.endings))

    def _demonstrated(self, tokens: Tokens, i: int) -> Phrase | None:
        """ "Perusahaan itu": the noun with a demonstrative behind it."""
        j = self._noun_at(tokens, i)
        if not j or j >= len(tokens) or not tokens.soft[j] or tokens.words[j] not in self.after:
            return None
        if (i and tokens.words[i - 1] in self.other and tokens.soft[i]) or not self._ends(tokens, j + 1):
            return None
        noun = " ".join(tokens.words[i:j])
        return _phrase(tokens, (i, j + 1), self.nouns[noun], (noun, ""))

    def _ends(self, tokens: Tokens, j: int) -> bool:
        """Return whether a noun phrase ends before word j: no name, owner or further noun belongs to it."""
        if j >= len(tokens) or not tokens.soft[j] or tokens.gap(j) != " ":
            return j >= len(tokens) or tokens.gap(j) != "-"
        word = tokens.words[j]
        if tokens.capital(j):
            return False
        if word in self.owner_of and j + 1 < len(tokens):
            owner = tokens.words[j + 1]
            return not (tokens.capital(j + 1) or owner in self.owning or owner in stopwords(self.lang))
        return not self.rows or self._verbal(tokens, j) or word in stopwords(self.lang)

    def _verbal(self, tokens: Tokens, j: int) -> bool:
        word = tokens.words[j]
        if word in self.nouns and word not in self.verbs:
            return False
        return (
            word in self.verbs
            or word.endswith(_FINITE_ENDINGS)
            or (len(word) > 3 and word[-1] == "s" and word[-2] != "s")
        )


def _phrase(tokens: Tokens, at: tuple[int, int], kind: str, named: tuple[str, str]) -> Phrase:
    """Return words ``[i, j)`` as a phrase; ``named`` is its noun and gender."""
    i, j = at
    return Phrase(tokens.starts[i], tokens.ends[j - 1], i, j, kind, *named)


@lru_cache(maxsize=512)
def role_gender(word: str, lang: str) -> str:
    """Return "m" or "f" where a word for an office tells ("alcaldesa", "Bürgermeister"), else an empty string."""
    last = word.split()[-1] if word else ""
    if last in word_set(lang, "mentions", "feminine_titles"):
        return "f"
    if last in word_set(lang, "mentions", "masculine_titles"):
        return "m"
    offices = word_set(lang, "titles", "person")
    pairs = languages.load(lang).table("mentions").get("feminine", "")
    for pair in split_entries(str(pairs)):
        female, _, male = pair.partition(":")
        if last.endswith(female) and last.removesuffix(female) + male in offices and len(last) > 4:
            return "f"
        if (not male or last.endswith(male)) and (last.removesuffix(male) if male else last) + female in offices:
            return "m"
    return ""
