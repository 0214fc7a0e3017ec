"""The queue, one finding, one article: check, ask the database, render. No markup and no SQL here."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import Response

from reconcile.errors import StoreError
from reconcile.publish import read, retractions
from reconcile.publish.decisions import standing
from reconcile.publish.desk import fields, groups, listings, queries, questions, rulings, versions, words
from reconcile.publish.desk.access import chosen_database, publishing
from reconcile.publish.desk.filters import Filters, Viewer
from reconcile.publish.desk.marks import Mark, context_pieces, paragraphs, pieces, told, waterfall
from reconcile.publish.desk.render import HEADERS, ask, finding_link, found, json_response, link, render, say
from reconcile.publish.verifications import verification_text

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.database import Database
    from datasette.utils.asgi import Request


# ------------------------------------------------------------------------------------ the queue


def _page_number(request: Request) -> int:
    text = request.args.get("page") or "1"
    return min(int(text), queries.MAX_PAGE) if text.isascii() and text.isdigit() else 1


async def _queue(datasette: Datasette, request: Request) -> tuple[Database, Filters, queries.Queue]:
    database = await chosen_database(datasette, request)
    who, page = await rulings.viewer(datasette, request), _page_number(request)
    filters = Filters.from_args(request.args.get, who.name)
    found = await ask(database, lambda conn: queries.queue(conn, filters, page, sees_all=who.sees_all))
    return database, filters, found


async def queue_page(datasette: Datasette, request: Request) -> Response:
    """The findings that wait for a ruling, most severe first, with filters."""
    database, filters, listing = await _queue(datasette, request)

    def url(**changes: str) -> str:
        return link(datasette, database.name, "/-/reconcile", {**filters.query(), **changes})

    context = {
        "database": database.name,
        "filters": filters,
        "filter_query": filters.query(),
        "found": listing,
        "url": url,
        "can_review": bool(filters.reviewer) and database.is_mutable,
        "last": await ask(database, lambda conn: rulings.last_ruling(conn, filters.reviewer)),
        "json_url": link(datasette, database.name, "/-/reconcile.json", filters.query()),
        "table_url": listings.table_link(datasette, database.name, filters),
        "csv_url": listings.table_link(datasette, database.name, filters, "csv"),
        "first": (listing.page - 1) * queries.PAGE_SIZE + 1,
    }
    return await render(datasette, request, "reconcile_queue.html", context)


async def queue_json(datasette: Datasette, request: Request) -> Response:
    """The queue as JSON: the findings in their documented form, counts, and the filters' choices."""
    database, filters, listing = await _queue(datasette, request)
    return json_response({"database": database.name, "filters": asdict(filters), **asdict(listing)})


# ------------------------------------------------------------------------------------ one finding


def _quote_only(side: dict[str, Any]) -> None:
    """Leave of a side's paragraph only the sentence that is quoted."""
    shift, length = side["start"], len(side["quote"])
    focus = {name: min(max(side[name] - shift, 0), length) for name in ("focus_start", "focus_end")}
    side["context"] = {"text": side["quote"], "start": 0, "end": length, **focus}
    side["context"] |= {"cut_before": True, "cut_after": True}


def _quotes_only(finding: dict[str, Any]) -> None:
    """Leave of both sides, and of what a verifier quotes, only what the two sentences hold."""
    for name in ("a", "b"):
        _quote_only(finding[name])
        for said in finding["verifications"]:
            if said[f"quote_{name}"] not in finding[name]["quote"]:
                said[f"quote_{name}"] = ""


def _finding(
    conn: sqlite3.Connection, filters: Filters, finding_id: str, *, who: Viewer, quotes_only: bool
) -> dict[str, Any] | None:
    """Everything that a finding's page shows to ``who``, as plain data; None if there is no such finding.

    A reviewer sees what others ruled only after ruling on the words as they are now.
    """
    try:
        finding = read.explain(conn, finding_id)
    except StoreError:
        return None
    for side in (finding["a"], finding["b"]):
        side["copies"] = queries.copies(conn, side["also_in"])
        side["said_by"] = queries.said_by(conn, side["claim_id"])
        side["repeats"] = queries.repeats(conn, side["article_id"])
    question = questions.question(conn, finding["cluster_id"])
    if quotes_only:
        _quotes_only(finding)
    else:
        for side in (finding["a"], finding["b"]):
            versions.add_sentences(conn, side, question)
    every = list(read.decisions(conn, finding_id))
    seen = rulings.visible(every, who, finding["digest"])
    stands = standing(seen)
    mine = next((d for d in stands if d.reviewer == filters.reviewer), None)
    if len(seen) < len(every):
        finding["decision"] = None
    return {
        "finding": finding,
        "decisions": [read.decision_form(d) for d in seen],
        "standing": [d.decision_id for d in stands],
        "mine": None if mine is None else read.decision_form(mine),
        "others_hidden": len({d.reviewer for d in standing(every)} - {d.reviewer for d in seen}),
        "agreed": len({d.ruling for d in stands if d.digest == finding["digest"]}) == 1,
        "story": queries.story_title(conn, finding["story_id"]),
        "question": question,
        **_group(conn, finding_id, who),
        "cluster": queries.cluster_findings(conn, finding["cluster_id"], finding_id, who),
        "place": asdict(queries.place(conn, filters, finding_id)),
    }


def _group(conn: sqlite3.Connection, finding_id: str, who: Viewer) -> dict[str, Any]:
    """The rest of a finding's group: which a ruling would cover, and which are new in a group that was ruled on."""
    group = groups.members(conn, finding_id, who.name)
    covered = {member.finding_id for member in groups.covered(group)}
    settled = {member.finding_id for member in group if member.settled}
    pairs = [
        {**form, "covered": form["id"] in covered, "new": bool(settled) and form["id"] not in settled}
        for form in queries.group_findings(conn, finding_id, who)
    ]
    return {"pairs": pairs, "group": groups.shown_token(group), "covered": len(covered), "others": len(group) - 1}


async def _load(datasette: Datasette, request: Request) -> tuple[Database, Filters, dict[str, Any]]:
    database = await chosen_database(datasette, request)
    who, quotes = await rulings.viewer(datasette, request), publishing(datasette)
    filters = Filters.from_args(request.args.get, who.name)
    finding_id = tilde_decode(request.url_vars["finding_id"])
    missing = f"No finding {finding_id}; it may be gone since the last run"
    shown = await found(
        database, lambda conn: _finding(conn, filters, finding_id, who=who, quotes_only=quotes), missing
    )
    return database, filters, shown


async def finding_json(datasette: Datasette, request: Request) -> Response:
    """One finding as JSON: its form, outcomes, paragraphs, decisions, and the others on the same question."""
    _, _, shown = await _load(datasette, request)
    return json_response(shown)


async def finding_page(datasette: Datasette, request: Request) -> Response:
    """One finding with its evidence; a POST records a ruling."""
    database, filters, shown = await _load(datasette, request)
    if request.method == "POST":
        return await rulings.decide(datasette, request, database, (filters, shown))
    if request.method not in ("GET", "HEAD"):
        return await say(datasette, request, 405, "This page can be read or posted to.")
    finding, query = shown["finding"], filters.query()
    latest: Mapping[str, str] | None = shown["mine"] or (None if filters.reviewer else finding["decision"])
    context = {
        **shown,
        "database": database.name,
        "filter_query": query,
        "pieces": {side: context_pieces(finding[side]["context"]) for side in ("a", "b")},
        "fall": waterfall([o["weight"] for o in finding["outcomes"]]),
        "told": told(finding["outcomes"]),
        "can_review": bool(filters.reviewer) and database.is_mutable,
        "read_only": not database.is_mutable,
        "stale": latest is not None and latest["digest"] != finding["digest"],
        "last": await ask(database, lambda conn: rulings.last_ruling(conn, filters.reviewer)),
        "json_url": link(datasette, database.name, f"/-/reconcile/{tilde_encode(finding['id'])}.json", query),
        "post_url": finding_link(datasette, database.name, finding["id"], query),
        "queue_url": link(datasette, database.name, "/-/reconcile", query),
        "in_words": words.relation_in_words(finding),
        "verified": [verification_text(said) for said in finding["verifications"]],
    }
    return await render(datasette, request, "reconcile_finding.html", context)


# ------------------------------------------------------------------------------------ one article


def _article(conn: sqlite3.Connection, article_id: str, who: Viewer) -> dict[str, Any] | None:
    """Everything that an article's page shows; the row of its retraction, which has ``retracted_at``, if it has one."""
    article = queries.article(conn, article_id)
    if article is None:
        return retractions.standing(conn, [article_id]).get(article_id)
    return {
        "article": article,
        "claims": list(read.claims(conn, [article_id])),
        "dropped": [s for s in read.sentences(conn, [article_id]) if s.dropped],
        "findings": queries.article_findings(conn, article_id, who),
        "changes": list(read.change_dicts(conn, article_id)),
    }


def _article_marks(shown: Mapping[str, Any], address: Callable[[str], str]) -> dict[str, list[Mark]]:
    """What is drawn over the title and the text; ``address`` gives that of a finding."""
    marks: dict[str, list[Mark]] = {"title": [], "text": []}
    for claim in shown["claims"]:
        marks[claim.part].append(Mark(claim.start, claim.end))
    for finding in shown["findings"]:
        for side in (finding["a"], finding["b"]):
            if side["article_id"] == shown["article"]["article_id"]:
                href = address(finding["id"])
                marks[side["part"]].append(Mark(side["focus_start"], side["focus_end"], focus=True, href=href))
    for part, mark in fields.drawn(shown["claims"]):
        marks[part].append(mark)
    for sentence in shown["dropped"]:
        marks[sentence.part].append(Mark(sentence.start, sentence.end, dropped=sentence.dropped))
    return marks


async def _load_article(datasette: Datasette, request: Request) -> tuple[Database, dict[str, Any]]:
    database = await chosen_database(datasette, request)
    article_id = tilde_decode(request.url_vars["article_id"])
    who = await rulings.viewer(datasette, request)
    return database, await found(database, lambda conn: _article(conn, article_id, who), f"No article {article_id}")


async def article_json(datasette: Datasette, request: Request) -> Response:
    """One article as JSON: its claims as cells, its findings; no text where only quotes are published."""
    _, shown = await _load_article(datasette, request)
    if "retracted_at" in shown:
        form: dict[str, Any] = {"ok": False, "error": retractions.told(shown), "retraction": shown}
        return Response.json(form, status=410, headers=dict(HEADERS))
    article = dict(shown["article"])
    form = {"article": article, "findings": shown["findings"]}
    if publishing(datasette):
        del article["text"]
    else:
        form["claims"] = [{"claim_id": claim.claim_id, **fields.row(claim)} for claim in shown["claims"]]
        form["changes"] = shown["changes"]
    return json_response(form)


async def article_page(datasette: Datasette, request: Request) -> Response:
    """An article's text with its claims marked, what was left out with the reason, and its findings."""
    database, shown = await _load_article(datasette, request)
    if "retracted_at" in shown:
        gone = {"retraction": shown, "database": database.name}
        return await render(datasette, request, "reconcile_retracted.html", gone, status=410)
    article = shown["article"]
    context: dict[str, Any] = {"article": article, "findings": shown["findings"], "database": database.name}
    if publishing(datasette):
        context["title_pieces"] = pieces(article["title"], [])
        return await render(datasette, request, "reconcile_article.html", context)
    marks = _article_marks(shown, lambda finding_id: finding_link(datasette, database.name, finding_id))
    context |= {
        "changes": shown["changes"],
        "rows": [fields.row(claim) for claim in shown["claims"]],
        "kinds": fields.KINDS,
        "title_pieces": pieces(article["title"], marks["title"]),
        "paragraphs": [p for p in paragraphs(article["text"], marks["text"]) if any(piece.text.strip() for piece in p)],
    }
    return await render(datasette, request, "reconcile_article.html", context)
