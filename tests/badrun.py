"""The command line in a process of its own, with a stand-in for the model and bounds on memory and processor time.

Run as `python -m tests.badrun run ...`. The last line of stderr tells the most memory that the process held, in bytes.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from reconcile import cli
from tests.machine import quick_model

MOST = 6_000_000_000  # of address space; the libraries map much that they never use
LONGEST = 400  # seconds of a processor, ten times what a family of bad files takes


def most_held() -> int:
    """Return the most bytes that this process held; ``ru_maxrss`` would count what its parent held when it began."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MOST, MOST))
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
    with quick_model():
        code = cli.main(sys.argv[1:])
    sys.stderr.write(f"held {most_held()}\n")
    sys.exit(code)
