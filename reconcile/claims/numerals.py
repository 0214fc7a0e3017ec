"""The number words of one language, compiled for look-up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from reconcile.claims import languages
from reconcile.claims.figures import Phrases, entries, words_of
from reconcile.claims.languages import Language

MAX_COMPOUND = 80
_LETTERS = {"k": Decimal(10**3), "m": Decimal(10**6), "b": Decimal(10**9), "t": Decimal(10**12)}


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
    ordinal_fractions: bool
    values: Mapping[str, Decimal]
    multipliers: Mapping[str, Decimal]
    multi: Phrases[Decimal]
    short: Phrases[Decimal]
    letters: Mapping[str, Decimal]
    one_gap: bool
    one_in_most: int
    bare: frozenset[str]
    joiners: Phrases[bool]
    linkers: frozenset[str]
    articles: frozenset[str]
    one: frozenset[str]
    one_blocked_by: frozenset[str]
    teens: frozenset[str]
    half_words: Phrases[tuple[int, int]]
    half_after: Phrases[bool]
    points: Phrases[bool]
    fractions: Phrases[int]
    whole_fractions: Phrases[tuple[int, int]]
    fraction_of: Phrases[bool]
    one_in: Phrases[bool]
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
    values = _decimals(table, "values")
    multipliers = _decimals(lent, "multipliers") | _decimals(table, "multipliers")
    ordinals, short = _decimals(table, "ordinals"), _decimals(table, "short")
    fractions = {key: int(value) for key, value in table.get("fractions", {}).items()}
    whole = {key: _parted(value) for key, value in table.get("whole_fractions", {}).items()}
    halves = dict.fromkeys(entries(table.get("half_words")), (1, 2))
    halves |= {key: _parted(value) for key, value in table.get("unit_fractions", {}).items()}
    vague = table.get("vague", {})
    joiners = entries(table.get("compound_joiners"))
    parts = [key for key in (*values, *multipliers) if key not in fractions]
    compounds = (
        Compounds(parts, joiners, entries(table.get("compound_ordinals"))) if table.get("compounds") else None
    )
    flags = {name: Phrases((p, True) for p in entries(table.get(name))) for name in _FLAGS}
    sets = {name: frozenset(entries(table.get(name))) for name in _SETS}
    words = (
        *values,
        *multipliers,
        *ordinals,
        *fractions,
        *whole,
        *vague,
        *sets["articles"],
        *sets["one"],
        *entries(table.get("bare")),
    )
    prefixes = (*halves, *entries(table.get("ordinal_prefixes")))
    return Numerals(
        decimal=meta.get("decimal", "."),
        both=bool(meta.get("both_group", False)),
        group_space=bool(meta.get("group_space", False)),
        vigesimal=bool(table.get("vigesimal", False)),
        joiner_least=int(table.get("joiner_least", 20)),
        digit_scale_least=int(table.get("digit_scale_least", 100)),
        article_is_one=bool(table.get("article_is_one", False)),
        ordinal_fractions=bool(table.get("ordinal_fractions", False)),
        values=values,
        multipliers=multipliers,
        multi=Phrases((key, value) for key, value in values.items() if len(words_of(key)) > 1),
        short=Phrases(short.items()),
        letters=_LETTERS | _decimals(table, "letters"),
        one_gap=bool(table.get("one_gap", False)),
        one_in_most=int(table.get("one_in_most", 1_000_000)),
        half_words=Phrases(halves.items()),
        fractions=Phrases(fractions.items()),
        whole_fractions=Phrases(whole.items()),
        vague=Phrases((key, (Decimal(low), Decimal(high))) for key, (low, high) in vague.items()),
        ordinals=ordinals,
        compounds=compounds,
        heads=frozenset(words_of(word)[0] for word in (*words, *prefixes)),
        joiners=flags["joiners"],
        half_after=flags["half_after"],
        points=flags["points"],
        fraction_of=flags["fraction_of"],
        one_in=flags["one_in"],
        ordinal_prefixes=flags["ordinal_prefixes"],
        bare=sets["bare"],
        teens=sets["teens"],
        linkers=sets["linkers"],
        articles=sets["articles"],
        one=sets["one"],
        one_blocked_by=sets["one_blocked_by"],
        ordinal_suffixes=sets["ordinal_suffixes"],
    )


_FLAGS = ("joiners", "half_after", "points", "fraction_of", "one_in", "ordinal_prefixes")
_SETS = ("bare", "teens", "linkers", "articles", "one", "one_blocked_by", "ordinal_suffixes")


def _parted(value: str) -> tuple[int, int]:
    upper, _, lower = value.partition("/")
    return int(upper), int(lower)


def _decimals(table: Mapping[str, Any], name: str) -> dict[str, Decimal]:
    return {key: Decimal(str(value)) for key, value in table.get(name, {}).items()}
