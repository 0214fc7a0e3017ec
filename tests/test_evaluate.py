"""The scorers give the documented figures: on small cases worked by hand, and as the reference scripts do."""

from __future__ import annotations

import importlib.util
import json
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from reconcile.cli import main
from reconcile.errors import InputError
from reconcile.evaluate import load_stories, score_stories, stories_text, story_articles
from reconcile.evaluate_pairs import mean_scores, pairs_text, score_pairs
from reconcile.publish.store import Store

Row = Mapping[str, Any]


def article(name: str, text: str, lang: str = "en") -> dict[str, Any]:
    return {
        "id": name, "source": f"S{name}", "url": f"https://{name}.example/", "title": f"T {name}",
        "published": "2025-01-01T00:00:00Z", "lang": lang, "text": text, "copy_of": None,
    }  # fmt: skip


def position(name: str, *mentions: tuple[str, str]) -> dict[str, Any]:
    return {"id": name, "says": "", "mentions": [{"article": a, "quote": q} for a, q in mentions]}


STORY: dict[str, Any] = {
    "id": "bridge",
    "title": "The bridge",
    "topic": "transport",
    "articles": [
        article("a1", "The new bridge is 200 metres long. It opened in March after two years."),
        article("a2", "At 250 metres the bridge is the longest here. It opened in April, they say."),
        article("a3", "Ang tulay ay 300 metro ang haba. Nagbukas ito noong Marso ng taon.", "tl"),
    ],
    "facts": [
        {
            "id": "f1",
            "field": "value",
            "about": "length",
            "positions": [
                position("p1", ("a1", "The new bridge is 200 metres long")),
                position("p2", ("a2", "At 250 metres the bridge is the longest here")),
                position("p3", ("a3", "Ang tulay ay 300 metro ang haba")),
            ],
            "relations": [
                {"a": "p1", "b": "p2", "relation": "conflict", "severity": "high"},
                {"a": "p1", "b": "p3", "relation": "conflict", "field": "value", "severity": "low"},
                {"a": "p2", "b": "p3", "relation": "scope"},
            ],
        },
        {
            "id": "f2",
            "field": "date",
            "about": "opening",
            "positions": [
                position("p1", ("a1", "It opened in March after two years")),
                position("p2", ("a2", "It opened in April, they say")),
            ],
            "relations": [{"a": "p1", "b": "p2", "relation": "update"}],
        },
    ],
    "decoys": [],
}
LENGTH = {
    "a1": "The new bridge is 200 metres long.",
    "a2": "At 250 metres the bridge is the longest here.",
    "a3": "Ang tulay ay 300 metro ang haba.",
}
OPENED = {"a1": "It opened in March after two years.", "a2": "It opened in April, they say."}


def found(a: tuple[str, str], b: tuple[str, str], relation: str = "conflict", field: str = "value") -> dict[str, Any]:
    one, two = ({"article_id": f"bridge/{name}", "quote": quote} for name, quote in (a, b))
    return {"relation": relation, "field": field, "a": one, "b": two}


HIT = found(("a2", LENGTH["a2"]), ("a1", LENGTH["a1"]))
CROSS = found(("a1", LENGTH["a1"]), ("a3", LENGTH["a3"]), field="date")
ON_SCOPE = found(("a2", LENGTH["a2"]), ("a3", LENGTH["a3"]))
UNLISTED = found(("a1", LENGTH["a1"]), ("a2", OPENED["a2"]))
UPDATE = found(("a1", OPENED["a1"]), ("a2", OPENED["a2"]), relation="update", field="date")


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        pytest.param([], {"precision": None, "recall": 0.0, "f1": 0.0}, id="nothing found"),
        pytest.param([HIT], {"precision": 1.0, "recall": 0.5, "f1": 0.667, "typed_f1": 0.667}, id="sides swapped"),
        pytest.param([HIT, HIT], {"precision": 1.0, "recall": 0.5, "conflict_findings": 2}, id="found twice"),
        pytest.param([HIT, CROSS], {"recall": 1.0, "typed_recall": 0.5, "typed_precision": 0.5}, id="wrong field"),
        pytest.param([ON_SCOPE], {"precision": 0.0, "false_alarms": {"scope": 1}}, id="scope called conflict"),
        pytest.param([UNLISTED], {"false_alarms": {"unlisted": 1}}, id="other questions"),
        pytest.param([UPDATE], {"precision": None, "false_alarms": {}}, id="an update is no alarm"),
        pytest.param([CROSS], {"recall_cross_language": {"found": 1, "of": 1}}, id="across languages"),
        pytest.param(
            [found(("a1", "bridge is 200 metres long"), ("a2", LENGTH["a2"]))],
            {"precision": 1.0},
            id="part of a quote",
        ),
        pytest.param([found(("a1", "200"), ("a2", LENGTH["a2"]))], {"precision": 0.0}, id="too short a quote"),
        pytest.param([found(("a1", ""), ("a2", ""))], {"precision": 0.0}, id="empty quotes"),
        pytest.param([found(("zz", LENGTH["a1"]), ("a2", LENGTH["a2"]))], {"precision": 0.0}, id="other article"),
    ],
)
def test_scores(findings: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    summary = score_stories([STORY], findings).summary
    assert {name: summary[name] for name in expected} == expected
    assert summary["gold_conflicts"] == 2


def test_scores_of_other_relations() -> None:
    others = score_stories([STORY], [UPDATE, ON_SCOPE]).summary["other_relations"]
    assert others["update"] == {"labelled": 1, "called_conflict": 0, "of": 1}
    assert others["scope"] == {"labelled": 0, "called_conflict": 1, "of": 1}


def test_recall_by_group() -> None:
    summary = score_stories([STORY], [HIT]).summary
    assert summary["recall_by_field"] == {"value": {"found": 1, "of": 2}}
    assert summary["recall_by_severity"] == {"high": {"found": 1, "of": 1}, "low": {"found": 0, "of": 1}}
    assert "true" not in json.dumps(summary), "one of one is counted, not told"


def test_misses_and_alarms_are_named() -> None:
    text = "".join(stories_text(score_stories([STORY], [HIT, UNLISTED]), misses=True))
    assert "MISS  bridge  [value/low] length: 'The new bridge is 200" in text
    assert "ALARM [unlisted] value: 'The new bridge is 200" in text
    assert "precision        0.500   95 % by story" in text


def test_intervals_hold_the_score_and_do_not_change() -> None:
    stories = [{**STORY, "id": f"s{number}"} for number in range(8)]
    rows = [
        {
            **HIT,
            **{side: {**HIT[side], "article_id": HIT[side]["article_id"].replace("bridge", f"s{n}")} for side in "ab"},
        }
        for n in range(3)
    ]
    one, two = (score_stories(stories, rows).summary for _ in range(2))
    assert one == two
    low, high = one["interval_95"]["recall"]
    assert low < one["recall"] < high
    assert score_stories([STORY], [HIT]).summary["interval_95"]["recall"] == [0.5, 0.5]


def test_articles_carry_no_gold() -> None:
    rows = list(story_articles([STORY]))
    assert [row["id"] for row in rows] == ["bridge/a1", "bridge/a2", "bridge/a3"]
    assert set(rows[0]) == {"id", "source", "url", "title", "published", "text"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "no \\*.json story", id="none"),
        pytest.param("{", "cannot be read as JSON", id="not JSON"),
        pytest.param("{}", "is not a story with gold", id="no facts"),
        pytest.param("[]", "is not a story with gold", id="a list"),
        pytest.param(json.dumps({**STORY, "articles": []}), "is not a story", id="mention of no article"),
    ],
)
def test_load_stories_refuses(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "one.json").write_text(content, "utf-8")
    with pytest.raises(InputError, match=message):
        load_stories(tmp_path)


def test_evaluate_stories_runs_and_scores(
    tmp_path: Path, install_pipeline: Callable[..., Any], capsys: pytest.CaptureFixture[str], database: str
) -> None:
    seen: list[str] = []

    def build(paths: list[str], store: Store, settings: object, *, on_progress: object = None) -> object:
        seen.extend(Path(paths[0]).read_text("utf-8").splitlines())
        return SimpleNamespace()

    install_pipeline(build=build)
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold" / "bridge.json").write_text(json.dumps(STORY), "utf-8")
    assert main(["evaluate", "stories", str(tmp_path / "gold"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["recall"] == 0.0
    assert [json.loads(line)["id"] for line in seen] == ["bridge/a1", "bridge/a2", "bridge/a3"]
    assert main(["evaluate", "stories", str(tmp_path / "gold"), "--db", database]) == 0
    assert "2 gold conflicts, 1 conflict findings" in capsys.readouterr().out


# ------------------------------------------------------------------ pairs

PAIRS = [
    {"id": "1", "a": "x", "b": "y", "label": "conflict"},
    {"id": "2", "a": "x", "b": "y", "label": "conflict"},
    {"id": "3", "a": "x", "b": "y", "label": "agree"},
    {"id": "4", "a": "x", "b": "y", "label": "agree"},
    {"id": "5", "a": "x", "b": "y", "label": "unrelated_or_neutral"},
    {"id": "6", "a": "x", "b": "y", "label": "unrelated_or_neutral", "binary": True},
]


@pytest.mark.parametrize(
    ("predicted", "expected"),
    [
        pytest.param(
            {"1": "conflict", "3": "agree", "4": "compatible"},
            {
                "precision": 1.0,
                "recall": 0.5,
                "false_alarms": 0.0,
                "agree_recall": 1.0,
                "balanced_accuracy": 0.75,
            },
            id="half found",
        ),
        pytest.param(
            {"5": "conflict"}, {"precision": 0.0, "recall": 0.0, "f1": 0.0, "false_alarms": 1 / 3}, id="alarm"
        ),
        pytest.param({"6": "conflict"}, {"precision": None, "false_alarms": 0.0}, id="binary neutral"),
        pytest.param({}, {"precision": None, "recall": 0.0, "agree_recall": 0.0}, id="no predictions"),
    ],
)
def test_pair_scores(predicted: dict[str, str], expected: dict[str, float | None]) -> None:
    scores = score_pairs(PAIRS, predicted)
    assert {name: scores[name] for name in expected} == pytest.approx(expected)
    assert (scores["n"], scores["conflicts"]) == (6, 2)


def test_small_sets_do_not_enter_the_mean() -> None:
    small = score_pairs(PAIRS, {"5": "conflict"})
    large = score_pairs([{**PAIRS[0], "id": str(n)} for n in range(15)], {"0": "conflict"})
    mean = mean_scores({"small": small, "large": large})
    assert mean["recall"] == pytest.approx(1 / 15)
    assert mean["false_alarms"] == pytest.approx(1 / 3)


def test_evaluate_pairs_judges_without_labels(
    tmp_path: Path, install_pipeline: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    def judge(rows: Iterator[Row], settings: object) -> Iterator[dict[str, Any]]:
        for row in rows:
            assert set(row) == {"id", "a", "b"}
            yield {"id": row["id"], "relation": "conflict", "field": None, "confidence": 1.0}

    install_pipeline(judge=judge)
    lines = [json.dumps(row) for row in PAIRS]
    (tmp_path / "some.jsonl").write_text("\n".join(lines), "utf-8")
    assert main(["evaluate", "pairs", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sets"]["some"]["recall"] == 1.0
    assert main(["evaluate", "pairs", str(tmp_path), "--limit", "2"]) == 0
    assert "some                    2      2  " in capsys.readouterr().out


def test_pairs_text_lines_up() -> None:
    table = {"sets": {"x": score_pairs(PAIRS, {})}, "mean": mean_scores({})}
    lines = "".join(pairs_text(table)).splitlines()
    assert [line.split()[0] for line in lines] == ["set", "x", "MEAN"]
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize("line", ["{", '{"id": 1, "a": "x", "b": "y", "label": "maybe"}', '{"label": "agree"}', "[]"])
def test_read_pairs_names_the_line(tmp_path: Path, install_pipeline: Any, capsys: Any, line: str) -> None:
    install_pipeline()
    (tmp_path / "some.jsonl").write_text(json.dumps(PAIRS[0]) + "\n" + line, "utf-8")
    assert main(["evaluate", "pairs", str(tmp_path)]) == 2
    assert "some.jsonl:2: is no labelled pair" in capsys.readouterr().err


# ------------------------------------------------------------------ against the reference scripts


def _script(folder: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, folder / "bench" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _random_findings(stories: list[dict[str, Any]], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Yield gold quotes and whole sentences in pairs of right and wrong labels."""
    relations = ["conflict", "conflict", "update", "scope", "compatible", "agree"]
    for story in stories:
        texts = {a["id"]: a["text"] for a in story["articles"]}
        mentions = [m for fact in story["facts"] for p in fact["positions"] for m in p["mentions"]]
        for _ in range(30):
            one, two = chance.choice(mentions), chance.choice(mentions)
            sides = []
            for mention in (one, two):
                quote = (
                    mention["quote"] if chance.random() < 0.7 else chance.choice(texts[mention["article"]].split(". "))
                )
                sides.append({"article_id": f"{story['id']}/{mention['article']}", "quote": quote})
            field = chance.choice(["value", "date", "entity", "direction"])
            yield {"relation": chance.choice(relations), "field": field, "a": sides[0], "b": sides[1]}


@pytest.mark.parametrize("seed", range(3))
def test_stories_are_scored_as_the_reference_does(development_data: Path, seed: int) -> None:
    reference = _script(development_data, "score_stories")
    stories = load_stories(development_data / "bench" / "stories")
    findings = list(_random_findings(stories, random.Random(seed)))
    expected, misses, alarms = reference.score(stories, findings)
    scores = score_stories(stories, findings)
    summary = {name: value for name, value in scores.summary.items() if name != "interval_95"}
    assert summary == expected
    assert expected["recall"] > 0.05, "the case must hit something"
    assert [m.fact for m in scores.misses] == [m["fact"] for m in misses]
    assert [kind for _, kind in scores.alarms] == [kind for _, kind in alarms]
    assert list(story_articles(stories)) == list(reference.articles(stories))


def test_pairs_are_scored_as_the_reference_does(development_data: Path) -> None:
    reference = _script(development_data, "score_pairs")
    chance = random.Random(1)
    for path in sorted((development_data / "data" / "pairs").glob("*.jsonl"))[:6]:
        rows = reference.read(path)[:500]
        choices = ["conflict", "agree", "compatible", "unrelated", None]
        predicted = {row["id"]: chance.choice(choices) for row in rows}
        assert score_pairs(rows, predicted) == reference.score(rows, predicted)
