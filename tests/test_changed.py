"""What git says has changed: branches, renamed, deleted and new files, odd names, and what is no repository."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile.changed import before, changed_files
from reconcile.errors import InputError

Git = Callable[..., str]


def run_git(*words: str) -> str:
    """Run git in the current folder as an invented person, without anybody's settings."""
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who = {f"GIT_{role}_{part}": "test@example.org" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", *words], env={**os.environ, **settings, **who}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(message: str = "change") -> str:
    """Commit everything that there is; return the commit."""
    run_git("add", "--all")
    run_git("commit", "--quiet", "--allow-empty", "--message", message)
    return run_git("rev-parse", "HEAD")


@pytest.fixture
def repository() -> str:
    """A repository in the current folder with three articles and a script on `main`; returns the first commit."""
    run_git("init", "--quiet", "--initial-branch", "main")
    for name in ("kept.md", "edited.md", "doomed.md", "script.py"):
        Path("articles").mkdir(exist_ok=True)
        (Path("articles") / name).write_text(f"The text of {name} is long enough to be known again.\n" * 5, "utf-8")
    Path(".gitignore").write_text("drafts/\n", "utf-8")
    return commit("first")


def paths(revision: str, *asked: str) -> list[str]:
    return [row.path for row in changed_files(revision, asked)]


def test_nothing_changed(repository: str) -> None:
    assert paths("main") == []


def test_edited_added_renamed_deleted(repository: str) -> None:
    run_git("switch", "--quiet", "--create", "branch")
    Path("articles/edited.md").write_text("Other words.\n", "utf-8")
    run_git("mv", "articles/kept.md", "articles/renamed.md")
    Path("articles/doomed.md").unlink()
    commit()
    Path("articles/new and ünknown.md").write_text("Not in git yet.\n", "utf-8")
    Path("drafts").mkdir()
    Path("drafts/ignored.md").write_text("Ignored.\n", "utf-8")
    found = {row.path: row.before for row in changed_files("main", ())}
    assert found == {
        "articles/edited.md": "articles/edited.md",
        "articles/new and ünknown.md": "",
        "articles/renamed.md": "articles/kept.md",
    }


def test_what_the_base_did_meanwhile_is_not_ours(repository: str) -> None:
    run_git("switch", "--quiet", "--create", "branch")
    Path("articles/edited.md").write_text("Ours.\n", "utf-8")
    commit()
    run_git("switch", "--quiet", "main")
    Path("articles/kept.md").write_text("Theirs.\n", "utf-8")
    commit()
    run_git("switch", "--quiet", "branch")
    assert paths("main") == ["articles/edited.md"]


def test_history_without_a_common_root_is_compared_directly(repository: str) -> None:
    run_git("switch", "--quiet", "--orphan", "other")
    Path("a.md").write_text("Alone.\n", "utf-8")
    commit()
    assert paths("main") == ["a.md"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param([], ["a.md", "articles/b.md", "articles/deep/c.html"], id="the current folder"),
        pytest.param(["articles"], ["articles/b.md", "articles/deep/c.html"], id="a folder"),
        pytest.param(["articles/b.md"], ["articles/b.md"], id="a file"),
        pytest.param(["articles/kept.md"], [], id="a file that did not change"),
        pytest.param(["*.md"], ["README.md", "a.md"], id="a glob"),
        pytest.param(["articles/**/*.html"], ["articles/deep/c.html"], id="a deep glob"),
        pytest.param(["articles/d.py"], ["articles/d.py"], id="named, so taken whatever it is"),
        pytest.param(["gone.md"], ["gone.md"], id="what is not there is left to the reader"),
    ],
)
def test_only_what_was_asked_for(repository: str, asked: list[str], expected: list[str]) -> None:
    for name in ("a.md", "README.md", "articles/b.md", "articles/d.py", "articles/deep/c.html", ".hidden/e.md"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text("New.\n", "utf-8")
    assert paths("HEAD", *asked) == expected


def test_from_below_the_top(repository: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("articles/edited.md").write_text("Other words.\n", "utf-8")
    Path("top.md").write_text("New.\n", "utf-8")
    monkeypatch.chdir("articles")
    assert paths("HEAD") == ["edited.md"]
    assert paths("HEAD", "..") == ["../top.md", "edited.md"]


@pytest.mark.parametrize("name", ["-", "-n.md", "a\nb.md", "[x].md", ":top.md", "'; touch owned; '.md"])
def test_odd_names(repository: str, name: str) -> None:
    Path(name).write_text("New.\n", "utf-8")
    (row,) = changed_files("HEAD", (os.path.join(".", name),))
    assert Path(row.path).read_text("utf-8") == "New.\n"
    assert row.path != "-"
    commit()
    Path(name).write_text("Newer.\n", "utf-8")
    (row,) = changed_files("HEAD", (os.path.join(".", name),))
    Path("earlier").mkdir()
    (earlier,) = before([row], Path("earlier"))
    assert (Path(earlier).name, Path(earlier).read_text("utf-8")) == (name, "New.\n")
    assert not Path("owned").exists()


def test_links_to_nowhere_are_passed_over(repository: str) -> None:
    Path("nowhere.md").symlink_to("missing.md")
    assert paths("HEAD") == []


def test_earlier_versions_keep_their_names(repository: str, tmp_path: Path) -> None:
    run_git("mv", "articles/kept.md", "articles/renamed.md")
    Path("articles/edited.md").write_text("Other words.\n", "utf-8")
    folder = tmp_path / "earlier"
    folder.mkdir()
    written = before(changed_files("HEAD", ()), folder)
    assert [Path(path).name for path in written] == ["edited.md", "kept.md"]
    assert all("long enough" in Path(path).read_text("utf-8") for path in written)


@pytest.mark.parametrize(
    ("revision", "asked", "message"),
    [
        pytest.param("nope", [], "--changed-since nope: git knows no such revision", id="unknown"),
        pytest.param("--output=x", [], "not the name of a revision", id="an option"),
        pytest.param("", [], "not the name of a revision", id="empty"),
        pytest.param("HEAD", ["/"], "is outside the repository", id="outside"),
        pytest.param("HEAD", ["-"], "git cannot say whether - changed", id="standard input"),
        pytest.param("HEAD", ["https://news.example/a"], "git cannot say whether https", id="an address"),
    ],
)
def test_what_git_cannot_answer(repository: str, revision: str, asked: list[str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        changed_files(revision, asked)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_outside_a_repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(InputError, match="not inside a git repository") as caught:
        changed_files("HEAD", ())
    assert "\n" not in str(caught.value)


def test_without_git(repository: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="needs git"):
        changed_files("HEAD", ())


def test_a_repository_cannot_make_git_run_programs(repository: str) -> None:
    hostile = Path("hostile.sh").absolute()
    hostile.write_text("#!/bin/sh\ntouch owned\n", "utf-8")
    hostile.chmod(0o755)
    for name in ("core.fsmonitor", "diff.external"):
        run_git("config", name, str(hostile))
    Path("articles/edited.md").write_text("Other words.\n", "utf-8")
    assert paths("HEAD", "articles") == ["articles/edited.md"]
    assert not Path("owned").exists()
