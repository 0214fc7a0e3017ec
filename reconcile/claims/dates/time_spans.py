"""Spans of time: years, quarters, halves, weeks, counted units and decades, by word position.

The base of the calendar grammar (``time_grammar.py``): helpers for connecting words and for the year that a
text leaves out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from reconcile.claims.dates import timeline
from reconcile.claims.dates.time_numerals import FIRST_YEAR, LAST_DAY, spelled_year
from reconcile.claims.dates.time_words import WINDOW, Words
from reconcile.claims.dates.timeline import Days, Reading
from reconcile.claims.phrases import word_set
from reconcile.claims.words import stopwords

DASHES = ("-", "–", "—", "~", " - ", " – ", " ~ ", "./", "/", ".-", ".–")
_GOES_ON = ("%", "‰", "€", "$", "£", "°", "-", "–", "—", "/", ":")  # marks behind digits that are no whole number
_AFTER_DAYS = frozenset(["w dayparts", "w clock_at", "w clock_prefix", "w noon", "w midnight", "w to", "w post_last"])
SHORT_SPLIT = 40  # "'41" is 1941, "'40" is 2040
FIXED = frozenset(  # the tags that ``Spans.fixed`` reads
    (
        *("week", "workweek", "weekend", "month", "quarter", "year", "decade", "earlier", "later", "anaphoric"),
        *("q", "h", "h?", "holiday", "holiday?", "easter", "nth", "ytd", "full", "tens", "season"),
    )
)


class Spans:
    """Readers of spans over one text and its publication day."""

    def __init__(self, words: Words, anchor: date | None) -> None:
        self.w = words
        self.anchor = anchor
        self.tokens = words.tokens
        self.forced = ""  # the tense that overrules the verbs of the text

    # -- helpers --

    def lean(self, i: int, j: int, *, bare: bool = False) -> str:
        """Return "future", "past" or "" for words ``[i, j)`` (``Words.lean``), unless a tense is forced."""
        return self.forced or self.w.lean(i, j, bare=bare)

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
            if self.loose(start) and (year := self.w.year(start) or self.far_year(start)):
                return year, start + 1
            if found := self._odd_year(start):
                return found
        if (stamped := self._behind_clock(i)) is not None:
            return stamped, i
        if self.anchor and (found := self._relative_year(i)):
            return found
        return None

    def _behind_clock(self, i: int) -> int | None:
        """Return the year behind a time to the second at word i: Wed Oct 26 15:50:06 2016."""
        j = i + 3
        timed = j < len(self.w) and self.tokens.gap(i + 1) == self.tokens.gap(i + 2) == ":"
        return self.w.year(j) if timed and self.tokens.gap(j) == " " else None

    def _odd_year(self, i: int) -> tuple[int, int] | None:
        """Return (year, position behind) of "'87", "of 87", "two thousand and fifteen" behind a month or a day."""
        if not 0 < i < len(self.w) or self.tokens.hard[i]:
            return None
        if (number := self.w.number(i)) is not None:
            short = len(self.tokens.words[i]) == 2 and self.tokens.words[i].isdecimal() and self.closed(i + 1)
            marked = self.tokens.gap(i) in (" '", " ’") or (number > LAST_DAY and self.w.tag(i - 1, "w of") == i)
            return (1900 + number if number > SHORT_SPLIT else 2000 + number, i + 1) if short and marked else None
        found = spelled_year(self.tokens, i, self.w.lang) if self.tokens.gap(i) == " " else None
        return found if found and self.closed(found[1]) else None

    def far_year(self, i: int) -> int | None:
        """Return the year of an age that digits at word i seldom name: 1776, 2150, not "1630 GMT", "1500 homes"."""
        number = self.w.number(i)
        if number is None or len(self.tokens.words[i]) != 4 or not FIRST_YEAR < number <= timeline.MAX_YEAR:
            return None
        clock = any(self.w.tag(i + 1, tag) for tag in ("w clock_unit", "w clock_unit_weak", "w clock_am", "w clock_pm"))
        return number if number % 100 and self.w.alone(i) and self.closed(i + 1) and not clock else None

    def closed(self, k: int) -> bool:
        """Return whether a number that ends before word k counts nothing: no noun, unit or further digits follow."""
        gap = self.tokens.gap(k)
        if k >= len(self.w) or self.tokens.hard[k]:
            noun = self.w.lang == "de" and gap == ". " and k < len(self.w) and self.w.capital(k)
            return gap[:1] not in _GOES_ON and not noun
        if gap.strip() or self.tokens.words[k] in word_set(self.w.lang, "time_words", "partitive"):
            return False
        if self.tokens.words[k] in stopwords(self.w.lang) or self._clock(k):
            return True
        return any(not tag.startswith("w ") or tag in _AFTER_DAYS for tag in self.w.readings(k))

    def _clock(self, k: int) -> bool:
        """Return whether digits with a colon, am or pm follow at word k: "the 4th 7pm"."""
        word = self.tokens.words[k]
        return word[0].isdigit() and (word.endswith(("am", "pm")) or self.tokens.gap(k + 1) == ":")

    def _relative_year(self, i: int) -> tuple[int, int] | None:
        for start in (i, self.skip(i, "w of", "w daylink")):
            found = self.w.family(start, "year")
            if found and self.loose(start) and self.anchor and not self.tokens.hard[i]:
                return self.anchor.year + int(found[0]), found[1]
        return None

    def range_end(self, i: int, start: int = -1) -> int:
        """Return the position behind "to", "al", "bis", "-" at word i, 0 if the word continues no range.

        With ``start``, "and" continues a range only where "between" stands before word ``start``.
        """
        if i >= len(self.w):
            return 0
        if self.tokens.gap(i) in DASHES:
            return i
        j = self.w.tag(i, "w to")
        if not j or j >= len(self.w) or self.tokens.gap(i).strip() not in ("", "."):
            return 0
        if start < 0:
            return j
        joined = self.tokens.words[i] in word_set(self.w.lang, "time_words", "and")
        return 0 if (joined and self.w.before(start, "w between") < 0) or self._put_off(start) else j

    def _put_off(self, i: int) -> bool:
        """Return whether a verb before word i moves an event from one time to another: no range."""
        for k in range(i - 1, max(i - WINDOW, -1), -1):
            if self.tokens.hard[k + 1]:
                return False
            if "w moved" in self.w.readings(k):
                return True
        return False

    def spans(
        self, make: Callable[[int], Days | None], year: int | None, at: tuple[int, int], *, bare: bool = False
    ) -> Days | None:
        """Resolve something yearly: in the given year, else in the year nearest to publication.

        With ``bare`` a preposition does not tell past from future ("sa ikatlong kuwarter").
        """
        if year is not None:
            return make(year)
        if self.anchor is None:
            return None
        options = [days for y in range(self.anchor.year - 1, self.anchor.year + 3) if (days := make(y))]
        near = self.anchor - timedelta(days=timeline.PAST_DAYS)
        past = [days for days in options if days[0] <= self.anchor and days[1] >= near]
        lean = "past" if self.since(at[0]) >= 0 else self.lean(*at, bare=bare)
        yearly = len(options) == 4
        default = timeline.nearest(self.anchor, options) if yearly else timeline.leap(self.anchor, make, lean)
        if lean == "past" and past:
            return past[-1] if default is None or default[0] > self.anchor else default
        if lean == "future" and (default is None or default[1] < self.anchor):
            return timeline.nearest(self.anchor, options, ahead=True) or default
        return default

    def since(self, i: int) -> int:
        """Return the start of "since", "mula", "desde" before word i, -1 if there is none.

        A word that also begins what is to come ("mula Hunyo 2", "desde el lunes") is none with a future verb.
        """
        start = self.w.before(i, "w since")
        if start >= 0 and self.tokens.words[start] in word_set(self.w.lang, "time_words", "since_open"):
            return -1 if self.w.lean(start, i, bare=True) == "future" else start
        return start

    @staticmethod
    def _days(year: int, parts: tuple[int, int, int]) -> Days | None:
        """Return the days of (month, first day, last day) in a year, None where the calendar has no such day.

        A last day that is smaller than the first lies in the following month.
        """
        low = high = timeline.valid(year, parts[0], parts[1])
        if low and parts[2] != parts[1]:
            end = timeline.month_shift(low, 1 if parts[2] < parts[1] else 0)
            high = timeline.valid(*end, parts[2])
        return (low, high) if low and high else None

    # -- units, quarters, halves --

    def fixed(self, i: int) -> Reading | None:
        """Last week, this year, third quarter of 2025, first half, so far this year, the summer."""
        if not self.w.readings(i):
            return None
        if (j := self.w.tag(i, "w weekend_of")) and j < len(self.w):
            feast = self.fixed(j)
            return replace(feast, i=i) if feast and feast.granularity == "week" else None
        for unit in ("week", "workweek", "weekend", "month", "quarter", "year", "decade"):
            if (found := self.w.family(i, unit)) and not self._big(unit, found[1] - 1):
                return self._unit(i, found[1], (unit, int(found[0])))
        for tag in ("earlier", "later"):
            if found := self.w.family(i, tag):
                return self._rest(i, found, later=tag == "later")
        if found := self.w.family(i, "anaphoric"):
            return self._anaphoric(i, found)
        for tag, months, granularity in (("q", 3, "quarter"), ("h", 6, "half"), ("h?", 6, "half")):
            if found := self.w.family(i, tag):
                return self._numbered(i, found, (tag, months, granularity))
        for tag in ("holiday", "easter", "nth"):
            if holiday := self.w.family(i, tag):
                return self._holiday(i, holiday, tag)
        if (eve := self.w.family(i, "holiday?")) and self.w.before(i, "w feast_at") >= 0 and self.closed(eve[1]):
            return self._holiday(i, eve, "holiday")
        if j := self.w.tag(i, "ytd"):
            days = (date(self.anchor.year, 1, 1), self.anchor) if self.anchor else None
            return Reading(i, j, days, "year", "period")
        if j := self.w.tag(i, "full year"):
            year = self.year_after(j)
            span = timeline.unit_span("year", date(year[0], 1, 1), 0) if year else None
            return Reading(i, year[1] if year else j, span, "year", "period") if year else None
        if found := self.w.family(i, "tens"):
            start = 1900 + int(found[0])
            return Reading(i, found[1], (date(start, 1, 1), date(start + 9, 12, 31)), "decade", "period")
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

    def _holiday(self, i: int, found: tuple[str, int], rule: str) -> Reading:
        """Christmas Day, Ostermontag, Thanksgiving 2023, last Easter, Labor Day weekend (``timeline.feast``)."""
        j = self.skip(found[1], "w feast_weekend")
        year = self.year_after(j)
        end = self.skip(year[1], "w feast_weekend") if year else j
        long = j > found[1] or (year is not None and end > year[1])
        of = self.w.before(i, "w weekend_of")

        def dated(y: int) -> Days | None:
            days = timeline.feast(y, rule, found[0])
            return timeline.long_weekend(days[0]) if days and (long or of >= 0) else days

        size = "week" if long or of >= 0 else "day"
        for tag, step in (("last", -1), ("next", 1)) if self.anchor and year is None else ():
            low, behind = self.w.before(i, f"w {tag}"), self.w.tag(j, f"w post_{tag}")
            if low >= 0 or (behind and self.loose(j)):
                days = timeline.beside(self.anchor, dated, step) if self.anchor else None
                return Reading(low if low >= 0 else i, behind or j, days, size)
        days = self.spans(dated, year[0] if year else None, (i, j))
        return Reading(i if of < 0 else of, end, days, size, "point", bool(year))

    def _unit(self, i: int, j: int, unit: tuple[str, int]) -> Reading:
        name, count = unit
        kind = "period" if name in ("quarter", "year", "decade") else "point"
        granularity = "week" if name in ("weekend", "workweek") else name
        if self.anchor is None:
            return Reading(i, j, None, granularity, kind)
        if name == "weekend" and count == 0 and self.anchor.weekday() < 3 and self.lean(i, j) != "future":
            count = -1
        if unit == ("decade", 1) and (end := timeline.back(name, self.anchor, -1)):
            return Reading(i, j, (self.anchor + timedelta(days=1), end), granularity, kind)  # the coming ten years
        return Reading(i, j, timeline.unit_span(name, self.anchor, count), granularity, kind)

    def _anaphoric(self, i: int, found: tuple[str, int]) -> Reading | None:
        """The day before, la veille, keesokan harinya: counted from another time of the text.

        "The day before the vote" names its own base: it stays unresolved; in English it is no time at all ("the heat
        of the day before she left").
        """
        (unit, count, *ends), j = found[0].split(), found[1]
        last = j >= len(self.w) or self.tokens.hard[j]
        if ends and not last:
            return None
        than = not last and self.tokens.words[j] in word_set(self.w.lang, "time_words", "than")
        return Reading(i, j, None, unit, shift=None if than else (unit, int(count)))

    def _rest(self, i: int, found: tuple[str, int], *, later: bool) -> Reading:
        """Earlier this month, later this year: the unit up to publication, or from then on."""
        unit, j = found
        kind = "period" if unit in ("quarter", "year") else "point"
        span = timeline.unit_span(unit, self.anchor, 0) if self.anchor else None
        if span is None or self.anchor is None:
            return Reading(i, j, None, unit, kind)
        return Reading(i, j, (self.anchor, span[1]) if later else (span[0], self.anchor), unit, kind)

    def _numbered(self, i: int, found: tuple[str, int], shape: tuple[str, int, str]) -> Reading:
        tag, size, granularity = shape
        number, j = int(found[0]), found[1]
        year = self.year_after(j) or self._short_year(j)
        end = year[1] if year else j
        if year is None and tag == "h?":
            return Reading(i, j, None, granularity, "period")
        first = (number - 1) * size + 1
        days = self.spans(
            lambda y: timeline.months(y, first, first + size - 1), year[0] if year else None, (i, end), bare=True
        )
        return Reading(i, end, days, granularity, "period", bool(year))

    def _short_year(self, j: int) -> tuple[int, int] | None:
        """Q3 '25, 3Q 25."""
        if j < len(self.w) and self.tokens.gap(j) in (" '", " ’", "'", "’", "/") and (number := self.w.number(j)):
            return (2000 + number, j + 1) if 10 <= number <= 60 else None
        return None
