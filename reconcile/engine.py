"""Where extraction runs: here, or in worker processes. The same function in the same order gives the same claims.

The processes are spawned, not forked: by then the program may hold threads of numerical libraries and an open database,
and a fork takes over their locks in whatever state they are in.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process

from reconcile.claims.extract import Extractor
from reconcile.errors import WorkerError
from reconcile.model import Article, Claim, Sentence
from reconcile.read import clean, sentences
from reconcile.signals import handled

WORTH = 120_000  # characters of a process: it first reads the language tables, and less text takes no longer than that
BATCH = 20_000  # characters that a process is given at once; it finishes them even if the run is interrupted

Extracted = tuple[list[Sentence], list[Claim]]


def extracted(article: Article, extractor: Extractor) -> Extracted:
    """Return the sentences of an article, furniture marked, and its claims."""
    split = list(clean.mark(sentences.split(article), article))
    return split, list(extractor.extract(article, split))


def extract_all(
    articles: Sequence[Article], extractor: Extractor, *, jobs: int = 1
) -> Generator[Extracted, None, None]:
    """Yield what ``extracted`` returns for each article, in order, from up to ``jobs`` processes.

    As many start as the text is worth. Raises WorkerError if one of them dies; what fails in one, fails here.
    """
    jobs = min(jobs, len(articles), sum(len(a.text) for a in articles) // WORTH)
    if jobs < 2:
        yield from (extracted(article, extractor) for article in articles)
        return
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_begin, initargs=(extractor,))
    try:
        with handled(signal.SIGINT, signal.SIG_IGN):  # inherited: an interrupt is dealt with here alone
            batches = pool.map(_extracted, list(_batches(articles)))
        for batch in batches:
            yield from batch
    except BrokenProcessPool as error:
        raise WorkerError(
            f"one of {jobs} processes that extract claims died, perhaps for want of memory; nothing was published. "
            "Try --jobs 1"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _batches(articles: Sequence[Article]) -> Iterator[tuple[Article, ...]]:
    batch: list[Article] = []
    for article in articles:
        batch.append(article)
        if sum(len(a.text) for a in batch) >= BATCH:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)


# In a worker process

_extractor: list[Extractor] = []


def _begin(extractor: Extractor) -> None:
    _extractor[:] = [extractor]
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End when the process that started this one has ended, however it did: nobody else would tell this one to."""
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _extracted(batch: Sequence[Article]) -> list[Extracted]:
    return [extracted(article, _extractor[0]) for article in batch]
