"""What a run reports on real news that nobody has annotated: conflicts per 100 articles of ECB+, by field.

    RECONCILE_DATA=FOLDER python tools/eval_news.py [--part read|unread] [--limit N] [--list]

Outlets that retell one event rarely contradict each other, so nearly all of what is reported beyond a few in a hundred
articles is false: the figure is an upper bound of false alarms on real pages. ``--list`` prints the sentences, to be
read. ``read``: the clusters whose findings were read while rules were made; ``unread`` (default): the others. An
article is of the day that its title or the head of its text prints, as a page's own data would say; many print none.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

READ = {
    "2_ecbplus", "3_ecb", "6_ecb", "10_ecbplus", "12_ecb", "13_ecbplus", "14_ecb", "18_ecbplus", "21_ecb", "21_ecbplus",
    "22_ecbplus", "26_ecbplus", "27_ecb", "28_ecb", "28_ecbplus", "32_ecb",
}  # fmt: skip
LARGEST = 10  # articles of a cluster
FEWEST = 6  # below that a cluster is left out
SHORTEST = 200  # characters of an article
HEAD = 160  # characters of a title and of a text in which the day of publication is looked for
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
MONTH = rf"({'|'.join(MONTHS)})[a-z]*[.-]?"
CLOCK = r"(?:[\W]{0,4}(?:at )?\d{1,2}[:.] ?\d\d(?:[:.]\d\d)?\s?(?:[ap]\.? ?m\b\.?)?(?: (?-i:[A-Z]{2,4})\b)?)?"
END = rf"\b{CLOCK}(?!,? (?-i:[a-z]))"
DATED = (  # month, day and year, a clock behind them, and no sentence that goes on
    (
        re.compile(rf"\b{MONTH} ?(\d{{1,2}})(?:st|nd|rd|th)?,?[ -]((?:20)?\d\d){END}", re.I),
        (1, 2, 3),
    ),
    (re.compile(rf"\b(\d{{1,2}}) {MONTH} (20\d\d){END}", re.I), (2, 1, 3)),
    (re.compile(rf"\b(\d{{1,2}})/(\d{{1,2}}) ?/ ?((?:20)?\d\d){END}", re.I), (1, 2, 3)),
)
PRINTED = (
    (r"`` ?|'' ", '"'), (r" ?''", '"'), (r" ([.,;:!?)%])", r"\1"), (r"([($€£]) ", r"\1"), (r"(\d): (\d)", r"\1:\2"),
    (r" (n't|'s|'ll|'re|'ve|'d|'m)\b", r"\1"), (r"(\w) - (\w)", r"\1-\2"), (r"(\d) / (\d)", r"\1/\2"),
)  # fmt: skip

Row = dict[str, Any]


def printed(text: str) -> str:
    """Return a text whose words and marks stand apart as it was printed."""
    for apart, together in PRINTED:
        text = re.sub(apart, together, text)
    return text


def articles(path: Path, *, read: bool) -> Iterator[Row]:
    """Yield the articles of the clusters that were read, or of the others, as `reconcile run` takes them."""
    clusters: dict[str, list[Row]] = defaultdict(list)
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        clusters[row["cluster_id"]].append(row)
    for name in sorted(clusters):
        rows = [row for row in sorted(clusters[name], key=lambda row: row["id"]) if len(row["text"]) >= SHORTEST]
        if (name in READ) != read or len(rows) < FEWEST:
            continue
        yield from map(_article, rows[:LARGEST])


def _article(row: Row) -> Row:
    title, text = printed(row["title"]), printed(row["text"]).removeprefix(printed(row["title"])).strip()
    day, end = dated(text)
    return {
        "id": row["id"], "source": row["id"], "url": f"https://{row['id'].replace('_', '-')}.example/",
        "title": title, "published": day or dated(title)[0], "text": text[end:].strip(" .|-"),
    }  # fmt: skip


def dated(text: str) -> tuple[str | None, int]:
    """Return the first day that the head of a text prints as its own, and where what comes after it begins."""
    found = []
    for pattern, places in DATED:
        if said := pattern.search(text[:HEAD]):
            month, day, year = (said[place].lower() for place in places)
            number = MONTHS.index(month) + 1 if month in MONTHS else int(month)
            found.append((said.start(), f"{int(year) % 100 + 2000}-{number:02}-{int(day):02}", said.end()))
    return min(found)[1:] if found else (None, 0)


def reported(rows: list[Row], folder: Path) -> list[Row]:
    """Return the conflicts that a run reports."""
    given, db = folder / "articles.jsonl", folder / "news.db"
    given.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    command = [sys.executable, "-m", "reconcile"]
    subprocess.run([*command, "run", str(given), "--db", str(db), "--quiet"], check=True)
    out = subprocess.run([*command, "findings", "--db", str(db), "--format", "jsonl"], check=True, capture_output=True)
    return [json.loads(line) for line in out.stdout.decode().splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("read", "unread"), default="unread")
    parser.add_argument("--limit", type=int, help="articles")
    parser.add_argument("--list", action="store_true", help="print the sentences")
    args = parser.parse_args()
    data = os.environ.get("RECONCILE_DATA")
    if not data:
        raise SystemExit("RECONCILE_DATA is not set: name the folder that holds data/clusters")
    rows = list(articles(Path(data, "data", "clusters", "ecbplus_docs.jsonl"), read=args.part == "read"))[: args.limit]
    with tempfile.TemporaryDirectory() as folder:
        found = reported(rows, Path(folder))
    if args.list:
        for one in sorted(found, key=lambda one: (one["field"], -one["confidence"])):
            print(f"{one['confidence']:.2f} {one['field']}: {one['a']['value']!r} against {one['b']['value']!r}")
            for side in (one["a"], one["b"]):
                print(f"     {side['article_id']:14} {' '.join(side['quote'].split())}")
    fields = Counter(one["field"] for one in found)
    pairs = {frozenset((one["a"]["article_id"], one["b"]["article_id"])) for one in found}
    print(f"{len(rows)} articles, {len(found)} conflicts in {len(pairs)} pairs of articles:", end=" ")
    print(f"{100 * len(found) / max(1, len(rows)):.1f} per 100 articles", dict(fields.most_common()))


if __name__ == "__main__":
    main()
