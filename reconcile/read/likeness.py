"""How much a sentence of a page is like furniture: features of form, words and place, weighed by a linear model.

The features name no story and few are bound to a language: word kinds come from ``[boilerplate]``. The weights
(``likeness.json``) are two logistic regressions, made by ``training/furniture.py``: the first looks at a sentence
and its place, the second at the first's answers for the sentence and its neighbours.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from reconcile.read.cues import KINDS, QUOTE, TOKEN, kinds, known_words, stem, vocabulary
from reconcile.read.furniture import CONTACT_DATA, CRUMBS, SEPARATOR, SIGNED_PERCENT, Line, Page
from reconcile.read.layout import SENTENCE_END, Kind

ADDRESS = re.compile(r"[@#](?<!\w.)\w{2,}|\.(?<=\w\.)(?:com|org|net|example|info|co)\b")
OWNER = re.compile(r"©|\(c\)|copyright", re.IGNORECASE)
MONEY = re.compile(r"[$€£₱]|\b(?:Rp|R\$|P)\s?\d|\b(?:EUR|USD|euros?|pesos?|piso)\b", re.IGNORECASE)
GAP = re.compile(r"\S {2,}\S|\t")
SYMBOL = re.compile(r"[★☆▶►→➔›»▼✓✔🔔]|\.\.\.$")
SPEAKER = re.compile(r"(?:[A-ZÀ-Þ][A-ZÀ-Þ .'’-]{1,30}|[QARPFVS]|[A-ZÀ-Þ]\w{2,15}) ?: ")
CLOCK = re.compile(r"\d{1,2}[:.h]\d\d")
ANSWER: Final = "answer to a question"
NEAR: Final = 3
BODY_WORDS: Final = 6
STATED_WORDS: Final = 3
LONG_BODY_WORDS: Final = 11
CLIP: Final = 6.0
THRESHOLD: Final = 0.5
TELLING: Final = ("asking", "legal", "media", "price", "staff")
PLACED: Final = ("legal", "media", "outlet", "price", "reader", "staff")

Features = dict[str, float]


@dataclass(slots=True)
class Piece:
    """A sentence of the text: its number, line, tokens as printed and how many of them are of each kind."""

    index: int
    line: int
    text: str
    tokens: list[str]
    counts: dict[str, int]
    stems: set[str]
    asks_first: bool

    @property
    def words(self) -> int:
        """Return the number of tokens."""
        return len(self.tokens)


@dataclass(slots=True)
class Scene:
    """What all pieces of a page share: where the article begins and ends, the first and last line with each stem.

    ``head`` are the capitalised words of short lines above the article: writers' names among them. ``of_media`` tells
    a story whose title or first line speaks of subscriptions, newsletters, apps: there such words say little.
    """

    page: Page
    pieces: list[Piece]
    first: int
    last: int
    firsts: dict[str, int]
    lasts: dict[str, int]
    title: set[str]
    head: set[str]
    of_media: bool


def scores(scene: Scene) -> dict[int, float]:
    """Return the log-odds of being furniture for each sentence of the text, by its number; answers have none."""
    alone, together = _weights()
    rows = features(scene)
    own = [weigh(alone, row) for row in rows]
    judged = zip(scene.pieces, rows, context(scene, own), strict=True)
    return {piece.index: weigh(together, row) for piece, first, row in judged if ANSWER not in first}


@cache
def _weights() -> tuple[Features, Features]:
    data = json.loads(resources.files("reconcile.read").joinpath("likeness.json").read_text("utf-8"))
    return data["alone"], data["together"]


def weigh(weights: Features, row: Features) -> float:
    """Return the weighted sum of a row of features; ``bias`` is always on."""
    return weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in row.items())


def scene_of(page: Page) -> Scene:
    """Return the sentences of the text with what a row of features needs."""
    lang = page.lang
    pieces = [_piece(page, index, number, lang) for number, line in enumerate(page.lines) for index in line.sentences]
    quiet: Counter[int] = Counter()
    for piece in pieces:
        quiet[piece.line] += piece.counts["reader"] + piece.counts["outlet"] + piece.counts["media"]
    body = [n for n, line in enumerate(page.lines) if _is_body(line) and _is_quiet(quiet[n], line.words)]
    kept = [piece for piece in pieces if not page.lines[piece.line].reason]
    firsts = {found: piece.line for piece in reversed(kept) for found in piece.stems}
    lasts = {found: piece.line for piece in kept for found in piece.stems}
    title = {found for word in TOKEN.findall(page.title.casefold()) if (found := stem(lang, word))}
    first, last = (body[0], body[-1]) if body else (len(page.lines), len(page.lines))
    head = {token for piece in pieces if piece.line < first and piece.words <= 8 for token in _names(piece.tokens)}
    opening = [token.casefold() for piece in pieces if piece.line == first for token in piece.tokens]
    of_media = any("media" in kinds(lang, word) for word in [*TOKEN.findall(page.title.casefold()), *opening])
    return Scene(page, pieces, first, last, firsts, lasts, title, head, of_media)


def _names(tokens: Sequence[str]) -> Iterator[str]:
    return (token for token in tokens if token[0].isupper() and len(token) > 2)


def _is_quiet(found: int, words: int) -> bool:
    """Tell running text that speaks of pages and to readers seldom, or, where it is short, not at all."""
    return found * 6 <= words and (found == 0 or words >= LONG_BODY_WORDS)


def _is_body(line: Line) -> bool:
    running = line.kind in {Kind.PROSE, Kind.STAMPED, Kind.BULLET}
    return running and not line.reason and line.words >= BODY_WORDS and line.ends_sentence


def _piece(page: Page, index: int, line: int, lang: str) -> Piece:
    text = page.sentences[index].text
    tokens = TOKEN.findall(text)
    counts = dict.fromkeys(KINDS, 0)
    stems: set[str] = set()
    known = known_words(lang)
    for token in tokens:
        found, root = known[token]
        for kind in found:
            counts[kind] += 1
        if root:
            stems.add(root)
    polite = vocabulary(lang).polite
    counts["reader"] += sum(token in polite for token in tokens[1:]) if polite else 0
    asks_first = bool(tokens) and "asking" in kinds(lang, tokens[0].casefold())
    return Piece(index, line, text, tokens, counts, stems, asks_first)


# The rows of the first model.


def features(scene: Scene) -> list[Features]:
    """Return one row for each piece; what is absent is zero."""
    lines: dict[int, Features] = {}
    rows = []
    for at, piece in enumerate(scene.pieces):
        if _is_plain(scene, piece):
            rows.append({"plain prose inside": 1.0})
            continue
        if piece.line not in lines:
            lines[piece.line] = _line_features(scene, piece.line)
        row = lines[piece.line] | _form(piece) | _words(piece) | _story(scene, piece)
        asked = at > 0 and scene.pieces[at - 1].text.endswith("?")
        row[ANSWER] = asked and bool(row["plain"])
        size, zone = _size(piece.words), _zone(scene, piece.line)
        row |= {f"{kind}, {zone}": 1.0 for kind in PLACED if piece.counts[kind]}
        row |= {f"{size} words": 1.0, f"{size} words, {zone}": 1.0}
        rows.append({name: float(value) for name, value in row.items() if value})
    return rows


def _is_plain(scene: Scene, piece: Piece) -> bool:
    """Tell a sentence of a paragraph that speaks neither to readers nor of pages: most are, and need no more."""
    line = scene.page.lines[piece.line]
    inside = line.is_paragraph and scene.first <= piece.line <= scene.last
    if not inside or piece.words < BODY_WORDS or piece.asks_first or piece.counts["reader"] + piece.counts["outlet"]:
        return False
    return sum(piece.counts[kind] for kind in TELLING) * 10 <= piece.words


def _size(words: int) -> str:
    for limit, name in ((1, "0-1"), (3, "2-3"), (7, "4-7"), (12, "8-12"), (24, "13-24")):
        if words <= limit:
            return name
    return "25+"


def _zone(scene: Scene, line: int) -> str:
    if line < scene.first:
        return "before"
    return "after" if line > scene.last else "inside"


def _form(piece: Piece) -> Features:
    text, tokens, n = piece.text, piece.tokens, max(1, piece.words)
    ends = bool(SENTENCE_END.search(text[-16:]))
    digits = sum(token[0].isdigit() for token in tokens)
    titled = sum(token[0].isupper() for token in tokens[1:]) / (n - 1) if n > 1 else 0.0
    return {
        "full stop": ends,
        "question": text.endswith("?"),
        "exclamation": text.endswith("!"),
        "colon at the end": text.endswith(":"),
        "open end": not ends and n >= 3,
        "digits": digits / n,
        "a digit": digits > 0,
        "nothing but digits": digits == n,
        "clock": n <= 4 and bool(CLOCK.search(text)),
        "capitals": titled if n >= 3 else 0.0,
        "all capitals": n >= 2 and text.isupper(),
        "small first letter": text[:1].islower(),
        "address": bool(ADDRESS.search(text) or CONTACT_DATA.search(text[:500])),
        "speaker": bool(SPEAKER.match(text)),
        "owner": bool(OWNER.search(text)),
        "bars": bool(SEPARATOR.search(text) or CRUMBS.search(text)),
        "gaps": bool(GAP.search(text)),
        "symbols": bool(SYMBOL.search(text)),
        "signed percent": bool(SIGNED_PERCENT.search(text)),
        "money": bool(MONEY.search(text)),
    }


def _states(piece: Piece) -> bool:
    """Tell a statement that speaks neither to readers nor of the outlet."""
    asks = piece.counts["reader"] + piece.counts["outlet"] > 0 or piece.asks_first
    ends = SENTENCE_END.search(piece.text[-16:]) and not piece.text.endswith(("?", "!"))
    return bool(ends) and not asks and piece.words >= 2


def is_told(scene: Scene, piece: Piece) -> bool:
    """Tell a statement inside the article that has no furniture word, or is of a story about such matters."""
    if not _states(piece) or piece.words < STATED_WORDS or not scene.first <= piece.line <= scene.last:
        return False
    return scene.of_media or not any(piece.counts[kind] for kind in TELLING)


def _words(piece: Piece) -> Features:
    count, n = piece.counts, max(1, piece.words)
    quote = bool(QUOTE.search(piece.text))
    row = {kind: min(count[kind], 3) / 3 for kind in KINDS if kind != "function"}
    asks = count["reader"] + count["outlet"] > 0 or piece.asks_first
    states = _states(piece)
    plain = n >= BODY_WORDS and not asks and bool(SENTENCE_END.search(piece.text[-16:]))
    row |= {f"{kind} share": count[kind] / n for kind in KINDS}
    return row | {
        "no function words": n >= 3 and not count["function"],
        "quote": quote,
        "reporting and no reader": count["reporting"] > 0 and not count["reader"],
        "reader, no quote": count["reader"] > 0 and not quote,
        "outlet, no quote": count["outlet"] > 0 and not quote,
        "reader and outlet": count["reader"] > 0 and count["outlet"] > 0,
        "reader and media, no quote": count["reader"] > 0 and count["media"] > 0 and not quote,
        "outlet and media, no quote": count["outlet"] > 0 and count["media"] > 0 and not quote,
        "asking first": piece.asks_first,
        "asking first, no quote": piece.asks_first and not quote,
        "asking and media, no quote": count["asking"] > 0 and count["media"] > 0 and not quote,
        "price and money": count["price"] > 0 and bool(MONEY.search(piece.text)),
        "media, no reporting": count["media"] > 0 and not count["reporting"],
        "media two and more": count["media"] >= 2,
        "legal two and more": count["legal"] >= 2,
        "legal and media": count["legal"] > 0 and count["media"] > 0,
        "staff and media": count["staff"] > 0 and count["media"] > 0,
        "said": quote and count["reporting"] > 0,
        "short statement": states and n < BODY_WORDS,
        "short statement, no media": states and n < BODY_WORDS and not count["media"],
        "plain": plain,
        "plain with media": plain and count["media"] > 0,
        "plain with figures": plain and any(token[0].isdigit() for token in piece.tokens),
    }


def _story(scene: Scene, piece: Piece) -> Features:
    """Tell how much of the sentence the article says elsewhere: its vocabulary and its title."""
    line = piece.line
    known = {s for s in piece.stems if scene.firsts.get(s, line) != line or scene.lasts.get(s, line) != line}
    total = max(1, len(piece.stems))
    named = piece.line > scene.last and len(scene.head & set(piece.tokens)) >= 2
    return {
        "known": len(known) / total,
        "known two and more": len(known) >= 2,
        "nothing known": not known and len(piece.stems) >= 2,
        "named in the head only": named and not known,
        "named in the head": named,
        "story of media": scene.of_media,
        "media, story of media": scene.of_media and piece.counts["media"] > 0,
        "states, story of media": scene.of_media and _states(piece),
        "in the title": len(piece.stems & scene.title) / total,
    }


def _line_features(scene: Scene, number: int) -> Features:
    page = scene.page
    line, lines = page.lines[number], page.lines
    before, after = (lines[number - 1] if number else None), (lines[number + 1] if number + 1 < len(lines) else None)
    near = [lines[i] for i in range(max(0, number - NEAR), min(len(lines), number + NEAR + 1)) if i != number]
    run = list(_run(lines, number))
    zone = _zone(scene, number)
    return {
        f"kind {line.kind.value}": True,
        f"kind {line.kind.value}, {zone}": True,
        "before the article": zone == "before",
        "after the article": zone == "after",
        "far after": min(10, max(0, number - scene.last)) / 10,
        "far before": min(10, max(0, scene.first - number)) / 10,
        "top": number < 3,
        "end": number >= len(lines) - 3,
        "run": min(len(run), 10) / 10,
        "run of figures": _share(run, lambda row: any(c.isdigit() for c in row.text)) if len(run) > 2 else 0.0,
        "run of scraps": _share(run, lambda row: row.words <= 3) if len(run) > 2 else 0.0,
        "turn of a talk": bool(SPEAKER.match(line.text)) and _share(near, lambda row: SPEAKER.match(row.text)) >= 0.5,
        "below a colon": _is_below_colon(lines, number),
        "paragraph before": before is not None and _is_body(before),
        "paragraph after": after is not None and _is_body(after),
        "dropped before": before is not None and bool(before.reason),
        "dropped after": after is not None and bool(after.reason),
        "dropped near": _share(near, lambda row: bool(row.reason)),
        "one of several": len(line.sentences) > 1,
        "one of several in a paragraph": len(line.sentences) > 1 and line.is_paragraph,
    }


def _share(rows: Sequence[Line], holds: Callable[[Line], object]) -> float:
    return sum(1 for row in rows if holds(row)) / max(1, len(rows))


def _run(lines: Sequence[Line], number: int) -> Iterator[Line]:
    """Return the lines without a full stop around a line, itself among them; none if it has one."""
    if lines[number].ends_sentence:
        return
    start = stop = number
    while start and not lines[start - 1].ends_sentence and number - start < 10:
        start -= 1
    while stop + 1 < len(lines) and not lines[stop + 1].ends_sentence and stop - number < 10:
        stop += 1
    yield from lines[start : stop + 1]


def _is_below_colon(lines: Sequence[Line], number: int) -> bool:
    """Tell an item of a list under a line that ends in a colon."""
    kind = lines[number].kind
    for above in reversed(lines[max(0, number - 8) : number]):
        if above.text.endswith((":", "：")):
            return True
        if above.kind is not kind:
            return False
    return False


# The rows of the second model.


def context(scene: Scene, own: Sequence[float]) -> list[Features]:
    """Return one row for each piece from the first model's log-odds of it and its neighbours."""
    odds = [math.tanh(value / CLIP) * CLIP for value in own]
    by_line: dict[int, list[float]] = {}
    for piece, value in zip(scene.pieces, odds, strict=True):
        by_line.setdefault(piece.line, []).append(value)
    totals = {line: sum(values) for line, values in by_line.items()}
    rows = []
    for at, piece in enumerate(scene.pieces):
        others = len(by_line[piece.line]) - 1
        before, after = odds[max(0, at - NEAR) : at], odds[at + 1 : at + 1 + NEAR]
        row = {
            "own": odds[at],
            "before": before[-1] if before else 0.0,
            "after": after[0] if after else 0.0,
            "before, three": sum(before) / len(before) if before else 0.0,
            "after, three": sum(after) / len(after) if after else 0.0,
            "same line": (totals[piece.line] - odds[at]) / others if others else 0.0,
            "nothing before": float(not before),
            "nothing after": float(not after),
        }
        rows.append(row)
    return rows
