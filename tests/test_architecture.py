"""Conventions that a reader relies on: who may import whom, sizes, public names, documented commands."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FunctionType

import pytest

import reconcile
from reconcile import errors
from reconcile.cli import cli

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "reconcile"
GROUND = ("errors", "terms", "model", "config", "languages")
ROOMS = ("ground", "read", "claims", "match", "publish", "top")
MAX_MODULE, MAX_FUNCTION, MAX_POSITIONAL = 400, 40, 4
MODULES = sorted(PACKAGE.rglob("*.py"))
NAMES = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in MODULES]
PATHS = dict(zip(NAMES, MODULES, strict=True))
NOT_IMPORTED = {"reconcile.__main__"}


def room(name: str) -> str:
    """Return the room of a module: ``reconcile.read.ingest`` is in ``read``."""
    parts = name.split(".")[1:]
    if parts and parts[0] in ROOMS:
        return parts[0]
    return "ground" if parts and parts[0] in GROUND else "top"


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(PATHS[name].read_text("utf-8"))


def imported(name: str) -> Iterator[str]:
    """Yield every module of the package that ``name`` imports, at the top or inside functions."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in PATHS)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in PATHS:
                    yield inner
                elif node.module in PATHS:
                    yield node.module


def functions(name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("name", NAMES)
def test_imports_follow_the_rooms(name: str) -> None:
    own = ROOMS.index(room(name))
    wrong = [other for other in imported(name) if ROOMS.index(room(other)) > own and other != "reconcile"]
    assert not wrong, f"{name} ({room(name)}) imports from later rooms: {wrong}"


@pytest.mark.parametrize("name", NAMES)
def test_imports_are_absolute(name: str) -> None:
    relative = [node.lineno for node in ast.walk(tree(name)) if isinstance(node, ast.ImportFrom) and node.level]
    assert not relative


@pytest.mark.parametrize("name", ROOMS)
def test_modules_of_a_room_form_no_cycle(name: str) -> None:
    inside = [module for module in NAMES if room(module) == name and module != "reconcile"]
    left = {module: {o for o in imported(module) if o in inside and o != module} for module in inside}
    while left:
        free = sorted(module for module, needs in left.items() if not needs)
        assert free, f"these import each other in a circle: {sorted(left)}"
        left = {module: needs - set(free) for module, needs in left.items() if module not in free}


def test_the_room_test_sees_imports() -> None:
    """The tests above would pass on anything if nothing were found."""
    assert "reconcile.publish.store" in set(imported("reconcile.cli"))
    assert "reconcile.model" in set(imported("reconcile.publish.report"))


@pytest.mark.parametrize("name", NAMES)
def test_modules_are_small(name: str) -> None:
    lines = PATHS[name].read_text("utf-8").count("\n")
    assert lines <= MAX_MODULE, f"{lines} lines"


@pytest.mark.parametrize("name", NAMES)
def test_functions_are_small(name: str) -> None:
    for function in functions(name):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        assert length <= MAX_FUNCTION, f"{function.name} has {length} lines"
        arguments = [*function.args.posonlyargs, *function.args.args]
        own = [argument for argument in arguments if argument.arg not in ("self", "cls")]
        command = any("option" in ast.dump(decorator) for decorator in function.decorator_list)
        hook = any("hook" in ast.dump(decorator) for decorator in function.decorator_list)
        assert command or hook or len(own) <= MAX_POSITIONAL, f"{function.name} takes {len(own)} arguments"


@pytest.mark.parametrize("name", NAMES)
def test_modules_say_what_they_are(name: str) -> None:
    assert ast.get_docstring(tree(name)) or not tree(name).body


@pytest.mark.parametrize("name", NAMES)
def test_public_functions_are_documented(name: str) -> None:
    for node in tree(name).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_asserted_or_swallowed(name: str) -> None:
    for node in ast.walk(tree(name)):
        assert not isinstance(node, ast.Assert), f"line {node.lineno}: assert is for tests"
        bare = isinstance(node, ast.ExceptHandler) and node.type is None
        assert not bare, f"line {node.lineno}: except without a type"


def test_public_names_are_complete() -> None:
    """What the package's front door imports is what it offers, in order."""
    offered = [node for node in ast.walk(tree("reconcile")) if isinstance(node, ast.ImportFrom)]
    names = {alias.name for node in offered for alias in node.names if (node.module or "").startswith("reconcile.")}
    assert set(reconcile.__all__) == names | {"__version__"}
    assert list(reconcile.__all__) == sorted(reconcile.__all__)
    assert all(hasattr(reconcile, name) for name in reconcile.__all__)


def test_every_error_descends_from_one() -> None:
    found = [value for _, value in inspect.getmembers(errors, inspect.isclass) if value.__module__ == errors.__name__]
    assert all(issubclass(error, errors.ReconcileError) for error in found)
    for error in found:
        assert error.__name__ in (errors.__doc__ or "")
        assert error.__name__ in reconcile.__all__
    for name in set(NAMES) - {"reconcile.errors"}:
        for node in tree(name).body:
            if isinstance(node, ast.ClassDef):
                bases = {ast.unparse(base) for base in node.bases}
                assert not bases & {"Exception", "ValueError", "RuntimeError"}, f"{name}.{node.name}"


@pytest.mark.parametrize("name", [name for name in NAMES if name not in NOT_IMPORTED])
def test_declared_public_names_exist(name: str) -> None:
    module = importlib.import_module(name)
    for public in getattr(module, "__all__", ()):
        assert hasattr(module, public)
    own = [value for value in vars(module).values() if isinstance(value, FunctionType)]
    assert all(value.__module__ for value in own)


def test_the_version_is_the_packages() -> None:
    declared = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert declared is not None
    assert declared[1] == reconcile.__version__


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_is_in_the_readme(name: str) -> None:
    readme = ROOT / "README.md"
    if not readme.is_file():
        pytest.skip("README.md is not written yet")
    assert f"reconcile {name}" in readme.read_text("utf-8")


def test_make_targets_are_phony_and_complete() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    phony = set(re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)[0].split())
    rules = set(re.findall(r"^([a-z][a-z-]*):", text, re.MULTILINE))
    wanted = {"setup", "reconcile", "serve", "check", "lint", "test", "test-browser", "test-slow", "eval"}
    assert wanted | {"bench", "audit", "clean"} <= phony
    assert phony == rules


def test_constraints_pin_what_is_declared() -> None:
    """Every dependency in pyproject has one exact version, so that two installations are the same."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = [*declared["dependencies"], *declared["optional-dependencies"]["dev"]]
    pinned = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if line[:1] != "#"]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line) for line in pinned)
    have = {_plain_name(line) for line in pinned}
    assert {_plain_name(name) for name in names} <= have


def _plain_name(requirement: str) -> str:
    return re.split(r"[=<>!~\[; ]", requirement, maxsplit=1)[0].lower().replace("_", "-").replace(".", "-")


def test_the_build_script_can_run() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in script.read_text("utf-8")
