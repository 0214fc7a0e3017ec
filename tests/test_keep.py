"""Copies of a database in use, and decisions carried from one database to another."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconcile.cli import main
from reconcile.model import Decision
from reconcile.publish import backup as backing
from reconcile.publish.decision_lines import lines_of, read_lines
from reconcile.publish.decisions import REASONS, RULINGS, SIDES, WITHDRAWN, new_decision, withdrawal
from reconcile.publish.schema import migrations
from reconcile.publish.store import Store
from tests import builders as b

FIRST = Decision("d1", "f1", "conflict", "ana", "an “odd”\nnote\u2028", "x", "2031-03-05T00:00:00Z", "", "a", "misread")
SECOND = Decision("d2", "f1", "not-a-conflict", "ana", "", "x", "2031-03-05T00:00:01Z", "d1")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "news.db"
    with Store(path) as store:
        store.publish(b.publication())
    return path


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as conn:
        return conn.execute(sql).fetchall()


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    (line,) = capsys.readouterr().err.splitlines()
    return line


# -------------------------------------------------------------------------------------------- backup


def test_backup_is_the_same_database_and_opens_alone(db: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    assert main(["backup", str(folder / "copy.db"), "--db", str(db)]) == 0
    assert files(folder) == {"copy.db"}
    folder.chmod(0o500)
    try:
        with Store(folder / "copy.db", read_only=True) as copy, Store(db, read_only=True) as own:
            assert list(copy.finding_dicts(())) == list(own.finding_dicts(()))
            assert list(copy.claims()) == list(own.claims())
        assert files(folder) == {"copy.db"}
    finally:
        folder.chmod(0o700)
    assert rows(folder / "copy.db", "PRAGMA journal_mode") == [("delete",)]
    with Store(folder / "copy.db") as copy:
        copy.publish(b.publication(findings=()))
    assert rows(db, "SELECT count(*) FROM findings") == [(4,)]


def test_backup_while_another_writes_holds_what_was_finished(db: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(db, isolation_level=None)) as other:
        other.execute("PRAGMA wal_autocheckpoint = 0")
        other.execute("INSERT INTO sources VALUES ('finished', 'Finished', '')")
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO sources VALUES ('unfinished', 'Unfinished', '')")
        assert (db.parent / "news.db-wal").stat().st_size
        assert main(["backup", str(copy), "--db", str(db)]) == 0
        other.execute("COMMIT")
    assert rows(copy, "SELECT count(*) FROM sources") == [(len(b.SOURCES) + 1,)]
    assert rows(db, "SELECT count(*) FROM sources") == [(len(b.SOURCES) + 2,)]


def test_backup_waits_no_longer_than_a_command_for_a_lock(
    db: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("reconcile.publish.opening.BUSY_SECONDS", 0.01)
    with closing(sqlite3.connect(db, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        assert main(["backup", "copy.db", "--db", str(db)]) == 2
    assert "another process is writing to it" in one_line(capsys)
    assert not Path("copy.db").exists()


def test_a_lock_taken_just_before_the_copy_is_no_endless_wait(db: Path, tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(db, timeout=0.01)) as source,
        closing(sqlite3.connect(db, isolation_level=None)) as other,
    ):
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            backing._copied(source, tmp_path / "made.db")


def test_backup_of_an_older_schema(tmp_path: Path) -> None:
    from sqlite_utils import Database

    old = Database(tmp_path / "old.db")
    migrations.apply(old, stop_before="0008_retractions")
    old.conn.close()
    assert main(["backup", "copy.db", "--db", str(tmp_path / "old.db")]) == 0
    with Store("copy.db") as store:
        assert list(store.decisions()) == []


def test_backup_keeps_who_may_read(db: Path) -> None:
    db.chmod(0o640)
    assert main(["backup", "copy.db", "--db", str(db)]) == 0
    assert Path("copy.db").stat().st_mode & 0o777 == 0o640


def test_force_replaces_and_follows_a_link(db: Path, tmp_path: Path) -> None:
    (tmp_path / "there.db").write_text("old")
    (tmp_path / "link.db").symlink_to("there.db")
    assert main(["backup", "link.db", "--db", str(db), "--force"]) == 0
    assert (tmp_path / "link.db").is_symlink()
    assert rows(tmp_path / "there.db", "SELECT count(*) FROM findings") == [(4,)]


def _there(db: Path) -> None:
    Path("copy.db").write_text("mine")


def _linked(db: Path) -> None:
    os.link(db, "copy.db")


def _folder(db: Path) -> None:
    Path("copy.db").mkdir()


def _pipe(db: Path) -> None:
    os.mkfifo("copy.db")


def _foreign(db: Path) -> None:
    db.unlink()
    with closing(sqlite3.connect(db)) as conn:
        conn.execute("CREATE TABLE recipes (id)")


def _garbage(db: Path) -> None:
    db.write_bytes(b"no database at all " * 100)


def _gone(db: Path) -> None:
    db.unlink()


def _overwritten(db: Path) -> None:
    content = bytearray(db.read_bytes())
    content[8192:20480] = b"\xff" * 12288
    db.write_bytes(content)


def _nothing(db: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("before", "words", "message"),
    [
        pytest.param(_gone, ["copy.db"], "no such database", id="no database"),
        pytest.param(_foreign, ["copy.db"], "no database of reconcile", id="foreign"),
        pytest.param(_garbage, ["copy.db"], "not a SQLite database", id="garbage"),
        pytest.param(_overwritten, ["copy.db"], "is damaged", id="damaged"),
        pytest.param(_there, ["copy.db"], "--force replaces it", id="there already"),
        pytest.param(_folder, ["copy.db", "--force"], "is a folder", id="folder"),
        pytest.param(_pipe, ["copy.db", "--force"], "no plain file", id="pipe"),
        pytest.param(_nothing, ["none/copy.db"], "there is no folder", id="no folder"),
        pytest.param(_nothing, ["news.db", "--force"], "is the database itself", id="itself"),
        pytest.param(_nothing, ["./x/../news.db", "--force"], "is the database itself", id="itself by another path"),
        pytest.param(_linked, ["copy.db", "--force"], "is the database itself", id="itself by another name"),
        pytest.param(_nothing, ["news.db-wal", "--force"], "is the database itself", id="a part of itself"),
    ],
)
def test_backup_refuses(
    db: Path, capsys: pytest.CaptureFixture[str], before: Callable[[Path], None], words: list[str], message: str
) -> None:
    before(db)
    there = files(db.parent)
    was = db.read_bytes() if db.exists() else b""
    assert main(["backup", *words, "--db", str(db)]) == 2
    assert message in one_line(capsys)
    assert files(db.parent) == there
    assert (db.read_bytes() if db.exists() else b"") == was


FULL = [
    pytest.param(sqlite3.OperationalError("database or disk is full"), "is the disk or a quota full?", id="SQLite"),
    pytest.param(OSError(errno.ENOSPC, "No space left on device"), "No space left on device", id="system"),
]


@pytest.mark.parametrize(("error", "message"), FULL)
def test_full_disk_leaves_the_old_copy(
    db: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, message: str
) -> None:
    def full(source: sqlite3.Connection, made: Path) -> None:
        made.write_bytes(b"half a copy")
        raise error

    monkeypatch.setattr(backing, "_copied", full)
    Path("copy.db").write_text("the old copy")
    assert main(["backup", "copy.db", "--db", str(db), "--force"]) == 2
    assert message in one_line(capsys)
    assert Path("copy.db").read_text() == "the old copy"
    assert files(Path()) == {"copy.db", "news.db"}


@pytest.mark.skipif(sys.platform == "win32", reason="limits on files are of Unix")
def test_a_limit_on_files_is_met_in_earnest(db: Path) -> None:
    """The system itself refuses to write on, at a size that the copy does not fit in."""
    body = f"""
import resource
from reconcile.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
raise SystemExit(main(["backup", "copy.db", "--db", {str(db)!r}]))
"""
    done = subprocess.run([sys.executable, "-c", body], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "copy.db: cannot be written to the end" in line
    assert files(Path()) == {"news.db"}


# -------------------------------------------------------------------------------------------- decisions


def recorded(path: Path, *decisions: Decision) -> Path:
    with Store(path) as store:
        for decision in decisions:
            store.record(decision)
    return path


def exported(path: Path, name: str = "out.jsonl") -> bytes:
    assert main(["decisions", "export", name, "--db", str(path), "--force"]) == 0
    return Path(name).read_bytes()


def test_export_has_every_column_in_order_of_time(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recorded(db, SECOND, FIRST)
    assert main(["decisions", "export", "--db", str(db)]) == 0
    out = capsys.readouterr().out
    assert [json.loads(line) for line in out.split("\n")[:-1]] == [asdict(FIRST), asdict(SECOND)]
    names = [row[1] for row in rows(db, "PRAGMA table_info(decisions)")]
    assert sorted(json.loads(out.split("\n")[0])) == sorted(names)
    assert main(["decisions", "export", "-", "--db", str(db)]) == 0
    assert capsys.readouterr().out == out


def test_rulings_come_alive_in_another_database(db: Path, tmp_path: Path) -> None:
    with Store(db) as store:
        (row,) = [r for r in store.finding_dicts() if r["id"] == b.HURT.finding_id]
        said = new_decision(row, "scope", reviewer="ana", created_at="2031-03-05T00:00:00Z", side="b", reason="opinion")
        store.record(said)
    before = exported(db)
    other = recorded(tmp_path / "other.db")
    assert main(["decisions", "import", "out.jsonl", "--db", str(other)]) == 0
    assert rows(other, "SELECT why FROM decisions_stale") == [("the finding is gone",)]
    assert exported(other) == before
    with Store(other) as store:
        store.publish(b.publication())
    decided = "SELECT finding_id, ruling, side, reason FROM conflicts_decided"
    assert rows(other, decided) == [(b.HURT.finding_id, "scope", "b", "opinion")]


def test_import_twice_adds_nothing(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = "".join(lines_of([FIRST, SECOND, FIRST]))
    Path("in.jsonl").write_text("\n" + lines, "utf-8")
    assert main(["decisions", "import", "in.jsonl", "--db", str(db)]) == 0
    assert "2 new, 1 known, 0 refused" in one_line(capsys)
    assert main(["decisions", "import", "in.jsonl", "--db", str(db)]) == 0
    assert "0 new, 3 known, 0 refused" in one_line(capsys)
    with Store(db, read_only=True) as store:
        assert list(store.decisions()) == [FIRST, SECOND]


def line(**changes: object) -> str:
    made = {**asdict(SECOND), "decision_id": "d9", **changes}
    return json.dumps({name: value for name, value in made.items() if value is not None})


BAD = [
    pytest.param(line(decision_id="d1"), "another decision has the id d1", id="same id, other content"),
    pytest.param('{"decision_id": ', "is not JSON", id="broken"),
    pytest.param("[" * 100_000, "is not JSON", id="nested without end"),
    pytest.param('["d9"]', "no JSON object", id="list"),
    pytest.param(line(ruling=None), "has no ruling", id="no ruling"),
    pytest.param(line(ruling="maybe"), "unknown ruling 'maybe'", id="unknown ruling"),
    pytest.param(line(side="c"), "unknown side 'c'", id="unknown side"),
    pytest.param(line(reason="why not"), "unknown reason", id="unknown reason"),
    pytest.param(line(reviewer=""), "has no reviewer", id="empty reviewer"),
    pytest.param(line(note=7), "no text as note", id="number for text"),
    pytest.param(line(note="\ud800"), "no text as note", id="half a character"),
    pytest.param(line(weight="1"), "unknown columns (weight)", id="unknown column"),
    pytest.param(line(created_at="yesterday"), "no time in UTC", id="no time"),
    pytest.param(line(created_at="2031-03-05T00:00:00+02:00"), "no time in UTC", id="another time zone"),
    pytest.param("\udcff", "is not UTF-8", id="not UTF-8"),
]


@pytest.mark.parametrize(("bad", "message"), BAD)
def test_a_bad_line_is_named_and_the_rest_goes_on(
    db: Path, capsys: pytest.CaptureFixture[str], bad: str, message: str
) -> None:
    recorded(db, FIRST)
    (good,) = lines_of([SECOND])
    Path("in.jsonl").write_bytes(f"{bad}\n{good}".encode("utf-8", "surrogateescape"))
    assert main(["decisions", "import", "in.jsonl", "--db", str(db)]) == 2
    said, summary = capsys.readouterr().err.splitlines()
    assert said.startswith("error: in.jsonl:1: ")
    assert message in said
    assert "1 new, 0 known, 1 refused" in summary
    with Store(db, read_only=True) as store:
        assert list(store.decisions()) == [FIRST, SECOND]


def test_lines_of_an_older_export_may_lack_later_columns() -> None:
    ((_, decision),) = read_lines([line(side=None, reason=None, supersedes=None).encode()])
    assert decision == replace(SECOND, decision_id="d9", supersedes="")


def test_import_of_no_file_is_refused(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decisions", "import", "none.jsonl", "--db", str(db)]) == 2
    assert "none.jsonl" in capsys.readouterr().err


def test_import_into_no_database_makes_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("in.jsonl").write_text("".join(lines_of([FIRST])), "utf-8")
    assert main(["decisions", "import", "in.jsonl", "--db", "mistyped.db"]) == 2
    assert "mistyped.db: no such database" in one_line(capsys)
    assert files(tmp_path) == {"in.jsonl"}


SAVING = [pytest.param(["decisions", "export"], id="export"), pytest.param(["report", "html", "--output"], id="report")]
UNSAVED = [
    pytest.param(_there, ["copy.db"], "--force replaces it", id="there already"),
    pytest.param(_nothing, ["news.db", "--force"], "is a database and is not replaced", id="the database"),
    pytest.param(_folder, ["copy.db", "--force"], "is a folder", id="folder"),
    pytest.param(_nothing, ["none/out"], "there is no folder", id="no folder"),
    pytest.param(_nothing, ["news.db/out"], "there is no folder", id="in a file"),
]


@pytest.mark.parametrize("command", SAVING)
@pytest.mark.parametrize(("before", "words", "message"), UNSAVED)
def test_a_file_is_not_replaced_by_mistake(
    db: Path, capsys: pytest.CaptureFixture[str], command: list[str], before: Callable[[Path], None],
    words: list[str], message: str,
) -> None:  # fmt: skip
    before(db)
    there, was = files(db.parent), db.read_bytes()
    assert main([*command, *words, "--db", str(db)]) == 2
    assert message in one_line(capsys)
    assert files(db.parent) == there
    assert db.read_bytes() == was


@pytest.mark.parametrize("command", SAVING)
def test_a_file_is_replaced_whole_or_not_at_all(
    db: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    Path("real").write_text("old")
    Path("real").chmod(0o640)
    Path("link").symlink_to("real")
    with monkeypatch.context() as patch:
        patch.setattr("reconcile.publish.saving.os.replace", lambda *names: os.listdir("/nowhere"))
        assert main([*command, "link", "--force", "--db", str(db)]) == 2
        assert "link: cannot be written" in one_line(capsys)
    assert (files(db.parent), Path("real").read_text()) == ({"news.db", "real", "link"}, "old")
    recorded(db, FIRST)
    assert main([*command, "link", "--force", "--db", str(db)]) == 0
    assert (files(db.parent), Path("link").is_symlink()) == ({"news.db", "real", "link"}, True)
    assert Path("real").stat().st_mode & 0o777 == 0o640
    assert Path("real").read_text("utf-8") != "old"


def test_a_pipe_is_written_to_as_it_is(db: Path) -> None:
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert main(["decisions", "export", "pipe", "--db", str(recorded(db, FIRST))]) == 0
        assert os.read(reader, 1 << 16).decode("utf-8") == "".join(lines_of([FIRST]))
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(os.stat("pipe").st_mode)


def test_export_of_no_database_makes_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decisions", "export", "--db", "none.db"]) == 2
    assert "no such database" in one_line(capsys)
    assert files(tmp_path) == set()


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
NAMED = WORDS.filter(bool)
TIMES = st.datetimes().map(lambda t: t.strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20))
DECISIONS = st.builds(
    Decision, NAMED, NAMED, st.sampled_from((*RULINGS, WITHDRAWN)), NAMED, WORDS, WORDS, TIMES, WORDS,
    st.sampled_from(("", *SIDES)), st.sampled_from(("", *REASONS)),
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=st.lists(DECISIONS, max_size=6, unique_by=lambda d: d.decision_id), data=st.data(), undo=st.booleans())
def test_export_import_export_gives_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, made: list[Decision], data: st.DataObject, undo: bool
) -> None:
    if undo:
        made += {d.decision_id: d for d in (withdrawal(d, "2031-03-06T00:00:00Z") for d in made)}.values()
    folder = tmp_path_factory.mktemp("carried")
    first = exported(recorded(folder / "a.db", *made), str(folder / "a.jsonl"))
    lines = data.draw(st.permutations(first.splitlines(keepends=True)))
    (folder / "b.jsonl").write_bytes(b"".join(lines))
    recorded(folder / "b.db")
    assert main(["decisions", "import", str(folder / "b.jsonl"), "--db", str(folder / "b.db"), "--quiet"]) == 0
    assert exported(folder / "b.db", str(folder / "c.jsonl")) == first
    with Store(folder / "a.db", read_only=True) as a, Store(folder / "b.db", read_only=True) as other:
        assert list(a.decisions()) == list(other.decisions())
    shutil.rmtree(folder)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_named(content: bytes) -> None:
    found = list(read_lines(content.splitlines(keepends=True)))
    assert all(isinstance(row, str) and row for _, row in found)
