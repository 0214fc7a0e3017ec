"""Bad input end to end: whatever a file holds, the rest is published, and what was left out is told."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconcile import cli
from reconcile.publish.terminal import clean
from reconcile.read.place import shown_path
from tests.badfiles import FAMILIES, GOOD, TITLE, Bad, row
from tests.faults import record
from tests.machine import quick_model

ROOT = Path(__file__).resolve().parent.parent
MOST_HELD = 1_200_000_000  # bytes
BOUND = 3600  # seconds until a run that waits counts as hanging; one that works is bounded by tests/badrun.py
SAMPLE = {
    "encodings": "utf-16-le.txt", "json lines": "line-deep.jsonl", "addresses": "url0.jsonl", "dates": "date04.jsonl",
    "pages": "page00.html", "feeds": "laughs.rss", "texts": "nasty01.jsonl", "packed": "cut.txt.gz",
    "archives": "length2.warc", "tables": "ragged.csv", "documents": "front04.md", "nodes": "pipe.txt",
}  # fmt: skip

Told = tuple[int, str, str, str]  # line, article, message, advice


@dataclass(frozen=True)
class Outcome:
    """What a run left behind: its exit code and words, and what the database holds by path."""

    code: int
    said: str
    texts: dict[str, list[str]]
    told: dict[str, list[Told]]

    @property
    def held(self) -> int:
        """Bytes of memory held at most."""
        return int(self.said.rpartition("held ")[2])


def written(folder: Path, bad: Sequence[Bad]) -> list[Bad]:
    """Write a good file and the bad ones; return those that may be made here."""
    folder.mkdir(parents=True)
    (folder / "good.jsonl").write_bytes(row(id="good", title=TITLE))
    made = []
    for one in bad:
        path = folder / one.name
        try:
            one.content(path) if callable(one.content) else path.write_bytes(one.content)
        except (PermissionError, UnicodeError):  # a device node, or a name that this file system does not take
            continue
        made.append(one)
    return made


def tried(folder: Path, *options: str) -> Outcome:
    """Run the command on all files of a folder, in a process of its own."""
    db = folder.with_suffix(".db")
    paths = sorted(os.path.join(folder, name) for name in os.listdir(folder))
    given = ["run", "--db", str(db), "--judge", "rules", "--jobs", "1", "--verbose", *options, "--", *paths]
    done = subprocess.run(
        [sys.executable, "-m", "tests.badrun", *given], cwd=ROOT, capture_output=True, timeout=BOUND, check=False
    )
    said = done.stderr.decode("utf-8", "backslashreplace")
    texts: dict[str, list[str]] = {}
    told: dict[str, list[Told]] = {}
    with sqlite3.connect(db) as conn:
        for path, text in conn.execute("SELECT path, text FROM articles"):
            texts.setdefault(path, []).append(text)
        for path, line, *rest in conn.execute("SELECT path, line, article_id, message, advice FROM problems"):
            told.setdefault(path, []).append((line or 0, *rest))
    return Outcome(done.returncode, said, texts, told)


def wrong(bad: Bad, path: str, outcome: Outcome) -> str:
    """Return what is not as it should be about one bad file, "" if all is well."""
    told, texts = outcome.told.get(path, []), outcome.texts.get(path, [])
    if not told and not texts:
        return "neither read nor refused"
    if bad.says == "" and told and not bad.name.startswith(("empty", "spaces")):
        return f"told without need: {told[:2]}"
    if bad.says and not any(bad.says in t[2] and (t[0] == bad.line or not bad.line) for t in told):
        return f"not told {bad.says!r} of line {bad.line}, but {told[:2]}"
    if bad.article and bad.article not in {t[1] for t in told}:
        return f"does not name the article {bad.article}: {told[:2]}"
    if any("\ufffd" in text for text in texts) and not told and "\ufffd".encode() not in _content(bad):
        return "characters were replaced in silence"
    for line, article, message, advice in told:
        place = f"{path}:{line}" if line else path or article
        words = clean("{}: {} ({})".format(place.replace("\n", "\\n"), message, advice))
        if not message or not advice or f"warning: {words}\n" not in outcome.said:
            return f"no line on stderr says: {words}"
    return ""


def _content(bad: Bad) -> bytes:
    return bad.content if isinstance(bad.content, bytes) else b""


def check(folder: Path, given: Sequence[Bad], name: str) -> None:
    """Run on bad files, and on a good one among them."""
    bad = written(folder, given)
    outcome = tried(folder)
    crashes = "Traceback" in outcome.said
    faults = {b.name: w for b in bad if (w := wrong(b, shown_path(str(folder / b.name)), outcome))}
    record(f"bad input: {name}", len(bad), 0 if crashes else len(bad) - len(faults), len(bad) if crashes else 0)
    assert not crashes, outcome.said[-3000:]
    assert outcome.code == 0
    assert outcome.texts[str(folder / "good.jsonl")] == [GOOD]
    assert faults == {}
    assert outcome.held < MOST_HELD


def test_corpus_has_three_hundred_bad_files_of_different_names() -> None:
    names = [[bad.name for bad in make()] for make in FAMILIES.values()]
    assert sum(map(len, names)) >= 300
    assert all(len(set(of)) == len(of) for of in names)


@pytest.mark.slow
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_bad_files_are_told_and_the_rest_goes_on(tmp_path: Path, family: str) -> None:
    check(tmp_path / "in", list(FAMILIES[family]()), family)


def test_a_bad_file_of_each_family_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    sample = [bad for family, name in SAMPLE.items() for bad in FAMILIES[family]() if bad.name == name]
    check(tmp_path / "in", sample, "one of each")


# -- how many problems are too many ------------------------------------------------------------------------------------


def _three(tmp_path: Path) -> list[str]:
    """Write three bad lines and a good one."""
    path = tmp_path / "four.jsonl"
    path.write_bytes(b"{\n[1]\n" + row(id="good") + b'{"text": ""}\n')
    return ["run", str(path), "--db", str(tmp_path / "x.db"), "--judge", "rules"]


def _articles(tmp_path: Path) -> int:
    with sqlite3.connect(tmp_path / "x.db") as conn:
        return int(conn.execute("SELECT count(*) FROM articles").fetchone()[0])


@pytest.mark.parametrize(
    ("options", "settings", "code", "articles"),
    [
        ([], "", 0, 1),
        (["--strict"], "", 2, 1),
        (["--max-errors", "3"], "", 0, 1),
        (["--max-errors", "2"], "", 2, 0),
        (["--max-errors", "0"], "", 2, 0),
        ([], "[limits]\nmax_errors = 2\n", 2, 0),
        (["--max-errors", "3"], "[limits]\nmax_errors = 2\n", 0, 1),
    ],
)
def test_too_many_problems_stop_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], settings: str, code: int, articles: int
) -> None:
    (tmp_path / "reconcile.toml").write_text(settings, "utf-8")
    with quick_model():
        assert cli.main([*_three(tmp_path), *options]) == code
    assert _articles(tmp_path) == articles
    said = capsys.readouterr().err.splitlines()
    errors = [line for line in said if line.startswith("error: ")]
    if code == 2 and not articles:
        (line,) = errors
        assert said == [line]
        assert "four.jsonl:" in line
        assert "problems (max_errors)" in line
    else:
        assert errors == []
