"""The switch that authors have: ``<!-- reconcile: off -->`` … ``<!-- reconcile: on -->`` in Markdown and HTML. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

SWITCHED_OFF = "switched off"
MARKS = "\ua66e\ua9c5\u0e5b"  # printable signs that no news article uses
_COMMENT = re.compile(r"<!--\s{0,20}reconcile:\s{0,20}(on|off)\s{0,20}-->", re.IGNORECASE)
_WORD = re.compile(r"<[^<>]{0,5000}>|&#?\w{1,31};|([^\W_]+)")  # a tag, an entity, or a word


def off_parts(raw: str) -> tuple[str, ...]:
    """Return the parts of ``raw`` that are switched off; the last goes to the end where no ``on`` follows."""
    return tuple(raw[start:end] for start, end in _regions(raw))


def _regions(raw: str) -> Iterator[tuple[int, int]]:
    start = -1
    for match in _COMMENT.finditer(raw):
        if match[1].lower() == "on" and start >= 0:
            yield start, match.start()
            start = -1
        elif match[1].lower() == "off" and start < 0:
            start = match.end()
    if start >= 0:
        yield start, len(raw)


def marked(raw: str) -> tuple[str, str]:
    """Return ``raw`` with a sign behind each word that is switched off, and the sign; "" and "" if there is none."""
    sign = next((sign for sign in MARKS if sign not in raw), "")
    pieces: list[str] = []
    done = 0
    for start, end in _regions(raw):
        off = _WORD.sub(lambda match: match[0] + sign if match[1] else match[0], raw[start:end])
        pieces += [raw[done:start], off]
        done = end
    return ("".join([*pieces, raw[done:]]), sign) if pieces and sign else ("", "")
