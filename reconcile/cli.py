"""The command line: every body parses, calls and reports. Data goes to stdout, messages to stderr.

Exit codes: 0 done, 1 conflicts (`check` only), 2 anything that went wrong. Heavy modules are imported inside
the commands, so that ``--help`` stays quick.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, TextIO

import click

from reconcile import __version__
from reconcile.cli_check import commands as checks
from reconcile.cli_keep import commands as keeping
from reconcile.cli_report import commands as reports
from reconcile.console import (
    FAILED,
    OK,
    guarded,
    logger,
    say_problems,
    set_up_logging,
    set_up_streams,
    terminal_width,
    wants_color,
    write,
)
from reconcile.errors import InputError
from reconcile.options import (
    State,
    article_option,
    command,
    common,
    database,
    engine,
    field_option,
    format_option,
    models,
    processes,
    references,
    reviewer_option,
    strict_option,
    verifier,
)
from reconcile.publish.formats import ROW_FORMATS
from reconcile.terms import Relation

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.pipeline import RunResult


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="reconcile")
@common
def cli() -> None:
    """Find where overlapping articles disagree.

    Start with `reconcile run ARTICLES`, then `reconcile findings` or `reconcile serve`.
    """


for _command in (*checks.commands.values(), *reports.commands.values(), *keeping.commands.values()):
    cli.add_command(_command)


@cli.group()
def evaluate() -> None:
    """Score against gold labels."""


@command(cli)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@database
@strict_option
@click.option(
    "--max-errors",
    type=click.IntRange(0),
    metavar="N",
    help="Stop after more than N problems with inputs, publish nothing and exit with 2.",
)
@references
@models
@processes
@engine
@verifier
def run(state: State, paths: tuple[str, ...], db: str, strict: bool, max_errors: int | None) -> int:
    """Read articles, compare their claims, publish agreements and conflicts to DB.

    PATH is a file, a folder, a glob, a URL or - for standard input. Only what is new or changed is worked on.
    """
    from reconcile import pipeline
    from reconcile.publish.retractions import faults
    from reconcile.publish.store import Store
    from reconcile.read.identity import shown_url

    state.verdict = FAILED
    settings = state.settings(verified=True)
    if max_errors is not None:
        settings = replace(settings, limits={**settings.limits, "max_errors": max_errors})
    with Store(db) as store, state.progress() as progress:
        result = pipeline.build(paths, store, settings, on_progress=progress)
    say_problems(result.problems, everything=state.verbose)
    for line in _summary(result, db):
        logger.info(line)
    _say_rules(settings)
    if not result.read:
        logger.error("no article could be read from: %s", " ".join(map(shown_url, paths)))
        return FAILED
    return FAILED if strict and faults(result.problems) else OK


def _say_rules(settings: Settings) -> None:
    """Say it where no judge reads what no typed field tells."""
    if settings.judge_name == "rules":
        logger.info("judge: none (rules alone); contradictions of free statements are not looked for")


def _summary(result: RunResult, db: str) -> Iterator[str]:
    """Yield the closing lines of a run."""
    yield (
        f"{result.articles} articles ({result.new_articles} new, {result.changed_articles} changed), "
        f"{result.claims} claims, {result.questions} questions -> {db}"
    )
    if result.facts:
        yield f"reference: {result.facts} facts"
    order = [relation.value for relation in Relation]
    counts = [(name, result.findings[name]) for name in order[::-1] if result.findings.get(name)]
    yield "findings: " + (", ".join(f"{count} {name}" for name, count in counts) or "none")
    if result.changes:
        yield f"changed since an earlier version: {result.changes} (`reconcile revisions` lists them)"
    if result.verified:
        yield result.verified.line()
    yield f"problems: {len(result.problems) or 'none'}"
    stages = ", ".join(f"{stage} {spent:.1f} s" for stage, spent in result.seconds.items())
    yield f"time: {stages or '-'}; {sum(result.seconds.values()):.1f} s in all"


@command(cli)
@database
@click.option(
    "--relation",
    "relations",
    multiple=True,
    type=click.Choice([r.value for r in Relation]),
    help="Only this relation; may be given more than once (default: conflict).",
)
@field_option("decides")
@format_option(*ROW_FORMATS)
def findings(state: State, db: str, relations: tuple[str, ...], fields: tuple[str, ...], form: str) -> None:
    """List what was found, the most severe first; without --relation the conflicts."""
    from reconcile.publish.report import findings_text
    from reconcile.publish.store import Store

    with Store(db, read_only=True) as store:
        rows = store.finding_dicts(relations or (Relation.CONFLICT.value,), fields)
        first = list(islice(rows, 1))
        write(findings_text(chain(first, rows), form))
    if not first and form == "table":
        logger.info("no findings")


@command(cli)
@database
@article_option
@click.option("--dropped", is_flag=True, help="List the sentences that carry no claim instead, and why.")
@format_option(*ROW_FORMATS)
def claims(state: State, db: str, article: str | None, dropped: bool, form: str) -> None:
    """List the claims with all their fields and spans."""
    from reconcile.publish.read import require_article
    from reconcile.publish.report import claim_row, claims_text, dropped_row
    from reconcile.publish.store import Store

    with Store(db, read_only=True) as store:
        store.read(partial(require_article, article_id=article))
        if dropped:
            rows = (dropped_row(sentence) for sentence in store.sentences(article) if sentence.dropped)
        else:
            rows = (claim_row(claim) for claim in store.claims(article))
        write(claims_text(rows, form, dropped=dropped))


@command(cli)
@database
@article_option
@field_option("changed")
@format_option(*ROW_FORMATS)
def revisions(state: State, db: str, article: str | None, fields: tuple[str, ...], form: str) -> None:
    """List what changed between the versions of an article, the newest first.

    A change is announced where the new version carries a note that says so; all others were made silently.
    """
    from reconcile.publish.read import require_article
    from reconcile.publish.report import changes_text
    from reconcile.publish.store import Store

    with Store(db, read_only=True) as store:
        store.read(partial(require_article, article_id=article))
        write(changes_text(store.change_dicts(article, fields), form))


@command(cli)
@click.argument("finding")
@database
@format_option("text", "json")
def explain(state: State, finding: str, db: str, form: str) -> None:
    """Show every field's outcome of one FINDING, its weight, and both texts in context."""
    from reconcile.publish.explained import explanation_text
    from reconcile.publish.report import to_json
    from reconcile.publish.store import Store

    with Store(db, read_only=True) as store:
        found = store.explain(finding)
    if form == "json":
        write([to_json(found, indent=2) + "\n"])
    else:
        write([explanation_text(found, color=wants_color(sys.stdout), width=terminal_width())])


@command(cli)
@click.argument("pairs", type=click.File("r", encoding="utf-8-sig", errors="replace"), default="-")
@models
def judge(state: State, pairs: TextIO) -> None:
    """Say how the two texts of each pair stand to each other.

    PAIRS is JSON Lines of {"id", "a", "b"} (default: standard input). One line each comes out, in order. The titles
    of the articles that the texts are from (title_a, title_b) and when those were published (published_a, published_b,
    as 2025-10-21 or 2025-10-21T09:00:00Z) may be given too; other keys are ignored.
    """
    from reconcile import pipeline
    from reconcile.publish.report import to_json

    settings = state.settings()
    rows = _json_lines(pairs, ("id", "a", "b"))
    _say_rules(settings)
    write(to_json(row) + "\n" for row in pipeline.judge(rows, settings))


def _json_lines(lines: TextIO, required: tuple[str, ...]) -> Iterator[Mapping[str, object]]:
    """Yield the objects of a JSON Lines file. Raises InputError with the line's number."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{getattr(lines, 'name', 'input')}:{number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{where}: not valid JSON: {error}") from error
        missing = [name for name in required if not isinstance(row, dict) or row.get(name) is None]
        if missing:
            raise InputError(f'{where}: needs {", ".join(missing)}; a pair is {{"id", "a", "b"}}')
        if not isinstance(row["a"], str) or not isinstance(row["b"], str):
            raise InputError(f"{where}: a and b must be texts")
        yield row


@command(cli)
@click.argument("text")
@database
@format_option("text", "json", "jsonl")
@models
def lookup(state: State, text: str, db: str, form: str) -> None:
    """Say who else states this: the claims that answer the same question as TEXT."""
    from reconcile import pipeline
    from reconcile.publish.explained import lookup_text
    from reconcile.publish.report import rows_text
    from reconcile.publish.store import Store

    settings = state.settings()
    with Store(db, read_only=True) as store:
        rows = pipeline.lookup(text, store, settings)
    if form == "text":
        write([lookup_text(rows, color=wants_color(sys.stdout), width=terminal_width())])
    else:
        write(rows_text(rows, form, ()))


@command(cli)
@database
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0 picks a free one.")
@click.option("--metadata", metavar="FILE", help="Descriptions of tables (default: those that come with reconcile).")
@reviewer_option("Under whose name rulings are recorded")
def serve(state: State, db: str, port: int, metadata: str | None, reviewer: str | None) -> None:
    """Serve DB with Datasette and the review pages, on this machine only (127.0.0.1)."""
    from reconcile.serving import serve_database

    serve_database(db, port=port, metadata=metadata, reviewer=reviewer)


@command(evaluate)
@click.argument("path", metavar="FOLDER")
@click.option("--misses", is_flag=True, help="Also list every missed conflict and every false alarm.")
@click.option("--json", "as_json", is_flag=True, help="Print the scores as one line of JSON.")
@click.option("--db", metavar="DB", help="Score the findings of this database instead of running on the stories.")
@models
def stories(state: State, path: str, misses: bool, as_json: bool, db: str | None) -> None:
    """Score conflicts found in the stories of FOLDER (one JSON file with gold a story)."""
    from reconcile import evaluate as scoring

    gold = scoring.load_stories(path)
    with state.progress() as progress:
        found = scoring.story_findings(gold, state.settings(), db=db, on_progress=progress)
    write(scoring.stories_text(scoring.score_stories(gold, found), as_json=as_json, misses=misses))


@command(evaluate)
@click.argument("path", metavar="FOLDER")
@click.option("--limit", type=click.IntRange(1), help="Only the first N pairs of every set.")
@click.option("--json", "as_json", is_flag=True, help="Print the scores as one line of JSON.")
@models
def pairs(state: State, path: str, limit: int | None, as_json: bool) -> None:
    """Score `judge` on the labelled pairs of FOLDER (one NAME.jsonl a set)."""
    from reconcile import evaluate_pairs as scoring

    with state.progress() as progress:
        table = scoring.score_pair_sets(path, state.settings(), limit=limit, on_progress=progress)
    write(scoring.pairs_text(table, as_json=as_json))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 1 (conflicts found by `check`) or 2."""
    set_up_logging(quiet=False, verbose=False)
    set_up_streams()
    return guarded(lambda: cli.main(arguments, prog_name="reconcile", standalone_mode=False, obj=State()))
