"""The queue in Datasette's own tables, what reviewers may not read before they rule, short headings, trusted tables."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from datasette.app import Datasette

from reconcile.claims.words import shortened
from reconcile.match import cluster
from reconcile.model import Relation
from reconcile.publish.desk import counts, words
from reconcile.publish.desk.filters import Filters
from reconcile.publish.store import Store
from reconcile.publish.terminal import headline, side_lines, table
from tests import builders as b
from tests.many import many
from tests.test_desk import BRIDGE, HURT, SINCE, page_of, path, post, serve, signed_in

__all__ = ["path"]  # the fixture

# -- the queue in Datasette's tables -------------------------------------------------------------------------------


async def linked(datasette: Datasette, query: str, actor: str = "") -> list[str]:
    """The rows that the queue's CSV link leads to."""
    cookies = signed_in(datasette, actor) if actor else {}
    page = await datasette.client.get(f"/-/reconcile?{query}", cookies=cookies)
    address = unescape(re.findall(r'<a href="([^"]+)">CSV</a>', page.text)[0])
    rows = await datasette.client.get(address, cookies=cookies)
    assert rows.status_code == 200
    heading, *lines = rows.text.splitlines()
    assert heading.startswith("finding_id,")
    return [line.split(",")[0] for line in lines]


@pytest.mark.parametrize("query", [
    "", "relation=update", "relation=any", "relation=any&field=value", "severity=low", "relation=any&lang=tl",
    "relation=any&source=ang-dalampasigan", "story=bridge", "state=decided", "state=all", "state=stale",
    "since=2031-03-05", "until=2031-03-01", "relation=any&q=INJURED", "field=' OR 1=1 --", "source=valley-wire&q=line",
])  # fmt: skip
@pytest.mark.parametrize("settings", [{}, {"allow": {"id": "ana"}}], ids=["open", "blind"])
async def test_csv_of_the_queue_has_exactly_its_rows(path: Path, query: str, settings: dict[str, Any]) -> None:
    datasette = await serve(path, **settings)
    found = (await datasette.client.get(f"/-/reconcile.json?{query}")).json()["findings"]
    assert sorted(await linked(datasette, query)) == sorted(f["id"] for f in found)


async def test_csv_knows_what_is_decided_and_by_whom(path: Path) -> None:
    datasette = await serve(path, allow={"id": ["ana", "ben"]})
    await post(datasette, page_of(HURT), {"ruling": "scope"}, actor="ben")
    assert set(await linked(datasette, "", "ana")) == {BRIDGE, SINCE}
    assert await linked(datasette, "state=decided", "ana") == [HURT]
    assert await linked(datasette, "state=second", "ana") == [HURT]
    assert await linked(datasette, "state=second", "ben") != [HURT]


async def test_filters_say_what_they_do_and_touch_no_other_table(path: Path) -> None:
    datasette = await serve(path)
    query = "?" + urlencode({"_reconcile": "relation=update"})
    name = f"/{path.stem.replace(' ', '~20')}"
    page = await datasette.client.get(f"{name}/findings_readable{query}")
    assert "in the review queue (relation update)" in page.text
    assert len((await datasette.client.get(f"{name}/findings.json{query}&_shape=array")).json()) == 4


# -- who may read rulings ------------------------------------------------------------------------------------------

MANY = {"allow": {"id": ["ana", "ben"]}}
RULINGS_OF_ALL = (
    "/decisions", "/decisions.json", "/decisions.csv", "/decisions_standing.json", "/decisions_current.json",
    "/decisions_stale.json", "/conflicts_decided.json", "?sql=select+*+from+decisions",
    ".json?sql=select+1", ".csv?sql=select+note+from+decisions", ".db",
    "/findings.json?_where=finding_id+in+(select+finding_id+from+decisions)",
)  # fmt: skip


@pytest.mark.parametrize("address", RULINGS_OF_ALL)
@pytest.mark.parametrize(
    ("settings", "person", "may"),
    [
        (MANY, "ana", False), (MANY, "mallory", False), (MANY, "", False), (MANY, "root", True), ({}, "", True),
        ({"local": True}, "", True), ({**MANY, "local": True}, "", True), ({**MANY, "blind": False}, "ana", True),
        ({"blind": True}, "ana", False),
    ],
    ids=["reviewer", "other", "nobody", "root", "no reviewers", "single", "single of many", "not blind", "blind"],
)  # fmt: skip
async def test_who_may_read_rulings_past_the_pages(
    path: Path, address: str, settings: dict[str, Any], person: str, may: bool
) -> None:
    datasette = await serve(path, immutable=address == ".db", **settings)
    cookies = signed_in(datasette, person) if person else {}
    response = await datasette.client.get(f"/{path.stem.replace(' ', '~20')}{address}", cookies=cookies)
    assert (response.status_code == 200) == may, response.status_code
    assert may or response.status_code in (302, 400, 403)


async def test_pages_and_rows_of_findings_stay_open_to_blind_reviewers(path: Path) -> None:
    datasette = await serve(path, **MANY)
    await post(datasette, page_of(HURT), {"ruling": "scope", "note": "seen by ben"}, actor="ben")
    name = f"/{path.stem.replace(' ', '~20')}"
    for address in (
        "/-/reconcile",
        page_of(HURT),
        "/-/reconcile/quality",
        f"{name}/findings",
        f"{name}/conflicts_open",
    ):
        page = await datasette.client.get(address, cookies=signed_in(datasette, "ana"))
        assert page.status_code == 200, address
        assert "seen by ben" not in page.text
    await post(datasette, page_of(HURT), {"ruling": "conflict"}, actor="ana")
    page = await datasette.client.get(page_of(HURT), cookies=signed_in(datasette, "ana"))
    assert "seen by ben" in page.text


async def test_crossing_databases_is_no_way_around(path: Path) -> None:
    datasette = Datasette([str(path)], metadata={"plugins": {"reconcile": MANY}}, crossdb=True, memory=True)
    await datasette.invoke_startup()
    sql = urlencode({"sql": f"select * from [{path.stem}].decisions"})
    assert (await datasette.client.get(f"/_memory.json?{sql}")).status_code == 403


# -- headings ------------------------------------------------------------------------------------------------------

LONG = "The operator said on Friday that the northern tunnel needs no new money, although two earlier reviews had asked"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("", 10, ""),
        ("short", 10, "short"),
        ("exactly ten", 11, "exactly ten"),
        ("one two three four", 12, "one two…"),
        ("one two three four", 8, "one two…"),
        ("one, two, three", 10, "one, two…"),
        ("a line\n\n and   more", 40, "a line and more"),
        ("Donaudampfschifffahrtsgesellschaft", 12, "Donaudampfs…"),
        ("a Donaudampfschifffahrtsgesellschaft", 12, "a Donaudamp…"),
        ("über die Brücke hinweg", 16, "über die Brücke…"),
    ],
)
def test_shortened_ends_after_a_word(text: str, limit: int, expected: str) -> None:
    assert shortened(text, limit) == expected
    assert len(expected) <= limit


def test_a_question_without_words_of_its_own_is_a_short_sentence() -> None:
    claim = replace(b.YES, quote=LONG, subject="", metric="")
    label = cluster.label([claim])
    assert label == shortened(LONG, 80)
    assert len(label) <= 80
    assert LONG.startswith(label[:-1])
    assert LONG[len(label) - 1] in " ,"


async def test_whole_sentences_are_no_headings(path: Path) -> None:
    quote = replace(b.YES, quote=LONG)
    finding = replace(b.BRIDGE, value_a=LONG, about=cluster.label([replace(quote, subject="", metric="")]))
    claims = tuple(quote if c is b.YES else c for c in b.CLAIMS)
    with Store(path) as store:
        store.publish(b.publication(claims=claims, findings=(b.HURT, b.SINCE, finding, b.COPY)))
    datasette = await serve(path)
    for address in ("/-/reconcile", page_of(BRIDGE)):
        text = unescape((await datasette.client.get(address)).text)
        headings = re.findall(r'<h\d>(?:<a[^>]*>)?([^<]+)|<p class="value"[^>]*>([^<]*)', text)
        assert any(h.endswith("…") for pair in headings for h in pair)
        assert all(len(h) <= 85 for pair in headings for h in pair)
    with Store(path, read_only=True) as store:
        form = store.explain(BRIDGE)
    assert form["a"]["value"] == LONG
    assert LONG not in words.relation_in_words(form)
    assert "rejected" in words.relation_in_words(form)
    first = next(iter(side_lines(form["a"])))
    assert LONG not in first
    assert first.endswith("…")
    assert len(headline(form)) < 140


def test_cells_of_a_table_end_after_a_word() -> None:
    text = table([{"about": LONG}, {"about": "kurz"}], ("about",), limits={"about": 34})
    assert text.splitlines()[2] == "The operator said on Friday that…"


# -- trusted tables ------------------------------------------------------------------------------------------------


async def test_trusted_tables_are_no_outlets(path: Path) -> None:
    articles = tuple(replace(a, kind="reference") if a.article_id == "bridge/2" else a for a in b.ARTICLES)
    outlet, trusted = (next(a.source for a in articles if a.article_id == i) for i in ("bridge/1", "bridge/2"))
    articles = tuple(a for a in articles if a.kind == "reference" or a.source != trusted)
    kept = {a.article_id for a in articles}
    claims = tuple(c for c in b.CLAIMS if c.article_id in kept)
    with Store(path) as store:
        store.publish(_only(articles, claims))
    datasette = await serve(path)
    (pair,) = (await datasette.client.get("/-/reconcile/sources.json")).json()["pairs"]
    assert pair["reference"] is True
    text = (await datasette.client.get("/-/reconcile/sources")).text
    assert "No two sources were compared." in text
    assert "Held against trusted tables" in text
    badge = '<span class="badge reference">Reference</span>'
    own = (await datasette.client.get(f"/-/reconcile/source/{trusted}")).text
    assert own.count(badge) == 1
    assert "Its rows" in own
    assert (await datasette.client.get(f"/-/reconcile/source/{outlet}")).text.count(badge) == 1


def _only(articles: Any, claims: Any) -> Any:
    ids = {a.article_id for a in articles}
    stories = tuple(replace(s, article_ids=tuple(i for i in s.article_ids if i in ids)) for s in b.STORIES)
    return b.publication(
        articles=articles, claims=claims, stories=stories, findings=(b.BRIDGE,), clusters=(), profiles=(), near=(),
        keys=(), sentences=tuple(s for s in b.SENTENCES if s.article_id in ids),
        origins=tuple(o for o in b.ORIGINS if o.article_id in ids and o.origin_id in ids),
    )  # fmt: skip


def test_what_sources_and_stories_count_is_read_from_an_index(tmp_path: Path) -> None:
    from reconcile.publish.desk import stories

    asked: list[str] = []

    def read(conn: Any) -> tuple[int, int]:
        conn.set_trace_callback(asked.append)
        counted = sum(p["compared"] for p in stories.pairs(conn)), sum(s["findings"] for s in stories.stories(conn))
        conn.set_trace_callback(None)
        plans = [row[3] for sql in asked for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}") if "findings" in sql]
        assert any("COVERING INDEX idx_findings_sources" in plan for plan in plans)
        assert any("COVERING INDEX idx_findings_story" in plan for plan in plans)
        return counted

    publication = many(900)
    with Store(tmp_path / "many.db") as store:
        store.publish(publication)
        pairs, by_story = store.read(read)
    assert by_story == len(publication.findings)
    states = ("agree", "compatible", "update", "scope", "conflict")
    assert pairs == sum(f.relation in map(Relation, states) for f in publication.findings)


def test_counts_of_the_queue_are_kept_only_when_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several threads make pages, so none may find what another has only begun to count."""
    path = tmp_path / "counts.db"
    with Store(path) as store:
        store.publish(many(20))
    read = counts._read
    with closing(sqlite3.connect(path)) as conn, closing(sqlite3.connect(path)) as beside:

        def counted_beside(of: sqlite3.Connection, filters: Filters, *, ruled: bool) -> Any:
            for part in read(of, filters, ruled=ruled):
                if of is conn:
                    assert counts.total(beside, filters) == 100
                yield part

        monkeypatch.setattr(counts, "_read", counted_beside)
        assert counts.total(conn, Filters(state="all")) == 100
