"""Rungs: levels of which each says more than the next, so that their weights should change step by step.

A level of such a ladder is trained as the sum of its rung and of those below it (a cumulative, or thermometer, coding),
so that the penalty on weights falls on the steps between neighbours. What is stored is the sum: one weight a level.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from reconcile.match.compare import COMPARISONS

WHOLE = ("question", "clause", "slot", "nearest", "worth")  # comparisons that are one ladder
BY_WORD = ("judge", "statement")  # a ladder for each first word of the levels' names


@lru_cache(maxsize=1)
def _below() -> dict[tuple[str, str], tuple[str, ...]]:
    """(comparison, level) -> the level and those below it on its ladder."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for comparison in COMPARISONS:
        ladders = defaultdict(list)
        for level in comparison.levels[1:]:
            if comparison.field in WHOLE + BY_WORD:
                ladders[level.name.split()[0] if comparison.field in BY_WORD else ""].append(level.name)
        for names in ladders.values():
            found |= {(comparison.field, name): tuple(names[n:]) for n, name in enumerate(names)}
    return found


def rungs(feature: str) -> tuple[str, ...]:
    """Return the features of the rungs that a feature (``field=level`` or ``kind:field=level``) stands on."""
    head, _, level = feature.partition("=")
    found = _below().get((head.rpartition(":")[2], level), (level,))
    return tuple(f"{head}={name}" for name in found)
