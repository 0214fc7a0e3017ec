"""Another answer to a signal for a while."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any


@contextmanager
def handled(number: signal.Signals, handler: Callable[..., Any] | signal.Handlers) -> Iterator[None]:
    """Answer a signal with ``handler``, and put back what was there; outside the main thread nothing is changed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


@contextmanager
def held_back(*numbers: signal.Signals) -> Iterator[None]:
    """Answer signals at the end, as ever; processes that start meanwhile never get them unless they unblock them.

    Those processes inherit the mask of this thread. Another thread may be given a signal, so that handlers wait too.
    """
    came: list[int] = []
    try:
        with ExitStack() as stack:
            for number in numbers:
                stack.enter_context(handled(number, lambda number, _: came.append(number)))
            before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
            stack.callback(signal.pthread_sigmask, signal.SIG_SETMASK, before)
            yield
    finally:
        for late in came:
            signal.raise_signal(late)
