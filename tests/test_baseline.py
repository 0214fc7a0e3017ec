"""The baseline: what identifies a finding, the file of accepted ones, and the commands that keep it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.cli import main
from reconcile.errors import ConfigError
from reconcile.model import Problem
from reconcile.publish.baseline import Accepted, baseline_text, fingerprint, load_baseline, split, updated
from tests.test_report import EVIL, finding, side

FINDING = finding(id="1")
TODAY = datetime.date(2026, 3, 1)


@pytest.mark.parametrize(
    ("entry", "is_open", "expired", "stale"),
    [
        pytest.param(Accepted("1", "why", "who"), False, 0, 0, id="by the finding's id"),
        pytest.param(Accepted(fingerprint(FINDING), "why", "who"), False, 0, 0, id="by its fingerprint"),
        pytest.param(Accepted("1", "why", "who", TODAY), False, 0, 0, id="last day"),
        pytest.param(Accepted("1", "why", "who", datetime.date(2026, 2, 28)), True, 1, 0, id="expired"),
        pytest.param(Accepted("9", "why", "who"), True, 0, 1, id="stale"),
        pytest.param(Accepted("9", "why", "who", datetime.date(2026, 2, 28)), True, 1, 1, id="both"),
    ],
)
def test_baseline_accepts(entry: Accepted, is_open: bool, expired: int, stale: int) -> None:
    parted = split([FINDING], [entry], TODAY)
    assert bool(parted.open) is is_open
    assert [(one.reason, one.by) for one in parted.suppressed] == ([] if is_open else [("why (who)", "baseline")])
    assert (parted.expired, parted.stale) == ((entry,) * expired, (entry,) * stale)


BASELINE = '[[accept]]\nfingerprint = "f1"\nreason = "why"\nwho = "maria"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", (), id="empty"),
        pytest.param(BASELINE, (Accepted("f1", "why", "maria"),), id="one"),
        pytest.param(
            BASELINE + "expires = 2026-12-31\n",
            (Accepted("f1", "why", "maria", datetime.date(2026, 12, 31)),),
            id="expires",
        ),
    ],
)
def test_baseline_reads(tmp_path: Any, text: str, expected: tuple[Accepted, ...]) -> None:
    path = tmp_path / "baseline.toml"
    path.write_text(text, "utf-8")
    assert load_baseline(path) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("[[accept]]\nreason='r'\nwho='w'", "entry 1: fingerprint must be", id="no fingerprint"),
        pytest.param("[[accept]]\nfingerprint='f'\nwho='w'\nreason=' '", "reason must be", id="no reason"),
        pytest.param(BASELINE + BASELINE, "entry 2: fingerprint 'f1' is there twice", id="twice"),
        pytest.param(BASELINE + "expires = '2026-12-31'", "expires must be a date", id="date as text"),
        pytest.param(BASELINE + "expires = 2026-12-31T00:00:00", "expires must be a date", id="date with time"),
        pytest.param(BASELINE + "until = 1", "until is unknown; known: fingerprint", id="unknown key"),
        pytest.param("[[acept]]", "acept: unknown", id="unknown table"),
        pytest.param("accept = [1]", "entry 1: must be a table", id="no table"),
        pytest.param("accept = 1", "entry 1: must be a table", id="no list"),
        pytest.param(BASELINE + "about = 1", "about must be a text", id="about a number"),
        pytest.param(BASELINE + "says = 'x'", "says must be a list", id="says a text"),
        pytest.param(BASELINE + "says = [1]", "says must be a list", id="says numbers"),
        pytest.param("[[", "not valid TOML", id="not TOML"),
    ],
)
def test_baseline_refuses(tmp_path: Any, text: str, message: str) -> None:
    path = tmp_path / "baseline.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_baseline(path)
    assert message in str(caught.value)


def test_baseline_that_is_missing_is_said() -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_baseline("missing.toml")


# ------------------------------------------------------------------ fingerprints


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(finding(id="other", about="x", explanation="y", confidence=0.1), True, id="ids and words"),
        pytest.param(finding(a=FINDING["b"], b=FINDING["a"]), True, id="sides swapped"),
        pytest.param(
            finding(a={**FINDING["a"], "article_id": "new", "start": 0, "focus_start": 14, "focus_end": 24, "line": 9}),
            True,
            id="moved in another article",
        ),
        pytest.param(finding(a=side("x1", "The bridge is\n200  metres long.", "200  metres")), True, id="reflowed"),
        pytest.param(finding(a=side("x1", "The bridge is 210 metres long.", "210 metres")), False, id="edited"),
        pytest.param(finding(a=side("x1", "The bridge is 200 metres long.", "bridge")), False, id="other words decide"),
        pytest.param(
            finding(a=side("x1", "The bridge is 200 metres long.", "200 metres", source="Else")), False, id="source"
        ),
    ],
)
def test_fingerprint_depends_on_what_was_said(other: dict[str, Any], same: bool) -> None:
    assert (fingerprint(other) == fingerprint(FINDING)) is same


# ------------------------------------------------------------------ the file is rewritten


@given(st.lists(st.tuples(st.text(), st.text(), st.dates(), st.lists(st.text(), max_size=3)), max_size=4))
def test_baseline_round_trip(tmp_path_factory: Any, rows: list[tuple[str, str, datetime.date, list[str]]]) -> None:
    path = tmp_path_factory.mktemp("b") / "baseline.toml"
    entries = tuple(
        Accepted(str(number), reason + "!", "w" + who, day, who, tuple(says))
        for number, (reason, who, day, says) in enumerate(rows)
    )
    path.write_text(baseline_text(entries), "utf-8")
    assert load_baseline(path) == entries


def test_baseline_text_of_hostile_words_stays_text(tmp_path: Path) -> None:
    entry = updated((), [finding(about=EVIL, a=side("x1", EVIL))], Accepted("", EVIL, "w\udcff"))[0]
    path = tmp_path / "baseline.toml"
    path.write_text(baseline_text([entry]), "utf-8")
    (read,) = load_baseline(path)
    assert read.about == entry.about
    assert read.who == "w\ufffd"


def test_updating_keeps_order_and_renews_in_place() -> None:
    over = Accepted("1", "old", "eve", datetime.date(2026, 2, 1))
    kept = Accepted("kept", "r", "w")
    second = finding(id="2", a=side("x1", "It cost 5 dollars.", "5 dollars"))
    new = updated((over, kept), [second, FINDING], Accepted("", "new", "maria"))
    assert [entry.fingerprint for entry in new] == [fingerprint(FINDING), "kept", fingerprint(second)]
    assert (new[0].reason, new[0].who, new[0].expires) == ("new", "maria", None)
    assert new[0].about == "conflict/value: length of the bridge"
    assert new[0].says == ("Outlet x1: The bridge is 200 metres long.", "Outlet x2: At 250 metres it is the longest.")


# ------------------------------------------------------------------ commands


@pytest.fixture
def baseline_command(database: str, install_pipeline: Callable[..., Any]) -> Callable[..., int]:
    """Return a function that runs `baseline WORD` on what a check is made to find."""

    def run(word: str, findings: list[dict[str, Any]], *arguments: str, **more: Any) -> int:
        result = {"articles": ("x2",), "claims": 4, "findings": tuple(findings), "problems": (), "silent": (), **more}
        install_pipeline(check=lambda *given, **options: SimpleNamespace(**result))
        return main(["baseline", word, "new.txt", "--db", database, *arguments])

    return run


SAID = ("--reason", "known since May", "--who", "maria")


def test_update_then_prune(baseline_command: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    second = finding(id="2", a=side("x1", "It cost 5 dollars.", "5 dollars"), relation="conflict")
    update = finding(id="3", relation="update")
    assert baseline_command("update", [FINDING, second, update], *SAID, "--expires", "2099-01-31") == 0
    assert "2 accepted now, 2 entries in all -> baseline.toml" in capsys.readouterr().err
    first = Path("baseline.toml").read_text("utf-8")
    assert {entry.expires for entry in load_baseline("baseline.toml")} == {datetime.date(2099, 1, 31)}
    assert baseline_command("update", [FINDING, second], *SAID) == 0
    assert Path("baseline.toml").read_text("utf-8") == first, "what counts already stays as it is"
    assert baseline_command("prune", [FINDING]) == 0
    assert [entry.fingerprint for entry in load_baseline("baseline.toml")] == [fingerprint(FINDING)]
    assert "1 taken out, 1 entries left" in capsys.readouterr().err


def test_update_renews_and_prune_takes_out_what_expired(baseline_command: Callable[..., int]) -> None:
    old = Accepted(fingerprint(FINDING), "old", "eve", datetime.date(2020, 1, 1))
    Path("b.toml").write_text(baseline_text([old]), "utf-8")
    assert baseline_command("prune", [FINDING], "--baseline", "b.toml") == 0
    assert load_baseline("b.toml") == ()
    Path("b.toml").write_text(baseline_text([old]), "utf-8")
    assert baseline_command("update", [FINDING], *SAID, "--baseline", "b.toml") == 0
    assert [(entry.who, entry.expires) for entry in load_baseline("b.toml")] == [("maria", None)]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"problems": (Problem("ingest", "x.md", 0, "", "cannot be read", "mend it"),)}, id="unreadable"),
        pytest.param({"articles": ()}, id="nothing read"),
    ],
)
def test_the_baseline_is_not_touched_where_an_input_was_not_read(
    baseline_command: Callable[..., int], more: dict[str, Any]
) -> None:
    before = baseline_text([Accepted("1", "r", "w")])
    Path("baseline.toml").write_text(before, "utf-8")
    assert baseline_command("update", [FINDING], *SAID, **more) == 2
    assert baseline_command("prune", [FINDING], **more) == 2
    assert Path("baseline.toml").read_text("utf-8") == before


@pytest.mark.parametrize(
    ("word", "arguments"),
    [
        pytest.param("update", [], id="no reason"),
        pytest.param("update", ["--reason", "r"], id="nobody"),
        pytest.param("update", [*SAID, "--expires", "soon"], id="no date"),
        pytest.param("update", ["--reason", " ", "--who", "maria"], id="blank reason"),
        pytest.param("update", ["--reason", "r", "--who", ""], id="blank name"),
        pytest.param("prune", ["--baseline", "missing.toml"], id="nothing to prune"),
        pytest.param("update", [*SAID, "--baseline", "no/such/folder.toml"], id="no folder"),
    ],
)
def test_baseline_commands_refuse(
    baseline_command: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    word: str,
    arguments: list[str],
) -> None:
    monkeypatch.delenv("RECONCILE_WHO", raising=False)
    assert baseline_command(word, [FINDING], *arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    assert not Path("baseline.toml").exists()


def test_a_note_on_a_file_that_was_read_does_not_stop_the_baseline(baseline_command: Callable[..., int]) -> None:
    note = Problem("ingest", "new.md", 1, "", "the front matter is not read", "write it as YAML", kept=True)
    assert baseline_command("update", [FINDING], *SAID, problems=(note,)) == 0
    assert baseline_command("prune", [FINDING], problems=(note,)) == 0
    assert len(load_baseline("baseline.toml")) == 1


def test_a_baseline_that_cannot_be_written_to_the_end_stays(
    baseline_command: Callable[..., int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert baseline_command("update", [FINDING], *SAID) == 0
    before = Path("baseline.toml").read_bytes()

    def full(*names: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("reconcile.publish.saving.os.replace", full)
    assert baseline_command("prune", []) == 2
    assert Path("baseline.toml").read_bytes() == before
    assert [path.name for path in Path().glob(".*.part")] == []
