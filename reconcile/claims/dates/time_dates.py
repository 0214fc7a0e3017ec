"""Months, dates and parts of months and years: 14 March 2023, Oct. 3-7, November to March, early October, mid-2026."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from reconcile.claims.dates import timeline
from reconcile.claims.dates.time_digits import MONTH_FIRST, Digits
from reconcile.claims.dates.time_numerals import LAST_DAY, Spelled, spelled
from reconcile.claims.dates.time_spans import DASHES
from reconcile.claims.dates.timeline import Days, Reading
from reconcile.claims.phrases import word_set

SMALL = 12  # a cardinal up to it behind a month counts ("in May two"), a larger one may be a day
PARTS = (
    ("yearpart", "year", 0),
    ("nextpart", "year", 1),
    ("lastpart", "year", -1),
    ("monthpart", "month", 0),
    ("nextmonthpart", "month", 1),
    ("lastmonthpart", "month", -1),
)


class Dates(Digits):
    """Readers of months and dates over one text and its publication day."""

    # -- months and dates --

    def month_at(self, i: int) -> tuple[int, int] | None:
        """Return (month, position behind); words that are also other words need a capital or a neighbour."""
        found = self.w.family(i, "mon")
        if found is None:
            return None
        j = found[1]
        word = self.tokens.words[i]
        short = word in word_set(self.w.lang, "time_words", "abbreviated")
        ambiguous = word in word_set(self.w.lang, "time_words", "ambiguous")
        if not short and not ambiguous:
            return int(found[0]), j
        beside = self._spelled_behind(j) or self._spans_months(i, j)
        beside = beside or (self.w.number(j) is not None and self.loose(j))
        if short and not beside and not (i > 0 and self.w.counts(self._day_before(i))):
            return None
        if ambiguous:
            if not self.w.capital(i) and self.w.lang in MONTH_FIRST:
                return (int(found[0]), j) if self._small_month(i, j) else None
            ahead = i > 0 and (self.w.number(i - 1) is not None or self._time_word_before(i))
            if not beside and not ahead:
                return None
        return int(found[0]), j

    def _small_month(self, i: int, j: int) -> bool:
        """Return whether a word that is a month only with a capital is one without: "march fifteenth", "in may."."""
        day = spelled(self.tokens, j, self.w.lang) if j < len(self.w) and self.tokens.gap(j) == " " else None
        ends = j >= len(self.w) or (self.tokens.hard[j] and self.tokens.gap(j)[:1] in ".,;:!?)")
        return (day is not None and day.rank) or (ends and self.w.before(i, "w in") >= 0)

    def _spelled_behind(self, j: int) -> bool:
        """Return whether a day or year in words stands right behind a month that ends before word j."""
        return j < len(self.w) and self.tokens.gap(j) == " " and spelled(self.tokens, j, self.w.lang) is not None

    def _spans_months(self, i: int, j: int) -> bool:
        """Return whether the month at words [i, j) is one end of a span: "from Sep to Nov", "Nov-Feb 2017"."""
        if (behind := self.range_end(j)) and self._other_month(i, behind):
            return self.tokens.gap(j).strip(" .") != "" or self.w.before(i, "w from") >= 0 or self.w.capital(i)
        if i and self.tokens.gap(i) in DASHES:
            return self._other_month(i, i - 1)
        link = self.w.before(i, "w to")
        return link > 0 and self._other_month(i, link - 1)

    def _other_month(self, i: int, k: int) -> bool:
        """Return whether another month than that of word i stands with a capital at word k."""
        own, other = self.w.family(i, "mon"), self.w.family(k, "mon")
        return own is not None and other is not None and own[0] != other[0] and self.w.capital(k)

    def _day_before(self, i: int) -> int:
        """Return the position of what may be the day before the month at word i ("12 Nov", "12 of Nov")."""
        link = self.w.before(i, "w daylink")
        return (link if link >= 0 else i) - 1

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

    def day_at(self, i: int) -> Spelled | None:
        """Return the day of the month at word i, in digits ("14", "14th") or in words ("fourteenth", "vinte e um")."""
        if (number := self.w.number(i)) is not None:
            dotted = self.w.lang == "de" and self.tokens.gap(i + 1)[:1] == "."
            found = Spelled(number, i + 1, dotted or not self.tokens.words[i].isdecimal())
            return found if 1 <= number <= LAST_DAY and self.w.alone(i) else None
        return self._day_in_words(i)

    def _day_in_words(self, i: int) -> Spelled | None:
        found = spelled(self.tokens, i, self.w.lang)
        return found if found and 1 <= found.number <= LAST_DAY and self.w.capital(i) <= (i == 0) else None

    def day_month(self, i: int) -> Reading | None:
        """14 March 2023, 6. Juli, el 29 de junio, ika-2 ng Pebrero, 12 al 20 de septiembre, 11-19
        September.
        """
        first = self.day_at(i)
        if first is None:
            return None
        last, listed = first, False
        if other := self.range_end(first.j):
            second = self.day_at(self.skip(other, "w articles", "w day_the"))
            last = second if second and second.number > first.number else first
            listed = last is second and self._listed_days(i, first, last.number)
        start = self.skip(last.j, "w daylink")
        if not self.loose(start):
            return None
        month = self.month_at(start)
        if month is None or not (self.w.number(i) or self._names_day(i, last, (start, month[1]))):
            return None
        prefix = self.w.before(i, "w day_prefix")
        if listed:
            one = self._dated(i, month[1], (month[0], first.number, first.number))
            return replace(one, i=prefix if prefix >= 0 else i, j=first.j)
        return self._dated(prefix if prefix >= 0 else i, month[1], (month[0], first.number, last.number))

    def _listed_days(self, i: int, first: Spelled, last: int) -> bool:
        """Return whether "and" behind the first day at word i lists two days that lie apart: "on 3 and 19 June"."""
        start = i - 1 if self.w.tag(i - 1, "w day_the") == i else i
        return last > first.number + 1 and not self.range_end(first.j, start)

    def _names_day(self, i: int, day: Spelled, month: tuple[int, int]) -> bool:
        """Return whether a number in words before a month (its first word and end) is a day: "the ninth of April".

        It is one where a word joins them, where the ordinal alone says it ("siebten April", in English also "first
        April"), with a preposition of time ("on fifteen August", "op vier mei"), or before a year.
        """
        start, end = month
        english = self.w.lang in MONTH_FIRST
        if any(self.w.before(i, f"w unit_{unit}") >= 0 for unit in ("week", "month")):
            return False  # "pekan kedua Agustus"
        if start > day.j or (day.rank and not english):
            return day.rank or not english or self.w.before(i, "w on") >= 0
        return (self.w.before(i, "w on") >= 0 and self.closed(end)) or self.year_after(end) is not None

    def dated(self, i: int) -> Reading | None:
        """Return the date or month that begins at word i."""
        return (self.numeric(i) or self.day_month(i) or self.month_first(i)) if 0 < i < len(self.w) else None

    def glued(self, i: int) -> Reading | None:
        """Dec31, mar4: a month and a day without the blank; in capitals, as genes are written, only with a year."""
        found = self.w.glued(i)
        if found is None or (self.tokens.raw(i, i + 1).isupper() and self.year_after(i + 1) is None):
            return None
        return self._dated(i, i + 1, (found[0], found[1], found[1])) if 1 <= found[1] <= LAST_DAY else None

    def _dated(self, i: int, j: int, parts: tuple[int, int, int]) -> Reading:
        _, first, last = parts
        year = self.year_after(j)
        for tag, step in (("last", -1), ("next", 1)) if self.anchor and year is None else ():
            if (low := self.w.before(i, f"w {tag}_date")) >= 0:
                beside = timeline.beside(self.anchor, lambda y: self._days(y, parts), step) if self.anchor else None
                return Reading(low, j, beside, "day", "point" if first == last else "period")
        days = self.spans(lambda y: self._days(y, parts), year[0] if year else None, (i, j))
        return Reading(i, year[1] if year else j, days, "day", "point" if first == last else "period", bool(year))

    def month_first(self, i: int) -> Reading | None:
        """Oct. 20, October 20-22, 2025, Nobyembre 7; else the month alone, with or without a year."""
        found = self.month_at(i)
        if found is None or (joined := self._named(i)):
            return joined if found else None
        month, j = found
        if self.w.lang in MONTH_FIRST and self.loose(j) and (first := self._day_behind(i, j)):
            last = first
            if other := self.range_end(first.j):
                start = self.skip(other, "w day_the")
                second = self.day_at(start)
                on = second is not None and second.rank and start > other and self.w.before(i, "w from") >= 0
                listed = second is not None and self._listed_days(i, first, second.number)
                later = second is not None and (second.number > first.number or on) and not listed
                if second and later and not self._month_follows(second.j - 1):
                    last = second
            return self._dated(i, last.j, (month, first.number, last.number))
        return self._month(i, j, month)

    def _day_behind(self, i: int, j: int) -> Spelled | None:
        """Return the day behind the month at word i: "October 20", "June the 28th", "January first" before no noun."""
        day = self.day_at(k := self.skip(j, "w day_the"))
        if day is None or (self.w.number(k) is not None and k == j):
            return day if day and self._is_day(i, j) else None
        plain = self.tokens.gap(j) == self.tokens.gap(k) == " " and (day.rank or day.number > SMALL)
        return day if plain and (self.closed(day.j) or self.year_after(day.j) or self.range_end(day.j)) else None

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
        if year is None and (relative := self._moved_month(i, j, month)):
            return relative
        if year is None and (other := self.range_end(j, i)) and (second := self.month_at(other)) and second[0] != month:
            high, end = second
            year = self.year_after(end)
            end = year[1] if year else end
            days = self.spans(lambda y: self._months(y, low, high), year[0] if year else None, (i, end))
            return Reading(i, end, days, "month", "period", bool(year))
        days = self.spans(lambda y: timeline.months(y, month, month), year[0] if year else None, (i, end))
        return Reading(i, end, days, "month", "point", bool(year))

    @staticmethod
    def _months(year: int, low: int, high: int) -> Days:
        """Return the months ``low`` to ``high`` that end in a year: November to March begins in the year before."""
        return timeline.months(year if low < high else year - 1, low, low)[0], timeline.months(year, high, high)[1]

    def _moved_month(self, i: int, j: int, month: int) -> Reading | None:
        """Last October, next March, this May, octubre pasado, octobre prochain."""
        if self.anchor is None:
            return None
        if (start := self.w.before(i, "w this")) >= 0:
            near = [timeline.months(self.anchor.year + step, month, month) for step in (-1, 0, 1)]
            return Reading(start, j, timeline.nearest(self.anchor, near) or near[1], "month")
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

    def year(self, i: int) -> Reading | None:
        """A year (``Spans.year``), or the month behind it: 2017 April."""
        year, j = self.w.year(i), i + 1
        month = self.month_at(j) if year and j < len(self.w) and self.tokens.soft[j] else None
        if year and month and self.closed(month[1]) and self._year_context(i):
            return Reading(i, month[1], timeline.months(year, month[0], month[0]), "month")
        return super().year(i)

    # -- parts --

    def part(self, i: int) -> Reading | None:
        """Early October, mid-July, Ende November, late 2024, the end of next month."""
        found = self.w.family(i, "part")
        if found and (weekend := self.w.family(i, "weekend")) and weekend[1] > found[1]:
            return None
        if found and found[1] < len(self.w) and not self.tokens.hard[found[1]]:
            forced = self.forced
            self.forced = forced or self._part_lean(i, found[1])
            inner = self._part_base(self.skip(found[1], "w daylink", "w of"))
            self.forced = forced
            if inner is not None:
                days = timeline.part_of(inner.days, found[0]) if inner.days else None
                return replace(inner, i=i, days=days, granularity="part", kind="point")
        named = [(found, unit, step) for tag, unit, step in PARTS if (found := self.w.family(i, tag))]
        if not named:
            return None
        (part, j), unit, step = max(named, key=lambda row: row[0][1])
        span = timeline.unit_span(unit, self.anchor, step) if self.anchor else None
        if (unit, step) == ("year", 0):
            span = self._year_named(j, span)
        return Reading(i, j, timeline.part_of(span, part) if span else None, "part")

    def _part_lean(self, i: int, j: int) -> str:
        """Return the tense at the beginning of the phrase for the part ("until the end of", "by the end of")."""
        if self.since(i) >= 0:
            return "past"
        return "future" if self.w.tag(i, "w future_pre") or self.w.tag(i, "w by") else self.lean(i, j)

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
        return self.fixed(i) or self.decade(i) or self._tens(i) or self._bare_year(i)

    def _tens(self, i: int) -> Reading | None:
        """The late nineties, the mid-sixties; not "in her late seventies"."""
        found = self.w.family(i, "tens?") if self.w.tag(i - 2, "w day_the") else None
        start = 1900 + int(found[0]) if found else 0
        return Reading(i, found[1], (date(start, 1, 1), date(start + 9, 12, 31)), "decade") if found else None

    def _bare_year(self, i: int) -> Reading | None:
        year = self.w.year(i)
        if year is None:
            return None
        return Reading(i, i + 1, (date(year, 1, 1), date(year, 12, 31)), "year", "period")
