"""What build systems are given: the GitHub action and its script, the pre-commit hook, the jobs of the example."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from jsonschema import Draft7Validator

from reconcile.cli import cli
from reconcile.publish.store import Store
from tests import builders as b
from tests.test_changed import commit, run_git

ROOT = Path(__file__).resolve().parent.parent
NEWSROOM = ROOT / "examples" / "newsroom"
SCRIPT = ROOT / "tools" / "action.sh"


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        pytest.param(ROOT / "action.yml", "github-actions", id="action.yml"),
        pytest.param(NEWSROOM / ".github" / "workflows" / "articles.yml", "github-workflows", id="workflow"),
        pytest.param(NEWSROOM / ".gitlab-ci.yml", "gitlab-ci", id="GitLab"),
    ],
)
def test_files_keep_to_their_schema(path: Path, schema: str) -> None:
    """The schemas are those of schemastore.org and GitLab, as check-jsonschema packages them."""
    rules = json.loads((files("check_jsonschema") / f"builtin_schemas/vendor/{schema}.json").read_text("utf-8"))
    data = loaded(path)
    data = {("on" if key is True else key): value for key, value in data.items()}  # YAML 1.1 reads `on` as true
    assert [error.message for error in Draft7Validator(rules).iter_errors(data)] == []


def options_of(name: str) -> set[str]:
    command = cli.commands[name]
    return {option for parameter in command.params for option in parameter.opts}


@pytest.mark.parametrize(
    "path",
    [SCRIPT, NEWSROOM / ".gitlab-ci.yml", NEWSROOM / ".pre-commit-config.yaml", ROOT / "docs" / "ci.md"],
    ids=lambda path: path.name,
)
def test_options_that_are_named_exist(path: Path) -> None:
    known = {"git", "pip", "apt"}
    for line in path.read_text("utf-8").splitlines():
        found = re.search(r"reconcile (run|check)\b(.*)", line)
        if found and not any(line.strip("- `").startswith(word) for word in known):
            named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", found[2].partition(" && ")[0]))
            assert named <= options_of(found[1]) | {"--"}, line


def test_the_inputs_of_the_action_reach_the_script_as_variables() -> None:
    """Text between ``${{ }}`` inside a script would be run; as a variable it is only read."""
    action = loaded(ROOT / "action.yml")
    step = action["runs"]["steps"][-1]
    for step in action["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
    given = set(re.findall(r"inputs\.([a-z-]+)", str(step["env"])))
    assert given == set(action["inputs"]) - {"python-version"}
    text = SCRIPT.read_text("utf-8")
    assert all(re.search(rf"\b{name}\b", text) for name in step["env"] if name != "ACTION")


def test_the_workflow_names_inputs_that_exist() -> None:
    workflow = loaded(NEWSROOM / ".github" / "workflows" / "articles.yml")
    (step,) = [s for s in workflow["jobs"]["check"]["steps"] if "reconcile" in s["uses"]]
    assert set(step["with"]) <= set(loaded(ROOT / "action.yml")["inputs"])


def test_the_hook_runs_a_command_that_exists() -> None:
    (hook,) = loaded(ROOT / ".pre-commit-hooks.yaml")
    assert {"id", "name", "entry", "language"} <= set(hook)
    program, *words = shlex.split(hook["entry"])
    assert program == "reconcile"
    assert isinstance(cli.commands[words[0]], click.Command)
    (used,) = loaded(NEWSROOM / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    assert used["id"] == hook["id"]


@pytest.mark.parametrize(
    "path",
    [ROOT / "action.yml", ROOT / ".pre-commit-hooks.yaml", NEWSROOM / ".gitlab-ci.yml", ROOT / "README.md"],
    ids=lambda path: path.name,
)
def test_whatever_installs_takes_torch_for_the_cpu(path: Path) -> None:
    """PyPI's own build brings CUDA along, which is several GB."""
    lines = [line for line in path.read_text("utf-8").splitlines() if re.search("extra.index", line, re.IGNORECASE)]
    assert any("https://download.pytorch.org/whl/cpu" in line for line in lines)
    hooks = loaded(ROOT / ".pre-commit-hooks.yaml")
    assert all(any("whl/cpu" in given for given in hook["additional_dependencies"]) for hook in hooks)


@pytest.fixture
def stub(tmp_path: Path) -> Path:
    """A folder with a command `reconcile` that notes how it was called, and fails `check` as it is told."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "reconcile"
    program.write_text(
        f"#!{sys.executable}\n"
        "import json, os, sys\n"
        "with open(os.environ['CALLS'], 'a') as file:\n"
        "    print(json.dumps([os.getcwd(), *sys.argv[1:]]), file=file)\n"
        "if sys.argv[1] == 'run': open(sys.argv[sys.argv.index('--db') + 1], 'w').close()\n"
        "sys.exit(int(os.environ['CODE']) if sys.argv[1] in os.environ.get('FAILS', 'check') else 0)\n"
    )
    program.chmod(0o755)
    return folder


def run_action(stub: Path, code: int = 0, **inputs: str) -> tuple[int, list[list[str]]]:
    """Run the script; return its exit code and the calls of `reconcile`, each with its folder first."""
    calls = stub.parent / "calls"
    calls.write_text("")
    environment = {**os.environ, "DB": "reconcile.db", **inputs, "CALLS": str(calls), "CODE": str(code)}
    environment["PATH"] = f"{stub}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(["bash", str(SCRIPT)], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, [json.loads(line) for line in calls.read_text().splitlines()]


@pytest.fixture
def newsroom(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The example in a repository of its own, on a branch with one new article."""
    folder = tmp_path / "news"
    shutil.copytree(NEWSROOM, folder)
    monkeypatch.chdir(folder)
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    run_git("init", "--quiet", "--initial-branch", "main")
    commit()
    run_git("switch", "--quiet", "--create", "branch")
    shutil.copy("incoming/planted/ferry-costs.md", "articles")
    commit()
    return folder


@pytest.mark.parametrize("code", [0, 1, 2])
def test_the_action_passes_the_exit_code_on(newsroom: Path, stub: Path, code: int) -> None:
    out = stub.parent / "output"
    returned, calls = run_action(stub, code, PATHS="articles", GITHUB_OUTPUT=str(out), GITHUB_STEP_SUMMARY="s.md")
    assert (returned, out.read_text()) == (code, f"exit-code={code}\n")
    forms = ["--format", "github", "--format", "markdown=s.md"]
    assert calls == [[str(newsroom), "check", "--db", "reconcile.db", "--fail-on", "high", *forms, "--", "articles"]]


def test_the_action_publishes_what_stood_before(newsroom: Path, stub: Path) -> None:
    returned, calls = run_action(stub, PATHS="articles", PUBLISHED="articles", SINCE="main", BASELINE="b.toml")
    (tree, *made), (here, *checked) = calls
    assert returned == 0
    assert made == ["run", "--db", str(newsroom / "reconcile.db.part"), "--", "articles"]
    assert Path("reconcile.db").exists()
    assert (tree != here, here) == (True, str(newsroom))
    assert checked[-5:] == ["b.toml", "--changed-since", "main", "--", "articles"]
    assert not Path(tree).exists(), "the work tree is taken away again"
    assert run_git("worktree", "list").count("\n") == 0


def exit_code_of(stub: Path, **inputs: str) -> tuple[int, str, list[str]]:
    """Run the script; return its exit code, what it gave as output, and the commands that it called."""
    out = stub.parent / "output"
    out.unlink(missing_ok=True)
    returned, calls = run_action(stub, int(inputs.pop("CODE", "0")), GITHUB_OUTPUT=str(out), **inputs)
    return returned, out.read_text(), [call[1] for call in calls]


FAILING = [
    pytest.param({"PUBLISHED": "articles", "FAILS": "run", "CODE": "1"}, ["run"], id="run fails"),
    pytest.param({"PUBLISHED": "articles", "SINCE": "nowhere"}, [], id="unknown revision"),
    pytest.param({"PUBLISHED": "artikles", "SINCE": "main"}, [], id="mistyped folder"),
    pytest.param({"CODE": "137"}, ["check"], id="killed"),
]


@pytest.mark.parametrize(("inputs", "called"), FAILING)
def test_the_action_gives_its_exit_code_however_it_ends(
    newsroom: Path, stub: Path, inputs: dict[str, str], called: list[str]
) -> None:
    assert exit_code_of(stub, **inputs) == (2, "exit-code=2\n", called)
    assert not Path("reconcile.db").exists(), "or the next check would take it for what is published"
    assert run_git("worktree", "list").count("\n") == 0


@pytest.mark.parametrize("published", ["new", "new/*.md", "new/**/*.md", "new/sub/b.md", "gone new"])
def test_the_action_compares_alone_where_nothing_was_there_before(newsroom: Path, stub: Path, published: str) -> None:
    Path("new/sub").mkdir(parents=True)
    Path("new/.gitkeep").touch()
    commit()
    run_git("branch", "--force", "main")
    shutil.copy("incoming/planted/ferry-costs.md", "new/a.md")
    shutil.copy("incoming/planted/ferry-costs.md", "new/sub/b.md")
    commit()
    returned, calls = run_action(stub, PATHS="new", PUBLISHED=published, SINCE="main")
    assert (returned, [call[1] for call in calls]) == (0, ["check"])
    assert "--alone" in calls[0]
    run_git("branch", "--force", "main")
    _, calls = run_action(stub, PATHS="new", PUBLISHED=published, SINCE="main")
    assert [call[1] for call in calls] == ["run", "check"]


def test_the_action_checks_a_folder_of_articles_by_default(newsroom: Path, stub: Path) -> None:
    _, calls = run_action(stub)
    assert calls[0][calls[0].index("--") + 1 :] == [loaded(ROOT / "action.yml")["inputs"]["paths"]["default"]]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        pytest.param(lambda: None, False, id="missing"),
        pytest.param(lambda: Path("x.db").write_bytes(b"no database" * 999), False, id="no database"),
        pytest.param(lambda: Store("x.db").close(), False, id="nothing published"),
        pytest.param(lambda: filled("x.db"), True, id="published"),
    ],
)
def test_make_sees_whether_something_was_published(make: Callable[[], object], expected: bool) -> None:
    make()
    there = set(Path().iterdir())
    done = subprocess.run([sys.executable, str(ROOT / "tools" / "published.py"), "x.db"], check=False)
    assert (done.returncode == 0) is expected
    assert set(Path().iterdir()) == there


def filled(path: str) -> None:
    with Store(path) as store:
        store.publish(b.publication())


def test_the_action_takes_a_database_that_is_there(newsroom: Path, stub: Path) -> None:
    Path("reconcile.db").touch()
    _, calls = run_action(stub, PUBLISHED="articles")
    assert [call[1] for call in calls] == ["check"]


@pytest.mark.parametrize("name", ["PATHS", "SINCE", "BASELINE", "SARIF", "JUNIT", "DB", "FAIL_ON"])
def test_no_input_of_the_action_is_run(newsroom: Path, stub: Path, name: str) -> None:
    evil = "$(touch owned)`touch owned`;touch owned;'\"&&touch owned #"
    _, calls = run_action(stub, **{"PATHS": "a", name: evil})
    assert not list(newsroom.rglob("owned"))
    assert any(evil.split()[0] in word for word in calls[-1])


def test_the_action_takes_several_paths(newsroom: Path, stub: Path) -> None:
    _, calls = run_action(stub, PATHS="a  b/*.md\n-c.md\n")
    assert calls[0][calls[0].index("--") + 1 :] == ["a", "b/*.md", "-c.md"]


@pytest.mark.slow
def test_the_action_as_a_whole(newsroom: Path) -> None:
    """The script with the real command: the planted conflict fails, the mended article passes."""
    inputs = {"PATHS": "articles", "PUBLISHED": "articles", "SINCE": "main", "DB": "p.db", "SARIF": "o.sarif"}
    environment = {**os.environ, **inputs, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", str(SCRIPT)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "::error file=articles/ferry-costs.md,line=11," in done.stdout
    log = json.loads(Path("o.sarif").read_text("utf-8"))
    assert len(log["runs"][0]["results"]) == 1
    shutil.copy("incoming/mended/ferry-costs.md", "articles")
    done = subprocess.run(["bash", str(SCRIPT)], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
