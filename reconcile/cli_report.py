"""The commands that look back on a database: reports for people, and what the rulings say of the machine."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from reconcile.console import logger, write
from reconcile.options import State, command, database, force_option, format_option

commands = click.Group("commands")


@commands.group()
def report() -> None:
    """Write reports for people."""


@command(report)
@database
@click.option("--output", metavar="FILE", help="Write it there (default: standard output).")
@force_option
@click.option("--limit", type=click.IntRange(1), default=500, show_default=True, help="At most this many conflicts.")
def html(state: State, db: str, output: str | None, force: bool, limit: int) -> None:
    """One HTML file of the conflicts that needs nothing else, to mail to an editor. It quotes, and holds no article."""
    from pathlib import Path

    from reconcile.publish.htmlreport import html_report
    from reconcile.publish.saving import save
    from reconcile.publish.store import Store

    with Store(db, read_only=True) as store:
        text = store.read(lambda conn: html_report(conn, Path(db).name, limit=limit))
    if output is None:
        write([text])
        return
    save(output, text, force=force)
    logger.info("report: %s", output)


@command(report)
@database
@format_option("text", "json")
def quality(state: State, db: str, form: str) -> None:
    """Say how often reviewers found the findings right, with Wilson's 95 % intervals, and how far they agree."""
    from reconcile.publish.quality import quality_text, report
    from reconcile.publish.report import to_json
    from reconcile.publish.store import Store

    with Store(db, read_only=True) as store:
        found = store.read(report)
    write([to_json(_plain(found), indent=2) + "\n" if form == "json" else quality_text(found)])


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """Return the report with its dataclasses as plain objects."""
    parts = {name: [asdict(item) for item in found[name]] for name in ("relations", "fields", "rules", "agreement")}
    bins = [{"mean": c["mean"], **asdict(c["share"])} for c in found["calibration"]]
    return {**found, **parts, "calibration": bins}


@command(commands)
@database
def calibrate(state: State, db: str) -> None:
    """Refit the confidence of findings on what reviewers ruled, and say what would change. Changes nothing."""
    from reconcile.match import relate
    from reconcile.publish import calibrate as refit
    from reconcile.publish.store import Store

    with Store(db, read_only=True) as store:
        proposals = refit.calibrate(store.read(refit.seen))
    table = refit.settings_table(proposals, relate.load().thresholds, state.settings().match)
    write([refit.calibration_text(proposals, table)])
