"""What a run or check reads of a database to look at a part of it: who is near whom, and that part's texts."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from reconcile.match.near import Profile
from reconcile.model import Article, Origin
from reconcile.publish import rows
from reconcile.publish.read import query

_AMONG = "IN (SELECT value FROM json_each(?))"


def totals(conn: sqlite3.Connection) -> dict[str, int]:
    """Return the numbers of articles, claims, findings and conflicts."""
    tables = {"articles": "articles", "claims": "claims", "findings": "findings"}
    counted = {name: conn.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for name, t in tables.items()}  # noqa: S608
    conflicts = conn.execute("SELECT count(*) FROM findings WHERE relation = 'conflict'").fetchone()[0]
    return {**counted, "conflicts": conflicts}


def state(conn: sqlite3.Connection) -> dict[str, Any]:
    """Return what is published: numbers of articles and claims without references, questions, findings by relation."""
    (count,) = conn.execute("SELECT count(*) FROM articles WHERE kind = 'article'").fetchone()
    of_rows = """SELECT count(*) FROM claims JOIN articles USING (article_id) WHERE articles.kind = 'reference'"""
    relations = "SELECT relation, count(*) FROM findings GROUP BY relation ORDER BY relation"
    return {
        "articles": count,
        "claims": totals(conn)["claims"] - conn.execute(of_rows).fetchone()[0],
        "questions": conn.execute("SELECT count(*) FROM clusters").fetchone()[0],
        "findings": dict(conn.execute(relations).fetchall()),
    }


def last_run(conn: sqlite3.Connection) -> dict[str, Any]:
    """Return what the published state was made with; empty before the first run."""
    found = next(query(conn, "SELECT details FROM runs ORDER BY number DESC LIMIT 1"), None)
    return dict(rows.load(found["details"])) if found else {}


def last_number(conn: sqlite3.Connection) -> int:
    """Return the number of the last run; 0 before the first."""
    return int(conn.execute("SELECT coalesce(max(number), 0) FROM runs").fetchone()[0])


def heads(conn: sqlite3.Connection, article_ids: Collection[str]) -> dict[str, Article]:
    """Return those of some articles that are published, without text and raw page."""
    sql = f"""SELECT article_id, url, title, source, published, lang, '' AS text, content_hash, path, line, kind,
      '' AS raw FROM articles WHERE kind = 'article' AND article_id {_AMONG}"""  # noqa: S608 (a constant)
    found = query(conn, sql, [rows.dump(sorted(article_ids))])
    return {row["article_id"]: rows.read_article(row) for row in found}


def profiles(conn: sqlite3.Connection, without: Collection[str]) -> Iterator[Profile]:
    """Yield the profiles of all articles but some."""
    for row in conn.execute("SELECT article_id, day, mean, terms, weights FROM profiles"):
        if row[0] not in without:
            yield Profile(*row)


def profiles_of(conn: sqlite3.Connection, article_ids: Collection[str]) -> Iterator[Profile]:
    """Yield the profiles of some articles, by id."""
    sql = f"SELECT article_id, day, mean, terms, weights FROM profiles WHERE article_id {_AMONG} ORDER BY 1"  # noqa: S608
    return (Profile(*row) for row in conn.execute(sql, [rows.dump(sorted(article_ids))]))


def pairs_of(conn: sqlite3.Connection, article_ids: Collection[str]) -> list[tuple[str, str]]:
    """Return the near pairs of which both are among some articles."""
    sql = f"SELECT article_a, article_b FROM near WHERE article_a {_AMONG} AND article_b {_AMONG}"  # noqa: S608
    return [(a, b) for a, b in conn.execute(sql, [rows.dump(sorted(article_ids))] * 2)]


def connected(conn: sqlite3.Connection, article_ids: Collection[str]) -> set[str]:
    """Return some articles and all that a chain of near pairs connects with them."""
    sql = f"""WITH RECURSIVE reached(id) AS (
        SELECT article_id FROM articles WHERE article_id {_AMONG}
        UNION SELECT article_b FROM near JOIN reached ON article_a = id
        UNION SELECT article_a FROM near JOIN reached ON article_b = id)
      SELECT id FROM reached"""  # noqa: S608
    return {row[0] for row in conn.execute(sql, [rows.dump(sorted(article_ids))])}


def keys_of(conn: sqlite3.Connection, article_ids: Collection[str]) -> set[str]:
    """Return the keys by which claims of other stories meet those of some articles."""
    sql = f"SELECT DISTINCT key FROM claim_keys WHERE article_id {_AMONG}"  # noqa: S608
    return {row[0] for row in conn.execute(sql, [rows.dump(sorted(article_ids))])}


def holders(conn: sqlite3.Connection, keys: Collection[str]) -> set[str]:
    """Return the articles whose claims can be found by some keys."""
    sql = f"SELECT DISTINCT article_id FROM claim_keys WHERE key {_AMONG}"  # noqa: S608
    return {row[0] for row in conn.execute(sql, [rows.dump(sorted(keys))])}


def story_of(conn: sqlite3.Connection, article_ids: Collection[str]) -> dict[str, str]:
    """Return the story ids of some articles."""
    sql = f"SELECT article_id, story_id FROM story_articles WHERE article_id {_AMONG}"  # noqa: S608
    return dict(conn.execute(sql, [rows.dump(sorted(article_ids))]).fetchall())


def stories_with(conn: sqlite3.Connection, article_ids: Collection[str]) -> list[tuple[str, ...]]:
    """Return the article ids of each story that holds one of some articles, sorted."""
    sql = f"""SELECT story_id, article_id FROM story_articles WHERE story_id IN (
      SELECT story_id FROM story_articles WHERE article_id {_AMONG}) ORDER BY story_id, article_id"""  # noqa: S608
    found = conn.execute(sql, [rows.dump(sorted(article_ids))])
    return sorted(tuple(a for _, a in of) for _, of in groupby(found, key=itemgetter(0)))


def origins_of(conn: sqlite3.Connection, article_ids: Collection[str]) -> tuple[Origin, ...]:
    """Return the origins of some articles and of those that repeat them."""
    sql = f"""SELECT article_id, origin_id, kind, score FROM origins
      WHERE article_id {_AMONG} OR origin_id {_AMONG} ORDER BY article_id"""  # noqa: S608
    return tuple(Origin(**row) for row in query(conn, sql, [rows.dump(sorted(article_ids))] * 2))


def references(conn: sqlite3.Connection) -> list[Article]:
    """Return the published rows of trusted tables, each as an article of a kind of its own."""
    sql = "SELECT a.*, p.raw FROM articles a LEFT JOIN pages p USING (article_id) WHERE kind = 'reference' ORDER BY 1"
    return [rows.read_article(row) for row in query(conn, sql)]


def contents(conn: sqlite3.Connection) -> dict[str, str]:
    """Return the content hash of every article."""
    return dict(conn.execute("SELECT article_id, content_hash FROM articles").fetchall())
