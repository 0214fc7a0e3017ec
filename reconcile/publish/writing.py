"""The derived tables made to hold a publication: the whole of it, or the rows of the articles that it replaces.

Only rows that differ are written. Everything happens inside the caller's transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from reconcile.errors import StoreError
from reconcile.publish.derive import DERIVED, table_rows
from reconcile.publish.publication import Publication
from reconcile.publish.rows import Row, dump

# What a publication touches, each as a list of ids in a table of the connection's own.
_TOUCHED = {
    "articles": "SELECT value FROM json_each(:articles)",
    "near": "SELECT value FROM json_each(:near)",
    "stories": """SELECT story_id FROM story_articles WHERE article_id IN (SELECT id FROM temp.touched_articles)
      UNION SELECT value FROM json_each(:stories)""",
    "claims": "SELECT claim_id FROM claims WHERE article_id IN (SELECT id FROM temp.touched_articles)",
    "clusters": "SELECT cluster_id FROM clusters WHERE story_id IN (SELECT id FROM temp.touched_stories)",
    "findings": "SELECT finding_id FROM findings WHERE story_id IN (SELECT id FROM temp.touched_stories)",
}
_BY_STORY = "story_id IN (SELECT id FROM temp.touched_stories)"
_BY_ARTICLE = "article_id IN (SELECT id FROM temp.touched_articles)"
_ROWS_OF = {
    "profiles": "article_id IN (SELECT id FROM temp.touched_near)",
    "claim_keys": "article_id IN (SELECT id FROM temp.touched_near)",
    "near": "(article_a IN (SELECT id FROM temp.touched_near) OR article_b IN (SELECT id FROM temp.touched_near))",
    "claim_entities": "claim_id IN (SELECT id FROM temp.touched_claims)",
    "stories": _BY_STORY,
    "story_articles": _BY_STORY,
    "clusters": _BY_STORY,
    "findings": _BY_STORY,
    "cluster_claims": "cluster_id IN (SELECT id FROM temp.touched_clusters)",
    "comparisons": "finding_id IN (SELECT id FROM temp.touched_findings)",
    "problems": "1",
}
_COUNTED = """SELECT entity_id, count(*), count(DISTINCT article_id) FROM claim_entities JOIN claims USING (claim_id)
  WHERE claim_id IN (SELECT id FROM temp.touched_claims) GROUP BY entity_id"""


def write(conn: sqlite3.Connection, publication: Publication, where: str) -> tuple[int, int]:
    """Make the derived tables hold a publication; return how many rows were written and deleted.

    :param where: the database's name, for messages.
    :raises StoreError: if the publication names what it does not hold, or holds one id twice.
    """
    writer = _Writer(conn, where)
    if publication.replaces is None:
        for table, rows in table_rows(publication):
            writer.replace(table, rows)
    else:
        writer.touch(publication)
        for table, rows in table_rows(publication):
            if table == "sources":
                writer.add(table, rows)
            elif table == "entities":
                writer.recount(rows)
            else:
                writer.replace(table, rows, _ROWS_OF.get(table, _BY_ARTICLE))
        writer.drop_sources()
    return writer.written, writer.deleted


class _Writer:
    """Counts what it writes."""

    def __init__(self, conn: sqlite3.Connection, where: str) -> None:
        self._conn, self._where = conn, where
        self._counted: dict[str, tuple[int, int]] = {}
        self.written = self.deleted = 0

    def touch(self, publication: Publication) -> None:
        """List what the publication replaces."""
        given = {
            "articles": dump(sorted(publication.replaces or ())),
            "near": dump(sorted(publication.near_of or ())),
            "stories": dump([s.story_id for s in publication.stories]),
        }
        for name, sql in _TOUCHED.items():
            self._conn.execute(f"CREATE TEMP TABLE IF NOT EXISTS touched_{name} (id TEXT PRIMARY KEY) WITHOUT ROWID")
            self._conn.execute(f"DELETE FROM temp.touched_{name}")  # noqa: S608 (our own names)
            self._conn.execute(f"INSERT OR IGNORE INTO temp.touched_{name} {sql}", given)
        self._counted = {key: (claims, articles) for key, claims, articles in self._conn.execute(_COUNTED)}

    def replace(self, table: str, rows: Iterable[Row], which: str = "1") -> None:
        """Make the rows of ``table`` that the condition ``which`` picks be exactly ``rows``."""
        columns = self._columns(table)
        names = ", ".join(f'"{c}"' for c in columns)
        at = [columns.index(c) for c in DERIVED[table]]
        wanted = self._wanted(table, columns, rows)
        gone: list[tuple[Any, ...]] = []
        for old in self._conn.execute(f"SELECT {names} FROM {table} WHERE {which}"):  # noqa: S608 (our own names)
            key = tuple(old[i] for i in at)
            if key not in wanted:
                gone.append(key)
            elif wanted[key] == old:
                del wanted[key]
        self._delete(table, gone)
        self._upsert(table, columns, wanted.values())

    def add(self, table: str, rows: Iterable[Row]) -> None:
        """Write rows beside those that are there."""
        columns = self._columns(table)
        known = set(self._conn.execute(f"SELECT {', '.join(columns)} FROM {table}"))  # noqa: S608
        self._upsert(table, columns, set(self._wanted(table, columns, rows).values()) - known)

    def recount(self, rows: Iterable[Row]) -> None:
        """Count the entities anew, of which ``rows`` tell what the touched articles hold now."""
        now = {str(row["entity_id"]): row for row in rows}
        counted = {key: (int(str(row["claims"])), int(str(row["articles"]))) for key, row in now.items()}
        kept, gone = [], []
        for key in sorted({*now, *self._counted}):
            found = self._conn.execute("SELECT name, kind, claims, articles FROM entities WHERE entity_id = ?", [key])
            name, kind, claims, articles = found.fetchone() or (now[key]["name"], now[key]["kind"], 0, 0)
            before = self._counted.get(key, (0, 0))
            more = counted.get(key, (0, 0))
            new = (key, name, kind, claims - before[0] + more[0], articles - before[1] + more[1])
            if not new[3]:
                gone.append((key,))
            elif new[3:] != (claims, articles):
                kept.append(new)
        self._delete("entities", gone)
        self._upsert("entities", ["entity_id", "name", "kind", "claims", "articles"], kept)

    def drop_sources(self) -> None:
        """Delete sources that no article has any more."""
        sql = "SELECT source_id FROM sources WHERE source_id NOT IN (SELECT source FROM articles WHERE source NOT NULL)"
        self._delete("sources", self._conn.execute(sql).fetchall())

    def _columns(self, table: str) -> list[str]:
        return [row[1] for row in self._conn.execute(f"PRAGMA table_info({table})")]

    def _wanted(self, table: str, columns: list[str], rows: Iterable[Row]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        in_order, at = itemgetter(*columns), [columns.index(c) for c in DERIVED[table]]
        wanted: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        for row in rows:
            new: tuple[Any, ...] = in_order(row)
            key = tuple(new[i] for i in at)
            if wanted.setdefault(key, new) != new:
                name = " ".join(map(str, key))
                raise StoreError(f"{self._where}: two different rows of {table} have the id {name}")
        return wanted

    def _delete(self, table: str, keys: list[tuple[Any, ...]]) -> None:
        match = " AND ".join(f"{c} = ?" for c in DERIVED[table])
        self._conn.executemany(f"DELETE FROM {table} WHERE {match}", keys)  # noqa: S608
        self.deleted += len(keys)

    def _upsert(self, table: str, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
        given = list(rows)
        key = DERIVED[table]
        names = ", ".join(f'"{c}"' for c in columns)
        changes = ", ".join(f'"{c}" = excluded."{c}"' for c in columns if c not in key)
        action = f"UPDATE SET {changes}" if changes else "NOTHING"
        sql = (
            f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))}) "  # noqa: S608
            f"ON CONFLICT ({', '.join(key)}) DO {action}"
        )
        self._conn.executemany(sql, given)
        self.written += len(given)
