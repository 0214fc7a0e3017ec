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
from reconcile.publish.decisions import RULINGS, append_decision, new_decision, rule, standing, withdrawal
from reconcile.publish.desk.access import REVIEW, blind, chosen_database, ensure_same_site, may_review
from reconcile.publish.desk.queries import Filters, Viewer
from reconcile.publish.desk.render import HEADERS, finding_link, json_response, link, say

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database
    from datasette.utils.asgi import Request

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


async def _write(database: Database, function: Callable[[sqlite3.Connection], Decision]) -> Decision | tuple[int, str]:
    """Append a decision; return it, or a status and what to say where the database cannot be written to now."""

    def write(conn: sqlite3.Connection) -> Decision:
        with conn:  # Datasette 0.65 does not commit for us
            if not conn.in_transaction:
                conn.execute("BEGIN IMMEDIATE")  # what the ruling replaces is read in the same transaction
            return function(conn)

    try:
        written: Decision = await database.execute_write_fn(write)
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


async def decide(
    datasette: Datasette, request: Request, database: Database, loaded: tuple[Filters, Mapping[str, Any]]
) -> Response:
    """Record the ruling that was posted on the finding in ``loaded``, and lead on to the next."""
    filters, shown = loaded
    finding, place = shown["finding"], shown["place"]
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
    written = await _write(database, lambda conn: rule(conn, decision))
    if not isinstance(written, Decision):
        return await _refuse(datasette, request, written)
    if _wants_json(request):
        return json_response({"decision": read.decision_form(written), "following": place["following"]})
    datasette.add_message(request, f"Recorded: {RULINGS[written.ruling]}.", datasette.INFO)
    query, then = filters.query(), form.get("then", "next")
    onward = str(place["following"] or place["previous"])
    if then == "queue" or (then == "next" and not onward):
        page = {"page": form["page"]} if form.get("page", "1") != "1" else {}
        where = link(datasette, database.name, "/-/reconcile", {**query, **page})
    else:
        where = finding_link(datasette, database.name, finding["id"] if then == "stay" else onward, query)
    return Response.redirect(where, headers=dict(HEADERS))


def last_ruling(conn: sqlite3.Connection, name: str) -> dict[str, str] | None:
    """Return the newest ruling of a reviewer that stands: what undo would undo."""
    sql = """SELECT d.decision_id, d.finding_id, d.ruling, coalesce(f.about, '') AS about
      FROM decisions d JOIN decisions_standing s USING (decision_id) LEFT JOIN findings f USING (finding_id)
      WHERE d.reviewer = ? ORDER BY d.rowid DESC LIMIT 1"""
    return next(read.query(conn, sql, [name]), None) if name else None


async def undo_page(datasette: Datasette, request: Request) -> Response:
    """Undo the reviewer's ruling that the form names: a new row withdraws it, and nothing is deleted."""
    database = await chosen_database(datasette, request)
    refused = await _allowed(datasette, request, database)
    if refused is not None:
        return await _refuse(datasette, request, refused)
    if request.method != "POST":
        return await _refuse(datasette, request, (405, "Undoing is done by posting."))
    form = await request.post_vars()
    wanted, name = form.get("decision", ""), str(request.actor["id"])

    def undo(conn: sqlite3.Connection) -> Decision:
        row = next(read.query(conn, "SELECT finding_id FROM decisions WHERE decision_id = ?", [wanted]), None)
        own = [] if row is None else [d for d in read.decisions(conn, row["finding_id"]) if d.reviewer == name]
        undone = next((d for d in standing(own) if d.decision_id == wanted), None)
        if undone is None:
            raise StoreError("That ruling is not yours, or does not stand any more.")
        made = withdrawal(undone, _now())
        append_decision(conn, made)
        return made

    try:
        written = await _write(database, undo)
    except StoreError as error:
        written = (409, str(error))
    if not isinstance(written, Decision):
        return await _refuse(datasette, request, written)
    if _wants_json(request):
        return json_response({"decision": read.decision_form(written)})
    datasette.add_message(request, "Undone. The ruling stays in the history as withdrawn.", datasette.INFO)
    filters = Filters.from_args(request.args.get, name)
    where = finding_link(datasette, database.name, written.finding_id, filters.query())
    return Response.redirect(where, headers=dict(HEADERS))
