"""Text and publication date to time expressions: when it happened, what is measured, and times of day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconcile.claims.dates import clock, time_grammar, time_ranges, time_said
from reconcile.claims.dates.clock import NOON
from reconcile.claims.dates.time_grammar import Grammar
from reconcile.claims.dates.time_words import Words
from reconcile.claims.dates.timeline import Reading, around, parse_day
from reconcile.model import TimeRef


def find(text: str, lang: str, published: str | None) -> tuple[TimeRef, ...]:
    """Return the time expressions of a text in order, resolved against the publication date (ISO 8601).

    The day of publication is the local one where ``published`` has an offset. What cannot be resolved (no publication
    date, a season, "three days later" without another time before it) keeps its granularity and has ``low == high ==
    None``. Times of day carry the only or nearest day that the text names. ``kind`` is ``reported`` for the time of a
    verb of saying (``time_said``).
    """
    words = Words(text, lang)
    grammar = Grammar(words, parse_day(published))
    found: list[TimeRef] = []
    minutes: dict[int, int] = {}
    i = 0
    for opener in words.openings():
        if opener < i:
            continue
        i = opener
        time = clock.read(words, i) if clock.may_open(words, i) else None
        if time is not None:
            found.append(_ref(words, time.i, time.j, ("hour", "clock")))
            minutes |= {found[-1].start: time.minutes} if time.certain else {}
            i = time.j
            continue
        reading = time_grammar.read(grammar, i)
        if reading is None:
            continue
        if reading.granularity in ("day", "week") and words.before(reading.i, "w habit") >= 0:
            i = max(reading.j, i + 1)
            continue
        reading = _placed(grammar, i, reading, found)
        if found and words.tokens.starts[reading.i] < found[-1].end:
            reading = replace(reading, i=i)
        found.append(_resolved(words, reading))
        i = max(reading.j, i + 1)
    return _with_days(found, minutes)


def _placed(grammar: Grammar, i: int, reading: Reading, found: list[TimeRef]) -> Reading:
    """Widen a reading by its neighbours, count it from an earlier day, or set it in the past where it was said."""
    if reading.shift:
        return _shifted(reading, found)
    widened = time_ranges.widened(grammar, reading)
    if widened is not reading or not time_said.may_be_said(grammar.w, reading):
        return widened
    if not time_said.is_said(grammar.w, reading):
        return reading
    if reading.days and grammar.anchor and reading.days[0] > grammar.anchor:
        grammar.forced = "past"
        past = time_grammar.read(grammar, i)
        grammar.forced = ""
        if past is None or not past.days or past.days[0] > grammar.anchor:
            return reading
        reading = past
    return replace(reading, kind="reported")


def _shifted(reading: Reading, found: list[TimeRef]) -> Reading:
    """Count "three days later" from the last single day before it in the text."""
    days = [ref.low for ref in found if ref.kind == "point" and ref.granularity == "day" and ref.low == ref.high]
    base = parse_day(days[-1]) if days else None
    if base is None or reading.shift is None:
        return reading
    return replace(reading, days=around(reading.shift[0], base, reading.shift[1]))


def clock_minutes(text: str, lang: str, start: int = 0) -> int | None:
    """Return the clock expression that begins a text from ``start`` on, as minutes after midnight; None if none does.

    >>> clock_minutes("8 a.m.", "en"), clock_minutes("last night at 8", "en", 11)
    (480, 1200)
    """
    words = Words(text, lang)
    for i in range(len(words)):
        time = clock.read(words, i, known=True) if words.tokens.starts[i] >= start else None
        if time is not None:
            return time.minutes
    return None


def _resolved(words: Words, reading: Reading) -> TimeRef:
    size = "day" if reading.granularity == "workday" else reading.granularity
    made = _ref(words, reading.i, reading.j, (size, reading.kind))
    if reading.days is None:
        return made
    return replace(made, low=reading.days[0].isoformat(), high=reading.days[1].isoformat())


def _ref(words: Words, i: int, j: int, shape: tuple[str, str]) -> TimeRef:
    start, end = words.tokens.starts[i], words.tokens.ends[j - 1]
    text = words.tokens.text
    if text[end : end + 1] == ")" and "(" in text[start:end]:
        end += 1
    if text[end : end + 1] == "." and words.tokens.words[j - 1] == "m":
        end += 1
    return TimeRef(start, end, text[start:end], None, None, shape[0], shape[1])


def _with_days(found: list[TimeRef], minutes: Mapping[int, int]) -> tuple[TimeRef, ...]:
    """Give each time of day the nearest day that the text names; of a night, the day of its hours before or after 12.

    ``minutes``: those after midnight of each certain time of day, by its start.
    """
    days = [ref for ref in found if ref.granularity == "day" and ref.kind in ("point", "reported") and ref.low]
    made = []
    for ref in found:
        if ref.kind == "clock" and days:
            near = min(days, key=lambda day: (max(day.start - ref.end, ref.start - day.end), day.start))
            at = minutes.get(ref.start)
            low, high = (near.low, near.high) if at is None else (near.high,) * 2 if at < NOON else (near.low,) * 2
            ref = replace(ref, low=low, high=high)
        made.append(ref)
    return tuple(made)
