"""Findings for other programs: an Atom feed of conflicts, and ClaimReview (schema.org) of confirmed ones."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.etree import ElementTree

from reconcile.publish.forms import finding_form
from reconcile.publish.read import FINDING_SQL, query

# ruff: noqa: S608 (statements are put together from constants of this module; values are parameters)

ATOM = "http://www.w3.org/2005/Atom"
FEED_SIZE = 50
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNKNOWN = "1970-01-01T00:00:00Z"
_LATER = "max(coalesce(aa.published, ''), coalesce(ab.published, ''))"

Address = Callable[[str], str]


def new_conflicts(conn: sqlite3.Connection, limit: int = FEED_SIZE) -> list[dict[str, Any]]:
    """Return the conflicts without a ruling, those with the latest article first, in the documented form."""
    sql = f"""{FINDING_SQL} WHERE f.relation = 'conflict' AND (f.finding_id, f.digest) NOT IN (
        SELECT finding_id, digest FROM decisions_current WHERE ruling <> 'unsure')
      ORDER BY {_LATER} DESC, f.rank, f.finding_id LIMIT ?"""
    return [finding_form(row) for row in query(conn, sql, [limit])]


def atom(findings: Iterable[Mapping[str, Any]], *, own: str, queue: str, address: Address) -> str:
    """Return an Atom feed (RFC 4287); ``own`` and ``queue`` are addresses, ``address`` gives that of a finding."""
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    entries = list(findings)
    _add(feed, "id", own)
    _add(feed, "title", "Conflicts between articles")
    _add(feed, "updated", max((_when(f) for f in entries), default=_UNKNOWN))
    _add(feed, "author").append(_named("reconcile"))
    _add(feed, "link", rel="self", href=own)
    _add(feed, "link", rel="alternate", href=queue)
    for finding in entries:
        _entry(feed, finding, address(finding["id"]))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="unicode")


def _entry(feed: ElementTree.Element, finding: Mapping[str, Any], href: str) -> None:
    a, b = finding["a"], finding["b"]
    entry = _add(feed, "entry")
    _add(entry, "id", f"urn:reconcile:{finding['id']}")
    _add(entry, "title", finding["about"] or f"{a['source']} and {b['source']}")
    _add(entry, "updated", _when(finding))
    _add(entry, "link", rel="alternate", href=href)
    _add(entry, "category", term=finding["field"])
    if finding["severity"]:
        _add(entry, "category", term=finding["severity"])
    said = (f"{s['source'] or s['article_id']}: “{s['quote']}”" for s in (a, b))
    _add(entry, "summary", "\n".join([*said, finding["explanation"]]), type="text")


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", {k: _NOT_XML.sub("", v) for k, v in attributes.items()})
    made.text = _NOT_XML.sub("", text) or None
    return made


def _named(name: str) -> ElementTree.Element:
    made = ElementTree.Element(f"{{{ATOM}}}name")
    made.text = name
    return made


def _when(finding: Mapping[str, Any]) -> str:
    """The later publication as RFC 3339; a day is taken at its start."""
    published = max(finding[side]["published"] or "" for side in ("a", "b"))
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", published):
        return f"{published}T00:00:00Z"
    return published if re.fullmatch(r"\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})", published) else _UNKNOWN


# ------------------------------------------------------------------------------------ ClaimReview


def confirmed(
    conn: sqlite3.Connection, finding_id: str | None = None, *, ruled_by: str | None = None
) -> list[dict[str, Any]]:
    """Return the conflicts that a reviewer confirmed on the words as they are, each with its ``decision``.

    :param ruled_by: only those on whose words this reviewer has ruled, in whatever way (None: all).
    """
    sql = f"""SELECT d.reviewer, d.created_at, d.side, d.note, q.* FROM ({FINDING_SQL}) q
      JOIN decisions_current d ON d.finding_id = q.finding_id AND d.digest = q.digest AND d.ruling = 'conflict'
      WHERE q.relation = 'conflict' AND (:finding IS NULL OR q.finding_id = :finding)
        AND (:reviewer IS NULL OR EXISTS (SELECT 1 FROM decisions_standing m
          WHERE m.finding_id = q.finding_id AND m.digest = q.digest AND m.reviewer = :reviewer))
      ORDER BY d.created_at DESC, q.finding_id"""
    names = ("reviewer", "created_at", "side", "note")
    made = []
    for row in query(conn, sql, {"finding": finding_id, "reviewer": ruled_by}):
        form = finding_form(row)
        for side in ("a", "b"):
            form[side] |= {"title": row[f"{side}_title"], "url": row[f"{side}_url"]}
        made.append({**form, "decision": {name: row[name] for name in names}})
    return made


def claim_reviews(findings: Iterable[Mapping[str, Any]], address: Address) -> dict[str, Any]:
    """Return ClaimReview objects (JSON-LD): one for each side that the reviewer does not hold to be right."""
    made = [
        _claim_review(finding, side, address(finding["id"]))
        for finding in findings
        for side in ("a", "b")
        if side != finding["decision"]["side"]
    ]
    return {"@context": "https://schema.org", "@graph": made}


def _claim_review(finding: Mapping[str, Any], side: str, url: str) -> dict[str, Any]:
    said, other = finding[side], finding["b" if side == "a" else "a"]
    decision = finding["decision"]
    against = f"Contradicted by {other['source'] or other['article_id']}: “{other['quote']}”"
    rating: dict[str, Any] = {"@type": "Rating", "alternateName": against}
    if decision["side"]:
        rating |= {"ratingValue": 1, "worstRating": 1, "bestRating": 5}
    appearance = {"@type": "NewsArticle", "headline": said["title"], "inLanguage": said["lang"]}
    if said["url"].startswith(("http://", "https://")):
        appearance["url"] = said["url"]
    claim: dict[str, Any] = {"@type": "Claim", "appearance": appearance}
    if said["source"]:
        claim["author"] = {"@type": "Organization", "name": said["source"]}
    if said["published"]:
        claim["datePublished"] = said["published"]
    return {
        "@type": "ClaimReview",
        "@id": f"{url}#{side}",
        "url": url,
        "datePublished": decision["created_at"],
        "author": {"@type": "Person", "name": decision["reviewer"]},
        "claimReviewed": said["quote"],
        "itemReviewed": claim,
        "reviewRating": rating,
    }
