"""What `reconcile check` found, in the forms that build systems read: GitHub annotations, JUnit XML, Markdown.

Every function takes a `CheckReport` and returns text. Article text cannot break out of its place: it is
cleaned of control characters and escaped for the format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconcile.model import Problem
from reconcile.publish.retractions import faults
from reconcile.publish.terminal import Row, clean, counted

READING = "ingest"
WITNESSES = 8  # further sentences of one conflict that are printed
MARKDOWN_LIMIT = 100  # a step summary on GitHub may hold 1 MiB
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>:@&<$])")


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that does not count, why, and what says so: ``baseline`` or ``decision``."""

    finding: Row
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The outcome of one check.

    ``silent`` names the articles in which no claim was found. ``since`` is the git revision that changes were
    counted from, if any: without a change there is nothing to check, which is no error then.
    """

    articles: tuple[str, ...]
    claims: int
    findings: tuple[Row, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    since: str = ""

    def conflicts(self) -> tuple[tuple[Row, ...], ...]:
        """Return the findings by conflict: the pairs of the same two answers, the one that leads them first."""
        found: dict[str, list[Row]] = {}
        for finding in self.findings:
            found.setdefault(str(finding.get("lead") or finding["id"]), []).append(finding)
        return tuple(tuple(sorted(pairs, key=lambda pair: pair["id"] != lead)) for lead, pairs in found.items())

    def unread(self) -> bool:
        """Tell whether some input could not be read."""
        return any(map(_is_unread, self.problems))

    def excused(self) -> str:
        """Return why there was nothing to check, if that is as it should be: none changed, or all are retracted."""
        if len(faults(self.problems)) < len(self.problems):
            return "all articles are retracted"
        return f"no article changed since {self.since}" if self.since else ""

    def verdict(self) -> str:
        """Return ``no conflicts`` or ``3 conflicts (2 high)``; where nothing was compared, that."""
        if found := self.conflicts():
            high = sum(any(pair.get("severity") == "high" for pair in pairs) for pairs in found)
            return f"{counted(len(found), 'conflict')} ({high} high)"
        if not self.articles:
            return f"nothing to check: {why}" if (why := self.excused()) else "no article was read"
        return "no conflicts" if self.claims else "no claims: nothing was compared"

    def scope(self) -> str:
        """Return how much was checked and what was left out: ``2 articles, 14 claims, 1 accepted in the baseline``."""
        kinds = (("baseline", "accepted in the baseline"), ("decision", "ruled out in the database"))
        counts = ((sum(one.by == by for one in self.suppressed), said) for by, said in kinds)
        parts = [counted(len(self.articles), "article"), counted(self.claims, "claim")]
        return ", ".join([*parts, *(f"{count} {said}" for count, said in counts if count)])

    def remarks(self) -> Iterator[str]:
        """Yield what a reader must know beside the findings."""
        for place in self.silent:
            yield f"no claims: {place} says nothing that could be compared"
        yield from self.notes


def _is_unread(problem: Problem) -> bool:
    return problem.stage == READING and not problem.article_id and not problem.kept


def github(report: CheckReport) -> str:
    """Return one workflow command a finding and problem: an annotation on the article's file and line."""
    lines = [line for pairs in report.conflicts() for line in _annotations(pairs, report.articles)]
    for problem in report.problems:
        place = (problem.path, problem.line)
        lines.append(_command("warning", place, f"problem: {problem.stage}", f"{problem.message}; {problem.advice}"))
    lines.extend(_command("notice", ("", 0), "reconcile", remark) for remark in report.remarks())
    return "".join(line + "\n" for line in lines)


def _annotations(pairs: Sequence[Row], checked: tuple[str, ...]) -> Iterator[str]:
    """Yield one annotation for each place in the checked articles that the pairs of a conflict name."""
    seen: set[tuple[str, int]] = set()
    for pair in pairs:
        here, other = sides(pair, checked)
        place = place_of(here)
        if place in seen and all(place):
            continue
        seen.add(place)
        level = "error" if pair.get("severity") == "high" else "warning"
        title = f"{rule(pair)}: {pair.get('about') or pair['id']}"
        message = f"{said(here)}\n{said(other)}\n{pair.get('explanation') or ''} [{pair['id']}]"
        more = [f"also {said(side)}" for side in witnesses([pair, *(p for p in pairs if p is not pair)])]
        yield _command(level, place, title, "\n".join([message, *more]))


def witnesses(pairs: Sequence[Row]) -> Iterator[Row]:
    """Yield the sides of a conflict's pairs beyond the two of the first pair, each sentence once."""
    seen: set[tuple[object, ...]] = set()
    for n, pair in enumerate(pairs):
        for side in sides(pair, ()):
            sentence = (side.get("article_id"), side.get("part"), side.get("start"))
            if n and sentence not in seen:
                yield side
            seen.add(sentence)


def sides(finding: Row, checked: tuple[str, ...]) -> tuple[Row, Row]:
    """Return the finding's sides, that of the checked article first (of two checked ones, the later)."""
    a, b = finding["a"], finding["b"]
    if not isinstance(a, Mapping) or not isinstance(b, Mapping):
        return {}, {}
    return (b, a) if b.get("article_id") in checked or a.get("article_id") not in checked else (a, b)


def place_of(side: Row) -> tuple[str, int]:
    """Return the file and line of one side; "" and 0 where they are not known."""
    line = side.get("line")
    return str(side.get("path") or ""), line if isinstance(line, int) else 0


def said(side: Row) -> str:
    """Return who said what."""
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
    verdict = report.verdict()
    lines = [f"### reconcile: {_md(verdict[:1].upper() + verdict[1:])}", "", f"{_md(report.scope())}.", ""]
    found = report.conflicts()
    for pairs in found[:MARKDOWN_LIMIT]:
        lines.extend(_item(pairs, report.articles))
    if len(found) > MARKDOWN_LIMIT:
        lines += ["", f"… and {len(found) - MARKDOWN_LIMIT} more; the other forms list them all."]
    left_out = [f"`{_md_code(str(one.finding['id']))}` {_md(one.reason)}" for one in report.suppressed]
    lines.extend(_section("left out by the baseline or by a decision", left_out))
    wrong = [f"{_md(problem.path)}: {_md(problem.message)}" for problem in report.problems]
    lines.extend(_section("problem" + "s" * (len(wrong) != 1), wrong))
    remarks = [f"> {_md(remark)}" for remark in report.remarks()]
    lines += ["", *("\n>\n".join(remarks).split("\n"))] if remarks else []
    return "\n".join(lines).rstrip("\n") + "\n"


def _item(pairs: Sequence[Row], checked: tuple[str, ...]) -> Iterator[str]:
    finding = pairs[0]
    severity = f" ({finding['severity']})" if finding.get("severity") else ""
    yield f"- **{_md(rule(finding) + severity)}** {_md(str(finding.get('about') or ''))}"
    yield from (_quoted(side) for side in sides(finding, checked))
    yield f"  - {_md(str(finding.get('explanation') or ''))} (`{_md_code(str(finding['id']))}`)"
    more = list(witnesses(pairs))
    yield from (_quoted(side, "also ") for side in more[:WITNESSES])
    if len(more) > WITNESSES:
        yield f"  - … and {len(more) - WITNESSES} more sentences"


def _quoted(side: Row, before: str = "") -> str:
    path, line = place_of(side)
    place = f" (`{_md_code(f'{path}:{line}' if line else path)}`)" if path else ""
    who, quote = side.get("source") or side.get("article_id"), side.get("quote")
    return f"  - {before}{_md(str(who))}{place}: “{_md(str(quote))}”"


def _section(title: str, items: Iterable[str]) -> Iterator[str]:
    listed = list(items)
    if listed:
        yield from ("", f"{len(listed)} {title}:", "")
        yield from (f"- {item}" for item in listed[:MARKDOWN_LIMIT])
        if len(listed) > MARKDOWN_LIMIT:
            yield f"- … and {len(listed) - MARKDOWN_LIMIT} more"


def _md(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", clean(text)).replace("\\&", "&amp;").replace("\\<", "&lt;")


def _md_code(text: str) -> str:
    return clean(text).replace("`", "'")


def rule(finding: Row) -> str:
    """Return the kind of a finding: ``conflict/value``."""
    return f"{finding['relation']}/{finding['field']}"


def junit(report: CheckReport) -> str:
    """Return JUnit XML: one test case an article, a failure for each conflict, an error for what was not read.

    Other problems fail no build, and are told beside.
    """
    from xml.etree import ElementTree

    suite = ElementTree.Element("testsuite", name="reconcile")
    counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for article in sorted(report.articles):
        own = [own for pairs in report.conflicts() if (own := [p for p in pairs if _is_of(p, article, report)])]
        left_out = [one for one in report.suppressed if _is_of(one.finding, article, report)]
        case = ElementTree.SubElement(suite, "testcase", classname="reconcile.check", name=clean(article), time="0")
        if own:
            counts["failures"] += 1
            message = f"{counted(len(own), 'conflict')}: " + "; ".join(str(pairs[0].get("about")) for pairs in own)
            failure = ElementTree.SubElement(case, "failure", type="conflict", message=clean(message))
            failure.text = "\n\n".join(_junit_text(pairs, report.articles) for pairs in own)
        elif left_out:
            counts["skipped"] += 1
            reasons = "; ".join(one.reason for one in left_out)
            ElementTree.SubElement(case, "skipped", message=clean(f"{len(left_out)} left out: {reasons}"))
    for problem in filter(_is_unread, report.problems):
        counts["errors"] += 1
        case = ElementTree.SubElement(
            suite, "testcase", classname="reconcile.input", name=clean(problem.path), time="0"
        )
        ElementTree.SubElement(case, "error", type=clean(problem.stage), message=clean(problem.message))
    counts["tests"] = len(suite)
    for name, value in {**counts, "time": 0}.items():
        suite.set(name, str(value))
    noted = [f"{problem.path}: {problem.message}" for problem in report.problems if not _is_unread(problem)]
    if remarks := [*noted, *report.remarks()]:
        ElementTree.SubElement(suite, "system-out").text = "\n".join(map(clean, remarks))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _is_of(finding: Row, article: str, report: CheckReport) -> bool:
    return sides(finding, report.articles)[0].get("article_id") == article


def _junit_text(pairs: Sequence[Row], checked: tuple[str, ...]) -> str:
    finding = pairs[0]
    here, other = sides(finding, checked)
    path, line = place_of(here)
    place = f"{path}:{line}" if line else path
    lines = [rule(finding), place, said(here), said(other), str(finding.get("explanation") or ""), str(finding["id"])]
    lines += [f"also {said(side)}" for side in witnesses(pairs)]
    return "\n".join(clean(line) for line in lines if line)
