"""What `reconcile check` found as a SARIF 2.1.0 log, the form that code scanning reads.

The checked article is the location of a result, the other one its related location. Results are told apart by the
finding's fingerprint, which does not move with lines (`reconcile.publish.baseline.fingerprint`).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import quote

from reconcile.publish.ci import CheckReport, Suppressed, place_of, rule, said, sides
from reconcile.publish.terminal import Row, clean

_INFO_URI = "https://pypi.org/project/reconcile-claims/"
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_FINGERPRINT = "reconcileFinding/v1"


def sarif(report: CheckReport) -> str:
    """Return a SARIF log with one run; findings of the baseline and of decisions are suppressed results."""
    from reconcile import __version__

    every = [*report.findings, *(one.finding for one in report.suppressed)]
    driver = {
        "name": "reconcile",
        "version": __version__,
        "informationUri": _INFO_URI,
        "rules": [
            {"id": name, "shortDescription": {"text": f"{name} between two articles"}}
            for name in sorted({rule(finding) for finding in every})
        ],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {"executionSuccessful": not report.unread(), "toolExecutionNotifications": _notifications(report)}
        ],
        "results": [
            *(_result(finding, None, report.articles) for finding in report.findings),
            *(_result(one.finding, one, report.articles) for one in report.suppressed),
        ],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=True) + "\n"


def _notifications(report: CheckReport) -> list[dict[str, object]]:
    problems = [("warning", f"{p.path}: {p.message}; {p.advice}") for p in report.problems]
    remarks = [("note", remark) for remark in report.remarks()]
    return [{"level": level, "message": {"text": clean(text)}} for level, text in problems + remarks]


def _result(finding: Row, suppressed: Suppressed | None, checked: tuple[str, ...]) -> dict[str, object]:
    here, other = sides(finding, checked)
    words = f"{said(here)} against {said(other)}"
    text = f"{finding.get('about') or ''}: {words}. {finding.get('explanation') or ''}"
    result: dict[str, object] = {
        "ruleId": rule(finding),
        "level": "error" if finding.get("severity") == "high" else "warning",
        "message": {"text": clean(text).strip(": ")},
        "locations": [_location(here)],
        "relatedLocations": [{**_location(other), "id": 1}],
        "partialFingerprints": {_FINGERPRINT: str(finding.get("fingerprint") or finding["id"])},
        "properties": {"finding": str(finding["id"]), "confidence": finding.get("confidence")},
    }
    if suppressed is not None:
        why = clean(suppressed.reason)
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return result


def _location(side: Row) -> dict[str, object]:
    path, line = place_of(side)
    name = {"fullyQualifiedName": clean(str(side.get("article_id"))), "kind": "resource"}
    location: dict[str, object] = {"message": {"text": clean(said(side))}, "logicalLocations": [name]}
    web = _web(side.get("url"))
    uri = _file_uri(path) if path and not (os.path.isabs(path) and web) else web
    if uri:
        physical: dict[str, object] = {"artifactLocation": {"uri": uri}}
        if uri != web and line > 0:
            physical["region"] = {"startLine": line, "snippet": {"text": clean(str(side.get("quote")))}}
        location["physicalLocation"] = physical
    return location


def _file_uri(path: str) -> str:
    """Return a relative reference for a relative path, a ``file:`` address for another."""
    if os.path.isabs(path):
        return Path(os.fsencode(path).decode("utf-8", "replace")).as_uri()
    return quote(path.replace(os.sep, "/"), safe="/", errors="replace")


def _web(url: object) -> str:
    text = str(url or "")
    is_web = text.startswith(("http://", "https://"))
    return quote(text, safe=":/?#[]@!$&'()*+,;=%-._~", errors="replace") if is_web else ""
