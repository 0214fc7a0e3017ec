"""Capitalised runs that are names: sentence starts, headlines and German nouns sorted out."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from reconcile.claims.naming.gazetteer import TICKER, dateline, place_names
from reconcile.claims.naming.name_words import Known, NameWords, inner_capital, openers
from reconcile.claims.naming.names import Run
from reconcile.claims.phrases import tokenise, word_set
from reconcile.claims.sayings import headlines
from reconcile.claims.words import stopwords

_ABBREVIATED = frozenset(["inc", "corp", "co", "ltd", "jr", "sr", "bros"])
_POSSESSIVES = ("'s", "’s", "'S", "’S", "'", "’")
ELSEWHERE: Known = frozenset([("",)])  # names are known, none of them in the text
LONGEST = 14  # words of one name


def without_possessive(name: str) -> str:
    """Return a name without a trailing possessive.

    >>> without_possessive("CleanSpark's"), without_possessive("Jones’")
    ('CleanSpark', 'Jones')
    """
    if name.endswith(_POSSESSIVES):
        return name[: -2 if name[-1] in "sS" else -1]
    return name


@lru_cache(maxsize=1024)
def find(text: str, lang: str, known: Known) -> tuple[Run, ...]:
    """Return the names of a text; ``known`` are the words of names from elsewhere in the article."""
    if known:  # those that cannot stand in this text make no difference to it
        first = _by_first(known)
        known = frozenset([name for word in tokenise(text).words for name in first.get(word, ())]) or ELSEWHERE
    return _find(text, lang, known)


@lru_cache(maxsize=16)
def _by_first(known: Known) -> dict[str, list[tuple[str, ...]]]:
    """Return the known names by their first word, and by its genitive in s."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for name in sorted(known):
        for word in (name[0], name[0] + "s"):
            found.setdefault(word, []).append(name)
    return found


@lru_cache(maxsize=1024)
def _find(text: str, lang: str, known: Known) -> tuple[Run, ...]:
    tokens = tokenise(text)
    finder = _Finder(tokens, lang, known)
    return tuple(finder.headline() if headlines.is_title_case(text, lang) else finder.running())


class _Finder(NameWords):
    """The readers of one text."""

    def running(self) -> list[Run]:
        found: list[Run] = []
        behind = 0
        for i, capital in enumerate(self.t.capitals):
            if not capital or i < behind:
                continue
            if j := self._known_at(i):
                behind = max(j, self._extent(i)) if not self.nouns else j
                found.append(self._run(i, behind))
            elif self._startable(i):
                behind = self._extent(i)
                found.extend(self._trimmed(i, behind))
        return found

    def _known_at(self, i: int) -> int:
        """Return the position behind the longest known name at word i, 0 if there is none."""
        if not self.t.capital(i):
            return 0
        words = self.t.words
        for size in range(min(self.longest, len(words) - i), 0, -1):
            if tuple(words[i : i + size]) in self.known and all(
                self.t.soft[k] or self.t.gap(k) == ". " for k in range(i + 1, i + size)
            ):
                return i + size
        if self.nouns and words[i].endswith("s") and (words[i][:-1],) in self.known:
            return i + 1
        return 0

    def _extent(self, i: int) -> int:
        """Return the position behind the capitalised run at word i, particles inside it included."""
        j = i + 1
        while j < len(self.t) and j - i < LONGEST:
            if self._possessive(j):
                break
            if self._joined(j) and self._name_word(j):
                j += 1
                continue
            if behind := self._nickname(j):
                j = behind
                continue
            k = self._behind_particles(j)
            if j < k < len(self.t) and self._institution(i, j, k):
                return k + 1
            if not self._goes_on(i, j, k):
                break
            j = k + 1
        return j

    def _behind_particles(self, j: int) -> int:
        """Return the position behind up to three particles at word j."""
        k = j
        while k < len(self.t) and k - j < 3 and self.t.soft[k] and self._particle(k):
            k += 1
        return k

    def _particle(self, k: int) -> bool:
        return self.t.words[k] in self.particles and not self.t.capital(k)

    def _goes_on(self, i: int, j: int, k: int) -> bool:
        """Return whether the name at word i goes on behind the particles j to k - 1."""
        if k == j or k >= len(self.t) or self.t.words[k].isdecimal():
            return False
        if not (self._joined(k) and self._name_word(k)):
            return False
        if any(self.t.words[m] in self.weak for m in range(j, k)) and not self._one_name(i, j, k):
            return False
        opens = j == i + 1 and self._sentence_start(i) and not self._heads(i)
        return not opens and not self._from_country(i, j, k)

    def _trimmed(self, i: int, j: int) -> list[Run]:
        """Take titles, sentence starters and trailing common words off a run; return the names in it."""
        initial = self._sentence_start(i)
        if (initial and self._particle_name(i, j)) or self._listed_place(i, j):
            return [self._run(i, j)]
        while i < j and self._small(i) and (initial or not self._surname_particle(i, j)) and self.t.gap(i + 1) != "-":
            i, initial = i + 1, False if j - i > 1 else initial
        opener = initial and j - i > 2 and self.t.words[i] in openers(self.lang)
        if opener and not self._title_at(i, j):
            i += 1
        if cut := self._title_inside(i, j):
            return self._trimmed(i, cut) + self._trimmed(cut, j)
        if initial and j - i > 1 and (self._occupied(i, j) or self._opening_verb(i, j)):
            i, initial = i + 1, False
        start, title = i, ""
        while i < j - 1 and (size := self._title_at(i, j)):
            title = self.t.raw(start, i + size)
            i, initial = i + size, False
        while i < j and self._particle(i):
            i += 1
        while j > i and self._small(j - 1) and self.t.gap(j - 1) not in ("-", ".") and not self._legal(j - 1):
            j -= 1
        if i >= j or self._all_titles(i, j) or self._all_titles(start, j):
            return []
        if self.nouns:
            return self._noun_language(i, j, title, initial)
        if not self._worthy(i, j, title, initial):
            return []
        run = self._run(i, j, title)
        return [replace(run, weak=True)] if initial and not title and self._weak(i, j) else [run]

    def _weak(self, i: int, j: int) -> bool:
        """Return whether a first word has nothing but the verb behind it to speak for it."""
        if j - i > 1 or self.t.raw(i, j).isupper() or word_set(self.lang, "entities", "articled"):
            return False
        strong = self._place_word(i) or self._given(i) or inner_capital(self.t.raw(i, j)) or self._shares(j)
        strong = strong or (self._acts(j) and not self.t.words[i].endswith("s"))
        return not strong and TICKER.match(self.t.text, self.t.ends[j - 1]) is None

    def _title_inside(self, i: int, j: int) -> int:
        """Return where a title begins behind a country or organisation ("U.S. President Joe Biden"), else
        0.
        """
        orgs = word_set(self.lang, "entities", "org")
        peoples = word_set(self.lang, "entities", "nationalities")
        for m in range(i + 1, j - 1):
            if self._title_at(m, j) and not self._title_at(m - 1, j):
                left, last = " ".join(self.t.words[i:m]), self.t.words[m - 1]
                if m == i + 1 and self._sentence_start(i) and not self._given(i):
                    return m
                acronym = self.t.raw(m - 1, m).isupper() and not self.t.raw(m, m + 1).isupper()
                if left in place_names(self.lang) or last in orgs or last in peoples or acronym:
                    return m
        return 0

    def _worthy(self, i: int, j: int, title: str, initial: bool) -> bool:
        """Return whether a run of one word, or one at the start of a sentence, has the evidence that a name
        needs.
        """
        if j - i > 1:
            return not (initial and all(self._common(k) for k in range(i, j)))
        word = self.t.words[i]
        raw = self.t.raw(i, j)
        if title:
            return True
        if raw.isupper():
            return len(raw) > 1 and (not initial or len(raw) <= 6 or dateline(self.t.text)) and word not in self.titles
        if (
            word in self.titles
            or word in word_set(self.lang, "entities", "org")
            or word in word_set(self.lang, "entities", "place")
        ):
            return False
        if word in word_set(self.lang, "entities", "nationalities"):
            return False
        if not initial:
            return len(raw) > 1
        if self._common(i):
            return False
        return word in place_names(self.lang) or self._possessive_behind(j) or inner_capital(raw) or self._backed(i, j)

    def _backed(self, i: int, j: int) -> bool:
        """Return whether a verb or a ticker behind a first word shows that it is a name."""
        return self._governs(i) or TICKER.match(self.t.text, self.t.ends[j - 1]) is not None

    def _possessive_behind(self, j: int) -> bool:
        return j < len(self.t) and self._possessive(j)

    def _noun_language(self, i: int, j: int, title: str, initial: bool) -> list[Run]:
        """Where nouns are capitalised, drop common nouns at both ends; what stays needs evidence of its
        own.
        """
        while i < j and (self._noun(i) or self._kind_noun(i, j)) and not self._given(i):
            title, i = self.t.raw(i, i + 1) if self.t.words[i] in self.titles else title, i + 1
        while j > i and self._noun(j - 1) and j - i > 1 and not self._org_word(j - 1):
            j -= 1
        if i >= j:
            return []
        if self._genitive(i):
            j = i + 1
        raw = self.t.raw(i, j)
        strong = (
            bool(title)
            or (raw.isupper() and len(raw) > 1)
            or self._given(i)
            or self._place_word(i)
            or (initial and j - i == 1 and self._acts(j))
            or (j - i == 1 and self._compound(i))
        )
        if j - i > 1:
            return [self._run(i, j, title)] if strong or not initial or self._org_word(j - 1) else []
        ahead = self.t.words[i - 1] if i else ""
        placed = ahead in word_set(self.lang, "entities", "bare_place_prep") and not self._noun(i)
        spoken = ahead in word_set(self.lang, "entities", "speech")
        spoken = spoken or ahead in word_set(self.lang, "entities", "org_before")
        return [self._run(i, j, title)] if strong or placed or spoken or inner_capital(raw) else []

    def headline(self) -> list[Run]:
        """In Title Case a capital says nothing: known names, acronyms, places and given names with a
        surname count.
        """
        found: list[Run] = []
        i = 0
        while i < len(self.t):
            j = self._known_at(i) or self._headline_name(i)
            if j:
                found.append(self._run(i, j))
            i = j or i + 1
        return found

    def _headline_name(self, i: int) -> int:
        raw, word = self.t.raw(i, i + 1), self.t.words[i]
        if not self.t.capital(i):
            return 0
        for size in (4, 3, 2, 1):
            if " ".join(self.t.words[i : i + size]) in place_names(self.lang) and i + size <= len(self.t):
                return i + size
        if raw.isupper() and 2 <= len(raw) <= 6 and not self._all_capitals() and raw.isalpha():
            return i + 1
        if self._given(i) and i + 1 < len(self.t) and self.t.capital(i + 1) and self.t.gap(i + 1) == " ":
            return i + 2 if self.t.words[i + 1] not in stopwords(self.lang) else 0
        return i + 1 if inner_capital(raw) and word not in stopwords(self.lang) else 0

    def _abbreviated(self, j: int, end: int) -> bool:
        """Return whether the point behind word j - 1 belongs to it ("Corp. said", "U.S. law") and ends no
        sentence.
        """
        if self.t.text[end : end + 1] != "." or j >= len(self.t):
            return False
        inner = self.t.gap(j - 1) == "."
        goes_on = not self.t.capital(j) or self.t.gap(j)[1:] != " "
        return inner or (self.t.words[j - 1] in _ABBREVIATED and goes_on)

    def _run(self, i: int, j: int, title: str = "") -> Run:
        while j - i > 1 and self.t.words[j - 1] == "s" and self.t.gap(j - 1) in ("'", "’"):
            j -= 1
        start, end = self.t.starts[i], self.t.ends[j - 1]
        if self._abbreviated(j, end):
            end += 1
        name = self.t.text[start:end]
        if self.nouns and self._genitive(j - 1):
            name = name[:-1]
        return Run(start, end, i, j, " ".join(name.split()), title)
