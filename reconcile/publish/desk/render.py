"""What all pages share: addresses, headers, static files, rendering, the copy for publication."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode, urlsplit

from datasette.utils import tilde_encode
from datasette.utils.asgi import NotFound, Response

from reconcile.publish.decisions import NOTE_LIMIT, REASONS, RULINGS
from reconcile.publish.desk import words
from reconcile.publish.desk.access import our_databases, publishing
from reconcile.publish.desk.marks import quote_pieces

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database
    from datasette.utils.asgi import Request

T = TypeVar("T")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


STATIC = {"desk.css": "text/css", "tables.css": "text/css", "desk.js": "text/javascript"}


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


def question_link(datasette: Datasette, database: str, cluster_id: str) -> str:
    """Return the address of a question's page."""
    return link(datasette, database, f"/-/reconcile/question/{tilde_encode(cluster_id)}")


def story_link(datasette: Datasette, database: str, story_id: str) -> str:
    """Return the address of a story's page."""
    return link(datasette, database, f"/-/reconcile/story/{tilde_encode(story_id)}")


def source_link(datasette: Datasette, database: str, source: str) -> str:
    """Return the address of a source's page."""
    return link(datasette, database, f"/-/reconcile/source/{tilde_encode(source)}")


def web_link(url: str) -> str:
    """Return ``url`` if a browser may be sent there (http or https with a host), else nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


# ------------------------------------------------------------------------------------ rendering


@cache
def _static(name: str) -> tuple[str, str]:
    text = (files("reconcile.publish.desk") / "static" / name).read_text("utf-8")
    return text, hashlib.sha256(text.encode()).hexdigest()[:12]


def static_link(datasette: Datasette, name: str) -> str:
    """Return the address of one of STATIC; it changes with the content."""
    return f"{datasette.urls.path(f'/-/reconcile/{name}')}?v={_static(name)[1]}"


async def static_file(request: Request) -> Response:
    """Serve a stylesheet or the script of the review pages."""
    name = request.url_vars["name"]
    headers = {**HEADERS, "Cache-Control": "max-age=31536000, immutable"}
    return Response(_static(name)[0], headers=headers, content_type=f"{STATIC[name]}; charset=utf-8")


async def render(
    datasette: Datasette, request: Request, template: str, context: dict[str, Any], *, status: int = 200
) -> Response:
    """Return a page. ``context["database"]`` names the database that its links lead to."""
    database = context.get("database", "")
    names = await our_databases(datasette)
    shared = {
        "css": static_link(datasette, "desk.css"),
        "script": static_link(datasette, "desk.js"),
        "page_url": lambda path, **query: link(datasette, database, f"/-/reconcile{path}", query),
        "databases": names,
        "queue_url": link(datasette, database, "/-/reconcile"),
        "finding_url": lambda i, **query: finding_link(datasette, database, i, query),
        "article_url": lambda i: article_link(datasette, database, i),
        "question_url": lambda i: question_link(datasette, database, i),
        "story_url": lambda i: story_link(datasette, database, i),
        "source_url": lambda i: source_link(datasette, database, i),
        "web_link": web_link,
        "day": words.day,
        "language": words.language,
        "relation_word": words.relation,
        "relation_count": words.relations,
        "field_word": words.field,
        "comparison_word": words.comparison,
        "role_word": words.role,
        "because": words.because,
        "rule_words": words.rule,
        "level_word": words.level,
        "quote_pieces": quote_pieces,
        "rulings": RULINGS,
        "reasons": REASONS,
        "publishing": publishing(datasette),
        "note_limit": NOTE_LIMIT,
    }
    html = await datasette.render_template(template, {**shared, **context}, request=request)
    return Response.html(html, status=status, headers=dict(HEADERS))


async def say(datasette: Datasette, request: Request, status: int, message: str) -> Response:
    """Return a page that says why something was not done; at 503 it names when to come back."""
    context = {"message": message, "status": status}
    response = await render(datasette, request, "reconcile_message.html", context, status=status)
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


async def ask(database: Database, function: Callable[[sqlite3.Connection], T]) -> T:
    """Return what ``function`` reads from the database."""
    result: T = await database.execute_fn(function)
    return result


async def found(database: Database, function: Callable[[sqlite3.Connection], T | None], what: str) -> T:
    """Return what ``function`` reads from the database.

    :raises NotFound: with ``what``, where it returns None.
    """
    result = await ask(database, function)
    if result is None:
        raise NotFound(what)
    return result


def json_response(form: Mapping[str, Any]) -> Response:
    """Return a plain object as JSON with our headers."""
    return Response.json({"ok": True, **form}, headers=dict(HEADERS))
