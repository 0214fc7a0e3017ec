"""End to end on datasets/cleanspark with the packaged model: findings, runs, revisions, checks, problems."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconcile import pipeline
from reconcile.config import Settings
from reconcile.match.embed import Embedder
from reconcile.model import Claim
from reconcile.publish.store import Store, new_decision
from tests import stored
from tests.corpus import FILES, FOLDER, build, exported, findings_of, in_gold, table_rows

pytest_plugins = ("tests.corpus_fixtures",)

pytestmark = pytest.mark.usefixtures("one_model")

TABLES = (
    "sources", "articles", "pages", "sentences", "claims", "entities", "claim_entities", "stories", "story_articles",
    "origins", "clusters", "cluster_claims", "findings", "comparisons", "decisions", "problems", "vectors",
)  # fmt: skip
UP = {"cleanspark/a1", "cleanspark/a3"}
PLUNGE = "shares-plunge.html"
FURNITURE = ("Galaxy", "1,546", "505", "Ripple", "tokens", "Chip orders", "newsletter", "investment advice")


def paths() -> list[Path]:
    return [FOLDER / name for name in FILES]


def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / FILES[0]).read_text("utf-8").splitlines()]


def written(folder: Path, name: str, *rows: Mapping[str, Any]) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def article_ids(db: Path) -> dict[str, str]:
    """Return the article ids by the name of the file that they came from."""
    with Store(db, read_only=True) as store:
        return {Path(a.path).name: a.article_id for a in store.articles()}


def claims_of(db: Path, article_id: str) -> list[Claim]:
    with Store(db, read_only=True) as store:
        return list(store.claims(article_id))


@pytest.fixture
def db(cleanspark: Path, tmp_path: Path) -> Path:
    """A copy of the shared database that a test may write to."""
    return Path(shutil.copy(cleanspark, tmp_path / "copy.db"))


# -- what is found -----------------------------------------------------------------------------------------------------


def test_one_story_of_five_articles_without_problems(cleanspark: Path) -> None:
    with Store(cleanspark, read_only=True) as store:
        (story,) = store.read(stored.stories)
        assert len(story.article_ids) == 5
        assert list(store.problems()) == []


def test_run_records_tool_extractor_and_model(cleanspark: Path, embedder: Embedder) -> None:
    with Store(cleanspark, read_only=True) as store:
        (run,) = store.read(stored.runs)
        made_by = {c.extractor for c in store.claims()}
    assert {run["extractor"]} == made_by
    assert run["embedder"] == embedder.name
    assert run["tool_version"]


@pytest.mark.parametrize("article_id", sorted(UP))
def test_up_against_plunge_is_a_conflict_of_direction(cleanspark: Path, article_id: str) -> None:
    plunge = article_ids(cleanspark)[PLUNGE]
    found = [
        row
        for row in findings_of(cleanspark)
        if (row["a"]["article_id"], row["b"]["article_id"]) == (article_id, plunge)
        and (row["relation"], row["field"], row["severity"]) == ("conflict", "direction", "high")
        and row["a"]["value"] in ("gains", "added", "climbed", "gained")
        and row["b"]["value"] in ("Plunge", "fell")
    ]
    assert found
    assert max(row["confidence"] for row in found) >= 0.5


def test_nothing_comes_from_furniture(cleanspark: Path) -> None:
    with Store(cleanspark, read_only=True) as store:
        dropped = " ".join(s.text for s in store.sentences() if s.dropped)
        quotes = {c.quote for c in store.claims()}
    assert "Galaxy" in dropped
    assert [q for q in quotes if any(word in q for word in FURNITURE)] == []
    shown = exported(cleanspark)
    assert [word for word in FURNITURE if word in shown] == []


def test_translation_is_folded_into_its_origin(cleanspark: Path) -> None:
    with Store(cleanspark, read_only=True) as store:
        origins = {o.article_id: (o.origin_id, o.kind) for o in store.read(stored.origins)}
    assert origins["cleanspark/a2"] == ("cleanspark/a1", "translation")
    assert {a for a, (origin, _) in origins.items() if a != origin} == {"cleanspark/a2"}
    sides = [side for row in findings_of(cleanspark) for side in (row["a"], row["b"])]
    assert "cleanspark/a2" not in {side["article_id"] for side in sides}
    for side in sides:
        assert side["also_in"] == (["cleanspark/a2"] if side["article_id"] == "cleanspark/a1" else [])


def test_conflicts_are_those_of_gold(cleanspark: Path) -> None:
    gold = json.loads((FOLDER / "gold.json").read_text("utf-8"))
    with Store(cleanspark, read_only=True) as store:
        by_text = {a.text.strip(): a for a in store.articles()}
    articles = {a["id"]: by_text[a["text"].strip()] for a in gold["articles"]}
    found = [r for r in findings_of(cleanspark) if r["relation"] == "conflict"]
    extra = [r for r in found if not in_gold(r, gold, articles)]
    assert len(found) - len(extra) >= 3
    assert len(extra) <= 2, [(r["field"], r["a"]["value"], r["b"]["value"]) for r in extra]


def test_a_years_gain_is_no_conflict_with_a_days(cleanspark: Path) -> None:
    conflicts = [r for r in findings_of(cleanspark) if r["relation"] == "conflict"]
    assert [r for r in conflicts if "140%" in (r["a"]["value"], r["b"]["value"])] == []


def test_claims_and_questions_hold_together(cleanspark: Path) -> None:
    with Store(cleanspark, read_only=True) as store:
        articles = {a.article_id: a for a in store.articles()}
        claims = {c.claim_id: c for c in store.claims()}
        clusters = {c.cluster_id: c for c in store.read(stored.clusters)}
    for claim in claims.values():
        part = articles[claim.article_id].part(claim.part)
        assert part[claim.start : claim.end] == claim.quote
        assert claim.start <= claim.focus.start < claim.focus.end <= claim.end
    for cluster in clusters.values():
        assert len({claims[c].article_id for c in cluster.claim_ids}) > 1
    for row in findings_of(cleanspark):
        assert row["cluster_id"] in clusters
        assert row["about"] == clusters[row["cluster_id"]].label
        assert {row["a"]["claim_id"], row["b"]["claim_id"]} & set(clusters[row["cluster_id"]].claim_ids)


# -- the same again ----------------------------------------------------------------------------------------------------


def test_second_run_changes_nothing_and_adds_no_rows(db: Path) -> None:
    before = {table: table_rows(db, table) for table in TABLES}
    result = build(db, *paths())
    assert (result.articles, result.new_articles, result.changed_articles) == (5, 0, 0)
    assert {table: table_rows(db, table) for table in TABLES} == before
    assert len(table_rows(db, "runs")) == 2


def test_shuffled_input_gives_the_same_bytes(cleanspark: Path, tmp_path: Path) -> None:
    turned = written(tmp_path, "articles.jsonl", *lines()[::-1])
    other = tmp_path / "other.db"
    build(other, *reversed([turned, *paths()[1:]]))
    assert exported(other) == exported(cleanspark)


def test_one_article_at_a_time_gives_the_same_bytes(cleanspark: Path, tmp_path: Path) -> None:
    singles = [written(tmp_path, f"{n}.jsonl", row) for n, row in enumerate(lines())]
    other = tmp_path / "other.db"
    for count, path in enumerate((paths()[2], singles[1], singles[0], paths()[1], singles[2]), start=1):
        result = build(other, path)
        assert (result.articles, result.new_articles) == (count, 1)
    assert exported(other) == exported(cleanspark)
    for table in ("claims", "clusters", "cluster_claims", "origins", "stories", "findings", "comparisons"):
        assert table_rows(other, table) == table_rows(cleanspark, table)


SIDE = ("article_id", "source", "claim_id", "quote", "start", "end", "part", "value", "also_in")
WHOLE = ("relation", "field", "severity", "confidence", "cluster_id", "about", "explanation")


def documented(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the documented keys of a finding."""
    sides = {side: {key: row[side][key] for key in SIDE} for side in ("a", "b")}
    return {**{key: row[key] for key in WHOLE}, **sides}


# -- check -------------------------------------------------------------------------------------------------------------


def test_check_writes_nothing_and_finds_what_a_run_would(cleanspark: Path, tmp_path: Path) -> None:
    four = tmp_path / "four.db"
    build(four, *paths()[:2])
    before = four.read_bytes()
    with Store(four, read_only=True) as store:
        checked = pipeline.check([str(paths()[2])], store, Settings())
    assert four.read_bytes() == before
    assert checked.problems == ()
    (plunge,) = checked.articles
    assert plunge == article_ids(cleanspark)[PLUNGE]
    build(four, *paths()[2:])
    touched = [r for r in findings_of(four) if plunge in (r["a"]["article_id"], r["b"]["article_id"])]
    said = {str(row["id"]): row for row in checked.findings}
    assert {i: documented(row) for i, row in said.items()} == {r["id"]: documented(r) for r in touched}
    assert any(row["relation"] == "conflict" for row in checked.findings)
    assert exported(four) == exported(cleanspark)


def test_check_of_known_articles_reports_their_findings(cleanspark: Path) -> None:
    with Store(cleanspark, read_only=True) as store:
        checked = pipeline.check([str(p) for p in paths()], store, Settings())
    assert len(checked.articles) == 5
    assert {row["id"] for row in checked.findings} == {row["id"] for row in findings_of(cleanspark)}
    led = {str(row["id"]): str(row["lead"]) for row in checked.findings}
    conn = sqlite3.connect(cleanspark)
    published = dict(conn.execute("SELECT finding_id, lead FROM findings"))
    conn.close()
    assert parts(led) == parts(published)
    assert len(parts(led)) < len(led), "some conflict has several pairs"


def parts(led: dict[str, str]) -> set[frozenset[str]]:
    """Return which findings have a leader in common."""
    return {frozenset(one for one, lead in led.items() if lead == other) for other in led.values()}


# -- revisions ---------------------------------------------------------------------------------------------------------


def identity(claim: Claim) -> tuple[str, str, str]:
    start = claim.start
    return claim.kind, claim.quote, claim.quote[claim.focus.start - start : claim.focus.end - start]


def test_new_text_under_a_known_id_is_a_revision(db: Path, tmp_path: Path) -> None:
    before = {identity(c): c.claim_id for c in claims_of(db, "cleanspark/a3")}
    kept = next(r for r in findings_of(db) if r["a"]["article_id"] == "cleanspark/a1" and r["relation"] == "conflict")
    with Store(db) as store:
        shown = store.explain(str(kept["id"]))
        store.record(new_decision(shown, "conflict", reviewer="tester", created_at="2025-11-01T09:00:00Z"))
    row = lines()[2]
    row["text"] = "A correction was made at noon.\n\n" + row["text"].replace("climbed 13%", "climbed 15%").replace(
        "Georgia comes first. ", ""
    )
    result = build(db, written(tmp_path, "revised.jsonl", row))
    assert (result.articles, result.new_articles, result.changed_articles) == (5, 0, 1)
    after = {identity(c): c.claim_id for c in claims_of(db, "cleanspark/a3")}
    same = before.keys() & after.keys()
    assert len(same) > 10
    assert {key: before[key] for key in same} == {key: after[key] for key in same}
    gone = {quote for _, quote, _ in before.keys() - after.keys()}
    assert {quote.split(" and has")[0] for quote in gone} == {
        "CleanSpark stock climbed 13% after the announcement",
        "Georgia comes first.",
    }
    assert any("15%" in quote for _, quote, _ in after)
    assert table_rows(db, "decisions")
    with Store(db, read_only=True) as store:
        (earlier,) = store.revisions("cleanspark/a3")
        told = {(c.kind, c.field, c.value_before, c.value_after, c.announced) for c in earlier.changes}
    assert "climbed 13%" in earlier.text
    assert ("changed", "value", "13%", "15%", False) in told
    assert ("removed", "statement", "", "", False) in told
    assert result.changes == len(earlier.changes)
    for found in findings_of(db):
        for side in (found["a"], found["b"]):
            assert "climbed 13%" not in side["quote"]


def test_same_text_with_another_date_keeps_every_claim_id(db: Path, tmp_path: Path) -> None:
    before = {c.claim_id for c in claims_of(db, "cleanspark/a3")}
    result = build(db, written(tmp_path, "later.jsonl", {**lines()[2], "published": "2025-10-22T08:00:00Z"}))
    assert result.changed_articles == 1
    claims = claims_of(db, "cleanspark/a3")
    assert {c.claim_id for c in claims} == before
    assert {c.as_of for c in claims} == {"2025-10-22T08:00:00Z"}
    with Store(db, read_only=True) as store:
        assert list(store.revisions()) == []


# -- problems and settings ---------------------------------------------------------------------------------------------


def test_unreadable_input_is_a_problem_and_the_rest_goes_on(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"text": "unfinished\n' + json.dumps(lines()[2]) + "\n", "utf-8")
    noise = tmp_path / "noise.txt"
    noise.write_bytes(bytes(range(256)) * 8)
    other = tmp_path / "other.db"
    result = build(other, bad, noise, tmp_path / "gone.txt")
    assert result.articles == 1
    assert {Path(p.path).name for p in result.problems} == {"bad.jsonl", "noise.txt", "gone.txt"}
    assert all(p.message and p.advice for p in result.problems)
    with Store(other, read_only=True) as store:
        assert {Path(p.path).name for p in store.problems()} == {"bad.jsonl", "noise.txt", "gone.txt"}


def test_nothing_readable_publishes_nothing(tmp_path: Path) -> None:
    result = build(tmp_path / "other.db", tmp_path / "gone.txt")
    assert (result.articles, result.claims, dict(result.findings)) == (0, 0, {})
    assert len(result.problems) == 1
    assert table_rows(tmp_path / "other.db", "articles") == []


def test_two_texts_under_one_id_are_one_article_and_a_problem(tmp_path: Path) -> None:
    first, second = {**lines()[2], "text": "An older text of the article."}, lines()[2]
    first["published"] = "2025-10-20T08:00:00Z"
    other = tmp_path / "other.db"
    result = build(other, written(tmp_path, "two.jsonl", second, first))
    assert (result.articles, len(result.problems)) == (1, 1)
    with Store(other, read_only=True) as store:
        (article,) = store.articles()
    assert article.text == second["text"]


def test_thresholds_of_the_settings_are_used(db: Path, tmp_path: Path) -> None:
    strict = Settings(match={str(r): 1.1 for r in ("conflict", "update", "scope", "compatible", "agree")})
    result = build(db, *paths(), settings=strict)
    assert dict(result.findings) == {}
    assert findings_of(db) == []


def test_aliases_of_the_settings_name_subjects(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    build(other, written(tmp_path, "one.jsonl", lines()[2]), settings=Settings(aliases={"CleanSpark": "CLSK Inc"}))
    subjects = {c.subject for c in claims_of(other, "cleanspark/a3")}
    assert "CLSK Inc" in subjects
    assert "CleanSpark" not in subjects


def test_progress_is_told(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    with Store(tmp_path / "other.db") as store:
        pipeline.build(
            [str(written(tmp_path, "one.jsonl", lines()[2]))],
            store,
            Settings(),
            on_progress=lambda stage, done, total: seen.append((stage, done, total)),
        )
    assert {"extracting", "embedding", "comparing"} <= {stage for stage, _, _ in seen}
    assert all(0 <= done <= total for _, done, total in seen)


# -- pairs and look-up -------------------------------------------------------------------------------------------------

PAIRS: list[Mapping[str, object]] = [
    {"id": "up-down", "a": "Shares of Corvel Foods climbed 14%.", "b": "Corvel Foods shares plunged."},
    {"id": 7, "a": "The bridge opened in May.", "b": "The bridge opened in May.", "note": "ignored"},
    {"id": None, "a": "Prices rose 3% in Marlow.", "b": "A soprano sang for three hours."},
    {"id": "empty", "a": "", "b": "Prices rose 3% in Marlow."},
]  # fmt: skip


def test_judge_gives_one_line_for_each_pair_in_order() -> None:
    said = list(pipeline.judge(iter(PAIRS), Settings()))
    assert [row["id"] for row in said] == [row["id"] for row in PAIRS]
    assert all(set(row) == {"id", "relation", "field", "confidence"} for row in said)
    assert all(0 <= float(str(row["confidence"])) <= 1 for row in said)
    assert (said[0]["relation"], said[0]["field"]) == ("conflict", "direction")
    assert said[1]["relation"] == "agree"
    assert said[2]["relation"] == "unrelated"
    assert list(pipeline.judge(iter(PAIRS[::-1]), Settings())) == said[::-1]


def test_judge_of_nothing_is_nothing() -> None:
    assert list(pipeline.judge(iter([]), Settings())) == []


def test_lookup_finds_who_says_otherwise(cleanspark: Path) -> None:
    with Store(cleanspark, read_only=True) as store:
        found = pipeline.lookup("CleanSpark stock plunged after the announcement.", store, Settings())
        articles = {a.article_id: a for a in store.articles()}
    assert any((row["relation"], row["field"]) == ("conflict", "direction") for row in found)
    confidences = [float(str(row["confidence"])) for row in found]
    assert confidences == sorted(confidences, reverse=True)
    for row in found:
        part = articles[str(row["article_id"])].part(str(row["part"]))
        assert part[int(str(row["start"])) : int(str(row["end"]))] == row["quote"]


def test_lookup_of_something_else_finds_nothing(cleanspark: Path) -> None:
    with Store(cleanspark, read_only=True) as store:
        assert pipeline.lookup("The soprano sang for three hours in Velburg.", store, Settings()) == ()
