"""Every promise of SECURITY.md and RELIABILITY.md names a test, and every test named is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("SECURITY.md", "RELIABILITY.md")
NAMED = re.compile(r"(tests/\w+\.py)::(\w+)")


@cache
def defined(file: str) -> frozenset[str]:
    """The names at the top of a test module."""
    names = set()
    for node in ast.parse((ROOT / file).read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(names)


@pytest.mark.parametrize("page", PAGES)
def test_every_test_named_is_there(page: str) -> None:
    named = NAMED.findall((ROOT / page).read_text("utf-8"))
    assert len(named) > 20
    assert [f"{file}::{name}" for file, name in named if name not in defined(file)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_promise_names_a_test(page: str) -> None:
    bare, inside = [], False
    for line in (ROOT / page).read_text("utf-8").splitlines():
        if line.startswith("| "):
            inside = inside or line.rstrip().endswith("| test |")
            if inside and not line.rstrip().endswith("| test |") and not NAMED.search(line):
                bare.append(line)
        elif not line.startswith("|"):
            inside = False
    assert bare == []
