"""Counted spans: two days ago, the past 12 months, three months to June, in two weeks, three days later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from reconcile.claims.dates import timeline
from reconcile.claims.dates.time_monthdays import MonthDays
from reconcile.claims.dates.time_numerals import spelled
from reconcile.claims.dates.time_spans import FIXED
from reconcile.claims.dates.timeline import Days, Reading
from reconcile.claims.phrases import word_set

UNITS = {
    f"w unit_{unit}": unit for unit in ("day", "workday", "week", "fortnight", "month", "quarter", "year", "decade")
}
COUNTED = frozenset([
    "w ago_before", "w rolling", "w rolling_one", "w first", "w coming",
    "w unit_week", "w unit_quarter", "w unit_year", "w week_number", "w week_number_weak",
])  # fmt: skip
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7}
_NAMES = {3: "quarter", 6: "half", 12: "year"}
_OF_DAYS = {7: "week", 84: "quarter", 91: "quarter", 182: "half", 364: "year", 371: "year"}
MOST = 400  # of days, weeks, months or years that are counted
LAST_WEEK = 53
_LONGEST = 60  # months or weeks; what is longer than five years is no reporting period
Amount = tuple[int, str, int]  # how many of which unit, and the word position behind them


def _in_weeks(count: int, unit: tuple[str, int]) -> Amount:
    """Return an amount of so many units; a fortnight is two weeks."""
    return (2 * count, "week", unit[1]) if unit[0] == "fortnight" else (count, *unit)


class Counts(MonthDays):
    """Readers of numbers of days, weeks, months and years over one text and its publication day."""

    def counted(self, i: int) -> Reading | None:
        """Two days ago, hace dos semanas, in the past 12 months, nine months to September, in two weeks."""
        if (j := self.w.tag(i, "w ago_before")) and (found := self._count(self._number_at(j))):
            return self._ago(i, found)
        if (j := self.w.tag(i, "w rolling")) and (found := self._count(j)):
            return self._ended(i, found) or self._inside(i, found, last=True) or self._rolling(i, found)
        if (j := self.w.tag(i, "w first")) and (found := self._count(j)):
            return self._inside(i, found, last=False) or self._first(i, found)
        if (one := self._one(i)) is not None:
            return one
        found = self._count(i)
        if found is None:
            return self._inserted(i) or self.calendar_week(i) or self._nth_behind(i) or self._uncounted(i)
        return self._ended(i, found) or self._behind(i, found) or self._ahead(i, found)

    def _one(self, i: int) -> Reading | None:
        """The past year, the next fortnight, the next couple of weeks: up to publication or from then on."""
        for tag, make in (("rolling_one", self._rolling), ("rolling", self._rolling), ("coming", self._coming)):
            j = self.w.tag(i, f"w {tag}")
            couple = self._follows(j, "w couple") if j else 0
            if couple and (unit := self._unit_at(couple)):
                return make(i, _in_weeks(2, unit))
            unit = self._unit_at(j) if j else None
            one = unit is not None and self._is_one(unit[0], j)
            if unit and one and (unit[0] == "fortnight" or (tag == "rolling_one" and unit[0] != "quarter")):
                return make(i, _in_weeks(1, unit))
        return None

    def _is_one(self, unit: str, j: int) -> bool:
        """Return whether the word for a unit is in the singular: the first form of its entry."""
        return self.tokens.words[j] == next(iter(self.w.forms(f"unit_{unit}")), "")

    def calendar_week(self, i: int) -> Reading | None:
        """KW 31, calendar week 31, week 3 of 2027 by ISO 8601: from Monday, the first with the first Thursday.

        A word that also numbers rounds and terms ("week 10 of the season") needs the year.
        """
        sure = self.w.tag(i, "w week_number")
        j = sure or self.w.tag(i, "w week_number_weak")
        number = self.w.number(j) if 0 < j < len(self.w) and not self.tokens.hard[j] else None
        if number is None or not 1 <= number <= LAST_WEEK or not self.w.alone(j):
            return None
        year = self.year_after(j + 1)
        if year is None and not sure:
            return None
        end = year[1] if year else j + 1
        days = self.spans(lambda y: timeline.iso_week(y, number), year[0] if year else None, (i, end))
        return Reading(i, end, days, "week", "point", bool(year))

    def nth_of(self, i: int) -> Reading | None:
        """The second week of August, the ninth month of next year, the 15th day of May."""
        nth = self.day_at(i)
        unit = self._unit_at(nth.j) if nth and nth.rank else None
        base = self._base_of(unit[1]) if unit else None
        if nth is None or unit is None or base is None or self.w.before(i, "w habit") >= 0:
            return None
        if not self._is_one(unit[0], nth.j):
            return None  # "the first months of 2028"
        of = self.tokens.words[unit[1]] in word_set(self.w.lang, "time_words", "partitive")
        return self._nth(i, base, (unit[0], nth.number)) if of or unit[0] != "month" else None

    def _nth_behind(self, i: int) -> Reading | None:
        """Pekan kedua Agustus, minggu ketiga bulan ini: the ordinal stands behind the unit."""
        unit = self._unit_at(i)
        nth = self.day_at(unit[1]) if unit else None
        if unit is None or nth is None or not nth.rank or self.tokens.hard[nth.j - 1]:
            return None
        k = self.skip(nth.j, "w daylink") if nth.j < len(self.w) and not self.tokens.hard[nth.j] else 0
        base = self._part_base(k) if k else None
        return self._nth(i, base, (unit[0], nth.number)) if base and base.granularity == "month" else None

    @staticmethod
    def _nth(i: int, base: Reading, nth: tuple[str, int]) -> Reading | None:
        """Return the nth unit of a month or year, None where it has none."""
        if nth[0] not in ("day", "week", "month") or base.granularity not in ("month", "year"):
            return None
        days = timeline.nth_of(nth[0], nth[1], base.days) if base.days else None
        return None if base.days and days is None else Reading(i, base.j, days, nth[0], "point", base.year)

    def _base_of(self, j: int, *links: str) -> Reading | None:
        """Return the month or year that follows "of" (or another link) at word j: "of August", "of next year"."""
        k = self.skip(j, "w of", "w daylink", *links)
        joined = j < k < len(self.w) and not self.tokens.hard[j] and not self.tokens.hard[k]
        base = self._part_base(k) if joined else None
        return base if base and base.granularity in ("month", "year") else None

    def _inside(self, i: int, found: Amount, *, last: bool) -> Reading | None:
        """The last four months of 2021, the first ten days of May: counted from an edge of what is named."""
        count, unit, j = found
        base = self._base_of(j)
        if base is None or base.days is None:
            return None
        low, high = base.days
        edge = timeline.back(unit, high + timedelta(days=1), count) if last else timeline.back(unit, low, -count)
        if edge is None or not low <= edge <= high + timedelta(days=1):
            return None
        days = (edge, high) if last else (low, edge - timedelta(days=1))
        return Reading(i, base.j, days, "part", "period", base.year)

    def _number_at(self, j: int) -> int:
        return self.skip(j, "w articles") if self.w.word_number(j) is None else j

    def _behind(self, i: int, found: Amount) -> Reading | None:
        """Read what the words behind the unit make of it: ago, later, terakhir, pertama, ke depan."""
        count, unit, j = found
        if begun := self._begun(i, found):
            return begun
        for tag, make in (
            ("w first_after", self._first),
            ("w ago", self._ago),
            ("w rolling_after", self._rolling),
            ("w coming_after", self._coming),
            ("w ahead_after", self._due),
        ):
            if behind := self._follows(j, tag):
                return make(i, (count, unit, behind))
        for tag, sign in (("earlier", -1), ("later", 1)):
            if (behind := self._follows(j, f"w {tag}_than")) and (
                near := self._beside(i, behind, (unit, sign * count))
            ):
                return near
            if behind := self._follows(j, f"w {tag}"):
                return self._moved(i, (sign * count, unit, behind))
        start = self.w.before(i, "w later_before")
        return self._moved(start, found) if start >= 0 else None

    def _ahead(self, i: int, found: Amount) -> Reading | None:
        """Read what the words before the number make of it: the next, dans, in (with a future verb)."""
        if (start := self.w.before(i, "w within")) >= 0 and (within := self._within(start, found)):
            return within
        if (start := self.w.before(i, "w coming")) >= 0:
            return self._coming(start, found)
        if (start := self.w.before(i, "w ahead_sure")) >= 0:
            return self._due(start, found)
        start = self.w.before(i, "w ahead_before")
        return self._due(start, found) if start >= 0 and self.w.planned(start, found[2]) else None

    def _follows(self, j: int, tag: str) -> int:
        """Return the position behind a phrase with the tag at word j of the same clause, else 0."""
        return self.w.tag(j, tag) if j < len(self.w) and not self.tokens.hard[j] else 0

    def _inserted(self, i: int) -> Reading | None:
        """Los doce últimos meses, les neuf premiers mois: the modifier stands between number and unit."""
        number = self.w.word_number(i)
        if number is None or not 0 < number < MOST or not self.w.alone(i):
            return None
        if not FIXED.isdisjoint(self.w.kinds(i + 1, i + 2)):
            return None  # "340 last year": no years are counted
        readers: tuple[tuple[str, Callable[[int, Amount], Reading | None]], ...] = (
            ("w first_mid", self._first),
            ("w rolling_mid", self._rolling),
            ("w coming_mid", self._coming),
        )
        for tag, make in readers:
            if k := self._follows(i + 1, tag):
                if unit := self._unit_at(k):
                    inside = self._inside(i, _in_weeks(number, unit), last=tag == "w rolling_mid")
                    return (inside if tag != "w coming_mid" else None) or make(i, _in_weeks(number, unit))
        return None

    def _uncounted(self, i: int) -> Reading | None:
        """Quarter ended June 30, week ending Oct. 18, year to March: a unit without a number."""
        unit = self._unit_at(i) if self.w.word_number(i - 1) is None else None
        return self._ended(i, (1, *unit)) if unit else None

    def _count(self, i: int) -> Amount | None:
        """Return (count, unit, position behind) of "nine months", "dalawang araw", "forty-five years", "12 Monaten"."""
        number, j = self.w.word_number(i), i + 1
        if number is None or not self._unit_at(j):
            words = spelled(self.tokens, i, self.w.lang)
            number, j = (words.number, words.j) if words and not words.rank else (number, j)
        if number is None or not 0 < number < MOST:
            return None
        for start in (j, self.skip(j, "w counter")):
            if unit := self._unit_at(start):
                return _in_weeks(number, unit)
        return None

    def _unit_at(self, k: int) -> tuple[str, int] | None:
        """Return (unit, position behind) of the unit named at word k of the same clause."""
        if k < len(self.w) and not self.tokens.hard[k]:
            for tag, j in self.w.readings(k).items():
                if tag in UNITS:
                    return UNITS[tag], j
        return None

    def _ago(self, i: int, found: Amount) -> Reading:
        count, unit, j = found
        return Reading(i, j, timeline.around(unit, self.anchor, -count) if self.anchor else None, unit)

    def _due(self, i: int, found: Amount) -> Reading:
        count, unit, j = found
        return Reading(i, j, timeline.around(unit, self.anchor, count) if self.anchor else None, unit)

    def _moved(self, i: int, found: Amount) -> Reading:
        """Three days later, a year earlier: counted from another time of the text (``Reading.shift``).

        A year earlier without such a time is last year, as in reports of results.
        """
        count, unit, j = found
        than = j < len(self.w) and self.tokens.words[j] in word_set(self.w.lang, "time_words", "than")
        days = timeline.around(unit, self.anchor, -1) if self.anchor and (count, unit) == (-1, "year") else None
        return Reading(i, j, days, unit, shift=None if than else (unit, count))

    def _beside(self, i: int, j: int, shift: tuple[str, int]) -> Reading | None:
        """Two days before Christmas, zwei Wochen nach dem 3. Mai: counted from the date at word j."""
        k = self.skip(j, "w articles", "w daylink")
        base = self.day_base(k) if k < len(self.w) else None
        if base is None or base.granularity != "day" or base.shift:
            return None
        days = timeline.around(shift[0], base.days[0], shift[1]) if base.days else None
        return replace(base, i=i, days=days, granularity=shift[0], kind="point")

    def _begun(self, i: int, found: Amount) -> Reading | None:
        """Three days starting Monday, for two weeks from 3 May: so many days, weeks or months on from a day."""
        count, unit, j = found
        lasting = self.w.before(i, "w lasting") >= 0
        tags = ("w begun", "w later_than") if lasting else ("w begun",)
        comma = j < len(self.w) and self.tokens.gap(j).strip() == ","
        for tag in tags:
            k = self.w.tag(j, tag) if comma and lasting else self._follows(j, tag)
            base = self.day_base(self.skip(k, "w on", "w articles", "w daylink")) if 0 < k < len(self.w) else None
            if base is None or base.granularity != "day" or base.shift:
                continue
            after = timeline.back(unit, base.days[0], -count) if base.days else None
            days = (base.days[0], after - timedelta(days=1)) if base.days and after else None
            return replace(base, i=i, days=days, granularity="day", kind="period")
        return None

    def day_base(self, k: int) -> Reading | None:
        """Return the date or feast at word k."""
        return self.dated(k) or self.fixed(k)

    def _rolling(self, i: int, found: Amount) -> Reading:
        count, unit, j = found
        if unit == "quarter" and self.anchor:
            first, last = (timeline.unit_span(unit, self.anchor, step) for step in (-count, -1))
            return Reading(i, j, (first[0], last[1]) if first and last else None, unit, "period")
        day = timeline.back(unit, self.anchor, count) if self.anchor else None
        return Reading(i, j, (day, self.anchor) if day and self.anchor else None, unit, "period")

    def _coming(self, i: int, found: Amount) -> Reading:
        count, unit, j = found
        if unit == "quarter" and self.anchor:
            ahead, end = (timeline.unit_span(unit, self.anchor, step) for step in (1, count))
            return Reading(i, j, (ahead[0], end[1]) if ahead and end else None, unit, "period")
        last = timeline.back(unit, self.anchor, -count) if self.anchor else None
        days = (self.anchor + timedelta(days=1), last) if last and self.anchor else None
        return Reading(i, j, days, unit, "period")

    def _within(self, i: int, found: Amount) -> Reading | None:
        """Within nine months, with a future verb and not "within nine months of the crash": from publication on.

        Days are often those of a rule ("refunds will be paid within five days").
        """
        count, unit, j = found
        if unit in ("day", "workday") or not self.w.planned(i, j):
            return None
        if self._follows(j, "w of") or self._follows(j, "w later_than"):
            return None
        last = timeline.back(unit, self.anchor, -count) if self.anchor else None
        return Reading(i, j, (self.anchor, last) if self.anchor and last else None, unit, "period")

    def _first(self, i: int, found: Amount) -> Reading | None:
        count, unit, j = found
        if unit != "month" or count > 11:
            return None
        year = self.year_after(j)
        granularity = _NAMES.get(count, "part")
        if year is not None:
            return Reading(i, year[1], timeline.months(year[0], 1, count), granularity, "period")
        if self.anchor is None:
            return Reading(i, j, None, granularity, "period")
        current = timeline.months(self.anchor.year, 1, count)
        past = current[1] <= self.anchor + timedelta(days=31)
        days = current if past else timeline.months(self.anchor.year - 1, 1, count)
        return Reading(i, j, days, granularity, "period", False)

    def _ended(self, i: int, found: Amount) -> Reading | None:
        """12 months to June, three months ended Sept. 30, 13 weeks to Aug. 9, trimestre encerrado em junho."""
        count, unit, j = found
        k = self._follows(j, "w ended")
        size = (count * _MONTHS.get(unit, 0), count * _DAYS.get(unit, 0))
        if not k or not 0 < max(size[0], size[1] // 7, size[1] > 1) <= _LONGEST:
            return None
        forced = self.forced
        self.forced = forced or ("" if self.w.lean(i, k) == "future" else "past")
        end = self.dated(self.skip(k, "w articles"))
        self.forced = forced
        if end is None:
            return None
        granularity = _NAMES.get(size[0], "part") if size[0] else _OF_DAYS.get(size[1], "part")
        return Reading(i, end.j, self._period(end.days, size), granularity, "period", end.year)

    @staticmethod
    def _period(end: Days | None, size: tuple[int, int]) -> Days | None:
        """Return so many months, or days, that end with the last day of ``end``."""
        if end is None:
            return None
        last, (months, days) = end[1], size
        if days:
            return last - timedelta(days=days - 1), last
        if (last + timedelta(days=1)).day == 1:
            year, month = timeline.month_shift(last, 1 - months)
            return date(year, month, 1), last
        first = timeline.back("month", last, months)
        return (first + timedelta(days=1), last) if first else None
