"""Scores ``quantities.find`` on the Recognizers-Text cases: precision and recall of (value, unit) per kind
and language.

    RECONCILE_DATA=/path/to/data python tools/eval_extraction.py [--misses N] [--kind Currency] [--lang en]

Cases marked as not supported on the reference platform (.NET) are left out, and results whose value is null.
A currency agrees when the units may be equal (``units.may_equal``); numbers are compared without unit.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

from reconcile.claims import quantities, units
from reconcile.claims.figures import tokenise
from reconcile.claims.lexicon import compiled
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


def cases(root: Path, kind: str, language: str) -> Iterator[tuple[str, list[Item]]]:
    """Yield (text, expected items) of the supported cases whose every result can be read."""
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
            yield case["Input"], [item for item in items if item is not None]


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


def predicted(kind: str, found: tuple[Quantity, ...]) -> list[Item]:
    """Return the items of one kind among the quantities found; a range gives both ends."""
    items: list[Item] = []
    for q in found:
        ends = [end for end in dict.fromkeys((q.low, q.high)) if end is not None]
        if kind == "Number" and q.dimension in ("count", "ratio", "times"):
            share = q.dimension == "ratio" and "%" not in q.raw and q.unit == "percent"
            items += [(end / 100 if share else end, "") for end in ends]
        elif kind == "Percent" and q.unit == "percent":
            items += [(end, "") for end in ends]
        elif (
            (kind == "Currency" and q.dimension == "currency")
            or (kind == "Dimension" and q.dimension in DIMENSIONS)
            or kind.lower() == q.dimension
        ):
            items += [(end, q.unit) for end in ends]
    return items


def same(kind: str, a: Item, b: Item) -> bool:
    """Return whether two items agree in value (nine digits) and unit."""
    near = abs(a[0] - b[0]) <= abs(a[0]) * Decimal("1e-6")
    if kind == "Currency":
        return near and units.may_equal(a[1], b[1])
    return near and (a[1] == b[1] or {a[1], b[1]} == {"degree", "celsius"})


def score(kind: str, want: list[Item], got: list[Item]) -> int:
    """Return how many expected items were found, each found item used once."""
    rest, hits = list(got), 0
    for item in want:
        match = next((other for other in rest if same(kind, item, other)), None)
        if match is not None:
            rest.remove(match)
            hits += 1
    return hits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", type=int, default=0, help="print this many wrong cases per row")
    parser.add_argument("--kind", choices=sorted(FILES))
    parser.add_argument("--lang", choices=sorted(LANGUAGES.values()))
    options = parser.parse_args()
    root = Path(os.environ.get("RECONCILE_DATA", "")) / "data" / "recognizers_text"
    if not root.is_dir():
        raise SystemExit(f"{root}: no such folder; set RECONCILE_DATA to the development data")
    print(f"{'kind':12}{'lang':6}{'expected':>10}{'found':>7}{'right':>7}{'prec':>7}{'recall':>8}")
    for kind in FILES:
        for language, code in LANGUAGES.items():
            if options.kind in (None, kind) and options.lang in (None, code):
                report(root, kind, language, options.misses)


def tally(root: Path, kind: str, language: str) -> tuple[int, int, int, list[str]]:
    """Return how many items were expected, found and right, and the wrong cases as lines."""
    code = LANGUAGES[language]
    want_n = got_n = hit_n = 0
    wrong = []
    for text, want in cases(root, kind, language):
        got = predicted(kind, quantities.find(text, code))
        hits = score(kind, want, got)
        want_n, got_n, hit_n = want_n + len(want), got_n + len(got), hit_n + hits
        if hits < max(len(want), len(got)):
            wrong.append(f"{text} | want {shown(want)} | got {shown(got)}")
    return want_n, got_n, hit_n, wrong


def shown(items: list[Item]) -> str:
    """Return items as one short line."""
    return ", ".join(f"{value} {unit}".strip() for value, unit in items) or "nothing"


def report(root: Path, kind: str, language: str, misses: int) -> None:
    """Print one row of the table, and the first wrong cases."""
    want, got, right, wrong = tally(root, kind, language)
    precision = right / got if got else 0.0
    recall = right / want if want else 0.0
    print(f"{kind:12}{LANGUAGES[language]:6}{want:>10}{got:>7}{right:>7}{precision:>7.3f}{recall:>8.3f}")
    for line in wrong[:misses]:
        print("    ", line)


if __name__ == "__main__":
    main()
