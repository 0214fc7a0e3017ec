"""Fixtures for all tests: a small published database, a stand-in for the pipeline, the development data."""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from datasette.database import Database
from hypothesis import settings

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["NO_COLOR"] = "1"

import reconcile
from reconcile.model import (
    Article,
    Change,
    ChangeKind,
    Claim,
    ClaimKind,
    Cluster,
    Direction,
    Field,
    FieldOutcome,
    Finding,
    Origin,
    Outcome,
    Problem,
    Relation,
    Revision,
    Role,
    Sentence,
    Severity,
    Source,
    Span,
    Story,
)
from reconcile.publish.publication import Publication

settings.register_profile("untimed", deadline=None)  # tests never time anything
settings.load_profile("untimed")

TEXTS = {
    "lake-a": "The lake rose 14% in May. Boats were moved to higher ground.",
    "lake-b": "Water in the lake fell sharply in May. Read more of our stories.",
}


def _article(article_id: str, source: str, published: str) -> Article:
    text = TEXTS[article_id]
    url = f"https://{source.lower()}.example/{article_id}"
    return Article(article_id, source, url, "", published, "en", text, "hash-" + article_id, f"{article_id}.txt")


def _sentence(article_id: str, index: int, dropped: str = "") -> Sentence:
    text = TEXTS[article_id]
    middle = text.index(".") + 1
    start, end = ((0, middle), (middle + 1, len(text)))[index]
    name = f"{article_id}-s{index}"
    return Sentence(name, article_id, "text", index, start, end, text[start:end], "en", dropped)


EARLIER = Revision(
    revision_id="lake-a-r1",
    article_id="lake-a",
    number=1,
    title="The lake",
    text="The lake rose 12% in May. It froze.",
    published="2025-06-01",
    content_hash="earlier",
    changes=(
        Change(ChangeKind.CHANGED, Field.VALUE, "text", 0, 9, "It rose 12%.", "It rose 14%.", "12%", "14%", False),
        Change(ChangeKind.REMOVED, Field.STATEMENT, "text", 26, 35, "It froze.", "", "", "", False),
    ),
)


def _claim(article_id: str, focus: str, direction: Direction) -> Claim:
    sentence = _sentence(article_id, 0)
    start = TEXTS[article_id].index(focus)
    return Claim(
        claim_id=f"{article_id}-c0",
        article_id=article_id,
        sentence_id=sentence.sentence_id,
        part="text",
        start=sentence.start,
        end=sentence.end,
        quote=sentence.text,
        focus=Span(start, start + len(focus)),
        kind=ClaimKind.EVENT,
        lang="en",
        subject="lake",
        metric="level",
        direction=direction,
        extractor="test 1",
    )


@pytest.fixture(autouse=True)
def _closed_databases(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what Datasette opened in a test: it leaves that to its user, and descriptors run out over a suite."""
    served: list[Database] = []
    made = Database.__init__

    def noted(self: Database, *words: Any, **named: Any) -> None:
        made(self, *words, **named)
        served.append(self)

    monkeypatch.setattr(Database, "__init__", noted)
    yield
    for each in served:
        each.close()


@pytest.fixture
def publication() -> Publication:
    """Two articles that disagree on whether a lake rose or fell."""
    outcome = FieldOutcome("direction", Role.ASSERTION, "opposite", "up against down", Outcome.DISAGREE, "rose", "fell")
    finding = Finding(
        finding_id="f0f0f0f0f0f0f0f0",
        story_id="story",
        cluster_id="question",
        claim_a="lake-a-c0",
        claim_b="lake-b-c0",
        relation=Relation.CONFLICT,
        field=Field.DIRECTION,
        severity=Severity.HIGH,
        confidence=0.9,
        about="level of the lake",
        explanation="up against down",
        value_a="rose 14%",
        value_b="fell sharply",
        outcomes=(outcome,),
    )
    return Publication(
        sources=(Source("Alpha", "Alpha", "Alpha"), Source("Beta", "Beta", "Beta")),
        articles=(
            _article("lake-a", "Alpha", "2025-06-01T08:00:00Z"),
            _article("lake-b", "Beta", "2025-06-02T08:00:00Z"),
        ),
        sentences=(
            _sentence("lake-a", 0),
            _sentence("lake-a", 1),
            _sentence("lake-b", 0),
            _sentence("lake-b", 1, "promotion"),
        ),
        claims=(
            _claim("lake-a", "rose 14%", Direction.UP),
            _claim("lake-b", "fell sharply", Direction.DOWN),
        ),
        stories=(Story("story", "The lake", ("lake-a", "lake-b"), "digest"),),
        origins=(Origin("lake-a", "lake-a", "original", 1.0), Origin("lake-b", "lake-b", "original", 1.0)),
        clusters=(Cluster("question", "story", "level of the lake", ("lake-a-c0", "lake-b-c0")),),
        revisions=(EARLIER,),
        findings=(finding,),
        problems=(Problem("ingest", "bad.json", 3, "", "not valid JSON", "mend the line"),),
    )


@pytest.fixture
def database(publication: Publication, tmp_path: Path) -> str:
    """The path of a database that holds ``publication``."""
    from reconcile.publish.store import Store

    path = tmp_path / "lake.db"
    with Store(path) as store:
        store.publish(publication)
    return str(path)


@pytest.fixture
def install_pipeline(monkeypatch: pytest.MonkeyPatch) -> Callable[..., types.ModuleType]:
    """Return a function that puts a stand-in with the given functions in place of ``reconcile.pipeline``."""

    def install(**functions: Any) -> types.ModuleType:
        fake = types.ModuleType("reconcile.pipeline")
        for name, function in functions.items():
            setattr(fake, name, function)
        monkeypatch.setitem(sys.modules, "reconcile.pipeline", fake)
        monkeypatch.setattr(reconcile, "pipeline", fake, raising=False)
        return fake

    return install


@pytest.fixture(scope="session")
def development_data() -> Path:
    """The folder of development data that RECONCILE_DATA names; without it the test is skipped."""
    folder = os.environ.get("RECONCILE_DATA")
    if not folder:
        pytest.skip("RECONCILE_DATA is not set: no development data")
    return Path(folder)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every test in an empty folder, so that no settings or database of the checkout are found."""
    monkeypatch.chdir(tmp_path)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Close a session that tried faults with the table of what became of them; see tests/faults.py."""
    faults = sys.modules.get("tests.faults")
    if faults is None or not faults.recorded():
        return
    terminalreporter.section("faults")
    for line in faults.table(faults.recorded()):
        terminalreporter.line(line)
    if target := os.environ.get("RECONCILE_RELIABILITY"):
        faults.fill(Path(target))
