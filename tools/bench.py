"""Time, memory and F1 of reconcile beside what a user would otherwise pick, at several sizes, in one table.

    python tools/bench.py [--sizes 300 3000 30000 100000] [--threads 2] [--only reconcile mining ...]

Prints the table; writes benchmarks.md, its pictures and benchmarks.json to --out (docs). The raw figures are written
after every measurement. ``--redraw`` makes the page again from them. Needs the extra ``bench``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmark import corpus, figures, memory, page, plot

TOOLS = Path(__file__).resolve().parent
ROOT = TOOLS.parent
STORIES = ROOT / "datasets" / "stories"
MOST = {"entailment": 300, "all-pairs": 300, "communities": 30_000, "mining": 30_000}
SHOWN = ("reconcile-claims", "onnxruntime", "torch", "sentence-transformers", "splink", "duckdb")
FIRST = 4  # a contender measured at no two sizes is measured at a fourth of the most, to see it grow
JSON, PAGE = "benchmarks.json", "benchmarks.md"


def main() -> None:
    """Measure, print, write."""
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the worker is ended too
    raw = json.loads((given.out / JSON).read_text("utf-8")) if given.redraw else measured(given)
    lines = figures.lines(raw["runs"], raw["made"]["sizes"], page.BASES)
    print(page.table(line for line in lines if line.contender in page.WHOLE))
    print(page.table(line for line in lines if line.contender in page.STEP))
    (given.out / PAGE).write_text(page.page(raw, lines), "utf-8")
    for name, drawn in page.series(lines).items():
        (given.out / f"benchmarks-{name}.svg").write_text(plot.svg(page.PICTURES[name], drawn), "utf-8")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=Path, default=STORIES, help="stories with gold")
    parser.add_argument("--sizes", type=int, nargs="+", default=[300, 3000], metavar="ARTICLES")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--judge", default="default", help="ours: default or rules")
    parser.add_argument("--entailment", choices=("small", "base"), default="small", help="width 384 or 768, 12 layers")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of what takes less than --patience")
    parser.add_argument("--patience", type=float, default=120.0, help="seconds from which it is measured once")
    parser.add_argument("--limit", type=float, default=12 * 3600.0, help="seconds after which one is ended")
    parser.add_argument("--most", nargs="+", default=[], metavar="NAME=ARTICLES", help=f"else {MOST}")
    parser.add_argument("--only", nargs="+", choices=page.NAMES, default=list(page.NAMES))
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    parser.add_argument("--keep", type=Path, help="keep articles and databases here")
    parser.add_argument("--redraw", action="store_true", help="do not measure")
    given = parser.parse_args()
    try:
        given.most = MOST | {name: int(n) for name, n in (item.split("=") for item in given.most)}
    except ValueError:
        parser.error("--most: give NAME=ARTICLES")
    given.sizes = sorted(set(given.sizes))
    if set(given.only) & set(page.STEP) and "reconcile" not in given.only:
        parser.error("--only: whoever begins from the claims needs reconcile too")
    return given


def measured(given: argparse.Namespace) -> dict[str, Any]:
    """Return the raw figures of one run over all sizes and contenders, written after each measurement."""
    with nullcontext(given.keep) if given.keep else tempfile.TemporaryDirectory(prefix="reconcile-bench-") as scratch:
        bench = Bench(given, Path(scratch).resolve())
        bench.folder.mkdir(parents=True, exist_ok=True)
        made = {**about(given), "entailment": bench.run("prepare", bench.folder)}
        raw: dict[str, Any] = {"made": made, "runs": []}
        for size, names in sorted(plan(given.sizes, given.most, given.only).items()):
            for run in bench.at(size, names):
                raw["runs"].append(run)
                made["sizes"] = [bench.made.get(size, size) for size in given.sizes]
                write(given.out, raw)
        raw["profile"] = bench.profile(given.sizes[0])
        write(given.out, raw)
    return raw


def write(out: Path, raw: Mapping[str, Any]) -> None:
    """Write the raw figures."""
    (out / JSON).write_text(json.dumps(raw, indent=1, ensure_ascii=False) + "\n", "utf-8")


def plan(sizes: Sequence[int], most: Mapping[str, int], names: Sequence[str]) -> dict[int, list[str]]:
    """Return who is measured at which size: no one beyond their most, and whoever is extrapolated at two at least.

    Who begins from the claims needs our run at the same size.
    """
    at: dict[int, list[str]] = {}
    for name in (n for n in page.NAMES if n in names):
        most_here = most.get("reconcile" if name in page.STEP else name, max(sizes))
        own = [size for size in sizes if size <= min(most_here, most.get(name, most_here))]
        if len(own) < len(sizes) and len(own) < 2 and name not in page.STEP:
            largest = own[-1] if own else most_here
            own = [max(1, largest // FIRST), largest]
        for size in own:
            at.setdefault(size, []).append(name)
    return at


def about(given: argparse.Namespace) -> dict[str, Any]:
    """Return what was measured on what."""
    return {
        "sizes": given.sizes,
        "threads": given.threads,
        "judge": given.judge,
        "ours": given.stories.resolve() == STORIES,
        "day": time.strftime("%Y-%m-%d"),
        "machine": f"{os.cpu_count()} cores ({platform.machine()}, Python {platform.python_version()})",
        "versions": dict(_versions()),
    }


def _versions() -> Iterator[tuple[str, str]]:
    for name in SHOWN:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, "not installed"


@dataclass(slots=True)
class Bench:
    """Runs contenders in processes of their own; ``folder`` holds corpora, models and databases.

    ``made`` is how many articles it became, by how many were asked for: stories are whole.
    """

    given: argparse.Namespace
    folder: Path
    threshold: float | None = None
    made: dict[int, int] = field(default_factory=dict)

    def at(self, size: int, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yield the measurements at one size: contenders take turns, the fast ones several times."""
        here = self.folder / str(size)
        articles = self.made[size] = corpus.make(self.given.stories, size, here)
        if "communities" in names and self.threshold is None:
            self.threshold = self.run("communities", here).get("threshold")
        slow: set[str] = set()
        for number in range(self.given.rounds):
            for name in (n for n in names if n not in slow):
                print(f"{size:,} articles, round {number + 1}: {name}", file=sys.stderr, flush=True)
                run = {"contender": name, "articles": articles, "round": number, **self.run(name, here)}
                yield run
                if run.get("error") or run["seconds"] > self.given.patience:
                    slow.add(name)

    def profile(self, size: int) -> dict[str, Any]:
        """Return where a run of ours at one size spends its time."""
        here = self.folder / str(size)
        articles = corpus.make(self.given.stories, size, here)
        return {"articles": articles, **self.run("profile", here)}

    def run(self, name: str, folder: Path) -> dict[str, Any]:
        """Return what a worker made of one job, or the error that ended it."""
        given, out = self.given, self.folder / "result.json"
        out.unlink(missing_ok=True)
        job = {
            "folder": str(folder), "models": str(self.folder / "entailment"), "threads": given.threads,
            "judge": given.judge, "threshold": self.threshold,
            **({"entailment": given.entailment} if name == "prepare" else {}),
        }  # fmt: skip
        command = [sys.executable, "-m", "benchmark.worker", name, json.dumps(job), str(out)]
        with (self.folder / "said.txt").open("w+", encoding="utf-8") as said:
            process = subprocess.Popen(command, env=_environment(given.threads), stdout=said, stderr=said, text=True)
            try:
                together = memory.waited(process, given.limit)
            except subprocess.TimeoutExpired:
                return {"error": f"not finished after {given.limit:,.0f} s"}
            finally:
                process.kill()
            if process.returncode or not out.exists():
                said.seek(0)
                lines = said.read().strip().splitlines() or [f"ended with {process.returncode}"]
                return {"error": lines[-1][:300]}
        result = dict(json.loads(out.read_text("utf-8")))
        if "memory_mb" in result:
            result["memory_mb"] = max(result["memory_mb"], round(together, 1))
        return result


def _environment(threads: int) -> dict[str, str]:
    """Return the environment of a worker: as many threads for every library, no network for models."""
    named = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
    paths = os.pathsep.join(filter(None, (str(TOOLS), os.environ.get("PYTHONPATH", ""))))
    return {**os.environ, **dict.fromkeys(named, str(threads)), "PYTHONPATH": paths, "HF_HUB_OFFLINE": "1"}


if __name__ == "__main__":
    main()
