"""Settings: every key has an effect, and every mistake is named, all at once."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from reconcile.config import LIMITS, Settings, from_mapping, load_settings, unknown_names
from reconcile.errors import ConfigError
from reconcile.read.fetch import FetchRules
from reconcile.read.ingest import Limits

ROOT = Path(__file__).resolve().parent.parent


def _load(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "some.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


GOOD = [
    pytest.param("", Settings(), id="empty"),
    pytest.param("[model]\nname = ' x/y '\nthreads = 3", Settings(model_name="x/y", threads=3), id="model"),
    pytest.param("[judge]\nname = 'rules'", Settings(judge_name="rules"), id="judge"),
    pytest.param("[extract]\njobs = 3", Settings(jobs=3), id="processes"),
    pytest.param("[engine]\nmemory = 2000", Settings(memory=2000), id="memory"),
    pytest.param("[limits]\nmax_bytes = 10", Settings(limits={"max_bytes": 10}), id="limits"),
    pytest.param("[limits]\nmax_errors = 0", Settings(limits={"max_errors": 0}), id="no problem at all"),
    pytest.param(
        "[fetch]\nallow_hosts = ['b.example ', 'a.example']\ndelay = 2",
        Settings(allow_hosts=("a.example", "b.example"), fetch={"delay": 2.0}),
        id="fetch",
    ),
    pytest.param("[match]\nmin_confidence = 1", Settings(match={"min_confidence": 1.0}), id="match"),
    pytest.param("[match]\n'conflict:value' = 0.2", Settings(match={"conflict:value": 0.2}), id="match quoted"),
    pytest.param("[match.a]\nb = 0.2", Settings(match={"a.b": 0.2}), id="match nested"),
    pytest.param(
        "[aliases]\n'European Central Bank' = ['ECB', 'EZB']",
        Settings(aliases={"ECB": "European Central Bank", "EZB": "European Central Bank"}),
        id="aliases",
    ),
    pytest.param(
        "[owners]\nOwner = ['Outlet A', 'outlet-b.example']",
        Settings(owners={"Outlet A": "Owner", "outlet-b.example": "Owner"}),
        id="owners",
    ),
    pytest.param("\ufeff[judge]\nname = 'x'", Settings(judge_name="x"), id="byte order mark"),
]


@pytest.mark.parametrize(("text", "expected"), GOOD)
def test_load_reads(tmp_path: Path, text: str, expected: Settings) -> None:
    assert _load(tmp_path, text) == expected


BAD = [
    pytest.param("[modle]", "[modle]: unknown; did you mean model?", id="misspelt table"),
    pytest.param("[model]\nthread = 1", "model.thread: unknown; did you mean threads?", id="misspelt key"),
    pytest.param("[engine]\nmemory = -1", "engine.memory: must be a whole number from 0", id="negative memory"),
    pytest.param("[extract]\njobs = 1000", "extract.jobs: must be a whole number from 0 to 256", id="too many"),
    pytest.param("[limits]\nmax_byte = 1", "did you mean max_bytes?", id="misspelt limit"),
    pytest.param("[judge]\nzzz = 1", "judge.zzz: unknown; known: name", id="nothing near"),
    pytest.param("model = 1", "model: must be a table", id="not a table"),
    pytest.param("[model]\nthreads = -1", "model.threads: must be a whole number from 0", id="negative"),
    pytest.param("[model]\nthreads = true", "model.threads: must be a whole number", id="bool is no number"),
    pytest.param("[model]\nname = ''", "model.name: must be a non-empty text", id="empty name"),
    pytest.param("[limits]\nmax_bytes = 0", "limits.max_bytes: must be a whole number from 1", id="zero limit"),
    pytest.param("[limits]\nmax_errors = -1", "limits.max_errors: must be a whole number from 0", id="fewer than none"),
    pytest.param("[fetch]\nallow_hosts = 'a'", "fetch.allow_hosts: must be a list", id="hosts no list"),
    pytest.param("[fetch]\ndelay = -1", "fetch.delay: must be a number from 0 to 3600", id="negative delay"),
    pytest.param("[match]\nx = nan", "match.x: must be a finite number", id="nan"),
    pytest.param("[match]\nx = 'a'", "match.x: must be a finite number; is 'a'", id="text for a number"),
    pytest.param("[match.value]\nclose = inf", "match.value.close: must be a finite", id="infinite"),
    pytest.param("[aliases]\nA = 'b'", "aliases.A: must be a list of non-empty texts", id="alias no list"),
    pytest.param("[aliases]\nA = ['']", "aliases.A: must be a list of non-empty texts", id="empty alias"),
    pytest.param("[aliases]\n' ' = ['a']", "aliases: a name must not be empty", id="empty canonical name"),
    pytest.param("[aliases]\nA = ['x']\nB = ['X']", "'X' already stands for 'A'", id="two meanings"),
    pytest.param("[owners]\nA = ['x']\nB = ['x']", "'x' already stands for 'A'", id="two owners"),
    pytest.param("[model", "not valid TOML", id="not TOML"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_load_refuses(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, text)
    assert message in str(caught.value)
    assert "some.toml" in str(caught.value)


def test_load_reports_all_problems_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, "[model]\nthreads = -1\nnmae = 'x'\n[match]\nx = 'a'\n[oops]")
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("4 problems")
    assert len(lines) == 5


def test_load_without_a_file_gives_the_defaults() -> None:
    assert load_settings() == Settings()


def test_load_takes_the_file_of_the_current_folder() -> None:
    Path("reconcile.toml").write_text("[model]\nthreads = 5", encoding="utf-8")
    assert load_settings().threads == 5


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("missing.toml", None, "cannot be read", id="missing"),
        pytest.param("latin.toml", b"[judge]\nname = '\xe9'", "not valid TOML", id="not UTF-8"),
        pytest.param("big.toml", b"#" * 4_000_001, "larger than", id="too large"),
    ],
)
def test_load_says_which_file_cannot_be_read(name: str, content: bytes | None, message: str) -> None:
    if content is not None:
        Path(name).write_bytes(content)
    with pytest.raises(ConfigError, match=message) as caught:
        load_settings(name)
    assert name in str(caught.value)


EXAMPLE = ROOT / "reconcile.example.toml"


@pytest.fixture
def shown(tmp_path: Path) -> Settings:
    """The settings that the example shows, but for those that go with another engine."""
    text = re.sub(r'(?m)^# (?!scheduler|spill)(?=("[^"]+"|[a-z_]+) = )', "", EXAMPLE.read_text("utf-8"))
    return _load(tmp_path, text)


def test_nothing_of_the_example_is_in_force() -> None:
    assert load_settings(EXAMPLE) == Settings()


def test_the_example_shows_the_defaults(shown: Settings) -> None:
    examples = ("references", "limits", "fetch", "match", "aliases", "owners")
    assert replace(shown, **{name: getattr(Settings(), name) for name in examples}) == Settings()


def test_the_example_loads_and_shows_every_table(shown: Settings) -> None:
    settings = shown
    assert settings.aliases["ECB"] == "European Central Bank"
    assert settings.owners["evening.example"] == "Example Media Group"
    assert set(settings.limits) == set(LIMITS)
    text = EXAMPLE.read_text("utf-8")
    for table in ("model", "judge", "limits", "fetch", "match", "aliases", "owners"):
        assert f"[{table}]" in text


def test_limits_are_those_of_reading(shown: Settings) -> None:
    """The example shows the real defaults, and no limit is left out."""
    assert set(LIMITS) == {field.name for field in fields(Limits)}
    assert Limits(**shown.limits) == Limits()


def test_the_example_shows_the_defaults_of_fetching(shown: Settings) -> None:
    assert FetchRules(shown.allow_hosts, **shown.fetch) == FetchRules()


def test_unknown_names_lists_each_with_the_nearest() -> None:
    assert unknown_names("match", {"min_confidenc", "ok"}, {"min_confidence", "ok"}) == [
        "match.min_confidenc: unknown; did you mean min_confidence?"
    ]


def test_settings_are_recorded_the_same_whatever_the_order() -> None:
    one = from_mapping({"match": {"a": 1, "b": 2}, "aliases": {"N": ["x", "y"]}})
    two = from_mapping({"aliases": {"N": ["y", "x"]}, "match": {"b": 2, "a": 1}})
    assert one.to_json() == two.to_json()
