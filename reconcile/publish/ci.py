"""What `reconcile check` found, in the forms that build systems read: GitHub, SARIF, JUnit XML, Markdown.

Every function takes a `CheckReport` and returns text. Article text cannot break out of its place: it is
cleaned of control characters and escaped for the format.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote
from xml.etree import ElementTree

from reconcile.model import Problem
from reconcile.publish.terminal import Row, clean

_INFO_URI = "https://pypi.org/project/reconcile-claims/"
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>:@&<])")


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The outcome of one check. ``suppressed`` pairs a finding that a baseline accepts with the reason."""

    articles: tuple[str, ...]
    claims: int
    findings: tuple[Row, ...] = ()
    suppressed: tuple[tuple[Row, str], ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def github(report: CheckReport) -> str:
    """Return one workflow command a finding and problem: an annotation on the article's file and line."""
    lines = []
    for finding in report.findings:
        here, other = sides(finding, report.articles)
        level = "error" if finding.get("severity") == "high" else "warning"
        title = f"{finding['relation']}/{finding['field']}: {finding.get('about') or finding['id']}"
        message = f"{_said(here)}\n{_said(other)}\n{finding.get('explanation') or ''} [{finding['id']}]"
        lines.append(_command(level, _place(here), title, message))
    for problem in report.problems:
        place = (problem.path, problem.line)
        lines.append(_command("warning", place, f"problem: {problem.stage}", f"{problem.message}; {problem.advice}"))
    lines.extend(_command("notice", ("", 0), "baseline", note) for note in report.notes)
    return "".join(line + "\n" for line in lines)


def sides(finding: Row, checked: tuple[str, ...]) -> tuple[Row, Row]:
    """Return the finding's sides, that of the checked article first (of two checked ones, the later)."""
    a, b = finding["a"], finding["b"]
    if not isinstance(a, Mapping) or not isinstance(b, Mapping):
        return {}, {}
    return (b, a) if b.get("article_id") in checked or a.get("article_id") not in checked else (a, b)


def _place(side: Row) -> tuple[str, int]:
    line = side.get("line")
    return str(side.get("path") or ""), line if isinstance(line, int) else 0


def _said(side: Row) -> str:
    return f"{side.get('source') or side.get('article_id')}: “{side.get('quote')}”"


def _command(level: str, place: tuple[str, int], title: str, message: str) -> str:
    path, line = place
    properties = {"file": path, "line": str(line) if line > 0 and path else "", "title": title}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{level} {listed}::{_data(message)}"


def _data(text: str) -> str:
    lines = (clean(line).replace("::", ":\u2060:") for line in text.split("\n"))
    return "%0A".join(line.replace("%", "%25") for line in lines)


def _property(text: str) -> str:
    return clean(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")


def markdown(report: CheckReport) -> str:
    """Return a summary for a pull request or ``$GITHUB_STEP_SUMMARY``; all article text is escaped."""
    count = len(report.findings)
    head = f"{count} conflict{'s' * (count != 1)}" if count else "No conflicts"
    lines = [
        f"### reconcile: {head}",
        "",
        f"{len(report.articles)} articles, {report.claims} claims checked.",
        "",
    ]
    for finding in report.findings:
        a, b = (_mapping(finding[name]) for name in ("a", "b"))
        severity = f" ({finding['severity']})" if finding.get("severity") else ""
        label = f"{finding['relation']}/{finding['field']}{severity}"
        lines.append(f"- **{_md(label)}** {_md(str(finding.get('about') or ''))}")
        lines.extend(
            f"  - {_md(str(s.get('source') or s.get('article_id')))}: “{_md(str(s.get('quote')))}”" for s in (a, b)
        )
        lines.append(f"  - {_md(str(finding.get('explanation') or ''))} (`{_md_code(str(finding['id']))}`)")
    if report.suppressed:
        lines += ["", f"{len(report.suppressed)} accepted in the baseline:", ""]
        lines += [f"- `{_md_code(str(row['id']))}` {_md(reason)}" for row, reason in report.suppressed]
    if report.problems:
        lines += ["", f"{len(report.problems)} problems:", ""]
        lines += [f"- {_md(problem.path)}: {_md(problem.message)}" for problem in report.problems]
    lines += ["", *(f"> {_md(note)}" for note in report.notes)] if report.notes else []
    return "\n".join(lines) + "\n"


def _md(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", clean(text)).replace("\\&", "&amp;").replace("\\<", "&lt;")


def _md_code(text: str) -> str:
    return clean(text).replace("`", "'")


def _mapping(value: object) -> Row:
    return value if isinstance(value, Mapping) else {}


def sarif(report: CheckReport) -> str:
    """Return a SARIF 2.1.0 log: the checked article is the location, the other the related location.

    ``partialFingerprints`` holds the finding's id, which does not move with lines.
    """
    from reconcile import __version__

    every = [(finding, "") for finding in report.findings] + list(report.suppressed)
    rules = sorted({_rule(finding) for finding, _ in every})
    driver = {
        "name": "reconcile",
        "version": __version__,
        "informationUri": _INFO_URI,
        "rules": [{"id": rule, "shortDescription": {"text": f"{rule} between two articles"}} for rule in rules],
    }
    notifications = [
        {"level": "warning", "message": {"text": clean(f"{p.path}: {p.message}; {p.advice}")}} for p in report.problems
    ]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notifications}],
        "results": [_result(finding, reason, report.articles) for finding, reason in every],
    }
    return json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=True) + "\n"


def _rule(finding: Row) -> str:
    return f"{finding['relation']}/{finding['field']}"


def _result(finding: Row, reason: str, checked: tuple[str, ...]) -> dict[str, object]:
    here, other = sides(finding, checked)
    said = f"{_said(here)} against {_said(other)}"
    text = f"{finding.get('about') or ''}: {said}. {finding.get('explanation') or ''}"
    result: dict[str, object] = {
        "ruleId": _rule(finding),
        "level": "error" if finding.get("severity") == "high" else "warning",
        "message": {"text": clean(text).strip(": ")},
        "locations": [_location(here)],
        "relatedLocations": [{**_location(other), "id": 1}],
        "partialFingerprints": {"reconcileFinding/v1": str(finding["id"])},
    }
    if reason:
        result["suppressions"] = [{"kind": "external", "justification": clean(reason)}]
    return result


def _location(side: Row) -> dict[str, object]:
    path, line = _place(side)
    name = {"fullyQualifiedName": clean(str(side.get("article_id"))), "kind": "resource"}
    location: dict[str, object] = {"message": {"text": clean(_said(side))}, "logicalLocations": [name]}
    uri = quote(path.replace("\\", "/"), safe="/") or _web(side.get("url"))
    if uri:
        physical: dict[str, object] = {"artifactLocation": {"uri": uri}}
        if path and line > 0:
            physical["region"] = {"startLine": line, "snippet": {"text": clean(str(side.get("quote")))}}
        location["physicalLocation"] = physical
    return location


def _web(url: object) -> str:
    text = str(url or "")
    return quote(text, safe=":/?#[]@!$&'()*+,;=%-._~") if text.startswith(("http://", "https://")) else ""


def junit(report: CheckReport) -> str:
    """Return JUnit XML: one test case an article, a failure for each conflict, an error for each problem."""
    suite = ElementTree.Element("testsuite", name="reconcile")
    failed = errors = skipped = 0
    for article in sorted(report.articles):
        case = ElementTree.SubElement(suite, "testcase", classname="reconcile.check", name=clean(article))
        own = [f for f in report.findings if sides(f, report.articles)[0].get("article_id") == article]
        accepted = [f for f, _ in report.suppressed if sides(f, report.articles)[0].get("article_id") == article]
        if own:
            failed += 1
            message = f"{len(own)} conflict{'s' * (len(own) > 1)}: " + "; ".join(str(f.get("about")) for f in own)
            failure = ElementTree.SubElement(case, "failure", type="conflict", message=clean(message))
            failure.text = "\n\n".join(_junit_text(f, report.articles) for f in own)
        elif accepted:
            skipped += 1
            ElementTree.SubElement(case, "skipped", message=f"{len(accepted)} accepted in the baseline")
    for problem in report.problems:
        errors += 1
        case = ElementTree.SubElement(suite, "testcase", classname="reconcile.input", name=clean(problem.path))
        ElementTree.SubElement(case, "error", type=clean(problem.stage), message=clean(problem.message))
    counts = {"tests": len(suite), "failures": failed, "errors": errors, "skipped": skipped, "time": 0}
    for name, value in counts.items():
        suite.set(name, str(value))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _junit_text(finding: Row, checked: tuple[str, ...]) -> str:
    here, other = sides(finding, checked)
    lines = (
        _rule(finding),
        _said(here),
        _said(other),
        str(finding.get("explanation") or ""),
        str(finding["id"]),
    )
    return "\n".join(clean(line) for line in lines)
