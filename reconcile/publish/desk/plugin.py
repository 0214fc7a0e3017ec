"""Datasette plugin: the review pages under ``/-/reconcile``, for Datasette 0.65.

It knows its databases by their tables, whatever the file is called, and lends the descriptions that
``metadata.yml`` gives for the database ``reconcile`` to every one of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from datasette import hookimpl
from markupsafe import Markup

from reconcile.publish.desk import pages
from reconcile.publish.desk.access import (
    PLUGIN,
    REVIEW,
    allowed_by_config,
    local_actor,
    our_databases,
)

if TYPE_CHECKING:
    from datasette.app import Datasette
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
        (r"^/-/reconcile/(?P<name>desk|tables)\.css$", pages.stylesheet),
        (r"^/-/reconcile/article/(?P<article_id>[^/]+)$", pages.article_page),
        (r"^/-/reconcile/(?P<finding_id>[0-9A-Za-z_~-]+)\.json$", pages.finding_json),
        (r"^/-/reconcile/(?P<finding_id>[0-9A-Za-z_~-]+)$", pages.finding_page),
    ]


@last_hook
def actor_from_request(datasette: Datasette, request: Request) -> dict[str, Any] | None:
    """Know the single local user, where ``local: true`` is set and nobody else is signed in."""
    return local_actor(datasette, request)


@hook
def permission_allowed(datasette: Datasette, actor: dict[str, Any] | None, action: str) -> bool | None:
    """Grant ``reconcile-review`` as the plugin's settings say."""
    return allowed_by_config(datasette, actor) if action == REVIEW else None


@hook
def extra_css_urls(datasette: Datasette, database: str | None, table: str | None) -> list[str]:
    """Keep the descriptions of many columns from pushing our tables off the page."""
    ours = table is not None and database in getattr(datasette, _NAMES, ())
    return [pages.css_link(datasette, "tables")] if ours else []


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
    return [{"href": pages.link(datasette, database, "/-/reconcile"), "label": "Review conflicts"}]


# A table's primary key leads to its row in Datasette, so there the readable column leads to our page.
_LINKED = {("findings", "about"): "finding_id", ("articles", "title"): "article_id"}


@hook
def render_cell(
    row: Any, value: object, column: str, table: str | None, database: str, datasette: Datasette
) -> Markup | None:
    """Link findings and articles to their pages, in tables and views of ours."""
    if not table or not isinstance(value, str) or database not in getattr(datasette, _NAMES, ()):
        return None
    key = _LINKED.get((table, column), column)
    if not value or (key == column and (column != "finding_id" or table == "comparisons")):
        return None
    address = pages.article_link if key == "article_id" else pages.finding_link
    return Markup('<a href="{}">{}</a>').format(address(datasette, database, row[key]), value)


@hook
def prepare_jinja2_environment(env: Environment) -> None:
    """Find the templates inside the package, without ``--template-dir``."""
    from jinja2 import ChoiceLoader, PackageLoader

    present = [env.loader] if env.loader else []
    env.loader = ChoiceLoader([*present, PackageLoader("reconcile.publish.desk")])
