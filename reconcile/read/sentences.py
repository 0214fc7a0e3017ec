"""``Article`` -> ``Sentence``s with exact spans. Headings, list items and live-blog entries stay apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from reconcile.model import Article, Sentence, stable_id
from reconcile.read.cues import (
    TOKEN,
    abbreviations,
    common_words,
    cut_pattern,
    function_words,
    kinds,
    ordinal_words,
)
from reconcile.read.identity import detect_language
from reconcile.read.layout import Block, Kind, blocks

MAX_CHARS: Final = 2000
WINDOW: Final = 10_000  # characters that the splitter is given at once: its time is square in quotation marks
MIN_CUT: Final = 200
FOREIGN_CHARS: Final = 80
FOREIGN_WORDS: Final = 12
FOREIGN_SURE: Final = 0.95
OWN_SHARE: Final = 0.25
SPLITTER_LANGUAGES: Final = {"und": "en", "ms": "id"}
RELATIVES: Final = (
    frozenset({"id", "ms", "tl"}), frozenset({"es", "gl", "ca", "pt", "it"}), frozenset({"da", "no", "sv"}),
    frozenset({"hr", "sr", "sl"}), frozenset({"cs", "sk"}), frozenset({"ru", "uk", "bg"}),
)  # fmt: skip
BREAKS = str.maketrans(dict.fromkeys("\n\r\t\x0b\x0c\x85\u2028\u2029\u00a0", " "))
CLAUSE = re.compile(r"[;:,.!?…。、，；—–] ?")
LAST_WORD = re.compile(r"(\S+)\s*$")
FIRST_WORD = re.compile(r"\s*([A-ZÀ-Þ][\w'’-]+)")
INITIAL = re.compile(r"(?:\w{1,12}\.?-)?[A-ZÀ-Þ]\.")
ELISION = re.compile(r"^[ldnsjmtc]['’]")
CLOCK_GOES_ON = re.compile(
    r"\s*(?:[A-Z]{1,2}[SD]?T|UTC|GMT|on|Eastern|Pacific|Central|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|"
    r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6})\b"
)


def split(article: Article) -> tuple[Sentence, ...]:
    """Return the sentences of the title (part ``title``) and then of the text (part ``text``), in order.

    ``article.part(s.part)[s.start:s.end] == s.text`` for each, without surrounding space; the title is one.
    """
    made: list[Sentence] = []
    seen: Counter[tuple[str, str]] = Counter()
    for part, start, end in _spans(article):
        text = article.part(part)[start:end]
        seen[part, text] += 1
        made.append(
            Sentence(
                sentence_id=stable_id("sentence", article.article_id, part, text, str(seen[part, text])),
                article_id=article.article_id,
                part=part,
                index=len(made),
                start=start,
                end=end,
                text=text,
                lang=_language(text, article.lang),
            )
        )
    return tuple(made)


def _spans(article: Article) -> Iterator[tuple[str, int, int]]:
    title = article.title.strip()
    if title:
        start = article.title.index(title)
        for cut in _cut(article.title, start, start + len(title)):
            yield "title", *cut
    for block in blocks(article.text):
        for start, end in _block_spans(article.text, block, article.lang):
            for cut in _cut(article.text, start, end):
                yield "text", *cut


def _block_spans(text: str, block: Block, lang: str) -> Iterator[tuple[int, int]]:
    """Return the sentences of one logical line; rows, short lines and lists between pipes are not cut."""
    if block.kind in {Kind.ROW, Kind.PIPES}:
        yield block.body, block.end
        return
    yield from boundaries(text, block.body, block.end, lang)


def boundaries(text: str, start: int, end: int, lang: str) -> Iterator[tuple[int, int]]:
    """Return the spans of the sentences in ``text[start:end]``, taken as one paragraph."""
    paragraph = text[start:end].translate(BREAKS)
    pending: int | None = None
    for first, last in _pieces(paragraph, lang):
        begin = first if pending is None else pending
        if last < len(paragraph) and _is_unfinished(paragraph[begin:last], paragraph[last : last + 40], lang):
            pending = begin
            continue
        pending = None
        yield from _recut(text, start + begin, start + last, lang)
    if pending is not None:
        yield from _recut(text, start + pending, end, lang)


def _pieces(paragraph: str, lang: str) -> Iterator[tuple[int, int]]:
    """Yield the spans that the splitter finds; a sentence that the end of a window may cut is looked at again."""
    from sentencex import get_sentence_boundaries

    at = 0
    while at < len(paragraph):
        window = paragraph[at : at + WINDOW]
        found = get_sentence_boundaries(SPLITTER_LANGUAGES.get(lang, lang), window)
        if at + len(window) < len(paragraph) and len(found) > 1:
            found.pop()
        for piece in found:
            yield at + piece["start_index"], at + piece["end_index"]
        at += found[-1]["end_index"] if found else len(window)


def _recut(text: str, start: int, end: int, lang: str) -> Iterator[tuple[int, int]]:
    """Cut where the splitter took the last word of a sentence for an abbreviation."""
    if text.find(". ", start, end) >= 0:
        for match in cut_pattern(lang).finditer(text, start, end):
            if span := _stripped(text, start, match.end()):
                yield span
            start = match.end()
    if span := _stripped(text, start, end):
        yield span


def _stripped(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    stripped = piece.strip()
    if not stripped:
        return None
    begin = start + len(piece) - len(piece.lstrip())
    return begin, begin + len(stripped)


def _is_unfinished(piece: str, after: str, lang: str) -> bool:
    """Tell a cut that the splitter made after an abbreviation, an initial, a list number or an ordinal."""
    match = LAST_WORD.search(piece[-40:])
    if not match:
        return True
    word = match[1].lstrip("\"'“‘«([")
    if not word.endswith("."):
        return False
    if INITIAL.fullmatch(word) and _is_initial(piece, after, lang):
        return True
    bare = ELISION.sub("", word[:-1].lower())
    if bare in abbreviations(lang) or after.lstrip()[:1].islower():
        return True
    if bare in {"a.m", "p.m", "am", "pm"} and CLOCK_GOES_ON.match(after):
        return True
    if bare.isdigit():
        before = piece.split()[-2:-1]
        return not before or (len(bare) <= 2 and before[0].lower() in ordinal_words(lang))
    return False


def _is_initial(piece: str, after: str, lang: str) -> bool:
    """Tell "G. Reyes" and "J.-M." from "plan B. The": a surname follows, and a name or a small word stands before."""
    if after.startswith("-"):
        return True
    next_word = FIRST_WORD.match(after)
    if not next_word or "function" in kinds(lang, next_word[1].lower()):
        return False
    before = piece.split()[-2:-1]
    return not before or before[0][:1].isupper() or "function" in kinds(lang, before[0].lower())


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut what is longer than any sentence at a clause's end, or else at a space, or else anywhere."""
    while end - start > MAX_CHARS:
        window = text[start : start + MAX_CHARS]
        clauses = [m.end() for m in CLAUSE.finditer(window, MIN_CUT)]
        cut = clauses[-1] if clauses else window.rfind(" ", MIN_CUT)
        middle = start + (cut if cut > 0 else MAX_CHARS)
        if span := _stripped(text, start, middle):
            yield span
        start = middle
    if span := _stripped(text, start, end):
        yield span


def _language(text: str, lang: str) -> str:
    """Return the article's language unless the sentence is long and surely in another, unrelated one."""
    if len(text) < FOREIGN_CHARS or text.count(" ") < FOREIGN_WORDS - 1:
        return lang
    common, printed = common_words(lang), text.lower()
    if sum([word in common for word in printed.split()]) >= FOREIGN_WORDS // 4 or _reads_as(printed, lang):
        return lang
    found, probability = detect_language(text)
    if found == lang or probability < FOREIGN_SURE or any({found, lang} <= group for group in RELATIVES):
        return lang
    return found


def _reads_as(text: str, lang: str) -> bool:
    """Tell a text that has many small words of a language and of no unrelated one as many, each counted once."""
    words = set(TOKEN.findall(text))
    counts = {code: len(words & small) for code, small in function_words().items()}
    own = counts.pop(lang, 0)
    near = {code for group in RELATIVES if lang in group for code in group}
    return own >= OWN_SHARE * len(words) and all(own > n for code, n in counts.items() if code not in near)
