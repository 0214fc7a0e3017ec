"""Text -> quantities: each is printed where it says."""

from __future__ import annotations

from reconcile.claims import quantities
from tests.fuzz.target import seeds, text_of

SEEDS = seeds()


def one(data: bytes) -> None:
    """Find them in a sentence."""
    lang, text = text_of(data)
    for found in quantities.find(text, lang):
        assert text[found.start : found.end] == found.raw
        ordered = found.low is None or found.high is None or found.low <= found.high
        assert ordered or found.dimension == "score"  # as printed: "2-3"
