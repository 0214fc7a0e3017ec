"""How comparisons are declared: ordered levels, each a name, a label, a predicate and what it says.

After splink's comparison levels: tried in order, the first that holds wins; the first level is for missing
evidence, the last holds always.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reconcile.errors import ConfigError
from reconcile.match.judge import Opinion
from reconcile.match.slots import Likeness, Slot
from reconcile.model import FieldOutcome, Outcome, Role


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two slots of one field from two articles, ``a`` the earlier published, and how alike their questions are.

    ``elsewhere``: how many of the two articles give the other's answer in some other place. ``opinion``: what the judge
    says of the two sentences, None if it was not asked. ``retold``: one sentence is known to be the other with this
    answer changed, so that both answer one question. ``known``: what was compared before the judge was asked.
    """

    a: Slot
    b: Slot
    like: Likeness
    elsewhere: int = 0
    opinion: Opinion | None = None
    retold: bool = False
    known: tuple[FieldOutcome, ...] = ()


AGREE, NEAR, DISAGREE, NONE = Outcome.AGREE, Outcome.NEAR, Outcome.DISAGREE, Outcome.NO_EVIDENCE
Predicate = Callable[[Pairing], bool]
Printed = Callable[[Slot], str]


@dataclass(frozen=True, slots=True)
class ComparisonLevel:
    """One rung of a comparison. ``name`` is stored and is API; ``label`` is for people."""

    name: str
    label: str
    holds: Predicate
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Comparison:
    """The declared test of one field. ``show`` prints what was compared on one side; ``only`` limits it to slot kinds.

    Raises ConfigError unless the first level is ``missing``, the last always holds and names are unique.
    """

    field: str
    role: Role
    show: Printed
    levels: tuple[ComparisonLevel, ...]
    only: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [level.name for level in self.levels]
        if names[0] != "missing" or self.levels[-1].holds is not always or len(set(names)) != len(names):
            raise ConfigError(
                f"comparison {self.field!r}: levels must start with 'missing', end with otherwise(...) and differ"
            )

    def level(self, pairing: Pairing) -> ComparisonLevel:
        """Return the first level that holds."""
        return next(level for level in self.levels if level.holds(pairing))

    def applies(self, pairing: Pairing) -> bool:
        """Return whether this comparison is made for slots of this kind."""
        return not self.only or pairing.a.base in self.only


def always(pairing: Pairing) -> bool:
    """Hold for every pair."""
    return True


def never(pairing: Pairing) -> bool:
    """Hold for no pair: for comparisons whose evidence is never missing."""
    return False


def otherwise(label: str, outcome: Outcome, name: str = "else") -> ComparisonLevel:
    """Return the level that ends every comparison."""
    return ComparisonLevel(name, label, always, outcome)


def level(name: str, label: str, holds: Predicate, outcome: Outcome) -> ComparisonLevel:
    """Return one rung."""
    return ComparisonLevel(name, label, holds, outcome)


def missing(holds: Predicate = never, label: str = "nothing to compare") -> ComparisonLevel:
    """Return the level that begins every comparison; without a predicate, the evidence is never missing."""
    return ComparisonLevel("missing", label, holds, Outcome.NO_EVIDENCE)
