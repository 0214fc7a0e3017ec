"""What a run over very many articles would take, reckoned from what each step costs here, article by article.

    python tools/scale.py [--stories 8] [--articles 100000000] [--write]

Some of our own stories are run once with the stages of `--engine dask`, whose workers are this process: of each stage
the processor seconds, the bytes given to workers and the bytes of the Parquet files are counted. A step that compares
is counted by the pair: nearness on two full blocks of profiles, made from the real ones under other terms. Figures for
more articles are those costs multiplied, no more: they are EXTRAPOLATED. ``--write`` puts the table into docs/scale.md.
"""

from __future__ import annotations

import argparse
import json
import pickle
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from reconcile import engines, pipeline, spill, stages
from reconcile.config import Settings
from reconcile.engine import Progress
from reconcile.engine_dask import Block, Dask
from reconcile.match import near
from reconcile.match import stories as stories_
from reconcile.match.held import Held
from reconcile.publish.store import Store

ROOT = Path(__file__).resolve().parent.parent
STORIES = ROOT / "datasets" / "stories"
PAGE = ROOT / "docs" / "scale.md"
BEGIN, END = "<!-- begin figures -->", "<!-- end figures -->"
SHIFT = 2_654_435_761  # odd: a copy's terms are others than the original's

# Assumed, not measured
YEARS = 10  # over which the articles were published, evenly: only those within near.WINDOW days are held together
HOURS = 24  # in which the run is to be done
CORES, PRICE = 64, 0.04  # of one machine; dollars an hour for a core with 4 GB
DISK = 0.08  # dollars a month for a GB that all machines share


@dataclass
class Done:
    """A future that is there at once."""

    made: Any

    def exception(self) -> None:
        """Tell that nothing went wrong: what does is raised where the work is given out."""

    def result(self) -> Any:
        """Return the result."""
        return self.made


@dataclass
class Client:
    """A client whose one worker is this process, which counts."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    items: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    filed: Counter[str] = field(default_factory=Counter)

    def nthreads(self) -> dict[str, int]:
        """Tell of one worker."""
        return {"here": 1}

    def submit(self, function: Callable[[Any], Any], block: Block[Any, Any, Any], *, pure: bool) -> Done:
        """Do the work and count it."""
        name = block.stage.name
        data = pickle.dumps(block)
        self.sent[name] += len(data)
        self.items[name] += len(block.items)
        there = pickle.loads(data)  # the models are loaded anew, without the store that is at hand here
        start = time.process_time()
        made = function(there)
        self.seconds[name] += time.process_time() - start
        self.filed[name] += block.path.stat().st_size if block.path.exists() else 0
        return Done(made)


@dataclass(frozen=True)
class Costs:
    """What was measured, by article (or by pair, where a name says so)."""

    articles: int
    seconds: dict[str, float]
    sent: float
    filed: float
    pairs: float
    profile: float
    database: float
    driver: float
    grouping: float


def main() -> None:
    """Measure, print the table, and put it into the page if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=8)
    parser.add_argument("--articles", type=int, default=100_000_000)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        costs = measured(Path(scratch), given.stories)
    text = "\n".join(table(costs, given.articles))
    print(text)
    if given.write:
        page = PAGE.read_text("utf-8")
        before, after = page.partition(BEGIN)[0], page.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")


def measured(folder: Path, stories: int) -> Costs:
    """Run some stories and return what it cost."""
    client, rows = Client(), list(articles(stories))
    path, db = folder / "articles.jsonl", folder / "scale.db"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")

    @contextmanager
    def opened(settings: Settings, progress: Progress | None) -> Iterator[Dask]:
        yield Dask(client, folder)

    engines._ENGINES["dask"] = opened
    warm(folder, path)
    client.__init__()  # type: ignore[misc]
    start = time.process_time()
    with Store(db) as store:
        pipeline.build([str(path)], store, Settings(engine="dask", threads=1))
        profiles = list(store.read(lambda conn: list(map(tuple, conn.execute("SELECT * FROM profiles")))))
        linked = list(store.read(lambda conn: list(map(tuple, conn.execute("SELECT * FROM near")))))
        told = list(store.read(lambda conn: [n for (n,) in conn.execute("SELECT articles FROM stories")]))
    whole, n = time.process_time() - start, len(rows)
    pairs = sum(k * (k - 1) / 2 for k in told)
    seconds = {name: spent / n for name, spent in client.seconds.items() if name not in ("nearness", "comparing")}
    seconds["comparing, a pair of articles"] = client.seconds["comparing"] / max(1.0, pairs)
    known = {row[0]: near.Profile(*row) for row in profiles}
    seconds["nearness, a pair of profiles"] = nearness(folder, list(known.values()))
    start = time.process_time()
    stories_.group(known, near.components(list(known), linked))
    grouping = (time.process_time() - start) / n
    return Costs(
        articles=n,
        seconds=seconds,
        sent=sum(client.sent.values()) / n,
        filed=sum(client.filed.values()) / n,
        pairs=pairs / n,
        profile=sum(len(p[2]) + len(p[3]) + len(p[4]) for p in profiles) / n,
        database=db.stat().st_size / n,
        driver=(whole - sum(client.seconds.values())) / n,
        grouping=grouping,
    )


def warm(folder: Path, path: Path) -> None:
    """Run once beforehand, so that loading tables and models is not counted as the cost of articles."""
    few = folder / "few.jsonl"
    few.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:2]), "utf-8")
    with Store(folder / "warm.db") as store:
        pipeline.build([str(few)], store, Settings(engine="dask", threads=1))


def articles(stories: int) -> Iterator[dict[str, Any]]:
    """Yield the articles of the first stories."""
    for path in sorted(STORIES.glob("*.json"))[:stories]:
        for article in json.loads(path.read_text("utf-8"))["articles"]:
            yield {**article, "id": f"{path.stem}/{article['id']}"}


def nearness(folder: Path, profiles: list[near.Profile]) -> float:
    """Return the processor seconds of a pair of profiles, held together in blocks of full size."""
    many = []
    for number in range(stages.PROFILES):
        one = profiles[number % len(profiles)]
        shift = np.uint64(number // len(profiles) * SHIFT)
        terms = ((np.frombuffer(one.terms, "<u4").astype(np.uint64) + shift) & np.uint64(0xFFFFFFFF)).astype("<u4")
        order = np.argsort(terms)
        weights = np.frombuffer(one.weights, "<i2")[order]
        many.append(replace(one, article_id=str(number), terms=terms[order].tobytes(), weights=weights.tobytes()))
    held: Held[near.Profiles] = Dask(Client(), folder).hold([("a", near.Profiles.of(many))], spill.PROFILES)
    start = time.process_time()
    list(stages.NEAR.run(None, [("a", "a", held)]))
    return (time.process_time() - start) / len(many) ** 2


def table(costs: Costs, wanted: int) -> Iterator[str]:
    """Yield the lines of the page: what was measured, and what it comes to."""
    yield f"Measured on {costs.articles} articles of our own (one core, processor seconds):"
    yield ""
    yield "| step | seconds |"
    yield "|---|---|"
    yield from (f"| {name} | {spent:.3g} |" for name, spent in costs.seconds.items())
    yield f"| reading, grouping, publishing (driver) | {costs.driver:.3g} |"
    yield f"| of that, grouping into stories | {costs.grouping:.3g} |"
    yield ""
    yield f"EXTRAPOLATED from that to {wanted:,} articles:"
    yield ""
    near_pairs = wanted * min(1.0, (2 * near.WINDOW + 1) / (365.25 * YEARS)) * wanted / 2
    times = {name: spent * wanted / 3600 for name, spent in costs.seconds.items()}
    times["comparing, a pair of articles"] *= costs.pairs
    times["nearness, a pair of profiles"] *= near_pairs / wanted
    cores = sum(times.values())
    machines = -(-cores // (HOURS * CORES))
    kept = costs.filed * wanted / 1e12
    yield "| what | figure |"
    yield "|---|---|"
    yield from (f"| {name.partition(',')[0]}: core hours | {hours:,.0f} |" for name, hours in times.items())
    yield f"| workers in all: core hours | {cores:,.0f} |"
    yield f"| machines of {CORES} cores to be done in {HOURS} hours | {machines:,.0f} |"
    yield f"| price of the cores at ${PRICE} an hour | ${cores * PRICE:,.0f} |"
    yield f"| Parquet between the stages (shared storage) | {kept:,.1f} TB |"
    yield f"| its price for the {HOURS} hours at ${DISK} a GB and month | ${kept * 1000 * DISK * HOURS / 730:,.0f} |"
    yield f"| shuffle: read back by comparing, at most | {kept:,.1f} TB |"
    yield f"| given to workers through the scheduler | {costs.sent * wanted / 1e12:,.1f} TB |"
    yield f"| profiles in the driver's memory | {costs.profile * wanted / 1e9:,.0f} GB |"
    yield f"| one SQLite file | {costs.database * wanted / 1e12:,.1f} TB |"
    yield f"| reading, grouping, publishing by one driver: hours | {costs.driver * wanted / 3600:,.0f} |"


if __name__ == "__main__":
    main()
