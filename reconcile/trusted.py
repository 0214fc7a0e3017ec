"""The facts that a run or check holds articles against.

References stay in the database like articles do: those given now replace the ones of the same name, the others are made
again from the rows that they were published with.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconcile.config import Settings
from reconcile.match import fact_claims
from reconcile.match.fact_claims import Fact
from reconcile.model import REFERENCE, Article, Problem
from reconcile.read import facts
from reconcile.read.place import Limits


def known(published: Iterable[Article], settings: Settings) -> tuple[tuple[Fact, ...], tuple[Problem, ...]]:
    """Return the facts of what is published and of the references that the settings name, and what cannot be used.

    Raises InputError: a reference cannot be read.
    """
    given, unread = facts.read(settings.references, limits=Limits(**dict(settings.limits)))
    kept = fact_claims.stored(a for a in published if a.kind == REFERENCE)
    made, unused = fact_claims.facts({**kept, **given}, settings.aliases)
    return made, (*unread, *unused)
