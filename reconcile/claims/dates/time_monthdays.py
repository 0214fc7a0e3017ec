"""Days of a month that is not named: on the 18th, el día 18, the 15th of next month, Friday the 13th, viernes 13."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from reconcile.claims.dates import timeline
from reconcile.claims.dates.time_dates import Dates
from reconcile.claims.dates.time_numerals import Spelled
from reconcile.claims.dates.timeline import Reading
from reconcile.claims.phrases import word_set

NEAR_DAYS = 31  # a day of the month in brackets lies no farther from publication
UNSAID_DAYS = 10  # nor farther than this, where no verb says whether it was or will be
FAR_DAYS = 190  # a weekday falls on a given day of the month at least twice a year
RANK = 13  # "on the first count, and three on the fourth": ranks in words below it are seldom days

_OPENERS = frozenset(["w day_named", "w day_open", "w day_on", "w day_prefix"])


class MonthDays(Dates):
    """Readers of days of the month without its name, over one text and its publication day."""

    def week_of(self, i: int) -> Reading | None:
        """Week of Nov. 3, week of the 18th, Woche vom 3. November, semaine du 3 novembre."""
        j = self.w.tag(i, "w week_of")
        k = self.skip(j, "w day_the") if j else 0
        found = (self.dated(j) or self.dated(k) or self.monthday(k, introduced=True)) if k else None
        if found is None or found.granularity != "day":
            return None
        days = timeline.unit_span("week", found.days[0], 0) if found.days else None
        return replace(found, i=i, days=days, granularity="week", kind="point")

    def monthday(self, i: int, *, introduced: bool = False) -> Reading | None:
        """On the 18th, no dia 18, the 15th of next month, the 21st this month, "dia 5 do mês que vem".

        A bare day needs a preposition that takes days (``day_on`` before an ordinal, ``day_open`` before digits too, no
        noun behind them) or the word for a day (``day_named``). In a text about golf or a ranking (``day_not``) it is
        none.
        """
        ahead = {"w day_named": i} if introduced else self.w.leading(i, _OPENERS)
        day = self.day_at(i) if ahead or self.w.readings(i + 1) else None
        if day is None:
            return None
        low = ahead.get("w day_named", i)
        opened = low < i or introduced or "w day_open" in ahead
        on = "w day_on" in ahead and (day.rank or "w day_prefix" in ahead)
        if month := self._month_of(day, opened or on):
            return self._of_month(low, day, month)
        if not opened and (not on or (not self.w.number(i) and day.number < RANK)):
            return None
        other = word_set(self.w.lang, "time_words", "day_not")
        if not self._ends(day.j, verb=opened) or not other.isdisjoint(self.tokens.words):
            return None
        when = self._nearest_monthday(day.number, self._monthday_lean(low, day.j))
        return Reading(low, day.j, (when, when) if when else None, "day", "point", False)

    def _ends(self, k: int, *, verb: bool) -> bool:
        """Return whether no noun follows a day that ends before word k; with ``verb`` a verb may."""
        return self.closed(k) or (verb and self.tokens.gap(k) == " " and self.w.tense(k) != "")

    def _month_of(self, day: Spelled, introduced: bool) -> tuple[int, int] | None:
        """Return (months from publication, position behind) of "of next month", "this month" behind a day."""
        if not day.rank and not introduced:
            return None
        start = self.skip(self.skip(day.j, "w unit_day") if day.rank else day.j, "w of", "w daylink")
        found = self.w.family(start, "month") if start < len(self.w) and not self.tokens.hard[start] else None
        return (int(found[0]), found[1]) if found and (start > day.j or introduced) else None

    def _of_month(self, low: int, day: Spelled, month: tuple[int, int]) -> Reading:
        span = timeline.unit_span("month", self.anchor, month[0]) if self.anchor else None
        when = timeline.valid(span[0].year, span[0].month, day.number) if span else None
        return Reading(low, month[1], (when, when) if when else None, "day")

    def _monthday_lean(self, i: int, j: int) -> str:
        if self.since(i) >= 0 or self.w.tag(j, "w post_last"):
            return "past"
        return "future" if self.w.tag(j, "w post_next") else self.lean(i, j)

    def _nearest_monthday(self, number: int, lean: str) -> date | None:
        """Return the last or next day of that number, by the tense; without one the one within ten days, if any."""
        if self.anchor is None:
            return None
        back, ahead = {"past": (NEAR_DAYS, 0), "future": (0, NEAR_DAYS)}.get(lean, (UNSAID_DAYS, UNSAID_DAYS))
        days = (self.anchor + timedelta(days=step) for step in range(-back, ahead + 1))
        fitting = [day for day in days if day.day == number]
        return min(fitting, key=self._distance, default=None)

    def numbered_day(self, i: int, j: int, day: int) -> Reading | None:
        """Sexta-feira (17), Friday the 13th, viernes 13: the nearest day of the month that falls on the weekday."""
        k = self.skip(j, "w day_the", "w day_prefix", "w day_named")
        number = self.day_at(k)
        if number is None or self.anchor is None or self.tokens.gap(k).strip() not in ("", ",", "("):
            return None
        bracketed = self.tokens.gap(k).strip() == "(" and self.tokens.gap(number.j).startswith(")")
        ordinal = number.rank and (k > j or self.w.number(k) is not None)
        if not bracketed and not (self._ends(number.j, verb=True) and (ordinal or self.w.number(k))):
            return None
        if not bracketed and not ordinal and self._hours(number.j):
            return None
        reach = FAR_DAYS if self.closed(number.j) and (ordinal or self.tokens.gap(k) == " ") else NEAR_DAYS
        days = (self.anchor + timedelta(days=step) for step in range(-reach, reach + 1))
        fitting = [found for found in days if found.day == number.number and found.weekday() == day]
        when = min(fitting, key=self._distance, default=None)
        return Reading(i, number.j, (when, when), "day") if when else None

    def _hours(self, j: int) -> bool:
        """Return whether a range with no weekday at its end follows word j ("Monday, 10 to 5")."""
        end = self.range_end(j)
        return end > 0 and self.w.family(self.skip(end, "w day_the", "w articles"), "weekday") is None

    def _distance(self, day: date) -> int:
        return abs((day - self.anchor).days) if self.anchor else 0
