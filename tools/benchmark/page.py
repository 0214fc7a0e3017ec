"""The table and the page about it, from rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from benchmark.figures import Line
from benchmark.plot import Axes, Spot

NAMES = {
    "reconcile": "reconcile",
    "mining": "paraphrase mining + numbers",
    "communities": "community detection + numbers",
    "entailment": "mining + entailment model",
    "all-pairs": "reconcile, all pairs of articles",
    "matching": "reconcile, from claims",
    "splink": "Splink on the same claims",
}
WHOLE = ("reconcile", "mining", "communities", "entailment", "all-pairs")
STEP = ("matching", "splink")
SENTENCES = ("mining", "communities", "entailment")  # read these, not claims
BASES = {name: "reconcile" if name in WHOLE else "matching" for name in NAMES}
"""Whose seconds each contender's are divided by."""

COLUMNS = (
    "contender", "articles", "claims", "seconds", "CPU s", "articles/s", "times ours", "peak MB", "growth", "pairs",
    "F1", "precision", "recall",
)  # fmt: skip
PICTURES = {
    "seconds": Axes("Seconds by number of articles", "seconds"),
    "memory": Axes("Most memory by number of articles", "MB"),
    "f1": Axes("F1 of conflicts by number of articles", "F1", log=False),
}
NONE = "–"


def table(lines: Iterable[Line]) -> str:
    """Return the rows as a Markdown table, ended by a newline."""
    head = "| " + " | ".join(COLUMNS) + " |\n|---|" + "--:|" * (len(COLUMNS) - 1) + "\n"
    return head + "".join("| " + " | ".join(cells(line)) + " |\n" for line in lines)


def cells(line: Line) -> list[str]:
    """Return what a row shows; what was not measured is marked with ≈ or left out."""
    about = "" if line.measured else "≈ "
    per = line.articles / line.seconds if line.seconds else 0.0
    return [
        NAMES[line.contender] + ("" if line.measured else " (extrapolated)"),
        f"{line.articles:,}",
        _whole(line.value("items")) + (" sentences" if line.contender in SENTENCES and line.measured else ""),
        about + _spread(line),
        _whole(line.value("cpu_seconds")),
        f"{about}{per:,.2f}",
        NONE if line.ratio is None else f"{about}{line.ratio:,.2f}",
        _whole(line.value("memory_mb")),
        NONE if line.growth is None else f"{line.growth:.2f}",
        _whole(line.value("pairs")),
        *(_rate(line.value(name)) for name in ("f1", "precision", "recall")),
    ]


def _spread(line: Line) -> str:
    shown = f"{line.seconds:,.1f}"
    return shown if line.rounds < 2 else f"{shown} ({line.low:,.1f}–{line.high:,.1f})"


def _whole(value: float | None) -> str:
    return NONE if value is None else f"{value:,.0f}"


def _rate(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}"


def series(lines: Sequence[Line]) -> dict[str, dict[str, list[Spot]]]:
    """Return the points of each picture, by contender."""
    drawn: dict[str, dict[str, list[Spot]]] = {name: {} for name in PICTURES}
    for line in lines:
        for picture, value in (("memory", line.value("memory_mb")), ("f1", line.value("f1"))):
            if value is not None and (picture != "f1" or line.contender in WHOLE):
                drawn[picture].setdefault(NAMES[line.contender], []).append(Spot(line.articles, value))
        spot = Spot(line.articles, line.seconds, line.measured)
        drawn["seconds"].setdefault(NAMES[line.contender], []).append(spot)
    return drawn


def page(raw: Mapping[str, Any], lines: Sequence[Line]) -> str:
    """Return the Markdown page."""
    made = raw["made"]
    sizes = " and ".join(f"{size:,}" for size in made["sizes"])
    versions = ", ".join(f"{name} {version}" for name, version in made["versions"].items())
    return "".join(
        (
            "# Benchmarks\n\nWritten by `make bench` (`tools/bench.py`); do not edit. The figures are of one run: ",
            f"{sizes} articles, {made['threads']} threads, {made['machine']}, {made['day']}; {versions}. Raw figures: ",
            "`benchmarks.json`, from which `python tools/bench.py --redraw` makes this page and its pictures.\n\n",
            f"{SMALL}\n\n" if max(made["sizes"]) < LARGE else "",
            f"## Articles in, conflicts out\n\n{table(_of(lines, WHOLE))}\n",
            f"## From the claims on\n\n{table(steps)}\n" if (steps := _of(lines, STEP)) else "",
            "".join(f"![{PICTURES[name].title}](benchmarks-{name}.svg)\n\n" for name in PICTURES),
            "".join(_failed(raw["runs"])),
            "".join(_shares(lines)),
            "".join(_hottest(raw.get("profile", {}))),
            _notes(made),
        )
    )


LARGE = 300
SMALL = (
    "**A trial at a small size: it shows the form of the table. Loading models is most of the seconds, and the ratios "
    "say nothing of larger corpora.**"
)


def _of(lines: Iterable[Line], names: Sequence[str]) -> list[Line]:
    return [line for line in lines if line.contender in names]


def _failed(runs: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    failed = [run for run in runs if run.get("error")]
    if failed:
        yield "Not finished:\n\n"
        yield from (f"* {NAMES[r['contender']]}, {r['articles']:,} articles: {r['error']}\n" for r in failed)
        yield "\n"


def _shares(lines: Iterable[Line]) -> Iterator[str]:
    staged = [(line, line.value("stages")) for line in lines if line.value("stages")]
    if not staged:
        return
    names = list(staged[0][1])
    yield "## Stages of a run of ours\n\nShares of the seconds that a run reports. Embedding is part of `extract`, "
    yield "the judge of `match`.\n\n"
    yield "| articles | " + " | ".join(names) + " |\n|--:|" + "--:|" * len(names) + "\n"
    for line, stages in staged:
        whole = sum(stages.values()) or 1.0
        yield f"| {line.articles:,} | " + " | ".join(f"{stages.get(n, 0.0) / whole:.1%}" for n in names) + " |\n"
    yield "\n"


def _hottest(profile: Mapping[str, Any]) -> Iterator[str]:
    if not profile.get("functions"):
        return
    yield f"## Hottest functions\n\nAnother run of ours, over {profile['articles']:,} articles, on one thread, under "
    yield "cProfile, which slows Python code down and native code not; by seconds spent in the function itself.\n\n"
    yield "| function | calls | seconds | share |\n|---|--:|--:|--:|\n"
    for row in profile["functions"]:
        yield f"| `{row['name']}` | {row['calls']:,} | {row['seconds']:,.2f} | {row['share']:.1%} |\n"
    yield "\n"


def _notes(made: Mapping[str, Any]) -> str:
    model = made.get("entailment", {})
    size = f"{model.get('layers', '?')} layers of width {model.get('width', '?')}"
    stories = TRAINED_ON if made["ours"] else "stories with gold given by `--stories`"
    return NOTES.format(size=size, judge=made["judge"], stories=stories)


TRAINED_ON = """the stories of `datasets/stories`, on which our relation weights were trained (so our F1 here is that of
  known stories; `README.md` gives the one for stories left out)"""
NOTES = """## How it is measured

* **Articles** are {stories}, then copies of them with other names, words and years, with their gold
  (`tools/many_stories.py`). The others pick, on these very articles, the similarity that gives them the highest F1
  (community detection: on the smallest size).
* **Seconds** are wall-clock from the first import to the conflicts, every model loaded and the articles read and split;
  the medians of the rounds, with the least and the most in brackets. Each measurement runs in a process of its own,
  contenders take turns, and all have the same number of threads. **CPU s** adds up all threads of the last round; where
  it is far below the seconds, the machine was busy with something else. **Times ours** above 1: slower than
  `reconcile`. **Peak MB** is of that process and, while it has helper processes, of all together. **Growth** is the
  power of the articles with which the seconds grow from the next smaller size: 1 in proportion, 2 as all pairs do.
* **reconcile** is `pipeline.build` on a fresh database, judge `{judge}`; **claims** are its claims, for the contenders
  without claims the sentences; **pairs** are what was found or, for the others, the near or linked pairs of two
  articles before the numbers are compared.
* **Paraphrase mining** (10 neighbours a sentence, no cap on pairs) and **community detection** are those of
  sentence-transformers with the embedding model that reconcile uses, in fp32 as it loads it; a conflict is two near
  sentences of two articles whose numbers differ.
* **Mining + entailment model** adds a cross-encoder over every neighbour pair. Its weights are random ({size}, the
  packaged tokenizer): what a network has learned does not change what it costs. Its verdicts are not used, and the F1
  is that of the numbers rule.
* **All pairs of articles** compares every article with every other as if all told one story, with our own comparison.
* **Splink** (DuckDB) links the claims that our run published; training and prediction are counted, reading articles is
  not. It is set against our own step from the same claims: embedding, stories, pairs, relations, nothing cached. Its
  conflicts are linked claims of two articles in sentences whose numbers differ.
* **Extrapolated** (≈, hollow in the pictures): from the growth between a contender's last two sizes, at least in
  proportion. For mining that is a lower bound: its search, a small part at first, grows with the square.
"""
