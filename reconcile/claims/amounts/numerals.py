"""The number words of one language, compiled for look-up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from reconcile import languages
from reconcile.claims.amounts.figures import Phrases, entries, unaccented, words_of
from reconcile.languages import Language

MAX_COMPOUND = 80
_LETTERS = {"k": Decimal(10**3), "m": Decimal(10**6), "b": Decimal(10**9), "t": Decimal(10**12)}


@dataclass(frozen=True, slots=True)
class Fractions:
    """Words of parts: ``fractions`` need an upper number ("two thirds"), ``whole_fractions`` none ("half").

    ``half_words`` count only before a unit or magnitude ("demi-heure"), ``half_after`` follows ("and a
    half").
    """

    ordinal_fractions: bool
    one_gap: bool
    one_in_most: int
    half_words: Phrases[tuple[int, int]]
    half_after: Phrases[bool]
    fractions: Phrases[int]
    whole_fractions: Phrases[tuple[int, int]]
    fraction_of: Phrases[bool]
    one_in: Phrases[bool]


@dataclass(frozen=True, slots=True)
class Numerals:
    """Number words; ``values`` may be pushed on the stack of places, ``multipliers`` gather what is
    smaller.
    """

    decimal: str
    both: bool
    group_space: bool
    vigesimal: bool
    joiner_least: int
    digit_scale_least: int
    article_is_one: bool
    values: Mapping[str, Decimal]
    multipliers: Mapping[str, Decimal]
    parts: Fractions
    multi: Phrases[Decimal]
    short: Phrases[Decimal]
    letters: Mapping[str, Decimal]
    bare: frozenset[str]
    joiners: Phrases[bool]
    linkers: frozenset[str]
    articles: frozenset[str]
    one: frozenset[str]
    one_blocked_by: frozenset[str]
    teens: frozenset[str]
    points: Phrases[bool]
    vague: Phrases[tuple[Decimal, Decimal]]
    ordinals: Mapping[str, Decimal]
    ordinal_suffixes: frozenset[str]
    ordinal_prefixes: Phrases[bool]
    compounds: Compounds | None
    heads: frozenset[str]


class Compounds:
    """Splits written-together number words ("siebenundvierzigtausend") into known parts."""

    __slots__ = ("_known", "_part", "_pattern", "_suffix", "joiners")

    def __init__(self, parts: Iterable[str], joiners: Iterable[str], suffixes: Iterable[str]) -> None:
        self.joiners = frozenset(joiners)
        ordered = sorted({*parts, *self.joiners}, key=lambda part: (-len(part), part))
        choice = "|".join(map(re.escape, ordered))
        self._part = re.compile(choice)
        self._pattern = re.compile(f"(?:{choice}){{1,16}}")
        self._suffix = tuple(sorted(suffixes, key=lambda suffix: (-len(suffix), suffix)))

    def starts(self, word: str) -> bool:
        """Return whether a word begins like a number word (a cheap first look)."""
        return self._part.match(word) is not None

    @lru_cache(maxsize=4096)  # noqa: B019 (one instance a language, kept for the life of the process)
    def split(self, word: str) -> tuple[str, ...]:
        """Return the parts of a number word, empty for any other word."""
        if len(word) > MAX_COMPOUND or not self._part.match(word) or not self._pattern.fullmatch(word):
            return ()
        parts = tuple(self._part.findall(word))
        return parts if sum(map(len, parts)) == len(word) else ()

    def split_ordinal(self, word: str) -> tuple[str, ...]:
        """Return the parts of an ordinal ("siebenundvierzigste"), empty for any other word."""
        for suffix in self._suffix:
            if word.endswith(suffix) and len(word) > len(suffix) + 2:
                parts = self.split(word[: -len(suffix)])
                if parts:
                    return parts
        return ()


def compile_numerals(language: Language) -> Numerals:
    """Return the number tables of a language."""
    meta, table = language.table("meta"), language.table("numbers")
    lent = languages.load(meta["also"]).table("numbers") if "also" in meta else {}
    values, ordinals = _decimals(table, "values"), _decimals(table, "ordinals")
    multipliers = _decimals(lent, "multipliers") | _decimals(table, "multipliers")
    parts, vague = _fractions(table), table.get("vague", {})
    words = [*values, *multipliers, *ordinals, *vague, *table.get("fractions", {})]
    for name in ("articles", "one", "bare", "ordinal_prefixes"):
        words += entries(table.get(name))
    heads = {words_of(word)[0] for word in words} | parts.half_words.heads() | parts.whole_fractions.heads()
    return Numerals(
        decimal=meta.get("decimal", "."),
        both=bool(meta.get("both_group", False)),
        group_space=bool(meta.get("group_space", False)),
        vigesimal=bool(table.get("vigesimal", False)),
        joiner_least=int(table.get("joiner_least", 20)),
        digit_scale_least=int(table.get("digit_scale_least", 100)),
        article_is_one=bool(table.get("article_is_one", False)),
        values=values,
        multipliers=multipliers,
        parts=parts,
        multi=Phrases((key, value) for key, value in values.items() if len(words_of(key)) > 1),
        short=Phrases(_decimals(table, "short").items()),
        letters=_LETTERS | _decimals(table, "letters"),
        vague=Phrases((key, (Decimal(low), Decimal(high))) for key, (low, high) in vague.items()),
        ordinals=ordinals,
        compounds=_compounds(table, [*values, *multipliers]),
        heads=frozenset(heads),
        joiners=_flags(table, "joiners"),
        points=_flags(table, "points"),
        ordinal_prefixes=_flags(table, "ordinal_prefixes"),
        bare=frozenset(entries(table.get("bare"))),
        teens=frozenset(entries(table.get("teens"))),
        linkers=frozenset(entries(table.get("linkers"))),
        articles=frozenset(entries(table.get("articles"))),
        one=frozenset(entries(table.get("one"))),
        one_blocked_by=frozenset(entries(table.get("one_blocked_by"))),
        ordinal_suffixes=frozenset(entries(table.get("ordinal_suffixes"))),
    )


def _fractions(table: Mapping[str, Any]) -> Fractions:
    halves = dict.fromkeys(entries(table.get("half_words")), (1, 2))
    halves |= {key: _parted(value) for key, value in table.get("unit_fractions", {}).items()}
    whole = {key: _parted(value) for key, value in table.get("whole_fractions", {}).items()}
    return Fractions(
        ordinal_fractions=bool(table.get("ordinal_fractions", False)),
        one_gap=bool(table.get("one_gap", False)),
        one_in_most=int(table.get("one_in_most", 1_000_000)),
        half_words=Phrases(halves.items()),
        half_after=_flags(table, "half_after"),
        fractions=Phrases((key, int(value)) for key, value in table.get("fractions", {}).items()),
        whole_fractions=Phrases(whole.items()),
        fraction_of=_flags(table, "fraction_of"),
        one_in=_flags(table, "one_in"),
    )


def _compounds(table: Mapping[str, Any], words: Iterable[str]) -> Compounds | None:
    if not table.get("compounds"):
        return None
    parts = [word for word in words if word not in table.get("fractions", {})]
    return Compounds(parts, entries(table.get("compound_joiners")), entries(table.get("compound_ordinals")))


def _flags(table: Mapping[str, Any], name: str) -> Phrases[bool]:
    return Phrases((phrase, True) for phrase in entries(table.get(name)))


def _parted(value: str) -> tuple[int, int]:
    upper, _, lower = value.partition("/")
    return int(upper), int(lower)


def _decimals(table: Mapping[str, Any], name: str) -> dict[str, Decimal]:
    rows = {key: Decimal(str(value)) for key, value in table.get(name, {}).items()}
    return {unaccented(key): value for key, value in rows.items()} | rows
