"""The lines of a text as its author meant them: hard-wrapped lines joined, all else apart. Spans only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Final

BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
BULLET = re.compile(r"[ \t]{0,20}(?:[-–—*+•·‣▪▫●○◦■□▶►➤➔→✓✔✅☑☐»]|\(?[•●])[ \t\u00a0]{1,8}(?=\S)")
NUMBERED = re.compile(r"[ \t]{0,20}\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)][ \t\u00a0]{1,8}(?=\S)")
TIME_STAMP = re.compile(
    r"[\[(]?\d{1,2}(?:[:.h]\d\d(?:[:.]\d\d)?)?[ \u00a0]?(?:[ap]\.?m\b\.?|Uhr|uur|hrs?|h)?"
    r"[ \u00a0]?(?:ng (?:umaga|hapon|gabi))?[ \u00a0]?(?:[A-Z]{2,4}\b)?[\])]?[ \u00a0]{0,3}[-–—:|]",
    re.IGNORECASE,
)
CLOCK_IN_STAMP = re.compile(r"\d[:.h]\d\d|\d[ \u00a0]?[ap]\.?m\b|\d[ \u00a0]?(?:Uhr|uur|h\b)", re.IGNORECASE)
ROW_LABEL = re.compile(r"[^\s:.!?|][^:.!?|\n]{0,60}:[ \t\u00a0]{1,8}(?=\S)")
SENTENCE_END = re.compile(r"[.!?…。！？।؟][\"'”’»)\] \u00a0]{0,4}(?:\[\d{1,3}\]){0,3}$")
INNER_END = re.compile(r"\w{3}[.!?…][\"'”’»)\]]{0,3} {1,2}[\"'“‘«(¿¡]?[A-ZÀ-ÞĀ-Ž0-9]")
PIPES = re.compile(r"\s[|¦•·]\s")
DIGIT = re.compile(r"\d")
WORD = re.compile(r"\S+")

MIN_WRAPPED: Final = 40
MIN_CONTINUED: Final = 25
MAX_ROW: Final = 140
PROSE_WORDS: Final = 6
LONG_WORDS: Final = 24


class Kind(StrEnum):
    """What a line is by its form alone."""

    PROSE = "prose"
    SHORT = "short"
    BULLET = "bullet"
    ROW = "row"
    STAMPED = "stamped"
    PIPES = "pipes"


@dataclass(frozen=True, slots=True)
class Block:
    """One logical line: ``[start, end)`` in the text without surrounding space; ``body`` skips a bullet.

    ``gap`` tells whether a blank line (or nothing) comes before it.
    """

    start: int
    end: int
    body: int
    kind: Kind
    gap: bool


@lru_cache(maxsize=4)
def blocks(text: str) -> tuple[Block, ...]:
    """Return the logical lines of ``text`` in order; every non-space character is in one."""
    found: list[Block] = []
    for group in _groups(text):
        joined = _joined(text, group)
        for index, (start, end) in enumerate(joined):
            line = text[start:end]
            found.append(Block(start, end, start + _mark_length(line), _kind(line), index == 0))
    return tuple(found)


def _groups(text: str) -> list[list[tuple[int, int]]]:
    """Return the physical lines, stripped, as runs without a blank line between them."""
    groups: list[list[tuple[int, int]]] = [[]]
    position = 0
    while position <= len(text):
        match = BREAK.search(text, position)
        stop = match.start() if match else len(text)
        line = text[position:stop]
        stripped = line.strip()
        if stripped:
            start = position + len(line) - len(line.lstrip())
            groups[-1].append((start, start + len(stripped)))
        elif groups[-1]:
            groups.append([])
        position = match.end() if match else len(text) + 1
    return [group for group in groups if group]


def _joined(text: str, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join the lines of one run that only a hard wrap separates."""
    if len(lines) == 1:
        return lines
    texts = [text[s:e] for s, e in lines]
    wrapped_from = next((first for first in (0, 1) if _is_wrapped(texts[first:])), len(lines))
    out = [lines[0]]
    for index, (next_start, next_end) in enumerate(lines[1:]):
        if _continues(texts[index], texts[index + 1], index >= wrapped_from):
            out[-1] = (out[-1][0], next_end)
        else:
            out.append((next_start, next_end))
    return out


def _is_wrapped(lines: list[str]) -> bool:
    """Tell a paragraph filled to a fixed width: no line had room for the next word, sentences run over."""
    if len(lines) < 3:
        return False
    width = max(map(len, lines))
    if width < MIN_WRAPPED or width > 130:
        return False
    full = sum(len(line) + 1 + len(WORD.findall(after[:60])[0]) > width for line, after in pairwise(lines))
    within = sum(_first_letter(after).islower() for after in lines[1:])
    return full >= 0.9 * (len(lines) - 1) and within >= 0.3 * (len(lines) - 1)


def _first_letter(line: str) -> str:
    return line.lstrip("\"'“‘«(¿¡")[:1]


def _continues(line: str, after: str, wrapped: bool) -> bool:
    """Tell whether ``after`` goes on with the sentence or the filled paragraph of ``line``."""
    if len(line) == 1 and line.isupper() and after[0].islower():
        return True  # a drop capital
    if _stands_alone(after):
        return False
    if wrapped:
        return True
    if SENTENCE_END.search(line[-16:]) or line.endswith(":") or PIPES.search(line):
        return False
    inner = bool(INNER_END.search(line))
    if _first_letter(after).islower() and (inner or len(line) >= MIN_CONTINUED):
        return True
    if line[-1] in ",;-–—(" and len(line) >= MIN_WRAPPED:
        return True
    return inner and len(line) >= 80 and bool(SENTENCE_END.search(after[-16:]))


def _stands_alone(line: str) -> bool:
    return bool(BULLET.match(line) or NUMBERED.match(line) or is_stamped(line) or PIPES.search(line))


def is_stamped(line: str) -> bool:
    """Tell a live-blog entry: a clock time and a dash or colon at the start of the line."""
    match = TIME_STAMP.match(line)
    return bool(match and CLOCK_IN_STAMP.search(match[0]))


def _mark_length(line: str) -> int:
    match = BULLET.match(line)
    return match.end() if match else 0


def _kind(line: str) -> Kind:
    words = len(line[:2000].split())
    if BULLET.match(line):
        return Kind.BULLET
    if is_stamped(line):
        return Kind.STAMPED
    if PIPES.search(line):
        return Kind.PIPES
    ended = bool(SENTENCE_END.search(line[-16:]))
    if is_row(line):
        return Kind.ROW
    if (ended and words >= PROSE_WORDS) or words >= LONG_WORDS:
        return Kind.PROSE
    return Kind.SHORT


def is_row(line: str) -> bool:
    """Tell a row of figures: a label, a colon, and a value with a digit but no sentence after it."""
    label = ROW_LABEL.match(line)
    if not label or len(line) > MAX_ROW:
        return False
    value = line[label.end() :]
    return bool(DIGIT.search(value)) and not SENTENCE_END.search(value[-16:]) and not INNER_END.search(value)
