"""What `reconcile check` does around the comparison: outputs, baseline, exit code."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconcile.console import CONFLICTS, FAILED, OK, terminal_width, wants_color, write
from reconcile.errors import ConfigError, InputError
from reconcile.model import Relation
from reconcile.publish.baseline import Accepted, split
from reconcile.publish.ci import CheckReport
from reconcile.publish.report import REPORTERS

if TYPE_CHECKING:
    from reconcile.pipeline import CheckResult

READING = "ingest"


@dataclass(frozen=True, slots=True)
class Output:
    """One report to make: its format, and its file (empty: standard output)."""

    form: str
    path: str = ""


def parse_outputs(specs: Sequence[str]) -> tuple[Output, ...]:
    """Return the outputs that ``FORMAT[=FILE]`` specs ask for; none asks for text.

    Raises ConfigError: unknown format, an empty file name, or two reports for one place.
    """
    outputs = []
    for spec in specs or ("text",):
        form, sign, path = spec.partition("=")
        if form not in REPORTERS:
            raise ConfigError(f"--format {spec}: unknown format; known: {', '.join(REPORTERS)}")
        if sign and not path:
            raise ConfigError(f"--format {spec}: the file's name is missing after =")
        outputs.append(Output(form, path))
    places = [output.path for output in outputs]
    for place in places:
        if places.count(place) > 1:
            raise ConfigError(f"--format: two reports go to {place or 'standard output'}; give FORMAT=FILE")
    return tuple(outputs)


def make_report(result: CheckResult, baseline: Sequence[Accepted], today: datetime.date) -> CheckReport:
    """Return the conflicts of a check as a report, those that the baseline accepts set apart."""
    conflicts = [row for row in result.findings if row["relation"] == Relation.CONFLICT]
    parted = split(conflicts, baseline, today)
    return CheckReport(
        articles=tuple(result.articles),
        claims=result.claims,
        findings=parted.open,
        suppressed=parted.suppressed,
        problems=tuple(result.problems),
        notes=parted.notes,
    )


def verdict(report: CheckReport, fail_on: str, *, strict: bool = False) -> int:
    """Return the exit code: 2 if an input could not be read, 1 for conflicts that count, else 0."""
    unread = any(problem.stage == READING and not problem.article_id for problem in report.problems)
    if unread or not report.articles or (strict and report.problems):
        return FAILED
    counted = {"high": ("high",), "any": ("high", "low"), "never": ()}[fail_on]
    return CONFLICTS if any(row.get("severity") in counted for row in report.findings) else OK


def deliver(report: CheckReport, outputs: Sequence[Output]) -> None:
    """Write every report to its place; files first, so that a closed pipe costs no file."""
    for output in sorted(outputs, key=lambda output: not output.path):
        make = REPORTERS[output.form]
        if not output.path:
            write([make(report, color=wants_color(sys.stdout), width=terminal_width())])
            continue
        try:
            Path(output.path).write_text(make(report), encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise InputError(f"{output.path}: cannot be written ({error.strerror or error})") from error
