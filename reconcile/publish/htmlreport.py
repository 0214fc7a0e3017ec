"""The conflicts of a database as one HTML file that needs nothing else: to mail to an editor."""

from __future__ import annotations

import sqlite3
from importlib.resources import files
from typing import Any

from reconcile.publish.decisions import RULINGS
from reconcile.publish.desk import queries, words
from reconcile.publish.desk.marks import quote_pieces
from reconcile.publish.read import query

LIMIT = 500


def html_report(conn: sqlite3.Connection, name: str, *, limit: int = LIMIT) -> str:
    """Return the page: quotes only, the most severe conflicts first, each as its surest pair, grouped by story.

    ``name`` is the database's.
    """
    from jinja2 import Environment, PackageLoader

    env = Environment(loader=PackageLoader("reconcile.publish.desk"), autoescape=True)
    findings = queries.conflicts(conn, limit)
    stories: dict[str, dict[str, Any]] = {}
    for finding in findings:
        story = stories.setdefault(finding["story_id"], {"title": finding["story"], "findings": []})
        story["findings"].append(finding)
    run = next(query(conn, "SELECT finished_at, articles, conflicts FROM runs ORDER BY number DESC LIMIT 1"), {})
    style = (files("reconcile.publish.desk") / "static" / "desk.css").read_text("utf-8")
    env.globals |= {
        "finding_url": lambda finding_id, **_: f"#{finding_id}",
        "article_url": lambda _: "",
        "day": words.day,
        "language": words.language,
        "relation_word": words.relation,
        "field_word": words.field,
        "because": words.because,
        "quote_pieces": quote_pieces,
        "rulings": RULINGS,
    }
    template = env.get_template("reconcile_report.html")
    counts = {"shown": len(findings), "pairs": sum(finding["group"]["pairs"] for finding in findings)}
    return template.render(name=name, style=style, stories=list(stories.values()), run=run, **counts)
