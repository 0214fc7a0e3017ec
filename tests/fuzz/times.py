"""Text -> time expressions: each is printed where it says."""

from __future__ import annotations

from reconcile.claims import times
from tests.fuzz.target import seeds, text_of

SEEDS = seeds()


def one(data: bytes) -> None:
    """Find them in a sentence."""
    lang, text = text_of(data)
    for found in times.find(text, lang, "2031-03-04"):
        assert text[found.start : found.end] == found.raw
        assert found.low is None or found.high is None or found.low <= found.high
