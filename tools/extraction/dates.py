"""Resolved times against the English DateTimeModel cases of Recognizers-Text (MIT), which are not packaged.

The cases are requests to an assistant with a reference date. Each gives every resolution it allows ("Friday" is the
last and the next one); ours is right where its days are one of them and, for a time of day, where the minutes are.
Of "from 2 to 10 July" and "2014 to 2018" the last one named belongs to the range, as in news; the gold ends before it.
"""

from __future__ import annotations

import json
import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from extraction.table import Row, total
from reconcile.claims import times
from reconcile.model import TimeRef

CASES = Path("data/recognizers_text/DateTime/English/DateTimeModel.json")
KINDS = ("date", "daterange", "datetime", "datetimerange", "time")
OUTSIDE = {
    "duration": "how long, not when",
    "set": "a repeating time has no interval",
    "timezone": "a zone alone is no time",
    "timerange": "hours without a day: an interval inside a day is not modelled",
    "open": "before or after a time: intervals are closed (an open start, 'since', is judged by its first day)",
    "vague": "how long early, mid and late last is a convention (ours: thirds of the month or year), as is a day's end",
    "century": "whether a century begins with its year 00 or 01 (ours) is a convention",
    "counted": "how exact a count of weeks, months or years is, is a convention (ours: the week, month or year there)",
    "rolling": "the next fortnight or decade is one of the calendar there; in news it begins with publication (ours)",
    "weeks": "whether the first week of a month or year begins on its first day (ours) or on a Monday is a convention",
    "rest": "earlier and later this month are its halves by convention (ours: up to publication, and from it)",
    "moment": "now, and minutes or hours counted from it: an article is dated by its day",
    "elsewhere": "counted from another time of the text (the day before, the same week), which a lone request has not",
    "bare": "the day, the week, end of day, without a word for which: today's to an assistant, a plain noun in news",
    "unresolved": "the gold has no resolution",
}


_NUMBER = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten)"
_MINUTES = r"(?:half an|next|last|past|" + _NUMBER + r")(?:(?: \w+)? (?:hours?|mins?|minutes?)|h)(?: from now| later)?"
_QUARTER = re.compile(r"\bq[1-4]\b", re.IGNORECASE)
_WORDED = (  # a class by what an expected expression says; the first that fits
    ("moment", r"(?:right )?now|at (?:the )?(?:moment|minute|present|present time)|at this time"),
    ("moment", r"(?:within |in |from now until )?(?:the next day and )?" + _MINUTES),
    ("moment", r"between (?:now and \w+ o'clock|\w+ o'clock and now)"),
    ("elsewhere", r"same (?:week|month|year)|that weekend|the day (?:before|after)|the next day"),
    ("elsewhere", r"(?:" + _NUMBER + r" (?!or )\w+ )+later"),
    ("bare", r"(?:the )?(?:day|week|weekend|fortnight|month|year)|(?:at )?(?:the )?(?:end of (?:the )?day|eod)"),
    ("rest", r"(?:earlier|later) (?:in the|this) (?:week|month|year)"),
    ("weeks", r"(?:the )?(?:first|second|third|last|1st|2nd|3rd|\d+) (?:\d )?weeks? of .*"),
    ("vague", r".*\b(?:start|beginning|middle|end) of .*\b(?:start|beginning|middle|end) of .*"),
    ("vague", r"from .* to the (?:start|beginning|middle|end) of .*|(?:the )?end of (?:the |this )?(?:to\w+|\w+day)"),
    ("century", r"\S+\s+century"),
    ("rolling", r"(?:past|next) fortnight|the next (?:\w+ )?decades?"),
    ("counted", r"(?:in )?" + _NUMBER + r" (?:weeks?|months?|years?|fortnights?)\b(?! starting).*|(?:in )?a fortnight"),
)


@dataclass(frozen=True, slots=True)
class Gold:
    """One expected expression: its span, its kind (of KINDS or OUTSIDE) and the days or minutes it may mean."""

    start: int
    end: int
    text: str
    kind: str
    days: frozenset[tuple[str, str]]
    minutes: frozenset[int]


def rows(root: Path) -> list[Row]:
    """Return precision and recall by kind, over all, and one row for each kind that is left out (right is 0).

    An unresolved time of ours is not found; times of ours that touch no gold at all count against precision of all.
    ``root`` is the folder of the development data; without the cases there are no rows.
    """
    if not (root / CASES).is_file():
        return []
    counts: dict[str, list[int]] = {kind: [0, 0, 0] for kind in KINDS}
    left_out: Counter[str] = Counter()
    extra = 0
    for text, reference, golds in cases(root):
        found = times.find(text, "en", reference)
        extra += sum(ref.low is not None and not any(_touch(ref, gold) for gold in golds) for ref in found)
        for gold in golds:
            if gold.kind in OUTSIDE:
                left_out[gold.kind] += 1
                continue
            mine = answer(gold, text, found)
            count = counts[gold.kind]
            count[0] += 1
            count[1] += mine is not None
            count[2] += bool(mine)
    made = [Row(kind, "en", e, r, f) for kind, (e, f, r) in counts.items()]
    whole = total("times", made, "en")
    whole = Row(whole.name, whole.lang, whole.expected, whole.right, (whole.found or 0) + extra)
    return [*made, whole, *(Row(f"out: {kind}", "en", left_out[kind], 0) for kind in OUTSIDE if left_out[kind])]


def cases(root: Path) -> Iterator[tuple[str, str | None, list[Gold]]]:
    """Yield each case as text, reference time and expected expressions."""
    for case in json.loads((root / CASES).read_text("utf-8-sig")):
        yield case["Input"], case.get("Context", {}).get("ReferenceDateTime"), [_gold(r) for r in case["Results"]]


def answer(gold: Gold, text: str, found: Sequence[TimeRef]) -> bool | None:
    """Say whether our times inside an expected expression are right; None where we give nothing resolved."""
    mine = [ref for ref in found if _touch(ref, gold)]
    days = [(ref.low, ref.high) for ref in mine if ref.low is not None and ref.high is not None]
    minutes = [
        m for ref in mine if ref.kind == "clock" if (m := times.clock_minutes(text, "en", ref.start)) is not None
    ]
    if gold.kind == "time":
        return bool(set(minutes) & gold.minutes) if minutes else None
    if not days:
        return None
    exact = any(pair in gold.days or (pair[0], "") in gold.days for pair in days)
    return bool(exact and (gold.kind != "datetime" or set(minutes) & gold.minutes))


def _touch(ref: TimeRef, gold: Gold) -> bool:
    return ref.start <= gold.end and gold.start < ref.end


def _gold(result: Mapping[str, Any]) -> Gold:
    kind = str(result.get("TypeName") or result.get("Typename")).removeprefix("datetimeV2.")
    values = [v for v in (result.get("Resolution") or {}).get("values", ()) if isinstance(v, dict)]
    values = [v for v in values if v.get("type") in KINDS and any(k in v for k in ("value", "start", "end"))]
    days = frozenset(pair for value in values for pair in _days(value, str(result["Text"])))
    minutes = frozenset(m for value in values if (m := _minutes(value)) is not None)
    if kind in KINDS and not (minutes if kind == "time" else days):
        kind = "open" if any(v.get("Mod") or "start" in v or "end" in v for v in values) else "unresolved"
    if kind in ("daterange", "datetimerange") and any(v.get("Mod") in ("start", "mid", "end") for v in values):
        kind = "vague"
    if kind in KINDS and kind != "time":
        kind = _class(str(result["Text"]).lower(), kind)
    return Gold(result["Start"], result["End"], result["Text"], kind, days, minutes)


def _class(text: str, kind: str) -> str:
    """Return the class in OUTSIDE that an expected expression belongs to by its words, else its kind."""
    named = next((name for name, pattern in _WORDED if re.fullmatch(pattern, text)), kind)
    return kind if named == "counted" and kind != "date" else named


def _days(value: Mapping[str, Any], text: str) -> Iterator[tuple[str, str]]:
    """Yield the first and last days a value may mean; ("2016-10-01", "") for "since October"."""
    low, high = (_moment(value.get("value") or value.get(side)) for side in ("start", "end"))
    if low is None:
        return
    if high is None:
        if value.get("Mod") == "since":
            yield low.date().isoformat(), ""
        return
    if "end" in value and high > low and high.time() == datetime.min.time():
        high -= timedelta(seconds=1)
        if (last := _named_last(value, _QUARTER.search(text) is not None)) is not None:
            yield low.date().isoformat(), last.isoformat()
    yield low.date().isoformat(), high.date().isoformat()


def _named_last(value: Mapping[str, Any], quarters: bool) -> date | None:
    """Return the last day of the year, quarter, month or day a range names last: TIMEX (2014-01-01,2018-01-01,P4Y)."""
    parts = str(value.get("timex", "")).strip("()").split(",")
    end = _moment(value.get("end"))
    if len(parts) != 3 or end is None:
        return None
    if end.day > 1 or parts[2][-1:] not in "MY":
        return end.date()
    if quarters:
        return date(end.year, end.month + 2, monthrange(end.year, end.month + 2)[1])
    month = 12 if parts[2].endswith("Y") else end.month
    return date(end.year, month, monthrange(end.year, month)[1])


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None


def _minutes(value: Mapping[str, Any]) -> int | None:
    """Return the time of day of a value as minutes after midnight."""
    clock = str(value.get("value", "")).rpartition(" ")[2].split(":")
    return int(clock[0]) * 60 + int(clock[1]) if len(clock) == 3 and clock[0].isdigit() else None
