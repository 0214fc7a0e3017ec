"""The desk's exports over HTTP: the Atom feed and the ClaimReview documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from datasette.utils import tilde_decode
from datasette.utils.asgi import NotFound, Response

from reconcile.publish import exports
from reconcile.publish.desk.access import chosen_database
from reconcile.publish.desk.render import HEADERS, ask, finding_link, link
from reconcile.publish.desk.rulings import viewer

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request


def _address(datasette: Datasette, request: Request, database: str) -> exports.Address:
    return lambda finding_id: str(datasette.absolute_url(request, finding_link(datasette, database, finding_id)))


async def feed(datasette: Datasette, request: Request) -> Response:
    """The newest open conflicts as Atom."""
    database = await chosen_database(datasette, request)
    findings = await ask(database, exports.new_conflicts)
    own, queue = (
        str(datasette.absolute_url(request, link(datasette, database.name, path)))
        for path in ("/-/reconcile/conflicts.atom", "/-/reconcile")
    )
    text = exports.atom(findings, own=own, queue=queue, address=_address(datasette, request, database.name))
    return Response(text, headers=dict(HEADERS), content_type="application/atom+xml; charset=utf-8")


async def reviews(datasette: Datasette, request: Request) -> Response:
    """ClaimReview of one confirmed conflict, or of all whose rulings whoever asks may see."""
    database = await chosen_database(datasette, request)
    finding_id = tilde_decode(request.url_vars.get("finding_id", "")) or None
    who = await viewer(datasette, request)
    ruled_by = None if who.sees_all else who.name
    findings = await ask(database, lambda conn: exports.confirmed(conn, finding_id, ruled_by=ruled_by))
    if finding_id and not findings:
        raise NotFound(f"{finding_id} is no confirmed conflict, or none that you have ruled on")
    form = exports.claim_reviews(findings, _address(datasette, request, database.name))
    text = json.dumps(form, ensure_ascii=False, indent=2)
    return Response(text, headers=dict(HEADERS), content_type="application/ld+json; charset=utf-8")


def routes() -> list[tuple[str, Any]]:
    """Return the routes of the exports."""
    return [
        (r"^/-/reconcile/conflicts\.atom$", feed),
        (r"^/-/reconcile/claimreview\.jsonld$", reviews),
        (r"^/-/reconcile/(?P<finding_id>[0-9A-Za-z_~-]+)\.jsonld$", reviews),
    ]
