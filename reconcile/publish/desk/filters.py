"""What a reviewer looks at: the filters of the queue as conditions on findings, and the order of findings.

The queue lists groups of findings (see :mod:`reconcile.publish.grouping`). A group is in it with the finding that comes
first among those of it that pass the filters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from reconcile.model import Relation

STATES = ("open", "second", "decided", "stale", "all")
ANY = "any"

# Conditions on the finding that goes by the name {f}.
SETTLED = """EXISTS (SELECT 1 FROM decisions_current d
  WHERE d.finding_id = {f}.finding_id AND d.digest = {f}.digest AND d.ruling <> 'unsure')"""
MINE = """EXISTS (SELECT 1 FROM decisions_standing m
  WHERE m.finding_id = {f}.finding_id AND m.digest = {f}.digest AND m.reviewer = :reviewer)"""
STALE = """EXISTS (SELECT 1 FROM decisions_current d
  WHERE d.finding_id = {f}.finding_id AND d.digest <> {f}.digest)"""
ORDER = "f.rank, f.origins DESC, f.confidence DESC, f.finding_id"
KEY = "({f}.rank, -{f}.origins, -{f}.confidence, {f}.finding_id)"

_CONDITIONS = {
    "relation": "{f}.relation = :relation",
    "field": "{f}.field = :field",
    "severity": "{f}.severity = :severity",
    "source": ":source IN ({f}.source_a, {f}.source_b)",
    "lang": ":lang IN ({f}.lang_a, {f}.lang_b)",
    "story": "{f}.story_id = :story",
    "since": "{f}.published >= :since",
    "until": "substr({f}.published, 1, 10) <= :until",
    "q": "instr(lower({f}.about), lower(:q))",
}
_STATE_CONDITIONS = {
    "open": f"NOT {SETTLED}",
    "second": f"{SETTLED} AND NOT {MINE}",
    "decided": SETTLED,
    "stale": f"{STALE} AND NOT {SETTLED}",
}


def leading(where: str) -> str:
    """Return the condition that the finding f comes first in its group among those of which ``where`` ({f}) holds.

    That ``where`` holds of f itself is not looked at here.
    """
    before = f"{KEY.format(f='g')} < {KEY.format(f='f')}"
    earlier = f"SELECT 1 FROM findings g WHERE g.lead = f.lead AND {before} AND {where.format(f='g')}"  # noqa: S608
    return f"(f.finding_id = f.lead OR NOT EXISTS ({earlier}))"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reviewer looks at. An empty string chooses everything, save ``relation``: that is ``any``.

    ``since`` and ``until`` are days of the later article; ``q`` is words of the question; ``reviewer`` is who looks,
    empty for a reader who may not rule.
    """

    relation: str = Relation.CONFLICT
    field: str = ""
    severity: str = ""
    source: str = ""
    lang: str = ""
    story: str = ""
    since: str = ""
    until: str = ""
    q: str = ""
    state: str = "open"
    reviewer: str = ""

    @classmethod
    def from_args(cls, get: Callable[[str], str | None], reviewer: str = "") -> Filters:
        """Read the filters from a query string; what is not understood is ignored."""
        given = {f.name: (get(f.name) or "").strip()[:500] for f in fields(cls)}
        given["relation"] = given["relation"] or str(Relation.CONFLICT)
        if given["state"] not in STATES or (given["state"] == "second" and not reviewer):
            given["state"] = "open"
        return cls(**{**given, "reviewer": reviewer})

    def query(self) -> dict[str, str]:
        """Return only what differs from the default, as query-string values."""
        given = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "reviewer"}
        return {name: value for name, value in given.items() if value != getattr(Filters(), name)}

    def _chosen(self, without: str = "") -> list[str]:
        return [
            name
            for name in _CONDITIONS
            if name != without and getattr(self, name) and (name, getattr(self, name)) != ("relation", ANY)
        ]

    def condition(self, without: str = "") -> str:
        """Return the SQL condition on {f} of every filter that is set, save the one called ``without``."""
        chosen = [_CONDITIONS[name] for name in self._chosen(without)]
        if without != "state" and self.state in _STATE_CONDITIONS:
            chosen.append(_STATE_CONDITIONS[self.state])
        return " AND ".join(chosen) or "1"

    def where(self, without: str = "") -> str:
        """Return that condition on f."""
        return self.condition(without).format(f="f")

    def leads(self) -> str:
        """Return the SQL condition that f stands in the queue for its group."""
        return f"{self.where()} AND {leading(self.condition())}"

    def values(self) -> dict[str, str]:
        """Return the parameters of the condition."""
        return {name: getattr(self, name) for name in (*_CONDITIONS, "reviewer")}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: the name under which they may rule, empty where they may not.

    Whoever does not ``sees_all`` sees what others ruled on a finding once they have ruled on its words as they are.
    """

    name: str = ""
    sees_all: bool = False
