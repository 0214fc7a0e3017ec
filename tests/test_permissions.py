"""Who may see and do what: every route of the review pages, for everyone who may come by, as one table."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from reconcile.publish.desk import guard, plugin
from reconcile.publish.desk.access import SHOWN_TABLES
from reconcile.publish.desk.render import HEADERS
from reconcile.publish.store import Store
from tests import builders as b
from tests.test_desk import HURT, page_of, post, serve, signed_in

PAGES = (
    "/-/reconcile",
    "/-/reconcile.json",
    page_of(HURT),
    page_of(HURT) + ".json",
    "/-/reconcile/article/ferry~2F1",
    "/-/reconcile/article/ferry~2F1.json",
    "/-/reconcile/question/c-hurt",
    "/-/reconcile/question/c-hurt.json",
    "/-/reconcile/story/ferry",
    "/-/reconcile/story/ferry.json",
    "/-/reconcile/source/harbour-post",
    "/-/reconcile/source/harbour-post.json",
    "/-/reconcile/stories",
    "/-/reconcile/stories.json",
    "/-/reconcile/sources",
    "/-/reconcile/sources.json",
    "/-/reconcile/quality",
    "/-/reconcile/quality.json",
    "/-/reconcile/conflicts.atom",
    "/-/reconcile/claimreview.jsonld",
)
STATIC = ("/-/reconcile/desk.css", "/-/reconcile/desk.js", "/-/reconcile/tables.css")
POSTED = (page_of(HURT), "/-/reconcile/undo")
PEOPLE = ("", "mallory", "ana", "root")  # nobody, signed in without permission, reviewer, root
REVIEWERS = {"allow": {"id": "ana"}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    where = tmp_path / "desk.db"
    with Store(where) as store:
        store.publish(b.publication())
    return where


def cookies(datasette: Datasette, person: str) -> dict[str, str]:
    return signed_in(datasette, person) if person else {}


def decided(path: Path) -> list[tuple[str, str]]:
    conn = sqlite3.connect(path)
    try:
        return conn.execute("SELECT ruling, reviewer FROM decisions ORDER BY rowid").fetchall()
    finally:
        conn.close()


def _known() -> set[str]:
    """The names of the handlers that the tables above reach."""
    import re

    reached = set()
    routes = plugin.register_routes()
    for address in (*PAGES, *STATIC, *POSTED, page_of(HURT) + ".jsonld"):
        reached.add(next(pattern for pattern, _ in routes if re.match(pattern, address)))
    return reached


def test_every_route_is_in_the_tables() -> None:
    assert {pattern for pattern, _ in plugin.register_routes()} == _known()


@pytest.mark.parametrize("person", PEOPLE, ids=lambda p: p or "nobody")
@pytest.mark.parametrize(
    "wall",
    [
        {},
        {"allow": {"id": ["ana", "root"]}},
        {"databases": {"desk": {"allow": {"id": ["ana", "root"]}}}},
    ],
    ids=["open", "instance", "database"],
)
async def test_who_may_read(path: Path, person: str, wall: dict[str, Any]) -> None:
    datasette = Datasette([str(path)], metadata={**wall, "plugins": {"reconcile": REVIEWERS}})
    await datasette.invoke_startup()
    expected = 200 if not wall or person in ("ana", "root") else 403
    for address in PAGES:
        response = await datasette.client.get(address, cookies=cookies(datasette, person))
        assert response.status_code == expected, address
        if expected == 403:
            assert "Odel Quay" not in response.text
            assert "harbour" not in response.text.lower()


@pytest.mark.parametrize("table", SHOWN_TABLES)
async def test_whoever_may_not_see_a_table_sees_no_page(path: Path, table: str) -> None:
    wall = {"databases": {"desk": {"tables": {table: {"allow": {"id": "ana"}}}}}}
    datasette = Datasette([str(path)], metadata=wall)
    await datasette.invoke_startup()
    for address in PAGES:
        assert (await datasette.client.get(address, cookies=cookies(datasette, "mallory"))).status_code == 403, address
    assert (await datasette.client.get("/-/reconcile", cookies=cookies(datasette, "ana"))).status_code == 200


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize(
    ("person", "ruled", "undone"),
    [("", 403, 403), ("mallory", 403, 403), ("ana", (302, 200), 409), ("root", (302, 200), 409)],
    ids=["nobody", "signed in", "reviewer", "root"],
)
async def test_who_may_rule(path: Path, person: str, ruled: Any, undone: int, accept: str) -> None:
    datasette = await serve(path, **REVIEWERS)
    expected = ruled if isinstance(ruled, int) else ruled[accept != "text/html"]
    response = await post(datasette, page_of(HURT), {"ruling": "scope"}, actor=person, accept=accept)
    assert response.status_code == expected
    assert decided(path) == ([("scope", person)] if expected != 403 else [])
    response = await post(datasette, "/-/reconcile/undo", {"decision": "not one"}, actor=person, accept=accept)
    assert response.status_code == undone


@pytest.mark.parametrize("address", POSTED)
@pytest.mark.parametrize("person", ["ana", "root"])
async def test_no_ruling_without_the_token_of_the_form(path: Path, address: str, person: str) -> None:
    datasette = await serve(path, **REVIEWERS)
    who = cookies(datasette, person)
    for data in ({"ruling": "scope"}, {"ruling": "scope", "csrftoken": "made-up"}):
        assert (await datasette.client.post(address, data=data, cookies=who)).status_code == 403
    plain = await datasette.client.post(address, json={"ruling": "scope"}, cookies=who)
    assert plain.status_code == 403
    assert decided(path) == []


async def test_reading_never_writes(path: Path) -> None:
    datasette = await serve(path, **REVIEWERS)
    who = cookies(datasette, "ana")
    for address in PAGES:
        query = "?ruling=scope&decision=x&csrftoken=x"
        assert (await datasette.client.get(address + query, cookies=who)).status_code == 200
    assert (await datasette.client.get("/-/reconcile/undo?decision=x", cookies=who)).status_code == 405
    assert decided(path) == []


@pytest.mark.parametrize("person", PEOPLE, ids=lambda p: p or "nobody")
async def test_static_files_are_for_everyone(path: Path, person: str) -> None:
    datasette = Datasette([str(path)], metadata={"allow": {"id": "ana"}})
    await datasette.invoke_startup()
    for address in STATIC:
        assert (await datasette.client.get(address, cookies=cookies(datasette, person))).status_code == 200


# -- what every answer of ours has ---------------------------------------------------------------------------------


@pytest.mark.parametrize("base", ["/", "/desk/"])
async def test_every_answer_has_the_strict_headers(path: Path, base: str) -> None:
    datasette = Datasette([str(path)], settings={"base_url": base})
    await datasette.invoke_startup()
    missing = (page_of("0" * 16), "/-/reconcile/story/none", "/-/reconcile/article/none.json", "/-/reconcile/a/b/c")
    for address in (*PAGES, *STATIC, *missing):
        response = await datasette.client.get(address)
        assert response.status_code == (404 if address in missing else 200), address
        for name, value in HEADERS.items():
            assert response.headers.get_list(name) == [value], address
    for address in POSTED:
        refused = await datasette.client.post(address, data={"ruling": "scope"})
        assert (refused.status_code, refused.headers["content-security-policy"]) == (
            403,
            HEADERS["Content-Security-Policy"],
        )


async def test_nothing_of_a_request_is_printed(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    datasette = await serve(path, **REVIEWERS)
    who = cookies(datasette, "ana")
    for address in ("/-/reconcile/a/b/c", page_of("0" * 16), "/-/reconcile/story/none", "/nowhere"):
        assert (await datasette.client.get(address, cookies=who)).status_code == 404
    out, err = capfd.readouterr()
    assert who["ds_actor"] not in out + err
    assert "ds_actor" not in out + err


async def test_pages_of_others_are_left_alone(path: Path) -> None:
    datasette = await serve(path)
    assert "content-security-policy" not in (await datasette.client.get("/")).headers


def _pieces(count: int) -> Any:
    async def made() -> Any:
        for _ in range(count):
            yield b"x" * 1000

    return made()


@pytest.mark.parametrize("address", POSTED)
async def test_more_than_a_form_holds_is_refused(path: Path, address: str) -> None:
    datasette = await serve(path, **REVIEWERS)
    who = cookies(datasette, "ana")
    for content in (b"note=" + b"x" * guard.MAX_BODY, _pieces(80)):
        response = await datasette.client.post(address, content=content, cookies=who)
        assert response.status_code == 413
        assert response.json()["ok"] is False
        assert response.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    for stated in ("-1", "9" * 400, "x"):
        response = await datasette.client.post(address, content=b"x", headers={"content-length": stated}, cookies=who)
        assert response.status_code == 413
    assert decided(path) == []


async def test_the_longest_note_in_the_widest_letters_fits(path: Path) -> None:
    datasette = await serve(path, **REVIEWERS)
    response = await post(datasette, page_of(HURT), {"ruling": "scope", "note": "\U0001f30a" * 2000}, actor="ana")
    assert response.status_code == 302
    assert decided(path) == [("scope", "ana")]
