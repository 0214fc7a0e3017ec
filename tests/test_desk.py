"""The review pages: what they show, who may see and rule, what they refuse; no text becomes markup."""

from __future__ import annotations

import re
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml
from datasette.app import Datasette
from datasette.plugins import pm
from hypothesis import given
from hypothesis import strategies as st

from reconcile.model import Change, ChangeKind, Field, Relation, Revision
from reconcile.publish.decisions import RULINGS
from reconcile.publish.desk import plugin, words
from reconcile.publish.desk.marks import Mark, paragraphs, pieces, waterfall
from reconcile.publish.desk.render import web_link
from reconcile.publish.store import Store
from tests import builders as b

ROOT = Path(__file__).parent.parent
HURT, SINCE, BRIDGE, COPY = (f.finding_id for f in (b.HURT, b.SINCE, b.BRIDGE, b.COPY))
EVIL = '<script>alert("x")</script>'

if not pm.is_registered(plugin):
    pm.register(plugin, name="reconcile")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    where = tmp_path / "spring desk.db"
    with Store(where) as store:
        store.publish(b.publication())
    return where


async def serve(*paths: Path, immutable: bool = False, **plugin_config: Any) -> Datasette:
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text("utf-8"))
    metadata["plugins"] = {"reconcile": plugin_config}
    names = [str(p) for p in paths]
    datasette = Datasette([] if immutable else names, immutables=names if immutable else [], metadata=metadata)
    await datasette.invoke_startup()
    return datasette


def signed_in(datasette: Datasette, actor: str = "ana") -> dict[str, str]:
    return {"ds_actor": datasette.sign({"a": {"id": actor}}, "actor")}


async def post(
    datasette: Datasette, address: str, data: dict[str, str], *, actor: str = "", **headers: str
) -> httpx.Response:
    """Post a form with the token of a page that has one; ``headers`` with ``_`` for ``-``."""
    page = await datasette.client.get("/-/messages", cookies=signed_in(datasette))
    token = page.cookies["ds_csrftoken"]
    cookies = {"ds_csrftoken": token, **(signed_in(datasette, actor) if actor else {})}
    response: httpx.Response = await datasette.client.post(
        address,
        data={"csrftoken": token, **data},
        cookies=cookies,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    return response


def decisions(path: Path) -> list[tuple[str, str, str, str]]:
    conn = sqlite3.connect(path)
    try:
        sql = "SELECT finding_id, ruling, reviewer, note FROM decisions ORDER BY created_at, rowid"
        return conn.execute(sql).fetchall()
    finally:
        conn.close()


def page_of(finding_id: str) -> str:
    return f"/-/reconcile/{finding_id}"


# -------------------------------------------------------------------------------------------- pages


async def test_queue_shows_open_conflicts_most_severe_first(path: Path) -> None:
    datasette = await serve(path)
    page = await datasette.client.get("/-/reconcile")
    assert page.status_code == 200
    places = [page.text.index(page_of(i)) for i in (HURT, BRIDGE, SINCE)]
    assert places == sorted(places)
    assert page_of(COPY) not in page.text
    assert "<mark>12 people</mark>" in page.text
    assert "≥ 12 people" in page.text
    assert "2 independent sources" in page.text
    assert "Ramp collapse at Odel Quay" in page.text
    assert "Open <b>3</b>" in page.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [HURT, BRIDGE, SINCE]),
        ("relation=update", [COPY]),
        ("relation=any", [HURT, BRIDGE, SINCE, COPY]),
        ("relation=any&field=value", [HURT, COPY]),
        ("severity=low", [SINCE]),
        ("relation=any&lang=tl", [COPY]),
        ("relation=any&source=ang-dalampasigan", [COPY]),
        ("story=bridge", [BRIDGE]),
        ("story=bridge&severity=low", []),
        ("state=decided", []),
        ("state=all", [HURT, BRIDGE, SINCE]),
        ("state=nonsense&page=x", [HURT, BRIDGE, SINCE]),
        ("page=99", [HURT, BRIDGE, SINCE]),
        ("page=-1", [HURT, BRIDGE, SINCE]),
        ("field=' OR 1=1 --", []),
        ("relation=agree", []),
    ],
)
async def test_queue_filters(path: Path, query: str, expected: list[str]) -> None:
    datasette = await serve(path)
    found = (await datasette.client.get(f"/-/reconcile.json?{query}")).json()
    assert [f["id"] for f in found["findings"]] == expected
    assert found["count"] == len(expected)
    page = await datasette.client.get(f"/-/reconcile?{query}")
    assert page.status_code == 200
    assert re.findall(r'<h3><a href="/-/reconcile/(\w+)', page.text) == expected


async def test_queue_counts_what_each_filter_would_leave(path: Path) -> None:
    datasette = await serve(path)
    found = (await datasette.client.get("/-/reconcile.json?severity=high")).json()
    counts = {name: {c["value"]: c["count"] for c in choices} for name, choices in found["choices"].items()}
    assert counts["severity"] == {"high": 2, "low": 1}
    assert counts["relation"] == {"conflict": 2}
    assert counts["source"] == {"harbour-post": 2, "valley-wire": 2}
    assert counts["story"] == {"ferry": 1, "bridge": 1}
    assert found["states"] == {"open": 2, "decided": 0, "stale": 0, "all": 2}
    labels = {c["value"]: c["label"] for c in found["choices"]["source"]}
    assert labels["harbour-post"] == "Harbour Post"


async def test_queue_pages(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconcile.publish.desk.queries.PAGE_SIZE", 2)
    datasette = await serve(path)
    first = (await datasette.client.get("/-/reconcile.json")).json()
    second = (await datasette.client.get("/-/reconcile.json?page=2")).json()
    assert [f["id"] for f in first["findings"] + second["findings"]] == [HURT, BRIDGE, SINCE]
    page = await datasette.client.get("/-/reconcile?page=2")
    assert "Page 2 of 2" in page.text
    assert 'rel="prev"' in page.text
    assert 'rel="next"' not in page.text
    assert "3–3 of 3" in page.text


async def test_finding_page_says_of_whom_a_side_is_a_copy(path: Path) -> None:
    datasette = await serve(path)
    pages = [(await datasette.client.get(page_of(finding))).text for finding in (COPY, HURT)]
    link = 'Translation of <a href="/-/reconcile/article/ferry~2F1">Harbour Post</a>, which does not say this'
    assert [page.count(link) for page in pages] == [1, 0]


async def test_finding_page_shows_evidence_and_outcomes(path: Path) -> None:
    datasette = await serve(path)
    page = await datasette.client.get(page_of(HURT))
    text = page.text
    assert page.status_code == 200
    assert "<mark>12 people</mark>" in text
    assert '<span class="said">At least </span><mark>' in text
    assert "The ferry was about to leave. <span" in text
    assert "newsletter" not in text
    for shown in ("Harbour Post", "Valley Wire", "4 Mar 2031, 09:00 UTC", "English", b.HURT.explanation):
        assert shown in text
    assert "“≥ 12 people” against “19 people”: not the same number." in text
    assert re.findall(r'<rect class="(\w+)" x="([\d.]+)" y="2" width="([\d.]+)"', text) == [
        ("for", "34.7", "85.3"),
        ("against", "0.0", "120.0"),
    ]
    for shown in ("+3.2", "−4.5", "not measured", "values differ", "a place is absent"):
        assert shown in text
    assert re.search(r'Also in <a href="/-/reconcile/article/ferry~2F3">Ang Dalampasigan</a> \(translation, ', text)
    assert "Attributed to <b>harbour master</b>" in text
    assert page_of(COPY) in text.split("Others on the same question")[1]
    assert "1 of 3" in text
    assert f'rel="next" href="{page_of(BRIDGE)}"' in text
    assert 'rel="prev"' not in text


async def test_finding_keeps_the_filters(path: Path) -> None:
    datasette = await serve(path)
    page = await datasette.client.get(page_of(HURT) + "?relation=any&field=value")
    assert f'rel="next" href="{page_of(COPY)}?relation=any&amp;field=value"' in page.text
    assert 'href="/-/reconcile?relation=any&amp;field=value"' in page.text


async def test_finding_outside_the_filters_still_has_neighbours(path: Path) -> None:
    datasette = await serve(path)
    found = (await datasette.client.get(page_of(BRIDGE) + ".json?relation=any&field=value")).json()
    assert found["place"] == {"before": 1, "count": 2, "previous": HURT, "following": COPY, "inside": False}


async def test_only_web_addresses_become_links(path: Path) -> None:
    datasette = await serve(path)
    page = await datasette.client.get(page_of(HURT))
    assert 'href="https://post.example/ferry"' in page.text
    assert 'href="http://wire.example/?a=1&amp;b=2"' in page.text
    article = await datasette.client.get("/-/reconcile/article/ferry~2F3")
    assert article.status_code == 200
    assert "javascript:" not in article.text


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/x", True),
        ("http://a.example", True),
        ("HTTPS://a.example", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//a.example", False),
        ("file:///etc/passwd", False),
        ("https:", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_web_link(url: str, shown: bool) -> None:
    assert web_link(url) == (url if shown else "")


async def test_article_page_marks_claims_and_what_was_left_out(path: Path) -> None:
    datasette = await serve(path)
    text = (await datasette.client.get("/-/reconcile/article/ferry~2F1")).text
    assert f'<a class="lead" href="{page_of(HURT)}"><mark>12 people</mark></a>' in text
    assert (
        '<span class="dropped" title="Left out: boilerplate">Sign up for our newsletter!</span>'
        '<small class="why"> boilerplate</small>'
    ) in text
    assert page_of(SINCE) in text
    copy = (await datasette.client.get("/-/reconcile/article/ferry~2F3")).text
    assert "Repeats" in copy
    assert "(translation)" in copy


async def test_article_page_draws_fields_and_lists_claims(path: Path) -> None:
    text = (await (await serve(path)).client.get("/-/reconcile/article/ferry~2F1")).text
    for kind, label in (("value", "12"), ("time", "2031-03-04"), ("place", "")):
        assert f'<span class="field {kind}">' in text
        assert label in text
    assert "<h2>Claims <small>2</small></h2>" in text
    assert "harbour master" in text


async def test_article_page_shows_what_changed(path: Path) -> None:
    silent = Change(ChangeKind.CHANGED, Field.VALUE, "text", 0, 9, "12 <b>hurt.", "19 hurt.", "12 <b>", "19", False)
    with Store(path) as store:
        store.publish(b.publication(revisions=(Revision("r1", "ferry/1", 1, "T", "12.", None, "h", (silent,)),)))
    client = (await serve(path)).client
    text = (await client.get("/-/reconcile/article/ferry~2F1")).text
    assert "<del>12 &lt;b&gt;</del>" in text
    assert "<ins>19</ins>" in text
    assert "silently" in text
    assert "earlier version" not in (await client.get("/-/reconcile/article/ferry~2F2")).text


async def test_nothing_of_a_text_is_markup(tmp_path: Path) -> None:
    texts = [replace(a, title=a.title + EVIL, text=a.text + EVIL, lang='en" onload="x') for a in b.ARTICLES]
    sources = [replace(s, name=s.name + EVIL) for s in b.SOURCES]
    claims = [replace(c, quote=c.quote[:-9] + "<b>" + EVIL[:6], lang='en" onload="x') for c in b.CLAIMS]
    outcomes = [replace(o, a=EVIL, b=EVIL, label=EVIL, field=EVIL, level=EVIL) for o in b.OUTCOMES]
    finding = replace(b.HURT, about=EVIL, explanation=EVIL, value_a=EVIL, value_b=EVIL, outcomes=tuple(outcomes))
    stories = [replace(s, title=EVIL) for s in b.STORIES]
    sentences = [replace(s, dropped=EVIL if s.dropped else "") for s in b.SENTENCES]
    path = tmp_path / "evil.db"
    with Store(path) as store:
        store.publish(
            b.publication(
                articles=tuple(texts),
                sources=tuple(sources),
                claims=tuple(claims),
                findings=(finding, b.SINCE, b.COPY),
                stories=tuple(stories),
                sentences=tuple(sentences),
            )
        )
    datasette = await serve(path, allow={"id": "ana"})
    await post(datasette, page_of(HURT), {"ruling": "unsure", "note": EVIL}, actor="ana")
    for address in (
        "/-/reconcile",
        page_of(HURT),
        "/-/reconcile/article/ferry~2F1",
        f"/-/reconcile?story={EVIL}",
    ):
        page = await datasette.client.get(address, cookies=signed_in(datasette))
        assert page.status_code == 200
        assert not re.search(r"<script(?! src=\"/-/reconcile/desk\.js)", page.text)
        assert 'onload="x"' not in page.text
        assert "&lt;script&gt;" in page.text
    assert decisions(path) == [(HURT, "unsure", "ana", EVIL)]


@pytest.mark.parametrize(
    "address", ["/-/reconcile", page_of(HURT), "/-/reconcile/article/ferry~2F1", "/-/reconcile.json"]
)
async def test_strict_headers_and_only_our_script(path: Path, address: str) -> None:
    datasette = await serve(path)
    page = await datasette.client.get(address)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe-inline" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    if "json" not in address:
        assert not re.search(r"<style| style=| on\w+=", page.text)
        assert re.findall(r"<script[^>]*>", page.text) == re.findall(
            r'<script src="[^"]+/desk.js[^"]+" defer>', page.text
        )


async def test_stylesheet_is_served_from_our_own_route(path: Path) -> None:
    datasette = await serve(path)
    page = await datasette.client.get("/-/reconcile")
    (address,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
    css = await datasette.client.get(address)
    assert css.headers["content-type"].startswith("text/css")
    assert "prefers-color-scheme: dark" in css.text
    assert "url(" not in css.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (page_of("0" * 16), 404),
        ("/-/reconcile/article/none", 404),
        ("/-/reconcile?db=none", 404),
        (page_of("0" * 16) + ".json", 404),
    ],
)
async def test_what_is_not_there(path: Path, address: str, status: int) -> None:
    datasette = await serve(path)
    assert (await datasette.client.get(address)).status_code == status


async def test_other_databases_are_not_ours(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    sqlite3.connect(other).execute("CREATE TABLE findings (x)").connection.close()
    datasette = await serve(other)
    assert (await datasette.client.get("/-/reconcile")).status_code == 404
    assert "Review conflicts" not in (await datasette.client.get("/")).text


async def test_json_has_the_documented_form(path: Path) -> None:
    datasette = await serve(path)
    (first, *_) = (await datasette.client.get("/-/reconcile.json")).json()["findings"]
    with Store(path, read_only=True) as store:
        documented = next(store.finding_dicts())
    assert {key: first[key] for key in documented} == documented
    found = (await datasette.client.get(page_of(HURT) + ".json")).json()
    assert [o["weight"] for o in found["finding"]["outcomes"]] == [3.2, None, -4.5]
    assert found["decisions"] == []


# -------------------------------------------------------------------------------------------- databases


async def test_several_databases(path: Path, tmp_path: Path) -> None:
    second = tmp_path / "zweite.db"
    with Store(second) as store:
        store.publish(b.publication(findings=(b.SINCE,)))
    foreign = tmp_path / "foreign.db"
    sqlite3.connect(foreign).execute("CREATE TABLE x (y)").connection.close()
    datasette = await serve(foreign, path, second)
    first = (await datasette.client.get("/-/reconcile.json")).json()
    assert (first["database"], first["count"]) == ("spring desk", 3)
    other = (await datasette.client.get("/-/reconcile.json?db=zweite")).json()
    assert (other["database"], other["count"]) == ("zweite", 1)
    page = await datasette.client.get("/-/reconcile?db=zweite")
    assert f'href="{page_of(SINCE)}?db=zweite"' in page.text
    assert "<option selected>zweite</option>" in page.text
    assert (await datasette.client.get("/-/reconcile?db=foreign")).status_code == 404
    table = await datasette.client.get("/zweite/conflicts_open")
    assert f'href="{page_of(SINCE)}?db=zweite"' in table.text


async def test_descriptions_are_lent_to_any_name(path: Path) -> None:
    datasette = await serve(path)
    page = await datasette.client.get("/spring~20desk/findings")
    assert "Pairs of claims with their relation" in page.text
    assert "Digest of both quotes and both values" in page.text
    assert f'<a href="{page_of(HURT)}">{b.HURT.about}</a>' in page.text
    (address,) = re.findall(r'href="([^"]+/tables.css[^"]+)"', page.text)
    assert "column-descriptions" in (await datasette.client.get(address)).text
    labelled = await datasette.client.get("/spring~20desk/clusters")
    assert "Ramp collapse at Odel Quay" in labelled.text


@pytest.mark.parametrize(
    "table",
    [
        "conflicts_open",
        "findings",
        "claims?_search=injured",
        "articles?_facet=lang",
        "decisions",
        "runs",
        "problems",
    ],
)
async def test_datasette_pages(path: Path, table: str) -> None:
    datasette = await serve(path)
    page = await datasette.client.get(f"/spring~20desk/{table}")
    assert page.status_code == 200
    assert "Review conflicts" in page.text


# -------------------------------------------------------------------------------------------- who may see


@pytest.mark.parametrize(
    "restricted",
    [
        {"allow": {"id": "ana"}},
        {"databases": {"spring desk": {"allow": {"id": "ana"}}}},
        {"databases": {"spring desk": {"tables": {"articles": {"allow": {"id": "ana"}}}}}},
    ],
    ids=["instance", "database", "table"],
)
async def test_pages_ask_for_permission_to_view(path: Path, restricted: dict[str, Any]) -> None:
    datasette = Datasette([str(path)], metadata=restricted)
    await datasette.invoke_startup()
    for address in (
        "/-/reconcile",
        "/-/reconcile.json",
        page_of(HURT),
        page_of(HURT) + ".json",
        "/-/reconcile/article/ferry~2F1",
    ):
        assert (await datasette.client.get(address)).status_code == 403
        assert (await datasette.client.get(address, cookies=signed_in(datasette))).status_code == 200
    refused = await post(datasette, page_of(HURT), {"ruling": "unsure"}, actor="root2")
    assert refused.status_code == 403
    assert decisions(path) == []


# -------------------------------------------------------------------------------------------- ruling


@pytest.mark.parametrize("ruling", RULINGS)
async def test_ruling_is_recorded(path: Path, ruling: str) -> None:
    datasette = await serve(path, allow={"id": "ana"})
    page = await datasette.client.get(page_of(HURT), cookies=signed_in(datasette))
    assert all(f'value="{name}"' in page.text for name in RULINGS)
    response = await post(datasette, page_of(HURT), {"ruling": ruling, "note": " why "}, actor="ana")
    assert response.status_code == 302
    assert decisions(path) == [(HURT, ruling, "ana", "why")]
    found = (await datasette.client.get("/-/reconcile.json")).json()
    assert found["states"] == {
        "open": 3 if ruling == "unsure" else 2,
        "decided": ruling != "unsure",
        "stale": 0,
        "all": 3,
    }
    again = await datasette.client.get(page_of(HURT), cookies=signed_in(datasette))
    assert f"<b>{RULINGS[ruling]}</b> by ana" in again.text


async def test_second_ruling_supersedes(path: Path) -> None:
    datasette = await serve(path, allow={"id": "ana"})
    for ruling in ("conflict", "update"):
        await post(datasette, page_of(HURT), {"ruling": ruling}, actor="ana")
    found = (await datasette.client.get(page_of(HURT) + ".json", cookies=signed_in(datasette))).json()
    assert found["finding"]["decision"]["ruling"] == "update"
    assert len(found["decisions"]) == 2
    earlier = next(d for d in found["decisions"] if d["ruling"] == "conflict")
    assert found["finding"]["decision"]["supersedes"] == earlier["decision_id"]


@pytest.mark.parametrize(
    ("then", "query", "target"),
    [
        ("next", "", page_of(BRIDGE)),
        ("stay", "", page_of(HURT)),
        ("next", "?story=ferry", page_of(SINCE) + "?story=ferry"),
        ("next", "?story=bridge", page_of(BRIDGE) + "?story=bridge"),
    ],
)
async def test_where_a_ruling_leads(path: Path, then: str, query: str, target: str) -> None:
    datasette = await serve(path, allow={"id": "ana"})
    response = await post(datasette, page_of(HURT) + query, {"ruling": "scope", "then": then}, actor="ana")
    assert (response.status_code, response.headers["location"]) == (302, target)


async def test_stale_ruling_is_said_to_be(path: Path) -> None:
    datasette = await serve(path, allow={"id": "ana"})
    await post(datasette, page_of(HURT), {"ruling": "conflict"}, actor="ana")
    with Store(path) as store:
        store.publish(b.publication(findings=(replace(b.HURT, value_b="20 people"),)))
    page = await datasette.client.get(page_of(HURT), cookies=signed_in(datasette))
    assert "The last ruling was made on other words or values" in page.text
    assert 'class="main"' not in page.text


@pytest.mark.parametrize("actor", ["", "mallory", "local"])
async def test_ruling_needs_permission(path: Path, actor: str) -> None:
    datasette = await serve(path, allow={"id": "ana"})
    cookies = signed_in(datasette, actor) if actor else {}
    page = await datasette.client.get(page_of(HURT), cookies=cookies)
    assert '<form method="post"' not in page.text
    assert "reconcile-review" in page.text
    assert (await post(datasette, page_of(HURT), {"ruling": "unsure"}, actor=actor)).status_code == 403
    assert decisions(path) == []


async def test_root_may_rule_without_settings(path: Path) -> None:
    datasette = await serve(path)
    assert (await post(datasette, page_of(HURT), {"ruling": "unsure"}, actor="root")).status_code == 302
    assert decisions(path) == [(HURT, "unsure", "root", "")]


@pytest.mark.parametrize("data", [{}, {"ruling": ""}, {"ruling": "maybe"}, {"note": "x"}])
async def test_bad_ruling(path: Path, data: dict[str, str]) -> None:
    datasette = await serve(path, allow={"id": "ana"})
    response = await post(datasette, page_of(HURT), data, actor="ana")
    assert response.status_code == 400
    assert "Choose a ruling" in response.text
    assert decisions(path) == []


async def test_ruling_on_a_finding_that_changed_meanwhile(path: Path) -> None:
    datasette = await serve(path, allow={"id": "ana"})
    response = await post(datasette, page_of(HURT), {"ruling": "unsure", "digest": "old"}, actor="ana")
    assert response.status_code == 409
    assert decisions(path) == []


async def test_ruling_on_a_read_only_copy(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copyfile(path, copy)
    datasette = await serve(copy, immutable=True, allow={"id": "ana"})
    page = await datasette.client.get(page_of(HURT), cookies=signed_in(datasette))
    assert "This copy of the database is read-only" in page.text
    response = await post(datasette, page_of(HURT), {"ruling": "unsure"}, actor="ana")
    assert response.status_code == 409
    assert [p.name for p in tmp_path.glob("copy.db*")] == ["copy.db"]


async def test_ruling_while_a_run_writes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasette = await serve(path, allow={"id": "ana"})

    async def busy(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(datasette.get_database("spring desk"), "execute_write_fn", busy)
    response = await post(datasette, page_of(HURT), {"ruling": "unsure"}, actor="ana")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
async def test_other_methods(path: Path, method: str) -> None:
    datasette = await serve(path, local=True)
    assert (await datasette.client.request(method.upper(), page_of(HURT))).status_code in (403, 405)
    assert decisions(path) == []


# -------------------------------------------------------------------------------------------- other sites


async def test_form_without_token(path: Path) -> None:
    datasette = await serve(path, allow={"id": "ana"})
    response = await datasette.client.post(page_of(HURT), data={"ruling": "unsure"}, cookies=signed_in(datasette))
    assert response.status_code == 403
    assert decisions(path) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "null"},
    ],
    ids=["origin", "cross-site", "same-site", "null"],
)
@pytest.mark.parametrize("config", [{"local": True}, {"allow": {"id": "ana"}}], ids=["local", "signed in"])
async def test_form_of_another_site(path: Path, headers: dict[str, str], config: dict[str, Any]) -> None:
    datasette = await serve(path, **config)
    actor = "" if "local" in config else "ana"
    response = await post(datasette, page_of(HURT), {"ruling": "unsure"}, actor=actor, **headers)
    assert response.status_code == 403
    assert decisions(path) == []


# -------------------------------------------------------------------------------------------- the local user


async def test_local_user_rules_without_signing_in(path: Path) -> None:
    datasette = await serve(path, local=True)
    page = await datasette.client.get(page_of(HURT))
    assert '<form method="post"' in page.text
    response = await post(
        datasette,
        page_of(HURT),
        {"ruling": "conflict"},
        origin="http://localhost",
        sec_fetch_site="same-origin",
    )
    assert response.status_code == 302
    assert decisions(path) == [(HURT, "conflict", "local", "")]


async def test_local_user_needs_the_token(path: Path) -> None:
    datasette = await serve(path, local=True)
    assert (await datasette.client.post(page_of(HURT), data={"ruling": "unsure"})).status_code == 403
    assert decisions(path) == []


@pytest.mark.parametrize(
    ("client", "headers"),
    [
        ("192.0.2.7", {}),
        ("127.0.0.1", {"host": "evil.example"}),
        ("127.0.0.1", {"x-forwarded-for": "192.0.2.7"}),
        ("127.0.0.1", {"forwarded": "for=192.0.2.7"}),
        ("no address", {}),
    ],
    ids=["another machine", "rebound name", "proxy", "proxy (RFC 7239)", "socket"],
)
async def test_who_is_not_local(path: Path, client: str, headers: dict[str, str]) -> None:
    datasette = await serve(path, local=True)
    transport = httpx.ASGITransport(app=datasette.app(), client=(client, 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8001") as browser:
        page = await browser.get(page_of(HURT), headers=headers)
        assert page.status_code == 200
        assert '<form method="post"' not in page.text


@pytest.mark.parametrize("base", ["http://127.0.0.1:8001", "http://localhost", "http://[::1]:8001"])
async def test_who_is_local(path: Path, base: str) -> None:
    datasette = await serve(path, local=True)
    transport = httpx.ASGITransport(app=datasette.app(), client=("127.0.0.1", 1234))
    async with httpx.AsyncClient(transport=transport, base_url=base) as browser:
        assert '<form method="post"' in (await browser.get(page_of(HURT))).text


async def test_base_url(path: Path) -> None:
    datasette = Datasette([str(path)], settings={"base_url": "/desk/"})
    await datasette.invoke_startup()
    page = await datasette.client.get("/-/reconcile")
    links = re.findall(r' (?:href|action)="([^"]+)"', page.text)
    assert len(links) > 5
    assert [x for x in links if not x.startswith(("/desk/", "#")) and not urlsplit(x).netloc] == []


# -------------------------------------------------------------------------------------------- pieces, words


SPANS = st.lists(st.tuples(st.integers(-2, 30), st.integers(-2, 30), st.booleans()), max_size=6)


@given(st.text(max_size=25), SPANS)
def test_pieces_are_the_text(text: str, spans: list[tuple[int, int, bool]]) -> None:
    marks = [Mark(low, high, focus=focus) for low, high, focus in spans]
    cut = pieces(text, marks)
    assert "".join(p.text for p in cut) == text
    place = 0
    for piece in cut:
        inside = [m for m in marks if 0 <= m.start <= place < m.end <= len(text)]
        assert piece.focus == any(m.focus for m in inside)
        assert piece.sentence == bool(inside)
        place += len(piece.text)


def test_paragraphs_keep_blanks_between_marks() -> None:
    cut = [[p.text for p in each] for each in paragraphs("One. Two.\n\nThree.", [Mark(0, 4), Mark(5, 9)])]
    assert cut == [["One.", " ", "Two."], ["Three."]]


def test_dropped_reason_stands_once_at_the_end() -> None:
    cut = pieces("Sign up now", [Mark(0, 11, dropped="promotion"), Mark(5, 7, focus=True)])
    assert [(p.text, p.dropped, p.ends) for p in cut] == [
        ("Sign ", "promotion", False),
        ("up", "promotion", False),
        (" now", "promotion", True),
    ]


def test_waterfall_adds_up() -> None:
    fall = waterfall([3.0, None, -4.0, 0.0])
    bars = [(bar.x, bar.width, bar.text, bar.sense) if bar else None for bar in fall.bars]
    assert bars == [(30.0, 90.0, "+3.0", "for"), None, (0.0, 120.0, "−4.0", "against"), (0.0, 0.0, "0.0", "none")]
    assert (fall.zero, fall.total) == (30.0, "−1.0")
    assert waterfall([]).total == waterfall([None]).total == "0.0"


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2031-03-04T09:00:00Z", "4 Mar 2031, 09:00 UTC"),
        ("2031-12-31", "31 Dec 2031"),
        (None, "no date"),
        ("", "no date"),
        ("2031-99-01", "2031-99-01"),
        ("last week", "last week"),
    ],
)
def test_day(published: str | None, expected: str) -> None:
    assert words.day(published) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [("en", "English"), ("de-CH", "German"), ("xx-nonsense", "xx-nonsense"), ("", ""), ('en" x', 'en" x')],
)
def test_language(code: str, expected: str) -> None:
    assert words.language(code) == expected


def test_every_relation_has_words() -> None:
    assert all(words.relation(r) != r and words.meaning(r) for r in Relation)
