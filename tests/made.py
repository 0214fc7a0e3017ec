"""Many short articles for tests that run the pipeline often: sentences of ours put together anew, with other names."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

ARTICLES = Path(__file__).resolve().parent.parent / "datasets" / "stories" / "articles.jsonl"
A_STORY = 3
OWN, SHARED = 1, 2  # sentences of an article's own, and of those that the others of its story tell with other figures
_END = re.compile(r"(?<=[.!?]) (?=[A-ZÀ-Þ])")
_NAME = re.compile(r"(?<=[a-zà-ÿ,] )[A-ZÀ-Þ][a-zà-ÿ]{2,}")
_FIGURE = re.compile(r"(?<![\d.,])\d{2,3}(?![\d.,])")
_SYLLABLES = ("bar", "del", "kan", "lin", "mor", "ran", "sto", "tur", "ves", "vik")


@lru_cache(maxsize=1)
def _told() -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The sentences of every article of every story."""
    stories: dict[str, list[tuple[str, ...]]] = {}
    for row in map(json.loads, ARTICLES.read_text("utf-8").splitlines()):
        split = [s for part in row["text"].split("\n\n") for s in _END.split(part) if 30 < len(s) < 140]
        stories.setdefault(row["id"].partition("/")[0], []).append(tuple(split))
    return tuple(tuple(stories[name]) for name in sorted(stories))


def articles(stories: int, seed: int = 1) -> list[dict[str, str]]:
    """Return articles in the documented form, three to a story."""
    rng = random.Random(seed)
    told = _told()
    return [row for n in range(stories) for row in _story(told[n % len(told)], f"made{seed}-{n:03}", rng)]


def _story(told: Sequence[Sequence[str]], name: str, rng: random.Random) -> list[dict[str, str]]:
    every = sorted({s for split in told for s in split})
    names = sorted({word for s in every for word in _NAME.findall(s)})
    others = {word: "".join(rng.choices(_SYLLABLES, k=3)).capitalize() for word in names}
    figured = [s for s in every if _FIGURE.search(s)] or every
    shared = rng.sample(figured, min(SHARED, len(figured)))
    rows = []
    for place in range(A_STORY):
        said = [_FIGURE.sub(lambda m: str(int(m[0]) + rng.choice((0, 0, 7))), s) for s in shared]
        said += rng.sample(every, OWN)
        text = " ".join(_NAME.sub(lambda m: others[m[0]], s) for s in said)
        rows.append(
            {
                "id": f"{name}/{place}",
                "source": f"Paper {place}",
                "url": f"https://paper{place}.example/{name}",
                "published": f"2031-03-{1 + place:02}T09:00:00Z",
                "text": text,
            }
        )
    return rows


def write(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    """Write articles as JSON Lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path
