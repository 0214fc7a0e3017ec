"""Findings and tables as text for a person: quotes with carets, columns, colour. Pure formatting.

Article text is hostile here: control characters, terminal escapes and text that build logs would take for
commands are shown as harmless signs, one for one, so that character offsets still hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from reconcile.claims.words import shortened

Row = Mapping[str, object]

WIDTH = 100
VALUE = 80  # characters of a side's answer, which stands in the quote below it
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]")
_SPACES = "\t\n\r\x0b\x0c\x85\u2028\u2029"
_COLOURS = {"high": "1;31", "low": "1;33", "caret": "1;36", "dim": "2", "bold": "1"}


def clean(text: str) -> str:
    """Return ``text`` with as many characters, none of which can act on a terminal, a log or XML."""
    return _CONTROL.sub(_harmless, text).replace("##[", "#\uff03[")


def _harmless(match: re.Match[str]) -> str:
    char = match.group()
    if char in _SPACES:
        return " "
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def counted(count: int, noun: str) -> str:
    """Return ``1 conflict``, ``2 conflicts``."""
    return f"{count} {noun}{'s' * (count != 1)}"


def columns(text: str) -> int:
    """Return how many terminal columns ``text`` takes: wide characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_char_columns(char) for char in text)


def _char_columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def paint(text: str, style: str, color: bool) -> str:
    """Wrap ``text`` in the named style's terminal codes if ``color``."""
    code = _COLOURS.get(style, "")
    return f"\x1b[{code}m{text}\x1b[0m" if color and code else text


def headline(row: Row, *, color: bool = False) -> str:
    """Return ``relation/field (severity, confidence): about``."""
    severity, confidence = str(row.get("severity") or ""), row.get("confidence")
    label = f"{row['relation']}/{row['field']}" if row.get("field") else str(row["relation"])
    sure = f"confidence {confidence:.2f}" if _is_number(confidence) else ""
    rest = ", ".join(part for part in (severity, sure) if part)
    about = f": {clean(str(row['about']))}" if row.get("about") else ""
    return paint(clean(label), severity or "bold", color) + (f" ({rest})" if rest else "") + about


def finding_text(finding: Row, *, color: bool = False, width: int = WIDTH) -> str:
    """Return a finding as a compiler would print it: headline, both quotes with carets, why, id."""
    lines = [headline(finding, color=color)]
    for name in ("a", "b"):
        lines.extend(side_lines(_mapping(finding[name]), color=color, width=width))
    lines.append(f"   = {clean(str(finding.get('explanation') or 'no explanation'))}")
    lines.append(f"   = finding {clean(str(finding['id']))}")
    return "\n".join(lines) + "\n"


def side_lines(side: Row, *, color: bool = False, width: int = WIDTH) -> Iterator[str]:
    """Yield the lines of one side: where it stands, then the quote with carets under the deciding words."""
    start, line = whole(side.get("start")), whole(side.get("line"))
    span = f"{side.get('part')} {start}-{whole(side.get('end'))}"
    file = f"{side['path']}:{line} " if side.get("path") and line else f"{side['path']} " if side.get("path") else ""
    where = f"{file}{side.get('source') or 'unknown source'}, {side.get('article_id')} ({span})"
    value = f": {shortened(str(side['value']), VALUE)}" if side.get("value") else ""
    yield "  --> " + clean(where + value)
    focus = (whole(side.get("focus_start")) - start, whole(side.get("focus_end")) - start)
    yield from marked_lines(str(side.get("quote") or ""), focus, color=color, width=width)
    copies = side.get("also_in")
    if isinstance(copies, Sequence) and not isinstance(copies, str) and copies:
        yield "   | " + clean("also in " + ", ".join(str(item) for item in copies))


def marked_lines(text: str, focus: tuple[int, int], *, color: bool = False, width: int = WIDTH) -> Iterator[str]:
    """Yield ``text`` in lines behind a bar, carets under ``text[focus[0]:focus[1]]``."""
    for line, low, high in _wrapped(clean(text), focus, width - 6):
        yield "   | " + line
        if high > low:
            carets = "^" * max(1, columns(line[low:high]))
            yield "   | " + " " * columns(line[:low]) + paint(carets, "caret", color)


def _wrapped(text: str, focus: tuple[int, int], width: int) -> Iterator[tuple[str, int, int]]:
    """Break ``text`` into lines of at most ``width`` columns; with each, its focus as ``low, high``."""
    start = 0
    while start < len(text):
        end = _line_end(text, start, max(20, width))
        line = text[start:end].rstrip(" ")
        low, high = max(focus[0], start) - start, min(focus[1], start + len(line)) - start
        yield line, low, max(low, high)
        start = end


def _line_end(text: str, start: int, width: int) -> int:
    used = 0
    space = -1
    for position in range(start, len(text)):
        used += _char_columns(text[position])
        if used > width and text[position] != " ":
            return space + 1 if space > start else max(position, start + 1)
        if text[position] == " ":
            space = position
    return len(text)


def table(rows: Iterable[Row], headings: Sequence[str], *, limits: Mapping[str, int] | None = None) -> str:
    """Return rows as an aligned text table with a heading; ``limits`` caps a column's width."""
    caps = limits or {}
    cells = [[_cell(row.get(name), caps.get(name, 40)) for name in headings] for row in rows]
    widths = [max(map(columns, column)) for column in zip(headings, *cells, strict=True)]
    lines = [list(headings), ["-" * width for width in widths], *cells]
    return "".join("  ".join(map(_padded, line, widths)).rstrip() + "\n" for line in lines)


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - columns(cell))


def _cell(value: object, limit: int) -> str:
    text = "" if value is None else f"{value:.2f}" if isinstance(value, float) else clean(str(value))
    if columns(text) <= limit:
        return text
    fits = len(text)
    while fits and columns(text[:fits]) > limit - 1:
        fits -= max(1, (columns(text[:fits]) - limit) // 2)
    return shortened(text, fits + 1)


def _mapping(value: object) -> Row:
    return value if isinstance(value, Mapping) else {}


def whole(value: object) -> int:
    """Return ``value`` if it is a whole number, else 0."""
    return value if isinstance(value, int) else 0


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
