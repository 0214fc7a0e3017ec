"""Datasette plugin: the review pages under ``/-/reconcile``, for Datasette 0.65.

It knows its databases by their tables, whatever the file is called, and lends the descriptions that
``metadata.yml`` gives for the database ``reconcile`` to every one of them.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from datasette import hookimpl
from markupsafe import Markup

from reconcile.publish.desk import exports, guard, listings, overviews, pages, render, rulings
from reconcile.publish.desk.access import (
    PLUGIN,
    REVIEW,
    allowed_by_config,
    kept_back,
    kept_blind,
    local_actor,
    our_databases,
)

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.filters import FilterArguments
    from datasette.utils.asgi import Request
    from jinja2 import Environment

_F = TypeVar("_F", bound=Callable[..., Any])
_NAMES = "_reconcile_databases"
_LENT = ("title", "description", "source", "source_url", "license", "license_url", "tables")


def hook(function: _F) -> _F:
    """Mark a Datasette hook and keep its type."""
    marked: _F = hookimpl(function)
    return marked


def last_hook(function: _F) -> _F:
    """Mark a Datasette hook that others go before."""
    marked: _F = hookimpl(trylast=True)(function)
    return marked


@hook
def startup(datasette: Datasette) -> Callable[[], Awaitable[None]]:
    """Note which databases are ours: the hooks below that use it cannot ask a database."""

    guard.keep_quiet()

    async def inner() -> None:
        setattr(datasette, _NAMES, tuple(await our_databases(datasette)))

    return inner


@hook
def get_metadata(datasette: Datasette) -> dict[str, Any]:
    """Describe our databases as ``metadata.yml`` describes the database ``reconcile``."""
    given = (datasette._metadata_local.get("databases") or {}).get(PLUGIN)
    if not isinstance(given, dict):
        return {}
    lent = {key: given[key] for key in _LENT if key in given}
    return {"databases": {name: lent for name in getattr(datasette, _NAMES, ()) if name != PLUGIN}}


@hook
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    """The pages, with their JSON forms."""
    return [
        (r"^/-/reconcile/?$", pages.queue_page),
        (r"^/-/reconcile\.json$", pages.queue_json),
        (rf"^/-/reconcile/(?P<name>{'|'.join(map(re.escape, render.STATIC))})$", render.static_file),
        *overviews.routes(),
        *exports.routes(),
        (r"^/-/reconcile/undo$", rulings.undo_page),
        (r"^/-/reconcile/article/(?P<article_id>[^/]+?)\.json$", pages.article_json),
        (r"^/-/reconcile/article/(?P<article_id>[^/]+)$", pages.article_page),
        (r"^/-/reconcile/(?P<finding_id>[0-9A-Za-z_~-]+)\.json$", pages.finding_json),
        (r"^/-/reconcile/(?P<finding_id>[0-9A-Za-z_~-]+)$", pages.finding_page),
    ]


@hook
def asgi_wrapper(datasette: Datasette) -> Callable[[guard.App], guard.App]:
    """Bound what is posted to our pages, and send every answer with our headers."""
    return lambda app: guard.guarded(app, datasette)


@last_hook
def actor_from_request(datasette: Datasette, request: Request) -> dict[str, Any] | None:
    """Know the single local user, where ``local: true`` is set and nobody else is signed in."""
    return local_actor(datasette, request)


@hook
def permission_allowed(
    datasette: Datasette, actor: dict[str, Any] | None, action: str, resource: object
) -> bool | None:
    """Grant ``reconcile-review`` as the settings say; keep back whole articles, and rulings, where they say so."""
    if kept_back(datasette, action, resource) or kept_blind(datasette, actor, action, resource):
        return False
    return allowed_by_config(datasette, actor) if action == REVIEW else None


@hook
def filters_from_request(
    datasette: Datasette, request: Request, database: str, table: str
) -> Callable[[], Awaitable[FilterArguments | None]]:
    """Leave of our views the rows that the queue shows, where its link says which."""
    return lambda: listings.queue_rows(datasette, request, database, table)


@hook
def extra_css_urls(datasette: Datasette, database: str | None, table: str | None) -> list[str]:
    """Keep the descriptions of many columns from pushing our tables off the page."""
    ours = table is not None and database in getattr(datasette, _NAMES, ())
    return [render.static_link(datasette, "tables.css")] if ours else []


@hook
def menu_links(datasette: Datasette) -> list[dict[str, str]]:
    """A link to the queue in Datasette's menu."""
    if not getattr(datasette, _NAMES, ()):
        return []
    return [{"href": datasette.urls.path("/-/reconcile"), "label": "Review conflicts"}]


@hook
def database_actions(datasette: Datasette, database: str) -> list[dict[str, str]]:
    """A link to the queue of this database."""
    if database not in getattr(datasette, _NAMES, ()):
        return []
    return [{"href": render.link(datasette, database, "/-/reconcile"), "label": "Review conflicts"}]


# A table's primary key leads to its row in Datasette, so there the readable column leads to our page.
_LINKED: dict[tuple[str, str], tuple[str, Callable[..., str]]] = {
    ("findings", "about"): ("finding_id", render.finding_link),
    ("articles", "title"): ("article_id", render.article_link),
    ("clusters", "label"): ("cluster_id", render.question_link),
    ("stories", "title"): ("story_id", render.story_link),
    ("sources", "name"): ("source_id", render.source_link),
}


@hook
def render_cell(
    row: Any, value: object, column: str, table: str | None, database: str, datasette: Datasette
) -> Markup | None:
    """Link findings, articles, questions, stories and sources to their pages, in tables and views of ours."""
    if not table or not isinstance(value, str) or database not in getattr(datasette, _NAMES, ()):
        return None
    if not value or (column == "finding_id" and table == "comparisons"):
        return None
    linked = _LINKED.get((table, column))
    if linked is None and column != "finding_id":
        return None
    key, address = linked or (column, render.finding_link)
    return Markup('<a href="{}">{}</a>').format(address(datasette, database, row[key]), value)


@hook
def prepare_jinja2_environment(env: Environment) -> None:
    """Find the templates inside the package, without ``--template-dir``."""
    from jinja2 import ChoiceLoader, PackageLoader

    present = [env.loader] if env.loader else []
    env.loader = ChoiceLoader([*present, PackageLoader("reconcile.publish.desk")])
