"""The headline of an article in a text that gives no title: a line above the body whose words the body repeats."""

from __future__ import annotations

from typing import Final

from reconcile.read.cues import QUOTE
from reconcile.read.layout import Kind
from reconcile.read.likeness import Piece, Scene

MIN_WORDS: Final = 4
MAX_WORDS: Final = 30
SHARED: Final = 2
SHARE: Final = 0.3
DECK_LINES: Final = 2
FORMS: Final = frozenset({Kind.SHORT, Kind.ROW, Kind.PROSE})


def headline_lines(scene: Scene) -> list[int]:
    """Return the numbers of the lines above the body that are the headline and its deck, in order.

    The headline shares two content words or more with the body and speaks neither to readers nor of the outlet;
    up to two further lines below it are its deck.
    """
    lines, said = scene.page.lines, {s for s, line in scene.lasts.items() if line >= scene.first}
    by_line: dict[int, list[Piece]] = {}
    for piece in scene.pieces:
        if piece.line < scene.first and not lines[piece.line].reason:
            by_line.setdefault(piece.line, []).append(piece)
    fit = [n for n, pieces in sorted(by_line.items()) if lines[n].kind in FORMS and _is_plain(pieces)]
    first = next((n for n in fit if _echoes(by_line[n], said)), None)
    if first is None:
        return []
    return [n for n in fit if n == first or first < n <= first + DECK_LINES or _echoes(by_line[n], said)]


def _is_plain(pieces: list[Piece]) -> bool:
    words = sum(piece.words for piece in pieces)
    asks = sum(piece.counts["reader"] + piece.counts["outlet"] for piece in pieces) or pieces[0].asks_first
    quoted = any(QUOTE.search(piece.text) for piece in pieces)
    return MIN_WORDS <= words <= MAX_WORDS and (not asks or quoted)


def _echoes(pieces: list[Piece], said: set[str]) -> bool:
    stems = {stem for piece in pieces for stem in piece.stems}
    shared = stems & said
    return len(shared) >= SHARED and len(shared) >= SHARE * len(stems)
