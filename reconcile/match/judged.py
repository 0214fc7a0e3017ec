"""The comparisons of what the judge says of two whole sentences."""

from __future__ import annotations

from collections.abc import Callable

from reconcile.match import levels as l
from reconcile.match import shown as show
from reconcile.match.declare import (
    AGREE,
    DISAGREE,
    NONE,
    Comparison,
    ComparisonLevel,
    Pairing,
    level,
    missing,
    otherwise,
)
from reconcile.match.judge import FIELDS
from reconcile.model import Outcome, Role


def _opinions(
    measure: Callable[[Pairing], float], says: str, outcome: Outcome, *floors: float
) -> tuple[ComparisonLevel, ...]:
    """Rungs by what the judge says of the two sentences."""
    return tuple(
        level(
            f"{says.split()[0]} {floor:g}",
            f"the two sentences {says}: {floor:.0%} or surer",
            l.at_least(measure, floor),
            outcome,
        )
        for floor in floors
    )


JUDGED = (
    Comparison(
        "judge",
        Role.IDENTITY,
        show.nothing,
        (
            missing(lambda p: p.opinion is None, "the judge was not asked"),
            *_opinions(l.judged_conflict, "contradict each other", DISAGREE, 0.95, 0.85, 0.7, 0.5),
            *_opinions(l.judged_agreement, "agree", AGREE, 0.95, 0.85, 0.7, 0.5),
            *_opinions(l.judged_apart, "answer different questions", NONE, 0.95, 0.85, 0.7),
            otherwise("the judge is not sure", NONE),
        ),
        only=("value", "date", "name", "direction", "outcome", "pole", "status"),
    ),
    Comparison(
        "matter",
        Role.IDENTITY,
        show.nothing,
        (
            missing(lambda p: l.judged_conflict(p) < 0.4, "the judge reads no contradiction"),
            *(
                level(field.value, f"the judge reads a contradiction of {field.value}", l.judged_matter(field), AGREE)
                for field in FIELDS
            ),
            otherwise("the judge reads a contradiction", NONE),
        ),
    ),
)
