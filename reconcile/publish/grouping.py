"""Pairs of claims as conflicts: which findings set the same two answers to one question against each other.

A *position* is one answer to a question: what is printed alike, means the same, or was found to agree. The findings
of one question, relation and field between the same two positions are one group, and the most severe and surest of
them leads it. A reviewer sees one row a group.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from reconcile.model import REFERENCE, Claim, Finding, Relation
from reconcile.publish.read import query
from reconcile.publish.rows import rank, read_claim

Answer = tuple[str, str]  # claim id, value as printed
Node = TypeVar("Node", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Pair:
    """What tells to which group a finding belongs; an empty ``question`` leaves it alone."""

    finding_id: str
    question: str
    relation: str
    field: str
    order: tuple[float, ...]  # the smallest leads; the finding id decides between equals
    a: Answer
    b: Answer

    def key(self) -> tuple[tuple[float, ...], str]:
        """Return what pairs are sorted by."""
        return self.order, self.finding_id


@dataclass(frozen=True, slots=True)
class Place:
    """The finding that leads a finding's group; ``turned`` where its side a gives the answer of the leader's side b."""

    lead: str
    turned: bool


def pair_of(finding: Finding, *, alone: bool, origins: int = 0) -> Pair:
    """Return what tells to which group a finding belongs; one against a row of a trusted table is ``alone``."""
    return Pair(
        finding.finding_id,
        "" if alone else finding.cluster_id,
        str(finding.relation),
        str(finding.field),
        (rank(finding.relation, finding.severity), -origins, -finding.confidence),
        (finding.claim_a, finding.value_a),
        (finding.claim_b, finding.value_b),
    )


def usual(values: Iterable[str]) -> str:
    """Return the most usual of some values, the first in order of those that are equally so; empty for none."""
    counts = Counter(values)
    return min(counts, key=lambda value: (-counts[value], value), default="")


def meant(claim: Claim | None, value: str) -> str:
    """Return what a value of a claim says, whatever the word: "gains" and "climbed" are one direction."""
    said = value.strip().casefold()
    if claim is None or not said:
        return said
    for cue in claim.cues:
        if cue.raw.casefold() == said:
            return f"{cue.kind} {cue.group} {cue.value}"
    number = claim.quantity
    if number is not None and number.raw.casefold() == said:
        return " ".join(("number", _plain(number.low), _plain(number.high), number.unit, number.per))
    for time in claim.times:
        if time.raw.casefold() == said and time.low and time.high:
            return f"days {time.low} {time.high}"
    for entity in claim.entities:
        if entity.raw.casefold() == said:
            return f"name {entity.name.casefold()}"
    return said


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def positions(meanings: Mapping[Node, str], agreed: Iterable[tuple[Node, Node]]) -> dict[Node, Node]:
    """Return the position of each answer, named by the first answer of it in the order of ``meanings``.

    Answers of one meaning (if it is not empty) are one position, and so are two that were found to agree.
    """
    top = {node: node for node in meanings}

    def found(node: Node) -> Node:
        while top[node] != node:
            top[node] = node = top[top[node]]
        return node

    first: dict[str, Node] = {}
    same = [(first.setdefault(meaning, node), node) for node, meaning in meanings.items() if meaning]
    for a, b in (*same, *agreed):
        if a in top and b in top:
            top[found(b)] = found(a)
    named: dict[Node, Node] = {}
    return {node: named.setdefault(found(node), node) for node in meanings}


def grouped(pairs: Iterable[Pair], claims: Mapping[str, Claim]) -> dict[str, Place]:
    """Return the place of every finding, whatever the order in which they are given."""
    places: dict[str, Place] = {}
    asked: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.question:
            asked[pair.question, pair.field].append(pair)
        else:
            places[pair.finding_id] = Place(pair.finding_id, turned=False)
    for of_one in asked.values():
        places.update(_places(of_one, claims))
    return places


def _places(pairs: Sequence[Pair], claims: Mapping[str, Claim]) -> Iterator[tuple[str, Place]]:
    """Yield the places of the findings of one question and field."""
    answers = sorted({answer for pair in pairs for answer in (pair.a, pair.b)})
    agreed = sorted((pair.a, pair.b) for pair in pairs if pair.relation == Relation.AGREE)
    position = positions({a: meant(claims.get(a[0]), a[1]) for a in answers}, agreed)
    groups: dict[tuple[Hashable, ...], list[Pair]] = defaultdict(list)
    for pair in pairs:
        a, b = sorted((position[pair.a], position[pair.b]))
        within = a == b and pair.relation != Relation.AGREE  # no two answers: it is like no other pair
        groups[pair.relation, a, b, pair.finding_id if within else ""].append(pair)
    for group in groups.values():
        lead = min(group, key=Pair.key)
        for pair in group:
            yield pair.finding_id, Place(lead.finding_id, turned=position[pair.a] != position[lead.a])


# ------------------------------------------------------------------------------------ what an older version stored

_UNGROUPED = """SELECT f.finding_id, f.cluster_id, f.relation, f.field, f.rank, f.origins, f.confidence,
    f.claim_a, f.value_a, f.claim_b, f.value_b, :reference IN (aa.kind, ab.kind) AS alone
  FROM findings f JOIN claims ca ON ca.claim_id = f.claim_a JOIN claims cb ON cb.claim_id = f.claim_b
    JOIN articles aa ON aa.article_id = ca.article_id JOIN articles ab ON ab.article_id = cb.article_id"""


def regroup(conn: sqlite3.Connection) -> None:
    """Group the findings of a database that was written before there were groups; one that has them is left alone."""
    if conn.execute("SELECT 1 FROM findings WHERE lead = '' LIMIT 1").fetchone() is None:
        return
    used = "SELECT * FROM claims WHERE claim_id IN (SELECT claim_a FROM findings UNION SELECT claim_b FROM findings)"
    claims = {row["claim_id"]: read_claim(row) for row in query(conn, used)}
    pairs = [
        Pair(
            row["finding_id"],
            "" if row["alone"] else row["cluster_id"] or "",
            row["relation"],
            row["field"],
            (row["rank"], -row["origins"], -row["confidence"]),
            (row["claim_a"], row["value_a"]),
            (row["claim_b"], row["value_b"]),
        )
        for row in query(conn, _UNGROUPED, {"reference": REFERENCE})
    ]
    places = grouped(pairs, claims)
    conn.executemany(
        "UPDATE findings SET lead = ?, turned = ? WHERE finding_id = ?",
        [(place.lead, int(place.turned), finding_id) for finding_id, place in sorted(places.items())],
    )
