"""Rulings of several reviewers, undo, the pages on questions, stories, sources and quality, and the exports."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconcile.errors import StoreError
from reconcile.model import Source, Story
from reconcile.publish import quality
from reconcile.publish.decisions import new_decision, standing, withdrawal
from reconcile.publish.desk import plots, queries, words
from reconcile.publish.desk.filters import Filters
from reconcile.publish.store import Store
from tests import builders as b
from tests.test_desk import BRIDGE, COPY, EVIL, HURT, SINCE, page_of, post, serve, signed_in

ATOM = "{http://www.w3.org/2005/Atom}"
REVIEWERS = {"allow": {"id": ["ana", "ben"]}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    where = tmp_path / "desk.db"
    with Store(where) as store:
        store.publish(b.publication())
    return where


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    conn = sqlite3.connect(path)
    try:
        return conn.execute(sql).fetchall()
    finally:
        conn.close()


async def found(datasette: Any, address: str, actor: str = "") -> Any:
    cookies = signed_in(datasette, actor) if actor else {}
    response = await datasette.client.get(address, cookies=cookies)
    assert response.status_code == 200, address
    return response.json() if ".json" in address and ".jsonld" not in address else response.text


# -------------------------------------------------------------------------------------------- ruling and undoing


async def test_side_and_reason_are_recorded(path: Path) -> None:
    datasette = await serve(path, **REVIEWERS)
    said = {"ruling": "conflict", "side": "b", "reason": "source-error", "note": "asked the hospital"}
    await post(datasette, page_of(HURT), said, actor="ana")
    assert rows(path, "SELECT ruling, side, reason, note FROM decisions") == [tuple(said.values())]
    text = await found(datasette, page_of(HURT), "ana")
    assert "Valley Wire is right" in text
    assert "A source is wrong" in text


@pytest.mark.parametrize("wrong", [{"side": "c"}, {"reason": "because"}, {"ruling": "withdrawn"}])
async def test_unknown_words_are_refused(path: Path, wrong: dict[str, str]) -> None:
    datasette = await serve(path, **REVIEWERS)
    response = await post(datasette, page_of(HURT), {"ruling": "conflict", **wrong}, actor="ana")
    assert response.status_code == 400
    assert rows(path, "SELECT * FROM decisions") == []


async def test_same_form_twice_is_one_ruling(path: Path) -> None:
    datasette = await serve(path, **REVIEWERS)
    for _ in range(2):
        assert (await post(datasette, page_of(HURT), {"ruling": "scope"}, actor="ana")).status_code == 302
    assert rows(path, "SELECT count(*) FROM decisions") == [(1,)]


async def test_ruling_as_json(path: Path) -> None:
    datasette = await serve(path, **REVIEWERS)
    answer = await post(datasette, page_of(HURT), {"ruling": "scope"}, actor="ana", accept="application/json")
    assert answer.json()["decision"]["ruling"] == "scope"
    assert answer.json()["following"] == BRIDGE
    bad = await post(datasette, page_of(HURT), {"ruling": "no"}, actor="ana", accept="application/json")
    assert (bad.status_code, bad.json()["ok"]) == (400, False)


async def test_ruling_in_the_queue_leads_back_to_it(path: Path) -> None:
    datasette = await serve(path, **REVIEWERS)
    data = {"ruling": "update", "then": "queue", "page": "2"}
    response = await post(datasette, page_of(HURT) + "?severity=high", data, actor="ana")
    assert response.headers["location"] == "/-/reconcile?severity=high&page=2"


async def test_undo_is_a_new_row_and_what_was_before_stands_again(path: Path) -> None:
    datasette = await serve(path, **REVIEWERS)
    for ruling in ("conflict", "update"):
        await post(datasette, page_of(HURT), {"ruling": ruling}, actor="ana")
    for left, state in (("conflict", "decided"), (None, "open")):
        last = rows(path, "SELECT decision_id FROM decisions_standing")[0][0]
        response = await post(datasette, "/-/reconcile/undo", {"decision": last}, actor="ana")
        assert response.headers["location"] == page_of(HURT)
        shown = await found(datasette, page_of(HURT) + ".json", "ana")
        assert (shown["finding"]["decision"] or {}).get("ruling") == left
        queue = await found(datasette, f"/-/reconcile.json?state={state}")
        assert HURT in [f["id"] for f in queue["findings"]]
    assert [r for (r,) in rows(path, "SELECT ruling FROM decisions")] == [
        "conflict",
        "update",
        "withdrawn",
        "withdrawn",
    ]
    assert "Withdrawn" in await found(datasette, page_of(HURT), "ana")


async def test_only_ones_own_standing_ruling_can_be_undone(path: Path) -> None:
    datasette = await serve(path, **REVIEWERS)
    await post(datasette, page_of(HURT), {"ruling": "conflict"}, actor="ana")
    ((decision,),) = rows(path, "SELECT decision_id FROM decisions")
    assert (await post(datasette, "/-/reconcile/undo", {"decision": decision}, actor="ben")).status_code == 409
    assert (await post(datasette, "/-/reconcile/undo", {"decision": "none"}, actor="ana")).status_code == 409
    assert (await post(datasette, "/-/reconcile/undo", {"decision": decision})).status_code == 403
    await post(datasette, "/-/reconcile/undo", {"decision": decision}, actor="ana")
    assert (await post(datasette, "/-/reconcile/undo", {"decision": decision}, actor="ana")).status_code == 409
    assert rows(path, "SELECT count(*) FROM decisions") == [(2,)]


RULINGS = st.lists(st.sampled_from(["conflict", "update", "undo"]), max_size=8)


@given(RULINGS)
def test_standing_agrees_with_the_view(given: list[str]) -> None:
    with Store(":memory:") as store:
        store.publish(b.publication())
        form = next(f for f in store.finding_dicts() if f["id"] == HURT)
        stack: list[str] = []
        for number, word in enumerate(given):
            now = f"2031-03-05T00:00:{number:02}Z"
            last = next(iter(standing(store.decisions())), None)
            if word == "undo":
                if last is not None:
                    store.record(withdrawal(last, now))
                    stack.pop()
                continue
            before = last.decision_id if last else ""
            store.record(new_decision(form, word, reviewer="ana", created_at=now, supersedes=before))
            stack.append(word)
        view = [row[0] for row in store.db.execute("SELECT ruling FROM decisions_standing")]
        assert view == [d.ruling for d in standing(store.decisions())] == stack[-1:]


# -------------------------------------------------------------------------------------------- several reviewers


async def test_reviewers_do_not_see_each_other_until_they_have_ruled(path: Path) -> None:
    datasette = await serve(path, **REVIEWERS)
    await post(datasette, page_of(HURT), {"ruling": "conflict", "note": "seen by ana"}, actor="ana")
    blind = await found(datasette, page_of(HURT), "ben")
    assert "seen by ana" not in blind
    assert "1 other reviewer ruled on this" in blind
    shown = await found(datasette, page_of(HURT) + ".json", "ben")
    assert (shown["finding"]["decision"], shown["decisions"], shown["others_hidden"]) == (None, [], 1)
    listed = await found(datasette, "/-/reconcile.json?state=second", "ben")
    assert [(f["id"], f["ruling"]) for f in listed["findings"]] == [(HURT, "hidden")]
    assert "ruled on by another" in await found(datasette, "/-/reconcile?state=second", "ben")
    await post(datasette, page_of(HURT), {"ruling": "update"}, actor="ben")
    text = await found(datasette, page_of(HURT), "ben")
    assert "seen by ana" in text
    assert "2 reviewers, who differ" in text
    assert (await found(datasette, "/-/reconcile.json?state=second", "ben"))["count"] == 0
    assert "seen by ana" in await found(datasette, page_of(HURT), "ana")


LISTS = ("/-/reconcile.json?state=all", "/-/reconcile/question/c-hurt.json", "/-/reconcile/article/ferry~2F1.json")


@pytest.mark.parametrize(
    ("settings", "person", "sees"),
    [
        (REVIEWERS, "", False), (REVIEWERS, "mallory", False), (REVIEWERS, "ben", False), (REVIEWERS, "ana", True),
        (REVIEWERS, "root", True), ({"blind": True}, "", False), ({**REVIEWERS, "blind": False}, "", True),
        ({**REVIEWERS, "blind": False}, "mallory", True), ({**REVIEWERS, "blind": False}, "ben", True),
        ({**REVIEWERS, "local": True}, "", True),
    ],
    ids=["nobody", "other", "reviewer", "who ruled", "root", "blind", "open, nobody", "open, other", "open, reviewer",
         "single"],
)  # fmt: skip
async def test_who_sees_what_one_ruled(path: Path, settings: dict[str, Any], person: str, sees: bool) -> None:
    """Whoever is not to see a ruling does not see it by signing out either, on any page or in any export."""
    await post(await serve(path, **REVIEWERS), page_of(HURT), {"ruling": "conflict", "note": "thick fog"}, actor="ana")
    datasette = await serve(path, **settings)
    shown = await found(datasette, page_of(HURT) + ".json", person)
    assert [d["note"] for d in shown["decisions"]] == (["thick fog"] if sees else [])
    assert ((shown["finding"]["decision"] or {}).get("reviewer") == "ana") == sees
    assert shown["others_hidden"] == (not sees)
    assert ("thick fog" in await found(datasette, page_of(HURT), person)) == sees
    for address in LISTS:
        (listed,) = [f for f in (await found(datasette, address, person))["findings"] if f["id"] == HURT]
        assert listed["ruling"] == ("conflict" if sees else "hidden"), address
    graph = json.loads(await found(datasette, "/-/reconcile/claimreview.jsonld", person))["@graph"]
    assert {r["author"]["name"] for r in graph} == ({"ana"} if sees else set())
    cookies = signed_in(datasette, person) if person else {}
    one = await datasette.client.get(page_of(HURT) + ".jsonld", cookies=cookies)
    assert one.status_code == (200 if sees else 404)


async def test_a_stale_ruling_of_ones_own_shows_none_of_the_others(path: Path) -> None:
    datasette = await serve(path, **REVIEWERS)
    await post(datasette, page_of(HURT), {"ruling": "conflict"}, actor="ben")
    with Store(path) as store:
        store.publish(b.publication(findings=(replace(b.HURT, value_b="20 people"), b.BRIDGE)))
    await post(datasette, page_of(HURT), {"ruling": "conflict", "note": "thick fog"}, actor="ana")
    assert "thick fog" not in await found(datasette, page_of(HURT), "ben")
    (listed,) = (await found(datasette, "/-/reconcile.json?state=second", "ben"))["findings"]
    assert listed["ruling"] == "hidden"
    assert json.loads(await found(datasette, "/-/reconcile/claimreview.jsonld", "ben"))["@graph"] == []
    await post(datasette, page_of(HURT), {"ruling": "update"}, actor="ben")
    assert "thick fog" in await found(datasette, page_of(HURT), "ben")
    assert json.loads(await found(datasette, "/-/reconcile/claimreview.jsonld", "ben"))["@graph"] == []


@pytest.mark.parametrize(
    ("ruled", "current", "count"),
    [
        pytest.param(["ana conflict", "ben scope", "ana conflict"], ("conflict", "ana"), 3, id="said again"),
        pytest.param(["ana conflict", "ben conflict", "ana conflict"], ("conflict", "ana"), 3, id="agreed, said again"),
        pytest.param(["ana conflict", "ana conflict"], ("conflict", "ana"), 1, id="sent twice"),
        pytest.param(["ana conflict", "ben scope", "ben scope"], ("scope", "ben"), 2, id="sent twice by the second"),
        pytest.param(["ana conflict", "ben unsure", "ana conflict"], ("conflict", "ana"), 2, id="still current"),
        pytest.param(["ana unsure", "ben scope", "ana unsure"], ("scope", "ben"), 2, id="unsure gives way"),
    ],
)
async def test_saying_it_again(path: Path, ruled: list[str], current: tuple[str, str], count: int) -> None:
    datasette = await serve(path, **REVIEWERS)
    for one in ruled:
        name, ruling = one.split()
        await post(datasette, page_of(HURT), {"ruling": ruling}, actor=name)
    assert rows(path, "SELECT ruling, reviewer FROM decisions_current") == [current]
    assert rows(path, "SELECT count(*) FROM decisions") == [(count,)]


async def test_ruling_again_at_once_after_undoing_counts(path: Path) -> None:
    """An id is made of the content and the time, so the time must tell the two rulings apart."""
    datasette = await serve(path, **REVIEWERS)
    for _ in range(3):
        await post(datasette, page_of(HURT), {"ruling": "scope"}, actor="ana")
        ((standing_now, at),) = rows(path, "SELECT decision_id, created_at FROM decisions_standing")
        assert len(at) == len("2031-03-05T09:00:00.000000Z")
        await post(datasette, "/-/reconcile/undo", {"decision": standing_now}, actor="ana")
        assert rows(path, "SELECT count(*) FROM decisions_standing") == [(0,)]
    assert rows(path, "SELECT count(*) FROM decisions") == [(6,)]


async def test_unsure_does_not_reopen_what_another_settled(path: Path) -> None:
    datasette = await serve(path, **REVIEWERS)
    await post(datasette, page_of(HURT), {"ruling": "conflict"}, actor="ana")
    await post(datasette, page_of(HURT), {"ruling": "unsure"}, actor="ben")
    assert rows(path, "SELECT ruling, reviewer FROM decisions_current") == [("conflict", "ana")]
    assert (await found(datasette, "/-/reconcile.json"))["states"]["open"] == 2


async def test_stale_rulings_have_a_list(path: Path) -> None:
    datasette = await serve(path, **REVIEWERS)
    for finding in (HURT, SINCE):
        await post(datasette, page_of(finding), {"ruling": "conflict"}, actor="ana")
    with Store(path) as store:
        store.publish(b.publication(findings=(replace(b.HURT, value_b="20 people"), b.BRIDGE)))
    queue = await found(datasette, "/-/reconcile.json?state=stale")
    assert [f["id"] for f in queue["findings"]] == [HURT]
    assert queue["states"]["open"] == 2
    text = await found(datasette, "/-/reconcile/quality", "ana")
    assert "its quotes or values changed" in text
    assert "the finding is gone" in text
    for blind in ("", "mallory", "ben"):
        assert (await found(datasette, "/-/reconcile/quality.json", blind))["stale"] == []
    assert len((await found(datasette, "/-/reconcile/quality.json", "root"))["stale"]) == 2


async def test_agreement_is_shown(path: Path) -> None:
    datasette = await serve(path, **REVIEWERS)
    for finding, ana, ben in (
        (HURT, "conflict", "conflict"),
        (BRIDGE, "conflict", "update"),
        (SINCE, "scope", "scope"),
    ):
        await post(datasette, page_of(finding), {"ruling": ana}, actor="ana")
        await post(datasette, page_of(finding), {"ruling": ben}, actor="ben")
    report = await found(datasette, "/-/reconcile/quality.json")
    (pair,) = report["agreement"]
    assert (pair["a"], pair["b"], pair["both"], pair["same"]) == ("ana", "ben", 3, 2)
    assert pair["kappa"] == pytest.approx(0.5)
    assert "0.50" in await found(datasette, "/-/reconcile/quality")


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], None),
        ([("x", "x")] * 3, None),
        ([("x", "x"), ("y", "y")], 1.0),
        ([("x", "y"), ("y", "x")], -1.0),
        ([("x", "x")] * 20 + [("x", "y")] * 5 + [("y", "x")] * 10 + [("y", "y")] * 15, 0.4),
    ],
)
def test_kappa(pairs: list[tuple[str, str]], expected: float | None) -> None:
    assert quality.kappa(pairs) == (expected if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [(0, 0, 0.0, 1.0), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (0, 10, 0.0, 0.2775), (1, 1, 0.2065, 1.0)],
)
def test_wilson(right: int, of: int, low: float, high: float) -> None:
    assert quality.wilson(right, of) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


async def test_quality_counts_rulings_that_hold(path: Path) -> None:
    datasette = await serve(path, **REVIEWERS)
    for finding, ruling in ((HURT, "conflict"), (BRIDGE, "not-a-conflict"), (SINCE, "unsure"), (COPY, "update")):
        await post(datasette, page_of(finding), {"ruling": ruling}, actor="ana")
    report = await found(datasette, "/-/reconcile/quality.json")
    assert {s["name"]: (s["right"], s["of"]) for s in report["relations"]} == {"conflict": (1, 2), "update": (1, 1)}
    assert {s["name"]: (s["right"], s["of"]) for s in report["fields"]} == {"value": (1, 1), "polarity": (0, 1)}
    assert "value: values differ" in {s["name"] for s in report["rules"]}


# -------------------------------------------------------------------------------------------- questions, stories


async def test_question_groups_answers_and_counts_origins(path: Path) -> None:
    datasette = await serve(path)
    asked = (await found(datasette, "/-/reconcile/question/c-hurt.json"))["question"]
    assert (asked["articles"], asked["origins"], asked["field"]) == (3, 2, "value")
    by_value = {a["value"]: a for a in asked["answers"]}
    assert {value: answer["origins"] for value, answer in by_value.items()} == {"≥ 12 people": 1, "12": 1, "19": 1}
    everyone = {s["article_id"] for a in asked["answers"] for s in a["said"]}
    copies = {c["article_id"] for a in asked["answers"] for s in a["said"] for c in s["copies"]}
    assert everyone | copies == {"ferry/1", "ferry/2", "ferry/3"}
    text = await found(datasette, "/-/reconcile/question/c-hurt")
    assert "3 articles, 2 independent origins" in text
    assert '<line class="span answer' in text
    assert "<circle" in text


async def test_finding_shows_who_else_answers(path: Path) -> None:
    datasette = await serve(path)
    text = await found(datasette, page_of(HURT))
    section = text.split("Who answers this question")[1].split("Field by field")[0]
    assert "3 articles, 2 independent origins" in section
    assert "Ang Dalampasigan" in section
    assert '/-/reconcile/question/c-hurt"' in section


async def test_story_is_a_matrix_of_questions_and_sources(path: Path) -> None:
    datasette = await serve(path)
    story = (await found(datasette, "/-/reconcile/story/ferry.json"))["story"]
    cells = {q["id"]: {source: c["state"] for source, c in q["cells"].items()} for q in story["questions"]}
    assert cells["c-since"] == {"harbour-post": "conflict", "valley-wire": "conflict"}
    assert cells["c-hurt"]["ang-dalampasigan"] == "update"
    text = await found(datasette, "/-/reconcile/story/ferry")
    assert '<td class="conflict" dir="auto">≥ 12 people<span class="sr"> (conflict)' in text
    assert '<td class="silent"><span class="sr">silent' in text
    assert "Who repeats whom" in text
    assert 'aria-label="4 Mar 2031, 09:00 UTC: Ramp gives way at Odel Quay"' in text


async def test_sources_disagree_and_repeat(path: Path) -> None:
    datasette = await serve(path)
    shown = await found(datasette, "/-/reconcile/sources.json")
    pair = next(p for p in shown["pairs"] if {p["a"], p["b"]} == {"harbour-post", "valley-wire"})
    assert (pair["conflict"], pair["compared"]) == (3, 3)
    assert [(c["article_id"], c["origin_id"], c["kind"]) for c in shown["copied"]] == [
        ("ferry/3", "ferry/1", "translation")
    ]
    text = await found(datasette, "/-/reconcile/source/valley-wire")
    assert "100 %" in text
    assert 'href="/-/reconcile/source/harbour-post"' in text
    heat = await found(datasette, "/-/reconcile/sources")
    assert "3 conflicts of 3 compared" in heat


async def test_pages_lead_to_each_other(path: Path) -> None:
    datasette = await serve(path)
    assert 'href="/-/reconcile/story/ferry"' in await found(datasette, "/-/reconcile/stories")
    assert 'href="/-/reconcile/story/ferry"' in await found(datasette, page_of(HURT))
    for address in ("question/none", "story/none", "source/none", "question/none.json", "none.jsonld"):
        assert (await datasette.client.get(f"/-/reconcile/{address}")).status_code == 404


@pytest.mark.parametrize(
    ("table", "page"),
    [("findings", HURT), ("articles", "article/ferry~2F1"), ("clusters", "question/c-hurt"), ("stories", "story/ferry"),
     ("sources", "source/valley-wire"), ("conflicts_open", HURT)],
)  # fmt: skip
async def test_tables_lead_to_our_pages(path: Path, table: str, page: str) -> None:
    datasette = await serve(path)
    assert f'href="/-/reconcile/{page}"' in (await datasette.client.get(f"/desk/{table}")).text


# -------------------------------------------------------------------------------------------- plots


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
@example(0.0, 5e-324)
@example(1e12, 1e12 + 1e-4)
def test_ticks_lie_inside(a: float, c: float) -> None:
    low, high = sorted((a, c))
    ticks = plots.nice_ticks(low, high)
    assert 1 <= len(ticks) <= 12 or high - low < 1e-9
    room = 1e-6 * max(1.0, abs(low), abs(high))
    assert all(low - room <= tick <= high + room for tick in ticks)


def said(low: float | None, high: float | None, **more: Any) -> dict[str, Any]:
    base = {"low": low, "high": high, "unit": "", "published": "2031-03-04", "article_id": "x", "days": None}
    return {**base, "source": "S", "copies": [], **more}


def test_open_ended_values_reach_the_edge() -> None:
    answers = [{"said": [said(12, None)]}, {"said": [said(19, 19)]}, {"said": [said(None, 30)]}]
    plot = plots.value_strip(answers)
    assert plot is not None
    spans = [m for lane in plot.lanes for m in lane.marks if "span" in m.kind]
    assert [(m.open, m.high == plots.WIDTH, m.low == 0.0) for m in spans] == [
        ("right", True, False),
        ("left", False, True),
    ]


@pytest.mark.parametrize("values", [[], [(1.0, 1.0)], [(None, None), (1.0, 2.0)]])
def test_one_value_is_no_plot(values: list[tuple[float | None, float | None]]) -> None:
    assert plots.value_strip([{"said": [said(*v)]} for v in values]) is None


def test_large_ranges_are_logarithmic() -> None:
    plot = plots.value_strip([{"said": [said(v, v)]} for v in (1, 1000, 1_000_000)])
    assert plot is not None
    assert [round(lane.marks[0].low) for lane in plot.lanes] == [4, 50, 96]


@pytest.mark.parametrize(("conflict", "compared", "shade"), [(0, 9, 0), (1, 100, 1), (5, 10, 3), (3, 3, 5), (0, 0, 0)])
def test_heat(conflict: int, compared: int, shade: int) -> None:
    assert plots.heat(conflict, compared) == shade


def test_relation_in_words_names_what_else_differs() -> None:
    other = {"field": "period", "role": "identity", "outcome": "disagree", "a": "Oct. 20", "b": "Friday"}
    finding = {"relation": "conflict", "field": "direction", "a": {"value": "up 14 %"}, "b": {"value": "plunges"}}
    assert words.relation_in_words({**finding, "outcomes": [other]}) == (
        "“up 14 %” against “plunges”: opposite directions. The times differ: Oct. 20 / Friday."
    )


# -------------------------------------------------------------------------------------------- exports


async def test_atom_feed_of_open_conflicts(path: Path) -> None:
    datasette = await serve(path, **REVIEWERS)
    await post(datasette, page_of(SINCE), {"ruling": "conflict"}, actor="ana")
    response = await datasette.client.get("/-/reconcile/conflicts.atom")
    assert response.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(response.text)
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert sorted(map(str, ids)) == sorted(f"urn:reconcile:{i}" for i in (HURT, BRIDGE))
    assert feed.findtext(f"{ATOM}updated") == "2031-03-04T12:30:00Z"
    links = [link.get("href") for link in feed.iter(f"{ATOM}link")]
    assert f"http://localhost{page_of(HURT)}" in links


async def test_claim_review_of_confirmed_conflicts(path: Path) -> None:
    datasette = await serve(path, **REVIEWERS)
    assert (await datasette.client.get(page_of(HURT) + ".jsonld")).status_code == 404
    await post(datasette, page_of(HURT), {"ruling": "conflict", "side": "b"}, actor="ana")
    await post(datasette, page_of(SINCE), {"ruling": "conflict"}, actor="ana")
    await post(datasette, page_of(BRIDGE), {"ruling": "update"}, actor="ana")
    (one,) = json.loads(await found(datasette, page_of(HURT) + ".jsonld", "ana"))["@graph"]
    assert one["claimReviewed"] == b.HURT_A.quote
    assert one["itemReviewed"]["author"]["name"] == "Harbour Post"
    assert one["reviewRating"]["ratingValue"] == 1
    assert "19 injured" in one["reviewRating"]["alternateName"]
    every = json.loads(await found(datasette, "/-/reconcile/claimreview.jsonld", "ana"))
    assert [r["claimReviewed"] for r in every["@graph"]].count(b.HURT_A.quote) == 1
    assert len(every["@graph"]) == 3


async def test_publication_shows_quotes_only(path: Path) -> None:
    datasette = await serve(path, publish=True, **REVIEWERS)
    secret = "The ferry was about to leave."
    assert b.HURT_A.quote in (await datasette.client.get(page_of(HURT) + ".json")).json()["finding"]["a"]["quote"]
    pages = ("", f"/{HURT}", f"/{HURT}.json", "/article/ferry~2F1", "/article/ferry~2F1.json", "/story/ferry")
    for address in (f"/-/reconcile{page}" for page in (*pages, "/question/c-hurt")):
        page = await datasette.client.get(address)
        assert page.status_code == 200, address
        assert secret not in page.text, address
    for table in ("articles", "sentences", "claims", "pages", "claims_readable", "articles_fts", "sentences_dropped"):
        assert (await datasette.client.get(f"/desk/{table}")).status_code == 403, table
        assert (
            await datasette.client.get(f"/desk/{table}.json", cookies=signed_in(datasette, "root"))
        ).status_code == 403
    assert (await datasette.client.get("/desk?sql=select+text+from+articles")).status_code == 403
    assert (await datasette.client.get("/desk.db")).status_code == 403
    assert (await datasette.client.get("/desk/conflicts_open")).status_code == 200


# -------------------------------------------------------------------------------------------- hostile texts, old files


@pytest.fixture
def evil(tmp_path: Path) -> Path:
    where = tmp_path / "evil.db"
    sources = tuple(replace(s, name=s.name + EVIL, owner=EVIL) for s in b.SOURCES)
    articles = tuple(replace(a, title=a.title + EVIL, url="javascript:alert(1)//" + EVIL) for a in b.ARTICLES)
    clusters = tuple(replace(c, label=c.label + EVIL) for c in b.CLUSTERS)
    stories = tuple(replace(s, title=s.title + EVIL) for s in b.STORIES)
    findings = tuple(
        replace(f, about=EVIL, value_a=EVIL, value_b=f'" onload="x{EVIL}') for f in (b.HURT, b.SINCE, b.COPY)
    )
    with Store(where) as store:
        store.publish(
            b.publication(sources=sources, articles=articles, clusters=clusters, stories=stories, findings=findings)
        )
    return where


@pytest.mark.parametrize(
    "address",
    ["", "/stories", "/sources", "/quality", "/question/c-hurt", "/question/c-since", "/story/ferry",
     "/source/valley-wire", f"/{HURT}", "/article/ferry~2F1"],
)  # fmt: skip
async def test_no_page_runs_what_a_text_says(evil: Path, address: str) -> None:
    datasette = await serve(evil, **REVIEWERS)
    await post(datasette, page_of(HURT), {"ruling": "conflict", "note": EVIL}, actor="ana")
    text = await found(datasette, f"/-/reconcile{address}", "ana")
    assert "<script>" not in text
    assert '" onload=' not in text
    assert 'href="javascript' not in text


async def test_hostile_feed_is_well_formed(tmp_path: Path) -> None:
    where = tmp_path / "x.db"
    with Store(where) as store:
        store.publish(b.publication(findings=(replace(b.HURT, about="a\x00b\x0b]]>" + EVIL),)))
    datasette = await serve(where)
    feed = ElementTree.fromstring((await datasette.client.get("/-/reconcile/conflicts.atom")).text)
    assert feed.findtext(f"{ATOM}entry/{ATOM}title") == "ab]]>" + EVIL


async def test_file_of_an_older_version_is_explained(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute("DELETE FROM _sqlite_migrations WHERE name = (SELECT max(name) FROM _sqlite_migrations)")
    conn.commit()
    conn.close()
    datasette = await serve(path)
    page = await datasette.client.get("/-/reconcile")
    assert page.status_code == 404
    assert "older reconcile" in page.text


def test_migration_fills_what_the_queue_counts_by(path: Path) -> None:
    before = rows(path, "SELECT finding_id, source_a, source_b, lang_a, lang_b, published FROM findings")
    conn = sqlite3.connect(path)
    for index in ("queue", "sources", "story"):
        conn.execute(f"DROP INDEX idx_findings_{index}")
    for column in ("source_a", "source_b", "lang_a", "lang_b", "published"):
        conn.execute(f"ALTER TABLE findings DROP COLUMN {column}")
    conn.execute("DELETE FROM _sqlite_migrations WHERE name IN ('0004_queue', '0009_overviews')")
    conn.commit()
    conn.close()
    with Store(path):
        pass
    assert rows(path, "SELECT finding_id, source_a, source_b, lang_a, lang_b, published FROM findings") == before


# -------------------------------------------------------------------------------------------- counts


@pytest.fixture
def counted(path: Path) -> Iterator[sqlite3.Connection]:
    conn = sqlite3.connect(path)
    yield conn
    conn.close()


@pytest.mark.parametrize(
    "chosen",
    [{}, {"relation": "any"}, {"source": "harbour-post"}, {"lang": "tl", "relation": "any"}, {"state": "decided"},
     {"state": "all", "since": "2031-03-04"}, {"q": "LINE"}, {"until": "2031-03-03", "relation": "any"}],
    ids=str,
)  # fmt: skip
async def test_counts_are_what_the_filters_leave(
    path: Path, chosen: dict[str, str], counted: sqlite3.Connection
) -> None:
    datasette = await serve(path, **REVIEWERS)
    await post(datasette, page_of(SINCE), {"ruling": "conflict"}, actor="ana")
    filters = Filters(**chosen)
    listing = queries.queue(counted, filters, 1)
    assert len(listing.findings) == listing.count == listing.states[filters.state]
    for name, choices in listing.choices.items():
        for choice in choices:
            narrowed = queries.queue(counted, replace(filters, **{name: choice.value}), 1)
            assert narrowed.count == choice.count, (name, choice)


async def test_counts_follow_a_new_run(path: Path) -> None:
    datasette = await serve(path)
    assert (await found(datasette, "/-/reconcile.json"))["count"] == 3
    more = (*b.STORIES, Story("s3", "Third", (), "d"))
    with Store(path) as store:
        store.publish(b.publication(findings=(b.HURT,), stories=more, sources=(*b.SOURCES, Source("n", "N", "N"))))
    queue = await found(datasette, "/-/reconcile.json")
    assert (queue["count"], queue["choices"]["field"][0]["count"]) == (1, 1)


def test_decision_words_are_checked() -> None:
    form = {"id": "x", "a": {"quote": "q", "value": "1"}, "b": {"quote": "r", "value": "2"}}
    with pytest.raises(StoreError, match="side"):
        new_decision(form, "conflict", reviewer="ana", created_at="2031-03-05", side="left")
