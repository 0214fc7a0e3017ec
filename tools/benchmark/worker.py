"""One measurement in a process of its own: ``python -m benchmark.worker NAME JOB OUT``.

``JOB`` is the JSON of a ``contenders.Job``, the result is written to ``OUT`` as JSON. The clock runs from the first
import to the conflicts, models loaded; reading gold and scoring come after it.
"""

from __future__ import annotations

import time

STARTED = time.perf_counter()

import cProfile  # noqa: E402 (the clock is running)
import json  # noqa: E402
import pstats  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable, Mapping  # noqa: E402
from dataclasses import replace  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from benchmark import contenders, corpus, memory  # noqa: E402
from benchmark.contenders import Job  # noqa: E402

WARM = 4  # articles read before the profile starts, so that it shows no imports
HOTTEST = 12
SIZES = {"small": {}, "base": {"hidden_size": 768, "intermediate_size": 3072}}


def main() -> None:
    """Do one job."""
    name, given, out = sys.argv[1:]
    fields = json.loads(given)
    size = fields.pop("entailment", "small")
    job = Job(**{**fields, "folder": Path(fields["folder"]), "models": Path(fields["models"])})
    ways: Mapping[str, Callable[[], Mapping[str, Any]]] = {
        "prepare": lambda: prepare(job.models, size),
        "profile": lambda: profile(job),
    }
    result = ways[name]() if name in ways else measure(name, job)
    Path(out).write_text(json.dumps(result), "utf-8")


def measure(name: str, job: Job) -> dict[str, Any]:
    """Run a contender and return its seconds since the process began, its most memory and its scores."""
    answer = contenders.CONTENDERS[name](job)
    result = {
        "seconds": round(time.perf_counter() - STARTED, 3),
        "cpu_seconds": round(cpu(), 3),
        "memory_mb": round(memory.own(), 1),
        "items": answer.items,
        "pairs": answer.pairs,
        "stages": {stage: round(seconds, 3) for stage, seconds in answer.stages.items()},
    }
    from benchmark.scores import Gold

    found = Gold(corpus.stories(job.folder)).best(answer.found(), answer.thresholds, apart=answer.apart)
    rates = {name: getattr(found, name) for name in ("precision", "recall", "f1", "threshold")}
    result.update({name: None if value is None else round(value, 4) for name, value in rates.items()})
    result.update(conflicts=found.findings, gold=found.gold)
    return result


def cpu() -> float:
    """Return the processor seconds of this process and of those that it has ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in used)


def prepare(folder: Path, size: str) -> dict[str, Any]:
    """Restore the embedding model; write an entailment model of the usual layers with random weights."""
    from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

    from reconcile.match import weights

    source = weights.restore()
    config = AutoConfig.from_pretrained(source, num_labels=3, **SIZES[size])
    AutoModelForSequenceClassification.from_config(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(source).save_pretrained(folder)
    return {"layers": config.num_hidden_layers, "width": config.hidden_size}


def profile(job: Job) -> dict[str, Any]:
    """Return where a run of ours spends its time: on one thread, so that all of it is seen."""
    alone = replace(job, threads=1)
    few = job.folder / "few"
    few.mkdir(exist_ok=True)
    lines = (job.folder / corpus.ARTICLES).read_text("utf-8").splitlines(keepends=True)
    (few / corpus.ARTICLES).write_text("".join(lines[:WARM]), "utf-8")
    contenders.ours(replace(alone, folder=few))
    profiler = cProfile.Profile()
    answer = profiler.runcall(contenders.ours, alone)
    return {"stages": dict(answer.stages), "functions": functions(pstats.Stats(profiler))}


def functions(stats: pstats.Stats) -> list[dict[str, Any]]:
    """Return the functions with the most seconds of their own."""
    table: Mapping[tuple[str, int, str], tuple[int, int, float, float, Any]] = stats.stats  # type: ignore[attr-defined]
    whole = stats.total_tt or 1.0  # type: ignore[attr-defined]
    hottest = sorted(table.items(), key=lambda item: (-item[1][2], item[0]))[:HOTTEST]
    return [
        {"name": place(*key), "calls": row[1], "seconds": round(row[2], 3), "share": round(row[2] / whole, 4)}
        for key, row in hottest
    ]


def place(file: str, line: int, function: str) -> str:
    """Return a function's short name: the last two parts of its file's path and its own."""
    if file == "~":
        return function.strip("<>")
    return f"{'/'.join(Path(file).parts[-2:])} {function}"


if __name__ == "__main__":
    main()
