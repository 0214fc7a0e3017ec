"""The claims of articles against the rows of trusted tables.

A row meets a claim by what the columns say, whatever the claim's story: the same entity, the same metric, a unit that
converts. The answers are compared by the same levels as between articles (``answers.py``). The learned weights are not
used: they weigh how alike two sentences of one story are, and a rendered row is no such sentence. Instead each level
of identity keeps a declared share of the confidence, and each relation is said from a declared least
(``fact_levels.py``). A row is no witness, and rows are not compared with each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconcile.claims.naming.names import key
from reconcile.claims.naming.sameness import standard
from reconcile.match import findings, levels, slots, values
from reconcile.match.answers import ASSERTION
from reconcile.match.compare import NOTHING, outcome
from reconcile.match.declare import Pairing
from reconcile.match.fact_claims import GROWTH, Fact
from reconcile.match.fact_levels import FULL, IDENTITY, LEAST, SHARES, row_metrics, said_metrics
from reconcile.match.findings import OTHER_WORDS, Decided
from reconcile.match.slots import Slot
from reconcile.model import (
    Claim,
    Cluster,
    Cue,
    Direction,
    Field,
    FieldOutcome,
    Finding,
    Modality,
    Outcome,
    Polarity,
    Quantity,
    Relation,
    Status,
    stable_id,
)

PREFIX = 4  # letters of a word by which names are looked up before they are compared
DELTA = 2.0  # a change word's number that is further off is how much it changed by, not what it changed to
FAR = 5.0  # times that values of one thing may differ where the period is not known on both sides
UNKNOWN = ("then", "one", "early", "missing")  # levels at which the period is not known on both sides
RELATIONS: Mapping[Outcome, Relation] = {
    Outcome.AGREE: Relation.AGREE,
    Outcome.NEAR: Relation.COMPATIBLE,
    Outcome.DISAGREE: Relation.CONFLICT,
}


@dataclass(frozen=True, slots=True)
class Met:
    """A decided pair of an article's slot and a row; ``period`` is the level of its period."""

    fact: Fact
    said: Slot
    decided: Decided
    period: str

    @property
    def order(self) -> tuple[float, bool, float, str, int, str]:
        """The surest first, agreement before conflict, then the nearer value."""
        one = self.decided
        near = values.ratio(one.pairing) if self.said.field is Field.VALUE else 1.0
        claim = self.said.claim
        return (
            -one.confidence,
            one.relation in (Relation.CONFLICT, Relation.UPDATE),
            near,
            claim.claim_id,
            self.said.span.start,
            self.fact.claim.claim_id,
        )


class Facts:
    """Facts that can be looked up by the words of their entity."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._by_word: dict[str, list[Fact]] = defaultdict(list)
        for fact in facts:
            for word in _keys(fact.claim.subject):
                self._by_word[word].append(fact)

    def near(self, claim: Claim) -> list[Fact]:
        """Return the facts whose entity shares the beginning of a word with a name or a word of the claim."""
        names = (claim.subject, claim.quote, *(e.name for e in claim.entities), *claim.places)
        wanted = {word for name in names for word in _keys(name)}
        found = {f.claim.claim_id: f for word in wanted & self._by_word.keys() for f in self._by_word[word]}
        return [found[claim_id] for claim_id in sorted(found)]


def _keys(name: str) -> frozenset[str]:
    """The beginnings of a name's words, of its English name's, and its initials, which an acronym begins with."""
    parts = [part for text in (name, standard(name)) for part in key(text).split()]
    initials = ["".join(part[0] for part in parts)] if 1 < len(parts) <= 8 else []
    return frozenset(part[:PREFIX] for part in (*parts, *initials))


def meet(facts: Iterable[Fact], claims: Iterable[Claim]) -> list[Met]:
    """Return what the claims of articles say of the facts: for each claim and field the row it is about, if any."""
    known = Facts(facts)
    found: list[Met] = []
    for claim in claims:
        if not _states(claim):
            continue
        for slot in slots.of_claims([claim]):
            if slot.kind in ("value", "direction"):
                found.extend(_chosen(_met(slot, known.near(claim))))
    return list(_one_answer(found))


def _states(claim: Claim) -> bool:
    """Return whether a claim states a fact of its own: no plan, opinion, negation, nor a number set against others."""
    return (
        claim.modality is Modality.FACT
        and claim.polarity is Polarity.AFFIRMED
        and claim.status not in (Status.PLANNED, Status.RUMOURED)
        and not any(cue.kind == "base" for cue in claim.cues)
    )


def _met(slot: Slot, facts: Iterable[Fact]) -> Iterator[Met]:
    for fact in facts:
        pairing = _pairing(slot, fact)
        found = _identity(pairing) if pairing else None
        if pairing is None or found is None:
            continue
        identity, confidence = found
        answer = outcome(ASSERTION[slot.kind], pairing)
        relation = RELATIONS.get(answer.outcome)
        period = next(row.level for row in identity if row.field == "period")
        if relation is Relation.CONFLICT and (_is_delta(slot, fact, pairing) or _is_far(slot, period, pairing)):
            continue
        if period == "early":  # the article says something of the row only where a running count has moved on since
            relation = Relation.UPDATE if relation is Relation.CONFLICT and values.running(pairing) else None
        if relation is not None and confidence >= LEAST[relation]:
            yield Met(fact, slot, Decided(pairing, (answer, *identity), relation, confidence), period)


def _identity(pairing: Pairing) -> tuple[tuple[FieldOutcome, ...], float] | None:
    """Return the identity comparisons and what they leave of the confidence; None if they leave nothing."""
    rows, confidence = [], FULL
    for comparison in IDENTITY:
        row = outcome(comparison, pairing)
        rows.append(row)
        confidence = round(confidence * SHARES[row.field].get(row.level, 0.0), 4)
        if not confidence:
            return None
    return tuple(rows), confidence


def _pairing(slot: Slot, fact: Fact) -> Pairing | None:
    """Set an article's slot against a row, None where their answers cannot be compared."""
    made = _values(slot, fact) if slot.kind == "value" else _directions(slot, fact)
    if made is None:
        return None
    said, row = made
    first = said.claim.as_of or said.claim.article_id < row.claim.article_id  # as candidates.in_order has it
    return Pairing(said, row, NOTHING) if first else Pairing(row, said, NOTHING)


def _values(slot: Slot, fact: Fact) -> tuple[Slot, Slot] | None:
    """Two quantities that convert; of two changes in one direction the sizes, as a printed "fell 4%" has no minus."""
    said, stated = slot.answer, fact.claim.quantity
    if not isinstance(said, Quantity) or stated is None or not slots.comparable(said, stated):
        return None
    row = Slot(fact.claim, Field.VALUE, "value", fact.claim.focus, stated.raw, stated)
    if fact.claim.direction is None or GROWTH in levels.metrics_of(slot):
        return slot, row
    if _sense(slot.claim, said) is not fact.claim.direction:
        return None
    return replace(slot, answer=_size(said)), replace(row, answer=_size(stated))


def _sense(claim: Claim, said: Quantity) -> Direction | None:
    if said.low is not None and said.low < 0:
        return Direction.DOWN
    return Direction.UP if said.raw.startswith("+") else claim.direction


def _size(q: Quantity) -> Quantity:
    ends = [end for end in (q.low, q.high) if end is not None]
    if not any(end < 0 for end in ends):
        return q
    return replace(q, low=None if q.high is None else abs(q.high), high=None if q.low is None else abs(q.low))


def _directions(slot: Slot, fact: Fact) -> tuple[Slot, Slot] | None:
    """A change word and a row whose value is a change of that metric; the growth of a growth is another matter."""
    cue = next((c for c in fact.claim.cues if c.kind == "direction"), None)
    if cue is None or not isinstance(slot.answer, Cue) or GROWTH in said_metrics(slot):
        return None
    return slot, Slot(fact.claim, Field.DIRECTION, "direction", fact.claim.focus, cue.raw, cue)


def _is_delta(slot: Slot, fact: Fact, pairing: Pairing) -> bool:
    """Return whether the number is by how much it changed ("rose by 2 million") and the row says to what."""
    if slot.kind != "value" or fact.claim.direction is not None:
        return False
    changed = slot.claim.direction is not None or any(cue.kind == "against" for cue in slot.claim.cues)
    return changed and values.ratio(pairing) > DELTA


def _is_far(slot: Slot, period: str, pairing: Pairing) -> bool:
    """Return whether a value is so far off that, as its period is not known, it is of something else."""
    return slot.kind == "value" and period in UNKNOWN and period != "early" and values.ratio(pairing) > FAR


# Which of several ---------------------------------------------------------------------------------------------------


def _chosen(found: Iterable[Met]) -> Iterator[Met]:
    """Yield for each series of rows (one entity and metric in several periods or places) the one a claim is about.

    Where the claim does not tell, that is a row it agrees with, else the latest; two that cannot be told apart: none.
    """
    series: dict[tuple[str, ...], list[Met]] = defaultdict(list)
    for met in found:
        fact = met.fact
        named = sorted(row_metrics(fact.claim)) or [fact.row.metric.casefold()]
        series[fact.row.name, fact.claim.subject.casefold(), str(fact.claim.direction is None), *named].append(met)
    for key_ in sorted(series):
        if (one := _best(series[key_])) is not None:
            yield one


def _best(found: Sequence[Met]) -> Met | None:
    ordered = sorted(found, key=lambda met: met.order)
    top = [met for met in ordered if met.decided.confidence == ordered[0].decided.confidence]
    if len(top) == 1 or top[0].decided.relation in (Relation.AGREE, Relation.COMPATIBLE):
        return top[0]
    latest = max(_last_day(met) for met in top)
    left = [met for met in top if _last_day(met) == latest]
    return left[0] if len(left) == 1 and left[0].period in UNKNOWN else None


def _last_day(met: Met) -> str:
    return max((str(time.high) for time in met.fact.claim.times), default="")


def _one_answer(found: Iterable[Met]) -> Iterator[Met]:
    """An article answers one question once: what it says elsewhere and less surely than what agrees is of another.

    Of several numbers of one sentence that differ from a row, the nearest answers it.
    """
    kept: dict[tuple[str, str, Field], Met] = {}
    differs: set[tuple[str, str, Field]] = set()
    for met in sorted(found, key=lambda met: met.order):
        claim = met.said.claim
        place = (met.fact.claim.claim_id, claim.article_id, met.said.field)
        if met.decided.relation in (Relation.CONFLICT, Relation.UPDATE):
            held = kept.get(place)
            sentence = (met.fact.claim.claim_id, claim.sentence_id, met.said.field)
            if sentence in differs or (held is not None and held.decided.confidence >= met.decided.confidence):
                continue
            differs.add(sentence)
        else:
            kept.setdefault(place, met)
        yield met


# Findings -----------------------------------------------------------------------------------------------------------


def against(
    facts: Iterable[Fact],
    claims: Mapping[str, Sequence[Claim]],
    story_of: Mapping[str, str],
    copies: Mapping[str, tuple[str, ...]],
) -> tuple[list[Finding], tuple[Cluster, ...]]:
    """Return the findings of articles against facts, and the question of each fact that was met.

    ``claims`` are those of the witnesses and what copies say themselves, by article; ``copies`` the articles that
    repeat each. What a copy agrees with is not told.
    """
    repeats = {copy for of in copies.values() for copy in of}
    found = meet(facts, (claim for article_id in sorted(claims) for claim in claims[article_id]))
    met = [m for m in found if m.decided.relation in OTHER_WORDS or m.said.claim.article_id not in repeats]
    by_fact: dict[str, list[Met]] = defaultdict(list)
    for one in met:
        by_fact[one.fact.claim.claim_id].append(one)
    made: dict[str, Finding] = {}
    asked: list[Cluster] = []
    for fact_id in sorted(by_fact):
        fact = by_fact[fact_id][0].fact
        members = (fact_id, *sorted({one.said.claim.claim_id for one in by_fact[fact_id]}))
        asked.append(Cluster(stable_id("cluster", *members), "", fact.article.title, members))
        for one in sorted(by_fact[fact_id], key=lambda met: met.order):
            finding = _finding(one, asked[-1], story_of, copies)
            made.setdefault(finding.finding_id, finding)
    return [made[finding_id] for finding_id in sorted(made)], tuple(asked)


def _finding(one: Met, cluster: Cluster, story_of: Mapping[str, str], copies: Mapping[str, tuple[str, ...]]) -> Finding:
    article_id = one.said.claim.article_id
    finding = findings.finding(one.decided, story_of.get(article_id, ""), cluster.cluster_id, cluster.label)
    also = copies.get(article_id, ())
    first = one.decided.pairing.a.claim is one.said.claim
    return replace(
        finding,
        explanation=f"against reference {one.fact.row.name}: {finding.explanation}{_unsure(one)}",
        also_in_a=also if first else (),
        also_in_b=() if first else also,
    )


def _unsure(one: Met) -> str:
    """Say what is not known of the period, where ``findings.explain`` does not."""
    row = next(row for row in one.decided.rows if row.field == "period")
    if row.level not in ("then", "early", "always"):
        return ""
    return f"; {row.label}: {row.a or 'unknown'} / {row.b or 'unknown'}"
