"""Bytes -> articles: each input is read or is a problem."""

from __future__ import annotations

import gzip
import io

from reconcile.read.ingest import read
from tests.badfiles import GOOD, PAGE, PARAGRAPHS, TITLE, feed, row, warc_record
from tests.paper import make_docx, word

PAGE_BYTES = PAGE.format(title=TITLE, head="", body=PARAGRAPHS).encode()
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
SEEDS = [
    GOOD.encode(), row(id="a"), b"[" + row(id="a").strip() + b"]", PAGE_BYTES, feed("<title>T</title>"),
    f"---\ntitle: {TITLE}\ndate: 2025-10-21\n---\n# {TITLE}\n\n{GOOD}\n".encode(), f'id,text\na,"{GOOD}"\n'.encode(),
    warc_record(HTTP + PAGE_BYTES), gzip.compress(row(id="a")), make_docx(word(GOOD)), GOOD.encode("utf-16"),
]  # fmt: skip


def one(data: bytes) -> None:
    """Read the bytes as if they were piped in."""
    articles, problems = read(["-"], stdin=io.BytesIO(data))
    assert articles or problems
    assert all(a.text.strip() and a.text.encode() for a in articles)
    assert all(p.message and p.advice and "\n" not in p.message for p in problems)
