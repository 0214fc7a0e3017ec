"""Dates in digits: 2025-10-20, 20.10.2025, 10/20/2025, (13/8), 20251020, 12-2025, 2025/Oct/20, 10/1-11/2/2025."""

from __future__ import annotations

from functools import partial

from reconcile.claims.dates import timeline
from reconcile.claims.dates.time_years import Years
from reconcile.claims.dates.timeline import Days, Reading
from reconcile.claims.phrases import word_set

MONTH_FIRST = ("en", "tl")
NEAR_DAYS = 31
AHEAD_YEARS = 20  # a year in two digits that lies farther ahead is one of the last century
SURE = 10  # below it two pairs of numbers may be fractions ("from 1/4 to 1/2")


class Digits(Years):
    """Readers of dates in digits."""

    def numeric(self, i: int) -> Reading | None:
        """2025-10-20, 20.10.2025, 10/20/2025, (13/8), 20.10."""
        words, tokens = self.w, self.tokens
        if len(tokens.words[i]) == 8:
            return self._compact(i)
        first = words.number(i)
        if first is None or not tokens.words[i].isdecimal() or i + 1 >= len(words):
            return None
        mark = tokens.gap(i + 1)
        if mark == "-" and self._hyphened(i):
            return None
        second = words.number(i + 1)
        if mark == " " and len(tokens.words[i]) == 4:
            return self._spaced(i)
        if mark not in ("-", ".", "/") or second is None or not tokens.words[i + 1].isdecimal():
            return self._named(i)
        third = words.number(i + 2) if i + 2 < len(words) and tokens.gap(i + 2) == mark else None
        if len(tokens.words[i]) == 4 and third is not None and mark in "-/":
            day = timeline.valid(first, second, third)
            return Reading(i, i + 3, (day, day), "day") if day else None
        if third is not None:
            if i + 3 < len(words) and tokens.gap(i + 3) == mark and tokens.words[i + 3][0].isdigit():
                return None
            year = self._year_of(i, mark)
            return self._written(i, i + 3, (first, second, year)) if year else None
        if month := self._month_of_year(i, mark):
            return month
        return self._both_ends(i) or self._short_numeric(i, (first, second), mark) or self._named(i)

    def _year_of(self, i: int, mark: str) -> int | None:
        """Return the year that is the third number from word i, in four digits or in two."""
        third, size = self.w.number(i + 2) or 0, len(self.tokens.words[i + 2])
        if size == 4:
            return third
        if size != 2 or not self._short_year_fits(i, mark):
            return None
        return 1900 + third if self.anchor and 2000 + third > self.anchor.year + AHEAD_YEARS else 2000 + third

    def _compact(self, i: int) -> Reading | None:
        """Read 20251020 (ISO 8601 without marks)."""
        word = self.tokens.words[i]
        if not (word.isdecimal() and word.isascii() and word[:2] in ("19", "20") and self.w.alone(i)):
            return None
        day = timeline.valid(int(word[:4]), int(word[4:6]), int(word[6:]))
        closed = self.closed(i + 1) or self.tokens.gap(i + 1).strip() != ""
        return Reading(i, i + 1, (day, day), "day") if day and closed and not self._hyphened(i) else None

    def _spaced(self, i: int) -> Reading | None:
        """Read 2025 10 20."""
        parts = self.tokens.words[i + 1 : i + 3]
        if [len(part) for part in parts] != [2, 2] or not all(part.isdecimal() for part in parts):
            return None
        day = timeline.valid(int(self.tokens.words[i]), int(parts[0]), int(parts[1]))
        fits = self.tokens.gap(i + 2) == " " and self.closed(i + 3)
        return Reading(i, i + 3, (day, day), "day") if day and fits else None

    def _named(self, i: int) -> Reading | None:
        """Read 2025/Oct/20, 20-Oct-2025, 20-2025-October: a day, a month's name and a year joined by one mark."""
        mark = self.tokens.gap(i + 1)
        if mark not in ("-", "/") or i + 2 >= len(self.w) or self.tokens.gap(i + 2) != mark:
            return None
        names = [(k, found) for k in range(i, i + 3) if (found := self.w.family(k, "mon")) and found[1] == k + 1]
        if len(names) != 1:
            return None
        numbers = [(len(self.tokens.words[k]), self.w.number(k)) for k in range(i, i + 3) if k != names[0][0]]
        (_, day), (size, year) = sorted(numbers, key=lambda number: number[0])
        if day is None or year is None or size != 4:
            return None
        when = timeline.valid(year, int(names[0][1][0]), day)
        return Reading(i, i + 3, (when, when), "day") if when else None

    def _month_of_year(self, i: int, mark: str) -> Reading | None:
        """Read 12-2025, 12/2025, 2025-12 (not 2025-26, a season)."""
        sizes = len(self.tokens.words[i]), len(self.tokens.words[i + 1])
        k = (i, i + 1)[sizes[1] == 4]
        year, month = self.w.year(k), self.w.number(2 * i + 1 - k) or 0
        if mark not in ("-", "/") or year is None or max(sizes) != 4 or min(sizes) > 2 or not 1 <= month <= 12:
            return None
        if (k == i and (mark == "/" or month == (year + 1) % 100)) or not self.closed(i + 2):
            return None
        return Reading(i, i + 2, timeline.months(year, month, month), "month")

    def _both_ends(self, i: int) -> Reading | None:
        """Read 10/1-11/2/2025, "from 5/1-5/7, 2025", "between 10/1-11/7": the year belongs to both ends."""
        words, tokens, k = self.w, self.tokens, i + 2
        numbers = [words.number(n) for n in range(i, k + 2)]
        if k + 1 >= len(words) or not all(numbers) or tokens.gap(k).strip() not in ("-", "–", "—", "~"):
            return None
        if tokens.gap(i + 1) != "/" or tokens.gap(k + 1) != "/":
            return None
        dated = k + 2 < len(words) and tokens.gap(k + 2) == "/" and self._year_of(k, "/")
        year = (dated, k + 3) if dated else self.year_after(k + 2)
        if year is None and (words.before(i, "w from") < 0 or max(n or 0 for n in numbers) < SURE):
            return None
        a, b, c, d = (number or 0 for number in numbers)
        last = self._written(k, k + 2, (c, d, year[0] if year else None))
        if last is None or not last.days:
            return None
        ends = [self._written(i, k, (a, b, last.days[1].year - step)) for step in (0, 1)]
        first = next((end for end in ends if end and end.days and end.days[0] <= last.days[1]), None)
        if first is None or not first.days:
            return None
        return Reading(i, year[1] if year else k + 2, (first.days[0], last.days[1]), "day", "period", bool(year))

    def _short_year_fits(self, i: int, mark: str) -> bool:
        """With hyphens only two digits each are a date ("03-04-25", no score or code "3-4-25")."""
        return mark != "-" or (len(self.tokens.words[i]) == len(self.tokens.words[i + 1]) == 2 and self.w.alone(i))

    def _short_numeric(self, i: int, pair: tuple[int, int], mark: str) -> Reading | None:
        bracketed = self.tokens.gap(i).endswith("(") and self.tokens.gap(i + 2).startswith(")")
        dotted = mark == "." and self.tokens.gap(i + 2).startswith(".") and self.w.lang in ("de", "nl")
        on_day = self.w.before(i, "w on") >= 0 or self.w.before(i, "w day_named") >= 0 or self._in_span(i)
        on_day = on_day and mark == "/" and self.closed(i + 2)
        on_day = on_day or (mark == "/" and self._listed(i))
        after_day = mark == "/" and i > 0 and any(tag.startswith("weekday ") for tag in self.w.readings(i - 1))
        if not ((bracketed or after_day) and mark == "/") and not dotted and not on_day:
            return None
        if dotted and not (1 <= pair[0] <= 31 and 1 <= pair[1] <= 12):
            return None
        return self._written(i, i + 2, (pair[0], pair[1], None))

    def _listed(self, i: int) -> bool:
        """Return whether digits at word i go on with a list of dates: "on 11/20, 11/22 or 11/25"."""
        comma = self.tokens.gap(i).strip() == ","
        k = i - 2 if comma else i - 3
        if k < 0 or not (comma or self.tokens.words[i - 1] in word_set(self.w.lang, "time_words", "listing")):
            return False
        before = self.numeric(k)
        return before is not None and before.j == k + 2 and before.granularity == "day" and self.closed(i + 2)

    def _in_span(self, i: int) -> bool:
        """Return whether digits at word i are one end of "from 10/25 to 01/25", which no pair of fractions could be."""
        if self.w.before(i, "w from") >= 0:
            first, second = i, self.range_end(i + 2, i)
        else:
            link = self.w.before(i, "w to")
            first, second = (link if link >= 0 else i) - 2, i
            if first < 1 or self.w.before(first, "w from") < 0:
                return False
        if not second or second + 1 >= len(self.w) or not self.closed(second + 2):
            return False
        ends = [self.w.number(k) for k in (first, first + 1, second, second + 1)]
        slashed = self.tokens.gap(first + 1) == self.tokens.gap(second + 1) == "/"
        return slashed and all(ends) and max(number or 0 for number in ends) >= SURE

    def _written(self, i: int, j: int, parts: tuple[int, int, int | None]) -> Reading | None:
        """Read first and second number in the order of the language, else in the other order if only that fits.

        English and Filipino put the month first before slashes and hyphens; a date within a month of publication
        is meant by either order.
        """
        first, second, year = parts
        orders = [(first, second)]
        if self.w.lang in MONTH_FIRST and self.tokens.gap(i + 1) != ".":
            orders = [(second, first), (first, second)]
        elif self.w.lang in MONTH_FIRST:
            orders.append((second, first))
        options: list[Days] = []
        for day, month in orders:
            found = self.spans(partial(self._days, parts=(month, day, day)), year, (i, j))
            if found:
                options.append(found)
        if not options:
            return None if self.anchor or year else Reading(i, j, None, "day", "point", False)
        near = [days for days in options if self.anchor and abs((days[0] - self.anchor).days) <= NEAR_DAYS]
        return Reading(i, j, near[0] if len(near) == 1 else options[0], "day")
