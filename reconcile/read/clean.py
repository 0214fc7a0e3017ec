"""Page furniture: which sentences of an article are not the article. Named steps over its lines, in order.

A step looks at a line's form, its place and the furniture words of its language (``cues``), never at a story.
What is not surely furniture stays: a claim lost cannot be found again, a stray headline can be judged later.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Final

from reconcile.model import Article, Sentence
from reconcile.read.cues import normalise
from reconcile.read.furniture import (
    AUTHOR_BOX,
    BYLINE,
    CREDIT,
    DISCLAIMER,
    FORWARD,
    HEADING,
    NEWSLETTER,
    PROMOTIONAL,
    RELATED,
    REPEATED,
    SEPARATOR,
    SIGNED_PERCENT,
    TICKER,
    TOP_LINES,
    UNNAMED,
    WORD,
    Line,
    Page,
    is_credit_sentence,
    own_reason,
    page_of,
)
from reconcile.read.headline import headline_lines
from reconcile.read.layout import DIGIT, SENTENCE_END, Kind
from reconcile.read.likeness import THRESHOLD, Scene, is_told, scene_of, scores
from reconcile.read.resume import goes_on_at, main_names
from reconcile.read.sentences import split
from reconcile.read.switch import SWITCHED_OFF
from reconcile.read.switched import switched_off

BRACKETED_END = re.compile(r"\s?\([^()]{0,120}\)$")
DASHED = re.compile(r"\s[-–—]\s|\t")
COUNTED = re.compile(r"^\d(?:\w+ |\d*+[ -]\w+ )")
TIMED = re.compile(r"\d{1,2}(?:[:.]\d\d| ?h(?: ?\d\d)?\b| ?[ap]\.?m\b)(?: (?:Uhr|uur|h|WIB|[ap]\.?m\b))?\.?\s(?=\S)")
SPEAKER = re.compile(r"[A-ZÀ-Þ][A-ZÀ-Þ .'-]{1,30}:\s")
HEADLINE_WORDS: Final = 4
HEADING_WORDS: Final = 8
MAX_TIMED: Final = 16
CAPTION_WORDS: Final = 3
RUNNING: Final = frozenset({Kind.PROSE, Kind.STAMPED})


def mark(sentences: Sequence[Sentence], article: Article) -> tuple[Sentence, ...]:
    """Return the same sentences, ``dropped`` set to one of ``furniture.REASONS`` where they are furniture.

    ``sentences`` are those of ``sentences.split(article)``. The title always stays.
    """
    page = page_of(sentences, article)
    run_rules(page)
    drop_likely(page)
    for line in page.lines:
        if line.reason:
            page.reasons.update(dict.fromkeys(line.sentences, line.reason))
    page.reasons.update(dict.fromkeys(switched_off(sentences, article), SWITCHED_OFF))
    return tuple(
        replace(sentence, dropped=page.reasons[index]) if index in page.reasons else sentence
        for index, sentence in enumerate(sentences)
    )


def headline(article: Article) -> str:
    """Return the headline of a text that furniture stands above; "" where its first line may be the headline."""
    page = page_of(split(article), article)
    run_rules(page)
    found = headline_lines(scene_of(page))
    return page.lines[found[0]].text if found and found[0] > 0 else ""


def run_rules(page: Page) -> None:
    """Set the reasons of lines and sentences that the declared steps tell."""
    for step in STEPS:
        step(page)


# The steps. Each sets the reason of lines that have none.


def drop_repeated_title(page: Page) -> None:
    """The title again at the top of the text."""
    title = WORD.findall(page.title.casefold())
    for line in page.lines[:TOP_LINES]:
        if title and len(title) == line.words and WORD.findall(line.text[:1000].casefold()) == title:
            line.reason = REPEATED


def drop_small_print(page: Page) -> None:
    """Lines that are furniture by their own form and words."""
    for index, line in enumerate(page.lines):
        line.reason = line.reason or own_reason(page, index)


def drop_headings(page: Page) -> None:
    """Section headings that state nothing: known ones, and questions that the next line answers."""
    for line, after in zip_longest(page.lines, page.lines[1:]):
        if line.reason or line.kind is Kind.BULLET or line.words > 14:
            continue
        known = {line.phrase, normalise(BRACKETED_END.sub("", line.text))} & page.cues.heading
        question = line.text.endswith("?") and len(line.sentences) == 1 and not SPEAKER.match(line.text)
        answered = after is not None and not after.text.endswith("?") and after.words > line.words
        if known or (question and answered):
            line.reason = HEADING


def drop_labelled(page: Page) -> None:
    """Single lines under a label: "Read also: ...", "Sponsored: ...", "Disclaimer: ...", "Quiz: ..."."""
    words = page.cues
    for index, line in enumerate(page.lines):
        if line.reason or not line.label:
            continue
        strong = line.label not in words.weak
        if line.label in words.notice:
            line.reason = DISCLAIMER
        elif line.label in words.related and (strong or _ends_elsewhere(page, index)):
            line.reason = RELATED
        elif _is_in_table(page, index):
            continue
        elif words.is_related(line.label) and strong and len(WORD.findall(line.rest[:200])) >= HEADLINE_WORDS:
            line.reason = RELATED
        elif (strong and words.is_ad(line.label)) or COUNTED.sub("", line.label) in words.poll:
            line.reason = PROMOTIONAL
        elif line.label in words.service and _is_service(page, index):
            line.reason = TICKER if SIGNED_PERCENT.search(line.text) else PROMOTIONAL


def _ends_elsewhere(page: Page, index: int) -> bool:
    """Tell one of the last two lines that does not name what the article is about."""
    if index < len(page.lines) - 2:
        return False
    return not any(name in page.lines[index].text for name in main_names(page, index))


def _is_in_table(page: Page, index: int) -> bool:
    """Tell a row beside a row of facts: one with a label of its own, not of a service or of links."""
    words = page.cues
    for row in page.lines[max(0, index - 1) : index + 2]:
        is_row = bool(row.label) and not row.reason and row.kind in {Kind.ROW, Kind.BULLET}
        furniture = row.label in words.service or words.is_related(row.label) or words.is_ad(row.label)
        if is_row and not furniture and row is not page.lines[index]:
            return True
    return False


def _is_service(page: Page, index: int) -> bool:
    """Tell a weather or market line: late or between bars, and made of scraps."""
    line = page.lines[index]
    if line.kind is not Kind.PIPES and not page.is_late(index):
        return False
    pieces = [piece for i in line.sentences for piece in SEPARATOR.split(page.sentences[i].text)]
    return all(len(WORD.findall(piece)) <= 12 for piece in pieces)


def drop_blocks(page: Page) -> None:
    """What follows a heading of links, an advertisement, a legal notice or an author box."""
    index = 0
    while index < len(page.lines):
        line = page.lines[index]
        index += 1
        if line.reason == AUTHOR_BOX and line.phrase in page.cues.author:
            index = _drop_author(page, index)
        elif line.reason or line.is_paragraph:
            continue
        elif page.cues.is_related(line.phrase):
            line.reason = RELATED
            index = _drop_links(page, index)
        elif page.cues.is_ad(line.phrase):
            line.reason = PROMOTIONAL
            index = _drop_advert(page, index)
        elif line.phrase in page.cues.notice:
            line.reason = DISCLAIMER
            index = _drop_notice(page, index)


def _drop_author(page: Page, index: int) -> int:
    """Drop the name below "author avatar" and, unless the article follows, a short text about the person."""
    article_follows = not any(line.is_paragraph for line in page.lines[:index])
    for line in page.lines[index : index + 2]:
        limit = 8 if article_follows or line.kind is Kind.SHORT else 40
        if line.reason or line.words > limit or page.cues.is_related(line.phrase):
            break
        line.reason = AUTHOR_BOX
        index += 1
    return index


def _drop_advert(page: Page, index: int) -> int:
    """Drop the scraps below "Advertisement": lines without a full stop, or a few words that end the page."""
    ends_page = page.is_late(index) and all(line.words <= 10 for line in page.lines[index:])
    while index < len(page.lines) and not _heads_something(page, index):
        line = page.lines[index]
        if not ends_page and line.kind not in {Kind.SHORT, Kind.PIPES}:
            break
        line.reason = PROMOTIONAL
        index += 1
    return index


def _heads_something(page: Page, index: int) -> bool:
    """Tell a line that other furniture words claim, or that heads running text or a list."""
    line = page.lines[index]
    after = page.lines[index + 1] if index + 1 < len(page.lines) else None
    if line.reason or page.cues.is_related(line.phrase) or page.cues.newsletter.match(line.phrase):
        return True
    return after is not None and (after.kind in RUNNING or after.kind is Kind.BULLET)


def _drop_notice(page: Page, index: int) -> int:
    """Drop the paragraph below "Disclaimer", and those after it unless the article follows."""
    article_follows = not any(line.is_paragraph for line in page.lines[:index])
    while index < len(page.lines) and page.lines[index].kind is Kind.PROSE and not page.lines[index].reason:
        page.lines[index].reason = DISCLAIMER
        index += 1
        if article_follows:
            break
    return index


def _drop_links(page: Page, index: int) -> int:
    """Drop the lines below a heading of links up to where the article goes on, if it does."""
    resume = goes_on_at(page, index)
    for line in page.lines[index:resume]:
        line.reason = line.reason or RELATED
    return resume


def drop_forward_looking(page: Page) -> None:
    """The legal passage on forward-looking statements: its heading, and the paragraphs that go on with it."""
    inside = False
    for line in page.lines:
        folded = line.text.casefold()
        hits = sum(phrase in folded for phrase in page.cues.forward)
        if line.kind is not Kind.PROSE and line.words <= 14:
            inside = hits > 0 and not line.reason
            line.reason = FORWARD if inside else line.reason
        elif hits >= 2 or (inside and hits):
            inside = True
            line.reason = line.reason or FORWARD
        else:
            inside = False


def drop_sentences(page: Page) -> None:
    """Sentences inside running text, and lines made of them: sign-up, disclaimer, credits, what is next."""
    folded = _folded("\n".join([line.text for line in page.lines]))
    warned = any(phrase in folded for phrase in (*page.cues.disclaimer, *page.cues.forward))
    for number, line in enumerate(page.lines):
        if line.reason:
            continue
        found = [_sentence_reason(page, number, index, warned=warned) for index in line.sentences]
        page.reasons.update({i: reason for i, reason in zip(line.sentences, found, strict=True) if reason})
        hit = next((i for i, reason in enumerate(found) if reason in {DISCLAIMER, NEWSLETTER}), None)
        if hit is not None and page.is_late(number):
            lengths = page.lengths(line)
            if max(lengths[:hit], default=0) <= 8 and max(lengths[hit + 1 :], default=0) <= 15:
                line.reason = found[hit]


def _folded(text: str) -> str:
    return text.replace("’", "'").casefold()


def _sentence_reason(page: Page, number: int, index: int, *, warned: bool) -> str:
    """Return why a sentence is furniture, "" if it is not; ``warned``: a legal phrase stands somewhere on the page."""
    words, line = page.cues, page.lines[number]
    text = page.sentences[index].text
    late = page.is_late(number)
    if len(line.sentences) > 1 and is_credit_sentence(text, words):
        return CREDIT
    folded = _folded(text) if warned else ""
    if folded and page.is_edge(number) and any(phrase in folded for phrase in words.disclaimer):
        return DISCLAIMER
    if folded and sum([phrase in folded for phrase in words.forward]) >= 2:
        return FORWARD
    if not late and (len(line.sentences) > 1 or line.words > 30):
        return ""
    start = normalise(text[:200])
    if words.newsletter.match(start):
        return NEWSLETTER
    if late and line.words <= 40 and words.credits.match(start):
        return BYLINE
    if late and index == line.sentences[-1] and words.teaser.match(start):
        return RELATED
    return ""


def drop_tail(page: Page) -> None:
    """Scraps after the last running text: headlines without a full stop, lists between bars. Tables stay."""
    lines = page.lines
    kept = [i for i, line in enumerate(lines) if not line.reason and (line.kind in RUNNING or line.kind is Kind.BULLET)]
    if sum(lines[i].kind in RUNNING for i in kept) < 2:
        return
    tail = [line for line in lines[kept[-1] :] if not line.reason]
    if any(line.text.endswith((":", "：")) for line in tail):
        return
    _drop_bars([line for line in tail if line.kind is Kind.PIPES])
    scraps = [line for line in tail if line.kind is Kind.SHORT and not line.ends_sentence]
    headlines = [line for line, after in zip_longest(scraps, scraps[1:]) if not _is_listed(line, after)]
    if sum(bool(DASHED.search(line.text)) for line in headlines) * 2 > len(headlines):
        return
    if len(headlines) >= 2 and sum(line.words for line in headlines) >= HEADLINE_WORDS * len(headlines):
        for line in headlines:
            line.reason = RELATED


def _is_listed(line: Line, after: Line | None) -> bool:
    """Tell a row of a programme or of results, which begins with a figure, and the line that heads such rows."""
    return any(row is not None and row.text[:1].isdigit() for row in (line, after))


def _drop_bars(bars: list[Line]) -> None:
    columns = {len(SEPARATOR.findall(line.text)) for line in bars}
    if len(bars) > 1 and len(columns) == 1:
        return
    for line in bars:
        line.reason = TICKER if SIGNED_PERCENT.search(line.text) else RELATED


def drop_likely(page: Page) -> None:
    """Drop what no step names and form, words and place together say is furniture (``likeness``)."""
    scene = scene_of(page)
    kept = safe(scene)
    for index, odds in scores(scene).items():
        if odds > THRESHOLD and index not in kept:
            page.reasons.setdefault(index, UNNAMED)


def safe(scene: Scene) -> set[int]:
    """Return the sentences that weights alone never drop: the headline, captions by a credit, rows of facts."""
    page = scene.page
    found = {index for number in headline_lines(scene) for index in page.lines[number].sentences}
    found |= {piece.index for piece in scene.pieces if is_told(scene, piece)}
    for number, line in enumerate(page.lines):
        if any(page.reasons.get(i) == CREDIT for i in line.sentences):
            found.update(i for i in line.sentences if _is_caption(page.sentences[i].text))
        elif (line.label and _is_in_table(page, number)) or _is_listed_fact(page, number):
            found.update(line.sentences)
    return found


def _is_listed_fact(page: Page, index: int) -> bool:
    return _is_in_list(page, index) or _is_in_programme(page, index)


def _is_in_list(page: Page, index: int) -> bool:
    """Tell one of several lines with a dash in the middle, without figures: results, not a calendar."""
    rows = page.lines[max(0, index - 1) : index + 2]
    dashed = [row for row in rows if row.kind is Kind.SHORT and DASHED.search(row.text) and not DIGIT.search(row.text)]
    return len(dashed) >= 2 and page.lines[index] in dashed


def _is_in_programme(page: Page, index: int) -> bool:
    """Tell one of several lines that begin with a clock time and say what happens then, or the line that heads them."""
    row, *after = page.lines[index : index + 3]
    if not row.ends_sentence and row.words <= HEADING_WORDS and len(after) == 2 and all(map(_is_timed, after)):
        return True
    return _is_timed(row) and any(map(_is_timed, [*page.lines[max(0, index - 1) : index], *after[:1]]))


def _is_timed(line: Line) -> bool:
    match = TIMED.match(line.text)
    return match is not None and 1 <= len(WORD.findall(line.text[match.end() : 200])) <= MAX_TIMED


def _is_caption(text: str) -> bool:
    return bool(SENTENCE_END.search(text[-16:])) and len(WORD.findall(text)) >= CAPTION_WORDS


STEPS: Final[tuple[Callable[[Page], None], ...]] = (
    drop_repeated_title,
    drop_small_print,
    drop_headings,
    drop_labelled,
    drop_blocks,
    drop_forward_looking,
    drop_sentences,
    drop_tail,
)
