"""Databases that earlier versions wrote, opened by this one: brought up to date in one step, with every decision."""

from __future__ import annotations

import gzip
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from reconcile.cli import main
from reconcile.config import Settings
from reconcile.errors import StoreError
from reconcile.publish import schema
from reconcile.publish.report import findings_text
from reconcile.publish.schema import applied_migrations, known_migrations
from reconcile.publish.store import Store
from reconcile.terms import Relation
from tests.corpus import build

pytest_plugins = ("tests.corpus_fixtures",)

FOLDER = Path(__file__).parent / "cases" / "databases"
EARLIER = {int(path.name[7:-6]): path for path in sorted(FOLDER.glob("schema-*.db.gz"))}
DECISION = ("not-a-conflict", "ana", "asked the water board", "2024-03-13T10:00:00Z")
RULES = Settings(judge_name="rules")


@pytest.fixture(params=sorted(EARLIER), ids=lambda number: f"schema {number}")
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A database as an earlier version left it, under a name of its own."""
    path = tmp_path / f"schema-{request.param}.db"
    path.write_bytes(gzip.decompress(EARLIER[request.param].read_bytes()))
    return path


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    conn = sqlite3.connect(path)
    try:
        return conn.execute(sql).fetchall()
    finally:
        conn.close()


def number_of(path: Path) -> int:
    return int(path.stem.partition("-")[2])


def jsonl(path: Path) -> str:
    with Store(path, read_only=True) as store:
        return "".join(findings_text(store.finding_dicts(relations=[r.value for r in Relation]), "jsonl"))


def test_there_is_a_database_of_the_first_schema_and_of_several_since() -> None:
    assert min(EARLIER) == 1
    assert len(EARLIER) >= 3
    assert max(EARLIER) <= len(known_migrations())


def test_an_earlier_version_wrote_it(old: Path) -> None:
    conn = sqlite3.connect(old)
    assert applied_migrations(conn) == set(known_migrations()[: number_of(old)])
    conn.close()


def test_it_is_brought_up_to_date_and_whole(old: Path) -> None:
    before = rows(old, "SELECT * FROM decisions")
    texts = rows(old, "SELECT article_id, title, text FROM articles ORDER BY 1")
    with Store(old) as store:
        assert [(d.ruling, d.reviewer, d.note, d.created_at) for d in store.decisions()] == [DECISION]
        assert len(list(store.claims())) == 17
    assert [row[: len(before[0])] for row in rows(old, "SELECT * FROM decisions")] == before
    assert rows(old, "SELECT article_id, title, text FROM articles ORDER BY 1") == texts
    assert rows(old, "PRAGMA integrity_check") == [("ok",)]
    conn = sqlite3.connect(old)
    assert applied_migrations(conn) == set(known_migrations())
    conn.close()


def test_the_schema_is_that_of_a_new_database(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.db"
    for path in (old, new):
        with Store(path):
            pass
    for kind in ("table", "view", "index", "trigger"):
        names = f"SELECT name FROM sqlite_master WHERE type = '{kind}' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        assert rows(old, names) == rows(new, names)
    for (table,) in rows(new, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"):
        columns = f"SELECT name, type, \"notnull\", pk FROM pragma_table_info('{table}') ORDER BY cid"
        assert rows(old, columns) == rows(new, columns), table


def test_reading_an_earlier_one_says_how_to_update_it(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = old.read_bytes()
    assert main(["findings", "--db", str(old)]) == 2
    assert re.fullmatch(r"error: .*made by an older reconcile.*\n", capsys.readouterr().err)
    assert old.read_bytes() == before


@pytest.mark.parametrize("where", ["the newest tables", "the views"])
def test_what_fails_half_way_changes_nothing(old: Path, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if where == "the views":
        monkeypatch.setattr(schema, "VIEWS", {**schema.VIEWS, "zz": "SELECT FROM nothing"})
    else:
        newest = f"TABLES_{len(known_migrations())}"
        monkeypatch.setattr(schema, newest, (*getattr(schema, newest), "CREATE TABLE half (way"))
    before = old.read_bytes()
    with pytest.raises(StoreError):
        Store(old)
    assert old.read_bytes() == before
    assert [path.name for path in old.parent.glob(old.name + "-*") if path.stat().st_size] == []
    monkeypatch.undo()
    with Store(old) as store:
        assert [d.ruling for d in store.decisions()] == ["not-a-conflict"]


@pytest.mark.usefixtures("one_model")
def test_a_run_on_it_finds_what_a_run_on_a_new_one_finds(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.db"
    for path in (old, new):
        build(path, FOLDER / "articles.jsonl", settings=RULES)
    assert jsonl(old) == jsonl(new)
    assert jsonl(new).count("\n") >= 4
    assert rows(old, "SELECT ruling, reviewer, note, created_at FROM decisions") == [DECISION]
    assert rows(old, "SELECT finding_id FROM decisions_standing JOIN findings USING (finding_id)") != []
    assert rows(old, "SELECT * FROM decisions_stale") == []
    assert rows(old, "PRAGMA integrity_check") == [("ok",)]


def _newer(path: Path) -> None:
    with Store(path):
        pass
    conn = sqlite3.connect(path)
    with conn:
        conn.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('reconcile', '9999_x', '')"
        )
    conn.close()


def _foreign(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE recipes (id)")
    conn.close()


@pytest.mark.parametrize(
    ("make", "message"),
    [(_newer, "made by a newer reconcile"), (_foreign, "is a database of something else")],
    ids=["newer", "foreign"],
)
@pytest.mark.parametrize("command", ["run", "findings", "check"])
def test_what_is_not_ours_is_refused_in_one_line(
    tmp_path: Path, make: Any, message: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.db"
    make(path)
    before = path.read_bytes()
    paths = [] if command == "findings" else [str(FOLDER / "articles.jsonl")]
    assert main([command, *paths, "--db", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(rf"error: .*x\.db: .*{message}.*\n", err)
    assert path.read_bytes() == before
