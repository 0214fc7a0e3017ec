"""The words of page furniture (``[boilerplate]`` of the language files), compiled a language at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from reconcile import languages as data

ALWAYS: Final = "en"
QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " "})
EDGES: Final = " \t\r\n.,:;!?¡¿…|-–—*#>»›→➔➤►▶▼▽↓↗•·●■◆★☆✔✓👉🔥📌📢🔔📰\"'()[]{}«‹=_~/\\"
TOKEN = re.compile(r"\w+")
QUOTE = re.compile("[\"“”„«»]|(?<!\\w)['‘][^'’]{2,200}['’]")
NAME = re.compile(r"(?<![.!?:\"“„«»(\n] )(?<![\n])\b[A-ZÀ-ÞĀ-Ž][\w'’-]{3,}")
STEM_LETTERS: Final = 5
MOST_WORDS: Final = 50_000  # tokens of a language that are remembered
WILDCARD: Final = r"[^\s\d]+(?: [^\s\d]+){0,4}"
KINDS: Final = ("function", "reader", "outlet", "asking", "media", "reporting", "price", "legal", "staff")
INTERNATIONAL: Final = frozenset({"asking", "media"})
NUMBER: Final = r"\d[\d.,]*(?: \d{3})*(?: ?[km])?"


@dataclass(frozen=True, slots=True)
class Cues:
    """Furniture words of one language and English, normalised; docs/languages.md explains each list."""

    related: frozenset[str]
    ads: frozenset[str]
    weak: frozenset[str]
    heading: frozenset[str]
    navigation: frozenset[str]
    notice: frozenset[str]
    author: frozenset[str]
    photo: frozenset[str]
    agencies: frozenset[str]
    contact: frozenset[str]
    service: frozenset[str]
    poll: frozenset[str]
    reading: frozenset[str]
    minutes: frozenset[str]
    time: frozenset[str]
    forward: tuple[str, ...]
    disclaimer: tuple[str, ...]
    related_pattern: re.Pattern[str]
    ads_pattern: re.Pattern[str]
    newsletter: re.Pattern[str]
    byline: re.Pattern[str]
    credits: re.Pattern[str]
    teaser: re.Pattern[str]

    def is_related(self, phrase: str) -> bool:
        """Tell whether a normalised line heads a list of links."""
        return phrase in self.related or bool(self.related_pattern.fullmatch(phrase))

    def is_ad(self, phrase: str) -> bool:
        """Tell whether a normalised line heads an advertisement."""
        return phrase in self.ads or bool(self.ads_pattern.fullmatch(phrase))


def normalise(text: str) -> str:
    """Return ``text`` in lower case with plain quotes, single spaces and no punctuation at its ends."""
    return " ".join(text.translate(QUOTES).casefold().split()).strip(EDGES)


@cache
def _tables() -> dict[str, Mapping[str, tuple[str, ...]]]:
    found = {code: data.load(code).table("boilerplate") for code in data.codes()}
    return {code: table for code, table in found.items() if table}


def languages() -> tuple[str, ...]:
    """Return the codes of the languages that have furniture words."""
    return tuple(sorted(_tables()))


@cache
def cues(lang: str) -> Cues:
    """Return the furniture words of ``lang`` and of English; of every language where ``lang`` has none."""
    tables = _tables()
    chosen = sorted({lang, ALWAYS}) if lang in tables else sorted(tables)

    def words(name: str) -> list[str]:
        return sorted({phrase for code in chosen for phrase in tables[code].get(name, ())})

    def plain(name: str) -> frozenset[str]:
        return frozenset(normalise(phrase) for phrase in words(name) if "..." not in phrase)

    return Cues(
        related=plain("related"),
        ads=plain("ads"),
        weak=plain("weak"),
        heading=plain("heading"),
        navigation=plain("navigation"),
        notice=plain("notice"),
        author=plain("author"),
        photo=plain("photo"),
        agencies=plain("agencies"),
        contact=plain("contact"),
        service=plain("service"),
        poll=plain("poll"),
        reading=plain("reading"),
        minutes=plain("minutes"),
        time=plain("time"),
        disclaimer=tuple(phrase.casefold() for phrase in words("disclaimer")),
        forward=tuple(phrase.casefold() for phrase in words("forward")),
        related_pattern=_pattern(phrase for phrase in words("related") if "..." in phrase),
        ads_pattern=_pattern(phrase for phrase in words("ads") if "..." in phrase),
        newsletter=_starts(words("newsletter")),
        byline=_starts(words("byline")),
        credits=_starts(words("credits")),
        teaser=_starts(words("teaser")),
    )


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    parts = [re.escape(phrase).replace(r"\.\.\.", WILDCARD) for phrase in phrases]
    return re.compile("|".join(parts) or r"(?!)")


def _starts(phrases: Iterable[str]) -> re.Pattern[str]:
    """Match any of the phrases at the start of a normalised line, at a word's end."""
    longest_first = sorted({p.translate(QUOTES).casefold() for p in phrases}, key=lambda p: (-len(p), p))
    parts = [re.escape(phrase).replace(r"\#", NUMBER) for phrase in longest_first]
    return re.compile(rf"(?:{'|'.join(parts)})(?!\w)" if parts else r"(?!)")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words of one language by kind, folded; ``heads`` are first letters of words. Capitals count in ``polite``."""

    words: dict[str, frozenset[str]]
    heads: dict[str, tuple[str, ...]]
    polite: frozenset[str]

    def kinds(self, word: str) -> frozenset[str]:
        """Return which of ``KINDS`` a folded word is."""
        return frozenset(k for k in KINDS if word in self.words[k] or word.startswith(self.heads[k]))


@cache
def vocabulary(lang: str) -> Vocabulary:
    """Return the words of ``lang`` by kind, English web words with them; of every language where it has none."""
    tables = _tables()
    words: dict[str, frozenset[str]] = {}
    heads: dict[str, tuple[str, ...]] = {}
    for kind in KINDS:
        chosen = {lang, ALWAYS} if kind in INTERNATIONAL else {lang}
        listed = {w for code in (chosen if lang in tables else tables) for w in tables[code][kind]}
        words[kind] = frozenset(w for w in listed if not w.endswith("*") and w.islower())
        heads[kind] = tuple(sorted(w[:-1] for w in listed if w.endswith("*")))
    polite = frozenset(w for w in tables.get(lang, {}).get("reader", ()) if not w.islower())
    return Vocabulary(words, heads, polite)


class KnownWords(dict[str, tuple[tuple[str, ...], str]]):
    """By token as printed: which of ``KINDS`` it is, sorted, and its stem, in one language."""

    def __init__(self, lang: str) -> None:
        self._lang = lang

    def __missing__(self, token: str) -> tuple[tuple[str, ...], str]:
        if len(self) >= MOST_WORDS:
            self.clear()
        word = token.casefold()
        found = self[token] = (tuple(sorted(kinds(self._lang, word))), stem(self._lang, word))
        return found


@cache
def known_words(lang: str) -> KnownWords:
    """Return the words of ``lang`` with what is asked of every one of them."""
    return KnownWords(lang)


@lru_cache(maxsize=1 << 16)
def kinds(lang: str, word: str) -> frozenset[str]:
    """Return which of ``KINDS`` a folded word is in ``lang``."""
    return vocabulary(lang).kinds(word)


@lru_cache(maxsize=1 << 16)
def stem(lang: str, word: str) -> str:
    """Return the first letters of a folded word that has content, else ""."""
    content = len(word) >= 4 and not word.isdigit() and "function" not in kinds(lang, word)
    return word[:STEM_LETTERS] if content else ""


@cache
def abbreviations(lang: str) -> frozenset[str]:
    """Return words, without their full stop, after which a sentence goes on."""
    tables = _tables()
    return frozenset(tables.get(lang, {}).get("abbreviations", ()))


@cache
def cut_pattern(lang: str) -> re.Pattern[str]:
    """Match an end of a sentence that looks like an abbreviation ("Art. Critics", "usw. Das"), its quotes included."""
    table = _tables().get(lang, {})
    after = r"[\"”’»)]{0,2}(?=\s{1,4}[\"“„«(¿¡]{0,2}"
    openers = _either(word.capitalize() for word in table.get("function", ()))
    plain, closing = _either(table.get("plain", ())), _either(table.get("closing", ()))
    return re.compile(rf"(?<![\w.])(?:{plain}\.{after}[A-ZÀ-Þ])|{closing}\.{after}{openers}(?!\w)))")


def _either(words: Iterable[str]) -> str:
    return f"(?:{'|'.join(re.escape(word) for word in sorted(words)) or '(?!)'})"


@cache
def common_words(lang: str) -> frozenset[str]:
    """Return frequent words of a language, none where it has no table."""
    return frozenset(_tables().get(lang, {}).get("common", ()))


@cache
def function_words() -> Mapping[str, frozenset[str]]:
    """Return the function words of every language that has a table, by its code."""
    return {code: vocabulary(code).words["function"] for code in languages()}


@cache
def ordinal_words(lang: str) -> frozenset[str]:
    """Return words before an ordinal number that is written with a full stop."""
    return frozenset(_tables().get(lang, {}).get("ordinal", ()))
