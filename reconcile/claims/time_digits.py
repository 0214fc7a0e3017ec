"""Dates in digits: 2025-10-20, 20.10.2025, 10/20/2025, (13/8)."""

from __future__ import annotations

from functools import partial

from reconcile.claims import timeline
from reconcile.claims.time_spans import Spans
from reconcile.claims.timeline import Days, Reading


class Digits(Spans):
    """Readers of dates in digits."""

    @staticmethod
    def _days(year: int, parts: tuple[int, int, int]) -> Days | None:
        low, high = timeline.valid(year, parts[0], parts[1]), timeline.valid(year, parts[0], parts[2])
        return (low, high) if low and high else None

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
            year = third if size == 4 else 2000 + third if size == 2 and mark != "-" else None
            return self._written(i, i + 3, (first, second, year)) if year else None
        return self._short_numeric(i, (first, second), mark)

    def _short_numeric(self, i: int, pair: tuple[int, int], mark: str) -> Reading | None:
        bracketed = self.tokens.gap(i).endswith("(") and self.tokens.gap(i + 2).startswith(")")
        dotted = mark == "." and self.tokens.gap(i + 2).startswith(".") and self.w.lang in ("de", "nl")
        after_day = mark == "/" and i > 0 and any(tag.startswith("weekday ") for tag in self.w.readings(i - 1))
        if not ((bracketed or after_day) and mark == "/") and not dotted:
            return None
        if dotted and not (1 <= pair[0] <= 31 and 1 <= pair[1] <= 12):
            return None
        return self._written(i, i + 2, (pair[0], pair[1], None))

    def _written(self, i: int, j: int, parts: tuple[int, int, int | None]) -> Reading | None:
        first, second, year = parts
        orders = [(first, second)] if self.w.lang != "en" else [(first, second), (second, first)]
        options: list[Days] = []
        for day, month in orders:
            found = self.spans(partial(self._days, parts=(month, day, day)), year, (i, j))
            if found:
                options.append(found)
        if not options:
            return None if self.anchor or year else Reading(i, j, None, "day", "point", False)
        if len(set(options)) == 1:
            return Reading(i, j, options[0], "day")
        best = timeline.nearest(self.anchor, options) if self.anchor else None
        return Reading(i, j, best, "day")
