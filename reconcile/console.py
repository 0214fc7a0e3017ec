"""What every command shares on the way out: streams, messages, progress, and one place for exit codes."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Self, TextIO

import click

from reconcile.errors import ReconcileError
from reconcile.publish.terminal import clean
from reconcile.signals import handled

if TYPE_CHECKING:
    from reconcile.model import Problem

logger = logging.getLogger("reconcile")

OK, CONFLICTS, FAILED = 0, 1, 2
_SHOWN_PROBLEMS = 10


class _Formatter(logging.Formatter):
    """Adds the level to anything but information; messages may hold article text, so they are cleaned."""

    def format(self, record: logging.LogRecord) -> str:
        text = "\n".join(clean(line) for line in record.getMessage().split("\n"))
        return text if record.levelno <= logging.INFO else f"{record.levelname.lower()}: {text}"


def set_up_logging(*, quiet: bool, verbose: bool) -> None:
    """Send the package's messages to stderr: errors only, everything, or warnings and information."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter())
    logger.handlers[:] = [handler]
    logger.propagate = False
    logger.setLevel(logging.ERROR if quiet else logging.DEBUG if verbose else logging.INFO)


def set_up_streams() -> None:
    """Make stdout UTF-8 wherever it goes; what UTF-8 cannot hold is written as an escape."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="backslashreplace")


def say_problems(problems: Sequence[Problem], *, everything: bool) -> None:
    """Say what went wrong with inputs: the first of them, or everything."""
    shown = problems if everything else problems[:_SHOWN_PROBLEMS]
    for problem in shown:
        place = f"{problem.path}:{problem.line}" if problem.line else problem.path or problem.article_id
        logger.warning("%s: %s (%s)", place.replace("\n", "\\n"), problem.message, problem.advice)
    if len(problems) > len(shown):
        logger.warning("%d more problems: --verbose shows all", len(problems) - len(shown))


def write(pieces: Iterable[str]) -> None:
    """Write data to stdout as it comes."""
    for piece in pieces:
        sys.stdout.write(piece)


def wants_color(stream: TextIO) -> bool:
    """Return True if ``stream`` is a terminal and NO_COLOR is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def terminal_width() -> int:
    """Return the columns to fill: the terminal's, between 40 and 120, or 100 where there is none."""
    import shutil

    return max(40, min(120, shutil.get_terminal_size((100, 24)).columns))


class Progress:
    """Shows ``stage 45 % (9/20)`` on one line of stderr, if that is a terminal, after two seconds."""

    def __init__(self, *, shown: bool, stream: TextIO | None = None, after: float = 2.0) -> None:
        self._stream = stream or sys.stderr
        self._shown = shown and self._stream.isatty()
        self._started = time.monotonic()
        self._after = after
        self._last = 0.0
        self._length = 0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Note that ``done`` of ``total`` pieces of ``stage`` are finished (``total`` 0: unknown)."""
        now = time.monotonic()
        if not self._shown or now - self._started < self._after or (now - self._last < 0.1 and done != total):
            return
        self._last = now
        share = f" {100 * done // total:3d} % ({done}/{total})" if total else f" {done}"
        line = clean(f"{stage}{share}, {now - self._started:.0f} s")
        self._stream.write("\r" + line + " " * max(0, self._length - len(line)))
        self._stream.flush()
        self._length = len(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Take the line away."""
        if self._length:
            self._stream.write("\r" + " " * self._length + "\r")
            self._stream.flush()
            self._length = 0


def guarded(body: Callable[[], object]) -> int:
    """Run ``body`` and return an exit code: its own whole number, 0 for None, 2 for anything that went wrong.

    1 is kept for conflicts: neither a crash nor click's own errors may return it.
    """
    try:
        with handled(signal.SIGTERM, signal.default_int_handler):  # told to stop, it ends as by Ctrl-C
            result = body()
        return result if isinstance(result, int) else OK
    except SystemExit as stop:
        return OK if not stop.code else FAILED
    except click.ClickException as error:
        error.show()
    except (KeyboardInterrupt, click.Abort):
        logger.error("interrupted")
    except ReconcileError as error:
        logger.error("%s", error)
        logger.debug("%s", traceback.format_exc())
    except OSError as error:
        logger.error("%s", error)
        logger.debug("%s", traceback.format_exc())
    except Exception:
        logger.error("a fault in reconcile itself, please report it:\n%s", traceback.format_exc())
    return FAILED


def drop_stdout() -> None:
    """Point stdout at nothing: its reader has gone, and the interpreter's own flush at exit must not fail."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)
