"""Publication dates, however printed -> ``YYYY-MM-DDTHH:MM:SSZ`` or ``YYYY-MM-DD``. No clock is read."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
MAX_CHARS: Final = 80
FIRST_SECOND: Final = 10**8  # since 1970; a smaller whole number is no moment
BARE_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?!\d)")
YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
LEAP_SECOND = re.compile(r"(:\d\d):60(?!\d)")
FRACTION = re.compile(r"(:\d\d)[.,]\d{1,12}")
CLOCK = re.compile(r"\d\s{0,2}[:.h]\s{0,2}\d\d|\d\s{0,2}[ap]\.?\s?m\b", re.IGNORECASE)
YEAR_WORD = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
LABEL = re.compile(r"^(?:published|updated|posted|date)\s{0,3}(?:on|at)?\s{0,3}[:,]?\s{0,3}", re.IGNORECASE)


def normalise_date(value: Any) -> str | None:
    """Return ``value`` (text, date, datetime or seconds since 1970) in UTC, a bare date as a bare date.

    None where it is not understood, names no day, is ambiguous (03/04/2025) or lies outside 1900-2100.
    A time without a zone is taken as UTC.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, datetime):
        return _from_datetime(value)
    if isinstance(value, date):
        return _from_day(value.year, value.month, value.day)
    if isinstance(value, int | float):
        is_day = isinstance(value, int) and 0 <= value < FIRST_SECOND  # 20251021
        return _from_text(str(value)) if is_day else _from_epoch(value)
    return _from_text(value) if isinstance(value, str) else None


def _from_text(value: str) -> str | None:
    text = LABEL.sub("", " ".join(value.split()))
    if not text or len(text) > MAX_CHARS:
        return None
    if match := BARE_DATE.fullmatch(text):
        return _from_day(int(match[1]), int(match[2]), int(match[3]))
    if match := COMPACT.fullmatch(text):
        return _from_day(int(match[1]), int(match[2]), int(match[3]))
    if re.fullmatch(r"\d{9,13}(?:\.\d{1,9})?", text):
        return _from_epoch(float(text))
    for reader in (_iso, _rfc2822, _numeric, _words):
        moment = reader(text)
        if moment is not None:
            return moment or None
    return None


def _iso(text: str) -> str | None:
    if not re.match(r"\d{4}-\d\d-\d\d|\d{8}T", text):
        return None
    text = FRACTION.sub(r"\1", LEAP_SECOND.sub(r"\1:59", text))
    text = re.sub(r"\s?(?:UTC|GMT)$", "Z", text)
    try:
        return _from_datetime(datetime.fromisoformat(text)) or ""
    except ValueError:
        return None


def _rfc2822(text: str) -> str | None:
    if not re.search(r"\d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d", text):
        return None
    try:
        return _from_datetime(parsedate_to_datetime(text)) or ""
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _numeric(text: str) -> str | None:
    """Read 2025/10/21, 21.10.2025 and 10/21/2025, with a time or without; "" where the day cannot be told."""
    if match := YEAR_FIRST.match(text):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif match := YEAR_LAST.match(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if match[2] == "." or first > 12:
            day, month = first, second
        elif second > 12 or first == second:
            month, day = first, second
        else:
            return ""
    else:
        return None
    rest = text[match.end() :].strip(" ,T")
    if not rest:
        return _from_day(year, month, day) or ""
    return _iso(f"{year:04}-{month:02}-{day:02}T{rest}") or _words(f"{year:04}-{month:02}-{day:02} {rest}")


def _words(text: str) -> str | None:
    """Read dates with month names, in any language that dateparser knows; no relative ones ("yesterday")."""
    if not YEAR_WORD.search(text):
        return None
    import dateparser  # type: ignore[import-untyped, unused-ignore]

    settings: Any = {
        "TIMEZONE": "UTC", "TO_TIMEZONE": "UTC", "RETURN_AS_TIMEZONE_AWARE": True, "STRICT_PARSING": True,
        "PARSERS": ["absolute-time"],
    }  # fmt: skip
    try:
        moment = dateparser.parse(text, settings=settings)
    except (ValueError, OverflowError, RecursionError):
        return None
    if moment is None:
        return None
    return _from_datetime(moment) if CLOCK.search(text) else _from_day(moment.year, moment.month, moment.day)


def _from_epoch(seconds: float) -> str | None:
    if not abs(seconds) < 1e14:
        return None
    try:
        scale = 1000 if abs(seconds) >= 1e11 else 1
        return _from_datetime(datetime.fromtimestamp(seconds / scale, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _from_day(year: int, month: int, day: int) -> str | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found.isoformat() if FIRST_YEAR <= year <= LAST_YEAR else None


def _from_datetime(moment: datetime) -> str | None:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        utc = aware.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ") if FIRST_YEAR <= utc.year <= LAST_YEAR else None
