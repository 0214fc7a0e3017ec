"""The same articles give the same bytes: whatever their order, in however many runs, processes and databases."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from reconcile import engine
from reconcile.config import Settings
from reconcile.publish.report import findings_text
from reconcile.publish.store import Store
from reconcile.terms import Relation
from tests.corpus import build

pytest_plugins = ("tests.corpus_fixtures",)

ROOT = Path(__file__).resolve().parent.parent
STORIES = ROOT / "datasets" / "stories" / "articles.jsonl"
FEW = ("ashby-vale-cup", "mechelen-coin-theft")
RULES = Settings(judge_name="rules")


def lines_of(stories: Sequence[str], each: int) -> list[str]:
    """The first articles of some stories, one JSON line each."""
    found: list[str] = []
    for story in stories:
        of_story = [x for x in STORIES.read_text("utf-8").splitlines() if json.loads(x)["id"].startswith(f"{story}/")]
        found += of_story[:each]
    return found


def written(folder: Path, name: str, lines: Sequence[str]) -> Path:
    path = folder / name
    path.write_text("".join(line + "\n" for line in lines), "utf-8")
    return path


def jsonl(db: Path) -> str:
    """What `findings --format jsonl` prints of all relations."""
    with Store(db, read_only=True) as store:
        return "".join(findings_text(store.finding_dicts(relations=[r.value for r in Relation]), "jsonl"))


def at_once(folder: Path, lines: Sequence[str], settings: Settings) -> str:
    build(folder / "x.db", written(folder, "a.jsonl", lines), settings=settings)
    return jsonl(folder / "x.db")


def shuffled(folder: Path, lines: Sequence[str], settings: Settings) -> str:
    mixed = list(lines)
    random.Random(7).shuffle(mixed)
    assert mixed != list(lines)
    return at_once(folder, mixed, settings)


def one_by_one(folder: Path, lines: Sequence[str], settings: Settings) -> str:
    mixed = list(lines)
    random.Random(11).shuffle(mixed)
    for number, line in enumerate(mixed):
        build(folder / "x.db", written(folder, f"{number}.jsonl", [line]), settings=settings)
    return jsonl(folder / "x.db")


def used_before(folder: Path, lines: Sequence[str], settings: Settings) -> str:
    """A database in which one article had another text, and all were read twice."""
    first = json.loads(lines[0])
    earlier = json.dumps({**first, "text": "It rained in the hills. " + first["text"][:200], "published": "2001-01-01"})
    build(folder / "x.db", written(folder, "0.jsonl", [earlier, lines[-1]]), settings=settings)
    for _ in range(2):
        build(folder / "x.db", written(folder, "a.jsonl", lines), settings=settings)
    return jsonl(folder / "x.db")


def two_processes(folder: Path, lines: Sequence[str], settings: Settings) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "WORTH", 1)
        patch.setattr(engine, "BATCH", 1)
        return at_once(folder, lines, Settings(judge_name=settings.judge_name, jobs=2))


Way = Callable[[Path, Sequence[str], Settings], str]
WAYS: tuple[Way, ...] = (shuffled, one_by_one, used_before, two_processes)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> str:
    """The findings of a few articles in order, in one run, in a new database, by this process alone."""
    from reconcile.match import embed

    embedder = request.getfixturevalue("embedder")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embed, "load", lambda name=None, **_: embedder)
        return at_once(tmp_path_factory.mktemp("reference"), lines_of(FEW, 3), RULES)


def test_there_is_something_to_compare(reference: str) -> None:
    rows = [json.loads(line) for line in reference.splitlines()]
    assert len(rows) >= 5
    assert len({row["relation"] for row in rows}) >= 2


@pytest.mark.usefixtures("one_model")
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_few_articles_give_the_same_bytes(reference: str, way: Way, tmp_path: Path) -> None:
    assert way(tmp_path, lines_of(FEW, 3), RULES) == reference


def _child(folder: Path, articles: Path, seed: str, *more: str) -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "HF_HUB_OFFLINE": "1"}
    db = folder / f"{seed}.db"
    command = [sys.executable, "-m", "reconcile"]
    subprocess.run([*command, "run", str(articles), "--db", str(db), *more], cwd=folder, env=environment, check=True)
    relations = [part for r in Relation for part in ("--relation", r.value)]
    listed = [*command, "findings", "--db", str(db), "--format", "jsonl", *relations]
    return subprocess.run(listed, cwd=folder, env=environment, check=True, capture_output=True).stdout


@pytest.mark.slow
def test_other_hash_seeds_give_the_same_bytes(reference: str, tmp_path: Path) -> None:
    articles = written(tmp_path, "a.jsonl", lines_of(FEW, 3))
    for seed in ("0", "1", "4242"):
        assert _child(tmp_path, articles, seed, "--judge", "rules", "--jobs", "1") == reference.encode()


@pytest.mark.slow
@pytest.mark.usefixtures("one_model")
def test_whole_stories_with_the_judge_give_the_same_bytes(tmp_path: Path) -> None:
    lines = lines_of(FEW, 99)
    folders = {way.__name__: tmp_path / way.__name__ for way in (at_once, *WAYS)}
    for folder in folders.values():
        folder.mkdir()
    expected = at_once(folders["at_once"], lines, Settings())
    assert expected.count("\n") >= 10
    for way in WAYS:
        assert way(folders[way.__name__], lines, Settings()) == expected, way.__name__
    articles = written(tmp_path, "a.jsonl", lines)
    assert _child(tmp_path, articles, "1", "--jobs", "2") == expected.encode()
