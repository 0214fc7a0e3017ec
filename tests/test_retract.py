"""Articles taken back: what stays is what would be there without them, who did it is kept, and restoring undoes it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconcile import pipeline
from reconcile.cli import main
from reconcile.config import Settings
from reconcile.errors import StoreError
from reconcile.match import embed
from reconcile.publish.derive import DERIVED
from reconcile.publish.retractions import Retraction
from reconcile.publish.store import Store, new_decision
from tests import builders as b
from tests.corpus import build, exported, findings_of, table_rows
from tests.test_desk import page_of, serve

pytest_plugins = ("tests.corpus_fixtures",)
pytestmark = pytest.mark.usefixtures("one_model")

RULES = Settings(judge_name="rules")
RAMP = (
    "A ramp at Odel Quay collapsed on Tuesday morning and injured {n} people.",
    "Harbour master Maud Ferris said the ramp at Odel Quay was inspected in May.",
    "The port of Odel spent {m} million euros on the quay.",
)
# Five articles on a ramp (one a copy), two on a strike; one of each tells the same figure of a firm in neither story.
ARTICLES: tuple[dict[str, str], ...] = (
    {"id": "ramp/1", "source": "Harbour Post", "published": "2031-03-04T09:00:00Z",
     "text": "\n".join(RAMP).format(n=12, m=14)},
    {"id": "ramp/2", "source": "Valley Wire", "published": "2031-03-04T10:00:00Z",
     "text": "\n".join(RAMP[::-1]).format(n=19, m=14) + "\nHalden Foods had revenue of 410 million dollars in 2025."},
    {"id": "ramp/3", "source": "Brenning Echo", "published": "2031-03-04T11:00:00Z",
     "text": "\n".join(RAMP).format(n=12, m=14)},
    {"id": "ramp/4 x", "source": "Norden Tide", "published": "2031-03-04T12:00:00Z",
     "text": "The ramp that gave way at Odel Quay on Tuesday morning injured 21 people, Maud Ferris said.\n"
     "The port of Odel spent 21 million euros on the quay."},
    {"id": "strike/1", "source": "Harbour Post", "published": "2031-03-05",
     "text": "About 300 drivers of Corvel Haulage walked out at a warehouse in Brenning on Monday.\n"
     "Halden Foods had revenue of 460 million dollars in 2025."},
    {"id": "strike/2", "source": "Valley Wire", "published": "2031-03-05",
     "text": "Some 450 drivers of Corvel Haulage joined the strike at the warehouse in Brenning on Monday."},
)  # fmt: skip
IDS = tuple(article["id"] for article in ARTICLES)


def written(folder: Path, ids: Sequence[str] = IDS, name: str = "articles.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps({"title": "", **a}) + "\n" for a in ARTICLES if a["id"] in ids), "utf-8")
    return path


def taken(ids: Sequence[str]) -> list[Retraction]:
    return [Retraction(article_id, "made up", "ana", "2031-03-06T00:00:00Z") for article_id in ids]


def held(db: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What is published, without the lines on which the articles were found."""
    tables = {table: table_rows(db, table) for table in sorted(set(DERIVED) - {"problems"})}
    return {**tables, "articles": [row[:8] + row[10:] for row in tables["articles"]]}


def query(db: Path, sql: str) -> list[tuple[Any, ...]]:
    conn = sqlite3.connect(db)
    try:
        return conn.execute(sql).fetchall()
    finally:
        conn.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, embedder: embed.Embedder) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embed, "load", lambda name=None, **_: embedder)
        build(folder / "whole.db", written(folder), settings=RULES)
    return folder / "whole.db"


@pytest.fixture
def db(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(whole, tmp_path / "news.db"))


@pytest.fixture(scope="module")
def without_one(whole: Path, embedder: embed.Embedder) -> Path:
    """A database in which strike/2 is retracted."""
    path = Path(shutil.copy(whole, whole.with_name("without.db")))
    with pytest.MonkeyPatch.context() as patch, Store(path) as store:
        patch.setattr(embed, "load", lambda name=None, **_: embedder)
        pipeline.retract(taken(["strike/2"]), store, RULES)
    return path


def retract(db: Path, *words: str) -> int:
    return main(["retract", "--db", str(db), "--judge", "rules", "--reviewer", "ana", *words])


def test_the_sample_has_what_the_tests_are_about(whole: Path) -> None:
    stories = dict(query(whole, "SELECT article_id, story_id FROM story_articles"))
    assert len(set(stories.values())) == 2
    assert ("ramp/3", "ramp/1") in query(whole, "SELECT article_id, origin_id FROM origins")
    pairs = {(row["a"]["article_id"], row["b"]["article_id"]) for row in findings_of(whole)}
    assert {("ramp/1", "ramp/2"), ("ramp/2", "strike/1"), ("strike/1", "strike/2")} <= pairs


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gone=st.lists(st.sampled_from(IDS), min_size=1, unique=True), one_by_one=st.booleans())
def test_what_stays_is_what_a_run_without_them_gives(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, gone: list[str], one_by_one: bool
) -> None:
    folder = tmp_path_factory.mktemp("part")
    fresh, kept = folder / "fresh.db", Path(shutil.copy(whole, folder / "kept.db"))
    build(fresh, written(folder, [i for i in IDS if i not in gone]), settings=RULES)
    with Store(kept) as store:
        for part in [[i] for i in gone] if one_by_one else [gone]:
            pipeline.retract(taken(part), store, RULES)
    assert exported(kept) == exported(fresh)
    assert held(kept) == held(fresh)
    assert build(kept, written(folder), settings=RULES).articles == len(IDS) - len(gone)
    assert exported(kept) == exported(fresh)
    with Store(kept) as store:
        store.restore(taken(gone))
    build(kept, written(folder), settings=RULES)
    assert held(kept) == held(whole)


def test_other_weights_than_the_last_run_match_everything_anew(db: Path, tmp_path: Path) -> None:
    other = Settings(judge_name="rules", match={"conflict": 0.99})
    with Store(db) as store:
        pipeline.retract(taken(["ramp/2"]), store, other)
    build(tmp_path / "fresh.db", written(tmp_path, [i for i in IDS if i != "ramp/2"]), settings=other)
    assert exported(db) == exported(tmp_path / "fresh.db")


def test_references_stay(tmp_path: Path) -> None:
    figures = tmp_path / "figures.csv"
    figures.write_text("entity,metric,value,unit,period\nHalden Foods,revenue,430,million dollars,2025\n", "utf-8")
    trusting = Settings(judge_name="rules", references=(str(figures),))
    for name, ids in (("whole.db", IDS), ("fresh.db", [i for i in IDS if i != "ramp/2"])):
        build(tmp_path / name, written(tmp_path, ids), settings=trusting)
    with Store(tmp_path / "whole.db") as store:
        pipeline.retract(taken(["ramp/2"]), store, RULES)
    ((row,),) = query(tmp_path / "whole.db", "SELECT article_id FROM articles WHERE kind = 'reference'")
    assert row in {
        side for r in findings_of(tmp_path / "whole.db") for side in (r["a"]["article_id"], r["b"]["article_id"])
    }
    assert exported(tmp_path / "whole.db") == exported(tmp_path / "fresh.db")


def test_the_register_says_who_why_and_how_much(db: Path) -> None:
    claims = query(db, "SELECT count(*) FROM claims WHERE article_id = 'ramp/2'")
    found = [r["id"] for r in findings_of(db) if "ramp/2" in (r["a"]["article_id"], r["b"]["article_id"])]
    assert found
    assert retract(db, "ramp/2", "ramp/4 x", "--reason", "  the outlet\nwithdrew it ") == 0
    names = "article_id, number, action, reason, who, title, source, url, claims, findings"
    rows = query(db, f"SELECT {names} FROM retractions ORDER BY article_id")
    said = ("retracted", "the outlet withdrew it", "ana", "", "Valley Wire", "")
    assert rows[0] == ("ramp/2", 1, *said, claims[0][0], len(found))
    assert rows[1][:3] == ("ramp/4 x", 1, "retracted")
    assert json.loads(query(db, "SELECT finding_ids FROM retractions")[0][0]) == sorted(found)
    assert query(db, "SELECT count(*) FROM articles") == [(len(IDS) - 2,)]


@pytest.mark.parametrize("change", ["UPDATE retractions SET reason = 'x'", "DELETE FROM retractions"])
def test_the_register_is_append_only(db: Path, change: str) -> None:
    assert retract(db, "ramp/2", "--reason", "made up") == 0
    conn = sqlite3.connect(db)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        conn.execute(change)
    conn.close()


def test_a_run_leaves_it_out_and_says_so(db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert retract(db, "ramp/4 x", "--reason", "made up") == 0
    before = held(db)
    run = ["run", str(written(tmp_path)), "--db", str(db), "--judge", "rules"]
    capsys.readouterr()
    assert main(run) == 0
    assert held(db) == before
    ((message, advice, article_id),) = query(db, "SELECT message, advice, article_id FROM problems")
    day = query(db, "SELECT substr(retracted_at, 1, 10) FROM retractions")[0][0]
    assert message == f"retracted on {day} because made up"
    assert advice == "reconcile retract 'ramp/4 x' --restore takes it back"
    assert article_id == "ramp/4 x"
    assert f"{message} ({advice})" in capsys.readouterr().err
    assert main([*run, "--strict"]) == 0


def test_a_check_leaves_it_out_and_says_so(db: Path, tmp_path: Path) -> None:
    path = written(tmp_path, ["ramp/4 x"])
    with Store(db, read_only=True) as store:
        before = pipeline.check([str(path)], store, RULES)
    assert retract(db, "ramp/4 x", "--reason", "made up") == 0
    with Store(db, read_only=True) as store:
        checked = pipeline.check([str(path)], store, RULES)
    assert (before.articles, bool(before.findings), before.problems) == (("ramp/4 x",), True, ())
    assert (checked.articles, checked.findings) == ((), ())
    assert [p.article_id for p in checked.problems] == ["ramp/4 x"]
    assert main(["check", str(path), "--db", str(db), "--judge", "rules", "--strict"]) == 0


def test_an_input_of_nothing_else_is_no_failure(db: Path, tmp_path: Path) -> None:
    assert retract(db, *IDS, "--reason", "made up") == 0
    assert query(db, "SELECT count(*) FROM articles") == [(0,)]
    assert main(["run", str(written(tmp_path)), "--db", str(db), "--judge", "rules"]) == 0
    assert query(db, "SELECT count(*) FROM problems") == [(len(IDS),)]


def test_new_text_under_a_retracted_id_stays_out(db: Path, tmp_path: Path) -> None:
    assert retract(db, "ramp/2", "--reason", "made up") == 0
    path = tmp_path / "new.jsonl"
    path.write_text(json.dumps({**ARTICLES[1], "text": "Halden Foods had revenue of 500 million dollars in 2025."}))
    assert build(db, path, settings=RULES).new_articles == 0


def test_problems_of_the_last_run_stay(whole: Path, tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text("utf-8") + "{broken\n", "utf-8")
    db = tmp_path / "news.db"
    build(db, path, settings=RULES)
    before = table_rows(db, "problems")
    assert before
    assert retract(db, "ramp/2", "--reason", "made up") == 0
    assert table_rows(db, "problems") == before


def test_restoring_lets_the_next_run_take_it_in(db: Path, whole: Path, tmp_path: Path) -> None:
    assert retract(db, "ramp/2", "--reason", "made up") == 0
    assert retract(db, "ramp/2", "--restore", "--reason", "it was true") == 0
    assert query(db, "SELECT count(*) FROM articles") == [(len(IDS) - 1,)]
    build(db, written(tmp_path), settings=RULES)
    assert held(db) == held(whole)
    assert table_rows(db, "problems") == []
    assert retract(db, "ramp/2", "--reason", "again") == 0
    rows = query(db, "SELECT number, action, reason FROM retractions ORDER BY number")
    assert rows == [(1, "retracted", "made up"), (2, "restored", "it was true"), (3, "retracted", "again")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(("nobody", "--reason", "x"), "no article 'nobody'", id="unknown"),
        pytest.param(("ramp/1", "nobody", "--reason", "x"), "no article 'nobody'", id="one of two unknown"),
        pytest.param(("ramp/1",), "--reason", id="no reason"),
        pytest.param(("ramp/1", "--reason", " \n"), "--reason", id="empty reason"),
        pytest.param(("ramp/1", "--restore"), "not retracted", id="restore what stands"),
        pytest.param(("nobody", "--restore"), "not retracted", id="restore what never was"),
        pytest.param(("strike/2", "--reason", "x"), "because made up already", id="retracted already"),
        pytest.param(("strike/2", "ramp/1", "--restore"), "ramp/1 is not retracted", id="restores all or none"),
    ],
)
def test_refusals_change_nothing(
    without_one: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    db = Path(shutil.copy(without_one, tmp_path / "news.db"))
    before = {**held(db), "runs": table_rows(db, "runs"), "retractions": table_rows(db, "retractions")}
    assert retract(db, *words) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1
    assert {**held(db), "runs": table_rows(db, "runs"), "retractions": table_rows(db, "retractions")} == before


def test_no_such_database_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert retract(tmp_path / "none.db", "a", "--reason", "x") == 2
    assert "no such database" in capsys.readouterr().err
    assert not (tmp_path / "none.db").exists()


def test_a_row_of_a_trusted_table_is_refused(db: Path) -> None:
    conn = sqlite3.connect(db)
    with conn:
        conn.execute("UPDATE articles SET kind = 'reference' WHERE article_id = 'ramp/1'")
    conn.close()
    with Store(db) as store, pytest.raises(StoreError, match="reference table"):
        pipeline.retract(taken(["ramp/1"]), store, RULES)


def test_reviewer_is_the_user_by_default(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "mila")
    assert main(["retract", "ramp/1", "--reason", "x", "--db", str(db), "--judge", "rules"]) == 0
    assert query(db, "SELECT who FROM retractions") == [("mila",)]


def test_a_user_without_a_name_must_say_it(
    db: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nobody() -> str:
        raise KeyError(1000)

    monkeypatch.setattr("getpass.getuser", nobody)
    assert main(["retract", "ramp/1", "--reason", "x", "--db", str(db)]) == 2
    assert "--reviewer" in capsys.readouterr().err


# -------------------------------------------------------------------------------------------- the store and the desk


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A database with a ruling on a finding of ferry/2, which is then retracted."""
    path = tmp_path / "desk.db"
    with Store(path) as store:
        store.publish(b.publication())
        for finding in (b.HURT, b.BRIDGE):
            (row,) = [r for r in store.finding_dicts() if r["id"] == finding.finding_id]
            store.record(new_decision(row, "conflict", reviewer="ana", created_at="2031-03-05T00:00:00Z"))
        rest = b.publication(
            articles=tuple(a for a in b.ARTICLES if not a.article_id.startswith(("ferry/2", "bridge"))),
            claims=(b.HURT_A, b.HURT_C, b.SINCE_A),
            findings=(),
            clusters=(),
        )
        store.publish(rest, retracted=taken(["ferry/2"]))
    return path


def test_decisions_on_its_findings_stay_as_stale(desk: Path) -> None:
    assert query(desk, "SELECT finding_id, why FROM decisions_stale ORDER BY why") == [
        (b.HURT.finding_id, "the article was retracted"),
        (b.BRIDGE.finding_id, "the finding is gone"),
    ]
    with Store(desk) as store:
        store.restore(taken(["ferry/2"]))
    assert {row[0] for row in query(desk, "SELECT why FROM decisions_stale")} == {"the finding is gone"}
    with Store(desk) as store:
        store.publish(b.publication())
    assert query(desk, "SELECT why FROM decisions_stale") == []


def test_a_run_that_read_it_before_cannot_publish_it(desk: Path) -> None:
    before = table_rows(desk, "articles")
    with Store(desk) as store, pytest.raises(StoreError, match="article ferry/2 was retracted meanwhile"):
        store.publish(b.publication())
    assert table_rows(desk, "articles") == before


async def test_desk_lists_the_rulings_and_says_that_it_was_retracted(desk: Path) -> None:
    datasette = await serve(desk)
    quality = await datasette.client.get("/-/reconcile/quality")
    assert "the article was retracted" in quality.text
    page = await datasette.client.get("/-/reconcile/article/ferry~2F2")
    assert page.status_code == 410
    assert "retracted on" in page.text
    assert "made up" in page.text
    assert "Nineteen hurt as loading ramp collapses" in page.text
    assert "Hospitals treated" not in page.text
    form = await datasette.client.get("/-/reconcile/article/ferry~2F2.json")
    assert form.status_code == 410
    assert form.json()["retraction"]["reason"] == "made up"
    assert form.json()["error"] == "retracted on 2031-03-06 because made up"
    assert (await datasette.client.get("/-/reconcile/article/never")).status_code == 404
    assert (await datasette.client.get("/-/reconcile/article/ferry~2F1")).status_code == 200
    assert (await datasette.client.get(page_of(b.HURT.finding_id))).status_code == 404


async def test_desk_escapes_what_people_wrote(tmp_path: Path) -> None:
    path = tmp_path / "evil.db"
    evil = "<script>alert(1)</script>"
    with Store(path) as store:
        store.publish(b.publication())
        said = [Retraction("ferry/3", evil, evil, "2031-03-06T00:00:00Z")]
        rest = tuple(a for a in b.ARTICLES if a.article_id != "ferry/3")
        claims = tuple(c for c in b.CLAIMS if c.article_id != "ferry/3")
        store.publish(b.publication(articles=rest, claims=claims, findings=()), retracted=said)
    datasette = await serve(path)
    page = await datasette.client.get("/-/reconcile/article/ferry~2F3")
    assert page.status_code == 410
    assert "&lt;script&gt;" in page.text
    assert "<script>alert" not in page.text
    assert "javascript:" not in page.text
