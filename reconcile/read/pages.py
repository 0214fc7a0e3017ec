"""Readers of web pages and feeds: the bytes -> drafts of articles, and problems."""

from __future__ import annotations

import calendar
import io
from collections.abc import Iterator
from typing import IO, Any, Final

from reconcile.read.dates import normalise_date
from reconcile.read.identity import Draft, canonical_url
from reconcile.read.markup import Page, fragment_text, read_page
from reconcile.read.place import Item, Place, decoded, whole

PAGE_TYPES: Final = ("text/html", "application/xhtml+xml")
FEED_TYPES: Final = (
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "text/xml", "application/xml"
)  # fmt: skip


def read_html(stream: IO[bytes], place: Place) -> Iterator[Item]:
    """A web page: its main text, with the page kept as ``raw``."""
    yield from page_items(whole(stream, place.limits.max_page_bytes), place, 0)


def page_items(data: bytes, place: Place, line: int) -> Iterator[Item]:
    """Yield the article of one page; ``line`` is where it stands in its file."""
    html, problems = decoded(data, place, declared=True)
    yield from problems
    try:
        page = read_page(html, place.url)
    except Exception as error:  # a hostile page may break the libraries below anywhere; the rest goes on
        yield place.problem(line, f"the page cannot be parsed ({type(error).__name__})", "is it HTML?")
        return
    if not page.text.strip():
        yield place.problem(line, "no main text found in the page", "pass the article's own page")
        return
    yield _from_page(page, place, raw=html, line=line)


def _from_page(page: Page, place: Place, *, raw: str, line: int) -> Draft:
    return Draft(
        text=page.text, source=page.source, url=page.url, title=page.title, published=page.published, raw=raw,
        path=place.path, line=line, fallback=place.name, lang_hint=page.lang_hint,
    )  # fmt: skip


def read_feed(stream: IO[bytes], place: Place) -> Iterator[Item]:
    """RSS or Atom: one article an entry, from its content or else its summary."""
    data = whole(stream, place.limits.max_page_bytes)
    yield from feed_items(data, place, 0)


def feed_items(data: bytes, place: Place, line: int) -> Iterator[Item]:
    """Yield the articles of one feed; ``line`` is where it stands in its file."""
    import feedparser

    if b"<!ENTITY" in data[:65_536]:
        yield place.problem(line, "a feed that defines its own entities is not read", "remove <!ENTITY>")
        return
    try:
        feed = feedparser.parse(io.BytesIO(data), response_headers={"content-location": place.url})
    except Exception as error:  # as for pages: whatever a hostile feed breaks, the rest goes on
        yield place.problem(line, f"the feed cannot be parsed ({type(error).__name__})", "is it RSS or Atom?")
        return
    if not feed.entries:
        message = "no entries found: " + (str(feed.get("bozo_exception") or "not RSS or Atom")[:200])
        yield place.problem(line, message, "pass an RSS or Atom feed; save a web page as .html")
        return
    latest = _latest(feed.entries)
    for number, entry in enumerate(feed.entries, 1):
        if latest[_key(entry, number)] == number:
            yield _entry(entry, feed, place, line or number)
        else:
            message = "an older state of an entry is left out"
            yield place.problem(line or number, message, "nothing: the newer is read", kept=True)


def _latest(entries: list[Any]) -> dict[str, int]:
    """Return the number of the latest state of each entry: the one last updated, else the one that comes first."""
    best: dict[str, tuple[tuple[int, ...], int]] = {}
    for number, entry in enumerate(entries, 1):
        moment = entry.get("updated_parsed") or entry.get("published_parsed")
        rank: tuple[tuple[int, ...], int] = (tuple(moment[:6]) if moment else (), -number)  # in any year
        key = _key(entry, number)
        best[key] = max(best.get(key, rank), rank)
    return {key: -rank[1] for key, rank in best.items()}


def _key(entry: Any, number: int) -> str:
    return str(entry.get("id") or entry.get("link") or number)


def _entry(entry: Any, feed: Any, place: Place, line: int) -> Draft:
    contents = [part.get("value", "") for part in entry.get("content", [])]
    html = max([*contents, entry.get("summary", "")], key=len)
    link = entry.get("link", "")
    link = link if canonical_url(link) else ""
    source = entry.get("source", {}).get("title", "") or feed.feed.get("title", "")
    return Draft(
        text=fragment_text(html) if html else None,
        article_id=None if link else entry.get("id"),
        source=source,
        url=link,
        title=fragment_text(entry.get("title", "")),
        published=_entry_date(entry),
        raw=html,
        path=place.path,
        line=line,
        fallback=place.name,
        lang_hint=feed.feed.get("language", ""),
    )


def _entry_date(entry: Any) -> Any:
    stated = entry.get("published") or entry.get("updated")
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    if not parsed or normalise_date(stated) is not None:
        return stated
    try:
        return calendar.timegm(parsed)
    except ValueError:  # a year that no calendar has
        return stated
