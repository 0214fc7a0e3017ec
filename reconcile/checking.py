"""What `reconcile check` does around the comparison: inputs, outputs, baseline and decisions, exit code."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from reconcile.console import CONFLICTS, FAILED, OK, terminal_width, wants_color, write
from reconcile.errors import ConfigError, StoreError
from reconcile.model import Relation
from reconcile.publish.baseline import Accepted, Split, fingerprint, split
from reconcile.publish.ci import CheckReport, Suppressed
from reconcile.publish.decisions import RULED_OUT, RULINGS, finding_digest
from reconcile.publish.nearness import last_number
from reconcile.publish.report import REPORTERS
from reconcile.publish.retractions import faults
from reconcile.publish.saving import save
from reconcile.publish.store import Store

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.pipeline import CheckResult, Progress


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


def opened(db: str, *, alone: bool = False) -> Store:
    """Open what articles are compared with; where they are compared ``alone``, an empty store in memory.

    :raises StoreError: if it cannot be opened, or nothing was ever published to it: all would look clean.
    """
    if alone:
        return Store(":memory:")
    store = Store(db, read_only=True)
    if not store.read(last_number):
        store.close()
        raise StoreError(f"{db}: nothing was published to it yet; `reconcile run PATH... --db {db}` does that")
    return store


def compare(
    paths: Sequence[str], store: Store, settings: Settings, *, since: str = "", on_progress: Progress | None = None
) -> CheckResult:
    """Check the articles under ``paths`` or, with ``since``, those that changed in git after that revision.

    :raises InputError: if git cannot say what changed.
    """
    from reconcile import pipeline

    if not since:
        return pipeline.check(paths, store, settings, on_progress=on_progress)
    from reconcile import changed

    files = changed.changed_files(since, paths)
    with TemporaryDirectory(prefix="reconcile-") as folder:
        earlier = changed.before(files, Path(folder))
        now = [file.path for file in files]
        return pipeline.check(now, store, settings, earlier=earlier, on_progress=on_progress)


@dataclass(frozen=True, slots=True)
class Sifted:
    """The conflicts of a check, told apart: those that count are ``parted.open``."""

    parted: Split
    ruled_out: tuple[Suppressed, ...]


def sift(result: CheckResult, store: Store, baseline: Sequence[Accepted], today: datetime.date) -> Sifted:
    """Tell the conflicts that count from those that the baseline accepts or that a reviewer has ruled out."""
    conflicts = [
        {**row, "fingerprint": fingerprint(row)} for row in result.findings if row["relation"] == Relation.CONFLICT
    ]
    ruled_out = [Suppressed(row, reason, "decision") for row in conflicts if (reason := _ruling(row, store))]
    left = {str(one.finding["id"]) for one in ruled_out}
    parted = split([row for row in conflicts if row["id"] not in left], baseline, today)
    return Sifted(parted, tuple(ruled_out))


def _ruling(row: Mapping[str, object], store: Store) -> str:
    """Return why a reviewer's decision takes the finding out, "" if none does or its sentences changed since."""
    decision = store.current_decision(str(row["id"]))
    if decision is None or decision.ruling not in RULED_OUT or decision.digest != finding_digest(row):
        return ""
    note = f": {decision.note}" if decision.note else ""
    return f"{RULINGS[decision.ruling]}{note} ({decision.reviewer}, {decision.created_at[:10]})"


def make_report(result: CheckResult, sifted: Sifted, *, since: str = "") -> CheckReport:
    """Return the report of a check. That an entry matched nothing is only news where all articles were checked."""
    return CheckReport(
        articles=tuple(result.articles),
        claims=result.claims,
        findings=sifted.parted.open,
        suppressed=(*sifted.parted.suppressed, *sifted.ruled_out),
        problems=tuple(result.problems),
        notes=tuple(_notes(sifted.parted, partial=bool(since))),
        silent=tuple(result.silent),
        since=since,
    )


def _notes(parted: Split, *, partial: bool) -> Iterator[str]:
    for entry in parted.expired:
        yield f"baseline: {entry.fingerprint} ({entry.who}) expired on {entry.expires}"
    if parted.stale and not partial:
        names = ", ".join(entry.fingerprint for entry in parted.stale)
        count = f"{len(parted.stale)} entr{'y' if len(parted.stale) == 1 else 'ies'}"
        yield f"baseline: {count} matched nothing in this check: {names}"


def verdict(report: CheckReport, fail_on: str, *, strict: bool = False) -> int:
    """Return the exit code: 2 if an input could not be read, 1 for conflicts that count, else 0.

    With ``strict`` it is 2 for any problem, but not for an article that is left out as retracted.
    """
    nothing = not report.articles and not report.excused()
    if report.unread() or nothing or (strict and faults(report.problems)):
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
        save(output.path, make(report))
