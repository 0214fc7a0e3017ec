"""What is measured: words such as "death toll" with the name that their metric has in all languages."""

from __future__ import annotations

from functools import lru_cache

from reconcile import languages
from reconcile.claims.phrases import Hit, Lexicon, Tokens, lexicon, split_entries, tokenise
from reconcile.claims.sayings.headlines import SENTENCE_CASE, is_title_case
from reconcile.languages import normal_code
from reconcile.model import Cue

__all__ = ["find", "groups"]

_TABLE, _TAILS = "metrics", "metric_tails"
_SILENT = "none"
_BREAKS = (".", ":", "?", "!", "–", "—", '"', "“", "„", "«", "•", "|", "\n", "‘", "(", ")")
_HEAD, _TAIL, _LONGEST = 3, 4, 40  # letters before a tail, of the shortest tail, of the longest compound


def find(text: str, lang: str) -> tuple[Cue, ...]:
    """Return the words that name what is measured, in order: ``group`` and ``value`` are the metric's name.

    Of two expressions one of which lies inside the other only the longer counts; look-alikes ("in stock")
    and parts of names yield nothing.

    >>> [cue.group for cue in find("The death toll rose to 12.", "en")]
    ['dead']
    """
    tokens = tokenise(text)
    loud = _capital_nouns(lang) or is_title_case(text, lang)
    found = []
    for hit in _widest(_matches(tokens, lang)):
        if hit.value and (loud or not _in_name(tokens, hit, lang)):
            start, end = tokens.starts[hit.i], tokens.ends[hit.j - 1]
            group = hit.value.partition("|")[0]
            found.append(Cue(start, end, text[start:end], "metric", group, group))
    return tuple(found)


def groups(lang: str) -> tuple[str, ...]:
    """Return the names of the metrics that a language has words for, sorted."""
    return tuple(sorted(name for name in languages.load(lang).table(_TABLE) if name != _SILENT))


def _matches(tokens: Tokens, lang: str) -> list[tuple[int, Hit]]:
    """Return for each word the longest match that begins at it, and that word; look-alikes are among them."""
    patterns: Lexicon = lexicon(lang, _TABLE)
    tails = _tails(lang)
    hits = []
    for i in range(len(tokens.words)) if tails else patterns.begun(tokens):
        word, found = tokens.words[i], patterns.at(tokens, i)
        if found:
            last = found[0].last
            longest = (hit for hit in found if hit.last == last)
            hits.append((i, min(longest, key=lambda hit: (hit.i, -hit.j, hit.value))))
        elif tails and (value := _tail(word, tails)):
            hits.append((i, Hit(i, i + 1, value, i + 1)))
    return hits


def _widest(hits: list[tuple[int, Hit]]) -> list[Hit]:
    """Return the hits that lie inside no other, by position; overlapping ones of one metric are joined.

    Of two on the same words the one with more context counts ("5 million shares" is no share price).
    """
    kept: list[Hit] = []
    for _, hit in sorted(hits, key=lambda row: (row[1].i, -row[1].j, row[0] - row[1].last, row[1].value)):
        if not kept or hit.j > kept[-1].j:
            if kept and hit.i < kept[-1].j and hit.value == kept[-1].value:
                hit = Hit(kept.pop().i, hit.j, hit.value, hit.last)
            kept.append(hit)
    return kept


def _in_name(tokens: Tokens, hit: Hit, lang: str) -> bool:
    """Return whether a single word is capitalised as names are.

    That is beside another capital ("Price Waterhouse"), or, in languages whose headlines have no Title Case,
    anywhere inside a sentence.
    """
    word = tokens.raw(hit.i, hit.j)
    if hit.j - hit.i > 1 or not word[0].isupper() or (word.isupper() and len(word) > 1):
        return False
    if normal_code(lang) in SENTENCE_CASE:
        return hit.i > 0 and not tokens.gap(hit.i).rstrip(" \u00a0").endswith(_BREAKS)
    before = hit.i > 0 and tokens.gap(hit.i) == " " and tokens.capital(hit.i - 1)
    after = hit.j < len(tokens) and tokens.gap(hit.j) == " " and tokens.capital(hit.j)
    return before or after


@lru_cache(maxsize=64)
def _capital_nouns(lang: str) -> bool:
    return bool(languages.load(lang).table("meta").get("capital_nouns", False))


@lru_cache(maxsize=64)
def _tails(lang: str) -> dict[str, str]:
    """Return the words that name a metric when they end a compound, with the metric."""
    table = languages.load(lang).table(_TAILS)
    return {word.casefold(): name for name in sorted(table) for word in split_entries(table[name])}


def _tail(word: str, tails: dict[str, str]) -> str:
    """Return the metric of the longest known tail of a compound, empty if there is none."""
    if len(word) > _LONGEST:
        return ""
    return next((tails[word[cut:]] for cut in range(_HEAD, len(word) - _TAIL + 1) if word[cut:] in tails), "")
