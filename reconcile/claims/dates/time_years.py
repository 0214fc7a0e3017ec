"""Years, decades and centuries: in 2025, 2019-2023, the 1990s, the '80s, the 19th century, FY2025."""

from __future__ import annotations

from datetime import date

from reconcile.claims.dates import timeline
from reconcile.claims.dates.time_numerals import spelled_year
from reconcile.claims.dates.time_spans import Spans
from reconcile.claims.dates.timeline import Reading
from reconcile.claims.phrases import word_set
from reconcile.claims.words import stopwords

_INTRODUCING = frozenset(["w in", "w since", "w until", "w by", "w from", "w to"])  # prepositions of time


class Years(Spans):
    """Readers of years and what is made of them, over one text and its publication day."""

    def decade(self, i: int) -> Reading | None:
        """The 1990s, años 90, de jaren negentig (digits only), 1990er Jahre."""
        word = self.tokens.words[i]
        if len(word) == 3 and word.endswith("0s") and word[0] in "3456789" and self.tokens.gap(i)[-1:] in ("'", "’"):
            start = 1900 + int(word[:2])
            return Reading(i, i + 1, (date(start, 1, 1), date(start + 9, 12, 31)), "decade", "period")
        parted = self._parted_s(i)
        digits = word.rstrip("sera") if word[:4].isdecimal() and (parted or not word.isdecimal()) else ""
        if len(digits) == 4 and digits.endswith("0") and 1800 <= int(digits) <= 2090:
            days = date(int(digits), 1, 1), date(int(digits) + 9, 12, 31)
            return Reading(i, i + 1 + parted, days, "decade", "period")
        if (j := self.w.tag(i, "w decade_before")) and j < len(self.w) and (number := self.w.number(j)) is not None:
            start, end = 1900 + number if number < 100 else number, self._decade_end(j + 1)
            if end and number % 10 == 0 and (10 <= number < 100 or 1800 <= number <= 2090):
                return Reading(i, end, (date(start, 1, 1), date(start + 9, 12, 31)), "decade", "period")
        return None

    def _parted_s(self, i: int) -> bool:
        """Return whether "s" stands apart behind the digits: "in 1990 s", "the late 1990's", not "1990's best song"."""
        if self.tokens.words[i + 1 : i + 2] != ["s"] or not self.tokens.words[i].isdecimal():
            return False
        if self.tokens.gap(i + 1) == " ":
            return True
        the = self.w.tag(i - 1, "w day_the") == i if i else False
        part = any(self.w.before(i, f"part {part}") >= 0 for part in ("early", "mid", "late"))
        return self.tokens.gap(i + 1) in ("'", "’") and (the or part)

    def _decade_end(self, j: int) -> int:
        """Return the position behind the decade's digits and the ending they need ("tahun 1980-an"), else 0."""
        endings = word_set(self.w.lang, "time_words", "decade_after")
        if not endings:
            return j
        return j + 1 if j < len(self.w) and self.tokens.gap(j) == "-" and self.tokens.words[j] in endings else 0

    def century(self, i: int) -> Reading | None:
        """The 19th century, XIXe siècle, siglo XIX, abad ke-19, ika-19 na siglo."""
        if j := self.w.tag(i, "w century_before"):
            number = self.w.roman(j, bare=True) or self.w.number(j) or self.w.word_number(j, ordinal=True)
            return self._hundred(i, j + 1, number)
        number = self.w.roman(i) or self.w.number(i) or self.w.word_number(i, ordinal=True)
        for start in (i + 1, self.skip(i + 1, "w counter")) if number else ():
            if start < len(self.w) and self.tokens.soft[start] and (j := self.w.tag(start, "w century")):
                return self._hundred(i, j, number)
        return None

    def _hundred(self, i: int, j: int, number: int | None) -> Reading | None:
        days = timeline.century(number) if number else None
        low = self.w.before(i, "w day_prefix")
        return Reading(low if low >= 0 else i, j, days, "unknown", "period") if days else None

    def fiscal(self, i: int) -> Reading | None:
        """FY2025, FY25, CY25: taken as the calendar year, since the text does not say when it begins."""
        year = self.w.fiscal(i)
        return Reading(i, i + 1, (date(year, 1, 1), date(year, 12, 31)), "year", "period") if year else None

    def year(self, i: int) -> Reading | None:
        """In 2025, by 2026, 2018, 2019-2023, the 2024/25 season, FY2025, (1871–1932)."""
        year = self.w.year(i)
        if year is None or not self._year_context(i):
            return self._far(i) if year is None else None
        last, j = year, i + 1
        for tag, size, granularity in (("q", 3, "quarter"), ("h", 6, "half")):
            if (found := self.w.family(j, tag)) and not self.tokens.hard[j]:
                first = (int(found[0]) - 1) * size + 1
                return Reading(i, found[1], timeline.months(year, first, first + size - 1), granularity, "period")
        if j < len(self.w) and self.tokens.gap(j) in ("/", "-", "–", "—", "~") and (number := self.w.number(j)):
            if number == (year + 1) % 100 and len(self.tokens.words[j]) == 2:
                last, j = year + 1, j + 1
            elif year < number <= timeline.MAX_YEAR:
                last, j = number, j + 1
        elif (other := self.range_end(j, i)) and (second := self.w.year(other)) and second > year:
            last, j = second, other + 1
        elif other and (self.w.number(other) or 0) > timeline.MAX_YEAR:
            return None  # "between 2000 and 2500 people"
        if self._hyphened(j) and j < len(self.w) and self.tokens.words[j][0].isdigit():
            return None  # "+63 2010-2015-86"
        return Reading(i, j, (date(year, 1, 1), date(last, 12, 31)), "year", "period")

    def _far(self, i: int) -> Reading | None:
        """In 1776, circa 1690, in 2150: behind a preposition of years that no time of day has, before no noun."""
        year = self.far_year(i) if self.w.before(i, "w far_in") >= 0 else None
        if year is None or (year % 100 < 60 and self.w.before(i, "w clock_at") >= 0):
            return None
        return Reading(i, i + 1, (date(year, 1, 1), date(year, 12, 31)), "year", "period")

    def year_in_words(self, i: int) -> Reading | None:
        """In nineteen ninety-six, in two thousand and fifteen: behind a preposition of time and before no noun."""
        introduced = bool(self.w.leading(i, _INTRODUCING))
        found = spelled_year(self.tokens, i, self.w.lang) if introduced else None
        if found is None or found[0] % 1000 == 0 or not self.closed(found[1]):
            return None
        return Reading(i, found[1], (date(found[0], 1, 1), date(found[0], 12, 31)), "year", "period")

    def _hyphened(self, i: int) -> bool:
        """Return whether a hyphen joins word i to digits before it: a telephone number, a code."""
        return i > 0 and self.tokens.gap(i) == "-" and self.tokens.words[i - 1][-1].isdigit()

    def _year_context(self, i: int) -> bool:
        """Return whether a bare four-digit number at word i reads as a year."""
        words, lang = self.tokens.words, self.w.lang
        following = words[i + 1] if i + 1 < len(words) and self.tokens.gap(i + 1) in (" ", "\u00a0") else ""
        ahead = words[i - 1] if i and not self.tokens.hard[i] else ""
        if following in word_set(lang, "time_words", "counted") or ahead in word_set(lang, "time_words", "numbered"):
            return False
        gap = self.tokens.gap(i)
        if self._hyphened(i) and (not self.w.year(i - 1) or self._hyphened(i - 1)):
            return False
        if "(" in gap or self.tokens.gap(i + 1)[:1] == ")" or (gap in ("–", "-") and i and self.w.year(i - 1)):
            return True
        year = int(words[i])
        if ahead in word_set(lang, "time_words", "year_before") and not following.endswith("s"):
            return 1900 <= int(words[i]) <= timeline.MAX_YEAR
        strong = bool(self.w.leading(i, _INTRODUCING))
        content = bool(following) and following.islower() and not self.w.readings(i + 1)
        content = content and following not in stopwords(lang) and self.tokens.text[self.tokens.starts[i + 1]].islower()
        if strong:
            return not (content and ahead in word_set(lang, "time_words", "weak_in"))
        limit = (self.anchor.year if self.anchor else 2030) + 30
        return 1900 <= year <= limit and not content
