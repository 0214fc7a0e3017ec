"""Stages on the workers of a Dask scheduler, on this machine or on many: the same functions, the same rows.

Workers are given small things (articles, ids, the names of files) and leave large ones in Parquet files (``spill.py``),
from which the next stage reads. The driver alone writes the database, and no worker sees it: so vectors and opinions
that an earlier run stored are made again. The work of a lost worker is done again by another.
"""

from __future__ import annotations

import logging
import signal
import tempfile
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Generic, TypeVar

from reconcile import __version__, spill
from reconcile.config import Settings, cores
from reconcile.engine import P, Progress, R, Stage, X, batches
from reconcile.errors import MissingExtra, WorkerError
from reconcile.match.held import Form, Held
from reconcile.signals import held_back

WAIT = 15  # seconds for a scheduler to answer, and for its first worker
AHEAD = 3  # blocks that a thread of a worker is given before the first comes back: what the driver holds is bounded
ROWS = 16  # values that the driver lays into one file
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Block(Generic[X, P, R]):
    """What a worker is given: items of a stage and, where their results are to stay, the file and its form."""

    stage: Stage[X, P, R]
    items: Sequence[P]
    tool: X
    form: Form[R] | None
    path: Path
    version: str = __version__


def done(block: Block[X, P, R]) -> list[R]:
    """Do a block's work in a worker; return the results, or none where they are laid into its file."""
    if block.version != __version__:
        raise WorkerError(f"a worker has reconcile {__version__}, this is {block.version}; install the same on both")
    made = list(block.stage.run(block.tool, block.items))
    if block.form is None:
        return made
    spill.write(block.path, made, block.form)
    return []


@dataclass(frozen=True, slots=True)
class Dask:
    """The workers of a client; what they leave lies in ``folder``."""

    client: Any
    folder: Path
    progress: Progress | None = None
    names: Iterator[int] = field(default_factory=count)

    def map(self, stage: Stage[X, P, R], items: Sequence[P], tool: X) -> Generator[R, None, None]:
        """Yield the result of each item, in order."""
        for _, results in self._blocks(stage, items, tool, None):
            yield from results

    def keep(self, stage: Stage[X, P, R], items: Mapping[str, P], tool: X, form: Form[R]) -> Held[R]:
        """Return the result of each item by its id; it lies in the file of its block."""
        ids, readers = iter(items), {}
        for block, _ in self._blocks(stage, list(items.values()), tool, form):
            for row in range(len(block.items)):
                readers[next(ids)] = spill.Filed(str(block.path), row, form)
        return Held(readers)

    def hold(self, values: Iterable[tuple[str, R]], form: Form[R]) -> Held[R]:
        """Return values by id, laid into files."""
        readers = {}
        for batch in batches(values, lambda _: 1, ROWS):
            path = self._path()
            spill.write(path, [value for _, value in batch], form)
            readers.update({key: spill.Filed(str(path), row, form) for row, (key, _) in enumerate(batch)})
        return Held(readers)

    def _path(self) -> Path:
        return self.folder / f"{next(self.names):08}.parquet"

    def _blocks(
        self, stage: Stage[X, P, R], items: Sequence[P], tool: X, form: Form[R] | None
    ) -> Iterator[tuple[Block[X, P, R], list[R]]]:
        """Yield what becomes of each block, in order; a few are ahead of the one that is waited for."""
        waiting: deque[tuple[Block[X, P, R], Any]] = deque()
        parts = batches(items, stage.weight, stage.block)
        reached = 0
        while True:
            with _told():
                while len(waiting) < self._room() and (part := next(parts, None)) is not None:
                    block = Block(stage, part, tool, form, self._path())
                    waiting.append((block, self.client.submit(done, block, pure=False)))
            if not waiting:
                return
            if self.progress:
                self.progress(stage.name, reached, len(items))
            block, future = waiting.popleft()
            yield block, _result(future)
            reached += len(block.items)

    def _room(self) -> int:
        return AHEAD * max(1, sum(map(int, self.client.nthreads().values())))


def _result(future: Any) -> Any:
    """Return what a worker returned, or raise what it raised."""
    with _told():
        if (error := future.exception()) is None:
            return future.result()
    if isinstance(error, OSError):  # of the work, not of the connection
        raise WorkerError(f"a worker cannot do the work: {error}") from error
    with _told():
        raise error


@contextmanager
def _told() -> Iterator[None]:
    """Turn what Dask raises when it cannot go on into one clear line."""
    from concurrent.futures import CancelledError

    from distributed import KilledWorker

    try:
        yield
    except KilledWorker as error:
        raise WorkerError(
            f"a part of the work ended its worker {error.allowed_failures + 1} times, perhaps for want of memory; "
            "nothing was published. Give the workers more memory, or use fewer --jobs"
        ) from error
    except (CancelledError, TimeoutError, OSError) as error:
        raise WorkerError("the scheduler of the workers was lost; nothing was published. Run it again") from error
    except ModuleNotFoundError as error:
        raise WorkerError(f"a worker cannot do the work ({error}); install reconcile-claims[dask] there") from error


@contextmanager
def opened(settings: Settings, progress: Progress | None) -> Iterator[Dask]:
    """Give an engine on the scheduler that the settings name, or on processes of this machine, and end it.

    Raises MissingExtra, or WorkerError if no scheduler answers or none of its workers is there.
    """
    try:
        import distributed
        import pyarrow  # noqa: F401 (only to see that it is there)
    except ImportError as error:
        raise MissingExtra(
            f"--engine dask needs {error.name}; install the extra: pip install 'reconcile-claims[dask]'"
        ) from error
    with ExitStack() as stack:
        folder = stack.enter_context(_folder(settings.spill))
        stack.enter_context(_quiet())
        address = settings.scheduler or stack.enter_context(_cluster(distributed, settings, folder))
        yield Dask(stack.enter_context(_client(distributed, address)), folder, progress)


@contextmanager
def _folder(where: str) -> Iterator[Path]:
    """Make a folder of this run's own, removed with all that is in it."""
    try:
        Path(where).mkdir(parents=True, exist_ok=True)
        made = tempfile.TemporaryDirectory(prefix="reconcile-", dir=where or None, ignore_cleanup_errors=True)
    except OSError as error:
        raise WorkerError(
            f"{where or 'temporary folder'}: cannot be written ({error.strerror}); see --spill"
        ) from error
    with made as name:
        yield Path(name).absolute()


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out what Dask logs of lost workers and connections: what matters is raised."""
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


@contextmanager
def _cluster(distributed: Any, settings: Settings, folder: Path) -> Iterator[str]:
    """Start a scheduler and worker processes that listen on this machine alone."""
    with ExitStack() as stack:
        try:
            with held_back(signal.SIGINT):  # inherited: an interrupt is dealt with here alone, once they can be ended
                cluster = stack.enter_context(
                    distributed.LocalCluster(
                        n_workers=settings.jobs or cores(),
                        threads_per_worker=1,
                        processes=True,
                        host="127.0.0.1",
                        dashboard_address=None,
                        silence_logs=logging.CRITICAL,
                        local_directory=str(folder),
                    )
                )
        except (OSError, RuntimeError, TimeoutError) as error:
            raise WorkerError(f"worker processes cannot be started ({' '.join(str(error).split())[:200]})") from error
        yield str(cluster.scheduler_address)


@contextmanager
def _client(distributed: Any, address: str) -> Iterator[Any]:
    """Connect to a scheduler that has a worker."""
    try:
        client = distributed.Client(address, timeout=WAIT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise WorkerError(f"no Dask scheduler answers at {address}; start one: dask scheduler") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=WAIT)
        except TimeoutError as error:
            raise WorkerError(
                f"the scheduler at {address} has no worker; start some: `dask worker {address}`"
            ) from error
        yield client
