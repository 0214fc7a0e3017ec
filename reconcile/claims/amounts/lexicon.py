"""The quantity tables of one language, compiled for look-up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from reconcile import languages
from reconcile.claims.amounts import units
from reconcile.claims.amounts.figures import Phrases, entries, unaccented, words_of
from reconcile.claims.amounts.numerals import Numerals, compile_numerals
from reconcile.languages import Language
from reconcile.model import Hedge

_HEDGES = (
    ("about", Hedge.ABOUT),
    ("nearly", Hedge.NEARLY),
    ("over", Hedge.OVER),
    ("at_least", Hedge.AT_LEAST),
    ("at_most", Hedge.AT_MOST),
    ("none", Hedge.NONE),  # longer phrases that are no hedge: "edged up to"
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that ``quantities.find`` asks about a language. Phrase tables are case-free unless said
    otherwise.
    """

    code: str
    numerals: Numerals
    capital_nouns: bool
    nouns_first: bool
    units: Phrases[str]
    currencies: Phrases[str]
    signs: Phrases[Mapping[str, str]]
    hedges: Phrases[Hedge]
    hedges_after: Phrases[Hedge]
    hedge_heads: frozenset[str]
    long_only: frozenset[str]
    ages: Phrases[str]
    heads: frozenset[str]
    idle: frozenset[str]  # heads that begin idioms alone
    prefixes: frozenset[str]  # heads that begin currency signs alone ("us" for "US$")
    after_article: frozenset[str]
    phrases: Mapping[str, Phrases[bool]]
    sets: Mapping[str, frozenset[str]]
    per_words: Phrases[bool]
    per_nouns: Phrases[str]
    per_alone: Phrases[str]
    multiples: Phrases[Decimal]
    glued: Mapping[str, str]
    short_units: Phrases[str]
    months: frozenset[str]


_PHRASES = (
    "clock_after",
    "idioms",
    "range_to",
    "range_or",
    "range_between_and",
    "change_to",
    "by",
    "unit_links",
    "fraction_points",
    "compound_joiners",
    "minus",
    "below_zero",
    "score_to",
    "angle_after",
    "rank_number_after",
)
_AGES = ("year", "month", "week", "day", "decade", "century")
_TIMES = ("second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade", "century")
_BACKWARD = (
    "age_verbs",
    "magnitude_before",
    "clock_before",
    "clock_sure",
    "designators",
    "range_between",
    "range_from",
    "year_before",
    "age_before",
    "minus",
    "inherit_after",
    "range_from_sure",
    "change_before",
    "lap_before",
    "age_decade_before",
    "rank_numbers",
    "rank_number_before",
    "age_have",
    "age_not_before",
    "age_adverbs",
    "times_before",
)
_SETS = (
    "skip",
    "stop",
    "rank_blocked_by",
    "rank_blocked_after",
    "score_cues",
    "people",
    "dimension_adjectives",
    "races",
    "hedge_skip",
    "age_link",
    "date_before",
    "rank_before",
    "every",
    "of",
    "determiners",
    "place_words",
    "rank_cues",
    "verbs",
    "before_fraction",
    "per_blocked_after",
    "article_blocked_after",
    "minors",
    "streets",
    "marks",
    "temperature_cues",
    "angle_before",
    "age_nouns",
    "age_blocked_after",
)


@lru_cache(maxsize=64)
def compiled(code: str) -> Lexicon:
    """Return the compiled tables of a language (``languages.load`` says how codes are read)."""
    language = languages.load(code)
    counting, per, hedges = language.table("counting"), language.table("per"), language.table("hedges")
    phrases = {name: _flags(counting.get(name)) for name in _PHRASES}
    phrases |= {f"before:{name}": _flags(counting.get(name), backward=True) for name in _BACKWARD}
    phrases["before:weekdays"] = _flags(list(_weekday_names(language)), backward=True)
    phrases["per:article"] = _flags(per.get("article_words"))
    signs = _signs()
    numerals, multiples = compile_numerals(language), _multiples(language)
    own = numerals.heads.union(entries(counting.get("every")), multiples.heads(), phrases["minus"].heads())
    heads = own | signs.heads()
    idle = phrases["idioms"].heads() - heads
    return Lexicon(
        code=language.code,
        numerals=numerals,
        capital_nouns=bool(language.table("meta").get("capital_nouns", False)),
        nouns_first=bool(counting.get("rank_noun_before", False)),
        units=Phrases(_unit_pairs(language)),
        currencies=Phrases(_currency_pairs(language)),
        signs=signs,
        hedges=Phrases(_hedge_pairs(hedges, ""), backward=True),
        hedge_heads=_hedge_heads(hedges) - frozenset(entries(counting.get("stop"))),
        hedges_after=Phrases(_hedge_pairs(hedges, "after_")),
        long_only=frozenset(entries(hedges.get("long_only"))),
        phrases=phrases,
        sets={name: frozenset(entries(counting.get(name))) for name in _SETS} | _unit_sets(language, hedges),
        per_words=_flags(per.get("words")),
        per_nouns=Phrases(_per_pairs(language)),
        per_alone=Phrases(_alone_pairs(per)),
        multiples=multiples,
        glued=language.table("currencies").get("glued", {}),
        short_units=Phrases(language.table("numbers").get("short_units", {}).items()),
        ages=Phrases((phrase, unit) for unit in _AGES for phrase in entries(counting.get(f"age_{unit}"))),
        heads=heads | idle,
        idle=idle,
        prefixes=signs.heads() - own - phrases["idioms"].heads(),
        after_article=_after_article(numerals, language),
        months=frozenset(_month_words(language)),
    )


@lru_cache(maxsize=1)
def _signs() -> Phrases[Mapping[str, str]]:
    """Return each currency sign in lower case with its spellings ("php": Php, PhP, PHP) and their codes."""
    spellings: dict[str, dict[str, str]] = {}
    for sign, code in units.SIGNS.items():
        spellings.setdefault(sign.lower(), {})[sign] = code
    return Phrases(spellings.items())


def _after_article(numerals: Numerals, language: Language) -> frozenset[str]:
    """Return the words that make "a" or "an" worth reading: magnitudes, fractions, units, "in five", "$"."""
    tables = (numerals.parts.fractions, numerals.parts.one_in, numerals.parts.half_words, numerals.joiners)
    words = set(numerals.multipliers) | {word for table in tables for word in table.heads()} | {"$"}
    words |= {word for pairs in (_unit_pairs(language), _currency_pairs(language)) for word in _firsts(pairs)}
    for phrases in (numerals.parts.whole_fractions, numerals.vague):
        words |= phrases.words()
    return frozenset(words)


def _firsts(pairs: Iterator[tuple[str, str]]) -> Iterator[str]:
    return (words_of(phrase)[0] for phrase, _ in pairs)


def _multiples(language: Language) -> Phrases[Decimal]:
    return Phrases((key, Decimal(str(value))) for key, value in language.table("change_multiples").items())


def _flags(value: object, *, backward: bool = False) -> Phrases[bool]:
    return Phrases(((phrase, True) for phrase in entries(value)), backward=backward)


def _per_pairs(language: Language) -> Iterator[tuple[str, str]]:
    """Yield each denominator with its English name."""
    for lent in _lenders(language):
        nouns = lent.table("per").get("nouns", "")
        if isinstance(nouns, Mapping):
            for name, value in nouns.items():
                for phrase in entries(value):
                    yield phrase, name
        else:
            for phrase in entries(nouns):
                yield phrase, phrase.replace(" - ", "-")


def _alone_pairs(per: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    canonical = per.get("canonical_alone", {})
    for phrase in (*canonical, *entries(per.get("alone"))):
        yield phrase, canonical.get(phrase, phrase)


def _lenders(language: Language) -> tuple[Language, ...]:
    """Return the language and, after it, the one whose tables of units it borrows."""
    also = language.table("meta").get("also", "")
    return (language, languages.load(also)) if also else (language,)


def _hedge_pairs(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Hedge]]:
    for name, hedge in _HEDGES:
        for phrase in entries(table.get(prefix + name)):
            yield phrase, hedge


def _hedge_heads(table: Mapping[str, Any]) -> frozenset[str]:
    """Return the words that hedges begin with: a noun ends before them."""
    return Phrases(pair for pair in _hedge_pairs(table, "") if pair[1] is not Hedge.NONE).heads()


def _unit_sets(language: Language, hedges: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return the words of times ("year", "years") and the prepositions that are hedges of large values
    only.
    """
    times = (entries(language.table("units").get(unit)) for unit in _TIMES)
    return {
        "periods": frozenset(word for row in times for word in row),
        "loose": frozenset(entries(hedges.get("loose"))),
    } | {name: frozenset(entries(language.table("currencies").get(name))) for name in ("mass_cues", "money_nouns")}


def _unit_pairs(language: Language) -> Iterator[tuple[str, str]]:
    for lent in _lenders(language):
        for unit, value in lent.table("units").items():
            for phrase in entries(value):
                yield phrase, unit
                if not phrase.isascii():
                    yield unaccented(phrase), unit


def _currency_pairs(language: Language) -> Iterator[tuple[str, str]]:
    """Yield each currency name alone, and with a nation before or after it."""
    for lent in _lenders(language):
        nations: dict[str, list[str]] = {}
        for nation, country in _nation_pairs(lent):
            nations.setdefault(country, []).append(nation)
        for name, value in lent.table("currencies").get("names", {}).items():
            for phrase in entries(value):
                yield phrase, units.currency(name)
                for country in sorted(units.countries(name) & set(nations)):
                    for nation in nations[country]:
                        yield f"{nation} {phrase}", units.currency(name, country)
                        yield f"{phrase} {nation}", units.currency(name, country)


def _nation_pairs(language: Language) -> Iterator[tuple[str, str]]:
    table = language.table("currencies")
    endings = ("", *entries(table.get("nation_endings")))
    for country, value in table.get("nations", {}).items():
        for phrase in entries(value):
            for ending in endings if phrase[-1:].isalpha() else ("",):
                yield phrase + ending, country


def _weekday_names(language: Language) -> Iterator[str]:
    for value in language.table("weekdays").values():
        yield from (phrase for phrase in entries(value) if phrase.replace("-", "").replace(" ", "").isalpha())


def _month_words(language: Language) -> Iterator[str]:
    for key, value in language.table("months").items():
        for phrase in (key, *entries(value if isinstance(value, (str, list, tuple)) else "")):
            words = words_of(phrase.rstrip("~*"))
            if len(words) == 1 and len(words[0]) > 2:
                yield words[0]
