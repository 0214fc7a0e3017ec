"""The tables of a reconcile database, as numbered migrations that only ever grow.

Primary keys are text made from content, so a rebuild leaves every row, and every link to it, where it was.
Foreign keys are declared (Datasette draws its labels and links from them) but not enforced: ``decisions`` and
``verifications`` have none at all, because what was said of a finding outlives it.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from sqlite_utils import Migrations

from reconcile.errors import StoreError
from reconcile.publish.grouping import regroup
from reconcile.publish.tables import (
    INDEXES_1,
    SEARCH_1,
    TABLES_1,
    TABLES_2,
    TABLES_3,
    TABLES_4,
    TABLES_5,
    TABLES_6,
    TABLES_7,
    TABLES_8,
    TABLES_9,
)
from reconcile.publish.tables_since import TABLES_10
from reconcile.publish.views import VIEWS

if TYPE_CHECKING:
    from sqlite_utils import Database

migrations = Migrations("reconcile")


@migrations(name="0001_tables")
def _tables(db: Database) -> None:
    for sql in TABLES_1:
        db.execute(sql)
    for table, indexes in INDEXES_1.items():
        for number, columns in enumerate(indexes):
            db.execute(f"CREATE INDEX idx_{table}_{number} ON {table} ({columns})")
    for table, searched in SEARCH_1.items():
        for sql in _search_sql(table, searched):
            db.execute(sql)
    _append_only(db, "decisions", "record a new one that supersedes")


@migrations(name="0002_revisions")
def _revisions(db: Database) -> None:
    for sql in TABLES_2:
        db.execute(sql)


@migrations(name="0003_reasons")
def _reasons(db: Database) -> None:
    for sql in TABLES_3:
        db.execute(sql)


@migrations(name="0004_queue")
def _queue(db: Database) -> None:
    for sql in TABLES_4:
        db.execute(sql)


@migrations(name="0005_verifications")
def _verifications(db: Database) -> None:
    for sql in TABLES_5:
        db.execute(sql)


@migrations(name="0006_references")
def _references(db: Database) -> None:
    for sql in TABLES_6:
        db.execute(sql)


@migrations(name="0007_nearness")
def _nearness(db: Database) -> None:
    for sql in TABLES_7:
        db.execute(sql)


@migrations(name="0008_retractions")
def _retractions(db: Database) -> None:
    for sql in TABLES_8:
        db.execute(sql)
    _append_only(db, "retractions", "restoring adds a row")


@migrations(name="0009_overviews")
def _overviews(db: Database) -> None:
    for sql in TABLES_9:
        db.execute(sql)


@migrations(name="0010_conflicts")
def _conflicts(db: Database) -> None:
    for sql in TABLES_10:
        db.execute(sql)


def _append_only(db: Database, table: str, instead: str) -> None:
    """Refuse any change to the rows of a table, saying what to do instead."""
    for verb in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} are append-only: {instead}'); END"
        )


def _search_sql(table: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Full-text index over ``columns``, kept in step by triggers inside the same transaction."""
    names = ", ".join(columns)
    old = ", ".join(f"old.{c}" for c in columns)
    new = ", ".join(f"new.{c}" for c in columns)
    changed = " OR ".join(f"old.{c} IS NOT new.{c}" for c in columns)
    remove = f"INSERT INTO {table}_fts({table}_fts, rowid, {names}) VALUES ('delete', old.rowid, {old});"  # noqa: S608
    insert = f"INSERT INTO {table}_fts(rowid, {names}) VALUES (new.rowid, {new});"  # noqa: S608
    return (
        f"CREATE VIRTUAL TABLE {table}_fts USING FTS5 ({names}, "
        f"tokenize='unicode61 remove_diacritics 2', content=\"{table}\")",
        f"CREATE TRIGGER {table}_ai AFTER INSERT ON {table} BEGIN {insert} END",
        f"CREATE TRIGGER {table}_ad AFTER DELETE ON {table} BEGIN {remove} END",
        f"CREATE TRIGGER {table}_au AFTER UPDATE ON {table} WHEN {changed} BEGIN {remove} {insert} END",
    )


def _names(conn: sqlite3.Connection, kind: str) -> set[str]:
    return {row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = ?", [kind])}


def applied_migrations(conn: sqlite3.Connection) -> set[str]:
    """Return the names of our migrations that the database has; empty for a new or a foreign file."""
    if Migrations.migrations_table not in _names(conn, "table"):
        return set()
    sql = f"SELECT name FROM {Migrations.migrations_table} WHERE migration_set = ?"  # noqa: S608 (a constant)
    return {row[0] for row in conn.execute(sql, [migrations.name])}


def known_migrations() -> tuple[str, ...]:
    """Return the names of every migration of this version, oldest first."""
    return tuple(m.name for m in migrations._migrations)


def require_ours(conn: sqlite3.Connection, where: str, *, read_only: bool) -> None:
    """Refuse a database that is foreign, newer than this version, or (to read) not yet migrated.

    :raises StoreError: with one line that says which, and what to do.
    """
    applied, known = applied_migrations(conn), known_migrations()
    newer = applied - set(known)
    if newer:
        raise StoreError(f"{where}: made by a newer reconcile (schema {max(newer)}); upgrade reconcile to open it")
    if not applied and _names(conn, "table"):
        raise StoreError(f"{where}: is a database of something else; name another file with --db")
    if read_only and not applied:
        raise StoreError(f"{where}: is empty; make it with `reconcile run PATH... --db {where}`")
    if read_only and applied != set(known):
        raise StoreError(f"{where}: made by an older reconcile; `run` with --db {where} updates it")


def migrate(db: Database) -> None:
    """Bring the open database to this version's schema and views, all in one transaction."""
    with db.atomic():
        migrations.apply(db)
        regroup(db.conn)
        present = dict(db.conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'").fetchall())
        wanted = {name: f"CREATE VIEW {name} AS {sql}" for name, sql in VIEWS.items()}
        if present == wanted:
            return
        for name in sorted(present):
            if name in wanted:
                db.execute(f"DROP VIEW {name}")
        for sql in wanted.values():
            db.execute(sql)
