"""How much memory a process holds: its own most, and, while it has helper processes, that of all together."""

from __future__ import annotations

import resource
import subprocess
import time
from pathlib import Path

PROC = Path("/proc")
EVERY = 0.5  # seconds between two looks at the helpers


def own() -> float:
    """Return the most memory that this process has held, in MB."""
    held = _field(PROC / "self", "VmHWM")  # ru_maxrss also counts what ran in the process before this program
    return held or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def waited(process: subprocess.Popen[str], limit: float) -> float:
    """Wait for a process; return the most MB it held together with its helpers, 0 if it had none (or without /proc).

    :raises subprocess.TimeoutExpired: after ``limit`` seconds.
    """
    most, end = 0.0, time.monotonic() + limit
    while True:
        try:
            process.wait(EVERY)
            return most
        except subprocess.TimeoutExpired:
            most = max(most, with_helpers(process.pid))
            if time.monotonic() > end:
                raise


def with_helpers(pid: int) -> float:
    """Return the MB that a process and all that it started hold now, 0 if it started none."""
    found, todo = [pid], [pid]
    while todo:
        started = _children(todo.pop())
        found += started
        todo += started
    return sum(_field(PROC / str(one), "VmRSS") for one in found) if len(found) > 1 else 0.0


def _children(pid: int) -> list[int]:
    try:
        lists = [file.read_text("utf-8") for file in (PROC / str(pid) / "task").glob("*/children")]
    except OSError:  # it has ended
        return []
    return [int(child) for told in lists for child in told.split()]


def _field(place: Path, name: str) -> float:
    """Return a figure of a process's status in MB, 0 where there is none."""
    try:
        lines = (place / "status").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) / 1e3 for line in lines if line.startswith(f"{name}:")), 0.0)
