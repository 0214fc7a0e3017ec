"""Whom the judge is asked about: whatever it would say, pairs that it is not asked about stay unrelated."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.match import asking, relate, slots
from reconcile.match.answers import ASSERTION
from reconcile.match.asking import Asking
from reconcile.match.compare import compare
from reconcile.match.declare import Pairing
from reconcile.match.identity import IDENTITY
from reconcile.match.judge import FIELDS, Opinion
from reconcile.match.relate import CLASSES, RelationModel
from reconcile.match.slots import Likeness
from reconcile.model import Outcome, Relation
from tests.corpus import claims_of

TEXTS = (
    ("The fire killed 12 people in Lisbon on Monday.", "Police in Porto said at least 14 had died by Tuesday."),
    ("Shares rose 14% after the offer was approved.", "The stock fell sharply; the offer is still planned."),
    ("Maria Lopez will lead the company.", "The company is to be run by Jan Peeters, it said."),
    ("The bridge is open again, officials said.", "The bridge remains closed to lorries."),
)
SHARES = st.tuples(st.floats(0, 1), st.floats(0, 1)).filter(lambda s: sum(s) <= 1)
OPINIONS = st.builds(
    lambda shares, field: Opinion(*shares, 1 - sum(shares), tuple(float(f is field) for f in FIELDS)),
    SHARES,
    st.sampled_from(FIELDS),
)
LIKE = st.builds(
    Likeness, *(st.floats(-1, 5) for _ in range(3)), st.integers(0, 3), st.integers(0, 3), st.floats(-3, 3)
)


def _pairings() -> Iterator[Pairing]:
    for a, b in TEXTS:
        left, right = slots.of_claims(claims_of("a", [a])), slots.of_claims(claims_of("b", [b]))
        yield from (Pairing(x, y, Likeness(0, 0, 0, 0, 0, 0)) for x, y in product(left, right) if x.kind == y.kind)


PAIRINGS = tuple(_pairings())
KINDS = {p.a.kind.partition(" ")[0] for p in PAIRINGS}


def said(model: RelationModel, pairing: Pairing) -> Relation:
    rows = compare(pairing)
    return Relation.UNRELATED if rows[0].outcome is Outcome.NO_EVIDENCE else model.decide(pairing.a.kind, rows)[0]


def test_the_cases_have_most_kinds_of_slots() -> None:
    assert {"value", "date", "name", "direction", "status", "statement"} <= KINDS


@given(st.sampled_from(PAIRINGS), LIKE, OPINIONS, st.randoms(use_true_random=False), st.floats(0.1, 4))
def test_who_is_not_asked_about_is_unrelated_whatever_the_judge_says(
    pairing: Pairing, like: Likeness, opinion: Opinion, chance: random.Random, width: float
) -> None:
    known = replace(pairing, like=like)
    heard = [compare(replace(known, opinion=o)) for o in (None, opinion)]
    names = sorted({name for rows in heard for name in relate.features(pairing.a.kind, rows)})
    model = RelationModel(
        {name: tuple(chance.uniform(-width, width) for _ in CLASSES) for name in names},
        {str(c): 0.3 + 0.1 * n for n, c in enumerate(CLASSES)},
    )
    if not Asking(model).needed(known):
        assert said(model, known) is Relation.UNRELATED
        assert said(model, replace(known, opinion=opinion)) is Relation.UNRELATED


@pytest.mark.parametrize("pairing", PAIRINGS, ids=lambda p: f"{p.a.kind}: {p.a.raw} / {p.b.raw}"[:60])
def test_packaged_weights_ask_about_all_that_they_could_relate(pairing: Pairing) -> None:
    model = relate.load()
    for like in (0.5, 1.5, 2.5, 3.5):
        known = replace(pairing, like=Likeness(like, like, like, 0, 0, like))
        related = any(said(model, replace(known, opinion=o)) is not Relation.UNRELATED for o in asking._opinions())
        assert Asking(model).needed(known) or not related


def test_some_pairs_are_asked_about_and_some_are_not() -> None:
    needed = {
        Asking(relate.load()).needed(replace(p, like=Likeness(x, x, x, r, r, x)))
        for p in PAIRINGS
        for x, r in ((-1, 3), (4, 0))
    }
    assert needed == {True, False}


@pytest.mark.parametrize("field", [*asking.HEARS, "statement"])
def test_the_opinions_that_are_tried_reach_every_level(field: str) -> None:
    comparison = next((c for c in IDENTITY if c.field == field), None) or ASSERTION[field]
    reached = {comparison.level(replace(PAIRINGS[0], opinion=o)).name for o in (None, *asking._opinions())}
    told = {level.name for level in comparison.levels}
    assert told - reached <= ({"else"} if field == "matter" else set())  # a field outside FIELDS, which none has


def test_quotations_are_never_asked_about() -> None:
    text = 'The mayor, Ann Hale, said: "We will rebuild the whole quarter before the winter comes."'
    made = [s for s in slots.of_claims(claims_of("a", [text])) if s.kind == "quotation"]
    assert made
    assert not Asking(relate.load()).needed(Pairing(made[0], made[0], Likeness(4, 4, 4, 0, 0, 4)))


def test_an_answer_changed_in_a_retold_sentence_is_always_asked_about() -> None:
    asking_of = Asking(relate.load())
    far = [replace(p, like=Likeness(-1, -1, -1, 3, 3, -3)) for p in PAIRINGS]
    left = [p for p in far if not asking_of.needed(p)]
    assert left
    assert all(asking_of.needed(replace(p, retold=True)) for p in left)
