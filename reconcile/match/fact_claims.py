"""A row of a trusted table as an article with one sentence and one claim, so that a finding can set it beside another.

The sentence is rendered from the row ("Brask Marine: revenue 14 million EUR, 2024"); the typed fields come from the
columns, read by the grammars that read articles. ``Article.raw`` keeps the row, from which all of it can be made again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from reconcile import languages
from reconcile.claims import metrics, quantities, scope, stance, times
from reconcile.claims.naming import geography
from reconcile.model import (
    REFERENCE,
    Article,
    Attribution,
    Claim,
    ClaimKind,
    Cue,
    Direction,
    Entity,
    Hedge,
    Problem,
    Quantity,
    Sentence,
    Span,
    TimeRef,
    stable_id,
)
from reconcile.read.facts import COMMA, FactRow, from_json

EXTRACTOR = "reference/1"
GROWTH = "growth_rate"
# Metrics that a minus alone does not make a change, as they may be below zero.
RATES = frozenset({"inflation", "interest_rate", "bond_yield", "margin"})
DIRECTIONS = {1: Direction.UP, 0: Direction.FLAT, -1: Direction.DOWN}
_BOUNDS = {
    ">": Hedge.OVER, "≥": Hedge.AT_LEAST, ">=": Hedge.AT_LEAST, "<": Hedge.AT_MOST, "≤": Hedge.AT_MOST,
    "<=": Hedge.AT_MOST, "~": Hedge.ABOUT, "≈": Hedge.ABOUT,
}  # fmt: skip
_CELL = re.compile(
    r"(?P<bound>[<>]=?|[≥≤~≈])?\s?(?P<before>[^\d+<>≥≤~≈−-]{0,40}?)\s?(?P<sign>[+−-])?(?P<low>\d[\d.,'’\s\u00a0\u202f]{0,40})"
    r"(?:(?:[-–—]|\.\.|\bto\b)\s?(?P<high>\d[\d.,'’\s\u00a0\u202f]{0,40}))?(?P<after>[^\d]{0,60})\Z"
)
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])\Z")
_CLOCK = re.compile(r"(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d.{0,20}\Z")
_WORDS = re.compile(r"[^\W\d_]{3,}(?:[ \-][^\W\d_]{2,}){0,5}\Z")


@dataclass(frozen=True, slots=True)
class Fact:
    """One usable row. Its claim has a direction if the value is a change."""

    row: FactRow
    article: Article
    sentence: Sentence
    claim: Claim


def facts(
    tables: Mapping[str, Iterable[FactRow]], aliases: Mapping[str, str] | None = None
) -> tuple[tuple[Fact, ...], tuple[Problem, ...]]:
    """Return the facts of tables of rows, and a problem for each row whose value, unit or period says nothing.

    ``aliases`` maps other names of an entity to its canonical one.
    """
    known = {alias.casefold(): name for alias, name in (aliases or {}).items()}
    made: dict[str, Fact] = {}
    problems: list[Problem] = []
    for name in sorted(tables):
        for row in tables[name]:
            fact = _fact(row, known)
            if isinstance(fact, Problem):
                problems.append(fact)
            elif (held := made.setdefault(fact.article.article_id, fact)) is not fact:
                message = f"the row states what line {held.row.line} states, so it is left out"
                problems.append(row.problem(message, "keep one row for each entity, metric, period and place"))
    return tuple(made[key] for key in sorted(made)), tuple(problems)


def stored(articles: Iterable[Article]) -> dict[str, list[FactRow]]:
    """Return the rows that published references were made from, by the reference's name, in their order."""
    tables: dict[str, list[FactRow]] = {}
    for row in sorted((from_json(a.raw) for a in articles), key=lambda row: (row.name, row.line)):
        tables.setdefault(row.name, []).append(row)
    return tables


def _fact(row: FactRow, aliases: Mapping[str, str]) -> Fact | Problem:
    quantity = _quantity(row.value, row.unit, row.decimal)
    if quantity is None:
        what = f"the value {row.value!r}" + (f" with the unit {row.unit!r}" if row.unit else "")
        return row.problem(
            f"{what} is no quantity", "write a number, and a unit such as %, EUR, million EUR, km, people"
        )
    time = _time(row.period)
    if row.period and time is None:
        return row.problem(f"the period {row.period!r} is not understood", "write 2025, 2025-Q3, 2025-10 or 2025-10-20")
    lang, named = _metrics(row.metric)
    rendered = _Rendered(row)
    article = _article(row, rendered.text, lang)
    sentence_id = stable_id("sentence", article.article_id, rendered.text)
    sentence = Sentence(sentence_id, article.article_id, "text", 0, 0, len(rendered.text), rendered.text, lang)
    stated = replace(quantity, start=rendered.value.start, end=rendered.value.end, raw=rendered.of(rendered.value))
    entity = aliases.get(row.entity.casefold(), row.entity)
    claim = Claim(
        claim_id=stable_id("claim", article.article_id, sentence_id),
        article_id=article.article_id,
        sentence_id=sentence_id,
        part="text",
        start=0,
        end=len(rendered.text),
        quote=rendered.text,
        focus=rendered.value,
        kind=ClaimKind.QUANTITY,
        lang=lang,
        subject=entity,
        metric=row.metric,
        quantity=stated,
        times=(rendered.time(time),) if time else (),
        places=(row.place,) if row.place else (),
        entities=rendered.entities(entity),
        cues=tuple(rendered.cue(cue) for cue in (*named, *scope.find(row.metric, lang))),
        attribution=Attribution(row.source or row.name, "", "document"),
        extractor=EXTRACTOR,
    )
    direction = _direction(row, quantity, frozenset(cue.group for cue in named), lang)
    return Fact(row, article, sentence, _directed(claim, direction))


def _directed(claim: Claim, direction: Direction | None) -> Claim:
    """Return the claim with its direction, which its value's words show."""
    if direction is None:
        return claim
    raw = claim.quote[claim.focus.start : claim.focus.end]
    cue = Cue(claim.focus.start, claim.focus.end, raw, "direction", str(direction))
    return replace(claim, direction=direction, cues=(*claim.cues, cue))


def _article(row: FactRow, sentence: str, lang: str) -> Article:
    key = (row.name, *(part.casefold() for part in (row.entity, row.metric, row.period, row.place, row.unit)))
    said = [part for part in (row.note, row.source) if part]
    return Article(
        article_id=stable_id(REFERENCE, *key),
        source=row.name,
        url=row.url,
        title=f"{row.entity}: {row.metric}",
        published=None,
        lang=lang,
        text="\n\n".join([sentence, *said]),
        content_hash=stable_id(REFERENCE, row.to_json()),
        path=row.path,
        line=row.line,
        raw=row.to_json(),
        kind=REFERENCE,
    )


class _Rendered:
    """The sentence of a row and where each column stands in it."""

    def __init__(self, row: FactRow) -> None:
        head = f"{row.entity}: {row.metric} "
        value = " ".join(part for part in (row.value, row.unit) if part)
        tail = "".join(f", {part}" for part in (row.period, row.place) if part)
        self._row, self.text = row, head + value + tail
        self.value = Span(len(head), len(head) + len(value))

    def of(self, span: Span) -> str:
        """Return the words of a span."""
        return self.text[span.start : span.end]

    def cue(self, cue: Cue) -> Cue:
        """Return a cue of the metric's words where they stand here."""
        shift = len(self._row.entity) + 2
        return replace(cue, start=cue.start + shift, end=cue.end + shift)

    def time(self, time: TimeRef) -> TimeRef:
        """Return the row's time where the period stands here."""
        start = self.value.end + 2
        return replace(time, start=start, end=start + len(self._row.period), raw=self._row.period)

    def entities(self, name: str) -> tuple[Entity, ...]:
        """Return the row's entity and place."""
        row = self._row
        kind = "place" if geography.kind(name) else "other"
        made = [Entity(0, len(row.entity), row.entity, name, kind)]
        if row.place:
            made.append(Entity(len(self.text) - len(row.place), len(self.text), row.place, row.place, "place"))
        return tuple(made)


# Columns ------------------------------------------------------------------------------------------------------------


def _codes() -> tuple[str, ...]:
    """The languages in which a column is read, English first."""
    return tuple(sorted(languages.codes(), key=lambda code: (code != "en", code)))


@lru_cache(maxsize=4096)
def _metrics(words: str) -> tuple[str, tuple[Cue, ...]]:
    """Return the language that knows most of a metric's words, and the metrics that they name."""
    best: tuple[str, tuple[Cue, ...]] = ("en", ())
    for code in _codes():
        found = metrics.find(words.lower(), code)
        if len(words.lower()) == len(words) and _covered(found) > _covered(best[1]):
            best = code, tuple(replace(cue, raw=words[cue.start : cue.end]) for cue in found)
    return best


@lru_cache(maxsize=4)
def listed(name: str) -> frozenset[str]:
    """Return one list of ``[facts]``, of all languages: a table's language may be another than the article's."""
    return frozenset(word for code in languages.codes() for word in languages.load(code).words("facts", name))


def _covered(found: Iterable[Cue]) -> int:
    return sum(cue.end - cue.start for cue in found)


def _direction(row: FactRow, quantity: Quantity, groups: frozenset[str], lang: str) -> Direction | None:
    """Return the direction of a value that is a change: it has a plus, or its words say so. None for any other value.

    A minus alone says so of per cents and points where the metric cannot be below zero itself.
    """
    words = stance.direction(row.metric.lower(), lang)
    sign = next((c for c in row.value if c in "+-−" or c.isdigit()), "")
    signed = sign == "+" or (sign in "-−" and quantity.dimension in ("ratio", "point") and not groups & RATES)
    named = bool(listed("change") & set(row.metric.casefold().split()))
    value = quantity.low if quantity.low is not None else quantity.high
    if value is None or not (signed or words or named or GROWTH in groups):
        return None
    sense = (value > 0) - (value < 0)
    if words and words[0].value == Direction.DOWN and sense > 0 and sign != "+":
        sense = -1
    return DIRECTIONS[sense]


@lru_cache(maxsize=4096)
def _time(period: str) -> TimeRef | None:
    """Return the days of a period, read in the language that knows most of its words; None if there are none."""
    if month := _MONTH.match(period):
        period = f"{month[1]}-{month[2]}-01"
    elif clock := _CLOCK.match(period):
        period = clock[1]
    digits = [c for c in period if c.isdigit()]
    best: TimeRef | None = None
    for code in _codes():
        found = [t for t in times.find(period, code, None) if t.low and t.high and t.kind != "clock"]
        if len(found) != 1 or [c for c in found[0].raw if c.isdigit()] != digits:
            continue
        if best is None or len(found[0].raw) > len(best.raw):
            best = found[0]
    if best is not None and month:
        year, number = int(month[1]), int(month[2])
        last = (date(year + number // 12, number % 12 + 1, 1) - timedelta(days=1)).isoformat()
        return replace(best, high=last, granularity="month", kind="period")
    return best


@lru_cache(maxsize=16384)
def _quantity(value: str, unit: str, decimal: str) -> Quantity | None:
    """Return the quantity of a value with its unit; None if the value is no number or the unit is not known."""
    cell = _CELL.match(value.strip())
    if cell is None:
        return None
    low = _number(cell["low"], decimal)
    high = _number(cell["high"], decimal) if cell["high"] else low
    like = _unit(cell["before"].strip(), " ".join(f"{cell['after']} {unit}".split()))
    if low is None or high is None or like is None:
        return None
    scale = (like.low or like.high or Decimal(2)) / 2
    signed = -1 if cell["sign"] in ("-", "−") else 1
    ends = sorted(_plain(signed * end * scale) for end in (low, high))
    hedge = _BOUNDS.get(cell["bound"] or "", like.hedge)
    return replace(
        like,
        low=None if hedge is Hedge.AT_MOST else ends[0],
        high=None if hedge in (Hedge.OVER, Hedge.AT_LEAST) else ends[1],
        step=(min(_step(low), _step(high)) * scale).normalize() + 0,
        hedge=hedge,
    )


def _number(text: str, decimal: str) -> Decimal | None:
    """Return a printed figure as a number; None where its marks are in no order."""
    plain = re.sub(r"['’\s\u00a0\u202f]", "", text)
    other = "." if decimal == COMMA else COMMA
    whole, _, rest = plain.rstrip(".,").replace(other, "").partition(decimal)
    if plain.rstrip(".,").rfind(other) > plain.rfind(decimal) >= 0:
        whole, _, rest = plain.rstrip(".,").replace(decimal, "").partition(other)
    if not whole.isdecimal() or (rest and not rest.isdecimal()):
        return None
    return Decimal(f"{whole}.{rest}" if rest else whole)


def _plain(number: Decimal) -> Decimal:
    """Return a number without trailing zeros, so that equal ones print alike."""
    return Decimal(int(number)) if number == number.to_integral_value() else number.normalize()


def _step(number: Decimal) -> Decimal:
    return Decimal(1).scaleb(min(int(number.as_tuple().exponent), 0))


@lru_cache(maxsize=4096)
def _unit(before: str, after: str) -> Quantity | None:
    """Return "two" of a unit, read in the language that knows it; a unit that none knows must be words: a noun."""
    joint = "" if after[:1] in "%‰°" else " "
    text = f"{before} 2{joint}{after}".strip()
    counted: Quantity | None = None
    for code in _codes():
        found = quantities.find(text, code)
        if len(found) != 1:
            continue
        one = found[0]
        if one.dimension != "count" or (one.hedge is not Hedge.NONE and not after):
            return one
        counted = counted if counted is not None and counted.noun else one
    if counted is None or (before and counted.hedge is Hedge.NONE):
        return None
    if after and not counted.noun and counted.raw.endswith("2"):
        counted = replace(counted, noun=after.lower())
    noun = counted.noun
    return counted if not noun or _WORDS.match(noun) else None
