"""The tables of a reconcile database, as numbered migrations that only ever grow.

Primary keys are text made from content, so a rebuild leaves every row, and every link to it, where it was.
Foreign keys are declared (Datasette draws its labels and links from them) but not enforced: ``decisions`` has
none at all, because a person's ruling outlives the finding it was made on.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from sqlite_utils import Migrations

from reconcile.errors import StoreError
from reconcile.publish.views import VIEWS

if TYPE_CHECKING:
    from sqlite_utils import Database

migrations = Migrations("reconcile")

TABLES_1 = (
    """CREATE TABLE sources (
  source_id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  owner TEXT NOT NULL
)""",
    """CREATE TABLE articles (
  article_id TEXT PRIMARY KEY NOT NULL,
  title TEXT NOT NULL,
  source TEXT REFERENCES sources(source_id),
  published TEXT,
  lang TEXT NOT NULL,
  url TEXT NOT NULL,
  text TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  path TEXT NOT NULL,
  line INTEGER NOT NULL
)""",
    """CREATE TABLE pages (
  article_id TEXT PRIMARY KEY NOT NULL REFERENCES articles(article_id),
  raw TEXT NOT NULL
)""",
    """CREATE TABLE sentences (
  sentence_id TEXT PRIMARY KEY NOT NULL,
  article_id TEXT NOT NULL REFERENCES articles(article_id),
  part TEXT NOT NULL,
  position INTEGER NOT NULL,
  "start" INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  text TEXT NOT NULL,
  lang TEXT NOT NULL,
  dropped TEXT NOT NULL
)""",
    """CREATE TABLE claims (
  claim_id TEXT PRIMARY KEY NOT NULL,
  article_id TEXT NOT NULL REFERENCES articles(article_id),
  sentence_id TEXT REFERENCES sentences(sentence_id),
  part TEXT NOT NULL,
  "start" INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  quote TEXT NOT NULL,
  focus_start INTEGER NOT NULL,
  focus_end INTEGER NOT NULL,
  focus TEXT NOT NULL,
  kind TEXT NOT NULL,
  lang TEXT NOT NULL,
  subject TEXT NOT NULL,
  metric TEXT NOT NULL,
  value_low TEXT,
  value_high TEXT,
  value_text TEXT,
  unit TEXT,
  dimension TEXT,
  hedge TEXT,
  noun TEXT,
  per TEXT,
  direction TEXT,
  time_text TEXT,
  time_low TEXT,
  time_high TEXT,
  time_granularity TEXT,
  place TEXT NOT NULL,
  polarity TEXT NOT NULL,
  status TEXT,
  speaker TEXT,
  cue TEXT,
  attribution_kind TEXT,
  as_of TEXT,
  extractor TEXT NOT NULL,
  quantity TEXT,
  times TEXT NOT NULL,
  places TEXT NOT NULL,
  entities TEXT NOT NULL,
  cues TEXT NOT NULL
)""",
    """CREATE TABLE entities (
  entity_id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  claims INTEGER NOT NULL,
  articles INTEGER NOT NULL
)""",
    """CREATE TABLE claim_entities (
  claim_id TEXT NOT NULL REFERENCES claims(claim_id),
  entity_id TEXT NOT NULL REFERENCES entities(entity_id),
  PRIMARY KEY (claim_id, entity_id)
)""",
    """CREATE TABLE stories (
  story_id TEXT PRIMARY KEY NOT NULL,
  title TEXT NOT NULL,
  articles INTEGER NOT NULL,
  digest TEXT NOT NULL
)""",
    """CREATE TABLE story_articles (
  story_id TEXT NOT NULL REFERENCES stories(story_id),
  article_id TEXT NOT NULL REFERENCES articles(article_id),
  position INTEGER NOT NULL,
  PRIMARY KEY (story_id, article_id)
)""",
    """CREATE TABLE origins (
  article_id TEXT PRIMARY KEY NOT NULL REFERENCES articles(article_id),
  origin_id TEXT NOT NULL REFERENCES articles(article_id),
  kind TEXT NOT NULL,
  score REAL NOT NULL
)""",
    """CREATE TABLE clusters (
  cluster_id TEXT PRIMARY KEY NOT NULL,
  label TEXT NOT NULL,
  story_id TEXT REFERENCES stories(story_id),
  claims INTEGER NOT NULL,
  origins INTEGER NOT NULL
)""",
    """CREATE TABLE cluster_claims (
  cluster_id TEXT NOT NULL REFERENCES clusters(cluster_id),
  claim_id TEXT NOT NULL REFERENCES claims(claim_id),
  position INTEGER NOT NULL,
  PRIMARY KEY (cluster_id, claim_id)
)""",
    """CREATE TABLE findings (
  finding_id TEXT PRIMARY KEY NOT NULL,
  relation TEXT NOT NULL,
  field TEXT NOT NULL,
  severity TEXT,
  confidence REAL NOT NULL,
  about TEXT NOT NULL,
  value_a TEXT NOT NULL,
  value_b TEXT NOT NULL,
  explanation TEXT NOT NULL,
  claim_a TEXT NOT NULL REFERENCES claims(claim_id),
  claim_b TEXT NOT NULL REFERENCES claims(claim_id),
  cluster_id TEXT REFERENCES clusters(cluster_id),
  story_id TEXT REFERENCES stories(story_id),
  also_in_a TEXT NOT NULL,
  also_in_b TEXT NOT NULL,
  focus_a_start INTEGER,
  focus_a_end INTEGER,
  focus_b_start INTEGER,
  focus_b_end INTEGER,
  rank INTEGER NOT NULL,
  origins INTEGER NOT NULL,
  digest TEXT NOT NULL
)""",
    """CREATE TABLE comparisons (
  finding_id TEXT NOT NULL REFERENCES findings(finding_id),
  position INTEGER NOT NULL,
  field TEXT NOT NULL,
  role TEXT NOT NULL,
  level TEXT NOT NULL,
  label TEXT NOT NULL,
  outcome TEXT NOT NULL,
  a TEXT NOT NULL,
  b TEXT NOT NULL,
  weight REAL,
  PRIMARY KEY (finding_id, position)
)""",
    """CREATE TABLE decisions (
  decision_id TEXT PRIMARY KEY NOT NULL,
  finding_id TEXT NOT NULL,
  ruling TEXT NOT NULL,
  reviewer TEXT NOT NULL,
  note TEXT NOT NULL,
  digest TEXT NOT NULL,
  created_at TEXT NOT NULL,
  supersedes TEXT NOT NULL
)""",
    """CREATE TABLE runs (
  run_id TEXT PRIMARY KEY NOT NULL,
  number INTEGER NOT NULL,
  started_at TEXT,
  finished_at TEXT NOT NULL,
  tool_version TEXT,
  extractor TEXT,
  embedder TEXT,
  settings TEXT,
  input_digest TEXT,
  articles INTEGER NOT NULL,
  claims INTEGER NOT NULL,
  findings INTEGER NOT NULL,
  conflicts INTEGER NOT NULL,
  problems INTEGER NOT NULL,
  rows_written INTEGER NOT NULL,
  rows_deleted INTEGER NOT NULL,
  details TEXT NOT NULL
)""",
    """CREATE TABLE problems (
  problem_id TEXT PRIMARY KEY NOT NULL,
  stage TEXT NOT NULL,
  path TEXT NOT NULL,
  line INTEGER NOT NULL,
  article_id TEXT REFERENCES articles(article_id),
  message TEXT NOT NULL,
  advice TEXT NOT NULL
)""",
    """CREATE TABLE vectors (
  model TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  dim INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (model, text_hash)
) WITHOUT ROWID""",
)

# Every column that a page sorts, facets or joins on.
INDEXES_1 = {
    "sources": ("name", "owner"),
    "articles": ("source", "published", "lang", "title", "content_hash"),
    "sentences": ("article_id, position", "dropped", "lang"),
    "claims": (
        'article_id, part, "start"',
        "sentence_id",
        "kind",
        "lang",
        "subject",
        "metric",
        "dimension",
        "unit",
        "direction",
        "polarity",
        "status",
        "time_low",
        "place",
        "speaker",
        "attribution_kind",
    ),
    "entities": ("name", "kind", "claims", "articles"),
    "claim_entities": ("entity_id",),
    "stories": ("title", "articles"),
    "story_articles": ("article_id",),
    "origins": ("origin_id", "kind"),
    "clusters": ("story_id", "claims", "origins", "label"),
    "cluster_claims": ("claim_id",),
    "findings": (
        "rank, origins DESC, confidence DESC, finding_id",
        "rank, confidence DESC, finding_id",
        "relation",
        "field",
        "severity",
        "confidence",
        "origins",
        "about",
        "claim_a",
        "claim_b",
        "cluster_id",
        "story_id",
    ),
    "comparisons": ("field", "role", "outcome", "level"),
    "decisions": ("finding_id, created_at", "supersedes", "ruling", "reviewer", "created_at"),
    "runs": ("number", "finished_at"),
    "problems": ("stage", "path, line", "article_id"),
}

SEARCH_1 = {"articles": ("title", "text"), "claims": ("quote", "subject", "metric")}


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
    for verb in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER decisions_no_{verb.lower()} BEFORE {verb} ON decisions "
            "BEGIN SELECT RAISE(ABORT, 'decisions are append-only: record a new one that supersedes'); END"
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
        present = dict(db.conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'").fetchall())
        wanted = {name: f"CREATE VIEW {name} AS {sql}" for name, sql in VIEWS.items()}
        if present == wanted:
            return
        for name in sorted(present):
            if name in wanted:
                db.execute(f"DROP VIEW {name}")
        for sql in wanted.values():
            db.execute(sql)
