"""A plain SVG picture of lines over the number of articles, without a plotting library."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 380
LEFT, TOP, RIGHT, BOTTOM = 64, 34, 250, 44
COLOURS = ("#1f6feb", "#b35900", "#1a7f37", "#8250df", "#cf222e", "#57606a", "#9a6700")


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of a line; not ``measured``: drawn hollow."""

    articles: int
    value: float
    measured: bool = True


@dataclass(frozen=True, slots=True)
class Axes:
    """What to call the picture and its upright axis; ``log``: each step up is ten times as much."""

    title: str
    upright: str
    log: bool = True


def svg(axes: Axes, drawn: Mapping[str, Sequence[Spot]]) -> str:
    """Return the picture; lines without a spot are left out, and so are values that a log axis cannot show."""
    kept = {
        name: shown
        for name, spots in drawn.items()
        if (shown := [s for s in sorted(spots, key=lambda s: s.articles) if s.value > 0 or not axes.log])
    }
    across = _Scale.of([s.articles for of in kept.values() for s in of], LEFT, WIDTH - RIGHT, log=True)
    up = _Scale.of([s.value for of in kept.values() for s in of], HEIGHT - BOTTOM, TOP, log=axes.log)
    told = "; ".join(f"{name}: " + ", ".join(f"{s.articles} {s.value:.4g}" for s in of) for name, of in kept.items())
    parts = [_frame(axes, across, up)]
    for number, (name, spots) in enumerate(kept.items()):
        parts.append(_line(name, [(across.at(s.articles), up.at(s.value), s) for s in spots], number))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" '
        f'font-family="sans-serif" font-size="11"><title>{escape(axes.title)}</title><desc>{escape(told)}</desc>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    start: float
    end: float
    log: bool

    @classmethod
    def of(cls, values: Sequence[float], start: float, end: float, *, log: bool) -> _Scale:
        """Return a scale from one round value to another around all values; 0 to 1 without a log."""
        if not log:
            return cls(0.0, 1.0, start, end, log)
        low, high = (math.log10(pick(values, default=1)) for pick in (min, max))
        bottom, top = math.floor(low + 1e-9), math.ceil(high - 1e-9)
        return cls(bottom, max(top, bottom + 1), start, end, log)

    def at(self, value: float) -> float:
        placed = math.log10(value) if self.log else value
        return round(self.start + (placed - self.low) / (self.high - self.low) * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        if self.log:
            return [10.0**power for power in range(int(self.low), int(self.high) + 1)]
        return [0, 0.2, 0.4, 0.6, 0.8, 1]


def _frame(axes: Axes, across: _Scale, up: _Scale) -> str:
    (x0, x1), (y0, y1) = (LEFT, WIDTH - RIGHT), (HEIGHT - BOTTOM, TOP)
    below = [f'<text x="{across.at(v)}" y="{y0 + 16}" text-anchor="middle">{v:,g}</text>' for v in across.ticks()]
    beside = [
        f'<path d="M{x0} {up.at(v)}H{x1}" stroke="#ddd"/>'
        f'<text x="{x0 - 6}" y="{up.at(v) + 4}" text-anchor="end">{v:,g}</text>'
        for v in up.ticks()
    ]
    middle = (y0 + y1) / 2
    return (
        f"{''.join(beside)}{''.join(below)}"
        f'<path d="M{x0} {y1}V{y0}H{x1}" fill="none" stroke="#444"/>'
        f'<text x="{(x0 + x1) / 2}" y="{HEIGHT - 8}" text-anchor="middle">articles</text>'
        f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">{escape(axes.upright)}'
        f'</text><text x="{x0}" y="20" font-size="13">{escape(axes.title)}</text>'
    )


def _line(name: str, placed: Sequence[tuple[float, float, Spot]], number: int) -> str:
    colour = COLOURS[number % len(COLOURS)]
    path = "M" + "L".join(f"{x} {y}" for x, y, _ in placed)
    dots = "".join(
        f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour if spot.measured else "#fff"}">'
        f"<title>{escape(f'{name}: {spot.articles:,} articles, {spot.value:,.4g}')}</title></circle>"
        for x, y, spot in placed
    )
    key = TOP + 8 + 18 * number
    return (
        f'<g stroke="{colour}"><path d="{path}" fill="none" stroke-width="1.8"/>{dots}'
        f'<path d="M{WIDTH - RIGHT + 12} {key}h18" stroke-width="3"/></g>'
        f'<text x="{WIDTH - RIGHT + 36}" y="{key + 4}">{escape(name)}</text>'
    )
