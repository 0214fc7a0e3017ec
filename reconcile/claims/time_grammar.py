"""Calendar expressions: how months, weekdays, numbers and modifiers combine. Word positions, no characters.

Each reader takes a position and returns a Reading or None; ``read`` tries them in order. Languages differ
in their data
files, not here: day before month and day after month are both tried, connecting words come from
``[time_words]``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from reconcile.claims import timeline
from reconcile.claims.phrases import word_set
from reconcile.claims.time_digits import Digits
from reconcile.claims.timeline import Days, Reading

MONTH_FIRST = ("en", "tl")


class Grammar(Digits):
    """Readers of dates over one text and its publication day (None: nothing without a year can be
    resolved).
    """

    # -- months and dates --

    def month_at(self, i: int) -> tuple[int, int] | None:
        """Return (month, position behind); words that are also other words need a capital or a neighbour."""
        found = self.w.family(i, "mon")
        if found is None:
            return None
        j = found[1]
        near = (self.w.number(j) is not None and self.loose(j)) or (i > 0 and self.w.number(i - 1) is not None)
        if self.tokens.words[i] in word_set(self.w.lang, "time_words", "abbreviated") and not near:
            return None
        if self.tokens.words[i] in word_set(self.w.lang, "time_words", "ambiguous"):
            if not self.w.capital(i) and self.w.lang in MONTH_FIRST:
                return None
            beside = self.w.number(j) is not None and self.loose(j)
            ahead = i > 0 and (self.w.number(i - 1) is not None or self._time_word_before(i))
            if not beside and not ahead:
                return None
        return int(found[0]), j

    def _time_word_before(self, i: int) -> bool:
        tags = (
            "w in",
            "w since",
            "w until",
            "w by",
            "w last",
            "w next",
            "w this",
            "w from",
            "w to",
            "w daylink",
        )
        return any(self.w.before(i, tag) >= 0 for tag in tags) or any(
            self.w.before(i, f"part {part}") >= 0 for part in ("early", "mid", "late")
        )

    def day_number(self, i: int) -> int | None:
        """Return the day of the month at word i."""
        number = self.w.number(i)
        if number is None and self.w.readings(i) == {} and self.w.lang != "en":
            number = self.w.word_number(i, ordinal=True)
        return number if number is not None and 1 <= number <= 31 and self.w.alone(i) else None

    def day_month(self, i: int) -> Reading | None:
        """14 March 2023, 6. Juli, el 29 de junio, ika-2 ng Pebrero, 12 al 20 de septiembre, 11-19
        September.
        """
        first = self.day_number(i) or self._spelled_day(i)
        if first is None:
            return None
        last, j = first, i + 1
        if (other := self.range_end(j)) and (number := self.day_number(other)) and number > first:
            last, j = number, other + 1
        start = self.skip(j, "w daylink")
        if not self.loose(start):
            return None
        month = self.month_at(start)
        if month is None:
            return None
        return self._dated(i, month[1], (month[0], first, last))

    def _dated(self, i: int, j: int, parts: tuple[int, int, int]) -> Reading:
        _, first, last = parts
        year = self.year_after(j)
        days = self.spans(lambda y: self._days(y, parts), year[0] if year else None, (i, j))
        return Reading(i, year[1] if year else j, days, "day", "point" if first == last else "period", bool(year))

    def _spelled_day(self, i: int) -> int | None:
        """Return the day of "the second of August" (in English ordinals are also other words: a month must follow)."""
        if self.w.lang != "en" or i + 2 >= len(self.w) or self.tokens.words[i + 1] != "of":
            return None
        return self.w.word_number(i, ordinal=True) if self.w.family(i + 2, "mon") else None

    def month_first(self, i: int) -> Reading | None:
        """Oct. 20, October 20-22, 2025, Nobyembre 7; else the month alone, with or without a year."""
        found = self.month_at(i)
        if found is None:
            return None
        month, j = found
        if self.w.lang in MONTH_FIRST and self.loose(j) and (first := self.day_number(j)) and self._is_day(i, j):
            last, behind = first, j + 1
            if (other := self.range_end(behind)) and (number := self.day_number(other)) and number > first:
                if not self._month_follows(other):
                    last, behind = number, other + 1
            return self._dated(i, behind, (month, first, last))
        return self._month(i, j, month)

    def _is_day(self, i: int, j: int) -> bool:
        """In "In October 12 people died" the number counts; in "On October 12 people danced" it is a day."""
        following = self.tokens.words[j + 1] if j + 1 < len(self.w) and self.tokens.gap(j + 1) == " " else ""
        if following in word_set(self.w.lang, "time_words", "counted"):
            return False
        return not (
            following
            and i
            and self.tokens.words[i - 1] in ("in", "since", "during")
            and following.islower()
            and not self.w.readings(j + 1)
        )

    def _month_follows(self, i: int) -> bool:
        return i + 1 < len(self.w) and self.w.family(i + 1, "mon") is not None

    def _month(self, i: int, j: int, month: int) -> Reading | None:
        year = self.year_after(j)
        low = high = month
        end = year[1] if year else j
        if year is None and (other := self.range_end(j, i)) and (second := self.month_at(other)) and second[0] > month:
            high, end = second
            year = self.year_after(end)
            end = year[1] if year else end
            days = self.spans(lambda y: timeline.months(y, low, high), year[0] if year else None, (i, end))
            return Reading(i, end, days, "month", "period", bool(year))
        if year is None and (relative := self._moved_month(i, j, month)):
            return relative
        days = self.spans(lambda y: timeline.months(y, month, month), year[0] if year else None, (i, end))
        return Reading(i, end, days, "month", "point", bool(year))

    def _moved_month(self, i: int, j: int, month: int) -> Reading | None:
        """Last October, next March, octubre pasado, octobre prochain."""
        if self.anchor is None:
            return None
        for tag, step in (("last", -1), ("next", 1)):
            start = self.w.before(i, f"w {tag}")
            behind = self.w.tag(j, f"w post_{tag}") if self.loose(j) else 0
            if start < 0 and not behind:
                continue
            year = self.anchor.year
            if step < 0 and month >= self.anchor.month:
                year -= 1
            if step > 0 and month <= self.anchor.month:
                year += 1
            return Reading(
                min(start, i) if start >= 0 else i, behind or j, timeline.months(year, month, month), "month"
            )
        return None

    # -- parts --

    def part(self, i: int) -> Reading | None:
        """Early October, mid-July, Ende November, late 2024, the end of next month."""
        found = self.w.family(i, "part")
        if found and found[1] < len(self.w) and not self.tokens.hard[found[1]]:
            inner = self._part_base(self.skip(found[1], "w daylink", "w of"))
            if inner is not None:
                days = timeline.part_of(inner.days, found[0]) if inner.days else None
                return replace(inner, i=i, days=days, granularity="part", kind="point")
        for tag, unit, step in _PARTS:
            named = self.w.family(i, tag)
            if named and self.anchor:
                span = timeline.unit_span(unit, self.anchor, step)
                span = self._year_named(named[1], span) if tag == "yearpart" else span
                days = timeline.part_of(span, named[0]) if span else None
                return Reading(i, named[1], days, "part")
            if named:
                return Reading(i, named[1], None, "part")
        return None

    def _year_named(self, j: int, span: Days | None) -> Days | None:
        found = self.year_after(j)
        return timeline.unit_span("year", date(found[0], 1, 1), 0) if found else span

    def _part_base(self, i: int) -> Reading | None:
        if i >= len(self.w):
            return None
        if found := self.month_at(i):
            return self._month(i, found[1], found[0])
        if self.tokens.words[i - 2] in word_set(self.w.lang, "time_words", "half_words"):
            return None
        return self.fixed(i) or self.decade(i) or self._bare_year(i)

    def _bare_year(self, i: int) -> Reading | None:
        year = self.w.year(i)
        if year is None:
            return None
        return Reading(i, i + 1, (date(year, 1, 1), date(year, 12, 31)), "year", "period")

    # -- weekdays and relative days --

    def weekday(self, i: int) -> Reading | None:
        """Friday, last Friday, Friday 17 October, Friday (17/10), vrijdag 17 oktober, kommenden Freitag."""
        found = self.w.family(i, "weekday")
        if found is None or not self._weekday_allowed(i):
            return None
        day, j = int(found[0]), found[1]
        if self.w.before(i, "w habit") >= 0:
            return None
        if (k := self._date_behind(j)) is not None and k.granularity == "day":
            return replace(k, i=i)
        week = self.w.family(self.skip(j, "w of", "w daylink"), "week")
        if week and self.anchor and self.loose(j):
            span = timeline.unit_span("week", self.anchor, int(week[0]))
            when = span[0] + timedelta(days=day) if span else None
            return Reading(i, week[1], (when, when) if when else None, "day")
        return self._resolved_weekday(i, j, day)

    def _weekday_allowed(self, i: int) -> bool:
        if self._small(i):
            return False
        if self.tokens.words[i] not in word_set(self.w.lang, "time_words", "ambiguous"):
            return True
        beside = i + 1 < len(self.w) and (self.w.number(i + 1) is not None or self.w.family(i + 1, "mon") is not None)
        return self.w.capital(i) and beside

    def _small(self, i: int) -> bool:
        """Return whether a word that is a weekday only with a capital (Linggo, Domingo) has none."""
        return not self.w.capital(i) and self.tokens.words[i] in word_set(self.w.lang, "time_words", "capital_only")

    def _date_behind(self, j: int) -> Reading | None:
        start = self.skip(j, "w daylink", "w articles")
        for k in dict.fromkeys((j, start, self._behind_daypart(j))):
            if 0 < k < len(self.w) and self.tokens.gap(k).strip() in ("", ",", ".", "(", ".,", "/"):
                found = self.numeric(k) or self.day_month(k) or self.month_first(k)
                if found is not None:
                    return found
        return None

    def _behind_daypart(self, j: int) -> int:
        """Return the position behind "night", "por la tarde", "ng umaga" at word j, else j."""
        for start in (j, self.skip(j, "w daypart_link")):
            if start < len(self.w) and not self.tokens.hard[start] and (k := self.w.tag(start, "w dayparts")):
                return k
        return j

    def _resolved_weekday(self, i: int, j: int, day: int) -> Reading:
        low, behind, mode = i, self._behind_daypart(j), ""
        for tag in ("last", "next", "this"):
            start = self.w.before(i, f"w {tag}")
            post = self.w.tag(j, f"w post_{tag}") if self.loose(j) else 0
            if start >= 0 or post:
                low, behind, mode = start if start >= 0 else i, post or behind, tag
                break
        if self.anchor is None:
            return Reading(low, behind, None, "day")
        past, ahead = (self.anchor.weekday() - day) % 7, (day - self.anchor.weekday()) % 7
        if mode == "last":
            shift = -(past or 7)
        elif mode == "next":
            shift = ahead or 7
        else:
            lean = self.w.lean(low, behind)
            if not lean and mode == "this" and word_set(self.w.lang, "time_words", "this_default") == {"future"}:
                lean = "future"
            shift = ahead if lean == "future" else -past
        when = self.anchor + timedelta(days=shift)
        return Reading(low, behind, (when, when), "day")

    def relative(self, i: int) -> Reading | None:
        """Today, kahapon ng umaga, last night, ayer por la tarde, übermorgen."""
        found = self.w.family(i, "rel")
        if found is None or (self.w.tag(i, "w dayparts") and self.w.before(i, "w daypart_link") >= 0):
            return None
        j = self._behind_daypart(found[1])
        if self.anchor is None:
            return Reading(i, j, None, "day")
        low, _, high = found[0].partition(":")
        days = (self.anchor + timedelta(days=int(low)), self.anchor + timedelta(days=int(high or low)))
        if j < len(self.w) and (exact := self._same_day(j, days)):
            return replace(exact, i=i)
        return Reading(i, j, days, "day")

    def _same_day(self, j: int, days: Days) -> Reading | None:
        """Tomorrow, Wednesday / heute (21. Oktober): the second expression names the same day."""
        found = self._date_behind(j)
        if found and found.days and found.days[0] == found.days[1] and abs((found.days[0] - days[0]).days) <= 1:
            return found
        day = self.w.family(j, "weekday")
        if day and self.tokens.gap(j).strip() in (",", "(", "") and int(day[0]) == days[0].weekday():
            return Reading(j, day[1], days, "day")
        return None


_PARTS = (
    ("yearpart", "year", 0),
    ("nextpart", "year", 1),
    ("lastpart", "year", -1),
    ("monthpart", "month", 0),
    ("nextmonthpart", "month", 1),
    ("lastmonthpart", "month", -1),
)


def read(grammar: Grammar, i: int) -> Reading | None:
    """Return the time expression that begins at word i, the most specific form first."""
    word = grammar.tokens.words[i]
    if word[0].isdigit():
        readers: tuple[Callable[[int], Reading | None], ...] = (
            grammar.numeric, grammar.day_month, grammar.counted, grammar.fixed, grammar.decade, grammar.year,
        )  # fmt: skip
    elif grammar.w.opens(i):
        readers = (
            grammar.part, grammar.weekday, grammar.relative, grammar.counted, grammar.fixed,
            grammar.month_first,
            grammar.decade, grammar.day_month,
        )  # fmt: skip
    elif grammar.w.counts(i):
        readers = (grammar.day_month, grammar.counted)
    else:
        return None
    for reader in readers:
        found = reader(i)
        if found is not None:
            return found
    return None
