"""Where bytes come from and what they may cost: shared by every reader. Nothing here opens a file."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import IO, Final

from reconcile.errors import InputError
from reconcile.model import Problem
from reconcile.read.encoding import decode
from reconcile.read.identity import STAGE, Draft

Item = Draft | Problem
SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one input may cost. Sizes are of the decompressed data; hitting a limit is a problem row.

    ``max_bytes`` bounds one document or line, ``max_page_bytes`` one web page or feed, ``max_stream_bytes``
    one file of many articles (JSON Lines, CSV, WARC). Depth counts folders below the one named. ``max_pages``
    and ``max_seconds`` bound one PDF; ``max_seconds`` also bounds one download with all its redirects.
    ``max_compared_sentences`` bounds what of one article is compared, not what is read (``match/limited.py``).
    More than ``max_errors`` problems stop the reading.
    """

    max_bytes: int = 50_000_000
    max_page_bytes: int = 10_000_000
    max_stream_bytes: int = 4_000_000_000
    max_text_chars: int = 1_000_000
    max_depth: int = 32
    max_files: int = 1_000_000
    max_problems_per_file: int = 1_000
    max_errors: int = 1_000_000
    max_pages: int = 500
    max_seconds: int = 60
    max_compared_sentences: int = 200


DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Place:
    """Where bytes come from: the path as given, a name for a source without one, and the limits.

    ``url`` is the address they were fetched from and ``charset`` what its server said of them, else "".
    """

    path: str
    name: str
    limits: Limits = DEFAULT_LIMITS
    url: str = ""
    charset: str = ""

    def problem(self, line: int, message: str, advice: str, *, kept: bool = False) -> Problem:
        """Return a problem row about this input; ``kept`` where it is read all the same."""
        return Problem(STAGE, self.path, line, "", message, advice, kept)


def shown_path(path: str) -> str:
    """Return a file's name as it may be stored and printed: bytes of it that are no UTF-8 become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace") if SURROGATE.search(path) else path


def content_type(header: str) -> tuple[str, str]:
    """Return the media type and the charset ("" if none) of a Content-Type header, in lower case."""
    kind, _, rest = header.partition(";")
    charset = re.search(r"charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{2,40})", rest, re.IGNORECASE)
    return kind.strip().lower(), charset[1].lower() if charset else ""


def whole(stream: IO[bytes], limit: int) -> bytes:
    """Read everything, or raise InputError where that is more than ``limit`` bytes."""
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise InputError(f"larger than the limit of {limit:,} bytes")
    return data


def decoded(data: bytes, place: Place, *, declared: bool = False) -> tuple[str, list[Problem]]:
    """Return the text of ``data`` and a problem where some of it cannot be decoded."""
    text, note = decode(data, declared=declared, charset=place.charset)
    return text, [place.problem(0, note, "save the file as UTF-8", kept=True)] if note else []
