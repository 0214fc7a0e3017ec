"""Capitalised runs that are names: sentence starts, headlines and German nouns sorted out."""

from __future__ import annotations

from reconcile.claims import headlines
from reconcile.claims.gazetteer import dateline, place_names
from reconcile.claims.name_words import Known, NameWords, inner_capital, openers
from reconcile.claims.names import Run
from reconcile.claims.phrases import tokenise, word_set
from reconcile.claims.words import stopwords

_ABBREVIATED = frozenset(["inc", "corp", "co", "ltd", "jr", "sr", "bros"])
LONGEST = 14  # words of one name


def without_possessive(name: str) -> str:
    """Return a name without a trailing possessive.

    >>> without_possessive("CleanSpark's"), without_possessive("Jones’")
    ('CleanSpark', 'Jones')
    """
    for mark in ("'s", "’s", "'S", "’S", "'", "’"):
        if name.endswith(mark):
            return name[: -len(mark)]
    return name


def find(text: str, lang: str, known: Known, strict: bool = False) -> list[Run]:
    """Return the names of a text. ``strict``: only what needs no outside evidence (the first pass over an
    article).
    """
    tokens = tokenise(text)
    finder = _Finder(tokens, lang, known, strict)
    return finder.headline() if headlines.is_title_case(text, lang) else finder.running()


class _Finder(NameWords):
    """The readers of one text."""

    def running(self) -> list[Run]:
        found: list[Run] = []
        i = 0
        while i < len(self.t):
            if j := self._known_at(i):
                j = max(j, self._extent(i)) if not self.nouns else j
                found.append(self._run(i, j))
                i = j
                continue
            if not self._startable(i):
                i += 1
                continue
            j = self._extent(i)
            found.extend(self._trimmed(i, j))
            i = j
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
            k = j
            while (
                k < len(self.t)
                and k - j < 3
                and self.t.soft[k]
                and self.t.words[k] in self.particles
                and not self.t.capital(k)
            ):
                k += 1
            if k == j or k >= len(self.t) or not (self._joined(k) and self._name_word(k)):
                break
            if any(self.t.words[m] in self.weak for m in range(j, k)) and not self._one_name(i, j, k):
                break
            if j == i + 1 and self._sentence_start(i) and not self._heads(i):
                break
            j = k + 1
        return j

    def _trimmed(self, i: int, j: int) -> list[Run]:
        """Take titles, sentence starters and trailing common words off a run; return the names in it."""
        initial = self._sentence_start(i)
        while i < j and self._small(i) and self.t.gap(i + 1) != "-":
            i, initial = i + 1, False if j - i > 1 else initial
        opener = initial and j - i > 2 and self.t.words[i] in openers(self.lang)
        if opener and not self._title_at(i, j):
            i += 1
        if cut := self._title_inside(i, j):
            return self._trimmed(i, cut) + self._trimmed(cut, j)
        start, title = i, ""
        while i < j - 1 and (size := self._title_at(i, j)):
            title = self.t.raw(start, i + size)
            i, initial = i + size, False
        while i < j and self.t.words[i] in self.particles:
            i += 1
        while j > i and self._small(j - 1) and self.t.gap(j - 1) != "-":
            j -= 1
        if i >= j or self._all_titles(i, j) or self._all_titles(start, j):
            return []
        if self.nouns:
            return self._noun_language(i, j, title, initial)
        return [self._run(i, j, title)] if self._worthy(i, j, title, initial) else []

    def _title_inside(self, i: int, j: int) -> int:
        """Return where a title begins behind a country or organisation ("U.S. President Joe Biden"), else
        0.
        """
        orgs = word_set(self.lang, "entities", "org")
        peoples = word_set(self.lang, "entities", "nationalities")
        for m in range(i + 1, j - 1):
            if self._title_at(m, j) and not self._title_at(m - 1, j):
                left, last = " ".join(self.t.words[i:m]), self.t.words[m - 1]
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
        return not self.strict and (
            word in place_names(self.lang) or self._possessive_behind(j) or inner_capital(raw) or self._governs(i)
        )

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
        raw = self.t.raw(i, j)
        strong = (
            bool(title)
            or (raw.isupper() and len(raw) > 1)
            or self._given(i)
            or self.t.words[i] in place_names(self.lang)
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
        return inner or (self.t.words[j - 1] in _ABBREVIATED and not self.t.capital(j))

    def _run(self, i: int, j: int, title: str = "") -> Run:
        while j - i > 1 and self.t.words[j - 1] == "s" and self.t.gap(j - 1) in ("'", "’"):
            j -= 1
        start, end = self.t.starts[i], self.t.ends[j - 1]
        if self._abbreviated(j, end):
            end += 1
        name = self.t.text[start:end]
        if (
            self.nouns
            and j - i >= 1
            and self.t.words[j - 1].endswith("s")
            and (self.t.words[j - 1][:-1],) in self.known
        ):
            name = name[:-1]
        return Run(start, end, i, j, " ".join(name.split()), title)
