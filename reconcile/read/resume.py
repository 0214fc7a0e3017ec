"""Where an article goes on after a block of links: what a line shares with the article above it decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from reconcile.read.cues import NAME, QUOTE, TOKEN, kinds, stem
from reconcile.read.furniture import Line, Page
from reconcile.read.layout import Kind

EARLY: Final = 0.6
MAIN_NAMES: Final = 8
MIN_WORDS: Final = 3
FEW: Final = 2
SHARE: Final = 5  # one stem in so many is shared with the article
TO_READERS: Final = frozenset({"reader", "outlet"})


def goes_on_at(page: Page, index: int) -> int:
    """Return the line with which the article goes on after links; the number of lines if it does not.

    Links are headlines, teasers single sentences between them. The article goes on with sentences that name what it
    is about or share its words, with a quotation, or, early in a page, with a paragraph that ends it or two lines of
    sentences.
    """
    lines = page.lines
    if index < len(lines) and lines[index].is_paragraph:
        return index
    early = lines[index - 1].block.start < EARLY * lines[-1].block.end
    if early and index == len(lines) - FEW and lines[-1].is_paragraph:
        return index + 1
    told = _told(page, index - 1)
    names = main_names(page, index - 1)
    later = index
    while later < len(lines):
        run = _run(lines, later)
        if run and _is_article(page, run, told, (early, names)):
            return later
        later += max(1, len(run))
    return len(lines)


def _run(lines: Sequence[Line], start: int) -> list[Line]:
    """Return the lines from ``start`` that are sentences, up to the first that is none."""
    stop = start
    while stop < len(lines) and _is_sentence(lines[stop]):
        stop += 1
    return list(lines[start:stop])


def _is_sentence(line: Line) -> bool:
    statement = line.ends_sentence and not line.text.endswith(("?", "!", "...", "…"))
    return statement and not line.reason and line.words >= MIN_WORDS and line.kind not in {Kind.PIPES, Kind.BULLET}


def _is_article(page: Page, run: list[Line], told: set[str], place: tuple[bool, list[str]]) -> bool:
    early, names = place
    words = [word for line in run for word in TOKEN.findall(line.text[:1000])]
    found = [kinds(page.lang, word.casefold()) for word in words]
    quoted = any(QUOTE.search(line.text[:1000]) for line in run)
    if not quoted and sum(bool(kind & TO_READERS) for kind in found) * 6 > len(words):
        return False
    own = {name for name in names if any(name in line.text for line in run)}
    if len(own) >= FEW or own & set(names[:1]):
        return True
    stems = {stem(page.lang, word.casefold()) for word in words} - {""}
    shared = len(stems & told)
    said = quoted and any("reporting" in kind for kind in found)
    if (shared >= FEW and shared * SHARE >= len(stems)) or (said and (early or shared)):
        return True
    return early and (len(run) >= FEW or (bool(shared) and len(run[0].sentences) >= FEW))


def _told(page: Page, before: int) -> set[str]:
    """Return the stems of the title and of the article up to line ``before``."""
    texts = [page.title, *(line.text for line in page.lines[:before] if not line.reason)]
    return {stem(page.lang, word) for text in texts for word in TOKEN.findall(text.casefold())} - {""}


def main_names(page: Page, before: int) -> list[str]:
    """Return the names that the article up to line ``before`` is about, the most frequent first."""
    counts = Counter(NAME.findall("\n".join(line.text for line in page.lines[:before] if not line.reason)))
    titled = set(NAME.findall(f"x {page.title}"))
    scored = {name: count + (2 if name in titled else 0) for name, count in counts.items()}
    ranked = sorted((name for name in scored if scored[name] >= FEW), key=lambda name: (-scored[name], name))
    return ranked[:MAIN_NAMES]
