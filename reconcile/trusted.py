"""What a run or check starts from: the published articles, and the facts that they are held against.

References stay in the database like articles do: those given now replace the ones of the same name, the others are made
again from the rows that they were published with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reconcile.config import Settings
from reconcile.match import fact_claims
from reconcile.match.fact_claims import Fact
from reconcile.model import REFERENCE, Article, Problem
from reconcile.read import facts
from reconcile.read.place import Limits


@dataclass(frozen=True, slots=True)
class Known:
    """The published articles by id, the facts, and the rows of references that cannot be used."""

    articles: dict[str, Article]
    facts: tuple[Fact, ...]
    problems: tuple[Problem, ...]


def known(published: Iterable[Article], settings: Settings) -> Known:
    """Tell articles from references among what is published, and read the references that the settings name.

    Raises InputError: a reference cannot be read.
    """
    held = list(published)
    given, unread = facts.read(settings.references, limits=Limits(**dict(settings.limits)))
    kept = fact_claims.stored(a for a in held if a.kind == REFERENCE)
    made, unused = fact_claims.facts({**kept, **given}, settings.aliases)
    return Known({a.article_id: a for a in held if a.kind != REFERENCE}, made, (*unread, *unused))
