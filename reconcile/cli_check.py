"""The commands `check` and `baseline`: new articles against what is published, and the findings a team accepts."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconcile.console import FAILED, OK, logger, say_problems
from reconcile.errors import InputError
from reconcile.options import State, command, database, models, processes, references, strict_option
from reconcile.publish.formats import CHECK_FORMATS

if TYPE_CHECKING:
    from reconcile.checking import Sifted
    from reconcile.publish.baseline import Accepted

commands = click.Group("commands")
_FILE = click.option(
    "--baseline", "file", default="baseline.toml", show_default=True, metavar="FILE", help="The file to rewrite."
)
_PATHS = click.argument("paths", nargs=-1, required=True, metavar="PATH...")


@command(commands)
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@database
@click.option(
    "--format",
    "forms",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help=(f"{', '.join(CHECK_FORMATS)}; to standard output or FILE; may be repeated (default: text)."),
)
@click.option(
    "--fail-on",
    type=click.Choice(["high", "any", "never"]),
    default="high",
    show_default=True,
    help="Which conflicts make the exit code 1.",
)
@click.option("--baseline", metavar="FILE", help="TOML list of accepted findings; `reconcile baseline` writes it.")
@click.option(
    "--changed-since",
    "since",
    default="",
    metavar="REV",
    help="Only articles that changed in git since this revision (PATH is then optional: the current folder).",
)
@click.option("--alone", is_flag=True, help="Compare the articles with each other only: no DB is read.")
@strict_option
@references
@models
@processes
def check(state: State, paths: tuple[str, ...], db: str, **options: Any) -> int:
    """Compare new articles with those in DB and with each other; write nothing to DB.

    Exit code: 0 clean, 1 conflicts, 2 anything that went wrong. Findings that a reviewer has ruled out in DB, or that
    the baseline accepts, do not count.
    """
    from reconcile import checking
    from reconcile.publish.baseline import load_baseline

    state.verdict, since = FAILED, options["since"]
    if not paths and not since:
        raise click.UsageError("Missing argument 'PATH...'.")
    outputs = checking.parse_outputs(options["forms"])
    baseline = load_baseline(options["baseline"]) if options["baseline"] else ()
    settings = state.settings()
    with checking.opened(db, alone=options["alone"]) as store, state.progress() as progress:
        result = checking.compare(paths, store, settings, since=since, on_progress=progress)
        sifted = checking.sift(result, store, baseline, datetime.date.today())
    say_problems(result.problems, everything=state.verbose)
    report = checking.make_report(result, sifted, since=since)
    for place in report.silent:
        logger.warning("%s: no claim was found; nothing in it was compared", place)
    code = checking.verdict(report, options["fail_on"], strict=options["strict"])
    state.verdict = code
    checking.deliver(report, outputs)
    return code


@commands.group()
def baseline() -> None:
    """Keep the list of findings that a team accepts as they are."""


@command(baseline)
@_PATHS
@database
@_FILE
@click.option("--reason", required=True, help="Why the findings are accepted.")
@click.option("--who", required=True, envvar="RECONCILE_WHO", help="Who accepts them (or RECONCILE_WHO).")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="The last day on which they are accepted.")
@references
@models
def update(state: State, paths: tuple[str, ...], db: str, file: str, **options: Any) -> int:
    """Check PATHs and accept every conflict that is open; entries that still count stay as they are."""
    from reconcile.publish.baseline import Accepted, baseline_text, updated
    from reconcile.publish.saving import save

    for name in ("reason", "who"):
        if not options[name].strip():
            raise InputError(f"--{name}: must not be empty")
    kept = _load(file)
    sifted = _sifted(state, paths, db, kept)
    if sifted is None:
        return FAILED
    expires = options["expires"].date() if options["expires"] else None
    new = updated(kept, sifted.parted.open, Accepted("", options["reason"], options["who"], expires))
    save(file, baseline_text(new))
    logger.info("%d accepted now, %d entries in all -> %s", len(sifted.parted.open), len(new), file)
    return OK


@command(baseline)
@_PATHS
@database
@_FILE
@references
@models
def prune(state: State, paths: tuple[str, ...], db: str, file: str) -> int:
    """Check PATHs and take out the entries that have expired or matched nothing.

    Give all PATHs that the baseline is for: what is not checked matches nothing.
    """
    from reconcile.publish.baseline import baseline_text, load_baseline
    from reconcile.publish.saving import save

    kept = load_baseline(file)
    sifted = _sifted(state, paths, db, kept)
    if sifted is None:
        return FAILED
    gone = {*sifted.parted.expired, *sifted.parted.stale}
    save(file, baseline_text(entry for entry in kept if entry not in gone))
    for entry in kept:
        if entry in gone:
            logger.info("taken out: %s %s (%s)", entry.fingerprint, entry.about or entry.reason, entry.who)
    logger.info("%d taken out, %d entries left -> %s", len(gone), len(kept) - len(gone), file)
    return OK


def _load(file: str) -> tuple[Accepted, ...]:
    from reconcile.publish.baseline import load_baseline

    return load_baseline(file) if Path(file).exists() else ()


def _sifted(state: State, paths: tuple[str, ...], db: str, entries: tuple[Accepted, ...]) -> Sifted | None:
    """Check the paths; None, after saying so, where an input could not be read: a baseline must not depend on that."""
    from reconcile import checking

    settings = state.settings()
    with checking.opened(db) as store, state.progress() as progress:
        result = checking.compare(paths, store, settings, on_progress=progress)
        sifted = checking.sift(result, store, entries, datetime.date.today())
    say_problems(result.problems, everything=state.verbose)
    if checking.verdict(checking.make_report(result, sifted), "never") == OK:
        return sifted
    logger.error("not every input could be read: the baseline stays as it is")
    return None
