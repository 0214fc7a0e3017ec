"""An article -> claims: each quotes its text, and its deciding words lie inside the quotation."""

from __future__ import annotations

from reconcile.claims.extract import SlotExtractor
from reconcile.read import sentences
from tests.fuzz.target import article_of, seeds

SEEDS = [*seeds(), b"\x00" + b"\n\n".join(seed[1:] for seed in seeds())]


def one(data: bytes) -> None:
    """Extract the claims of an article."""
    article = article_of(data)
    for claim in SlotExtractor().extract(article, sentences.split(article)):
        assert article.part(claim.part)[claim.start : claim.end] == claim.quote
        assert claim.start <= claim.focus.start <= claim.focus.end <= claim.end
