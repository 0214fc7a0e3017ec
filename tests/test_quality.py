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
from reconcile.match import relate
from reconcile.options import State
from reconcile.publish.calibrate import Line, Seen, brier, calibrate, calibration_text, fit, settings_table
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


# What was ruled on one kind: how many, from which confidence on the machine was right, every how many it was not.
Ruled = tuple[str, str, int, float, int]


def found(*groups: Ruled) -> list[Seen]:
    """Rulings, and one finding without any beside each; confidences from 0.5 to 0.98."""
    made = []
    for relation, kind, count, sure, odd in groups:
        for number in range(count):
            confidence = 0.5 + (number % 25) / 50
            right = (confidence >= sure) != (number % odd == 0)
            made += [Seen(relation, kind, confidence, right), Seen(relation, kind, confidence, None)]
    return made


SPLIT: Ruled = ("conflict", "value", 100, 0.75, 9)
PROPOSED: dict[str, tuple[tuple[Ruled, ...], set[str]]] = {
    "nothing ruled": ((), set()),
    "one kind with enough": ((SPLIT,), {"conflict:value"}),
    "two kinds, each its own": ((SPLIT, ("conflict", "date", 60, 0.8, 11)), {"conflict:date", "conflict:value"}),
    "a kind with too few": ((SPLIT, ("conflict", "date", 9, 0.75, 5)), {"conflict:value"}),
    "kinds with too few, together enough": (
        (("conflict", "date", 25, 0.75, 9), ("conflict", "status", 25, 0.75, 9)),
        {"conflict", *(f"conflict:{kind}" for kind in ("direction", "name", "outcome", "pole", "statement", "value"))},
    ),
    "direction and outcome are compared alike": (
        (("conflict", "direction", 100, 0.75, 9),),
        {"conflict:direction", "conflict:outcome"},
    ),
    "another relation": ((("update", "value", 100, 0.75, 9),), {"update:value"}),
    "always right": ((("conflict", "value", 100, 0.0, 1000),), set()),
    "as often right whatever the confidence": ((("conflict", "value", 100, 0.0, 2),), set()),
}


@pytest.mark.parametrize("name", PROPOSED)
def test_thresholds_are_proposed_by_relation_and_kind(name: str) -> None:
    groups, expected = PROPOSED[name]
    proposals = calibrate(found(*groups))
    table = settings_table(proposals, relate.load().thresholds, {})
    assert set(table) == expected
    for one in proposals:
        ruled = sum(count for relation, kind, count, *_ in groups if relation == one.relation and kind in one.kinds)
        assert one.ruled.of == ruled
        assert one.hidden + one.shown == 2 * ruled
        assert (one.hidden > 0) == (one.threshold is not None)
        assert one.below is None or one.below.high < 0.5
    text = calibration_text(proposals, table)
    assert ("[match]" in text) == bool(expected)


def test_a_threshold_for_all_kinds_leaves_those_that_were_not_ruled_on() -> None:
    pooled = calibrate(found(("conflict", "date", 25, 0.75, 9), ("conflict", "status", 25, 0.75, 9)))
    packaged = {"conflict": 0.3, "conflict:name": 0.4}
    table = settings_table(pooled, packaged, {"conflict:date": 0.99, "conflict:status": 0.2})
    assert table["conflict"] > 0.6
    assert "conflict:status" not in table
    assert (table["conflict:name"], table["conflict:value"], table["conflict:date"]) == (0.4, 0.3, 0.99)


def test_proposed_table_keeps_what_is_set() -> None:
    proposals = calibrate(found(SPLIT))
    table = settings_table(proposals, {"conflict": 0.3}, {"update": 0.4, "conflict:value": 0.2})
    assert table["update"] == 0.4
    assert table["conflict:value"] > 0.6


def test_every_threshold_that_is_proposed_can_be_set() -> None:
    every = found(*((r, k, 40, 0.75, 9) for r in ("conflict", "update") for k in ("value", "direction", "statement")))
    assert set(settings_table(calibrate(every), {}, {})) <= relate.settable()


def test_too_few_rulings_are_said_to_be() -> None:
    text = calibration_text(calibrate(found(("conflict", "value", 12, 0.75, 5))), {})
    assert "too few" in text
    assert "[match]" not in text


# -------------------------------------------------------------------------------------------- commands


def test_calibrate_proposes_and_changes_nothing(ruled: str) -> None:
    before = Path(ruled).read_bytes()
    text = run("calibrate", "--db", ruled)
    line = re.search(r'^\[match\]\n"conflict:value" = (0\.\d\d)$', text, re.MULTILINE)
    assert line is not None
    assert 0.6 < float(line[1]) < 0.9
    now, refitted = map(float, re.findall(r"0\.\d{4}", text)[:2])
    assert refitted < now
    hidden, every, stay = map(int, re.findall(r"(\d+) of all (\d+) would no longer be said, (\d+) stay", text)[0])
    assert 0 < hidden == every - stay
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
