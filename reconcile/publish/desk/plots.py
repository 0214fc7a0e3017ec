"""Data as places on a plot: per cent of the width, so that it scales with the page. The templates draw them.

A plot is a table whose rows carry a strip: labels and values stay text, and only marks and grid lines are drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from reconcile.claims.amounts.units import GENERIC, may_equal
from reconcile.publish.desk import words

WIDTH = 100.0
PAD = 4.0
TICKS = 4
HEAT = 5
KINDS = 6
_LOG_FROM = 100.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A dot (``low == high``) or an interval; ``kind`` is a style, ``label`` says in words what it is.

    ``open``: which ends have no bound (``left``, ``right``); the mark then reaches the edge of the plot.
    """

    low: float
    high: float
    kind: str
    label: str = ""
    open: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of a plot: whose it is, what is drawn and what that says."""

    item: Mapping[str, Any]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """Lanes over one scale; ``ticks`` are places and their labels, ``left`` how many answers could not be drawn."""

    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, str], ...]
    unit: str = ""
    left: int = 0


SAME = 1e-12  # share of a value that is no difference on a plot


def _scale(values: Sequence[float], *, log: bool = False) -> Callable[[float], float]:
    measure: Callable[[float], float] = math.log10 if log else float
    low, high = measure(min(values)), measure(max(values))
    width = high - low

    def place(value: float) -> float:
        share = (measure(value) - low) / width if width else 0.5
        return round(PAD + share * (WIDTH - 2 * PAD), 2)

    return place


def nice_ticks(low: float, high: float, count: int = TICKS) -> list[float]:
    """Return round numbers inside ``[low, high]``, about ``count`` of them; one where they are as good as the same."""
    if high - low <= SAME * max(1.0, abs(low), abs(high)):
        return [low]
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(f * power for f in (1, 2, 2.5, 5, 10) if f * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(n * step, 12) for n in range(first, math.floor(high / step + 1e-9) + 1)]


def number(value: float) -> str:
    """Return a tick's number, short: ``6.4M``, ``1,200``, ``0.5``."""
    for size, word in ((1e12, "T"), (1e9, "bn"), (1e6, "M")):
        if abs(value) >= size:
            return f"{value / size:,.4g}{word}"
    return f"{value:,.10g}"


def _bounds(said: Mapping[str, Any]) -> tuple[float, float] | None:
    """The ends of a value; an open end is where the other one is."""
    low, high = said["low"], said["high"]
    if low is None and high is None:
        return None
    return (high if low is None else low), (low if high is None else high)


def value_strip(answers: Iterable[Mapping[str, Any]]) -> Plot | None:
    """Return the numbers of a question, one lane an article by time; None where fewer than two can be compared.

    Only the most usual unit is drawn, with what may be it ("dollars" beside "US$"). Rounding and hedges are intervals
    ("about 50", "more than 100").
    """
    every = [(n, said) for n, answer in enumerate(answers) for said in answer["said"]]
    found = [(n, said, ends) for n, said in every if (ends := _bounds(said)) is not None]
    unit = _usual_unit([said["unit"] for _, said, _ in found])
    found = [item for item in found if may_equal(item[1]["unit"], unit)]
    if len(found) < 2:
        return None
    values = [value for _, _, ends in found for value in ends]
    low, high = min(values), max(values)
    log = low > 0 and high / low > _LOG_FROM
    place = _scale(values, log=log)
    lanes = []
    for n, said, ends in sorted(found, key=lambda item: (item[1]["published"] or "9", item[1]["article_id"])):
        left, right = said["low"] is None, said["high"] is None
        opened = "left" if left else "right" if right else ""
        low_x, high_x = (0.0 if left else place(ends[0])), (WIDTH if right else place(ends[1]))
        lanes.append(Lane({**said, "answer": n % KINDS}, _marks(low_x, high_x, f"answer{n % KINDS}", opened)))
    at = [10.0**n for n in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)] if log else []
    round_only = unit in ("", "count")
    at = at or [v for v in nice_ticks(low, high) if v == int(v) or not round_only]
    ticks = tuple((place(v), number(v)) for v in at)
    return Plot(tuple(lanes), ticks, unit, len(every) - len(found))


def _usual_unit(units: Sequence[str]) -> str:
    """The unit that most of these may be. A name that many countries share ("dollar") counts for itself alone."""

    def weight(unit: str) -> int:
        return units.count(unit) if unit in GENERIC else sum(may_equal(unit, other) for other in units)

    return max(sorted(set(units)), key=weight, default="")


def _marks(low: float, high: float, kind: str, opened: str) -> tuple[Mark, ...]:
    """An interval with a dot in its middle, or at the end that is bound."""
    dot = low if opened == "right" else high if opened == "left" else round((low + high) / 2, 2)
    point = Mark(dot, dot, kind)
    return (point,) if high - low < 0.3 else (Mark(low, high, f"{kind} span", open=opened), point)


def date_strip(answers: Iterable[Mapping[str, Any]]) -> Plot | None:
    """Return the days that a question is answered with, one lane an article; None where fewer than two have one."""
    every = [(n, said) for n, answer in enumerate(answers) for said in answer["said"]]
    found = [(n, said) for n, said in every if said["days"]]
    if len(found) < 2:
        return None
    ends = {day: float(date.fromisoformat(day).toordinal()) for _, s in found for day in s["days"]}
    place = _scale(list(ends.values()))
    lanes = []
    for n, said in sorted(found, key=lambda item: (item[1]["published"] or "9", item[1]["article_id"])):
        low, high = (place(ends[day]) for day in said["days"])
        lanes.append(Lane({**said, "answer": n % KINDS}, _marks(low, high, f"answer{n % KINDS}", "")))
    days = sorted({min(ends), max(ends)})
    return Plot(tuple(lanes), tuple((place(ends[d]), words.day(d)) for d in days), left=len(every) - len(found))


def moment(published: str | None) -> datetime | None:
    """Return an ISO 8601 time (or day) as a moment in UTC; None where it is none."""
    try:
        found = datetime.fromisoformat((published or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def timeline(lanes: Iterable[tuple[Mapping[str, Any], Iterable[tuple[str | None, str, str]]]]) -> Plot | None:
    """Return lanes of moments; each lane is an item and its (published, kind, label). None where no time is known."""
    read = [(item, [(m, kind, label) for at, kind, label in marks if (m := moment(at))]) for item, marks in lanes]
    times = [m.timestamp() for _, marks in read for m, _, _ in marks]
    if not times:
        return None
    place = _scale(times)
    made = tuple(
        Lane(item, tuple(Mark(x, x, kind, label) for m, kind, label in marks for x in [place(m.timestamp())]))
        for item, marks in read
        if marks
    )
    return Plot(made, tuple((place(t), label) for t, label in _time_ticks(min(times), max(times))))


def _time_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """The first and the last moment, and midnights between where there are few."""
    first, last = datetime.fromtimestamp(low, UTC), datetime.fromtimestamp(high, UTC)
    ends = [(low, words.short_moment(first))] + ([(high, words.short_moment(last))] if high > low else [])
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    days = [midnight + timedelta(days=n) for n in range(max(0, (last - midnight).days + 1))]
    between = [(d.timestamp(), "") for d in days if last > d] if len(days) <= 14 else []
    return sorted(ends + between)


def answer_times(answers: Iterable[Mapping[str, Any]]) -> Plot | None:
    """Return who gave which answer when: one lane an answer, copies drawn hollow."""
    lanes = []
    for n, answer in enumerate(answers):
        marks = []
        for said in answer["said"]:
            kind = f"answer{n % KINDS}"
            marks.append((said["published"], kind, f"{said['source']}, {words.day(said['published'])}"))
            for copy in said["copies"]:
                marks.append((copy["published"], f"{kind} copy", f"{copy['source']} ({copy['kind']})"))
        lanes.append(({**answer, "answer": n % KINDS}, marks))
    return timeline(lanes)


def story_times(articles: Iterable[Mapping[str, Any]]) -> Plot | None:
    """Return who published when: one lane a source, what repeats another article drawn hollow."""
    lanes: dict[str, tuple[Mapping[str, Any], list[tuple[str | None, str, str]]]] = {}
    for article in articles:
        kind = "answer0" if article["kind"] == "original" else "answer0 copy"
        label = f"{words.day(article['published'])}: {article['title'] or article['article_id']}"
        lane = lanes.setdefault(article["source"], ({"source": article["source"], "articles": []}, []))
        lane[0]["articles"].append(article)
        lane[1].append((article["published"], kind, label))
    return timeline(lanes.values())


def heat(conflict: int, compared: int) -> int:
    """Return the shade (0 to HEAT) of a share of conflicts: any conflict is at least 1."""
    return 0 if not conflict or not compared else max(1, math.ceil(HEAT * conflict / compared))


def heat_map(pairs: Sequence[Mapping[str, Any]], limit: int = 16) -> dict[str, Any] | None:
    """Return the sources of the first ``pairs`` as rows and columns, with the pair of every two; None for under three.

    The pairs come with those first that conflict most; ``left`` is how many sources are not shown.
    """
    names: dict[str, str] = {}
    for pair in pairs:
        if len({*names, pair["a"], pair["b"]}) <= limit:
            names |= {pair["a"]: pair["name_a"], pair["b"]: pair["name_b"]}
    if len(names) < 3:
        return None
    cells = {(p["a"], p["b"]): p for p in pairs} | {(p["b"], p["a"]): p for p in pairs}
    every = {i for pair in cells for i in pair}
    rows = [{"id": i, "name": name, "cells": [cells.get((i, j)) for j in names]} for i, name in names.items()]
    return {"names": list(names.values()), "rows": rows, "left": len(every) - len(names)}
