"""Decided pairs of slots to findings: one for each pair of claims and field, in words that a reviewer reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from reconcile.claims.words import shortened
from reconcile.match import levels, values
from reconcile.match.compare import Rows, one_answer, rungs
from reconcile.match.compare import shown as printed
from reconcile.match.declare import Pairing
from reconcile.match.relate import RelationModel
from reconcile.match.slots import STATEMENT, Slot
from reconcile.model import (
    Claim,
    Entity,
    Field,
    FieldOutcome,
    Finding,
    Outcome,
    Relation,
    Role,
    Severity,
    Span,
    stable_id,
)

SAME_WORDS = 88.0  # rapidfuzz ratio from which two quotations are one
LONG_QUOTATION = 5  # words
OTHER_WORDS = frozenset({Relation.CONFLICT, Relation.UPDATE, Relation.SCOPE})  # typed: the judge adds nothing
CLOSE = 1.15  # ratio of values up to which a conflict is called low
CERTAIN = 50.0  # log-odds that two answers belong to one question, where that is known
SHOWN = 80  # characters of an answer in an explanation
ORDER = (Relation.CONFLICT, Relation.UPDATE, Relation.SCOPE, Relation.COMPATIBLE, Relation.AGREE)


@dataclass(frozen=True, slots=True)
class Decided:
    """A compared pair with its relation and confidence."""

    pairing: Pairing
    rows: tuple[FieldOutcome, ...]
    relation: Relation
    confidence: float


def decide(pairings: Iterable[Pairing], model: RelationModel) -> Iterator[Decided]:
    """Yield the pairs that answer one question, with their relation."""
    decided: list[Decided] = []
    rest: list[tuple[Pairing, Rows]] = []
    for pairing in pairings:
        if pairing.a.kind == "quotation":
            yield from _quoted(pairing)
            continue
        rows = rungs(pairing)
        if not rows:
            continue
        relation, confidence = _retold(pairing, rows, model) if pairing.retold else model.decide(pairing.a.kind, rows)
        if relation is not Relation.UNRELATED:
            decided.append(Decided(pairing, _weighed(pairing, rows, relation, model), relation, confidence))
        elif pairing.a.kind == "value" and rows[0].outcome is Outcome.DISAGREE:
            rest.append((pairing, rows))
    yield from decided
    yield from _other_periods(decided, rest, model)


def _weighed(pairing: Pairing, rows: Rows, relation: Relation, model: RelationModel) -> Rows:
    return printed(pairing, model.weigh(pairing.a.kind, rows, relation))


def _retold(pairing: Pairing, rows: Rows, model: RelationModel) -> tuple[Relation, float]:
    """Return the relation of two answers in one sentence told twice: that the question is one needs no evidence."""
    shares = model.probabilities(pairing.a.kind, rows, shift=CERTAIN)
    best = max((r for r in ORDER if r is not Relation.SCOPE), key=lambda relation: shares[relation])
    return best, shares[best]


def _other_periods(
    decided: Sequence[Decided], rest: Sequence[tuple[Pairing, Rows]], model: RelationModel
) -> Iterator[Decided]:
    """A number beside the one that answers the question, of the same metric in another period, is another scope.

    ("up 13% on the day and 140% this year": where 13% answers the other article's 14%, 140% does not.)
    """
    answered: dict[tuple[str, Span, str], Decided] = {}
    for one in sorted(decided, key=_sureness, reverse=True):
        a, b = one.pairing.a, one.pairing.b
        if a.kind == "value" and one.relation is not Relation.SCOPE:
            answered[a.claim.claim_id, a.span, b.claim.sentence_id] = one
            answered[b.claim.claim_id, b.span, a.claim.sentence_id] = one
    for pairing, rows in rest:
        for slot, other in ((pairing.a, pairing.b), (pairing.b, pairing.a)):
            held = answered.get((slot.claim.claim_id, slot.span, other.claim.sentence_id))
            if held is None or not levels.metric_same(pairing):
                continue
            beside = held.pairing.b if held.pairing.a is slot else held.pairing.a
            if values.period_days(beside) != values.period_days(other):
                weighed = _weighed(pairing, rows, Relation.SCOPE, model)
                yield Decided(pairing, weighed, Relation.SCOPE, held.confidence)
                break


def _quoted(pairing: Pairing) -> Iterator[Decided]:
    """The same words from two named mouths are a conflict of attribution."""
    a, b = pairing.a, pairing.b
    if min(len(a.raw.split()), len(b.raw.split())) < LONG_QUOTATION or a.claim.lang != b.claim.lang:
        return
    alike = fuzz.ratio(a.raw.casefold(), b.raw.casefold())
    first, second = a.claim.attribution, b.claim.attribution
    if alike < SAME_WORDS or not first or not second or not first.speaker or not second.speaker:
        return
    same = levels.names_alike(*sorted((first.speaker, second.speaker)))
    if not same and not _two_mouths(a.claim, b.claim):
        return
    outcome = Outcome.AGREE if same else Outcome.DISAGREE
    rows = (
        FieldOutcome(
            "attribution",
            Role.ASSERTION,
            "same" if same else "else",
            "the same speaker" if same else "different speakers",
            outcome,
            first.speaker,
            second.speaker,
        ),
        FieldOutcome("words", Role.IDENTITY, "same", f"{alike:.0f} % the same words", Outcome.AGREE, a.raw, b.raw),
    )
    yield Decided(pairing, rows, Relation.AGREE if same else Relation.CONFLICT, round(alike / 100, 2))


def _two_mouths(a: Claim, b: Claim) -> bool:
    """Return whether two claims print the names of two speakers, and neither prints the other's.

    Newsrooms name one speaker in many ways: "the judge", a surname, the company that a person speaks for, "on Twitter".
    """
    told = [(claim, claim.attribution) for claim in (a, b) if claim.attribution and claim.attribution.kind == "named"]
    if len(told) < 2:
        return False
    (one, first), (other, second) = ((claim.quote, said.speaker.split()[-1]) for claim, said in told)
    return first in one and second in other and first not in other and second not in one


def best(decided: Iterable[Decided]) -> list[Decided]:
    """Keep for each pair of claims and field the strongest: conflicts first, then by confidence."""
    kept: dict[str, Decided] = {}
    for one in _heard(list(_one_answer(list(decided)))):
        key = finding_id(one)
        if key not in kept or _strength(one) > _strength(kept[key]):
            kept[key] = one
    return [kept[key] for key in sorted(kept)]


def _heard(decided: list[Decided]) -> Iterator[Decided]:
    """Let the judge's reading of two whole sentences stand only where no typed answer of theirs says more.

    Two sentences that give the same number are of one mind, whatever else they add. What the judge takes for opposite
    directions is left to words of direction, which are typed: trends are opposite only where they are of one measure.
    """
    typed: dict[tuple[str, str], set[Relation]] = defaultdict(set)
    measured: set[tuple[str, str]] = set()
    for one in decided:
        if one.pairing.a.kind != STATEMENT:
            typed[_sentences(one)].add(one.relation)
            if one.pairing.a.kind == "value" and one.relation is Relation.AGREE:
                measured.add(_sentences(one))
    for one in decided:
        where = _sentences(one)
        conflict = one.relation is Relation.CONFLICT
        known = typed[where] & OTHER_WORDS if conflict else typed[where]
        trend = conflict and field_of(one.pairing) is Field.DIRECTION
        if one.pairing.a.kind != STATEMENT or not (known or trend or (conflict and where in measured)):
            yield one


def _sentences(one: Decided) -> tuple[str, str]:
    return one.pairing.a.claim.sentence_id, one.pairing.b.claim.sentence_id


def _one_answer(decided: list[Decided]) -> Iterator[Decided]:
    """Let each number or date stand against one answer of another article: that of its surest pair.

    An article answers one question once, so a number that is nearest to one figure of it is no answer to the others.
    """
    held: dict[tuple[str, Span, str, str], Slot] = {}
    for one in sorted(decided, key=_sureness):
        a, b = one.pairing.a, one.pairing.b
        if one.relation is not Relation.SCOPE and a.kind in ("value", "date"):
            sides = ((_place(a, b), b), (_place(b, a), a))
            if any(key in held and not one_answer(held[key], other) for key, other in sides):
                continue
            held.update({key: other for key, other in sides if key not in held})
        yield one


def _sureness(one: Decided) -> tuple[float, str, int, str, int]:
    a, b = one.pairing.a, one.pairing.b
    return -round(one.confidence, 6), a.claim.claim_id, a.span.start, b.claim.claim_id, b.span.start


def _place(slot: Slot, other: Slot) -> tuple[str, Span, str, str]:
    return slot.claim.article_id + "/" + slot.claim.part, slot.span, slot.kind, other.claim.article_id


def _strength(one: Decided) -> tuple[bool, float, int, int]:
    return (
        one.relation is Relation.CONFLICT,
        round(one.confidence, 4),
        -one.pairing.a.span.start,
        -one.pairing.b.span.start,
    )


def field_of(pairing: Pairing) -> Field:
    """Return the field of a pair of slots: two names are a place if both may be places."""
    a, b = pairing.a.answer, pairing.b.answer
    if pairing.a.kind == STATEMENT and pairing.opinion is not None:
        return pairing.opinion.field
    if isinstance(a, Entity) and isinstance(b, Entity):
        kinds = {a.kind, b.kind}
        return Field.PLACE if "place" in kinds and not kinds & {"person", "org"} else Field.ENTITY
    return pairing.a.field


def finding_id(one: Decided) -> str:
    """Return an id that depends on the two claims and the field alone."""
    claims = sorted((one.pairing.a.claim.claim_id, one.pairing.b.claim.claim_id))
    return stable_id("finding", *claims, field_of(one.pairing))


def severity(one: Decided) -> Severity | None:
    """Return how hard a conflict is, None for other relations."""
    if one.relation is not Relation.CONFLICT:
        return None
    small = field_of(one.pairing) is Field.VALUE and values.ratio(one.pairing) <= CLOSE
    return Severity.LOW if small or field_of(one.pairing) is Field.ATTRIBUTION else Severity.HIGH


def finding(one: Decided, story_id: str, cluster_id: str, about: str) -> Finding:
    """Return the finding of a decided pair, without its copies."""
    a, b = one.pairing.a, one.pairing.b
    return Finding(
        finding_id=finding_id(one),
        story_id=story_id,
        cluster_id=cluster_id,
        claim_a=a.claim.claim_id,
        claim_b=b.claim.claim_id,
        relation=one.relation,
        field=field_of(one.pairing),
        severity=severity(one),
        confidence=round(one.confidence, 2),
        about=about,
        explanation=explain(one),
        value_a=shown(a),
        value_b=shown(b),
        outcomes=one.rows,
        focus_a=a.span,
        focus_b=b.span,
    )


def shown(slot: Slot) -> str:
    """Return the answer of a slot as printed; of a quotation, who is said to have spoken."""
    if slot.kind == "quotation" and slot.claim.attribution:
        return slot.claim.attribution.speaker
    return slot.raw


_SAYS = {
    Relation.AGREE: "the same answer",
    Relation.COMPATIBLE: "both can be true",
    Relation.UPDATE: "the later report gives a new state",
    Relation.SCOPE: "not the same scope",
    Relation.CONFLICT: "both cannot be true",
}


def explain(one: Decided) -> str:
    """Return one line: what stands against what, why, and which scope differs or is unknown."""
    answer = one.rows[0]
    a, b = (shortened(shown(slot), SHOWN) for slot in (one.pairing.a, one.pairing.b))
    parts = [f"{field_of(one.pairing)}: {a!r} against {b!r}, {answer.label}"]
    parts.append(_SAYS[one.relation])
    period = next((row for row in one.rows if row.field == "period"), None)
    if period is not None and period.level == "else":
        parts.append(f"the times differ: {period.a} / {period.b}")
    elif period is not None and period.level == "one":
        parts.append(f"the time is stated on one side only: {period.a or 'unknown'} / {period.b or 'unknown'}")
    elif period is not None and period.level == "missing" and one.relation is Relation.CONFLICT:
        unresolved = [f"{row.raw}" for slot in (one.pairing.a, one.pairing.b) for row in slot.claim.times[:1]]
        parts.append(
            f"the time is not known: {' / '.join(unresolved)}" if unresolved else "no time is stated on either side"
        )
    return "; ".join(parts)
