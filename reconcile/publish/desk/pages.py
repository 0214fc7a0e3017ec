"""The request handlers: check, ask the database, render. No markup and no SQL here."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode, urlsplit

from datasette.utils import sqlite3 as datasette_sqlite3
from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import Forbidden, NotFound, Response

from reconcile.errors import StoreError
from reconcile.model import Decision
from reconcile.publish import read
from reconcile.publish.decisions import NOTE_LIMIT, RULINGS, append_decision, new_decision
from reconcile.publish.desk import queries, words
from reconcile.publish.desk.access import (
    REVIEW,
    chosen_database,
    ensure_same_site,
    may_review,
    our_databases,
)
from reconcile.publish.desk.marks import Mark, bar, context_pieces, paragraphs, pieces, quote_pieces
from reconcile.publish.desk.queries import Filters

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database
    from datasette.utils.asgi import Request

T = TypeVar("T")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


# ------------------------------------------------------------------------------------ links


def link(datasette: Datasette, database: str, path: str, query: Mapping[str, str] | None = None) -> str:
    """Return the address of a page of ours for one database, with ``query`` as its query string."""
    names = getattr(datasette, "_reconcile_databases", ())
    named = {"db": database} if database and database != next(iter(names), database) else {}
    values = urlencode({**named, **(query or {})})
    return str(datasette.urls.path(path)) + (f"?{values}" if values else "")


def finding_link(datasette: Datasette, database: str, finding_id: str, query: Mapping[str, str] | None = None) -> str:
    """Return the address of a finding's page."""
    return link(datasette, database, f"/-/reconcile/{tilde_encode(finding_id)}", query)


def article_link(datasette: Datasette, database: str, article_id: str) -> str:
    """Return the address of an article's page."""
    return link(datasette, database, f"/-/reconcile/article/{tilde_encode(article_id)}")


def web_link(url: str) -> str:
    """Return ``url`` if a browser may be sent there (http or https with a host), else nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


# ------------------------------------------------------------------------------------ rendering


@cache
def _css(name: str) -> tuple[str, str]:
    text = (files("reconcile.publish.desk") / "static" / f"{name}.css").read_text("utf-8")
    return text, hashlib.sha256(text.encode()).hexdigest()[:12]


def css_link(datasette: Datasette, name: str) -> str:
    """Return the address of a stylesheet (``desk`` or ``tables``); it changes with the content."""
    return f"{datasette.urls.path(f'/-/reconcile/{name}.css')}?v={_css(name)[1]}"


async def stylesheet(request: Request) -> Response:
    """Serve the stylesheet of the review pages, or the little that is added to Datasette's own."""
    headers = {**HEADERS, "Cache-Control": "max-age=31536000, immutable"}
    text, _ = _css(request.url_vars["name"])
    return Response(text, headers=headers, content_type="text/css; charset=utf-8")


async def _render(
    datasette: Datasette, request: Request, template: str, context: dict[str, Any], *, status: int = 200
) -> Response:
    database = context.get("database", "")
    names = await our_databases(datasette)
    shared = {
        "css": css_link(datasette, "desk"),
        "databases": names,
        "queue_url": link(datasette, database, "/-/reconcile"),
        "finding_url": lambda i, **query: finding_link(datasette, database, i, query),
        "article_url": lambda i: article_link(datasette, database, i),
        "web_link": web_link,
        "day": words.day,
        "language": words.language,
        "relation_word": words.relation,
        "field_word": words.field,
        "quote_pieces": quote_pieces,
        "rulings": RULINGS,
        "note_limit": NOTE_LIMIT,
    }
    html = await datasette.render_template(template, {**shared, **context}, request=request)
    return Response.html(html, status=status, headers=dict(HEADERS))


async def _say(datasette: Datasette, request: Request, status: int, message: str) -> Response:
    context = {"message": message, "status": status}
    response = await _render(datasette, request, "reconcile_message.html", context, status=status)
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


async def _ask(database: Database, function: Callable[[sqlite3.Connection], T]) -> T:
    result: T = await database.execute_fn(function)
    return result


# ------------------------------------------------------------------------------------ the queue


def _page_number(request: Request) -> int:
    text = request.args.get("page") or "1"
    return min(int(text), queries.MAX_PAGE) if text.isascii() and text.isdigit() else 1


async def queue_page(datasette: Datasette, request: Request) -> Response:
    """The findings that wait for a ruling, most severe first, with filters."""
    database = await chosen_database(datasette, request)
    filters = Filters.from_args(request.args.get)
    found = await _ask(database, lambda conn: queries.queue(conn, filters, _page_number(request)))

    def url(**changes: str) -> str:
        return link(datasette, database.name, "/-/reconcile", {**filters.query(), **changes})

    context = {
        "database": database.name,
        "filters": filters,
        "filter_query": filters.query(),
        "found": found,
        "url": url,
        "json_url": link(datasette, database.name, "/-/reconcile.json", filters.query()),
        "first": (found.page - 1) * queries.PAGE_SIZE + 1,
    }
    return await _render(datasette, request, "reconcile_queue.html", context)


async def queue_json(datasette: Datasette, request: Request) -> Response:
    """The queue as JSON: the findings in their documented form, counts, and the filters' choices."""
    database = await chosen_database(datasette, request)
    filters = Filters.from_args(request.args.get)
    found = await _ask(database, lambda conn: queries.queue(conn, filters, _page_number(request)))
    form = {"ok": True, "database": database.name, "filters": asdict(filters), **asdict(found)}
    return Response.json(form, headers=dict(HEADERS))


# ------------------------------------------------------------------------------------ one finding


def _finding(conn: sqlite3.Connection, filters: Filters, finding_id: str) -> dict[str, Any] | None:
    """Everything that a finding's page shows, as plain data; None if there is no such finding."""
    try:
        finding = read.explain(conn, finding_id)
    except StoreError:
        return None
    for side in (finding["a"], finding["b"]):
        side["copies"] = queries.copies(conn, side["also_in"])
        side["said_by"] = queries.said_by(conn, side["claim_id"])
    return {
        "finding": finding,
        "decisions": [read.decision_form(d) for d in read.decisions(conn, finding_id)],
        "story": queries.story_title(conn, finding["story_id"]),
        "cluster": queries.cluster_findings(conn, finding["cluster_id"], finding_id),
        "place": asdict(queries.place(conn, filters, finding_id)),
    }


async def _load(datasette: Datasette, request: Request) -> tuple[Database, Filters, dict[str, Any]]:
    database = await chosen_database(datasette, request)
    filters = Filters.from_args(request.args.get)
    finding_id = tilde_decode(request.url_vars["finding_id"])
    shown = await _ask(database, lambda conn: _finding(conn, filters, finding_id))
    if shown is None:
        raise NotFound(f"No finding {finding_id}; it may be gone since the last run")
    return database, filters, shown


async def finding_json(datasette: Datasette, request: Request) -> Response:
    """One finding as JSON: its form, outcomes, paragraphs, decisions, and the others on the same question."""
    _, _, shown = await _load(datasette, request)
    return Response.json({"ok": True, **shown}, headers=dict(HEADERS))


async def finding_page(datasette: Datasette, request: Request) -> Response:
    """One finding with its evidence; a POST records a ruling."""
    database, filters, shown = await _load(datasette, request)
    if request.method == "POST":
        return await _decide(datasette, request, database, (filters, shown))
    if request.method not in ("GET", "HEAD"):
        return await _say(datasette, request, 405, "This page can be read or posted to.")
    finding = shown["finding"]
    weights = [abs(o["weight"]) for o in finding["outcomes"] if o["weight"] is not None]
    context = {
        **shown,
        "database": database.name,
        "filter_query": filters.query(),
        "pieces": {side: context_pieces(finding[side]["context"]) for side in ("a", "b")},
        "bars": [bar(o["weight"], max(weights, default=0.0)) for o in finding["outcomes"]],
        "can_review": await may_review(datasette, request) and database.is_mutable,
        "read_only": not database.is_mutable,
        "stale": finding["decision"] and finding["decision"]["digest"] != finding["digest"],
        "json_url": link(datasette, database.name, f"/-/reconcile/{tilde_encode(finding['id'])}.json", filters.query()),
        "post_url": finding_link(datasette, database.name, finding["id"], filters.query()),
        "queue_url": link(datasette, database.name, "/-/reconcile", filters.query()),
        "story_url": link(datasette, database.name, "/-/reconcile", {"story": finding["story_id"]}),
        "meaning": words.meaning(finding["relation"]),
    }
    return await _render(datasette, request, "reconcile_finding.html", context)


async def _write(database: Database, decision: Decision) -> tuple[int, str] | None:
    """Append a decision; return a status and what to say where the database cannot be written to now."""

    def write(conn: sqlite3.Connection) -> None:
        with conn:  # Datasette 0.65 does not commit for us
            append_decision(conn, decision)

    try:
        await database.execute_write_fn(write)
    except datasette_sqlite3.OperationalError as error:
        if "locked" in str(error):
            return 503, "A run is writing. Try again in a moment."
        if "readonly" in str(error):
            return 409, "This copy of the database is read-only."
        raise
    return None


async def _decide(
    datasette: Datasette, request: Request, database: Database, loaded: tuple[Filters, dict[str, Any]]
) -> Response:
    filters, shown = loaded
    finding, place = shown["finding"], shown["place"]
    if not await may_review(datasette, request):
        raise Forbidden(REVIEW)
    ensure_same_site(request)
    if not database.is_mutable:
        return await _say(datasette, request, 409, "This copy of the database is read-only.")
    form = await request.post_vars()
    if form.get("ruling") not in RULINGS:
        return await _say(datasette, request, 400, f"Choose a ruling: {', '.join(RULINGS.values())}.")
    if form.get("digest", finding["digest"]) != finding["digest"]:
        return await _say(datasette, request, 409, "The finding changed after you opened it. Read it again.")
    current = finding["decision"]
    decision = new_decision(
        finding,
        form["ruling"],
        reviewer=str(request.actor["id"]),
        created_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        note=form.get("note", ""),
        supersedes=current["decision_id"] if current else "",
    )

    refused = await _write(database, decision)
    if refused is not None:
        return await _say(datasette, request, *refused)
    datasette.add_message(request, f"Recorded: {RULINGS[decision.ruling]}.", datasette.INFO)
    onward = place["following"] or place["previous"]
    target = onward if form.get("then") == "next" and onward else finding["id"]
    where = finding_link(datasette, database.name, target, filters.query())
    return Response.redirect(where, headers=dict(HEADERS))


# ------------------------------------------------------------------------------------ one article


def _article(conn: sqlite3.Connection, article_id: str) -> dict[str, Any] | None:
    found = queries.article(conn, article_id)
    if found is None:
        return None
    return {
        "article": found,
        "claims": list(read.claims(conn, article_id)),
        "dropped": [s for s in read.sentences(conn, article_id) if s.dropped],
        "findings": queries.article_findings(conn, article_id),
    }


async def article_page(datasette: Datasette, request: Request) -> Response:
    """An article's text with its claims marked, what was left out with the reason, and its findings."""
    database = await chosen_database(datasette, request)
    article_id = tilde_decode(request.url_vars["article_id"])
    shown = await _ask(database, lambda conn: _article(conn, article_id))
    if shown is None:
        raise NotFound(f"No article {article_id}")
    leads: dict[str, str] = {}
    for finding in shown["findings"]:
        for side in (finding["a"], finding["b"]):
            leads.setdefault(side["claim_id"], finding_link(datasette, database.name, finding["id"]))
    marks: dict[str, list[Mark]] = {"title": [], "text": []}
    for claim in shown["claims"]:
        href = leads.get(claim.claim_id, "")
        marks[claim.part].append(Mark(claim.start, claim.end))
        marks[claim.part].append(Mark(claim.focus.start, claim.focus.end, focus=True, href=href))
    for sentence in shown["dropped"]:
        marks[sentence.part].append(Mark(sentence.start, sentence.end, dropped=sentence.dropped))
    article = shown["article"]
    context = {
        **shown,
        "database": database.name,
        "title_pieces": pieces(article["title"], marks["title"]),
        "paragraphs": [p for p in paragraphs(article["text"], marks["text"]) if any(piece.text.strip() for piece in p)],
    }
    return await _render(datasette, request, "reconcile_article.html", context)
