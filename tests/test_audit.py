"""What `make audit` makes of pip-audit's answers and of licences."""

from __future__ import annotations

import json
from typing import Any

import audit
import licences
import pytest


def _listed(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(packages), "fixes": []})


WHOLE = {"name": "lake", "version": "1.0", "vulns": []}
HOLED = {"name": "dike", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
UNKNOWN = {"name": "moor", "skip_reason": "not found"}
ANSWERS = {
    "nothing found": (_listed(WHOLE), "", 0, "1 packages looked up, 0 findings"),
    "a finding": (_listed(WHOLE, HOLED), "", 1, "dike 2.0: PYSEC-1, mended in 2.1"),
    "a package nobody knows": (_listed(WHOLE, UNKNOWN), "", 0, "nothing is known of moor"),
    "nobody knows any": (_listed(UNKNOWN), "", 0, "not looked for"),
    "no network": ("", "requests.exceptions.ConnectionError: Max retries exceeded", 0, "not looked for"),
    "no name": ("", "Failed to resolve 'pypi.org'", 0, "not looked for"),
    "a fault of its own": ("", "Traceback\nKeyError: 'x'", 1, "pip-audit failed: KeyError: 'x'"),
    "no output": ("", "", 1, "pip-audit failed: no output"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_only_findings_and_faults_fail(name: str) -> None:
    out, err, code, words = ANSWERS[name]
    given, lines = audit.judged(out, err)
    assert given == code
    assert any(words in line for line in lines)
    assert all("\n" not in line for line in lines)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND BSD-3-Clause", True),
        ("MIT AND GPL-3.0-only", False),
        ("MIT AND (BSD-3-Clause OR GPL-3.0-only)", False),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0", False),
        ("unknown", False),
        ("", False),
    ],
)
def test_licence_is_on_the_list(expression: str, expected: bool) -> None:
    assert licences.allowed(expression) is expected


def test_every_package_installed_has_a_licence_that_is_allowed() -> None:
    rows = {d.metadata["Name"]: licences.licence_of(d) for d in licences.installed()}
    assert {"click", "datasette", "numpy", "torch"} <= set(rows)
    wrong = {name: said for name, said in rows.items() if name not in licences.KNOWN and not licences.allowed(said)}
    assert wrong == {}
