"""Work in worker processes, stopped at the moment at which one of them starts.

Run as `python -m tests.interrupted SIGTERM 2 all [dask]` in a process group of its own: the whole group is sent the
signal, as by a terminal (`one`: this process alone, as by `kill`), when the second worker is there and does not yet
know its work.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from multiprocessing import util

from reconcile import engine, engine_dask
from reconcile.claims.extract import SlotExtractor
from reconcile.config import Settings
from reconcile.console import guarded, set_up_logging
from reconcile.model import Article, stable_id

TEXT = "Ferry fares on Lake Norrum rose {0}% on Monday."
WORKER = "--multiprocessing-fork"


def articles() -> list[Article]:
    """Return two articles, each of which is worth a process."""
    return [
        Article(f"a{n}", "Norrum Post", "", "Ferry fares", "2025-06-02", "en", TEXT.format(n), stable_id(str(n)))
        for n in (2, 4)
    ]


def stop_at(number: signal.Signals, place: int, *, group: bool) -> None:
    """Send the signal to this process, or to all of its group, when the worker of that place starts."""
    start, workers = util.spawnv_passfds, iter(range(1, 100))

    def started(path: bytes, args: Sequence[str], passfds: Sequence[int]) -> int:
        pid: int = start(path, args, passfds)
        if WORKER in args and next(workers) == place:
            os.kill(0 if group else os.getpid(), number)
        return pid

    util.spawnv_passfds = started  # type: ignore[attr-defined]


def on_dask() -> None:
    """Have Dask's workers on this machine."""
    with engine_dask.opened(Settings(judge_name="rules", engine="dask", jobs=2), None):
        pass


def in_processes() -> None:
    """Extract in a pool of processes."""
    list(engine.extract_all(articles(), SlotExtractor(), jobs=2))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # tests that run in the background inherit it ignored
    engine.WORTH, engine.BATCH = 10, 1
    set_up_logging(quiet=False, verbose=False)
    stop_at(signal.Signals[sys.argv[1]], int(sys.argv[2]), group=sys.argv[3] == "all")
    sys.exit(guarded(on_dask if "dask" in sys.argv else in_processes))
