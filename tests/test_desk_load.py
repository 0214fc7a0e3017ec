"""The desk with 100,000 findings, and with twenty reviewers at once while runs publish. Slow: it measures time."""

from __future__ import annotations

import http.cookiejar
import json
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from datasette.app import Datasette

from reconcile.publish.store import Store
from tests.many import many

pytestmark = pytest.mark.slow
SECRET = "load-tests"
REVIEWERS, RULINGS_EACH, RUNS = 20, 12, 10


@contextmanager
def served(db: Path) -> Iterator[str]:
    metadata = db.with_name("metadata.json")
    metadata.write_text(json.dumps({"plugins": {"reconcile": {"allow": {"id": "*"}}}}), "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["serve", str(db), "--port", str(port), "--metadata", str(metadata), "--secret", SECRET]
    process = subprocess.Popen(
        [sys.executable, "-m", "datasette", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    site = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{site}/-/versions.json", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield site
    finally:
        process.terminate()
        process.wait(20)


def say(figures: str) -> None:
    """Show figures with ``pytest -s``."""
    sys.stdout.write(f"\n{figures}\n")


def milliseconds(address: str, times: int = 9) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        urllib.request.urlopen(address, timeout=60).read()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


def test_large_queue_answers_at_once(tmp_path: Path) -> None:
    db = tmp_path / "large.db"
    publication = many(100_000)
    with Store(db) as store:
        store.publish(publication)
    with served(db) as site:
        table = milliseconds(f"{site}/large/findings", 5)
        queue = milliseconds(f"{site}/-/reconcile")
        finding = milliseconds(f"{site}/-/reconcile/{publication.findings[7].finding_id}")
    say(
        f"{len(publication.findings)} findings, medians: queue {queue:.0f}, finding {finding:.0f}, table {table:.0f} ms"
    )
    assert queue < max(300.0, table)
    assert finding < max(300.0, table)
    assert queue <= 3 * table
    assert finding <= 3 * table


class Reviewer(threading.Thread):
    """Rules on findings over HTTP, and tries again when the desk says that a run is writing."""

    def __init__(self, site: str, number: int, findings: list[str]) -> None:
        super().__init__()
        self.site, self.findings = site, findings
        self.statuses: list[int] = []
        signed = Datasette(secret=SECRET).sign({"a": {"id": f"reviewer{number}"}}, "actor")
        jar = http.cookiejar.CookieJar()
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self.browser.addheaders = [("Cookie", f"ds_actor={signed}")]
        self.signed = signed

    def run(self) -> None:
        for number, finding in enumerate(self.findings):
            ruling = ("conflict", "update", "scope")[number % 3]
            for _ in range(200):
                status = self.rule(f"{self.site}/-/reconcile/{finding}", ruling)
                self.statuses.append(status)
                if status == 200:
                    break
                time.sleep(0.05)

    def rule(self, address: str, ruling: str) -> int:
        try:
            page = self.browser.open(address, timeout=60)
            token = page.headers.get("set-cookie", "")
            found = re.search(r'name="csrftoken" value="([^"]+)"', page.read().decode())
            if found is None:
                return -1
            cookie = re.search(r"ds_csrftoken=([^;]+)", token)
            if cookie is not None:
                self.browser.addheaders = [("Cookie", f"ds_actor={self.signed}; ds_csrftoken={cookie[1]}")]
            form = urllib.parse.urlencode({"csrftoken": found[1], "ruling": ruling, "then": "stay"}).encode()
            asked = urllib.request.Request(address, form, {"Accept": "application/json"})
            return int(self.browser.open(asked, timeout=60).status)
        except urllib.error.HTTPError as error:
            return error.code


def test_twenty_reviewers_while_runs_publish(tmp_path: Path) -> None:
    db = tmp_path / "busy.db"
    publication = many(2000)
    with Store(db) as store:
        store.publish(publication)
    conn = sqlite3.connect(db)
    chosen = [row[0] for row in conn.execute("SELECT DISTINCT lead FROM findings ORDER BY 1 LIMIT ?", [RULINGS_EACH])]
    marks = ", ".join("?" * len(chosen))
    sql = f"SELECT count(*) FROM findings WHERE lead IN ({marks})"
    (ruled,) = conn.execute(sql, chosen).fetchone()  # a ruling counts for every pair of its group
    conn.close()
    with served(db) as site:
        reviewers = [Reviewer(site, number, chosen) for number in range(REVIEWERS)]
        for reviewer in reviewers:
            reviewer.start()
        for number in range(RUNS):
            with Store(db) as store:
                store.publish(many(2000, note=f" ({number})"))
        for reviewer in reviewers:
            reviewer.join()
    statuses = [status for reviewer in reviewers for status in reviewer.statuses]
    counts = {status: statuses.count(status) for status in sorted(set(statuses))}
    conn = sqlite3.connect(db)
    decisions = conn.execute("SELECT finding_id, reviewer, count(*) FROM decisions GROUP BY 1, 2").fetchall()
    conn.close()
    say(f"{REVIEWERS} reviewers, {RUNS} runs: answers by status {counts}")
    assert set(counts) <= {200, 409, 503}
    assert counts[200] == REVIEWERS * RULINGS_EACH
    assert len(decisions) == REVIEWERS * ruled
    assert all(n == 1 for _, _, n in decisions)
