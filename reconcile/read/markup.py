"""Markup -> plain text: the main text and metadata of HTML pages, HTML fragments of feeds, Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reconcile.read.live import linked_posts, mark_posts, with_days
from reconcile.read.metadata import LINKED_DATA, guessed_date, linked_data, stated, without_site

BLOCK_NAMES: Final = (
    "address article aside blockquote br dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header "
    "hr main nav ol p pre section table ul"
)
BLOCK_TAGS: Final = frozenset(BLOCK_NAMES.split())
ROW_TAGS: Final = {"li": "\n- ", "tr": "\n", "td": " | ", "th": " | "}
SILENT_TAGS: Final = frozenset({"script", "style", "template", "noscript", "head", "title"})
DATE_OPTIONS: Final = {"extensive_search": False, "original_date": True, "max_date": "2100-12-31"}


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says: its main text, and the metadata that it states itself, if any."""

    text: str
    title: str = ""
    source: str = ""
    url: str = ""
    published: str | None = None
    lang_hint: str = ""


def read_page(html: str, url: str = "") -> Page:
    """Return the main text of a page and its metadata. ``url`` is where it was fetched from, if known.

    Paragraphs of the text are separated by a blank line, list items and table rows by a newline; the headline
    is not repeated in it. A page without a recognisable text gives an empty one. A copyright year is no date.
    """
    from trafilatura import load_html

    tree = load_html(html)
    if tree is None:
        return Page(_only_paragraphs(html), url=url)
    linked = linked_data(tree)
    about = stated(tree, linked, url)
    is_live = mark_posts(tree, linked)
    if linked:  # what is read already must not be guessed from again: the date of a video, of the site
        for script in tree.xpath(LINKED_DATA):
            script.text = ""
    document = _main_part(tree, url)
    text = _paragraphs(document.text or "") if document else ""
    source = about.source or (document.sitename if document else "") or ""
    source = "" if source.startswith("@") else source.strip()
    title = without_site((document.title if document else "") or about.title, source)
    if is_live:
        parts = [part for part in text.split("\n\n") if _folded(part) != _folded(title)]
        text = with_days("\n\n".join([*parts, *_missing_posts(linked, text)]).strip())
    text = text or _only_paragraphs(html)
    guess = None if document is None or is_live else guessed_date(document.date, url)
    return Page(
        text=_without_title(text, title), title=title, source=source, url=about.url,
        published=about.published or about.modified or guess, lang_hint=about.lang,
    )  # fmt: skip


def _main_part(page: Any, url: str) -> Any:
    """Return trafilatura's extraction, precise if that finds anything; None where there is no main text."""
    from trafilatura import bare_extraction

    document: Any = None
    for precision in (True, False):
        if document is None or not document.text:
            document = bare_extraction(
                page, url=url or None, favor_precision=precision, include_comments=False, with_metadata=True,
                date_extraction_params=dict(DATE_OPTIONS),
            )  # fmt: skip
    return document


def _missing_posts(linked: Sequence[dict[str, Any]], text: str) -> Iterator[str]:
    """Yield the live posts that the page gives only in its JSON-LD, each with its time mark."""
    for mark, body in linked_posts(linked):
        post = fragment_text(body) if "<" in body else body.strip()
        if post.rsplit("\n\n", 1)[-1][:60] not in text:
            yield mark + post


def _paragraphs(text: str) -> str:
    """Separate paragraphs by a blank line; keep list items and table rows on neighbouring lines."""
    out: list[str] = []
    tight = False
    for line in text.split("\n"):
        line = line.strip()
        if not line:
            continue
        row = _table_row(line) if line.startswith("|") else line
        is_item = line.startswith(("- ", "|"))
        if row:
            out.append(("\n" if tight and is_item else "\n\n") + row if out else row)
            tight = is_item
    return "".join(out)


def _table_row(line: str) -> str:
    return row_text(cell for cell in line.strip("|").split("|") if not re.fullmatch(r"\s*:?-+:?\s*", cell))


def row_text(cells: Iterable[str]) -> str:
    """Return a table's row on one line: "label: value" for two cells, "cell | cell | cell" for more."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return ": ".join(filled) if len(filled) == 2 else " | ".join(filled)


def _without_title(text: str, title: str) -> str:
    """Drop a first line that only repeats the title."""
    first, _, rest = text.partition("\n")
    if title and rest and _folded(first) == _folded(title):
        return rest.lstrip("\n")
    return text


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def fragment_text(html: str) -> str:
    """Return the text of an HTML fragment: blocks separated by a blank line, list items by a newline."""
    tree = _parsed(html)
    return "" if tree is None else _text_of(tree)


def _parsed(html: str) -> Any:
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(html.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def _text_of(tree: Any) -> str:
    from lxml import etree

    parts: list[str] = []
    silent = 0
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        starts = event == "start"
        silent += (1 if starts else -1) if node.tag in SILENT_TAGS else 0
        if node.tag in ROW_TAGS:
            parts.append(ROW_TAGS[node.tag] if starts else "")
        elif node.tag in BLOCK_TAGS:
            parts.append("\n\n")
        text = node.text if starts else node.tail
        if text and not silent:
            parts.append(re.sub(r"\s+", " ", text))
    lines = [" ".join(line.split()) for line in "".join(parts).split("\n")]
    lines = [_table_row(line) if line.startswith("|") else line for line in lines]
    text = "\n".join(line for line in lines if line != "-")
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _only_paragraphs(html: str) -> str:
    """Return the text of a page's ``<p>`` elements, for pages too small to tell main text from the rest."""
    tree = _parsed(html)
    texts = [] if tree is None else [" ".join("".join(p.itertext()).split()) for p in tree.iter("p")]
    return "\n\n".join(text for text in texts if text)


FENCE = re.compile(r"^ {0,3}(?:```|~~~)")
HEADING = re.compile(r"^ {0,3}(#{1,6})\s")
RULE = re.compile(r"^ {0,3}(?:[-*_=]\s{0,3}){3,}$")
BULLET = re.compile(r"^(\s{0,8})[*+]\s+")
IMAGE = re.compile(r"!\[[^\[\]]{0,500}\]\([^()\s]{0,2000}(?:\s\"[^\"]{0,300}\")?\)")
LINK = re.compile(r"\[([^\[\]]{1,500})\](?:\([^()\s]{0,2000}(?:\s\"[^\"]{0,300}\")?\)|\[[^\[\]]{0,100}\])")
REFERENCE = re.compile(r"^ {0,3}\[[^\[\]]{1,100}\]:\s+\S+")
AUTOLINK = re.compile(r"<(https?://[^<>\s]{1,2000})>")
TAG = re.compile(r"</?[A-Za-z][^<>]{0,1000}>|<!--[^<>]{0,5000}-->")
STRONG = re.compile(r"(?<![\w*_])(\*{1,3}|_{1,3})(?=\S)([^*_\n]{1,1000})(?<=\S)\1(?![\w*_])")
CODE = re.compile(r"`([^`\n]{1,500})`")
ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")


def markdown_text(body: str) -> tuple[str, str]:
    """Return the plain text of Markdown and its first-level heading ("" if none), taken out of the text."""
    title = ""
    lines: list[str] = []
    fenced = False
    for line in body.splitlines():
        if FENCE.match(line):
            fenced = not fenced
            continue
        if fenced or REFERENCE.match(line):
            continue
        if RULE.match(line) or ("|" in line and "-" in line and not line.strip(" \t:|-")):
            lines.append("")
            continue
        heading = HEADING.match(line)
        if heading and len(heading[1]) == 1 and not title and not any(lines):
            title = _heading(line)
            continue
        lines.extend(["", _heading(line), ""] if heading else [_inline(_table_cells(line))])
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n"), title


def _heading(line: str) -> str:
    return _inline(line.strip().strip("#").strip())


def _table_cells(line: str) -> str:
    if line.lstrip().startswith("|") and line.rstrip().endswith("|"):
        return _table_row(line.strip())
    return BULLET.sub(r"\1- ", re.sub(r"^ {0,3}(?:> ?){1,5}", "", line))


def _inline(line: str) -> str:
    line = LINK.sub(r"\1", IMAGE.sub("", AUTOLINK.sub(r"\1", line)))
    line = TAG.sub("", CODE.sub(r"\1", line))
    for _ in range(2):
        line = STRONG.sub(r"\2", line)
    return ESCAPE.sub(r"\1", line)
