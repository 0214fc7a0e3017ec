"""The data in the repository: gold is well formed and fits the articles read, generated files are in step."""

from __future__ import annotations

import importlib.util
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from reconcile.model import Article, Field, Relation, Severity
from reconcile.read.ingest import read

ROOT = Path(__file__).resolve().parent.parent
DATASETS = ROOT / "datasets"
CLEANSPARK = DATASETS / "cleanspark"
INPUTS = [CLEANSPARK / name for name in ("articles.jsonl", "miners-turn-to-ai.txt", "shares-plunge.html")]
STORIES = sorted(DATASETS.glob("stories/*.json"))
FURTHER = [
    path
    for name in ("practice", "newsrooms", "heldback", "harder", "background")
    for path in sorted(DATASETS.glob(f"{name}/*.json"))
]
GOLD = [CLEANSPARK / "gold.json", *STORIES, *FURTHER]
RELATIONS = {str(r) for r in Relation} - {"unrelated"}


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def story_of(path: Path) -> dict[str, Any]:
    story: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return story


def mentions(story: dict[str, Any]) -> Iterator[dict[str, str]]:
    for fact in story["facts"]:
        for position in fact["positions"]:
            yield from position["mentions"]
    for decoy in story.get("decoys", ()):
        yield from (decoy["a"], decoy["b"])


@pytest.fixture(scope="module")
def cleanspark() -> dict[str, Article]:
    articles, problems = read([str(path) for path in INPUTS])
    assert problems == ()
    return {article.article_id: article for article in articles}


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.stem)
def test_gold_quotes_stand_in_their_articles(path: Path) -> None:
    story = story_of(path)
    articles = {a["id"]: a for a in story["articles"]}
    missing = [
        m for m in mentions(story) if not any(m["quote"] in articles[m["article"]][k] for k in ("title", "text"))
    ]
    assert missing == []
    assert 3 <= len(articles) <= 6
    assert {a["copy_of"] for a in articles.values()} <= {None, *articles}


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.stem)
def test_gold_relates_every_pair_of_positions_once(path: Path) -> None:
    for fact in story_of(path)["facts"]:
        assert fact["field"] in set(Field)
        wanted = {frozenset(pair) for pair in itertools.combinations([p["id"] for p in fact["positions"]], 2)}
        found = [frozenset((r["a"], r["b"])) for r in fact["relations"]]
        assert set(found) == wanted
        assert len(found) == len(wanted)
        for relation in fact["relations"]:
            assert relation["relation"] in RELATIONS
            if relation["relation"] == "conflict":
                assert relation["field"] in set(Field)
                assert relation["severity"] in set(Severity)


def test_stories_are_named_after_their_files() -> None:
    assert len(STORIES) == 48
    assert [story_of(path)["id"] for path in STORIES] == [path.stem for path in STORIES]


def test_articles_of_stories_are_in_step() -> None:
    lines = tool("stories_to_articles").lines(DATASETS / "stories")
    written = (DATASETS / "stories" / "articles.jsonl").read_text("utf-8")
    assert written == "".join(line + "\n" for line in lines), "run tools/stories_to_articles.py"
    rows = [json.loads(line) for line in lines]
    assert {tuple(row) for row in rows} == {("id", "source", "url", "title", "published", "text")}
    assert len({row["id"] for row in rows}) == len(rows) == 185


def test_articles_of_stories_are_read_whole() -> None:
    articles, problems = read([str(DATASETS / "stories" / "articles.jsonl")])
    assert problems == ()
    texts = {f"{path.stem}/{a['id']}": a["text"] for path in STORIES for a in story_of(path)["articles"]}
    assert {article.article_id: article.text for article in articles} == texts


def test_detected_language_of_stories_is_gold() -> None:
    articles, _ = read([str(DATASETS / "stories" / "articles.jsonl")])
    gold = {f"{path.stem}/{a['id']}": a["lang"] for path in STORIES for a in story_of(path)["articles"]}
    wrong = {a.article_id: a.lang for a in articles if a.lang != gold[a.article_id]}
    assert wrong == {}


@pytest.mark.parametrize("name", ["README.md", "LICENCES.md", "stories/FORMAT.md"])
def test_documents_are_there(name: str) -> None:
    assert len((DATASETS / name).read_text("utf-8")) > 500


def test_manifest_lists_every_file_as_it_is() -> None:
    written = json.loads((DATASETS / "manifest.json").read_text("utf-8"))
    assert written == tool("manifest").entries(DATASETS), "run tools/manifest.py"


def test_manifest_tool_notices_a_change(tmp_path: Path) -> None:
    manifest = tool("manifest")
    (tmp_path / "a.txt").write_text("one")
    (tmp_path / ".hidden").write_text("not listed")
    manifest.main(tmp_path)
    before = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    assert list(before) == ["a.txt"]
    (tmp_path / "a.txt").write_text("two")
    assert manifest.entries(tmp_path) != before


def test_every_folder_is_described() -> None:
    described = (DATASETS / "README.md").read_text("utf-8")
    licences = (DATASETS / "LICENCES.md").read_text("utf-8")
    for folder in sorted(path.name for path in DATASETS.iterdir() if path.is_dir()):
        assert f"`{folder}/`" in described
        assert f"`{folder}/*`" in licences


def test_cleanspark_gold_holds_the_articles_as_read(cleanspark: dict[str, Article]) -> None:
    keys = ("source", "url", "title", "published", "lang", "text")
    as_read = sorted(tuple(getattr(a, key) or "" for key in keys) for a in cleanspark.values())
    gold = story_of(CLEANSPARK / "gold.json")["articles"]
    assert sorted(tuple(a[key] or "" for key in keys) for a in gold) == as_read
    named = {a["text"]: f"cleanspark/{a['id']}" for a in gold}
    ids = {a.article_id: named[a.text] for a in cleanspark.values() if a.path.endswith(".jsonl")}
    assert {key: key for key in ids} == ids


def test_cleanspark_folder_reads_the_same_with_the_gold_beside(cleanspark: dict[str, Article]) -> None:
    articles, problems = read([str(CLEANSPARK)])
    assert {a.article_id for a in articles} == set(cleanspark)
    assert [Path(problem.path).name for problem in problems] == ["gold.json"]


def test_cleanspark_page_gives_its_article_and_nothing_else(cleanspark: dict[str, Article]) -> None:
    page = next(a for a in cleanspark.values() if a.path.endswith(".html"))
    assert page.published is None  # "1 hour ago", and a copyright year that is no date of publication
    assert page.title == "CleanSpark Shares Plunge After the Bitcoin Miner Turns to AI"
    for outside in ("Subscribe", "newsletter", "Chip orders", "All rights reserved", "min read"):
        assert outside in page.raw or outside == "newsletter"
        assert outside not in page.text


def test_cleanspark_repeats_no_sentence_of_the_seeds(development_data: Path) -> None:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.casefold())
        return {tuple(words[i : i + 9]) for i in range(len(words) - 8)}

    seeds = [runs(path.read_text("utf-8")) for path in (development_data / "seeds").glob("*.txt")]
    ours = [runs(a["text"]) for a in story_of(CLEANSPARK / "gold.json")["articles"]]
    assert len(seeds) == 5
    assert set().union(*seeds) & set().union(*ours) == set()
