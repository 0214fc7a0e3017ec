"""Contradictions of whole sentences: when the judge is asked, when it is heard, and which words are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from reconcile.match import candidates, deciding, findings, slots
from reconcile.match.compare import compare
from reconcile.match.declare import Pairing
from reconcile.match.findings import Decided
from reconcile.match.judge import FIELDS, Opinion, Pair
from reconcile.match.slots import STATEMENT, Slot
from reconcile.model import Field, Outcome, Relation
from tests.corpus import EVEN, claims_of

A = "The company needs no new investment, its founder told reporters in the capital."
B = "Analysts who visited the site, a former steel mill, say the firm requires a massive influx of capital."


class Scripted:
    """A judge with an opinion for some texts; of all others it says that they are unrelated."""

    name = "scripted"

    def __init__(self, said: Mapping[str, float]) -> None:
        self.said, self.asked = said, list[Pair]()

    def opinions(self, pairs: Sequence[Pair]) -> list[Opinion]:
        self.asked += pairs
        return [self._one(pair) for pair in pairs]

    def _one(self, pair: Pair) -> Opinion:
        conflict = next((share for part, share in self.said.items() if part in pair[0] and part in "".join(pair)), 0.0)
        conflict = max(conflict, *(share if part in pair[1] else 0.0 for part, share in self.said.items()), 0.0)
        return Opinion(0.0, conflict, 1 - conflict)


def whole(article: str, text: str) -> Slot:
    return next(s for s in slots.of_claims(claims_of(article, [text])) if s.kind == STATEMENT)


def opinion(conflict: float, field: Field = Field.STATEMENT) -> Opinion:
    return Opinion(0.0, conflict, 1 - conflict, tuple(float(f is field) for f in FIELDS))


def statement(conflict: float = 0.9, field: Field = Field.STATEMENT, relation: Relation = Relation.CONFLICT) -> Decided:
    pairing = Pairing(whole("a", A), whole("b", B), EVEN, opinion=opinion(conflict, field))
    return Decided(pairing, compare(pairing), relation, 0.8)


def test_every_sentence_with_a_claim_is_one_slot() -> None:
    made = [s for s in slots.of_claims(claims_of("a", [A, B])) if s.kind == STATEMENT]
    assert [s.raw for s in made] == [A, B]
    assert [A[s.span.start : s.span.end] for s in made[:1]] == [A]


def test_without_a_judge_there_are_no_statements() -> None:
    pairing = Pairing(whole("a", A), whole("b", B), EVEN)
    assert candidates.judged([pairing], None) == []


def test_the_judge_is_asked_once_for_two_sentences_and_only_of_like_ones() -> None:
    judge = Scripted({"influx": 0.9})
    a, b = slots.of_claims(claims_of("a", [A])), slots.of_claims(claims_of("b", [B]))
    near = [Pairing(x, y, EVEN) for x in a for y in b]
    far = Pairing(a[0], b[0], replace(EVEN, sentence=0.1))
    made = candidates.judged([*near, far], judge)
    assert len(judge.asked) == 1
    assert [p.opinion is not None for p in made] == [True] * len(near) + [False]


def test_the_same_sentence_twice_needs_no_judge() -> None:
    judge = Scripted({})
    made = candidates.judged([Pairing(whole("a", A), whole("b", A), EVEN)], judge)
    assert judge.asked == []
    assert made[0].opinion is None


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (None, Outcome.NO_EVIDENCE),
        (Opinion(0.0, 0.98, 0.02), Outcome.DISAGREE),
        (Opinion(0.3, 0.45, 0.25), Outcome.DISAGREE),
        (Opinion(0.35, 0.35, 0.3), Outcome.NO_EVIDENCE),
        (Opinion(0.8, 0.1, 0.1), Outcome.AGREE),
        (Opinion(0.1, 0.1, 0.8), Outcome.NO_EVIDENCE),
    ],
)
def test_what_the_judge_says_is_the_outcome_of_a_statement(said: Opinion | None, outcome: Outcome) -> None:
    assert compare(Pairing(whole("a", A), whole("b", B), EVEN, opinion=said))[0].outcome is outcome


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_the_field_of_a_statement_is_the_one_the_judge_names(field: Field) -> None:
    assert findings.field_of(statement(field=field).pairing) is field


HEARD = {
    "alone": (Relation.CONFLICT, None, True),
    "beside a typed conflict": (Relation.CONFLICT, Relation.CONFLICT, False),
    "beside a typed update": (Relation.CONFLICT, Relation.UPDATE, False),
    "beside a typed agreement": (Relation.CONFLICT, Relation.AGREE, True),
    "an agreement beside a typed agreement": (Relation.AGREE, Relation.AGREE, False),
    "an agreement alone": (Relation.AGREE, None, True),
}


@pytest.mark.parametrize("name", HEARD)
def test_a_statement_is_heard_where_no_typed_answer_says_more(name: str) -> None:
    relation, typed, heard = HEARD[name]
    one = statement(relation=relation)
    beside = []
    if typed:
        named = [next(s for s in slots.of_claims([p.claim]) if s.kind != STATEMENT) for p in (TYPED_A, TYPED_B)]
        pairing = Pairing(*(replace(s, claim=replace(s.claim, sentence_id=o.claim.sentence_id)) for s, o in
                            zip(named, (one.pairing.a, one.pairing.b), strict=True)), EVEN)  # fmt: skip
        beside = [Decided(pairing, compare(pairing), typed, 0.6)]
    kept = findings.best([one, *beside])
    assert any(k.pairing.a.kind == STATEMENT for k in kept) is heard
    assert len(kept) == int(heard) + len(beside)


@pytest.mark.parametrize("relation", [Relation.CONFLICT, Relation.AGREE])
def test_which_way_things_move_is_left_to_typed_words(relation: Relation) -> None:
    kept = findings.best([statement(field=Field.DIRECTION, relation=relation)])
    assert bool(kept) is (relation is Relation.AGREE)


TYPED_A = whole("a", "Sales rose in March.")
TYPED_B = whole("b", "Sales fell in March.")


def test_the_clause_that_carries_the_contradiction_is_shown() -> None:
    judge = Scripted({"needs no new": 0.9, "requires a massive": 0.95})
    (one,) = deciding.narrowed([statement(0.95)], judge)
    assert one.pairing.a.raw == "The company needs no new investment"
    assert one.pairing.b.raw == "say the firm requires a massive influx of capital."
    for slot in (one.pairing.a, one.pairing.b):
        assert slot.claim.quote[slot.span.start - slot.claim.start : slot.span.end - slot.claim.start] == slot.raw


@pytest.mark.parametrize("relation", [Relation.AGREE, Relation.UPDATE], ids=str)
def test_other_relations_keep_the_whole_sentence(relation: Relation) -> None:
    judge = Scripted({"needs": 0.9})
    one = statement(relation=relation)
    assert deciding.narrowed([one], judge) == [one]
    assert judge.asked == []


def test_a_contradiction_of_the_whole_keeps_the_whole() -> None:
    one = statement(0.9)
    assert deciding.narrowed([one], Scripted({})) == [one]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One clause without any break", []),
        (A, ["The company needs no new investment", "its founder told reporters in the capital."]),
        ("Yes, the mayor has resigned after the vote", ["the mayor has resigned after the vote"]),
    ],
)
def test_clauses(text: str, expected: list[str]) -> None:
    assert [text[s.start : s.end] for s in slots.clauses(text)] == expected
