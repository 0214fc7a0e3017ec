"""Files, folders, globs and standard input -> articles. The only reader of the outside world."""

from __future__ import annotations

import glob
import gzip
import io
import json
import logging
import os
import re
import stat
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

from reconcile.errors import InputError
from reconcile.model import Article, Problem
from reconcile.read.formats import READERS, Item, Place
from reconcile.read.identity import STAGE, problem, resolve, settle

LOGGER = logging.getLogger(__name__)

FORMS: Final = {
    "txt": "text", "text": "text", "md": "markdown", "markdown": "markdown", "html": "html", "htm": "html",
    "xhtml": "html", "rss": "feed", "atom": "feed", "json": "json", "jsonl": "jsonl", "ndjson": "jsonl",
    "csv": "csv", "tsv": "csv", "warc": "warc",
}  # fmt: skip
COMPANIONS: Final = "readme license licence licenses licences notice changelog copying authors manifest"
NOT_ARTICLES: Final = frozenset(COMPANIONS.split())
HEAD: Final = 4096
HTML_HEAD = re.compile(rb"<(?:!doctype\s+html|html|head|body|article|title|h1|p)[\s>]", re.IGNORECASE)
FEED_HEAD = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]")
BINARY_KINDS: Final = (
    (b"%PDF", "a PDF"), (b"PK\x03\x04", "a ZIP or Office file"), (b"SQLite format 3", "a SQLite database"),
    (b"\x89PNG", "an image"), (b"\xff\xd8\xff", "an image"), (b"GIF8", "an image"), (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"), (b"\x28\xb5\x2f\xfd", "a zstd file"), (b"\x7fELF", "a program"),
)  # fmt: skip
CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
READ_ERRORS: Final = (InputError, OSError, EOFError, zlib.error, UnicodeError)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one input may cost. Sizes are of the decompressed data; hitting a limit is a problem row.

    ``max_bytes`` bounds one document or line, ``max_page_bytes`` one web page or feed, ``max_stream_bytes``
    one file of many articles (JSON Lines, CSV, WARC). Depth counts folders below the one named.
    """

    max_bytes: int = 50_000_000
    max_page_bytes: int = 10_000_000
    max_stream_bytes: int = 4_000_000_000
    max_text_chars: int = 1_000_000
    max_depth: int = 32
    max_files: int = 1_000_000
    max_problems_per_file: int = 1_000


DEFAULT_LIMITS: Final = Limits()


def read(
    paths: Sequence[str], *, limits: Limits = DEFAULT_LIMITS, stdin: BinaryIO | None = None
) -> tuple[tuple[Article, ...], tuple[Problem, ...]]:
    """Read every article under ``paths`` (files, folders, globs, "-" for standard input).

    Returns the articles sorted by id and the problems sorted by place; what is wrong with one input does not
    stop the others. The order of ``paths`` makes no difference.
    """
    problems: list[Problem] = []
    articles: list[Article] = []
    for path in _inputs(paths, limits, problems):
        found = 0
        for item in _items(path, limits, stdin):
            rows, article = _settled(item, limits)
            if article is not None:
                articles.append(article)
            found += len(rows)
            if found <= limits.max_problems_per_file:
                problems.extend(rows)
        if found > limits.max_problems_per_file:
            message = f"{found:,} problems in this file; only {limits.max_problems_per_file:,} are listed"
            problems.append(Problem(STAGE, path, 0, "", message, "check the file's form"))
    kept, clashes = resolve(articles)
    rows_sorted = sorted({*problems, *clashes}, key=lambda p: (p.path, p.line, p.article_id, p.message))
    return tuple(kept), tuple(rows_sorted)


def _settled(item: Item, limits: Limits) -> tuple[list[Problem], Article | None]:
    if isinstance(item, Problem):
        return [item], None
    if isinstance(item.text, str) and len(item.text) > limits.max_text_chars:
        message = f"the text has {len(item.text):,} characters; the limit is {limits.max_text_chars:,}"
        return [problem(item, message, "split the document into articles")], None
    article, rows = settle(item)
    return rows, article


def _inputs(paths: Sequence[str], limits: Limits, problems: list[Problem]) -> list[str]:
    """Return each file once, sorted, under the least of its names."""
    found: dict[str, str] = {}
    for given in sorted(set(paths)):
        for path in _expand(given, limits, problems):
            key = path if path == "-" else os.path.realpath(path)
            found[key] = min(found.get(key, path), path)
            if len(found) > limits.max_files:
                problems.append(_refused(given, f"more than {limits.max_files:,} files", "pass fewer"))
                return sorted(found.values())[: limits.max_files]
    return sorted(found.values())


def _refused(path: str, message: str, advice: str) -> Problem:
    return Problem(STAGE, path, 0, "", message, advice)


def _expand(given: str, limits: Limits, problems: list[Problem]) -> Iterator[str]:
    if given == "-":
        yield "-"
    elif re.match(r"https?://", given, re.IGNORECASE):
        advice = "download the page and pass the file"
        problems.append(_refused(given, f"fetching URLs is not available yet; {advice}", advice))
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
            if _may_be_article(name):
                empty = False
                yield os.path.join(folder, name)
    if empty:
        problems.append(_refused(top, "no readable file in this folder", "pass files that hold articles"))


def _may_be_article(name: str) -> bool:
    stem, _, _ = name.partition(".")
    if name.startswith(".") or stem.lower() in NOT_ARTICLES:
        return False
    extension = _extension(name)
    known = extension in FORMS or extension == "xml"
    if not known:
        LOGGER.info("passed over, not a form that holds articles: %s", name)
    return known


def _extension(name: str) -> str:
    """Return the extension in lower case, that below ".gz" where there is one."""
    base = os.path.basename(name).lower().removesuffix(".gz")
    return base.rpartition(".")[2] if "." in base else ""


class _Limited(io.RawIOBase):
    """Passes bytes on until there were too many of them."""

    def __init__(self, source: IO[bytes], limit: int) -> None:
        self._source = source
        self._limit = limit
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._source.read(min(len(buffer), self._left + 1))
        if len(chunk) > self._left:
            raise InputError(f"larger than the limit of {self._limit:,} bytes; what came before was read")
        self._left -= len(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _items(path: str, limits: Limits, stdin: BinaryIO | None) -> Iterator[Item]:
    """Yield what one file holds; whatever goes wrong with it becomes its last item."""
    name = "stdin" if path == "-" else _stem(path)
    place = Place(path, name, limits.max_bytes, limits.max_page_bytes)
    try:
        if path == "-":
            yield from _stream_items(stdin or sys.stdin.buffer, place, limits)
            return
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            yield place.problem(0, "not a regular file", "pass a file; pipe a stream in and name it -")
            return
        with open(path, "rb") as file:
            yield from _stream_items(file, place, limits)
    except READ_ERRORS as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        yield place.problem(0, f"cannot be read: {reason}", "check the file")


def _stem(path: str) -> str:
    base = os.path.basename(path)
    for ending in (".gz", "." + _extension(base)):
        if base.lower().endswith(ending) and len(base) > len(ending):
            base = base[: -len(ending)]
    return base


def _stream_items(file: IO[bytes], place: Place, limits: Limits) -> Iterator[Item]:
    buffered = io.BufferedReader(_Limited(file, limits.max_stream_bytes), 1 << 16)
    stream: IO[bytes] = buffered
    if buffered.peek(2)[:2] == b"\x1f\x8b":
        unpacked = _Limited(cast("IO[bytes]", gzip.GzipFile(fileobj=buffered)), limits.max_stream_bytes)
        stream = io.BufferedReader(unpacked, 1 << 16)
    head = stream.peek(HEAD)  # type: ignore[attr-defined]
    kind = next((kind for magic, kind in BINARY_KINDS if head.startswith(magic)), "")
    if kind or _is_binary(head):
        yield place.problem(0, f"{kind or 'a binary file'} is not read", "export the text first")
        return
    extension = _extension(place.path)
    form = FORMS.get(extension) or sniff(head)
    if form == "":
        yield place.problem(0, "XML that is neither a feed nor a web page", "pass RSS, Atom or HTML")
        return
    yield from READERS[form](stream, place)


def _is_binary(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    even, odd = head[::2].count(0), head[1::2].count(0)
    is_utf16 = max(even, odd) > 0.3 * len(head) / 2 and min(even, odd) < 0.03 * len(head) / 2
    return not is_utf16 and even + odd + len(CONTROLS.findall(head)) > len(head) / 20


def sniff(head: bytes) -> str:
    """Guess the form of a file without a telling name from its first bytes; "" for XML of another kind."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"WARC/"):
        return "warc"
    if text.startswith(b"{"):
        return "jsonl" if _is_json_line(text) else "json"
    if re.match(rb"\[\s*[{\]]", text):
        return "json"
    if text.startswith(b"---") and re.search(rb"^---\s*$", text[3:], re.MULTILINE):
        return "markdown"
    if text.startswith(b"<"):
        if FEED_HEAD.search(text):
            return "feed"
        return "html" if HTML_HEAD.search(text) else ""
    first = text.split(b"\n", 1)[0].lower()
    columns = re.split(rb"[,;\t|]", first.replace(b'"', b"").strip())
    return "csv" if len(columns) > 1 and b"text" in [c.strip() for c in columns] else "text"


def _is_json_line(text: bytes) -> bool:
    line, newline, rest = text.partition(b"\n")
    if not newline:
        return False
    try:
        return isinstance(json.loads(line), dict) and rest.lstrip().startswith((b"{", b""))
    except (ValueError, RecursionError):
        return False
