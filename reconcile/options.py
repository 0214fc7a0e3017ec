"""What the commands share on the way in: common options, the state they set, how a command is registered."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

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
    verdict: int = OK

    def settings(self) -> Settings:
        """Return the settings file's values with --model and --judge on top."""
        from reconcile.config import load_settings

        settings = load_settings(self.config)
        model, judge = self.model or settings.model_name, self.judge or settings.judge_name
        return replace(settings, model_name=model, judge_name=judge)

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
    body = _shared("--judge", metavar="NAME", help="What decides the relation: rules (the default).")(body)
    return _shared("--model", metavar="NAME", help="Embedding model: default, a Hugging Face name, a folder.")(body)


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


def command(group: click.Group) -> Callable[[Body], click.Command]:
    """Register a command with the common options; its body gets the State first."""

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

        return group.command()(common(started))

    return register
