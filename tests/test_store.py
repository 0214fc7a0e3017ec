"""The store: what goes in comes out, decisions survive, only changes are written, errors are one line."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconcile.errors import StoreError
from reconcile.model import (
    Article,
    Attribution,
    Change,
    ChangeKind,
    Claim,
    ClaimKind,
    Cue,
    Decision,
    Direction,
    Entity,
    Field,
    FieldOutcome,
    Finding,
    Hedge,
    Modality,
    Outcome,
    Participant,
    Polarity,
    Quantity,
    Relation,
    Revision,
    Role,
    Sentence,
    Severity,
    Span,
    Status,
    TimeRef,
)
from reconcile.publish.decisions import RULINGS, new_decision
from reconcile.publish.derive import DERIVED
from reconcile.publish.forms import CONTEXT_LIMIT, context
from reconcile.publish.publication import Publication
from reconcile.publish.schema import known_migrations, migrations
from reconcile.publish.store import Store, finding_digest
from reconcile.publish.tables import INDEXES_1
from reconcile.publish.views import VIEWS
from tests import builders as b
from tests import stored

SIDE_KEYS = ["article_id", "source", "claim_id", "quote", "start", "end", "part", "value", "also_in"]
FORM_KEYS = [
    "id",
    "relation",
    "field",
    "severity",
    "confidence",
    "cluster_id",
    "about",
    "explanation",
    "a",
    "b",
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    where = tmp_path / "any name.db"
    with Store(where) as store:
        store.publish(b.publication())
    return where


def rows(path: Path, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    conn = sqlite3.connect(path, isolation_level=None)
    try:
        return conn.execute(sql, parameters).fetchall()
    finally:
        conn.close()


def decide(store: Store, finding: Finding, ruling: str, at: str = "2031-03-06T10:00:00Z", **more: str) -> Decision:
    decision = new_decision(store.explain(finding.finding_id), ruling, reviewer="ana", created_at=at, **more)
    store.record(decision)
    return decision


# -------------------------------------------------------------------------------------------- round trip


def test_round_trip_sample(path: Path) -> None:
    sample = b.publication()
    with Store(path, read_only=True) as store:
        assert set(store.read(stored.sources)) == set(sample.sources)
        assert set(store.articles()) == set(sample.articles)
        assert set(store.sentences()) == set(sample.sentences)
        assert set(store.claims()) == set(sample.claims)
        assert tuple(store.read(stored.stories)) == sample.stories
        assert tuple(store.read(stored.origins)) == sample.origins
        assert tuple(store.read(stored.clusters)) == sample.clusters
        assert set(store.read(stored.findings)) == set(sample.findings)
        assert tuple(store.problems()) == sample.problems
        assert store.read(stored.runs)[0]["details"] == sample.run


def test_read_one_article(path: Path) -> None:
    with Store(path, read_only=True) as store:
        assert [c.claim_id for c in store.claims("ferry/2")] == [b.HURT_B.claim_id, b.SINCE_B.claim_id]
        assert [s.dropped for s in store.sentences("ferry/1")] == ["", "", "boilerplate"]
        assert list(store.claims("no such article")) == []


SUNK = Change(ChangeKind.CHANGED, Field.VALUE, "text", 0, 9, "12 hurt.", "19 hurt.", "12", "19", False)
GONE = Change(ChangeKind.REMOVED, Field.STATEMENT, "text", 9, 20, "It sank.", "", "", "", True)
FIRST = Revision("r1", "ferry/1", 1, "Ramp falls", "12 hurt. It sank.", "2031-03-04", "h1", (SUNK, GONE))
SECOND = Revision("r2", "ferry/1", 2, "Ramp falls", "19 hurt.", None, "h2", ())


def test_earlier_versions_are_kept_by_every_later_run(path: Path) -> None:
    for revisions in ((FIRST,), (), (SECOND,), ()):
        with Store(path) as store:
            store.publish(b.publication(revisions=revisions))
    with Store(path, read_only=True) as store:
        assert list(store.revisions()) == [FIRST, SECOND]
        assert list(store.revisions("ferry/2")) == []
        (value,) = store.change_dicts(fields=["value"])
        assert (value["article_id"], value["source"], value["value_after"]) == ("ferry/1", "Harbour Post", "19")
        assert value["announced"] is False
        assert len(list(store.change_dicts("ferry/1"))) == 2
    assert rows(path, "SELECT value_before, quote_after FROM changes_silent") == [("12", "19 hurt.")]


def test_a_database_of_the_first_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    from sqlite_utils import Database

    old = tmp_path / "old.db"
    db = Database(old)
    migrations.apply(db, stop_before="0002_revisions")
    db.execute("INSERT INTO decisions VALUES ('d', 'f', 'conflict', 'ana', '', 'x', '2031-03-05T00:00:00Z', '')")
    db.conn.commit()
    db.conn.close()
    with pytest.raises(StoreError, match="older reconcile"):
        Store(old, read_only=True)
    with Store(old) as store:
        store.publish(b.publication())
        assert [d.decision_id for d in store.decisions()] == ["d"]
        assert {c.modality for c in store.claims()} == {Modality.FACT}


TEXT = st.text(max_size=12)
NUMBER = st.decimals(allow_nan=False, allow_infinity=False, places=None).map(lambda d: d + 0)
DAY = st.none() | st.just("2031-03-04")
QUANTITIES = st.builds(
    Quantity, st.integers(0, 9), st.integers(0, 9), TEXT, st.none() | NUMBER, st.none() | NUMBER, NUMBER,
    TEXT, TEXT, st.sampled_from(Hedge), TEXT, TEXT,
)  # fmt: skip
TIMES = st.builds(
    TimeRef, st.integers(0, 9), st.integers(0, 9), TEXT, DAY, DAY, TEXT, st.sampled_from(["point", "clock"])
)
ENTITIES = st.builds(Entity, st.integers(0, 9), st.integers(0, 9), TEXT, TEXT, TEXT, TEXT)
PARTICIPANTS = st.builds(Participant, st.integers(0, 9), st.integers(0, 9), TEXT, TEXT, TEXT, TEXT)
CUES = st.builds(Cue, st.integers(0, 9), st.integers(0, 9), TEXT, TEXT, TEXT, TEXT)
SPANS = st.builds(Span, st.integers(0, 99), st.integers(0, 99))
CLAIM_PARTS = st.fixed_dictionaries(
    {
        "sentence_id": TEXT,
        "part": st.sampled_from(["title", "text"]),
        "start": st.integers(0, 99),
        "end": st.integers(0, 99),
        "quote": TEXT,
        "focus": SPANS,
        "kind": st.sampled_from(ClaimKind),
        "lang": TEXT,
        "subject": TEXT,
        "metric": TEXT,
        "quantity": st.none() | QUANTITIES,
        "direction": st.none() | st.sampled_from(Direction),
        "times": st.lists(TIMES, max_size=2).map(tuple),
        "places": st.lists(TEXT, max_size=2).map(tuple),
        "entities": st.lists(ENTITIES, max_size=2).map(tuple),
        "cues": st.lists(CUES, max_size=2).map(tuple),
        "polarity": st.sampled_from(Polarity),
        "status": st.none() | st.sampled_from(Status),
        "attribution": st.none() | st.builds(Attribution, TEXT, TEXT, TEXT),
        "participants": st.lists(PARTICIPANTS, max_size=2).map(tuple),
        "modality": st.sampled_from(Modality),
        "worth": st.none() | st.floats(0, 1),
        "as_of": DAY,
        "extractor": TEXT,
    }
)
OUTCOMES = st.builds(
    FieldOutcome, TEXT, st.sampled_from(Role), TEXT, TEXT, st.sampled_from(Outcome), TEXT, TEXT,
    st.none() | st.floats(allow_nan=False),
)  # fmt: skip
FINDING_PARTS = st.fixed_dictionaries(
    {
        "story_id": TEXT,
        "cluster_id": TEXT,
        "relation": st.sampled_from(Relation),
        "field": st.sampled_from(Field),
        "severity": st.none() | st.sampled_from(Severity),
        "confidence": st.floats(0, 1),
        "about": TEXT,
        "explanation": TEXT,
        "value_a": TEXT,
        "value_b": TEXT,
        "outcomes": st.lists(OUTCOMES, max_size=3).map(tuple),
        "also_in_a": st.lists(TEXT, max_size=2).map(tuple),
        "also_in_b": st.lists(TEXT, max_size=2).map(tuple),
        "focus_a": st.none() | SPANS,
        "focus_b": st.none() | SPANS,
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=st.tuples(TEXT, TEXT, TEXT, st.none() | TEXT, TEXT),
    claim_parts=st.lists(CLAIM_PARTS, min_size=2, max_size=2),
    finding_parts=FINDING_PARTS,
)
def test_round_trip_property(
    texts: tuple[str, str, str, str | None, str],
    claim_parts: list[dict[str, Any]],
    finding_parts: dict[str, Any],
) -> None:
    source, url, title, published, text = texts
    assert {f.name for f in fields(Claim)} == {"claim_id", "article_id", *claim_parts[0]}
    assert {f.name for f in fields(Finding)} == {"finding_id", "claim_a", "claim_b", *finding_parts}
    article = Article("a", source, url, title, published, "en", text, "h", text, 7, title)
    sentence = Sentence("s", "a", "text", 3, 0, len(text), text, "en", title)
    claims = tuple(Claim(claim_id=f"c{i}", article_id="a", **parts) for i, parts in enumerate(claim_parts))
    finding = Finding(finding_id="f", claim_a="c0", claim_b="c1", **finding_parts)
    with Store(":memory:") as store:
        store.publish(Publication((), (article,), (sentence,), claims, (), (), (), (finding,), ()))
        assert list(store.articles()) == [article]
        assert list(store.sentences()) == [sentence]
        assert {c.claim_id: c for c in store.claims()} == {c.claim_id: c for c in claims}
        assert store.read(stored.findings) == [finding]
        (form,) = store.finding_dicts(())
        assert json.loads(json.dumps(form)) == form


@pytest.mark.parametrize("number", ["0", "-0.0", "1E+8", "13.80", "123456789012345678901234567890.5", "1E-20"])
def test_decimal_as_printed(number: str) -> None:
    exact = replace(b.quantity("x", "1"), low=Decimal(number), high=None)
    claim = replace(b.HURT_B, quantity=exact)
    with Store(":memory:") as store:
        store.publish(b.publication(claims=(b.HURT_A, claim), findings=(b.HURT,), clusters=()))
        (read,) = store.claims("ferry/2")
        assert read.quantity is not None
        assert str(read.quantity.low) == number


# -------------------------------------------------------------------------------------------- findings


def test_finding_form_has_contract_keys_first(path: Path) -> None:
    with Store(path, read_only=True) as store:
        forms = list(store.finding_dicts())
        texts = {a.article_id: a for a in store.articles()}
    assert [f["id"] for f in forms] == [b.HURT.finding_id, b.BRIDGE.finding_id, b.SINCE.finding_id]
    for form in forms:
        assert list(form)[: len(FORM_KEYS)] == FORM_KEYS
        for side in (form["a"], form["b"]):
            assert list(side)[: len(SIDE_KEYS)] == SIDE_KEYS
            assert side["quote"] == texts[side["article_id"]].part(side["part"])[side["start"] : side["end"]]
    assert forms[0]["a"]["source"] == "Harbour Post"
    assert forms[0]["a"]["also_in"] == ["ferry/3"]


@pytest.mark.parametrize(
    ("relations", "fields", "expected"),
    [
        ((), (), ["HURT", "BRIDGE", "SINCE", "COPY"]),
        (("conflict",), (), ["HURT", "BRIDGE", "SINCE"]),
        (("update",), (), ["COPY"]),
        (("update", "conflict"), ("value",), ["HURT", "COPY"]),
        (("agree",), (), []),
        (("conflict",), ("' OR 1=1 --",), []),
    ],
)
def test_findings_chosen_and_ordered(
    path: Path, relations: tuple[str, ...], fields: tuple[str, ...], expected: list[str]
) -> None:
    ids = [getattr(b, name).finding_id for name in expected]
    with Store(path, read_only=True) as store:
        assert [f["id"] for f in store.finding_dicts(relations, fields)] == ids


def test_explain_shows_outcomes_and_paragraphs(path: Path) -> None:
    with Store(path, read_only=True) as store:
        shown = store.explain(b.HURT.finding_id)
    assert [o["weight"] for o in shown["outcomes"]] == [3.2, None, -4.5]
    assert shown["origins"] == 2
    assert shown["decision"] is None
    for side, focus in (("a", "12 people"), ("b", "19 injured people")):
        near = shown[side]["context"]
        assert near["text"][near["start"] : near["end"]] == shown[side]["quote"]
        assert near["text"][near["focus_start"] : near["focus_end"]] == focus
        assert "newsletter" not in near["text"]


def test_focus_of_a_finding_goes_before_the_claims(path: Path) -> None:
    start = b.HURT_A.start
    own = replace(b.HURT, focus_a=Span(start, start + len("At least 12")))
    with Store(path) as store:
        store.publish(b.publication(findings=(own,)))
        (form,) = store.finding_dicts()
        assert (form["a"]["focus_start"], form["a"]["focus_end"]) == (start, start + len("At least 12"))
        assert form["b"]["focus_start"] == b.HURT_B.focus.start
        near = store.explain(own.finding_id)["a"]["context"]
        assert near["text"][near["focus_start"] : near["focus_end"]] == "At least 12"


def test_explain_unknown_finding(path: Path) -> None:
    with Store(path, read_only=True) as store, pytest.raises(StoreError, match="no finding 'nothing'"):
        store.explain("nothing")


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("One. Two. Three.", "Two.", "One. Two. Three."),
        ("Far.\n\nOne. Two.\n\nFar.", "Two.", "One. Two."),
        ("Far.\n\nNear.\n\nTwo.\n\nNear.\n\nFar.", "Two.", "Near.\n\nTwo.\n\nNear."),
        ("Two.", "Two.", "Two."),
    ],
    ids=["one paragraph", "its paragraph", "alone: a paragraph more each way", "alone"],
)
def test_context_is_the_paragraph(text: str, quote: str, expected: str) -> None:
    start = text.index(quote)
    near = context(text, start, start + len(quote), (start, start + 1))
    assert near["text"] == expected
    assert near["text"][near["start"] : near["end"]] == quote


def test_context_is_cut_at_words() -> None:
    text = "word " * 1000 + "QUOTE" + " word" * 1000
    start = text.index("QUOTE")
    near = context(text, start, start + 5, (start, start + 5))
    assert near["cut_before"]
    assert near["cut_after"]
    assert len(near["text"]) <= 2 * CONTEXT_LIMIT + 5
    assert near["text"].startswith("word ")
    assert near["text"].endswith(" word")


@given(st.text(alphabet="a \n", max_size=40), st.integers(-5, 50), st.integers(-5, 50), st.integers(-5, 50))
def test_context_never_leaves_the_text(text: str, start: int, end: int, focus: int) -> None:
    near = context(text, start, max(start, end), (focus, focus))
    assert 0 <= near["start"] <= near["end"] <= len(near["text"])
    assert near["start"] <= near["focus_start"] <= near["focus_end"] <= near["end"]


# -------------------------------------------------------------------------------------------- publishing


def test_publish_again_writes_nothing(path: Path) -> None:
    with Store(path) as store:
        store.publish(b.publication())
        last = store.read(stored.runs)[0]
    assert (last["number"], last["rows_written"], last["rows_deleted"]) == (2, 0, 0)


def test_publish_writes_only_what_changed(path: Path) -> None:
    changed = replace(b.ARTICLES[3], title="Bridge approved after all")
    fewer = b.publication(articles=(*b.ARTICLES[:3], changed, b.ARTICLES[4]), findings=(b.HURT, b.SINCE, b.BRIDGE))
    with Store(path) as store:
        store.publish(fewer)
        last = store.read(stored.runs)[0]
        assert (last["rows_written"], last["rows_deleted"]) == (1, 1)
        assert changed in set(store.articles())
        assert len(store.read(stored.findings)) == 3


@pytest.mark.parametrize("table", sorted(DERIVED))
def test_publish_order_makes_no_difference(path: Path, tmp_path: Path, table: str) -> None:
    sample = b.publication()
    turned = replace(
        sample,
        **{
            name: tuple(reversed(getattr(sample, name)))
            for name in (
                "sources",
                "articles",
                "sentences",
                "claims",
                "stories",
                "origins",
                "clusters",
                "findings",
                "profiles",
                "near",
                "keys",
            )
        },
    )
    with Store(tmp_path / "turned.db") as store:
        store.publish(b.publication(findings=(), clusters=()))
        store.publish(turned)
    sql = f"SELECT * FROM {table} ORDER BY 1, 2"
    assert rows(tmp_path / "turned.db", sql) == rows(path, sql) != []


def test_publish_is_one_transaction(path: Path) -> None:
    lost = b.publication(articles=b.ARTICLES[:4])
    with Store(path) as store:
        with pytest.raises(StoreError, match="article 'bridge/2' is not published"):
            store.publish(lost)
        twice = b.publication(problems=(), sources=(*b.SOURCES, replace(b.SOURCES[0], name="Other")))
        with pytest.raises(StoreError, match="two different rows of sources have the id harbour-post"):
            store.publish(twice)
        assert len(list(store.articles())) == 5
        assert len(list(store.problems())) == 1


def test_publish_finding_without_claim(path: Path) -> None:
    with Store(path) as store, pytest.raises(StoreError, match=f"claim {b.NO.claim_id} is not published"):
        store.publish(b.publication(claims=b.CLAIMS[:-1]))


def test_publish_lone_surrogate_is_refused(path: Path) -> None:
    broken = replace(b.ARTICLES[0], title="bad \ud800")
    with Store(path) as store:
        with pytest.raises(StoreError, match="lone surrogate"):
            store.publish(b.publication(articles=(broken, *b.ARTICLES[1:])))
        assert b.ARTICLES[0] in set(store.articles())


def test_entities_count_claims_and_articles(path: Path) -> None:
    assert rows(path, "SELECT name, kind, claims, articles FROM entities") == [("Odel Quay", "place", 1, 1)]


@pytest.mark.parametrize(
    ("table", "words", "expected"),
    [
        ("claims", "injured", 3),
        ("claims", "katao", 1),
        ("claims", "reject*", 1),
        ("articles", "newsletter", 1),
        ("articles", "bumagsak", 1),
    ],
)
def test_search(path: Path, table: str, words: str, expected: int) -> None:
    matches = f"SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH ?"
    sql = f"SELECT count(*) FROM {table} WHERE rowid IN ({matches})"
    assert rows(path, sql, words) == [(expected,)]
    rows(path, "VACUUM")
    assert rows(path, sql, words) == [(expected,)]


def test_search_follows_changes(path: Path) -> None:
    sql = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?"
    changed = replace(b.ARTICLES[3], title="Footbridge agreed")
    with Store(path) as store:
        store.publish(b.publication(articles=(*b.ARTICLES[:3], changed, b.ARTICLES[4])))
    assert rows(path, sql, "footbridge") == [(1,)]
    assert rows(path, sql, "newsletter") == [(1,)]
    with Store(path) as store:
        store.publish(Publication((), (), (), (), (), (), (), (), ()))
    assert rows(path, sql, "footbridge OR newsletter") == [(0,)]


# -------------------------------------------------------------------------------------------- decisions


def test_decisions_survive_a_rebuild(path: Path) -> None:
    with Store(path) as store:
        decision = decide(store, b.HURT, "not-a-conflict", note="  same count  ")
        store.publish(Publication((), (), (), (), (), (), (), (), ()))
        assert list(store.decisions()) == [decision]
        assert decision.note == "same count"
    assert rows(path, "SELECT why FROM decisions_stale") == [("the finding is gone",)]
    with Store(path) as store:
        store.publish(b.publication())
    assert rows(path, "SELECT why FROM decisions_stale") == []
    assert rows(path, "SELECT finding_id, ruling FROM conflicts_decided") == [(b.HURT.finding_id, "not-a-conflict")]


def test_decision_on_other_values_is_stale_and_reopens(path: Path) -> None:
    with Store(path) as store:
        decide(store, b.HURT, "conflict")
        store.publish(b.publication(findings=(replace(b.HURT, value_b="20 people"), b.SINCE)))
    assert rows(path, "SELECT finding_id, why FROM decisions_stale") == [
        (b.HURT.finding_id, "its quotes or values changed")
    ]
    assert rows(path, "SELECT finding_id, decided_before FROM conflicts_open") == [
        (b.HURT.finding_id, 1),
        (b.SINCE.finding_id, 0),
    ]


@pytest.mark.parametrize("ruling", RULINGS)
def test_ruling_closes_unless_unsure(path: Path, ruling: str) -> None:
    with Store(path) as store:
        decide(store, b.HURT, ruling)
    ids = [row[0] for row in rows(path, "SELECT finding_id FROM conflicts_open")]
    assert (b.HURT.finding_id in ids) == (ruling == "unsure")


def test_current_decision_is_newest_not_superseded(path: Path) -> None:
    with Store(path) as store:
        first = decide(store, b.HURT, "conflict", "2031-03-06T10:00:00Z")
        assert store.current_decision(b.HURT.finding_id) == first
        second = decide(store, b.HURT, "update", "2031-03-06T09:00:00Z", supersedes=first.decision_id)
        assert store.current_decision(b.HURT.finding_id) == second
        third = decide(store, b.HURT, "scope", "2031-03-07T09:00:00Z")
        assert store.current_decision(b.HURT.finding_id) == third
        assert store.explain(b.HURT.finding_id)["decision"]["ruling"] == "scope"
        assert [d.ruling for d in store.decisions(b.HURT.finding_id)] == ["update", "conflict", "scope"]
        assert store.current_decision(b.SINCE.finding_id) is None


def test_record_twice_is_once(path: Path) -> None:
    with Store(path) as store:
        decision = decide(store, b.HURT, "conflict")
        store.record(decision)
        assert list(store.decisions()) == [decision]
        with pytest.raises(StoreError, match="another decision has the id"):
            store.record(replace(decision, note="changed"))


@pytest.mark.parametrize(
    ("change", "message"),
    [({"ruling": "maybe"}, "unknown ruling 'maybe'; known: conflict"), ({"reviewer": ""}, "has no reviewer")],
    ids=["ruling", "reviewer"],
)
def test_record_refuses(path: Path, change: dict[str, str], message: str) -> None:
    decision = Decision("d", b.HURT.finding_id, "conflict", "ana", "", "x", "2031-03-06T10:00:00Z")
    with Store(path) as store:
        with pytest.raises(StoreError, match=message):
            store.record(replace(decision, **change))
        assert list(store.decisions()) == []


@pytest.mark.parametrize("sql", ["UPDATE decisions SET ruling = 'unsure'", "DELETE FROM decisions"])
def test_decisions_are_append_only(path: Path, sql: str) -> None:
    with Store(path) as store:
        decide(store, b.HURT, "conflict")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        rows(path, sql)


def test_digest_depends_on_quotes_and_values(path: Path) -> None:
    with Store(path, read_only=True) as store:
        form = store.explain(b.HURT.finding_id)
    digest = finding_digest(form)
    assert digest == form["digest"]
    for side in ("a", "b"):
        for name in ("quote", "value"):
            assert finding_digest({**form, side: {**form[side], name: "other"}}) != digest
        assert finding_digest({**form, side: {**form[side], "start": 0, "source": "x"}}) == digest


# -------------------------------------------------------------------------------------------- vectors


def test_vectors(path: Path) -> None:
    with Store(path) as store:
        store.save_vectors("m", 2, {"h1": b"\x00\x01", "h2": b"\x02"})
        store.save_vectors("other", 2, {"h1": b"\x09"})
        store.save_vectors("m", 2, {"h2": b"\x03"})
        store.publish(b.publication())
        assert store.vectors("m", ["h1", "h2", "h3"]) == {"h1": b"\x00\x01", "h2": b"\x03"}
        assert store.vectors("m", []) == {}


# -------------------------------------------------------------------------------------------- views, schema


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("conflicts_open", 3),
        ("conflicts_decided", 0),
        ("findings_readable", 4),
        ("claims_readable", 7),
        ("problems_open", 1),
        ("sentences_dropped", 1),
        ("articles_by_origin", 5),
        ("decisions_current", 0),
        ("decisions_stale", 0),
    ],
)
def test_view(path: Path, view: str, expected: int) -> None:
    assert len(rows(path, f"SELECT * FROM {view}")) == expected
    assert view in VIEWS


def test_conflicts_open_comes_first_and_most_severe_first(path: Path) -> None:
    assert rows(path, "SELECT name FROM sqlite_master WHERE type = 'view' LIMIT 1") == [("conflicts_open",)]
    (first, *_, last) = rows(path, "SELECT severity, about, source_a, value_a, source_b, origins FROM conflicts_open")
    assert first == ("high", b.HURT.about, "Harbour Post", "≥ 12 people", "Valley Wire", 2)
    assert last[0] == "low"


def test_schema_keys_and_references(path: Path) -> None:
    assert rows(path, "PRAGMA foreign_key_check(claims)") == []
    assert rows(path, "PRAGMA foreign_key_check(findings)") == []
    assert rows(path, "PRAGMA foreign_key_list(decisions)") == []
    for table, key in DERIVED.items():
        info = rows(path, f"PRAGMA table_info({table})")
        assert tuple(row[1] for row in sorted(info, key=lambda r: r[5]) if row[5]) == key
        assert table in INDEXES_1 or table in ("pages", "profiles", "near", "claim_keys")


def test_migrating_twice_changes_nothing(path: Path) -> None:
    schema = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name"
    before = rows(path, schema)
    with Store(path):
        pass
    assert rows(path, schema) == before


def test_changed_view_is_replaced_and_foreign_view_kept(path: Path) -> None:
    rows(path, "DROP VIEW problems_open")
    rows(path, "CREATE VIEW problems_open AS SELECT 1")
    rows(path, "CREATE VIEW mine AS SELECT 2")
    with Store(path):
        pass
    assert rows(path, "SELECT stage FROM problems_open") == [("read",)]
    assert rows(path, "SELECT * FROM mine") == [(2,)]


# -------------------------------------------------------------------------------------------- opening


def test_copy_opens_read_only_after_close(path: Path, tmp_path: Path) -> None:
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]
    copy = tmp_path / "copy.db"
    shutil.copyfile(path, copy)
    conn = sqlite3.connect(f"{copy.as_uri()}?immutable=1", uri=True)
    assert conn.execute("SELECT count(*) FROM claims").fetchone() == (7,)
    conn.close()


def test_read_only_leaves_no_trace(path: Path) -> None:
    before = path.read_bytes()
    with Store(path, read_only=True) as store:
        assert len(list(store.claims())) == 7
        with pytest.raises(StoreError, match="open for reading only"):
            store.publish(b.publication())
        with pytest.raises(StoreError, match="open for reading only"):
            store.save_vectors("m", 1, {"h": b"x"})
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is no database at all" * 100)


def _foreign(path: Path) -> None:
    rows(path, "CREATE TABLE recipes (id)")


def _newer(path: Path) -> None:
    with Store(path):
        pass
    rows(
        path,
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('reconcile', '9999_x', '')",
    )


def _damaged(path: Path) -> None:
    with Store(path) as store:
        store.publish(b.publication())
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_garbage, "is not a SQLite database; name another file"),
        (_foreign, "is a database of something else; name another file"),
        (_newer, "made by a newer reconcile .schema 9999_x.; upgrade"),
        (_damaged, "is damaged"),
        (Path.mkdir, "cannot be opened|no such database"),
    ],
    ids=["garbage", "foreign", "newer", "damaged", "folder"],
)
@pytest.mark.parametrize("read_only", [False, True], ids=["write", "read"])
def test_refused_with_one_line(tmp_path: Path, make: Any, message: str, read_only: bool) -> None:
    path = tmp_path / "x.db"
    make(path)
    with pytest.raises(StoreError, match=message) as caught, Store(path, read_only=read_only) as store:
        list(store.claims())
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_refused_leaves_foreign_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    _foreign(path)
    before = path.read_bytes()
    with pytest.raises(StoreError):
        Store(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("read_only", [False, True], ids=["write", "read"])
def test_missing_folder(tmp_path: Path, read_only: bool) -> None:
    with pytest.raises(StoreError, match=r"cannot be opened|no such database"):
        Store(tmp_path / "none" / "x.db", read_only=read_only)


@pytest.mark.parametrize("older", ["empty", "older"])
def test_reading_what_is_not_up_to_date(tmp_path: Path, older: str) -> None:
    path = tmp_path / "x.db"
    if older == "empty":
        rows(path, "PRAGMA user_version = 1")
        path.touch()
    else:
        with Store(path):
            pass
        rows(path, "UPDATE _sqlite_migrations SET migration_set = 'other'")
    with pytest.raises(StoreError, match=r"is empty; make it|is a database of something else"):
        Store(path, read_only=True)


def test_locked_is_one_clear_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconcile.publish.opening.BUSY_SECONDS", 0.05)
    with Store(path) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process is writing to it"):
            store.publish(b.publication())
        with pytest.raises(StoreError, match="another process is writing to it"):
            Store(path)
        with Store(path, read_only=True) as reader:
            assert len(list(reader.claims())) == 7
        other.execute("ROLLBACK")
        store.publish(b.publication())
        other.execute("BEGIN IMMEDIATE")
    other.close()
    assert rows(path, "SELECT count(*) FROM runs") == [(2,)]


def test_migration_names_are_numbered() -> None:
    names = known_migrations()
    assert [name[:4] for name in names] == [f"{i:04}" for i in range(1, len(names) + 1)]
