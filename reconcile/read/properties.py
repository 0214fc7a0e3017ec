"""What office documents and PDFs say of themselves, where it can be believed: title and date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from reconcile.read.dates import normalise_date

MAX_TITLE_CHARS: Final = 300
FIRST_LINES: Final = 12
DAYS_OF_WORK: Final = 3
PLACEHOLDER = re.compile(
    r"(?:microsoft (?:word|powerpoint)|untitled|unbenannt|sans titre|sin título|sem título|zonder titel|document|"
    r"dokument|documento|slide|layout|template|print|about:blank|https?:|file:)\b|.{0,200}\.(?:docx?|odt|pdf|indd|rtf|html?|qxp)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a document, paragraphs separated by a blank line, and what it says of itself."""

    text: str
    title: str = ""
    published: str | None = None


def plausible_title(title: str, texts: Sequence[str]) -> str:
    """Return a document's own title on one line, or "" for a file name, a placeholder or a code.

    A title of one word counts only where it begins one of ``texts``.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    if not 3 <= len(line) <= MAX_TITLE_CHARS or PLACEHOLDER.match(line) or not any(c.isalpha() for c in line):
        return ""
    return line if " " in line or any(text.startswith(line) for text in texts[:3]) else ""


def stated_date(lines: Iterable[str]) -> str | None:
    """Return the date that stands on a line (or between bars) of its own among the first lines, if there is one."""
    for _, line in zip(range(FIRST_LINES), lines, strict=False):
        for part in re.split(r"\s[|·•–—]\s|\s{3,}", line[:200]):
            if 6 <= len(part.strip()) <= 40 and (found := normalise_date(part.strip())):
                return found
    return None


def working_day(created: str, modified: str) -> str | None:
    """Return the day a document was written: that of its last change, if it was begun at most three days before.

    A document begun long before is a template or a copy of an older one, and says nothing.
    """
    first, last = (normalise_date(value) for value in (created, modified))
    if not first or not last:
        return None
    span = date.fromisoformat(last[:10]) - date.fromisoformat(first[:10])
    return last[:10] if 0 <= span.days <= DAYS_OF_WORK else None
