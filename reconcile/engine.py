"""Where the stages of a run are worked on: here, in processes of this machine, or on others (``engine_dask.py``).

A stage is a pure function of a tool and some items; the same function in the same order gives the same rows wherever it
runs and however the items are divided. The processes are spawned, not forked: by then the program may hold threads of
numerical libraries and an open database, and a fork takes over their locks in whatever state they are in.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from typing import Any, Generic, Protocol, TypeVar

from reconcile.claims.extract import Extractor
from reconcile.errors import WorkerError
from reconcile.match.held import Form, Held
from reconcile.model import Article, Claim, Sentence
from reconcile.read import clean, sentences
from reconcile.signals import held_back

WORTH = 120_000  # characters of a process: it first reads the language tables, and less text takes no longer than that
SELDOM = (20_000, 20, 10)  # the collector's thresholds; see ``collected_seldom``
BATCH = 20_000  # characters that a process is given at once; it finishes them even if the run is interrupted

Extracted = tuple[list[Sentence], list[Claim]]
Progress = Callable[[str, int, int], None]
X = TypeVar("X")
P = TypeVar("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Stage(Generic[X, P, R]):
    """A step of the work. ``run`` is a function of a module, yields one result an item, in order, and does only that.

    ``weight``: what an item weighs; ``block``: the weight at which items are enough for one worker; ``apart``: it needs
    no model, so that processes of this machine are worth it.
    """

    name: str
    run: Callable[[X, Sequence[P]], Iterable[R]]
    weight: Callable[[P], int]
    block: int
    apart: bool = False


class Engine(Protocol):
    """Anything that runs stages. Tools and items must be able to travel to other processes."""

    def map(self, stage: Stage[X, P, R], items: Sequence[P], tool: X) -> Generator[R, None, None]:
        """Yield the result of each item, in order."""

    def keep(self, stage: Stage[X, P, R], items: Mapping[str, P], tool: X, form: Form[R]) -> Held[R]:
        """Return the result of each item by its id; it may lie where it was made, in rows of a form."""

    def hold(self, values: Iterable[tuple[str, R]], form: Form[R]) -> Held[R]:
        """Return values by id, laid where workers can read them."""


def batches(items: Iterable[P], weight: Callable[[P], int], block: int) -> Iterator[tuple[P, ...]]:
    """Yield items in order, divided so that each part weighs ``block`` or little more."""
    batch: list[P] = []
    heavy = 0
    for item in items:
        batch.append(item)
        heavy += weight(item)
        if heavy >= block:
            yield tuple(batch)
            batch, heavy = [], 0
    if batch:
        yield tuple(batch)


@dataclass(frozen=True, slots=True)
class Local:
    """This process, with up to ``jobs`` others for the stages that need no model; all is held in memory."""

    jobs: int = 1
    progress: Progress | None = None

    def map(self, stage: Stage[X, P, R], items: Sequence[P], tool: X) -> Generator[R, None, None]:
        """Yield the result of each item, in order. Raises WorkerError if a process dies; what fails in one, fails here.

        As many start as the items are worth.
        """
        jobs = min(self.jobs, len(items), sum(map(stage.weight, items)) // WORTH) if stage.apart else 1
        made = _in_processes(stage, items, tool, jobs) if jobs > 1 else _here(stage, items, tool)
        with collected_seldom(), closing(made) as results:
            for number in range(len(items)):
                if self.progress:
                    self.progress(stage.name, number, len(items))
                yield next(results)

    def keep(self, stage: Stage[X, P, R], items: Mapping[str, P], tool: X, form: Form[R]) -> Held[R]:
        """Return the result of each item, held in memory."""
        with closing(self.map(stage, list(items.values()), tool)) as results:
            return self.hold(zip(items, results, strict=True), form)

    def hold(self, values: Iterable[tuple[str, R]], form: Form[R]) -> Held[R]:
        """Return values by id, held in memory."""
        return Held.values_of(dict(values))


@contextmanager
def collected_seldom() -> Generator[None, None, None]:
    """Have Python look for cycles less often: a stage makes hardly any, and many objects that stay."""
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _here(stage: Stage[X, P, R], items: Sequence[P], tool: X) -> Generator[R, None, None]:
    yield from stage.run(tool, items)


def _in_processes(stage: Stage[X, P, R], items: Sequence[P], tool: X, jobs: int) -> Generator[R, None, None]:
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_begin, initargs=(stage, tool))
    try:
        with held_back(signal.SIGINT, signal.SIGTERM):  # inherited: an interrupt is dealt with here alone
            done = pool.map(_run, list(batches(items, stage.weight, BATCH)))
        for batch in done:
            yield from batch
    except BrokenProcessPool as error:
        raise WorkerError(
            f"one of {jobs} processes that extract claims died, perhaps for want of memory; nothing was published. "
            "Extract in one process: `jobs = 1` under [extract] in the settings, or --jobs 1 where it is an option"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


# Extraction


def extracted(article: Article, extractor: Extractor) -> Extracted:
    """Return the sentences of an article, furniture marked, and its claims."""
    split = list(clean.mark(sentences.split(article), article))
    return split, list(extractor.extract(article, split))


def extract_all(
    articles: Sequence[Article], extractor: Extractor, *, jobs: int = 1
) -> Generator[Extracted, None, None]:
    """Yield what ``extracted`` returns for each article, in order, from up to ``jobs`` processes."""
    return Local(jobs).map(EXTRACT, articles, extractor)


def _extracted(extractor: Extractor, articles: Sequence[Article]) -> Iterator[Extracted]:
    return (extracted(article, extractor) for article in articles)


def _characters(article: Article) -> int:
    return len(article.text)


EXTRACT = Stage("extracting", _extracted, _characters, BATCH, apart=True)


# In a worker process

_work: list[Any] = []  # the stage and its tool


def _begin(stage: Stage[X, P, R], tool: X) -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    _work[:] = [stage, tool]
    gc.set_threshold(*SELDOM)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End when the process that started this one has ended, however it did: nobody else would tell this one to."""
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _run(batch: Sequence[Any]) -> list[Any]:
    stage, tool = _work
    return list(stage.run(tool, batch))
