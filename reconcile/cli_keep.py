"""The commands that keep what people put in: a copy of the database, decisions in and out, articles taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from reconcile.console import FAILED, OK, logger, write
from reconcile.errors import InputError
from reconcile.options import State, command, database, force_option, models, processes, reviewer_option, user_name

if TYPE_CHECKING:
    from reconcile.publish.retractions import Retraction

commands = click.Group("commands")


@command(commands)
@click.argument("file", type=click.Path(path_type=Path))
@database
@force_option
def backup(state: State, file: Path, db: str, force: bool) -> None:
    """Copy DB to FILE, also while it is served or a run writes to it.

    The copy is checked before it takes its name, and opens alone: it is a DB like any other.
    """
    from reconcile.publish.backup import backup as copy

    size = copy(Path(db), file, force=force)
    logger.info("backup: %s -> %s (%.1f MB, checked)", db, file, size / 1e6)


@commands.group()
def decisions() -> None:
    """Carry the decisions of reviewers from one database to another."""


@command(decisions, "export")
@click.argument("file", default="-", metavar="[FILE|-]")
@database
@force_option
def export_decisions(state: State, file: str, db: str, force: bool) -> None:
    """Write every decision to FILE as a line of JSON (default: standard output).

    The same decisions give the same bytes, whichever database holds them.
    """
    from reconcile.publish.decision_lines import lines_of
    from reconcile.publish.saving import save
    from reconcile.publish.store import Store

    with Store(db, read_only=True) as store:
        lines = list(lines_of(store.decisions()))
    if file == "-":
        write(lines)
        return
    save(file, "".join(lines), force=force)
    logger.info("decisions: %d -> %s", len(lines), file)


@command(decisions, "import")
@click.argument("file", type=click.File("rb"))
@database
def import_decisions(state: State, file: BinaryIO, db: str) -> int:
    """Add the decisions of FILE to DB; one that is there already stays as it is.

    Those on findings that DB does not hold are kept, and count once it does. A line that cannot be added is named,
    the others are added, and the exit code is 2.
    """
    from reconcile.publish.decision_lines import read_lines
    from reconcile.publish.opening import require_file
    from reconcile.publish.store import Store

    require_file(Path(db))
    name = getattr(file, "name", "-")
    rows = list(read_lines(file))
    good = [(number, row) for number, row in rows if not isinstance(row, str)]
    bad = {number: row for number, row in rows if isinstance(row, str)}
    with Store(db) as store:
        said = store.record_all(decision for _, decision in good)
    for (number, _), outcome in zip(good, said, strict=True):
        if isinstance(outcome, str):
            bad[number] = outcome
    for number, why in sorted(bad.items()):
        logger.error("%s:%d: %s", name, number, why)
    new = sum(outcome is True for outcome in said)
    logger.info("decisions: %d new, %d known, %d refused -> %s", new, len(rows) - new - len(bad), len(bad), db)
    return FAILED if bad else OK


@command(commands)
@click.argument("articles", nargs=-1, required=True, metavar="ARTICLE_ID...")
@database
@click.option("--reason", default="", metavar="TEXT", help="Why; may be left out with --restore.")
@reviewer_option("Who decides so")
@click.option("--restore", is_flag=True, help="Undo it: the next run that reads the articles takes them in.")
@models
@processes
def retract(state: State, articles: tuple[str, ...], db: str, reason: str, reviewer: str | None, restore: bool) -> None:
    """Withdraw articles from DB with their claims and findings, as if they had never come in.

    Later runs leave them out and say so. Who did it and why is kept in `retractions`; decisions stay, as stale.
    Give the --model and --judge that the runs were given.
    """
    from reconcile import pipeline
    from reconcile.publish.opening import require_file
    from reconcile.publish.store import Store

    said = _retractions(articles, " ".join(reason.split()), reviewer, restore=restore)
    settings = state.settings()
    require_file(Path(db))
    with Store(db) as store, state.progress() as progress:
        if restore:
            store.restore(said)
        else:
            result = pipeline.retract(said, store, settings, on_progress=progress)
    names = ", ".join(one.article_id for one in said)
    if restore:
        logger.info("restored: %s; the next run that reads it takes it in", names)
        return
    logger.info("retracted: %s", names)
    logger.info("%d articles, %d claims, %d questions -> %s", result.articles, result.claims, result.questions, db)


def _retractions(articles: tuple[str, ...], reason: str, reviewer: str | None, *, restore: bool) -> list[Retraction]:
    """Return what is to be entered for each article. Raises InputError: no reason, or nobody to name."""
    from reconcile.publish.retractions import Retraction

    if not reason and not restore:
        raise InputError("why are they retracted? Say it with --reason TEXT")
    who = " ".join((reviewer or user_name()).split())
    if not who:
        raise InputError("who decides so? Say it with --reviewer NAME")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [Retraction(article_id, reason, who, now) for article_id in dict.fromkeys(articles)]
