"""Articles taken back, and let in again: an append-only register, in which the newest entry on an article counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from shlex import quote
from typing import Any

from reconcile.errors import StoreError
from reconcile.model import REFERENCE, Article, Problem, stable_id
from reconcile.publish.read import query
from reconcile.publish.rows import dump

STAGE = "retract"  # of the problems that say what was left out: nothing went wrong with it
RETRACTED, RESTORED = "retracted", "restored"
_AMONG = "IN (SELECT value FROM json_each(?))"
_NAMES = (
    "retraction_id", "article_id", "number", "action", "reason", "who", "retracted_at", "title", "source", "url",
    "content_hash", "claims", "findings", "finding_ids",
)  # fmt: skip
_FINDINGS = """SELECT finding_id FROM findings WHERE claim_a IN (SELECT claim_id FROM claims WHERE article_id = :id)
  OR claim_b IN (SELECT claim_id FROM claims WHERE article_id = :id) ORDER BY 1"""


@dataclass(frozen=True, slots=True)
class Retraction:
    """Who takes an article back, why, and when (ISO 8601 in UTC)."""

    article_id: str
    reason: str
    who: str
    retracted_at: str


def standing(conn: sqlite3.Connection, article_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return the rows of those of some articles that are retracted."""
    sql = f"SELECT * FROM retractions_standing WHERE article_id {_AMONG}"  # noqa: S608 (a constant)
    return {row["article_id"]: row for row in query(conn, sql, [dump(sorted(article_ids))])}


def told(row: dict[str, Any]) -> str:
    """Return when an article was retracted and why, in a few words."""
    return f"retracted on {row['retracted_at'][:10]} because {row['reason']}"


def take_back(article_id: str) -> str:
    """Return how an article is let in again."""
    return f"reconcile retract {quote(article_id)} --restore takes it back"


def kept_out(
    conn: sqlite3.Connection, articles: Collection[Article]
) -> tuple[tuple[Article, ...], tuple[Problem, ...]]:
    """Part articles that were read into those that may come in, and a problem for each that was retracted."""
    out = standing(conn, {a.article_id for a in articles})
    problems = tuple(
        Problem(STAGE, a.path, a.line, a.article_id, told(out[a.article_id]), take_back(a.article_id))
        for a in articles
        if a.article_id in out
    )
    return tuple(a for a in articles if a.article_id not in out), problems


def faults(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems but for articles left out because they are retracted: with those nothing is wrong."""
    return tuple(p for p in problems if p.stage != STAGE)


def require_none(conn: sqlite3.Connection, articles: Iterable[Article], where: str) -> None:
    """Raise StoreError if one of the articles is retracted: it was while a run that had read it was under way."""
    out = {row[0] for row in conn.execute("SELECT article_id FROM retractions_standing")}
    for article_id in sorted(out & {a.article_id for a in articles}):
        raise StoreError(f"{where}: article {article_id} was retracted meanwhile; nothing was published, run again")


def require_published(conn: sqlite3.Connection, article_ids: Iterable[str]) -> None:
    """Raise StoreError unless all these articles can be retracted."""
    wanted = sorted(set(article_ids))
    sql = f"SELECT article_id, kind FROM articles WHERE article_id {_AMONG}"  # noqa: S608
    kinds = dict(conn.execute(sql, [dump(wanted)]).fetchall())
    out = standing(conn, wanted)
    for article_id in wanted:
        if article_id in out:
            raise StoreError(f"article {article_id} was {told(out[article_id])} already; nothing was changed")
        if article_id not in kinds:
            raise StoreError(f"no article {article_id!r}; `reconcile claims --format csv` lists the ids")
        if kinds[article_id] == REFERENCE:
            raise StoreError(f"{article_id} is a row of a reference table; run again with a mended table instead")


def retract(conn: sqlite3.Connection, said: Retraction) -> None:
    """Enter a published article, with what is withdrawn, inside the transaction under way and before it is deleted."""
    require_published(conn, [said.article_id])
    article = next(query(conn, "SELECT * FROM articles WHERE article_id = ?", [said.article_id]))
    found = [row[0] for row in conn.execute(_FINDINGS, {"id": said.article_id})]
    (claims,) = conn.execute("SELECT count(*) FROM claims WHERE article_id = ?", [said.article_id]).fetchone()
    _enter(conn, said, {**article, "action": RETRACTED, "claims": claims, "found": found})


def restore(conn: sqlite3.Connection, said: Retraction) -> None:
    """Let a retracted article in again, inside the transaction under way.

    :raises StoreError: if it is not retracted.
    """
    before = standing(conn, [said.article_id]).get(said.article_id)
    if before is None:
        raise StoreError(f"article {said.article_id} is not retracted; nothing was changed")
    _enter(conn, said, {**before, "action": RESTORED, "claims": 0, "found": []})


def _enter(conn: sqlite3.Connection, said: Retraction, of: dict[str, Any]) -> None:
    last = conn.execute("SELECT max(number) FROM retractions WHERE article_id = ?", [said.article_id]).fetchone()
    number = (last[0] or 0) + 1
    values = (
        stable_id("retraction", said.article_id, str(number)), said.article_id, number, of["action"], said.reason,
        said.who, said.retracted_at, of["title"], of["source"] or "", of["url"], of["content_hash"], of["claims"],
        len(of["found"]), dump(of["found"]),
    )  # fmt: skip
    marks = ", ".join("?" * len(values))
    conn.execute(f"INSERT INTO retractions ({', '.join(_NAMES)}) VALUES ({marks})", values)  # noqa: S608
