"""Pure arithmetic: rows of the table from raw measurements, growth between sizes, what a larger size would take."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Run = Mapping[str, Any]
Point = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Line:
    """One contender at one size: medians over rounds; ``low`` and ``high`` are the least and most seconds.

    ``growth``: seconds grow with the articles to this power, from the next smaller size measured. ``ratio``: seconds
    over those of the base, where that was measured. ``measured`` False: the seconds are extrapolated.
    """

    contender: str
    articles: int
    seconds: float
    low: float
    high: float
    rounds: int
    ratio: float | None = None
    growth: float | None = None
    measured: bool = True
    last: Run | None = None

    def value(self, name: str) -> Any:
        """Return a raw figure of the last round, None where there was none."""
        return (self.last or {}).get(name)


def growth(small: Point, large: Point) -> float | None:
    """Return the power of the articles with which the seconds grow between two sizes; None if it cannot be told."""
    if small[0] >= large[0] or min(*small, *large) <= 0:
        return None
    return math.log(large[1] / small[1]) / math.log(large[0] / small[0])


def extrapolated(points: Sequence[Point], articles: int) -> float | None:
    """Return the seconds at a larger size if they go on growing as between the last two; None without two.

    A power below 1 is loading that has not yet worn off: then at least in proportion to the articles.
    """
    known = sorted(points)
    if len(known) < 2 or known[-1][0] > articles:
        return None
    power = growth(known[-2], known[-1])
    return None if power is None else known[-1][1] * (articles / known[-1][0]) ** max(1.0, power)


def lines(runs: Sequence[Run], sizes: Sequence[int], bases: Mapping[str, str]) -> list[Line]:
    """Return the rows of all contenders at all sizes measured or asked for.

    :param sizes: the numbers of articles at which every contender is shown, extrapolated where it was not measured.
    :param bases: the contender that each one's seconds are divided by.
    """
    groups: dict[tuple[str, int], list[Run]] = defaultdict(list)
    for run in runs:
        if not run.get("error"):
            groups[run["contender"], run["articles"]].append(run)
    made = {key: _line(key, of) for key, of in groups.items()}
    points: dict[str, list[Point]] = defaultdict(list)
    for (name, articles), line in sorted(made.items()):
        points[name].append((articles, line.seconds))
    for name, known in points.items():
        for articles in sizes:
            seconds = extrapolated(known, articles)
            if (name, articles) not in made and seconds is not None:
                made[name, articles] = Line(name, articles, seconds, seconds, seconds, 0, measured=False)
    order = {name: n for n, name in enumerate(bases)}
    keys = sorted(made, key=lambda key: (key[1], order[key[0]]))
    return [_related(made[key], points[key[0]], made.get((bases[key[0]], key[1]))) for key in keys]


def _line(key: tuple[str, int], runs: Sequence[Run]) -> Line:
    seconds = [run["seconds"] for run in runs]
    return Line(*key, statistics.median(seconds), min(seconds), max(seconds), len(runs), last=runs[-1])


def _related(line: Line, points: Sequence[Point], base: Line | None) -> Line:
    smaller = [point for point in points if point[0] < line.articles]
    power = growth(smaller[-1], (line.articles, line.seconds)) if smaller and line.measured else None
    return replace(line, growth=power, ratio=line.seconds / base.seconds if base and base.measured else None)
