"""The words of page furniture (``boilerplate.toml``), compiled a language at a time."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

ALWAYS: Final = "en"
QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " "})
EDGES: Final = " \t\r\n.,:;!?¡¿…|-–—*#>»›→➔➤►▶▼▽↓↗•·●■◆★☆✔✓👉🔥📌📢🔔📰\"'()[]{}«‹=_~/\\"
WILDCARD: Final = r"[^\s\d]+(?: [^\s\d]+){0,4}"
NUMBER: Final = r"\d[\d.,]*(?: \d{3})*(?: ?[km])?"


@dataclass(frozen=True, slots=True)
class Cues:
    """Furniture words of one language and English, normalised; ``boilerplate.toml`` explains each list."""

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
    disclaimer: tuple[str, ...]
    forward: tuple[str, ...]
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
def _tables() -> dict[str, dict[str, list[str]]]:
    data = resources.files("reconcile.read").joinpath("boilerplate.toml").read_text("utf-8")
    return tomllib.loads(data)


def languages() -> tuple[str, ...]:
    """Return the codes of the languages that have furniture words."""
    return tuple(sorted(_tables()))


@cache
def cues(lang: str) -> Cues:
    """Return the furniture words of ``lang`` and of English; of every language where ``lang`` has none."""
    tables = _tables()
    chosen = sorted({lang, ALWAYS}) if lang in tables else sorted(tables)

    def words(name: str) -> list[str]:
        return sorted({phrase for code in chosen for phrase in tables[code].get(name, [])})

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


@cache
def abbreviations(lang: str) -> frozenset[str]:
    """Return words, without their full stop, after which a sentence goes on."""
    tables = _tables()
    return frozenset(tables.get(lang, {}).get("abbreviations", ()))


@cache
def common_words(lang: str) -> frozenset[str]:
    """Return frequent words of a language, none where it has no table."""
    return frozenset(_tables().get(lang, {}).get("common", ()))


@cache
def ordinal_words(lang: str) -> frozenset[str]:
    """Return words before an ordinal number that is written with a full stop."""
    return frozenset(_tables().get(lang, {}).get("ordinal", ()))
