"""The engines by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from reconcile import engine_dask
from reconcile.config import Settings
from reconcile.engine import Engine, Local, Progress


@contextmanager
def _local(settings: Settings, progress: Progress | None) -> Iterator[Engine]:
    yield Local(settings.jobs, progress)


_ENGINES: dict[str, Callable[[Settings, Progress | None], AbstractContextManager[Engine]]] = {
    "local": _local,
    "dask": engine_dask.opened,
}


def opened(settings: Settings, progress: Progress | None = None) -> AbstractContextManager[Engine]:
    """Return the engine that the settings name, to be entered and left."""
    return _ENGINES[settings.engine](settings, progress)
