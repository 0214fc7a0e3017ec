"""The command line: what each command prints where, and that no fault reads as a finding."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import PackagePath, PathDistribution
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from datasette.app import Datasette

import reconcile
from reconcile import __version__
from reconcile.cli import cli, main
from reconcile.console import Progress, guarded
from reconcile.errors import ModelError, ReconcileError
from reconcile.model import Problem
from reconcile.publish.store import Store
from reconcile.serving import serving_metadata

PROBLEM = Problem("ingest", "bad.json", 3, "", "not valid JSON", "mend the line")
KEPT = Problem("ingest", "new.md", 1, "", "the front matter is not read", "write it as YAML", kept=True)
RETRACTED = Problem("retract", "b.json", 1, "lake-b", "retracted on 2031-03-06", "`retract --restore` takes it back")
CLASH = Problem("ingest", "a.json", 1, "lake-a", "another text under this id", "give each its own id")


def built(**changes: Any) -> SimpleNamespace:
    values: dict[str, Any] = {
        "articles": 12,
        "claims": 40,
        "questions": 9,
        "findings": {"conflict": 2, "agree": 5, "update": 0},
        "problems": (),
        "seconds": {"ingest": 0.25, "extract": 1.0},
        "read": 12,
        "new_articles": 3,
        "changed_articles": 1,
        "changes": 2,
        "verified": None,
        "facts": 0,
    }
    return SimpleNamespace(**{**values, **changes})


def conflict(severity: str = "high", relation: str = "conflict", number: str = "1") -> dict[str, Any]:
    sides = {
        name: {
            "article_id": f"new-{name}",
            "source": "Alpha",
            "quote": "It is 5 m.",
            "part": "text",
            "start": 0,
            "end": 10,
            "focus_start": 6,
            "focus_end": 9,
            "value": "5 m",
            "also_in": [],
        }
        for name in "ab"
    }
    return {
        "id": number,
        "relation": relation,
        "field": "value",
        "severity": severity,
        "confidence": 0.9,
        "about": "length",
        "explanation": "5 against 6",
        **sides,
    }


def checked(*findings: Mapping[str, Any], **changes: Any) -> SimpleNamespace:
    values: dict[str, Any] = {"articles": ("new-b",), "claims": 4, "findings": findings, "problems": (), "silent": ()}
    return SimpleNamespace(**{**values, **changes})


@pytest.fixture
def run_check(database: str, install_pipeline: Callable[..., Any]) -> Callable[..., int]:
    """Return a function that runs `check` with a given outcome of the comparison."""

    def run(result: object, *arguments: str) -> int:
        def check(paths: Sequence[str], store: Any, settings: Any, *, on_progress: Any = None) -> object:
            assert store.read_only
            if isinstance(result, BaseException):
                raise result
            return result

        install_pipeline(check=check)
        return main(["check", "new.txt", "--db", database, *arguments])

    return run


# ------------------------------------------------------------------ help


def _commands() -> Iterator[list[str]]:
    for name, command in sorted(cli.commands.items()):
        yield [name]
        for inner in sorted(getattr(command, "commands", {})):
            yield [name, inner]


@pytest.mark.parametrize("words", [[], *_commands()], ids=lambda words: " ".join(words) or "reconcile")
def test_every_command_has_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--help"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"Usage: {' '.join(['reconcile', *words])} ")
    assert re.search(r"\n\n  [A-Z]", printed), "a description"
    for option in ("--config", "--quiet", "--verbose"):
        assert option in printed or words in (["evaluate"], ["baseline"], ["decisions"], ["report"])


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"reconcile, version {__version__}\n"


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; from reconcile.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    heavy = {
        "torch", "numpy", "scipy", "sentence_transformers", "transformers", "datasette", "sqlite_utils",
        "rapidfuzz", "trafilatura", "lxml", "babel", "selectolax", "onnxruntime", "sentencex", "py3langid",
        "httpx", "yaml",
    }  # fmt: skip
    assert "reconcile" in loaded
    assert not loaded & heavy


# ------------------------------------------------------------------ exit codes


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="nothing"),
        pytest.param(["fly"], id="unknown command"),
        pytest.param(["run"], id="run without a path"),
        pytest.param(["check"], id="check without a path"),
        pytest.param(["findings", "--relation", "nope"], id="unknown relation"),
        pytest.param(["findings", "--field", "nope"], id="unknown field"),
        pytest.param(["findings", "--wat"], id="unknown option"),
        pytest.param(["findings", "--db", "missing.db"], id="missing database"),
        pytest.param(["claims", "--db", "missing.db"], id="missing database for claims"),
        pytest.param(["check", "x", "--db", "missing.db"], id="missing database for check"),
        pytest.param(["explain", "x", "--db", "missing.db"], id="missing database for explain"),
        pytest.param(["serve", "--db", "missing.db"], id="missing database for serve"),
        pytest.param(["serve", "--port", "70000"], id="port out of range"),
        pytest.param(["judge", "missing.jsonl"], id="missing pairs"),
        pytest.param(["run", "x", "--config", "missing.toml"], id="missing settings"),
        pytest.param(["check", "x", "--format", "yaml"], id="unknown format"),
        pytest.param(["evaluate"], id="evaluate nothing"),
        pytest.param(["evaluate", "stories", "missing"], id="no stories"),
        pytest.param(["evaluate", "pairs", "missing"], id="no pairs"),
    ],
)
def test_what_goes_wrong_exits_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str], install_pipeline: Callable[..., Any]
) -> None:
    install_pipeline()
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.strip()
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        pytest.param(ModelError("no weights; run setup"), "error: no weights; run setup\n", id="our own"),
        pytest.param(PermissionError(13, "denied"), "denied", id="system"),
        pytest.param(KeyboardInterrupt(), "interrupted", id="Ctrl-C"),
        pytest.param(ZeroDivisionError("oops"), "ZeroDivisionError: oops", id="a fault of ours"),
        pytest.param(SystemExit(1), "", id="a library that leaves with 1"),
        pytest.param(MemoryError(), "MemoryError", id="no memory"),
        pytest.param(RecursionError("deep"), "RecursionError", id="too deep"),
    ],
)
def test_no_crash_reads_as_a_finding(
    run_check: Callable[..., int], capsys: pytest.CaptureFixture[str], error: BaseException, said: str
) -> None:
    assert run_check(error) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


@pytest.mark.parametrize(
    ("result", "fail_on", "expected"),
    [
        pytest.param(checked(), "high", 0, id="clean"),
        pytest.param(checked(conflict()), "high", 1, id="high"),
        pytest.param(checked(conflict("low")), "high", 0, id="low does not count"),
        pytest.param(checked(conflict("low")), "any", 1, id="low counts for any"),
        pytest.param(checked(conflict()), "any", 1, id="high counts for any"),
        pytest.param(checked(conflict()), "never", 0, id="never"),
        pytest.param(checked(conflict(relation="update")), "any", 0, id="an update is no conflict"),
        pytest.param(checked(conflict(), problems=(PROBLEM,)), "high", 2, id="unreadable input"),
        pytest.param(checked(problems=(PROBLEM,)), "never", 2, id="unreadable input, never"),
        pytest.param(checked(conflict(), problems=(CLASH,)), "high", 1, id="a problem of a read article"),
        pytest.param(checked(conflict(), problems=(KEPT,)), "high", 1, id="a note on a file that was read"),
        pytest.param(checked(articles=(), claims=0), "high", 2, id="nothing read"),
        pytest.param(checked(articles=(), claims=0, problems=(RETRACTED,)), "high", 0, id="retracted alone"),
        pytest.param(checked(articles=(), claims=0, problems=(RETRACTED, PROBLEM)), "high", 2, id="not that alone"),
    ],
)
def test_check_exit_codes(run_check: Callable[..., int], result: SimpleNamespace, fail_on: str, expected: int) -> None:
    assert run_check(result, "--fail-on", fail_on) == expected


def test_check_fails_on_high_by_default(run_check: Callable[..., int]) -> None:
    assert run_check(checked(conflict("low"))) == 0
    assert run_check(checked(conflict("high"))) == 1


def test_check_strict_takes_any_problem(run_check: Callable[..., int]) -> None:
    assert run_check(checked(problems=(CLASH,))) == 0
    assert run_check(checked(problems=(CLASH,)), "--strict") == 2
    assert run_check(checked(problems=(KEPT,)), "--strict") == 2
    assert run_check(checked(problems=(RETRACTED,)), "--strict") == 0


@pytest.mark.parametrize("words", [["check", "new.txt"], ["baseline", "prune", "new.txt"]], ids=" ".join)
def test_a_database_that_nothing_was_published_to_is_refused(
    words: list[str], capsys: pytest.CaptureFixture[str], install_pipeline: Callable[..., Any]
) -> None:
    install_pipeline()
    Store("empty.db").close()
    Path("baseline.toml").write_text("", "utf-8")
    assert main([*words, "--db", "empty.db"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: empty.db: nothing was published to it yet; `reconcile run")


def test_check_alone_needs_no_database(install_pipeline: Callable[..., Any]) -> None:
    def check(paths: Sequence[str], store: Store, settings: Any, **options: Any) -> object:
        assert list(store.articles()) == []
        return checked(conflict())

    install_pipeline(check=check)
    assert main(["check", "new.txt", "--alone"]) == 1
    assert not Path("reconcile.db").exists()


# ------------------------------------------------------------------ check


def test_check_writes_several_reports(
    run_check: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.sarif"
    assert run_check(checked(conflict()), "--format", f"sarif={out}", "--format", "jsonl") == 1
    assert json.loads(out.read_text("utf-8"))["version"] == "2.1.0"
    assert json.loads(capsys.readouterr().out)["id"] == "1"


@pytest.mark.parametrize(
    ("formats", "message"),
    [
        pytest.param(["text", "json"], "two reports go to standard output", id="two to stdout"),
        pytest.param(["json=a", "text=a"], "two reports go to a", id="two to one file"),
        pytest.param(["json="], "name is missing", id="no name"),
        pytest.param(["xml=a"], "known: text, json", id="unknown"),
        pytest.param(["json=no/such/folder/a"], "there is no folder", id="no folder"),
        pytest.param(["json=."], "is a folder", id="a folder"),
    ],
)
def test_check_refuses_outputs(
    run_check: Callable[..., int], capsys: pytest.CaptureFixture[str], formats: list[str], message: str
) -> None:
    assert run_check(checked(), *(word for form in formats for word in ("--format", form))) == 2
    assert message in capsys.readouterr().err


def test_check_takes_a_baseline(run_check: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    Path("accepted.toml").write_text('[[accept]]\nfingerprint = "1"\nreason = "known"\nwho = "maria"\n', "utf-8")
    assert run_check(checked(conflict()), "--baseline", "accepted.toml") == 0
    assert "1 accepted in the baseline" in capsys.readouterr().out
    assert run_check(checked(conflict(), conflict(number="2")), "--baseline", "accepted.toml") == 1
    assert run_check(checked(), "--baseline", "missing.toml") == 2


def test_check_says_that_there_was_nothing_to_compare(
    run_check: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_check(checked(claims=0, silent=("new.txt",))) == 0
    captured = capsys.readouterr()
    assert "new.txt: no claim was found" in captured.err
    assert captured.out.endswith("no claims: nothing was compared (1 article)\n")


def test_check_writes_nothing_to_the_database(run_check: Callable[..., int], database: str) -> None:
    before = Path(database).read_bytes()
    Path(database).chmod(0o444)
    assert run_check(checked(conflict())) == 1
    assert Path(database).read_bytes() == before


# ------------------------------------------------------------------ run


@pytest.fixture
def run_build(install_pipeline: Callable[..., Any], tmp_path: Path) -> Callable[..., int]:
    """Return a function that runs `run` with a given outcome of the build."""

    def run(result: object, *arguments: str) -> int:
        def build(paths: Sequence[str], store: Any, settings: Any, *, on_progress: Any = None) -> object:
            on_progress("extract", 1, 2)
            build.seen = (tuple(paths), settings)  # type: ignore[attr-defined]
            return result

        run.fake = install_pipeline(build=build)  # type: ignore[attr-defined]
        return main(["run", *arguments, "--db", str(tmp_path / "new.db")])

    return run


def test_run_says_what_it_did(run_build: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_build(built(problems=(PROBLEM,)), "a.txt", "b") == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "warning: bad.json:3: not valid JSON (mend the line)\n" in captured.err
    assert "12 articles (3 new, 1 changed), 40 claims, 9 questions" in captured.err
    assert "findings: 2 conflict, 5 agree\n" in captured.err
    assert "problems: 1\n" in captured.err
    assert "time: ingest 0.2 s, extract 1.0 s; 1.2 s in all\n" in captured.err


@pytest.mark.parametrize(
    ("result", "arguments", "expected"),
    [
        pytest.param(built(), [], 0, id="fine"),
        pytest.param(built(problems=(PROBLEM,)), [], 0, id="problems are reported only"),
        pytest.param(built(problems=(PROBLEM,)), ["--strict"], 2, id="strict"),
        pytest.param(built(), ["--strict"], 0, id="strict and fine"),
        pytest.param(built(problems=(RETRACTED,)), ["--strict"], 0, id="strict and retracted"),
        pytest.param(built(problems=(RETRACTED, CLASH)), ["--strict"], 2, id="strict and retracted beside"),
        pytest.param(built(read=0, articles=0, problems=(PROBLEM,)), [], 2, id="nothing readable"),
    ],
)
def test_run_exit_codes(
    run_build: Callable[..., int], result: SimpleNamespace, arguments: list[str], expected: int
) -> None:
    assert run_build(result, "a", *arguments) == expected


def test_run_quiet_says_nothing(run_build: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_build(built(problems=(PROBLEM,)), "a", "--quiet") == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("words", "shown"), [([], 10), (["--verbose"], 30)], ids=["plain", "verbose"])
def test_run_lists_problems_shortly(
    run_build: Callable[..., int], capsys: pytest.CaptureFixture[str], words: list[str], shown: int
) -> None:
    many = tuple(Problem("ingest", "x", n, "", f"wrong \x1b[31m{n}", "mend") for n in range(1, 31))
    assert run_build(built(problems=many), "a", *words) == 0
    err = capsys.readouterr().err
    assert len(re.findall(r"^warning: x:\d+: wrong", err, re.MULTILINE)) == shown
    assert ("20 more problems: --verbose shows all" in err) is (shown == 10)
    assert "\x1b" not in err


def test_settings_come_from_file_and_options(run_build: Any) -> None:
    Path("reconcile.toml").write_text("[model]\nname='from file'\nthreads=2\n[judge]\nname='j'", "utf-8")
    assert run_build(built(), "a", "--model", "given") == 0
    paths, settings = run_build.fake.build.seen
    assert paths == ("a",)
    assert (settings.model_name, settings.threads, settings.judge_name) == ("given", 2, "j")


def test_wrong_settings_make_no_database(run_build: Callable[..., int], tmp_path: Path) -> None:
    Path("reconcile.toml").write_text("[modle]", "utf-8")
    assert run_build(built(), "a") == 2
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize("before", [True, False], ids=["before the command", "after it"])
def test_common_options_may_stand_on_either_side(
    database: str, install_pipeline: Callable[..., Any], capsys: pytest.CaptureFixture[str], before: bool
) -> None:
    install_pipeline()
    words = ["--config", "missing.toml"]
    command = ["lookup", "x", "--db", database]
    assert main([*words, *command] if before else [*command, *words]) == 2
    assert "missing.toml: cannot be read" in capsys.readouterr().err


# ------------------------------------------------------------------ reading back


def test_findings_prints_the_documented_form(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["findings", "--db", database, "--format", "jsonl"]) == 0
    row = json.loads(capsys.readouterr().out)
    documented = [
        "id", "relation", "field", "severity", "confidence", "cluster_id", "about", "explanation", "a", "b",
    ]  # fmt: skip
    assert [name for name in row if name in documented] == documented
    assert {"article_id", "source", "claim_id", "quote", "start", "end", "part", "value"} <= set(row["a"])
    assert (row["relation"], row["field"], row["severity"]) == ("conflict", "direction", "high")


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        pytest.param([], 1, id="conflicts by default"),
        pytest.param(["--relation", "agree"], 0, id="none agree"),
        pytest.param(["--relation", "agree", "--relation", "conflict"], 1, id="two relations"),
        pytest.param(["--field", "direction"], 1, id="field"),
        pytest.param(["--field", "value"], 0, id="other field"),
    ],
)
def test_findings_are_chosen(
    database: str, capsys: pytest.CaptureFixture[str], arguments: list[str], count: int
) -> None:
    assert main(["findings", "--db", database, "--format", "json", *arguments]) == 0
    assert len(json.loads(capsys.readouterr().out)) == count


def test_findings_table_is_the_default(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["findings", "--db", database]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["severity", "relation", "field"]
    assert "rose 14% (Alpha)" in lines[2]


def test_claims_lists_every_field(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "--db", database, "--format", "jsonl"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["article_id"] for row in rows] == ["lake-a", "lake-b"]
    assert (rows[0]["direction"], rows[0]["quote"][rows[0]["focus_start"] : rows[0]["focus_end"]]) == (
        "up",
        "rose 14%",
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param([], ["lake-a-c0", "lake-b-c0"], id="all"),
        pytest.param(["--article", "lake-b"], ["lake-b-c0"], id="of one article"),
        pytest.param(["--dropped"], ["lake-b-s1"], id="dropped"),
        pytest.param(["--dropped", "--article", "lake-a"], [], id="none dropped"),
    ],
)
@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "table"])
def test_claims_are_chosen(
    database: str, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: list[str], form: str
) -> None:
    assert main(["claims", "--db", database, "--format", form, *arguments]) == 0
    printed = capsys.readouterr().out
    if form == "json":
        assert [row["id"] for row in json.loads(printed)] == expected
    elif form == "jsonl":
        assert [json.loads(line)["id"] for line in printed.splitlines()] == expected
    else:
        assert len(printed.splitlines()) == len(expected) + {"csv": 1, "table": 2}[form]


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        pytest.param([], 2, id="all"),
        pytest.param(["--field", "value"], 1, id="of one field"),
        pytest.param(["--article", "lake-b"], 0, id="of an article without"),
    ],
)
@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_revisions_lists_changes(
    database: str, capsys: pytest.CaptureFixture[str], arguments: list[str], count: int, form: str
) -> None:
    assert main(["revisions", "--db", database, "--format", form, *arguments]) == 0
    printed = capsys.readouterr().out
    if form in ("json", "jsonl"):
        rows = json.loads(printed) if form == "json" else [json.loads(line) for line in printed.splitlines()]
        assert len(rows) == count
        assert {row["article_id"] for row in rows} <= {"lake-a"}
    elif count:
        assert "lake-a" in printed
        assert "14%" in printed


def test_explain_in_both_forms(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "f0f0f0f0f0f0f0f0", "--db", database]) == 0
    assert "up against down" in capsys.readouterr().out
    assert main(["explain", "f0f0f0f0f0f0f0f0", "--db", database, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["outcomes"][0]["field"] == "direction"


def test_explain_names_an_unknown_finding(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "nope", "--db", database]) == 2
    assert "no finding 'nope'" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["claims"], ["claims", "--dropped"], ["revisions"]], ids=" ".join)
def test_an_article_that_is_not_there_is_said(
    database: str, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert main([*words, "--db", database, "--article", "typo"]) == 2
    captured = capsys.readouterr()
    assert (captured.out, "no article 'typo'" in captured.err) == ("", True)
    assert main([*words, "--db", database, "--article", "lake-a"]) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--relation", "scope"], "no findings\n", id="table"),
        pytest.param(["--relation", "scope", "--format", "jsonl"], "", id="lines"),
        pytest.param([], "", id="some are found"),
    ],
)
def test_that_nothing_is_found_is_said(
    database: str, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["findings", "--db", database, *words]) == 0
    assert capsys.readouterr().err == said


# ------------------------------------------------------------------ judge, lookup


def _judge(rows: Iterator[Mapping[str, Any]], settings: Any) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {"id": row["id"], "relation": "agree", "field": None, "confidence": len(row["a"]) / 10}


def test_judge_answers_in_order(
    install_pipeline: Callable[..., Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    install_pipeline(judge=_judge)
    pairs = [{"id": n, "a": "x" * n, "b": "y", "label": "conflict"} for n in (3, 1, 2)]
    text = "\n\n".join(json.dumps(pair) for pair in pairs)
    Path("pairs.jsonl").write_text("\ufeff" + text, "utf-8")
    assert main(["judge", "pairs.jsonl"]) == 0
    from_file = capsys.readouterr().out
    assert [json.loads(line)["id"] for line in from_file.splitlines()] == [3, 1, 2]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert main(["judge"]) == 0
    assert capsys.readouterr().out == from_file


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("{", "pairs.jsonl:2: not valid JSON", id="not JSON"),
        pytest.param("[1]", "pairs.jsonl:2: needs id, a, b", id="no object"),
        pytest.param('{"id": 1, "a": "x"}', "pairs.jsonl:2: needs b", id="no b"),
        pytest.param('{"id": 1, "a": "x", "b": null}', "needs b", id="b is null"),
        pytest.param('{"id": 1, "a": "x", "b": 5}', "a and b must be texts", id="b is a number"),
        pytest.param("[" * 100_000, "not valid JSON", id="too deep"),
    ],
)
def test_judge_names_the_bad_line(
    install_pipeline: Callable[..., Any], capsys: pytest.CaptureFixture[str], line: str, message: str
) -> None:
    install_pipeline(judge=_judge)
    Path("pairs.jsonl").write_text('{"id": 0, "a": "x", "b": "y"}\n' + line, "utf-8")
    assert main(["judge", "pairs.jsonl"]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert len(captured.out.splitlines()) == 1


def test_lookup_in_every_form(
    database: str, install_pipeline: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"relation": "agree", "field": "value", "confidence": 0.5, **conflict()["a"]}
    install_pipeline(lookup=lambda text, store, settings: (row,))
    assert main(["lookup", "It is 5 m", "--db", database]) == 0
    assert "   |       ^^^\n" in capsys.readouterr().out
    assert main(["lookup", "It is 5 m", "--db", database, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [row]
    assert main(["lookup", "It is 5 m", "--db", database, "--format", "jsonl"]) == 0
    assert json.loads(capsys.readouterr().out) == row


# ------------------------------------------------------------------ streams


def _start(arguments: list[str], **options: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "reconcile", *arguments], stderr=subprocess.PIPE, **options)


def test_a_closed_pipe_is_no_error(database: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = _start(["claims", "--db", database, "--format", "json"], stdout=writing)
    os.close(writing)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


def test_a_closed_pipe_does_not_hide_a_verdict(
    run_check: Callable[..., int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

        def fileno(self) -> int:
            return self.file.fileno()

        file = (tmp_path / "spare").open("wb")

    monkeypatch.setattr(sys, "stdout", Closed())
    assert run_check(checked(conflict())) == 1
    assert run_check(checked()) == 0


def test_output_is_utf8_in_any_locale(database: str) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE findings SET about = 'Ōtautahi 湖'")
    connection.close()
    environment = {
        **os.environ,
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONIOENCODING": "ascii",
        "PYTHONCOERCECLOCALE": "0",
    }
    process = _start(["findings", "--db", database, "--format", "jsonl"], stdout=subprocess.PIPE, env=environment)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert json.loads(out.decode("utf-8"))["about"] == "Ōtautahi 湖"


@pytest.mark.parametrize(
    ("steps", "terminal", "after", "expected"),
    [
        pytest.param([("read", 1, 2)], True, 0.0, "read  50 % (1/2)", id="share"),
        pytest.param([("read", 7, 0)], True, 0.0, "read 7", id="total unknown"),
        pytest.param([("read", 1, 2)], True, 99.0, "", id="too early"),
        pytest.param([("read", 1, 2)], False, 0.0, "", id="no terminal"),
    ],
)
def test_progress(steps: list[tuple[str, int, int]], terminal: bool, after: float, expected: str) -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    stream = Stream()
    with Progress(shown=True, stream=stream, after=after) as progress:
        for step in steps:
            progress(*step)
    printed = stream.getvalue()
    assert (expected in printed) if expected else not printed
    assert not expected or printed.endswith("\r")


def test_guarded_returns_what_the_body_says() -> None:
    assert guarded(lambda: None) == 0
    assert guarded(lambda: 1) == 1


def test_messages_go_through_logging(database: str, caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("reconcile")
    main(["findings", "--db", database])
    logger.addHandler(caplog.handler)
    assert guarded(_raise) == 2
    logger.removeHandler(caplog.handler)
    assert [record.getMessage() for record in caplog.records] == ["said once"]


def _raise() -> None:
    raise ReconcileError("said once")


# ------------------------------------------------------------------ serve


@pytest.mark.parametrize(
    ("text", "databases"),
    [
        pytest.param("title: T\ndatabases: {reconcile: {source: S}}", {"lake": {"source": "S"}}, id="renamed"),
        pytest.param("databases: {a: {}, b: {}}", {"a": {}, "b": {}}, id="several are kept"),
        pytest.param("", {}, id="empty"),
    ],
)
def test_serving_metadata(text: str, databases: dict[str, Any]) -> None:
    Path("m.yml").write_text(text, "utf-8")
    merged = serving_metadata("some/lake.db", "m.yml", reviewer="ana")
    assert merged["databases"] == databases
    assert merged["plugins"]["reconcile"] == {"local": True, "reviewer": "ana"}


@pytest.mark.parametrize(
    ("user", "given", "expected"),
    [
        pytest.param("mila", None, "mila", id="the user"),
        pytest.param("mila", "  Ana  Reyes ", "Ana Reyes", id="given"),
        pytest.param("root", "local", "local", id="given as before"),
        pytest.param("root", None, "local", id="root"),
        pytest.param("", None, "local", id="nobody"),
    ],
)
async def test_reviewer_that_is_served(
    database: str, monkeypatch: pytest.MonkeyPatch, user: str, given: str | None, expected: str
) -> None:
    monkeypatch.setattr("reconcile.serving.user_name", lambda: user)
    datasette = Datasette([database], metadata=serving_metadata(database, reviewer=given))
    transport = httpx.ASGITransport(app=datasette.app(), client=("127.0.0.1", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
        assert (await browser.get("/-/actor.json")).json()["actor"]["id"] == expected


@pytest.mark.parametrize("name", ["root", " ", ""])
def test_serve_refuses_a_reviewer_who_is_none(database: str, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main(["serve", "--db", database, "--reviewer", name]) == 2
    assert "say who rules" in capsys.readouterr().err


def test_descriptions_come_with_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The build puts metadata.yml beside the package's modules, and the installed package finds it there."""
    root = Path(reconcile.__file__).resolve().parent.parent
    declared = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["data-files"]
    (place,) = (folder for folder, names in declared.items() if "metadata.yml" in names)
    monkeypatch.setattr("reconcile.serving.__file__", str(tmp_path / "lib" / "reconcile" / "serving.py"))
    (tmp_path / "lib").mkdir()
    record = PackagePath(f"../{place}/metadata.yml")
    record.dist = PathDistribution(tmp_path / "lib" / "reconcile_claims.dist-info")
    monkeypatch.setattr("reconcile.serving.packages.files", lambda name: [PackagePath("x/metadata.yml"), record])
    assert serving_metadata("lake.db")["databases"] == {}
    (tmp_path / place).mkdir(parents=True)
    shutil.copy(root / "metadata.yml", tmp_path / place)
    assert "conflicts_open" in serving_metadata("lake.db")["databases"]["lake"]["tables"]


@pytest.mark.parametrize("text", ["[", "- 1"], ids=["not YAML", "a list"])
def test_serve_refuses_metadata(database: str, capsys: pytest.CaptureFixture[str], text: str) -> None:
    Path("m.yml").write_text(text, "utf-8")
    assert main(["serve", "--db", database, "--metadata", "m.yml"]) == 2
    assert "m.yml" in capsys.readouterr().err


def test_serve_answers_on_this_machine_only(database: str) -> None:
    process = _start(["serve", "--db", database, "--port", "0"], stdout=subprocess.PIPE)
    assert process.stderr is not None
    try:
        address = _address(process.stderr)
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(address + "/lake/findings.json?_shape=array", timeout=30) as answer:
            rows = json.loads(answer.read())
        assert [row["finding_id"] for row in rows] == ["f0f0f0f0f0f0f0f0"]
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert process.returncode == 0
    finally:
        process.kill()


def _address(lines: Any) -> str:
    deadline = time.monotonic() + 60
    for line in lines:
        found = re.search(rb"running on (http://[\d.]+:\d+)", line)
        if found:
            return found[1].decode()
        if time.monotonic() > deadline:
            break
    raise AssertionError("the server did not say where it runs")
