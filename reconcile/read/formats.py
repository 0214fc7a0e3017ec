"""Readers of text, Markdown, JSON, JSON Lines and CSV: the bytes of a file -> drafts of articles, and problems."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import IO, Any, Final

from reconcile.errors import InputError
from reconcile.read.encoding import decode, guess_encoding
from reconcile.read.identity import Draft
from reconcile.read.markup import markdown_text
from reconcile.read.place import Item, Place, decoded, whole

STORY_ADVICE: Final = "use `reconcile evaluate stories` for gold files of the story benchmark"
ARTICLE_ADVICE: Final = 'give one JSON object an article, with its text under "text"'
FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.{0,65536}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
LANGUAGE_KEYS: Final = ("lang", "language")
TEXTS: Final = frozenset({"title", "source", "id", "url", *LANGUAGE_KEYS})  # keys of front matter that want a text
_YAML: Final = "tag:yaml.org,2002:"
_PRINTED: Final = frozenset(_YAML + kind for kind in ("bool", "int", "float", "timestamp"))
JSON_ERRORS: Final = (ValueError, RecursionError)


def read_text(stream: IO[bytes], place: Place) -> Iterator[Item]:
    """Plain text: one article, unchanged; its headline, if any, is its first sentence."""
    text, problems = decoded(whole(stream, place.limits.max_bytes), place)
    yield from problems
    yield Draft(text, url=place.url, path=place.path, fallback=place.name)


def read_markdown(stream: IO[bytes], place: Place) -> Iterator[Item]:
    """Markdown with or without YAML front matter; the text is the body without markup."""
    raw, problems = decoded(whole(stream, place.limits.max_bytes), place)
    yield from problems
    meta: dict[str, Any] = {}
    match = FRONT_MATTER.match(raw)
    if match:
        try:
            meta = _front_matter(match[1])
        except InputError as error:
            message = f"the front matter is not read: {error}"
            yield place.problem(1, message, "write it as YAML: `key: value`", kept=True)
    text, heading = markdown_text(raw[match.end() :] if match else raw)
    record = {"title": heading, **{k: v for k, v in meta.items() if v is not None}, "text": text}
    yield _draft(record, place, raw=raw, fallback=place.name)


def _front_matter(block: str) -> dict[str, Any]:
    """Return the keys of a block, in lower case. Raises InputError with a reason of one line."""
    import yaml

    class Loader(yaml.SafeLoader):
        def flatten_mapping(self, node: yaml.MappingNode) -> None:
            if any(key.tag == "tag:yaml.org,2002:merge" for key, _ in node.value):
                raise yaml.YAMLError("merge keys (<<) are not read")  # nine lines of them can make millions of pairs

    try:
        loader = Loader(block)
        node = loader.get_single_node()
        if isinstance(node, yaml.MappingNode):
            node.value[:] = [(key, _as_printed(key, value)) for key, value in node.value]
        meta = loader.construct_document(node) if node else None
        found = {str(key).lower(): value for key, value in meta.items()} if isinstance(meta, dict) else {}
    except (yaml.YAMLError, *JSON_ERRORS) as error:
        raise InputError(str(error).split("\n")[0][:200]) from error
    except Exception as error:  # such a value (`!!bool maybe`, `!!timestamp x`) breaks the library in many places
        raise InputError(f"a value does not fit its tag ({type(error).__name__})") from error
    if not isinstance(meta, dict | None):
        raise InputError(f"it is a {type(meta).__name__}, not a mapping")
    published, lang = _stated(found, "published", "date"), _stated(found, *LANGUAGE_KEYS)
    if lang is None:  # perhaps `true`, which is left to be reported
        lang = found.get("lang", found.get("language"))
    return {**found, "published": published, "lang": lang}


def _stated(found: dict[str, Any], *names: str) -> Any:
    """Return the first value that is given: for Jekyll, `published: true` is no date."""
    given = (found.get(name) for name in names)
    return next((value for value in given if value not in (None, "") and not isinstance(value, bool)), None)


def _as_printed(key: Any, value: Any) -> Any:
    """Let a number, a day or a word that YAML takes for true or false be the text that it is where a text is wanted.

    Of those words only `no` is a language; where a language is wanted, the others stay what they are, to be reported.
    """
    name = key.value.lower() if isinstance(key.value, str) else ""
    plain = isinstance(value.value, str) and value.style is None  # one word or line, not in quotes
    if name not in TEXTS or not plain or value.tag not in _PRINTED:
        return value
    if name in LANGUAGE_KEYS and value.tag == _YAML + "bool" and value.value.lower() != "no":
        return value
    return type(value)(_YAML + "str", value.value, value.start_mark, value.end_mark)


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
    data = whole(stream, place.limits.max_bytes)
    text, problems = decoded(data, place)
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
    line = stream.readline(place.limits.max_bytes)
    if guess_encoding(line[:4]).startswith(("utf-16", "utf-32")):
        text, problems = decoded(line + whole(stream, place.limits.max_bytes), place)
        yield from problems
        stream = io.BytesIO(text.encode("utf-8", "replace"))
        line = stream.readline(place.limits.max_bytes)
    number = 1
    while line:
        if line.strip():
            yield from _json_line(line, place, number)
        while len(line) >= place.limits.max_bytes and not line.endswith(b"\n"):
            line = stream.readline(place.limits.max_bytes)  # the rest of a line that is too long
        line = stream.readline(place.limits.max_bytes)
        number += 1


def _json_line(line: bytes, place: Place, number: int) -> Iterator[Item]:
    if len(line) >= place.limits.max_bytes:
        yield place.problem(number, f"the line is longer than {place.limits.max_bytes:,} bytes", "shorten it")
        return
    text, note = decode(line)
    if note:
        yield place.problem(number, note, "save the file as UTF-8", kept=True)
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
    csv.field_size_limit(place.limits.max_bytes)
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
                yield place.problem(line, "some bytes cannot be decoded", "save the file as UTF-8", kept=True)
            if any(row[len(header) :]):
                message = f"the row has {len(row)} values for {len(header)} columns; the last are left out"
                yield place.problem(line, message, "put texts in quotes where they hold the delimiter", kept=True)
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
