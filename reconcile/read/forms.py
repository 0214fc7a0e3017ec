"""Which form some bytes are in: told from their first bytes, the server's word, the file's name, in this order."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from typing import IO, Final

from reconcile.read.archive import read_warc
from reconcile.read.documents import OFFICE_TYPES, PDF_TYPE, read_office, read_pdf
from reconcile.read.formats import read_csv, read_json, read_jsonl, read_markdown, read_text
from reconcile.read.pages import PAGE_TYPES, read_feed, read_html
from reconcile.read.place import Item, Place

Reader = Callable[[IO[bytes], Place], Iterator[Item]]

READERS: Final[dict[str, Reader]] = {
    "csv": read_csv,
    "feed": read_feed,
    "html": read_html,
    "json": read_json,
    "jsonl": read_jsonl,
    "markdown": read_markdown,
    "office": read_office,
    "pdf": read_pdf,
    "text": read_text,
    "warc": read_warc,
}
EXTENSIONS: Final = {
    "txt": "text", "text": "text", "md": "markdown", "markdown": "markdown", "html": "html", "htm": "html",
    "xhtml": "html", "rss": "feed", "atom": "feed", "json": "json", "jsonl": "jsonl", "ndjson": "jsonl",
    "csv": "csv", "tsv": "csv", "warc": "warc", "pdf": "pdf", "docx": "office", "docm": "office", "odt": "office",
}  # fmt: skip
DOCUMENTS: Final = (
    "doc rtf wps wpd sxw ott fodt pages odp ppt pps pptx epub mobi azw3 djvu xps eml msg mbox mht mhtml webarchive"
)
UNREAD: Final = frozenset(DOCUMENTS.split())  # what may hold articles all the same
PACKED: Final = frozenset({"bz2", "xz", "zst", "lz4", "br", "zip", "7z"})
TYPES: Final = {
    **dict.fromkeys(PAGE_TYPES, "html"), **dict.fromkeys(OFFICE_TYPES, "office"), PDF_TYPE: "pdf",
    "application/rss+xml": "feed", "application/atom+xml": "feed", "application/rdf+xml": "feed",
    "application/feed+json": "json", "application/json": "json", "application/x-ndjson": "jsonl",
    "application/jsonl": "jsonl", "text/csv": "csv", "text/markdown": "markdown", "application/warc": "warc",
}  # fmt: skip
UNSURE_TYPES: Final = frozenset(
    {"", "text/plain", "text/xml", "application/xml", "application/octet-stream", "binary/octet-stream",
     "application/gzip", "application/x-gzip", "application/zip", "application/download"}
)  # fmt: skip
FROM_MAGIC: Final = frozenset({"pdf", "office"})
HEAD: Final = 4096
HTML_HEAD = re.compile(rb"<(?:!doctype\s+html|html|head|body|article|title|h1|p)[\s>]", re.IGNORECASE)
FEED_HEAD = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]")
BINARY_KINDS: Final = (
    (b"SQLite format 3", "a SQLite database"), (b"\x89PNG", "an image"), (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"), (b"BZh", "a bzip2 file"), (b"\xfd7zXZ", "an xz file"), (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"\x7fELF", "a program"), (b"Rar!", "a RAR file"), (b"7z\xbc\xaf", "a 7-Zip file"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Office file"), (b"{\\rtf", "an RTF file"),
)  # fmt: skip
CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")


def extension(name: str) -> str:
    """Return the extension in lower case, that below ".gz" where there is one."""
    base = os.path.basename(name).lower().removesuffix(".gz")
    return base.rpartition(".")[2] if "." in base else ""


def unread_kind(name: str) -> str:
    """Return the extension of a file that may hold articles and is of a kind that is not read, else "".

    Pictures, data, programs and what else lies in a folder beside articles is no such kind.
    """
    ending = extension(name)
    inner = extension(name[: -len(ending) - 1])
    return ending if ending in UNREAD or (ending in PACKED and inner in EXTENSIONS) else ""


def refused_kind(head: bytes) -> str:
    """Return what the bytes are ("an image") where they are of a kind that is not read, else ""."""
    kind = next((kind for magic, kind in BINARY_KINDS if head.startswith(magic)), "")
    is_document = document_kind(head) or b"%PDF-" in head[:1024]
    return kind or ("a binary file" if not is_document and _is_binary(head) else "")


def document_kind(head: bytes) -> str:
    """Return "pdf" or "office" where the bytes begin like one, whatever their name, else ""."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF"):
        return "pdf"
    return "office" if head.startswith(b"PK\x03\x04") else ""


def form_of(head: bytes, name: str, media_type: str = "") -> str:
    """Return the form of a file that begins with ``head``; "" for XML that is neither a feed nor a page."""
    stated = TYPES.get(media_type) or EXTENSIONS.get(extension(name), "")
    if stated in FROM_MAGIC and not (stated == "pdf" and b"%PDF-" in head[:1024]):  # it does not begin like one
        stated = ""
    return document_kind(head) or stated or sniff(head)


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
