"""The review pages in a real browser: keys, undo, two reviewers, stale rulings, hostile texts, small screens.

``RECONCILE_PICTURES=docs`` writes the pictures of the documentation.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tarfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasette.app import Datasette

from reconcile.model import Relation
from reconcile.publish.store import Store
from tests import builders as b
from tests.browser import Browser, chromium
from tests.pairs import DOWN, LONG_DOWN, LONG_UP, UP, told

pytestmark = [pytest.mark.browser, pytest.mark.skipif(chromium() is None, reason="no Chromium")]

ROOT = Path(__file__).parent.parent
SECRET = "browser-tests"
HURT, SINCE, BRIDGE = (f.finding_id for f in (b.HURT, b.SINCE, b.BRIDGE))
PAGES = ("", f"/{HURT}", "/question/c-hurt", "/question/c-since", "/story/ferry", "/stories", "/sources",
         "/source/valley-wire", "/quality", "/article/ferry~2F1")  # fmt: skip
AXE = "axe-core@4.14.1"
PICTURED = {"subject": 1.4, "place": -0.3, "value": 1.7}  # weights as they usually are


class Site:
    """Datasette on one database, in a process of its own."""

    def __init__(self, db: Path) -> None:
        self.db = db
        metadata = yaml.safe_load((ROOT / "metadata.yml").read_text("utf-8"))
        metadata["plugins"] = {"reconcile": {"allow": {"id": ["ana", "ben"]}}}
        described = db.with_name("metadata.json")
        described.write_text(json.dumps(metadata), "utf-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/-/reconcile"
        words = ["serve", str(db), "--port", str(self.port), "--metadata", str(described), "--secret", SECRET]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "datasette", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(200):
            try:
                urllib.request.urlopen(self.address, timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("Datasette does not answer")

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        conn = sqlite3.connect(self.db)
        try:
            return conn.execute(sql).fetchall()
        finally:
            conn.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


@pytest.fixture
def site(tmp_path: Path, browser: Browser) -> Iterator[Site]:
    later = replace(b.COPY, value_a="19 people", value_b="≥ 12 people", relation=Relation.COMPATIBLE)
    hurt = replace(b.HURT, outcomes=tuple(replace(o, weight=PICTURED.get(o.field, o.weight)) for o in b.OUTCOMES))
    yield from _served(tmp_path, browser, b.publication(findings=(hurt, b.SINCE, b.BRIDGE, later)))


def _served(folder: Path, browser: Browser, publication: Any) -> Iterator[Site]:
    db = folder / "desk.db"
    with Store(db) as store:
        store.publish(publication)
    site = Site(db)
    browser.forget()
    browser.size(1180)
    browser.scheme("light")
    sign_in(browser, site, "ana")
    yield site
    site.close()


def sign_in(browser: Browser, site: Site, name: str) -> None:
    browser.forget()
    signed = Datasette(secret=SECRET).sign({"a": {"id": name}}, "actor")
    browser.cookie(site.address, "ds_actor", signed)


def chosen(browser: Browser) -> str:
    return str(browser.js("(document.querySelector('.finding.at a') || {href: ''}).href")).rsplit("/", 1)[-1]


def here(browser: Browser) -> str:
    return str(browser.js("location.pathname")).rsplit("/", 1)[-1]


# -------------------------------------------------------------------------------------------- keys


def test_keys_choose_open_decide_and_undo(browser: Browser, site: Site) -> None:
    browser.open(site.address)
    browser.press("j")
    assert chosen(browser) == HURT
    browser.press("jjjk")
    assert chosen(browser) == BRIDGE
    browser.press("k")
    browser.press("Enter", leads=True)
    assert here(browser) == HURT
    browser.press("1", leads=True)
    assert here(browser) == BRIDGE
    assert "Recorded: Confirmed conflict." in browser.text(".message")
    browser.press("u", leads=True)
    assert here(browser) == HURT
    assert "Undone." in browser.text(".message")
    browser.open(site.address)
    assert "Open 3" in browser.text(".tabs")
    assert site.rows("SELECT ruling FROM decisions ORDER BY rowid") == [("conflict",), ("withdrawn",)]


def test_side_and_note_go_with_the_ruling(browser: Browser, site: Site) -> None:
    browser.open(f"{site.address}/{HURT}")
    browser.press("bn")
    browser.press("1 j? called")
    browser.press("Escape")
    browser.press("2", leads=True)
    assert site.rows("SELECT ruling, side, note FROM decisions") == [("not-a-conflict", "b", "1 j? called")]


def test_deciding_in_the_queue_keeps_the_place(browser: Browser, site: Site) -> None:
    browser.open(site.address)
    browser.press("jj")
    browser.press("4", leads=True)
    assert here(browser) == "reconcile"
    assert chosen(browser) == SINCE
    assert site.rows("SELECT finding_id, ruling FROM decisions") == [(BRIDGE, "scope")]
    browser.press("k")
    browser.press("3", leads=True)
    assert "Open 1" in browser.text(".tabs")


def test_keys_step_through_findings(browser: Browser, site: Site) -> None:
    browser.open(f"{site.address}/{HURT}?severity=high")
    browser.press("j", leads=True)
    assert here(browser) == BRIDGE
    browser.press("j")
    browser.press("k", leads=True)
    assert here(browser) == HURT
    browser.press("q", leads=True)
    assert (here(browser), browser.js("location.search")) == ("reconcile", "?severity=high")


def test_help_opens_and_closes_and_stops_other_keys(browser: Browser, site: Site) -> None:
    browser.open(f"{site.address}/{HURT}")
    browser.press("?")
    assert browser.js("document.querySelector('#help').open") is True
    browser.press("1")
    browser.press("Escape")
    assert browser.js("document.querySelector('#help').open") is False
    assert site.rows("SELECT count(*) FROM decisions") == [(0,)]


def test_filters_narrow_the_queue(browser: Browser, site: Site) -> None:
    browser.open(site.address)
    browser.js("document.querySelector('[name=severity]').value = 'low'")
    browser.click(".filters button", leads=True)
    assert browser.js("document.querySelectorAll('.finding').length") == 1
    assert "line" in browser.text(".findings").lower()


def test_pages_work_without_script(browser: Browser, site: Site) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(f"{site.address}/{HURT}")
        browser.click("button[value=scope]", leads=True)
        assert here(browser) == BRIDGE
        browser.click("#undo button", leads=True)
        assert here(browser) == HURT
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert site.rows("SELECT ruling FROM decisions ORDER BY rowid") == [("scope",), ("withdrawn",)]


# -------------------------------------------------------------------------------------------- reviewers, runs


def test_second_reviewer_is_blind_until_they_rule(browser: Browser, site: Site) -> None:
    browser.open(f"{site.address}/{HURT}")
    browser.press("1", leads=True)
    sign_in(browser, site, "ben")
    browser.open(f"{site.address}/{HURT}")
    assert "1 other reviewer ruled on this" in browser.text(".decision")
    assert "by ana" not in browser.text(".decision")
    browser.click(".stay input")
    browser.press("3", leads=True)
    assert "2 reviewers, who differ" in browser.text(".decision")
    assert "by ana" in browser.text(".history")
    browser.open(f"{site.address}/quality")
    assert "ana and ben" in browser.text()


def test_ruling_goes_stale_with_a_new_run(browser: Browser, site: Site) -> None:
    browser.open(f"{site.address}/{HURT}")
    browser.press("1", leads=True)
    with Store(site.db) as store:
        store.publish(b.publication(findings=(replace(b.HURT, value_b="20 people"), b.SINCE, b.BRIDGE)))
    browser.open(f"{site.address}?state=stale")
    assert "Stale 1" in browser.text(".tabs")
    browser.open(f"{site.address}/{HURT}")
    assert "no longer counts" in browser.text(".stale")
    assert "stale: on other words" in browser.text(".history")


# -------------------------------------------------------------------------------------------- conflicts of many pairs


@pytest.fixture
def twelve(tmp_path: Path, browser: Browser) -> Iterator[Site]:
    yield from _served(tmp_path, browser, told((*UP, LONG_UP), (DOWN[0], LONG_DOWN, DOWN[1], LONG_DOWN), mixed=True))


def test_a_ruling_in_the_queue_covers_its_row(browser: Browser, twelve: Site) -> None:
    browser.open(twelve.address)
    assert "12 pairs" in browser.text(".finding .facts")
    browser.press("j1", leads=True)
    assert "Recorded: Confirmed conflict, for 12 pairs." in browser.text(".message")
    assert "Nothing waits for a ruling here." in browser.text("main")
    browser.press("u", leads=True)
    assert "Undone, on 12 pairs." in browser.text(".message")
    browser.open(twelve.address)
    assert "Open 1" in browser.text(".tabs")


def test_keys_rule_on_one_pair_and_lead_to_the_next_of_the_conflict(browser: Browser, twelve: Site) -> None:
    browser.open(twelve.address)
    browser.press("j")
    browser.press("Enter", leads=True)
    first = here(browser)
    browser.press("p")
    browser.press("2", leads=True)
    assert here(browser) not in (first, "reconcile")
    assert twelve.rows("SELECT finding_id, ruling FROM decisions") == [(first, "not-a-conflict")]
    assert "10 other pairs of this conflict that are not ruled on yet" in browser.text(".covers")
    assert browser.js("document.querySelectorAll('.pairs > li').length") == 11
    browser.press("1", leads=True)
    assert twelve.rows("SELECT count(*) FROM decisions WHERE ruling = 'conflict'") == [(11,)]


def test_pairs_fit_on_small_screens(browser: Browser, twelve: Site) -> None:
    (finding,) = twelve.rows("SELECT lead FROM findings LIMIT 1")[0]
    browser.size(360)
    for page in ("", f"/{finding}"):
        browser.open(twelve.address + page)
        assert browser.js("document.documentElement.scrollWidth") <= 360, page


# -------------------------------------------------------------------------------------------- hostile texts

INJECTIONS = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    '"><svg onload="document.title=\'owned\'">',
    "' onmouseover='document.title=1' x='",
    "</textarea></title></style><script>document.title='owned'</script>",
    "javascript:document.title='owned'",
    "{{ 7 * 7 }} ${7*7} <!--#exec cmd=x-->",
)


@pytest.fixture
def hostile(tmp_path: Path, browser: Browser) -> Iterator[Site]:
    every = " ".join(INJECTIONS)
    articles = tuple(
        replace(a, title=every, text=a.text + every, url=INJECTIONS[5], lang=INJECTIONS[2]) for a in b.ARTICLES
    )
    publication = b.publication(
        articles=articles,
        sources=tuple(replace(s, name=s.name + every, owner=every) for s in b.SOURCES),
        claims=tuple(replace(c, quote=every, subject=every, metric=every, lang=INJECTIONS[2]) for c in b.CLAIMS),
        stories=tuple(replace(s, title=every) for s in b.STORIES),
        clusters=tuple(replace(c, label=every) for c in b.CLUSTERS),
        findings=tuple(
            replace(f, about=every, explanation=every, value_a=every, value_b=INJECTIONS[3]) for f in (b.HURT, b.SINCE)
        ),
    )
    yield from _served(tmp_path, browser, publication)


def test_nothing_that_a_text_says_is_run(browser: Browser, hostile: Site) -> None:
    browser.open(f"{hostile.address}/{HURT}")
    browser.press("n")
    browser.press("</textarea><script>document.title='owned'</script>")
    browser.press("Escape")
    browser.press("1", leads=True)
    for page in PAGES:
        browser.open(hostile.address + page)
        assert "owned" not in browser.js("document.title.replace(/.*javascript:.*|.*<.*/s, '')"), page
        assert browser.js("document.querySelectorAll('script').length") == 1, page
        handlers = (
            "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes]).filter(a => /^on/.test(a.name)).length"
        )
        assert browser.js(handlers) == 0, page
        assert browser.js("[...document.links].filter(a => !/^https?:/.test(a.protocol)).length") == 0, page
        assert browser.js("document.querySelectorAll('main img, main iframe, main object').length") == 0, page
        assert "49 " not in browser.text("h1"), page


def test_policy_stops_what_escaping_would_miss(browser: Browser, site: Site) -> None:
    browser.open(site.address)
    browser.js("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"document.title=1\">')")
    browser.js(
        "(s => { s.textContent = 'document.title = 2'; document.body.append(s) })(document.createElement('script'))"
    )
    time.sleep(0.3)
    assert browser.js("document.title") == "Conflict to review · reconcile"


# -------------------------------------------------------------------------------------------- looks


def test_small_screens_do_not_scroll_sideways(browser: Browser, site: Site) -> None:
    browser.size(400)
    for page in PAGES:
        browser.open(site.address + page)
        assert browser.js("document.documentElement.scrollWidth") <= 400, page


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, from npm."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm to fetch axe-core with")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run([npm, "pack", "--silent", AXE], cwd=folder, capture_output=True, text=True, timeout=120)
    if done.returncode:
        pytest.skip(f"npm cannot fetch {AXE}: {done.stderr.strip()[-200:]}")
    with tarfile.open(next(folder.glob("*.tgz"))) as packed:
        member = packed.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, site: Site, axe: str, scheme: str) -> None:
    browser.scheme(scheme)
    browser.open(f"{site.address}/{BRIDGE}")
    browser.press("1", leads=True)
    found = {}
    for page in PAGES:
        for width in (1180, 400):
            browser.size(width)
            browser.open(site.address + page)
            browser.js(axe + "; 0")
            result = browser.js(
                "axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes[0].html.slice(0, 160)]))"
            )
            serious = [v for v in result if v[0] in ("serious", "critical")]
            if serious:
                found[page, width] = serious
    assert found == {}


def test_pictures(browser: Browser, site: Site, tmp_path: Path) -> None:
    folder = ROOT / (os.environ.get("RECONCILE_PICTURES") or tmp_path)
    taken = []
    browser.open(f"{site.address}/{BRIDGE}")
    browser.press("1", leads=True)
    for name, page, width, scheme in (
        ("queue", "", 1180, "light"),
        ("finding", f"/{HURT}", 1180, "dark"),
        ("question", "/question/c-hurt", 1180, "light"),
        ("story", "/story/ferry", 1180, "dark"),
        ("small", f"/{HURT}", 400, "light"),
    ):
        browser.size(width)
        browser.scheme(scheme)
        browser.open(site.address + page)
        taken.append(folder / f"desk-{name}.png")
        browser.picture(taken[-1], 1600)
    assert all(picture.read_bytes()[:4] == b"\x89PNG" for picture in taken)
