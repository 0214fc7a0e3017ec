"""Slots of claims, how alike their questions are, which are set against each other, and what is usual for a model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from reconcile.claims import quantities
from reconcile.match import candidates, encoder, reference, slots, weights
from reconcile.match.declare import Pairing
from reconcile.match.slots import Frame, Slot
from reconcile.model import ClaimKind, Field, Span
from tests.corpus import article_of, claims_of

DIM = 16


class WordEmbedder:
    """A text is the sum of its words, a word a vector made from its hash: shared words make texts alike."""

    name = "words"
    dim = DIM

    def _row(self, text: str) -> np.ndarray:
        total = np.zeros(DIM, np.float32)
        for word in text.lower().replace(".", " ").replace(",", " ").split():
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
            total += np.random.default_rng(seed).standard_normal(DIM).astype(np.float32)
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), np.float32)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        return self.embed_spans(texts, [()] * len(texts))[0]

    def embed_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[np.ndarray, list[np.ndarray]]:
        rows = np.array([self._row(t) for t in texts], np.float32).reshape(-1, DIM)
        parts = [
            np.array([self._row(t[max(0, s.start - 12) : s.end + 12]) for s in of], np.float32).reshape(-1, DIM)
            for t, of in zip(texts, spans, strict=True)
        ]
        return rows, parts


PLAIN = reference.Reference(np.zeros(DIM, np.float32), np.zeros(DIM, np.float32), (0.0, 0.2), (0.0, 0.2))


def frame(name: str, *sentences: str) -> Frame:
    """Return the frame of an article that consists of these sentences."""
    found = slots.of_claims(claims_of(name, sentences))
    return slots.frames({name: found}, {name: list(sentences)}, WordEmbedder(), PLAIN)[name]


SPEAKERS = {
    "a name before the verb of saying": ("His body was found on Tuesday, Coroner Gary Hale said.", set()),
    "a name behind it, with its title": ("Divers found the boat, said police spokesman Karl Brandt.", set()),
    "a speaker who does what is told": ("Maria Lopez will lead the bank, Karl Brandt said.", {"Maria Lopez"}),
    "no speaker": ("Maria Lopez met Karl Brandt in Lisbon.", {"Maria Lopez", "Karl Brandt", "Lisbon"}),
    "Spanish": ("El puente sigue cerrado, dijo Ana Ruiz.", set()),
}


@pytest.mark.parametrize(("sentence", "names"), SPEAKERS.values(), ids=SPEAKERS)
def test_who_reports_is_no_answer_about_what_happened(sentence: str, names: set[str]) -> None:
    lang = "es" if "dijo" in sentence else "en"
    found = slots.of_claims(claims_of("a", [sentence], lang=lang))
    assert {slot.raw for slot in found if slot.kind == "name"} == names


def shown(found: Sequence[Slot]) -> set[tuple[str, str]]:
    return {(slot.kind, slot.raw) for slot in found}


# -- slots -------------------------------------------------------------------------------------------------------------

KINDS = {
    "value and change": ("Sales rose 4%.", {("value", "4%"), ("direction", "rose")}),
    "date and place": ("It was held in Lyon on 4 May 2024.", {("name", "Lyon"), ("date", "4 May 2024")}),
    "outcome": ("Marlow won.", {("outcome", "won")}),
    "opposition": ("The council approved it.", {("pole approve", "approved")}),
    "status": ("They plan to wait.", {("status", "plan to")}),
    "words of a speaker": (
        '"We will keep every school open," said Elena Prado.',
        {("quotation", "We will keep every school open,")},
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_answers_of_a_sentence_are_slots(name: str) -> None:
    text, expected = KINDS[name]
    found = slots.of_claims(claims_of("a", [text]))
    assert expected <= shown(found)
    for slot in found:
        assert slot.claim.quote[slot.span.start : slot.span.end] == slot.raw
        assert slot.clause.start <= slot.span.start < slot.span.end <= slot.clause.end <= len(text)


def test_change_words_are_directions_and_no_opposition() -> None:
    found = slots.of_claims(claims_of("a", ["Sales rose 4% and Marlow won the final."]))
    assert {"direction", "outcome"} <= {slot.kind for slot in found}
    assert not {"pole increase", "pole win"} & {slot.kind for slot in found}


def test_each_number_is_one_slot_of_its_own_claim() -> None:
    found = slots.of_claims(claims_of("a", ["The blast killed 12 people and hurt 40 others."]))
    values = [s for s in found if s.field is Field.VALUE]
    assert [s.raw for s in values] == ["12", "40"]
    assert {s.claim.kind for s in values} == {ClaimKind.QUANTITY}


def test_spans_are_in_the_part_and_clauses_in_the_sentence() -> None:
    text = "In Marlow sales rose 4% in May; in Lund, where the new owner lives, they fell 6% in a month."
    for slot in slots.of_claims(claims_of("a", ["An opening line.", text])):
        inside = slot.claim.quote[slot.span.start - slot.claim.start : slot.span.end - slot.claim.start]
        assert inside == slot.raw
    later = next(s for s in slots.of_claims(claims_of("a", ["An opening line.", text])) if s.raw == "6%")
    assert text[later.clause.start : later.clause.end] == "they fell 6% in a month."


COMPARABLE = [
    ("3 km", "3,000 metres", True),
    ("14%", "13 per cent", True),
    ("14%", "14 people", False),
    ("€3 million", "$3 million", False),
    ("3 million pesos", "PHP 3 million", True),
    ("3 days", "72 hours", True),
    ("3 days", "3 km", False),
    ("14 people", "20 homes", True),
]


@pytest.mark.parametrize(("a", "b", "expected"), COMPARABLE, ids=[f"{a} {b}" for a, b, _ in COMPARABLE])
def test_quantities_of_one_dimension_whose_units_convert_are_comparable(a: str, b: str, expected: bool) -> None:
    first, second = (quantities.find(f"It was {text}.", "en")[0] for text in (a, b))
    assert slots.comparable(first, second) is expected
    assert slots.comparable(second, first) is expected


# -- frames and pairs --------------------------------------------------------------------------------------------------


def test_frame_has_a_unit_row_for_each_slot_and_sentence() -> None:
    made = frame("a", "The blast killed 12 people.", "Sales rose 4% in May.")
    count = len(made.slots)
    assert made.kept.shape == (2, DIM)
    assert made.sentences.shape == made.clauses.shape == made.vectors.shape == (count, DIM)
    for rows in (made.kept, made.sentences, made.clauses, made.vectors):
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_frame_of_an_article_without_slots_is_empty() -> None:
    made = slots.frames({"a": ()}, {"a": []}, WordEmbedder(), PLAIN)["a"]
    assert (made.kept.shape, made.vectors.shape) == ((0, DIM), (0, DIM))
    assert list(slots.pairs(made, frame("b", "Sales rose 4%."), PLAIN)) == []


def test_pairs_are_of_one_kind_and_comparable() -> None:
    a = frame("a", "The blast in Marlow killed 12 people on Monday.", "Sales rose 4%, the council approved it.")
    b = frame("b", "Some 14 people died in Marlow on Tuesday.", "Sales fell 6%, the court approved it.")
    found = [(a.slots[i], b.slots[j]) for i, j, _ in slots.pairs(a, b, PLAIN)]
    assert found
    assert all(x.kind == y.kind for x, y in found)
    assert {(x.raw, y.raw) for x, y in found if x.kind == "value"} == {("12", "14"), ("4%", "6%")}
    assert ("pole approve", "pole approve") in {(x.kind, y.kind) for x, y in found}


def test_pairs_rank_the_same_question_first() -> None:
    a = frame("a", "The blast in Marlow killed 12 people.", "The city has 40 schools for 900 pupils.")
    b = frame("b", "The city has 43 schools for 950 pupils.", "The blast in Marlow killed 19 people.")
    like = {(a.slots[i].raw, b.slots[j].raw): x for i, j, x in slots.pairs(a, b, PLAIN) if a.slots[i].kind == "value"}
    assert (like["12", "19"].rank_a, like["12", "19"].rank_b) == (0, 0)
    assert like["12", "19"].lead > 0
    assert like["12", "19"].sentence > like["12", "43"].sentence
    assert like["12", "43"].lead < 0


def test_pairs_keep_the_nearest_only() -> None:
    many = [f"Village {n} counted {n + 20} sheep in field {n}." for n in range(12)]
    a, b = frame("a", *many), frame("b", *many)
    values = [(i, j, x) for i, j, x in slots.pairs(a, b, PLAIN) if a.slots[i].kind == "value"]
    count = sum(s.kind == "value" for s in a.slots)
    assert count <= len(values) <= 2 * slots.NEAREST * count
    assert all(min(x.rank_a, x.rank_b) < slots.NEAREST for _, _, x in values)


def test_pairs_are_the_same_from_either_side() -> None:
    a = frame("a", "The blast in Marlow killed 12 people.", "The city has 40 schools for 900 pupils.")
    b = frame("b", "The city has 43 schools for 950 pupils.", "The blast in Marlow killed 19 people.")

    def table(first: Frame, second: Frame, turn: bool) -> dict[tuple[int, int], tuple[float, ...]]:
        return {
            (j, i) if turn else (i, j): (
                round(x.sentence, 4), round(x.clause, 4), round(x.slot, 4), round(x.lead, 4),
                *((x.rank_b, x.rank_a) if turn else (x.rank_a, x.rank_b)),
            )
            for i, j, x in slots.pairs(first, second, PLAIN)
        }  # fmt: skip

    assert table(a, b, False) == table(b, a, True)


TABLES = {
    "one pair": [[1.0]],
    "one row": [[3.0, 1.0, 3.0]],
    "nothing else that may be compared": [[2.0, -np.inf], [-np.inf, 1.0]],
    "equals": [[1.0, 1.0, 0.5], [0.25, 1.0, -np.inf], [1.0, 0.5, 0.5]],
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_rank_and_lead_are_those_of_the_definition(table: list[list[float]]) -> None:
    near = np.array(table, np.float32)
    places = np.nonzero(np.isfinite(near))
    others = [
        [near[i, n] for n in range(near.shape[1]) if n != j] + [near[n, j] for n in range(len(near)) if n != i]
        for i, j in zip(*places, strict=True)
    ]
    beside = [max((x for x in of if np.isfinite(x)), default=None) for of in others]
    ahead = [
        slots.ALONE if x is None else float(near[at] - x)
        for at, x in zip(zip(*places, strict=True), beside, strict=True)
    ]
    assert slots._leads(near, places) == ahead
    assert slots._ranks(near).tolist() == [[int((row > x).sum()) for x in row] for row in near]


# -- candidates --------------------------------------------------------------------------------------------------------


def test_articles_are_ordered_by_publication_unknown_last() -> None:
    made = [
        article_of("b", ["One."], published="2025-06-12T09:00:00Z")[0],
        article_of("a", ["One."], published=None)[0],
        article_of("d", ["One."], published="2025-06-11")[0],
        article_of("c", ["One."], published="2025-06-12T09:00:00Z")[0],
    ]
    for order in permutations(made):
        assert [a.article_id for a in candidates.in_order(order)] == ["d", "b", "c", "a"]


def pairing(found: Sequence[Pairing], a: str, b: str) -> Pairing:
    return next(p for p in found if (p.a.raw, p.b.raw) == (a, b))


def test_elsewhere_counts_answers_that_the_other_article_gives_too() -> None:
    a = frame("a", "The blast in Marlow killed 12 people.", "The city has 40 schools.")
    both = list(candidates.between(a, frame("b", "The city has 12 schools.", "The blast killed 40 people."), PLAIN))
    assert pairing(both, "12", "40").elsewhere == 2
    assert pairing(both, "12", "12").elsewhere == 0
    one = list(candidates.between(a, frame("c", "The city has 12 schools.", "The blast killed 19 people."), PLAIN))
    assert pairing(one, "12", "19").elsewhere == 1
    assert pairing(one, "40", "19").elsewhere == 0


def test_pairings_are_between_articles_in_order() -> None:
    texts = {"a": "The blast killed 12 people.", "b": "The blast killed 14 people.", "c": "The blast killed 19 people."}
    days = {"a": "2025-06-14", "b": "2025-06-12", "c": "2025-06-13"}
    articles = [article_of(n, [texts[n]], published=days[n])[0] for n in texts]
    framed = {n: frame(n, texts[n]) for n in texts}
    sides = {(p.a.claim.article_id, p.b.claim.article_id) for p in candidates.pairings(articles, framed, PLAIN)}
    assert sides == {("b", "c"), ("b", "a"), ("c", "a")}


# -- what is usual for a model -----------------------------------------------------------------------------------------


def test_packaged_reference_is_that_of_the_packaged_model() -> None:
    data = json.loads(reference.MEASURED.read_text("utf-8"))
    assert data["model"] == encoder.NAME
    assert len(data["sentence_mean"]) == len(data["slot_mean"]) == weights.DIM


def test_another_model_is_measured_and_scaled(tmp_path: Path) -> None:
    measured = reference.measure(WordEmbedder())
    again = reference.load(WordEmbedder())
    assert measured.sentence_spread == again.sentence_spread
    assert measured.slot_spread == again.slot_spread
    for _, deviation in (measured.sentence_spread, measured.slot_spread):
        assert deviation > 0
    usual, spread = measured.sentence_spread
    scaled = measured.scale_sentences(np.array([usual, usual + spread, usual - 2 * spread], np.float32))
    assert np.allclose(scaled, [0, 1, -2], atol=1e-4)


def test_centred_rows_are_unit_rows_without_the_usual() -> None:
    usual = np.array([1.0, 0.0], np.float32)
    made = reference.Reference(usual, usual, (0.0, 1.0), (0.0, 1.0))
    rows = np.array([[1.0, 1.0], [1.0, 0.0]], np.float32)
    assert made.centre_sentences(rows).tolist() == [[0.0, 1.0], [0.0, 0.0]]
    assert made.centre_slots(rows).tolist() == [[0.0, 1.0], [0.0, 0.0]]
