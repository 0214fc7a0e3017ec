"""Which sentences an author has switched off (``reconcile.read.switch``).

The switch stands in the page and the sentences in its main text. So the page is read once more by its own reader,
with a sign behind each word that is off, and the sentences that come out with such a word are found.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from reconcile.model import Article, Sentence
from reconcile.read.forms import HEAD, READERS, form_of
from reconcile.read.identity import Draft
from reconcile.read.place import Place
from reconcile.read.switch import marked

_FORMS = frozenset({"markdown", "html"})


def switched_off(sentences: Sequence[Sentence], article: Article) -> tuple[int, ...]:
    """Return the indices of the sentences in which some word is switched off, in order."""
    raw, sign = marked(article.raw)
    read = _read_again(raw, article) if sign else None
    if read is None:
        return ()
    parts = {"title": str(read.title or ""), "text": str(read.text or "")}
    return tuple(
        sorted(index for part, text in parts.items() for index in _off(sentences, article, (part, text, sign)))
    )


def _read_again(raw: str, article: Article) -> Draft | None:
    form = form_of(raw[:HEAD].encode("utf-8", "replace"), article.path)
    if form not in _FORMS:
        return None
    place = Place(article.path, "", url=article.path if "://" in article.path else "")
    items = READERS[form](io.BytesIO(raw.encode("utf-8-sig", "replace")), place)
    return next((item for item in items if isinstance(item, Draft)), None)


def _off(sentences: Sequence[Sentence], article: Article, read: tuple[str, str, str]) -> Iterator[int]:
    part, text, sign = read
    plain = text.replace(sign, "")
    ends = [at - number for number, at in enumerate(_places(text, sign))]
    same = plain == article.part(part)
    after = 0
    for index, sentence in enumerate(sentences):
        if sentence.part != part:
            continue
        start = sentence.start if same else plain.find(sentence.text, after)
        if start < 0:
            continue
        after = start + len(sentence.text)
        if bisect_right(ends, start) < bisect_right(ends, after):
            yield index


def _places(text: str, sign: str) -> Iterator[int]:
    at = text.find(sign)
    while at >= 0:
        yield at
        at = text.find(sign, at + 1)
