"""The comparison table: pairs of short texts reach the rungs they should, from either side."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.claims import words
from reconcile.claims.extract import SlotExtractor
from reconcile.errors import ConfigError
from reconcile.match import levels, slots
from reconcile.match.compare import (
    ASSERTION,
    COMPARISONS,
    CONTEXT,
    IDENTITY,
    assertion,
    compare,
    may_agree,
    one_answer,
    rungs,
    shown,
    unheard,
)  # fmt: skip
from reconcile.match.declare import Comparison, ComparisonLevel, Pairing, always, never, otherwise
from reconcile.match.judge import FIELDS, Opinion
from reconcile.match.slots import Likeness, Slot
from reconcile.model import Article, Claim, ClaimKind, Field, Outcome, Quantity, Role, Sentence, Span, stable_id
from reconcile.read import clean, ingest, sentences
from tests.corpus import EVEN, FILES, FOLDER, PUBLISHED, slot_of, swapped

CASES = json.loads((Path(__file__).parent / "cases" / "comparisons.json").read_text(encoding="utf-8"))
BY_LIKENESS = ("question", "clause", "slot", "nearest", "elsewhere")
BY_JUDGE = ("judge", "matter", "statement")


def claims_of_text(text: str, lang: str, published: str | None, part: str) -> tuple[Claim, ...]:
    title, body = (text, "") if part == "title" else ("", text)
    article = Article(stable_id(text), "", "", title, published, lang, body, "")
    sentence = Sentence(stable_id("s", text), article.article_id, part, 0, 0, len(text), text, lang)
    return SlotExtractor().extract(article, [sentence])


def pairing_of(case: Mapping[str, Any]) -> Pairing:
    sides = []
    for n, side in enumerate("ab"):
        lang = case.get("lang", ["en", "en"])[n]
        published = case.get("published", [PUBLISHED, PUBLISHED])[n]
        claims = claims_of_text(case[side], lang, published, case.get("part", ["text", "text"])[n])
        sides.append(slot_of(claims, case["at"][n], case.get("kind", "value")))
    return Pairing(sides[0], sides[1], EVEN)


def levels_of(pairing: Pairing) -> dict[str, str]:
    """Return the level of every comparison that applies, by field."""
    return {row.field: row.level for row in compare(pairing)}


def by_field(field: str) -> Comparison:
    return next(c for c in COMPARISONS if c.field == field)


def marked(case: dict[str, Any]) -> Any:
    reason = case.get("known_failure")
    marks = [pytest.mark.xfail(strict=True, reason=reason, raises=AssertionError)] if reason else []
    return pytest.param(case, id=case["label"], marks=marks)


@pytest.mark.parametrize("case", map(marked, CASES))
def test_compare_reaches_the_level_of_the_case(case: dict[str, Any]) -> None:
    pairing = pairing_of(case)
    found = levels_of(pairing)
    assert {field: found.get(field, "not compared") for field in case["expect"]} == case["expect"]
    assert levels_of(swapped(pairing)) == found


def test_every_comparison_begins_with_missing_and_ends_with_otherwise() -> None:
    for comparison in COMPARISONS:
        names = [level.name for level in comparison.levels]
        assert names[0] == "missing", comparison.field
        assert comparison.levels[0].outcome is Outcome.NO_EVIDENCE, comparison.field
        assert comparison.levels[-1].holds is always, comparison.field
        assert len(set(names)) == len(names), comparison.field
        assert all(level.label.strip() for level in comparison.levels), comparison.field


def test_roles_are_as_declared_and_fields_are_named_once() -> None:
    assert {c.role for c in IDENTITY} == {Role.IDENTITY}
    assert {c.role for c in CONTEXT} == {Role.CONTEXT}
    assert {c.role for c in ASSERTION.values()} == {Role.ASSERTION}
    declared = list({id(c): c.field for c in COMPARISONS}.values())
    assert len(declared) == len(set(declared))


def _level(name: str) -> ComparisonLevel:
    return ComparisonLevel(name, name, never, Outcome.NO_EVIDENCE)


WRONG = {
    "no missing first": (_level("same"), otherwise("differs", Outcome.DISAGREE)),
    "missing not first": (_level("same"), _level("missing"), otherwise("differs", Outcome.DISAGREE)),
    "no otherwise": (_level("missing"), _level("same")),
    "otherwise not last": (
        _level("missing"),
        otherwise("differs", Outcome.DISAGREE),
        _level("same"),
    ),
    "one name twice": (
        _level("missing"),
        _level("same"),
        _level("same"),
        otherwise("differs", Outcome.DISAGREE),
    ),
}


@pytest.mark.parametrize("levels", WRONG.values(), ids=list(WRONG))
def test_comparison_with_wrong_levels_is_refused(levels: tuple[ComparisonLevel, ...]) -> None:
    with pytest.raises(ConfigError, match="demo"):
        Comparison("demo", Role.IDENTITY, lambda slot: slot.raw, levels)


def number(text: str) -> Slot:
    """The first number of an English sentence."""
    claims = claims_of_text(text, "en", PUBLISHED, "text")
    return next(s for s in slots.of_claims(claims) if s.kind == "value")


def alike(**changes: Any) -> Pairing:
    """Two slots of one question with some of their likeness changed."""
    one = number("The blast killed 12 people.")
    return Pairing(one, one, replace(EVEN, **changes), 0)


@pytest.mark.parametrize(
    ("field", "part"), [("question", "sentence"), ("clause", "clause"), ("slot", "slot")], ids=lambda v: str(v)
)
def test_levels_of_likeness_are_reached_in_order(field: str, part: str) -> None:
    comparison = by_field(field)
    steps = [n / 20 for n in range(-40, 121)]
    reached = [comparison.level(alike(**{part: step})).name for step in steps]
    order = [level.name for level in comparison.levels if level.holds is not never]
    assert list(dict.fromkeys(reached)) == order[::-1]


def judged(agree: float, conflict: float, field: Field = Field.STATEMENT) -> Pairing:
    """Two numbers of one question, with what the judge says of their sentences."""
    said = Opinion(agree, conflict, 1 - agree - conflict, tuple(float(f is field) for f in FIELDS))
    return replace(alike(), opinion=said)


@pytest.mark.parametrize("field", ["judge", "statement"])
def test_levels_of_the_judge_are_all_reached(field: str) -> None:
    comparison = by_field(field)
    steps = [n / 50 for n in range(51)]
    shares = [(0.0, s) for s in steps] + [(s, 0.0) for s in steps] + [(0.45, 0.3), (0.3, 0.35)]
    reached = {comparison.level(judged(*share)).name for share in shares} | {comparison.level(alike()).name}
    assert reached == {level.name for level in comparison.levels}


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_what_a_contradiction_is_of_is_a_level_of_its_own(field: Field) -> None:
    assert by_field("matter").level(judged(0.0, 0.9, field)).name == field.value
    assert by_field("matter").level(judged(0.9, 0.0, field)).name == "missing"


NEAREST = {
    "clear": {"rank_a": 0, "rank_b": 0, "lead": 1.5},
    "both": {"rank_a": 0, "rank_b": 0, "lead": 0.1},
    "one": {"rank_a": 0, "rank_b": 2, "lead": -0.5},
    "close": {"rank_a": 1, "rank_b": 2, "lead": -0.5},
    "else": {"rank_a": 3, "rank_b": 2, "lead": -2.5},
}


@pytest.mark.parametrize("level", NEAREST)
def test_nearest_tells_how_far_a_pair_is_ahead(level: str) -> None:
    assert by_field("nearest").level(alike(**NEAREST[level])).name == level


@pytest.mark.parametrize(("count", "level"), [(0, "else"), (1, "one"), (2, "both")])
def test_elsewhere_counts_the_sides(count: int, level: str) -> None:
    assert by_field("elsewhere").level(replace(alike(), elsewhere=count)).name == level


def without_value(slot: Slot) -> Slot:
    assert isinstance(slot.answer, Quantity)
    return replace(slot, answer=replace(slot.answer, low=None, high=None))


def change_and_outcome() -> Pairing:
    up = claims_of_text("It rose.", "en", PUBLISHED, "text")
    won = claims_of_text("El equipo ganó la final.", "es", PUBLISHED, "text")
    return Pairing(slot_of(up, "rose", "direction"), slot_of(won, "ganó", "outcome"), EVEN)


def no_value(sides: str) -> Pairing:
    """Two counts, of which one (a, b) or both (ab) are without a value."""
    one = number("The blast killed 12 people.")
    empty = without_value(one)
    return Pairing(empty if "a" in sides else one, empty if "b" in sides else one, EVEN)


def no_estimate() -> Pairing:
    """A pairing in which the worth of one claim was not estimated."""
    pairing = pairing_of(CASES[0])
    return replace(pairing, a=replace(pairing.a, claim=replace(pairing.a.claim, worth=None)))


UNUSUAL: dict[tuple[str, str], Callable[[], Pairing]] = {
    ("value", "missing"): lambda: no_value("b"),
    ("size", "missing"): lambda: no_value("ab"),
    ("direction", "else"): change_and_outcome,
    ("worth", "missing"): no_estimate,
    ("judge", "missing"): alike,
    ("statement", "missing"): alike,
}


@pytest.mark.parametrize("key", UNUSUAL, ids=" ".join)
def test_levels_that_no_text_leads_to(key: tuple[str, str]) -> None:
    field, level = key
    assert by_field(field).level(UNUSUAL[key]()).name == level


def test_size_is_missing_when_either_side_has_no_value() -> None:
    pairing = no_value("b")
    assert by_field("size").level(pairing).name == by_field("size").level(swapped(pairing)).name


@pytest.mark.xfail(strict=True, reason="the middle of a range is taken for its value", raises=AssertionError)
def test_a_value_in_the_middle_of_a_range_is_not_the_same_value() -> None:
    case = {
        "a": "It takes two to twelve weeks.",
        "b": "It takes seven weeks.",
        "at": ["two to twelve weeks", "seven weeks"],
    }
    assert levels_of(pairing_of(case))["value"] in ("rounding", "bounds")


def test_growth_of_equal_values_is_symmetric() -> None:
    text, published = "The blast killed 12 people.", ["2025-06-12T09:00:00Z", "2025-06-12T12:00:00Z"]
    pairing = pairing_of({"a": text, "b": text, "at": ["12", "12"], "published": published})
    assert levels_of(pairing) == levels_of(swapped(pairing))


def test_every_level_is_reached_by_a_case() -> None:
    expected = defaultdict(set)
    for case in (c for c in CASES if "known_failure" not in c):
        for field, level in case["expect"].items():
            expected[field].add(level)
    for field, level in UNUSUAL:
        expected[field].add(level)
    left = {
        comparison.field: missing
        for comparison in COMPARISONS
        if comparison.field not in BY_LIKENESS + BY_JUDGE
        and (
            missing := {level.name for level in comparison.levels if level.holds is not never}
            - expected[comparison.field]
        )
    }
    assert left == {}, "add cases to tests/cases/comparisons.json"
    assert set(expected) <= {c.field for c in COMPARISONS}


def test_compare_puts_the_assertion_first_and_each_field_once() -> None:
    kinds = set()
    for case in CASES:
        pairing = pairing_of(case)
        rows = compare(pairing)
        kinds.add(pairing.a.kind.partition(" ")[0])
        assert rows[0].field == assertion(pairing).field
        assert [row.role for row in rows].count(Role.ASSERTION) == 1
        assert len({row.field for row in rows}) == len(rows)
        applied = {c.field for c in (*IDENTITY, *CONTEXT) if c.applies(pairing)}
        assert {row.field for row in rows[1:]} == applied
        assert all(row.label and row.weight is None for row in rows)
    assert kinds == set(ASSERTION)


def test_compare_shows_the_words_of_both_sides() -> None:
    claims = claims_of_text("Shares of Corvel rose 14% in May.", "en", PUBLISHED, "text")
    other = claims_of_text("Corvel stock fell 6% in April.", "en", PUBLISHED, "text")
    rows = {r.field: r for r in compare(Pairing(slot_of(claims, "14%"), slot_of(other, "6%"), EVEN))}
    assert (rows["value"].a, rows["value"].b) == ("14%", "6%")
    assert (rows["unit"].a, rows["unit"].b) == ("percent", "percent")
    assert "May" in rows["period"].a
    assert "April" in rows["period"].b
    assert ("rose" in rows["change"].a, "fell" in rows["change"].b) == (True, True)


# -- from either side --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_articles() -> tuple[list[Slot], list[Slot]]:
    """The slots of two articles of datasets/cleanspark that disagree on most of what they say."""
    read, _ = ingest.read([str(FOLDER / FILES[0])])
    sides = []
    for name in ("cleanspark/a1", "cleanspark/a3"):
        article = next(a for a in read if a.article_id == name)
        split = clean.mark(sentences.split(article), article)
        sides.append(list(slots.of_claims(SlotExtractor().extract(article, split))))
    return sides[0], sides[1]


def comparable_pairs(left: list[Slot], right: list[Slot]) -> list[tuple[Slot, Slot]]:
    return [
        (a, b)
        for a in left
        for b in right
        if a.kind == b.kind
        and a.kind != "quotation"
        and not (
            isinstance(a.answer, Quantity)
            and isinstance(b.answer, Quantity)
            and not slots.comparable(a.answer, b.answer)
        )
    ]


def test_every_comparison_is_symmetric(two_articles: tuple[list[Slot], list[Slot]]) -> None:
    pairs = comparable_pairs(*two_articles)
    assert len(pairs) > 300
    likeness = (EVEN, Likeness(3.2, 0.4, 1.1, 0, 2, -0.5), Likeness(-1.0, 2.6, 4.2, 3, 1, -1.5))
    for n, (a, b) in enumerate(pairs):
        pairing = Pairing(a, b, likeness[n % len(likeness)], n % 3)
        one, other = compare(pairing), compare(swapped(pairing))
        assert [(r.field, r.level, r.outcome) for r in one] == [(r.field, r.level, r.outcome) for r in other]
        assert [(r.a, r.b) for r in one] == [(r.b, r.a) for r in other]


def test_agreement_reads_the_answers_alone(two_articles: tuple[list[Slot], list[Slot]]) -> None:
    pairs = comparable_pairs(*two_articles)
    bare = Claim("", "", "", "text", 0, 0, "", Span(0, 0), ClaimKind.EVENT, "")
    agree = {False: 0, True: 0}
    for a, b in pairs:
        may = may_agree(a, b)
        agree[may] += 1
        assert may == may_agree(replace(a, claim=bare), replace(b, claim=bare))
        assert one_answer(a, b) == (assertion(Pairing(a, b, EVEN)).level(Pairing(a, b, EVEN)).outcome is Outcome.AGREE)
    assert min(agree.values()) > 10


def test_what_is_known_before_the_judge_is_asked_changes_no_row(two_articles: tuple[list[Slot], list[Slot]]) -> None:
    said = Opinion(0.1, 0.8, 0.1, tuple(float(n == 1) for n in range(len(FIELDS))))
    for a, b in comparable_pairs(*two_articles):
        pairing = Pairing(a, b, EVEN)
        known = replace(pairing, known=unheard(pairing))
        for opinion in (None, said):
            whole, found = compare(replace(pairing, opinion=opinion)), rungs(replace(known, opinion=opinion))
            assert rungs(replace(pairing, opinion=opinion)) == found
            assert shown(pairing, found) == whole if found else whole[0].outcome is Outcome.NO_EVIDENCE


@pytest.mark.parametrize(
    "text", ["The Paris-based group won't move before mid-2025.", "L'OPEP+ d'aujourd'hui: 12-15 m³ à Saint-Étienne"]
)
def test_stems_around_are_those_of_the_text_before_and_after(text: str) -> None:
    claim = Claim("c", "a", "s", "text", 7, 7 + len(text), text, Span(7, 8), ClaimKind.EVENT, "en")
    for start, end in combinations(range(len(text) + 1), 2):
        found = levels.stems_around(Slot(claim, Field.STATEMENT, "name", Span(7 + start, 7 + end), "", None))
        assert found == words.stems(text[:start], "en") | words.stems(text[end:], "en")


def test_comparable_is_symmetric(two_articles: tuple[list[Slot], list[Slot]]) -> None:
    left, right = ([s.answer for s in side if isinstance(s.answer, Quantity)] for side in two_articles)
    assert left
    assert right
    for a in left:
        for b in right:
            assert slots.comparable(a, b) == slots.comparable(b, a)


@given(
    st.builds(
        Likeness,
        sentence=st.floats(-3, 6),
        clause=st.floats(-3, 6),
        slot=st.floats(-3, 6),
        rank_a=st.integers(0, 9),
        rank_b=st.integers(0, 9),
        lead=st.floats(-6, 9),
    ),
    st.integers(0, 2),
    st.sampled_from(CASES),
)
@settings(max_examples=60, deadline=None)
def test_comparisons_are_symmetric_at_any_likeness(like: Likeness, elsewhere: int, case: dict[str, Any]) -> None:
    pairing = replace(pairing_of(case), like=like, elsewhere=elsewhere)
    assert levels_of(pairing) == levels_of(swapped(pairing))
