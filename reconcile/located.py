"""Where a quote stands in the file that its article was read from: what a build system puts its finger on."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from reconcile.model import Article
from reconcile.read.forms import extension
from reconcile.read.ingest import URL

_MARKED_UP = frozenset({"md", "markdown", "html", "htm", "xhtml"})
_PLAIN = frozenset({"txt", "text", ""})
_WORD = re.compile(r"\w+")
_NOT_TEXT = re.compile(
    r"<!--(?:[^<-]|-(?!->)|<(?!!--)){0,5000}-->|<[^<>]{0,2000}>|&#?\w{1,31};|\]\([^()\s]{0,2000}\)", re.DOTALL
)  # comments, tags, entities, targets of links
_LEAST = 3
_MAX_BYTES = 10_000_000


def locate(row: dict[str, Any], articles: Mapping[str, Article], checked: Collection[str]) -> dict[str, Any]:
    """Add ``path``, ``line`` and ``url`` to both sides of a finding; "" and 0 where there is none.

    The path is relative to the current folder if it lies below it. That of an article that was not checked is
    only given where there is such a file here: a database may have been made elsewhere.
    """
    for side in (row["a"], row["b"]):
        article = articles[side["article_id"]]
        path = _path_here(article.path)
        if article.article_id not in checked and not os.path.isfile(path):
            path = ""
        side |= {"path": path, "line": _line(article, side) if path else 0, "url": article.url}
    return row


def place_name(article: Article) -> str:
    """Return how to name an article to a person: its file and line, else its address, else its id."""
    path = _path_here(article.path)
    return (f"{path}:{article.line}" if article.line else path) or article.url or article.article_id


def _path_here(path: str) -> str:
    if path == "-" or URL.match(path):
        return ""
    here = os.path.join(os.path.realpath("."), "")
    return os.path.relpath(path) if os.path.isabs(path) and os.path.realpath(path).startswith(here) else path


def _line(article: Article, side: Mapping[str, Any]) -> int:
    form = extension(article.path)
    start, quote = int(side["start"]), str(side["quote"])
    if form in _MARKED_UP and article.raw:
        earlier = article.text.count(quote, 0, start) if side["part"] == "text" else 0
        return line_in_markup(article.raw, quote, earlier)
    if form in _PLAIN and not article.raw and not article.line:
        return article.text.count("\n", 0, start) + 1 if side["part"] == "text" else 0
    return _line_in_json(article.path, quote) if form == "json" else article.line


def line_in_markup(raw: str, quote: str, earlier: int = 0) -> int:
    """Return the line of ``raw`` (Markdown or HTML) where ``quote`` begins, 0 if its words are not found there.

    :param earlier: how often the same quote stands before it.
    """
    words, starts = _words(raw)
    wanted = _WORD.findall(quote)
    for length in (len(wanted), 8, _LEAST):
        if not wanted[:length] or length > len(wanted):
            continue
        needle = "\n".join(["", *wanted[:length], ""])
        at = words.find(needle)
        for _ in range(earlier):
            later = words.find(needle, at + 1)
            at = later if later >= 0 else at
        if at >= 0:
            return raw.count("\n", 0, starts[words.count("\n", 0, at)]) + 1
    return 0


@lru_cache(maxsize=16)
def _words(raw: str) -> tuple[str, tuple[int, ...]]:
    """Return the words of a page's text, each between two line ends, and where each begins in ``raw``."""
    bare = _NOT_TEXT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), raw)
    found = list(_WORD.finditer(bare))
    return "\n".join(["", *(match.group() for match in found), ""]), tuple(match.start() for match in found)


def _line_in_json(path: str, quote: str) -> int:
    """Return the line of a JSON file that holds ``quote`` inside a string, written plainly or with escapes."""
    try:
        if os.path.getsize(path) > _MAX_BYTES:
            return 0
        with open(path, encoding="utf-8-sig") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError):
        return 0
    for ascii_only in (False, True):
        at = text.find(json.dumps(quote, ensure_ascii=ascii_only)[1:-1])
        if at >= 0:
            return text.count("\n", 0, at) + 1
    return 0
