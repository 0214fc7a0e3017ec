"""What is measured: words such as "death toll" or "net profit" with the metric they name in every language."""

from __future__ import annotations

from functools import lru_cache

from reconcile.claims import languages
from reconcile.claims.headlines import SENTENCE_CASE, is_title_case
from reconcile.claims.languages import normal_code
from reconcile.claims.phrases import Hit, Lexicon, Tokens, lexicon, split_entries, tokenise
from reconcile.model import Cue

__all__ = ["find", "groups"]

_TABLE = "metrics"
_SILENT = "none"
_BREAKS = (".", ":", "?", "!", "–", "—", '"', "“", "„", "«", "•", "|", "\n", "‘", "(", ")")
_COMPOUNDING = frozenset(["de", "nl"])  # languages that write "Quartalsgewinn" as one word
_TAIL, _HEAD, _LONGEST = (
    5,
    3,
    40,
)  # letters: the shortest named tail and what stands before it, the longest word looked at


def find(text: str, lang: str) -> tuple[Cue, ...]:
    """Return the words that name what is measured, in order: ``group`` and ``value`` are the metric's name.

    Of two expressions one of which lies inside the other only the longer counts; look-alikes ("in stock") and parts of
    names yield nothing.

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


def _matches(tokens: Tokens, lang: str) -> list[Hit]:
    """Return the longest match that begins at each word, look-alikes among them."""
    patterns: Lexicon = lexicon(lang, _TABLE)
    tails, capitals = _tails(lang), _capital_nouns(lang)
    hits = []
    for i, word in enumerate(tokens.words):
        found = patterns.at(tokens, i)
        if found:
            last = found[0].last
            hits.append(min((hit for hit in found if hit.last == last), key=lambda hit: (hit.i, -hit.j, hit.value)))
        elif tails and len(word) >= _HEAD + _TAIL and (tokens.capital(i) or not capitals):
            value = _tail(word, tails)
            if value:
                hits.append(Hit(i, i + 1, value, i + 1))
    return hits


def _widest(hits: list[Hit]) -> list[Hit]:
    """Return the hits that lie inside no other, by position."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.i, -hit.j, -hit.last, hit.value)):
        if not kept or hit.j > kept[-1].j:
            kept.append(hit)
    return kept


def _in_name(tokens: Tokens, hit: Hit, lang: str) -> bool:
    """Return whether a single word is capitalised as names are: beside another capital ("Price Waterhouse"), or
    anywhere inside a sentence where headlines have no Title Case.
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
    """Return the plain words of the table with their values, for the tails of compounds."""
    language = languages.load(lang)
    if language.code not in _COMPOUNDING:
        return {}
    table = language.table(_TABLE)
    plain = {}
    for name in sorted(table, key=lambda name: (name == _SILENT, name)):
        for pattern in split_entries(table[name]):
            if pattern.isalpha() and len(pattern) >= _TAIL:
                plain[pattern.casefold()] = "" if name == _SILENT else name
    return plain


def _tail(word: str, tails: dict[str, str]) -> str:
    """Return the metric of the longest known tail of a compound, empty if there is none."""
    for cut in range(_HEAD, min(len(word), _LONGEST) - _TAIL + 1):
        value = tails.get(word[cut:])
        if value is not None:
            return value
    return ""
