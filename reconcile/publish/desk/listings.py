"""The queue in Datasette's own tables: which view has the rows that a reviewer looks at, and exactly those rows.

The filters travel in one parameter, so that Datasette's links to JSON, CSV and further pages carry them along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from datasette.filters import FilterArguments

from reconcile.model import Relation
from reconcile.publish.desk.access import blind
from reconcile.publish.desk.filters import Filters
from reconcile.publish.desk.rulings import viewer

# ruff: noqa: S608 (statements are put together from constants; values are parameters)

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

PARAMETER = "_reconcile"
VIEWS = ("conflicts_open", "conflicts_decided", "findings_readable")


def _view(datasette: Datasette, filters: Filters) -> str:
    """Return the view with the columns that suit these filters; one without rulings where reviewers are blind."""
    views = (
        {"open": "conflicts_open"} if blind(datasette) else {"open": "conflicts_open", "decided": "conflicts_decided"}
    )
    return views.get(filters.state if filters.relation == Relation.CONFLICT else "", "findings_readable")


def table_link(datasette: Datasette, database: str, filters: Filters, form: str = "") -> str:
    """Return the address of the rows of the queue in Datasette's table, or of their CSV (``form``)."""
    query = {PARAMETER: urlencode(filters.query()), **({"_stream": "on"} if form == "csv" else {})}
    return f"{datasette.urls.table(database, _view(datasette, filters), form or None)}?{urlencode(query)}"


async def queue_rows(datasette: Datasette, request: Request, database: str, table: str) -> FilterArguments | None:
    """Return the conditions that leave only the rows of the queue with the filters of ``_reconcile``, if given."""
    given = request.args.get(PARAMETER)
    if given is None or table not in VIEWS or database not in getattr(datasette, "_reconcile_databases", ()):
        return None
    filters = Filters.from_args(dict(parse_qsl(given)).get, (await viewer(datasette, request)).name)
    chosen = f"finding_id IN (SELECT f.finding_id FROM findings f WHERE {filters.where()})"
    words = ", ".join(f"{name} {value}" for name, value in filters.query().items())
    return FilterArguments([chosen], filters.values(), [f"in the review queue ({words or 'open conflicts'})"])
