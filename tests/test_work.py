"""A run works on what new articles touch, and what it publishes is what a run over everything would publish."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reconcile import pipeline, work
from reconcile.config import Settings
from reconcile.match import embed, near
from reconcile.publish import nearness
from reconcile.publish.derive import DERIVED
from reconcile.publish.store import Store
from tests.corpus import article_of, build, exported, table_rows

pytest_plugins = ("tests.corpus_fixtures",)
pytestmark = pytest.mark.usefixtures("one_model")

STORIES = Path(__file__).resolve().parent.parent / "datasets" / "stories"
NAMES = ("torvald-marine-quarter", "aasen-painting-sale", "amihan-binh-son")
RULES = Settings(judge_name="rules")
UNMADE = {"problems"}  # of the last run alone
PORTIONED = (
    ("a", 90_000, "2025-05-03"),
    ("b", 30_000, "2025-05-01"),
    ("c", 80_000, "2025-05-02T10:00:00Z"),
    ("d", 100, None),
)


def rows() -> list[dict[str, Any]]:
    """The articles of three stories; in two, one tells the same figure of a firm that has no part in them."""
    found = []
    for name, value in zip(NAMES, (410, 460, 0), strict=True):
        story = json.loads((STORIES / f"{name}.json").read_text("utf-8"))
        articles = [{**a, "id": f"{name}/{a['id']}"} for a in story["articles"]]
        if value:
            articles[1]["text"] += f"\n\nThe Acme Group had revenue of {value} million dollars in May 2025."
        found += articles
    return found


def files(folder: Path, given: Sequence[dict[str, Any]], size: int) -> list[Path]:
    made = []
    for start in range(0, len(given), size):
        path = folder / f"part{len(list(folder.iterdir()))}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in given[start : start + size]), "utf-8")
        made.append(path)
    return made


def published(db: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What a database holds, without the places of the files that it was read from."""
    tables = {table: table_rows(db, table) for table in sorted(set(DERIVED) - UNMADE)}
    return {**tables, "articles": [row[:8] + row[10:] for row in tables["articles"]]}


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory, embedder: embed.Embedder) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embed, "load", lambda name=None, **_: embedder)
        build(folder / "whole.db", *files(folder, rows(), 100), settings=RULES)
    return folder / "whole.db"


@pytest.mark.parametrize(("seed", "size"), [(1, 1), (2, 3)])
def test_articles_in_parts_and_in_any_order_give_the_same_rows(
    at_once: Path, tmp_path: Path, seed: int, size: int
) -> None:
    given = rows()
    random.Random(seed).shuffle(given)
    db = tmp_path / "parts.db"
    (tmp_path / "in").mkdir()
    for path in files(tmp_path / "in", given, size):
        build(db, path, settings=RULES)
    assert published(db) == published(at_once)


def test_a_memory_that_holds_few_articles_gives_the_same_rows(
    at_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "LEAST", 2_500 * work.A_CHARACTER)
    db, gone = tmp_path / "portions.db", tmp_path / "gone.txt"
    (tmp_path / "in").mkdir()
    result = build(db, *files(tmp_path / "in", rows(), 100), gone, settings=replace(RULES, memory=1))
    assert result.new_articles == result.articles == len(rows())
    assert published(db) == published(at_once)
    with Store(db, read_only=True) as store:
        assert store.read(nearness.last_number) > 2
        assert [p.path for p in store.problems()] == [p.path for p in result.problems] == [str(gone)]


def test_portions_hold_all_articles_in_the_order_of_publication() -> None:
    articles = [article_of(name, ["x" * size], published=day)[0] for name, size, day in PORTIONED]
    ids = [[a.article_id for a in of] for of in work.portions(articles, work.BASE + 50)]
    assert ids == [["b", "c"], ["a", "d"]]
    assert list(work.portions(articles, 0)) == [articles]
    assert list(work.portions([], 2_000)) == [[]]


def test_an_article_changed_and_changed_back_leaves_the_same_rows(at_once: Path, tmp_path: Path) -> None:
    db, first, other = tmp_path / "changed.db", rows(), rows()[2]
    (tmp_path / "in").mkdir()
    changed = {**other, "title": "Harvest festival", "text": "Fourteen bands will play in Lisbon on 3 May 2024."}
    for given in (first, [changed], [other]):
        build(db, *files(tmp_path / "in", given, 100), settings=RULES)
        if given == [changed]:
            assert published(db) != published(at_once)
    assert published(db) == published(at_once)


def test_an_article_taken_out_leaves_what_was_before_it(at_once: Path, tmp_path: Path) -> None:
    db, left = tmp_path / "without.db", rows()
    gone = left.pop(1)["id"]
    (tmp_path / "in").mkdir()
    build(db, *files(tmp_path / "in", left, 100), settings=RULES)
    before = published(db)
    build(db, *files(tmp_path / "in", rows(), 100), settings=RULES)
    assert published(db) == published(at_once)
    reading = work.Reading(RULES)
    with Store(db) as store:
        matcher = pipeline._matcher(store, RULES, None)
        todo = work.part(store, reading.extracted(()), reading, matcher, gone=[gone])
        store.publish(pipeline._publication(todo, todo.matched(matcher), (), {}))
    assert published(db) == before


def test_only_what_is_touched_is_loaded(at_once: Path) -> None:
    reading = work.Reading(RULES)
    meeting = {row["id"] for row in rows() if row["id"].startswith(NAMES[:2])}
    alone = {row["id"] for row in rows()} - meeting
    with Store(at_once, read_only=True) as store:
        matcher = pipeline._matcher(store, RULES, None, write=False)
        for story in (meeting, alone):
            todo = work.part(store, reading.extracted(()), reading, matcher, also=[min(story)])
            assert (todo.touched, set(todo.corpus.articles)) == (story, story)
        nothing = work.part(store, reading.extracted(()), reading, matcher)
    assert (nothing.touched, dict(nothing.corpus.articles)) == (frozenset(), {})


def test_a_run_with_other_weights_starts_from_all(at_once: Path, tmp_path: Path) -> None:
    db = tmp_path / "again.db"
    (tmp_path / "in").mkdir()
    paths = files(tmp_path / "in", rows(), 100)
    build(db, *paths, settings=RULES)
    bold = Settings(judge_name="rules", match={"conflict": 0.05})
    fresh = tmp_path / "fresh.db"
    build(fresh, *paths, settings=bold)
    build(db, paths[0], settings=bold)
    assert exported(db) == exported(fresh) != exported(at_once)


def test_profiles_of_a_database_tell_the_same_nearness(at_once: Path) -> None:
    with Store(at_once, read_only=True) as store:
        held = near.Profiles.of(store.read(partial(nearness.profiles, without=())))
        pairs = {tuple(row) for row in table_rows(at_once, "near")}
    assert set(near.pairs(held, held)) == pairs != set()
    table = near.likeness(held, held)
    for n in range(len(held.ids)):
        alone = near.part(held, [n])
        assert near.likeness(alone, held).tolist() == [table[n].tolist()]
        assert near.likeness(held, alone).tolist() == table[:, [n]].tolist()
