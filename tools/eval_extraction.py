"""What extraction is worth, in one table: recognisers, dates, check-worthiness, speakers, annotated claims, furniture.

    RECONCILE_DATA=/path/to/data python tools/eval_extraction.py [PART ...] [--misses N] [--kind K] [--lang L] [--all]

Parts: recognizers, dates, worthiness (these three need the development data), speakers, claims, furniture, speed;
without a part, all of them. Precision and recall where things are found, accuracy where each item is right or wrong.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from extraction import claims, dates, pages, recognizers, speakers, speed, worthiness
from extraction.table import HEAD, Row

ROOT = Path(__file__).resolve().parent.parent
GOLD = ROOT / "datasets" / "extraction"
STORIES = [ROOT / "datasets" / name for name in ("stories", "practice")]
PARTS = ("recognizers", "dates", "worthiness", "speakers", "claims", "furniture", "speed")


def development_data(part: str) -> Path | None:
    """Return the folder of the development data, None (said in one line) where there is none."""
    root = Path(os.environ.get("RECONCILE_DATA", "")) / "data"
    if os.environ.get("RECONCILE_DATA") and root.is_dir():
        return root
    print(f"{part}: left out, set RECONCILE_DATA to the folder of the development data")
    return None


def of_data(part: str, make: Callable[[Path], Iterable[Row]]) -> Iterator[str]:
    """Yield the rows of a part that needs the development data."""
    root = development_data(part)
    if root is not None:
        yield from (row.line() for row in make(root))


def lines(part: str, options: argparse.Namespace) -> Iterator[str]:
    """Yield what one part prints."""
    if part == "recognizers":
        root = development_data(part)
        if root is not None:
            folder = root / "recognizers_text"
            yield from (row.line() for row in recognizers.rows(folder, options))
            yield from recognizers.misses(folder, options)
            yield from recognizers.out_of_scope(folder)
    elif part == "dates":
        yield from of_data(part, lambda root: dates.rows(root.parent))
    elif part == "worthiness":
        yield from of_data(part, lambda root: worthiness.rows(root.parent))
    elif part == "speakers":
        yield from (row.line() for row in speakers.rows())
    elif part == "claims":
        yield from (row.line() for row in claims.rows(GOLD))
        yield from claims.misses(GOLD, options.misses, options.lang)
    elif part == "furniture":
        yield from (row.line() for row in pages.rows(GOLD))
        yield from pages.misses(GOLD, options.misses, options.lang)
    else:
        yield speed.ratio(speed.english(STORIES))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--misses", type=int, default=0, help="print this many wrong cases of each row or field")
    parser.add_argument("--kind", choices=sorted(recognizers.FILES), help="only this kind of recogniser")
    parser.add_argument("--lang", help="only this language of the recognisers and misses")
    parser.add_argument("--all", action="store_true", help="score the out-of-scope recogniser cases too")
    options = parser.parse_args()
    unknown = sorted(set(options.parts) - set(PARTS))
    if unknown:
        parser.error(f"unknown part {', '.join(unknown)}; known: {', '.join(PARTS)}")
    print(HEAD)
    for part in options.parts or PARTS:
        for line in lines(part, options):
            print(line, flush=True)


if __name__ == "__main__":
    main()
