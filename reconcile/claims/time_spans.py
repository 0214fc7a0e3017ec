"""Spans of time: years, quarters, halves, weeks, counted units and decades, by word position.

The base of the calendar grammar (``time_grammar.py``): helpers for connecting words and for the year that a
text leaves out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from reconcile.claims import timeline
from reconcile.claims.phrases import word_set
from reconcile.claims.time_words import Words
from reconcile.claims.timeline import Days, Reading
from reconcile.claims.words import stopwords

UNITS = ("day", "week", "month", "quarter", "year", "decade")
_DASHES = ("-", "–", "—", " - ", " – ", "./", "/", ".-", ".–")
_AND = frozenset(["and", "y", "e", "et", "und", "en", "dan", "at"])


class Spans:
    """Readers of spans over one text and its publication day."""

    def __init__(self, words: Words, anchor: date | None) -> None:
        self.w = words
        self.anchor = anchor
        self.tokens = words.tokens

    # -- helpers --

    def skip(self, i: int, *tags: str) -> int:
        """Return the position behind one optional connecting word."""
        for tag in tags:
            if (j := self.w.tag(i, tag)) and self.loose(i):
                return j
        return i

    def loose(self, i: int) -> bool:
        """Return whether word i follows its predecessor with no more than a comma, a point or a blank."""
        return 0 < i < len(self.w) and self.tokens.gap(i).strip() in (
            "",
            ",",
            ".",
            "-",
            "'",
            "’",
            "., ",
            ".,",
            "(",
            "/",
        )

    def year_after(self, i: int) -> tuple[int, int] | None:
        """Return (year, position behind) of "2025", ", 2025", "of 2025", "de 2025" at word i."""
        for start in (i, self.skip(i, "w of"), self.skip(i, "w daylink")):
            if start > i and self.tokens.hard[i]:
                continue
            if self.loose(start) and (year := self.w.year(start)):
                return year, start + 1
        if self.anchor and (found := self._relative_year(i)):
            return found
        return None

    def _relative_year(self, i: int) -> tuple[int, int] | None:
        for start in (i, self.skip(i, "w of", "w daylink")):
            found = self.w.family(start, "year")
            if found and self.loose(start) and self.anchor and not self.tokens.hard[i]:
                return self.anchor.year + int(found[0]), found[1]
        return None

    def range_end(self, i: int, start: int = -1) -> int:
        """Return the position behind "to", "al", "bis", "-" at word i, 0 if the word continues no range.

        With ``start``, "and" continues a range only where "between" or "from" stands before word ``start``.
        """
        if i >= len(self.w):
            return 0
        if self.tokens.gap(i) in _DASHES:
            return i
        j = self.w.tag(i, "w to")
        if not j or j >= len(self.w) or self.tokens.gap(i).strip() not in ("", "."):
            return 0
        if start >= 0 and self.tokens.words[i] in _AND and self.w.before(start, "w from") < 0:
            return 0
        return j

    def spans(self, make: Callable[[int], Days | None], year: int | None, at: tuple[int, int]) -> Days | None:
        """Resolve something yearly: in the given year, else in the year nearest to publication."""
        if year is not None:
            return make(year)
        if self.anchor is None:
            return None
        options = [days for y in range(self.anchor.year - 1, self.anchor.year + 3) if (days := make(y))]
        past = [days for days in options if days[0] <= self.anchor]
        lean = "past" if self.w.before(at[0], "w since") >= 0 else self.w.lean(*at)
        default = timeline.nearest(self.anchor, options)
        if lean == "past" and past:
            return past[-1] if default is None or default[0] > self.anchor else default
        if lean == "future" and (default is None or default[1] < self.anchor):
            return timeline.nearest(self.anchor, options, ahead=True) or default
        return default

    # -- units, quarters, halves --

    def fixed(self, i: int) -> Reading | None:
        """Last week, this year, third quarter of 2025, first half, so far this year, the summer."""
        for unit in ("week", "weekend", "month", "quarter", "year", "decade"):
            if (found := self.w.family(i, unit)) and not self._big(unit, found[1] - 1):
                return self._unit(i, found[1], (unit, int(found[0])))
        for tag, months, granularity in (("q", 3, "quarter"), ("h", 6, "half"), ("h?", 6, "half")):
            if found := self.w.family(i, tag):
                return self._numbered(i, found, (tag, months, granularity))
        if holiday := self.w.family(i, "holiday"):
            return self._holiday(i, holiday)
        if j := self.w.tag(i, "ytd"):
            days = (date(self.anchor.year, 1, 1), self.anchor) if self.anchor else None
            return Reading(i, j, days, "year", "period")
        if j := self.w.tag(i, "full year"):
            year = self.year_after(j)
            span = timeline.unit_span("year", date(year[0], 1, 1), 0) if year else None
            return Reading(i, year[1] if year else j, span, "year", "period") if year else None
        if found := self.w.family(i, "season"):
            year = self.year_after(found[1])
            return Reading(i, year[1] if year else found[1], None, "part")
        return None

    def _big(self, unit: str, k: int) -> bool:
        """Say whether the phrase for a week ends in the capitalised name of a weekday ("nitong Linggo")."""
        return (
            unit == "week"
            and self.w.capital(k)
            and self.tokens.words[k] in word_set(self.w.lang, "time_words", "capital_only")
        )

    def _holiday(self, i: int, found: tuple[str, int]) -> Reading:
        """Christmas Day, Año Nuevo, Heiligabend: the same day every year."""
        month, _, day = found[0].partition("-")
        year = self.year_after(found[1])

        def dated(y: int) -> Days | None:
            when = timeline.valid(y, int(month), int(day))
            return (when, when) if when else None

        days = self.spans(dated, year[0] if year else None, (i, found[1]))
        return Reading(i, year[1] if year else found[1], days, "day", "point", bool(year))

    def _unit(self, i: int, j: int, unit: tuple[str, int]) -> Reading:
        name, count = unit
        kind = "period" if name in ("quarter", "year", "decade") else "point"
        granularity = "week" if name == "weekend" else name
        if self.anchor is None:
            return Reading(i, j, None, granularity, kind)
        if name == "weekend" and count == 0 and self.anchor.weekday() < 3 and self.w.lean(i, j) != "future":
            count = -1
        return Reading(i, j, timeline.unit_span(name, self.anchor, count), granularity, kind)

    def _numbered(self, i: int, found: tuple[str, int], shape: tuple[str, int, str]) -> Reading:
        tag, size, granularity = shape
        number, j = int(found[0]), found[1]
        year = self.year_after(j) or self._short_year(j)
        end = year[1] if year else j
        if year is None and tag == "h?":
            return Reading(i, j, None, granularity, "period")
        first = (number - 1) * size + 1
        days = self.spans(lambda y: timeline.months(y, first, first + size - 1), year[0] if year else None, (i, end))
        return Reading(i, end, days, granularity, "period", bool(year))

    def _short_year(self, j: int) -> tuple[int, int] | None:
        """Q3 '25, 3Q 25."""
        if j < len(self.w) and self.tokens.gap(j) in (" '", " ’", "'", "’", "/") and (number := self.w.number(j)):
            return (2000 + number, j + 1) if 10 <= number <= 60 else None
        return None

    # -- counted spans --

    def counted(self, i: int) -> Reading | None:
        """Two days ago, hace dos semanas, in the past 12 months, in the first nine months (of 2025)."""
        if j := self.w.tag(i, "w ago_before"):
            if found := self._count(self.skip(j, "w articles") if self.w.word_number(j) is None else j):
                return self._ago(i, found[2], found[:2])
        if (j := self.w.tag(i, "w rolling")) and (found := self._count(j)):
            return self._rolling(i, found)
        if (j := self.w.tag(i, "w first")) and (found := self._count(j)):
            return self._first(i, found)
        found = self._count(i)
        if found is None:
            return self._inserted(i)
        count, unit, j = found
        if behind := (self.w.tag(j, "w first_after") if j < len(self.w) and not self.tokens.hard[j] else 0):
            return self._first(i, (count, unit, behind))
        if behind := (self.w.tag(j, "w ago") if j < len(self.w) and not self.tokens.hard[j] else 0):
            return self._ago(i, behind, (count, unit))
        if behind := (self.w.tag(j, "w rolling_after") if j < len(self.w) and not self.tokens.hard[j] else 0):
            return self._rolling(i, (count, unit, behind))
        return None

    def _inserted(self, i: int) -> Reading | None:
        """Los doce últimos meses, les neuf premiers mois: the modifier stands between number and unit."""
        number = self.w.word_number(i)
        if number is None or not 0 < number < 400:
            return None
        for tag, make in (("w first_mid", self._first), ("w rolling_mid", self._rolling)):
            if (k := self.w.tag(i + 1, tag)) and k < len(self.w) and not self.tokens.hard[i + 1]:
                for unit in UNITS:
                    if j := self.w.tag(k, f"w unit_{unit}"):
                        return make(i, (number, unit, j))
        return None

    def _count(self, i: int) -> tuple[int, str, int] | None:
        """Return (count, unit, position behind) of "nine months", "dalawang araw", "12 Monaten"."""
        number = self.w.word_number(i)
        j = i + 1
        if number is None or not 0 < number < 400:
            return None
        for start in (j, self.skip(j, "w counter")):
            for unit in UNITS:
                if start < len(self.w) and not self.tokens.hard[start] and (k := self.w.tag(start, f"w unit_{unit}")):
                    return number, unit, k
        return None

    def _ago(self, i: int, j: int, amount: tuple[int, str]) -> Reading | None:
        count, unit = amount
        if self.anchor is None:
            return Reading(i, j, None, unit)
        if unit == "week":
            day = timeline.back("week", self.anchor, count)
            return Reading(i, j, (day - timedelta(days=3), day + timedelta(days=3)) if day else None, "week")
        day = timeline.back(unit, self.anchor, count)
        return Reading(i, j, timeline.unit_span(unit, day, 0) if day else None, unit)

    def _rolling(self, i: int, found: tuple[int, str, int]) -> Reading:
        count, unit, j = found
        day = timeline.back(unit, self.anchor, count) if self.anchor else None
        return Reading(i, j, (day, self.anchor) if day and self.anchor else None, unit, "period")

    def _first(self, i: int, found: tuple[int, str, int]) -> Reading | None:
        count, unit, j = found
        if unit != "month" or count > 11:
            return None
        year = self.year_after(j)
        granularity = {3: "quarter", 6: "half"}.get(count, "part")
        if year is not None:
            return Reading(i, year[1], timeline.months(year[0], 1, count), granularity, "period")
        if self.anchor is None:
            return Reading(i, j, None, granularity, "period")
        current = timeline.months(self.anchor.year, 1, count)
        past = current[1] <= self.anchor + timedelta(days=31)
        days = current if past else timeline.months(self.anchor.year - 1, 1, count)
        return Reading(i, j, days, granularity, "period", False)

    def decade(self, i: int) -> Reading | None:
        """The 1990s, años 90, de jaren negentig (digits only), 1990er Jahre."""
        word = self.tokens.words[i]
        digits = word.rstrip("sera") if word[:4].isdecimal() and not word.isdecimal() else ""
        if len(digits) == 4 and digits.endswith("0") and 1800 <= int(digits) <= 2090:
            return Reading(i, i + 1, (date(int(digits), 1, 1), date(int(digits) + 9, 12, 31)), "decade", "period")
        if (j := self.w.tag(i, "w decade_before")) and j < len(self.w) and (number := self.w.number(j)) is not None:
            start = 1900 + number if number < 100 else number
            if number % 10 == 0 and (10 <= number < 100 or 1800 <= number <= 2090):
                return Reading(i, j + 1, (date(start, 1, 1), date(start + 9, 12, 31)), "decade", "period")
        return None

    def year(self, i: int) -> Reading | None:
        """In 2025, by 2026, 2018, 2019-2023, the 2024/25 season, FY2025, (1871–1932)."""
        year = self.w.year(i)
        if year is None or not self._year_context(i):
            return None
        last, j = year, i + 1
        if j < len(self.w) and self.tokens.gap(j) in ("/", "-", "–", "—") and (number := self.w.number(j)):
            if number == (year + 1) % 100 and len(self.tokens.words[j]) == 2:
                last, j = year + 1, j + 1
            elif year < number <= timeline.MAX_YEAR:
                last, j = number, j + 1
        elif (other := self.range_end(j, i)) and (second := self.w.year(other)) and second > year:
            if any(self.w.before(i, tag) >= 0 for tag in ("w from", "w in", "w since")):
                last, j = second, other + 1
        return Reading(i, j, (date(year, 1, 1), date(last, 12, 31)), "year", "period")

    def _year_context(self, i: int) -> bool:
        """Return whether a bare four-digit number at word i reads as a year."""
        words, lang = self.tokens.words, self.w.lang
        following = words[i + 1] if i + 1 < len(words) and self.tokens.gap(i + 1) in (" ", "\u00a0") else ""
        ahead = words[i - 1] if i and not self.tokens.hard[i] else ""
        if following in word_set(lang, "time_words", "counted") or ahead in word_set(lang, "time_words", "numbered"):
            return False
        gap = self.tokens.gap(i)
        if "(" in gap or self.tokens.gap(i + 1)[:1] == ")" or (gap in ("–", "-") and i and self.w.year(i - 1)):
            return True
        year = int(words[i])
        strong = any(self.w.before(i, f"w {tag}") >= 0 for tag in ("in", "since", "until", "by", "from", "to"))
        content = bool(following) and following.islower() and not self.w.readings(i + 1)
        content = content and following not in stopwords(lang) and self.tokens.text[self.tokens.starts[i + 1]].islower()
        if strong:
            return not (content and ahead in word_set(lang, "time_words", "weak_in"))
        limit = (self.anchor.year if self.anchor else 2030) + 30
        return 1900 <= year <= limit and not content
