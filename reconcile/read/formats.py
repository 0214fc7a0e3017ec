"""One reader a form: the bytes of a file -> drafts of articles, and problems. Nothing here opens a file."""

from __future__ import annotations

import calendar
import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from reconcile.errors import InputError
from reconcile.model import Problem
from reconcile.read.dates import normalise_date
from reconcile.read.encoding import decode, guess_encoding
from reconcile.read.identity import STAGE, Draft, canonical_url
from reconcile.read.markup import Page, fragment_text, markdown_text, read_page

Item = Draft | Problem

STORY_ADVICE: Final = "use `reconcile evaluate stories` for gold files of the story benchmark"
ARTICLE_ADVICE: Final = 'give one JSON object an article, with its text under "text"'
FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.{0,65536}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
JSON_ERRORS: Final = (ValueError, RecursionError)
PAGE_TYPES: Final = ("text/html", "application/xhtml+xml")
FEED_TYPES: Final = (
    "application/rss+xml", "application/atom+xml", "application/rdf+xml", "text/xml", "application/xml"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where bytes come from: the path as given, a name for a source without one, and the size limits."""

    path: str
    name: str
    max_bytes: int
    max_page_bytes: int

    def problem(self, line: int, message: str, advice: str) -> Problem:
        """Return a problem row about this input."""
        return Problem(STAGE, self.path, line, "", message, advice)


def whole(stream: IO[bytes], limit: int) -> bytes:
    """Read everything, or raise InputError where that is more than ``limit`` bytes."""
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise InputError(f"larger than the limit of {limit:,} bytes")
    return data


def _decoded(data: bytes, place: Place, *, declared: bool = False) -> tuple[str, list[Problem]]:
    text, note = decode(data, declared=declared)
    return text, [place.problem(0, note, "save the file as UTF-8")] if note else []


def read_text(stream: IO[bytes], place: Place) -> Iterator[Item]:
    """Plain text: one article, unchanged; its headline, if any, is its first sentence."""
    text, problems = _decoded(whole(stream, place.max_bytes), place)
    yield from problems
    yield Draft(text, path=place.path, fallback=place.name)


def read_markdown(stream: IO[bytes], place: Place) -> Iterator[Item]:
    """Markdown with or without YAML front matter; the text is the body without markup."""
    raw, problems = _decoded(whole(stream, place.max_bytes), place)
    yield from problems
    meta: dict[str, Any] = {}
    match = FRONT_MATTER.match(raw)
    if match:
        try:
            meta = _front_matter(match[1])
        except InputError as error:
            yield place.problem(1, f"the front matter is not read: {error}", "write it as YAML: `key: value`")
    text, heading = markdown_text(raw[match.end() :] if match else raw)
    record = {"title": heading, **{k: v for k, v in meta.items() if v is not None}, "text": text}
    yield _draft(record, place, raw=raw, fallback=place.name)


def _front_matter(block: str) -> dict[str, Any]:
    import yaml

    try:
        meta = yaml.safe_load(block)
    except (yaml.YAMLError, *JSON_ERRORS) as error:
        raise InputError(str(error).split("\n")[0][:200]) from error
    if meta is None:
        return {}
    if not isinstance(meta, dict):
        raise InputError(f"it is a {type(meta).__name__}, not a mapping")
    found = {str(key).lower(): value for key, value in meta.items()}
    return {"published": found.get("date"), "lang": found.get("language"), **found}


def _draft(record: dict[str, Any], place: Place, *, line: int = 0, raw: str = "", fallback: str = "") -> Draft:
    return Draft(
        text=record.get("text"),
        article_id=record.get("id"),
        source=record.get("source"),
        url=record.get("url"),
        title=record.get("title"),
        published=record.get("published"),
        lang=record.get("lang"),
        raw=raw,
        path=place.path,
        line=line,
        fallback=fallback,
    )


def read_html(stream: IO[bytes], place: Place) -> Iterator[Item]:
    """A web page: its main text, with the page kept as ``raw``."""
    html, problems = _decoded(whole(stream, place.max_page_bytes), place, declared=True)
    yield from problems
    yield from _page_items(html, place, url="", line=0)


def _page_items(html: str, place: Place, *, url: str, line: int) -> Iterator[Item]:
    try:
        page = read_page(html, url)
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


def _records(data: Any, place: Place, line: int) -> Iterator[Item]:
    """Yield the articles of one JSON value: an object, a list, or an object that holds a list of articles."""
    if isinstance(data, dict) and "text" not in data and isinstance(data.get("articles"), list):
        if _is_gold(data):
            yield place.problem(line, "a gold file of the story benchmark is not input", STORY_ADVICE)
            return
        data = data["articles"]
    if isinstance(data, dict):
        yield _draft(data, place, line=line)
    elif isinstance(data, list):
        for number, row in enumerate(data, 1):
            if not isinstance(row, dict):
                yield place.problem(line or number, f"item {number} is no JSON object", ARTICLE_ADVICE)
            elif _is_gold(row):
                yield place.problem(line or number, "a story of the benchmark is not input", STORY_ADVICE)
            else:
                yield _draft(row, place, line=line or number)
    else:
        yield place.problem(line, "the JSON value is neither an object nor a list", ARTICLE_ADVICE)


def _is_gold(data: dict[str, Any]) -> bool:
    return "facts" in data and isinstance(data.get("articles"), list)


def _json_message(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "the JSON is nested too deeply"
    return f"not valid JSON: {str(error)[:200]}"


def read_json(stream: IO[bytes], place: Place) -> Iterator[Item]:
    """JSON: an object, a list of objects, or ``{"articles": [...]}``; many objects are read as JSON Lines."""
    data = whole(stream, place.max_bytes)
    text, problems = _decoded(data, place)
    try:
        value = json.loads(text)
    except JSON_ERRORS as error:
        if "Extra data" in str(error) and "\n" in text.strip():
            yield from read_jsonl(io.BytesIO(data), place)
            return
        yield place.problem(getattr(error, "lineno", 0), _json_message(error), "mend the file")
        return
    yield from problems
    yield from _records(value, place, 0)


def read_jsonl(stream: IO[bytes], place: Place) -> Iterator[Item]:
    """JSON Lines: one object a line; a broken line is a problem and the rest goes on."""
    line = stream.readline(place.max_bytes)
    if guess_encoding(line[:4]).startswith(("utf-16", "utf-32")):
        text, problems = _decoded(line + whole(stream, place.max_bytes), place)
        yield from problems
        stream = io.BytesIO(text.encode("utf-8", "replace"))
        line = stream.readline(place.max_bytes)
    number = 1
    while line:
        if line.strip():
            yield from _json_line(line, place, number)
        line = stream.readline(place.max_bytes)
        number += 1


def _json_line(line: bytes, place: Place, number: int) -> Iterator[Item]:
    if len(line) >= place.max_bytes:
        yield place.problem(number, f"the line is longer than {place.max_bytes:,} bytes", "shorten it")
        return
    text, note = decode(line)
    if note:
        yield place.problem(number, note, "save the file as UTF-8")
    try:
        value = json.loads(text)
    except JSON_ERRORS as error:
        yield place.problem(number, _json_message(error), "mend the line; the other lines were read")
        return
    yield from _records(value, place, number)


def read_csv(stream: IO[bytes], place: Place) -> Iterator[Item]:
    """CSV or TSV with a header line that names the JSON keys; other columns are ignored."""
    head = stream.read(65_536)
    encoding = guess_encoding(head)
    text = io.TextIOWrapper(io.BufferedReader(_Chain(head, stream)), encoding, errors="replace", newline="")
    csv.field_size_limit(place.max_bytes)
    first = head.decode(encoding, errors="replace").lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(text, delimiter=delimiter)
    try:
        header = [name.strip().lstrip("\ufeff").lower() for name in next(reader, [])]
        if "text" not in header:
            yield place.problem(1, 'no column is called "text"', "name the columns text, title, source, ...")
            return
        line = reader.line_num + 1
        for row in reader:
            record = {name: value for name, value in zip(header, row, strict=False) if value}
            if "\ufffd" in "".join(row):
                yield place.problem(line, "some bytes cannot be decoded", "save the file as UTF-8")
            if any(row):
                yield _draft(record, place, line=line)
            line = reader.line_num + 1
    except csv.Error as error:
        yield place.problem(reader.line_num, f"not valid CSV: {error}", "rows before this one were read")


class _Chain(io.RawIOBase):
    """A readable stream made of bytes already read and of the stream they came from."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)


def read_feed(stream: IO[bytes], place: Place) -> Iterator[Item]:
    """RSS or Atom: one article an entry, from its content or else its summary."""
    data = whole(stream, place.max_page_bytes)
    yield from _feed_items(data, place, 0)


def _feed_items(data: bytes, place: Place, line: int) -> Iterator[Item]:
    import feedparser

    if b"<!ENTITY" in data[:65_536]:
        yield place.problem(line, "a feed that defines its own entities is not read", "remove <!ENTITY>")
        return
    try:
        feed = feedparser.parse(io.BytesIO(data))
    except Exception as error:  # as for pages: whatever a hostile feed breaks, the rest goes on
        yield place.problem(line, f"the feed cannot be parsed ({type(error).__name__})", "is it RSS or Atom?")
        return
    if not feed.entries:
        message = "no entries found: " + (str(feed.get("bozo_exception") or "not RSS or Atom")[:200])
        yield place.problem(line, message, "pass an RSS or Atom feed; save a web page as .html")
        return
    for number, entry in enumerate(feed.entries, 1):
        yield _entry(entry, feed, place, line or number)


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
    return calendar.timegm(parsed) if parsed and normalise_date(stated) is None else stated


def read_warc(stream: IO[bytes], place: Place) -> Iterator[Item]:
    """WARC: every page, feed and text fetched with status 200, under the address it was fetched from."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    number = 0
    try:
        for record in ArchiveIterator(stream):
            number += 1
            if record.rec_type in {"response", "resource", "conversion"}:
                yield from _warc_record(record, place, number)
    except (ArchiveLoadFailed, ValueError, EOFError) as error:
        message = f"the archive breaks off or is damaged: {str(error)[:200]}"
        yield place.problem(number + 1, message, "records before this one were read")


def _warc_record(record: Any, place: Place, number: int) -> Iterator[Item]:
    http = record.http_headers
    if http is not None and http.get_statuscode() != "200":
        return
    header = (http if http is not None else record.rec_headers).get_header("Content-Type")
    kind = (header or "").split(";")[0].strip().lower()
    if kind not in (*PAGE_TYPES, *FEED_TYPES, "text/plain"):
        return
    data = record.content_stream().read(place.max_page_bytes + 1)
    if len(data) > place.max_page_bytes:
        yield place.problem(number, f"the page is larger than {place.max_page_bytes:,} bytes", "leave it out")
        return
    url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
    if kind in FEED_TYPES:
        yield from _feed_items(data, place, number)
        return
    text, problems = _decoded(data, place, declared=True)
    yield from problems
    if kind in PAGE_TYPES:
        yield from _page_items(text, place, url=url, line=number)
    else:
        yield Draft(text, url=url, path=place.path, line=number, fallback=place.name)


READERS: Final[dict[str, Callable[[IO[bytes], Place], Iterator[Item]]]] = {
    "csv": read_csv,
    "feed": read_feed,
    "html": read_html,
    "json": read_json,
    "jsonl": read_jsonl,
    "markdown": read_markdown,
    "text": read_text,
    "warc": read_warc,
}
