"""Scores ``quantities.find`` on the Recognizers-Text cases: precision and recall of (value, unit) per kind
and language.

Cases marked as not supported on the reference platform (.NET) are left out, and results whose value is null.
A currency agrees when the units may be equal (``units.may_equal``), a dimension when the values are equal in its
base unit; numbers are compared without unit. ``OUT_OF_SCOPE`` names the kinds of case that a reader of claims must
not follow, with a reason each; ``out_of_scope`` counts what they leave out.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from extraction.table import Row
from reconcile.claims import quantities
from reconcile.claims.amounts import units
from reconcile.claims.amounts.figures import tokenise
from reconcile.claims.amounts.lexicon import compiled
from reconcile.model import Quantity

LANGUAGES = {
    "English": "en",
    "Spanish": "es",
    "German": "de",
    "French": "fr",
    "Portuguese": "pt",
    "Dutch": "nl",
}
FILES = {
    "Number": "Number/{}/NumberModel.json",
    "Percent": "Number/{}/PercentModel.json",
    "Currency": "NumberWithUnit/{}/CurrencyModel.json",
    "Dimension": "NumberWithUnit/{}/DimensionModel.json",
    "Age": "NumberWithUnit/{}/AgeModel.json",
    "Temperature": "NumberWithUnit/{}/TemperatureModel.json",
}
DIMENSIONS = frozenset(["length", "area", "volume", "mass", "speed", "data", "pressure", "power", "energy"])
Item = tuple[Decimal, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of case that is left out: ``text`` is found in its text, or ``label`` in the words of one label."""

    name: str
    reason: str
    kinds: frozenset[str]
    text: re.Pattern[str] | None = None
    label: re.Pattern[str] | None = None

    def leaves_out(self, text: str, labels: list[str]) -> bool:
        """Return whether a case with this text and the words of these labels is of this kind."""
        if self.text is not None and self.text.search(text):
            return True
        return self.label is not None and any(self.label.search(label) for label in labels)


def pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


NUMBER = frozenset(["Number"])
OUT_OF_SCOPE = (
    Rule(
        "address",
        "digits that name a day, a machine or a telephone are no amounts",
        NUMBER,
        text=pattern(r"\d+\.\d+\.\d+\.\d+|\d{1,2}/\d{1,2}/\d{4}|\+\d+-\d"),
    ),
    Rule(
        "label",
        "a number that names a thing (an exercise, a version, a product, 0007) counts nothing",
        NUMBER,
        text=pattern(r"\b(?:exercises?|version|zeile|nummer)\b (?:nrs?\. )?(?:\d|two|vier)|\b[A-Z]{2,}-\d|(?<!\d)0{4}"),
    ),
    Rule(
        "list mark",
        "a figure with a full stop and nothing else marks an item of a list",
        NUMBER,
        text=pattern(r"^\s*\d+\.\s*$"),
    ),
    Rule(
        "article",
        "the article that is also the word for one counts nothing by itself",
        NUMBER,
        label=pattern(r"^(?:un|una|une|uno|um|uma|ein|eine[rmns]?|eins|een|één)$"),
    ),
    Rule(
        "formula",
        "a power or quotient is a sum to be worked out, no reported number",
        NUMBER,
        text=pattern(r"\^[+-]*\d|(?:\bone|\d) over (?:\d|one|two|three|t)"),
    ),
    Rule(
        "spelled sum",
        "spelled fractions above one, or of a lower number above twenty, read in two ways: 130/5 or 100/35",
        NUMBER,
        label=pattern(
            r"(?:twenty|thirty|fifty|hundred|thousand|veinte|treinta|vinte|trinta|trente|twintig)\b.*"
            r"(?:fifth|first|hundredth|quinto|cinquieme|vijfde)s?$"
        ),
    ),
    Rule(
        "letter apart",
        "a letter apart from its figure, and G, are symbols or names (kelvin, 5G), no magnitudes",
        NUMBER,
        text=pattern(r"\d\s+[kGM]\b|\dG\b"),
    ),
    Rule(
        "dash apart",
        "a dash with a blank after it is punctuation, no minus",
        NUMBER,
        text=pattern(r"^\s*- +\d"),
    ),
    Rule(
        "base of a share",
        "in 'per cent of 210' the number is what a share is of, no share",
        frozenset(["Percent"]),
        label=pattern(r"^(?:per ?cents?|percents?|por ?cientos?|pour ?cents?|pourcentages?|percentage|procent)\b"),
    ),
    Rule(
        "delay",
        "how long ago, how long after, how overdue or how long a term is: a duration to a reader, no age",
        frozenset(["Age"]),
        text=pattern(
            r"\b(?:hace|atrás|há|her|après|plazo|prazo|vencida|facture|factuur|promesse|afspraak|proposition|\w*voorstel)\b"
        ),
    ),
    Rule(
        "not French",
        "machine-translated: 'trente pourcentage' for 'trente pour cent', ages with être ('elle est 60 ans') for avoir",
        frozenset(["Percent", "Age"]),
        text=pattern(
            r"(?:\d|trente|cent) pourcentages?\b|"
            r"\b(?:est|était|sera) (?:seulement )?(?:\d+|dix|trois) (?:ans|mois|semaines)\b"
        ),
    ),
    Rule(
        "letter before $",
        "a letter that a blank parts from '$' is a word ('a $5 million loan')",
        frozenset(["Currency"]),
        text=pattern(r"\b[b-z] \$ \d"),
    ),
)


def cases(root: Path, kind: str, language: str) -> Iterator[tuple[str, list[Item], Rule | None]]:
    """Yield (text, expected items, rule that leaves it out) of the supported cases whose every result can be read."""
    path = root / FILES[kind].format(language)
    if not path.is_file():
        return
    for case in json.loads(path.read_text(encoding="utf-8-sig")):
        if "dotnet" in str(case.get("NotSupported", "")).lower().replace(" ", ""):
            continue
        items = [
            expected(kind, LANGUAGES[language], result["Resolution"])
            for result in case["Results"]
            if result.get("Resolution")
        ]
        if all(item is not None for item in items):
            labels = [result["Text"] for result in case["Results"]]
            rules = (rule for rule in OUT_OF_SCOPE if kind in rule.kinds and rule.leaves_out(case["Input"], labels))
            yield case["Input"], [item for item in items if item is not None], next(rules, None)


def expected(kind: str, code: str, resolution: dict[str, str]) -> Item | None:
    """Return the (value, unit) of one labelled result, None where it cannot be mapped."""
    try:
        value = Decimal(str(resolution.get("value")).rstrip("%"))
    except InvalidOperation:
        return None
    unit = resolution.get("unit") or ""
    if kind in ("Number", "Percent"):
        return value, ""
    letters = {"C": "celsius", "F": "fahrenheit", "K": "kelvin", "D": "degree"}
    if kind == "Temperature" and unit in letters:
        return value, letters[unit]
    if kind == "Currency" and resolution.get("isoCurrency") in units.ISO_CODES:
        return value, resolution["isoCurrency"]
    known = named_unit(kind, unit, "en") or named_unit(kind, unit, code)
    if kind == "Dimension" and units.dimension_of(known) == "temperature":
        return None  # an angle
    return (value, known) if known else None


def named_unit(kind: str, name: str, code: str) -> str:
    """Return our name for a unit name of the data, empty where we have none."""
    lex = compiled(code)
    tokens = tokenise(name.lower())
    if not tokens:
        return ""
    if kind == "Dimension" and name == "Pound":
        return "pound mass"
    found = (lex.currencies if kind == "Currency" else lex.units).at(tokens, 0)
    return found[0] if found and found[1] == len(tokens) else ""


def predicted(kind: str, found: tuple[Quantity, ...], code: str) -> tuple[list[Item], list[Item]]:
    """Return the items of one kind among the quantities found, and the lower ends of ranges ("5 to 7 km").

    A range's lower end without a unit of its own is a number to the data, but no amount, age or length: it counts
    only where the data list it.
    """
    items: list[Item] = []
    spare: list[Item] = []
    for q in found:
        ends = [end for end in dict.fromkeys((q.low, q.high)) if end is not None]
        if kind == "Number":
            items += [(end, "") for end in numbers_of(q, ends, code)]
        elif kind == "Percent" and q.unit == "percent":
            spare += [(end, "") for end in ends[:-1]]
            items += [(ends[-1], "")]
        elif (
            (kind == "Currency" and q.dimension == "currency")
            or (kind == "Dimension" and q.dimension in DIMENSIONS)
            or kind.lower() == q.dimension
        ):
            spare += [(end, q.unit) for end in ends[:-1]]
            items += [(ends[-1], q.unit)]
    return items, spare


def numbers_of(q: Quantity, ends: list[Decimal], code: str) -> list[Decimal]:
    """Return the plain numbers that are printed in a quantity, as the data count them.

    Not counted there: ordinals (a kind of their own), "twice", and a number with a unit glued to it ("180ml").
    """
    lex, tokens = compiled(code), tokenise(q.raw)
    measured = q.dimension not in ("count", "currency", "ratio", "times", "score")
    if q.dimension == "rank" or lex.multiples.at(tokens, 0) or (measured and re.search(r"\d[^\W\d_]", q.raw)):
        return []
    if q.dimension == "score":
        return [end for end in (q.low, q.high) if end is not None]
    named = any(found and found[0] == "percent" for found in (lex.units.at(tokens, i) for i in range(len(tokens))))
    if q.unit == "percent" and "%" not in q.raw and not named:
        return [end / 100 for end in ends]
    return ends


def same(kind: str, a: Item, b: Item) -> bool:
    """Return whether two items agree in value (five digits: shares are rounded) and unit."""
    if kind == "Dimension" and a[1] != b[1]:
        dimension = units.dimension_of(a[1])
        if not units.compatible(dimension, a[1], b[1]):
            return False
        a, b = ((units.to_base(value, unit, dimension), "") for value, unit in (a, b))
    near = abs(a[0] - b[0]) <= abs(a[0]) * Decimal("1e-5")
    if kind == "Currency":
        return near and units.may_equal(a[1], b[1])
    return near and (a[1] == b[1] or {a[1], b[1]} == {"degree", "celsius"})


def score(kind: str, want: list[Item], got: list[Item], spare: list[Item]) -> tuple[int, int]:
    """Return how many expected items were found, each found item used once, and how many items count as found."""
    rest, hits, used = list(got), 0, 0
    spare = list(spare)
    for item in want:
        for pool in (rest, spare):
            match = next((other for other in pool if same(kind, item, other)), None)
            if match is not None:
                pool.remove(match)
                hits += 1
                used += pool is spare
                break
    return hits, len(got) + used


def rows(root: Path, options: argparse.Namespace | None = None) -> Iterator[Row]:
    """Yield a row a kind and language (``kind`` and ``lang`` of the options choose), with all cases where asked."""
    kind_only, lang_only = getattr(options, "kind", None), getattr(options, "lang", None)
    rules = () if getattr(options, "all", False) else OUT_OF_SCOPE
    for kind in FILES:
        for language, code in LANGUAGES.items():
            if kind_only in (None, kind) and lang_only in (None, code):
                yield tally(root, kind, language, rules)[0]


def misses(root: Path, options: argparse.Namespace) -> Iterator[str]:
    """Yield the first wrong cases of each kind and language chosen, one line each."""
    for kind in FILES:
        for language, code in LANGUAGES.items():
            if options.kind in (None, kind) and options.lang in (None, code):
                yield from (f"{kind} {code} | {line}" for line in tally(root, kind, language)[1][: options.misses])


def out_of_scope(root: Path) -> Iterator[str]:
    """Yield each out-of-scope rule with its reason and the cases that it leaves out, by language."""
    left_out: Counter[tuple[str, str]] = Counter()
    for kind in FILES:
        for language, code in LANGUAGES.items():
            left_out.update((rule.name, code) for _, _, rule in cases(root, kind, language) if rule)
    for rule in OUT_OF_SCOPE:
        counts = {code: left_out[rule.name, code] for code in LANGUAGES.values() if left_out[rule.name, code]}
        shown_counts = ", ".join(f"{code} {count}" for code, count in counts.items()) or "none"
        yield f"out of scope: {rule.name}: {sum(counts.values())} ({shown_counts}): {rule.reason}"


def tally(root: Path, kind: str, language: str, rules: tuple[Rule, ...] = OUT_OF_SCOPE) -> tuple[Row, list[str]]:
    """Return how many items were expected, found and right, and the wrong cases as lines."""
    code = LANGUAGES[language]
    want_n = got_n = hit_n = 0
    wrong = []
    for text, want, rule in cases(root, kind, language):
        if rule in rules:
            continue
        got, spare = predicted(kind, quantities.find(text, code), code)
        hits, count = score(kind, want, got, spare)
        want_n, got_n, hit_n = want_n + len(want), got_n + count, hit_n + hits
        if hits < max(len(want), count):
            wrong.append(f"{text} | want {shown(want)} | got {shown(got)}")
    return Row(kind, code, want_n, hit_n, got_n), wrong


def shown(items: list[Item]) -> str:
    """Return items as one short line."""
    return ", ".join(f"{value} {unit}".strip() for value, unit in items) or "nothing"
