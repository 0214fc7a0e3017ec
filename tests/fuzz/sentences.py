"""Text -> sentences: each stands where it says, and they follow one another."""

from __future__ import annotations

from itertools import pairwise

from reconcile.read import sentences
from tests.fuzz.target import article_of, seeds

SEEDS = [*seeds(), b"\x00" + b"\n\n".join(seed[1:] for seed in seeds())]


def one(data: bytes) -> None:
    """Split an article."""
    article = article_of(data)
    split = sentences.split(article)
    assert all(article.part(s.part)[s.start : s.end] == s.text for s in split)
    assert all(a.end <= b.start for a, b in pairwise(split))
