"""What `reconcile check` costs beside a large database, and what running everything anew would cost.

    python tools/bench_check.py [--claims 100000] [--db FILE]

The database is made of some hundred real articles (``many_stories.py``), run once, whose rows are then repeated under
other ids, with other names and words in their profiles, up to the wanted number of claims: so it has the size and the
indexes of a real one. Then articles that it does not hold are checked, in this process, after the models are loaded:
one of a story that it holds, one of a story that it does not hold. Running anew is measured on the articles run,
without the judge, and taken to grow in proportion to the claims, all of which favours it.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import many_stories
import numpy as np

from reconcile import pipeline
from reconcile.config import Settings
from reconcile.publish.store import Store

STORIES = Path(__file__).resolve().parent.parent / "datasets" / "stories"
ARTICLES = 600
ROUNDS = 5
SHIFT = 2_654_435_761  # odd: a copy's terms are others than the original's


def main() -> None:
    """Make the database, check articles, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--db", type=Path, help="keep the database here, or use the one that is here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        left = corpus(folder)
        db = given.db or folder / "large.db"
        seconds = make(db, folder / "articles.jsonl", given.claims) if not db.exists() else 0.0
        keep_opinions(db, folder)
        report(db, left, seconds)
    print(f"reconcile --help: {least(started('--help')):.2f} s, python -c pass: {least(started()):.2f} s")


def corpus(folder: Path) -> dict[str, Path]:
    """Write the articles to run, and for each kind of check one article that is left out."""
    stories = list(many_stories.many(STORIES, ARTICLES + 8))
    *held, other = stories
    known = held[len(held) // 2]
    told, new = {**known, "articles": known["articles"][:-1]}, {**known, "articles": known["articles"][-1:]}
    kept = [told if story is known else story for story in held]
    write(folder / "articles.jsonl", kept)
    write(folder / "told.jsonl", [told])
    alone = {**other, "articles": other["articles"][:1]}
    return {
        "of a story it holds": write(folder / "known.jsonl", [new]),
        "of another story": write(folder / "other.jsonl", [alone]),
    }


def write(path: Path, stories: list[dict[str, object]]) -> Path:
    """Write the articles of stories as lines of JSON."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in many_stories.rows(stories)), "utf-8")
    return path


def make(db: Path, articles: Path, claims: int) -> float:
    """Run the articles and repeat what is published; return the seconds of the run."""
    with Store(db) as store:
        start = time.perf_counter()
        result = pipeline.build([str(articles)], store, Settings(judge_name="rules"))
        seconds = time.perf_counter() - start
        print(f"run: {result.articles} articles, {result.claims} claims in {seconds:.1f} s")
        copies = -(-claims // result.claims)
        with store.db.atomic():
            for number in range(1, copies):
                repeat(store, number)
    return seconds * claims / result.claims


IDS = {
    "articles": ("article_id",),
    "sentences": ("sentence_id", "article_id"),
    "claims": ("claim_id", "article_id", "sentence_id"),
    "claim_entities": ("claim_id",),
    "stories": ("story_id",),
    "story_articles": ("story_id", "article_id"),
    "origins": ("article_id", "origin_id"),
    "near": ("article_a", "article_b"),
    "claim_keys": ("key", "article_id"),
    "clusters": ("cluster_id", "story_id"),
    "cluster_claims": ("cluster_id", "claim_id"),
    "findings": ("finding_id", "claim_a", "claim_b", "cluster_id", "story_id"),
}


def repeat(store: Store, number: int) -> None:
    """Write the rows once more under other ids."""
    for table, ids in IDS.items():
        columns = [row[1] for row in store.db.execute(f"PRAGMA table_info({table})")]
        chosen = ", ".join(f""""{c}" || '~{number}'""" if c in ids else f'"{c}"' for c in columns)
        names = ", ".join(f'"{c}"' for c in columns)
        store.db.execute(f"INSERT INTO {table} ({names}) SELECT {chosen} FROM {table} WHERE {ids[0]} NOT LIKE '%~%'")
    profiles = store.db.execute("SELECT * FROM profiles WHERE article_id NOT LIKE '%~%'").fetchall()
    store.db.conn.executemany("INSERT INTO profiles VALUES (?, ?, ?, ?, ?)", (moved(*row, number) for row in profiles))


def moved(article_id: str, day: int, mean: bytes, terms: bytes, weights: bytes, number: int) -> tuple[object, ...]:
    """Return a profile as far from the others as those of two stories are."""
    other = np.frombuffer(terms, "<u4") + np.uint32(number * SHIFT % 2**32)
    order = np.argsort(other)
    shifted = np.roll(np.frombuffer(mean, "<i2"), number)
    heavy = np.frombuffer(weights, "<i2")[order]
    return f"{article_id}~{number}", day, shifted.tobytes(), other[order].astype("<u4").tobytes(), heavy.tobytes()


def keep_opinions(db: Path, folder: Path) -> None:
    """Put what the judge says of the known story where a run with the judge would have kept it."""
    with Store(folder / "story.db") as store:
        pipeline.build([str(folder / "told.jsonl")], store, Settings())
        rows = store.db.execute("SELECT * FROM vectors").fetchall()
    with Store(db) as store, store.db.atomic():
        store.db.conn.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?, ?, ?)", rows)


def report(db: Path, left: dict[str, Path], anew: float) -> None:
    """Check each article and print the seconds, with their ratio to running anew."""
    with Store(db, read_only=True) as store:
        counted = {t: store.read(lambda c, t=t: c.execute(f"SELECT count(*) FROM {t}").fetchone()[0]) for t in IDS}
        print(f"database: {counted['articles']} articles, {counted['claims']} claims, {db.stat().st_size / 1e6:.0f} MB")
        settings = Settings(threads=2)
        before = most_memory()
        for name, path in left.items():
            body = partial(pipeline.check, [str(path)], store, settings)
            first, *rest = [seconds(body) for _ in range(ROUNDS)]
            ratio = f", running anew takes {anew / min(rest):,.0f} times as long" if anew else ""
            print(f"check of an article {name}: first {first:.2f} s, then {min(rest):.2f}-{max(rest):.2f} s{ratio}")
        print(f"memory: {before:.0f} MB before, at most {most_memory():.0f} MB")


def seconds(body: Callable[[], object]) -> float:
    """Return how long it takes."""
    start = time.perf_counter()
    body()
    return time.perf_counter() - start


def most_memory() -> float:
    """Return the most memory that the process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def started(*arguments: str) -> Iterator[float]:
    """Yield the seconds of a process that does next to nothing."""
    command = [sys.executable, *(("-m", "reconcile", *arguments) if arguments else ("-c", "pass"))]
    for _ in range(ROUNDS):
        yield seconds(lambda: subprocess.run(command, capture_output=True, check=True))


def least(values: Iterator[float]) -> float:
    """Return the smallest value."""
    return min(values)


if __name__ == "__main__":
    main()
