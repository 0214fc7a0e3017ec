"""Files, folders, globs, web addresses and standard input -> articles."""

from __future__ import annotations

import glob
import gzip
import io
import logging
import os
import re
import stat
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast
from urllib.parse import urlsplit

from reconcile.errors import InputError
from reconcile.model import Article, Problem
from reconcile.read.clean import headline
from reconcile.read.fetch import Fetcher, FetchRules
from reconcile.read.forms import (
    EXTENSIONS,
    HEAD,
    READERS,
    UNSURE_TYPES,
    extension,
    form_of,
    refused_kind,
    unread_kind,
)
from reconcile.read.identity import STAGE, host_name, problem, resolve, settle, shown_url
from reconcile.read.place import DEFAULT_LIMITS, Item, Limits, Place, shown_path

LOGGER = logging.getLogger(__name__)

COMPANIONS: Final = "readme license licence licenses licences notice changelog copying authors manifest"
NOT_ARTICLES: Final = frozenset(COMPANIONS.split())
URL = re.compile(r"[a-z][a-z0-9+.-]{1,20}://", re.IGNORECASE)
OF_MANY: Final = frozenset({"csv", "jsonl", "warc"})  # forms in which what comes before a damage is whole
OTHER_MEDIA: Final = frozenset({"image", "audio", "video", "font"})
READ_ERRORS: Final = (InputError, OSError, EOFError, zlib.error, UnicodeError)


def read(
    paths: Sequence[str],
    *,
    limits: Limits = DEFAULT_LIMITS,
    rules: FetchRules | None = None,
    stdin: BinaryIO | None = None,
) -> tuple[tuple[Article, ...], tuple[Problem, ...]]:
    """Read every article under ``paths`` (files, folders, globs, http(s) addresses, "-" for standard input).

    Returns the articles sorted by id and the problems sorted by place; what is wrong with one input does not
    stop the others. The order of ``paths`` makes no difference.

    :raises InputError: after more than ``limits.max_errors`` problems.
    """
    problems: list[Problem] = []
    articles: list[Article] = []
    fetcher = Fetcher(rules or FetchRules(), limits)
    inputs = _inputs(paths, limits, problems)
    total = _bounded(0, problems, limits)
    for path in inputs:
        found, lost = 0, False
        items = _fetched(path, fetcher) if URL.match(path) else _items(path, limits, stdin)
        for item in items:
            rows, article = _settled(item, limits)
            if article is not None:
                articles.append(article)
            found += len(rows)
            total = _bounded(total, rows, limits)
            if found <= limits.max_problems_per_file:
                problems.extend(rows)
            else:
                lost |= any(not row.kept and not row.article_id for row in rows)
        if found > limits.max_problems_per_file:
            message = f"{found:,} problems in this file; only {limits.max_problems_per_file:,} are listed"
            refused = _refused(shown_url(path), message, "check the file's form")
            problems.append(replace(refused, kept=not lost))
    kept, clashes = resolve(articles)
    _bounded(total, clashes, limits)
    rows_sorted = sorted({*problems, *clashes}, key=lambda p: (p.path, p.line, p.article_id, p.message))
    return tuple(kept), tuple(rows_sorted)


def _bounded(count: int, rows: Sequence[Problem], limits: Limits) -> int:
    """Return the number of problems with these. Raises InputError where there are too many of them."""
    if count + len(rows) <= limits.max_errors:
        return count + len(rows)
    last = rows[limits.max_errors - count]
    place = f"{last.path}:{last.line}" if last.line else last.path or last.article_id
    more = f"more than {limits.max_errors:,} problems (max_errors), so the reading stops and nothing is published"
    raise InputError(f"{place}: {last.message} ({last.advice}); {more}")


def _settled(item: Item, limits: Limits) -> tuple[list[Problem], Article | None]:
    if isinstance(item, Problem):
        return [item], None
    if isinstance(item.text, str) and len(item.text) > limits.max_text_chars:
        message = f"the text has {len(item.text):,} characters; the limit is {limits.max_text_chars:,}"
        return [problem(item, message, "split the document into articles")], None
    article, rows = settle(item)
    if article is not None and not article.title and "\n" in article.text:
        article = replace(article, title=headline(article))
    return rows, article


def _inputs(paths: Sequence[str], limits: Limits, problems: list[Problem]) -> list[str]:
    """Return each file once, sorted, under the least of its names."""
    found: dict[str, str] = {}
    for given in sorted(set(paths)):
        for path in _expand(given, limits, problems):
            key = path if path == "-" or URL.match(path) else os.path.realpath(path)
            found[key] = min(found.get(key, path), path)
            if len(found) > limits.max_files:
                problems.append(_refused(given, f"more than {limits.max_files:,} files", "pass fewer"))
                return sorted(found.values())[: limits.max_files]
    return sorted(found.values())


def _refused(path: str, message: str, advice: str) -> Problem:
    return Problem(STAGE, shown_path(path), 0, "", message, advice)


def _expand(given: str, limits: Limits, problems: list[Problem]) -> Iterator[str]:
    if given == "-":
        yield "-"
    elif URL.match(given):
        yield given
    elif not given or "\x00" in given:
        problems.append(_refused(given.replace("\x00", "\ufffd"), "not a file name", "check the path"))
    elif os.path.isdir(given):
        yield from _folder(given, limits, problems)
    elif os.path.lexists(given):
        yield given
    elif glob.has_magic(given):
        matches = sorted(glob.glob(given, recursive=True))
        if not matches:
            problems.append(_refused(given, "no file matches", "check the pattern"))
        for match in matches:
            if os.path.isdir(match):
                yield from _folder(match, limits, problems)
            else:
                yield match
    else:
        problems.append(_refused(given, "no such file or folder", "check the path"))


def _folder(top: str, limits: Limits, problems: list[Problem]) -> Iterator[str]:
    """Walk a folder: hidden files and files of other kinds are passed over, each folder is entered once."""
    seen: set[str] = set()
    unread: Counter[str] = Counter()
    empty = True

    def failed(error: OSError) -> None:
        message = f"cannot be listed: {error.strerror}"
        problems.append(_refused(str(error.filename), message, "check its permissions"))

    for folder, folders, files in os.walk(top, followlinks=True, onerror=failed):
        real = os.path.realpath(folder)
        depth = len(Path(folder).parts) - len(Path(top).parts)
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        if depth >= limits.max_depth and folders:
            message = f"folders nested deeper than {limits.max_depth}"
            problems.append(_refused(folder, message, "pass them directly"))
            folders.clear()
        for name in sorted(files):
            if may_be_article(name):
                empty = False
                yield os.path.join(folder, name)
            elif not _is_companion(name):
                unread[unread_kind(name)] += 1
    problems.extend(_passed_over(top, kind, count) for kind, count in sorted(unread.items()) if kind)
    if empty:
        problems.append(_refused(top, "no readable file in this folder", "pass files that hold articles"))


def _passed_over(top: str, kind: str, count: int) -> Problem:
    files = f"{count:,} .{kind} file{'s are' if count > 1 else ' is'}"
    message = f"{files} passed over: such files are not read"
    return replace(_refused(top, message, "save them as text, DOCX, ODT, PDF or HTML"), kept=True)


def _is_companion(name: str) -> bool:
    """Return whether a file is hidden, or a README or the like."""
    return name.startswith(".") or name.partition(".")[0].lower() in NOT_ARTICLES


def may_be_article(name: str) -> bool:
    """Return whether a file of a folder is read, by its name: not hidden, of a known form, no README or the like."""
    if _is_companion(name):
        return False
    ending = extension(name)
    known = ending in EXTENSIONS or ending == "xml"
    if not known:
        LOGGER.debug("passed over, not a form that holds articles: %s", name)
    return known


class _Limited(io.RawIOBase):
    """Passes bytes on until there were too many of them.

    A ``lenient`` one ends where its source is damaged and keeps the error in ``broken``.
    """

    def __init__(self, source: IO[bytes], limit: int) -> None:
        self._read: Callable[[int], bytes] = source.read1 if isinstance(source, gzip.GzipFile) else source.read
        self._limit = limit
        self._left = limit
        self.lenient = False
        self.broken: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            chunk = self._read(min(len(buffer), self._left + 1))
        except (OSError, EOFError, zlib.error) as error:
            if not self.lenient:
                raise
            self.broken, chunk = error, b""
        if len(chunk) > self._left:
            raise InputError(f"larger than the limit of {self._limit:,} bytes; what came before was read")
        self._left -= len(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _items(path: str, limits: Limits, stdin: BinaryIO | None) -> Iterator[Item]:
    """Yield what one file holds; whatever goes wrong with it becomes its last item."""
    name = "stdin" if path == "-" else _stem(path)
    place = Place(shown_path(path), shown_path(name), limits)
    try:
        if path == "-":
            yield from _stream_items(stdin or sys.stdin.buffer, place)
            return
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            yield place.problem(0, "not a regular file", "pass a file; pipe a stream in and name it -")
            return
        with open(path, "rb") as file:
            yield from _stream_items(file, place)
    except READ_ERRORS as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        yield place.problem(0, f"cannot be read: {reason}", "check the file")


def _stem(path: str) -> str:
    base = os.path.basename(path)
    for ending in (".gz", "." + extension(base)):
        if base.lower().endswith(ending) and len(base) > len(ending):
            base = base[: -len(ending)]
    return base


def _fetched(url: str, fetcher: Fetcher) -> Iterator[Item]:
    """Yield what stands at a web address; a feed gives all its entries."""
    place = Place(shown_url(url), host_name(url), fetcher.limits)
    try:
        answer = fetcher.get(url)
        kind = "" if answer.media_type in UNSURE_TYPES else answer.media_type
        if kind and kind.partition("/")[0] in OTHER_MEDIA:
            yield place.problem(0, f"{kind} is not read", "pass the address of a page, feed or document")
            return
        place = replace(place, url=answer.url, charset=answer.charset)
        yield from _stream_items(io.BytesIO(answer.body), place, kind)
    except READ_ERRORS as error:
        message, _, advice = str(error).partition("; ")
        yield place.problem(0, message, advice or "check the address")


def _stream_items(file: IO[bytes], place: Place, media_type: str = "") -> Iterator[Item]:
    # A download was bounded while it was packed; unpacked it may not be larger than any one document.
    limit = place.limits.max_bytes if place.url else place.limits.max_stream_bytes
    source = _Limited(file, limit)
    stream = io.BufferedReader(source, 1 << 16)
    if stream.peek(2)[:2] == b"\x1f\x8b":
        source = _Limited(cast("IO[bytes]", gzip.GzipFile(fileobj=stream)), limit)
        stream = io.BufferedReader(source, 1 << 16)
    head = stream.peek(HEAD)
    if kind := refused_kind(head):
        yield place.problem(0, f"{kind} is not read", "export the text first")
        return
    name = urlsplit(place.url).path if place.url else place.path
    form = form_of(head, name, media_type)
    if form == "":
        yield place.problem(0, "XML that is neither a feed nor a web page", "pass RSS, Atom or HTML")
        return
    source.lenient = form in OF_MANY
    is_empty = True
    for item in READERS[form](stream, place):
        is_empty = False
        yield item
    if is_empty and not source.broken:
        yield place.problem(0, "no article found in it", f"it was read as {form}: check its form and what it holds")
    if source.broken:
        yield place.problem(0, f"the file breaks off: {source.broken}", "what came before was read; get it again")
