"""Recording what a person ruled, and undoing it: who may, on which words, into which row."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from datasette.utils import sqlite3 as datasette_sqlite3
from datasette.utils.asgi import Forbidden, Response

from reconcile.errors import StoreError
from reconcile.model import Decision
from reconcile.publish import read
from reconcile.publish.decisions import RULINGS, new_decision, rule_on_all, standing, withdraw
from reconcile.publish.desk import groups
from reconcile.publish.desk.access import REVIEW, blind, chosen_database, ensure_same_site, may_review
from reconcile.publish.desk.filters import Filters, Viewer
from reconcile.publish.desk.render import HEADERS, finding_link, json_response, link, say

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database
    from datasette.utils.asgi import Request

ONE_PAIR = "pair"  # what the form says where a ruling is meant for one pair alone
READ_ONLY = "This copy of the database is read-only."


async def viewer(datasette: Datasette, request: Request) -> Viewer:
    """Return who asks. Where reviewers are blind, signing out shows nothing more: only ``root`` sees all."""
    name = str(request.actor["id"]) if request.actor and await may_review(datasette, request) else ""
    return Viewer(name, sees_all=name == "root" or not blind(datasette))


def visible(decisions: list[Decision], who: Viewer, digest: str) -> list[Decision]:
    """Return the decisions that ``who`` may see: their own until they have ruled on the words of ``digest``."""
    own = [d for d in decisions if d.reviewer == who.name]
    ruled = any(d.digest == digest for d in standing(own))
    return decisions if who.sees_all or ruled else own


async def _write(
    database: Database, function: Callable[[sqlite3.Connection], list[Decision]]
) -> list[Decision] | tuple[int, str]:
    """Append decisions in one transaction; return them, or a status and what to say where that cannot be done now."""

    def write(conn: sqlite3.Connection) -> list[Decision]:
        with conn:  # Datasette 0.65 does not commit for us
            if not conn.in_transaction:
                conn.execute("BEGIN IMMEDIATE")  # what the ruling replaces is read in the same transaction
            return function(conn)

    try:
        written: list[Decision] = await database.execute_write_fn(write)
    except StoreError as error:
        return 409, str(error)
    except datasette_sqlite3.OperationalError as error:
        if "locked" in str(error):
            return 503, "A run is writing. Try again in a moment."
        if "readonly" in str(error):
            return 409, READ_ONLY
        raise
    return written


def _now() -> str:
    """The time with microseconds: ids are made of it, so a ruling that is undone and made again needs another."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


async def _allowed(datasette: Datasette, request: Request, database: Database) -> tuple[int, str] | None:
    """Refuse whoever may not rule; return why nothing can be recorded, if so."""
    if not await may_review(datasette, request):
        raise Forbidden(REVIEW)
    ensure_same_site(request)
    return None if database.is_mutable else (409, READ_ONLY)


async def _refuse(datasette: Datasette, request: Request, why: tuple[int, str]) -> Response:
    if _wants_json(request):
        return Response.json({"ok": False, "error": why[1]}, status=why[0], headers=dict(HEADERS))
    return await say(datasette, request, *why)


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _rule(conn: sqlite3.Connection, decision: Decision, form: Mapping[str, str]) -> list[Decision]:
    """Append a ruling on a finding and, unless the form says otherwise, on the rest of its group.

    :raises StoreError: if the group is not the one that was shown.
    """
    if form.get("only") == ONE_PAIR:
        return rule_on_all(conn, decision, ())
    group = groups.members(conn, decision.finding_id, decision.reviewer)
    if form.get("pairs", groups.shown_token(group)) != groups.shown_token(group):
        raise StoreError("The pairs of this conflict changed after you opened it. Read it again.")
    return rule_on_all(conn, decision, groups.as_covered(groups.covered(group)))


async def decide(
    datasette: Datasette, request: Request, database: Database, loaded: tuple[Filters, Mapping[str, Any]]
) -> Response:
    """Record the ruling that was posted on the finding in ``loaded`` and its group, and lead on to the next."""
    filters, shown = loaded
    finding, following = shown["finding"], shown["place"]["following"]
    refused = await _allowed(datasette, request, database)
    if refused is not None:
        return await _refuse(datasette, request, refused)
    form = await request.post_vars()
    if form.get("ruling") not in RULINGS:
        return await _refuse(datasette, request, (400, f"Choose a ruling: {', '.join(RULINGS.values())}."))
    if form.get("digest", finding["digest"]) != finding["digest"]:
        return await _refuse(datasette, request, (409, "The finding changed after you opened it. Read it again."))
    said = {name: form.get(name, "") for name in ("note", "side", "reason")}
    try:
        decision = new_decision(finding, form["ruling"], reviewer=str(request.actor["id"]), created_at=_now(), **said)
    except StoreError as error:
        return await _refuse(datasette, request, (400, str(error)))
    written = await _write(database, lambda conn: _rule(conn, decision, form))
    if isinstance(written, tuple):
        return await _refuse(datasette, request, written)
    if _wants_json(request):
        first = read.decision_form(written[0])
        return json_response({"decision": first, "pairs": len(written), "following": following})
    pairs = f", for {len(written)} pairs" if len(written) > 1 else ""
    datasette.add_message(request, f"Recorded: {RULINGS[decision.ruling]}{pairs}.", datasette.INFO)
    return Response.redirect(_onward(datasette, database, form, (filters, shown)), headers=dict(HEADERS))


def _onward(
    datasette: Datasette, database: Database, form: Mapping[str, str], loaded: tuple[Filters, Mapping[str, Any]]
) -> str:
    """Return where a ruling leads: back to the queue, to the same finding, or to the next one.

    After a ruling on one pair alone the next is another of its group that waits, if there is one.
    """
    filters, shown = loaded
    query, then, place = filters.query(), form.get("then", "next"), shown["place"]
    waiting = [pair["id"] for pair in shown["pairs"] if pair["covered"]] if form.get("only") == ONE_PAIR else []
    onward = next(iter(waiting), str(place["following"] or place["previous"]))
    if then == "queue" or (then == "next" and not onward):
        page = {"page": form["page"]} if form.get("page", "1") != "1" else {}
        return link(datasette, database.name, "/-/reconcile", {**query, **page})
    return finding_link(datasette, database.name, shown["finding"]["id"] if then == "stay" else onward, query)


def last_ruling(conn: sqlite3.Connection, name: str) -> dict[str, Any] | None:
    """Return the newest ruling of a reviewer that stands: what undo would undo, with how many ``pairs`` it is on."""
    sql = """SELECT d.decision_id, d.ruling, coalesce(f.about, '') AS about, d.made_on, d.created_at
      FROM decisions d JOIN decisions_standing s USING (decision_id) LEFT JOIN findings f ON f.finding_id = d.finding_id
      WHERE d.reviewer = ? ORDER BY d.rowid DESC LIMIT 1"""
    found = next(read.query(conn, sql, [name]), None) if name else None
    if found is None:
        return None
    together = """SELECT count(*) FROM decisions_standing
      WHERE made_on = ? AND made_on <> '' AND created_at = ? AND reviewer = ?"""
    (pairs,) = conn.execute(together, [found["made_on"], found["created_at"], name]).fetchone()
    return {**{key: found[key] for key in ("decision_id", "ruling", "about")}, "pairs": max(1, pairs)}


async def undo_page(datasette: Datasette, request: Request) -> Response:
    """Undo the reviewer's ruling that the form names, on all its pairs: new rows withdraw it, nothing is deleted."""
    database = await chosen_database(datasette, request)
    refused = await _allowed(datasette, request, database)
    if refused is not None:
        return await _refuse(datasette, request, refused)
    if request.method != "POST":
        return await _refuse(datasette, request, (405, "Undoing is done by posting."))
    form, name = await request.post_vars(), str(request.actor["id"])
    written = await _write(database, lambda conn: withdraw(conn, form.get("decision", ""), name, _now()))
    if isinstance(written, tuple):
        return await _refuse(datasette, request, written)
    if _wants_json(request):
        return json_response({"decision": read.decision_form(written[0]), "pairs": len(written)})
    pairs = f", on {len(written)} pairs" if len(written) > 1 else ""
    datasette.add_message(request, f"Undone{pairs}. The ruling stays in the history as withdrawn.", datasette.INFO)
    filters = Filters.from_args(request.args.get, name)
    where = finding_link(datasette, database.name, written[0].finding_id, filters.query())
    return Response.redirect(where, headers=dict(HEADERS))
