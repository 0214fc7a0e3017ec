"""Questions, stories, sources, quality: each a page and the same as JSON."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import Response

from reconcile.publish import quality
from reconcile.publish.desk import plots, queries, questions, rulings, stories
from reconcile.publish.desk.access import chosen_database
from reconcile.publish.desk.filters import Viewer
from reconcile.publish.desk.render import found, json_response, link, render

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

Reader = Callable[[sqlite3.Connection, str, Viewer], Any]
Drawn = Callable[[Mapping[str, Any]], dict[str, Any]]
Handler = Callable[..., Awaitable[Response]]


def _question(conn: sqlite3.Connection, cluster_id: str, who: Viewer) -> dict[str, Any] | None:
    shown = questions.question(conn, cluster_id)
    if shown is None:
        return None
    shown.pop("findings")
    return {"question": shown, "findings": queries.cluster_findings(conn, cluster_id, "", who)}


def _question_plots(shown: Mapping[str, Any]) -> dict[str, Any]:
    asked = shown["question"]
    dated = asked["field"] == "date"
    return {
        "strip": (plots.date_strip if dated else plots.value_strip)(asked["answers"]),
        "times": plots.answer_times(asked["answers"]),
    }


def _story(conn: sqlite3.Connection, story_id: str, _: Viewer) -> dict[str, Any] | None:
    shown = stories.story(conn, story_id)
    return None if shown is None else {"story": shown}


def _story_plots(shown: Mapping[str, Any]) -> dict[str, Any]:
    story = shown["story"]
    return {"times": plots.story_times(story["articles"]), "map": plots.heat_map(_outlets(story["pairs"]))}


def _source(conn: sqlite3.Connection, source_id: str, _: Viewer) -> dict[str, Any] | None:
    shown = stories.source(conn, source_id)
    return None if shown is None else {"source": shown}


def _stories(conn: sqlite3.Connection, _: str, __: Viewer) -> dict[str, Any]:
    return {"stories": stories.stories(conn)}


def _sources(conn: sqlite3.Connection, _: str, __: Viewer) -> dict[str, Any]:
    return stories.sources(conn)


def _sources_plots(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {"map": plots.heat_map(_outlets(shown["pairs"]))}


def _outlets(pairs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the pairs with a trusted table."""
    return [pair for pair in pairs if not pair["reference"]]


def _quality(conn: sqlite3.Connection, _: str, who: Viewer) -> dict[str, Any]:
    """Sums tell nobody how another ruled on one finding; the list of stale rulings would."""
    return quality.report(conn, stale_of=None if who.sees_all else who.name)


def _nothing(_: Mapping[str, Any]) -> dict[str, Any]:
    return {}


# Path, template, what is read, what is drawn. A path that ends in "/" takes an id.
PAGES: tuple[tuple[str, str, Reader, Drawn], ...] = (
    ("question/", "reconcile_question.html", _question, _question_plots),
    ("story/", "reconcile_story.html", _story, _story_plots),
    ("source/", "reconcile_source.html", _source, _nothing),
    ("stories", "reconcile_stories.html", _stories, _nothing),
    ("sources", "reconcile_sources.html", _sources, _sources_plots),
    ("quality", "reconcile_quality.html", _quality, _nothing),
)


def _plain(value: Any) -> Any:
    """Return the value with dataclasses as objects."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def handlers(path: str, template: str, reader: Reader, drawn: Drawn) -> tuple[Handler, Handler]:
    """Return the handlers of one page and of its JSON form."""

    async def load(datasette: Datasette, request: Request) -> tuple[str, str, dict[str, Any]]:
        database = await chosen_database(datasette, request)
        name = tilde_decode(request.url_vars.get("id", ""))
        who = await rulings.viewer(datasette, request)
        missing = f"No {path.rstrip('/')} {name}; it may be gone since the last run"
        return database.name, name, await found(database, lambda conn: reader(conn, name, who), missing)

    async def page(datasette: Datasette, request: Request) -> Response:
        database, name, shown = await load(datasette, request)
        json_url = link(datasette, database, f"/-/reconcile/{path}{tilde_encode(name)}.json")
        context = {**shown, **drawn(shown), "database": database, "json_url": json_url, "heat": plots.heat}
        return await render(datasette, request, template, context)

    async def as_json(datasette: Datasette, request: Request) -> Response:
        _, _, shown = await load(datasette, request)
        return json_response(_plain(shown))

    return page, as_json


def routes() -> list[tuple[str, Handler]]:
    """Return the routes of all these pages, JSON forms first."""
    made = []
    for path, template, reader, drawn in PAGES:
        page, as_json = handlers(path, template, reader, drawn)
        name = "(?P<id>[^/]+?)" if path.endswith("/") else ""
        made += [(rf"^/-/reconcile/{path}{name}\.json$", as_json), (rf"^/-/reconcile/{path}{name}$", page)]
    return made
