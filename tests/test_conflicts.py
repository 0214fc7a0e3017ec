"""One row a conflict: the queue counts groups of pairs, and a ruling covers the pairs that nobody ruled on."""

from __future__ import annotations

import json
import random
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from reconcile.model import Decision
from reconcile.publish import quality
from reconcile.publish.decisions import new_decision, rule_on_all
from reconcile.publish.desk import queries, rulings
from reconcile.publish.desk.filters import STATES, Filters, Viewer
from reconcile.publish.htmlreport import html_report
from reconcile.publish.publication import Publication
from reconcile.publish.store import Store
from tests.many import many
from tests.pairs import DOWN, LONG_DOWN, LONG_UP, UP, finding, told
from tests.test_desk import page_of, post, serve, signed_in

BLIND = {"allow": {"id": ["ana", "ben"]}}
OPEN = {"allow": {"id": ["ana", "ben"]}, "blind": False}
PUBLISHED = told((*UP, LONG_UP), (*DOWN, LONG_DOWN), mixed=True)
IDS = [f.finding_id for f in PUBLISHED.findings]  # the first leads
LEAD = IDS[0]
TURNED = {f.finding_id for f in PUBLISHED.findings if f.value_a in ("fell", "dropped", "bumagsak")}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path / "desk.db", PUBLISHED)


def written(path: Path, publication: Publication) -> Path:
    with Store(path) as store:
        store.publish(publication)
    return path


def decided(path: Path, columns: str = "finding_id, ruling", more: str = "") -> list[tuple[Any, ...]]:
    conn = sqlite3.connect(path)
    try:
        return conn.execute(f"SELECT {columns} FROM decisions {more} ORDER BY rowid").fetchall()
    finally:
        conn.close()


async def seen(datasette: Any, address: str, actor: str = "ana") -> Any:
    response = await datasette.client.get(address, cookies=signed_in(datasette, actor))
    assert response.status_code == 200
    return response.json() if ".json" in address else unescape(response.text)


# -------------------------------------------------------------------------------------------- the queue


async def test_queue_has_one_row_for_nine_pairs(path: Path) -> None:
    assert len(IDS) == 9
    datasette = await serve(path)
    queue = await seen(datasette, "/-/reconcile.json")
    assert ([f["id"] for f in queue["findings"]], queue["count"], queue["states"]["all"]) == ([LEAD], 1, 1)
    group = queue["findings"][0]["group"]
    assert (group["pairs"], group["open"]) == (9, 9)
    assert group["sources"] == {"a": ["Outlet 0", "Outlet 2", "Outlet 4"], "b": ["Outlet 1", "Outlet 3", "Outlet 5"]}
    assert {c["value"]: c["count"] for c in queue["choices"]["lang"]} == {"en": 1, "tl": 1}
    page = await seen(datasette, "/-/reconcile")
    for words in ("9 pairs", "3 independent sources: Outlet 0, Outlet 2, Outlet 4", "1–1 of 1"):
        assert words in page
    assert "not ruled on yet" not in page


async def test_copies_are_no_witnesses(tmp_path: Path) -> None:
    first = PUBLISHED.origins[0].article_id
    origins = tuple(replace(o, origin_id=first) if n in (1, 2) else o for n, o in enumerate(PUBLISHED.origins))
    datasette = await serve(written(tmp_path / "x.db", replace(PUBLISHED, origins=origins)))
    group = (await seen(datasette, "/-/reconcile.json"))["findings"][0]["group"]
    assert group["sources"] == {"a": ["Outlet 0"], "b": ["Outlet 1", "Outlet 3", "Outlet 5"]}


async def test_a_filter_shows_the_surest_pair_that_passes_it(path: Path) -> None:
    datasette = await serve(path)
    for chosen, expected in (("lang=tl", IDS[2]), ("source=outlet 4", IDS[6]), ("source=outlet 5&lang=en", IDS[2])):
        queue = await seen(datasette, f"/-/reconcile.json?{chosen}")
        assert ([f["id"] for f in queue["findings"]], queue["count"]) == ([expected], 1)
        assert queue["findings"][0]["group"]["pairs"] == 9
        place = (await seen(datasette, f"{page_of(expected)}.json?{chosen}"))["place"]
        assert place == {"before": 0, "count": 1, "previous": "", "following": "", "inside": True}


async def test_witnesses_stand_under_their_answer_whichever_pair_is_shown(path: Path) -> None:
    turned = next(i for i in IDS if i in TURNED)
    datasette = await serve(path, **OPEN)
    for other in sorted(set(IDS) - {turned}):
        await post(datasette, page_of(other), {"ruling": "conflict", "only": "pair"}, actor="ana")
    (shown,) = (await seen(datasette, "/-/reconcile.json"))["findings"]
    assert shown["id"] == turned
    assert shown["a"]["source"] in shown["group"]["sources"]["a"]
    assert shown["b"]["source"] in shown["group"]["sources"]["b"]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Ninety groups or more, of which some pairs have rulings: of two people, some on other words."""
    path = tmp_path_factory.mktemp("large") / "many.db"
    publication = many(1800)
    with Store(path) as store:
        store.publish(publication)
        rng = random.Random(7)
        forms = list(store.finding_dicts(relations=()))
        for number, form in enumerate(rng.choices(forms, k=400)):
            at = f"2031-04-01T00:{number // 60:02}:{number % 60:02}Z"
            word = rng.choice(("conflict", "conflict", "update", "unsure"))
            made = new_decision(form, word, reviewer=rng.choice(("ana", "ben")), created_at=at)
            stale = rng.random() < 0.2
            store.db.conn.execute("BEGIN")
            rule_on_all(store.db.conn, replace(made, digest="other words") if stale else made, ())
            store.db.conn.execute("COMMIT")
    conn = sqlite3.connect(path)
    yield conn
    conn.close()


FILTERS = [
    {}, {"relation": "any"}, {"severity": "low"}, {"source": "s7", "relation": "any"}, {"lang": "tl", "field": "value"},
    {"story": "n1"}, {"since": "2031-03-02"}, {"until": "2031-03-01", "relation": "any"}, {"q": "PIER 3"},
    {"relation": "update", "source": "s3"},
]  # fmt: skip


def expected(conn: sqlite3.Connection, filters: Filters) -> list[str]:
    """The queue as plain Python makes it: the first finding of each group among those that pass the filters."""
    sql = f"""SELECT f.finding_id, f.lead FROM findings f WHERE {filters.where()}
      ORDER BY f.rank, f.origins DESC, f.confidence DESC, f.finding_id"""
    first: dict[str, str] = {}
    for finding_id, lead in conn.execute(sql, filters.values()):
        first.setdefault(lead, finding_id)
    return list(first.values())


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("chosen", FILTERS, ids=str)
def test_queue_counts_and_neighbours_are_those_of_groups(
    large: sqlite3.Connection, chosen: dict[str, str], state: str
) -> None:
    filters = Filters(**chosen, state=state, reviewer="ana")
    wanted = expected(large, filters)
    pages = [queries.queue(large, filters, page + 1) for page in range(-(-len(wanted) // queries.PAGE_SIZE))]
    assert [f["id"] for page in pages for f in page.findings] == wanted
    listing = queries.queue(large, filters, 1)
    assert listing.count == len(wanted)
    for other in STATES:
        assert listing.states[other] == len(expected(large, replace(filters, state=other))), other
    for name, choices in listing.choices.items():
        for choice in choices[:4]:
            narrowed = expected(large, replace(filters, **{name: choice.value}))
            assert choice.count == len(narrowed), (name, choice)
    for at in sorted({0, len(wanted) // 2, len(wanted) - 1} & set(range(len(wanted)))):
        before, after = (wanted[at - 1] if at else ""), (wanted[at + 1] if at + 1 < len(wanted) else "")
        place = queries.place(large, filters, wanted[at])
        assert place == queries.Place(at, len(wanted), before, after, inside=True)


def test_the_large_queue_is_worth_looking_at(large: sqlite3.Connection) -> None:
    """The test above would pass on groups of one and on states without findings."""
    sizes = [n for (n,) in large.execute("SELECT count(*) FROM findings GROUP BY lead")]
    assert max(sizes) >= 4
    states = queries.queue(large, Filters(relation="any", reviewer="ana"), 1).states
    assert all(states[state] > 5 for state in STATES)
    assert states["open"] + states["decided"] > states["all"], "a group may be open in one pair and decided in another"
    shown = expected(large, Filters(source="s7", relation="any", state="all"))
    assert any(i not in shown for (i,) in large.execute("SELECT DISTINCT lead FROM findings WHERE source_a = 's7'"))


# -------------------------------------------------------------------------------------------- ruling


async def test_a_ruling_covers_all_pairs(path: Path) -> None:
    datasette = await serve(path, **OPEN)
    page = await seen(datasette, page_of(LEAD))
    assert "Counts for the 8 other pairs of this conflict, too." in page
    answer = await post(datasette, page_of(LEAD), {"ruling": "conflict", "side": "a", "note": "asked"}, actor="ana")
    assert answer.status_code == 302
    written = decided(path, "finding_id, ruling, reviewer, note, side, made_on")
    assert [row[0] for row in written] == IDS
    assert {row[1:4] + row[5:] for row in written} == {("conflict", "ana", "asked", LEAD)}
    assert {row[0] for row in written if row[4] == "b"} == TURNED != set()
    assert len({at for (at,) in decided(path, "created_at")}) == 1
    queue = await seen(datasette, "/-/reconcile.json")
    assert queue["states"] == {"open": 0, "second": 0, "decided": 1, "stale": 0, "all": 1}
    assert "<b>Confirmed conflict</b>, Lindol Power: shares, 9 pairs" in await seen(datasette, "/-/reconcile")


async def test_undo_takes_back_all_that_one_ruling_wrote(path: Path) -> None:
    datasette = await serve(path, **OPEN)
    await post(datasette, page_of(IDS[3]), {"ruling": "update", "only": "pair"}, actor="ana")
    await post(datasette, page_of(LEAD), {"ruling": "conflict"}, actor="ana")
    assert len(decided(path)) == 9
    conn = sqlite3.connect(path)
    last = rulings.last_ruling(conn, "ana")
    conn.close()
    assert last is not None
    assert (last["ruling"], last["pairs"]) == ("conflict", 8)
    answer = await post(
        datasette, "/-/reconcile/undo", {"decision": last["decision_id"]}, actor="ana", accept="application/json"
    )
    assert answer.json()["pairs"] == 8
    assert answer.json()["decision"]["finding_id"] == LEAD
    assert decided(path, "finding_id, ruling", "WHERE decision_id IN (SELECT decision_id FROM decisions_standing)") == [
        (IDS[3], "update")
    ]
    assert [word for _, word in decided(path)] == ["update", *["conflict"] * 8, *["withdrawn"] * 8]


async def test_any_row_of_a_ruling_undoes_it_and_no_row_of_another(path: Path) -> None:
    datasette = await serve(path, **OPEN)
    for actor in ("ana", "ben"):
        await post(datasette, page_of(LEAD), {"ruling": "conflict"}, actor=actor)
    (some,) = decided(path, "decision_id", f"WHERE reviewer = 'ana' AND finding_id = '{IDS[5]}'")
    assert (await post(datasette, "/-/reconcile/undo", {"decision": some[0]}, actor="ben")).status_code == 409
    await post(datasette, "/-/reconcile/undo", {"decision": some[0]}, actor="ana")
    assert len(decided(path, "1", "WHERE ruling = 'withdrawn'")) == 9
    standing = decided(path, "reviewer", "WHERE decision_id IN (SELECT decision_id FROM decisions_standing)")
    assert standing == [("ben",)] * 9


async def test_this_pair_only(path: Path) -> None:
    datasette = await serve(path, **OPEN)
    data = {"ruling": "scope", "only": "pair"}
    answer = await post(datasette, page_of(IDS[4]), data, actor="ana")
    assert decided(path, "finding_id, ruling, made_on") == [(IDS[4], "scope", "")]
    assert answer.headers["location"] == page_of(LEAD), "on to the next pair that waits"
    queue = await seen(datasette, "/-/reconcile.json")
    assert (queue["states"]["open"], queue["states"]["decided"]) == (1, 1)
    assert (await seen(datasette, "/-/reconcile.json?state=decided"))["findings"][0]["id"] == IDS[4]
    assert "8 not ruled on yet" in await seen(datasette, "/-/reconcile")


@pytest.mark.parametrize("other", ["ana", "ben"])
async def test_a_pair_ruled_on_separately_keeps_its_ruling(path: Path, other: str) -> None:
    datasette = await serve(path, **OPEN)
    await post(datasette, page_of(IDS[4]), {"ruling": "update", "only": "pair"}, actor=other)
    page = await seen(datasette, page_of(LEAD))
    assert "Counts for the 7 other pairs of this conflict that are not ruled on yet, too." in page
    await post(datasette, page_of(LEAD), {"ruling": "conflict"}, actor="ana")
    assert [row[0] for row in decided(path, "finding_id", "WHERE ruling = 'conflict'")] == [
        i for i in IDS if i != IDS[4]
    ]
    pairs = (await seen(datasette, page_of(LEAD) + ".json"))["pairs"]
    assert {p["id"]: p["ruling"] for p in pairs} == {
        i: "update" if i == IDS[4] else "conflict" for i in IDS if i != LEAD
    }


async def test_a_second_ruling_on_the_group_does_not_displace_one_on_the_pair(path: Path) -> None:
    """Ben's second look covers all pairs once; what ana said of one pair alone stays what counts for it."""
    datasette = await serve(path, **BLIND)
    await post(datasette, page_of(IDS[4]), {"ruling": "update", "only": "pair"}, actor="ana")
    await post(datasette, page_of(LEAD), {"ruling": "conflict"}, actor="ana")
    await post(datasette, page_of(LEAD), {"ruling": "scope"}, actor="ben")
    current = dict(
        decided(path, "finding_id, ruling", "WHERE decision_id IN (SELECT decision_id FROM decisions_current)")
    )
    assert current == {i: "update" if i == IDS[4] else "scope" for i in IDS}
    assert len(decided(path, "1", "WHERE reviewer = 'ben'")) == 9
    queue = await seen(datasette, "/-/reconcile.json?state=second", "ben")
    assert queue["count"] == 0


async def test_ruling_again_is_on_the_pairs_of_the_earlier_ruling(path: Path) -> None:
    datasette = await serve(path, **OPEN)
    await post(datasette, page_of(IDS[4]), {"ruling": "scope", "only": "pair"}, actor="ana")
    for word in ("conflict", "conflict", "update"):
        await post(datasette, page_of(LEAD), {"ruling": word}, actor="ana")
    assert len(decided(path)) == 1 + 8 + 8, "sent twice, a form counts once"
    page = (await seen(datasette, page_of(LEAD) + ".json"))["pairs"]
    assert {p["ruling"] for p in page if p["id"] != IDS[4]} == {"update"}
    assert next(p["ruling"] for p in page if p["id"] == IDS[4]) == "scope"


async def test_a_pair_of_the_group_can_be_told_apart_later(path: Path) -> None:
    datasette = await serve(path, **OPEN)
    await post(datasette, page_of(LEAD), {"ruling": "conflict"}, actor="ana")
    await post(datasette, page_of(IDS[2]), {"ruling": "conflict", "only": "pair"}, actor="ana")
    assert decided(path, "finding_id, made_on", "WHERE made_on = ''") == [(IDS[2], "")]
    await post(datasette, page_of(LEAD), {"ruling": "update"}, actor="ana")
    pairs = (await seen(datasette, page_of(LEAD) + ".json"))["pairs"]
    assert {p["id"]: p["ruling"] for p in pairs}[IDS[2]] == "conflict"


async def test_unsure_on_all_pairs_leaves_the_conflict_open(path: Path) -> None:
    datasette = await serve(path, **OPEN)
    await post(datasette, page_of(LEAD), {"ruling": "unsure"}, actor="ana")
    assert len(decided(path)) == 9
    assert (await seen(datasette, "/-/reconcile.json"))["states"]["open"] == 1
    await post(datasette, page_of(LEAD), {"ruling": "conflict"}, actor="ben")
    assert (await seen(datasette, "/-/reconcile.json"))["states"] == {
        "open": 0, "second": 0, "decided": 1, "stale": 0, "all": 1,
    }  # fmt: skip


# -------------------------------------------------------------------------------------------- later runs

FEWER = replace(PUBLISHED, findings=PUBLISHED.findings[:6])


async def test_pairs_that_join_later_are_open_and_new(tmp_path: Path) -> None:
    path = written(tmp_path / "x.db", FEWER)
    datasette = await serve(path, **OPEN)
    await post(datasette, page_of(LEAD), {"ruling": "conflict"}, actor="ana")
    assert (await seen(datasette, "/-/reconcile.json"))["count"] == 0
    written(path, PUBLISHED)
    queue = await seen(datasette, "/-/reconcile.json")
    assert [f["id"] for f in queue["findings"]] == [IDS[6]]
    assert (queue["findings"][0]["group"]["pairs"], queue["findings"][0]["group"]["open"]) == (9, 3)
    assert "3 not ruled on yet" in await seen(datasette, "/-/reconcile")
    pairs = (await seen(datasette, page_of(LEAD) + ".json"))["pairs"]
    assert [p["id"] for p in pairs if p["new"]] == IDS[6:]
    assert (await seen(datasette, page_of(LEAD))).count('<span class="new">new</span>') == 3
    await post(datasette, page_of(IDS[6]), {"ruling": "scope"}, actor="ana")
    assert [row[0] for row in decided(path, "finding_id", "WHERE ruling = 'scope'")] == IDS[6:]


async def test_a_surer_pair_that_joins_leads_and_nothing_decided_is_lost(tmp_path: Path) -> None:
    path = written(tmp_path / "x.db", replace(PUBLISHED, findings=PUBLISHED.findings[1:]))
    datasette = await serve(path, **OPEN)
    await post(datasette, page_of(IDS[1]), {"ruling": "conflict"}, actor="ana")
    before = decided(path)
    written(path, PUBLISHED)
    assert decided(path) == before
    queue = await seen(datasette, "/-/reconcile.json")
    assert ([f["id"] for f in queue["findings"]], queue["states"]["decided"]) == ([LEAD], 1)
    written(path, replace(PUBLISHED, findings=()))
    assert decided(path) == before


async def test_a_ruling_on_a_group_that_grew_meanwhile_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "x.db", FEWER)
    datasette = await serve(path, **OPEN)
    (token,) = re.findall(r'name="pairs" value="(\w+)"', await seen(datasette, page_of(LEAD)))
    (listed,) = re.findall(r'data-pairs="(\w+)"', await seen(datasette, "/-/reconcile"))
    assert token == listed
    written(path, PUBLISHED)
    refused = await post(datasette, page_of(LEAD), {"ruling": "conflict", "pairs": token}, actor="ana")
    assert (refused.status_code, decided(path)) == (409, [])
    assert "changed after you opened it" in refused.text
    alone = {"ruling": "conflict", "pairs": token, "only": "pair"}
    assert (await post(datasette, page_of(LEAD), alone, actor="ana")).status_code == 302
    assert decided(path) == [(LEAD, "conflict")]


async def test_words_that_change_open_one_pair_of_a_group(path: Path) -> None:
    datasette = await serve(path, **OPEN)
    await post(datasette, page_of(LEAD), {"ruling": "conflict"}, actor="ana")
    changed = replace(PUBLISHED.findings[4], value_a=PUBLISHED.findings[4].value_a + " ")
    findings = (*PUBLISHED.findings[:4], changed, *PUBLISHED.findings[5:])
    written(path, replace(PUBLISHED, findings=findings))
    queue = await seen(datasette, "/-/reconcile.json?state=stale")
    assert [f["id"] for f in queue["findings"]] == [changed.finding_id]
    assert queue["states"] == {"open": 1, "second": 0, "decided": 1, "stale": 1, "all": 1}


# -------------------------------------------------------------------------------------------- blind reviewers


async def test_blind_reviewers_see_nothing_more_in_a_group(path: Path) -> None:
    datasette = await serve(path, **BLIND)
    await post(datasette, page_of(IDS[4]), {"ruling": "update", "only": "pair", "note": "asked the mill"}, actor="ana")
    await post(datasette, page_of(LEAD), {"ruling": "conflict", "note": "asked the mill"}, actor="ana")
    for actor in ("ben", ""):
        text = await seen(datasette, page_of(LEAD), actor)
        assert "asked the mill" not in text
        shown = await seen(datasette, page_of(LEAD) + ".json", actor)
        assert {p["ruling"] for p in shown["pairs"]} == {"hidden"}
    assert (await seen(datasette, page_of(LEAD) + ".json", "ben"))["covered"] == 8
    await post(datasette, page_of(LEAD), {"ruling": "conflict", "only": "pair"}, actor="ben")
    shown = await seen(datasette, page_of(LEAD) + ".json", "ben")
    assert {p["ruling"] for p in shown["pairs"]} == {"hidden"}, "ben has not ruled on these"
    assert {d["reviewer"] for d in shown["decisions"]} == {"ana", "ben"}


async def test_permissions_hold_for_every_pair(path: Path) -> None:
    datasette = await serve(path, **BLIND)
    for actor in ("", "mallory"):
        assert (await post(datasette, page_of(LEAD), {"ruling": "conflict"}, actor=actor)).status_code == 403
    assert decided(path) == []


# -------------------------------------------------------------------------------------------- what counts and is told


async def test_quality_counts_a_ruling_on_all_pairs_once(path: Path) -> None:
    datasette = await serve(path, **OPEN)
    await post(datasette, page_of(IDS[4]), {"ruling": "update", "only": "pair"}, actor="ana")
    for actor in ("ana", "ben"):
        await post(datasette, page_of(LEAD), {"ruling": "conflict"}, actor=actor)
    conn = sqlite3.connect(path)
    assert sorted((r["finding_id"], r["right"]) for r in quality.ruled(conn)) == sorted([(LEAD, True), (IDS[4], False)])
    assert [(g.both, g.same) for g in quality.agreement(conn)] == [(1, 1)]
    conn.close()


async def test_report_tells_a_conflict_once(path: Path) -> None:
    conn = sqlite3.connect(path)
    text = html_report(conn, "desk.db")
    assert (text.count('<li class="finding"'), text.count("9 pairs")) == (1, 2)
    assert "1 conflict, 9 pairs of claims" in text
    assert "3 independent sources: Outlet 1, Outlet 3, Outlet 5" in text
    conn.close()
    datasette = await serve(path, **OPEN)
    await post(datasette, page_of(LEAD), {"ruling": "scope", "only": "pair"}, actor="ana")
    conn = sqlite3.connect(path)
    assert f'id="{IDS[1]}"' in html_report(conn, "desk.db"), "the surest pair that is not ruled out"
    conn.close()
    await post(datasette, page_of(IDS[1]), {"ruling": "scope"}, actor="ana")
    conn = sqlite3.connect(path)
    assert "No conflict was found." in html_report(conn, "desk.db")
    conn.close()


def test_findings_stay_pairs(path: Path) -> None:
    with Store(path, read_only=True) as store:
        rows = list(store.finding_dicts())
    assert [row["id"] for row in rows] == IDS
    assert all("lead" not in json.dumps(row) for row in rows)


async def test_pages_of_a_group_read_the_same_answers_left_and_right(path: Path) -> None:
    datasette = await serve(path)
    for shown in (LEAD, sorted(TURNED)[0]):
        text = await seen(datasette, page_of(shown))
        section = text.split("Other pairs of the same conflict")[1].split("Who answers")[0]
        values = re.findall(r'<span class="value" dir="auto">([^<]+)</span>', section)
        up = {"rose", "climbed", "tumaas"}
        assert len(values) == 16
        assert {value in up for value in values[::2]} == {shown == LEAD}
        assert {value in up for value in values[1::2]} == {shown != LEAD}


def test_group_findings_are_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "CHOICES", 3)
    conn = sqlite3.connect(path)
    assert [f["id"] for f in queries.group_findings(conn, LEAD, Viewer())] == IDS[1:4]
    conn.close()


def test_a_ruling_on_one_pair_is_as_before(path: Path) -> None:
    """What older versions wrote, and what a ruling on a finding without a group writes, has no ``made_on``."""
    single = finding(*PUBLISHED.claims[:2], 0.9, cluster_id="")
    with Store(path) as store:
        store.publish(replace(PUBLISHED, findings=(single,)))
        form = next(store.finding_dicts())
        made = new_decision(form, "conflict", reviewer="ana", created_at="2031-04-01T00:00:00Z")
        assert rule_on_all(store.db.conn, made, ()) == [made]
    assert made == Decision(**{**{n: getattr(made, n) for n in made.__slots__}, "made_on": ""})
