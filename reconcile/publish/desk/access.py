"""Which databases are ours, who may see them, and who may rule."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from datasette.utils import actor_matches_allow
from datasette.utils.asgi import Forbidden, NotFound

from reconcile.publish.schema import applied_migrations, known_migrations

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database
    from datasette.utils.asgi import Request

PLUGIN = "reconcile"
REVIEW = "reconcile-review"
LOCAL = "local"
OUR_TABLES = frozenset({"findings", "claims", "decisions", "runs"})
SHOWN_TABLES = (  # all that some page reads: whoever may not see one of them sees no page
    "findings", "claims", "articles", "sentences", "comparisons", "decisions", "verifications", "retractions",
    "sources", "stories", "story_articles", "clusters", "cluster_claims", "origins", "revisions", "changes", "runs",
)  # fmt: skip
# Tables and views whose names start so show whole articles, or enough sentences to put one together.
WHOLE_TEXTS = ("articles", "pages", "sentences", "claims", "revisions", "changes", "verifications")
# Tables and views whose names start so tell who ruled what.
RULED = ("decisions", "conflicts_decided")
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


def config(datasette: Datasette) -> Mapping[str, Any]:
    """Return the plugin's settings: ``allow`` (who may rule), ``local`` (whoever sits here may, as ``reviewer``)."""
    found = datasette.plugin_config(PLUGIN)
    return found if isinstance(found, dict) else {}


def publishing(datasette: Datasette) -> bool:
    """True where the settings say ``publish``: readers see quotes, never whole articles."""
    return config(datasette).get("publish") is True


def blind(datasette: Datasette) -> bool:
    """True where several may rule, each without knowing how the others did: ``blind``, else where ``allow`` is set."""
    settings = config(datasette)
    return bool(settings.get("blind", "allow" in settings and settings.get("local") is not True))


async def our_databases(datasette: Datasette) -> list[str]:
    """Return the names of the databases that hold findings, whatever their files are called."""
    return [
        name
        for name, database in datasette.databases.items()
        if name != "_internal" and OUR_TABLES.issubset(await database.table_names())
    ]


async def chosen_database(datasette: Datasette, request: Request) -> Database:
    """Return the database named by ``?db=``, else the first of ours, after checking that it may be seen.

    :raises NotFound: if there is none of that name; Forbidden: if the actor may not see it.
    """
    names = await our_databases(datasette)
    wanted = request.args.get("db")
    if not names:
        raise NotFound("None of these databases was made by reconcile")
    if wanted and wanted not in names:
        raise NotFound(f"No reconcile database called {wanted}")
    name = wanted or names[0]
    database = datasette.get_database(name)
    if not await database.execute_fn(lambda conn: set(known_migrations()) <= applied_migrations(conn)):
        raise NotFound(f"{name} was made by an older reconcile; `reconcile run` on it brings it up to date")
    hidden = (*(WHOLE_TEXTS if publishing(datasette) else ()), *(RULED if blind(datasette) else ()))
    for table in (t for t in SHOWN_TABLES if t not in hidden):
        permissions = [("view-table", (name, table)), ("view-database", name), "view-instance"]
        await datasette.ensure_permissions(request.actor, permissions)
    return database


def is_local(request: Request) -> bool:
    """True for a browser on this very machine: no proxy between, and a host name that cannot be rebound."""
    client = request.scope.get("client")
    headers = request.headers
    if not client or any(name in headers for name in _FORWARDED):
        return False
    try:
        loopback = ipaddress.ip_address(client[0]).is_loopback
        host = urlsplit(f"//{headers.get('host', '')}").hostname or ""
    except ValueError:
        return False
    return loopback and host in _LOCAL_HOSTS


def _local_user(datasette: Datasette) -> dict[str, Any] | None:
    """Return who may rule without signing in, by the name in the settings; None where they let nobody."""
    settings = config(datasette)
    name = str(settings.get("reviewer") or LOCAL)
    name = LOCAL if name == "root" else name  # whom Datasette lets do everything
    return {"id": name, "reconcile_local": True} if settings.get("local") is True else None


def local_actor(datasette: Datasette, request: Request) -> dict[str, Any] | None:
    """Return the local reviewer where the settings say so and the browser is on this machine."""
    return _local_user(datasette) if is_local(request) else None


def allowed_by_config(datasette: Datasette, actor: Mapping[str, Any] | None) -> bool | None:
    """Return whether the settings let ``actor`` rule; None where they say nothing about them."""
    if not actor:
        return None
    settings = config(datasette)
    if actor.get("id") == "root" or actor == _local_user(datasette):
        return True
    allow = settings.get("allow")
    return True if allow is not None and actor_matches_allow(actor, allow) else None


def kept_back(datasette: Datasette, action: str, resource: object) -> bool:
    """True for what would show whole articles of ours where only quotes are published."""
    if not publishing(datasette):
        return False
    ours = getattr(datasette, "_reconcile_databases", ())
    database = resource[0] if isinstance(resource, tuple) else resource
    if database not in ours:
        return False
    if action == "view-table" and isinstance(resource, tuple):
        return str(resource[1]).startswith(WHOLE_TEXTS)
    return action in ("execute-sql", "view-database-download")


def kept_blind(datasette: Datasette, actor: Mapping[str, Any] | None, action: str, resource: object) -> bool:
    """True for what would show rulings past the review pages, to anyone but ``root``, where reviewers are blind."""
    if not blind(datasette) or (actor or {}).get("id") == "root":
        return False
    database = resource[0] if isinstance(resource, tuple) else resource
    if database not in (*getattr(datasette, "_reconcile_databases", ()), "_memory"):
        return False
    if action == "view-table" and isinstance(resource, tuple):
        return str(resource[1]).startswith(RULED)
    return action in ("execute-sql", "view-database-download")


async def may_review(datasette: Datasette, request: Request) -> bool:
    """Return whether whoever asks may record decisions."""
    return bool(await datasette.permission_allowed(request.actor, REVIEW, default=False))


def ensure_same_site(request: Request) -> None:
    """Refuse a form that another site sent.

    Datasette's own check passes requests without cookies. The local reviewer is known by address and
    not by a cookie, so another site's form would be taken for theirs.

    :raises Forbidden: if the browser says that the form came from elsewhere, or a local one has no token.
    """
    headers = request.headers
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("This form was sent from another site")
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        raise Forbidden("This form was sent from another site")
    if request.actor and request.actor.get("reconcile_local") and "ds_csrftoken" not in request.cookies:
        raise Forbidden("The form has no token; reload the page")
