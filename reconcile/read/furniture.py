"""What one line of a page is by its own form and words: a byline, a time stamp, a credit, or none of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from reconcile.model import Article, Sentence
from reconcile.read.cues import Cues, cues, normalise
from reconcile.read.layout import DIGIT, SENTENCE_END, Block, Kind, blocks

PROMOTIONAL: Final = "promotional block"
RELATED: Final = "related links"
DISCLAIMER: Final = "disclaimer"
BYLINE: Final = "byline"
READING_TIME: Final = "reading time"
TIME_STAMP: Final = "time stamp"
AUTHOR_BOX: Final = "author box"
NAVIGATION: Final = "navigation"
CREDIT: Final = "caption/credit"
HEADING: Final = "section heading"
NEWSLETTER: Final = "newsletter/sign-up"
TICKER: Final = "market ticker"
FORWARD: Final = "forward-looking boilerplate"
CONTACT: Final = "contact"
REPEATED: Final = "repeats the title"
UNNAMED: Final = "page furniture"
REASONS: Final = (
    AUTHOR_BOX, BYLINE, CONTACT, CREDIT, DISCLAIMER, FORWARD, HEADING, NAVIGATION, NEWSLETTER, PROMOTIONAL,
    READING_TIME, RELATED, REPEATED, TICKER, TIME_STAMP, UNNAMED,
)  # fmt: skip

COLON_LABEL = re.compile(r"\s{0,4}([^:|.!?\n]{1,60}?)\s{0,2}[:：]\s{0,4}(?=\S)")
DASH_LABEL = re.compile(r"\s{0,4}([^:|.!?\n–—»>]{1,60}?)\s{0,2}(?:\s[-–—|»]\s|>>?)\s{0,4}(?=\S)")
TOKEN = re.compile(r"(?<![\w'’.-])(?:['’.-]*+\w++)++")
NUMBER_TOKEN = re.compile(r"\d[\d.,:/h-]*(?:st|nd|rd|th|er|am|pm|h|º|ª|\.)?|\d+[ap]\.?m", re.IGNORECASE)
SIGNED_PERCENT = re.compile(r"[+\-−–▲▼▴▾]\s?\d+(?:[.,]\d+)?\s?%")
SEPARATOR = re.compile(r"\s[|¦•·]\s")
COUNT = re.compile(r"\(?\d[\d.,]{0,9}[km]?\)?", re.IGNORECASE)
CRUMBS = re.compile(r"\s[>›»/]\s")
CONTACT_DATA = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,64}\.\w{2,}|(?:\+\d{1,3}|\b0\d{2,4})[ ()-]{1,3}\d{2,4}[ -]\d{2,4}|toll[- ]free|"
    r"\bwww\.\w|https?://|\b1-8\d\d-\d{3}|\(\d{3}\) ?\d{3}-\d{4}",
    re.IGNORECASE,
)
CREDIT_MARK = re.compile(
    r"©|\(c\)\s?(?:19|20)\d\d|/\s?(?:AFP|AP|EPA|Reuters|Getty|dpa|EFE|ANP|PA|Lusa|Antara|Xinhua|Belga|Keystone|imago)\b|"
    r"\b(?:AFP|EPA|EFE|Reuters|dpa|ANP|Lusa|Antara|Xinhua|Belga|imago)\s?/\s?\w|\bgetty images\b|"
    r"^\([^()/]{3,40}/[^()/]{3,40}\)$",
    re.IGNORECASE,
)
CAPITALISED = re.compile(r"[A-ZÀ-ÞĀ-Ž][\w'’-]*")
WORD = re.compile(r"\w+")
TOP_LINES: Final = 6
TAIL_LINES: Final = 4
PARAGRAPH_WORDS: Final = 15
MAX_MARKED_WORDS: Final = 60


@dataclass(slots=True)
class Line:
    """A logical line and what the steps ask about it. ``reason`` is set by the step that drops it.

    ``phrase`` is its normalised start, ``label`` what stands before a colon, ``rest`` what comes after it.
    """

    block: Block
    text: str
    phrase: str
    label: str
    rest: str
    words: int
    sentences: list[int] = field(default_factory=list)
    reason: str = ""

    @property
    def kind(self) -> Kind:
        """Return the form of the line."""
        return self.block.kind

    @property
    def is_scrap(self) -> bool:
        """Tell whether the line is no running text and no list item."""
        return self.kind not in {Kind.PROSE, Kind.BULLET} or self.words <= 3

    @property
    def is_paragraph(self) -> bool:
        """Tell whether the line is running text of some length."""
        return self.kind is Kind.PROSE and self.words >= PARAGRAPH_WORDS

    @property
    def ends_sentence(self) -> bool:
        """Tell whether the line ends with a full stop or the like."""
        return bool(SENTENCE_END.search(self.text[-16:]))


@dataclass(slots=True)
class Page:
    """All lines of an article, its sentences, and the furniture words of its language.

    ``reasons`` are those of single sentences.
    """

    lines: list[Line]
    sentences: Sequence[Sentence]
    title: str
    lang: str
    cues: Cues
    reasons: dict[int, str] = field(default_factory=dict)

    def is_late(self, index: int) -> bool:
        """Tell whether a line is among the last few."""
        return index >= len(self.lines) - TAIL_LINES

    def is_edge(self, index: int) -> bool:
        """Tell whether a line is among the first few or in the last third."""
        return index < TOP_LINES or index >= len(self.lines) - max(TAIL_LINES, len(self.lines) // 3)

    def lengths(self, line: Line) -> list[int]:
        """Return the number of words of each sentence of a line."""
        return [len(WORD.findall(self.sentences[index].text)) for index in line.sentences]


def page_of(sentences: Sequence[Sentence], article: Article) -> Page:
    """Return the lines of ``article`` with the sentences that each holds."""
    found = blocks(article.text)
    lines = [_line(block, article.text[block.body : block.end]) for block in found]
    starts = [block.start for block in found]
    for index, sentence in enumerate(sentences):
        if sentence.part == "text" and lines:
            lines[max(0, bisect_right(starts, sentence.start) - 1)].sentences.append(index)
    return Page(lines, sentences, article.title, article.lang, cues(article.lang))


def _line(block: Block, text: str) -> Line:
    head = text[:400]
    match = COLON_LABEL.match(head)
    if match is None and not SENTENCE_END.search(text[-16:]):
        match = DASH_LABEL.match(head)
    label = normalise(match[1]) if match else ""
    rest = text[match.end() :] if match else ""
    return Line(block, text, normalise(head), label, rest, len(WORD.findall(text[:4000])))


def own_reason(page: Page, index: int) -> str:
    """Return why line ``index`` is furniture by its own form and words; "" if it is not."""
    line, words = page.lines[index], page.cues
    if line.words > MAX_MARKED_WORDS:
        return ""
    if line.is_scrap and is_reading_time(line, words):
        return READING_TIME
    if line.is_scrap and is_time_stamp(line, words):
        return TIME_STAMP
    if is_navigation(page, index):
        return NAVIGATION
    if line.phrase in words.author or line.label in words.author:
        return AUTHOR_BOX
    if len(line.sentences) <= 1 and is_credit(line, words):
        return CREDIT
    if is_contact(line, words):
        return CONTACT
    if page.is_edge(index) and is_ticker(line):
        return TICKER
    if page.is_edge(index) and is_byline(line, words):
        return BYLINE
    return ""


def _tokens(line: Line) -> list[str]:
    return [token.strip(".'’-").casefold() or token for token in TOKEN.findall(line.text[:200])]


def is_reading_time(line: Line, words: Cues) -> bool:
    """Tell "3 min read": a number, a unit of minutes and words of reading, nothing else."""
    tokens = _tokens(line)
    others = [t for t in tokens if t not in words.minutes and not NUMBER_TOKEN.fullmatch(t)]
    has_unit = any(t in words.minutes for t in tokens)
    has_number = any(NUMBER_TOKEN.fullmatch(t) for t in tokens)
    return 2 <= len(tokens) <= 8 and has_unit and has_number and all(t in words.reading for t in others)


def is_time_stamp(line: Line, words: Cues) -> bool:
    """Tell "Updated Oct. 21, 9:30 a.m." and "1 hour ago": numbers and words of time, nothing else."""
    tokens = [part for token in _tokens(line) for part in token.split("-") if part]
    if not 1 <= len(tokens) <= 14 or line.words > 16:
        return False
    others = [t for t in tokens if not NUMBER_TOKEN.fullmatch(t)]
    return bool(others) and (len(others) < len(tokens) or len(others) > 1) and all(t in words.time for t in others)


def is_navigation(page: Page, index: int) -> bool:
    """Tell "Share this article", "Comments (34)", "Home > News > Asia", "News | Sport | Weather"."""
    line = page.lines[index]
    if line.words > 14 or not line.is_scrap:
        return line.phrase in page.cues.navigation
    if line.words <= 4 and normalise(COUNT.sub("", line.text)) in page.cues.navigation:
        return True
    pieces = SEPARATOR.split(line.text)
    is_menu = len(pieces) >= 3 and all(len(WORD.findall(piece)) <= 2 for piece in pieces)
    is_table = any(row.kind is Kind.PIPES for row in page.lines[max(0, index - 1) : index + 2] if row is not line)
    is_menu = is_menu and not is_table and page.is_edge(index) and not DIGIT.search(line.text)
    return is_menu or len(CRUMBS.findall(line.text)) >= 2


def is_credit(line: Line, words: Cues) -> bool:
    """Tell "Photo: A. Reyes / AFP", "(Image by ...)", "© 2025 The Outlet", "Reuters"."""
    if line.words > 16:
        return False
    if line.label in words.photo and line.words <= 12:
        return not (DIGIT.search(line.rest) and line.ends_sentence)
    if line.phrase in words.agencies or (CREDIT_MARK.search(line.text) and not line.ends_sentence):
        return True
    return line.text[:1] in "([" and normalise(line.text.lstrip("([")).split(" ")[0] in words.photo


def is_credit_sentence(text: str, words: Cues) -> bool:
    """Tell the credit that ends a caption: "Photo: A. Reyes/AFP", "(Kuha ni A. Reyes)", "© Reyes / Getty"."""
    if len(WORD.findall(text)) > 12 or (text.endswith(".") and DIGIT.search(text)):
        return False
    bare = text.strip("|([ ")
    match = COLON_LABEL.match(bare)
    start = normalise(bare[:60])
    if match and normalise(match[1]) in words.photo:
        return True
    return bool(CREDIT_MARK.search(text)) or (text[:1] in "([" and any(start.startswith(f"{w} ") for w in words.photo))


def is_contact(line: Line, words: Cues) -> bool:
    """Tell "Media contact: ..." and lines that are an address or a telephone number."""
    labelled = line.label in words.contact
    if labelled and " " in line.label and line.words <= 20:
        return True
    if not labelled and (line.words > 12 or line.ends_sentence):
        return False
    return bool(CONTACT_DATA.search(line.text[:500]))


def is_ticker(line: Line) -> bool:
    """Tell "Gold 4,071 -0.2% | Copper 4.97 +0.8%"."""
    return len(SIGNED_PERCENT.findall(line.text[:1000])) >= 2 and bool(SEPARATOR.search(line.text))


def is_byline(line: Line, words: Cues) -> bool:
    """Tell "By Ana Cruz, Staff Writer": a word of authorship and a name, no sentence."""
    match = words.byline.match(normalise(line.text[:200]))
    if not match or line.words > 12 or line.ends_sentence:
        return False
    names = line.text.lstrip("([ ")[match.end() :].strip(" :").split()[:2]
    return bool(names) and all(CAPITALISED.match(name) and not DIGIT.search(name) for name in names)
