"""What a newsroom does to a database, in any order, beside a model that starts anew each time.

A run works only on what new articles touch. After every step of the machine the database holds, row for row, what a
database made from the current articles in one go holds.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from reconcile import pipeline
from reconcile.config import Settings
from reconcile.match import embed, reference
from reconcile.model import Decision, Span
from reconcile.publish.decisions import RULINGS, standing, withdrawal
from reconcile.publish.derive import DERIVED
from reconcile.publish.retractions import Retraction
from reconcile.publish.store import Store, new_decision
from tests import stored

DIM = 16
GRID = 2048
SLOTS = 7
TABLES = tuple(sorted(set(DERIVED) - {"problems"}))
RULES = Settings(judge_name="rules")
ONE_OWNER = Settings(judge_name="rules", owners={"Harbour Post": "Northline", "Valley Wire": "Northline"})

TOPICS = (
    (
        "The port of Odel spent {n} million euros on the terminal.",
        "Some {n} passengers used the Odel terminal on Tuesday.",
        "A ramp at Odel Quay collapsed and injured {n} people, harbour master Maud Ferris said.",
        "The Odel council approved the second bridge by {n} votes to 9.",
        "The Odel council rejected the second bridge on Monday.",
        "Marit Sandvoll will lead the port of Odel from April {n}.",
    ),
    (
        "Drivers of Corvel Haulage walked out at a warehouse in Brenning on Monday.",
        "About {n} drivers joined the strike at Corvel Haulage in Brenning.",
        "The union of Brenning wants {n}% more pay from Corvel Haulage.",
        "Corvel Haulage accepted the demand of the union, its chief Gerry Oduya said.",
        "Corvel Haulage refused the demand of the union, its chief Gerry Oduya said.",
    ),
    (
        "Halden Foods had revenue of {n} million dollars in the second quarter of 2025.",
        "Revenue of Halden Foods rose {n}% in the second quarter of 2025.",
        "Revenue of Halden Foods fell {n}% in the second quarter of 2025.",
        "Halden Foods had debt of {n} million dollars in 2024.",
    ),
    (
        "Ang pantalan ng Odel ay gumastos ng {n} milyong euro sa terminal.",
        "Der Hafen von Odel gab {n} Millionen Euro für das Terminal aus.",
        "Am Odel Quay wurden {n} Menschen verletzt.",
        "El puerto de Odel gastó {n} millones de euros en la terminal.",
    ),
)  # fmt: skip
SOURCES = ("Harbour Post", "Valley Wire", "Brenning Echo")
DATES = ("2031-03-03", "2031-03-04T09:00:00Z", "2031-03-04T18:00:00Z", "2031-03-11", None)
NUMBERS = (12, 14, 19, 21)

Row = Mapping[str, Any]


def _said(topic: Sequence[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda text, n: text.format(n=n), st.sampled_from(topic), st.sampled_from(NUMBERS))


# Mostly of one topic, so that stories form; some of several, so that one article joins or parts two stories.
OF_ONE = st.sampled_from(TOPICS).flatmap(lambda topic: st.lists(_said(topic), min_size=1, max_size=4, unique=True))
OF_ANY = st.lists(st.sampled_from(TOPICS).flatmap(_said), min_size=0, max_size=3, unique=True)
TEXTS = st.one_of(OF_ONE, OF_ONE, OF_ONE, st.builds(lambda a, b: [*a, *b], OF_ONE, OF_ANY)).map("\n\n".join)
ARTICLES = st.fixed_dictionaries(
    {
        "text": TEXTS,
        "title": st.sampled_from(("", "Odel Quay", "Strike at Corvel Haulage", "Halden Foods reports")),
        "source": st.sampled_from(SOURCES),
        "published": st.sampled_from(DATES),
    }
)
PLACES = st.integers(0, SLOTS - 1)


class Words:
    """Unit rows that add up a hash of each word, on a grid as the packaged model's: shared words make texts alike."""

    name = "words of the machine"
    dim = DIM

    def embed(self, texts: Sequence[str]) -> embed.Vectors:
        return np.array([_row(t) for t in texts], np.float32).reshape(-1, DIM)

    def embed_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[embed.Vectors, list[embed.Vectors]]:
        near = [[text[max(0, s.start - 12) : s.end + 12] for s in of] for text, of in zip(texts, spans, strict=True)]
        return self.embed(texts), [self.embed(of) for of in near]


@cache
def _row(text: str) -> embed.Vectors:
    total = np.zeros(DIM, np.float64)
    for word in text.lower().replace(".", " ").split():
        total += np.frombuffer(hashlib.sha256(word.encode()).digest()[:DIM], np.uint8).astype(np.float64) - 127.5
    scaled = total / max(float(np.linalg.norm(total)), 1e-9)
    return np.asarray(np.rint(scaled * GRID) / GRID, np.float32)


@cache
def _usual() -> reference.Reference:
    return reference.measure(Words())


@contextmanager
def quick_model() -> Iterator[None]:
    """Put ``Words`` in place of the packaged model, measured once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline.embed, "load", lambda *names, **options: Words())
        patch.setattr(pipeline.reference, "load", lambda embedder: _usual())
        yield


@dataclass(frozen=True, slots=True)
class State:
    """All that a database publishes, table by table, and its findings as lines."""

    findings: str
    tables: Mapping[str, tuple[tuple[Any, ...], ...]]

    @classmethod
    def of(cls, path: Path) -> State:
        """Read it."""
        with Store(path, read_only=True) as store:
            rows = [json.dumps(row, ensure_ascii=False) for row in store.finding_dicts(relations=())]
        with sqlite3.connect(path) as conn:
            read = {t: tuple(sorted(conn.execute(f"SELECT * FROM {t}").fetchall(), key=repr)) for t in TABLES}
        conn.close()
        return cls("\n".join(rows), read)


class Newsroom(RuleBasedStateMachine):
    """Runs, edits, checks, retractions and decisions on one database.

    The model: ``articles`` as they stand, those that are ``out``, what was ``decided``, the number of ``runs``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.quick = quick_model()
        self.quick.__enter__()
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = Path(self.scratch.name)
        self.db = self.folder / "newsroom.db"
        self.articles: dict[int, Row] = {}
        self.out: set[int] = set()
        self.decided: list[Decision] = []
        self.runs = 0
        self.given = RULES
        self.known: dict[str, State] = {}

    def teardown(self) -> None:
        """Take away what the machine wrote."""
        self.scratch.cleanup()
        self.quick.__exit__(None, None, None)

    # -- the model

    def file(self, place: int, row: Row, folder: str = "in") -> str:
        """Write one article as a file; its path is the same for the database and for the model."""
        path = self.folder / folder / f"a{place}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"id": f"a{place}", **row}, ensure_ascii=False) + "\n", "utf-8")
        return str(path)

    def expected(self, articles: Mapping[int, Row]) -> State:
        """Return what a fresh database made from these articles in one go holds."""
        key = json.dumps([sorted(articles.items()), self.given is RULES])
        if key not in self.known:
            fresh = self.folder / f"fresh{len(self.known)}.db"
            paths = [self.file(place, row) for place, row in sorted(articles.items())]
            with Store(fresh) as store:
                pipeline.build(paths, store, self.given)
            self.known[key] = State.of(fresh)
            fresh.unlink()
        return self.known[key]

    def run_on(self, rows: Mapping[int, Row]) -> pipeline.RunResult:
        """Run on some articles and bring the model up to date."""
        before = dict(self.articles)
        paths = [self.file(place, row) for place, row in sorted(rows.items())]
        with Store(self.db) as store:
            result = pipeline.build(paths, store, self.given)
        kept = {place: row for place, row in rows.items() if place not in self.out}
        self.articles.update(kept)
        self.runs += 1
        assert [p.article_id for p in result.problems] == [f"a{place}" for place in sorted(rows.keys() & self.out)]
        assert result.new_articles == len(kept.keys() - before.keys())
        assert result.changed_articles == sum(1 for p in kept if p in before and before[p] != kept[p])
        assert result.articles == len(self.articles)
        return result

    # -- what is done

    @initialize(rows=st.dictionaries(PLACES, ARTICLES, min_size=2, max_size=4))
    def start(self, rows: dict[int, Row]) -> None:
        """The first run."""
        self.run_on(rows)

    @rule(rows=st.dictionaries(PLACES, ARTICLES, min_size=1, max_size=3))
    def run(self, rows: dict[int, Row]) -> None:
        """Add articles and change articles, some of both."""
        self.run_on(rows)

    @precondition(lambda self: self.articles)
    @rule(data=st.data(), other=ARTICLES)
    def edit(self, data: st.DataObject, other: Row) -> None:
        """Change one thing about one article: a paragraph, the headline, the outlet, the date."""
        place = data.draw(st.sampled_from(sorted(self.articles)))
        old = self.articles[place]
        name = data.draw(st.sampled_from(("text", "more", "less", "title", "source", "published")))
        paragraphs = old["text"].split("\n\n")
        changes = {
            "more": {"text": f"{old['text']}\n\n{other['text']}"},
            "less": {"text": "\n\n".join(paragraphs[:-1] or paragraphs)},
        }
        self.run_on({place: {**old, **changes.get(name, {name: other.get(name)})}})

    @precondition(lambda self: self.articles)
    @rule(data=st.data(), place=PLACES, source=st.sampled_from(SOURCES), published=st.sampled_from(DATES))
    def copy(self, data: st.DataObject, place: int, source: str, published: str | None) -> None:
        """Another outlet prints an article again, word for word."""
        row = self.articles[data.draw(st.sampled_from(sorted(self.articles)))]
        self.run_on({place: {**row, "source": source, "published": published}})

    @precondition(lambda self: self.articles)
    @rule()
    def run_again(self) -> None:
        """Nothing is new, so nothing is written."""
        before = State.of(self.db)
        result = self.run_on(dict(self.articles))
        assert (result.new_articles, result.changed_articles) == (0, 0)
        assert State.of(self.db) == before

    @precondition(lambda self: self.articles)
    @rule()
    def change_owners(self) -> None:
        """Two outlets turn out to belong together, or apart again."""
        self.given = ONE_OWNER if self.given is RULES else RULES
        self.run_on(dict(self.articles))

    @rule(rows=st.dictionaries(PLACES, ARTICLES, min_size=1, max_size=2))
    def check(self, rows: dict[int, Row]) -> None:
        """A check of new or changed articles finds what a run would publish about them, and writes nothing."""
        rows = {place: row for place, row in rows.items() if place not in self.out}
        before = self.db.read_bytes()
        with Store(self.db, read_only=True) as store:
            checked = pipeline.check([self.file(p, r, "checked") for p, r in rows.items()], store, self.given)
        assert self.db.read_bytes() == before
        wanted = _about(self.expected({**self.articles, **rows}).findings, {f"a{p}" for p in rows})
        assert [_documented(row) for row in sorted(checked.findings, key=_id)] == wanted

    @precondition(lambda self: self.articles)
    @rule(data=st.data())
    def retract(self, data: st.DataObject) -> None:
        """An article is taken back: all is as if it had never come."""
        place = data.draw(st.sampled_from(sorted(self.articles)))
        with Store(self.db) as store:
            pipeline.retract([self.taken_back(place)], store, self.given)
        del self.articles[place]
        self.out.add(place)
        self.runs += 1

    @precondition(lambda self: self.out)
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        """A retracted article may come in again, with the next run that reads it."""
        place = data.draw(st.sampled_from(sorted(self.out)))
        with Store(self.db) as store:
            store.restore([self.taken_back(place)])
        self.out.remove(place)

    def taken_back(self, place: int) -> Retraction:
        """Return the entry on an article."""
        return Retraction(f"a{place}", "the figures were wrong", "ana", f"2031-05-01T00:{self.runs:02}:00Z")

    @precondition(lambda self: self.expected(self.articles).findings)
    @rule(data=st.data(), ruling=st.sampled_from(sorted(RULINGS)), reviewer=st.sampled_from(("ana", "bo")))
    def decide(self, data: st.DataObject, ruling: str, reviewer: str) -> None:
        """A person rules on a finding."""
        rows = self.expected(self.articles).findings.splitlines()
        row = json.loads(data.draw(st.sampled_from(rows)))
        at = f"2031-04-01T00:{len(self.decided):02}:00Z"
        self.recorded(new_decision(row, ruling, reviewer=reviewer, created_at=at))

    @precondition(lambda self: standing(self.decided))
    @rule()
    def undo(self) -> None:
        """The last ruling that stands is withdrawn."""
        at = f"2031-04-01T00:{len(self.decided):02}:00Z"
        self.recorded(withdrawal(standing(self.decided)[-1], at))

    def recorded(self, decision: Decision) -> None:
        """Record a decision, in the database and in the model."""
        with Store(self.db) as store:
            store.record(decision)
        self.decided.append(decision)

    # -- what always holds

    @invariant()
    def holds_what_a_fresh_database_holds(self) -> None:
        """Byte for byte the same findings, and row for row all that is derived."""
        if not self.runs:
            return
        found, wanted = State.of(self.db), self.expected(self.articles)
        assert found.findings == wanted.findings
        for table in TABLES:
            assert found.tables[table] == wanted.tables[table], table

    @invariant()
    def keeps_decisions_and_counts_runs(self) -> None:
        """No run touches decisions, and each run is one row."""
        if not self.runs:
            return
        with Store(self.db, read_only=True) as store:
            assert list(store.decisions()) == self.decided
            assert [run["number"] for run in store.read(stored.runs)] == list(range(self.runs, 0, -1))


def _id(row: Row) -> str:
    return str(row["id"])


def _documented(row: Row) -> dict[str, Any]:
    """Return what a check and a run say alike of a finding: all but where its quotes stand in files."""
    sides = {side: {k: row[side][k] for k in SIDE} for side in "ab"}
    return {**{k: row[k] for k in WHOLE}, **sides}


SIDE = ("article_id", "source", "claim_id", "quote", "start", "end", "part", "value", "also_in")
WHOLE = ("id", "relation", "field", "severity", "confidence", "cluster_id", "about", "explanation")


def _about(findings: str, ids: set[str]) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in findings.splitlines()]
    touched = [r for r in rows if ids & {r["a"]["article_id"], r["b"]["article_id"]}]
    return [_documented(row) for row in sorted(touched, key=_id)]
