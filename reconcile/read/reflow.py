"""Printed lines with their places on the page -> paragraphs in reading order. Pure functions, no I/O.

Running heads, feet and page numbers are told by their place and their repetition, columns by the gap between
them, paragraphs by spacing, indents and short last lines; words divided at line ends are joined again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final

from reconcile.read.markup import row_text

ENDS = re.compile(r"[.!?…:;][\"'”’»)\]]{0,3}$")
ITEM = re.compile(r"(?:[•▪◦‣●○■–—*-]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S")
PAGE_NUMBER = re.compile(
    r"[\s|·–—(\[.-]{0,4}(?:\w{1,12}\s)?\d{1,4}(?:\s?(?:/|of|de|von|van|sur|ng|dari)\s?\d{1,4})?[\s|·–—)\].-]{0,4}", re.I
)
SOFT_HYPHEN: Final = "\u00ad"
HYPHENS: Final = "-\u2010" + SOFT_HYPHEN
EDGE_LINES: Final = 3
EDGE: Final = 0.12
WIDE_GAP: Final = 1.6
ALIGNED: Final = 4.0
PROSE_CHARS: Final = 18
LOOSE: Final = 1.35
INDENT: Final = 0.6
ELSEWHERE: Final = 5.0
CHAR_WIDTH: Final = 0.5
COLUMN_STEP: Final = 24.0
NEARLY_ALL: Final = 0.9
CLEARLY_SHORT: Final = 0.7
SAME_SIZE: Final = 0.12


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line, or the part of it in one column. Places in points from the page's bottom left corner."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    edge: float = 0.0  # the right edge of the column, once known
    is_row: bool = False  # of a table


Page = tuple[Line, ...]


def paragraphs(pages: Sequence[Page]) -> list[str]:
    """Return the paragraphs of a document; each row of a table is one."""
    lines = [line for page in without_furniture(pages) for line in _with_edges(in_reading_order(page))]
    if not lines:
        return []
    pitch = _pitch(lines)
    words = Counter(word for line in lines for word in re.findall(r"[\w-]+", line.text.lower())[:-1])
    groups: list[list[Line]] = [[lines[0]]]
    margins = _margins(lines)
    for before, line in pairwise(lines):
        if _starts_paragraph(before, line, pitch, margins):
            groups.append([line])
        else:
            groups[-1].append(line)
    return [text for group in groups if (text := _joined(group, words))]


def without_furniture(pages: Sequence[Page]) -> list[Page]:
    """Drop running heads and feet: the same outer line, digits aside, on three pages (of three: two), or a number."""
    seen = Counter(key for page in pages for key in {_key(line) for line in _outer(page)})
    needed = 3 if len(pages) > 3 else 2
    kept: list[Page] = []
    for page in pages:
        out = {line for line in _outer(page) if seen[_key(line)] >= needed}
        rest = [line for line in page if line not in out]
        out.update(line for line in _outer(rest) if PAGE_NUMBER.fullmatch(line.text) and _stands_apart(line, rest))
        kept.append(tuple(line for line in page if line not in out))
    return kept


def _stands_apart(line: Line, page: Sequence[Line]) -> bool:
    """Tell whether a line is the first or the last of its page, and the only one at its height."""
    heights = sorted(other.bottom for other in page if other is not line)
    beyond = not heights or not heights[0] - line.size < line.bottom < heights[-1] + line.size
    return len(page) > 1 and beyond


def _outer(page: Sequence[Line]) -> list[Line]:
    """Return the first and last printed lines of a page that stand in its outer eighth."""
    if not page:
        return []
    high, low = max(line.top for line in page), min(line.bottom for line in page)
    edge = EDGE * (high - low)
    down = sorted(page, key=lambda line: -line.bottom)
    heads = [line for line in down if line.bottom > high - edge][:EDGE_LINES]
    feet = [line for line in down[::-1] if line.top < low + edge][:EDGE_LINES]
    return [*heads, *feet]


def _key(line: Line) -> str:
    return re.sub(r"\d+", "#", " ".join(line.text.split())).casefold()


def in_reading_order(page: Page) -> list[Line]:
    """Return the lines column by column where the page was printed row by row; else in the order given.

    Rows of short cells are a table: each is put on one line.
    """
    rows = _rows(page)
    split = [row for row in rows if len(row) > 1]
    is_prose = split and median(len(line.text) for row in split for line in row) >= PROSE_CHARS
    if not is_prose or len(split) < max(4, 0.3 * len(rows)):
        return _without_gaps(rows)
    gutter = median(row[1].left - row[1].size for row in split)
    ordered: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in page:
        if line.left < gutter < line.right - line.size:
            ordered += [*left, *right, line]
            left, right = [], []
        else:
            (left if line.left < gutter else right).append(line)
    return [*ordered, *left, *right]


def _rows(page: Page) -> list[list[Line]]:
    """Group neighbours in the given order that share a base line and run from left to right."""
    rows: list[list[Line]] = []
    for line in page:
        last = rows[-1][-1] if rows else None
        if last and abs(last.bottom - line.bottom) < 0.4 * line.size and line.left > last.right:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _without_gaps(rows: Sequence[list[Line]]) -> list[Line]:
    """Put each row on one line: as a table's where a row beside it has its cells at the same places, else as prose.

    Narrow justified columns have gaps, too, but not below each other.
    """
    lines: list[Line] = []
    for number, row in enumerate(rows):
        beside = [other for other in rows[max(0, number - 1) : number + 2] if other is not row]
        if len(row) == 1:
            lines.append(row[0])
        elif any(_aligned(row, other) for other in beside):
            lines.append(replace(_whole(row), text=row_text(line.text for line in row), is_row=True))
        else:
            lines.append(_whole(row))
    return lines


def _aligned(row: Sequence[Line], other: Sequence[Line]) -> bool:
    return len(row) == len(other) and all(
        abs(a.left - b.left) < ALIGNED or abs(a.right - b.right) < ALIGNED for a, b in zip(row, other, strict=True)
    )


def _whole(row: Sequence[Line]) -> Line:
    return replace(row[0], text=" ".join(line.text for line in row), right=row[-1].right)


def _pitch(lines: Sequence[Line]) -> float:
    """Return the usual distance of two lines, in multiples of the type size."""
    steps = [(a.bottom - b.bottom) / a.size for a, b in pairwise(lines) if 0 < a.bottom - b.bottom < 3 * a.size]
    return median(steps) if steps else 1.2


def _margins(lines: Sequence[Line]) -> tuple[float, ...]:
    """Return the left edges at which many lines start: those of the columns."""
    starts = Counter(round(line.left) for line in lines)
    return tuple(sorted(start for start, count in starts.items() if count >= max(3, 0.08 * len(lines))))


def _with_edges(lines: Sequence[Line]) -> list[Line]:
    """Give each line the right edge of its column: that of nearly all lines in its type that start near it."""
    rights: dict[tuple[int, int], list[float]] = {}
    for line in lines:
        step = int(line.left // COLUMN_STEP)
        for near in (step - 1, step, step + 1):
            rights.setdefault((near, round(line.size)), []).append(line.right)
    edges = {key: sorted(values)[int(NEARLY_ALL * (len(values) - 1))] for key, values in rights.items()}
    return [replace(line, edge=edges[int(line.left // COLUMN_STEP), round(line.size)]) for line in lines]


def _starts_paragraph(before: Line, line: Line, pitch: float, margins: tuple[float, ...]) -> bool:
    if abs(before.size - line.size) > SAME_SIZE * before.size:
        return True
    if before.is_row or line.is_row or ITEM.match(line.text):
        return True
    step = before.bottom - line.bottom
    turned = step < 0 or step > 8 * line.size
    if turned:
        return bool(ENDS.search(before.text.rstrip())) and not line.text[:1].islower()
    if step > LOOSE * pitch * line.size or abs(line.left - before.left) > ELSEWHERE * line.size:
        return True
    indented = line.left - before.left > INDENT * line.size and _at_margin(before, margins)
    if indented and not ITEM.match(before.text) and line.left - before.left < 6 * line.size:
        return not line.text[:1].islower()
    return _ends_early(before, line)


def _ends_early(before: Line, line: Line) -> bool:
    """Tell a line that was ended on purpose: the next word would still have fitted on it."""
    word = line.text.split(" ", 1)[0]
    room = before.edge - before.right - (CHAR_WIDTH * len(word) + 1.5) * line.size
    clearly = before.right - before.left < CLEARLY_SHORT * (before.edge - before.left)
    ended = bool(ENDS.search(before.text)) and not line.text[:1].islower()
    return room > 0 and (clearly or ended)


def _at_margin(line: Line, margins: tuple[float, ...]) -> bool:
    return not margins or any(abs(line.left - margin) <= 2 for margin in margins)


def _joined(group: Iterable[Line], words: Counter[str]) -> str:
    text = ""
    for line in group:
        part = " ".join(line.text.split())
        if not text or not part:
            text = text or part
        elif text[-1] in HYPHENS and text[-2:-1].isalnum():
            text = _mended(text, part, words)
        else:
            text = f"{text} {part}"
    return text.replace(SOFT_HYPHEN, "").strip()


def _mended(text: str, part: str, words: Counter[str]) -> str:
    """Join a word divided at the line's end; its hyphen stays where it belongs to the word.

    It stays before a capital or a digit, in a word that the document prints with it elsewhere, and between two
    halves that the document prints as words.
    """
    if text[-1] == SOFT_HYPHEN:
        return text[:-1] + part
    head = re.findall(r"(?<![\w-])[\w-]*+$", text[:-1])[0].lower()
    tail = re.findall(r"^[\w-]*", part)[0].lower()
    kept, joined = words[f"{head}-{tail}"], words[head + tail]
    both_are_words = words[head] and words[tail] and not joined
    stays = not part[0].islower() or not head[-1:].isalpha() or kept > joined or both_are_words
    return f"{text[:-1]}-{part}" if stays else text[:-1] + part
