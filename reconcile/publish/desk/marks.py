"""Text cut into marked pieces for the templates; every piece is escaped there, none is markup here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise
from typing import Any

from reconcile.model import Outcome

BARS = 120.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is shown in one way.

    ``sentence``: inside the quoted sentence or a claim; ``focus``: among the deciding words; ``dropped``: why
    the sentence was left out, empty if it was not; ``ends``: the last piece of what was left out;
    ``href``: where the piece leads; ``kind``: of the typed field that it belongs to, empty if none, and
    ``label``: what was understood, on the last piece of that field.
    """

    text: str
    sentence: bool = False
    focus: bool = False
    dropped: str = ""
    href: str = ""
    ends: bool = False
    kind: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of the text with the way it is shown; a focus lies on top of sentences, a shorter field on a longer."""

    start: int
    end: int
    focus: bool = False
    dropped: str = ""
    href: str = ""
    kind: str = ""
    label: str = ""


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
    field = min((m for m in active if m.kind), key=lambda m: (m.end - m.start, m.kind, m.label), default=None)
    return Piece(
        text,
        sentence=any(not m.dropped for m in active),
        focus=bool(focus),
        dropped=dropped.dropped if dropped else "",
        href=next((m.href for m in focus if m.href), ""),
        ends=dropped is not None and dropped.end == end,
        kind=field.kind if field else "",
        label=field.label if field and field.end == end else "",
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
                label = piece.label if last else ""
                current.append(replace(piece, text=part, ends=piece.ends and last, label=label))
    yield current


@dataclass(frozen=True, slots=True)
class Bar:
    """A weight as a bar from where the one before it ended; ``x`` and ``width`` in SVG user units."""

    x: float
    width: float
    text: str
    sense: str


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Weights that add up, one bar each (None where nothing was measured); ``zero`` is the place of nothing."""

    bars: tuple[Bar | None, ...]
    zero: float
    total: str


def waterfall(weights: Sequence[float | None]) -> Waterfall:
    """Return the bars of weights that are added one after the other, over ``BARS`` units."""
    sums = [0.0, *accumulate(w or 0.0 for w in weights)]
    low, high = min(sums), max(sums)
    unit = BARS / (high - low) if high > low else 0.0
    bars: list[Bar | None] = []
    for before, weight in zip(sums, weights, strict=False):
        if weight is None:
            bars.append(None)
            continue
        sense = "for" if weight > 0 else "against" if weight < 0 else "none"
        left = min(before, before + weight)
        bars.append(Bar(round((left - low) * unit, 1), round(abs(weight) * unit, 1), signed(weight), sense))
    return Waterfall(tuple(bars), round(-low * unit, 1), signed(sums[-1]))


@dataclass(frozen=True, slots=True)
class Told:
    """Outcomes for a table: by role, each with its bar; ``silent``: fields that found nothing and weigh nothing."""

    roles: list[tuple[str, list[tuple[Mapping[str, Any], Bar | None]]]]
    silent: list[str]


def told(outcomes: Sequence[Mapping[str, Any]]) -> Told:
    """Put the outcomes into a table, in their order: each bar of the waterfall starts where the one above it ended."""
    shown, silent = [], []
    for outcome, bar in zip(outcomes, waterfall([o["weight"] for o in outcomes]).bars, strict=True):
        said = outcome["outcome"] != Outcome.NO_EVIDENCE or outcome["a"] or outcome["b"]
        if not said and (bar is None or bar.text == signed(0)):
            silent.append(str(outcome["field"]))
        else:
            shown.append((outcome, bar))
    return Told([(role, list(rows)) for role, rows in groupby(shown, lambda row: str(row[0]["role"]))], silent)


def signed(weight: float) -> str:
    """Return a weight with its sign: ``+1.9``, ``−0.3``, ``0.0``."""
    text = f"{weight:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "−")
