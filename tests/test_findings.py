"""Findings: one for each pair of claims and field, ids without side or order, severity, words for a reviewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from reconcile.match import findings, relate, slots
from reconcile.match.compare import compare
from reconcile.match.declare import Pairing
from reconcile.match.findings import Decided
from reconcile.match.slots import Slot
from reconcile.model import Claim, Entity, Field, Outcome, Relation, Severity
from reconcile.publish.store import Store
from tests.corpus import EVEN, claims_of, findings_of, slot_of, swapped

pytest_plugins = ("tests.corpus_fixtures",)

BLAST_A = claims_of("a", ["The blast in Marlow killed 12 people and hurt 40 others on Monday."])
BLAST_B = claims_of("b", ["The blast in Marlow killed 19 people and hurt 43 others on Tuesday."])


def decided(a: Slot, b: Slot, relation: Relation = Relation.CONFLICT, confidence: float = 0.8) -> Decided:
    """A pair of slots with its compared rows and a relation that is taken as given."""
    pairing = Pairing(a, b, EVEN)
    return Decided(pairing, compare(pairing), relation, confidence)


def pair(text_a: str, text_b: str, at: tuple[str, str], kind: str = "value") -> Decided:
    """A conflict between a slot of one text and a slot of another."""
    a, b = claims_of("a", [text_a]), claims_of("b", [text_b])
    return decided(slot_of(a, at[0], kind), slot_of(b, at[1], kind))


def only(claims: Sequence[Claim], kind: str) -> list[Slot]:
    return [s for s in slots.of_claims(claims) if s.kind == kind]


# -- ids and choice ----------------------------------------------------------------------------------------------------


def test_finding_id_does_not_depend_on_the_side() -> None:
    one = pair("Sales rose 4%.", "Sales fell 6%.", ("4%", "6%"))
    other = replace(one, pairing=swapped(one.pairing))
    assert findings.finding_id(one) == findings.finding_id(other)


def test_finding_id_depends_on_claims_and_field_alone() -> None:
    texts = ("Sales rose 4%.", "Sales fell 6%.")
    one = pair(*texts, ("4%", "6%"))
    direction = pair(*texts, ("rose", "fell"), "direction")
    third = pair(texts[0], "Sales fell 7%.", ("4%", "7%"))
    ids = {findings.finding_id(x) for x in (one, direction, third)}
    assert len(ids) == 3
    changed = replace(one, relation=Relation.AGREE, confidence=0.1, rows=one.rows[:1])
    assert findings.finding_id(changed) == findings.finding_id(one)


def test_best_keeps_one_for_each_pair_of_claims_and_field() -> None:
    a = claims_of("a", ["The council approved the bridge and rejected the tunnel."])
    b = claims_of("b", ["The council rejected the bridge but approved the tunnel."])
    pairs = [(x, y) for x in only(a, "pole approve") for y in only(b, "pole approve")]
    found = [decided(x, y, Relation.AGREE, 0.5 + n / 100) for n, (x, y) in enumerate(pairs)]
    assert len(found) == 4
    kept = findings.best(found)
    assert len(kept) == 1
    assert kept[0].confidence == max(one.confidence for one in found)


def test_best_prefers_a_conflict_to_a_surer_agreement() -> None:
    a = claims_of("a", ["The council opened the bridge."])
    b = claims_of("b", ["The council opened and then closed the bridge."])
    one, other = only(b, "pole open")
    start = only(a, "pole open")[0]
    kept = findings.best([decided(start, one, Relation.AGREE, 0.99), decided(start, other, Relation.CONFLICT, 0.4)])
    assert [k.relation for k in kept] == [Relation.CONFLICT]


def test_best_lets_a_number_stand_against_one_answer_of_an_article() -> None:
    x, y = only(BLAST_A, "value"), only(BLAST_B, "value")
    killed, crossed = decided(x[0], y[0], confidence=0.9), decided(x[0], y[1], confidence=0.4)
    assert findings.best([crossed, killed]) == [killed]
    third = claims_of("c", ["The blast in Marlow killed 15 people on Monday."])
    elsewhere = decided(x[0], only(third, "value")[0], confidence=0.4)
    assert len(findings.best([killed, elsewhere])) == 2


def test_best_does_not_depend_on_order() -> None:
    x, y = only(BLAST_A, "value"), only(BLAST_B, "value")
    found = [
        decided(x[0], y[0], Relation.CONFLICT, 0.9),
        decided(x[1], y[1], Relation.CONFLICT, 0.7),
        decided(x[0], y[1], Relation.CONFLICT, 0.4),
        decided(only(BLAST_A, "date")[0], only(BLAST_B, "date")[0], Relation.CONFLICT, 0.4),
    ]
    whole = findings.best(found)
    assert whole
    for order in permutations(found):
        assert findings.best(order) == whole


# -- field and severity ------------------------------------------------------------------------------------------------

SEVERITY = {
    "a small gap": (("Shares rose 14%.", "Shares rose 13%."), ("14%", "13%"), "value", Severity.LOW),
    "a large gap": (("Shares rose 14%.", "Shares rose 140%."), ("14%", "140%"), "value", Severity.HIGH),
    "another sign": (("The low was -3 °C.", "The low was 3 °C."), ("-3 °C", "3 °C"), "value", Severity.HIGH),
    "direction": (("Shares rose.", "Shares fell."), ("rose", "fell"), "direction", Severity.HIGH),
    "date": (
        ("It opened on 4 May 1998.", "It opened on 5 May 1998."),
        ("4 May 1998", "5 May 1998"),
        "date",
        Severity.HIGH,
    ),
}


@pytest.mark.parametrize("name", SEVERITY)
def test_severity_of_a_conflict(name: str) -> None:
    texts, at, kind, expected = SEVERITY[name]
    one = pair(texts[0], texts[1], at, kind)
    assert findings.severity(one) is expected
    assert findings.severity(replace(one, pairing=swapped(one.pairing))) is expected


@pytest.mark.parametrize("relation", [r for r in Relation if r is not Relation.CONFLICT], ids=str)
def test_only_conflicts_have_a_severity(relation: Relation) -> None:
    one = pair("Shares rose 14%.", "Shares rose 140%.", ("14%", "140%"))
    assert findings.severity(replace(one, relation=relation)) is None


KINDS = [
    ("place", "place", Field.PLACE),
    ("place", "other", Field.PLACE),
    ("other", "place", Field.PLACE),
    ("place", "person", Field.ENTITY),
    ("place", "org", Field.ENTITY),
    ("person", "person", Field.ENTITY),
    ("other", "other", Field.ENTITY),
]


@pytest.mark.parametrize(("a", "b", "expected"), KINDS, ids=[f"{a} {b}" for a, b, _ in KINDS])
def test_field_of_two_names_is_place_where_both_may_be_places(a: str, b: str, expected: Field) -> None:
    base = pair("Ana Prado spoke in Lyon.", "Tomas Rieger spoke in Lyon.", ("Ana Prado", "Tomas Rieger"), "name")
    sides = []
    for slot, kind in ((base.pairing.a, a), (base.pairing.b, b)):
        assert isinstance(slot.answer, Entity)
        sides.append(replace(slot, answer=replace(slot.answer, kind=kind)))
    assert findings.field_of(Pairing(sides[0], sides[1], EVEN)) is expected


FIELDS = {
    "value": (("Sales rose 4%.", "Sales fell 6%."), ("4%", "6%"), "value", Field.VALUE),
    "date": (("It ended on 4 May.", "It ended on 5 May."), ("4 May", "5 May"), "date", Field.DATE),
    "outcome": (("Marlow won.", "Marlow lost."), ("won", "lost"), "outcome", Field.DIRECTION),
    "pole": (
        ("The council approved it.", "The council rejected it."),
        ("approved", "rejected"),
        "pole approve",
        Field.POLARITY,
    ),
    "status": (
        ("They plan to open it.", "They completed the work."),
        ("plan to", "completed"),
        "status",
        Field.STATUS,
    ),
}


@pytest.mark.parametrize("name", FIELDS)
def test_field_of_the_other_kinds(name: str) -> None:
    texts, at, kind, expected = FIELDS[name]
    assert findings.field_of(pair(texts[0], texts[1], at, kind).pairing) is expected


# -- quotations --------------------------------------------------------------------------------------------------------

SAID = '"We will keep every school in the valley open," said Elena Prado.'
OTHER_MOUTH = '"We will keep every school in the valley open," said Tomas Rieger.'
EDITED = '"We will keep every school in this valley open," said Prado.'
OTHER_WORDS = '"The valley needs jobs more than it needs another school," said Tomas Rieger.'


def quoted(a: str, b: str) -> list[Decided]:
    first, second = claims_of("a", [a]), claims_of("b", [b])
    pairing = Pairing(only(first, "quotation")[0], only(second, "quotation")[0], EVEN)
    return list(findings.decide([pairing], relate.load()))


def test_same_words_from_two_mouths_are_a_conflict_of_attribution() -> None:
    (one,) = quoted(SAID, OTHER_MOUTH)
    assert (one.relation, findings.field_of(one.pairing)) == (Relation.CONFLICT, Field.ATTRIBUTION)
    assert findings.severity(one) is Severity.LOW
    made = findings.finding(one, "story", "cluster", "about")
    assert {made.value_a, made.value_b} == {"Elena Prado", "Tomas Rieger"}


def test_same_words_from_one_mouth_agree() -> None:
    (one,) = quoted(SAID, EDITED)
    assert one.relation is Relation.AGREE


def test_other_words_or_no_speaker_say_nothing() -> None:
    assert quoted(SAID, OTHER_WORDS) == []
    unsigned = claims_of("b", ['"We will keep every school in the valley open" was written on the wall.'])
    assert only(unsigned, "quotation") == []


# -- decisions and the finding -----------------------------------------------------------------------------------------


def test_decide_yields_only_what_is_related_and_weighs_it() -> None:
    model = relate.load()
    never = relate.RelationModel(model.weights, {})
    always = relate.RelationModel(model.weights, {str(r): 0.0 for r in relate.CLASSES})
    pairing = pair("Shares rose 14%.", "Shares rose 13%.", ("14%", "13%")).pairing
    assert list(findings.decide([pairing], never)) == []
    (one,) = findings.decide([pairing], always)
    assert one.relation is Relation.CONFLICT
    assert one.confidence == model.probabilities("value", compare(pairing))[Relation.CONFLICT]
    assert all(row.weight is not None for row in one.rows)


def test_decide_leaves_out_what_cannot_be_compared() -> None:
    a = claims_of("a", ["The hall opened on Tuesday."], published=None)
    b = claims_of("b", ["The hall opened on Monday."], published=None)
    pairing = Pairing(only(a, "date")[0], only(b, "date")[0], EVEN)
    assert compare(pairing)[0].outcome is Outcome.NO_EVIDENCE
    always = relate.RelationModel({}, {str(r): 0.0 for r in relate.CLASSES})
    assert list(findings.decide([pairing], always)) == []


def test_finding_names_both_claims_and_says_what_stands_against_what() -> None:
    one = decided(only(BLAST_A, "value")[0], only(BLAST_B, "value")[0], Relation.UPDATE, 0.876)
    made = findings.finding(one, "story", "cluster", "blast: killed")
    a, b = one.pairing.a.claim, one.pairing.b.claim
    assert (made.claim_a, made.claim_b) == (a.claim_id, b.claim_id)
    assert (made.story_id, made.cluster_id, made.about) == ("story", "cluster", "blast: killed")
    assert (made.relation, made.field, made.severity) == (Relation.UPDATE, Field.VALUE, None)
    assert made.confidence == 0.88
    assert (made.value_a, made.value_b) == ("12", "19")
    assert made.outcomes == one.rows
    assert "12" in made.explanation
    assert "19" in made.explanation
    assert "\n" not in made.explanation


TIMES = {
    "two times": ("Shares rose 4% on Monday.", "Shares rose 9% on Tuesday.", ("Monday", "Tuesday")),
    "one time": ("Shares rose 4% on Monday.", "Shares rose 9%.", ("Monday", "unknown")),
}


@pytest.mark.parametrize("name", TIMES)
def test_explanation_names_times_that_differ_or_are_unknown(name: str) -> None:
    text_a, text_b, named = TIMES[name]
    line = findings.explain(pair(text_a, text_b, ("4%", "9%")))
    assert [word for word in named if word not in line] == []


# -- the published ones ------------------------------------------------------------------------------------------------


def test_published_findings_quote_their_articles(cleanspark: Path) -> None:
    with Store(cleanspark, read_only=True) as store:
        articles = {a.article_id: a for a in store.articles()}
    rows = findings_of(cleanspark)
    assert rows
    for row in rows:
        for side in (row["a"], row["b"]):
            part = articles[side["article_id"]].part(side["part"])
            assert side["quote"] == part[side["start"] : side["end"]]
            assert side["start"] <= side["focus_start"] < side["focus_end"] <= side["end"]
            words = part[side["focus_start"] : side["focus_end"]]
            assert row["field"] == "attribution" or words == side["value"]


def test_published_findings_are_one_for_each_pair_and_field(cleanspark: Path) -> None:
    rows = findings_of(cleanspark)
    keys = [(frozenset((r["a"]["claim_id"], r["b"]["claim_id"])), r["field"]) for r in rows]
    assert len(set(keys)) == len(keys)
    assert len({r["id"] for r in rows}) == len(rows)
    assert all(r["a"]["article_id"] != r["b"]["article_id"] for r in rows)
    assert all((r["severity"] is None) == (r["relation"] != "conflict") for r in rows)


def test_published_findings_put_the_earlier_article_first(cleanspark: Path) -> None:
    for row in findings_of(cleanspark):
        keys = [(s["published"] is None, s["published"] or "", s["article_id"]) for s in (row["a"], row["b"])]
        assert keys == sorted(keys)
