"""Dates in digits: 2025-10-20, 20.10.2025, 10/20/2025, (13/8)."""

from __future__ import annotations

from functools import partial

from reconcile.claims.dates import timeline
from reconcile.claims.dates.time_spans import Spans
from reconcile.claims.dates.timeline import Days, Reading

MONTH_FIRST = ("en", "tl")
NEAR_DAYS = 31
SURE = 10  # below it two pairs of numbers may be fractions ("from 1/4 to 1/2")


class Digits(Spans):
    """Readers of dates in digits."""

    def numeric(self, i: int) -> Reading | None:
        """2025-10-20, 20.10.2025, 10/20/2025, (13/8), 20.10."""
        words, tokens = self.w, self.tokens
        first = words.number(i)
        if first is None or not tokens.words[i].isdecimal() or i + 1 >= len(words):
            return None
        mark = tokens.gap(i + 1)
        second = words.number(i + 1)
        if mark not in ("-", ".", "/") or second is None or not tokens.words[i + 1].isdecimal():
            return None
        third = words.number(i + 2) if i + 2 < len(words) and tokens.gap(i + 2) == mark else None
        if len(tokens.words[i]) == 4 and third is not None and mark in "-/":
            day = timeline.valid(first, second, third)
            return Reading(i, i + 3, (day, day), "day") if day else None
        if third is not None:
            if i + 3 < len(words) and tokens.gap(i + 3) == mark and tokens.words[i + 3][0].isdigit():
                return None
            size = len(tokens.words[i + 2])
            year = third if size == 4 else 2000 + third if size == 2 and self._short_year_fits(i, mark) else None
            return self._written(i, i + 3, (first, second, year)) if year else None
        return self._short_numeric(i, (first, second), mark)

    def _short_year_fits(self, i: int, mark: str) -> bool:
        """With hyphens only two digits each are a date ("03-04-25", no score or code "3-4-25")."""
        return mark != "-" or (len(self.tokens.words[i]) == len(self.tokens.words[i + 1]) == 2 and self.w.alone(i))

    def _short_numeric(self, i: int, pair: tuple[int, int], mark: str) -> Reading | None:
        bracketed = self.tokens.gap(i).endswith("(") and self.tokens.gap(i + 2).startswith(")")
        dotted = mark == "." and self.tokens.gap(i + 2).startswith(".") and self.w.lang in ("de", "nl")
        on_day = self.w.before(i, "w on") >= 0 or self.w.before(i, "w day_named") >= 0 or self._in_span(i)
        on_day = on_day and mark == "/" and self.closed(i + 2)
        after_day = mark == "/" and i > 0 and any(tag.startswith("weekday ") for tag in self.w.readings(i - 1))
        if not ((bracketed or after_day) and mark == "/") and not dotted and not on_day:
            return None
        if dotted and not (1 <= pair[0] <= 31 and 1 <= pair[1] <= 12):
            return None
        return self._written(i, i + 2, (pair[0], pair[1], None))

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
