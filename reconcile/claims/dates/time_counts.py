"""Counted spans: two days ago, the past 12 months, three months to June, in two weeks, three days later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from reconcile.claims.dates import timeline
from reconcile.claims.dates.time_monthdays import MonthDays
from reconcile.claims.dates.timeline import Days, Reading
from reconcile.claims.phrases import word_set

_UNITS = {f"w unit_{unit}": unit for unit in ("day", "week", "month", "quarter", "year", "decade")}
COUNTED = frozenset(["w ago_before", "w rolling", "w first", "w unit_week", "w unit_quarter", "w unit_year"])
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7}
_NAMES = {3: "quarter", 6: "half", 12: "year"}
_OF_DAYS = {7: "week", 84: "quarter", 91: "quarter", 182: "half", 364: "year", 371: "year"}
_LONGEST = 60  # months or weeks; what is longer than five years is no reporting period
Amount = tuple[int, str, int]  # how many of which unit, and the word position behind them


class Counts(MonthDays):
    """Readers of numbers of days, weeks, months and years over one text and its publication day."""

    def counted(self, i: int) -> Reading | None:
        """Two days ago, hace dos semanas, in the past 12 months, nine months to September, in two weeks."""
        if (j := self.w.tag(i, "w ago_before")) and (found := self._count(self._number_at(j))):
            return self._ago(i, found)
        if (j := self.w.tag(i, "w rolling")) and (found := self._count(j)):
            return self._ended(i, found) or self._rolling(i, found)
        if (j := self.w.tag(i, "w first")) and (found := self._count(j)):
            return self._first(i, found)
        found = self._count(i)
        if found is None:
            return self._inserted(i) or self._uncounted(i)
        return self._ended(i, found) or self._behind(i, found) or self._ahead(i, found)

    def _number_at(self, j: int) -> int:
        return self.skip(j, "w articles") if self.w.word_number(j) is None else j

    def _behind(self, i: int, found: Amount) -> Reading | None:
        """Read what the words behind the unit make of it: ago, later, terakhir, pertama, ke depan."""
        count, unit, j = found
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
        if number is None or not 0 < number < 400:
            return None
        readers: tuple[tuple[str, Callable[[int, Amount], Reading | None]], ...] = (
            ("w first_mid", self._first),
            ("w rolling_mid", self._rolling),
            ("w coming_mid", self._coming),
        )
        for tag, make in readers:
            if k := self._follows(i + 1, tag):
                if unit := self._unit_at(k):
                    return make(i, (number, *unit))
        return None

    def _uncounted(self, i: int) -> Reading | None:
        """Quarter ended June 30, week ending Oct. 18, year to March: a unit without a number."""
        unit = self._unit_at(i) if self.w.word_number(i - 1) is None else None
        return self._ended(i, (1, *unit)) if unit else None

    def _count(self, i: int) -> Amount | None:
        """Return (count, unit, position behind) of "nine months", "dalawang araw", "12 Monaten"."""
        number = self.w.word_number(i)
        j = i + 1
        if number is None or not 0 < number < 400:
            return None
        for start in (j, self.skip(j, "w counter")):
            if unit := self._unit_at(start):
                return number, *unit
        return None

    def _unit_at(self, k: int) -> tuple[str, int] | None:
        """Return (unit, position behind) of the unit named at word k of the same clause."""
        if k < len(self.w) and not self.tokens.hard[k]:
            for tag, j in self.w.readings(k).items():
                if tag in _UNITS:
                    return _UNITS[tag], j
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
        base = self.dated(k) or (self.fixed(k) if k < len(self.w) else None)
        if base is None or base.granularity != "day" or base.shift:
            return None
        days = timeline.around(shift[0], base.days[0], shift[1]) if base.days else None
        return replace(base, i=i, days=days, granularity=shift[0], kind="point")

    def _rolling(self, i: int, found: Amount) -> Reading:
        count, unit, j = found
        if unit == "quarter" and self.anchor:
            first, last = (timeline.unit_span(unit, self.anchor, step) for step in (-count, -1))
            return Reading(i, j, (first[0], last[1]) if first and last else None, unit, "period")
        day = timeline.back(unit, self.anchor, count) if self.anchor else None
        return Reading(i, j, (day, self.anchor) if day and self.anchor else None, unit, "period")

    def _coming(self, i: int, found: Amount) -> Reading:
        count, unit, j = found
        last = timeline.back(unit, self.anchor, -count) if self.anchor else None
        days = (self.anchor + timedelta(days=1), last) if last and self.anchor else None
        return Reading(i, j, days, unit, "period")

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
