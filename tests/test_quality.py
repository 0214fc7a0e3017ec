"""What rulings say of the machine: calibration, and the commands that report it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from reconcile.cli import cli
from reconcile.options import State
from reconcile.publish.calibrate import Line, brier, calibrate, calibration_text, fit
from reconcile.publish.decisions import new_decision
from reconcile.publish.store import Store
from tests import builders as b
from tests.many import many

ROWS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40)


def run(*words: str) -> str:
    done = CliRunner().invoke(cli, list(words), obj=State(), standalone_mode=False)
    assert done.exception is None, done.exception
    return done.stdout


@pytest.fixture
def ruled(tmp_path: Path) -> str:
    """A database in which conflicts that the machine is less than 0.75 sure of are mostly wrong."""
    path = tmp_path / "ruled.db"
    with Store(path) as store:
        store.publish(many(900))
        for number, form in enumerate(list(store.finding_dicts())[:120]):
            right = (form["confidence"] > 0.75) != (number % 9 == 0)
            ruling = "conflict" if right else "not-a-conflict"
            store.record(new_decision(form, ruling, reviewer="ana", created_at=f"2031-04-01T00:{number // 60:02}:00Z"))
    return str(path)


# -------------------------------------------------------------------------------------------- the line


def test_overconfidence_is_taken_back() -> None:
    line = fit([(0.9, n % 2 == 0) for n in range(200)])
    assert line.refit(0.9) == pytest.approx(0.5, abs=0.03)


def test_calibrated_confidence_stays() -> None:
    rows = [(share, n < 100 * share) for share in (0.2, 0.5, 0.8) for n in range(100)]
    line = fit(rows)
    assert (line.slope, line.shift) == (pytest.approx(1, abs=0.05), pytest.approx(0, abs=0.05))


@given(ROWS)
def test_fit_is_always_a_share(rows: list[tuple[float, bool]]) -> None:
    line = fit(rows)
    assert all(0 <= line.refit(c) <= 1 for c in (0.0, 0.3, 1.0))


def test_nothing_ruled_changes_nothing() -> None:
    assert fit([]) == Line()
    assert brier([(1.0, True), (0.5, False)]) == 0.125


def test_too_few_rulings_are_said_to_be() -> None:
    rows = [{"relation": "conflict", "confidence": 0.9, "right": True}] * 30
    assert calibrate(rows) is None
    assert "too few" in calibration_text(None, 30)


# -------------------------------------------------------------------------------------------- commands


def test_calibrate_proposes_and_changes_nothing(ruled: str) -> None:
    before = Path(ruled).read_bytes()
    text = run("calibrate", "--db", ruled)
    found = re.search(r"^\[match\]\nconflict = (0\.\d\d)$", text, re.MULTILINE)
    assert found is not None
    assert 0.6 < float(found[1]) < 0.9
    now, refitted = map(float, re.findall(r"0\.\d{4}", text)[:2])
    assert refitted < now
    assert Path(ruled).read_bytes() == before


def test_quality_report(ruled: str) -> None:
    text = run("report", "quality", "--db", ruled)
    assert re.search(r"^conflict +\d+ of 120 +0\.\d\d +0\.\d\d-0\.\d\d$", text, re.MULTILINE)
    found = json.loads(run("report", "quality", "--db", ruled, "--format", "json"))
    (share,) = found["relations"]
    assert share["low"] < share["share"] < share["high"]
    assert sum(c["of"] for c in found["calibration"]) == 120


class Tags(HTMLParser):
    """Collects what a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_html_report_needs_nothing_else(tmp_path: Path) -> None:
    path, out = tmp_path / "a.db", tmp_path / "report.html"
    with Store(path) as store:
        store.publish(b.publication())
        form = next(f for f in store.finding_dicts() if f["id"] == b.SINCE.finding_id)
        store.record(new_decision(form, "not-a-conflict", reviewer="ana", created_at="2031-03-05"))
    run("report", "html", "--db", str(path), "--output", str(out))
    text = out.read_text("utf-8")
    page = Tags()
    page.feed(text)
    assert not [tag for tag, _ in page.found if tag in ("script", "link", "img", "iframe", "object", "form")]
    assert not [name for _, attributes in page.found for name in attributes if name.startswith(("on", "src"))]
    ids = {attributes.get("id") for _, attributes in page.found}
    assert {b.HURT.finding_id, b.BRIDGE.finding_id} <= ids
    assert b.SINCE.finding_id not in ids
    assert "&lt;b&gt;by noon&lt;/b&gt;" in text
    assert "The ferry was about to leave." not in text
    assert run("report", "html", "--db", str(path)) == text
