"""What single words of a text can be in a name: the word-level checks behind ``name_runs``."""

from __future__ import annotations

import re
from functools import lru_cache

from reconcile.claims.naming.gazetteer import given_names, place_names
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
_OPEN = frozenset("\"'“‘„«")
_CLOSE = frozenset("\"'”’“»")
_STARTERS = tuple("\"“„«‘»([•|–—-:.!?…\n'")


class NameWords:
    """Checks of the words of one text; all take word positions."""

    def __init__(self, tokens: Tokens, lang: str, known: Known) -> None:
        self.t, self.lang, self.known = tokens, lang, known
        self.longest = max(map(len, known), default=0)
        particles = word_set(lang, "entities", "particles")
        self.weak = word_set(lang, "entities", "weak_particles")
        self.particles = particles
        self.titles = word_set(lang, "titles", "person")
        self.nouns = lang in NOUN_CAPITALS

    def _startable(self, i: int) -> bool:
        word = self.t.words[i]
        if not self.t.capitals[i] or word[0].isdigit() or _is_price(word):
            return False
        return (word not in self._never() or self._first_name(i)) and word not in _CODES

    def _first_name(self, i: int) -> bool:
        """Return whether a month's name is a person's first name here, where months are printed small (Julio Arce)."""
        if not word_set(self.lang, "entities", "articled") or not self._given(i) or i + 1 >= len(self.t):
            return False
        return self.t.gap(i + 1) == " " and self.t.capital(i + 1)

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
            word = self.t.words[j - 1]
            return len(word) == 1 or word in self.titles or word in word_set(self.lang, "entities", "place_before")
        return gap in _JOINTS

    def _name_word(self, j: int) -> bool:
        word = self.t.words[j]
        if _is_price(word) and self.t.gap(j + 1) in (".", ","):
            return False
        if word[0].isdigit():
            return len(word) <= 2 and self.t.gap(j) == " " and not self._counting(j)
        return self.t.capital(j) and (word not in self._never() or self._given(j - 1))

    def _counting(self, j: int) -> bool:
        """Digits belong to a name only at its end ("Flight 9", "Route 66"): not before a lower-case word or
        a decimal.
        """
        following = self.t.gap(j + 1)
        if following.lstrip(" ").startswith(("%", "°")):
            return True
        return j + 1 < len(self.t) and not (
            following.startswith((",", ".", ")")) and not self.t.words[j + 1][0].isdigit()
        )

    def _possessive(self, j: int) -> bool:
        gap = self.t.gap(j)
        return (self.t.words[j] == "s" and gap in ("'", "’")) or gap[:2] in ("' ", "’ ")

    def _one_name(self, i: int, j: int, k: int) -> bool:
        """Return whether a name goes on behind a weak particle: "Ministry of Trade and Industry" is one, "Smith and
        Jones" are two.
        """
        orgs = word_set(self.lang, "entities", "org")
        if " ".join(self.t.words[j:k]) in word_set(self.lang, "entities", "surname_particles"):
            return True
        if self.t.words[j - 1] in orgs and self.t.words[k] not in orgs and self.t.words[j] in ("for", "on", "of"):
            return True
        public = word_set(self.lang, "mentions", "institutions") & set(self.t.words[i:j])
        headed = any(self._particle_word(m) for m in range(i + 1, j))
        joined = self.t.words[j] in word_set(self.lang, "entities", "row") and k == j + 1
        return bool(public) and headed and joined and self.t.words[k] not in orgs and not self._given(k)

    def _particle_word(self, m: int) -> bool:
        return self.t.words[m] in self.particles and self.t.words[m] not in self.weak

    def _from_country(self, i: int, j: int, k: int) -> bool:
        """Return whether "of Norway" says where a person or team comes from, and is no part of the name."""
        places = place_names(self.lang)
        if self.t.words[j] != "of" or not (self.t.words[k] in places or " ".join(self.t.words[k : k + 2]) in places):
            return False
        listed = ("org", "place", "thing", "place_before")
        return j - i > 1 and not any(
            self.t.words[m] in word_set(self.lang, "entities", name) for m in range(i, j) for name in listed
        )

    def _institution(self, i: int, j: int, k: int) -> bool:
        """Return whether "la Cour" goes on in small letters, as institutions do in some languages ("de cassation")."""
        definite = word_set(self.lang, "mentions", "definite")
        head = j - 1
        articled = self.t.words[head - 1] in definite if head else False
        if not (word_set(self.lang, "entities", "articled") and articled and head - i < 2 and self._org_word(head)):
            return False
        follows = not self.t.capital(k) and self.t.soft[k] and self.t.words[k] not in stopwords(self.lang)
        return follows and len(self.t.words[k]) > 3

    def _legal(self, i: int) -> bool:
        """Return whether a word that is also a small one stands as a legal form in capitals ("Brochant SA")."""
        raw = self.t.raw(i, i + 1)
        return len(raw) > 1 and raw.isupper() and self._org_word(i) and not self._all_capitals()

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
                    return size + self._office(i + size, j)
        return 0

    def _office(self, i: int, j: int) -> int:
        """Return how many words of a title's portfolio follow it where it stands behind ("Menteri Keuangan")."""
        if not word_set(self.lang, "titles", "portfolio_behind"):
            return 0
        size = 0
        while i + size < j - 1 and self.t.words[i + size] in word_set(self.lang, "titles", "portfolio_behind"):
            size += 1
        return size

    def _common(self, i: int) -> bool:
        word = self.t.words[i]
        return word in openers(self.lang) or word in stopwords(self.lang) or word in self.titles

    def _governs(self, i: int) -> bool:
        """Return whether a first word stands before a finite verb and looks like no plural ("Amihan has
        agreed").
        """
        if self.known or i + 1 >= len(self.t) or not self.t.soft[i + 1] or self.t.capital(i + 1):
            return False
        word = self.t.words[i]
        if len(word) < 3 or word.endswith(_endings(self.lang, "common_endings")):
            return False
        return self._verb(i + 1) or self._shares(i + 1) or self._paired(i)

    def _paired(self, i: int) -> bool:
        """Return whether a first word is joined to a name ("Corvel and Orvane reported")."""
        if self.nouns or i + 2 >= len(self.t) or self.t.words[i + 1] not in word_set(self.lang, "entities", "row"):
            return False
        return self.t.gap(i + 2) == " " and self.t.capital(i + 2) and not self.t.words[i].endswith("s")

    def _verb(self, i: int) -> bool:
        """Return whether a word is, or by its ending looks like, a finite verb."""
        if i >= len(self.t):
            return False
        word = self.t.words[i]
        if any(word in word_set(self.lang, "entities", name) for name in ("finite", "speech", "agent_verbs")):
            return True
        endings = _endings(self.lang, "verb_endings")
        return bool(endings) and len(word) > 4 and word.endswith(endings) and word not in stopwords(self.lang)

    def _acts(self, i: int) -> bool:
        """Return whether a word is a verb for what people and firms do ("announced"), not things ("rose")."""
        return i < len(self.t) and self.t.words[i] in word_set(self.lang, "entities", "agent_verbs")

    def _shares(self, i: int) -> bool:
        """Return whether "stock" and a finite verb follow ("Silvane shares jumped")."""
        stock = word_set(self.lang, "entities", "stock_after")
        if i >= len(self.t):
            return False
        return (
            self.t.words[i] in stock
            and i + 1 < len(self.t)
            and (self._verb(i + 1) or self.t.words[i + 1].endswith("ed"))
        )

    def _particle_name(self, i: int, j: int) -> bool:
        """Return whether a run that opens a sentence is a surname with its particle ("Van Dalen kreeg")."""
        opens = word_set(self.lang, "entities", "surname_openers")
        if j - i != 2 or self.t.words[i] not in opens or not self.t.capital(i):
            return False
        return (j < len(self.t) and self.t.soft[j] and self._verb(j)) or tuple(self.t.words[i:j]) in self.known

    def _surname_particle(self, i: int, j: int) -> bool:
        """Return whether a capital inside a sentence makes a small word a part of a surname ("De Jong")."""
        return j - i > 1 and self.t.capital(i) and self.t.words[i] in word_set(self.lang, "entities", "surname_openers")

    def _nickname(self, j: int) -> int:
        """Return the position behind a quoted nickname and the surname after it (Juan "Johnny" Cruz), else 0."""
        gap = self.t.gap(j)
        if gap == " " or gap[:1] != " " or gap[1:] not in _OPEN or j >= len(self.t.words):
            return 0
        for k in (j + 1, j + 2):
            closed = k < len(self.t) and self.t.gap(k)[:1] in _CLOSE and self.t.gap(k)[1:] == " "
            if closed and self.t.capital(j) and self._name_word(k):
                return k + 1
        return 0

    def _occupied(self, i: int, j: int) -> bool:
        """Return whether a first word says what the person behind it does ("Plumber Harm Nijboer")."""
        if self._trade(i):
            return True
        if j - i < 3 or self._given(i) or not self._given(i + 1) or self.t.gap(i + 1) != " ":
            return False
        listed = ("org", "place", "thing", "place_before", "particles")
        if any(self.t.words[i] in word_set(self.lang, "entities", name) for name in listed):
            return False
        return len(self.t.raw(i, i + 1)) > 2 and self.t.raw(i, j).istitle() and (self.t.words[i],) not in self.known

    def _opening_verb(self, i: int, j: int) -> bool:
        """Return whether a verb opens the sentence before a name ("Ganó María", "Rebuilding Karewa")."""
        if self._given(i):
            return False
        if (self.t.words[i],) not in self.known and tuple(self.t.words[i + 1 : j]) in self.known:
            return self.t.words[i].endswith(_endings(self.lang, "common_endings"))
        return not self.nouns and self._verb(i) and not self.t.raw(i, i + 1).isupper()

    def _trade(self, i: int) -> bool:
        """Return whether a first word says what a firm does and is no part of its name ("Retailer Bramley")."""
        word = self.t.words[i]
        trade = word in word_set(self.lang, "mentions", "trade") or word in word_set(self.lang, "mentions", "company")
        return trade and word not in word_set(self.lang, "entities", "org") and self.t.gap(i + 1) == " "

    def _listed_place(self, i: int, j: int) -> bool:
        """Return whether a run is a listed place that begins with a small word ("Den Haag")."""
        return j - i > 1 and self._small(i) and " ".join(self.t.words[i:j]) in place_names(self.lang)

    def _place_word(self, i: int) -> bool:
        places = place_names(self.lang)
        return self.t.words[i] in places or (self.t.words[i].endswith("s") and self.t.words[i][:-1] in places)

    def _genitive(self, i: int) -> bool:
        """Return whether a word is a known name or a place with a genitive s ("Wolfs", "Namibias")."""
        word = self.t.words[i]
        bare = word[:-1]
        if not word.endswith("s") or word in place_names(self.lang):
            return False
        return (bare,) in self.known or bare in place_names(self.lang)

    def _compound(self, i: int) -> bool:
        """Return whether a word is written together with what it is ("Hafenbank"), and no common noun."""
        word = self.t.words[i]
        if word in word_set(self.lang, "entities", "nouns"):
            return False
        return len(word) > 7 and word.endswith(_endings(self.lang, "compound_org"))

    def _sentence_start(self, i: int) -> bool:
        gap = self.t.gap(i)
        if i == 0 or " - " in gap or gap in (" (", "("):
            return True
        gap = gap.rstrip(" \u00a0")
        return gap.endswith(_STARTERS) and not gap.endswith(("-", "'"))

    def _noun(self, i: int) -> bool:
        word = self.t.words[i]
        if word in place_names(self.lang):
            return False
        if word in self.titles or word in openers(self.lang) or word in word_set(self.lang, "entities", "nouns"):
            return True
        return len(word) > 5 and word.endswith(_endings(self.lang, "common_endings"))

    def _kind_noun(self, i: int, j: int) -> bool:
        return j - i > 1 and self.t.words[i] in word_set(self.lang, "entities", "org_before")

    def _given(self, i: int) -> bool:
        return self.t.words[i] in given_names(self.lang)

    def _org_word(self, i: int) -> bool:
        return self.t.words[i] in word_set(self.lang, "entities", "org")

    def _all_capitals(self) -> bool:
        return self.t.text.upper() == self.t.text


def _is_price(word: str) -> bool:
    return word[-1].isdecimal() and _PRICE.fullmatch(word) is not None


@lru_cache(maxsize=64)
def _endings(lang: str, name: str) -> tuple[str, ...]:
    return tuple(sorted(word_set(lang, "entities", name)))


@lru_cache(maxsize=64)
def openers(lang: str) -> frozenset[str]:
    """Return the common words that often open a sentence in a language."""
    return word_set(lang, "entities", "openers")


def inner_capital(raw: str) -> bool:
    """Return whether a capital stands inside a word: CleanSpark, iPhone, McLaren."""
    return any(c.isupper() for c in raw[1:]) and not raw.isupper()
