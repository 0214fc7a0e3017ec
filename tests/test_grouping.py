"""Pairs of claims as groups: what one position is, which findings are one conflict, who leads it, old databases."""

from __future__ import annotations

import random
import sqlite3
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.model import REFERENCE, ClaimKind, Entity, Relation, TimeRef
from reconcile.publish.grouping import Pair, Place, grouped, meant, positions
from reconcile.publish.store import Store
from tests import builders as b
from tests import pairs as told_by
from tests.corpus import claims_of

# -------------------------------------------------------------------------------------------- one meaning


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Shares in the miner gained 14%.", "gained"), ("The stock climbed 13%.", "climbed"), True),
        (("Shares in the miner gained 14%.", "gained"), ("The stock fell hard.", "fell"), False),
        (("The stock plunged.", "plunged"), ("The stock fell hard.", "fell"), True),
        (("The stock gained 14%.", "14%"), ("The stock climbed 13%.", "13%"), False),
    ],
    ids=["two words for up", "up and down", "two words for down", "numbers"],
)
def test_words_of_one_meaning_are_one_answer(one: tuple[str, str], other: tuple[str, str], same: bool) -> None:
    said = [
        next(meant(c, value) for c in claims_of("a", [text]) if c.kind is ClaimKind.EVENT)
        for text, value in (one, other)
    ]
    assert (said[0] == said[1]) is same


MILLION = b.quantity("1.4 million", "1400000", unit="euro", dimension="money")
NUMBERS = {
    "1.4 million": MILLION,
    "1,400,000": b.quantity("1,400,000", "1400000.0", unit="euro", dimension="money"),
    "1.4 million dollars": replace(MILLION, raw="1.4 million dollars", unit="dollar"),
    "1.4 million a day": replace(MILLION, raw="1.4 million a day", per="day"),
    "at least 1.4 million": replace(MILLION, raw="at least 1.4 million", high=None),
    "1.5 million": replace(MILLION, raw="1.5 million", low=Decimal(1500000), high=Decimal(1500000)),
}


def test_numbers_are_one_answer_where_range_unit_and_denominator_are_one() -> None:
    said = {raw: meant(replace(b.YES, quantity=number), raw) for raw, number in NUMBERS.items()}
    assert said["1.4 million"] == said["1,400,000"]
    assert len(set(said.values())) == len(NUMBERS) - 1


DAY = TimeRef(0, 1, "Friday", "2031-03-07", "2031-03-07", "day")
NAMED = Entity(0, 1, "the premier", "Ines Vidal", "person")


@pytest.mark.parametrize(
    ("claim", "value", "expected"),
    [
        (replace(b.YES, times=(DAY,)), "friday", "days 2031-03-07 2031-03-07"),
        (replace(b.YES, times=(replace(DAY, low=None, high=None),)), "Friday", "friday"),
        (replace(b.YES, entities=(NAMED,)), "The premier", "name ines vidal"),
        (b.YES, "  Approved ", "approved"),
        (b.YES, "", ""),
        (None, "Up", "up"),
    ],
    ids=["a day", "a day that is not known", "a name", "words", "nothing", "no claim"],
)
def test_what_a_value_means(claim: object, value: str, expected: str) -> None:
    assert meant(claim, value) == expected  # type: ignore[arg-type]


def test_positions_join_what_agrees_and_name_the_first() -> None:
    meanings = {"a": "12", "b": "12", "c": "13", "d": "", "e": "", "f": "a dozen"}
    assert positions(meanings, [("f", "b"), ("d", "unknown")]) == {
        "a": "a", "b": "a", "c": "c", "d": "d", "e": "e", "f": "a",
    }  # fmt: skip


# -------------------------------------------------------------------------------------------- groups


def pair(name: str, a: str, c: str, relation: str = "conflict", *, q: str = "q", field: str = "value") -> Pair:
    """A finding ``name`` between the claims called after their values; a later name is less sure."""
    return Pair(name, q, relation, field, (0, -2, -1 / ord(name[0])), (f"claim {a}", a.split()[0]), (f"claim {c}", c))


GROUPS = {
    "one conflict told by many": ([("a", "up 1", "down"), ("b", "up 2", "down"), ("c", "up 1", "down")], ["abc"]),
    "the sides may be the other way round": ([("b", "down", "up"), ("a", "up", "down")], ["ab"]),
    "three answers are three conflicts": ([("a", "1", "2"), ("b", "2", "3"), ("c", "1", "3")], ["a", "b", "c"]),
    "what agrees is one answer": (
        [("a", "1", "9"), ("b", "one", "9"), ("c", "1", "one", "agree")],
        ["ab", "c"],
    ),
    "agreements of one answer": ([("a", "1", "one", "agree"), ("b", "one", "ein", "agree")], ["ab"]),
    "another relation": ([("a", "1", "2"), ("b", "1", "2", "update")], ["a", "b"]),
    "what stands between one answer is alone": (
        [("a", "1", "2"), ("b", "1", "2"), ("c", "1", "x", "agree"), ("d", "2", "x", "agree")],
        ["a", "b", "cd"],
    ),
}


def sets(places: dict[str, Place]) -> list[str]:
    found: dict[str, list[str]] = defaultdict(list)
    for finding_id, place in sorted(places.items()):
        found[place.lead].append(finding_id)
    assert all(lead == members[0] for lead, members in found.items()), "the surest leads"
    return sorted("".join(members) for members in found.values())


@pytest.mark.parametrize(("given_pairs", "expected"), GROUPS.values(), ids=GROUPS)
def test_groups(given_pairs: list[tuple[str, ...]], expected: list[str]) -> None:
    assert sets(grouped([pair(*one) for one in given_pairs], {})) == expected


@pytest.mark.parametrize(
    "other", [pair("b", "1", "2", q="r"), pair("b", "1", "2", q=""), pair("b", "1", "2", field="date")],
    ids=["another question", "no question", "another field"],
)  # fmt: skip
def test_what_is_never_one_group(other: Pair) -> None:
    assert sets(grouped([pair("a", "1", "2"), other], {})) == ["a", "b"]


def test_sides_are_told_from_the_leader() -> None:
    places = grouped([pair("c", "2", "1"), pair("b", "2", "1"), pair("a", "1", "2")], {})
    assert places == {"a": Place("a", turned=False), "b": Place("a", turned=True), "c": Place("a", turned=True)}


PAIRS = st.lists(
    st.builds(
        pair,
        st.uuids(version=4).map(lambda u: f"k{u.hex}"),
        st.sampled_from("123456"),
        st.sampled_from("123456"),
        st.sampled_from(["conflict", "conflict", "agree", "update"]),
        q=st.sampled_from(["", "q", "r"]),
        field=st.sampled_from(["value", "date"]),
    ),
    max_size=30,
    unique_by=lambda p: p.finding_id,
)


@given(PAIRS, st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order_and_hold_together(given_pairs: list[Pair], rng: random.Random) -> None:
    places = grouped(given_pairs, {})
    shuffled = list(given_pairs)
    rng.shuffle(shuffled)
    assert grouped(shuffled, {}) == places
    by_id = {p.finding_id: p for p in given_pairs}
    assert places.keys() == by_id.keys()
    for finding_id, place in places.items():
        own, lead = by_id[finding_id], by_id[place.lead]
        assert (own.question, own.relation, own.field) == (lead.question, lead.relation, lead.field)
        assert lead.key() <= own.key()
        assert places[place.lead] == Place(place.lead, turned=False)
        assert own.question or place.lead == finding_id


@given(PAIRS)
def test_a_question_is_grouped_by_itself(given_pairs: list[Pair]) -> None:
    """What a run publishes of one story does not hang on what else is in the database."""
    alone = {k: v for q in ("", "q", "r") for k, v in grouped([p for p in given_pairs if p.question == q], {}).items()}
    assert alone == grouped(given_pairs, {})


# -------------------------------------------------------------------------------------------- in the database


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    conn = sqlite3.connect(path)
    try:
        return conn.execute(sql).fetchall()
    finally:
        conn.close()


PLACED = "SELECT finding_id, lead, turned FROM findings ORDER BY finding_id"


def test_published_findings_know_their_group(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    publication = told_by.told(mixed=True)
    with Store(path) as store:
        store.publish(publication)
    assert len(publication.findings) == 4
    assert rows(path, "SELECT DISTINCT lead FROM findings") == [(publication.findings[0].finding_id,)]
    assert rows(path, "SELECT value_a, turned FROM findings ORDER BY value_a") == [
        ("climbed", 0), ("fell", 1), ("rose", 0), ("rose", 0),
    ]  # fmt: skip


def test_findings_against_a_trusted_table_stay_alone(tmp_path: Path) -> None:
    publication = told_by.told()
    table = publication.articles[-1]
    articles = (*publication.articles[:-1], replace(table, kind=REFERENCE))
    with Store(tmp_path / "x.db") as store:
        store.publish(replace(publication, articles=articles))
    sizes = rows(tmp_path / "x.db", "SELECT count(*) FROM findings GROUP BY lead ORDER BY 1")
    assert sizes == [(1,), (1,), (2,)]


def test_an_older_database_is_grouped_as_a_run_would_group_it(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    publication = told_by.told(mixed=True)
    agreed = told_by.finding(*publication.claims[:2], 0.5, relation=Relation.AGREE, severity=None)
    with Store(path) as store:
        store.publish(replace(publication, findings=(*publication.findings, agreed)))
    placed = rows(path, PLACED)
    conn = sqlite3.connect(path)
    conn.execute("UPDATE findings SET lead = '', turned = 0")
    conn.commit()
    conn.close()
    assert rows(path, PLACED) != placed
    with Store(path):
        pass
    assert rows(path, PLACED) == placed
