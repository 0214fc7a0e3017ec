"""What `make bench` makes of its measurements: growth, extrapolation, scores, the table, the page, the pictures."""

from __future__ import annotations

import json
import math
import os
import pstats
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import bench
import pytest
from benchmark import contenders, corpus, figures, memory, numbers, page, plot, worker
from benchmark.scores import Gold

from reconcile.evaluate import load_stories, score_stories

ROOT = Path(__file__).resolve().parent.parent
STORIES = ROOT / "datasets" / "stories"

GROWTH = {
    "in proportion": ((100, 2.0), (1000, 20.0), 1.0),
    "all pairs": ((100, 2.0), (1000, 200.0), 2.0),
    "not at all": ((100, 2.0), (1000, 2.0), 0.0),
    "one size": ((100, 2.0), (100, 3.0), None),
    "no time": ((100, 0.0), (1000, 3.0), None),
    "the wrong way round": ((1000, 2.0), (100, 3.0), None),
}


@pytest.mark.parametrize("name", GROWTH)
def test_growth_is_the_power_of_the_articles(name: str) -> None:
    small, large, expected = GROWTH[name]
    assert figures.growth(small, large) == (expected if expected is None else pytest.approx(expected))


LARGER: dict[str, tuple[Sequence[figures.Point], int, float | None]] = {
    "in proportion": ([(10, 1.0), (100, 10.0)], 1000, 100.0),
    "all pairs": ([(10, 1.0), (100, 100.0)], 1000, 10_000.0),
    "loading that wears off counts as in proportion": ([(10, 9.0), (100, 10.0)], 1000, 100.0),
    "the last two count": ([(1, 50.0), (10, 1.0), (100, 10.0)], 1000, 100.0),
    "in any order": ([(100, 10.0), (10, 1.0)], 1000, 100.0),
    "one size tells nothing": ([(10, 1.0)], 1000, None),
    "a smaller size is not asked for": ([(10, 1.0), (100, 10.0)], 50, None),
}


@pytest.mark.parametrize("name", LARGER)
def test_extrapolation_goes_on_as_between_the_last_two_sizes(name: str) -> None:
    points, articles, expected = LARGER[name]
    assert figures.extrapolated(points, articles) == (expected if expected is None else pytest.approx(expected))


def _run(contender: str, articles: int, seconds: float, **more: Any) -> dict[str, Any]:
    known = {"items": 5 * articles, "pairs": 7, "cpu_seconds": 2 * seconds, "memory_mb": 512.4}
    rates = {"f1": 0.5, "precision": 0.75, "recall": 0.375, "stages": {}}
    return {"contender": contender, "articles": articles, "seconds": seconds, **known, **rates, **more}


RUNS = [
    _run("reconcile", 30, 4.0, stages={"read": 1.0, "match": 3.0}),
    _run("reconcile", 30, 2.0, stages={"read": 1.0, "match": 3.0}),
    _run("reconcile", 30, 3.0, stages={"read": 1.0, "match": 3.0}),
    _run("reconcile", 300, 30.0, stages={"read": 1.0, "match": 3.0}),
    _run("reconcile", 3000, 300.0, stages={"read": 1.0, "match": 3.0}),
    _run("all-pairs", 30, 6.0),
    _run("all-pairs", 300, 600.0),
    _run("matching", 30, 1.0),
    _run("splink", 30, 4.0),
    {"contender": "mining", "articles": 30, "error": "MemoryError: | too large"},
]


@pytest.fixture(scope="module")
def lines() -> list[figures.Line]:
    return figures.lines(RUNS, [30, 300, 3000], page.BASES)


def _line(lines: Sequence[figures.Line], contender: str, articles: int) -> figures.Line:
    return next(line for line in lines if (line.contender, line.articles) == (contender, articles))


def test_rounds_are_joined_to_their_median_with_their_spread(lines: list[figures.Line]) -> None:
    ours = _line(lines, "reconcile", 30)
    assert (ours.seconds, ours.low, ours.high, ours.rounds) == (3.0, 2.0, 4.0, 3)
    assert page.cells(ours)[3] == "3.0 (2.0–4.0)"


def test_ratios_are_to_ours_at_the_same_size_and_step(lines: list[figures.Line]) -> None:
    assert _line(lines, "reconcile", 30).ratio == 1.0
    assert _line(lines, "all-pairs", 300).ratio == 20.0
    assert _line(lines, "splink", 30).ratio == 4.0  # to matching, not to the whole run


def test_what_was_not_measured_is_extrapolated_and_says_so(lines: list[figures.Line]) -> None:
    guessed = _line(lines, "all-pairs", 3000)
    assert not guessed.measured
    assert guessed.seconds == pytest.approx(60_000)
    assert guessed.ratio == pytest.approx(200)
    shown = page.cells(guessed)
    assert "(extrapolated)" in shown[0]
    assert shown[3] == "≈ 60,000.0"
    assert shown[7:9] == [page.NONE, page.NONE]
    assert shown[-3:] == [page.NONE] * 3


def test_growth_is_told_from_the_next_smaller_size(lines: list[figures.Line]) -> None:
    assert _line(lines, "reconcile", 30).growth is None
    assert _line(lines, "reconcile", 300).growth == pytest.approx(1)
    assert _line(lines, "all-pairs", 300).growth == pytest.approx(2)


def test_no_ratio_to_an_extrapolated_base() -> None:
    runs = [_run("reconcile", 10, 1.0), _run("reconcile", 100, 10.0), _run("mining", 1000, 50.0)]
    made = figures.lines(runs, [1000], page.BASES)
    assert _line(made, "mining", 1000).ratio is None


def test_a_failed_measurement_has_no_row_but_is_told(lines: list[figures.Line]) -> None:
    assert not [line for line in lines if line.contender == "mining"]
    assert "paraphrase mining + numbers, 30 articles: MemoryError" in page.page(_raw(), lines)


def test_the_table_has_a_row_each_and_as_many_cells_as_columns(lines: list[figures.Line]) -> None:
    rows = page.table(lines).splitlines()
    assert len(rows) == 2 + len(lines)
    assert {row.count("|") for row in rows} == {len(page.COLUMNS) + 1}
    assert rows[2].startswith("| reconcile | 30 | 150 | 3.0 (2.0–4.0) |")


def test_sentences_are_not_called_claims() -> None:
    (line,) = figures.lines([_run("mining", 30, 1.0)], [30], page.BASES)
    assert page.cells(line)[2] == "150 sentences"


def _raw(sizes: Sequence[int] = (30, 300, 3000)) -> dict[str, Any]:
    made = {
        "sizes": list(sizes), "threads": 2, "judge": "default", "ours": True, "day": "2031-05-04", "machine": "2 cores",
        "versions": {"splink": "5"}, "entailment": {"layers": 12, "width": 384},
    }  # fmt: skip
    hot = {"name": "values.py parse", "calls": 1200, "seconds": 0.5, "share": 0.25}
    return {"made": made, "runs": RUNS, "profile": {"articles": 30, "functions": [hot]}}


def test_the_page_has_both_tables_stages_functions_and_pictures(lines: list[figures.Line]) -> None:
    text = page.page(_raw(), lines)
    assert "| Splink on the same claims | 30 |" in text
    assert "| 30 | 25.0% | 75.0% |" in text
    assert "| `values.py parse` | 1,200 | 0.50 | 25.0% |" in text
    assert all(f"(benchmarks-{name}.svg)" in text for name in page.PICTURES)
    assert "random (12 layers of width 384" in text
    assert "{" not in text


def test_a_small_run_is_labelled_as_a_trial(lines: list[figures.Line]) -> None:
    assert page.SMALL in page.page(_raw((30, 60)), lines)
    assert page.SMALL not in page.page(_raw(), lines)


def test_pictures_are_valid_and_show_what_is_guessed_hollow(lines: list[figures.Line]) -> None:
    drawn = page.series(lines)
    assert set(drawn) == set(page.PICTURES)
    for name, axes in page.PICTURES.items():
        root = ElementTree.fromstring(plot.svg(axes, drawn[name]))
        dots = [e for e in root.iter() if e.tag.endswith("circle")]
        assert len(dots) == sum(map(len, drawn[name].values()))
        hollow = [e for e in dots if e.get("fill") == "#fff"]
        assert len(hollow) == (1 if name == "seconds" else 0)
    assert "Splink on the same claims" not in drawn["f1"]


EMPTY = {
    "nothing at all": ({}, 0),
    "a log axis has no zero": ({"a": [plot.Spot(10, 0.0)], "b": [plot.Spot(10, 2.0)]}, 1),
    "names are escaped": ({"a < b & c": [plot.Spot(10, 2.0), plot.Spot(100, 2.0)]}, 2),
}


@pytest.mark.parametrize("name", EMPTY)
def test_a_picture_of_little_is_valid(name: str) -> None:
    drawn, dots = EMPTY[name]
    text = plot.svg(plot.Axes("Title", "upright"), drawn)
    assert sum(e.tag.endswith("circle") for e in ElementTree.fromstring(text).iter()) == dots


PLANS = {
    "all at every size without a most": (["reconcile"], {}, {30: ["reconcile"], 300: ["reconcile"]}),
    "none beyond its most": (["mining"], {"mining": 30}, {7: ["mining"], 30: ["mining"]}),
    "a most between two sizes": (["mining"], {"mining": 100}, {7: ["mining"], 30: ["mining"]}),
    "a most below all sizes": (["mining"], {"mining": 12}, {3: ["mining"], 12: ["mining"]}),
    "from the claims only where we ran": (
        ["reconcile", "splink"],
        {"reconcile": 30},
        {
            7: ["reconcile"],
            30: ["reconcile", "splink"],
        },
    ),
    "in turn": (["splink", "reconcile"], {}, {30: ["reconcile", "splink"], 300: ["reconcile", "splink"]}),
}


@pytest.mark.parametrize("name", PLANS)
def test_plan_measures_at_two_sizes_what_is_extrapolated(name: str) -> None:
    names, most, expected = PLANS[name]
    assert bench.plan([30, 300], most, names) == expected


DIFFER = {
    "other numbers": ("a", "12 boats left", "b", "13 boats left", True),
    "one number more": ("a", "12 boats left", "b", "12 boats left at 9", True),
    "the same numbers": ("a", "12 boats left", "b", "those who left: 12", False),
    "no number in one": ("a", "12 boats left", "b", "boats left", False),
    "one article": ("a", "12 boats left", "a", "13 boats left", False),
}


@pytest.mark.parametrize("name", DIFFER)
def test_the_plain_rule_wants_other_numbers_in_two_articles(name: str) -> None:
    first, one, second, two, expected = DIFFER[name]
    assert numbers.differ((first, one), (second, two)) is expected


def test_pairs_of_a_group_are_of_two_articles_and_told_once() -> None:
    places = [("a", "12 boats"), ("a", "13 boats"), ("b", "14 boats"), ("b", "14 boats")]
    pairs = list(numbers.inside([(2, 0), (1, 3)], places))
    assert pairs == [(0, 2), (1, 3)]
    near = [(0.9, 0, 2), (0.9, 0, 3), (0.8, 0, 2)]
    assert [(score, row["b"]["quote"]) for score, row in numbers.conflicts(places, near)] == [
        (0.9, "14 boats"),
        (0.8, "14 boats"),
    ]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path]:
    folder = tmp_path_factory.mktemp("corpus")
    return corpus.make(STORIES, 10, folder), folder


def test_the_corpus_holds_whole_stories_whose_gold_is_in_the_texts(made: tuple[int, Path]) -> None:
    count, folder = made
    texts = {a.article_id: f"{a.title}\n{a.text}" for a in corpus.articles(folder)}
    assert len(texts) == count >= 10
    mentions = [
        (f"{story['id']}/{mention['article']}", mention["quote"])
        for story in corpus.stories(folder)
        for fact in story["facts"]
        for position in fact["positions"]
        for mention in position["mentions"]
    ]
    assert mentions
    assert all(quote in texts[article] for article, quote in mentions)


def test_scores_are_those_of_evaluate(made: tuple[int, Path]) -> None:
    told = {story["id"] for story in corpus.stories(made[1])}
    stories = [story for story in load_stories(STORIES) if story["id"] in told]
    places = numbers.places(corpus.articles(made[1]))
    groups = [[n for n, (article, _) in enumerate(places) if article.startswith(f"{story}/")] for story in sorted(told)]
    pairs = [(0.5 + 0.1 * (i % 4), i, j) for i, j in numbers.inside(groups, places)]
    found = list(numbers.conflicts(places, pairs))
    gold = Gold(corpus.stories(made[1]))
    for scores in gold.at(found, (0.0, 0.6, 0.7)):
        summary = score_stories(stories, [row for score, row in found if score >= scores.threshold]).summary
        assert scores.findings == summary["conflict_findings"] > 0
        assert scores.gold == summary["gold_conflicts"] > 0
        assert scores.precision == pytest.approx(summary["precision"], abs=5e-4)
        assert scores.recall == pytest.approx(summary["recall"], abs=5e-4)
        assert scores.f1 == pytest.approx(summary["f1"], abs=2e-3)
    assert gold.best(found, (0.0, 0.6, 0.7)).f1 == max(s.f1 for s in gold.at(found, (0.0, 0.6, 0.7)))


def test_thresholds_apart_share_no_findings() -> None:
    rows = [(score, numbers.finding(("a", "1 x"), ("b", "2 x"))) for score in (0.8, 0.9, 0.9)]
    assert [s.findings for s in Gold([]).at(rows, (0.8, 0.9))] == [3, 2]
    assert [s.findings for s in Gold([]).at(rows, (0.8, 0.9), apart=True)] == [1, 2]


def test_nothing_found_scores_nothing() -> None:
    (scores,) = Gold([]).at([], (0.0,))
    assert (scores.precision, scores.recall, scores.f1) == (None, None, 0.0)


PLACES = {
    ("/x/reconcile/match/slots.py", 12, "pairs"): "match/slots.py pairs",
    ("~", 0, "<built-in method math.log>"): "built-in method math.log",
    ("slots.py", 3, "pairs"): "slots.py pairs",
}


@pytest.mark.parametrize("key", PLACES)
def test_functions_have_short_names(key: tuple[str, int, str]) -> None:
    assert worker.place(*key) == PLACES[key]


def test_the_hottest_functions_come_first() -> None:
    stats = pstats.Stats()
    rows = {("a/b.py", n, f"f{n}"): (n, n, float(n), float(n), {}) for n in range(1, 40)}
    stats.stats, stats.total_tt = rows, math.fsum(range(1, 40))  # type: ignore[attr-defined]
    found = worker.functions(stats)
    assert [row["calls"] for row in found] == list(range(39, 39 - worker.HOTTEST, -1))
    assert found[0] == {"name": "a/b.py f39", "calls": 39, "seconds": 39.0, "share": 0.05}


def test_memory_of_helpers_counts_while_they_run() -> None:
    assert memory.own() > 0
    if not (memory.PROC / "self" / "status").exists():
        pytest.skip("no /proc here")
    helper = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        alone = memory.with_helpers(helper.pid)
        assert memory.with_helpers(os.getpid()) > alone == 0
    finally:
        helper.communicate(b"\n")


def test_every_contender_has_a_name() -> None:
    assert list(contenders.CONTENDERS) == list(page.NAMES)
    assert set(page.WHOLE) | set(page.STEP) == set(page.NAMES)


def test_the_committed_page_is_made_from_the_committed_figures() -> None:
    file = ROOT / "docs" / bench.JSON
    if not file.is_file():
        pytest.skip("no benchmark has been run yet")
    raw = json.loads(file.read_text("utf-8"))
    made = figures.lines(raw["runs"], raw["made"]["sizes"], page.BASES)
    assert (ROOT / "docs" / bench.PAGE).read_text("utf-8") == page.page(raw, made)
    for name, drawn in page.series(made).items():
        assert (ROOT / "docs" / f"benchmarks-{name}.svg").read_text("utf-8") == plot.svg(page.PICTURES[name], drawn)
