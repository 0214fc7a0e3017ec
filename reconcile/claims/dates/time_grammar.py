"""Calendar expressions: how months, weekdays, numbers and modifiers combine. Word positions, no characters.

Each reader takes a position and returns a Reading or None; ``read`` tries them in order. The readers are built up
in layers: ``time_spans`` (units, years), ``time_digits``, ``time_dates``, ``time_counts`` and the weekdays here.
Languages differ in their data files, not here: day before month and day after month are both tried, connecting
words come from ``[time_words]``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from reconcile.claims.dates import timeline
from reconcile.claims.dates.time_counts import COUNTED, UNITS, Counts
from reconcile.claims.dates.time_dates import PARTS
from reconcile.claims.dates.time_spans import FIXED
from reconcile.claims.dates.timeline import Days, Reading
from reconcile.claims.phrases import word_set

_LONGER = (
    "week",
    "month",
    "year",
    "w night_",
)  # "ngayong weekend" and "in der Nacht zum" are no "ngayong", "in der Nacht"
NUMERAL = 7  # words from a number to its month or unit ("twenty - first to the twenty - second of")


class Grammar(Counts):
    """Readers of all forms over one text and its publication day (None: nothing without a year is resolved)."""

    def day_base(self, k: int) -> Reading | None:
        """Return the day at word k that others are counted from: tomorrow, next Tuesday, May 3, Christmas."""
        if found := super().day_base(k):
            return found
        start = self.skip(k, "w last", "w next", "w this")
        found = self.relative(k) or self.weekday(start)
        return found if found and found.i <= k else None

    # -- weekdays and relative days --

    def weekday(self, i: int) -> Reading | None:
        """Friday, last Friday, Friday 17 October, Friday (17/10), vrijdag 17 oktober, kommenden Freitag."""
        found = self.w.family(i, "weekday")
        if found is None or not self._weekday_allowed(i):
            return None
        day, j = int(found[0]), found[1]
        feast = self.w.family(i, "easter")
        if self.w.before(i, "w habit") >= 0 or (feast and feast[1] > j):
            return None
        if (start := self.w.before(i, "w night_to")) >= 0 and self.anchor:
            second = self._resolved_weekday(i, j, day).days
            return Reading(start, j, (second[0] - timedelta(days=1), second[0]) if second else None, "day")
        if nth := self._nth_weekday(i, j, day):
            return nth
        if (k := self._date_behind(j)) is not None and k.granularity == "day":
            return replace(k, i=i)
        if bracketed := self.numbered_day(i, self._behind_daypart(j), day):
            return bracketed
        behind = self._behind_daypart(j)
        starts = (self.skip(j, "w of", "w daylink"), self.skip(j, "w daylink"), behind)
        week = next((found for start in starts if (found := self.w.family(start, "week"))), None)
        if week and self.anchor and self.loose(j):
            span = timeline.unit_span("week", self.anchor, int(week[0]))
            when = span[0] + timedelta(days=day) if span else None
            return Reading(i, week[1], (when, when) if when else None, "day")
        return self._weeks_away(i, behind, day) or self._resolved_weekday(i, j, day)

    def _weeks_away(self, i: int, j: int, day: int) -> Reading | None:
        """Monday two weeks from now, on Friday three weeks ago: the weekday of that week."""
        found = self._count(j) if self.loose(j) and self.anchor else None
        if found is None or found[1] != "week" or (weeks := self._behind(j, found)) is None or not weeks.days:
            return None
        if weeks.granularity != "week" or weeks.kind != "point" or weeks.shift:
            return None
        span = timeline.unit_span("week", weeks.days[0] + timedelta(days=3), 0)
        when = span[0] + timedelta(days=day) if span else None
        return Reading(i, weeks.j, (when, when), "day") if when else None

    def _nth_weekday(self, i: int, j: int, day: int) -> Reading | None:
        """The first Monday of May, el último viernes de octubre, Senin pertama bulan Mei: counted in its month."""
        low = self.w.before(i, "w last")
        number, end = -1, self._behind_daypart(j)
        for start in (i - 1, i - 2):
            if (nth := self.day_at(start)) and nth.j == i and nth.rank and self.loose(i):
                low, number = start, nth.number
        if low < 0 and (nth := self.day_at(j)) and nth.rank and self.tokens.soft[j] and self.w.number(j) is None:
            low, number, end = i, nth.number, nth.j
        base = self._base_of(end, "w in") if low >= 0 else None
        if base is None or base.granularity != "month":
            return None
        days = timeline.nth_weekday(day, number, base.days) if base.days else None
        if low == i and base.days and base.days[0].replace(day=number).weekday() == day:
            return None  # "lunes primero de mayo" is the first of May
        return None if base.days and days is None else Reading(low, base.j, days, "day", "point", base.year)

    def week_day(self, i: int) -> Reading | None:
        """Next week on Tuesday, kommende Woche am Dienstag, nächste Woche Mittwoch."""
        found = self.w.family(i, "week")
        if found is None or self._big("week", found[1] - 1):
            return None
        k = self.skip(found[1], "w on")
        dash = self.tokens.gap(k).strip() in ("-", "–", "—")
        close = dash or (self.loose(found[1]) and not self.tokens.hard[found[1]])
        named = self.w.family(k, "weekday") if close else None
        if named is None or not self._weekday_allowed(k):
            return None
        span = timeline.unit_span("week", self.anchor, int(found[0])) if self.anchor else None
        when = span[0] + timedelta(days=int(named[0])) if span else None
        return Reading(i, self._behind_daypart(named[1]), (when, when) if when else None, "day")

    def _weekday_allowed(self, i: int) -> bool:
        if self._small(i):
            return False
        if self.tokens.words[i] not in word_set(self.w.lang, "time_words", "ambiguous"):
            return True
        beside = i + 1 < len(self.w) and (self.w.number(i + 1) is not None or self.w.family(i + 1, "mon") is not None)
        on = self.closed(i + 1) and (self.w.before(i, "w on") >= 0 or self.w.family(i - 2, "week") is not None)
        return self.w.capital(i) and (beside or on)

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
            shift = -(past or 7) - 7 * (past == 1 and self._farther(low))
        elif mode == "next":
            shift = (ahead or 7) + 7 * (ahead == 1 and self._farther(low))
        else:
            lean = self.lean(low, behind)
            if not lean and mode == "this" and word_set(self.w.lang, "time_words", "this_default") == {"future"}:
                lean = "future"
            shift = ahead if lean == "future" else -past
        when = self.anchor + timedelta(days=shift)
        return Reading(low, behind, (when, when), "day")

    def _farther(self, i: int) -> bool:
        """Return whether the word at i, said the day before or after, means a week away: "last Monday" on a Tuesday."""
        return self.tokens.words[i] in word_set(self.w.lang, "time_words", "farther")

    def relative(self, i: int) -> Reading | None:
        """Today, kahapon ng umaga, last night, ayer por la tarde, übermorgen."""
        found = self.w.family(i, "rel")
        if found is None or (self.w.tag(i, "w dayparts") and self.w.before(i, "w daypart_link") >= 0):
            return None
        if any(j > found[1] and tag.startswith(_LONGER) for tag, j in self.w.readings(i).items()):
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


Reader = Callable[[Grammar, int], Reading | None]
_UNIT_TAGS = frozenset(UNITS)
# readers of numbers and the kinds of words of which one must follow soon (none: any word or none)
_OF_NUMBERS: tuple[tuple[Reader, frozenset[str]], ...] = (
    (Grammar.day_month, frozenset(["mon"])),
    (Grammar.century, frozenset(["w century"])),
    (Grammar.nth_of, _UNIT_TAGS),
    (Grammar.counted, _UNIT_TAGS),
)
_OF_DIGITS: tuple[Reader, ...] = (Grammar.fixed, Grammar.decade, Grammar.year)
# readers of words and the tags that they begin with; counted and fixed begin with any other
_OF_WORDS: tuple[tuple[Reader, frozenset[str]], ...] = (
    (Grammar.week_of, frozenset(["w week_of"])),
    (Grammar.part, frozenset(["part", *(tag for tag, _, _ in PARTS)])),
    (Grammar.weekday, frozenset(["weekday"])),
    (Grammar.relative, frozenset(["rel"])),
    (Grammar.counted, COUNTED),
    (Grammar.week_day, frozenset(["week"])),
    (Grammar.fixed, FIXED),
    (Grammar.month_first, frozenset(["mon"])),
    (Grammar.decade, frozenset(["w decade_before"])),
    (Grammar.century, frozenset(["w century_before"])),
)
_WORD_TAGS = frozenset().union(*(tags for _, tags in _OF_WORDS))


def read(grammar: Grammar, i: int) -> Reading | None:
    """Return the time expression that begins at word i, the most specific form first."""
    words = grammar.w
    if grammar.tokens.words[i][1:2] == "y" and (fiscal := grammar.fiscal(i)):
        return fiscal
    if grammar.tokens.words[i][-1].isdigit() and (glued := grammar.glued(i)):
        return glued
    if grammar.tokens.words[i][0].isdigit():
        return grammar.numeric(i) or _numbered(grammar, i) or _first(_OF_DIGITS, grammar, i) or grammar.monthday(i)
    kinds = {tag if tag.startswith("w ") else tag.partition(" ")[0] for tag in words.readings(i)}
    found = None
    if not _WORD_TAGS.isdisjoint(kinds):
        found = _first([reader for reader, tags in _OF_WORDS if not tags.isdisjoint(kinds)], grammar, i)
    if found is None and words.counts(i):
        return _numbered(grammar, i) or grammar.monthday(i) or grammar.year_in_words(i)
    return found


def _numbered(grammar: Grammar, i: int) -> Reading | None:
    """Return the time that begins with a number at word i and goes on with a month, a unit or a century."""
    kinds = grammar.w.kinds(i + 1, i + NUMERAL)
    if not kinds:
        return None
    return _first([reader for reader, tags in _OF_NUMBERS if not tags.isdisjoint(kinds)], grammar, i)


def _first(readers: Sequence[Reader], grammar: Grammar, i: int) -> Reading | None:
    for reader in readers:
        found = reader(grammar, i)
        if found is not None:
            return found
    return None
