"""What the commands share on the way in: common options, the state they set, how a command is registered."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from reconcile.config import ENGINES
from reconcile.console import OK, Progress, drop_stdout, set_up_logging
from reconcile.terms import Field

if TYPE_CHECKING:
    from reconcile.config import Settings

Body = Callable[..., int | None]


@dataclass
class State:
    """What the common options set; ``verdict`` is the exit code if the reader of stdout goes away."""

    config: str | None = None
    quiet: bool = False
    verbose: bool = False
    model: str | None = None
    judge: str | None = None
    jobs: int = 0
    engine: str | None = None
    scheduler: str | None = None
    spill: str | None = None
    memory: int = 0
    verifier: str | None = None
    references: tuple[str, ...] = ()
    verdict: int = OK

    def settings(self, *, verified: bool = False) -> Settings:
        """Return the settings file's values with the options on top, and --reference beside.

        A verifier costs money, so its name stays only where the command is to have its findings ``verified``.
        Raises ConfigError: the settings file is wrong, or --scheduler or --spill was given for the local engine.
        """
        from reconcile.config import Settings, cores, load_settings
        from reconcile.errors import ConfigError

        settings = load_settings(self.config)
        model, judge = self.model or settings.model_name, self.judge or settings.judge_name
        verifier = (self.verifier or settings.verifier_name) if verified else Settings().verifier_name
        jobs = self.jobs or settings.jobs or cores()
        settings = replace(settings, memory=self.memory or settings.memory)
        settings = replace(settings, references=tuple(sorted({*settings.references, *self.references})))
        engine = self.engine or settings.engine
        if engine == "local" and (self.scheduler or self.spill):
            raise ConfigError("--scheduler and --spill go with --engine dask")
        where = {name: getattr(self, name) or getattr(settings, name) for name in ("scheduler", "spill")}
        settings = replace(settings, engine=engine, **(where if engine != "local" else {"scheduler": "", "spill": ""}))
        return replace(settings, model_name=model, judge_name=judge, verifier_name=verifier, jobs=jobs)

    def progress(self) -> Progress:
        """Return a progress line that respects --quiet."""
        return Progress(shown=not self.quiet)


def _keep(context: click.Context, option: click.Parameter, value: object) -> None:
    if value:
        setattr(context.ensure_object(State), str(option.name), value)


def _shared(*names: str, **attributes: Any) -> Callable[[Body], Body]:
    return click.option(*names, expose_value=False, callback=_keep, **attributes)


def common(body: Body) -> Body:
    """Add the options that every command has; they may stand before or after the command's name."""
    body = _shared("--verbose", is_flag=True, help="Say more of what is done and of what went wrong.")(body)
    body = _shared("--quiet", is_flag=True, help="Say nothing but errors: no progress, no summary.")(body)
    return _shared("--config", metavar="FILE", help="Settings (default: reconcile.toml here, if there).")(body)


def models(body: Body) -> Body:
    """Add the options of commands that load models."""
    body = _shared(
        "--judge",
        metavar="NAME",
        help="Reads what no typed field tells: default, rules (nothing), or an entailment model.",
    )(body)
    return _shared("--model", metavar="NAME", help="Embedding model: default, a Hugging Face name, a folder.")(body)


def references(body: Body) -> Body:
    """Add the option that names trusted tables."""
    text = "A CSV file or SQLite table of facts to hold the articles against; may be repeated."
    return _shared("--reference", "references", multiple=True, metavar="FILE[:TABLE]", help=text)(body)


def verifier(body: Body) -> Body:
    """Add the option that names who is asked about conflicts."""
    text = "Ask a language model about each conflict, llm:MODEL (needs the extra `verifier`); none by default."
    return _shared("--verifier", metavar="NAME", help=text)(body)


def processes(body: Body) -> Body:
    """Add the option of commands that may extract the claims of many articles."""
    text = "Extract claims in up to N processes (default: one a core; small inputs take one)."
    return _shared("--jobs", type=click.IntRange(1, 256), metavar="N", help=text)(body)


def engine(body: Body) -> Body:
    """Add the options that tell where a run works and in how much memory."""
    text = "Publish in portions of articles that take about so many megabytes (default: all at once)."
    body = _shared("--memory", type=click.IntRange(1), metavar="MB", help=text)(body)
    text = "What lies between the stages is written to Parquet files here (with dask; default: a temporary folder)."
    body = _shared("--spill", metavar="FOLDER", help=text)(body)
    text = "A Dask scheduler, tcp://HOST:PORT (with dask; default: --jobs processes of this machine)."
    body = _shared("--scheduler", metavar="ADDRESS", help=text)(body)
    text = "Where the work is done: local (the default), or dask (needs the extra `dask`). What comes out is the same."
    return _shared("--engine", type=click.Choice(ENGINES), help=text)(body)


def reviewer_option(what: str) -> Callable[[Body], Body]:
    """Return the option that names the person who rules; ``what`` says for what."""
    return click.option("--reviewer", metavar="NAME", help=f"{what} (default: the user of this machine).")


def user_name() -> str:
    """Return the name of the user of this machine; empty where it has none."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # no such variable, and no entry for the user's number
        return ""


database = click.option(
    "--db", default="reconcile.db", show_default=True, metavar="DB", help="The database that runs publish to."
)


def field_option(word: str) -> Callable[[Body], Body]:
    """Return the option that leaves only some fields; ``word`` is what a field does in the rows, such as "decides"."""
    return click.option(
        "--field",
        "fields",
        multiple=True,
        type=click.Choice([f.value for f in Field]),
        help=f"Only where this field {word}; may be given more than once.",
    )


strict_option = click.option(
    "--strict", is_flag=True, help="Exit with 2 if there was any problem with any input; retracted articles are none."
)

force_option = click.option("--force", is_flag=True, help="Replace FILE if it is there.")

article_option = click.option("--article", metavar="ID", help="Only of this article.")


def format_option(*names: str) -> Callable[[Body], Body]:
    """Return the option that picks one of ``names``, the first by default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help="Form of the output.",
    )


def command(group: click.Group, name: str | None = None) -> Callable[[Body], click.Command]:
    """Register a command (by default under its body's name) with the common options; its body gets the State first."""

    def register(body: Body) -> click.Command:
        @functools.wraps(body)
        def started(**values: object) -> int | None:
            state = click.get_current_context().ensure_object(State)
            set_up_logging(quiet=state.quiet, verbose=state.verbose)
            try:
                code = body(state, **values)
                sys.stdout.flush()
            except BrokenPipeError:
                drop_stdout()
                return state.verdict
            return code

        return group.command(name)(common(started))

    return register
