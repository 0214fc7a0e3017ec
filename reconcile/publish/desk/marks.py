"""Text cut into marked pieces for the templates; every piece is escaped there, none is markup here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

BAR_HALF = 60.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is shown in one way.

    ``sentence``: inside the quoted sentence or a claim; ``focus``: among the deciding words; ``dropped``: why
    the sentence was left out, empty if it was not; ``ends``: the last piece of what was left out;
    ``href``: where the piece leads.
    """

    text: str
    sentence: bool = False
    focus: bool = False
    dropped: str = ""
    href: str = ""
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of the text with the way it is shown; a focus lies on top of sentences."""

    start: int
    end: int
    focus: bool = False
    dropped: str = ""
    href: str = ""


def pieces(text: str, marks: Iterable[Mark]) -> list[Piece]:
    """Cut ``text`` at the borders of all marks (which may overlap) into pieces that together are the text."""
    kept = [m for m in marks if 0 <= m.start < m.end <= len(text)]
    borders = sorted({0, len(text), *(m.start for m in kept), *(m.end for m in kept)})
    opening: dict[int, list[Mark]] = {}
    for mark in kept:
        opening.setdefault(mark.start, []).append(mark)
    active: list[Mark] = []
    found = []
    for low, high in pairwise(borders):
        active = [m for m in active if m.end > low] + opening.get(low, [])
        found.append(_piece(text[low:high], high, active))
    return found


def _piece(text: str, end: int, active: Sequence[Mark]) -> Piece:
    focus = [m for m in active if m.focus]
    dropped = next((m for m in active if m.dropped), None)
    return Piece(
        text,
        sentence=any(not m.dropped for m in active),
        focus=bool(focus),
        dropped=dropped.dropped if dropped else "",
        href=next((m.href for m in focus if m.href), ""),
        ends=dropped is not None and dropped.end == end,
    )


def context_pieces(context: Mapping[str, Any]) -> list[Piece]:
    """Cut a :func:`reconcile.publish.forms.context`: the sentence lightly marked, the focus strongly."""
    sentence = Mark(context["start"], context["end"])
    focus = Mark(context["focus_start"], context["focus_end"], focus=True)
    return pieces(context["text"], [sentence, focus])


def quote_pieces(side: Mapping[str, Any]) -> list[Piece]:
    """Cut the quote of one side of a finding: only the deciding words are marked."""
    start = side["start"]
    return pieces(side["quote"], [Mark(side["focus_start"] - start, side["focus_end"] - start, focus=True)])


def paragraphs(text: str, marks: Iterable[Mark]) -> Iterator[list[Piece]]:
    """Yield the pieces of each paragraph (divided by blank lines) of ``text``."""
    current: list[Piece] = []
    for piece in pieces(text, marks):
        parts = piece.text.split("\n\n")
        for number, part in enumerate(parts):
            if number:
                yield current
                current = []
            last = number == len(parts) - 1
            if part:
                current.append(Piece(part, piece.sentence, piece.focus, piece.dropped, piece.href, piece.ends and last))
    yield current


@dataclass(frozen=True, slots=True)
class Bar:
    """A weight as a bar to the right (for the pair) or left of a middle line; numbers are SVG user units."""

    x: float
    width: float
    text: str
    sense: str


def bar(weight: float | None, largest: float) -> Bar | None:
    """Return the bar of a weight; ``largest`` fills one half. None where nothing was measured."""
    if weight is None:
        return None
    width = round(BAR_HALF * min(1.0, abs(weight) / largest), 1) if largest > 0 else 0.0
    x = BAR_HALF if weight >= 0 else round(BAR_HALF - width, 1)
    sense = "for" if weight > 0 else "against" if weight < 0 else "none"
    return Bar(x, width, f"{weight:+.1f}".replace("-", "−"), sense)
