"""Machines that try what nobody thought of: orders of work, bytes and texts, and what regular expressions fear."""

from __future__ import annotations

import importlib
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults import record
from tests.fuzz.target import changed
from tests.machine import Newsroom

ROOT = Path(__file__).resolve().parent.parent
TARGETS = sorted({p.stem for p in (ROOT / "tests" / "fuzz").glob("*.py") if p.stem[0] != "_"} - {"target"})
CHANGED = 40
QUICK = settings(
    max_examples=5, stateful_step_count=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
LONG = settings(QUICK, max_examples=60, stateful_step_count=25, derandomize=False, print_blob=True)


def test_any_order_of_work_gives_what_a_fresh_database_holds() -> None:
    run_state_machine_as_test(Newsroom, settings=QUICK)


@pytest.mark.slow
def test_any_long_order_of_work_gives_what_a_fresh_database_holds() -> None:
    run_state_machine_as_test(Newsroom, settings=LONG)


def _in_process(*given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *given], cwd=ROOT, capture_output=True, text=True, errors="replace", check=False
    )


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="needs atheris")
@pytest.mark.parametrize("name", TARGETS)
def test_no_bytes_break_a_stage(name: str, tmp_path: Path) -> None:
    done = _in_process("tests.fuzz", name, "-max_total_time=20", f"-artifact_prefix={tmp_path}/")
    runs = re.search(r"Done (\d+) runs", done.stderr)
    tried = int(runs[1]) if runs else 1  # a crash ends it before it says how many
    record(f"bytes of a fuzzer: {name}", tried, tried if done.returncode == 0 else 0, int(done.returncode != 0))
    assert done.returncode == 0, done.stderr[-3000:]
    assert runs is not None


@pytest.mark.parametrize("name", TARGETS)
def test_no_changed_seed_breaks_a_stage(name: str) -> None:
    target = importlib.import_module(f"tests.fuzz.{name}")
    for data in changed(target.SEEDS, CHANGED):
        target.one(data)


@pytest.mark.slow
def test_every_regular_expression_is_quick_on_its_worst_text() -> None:
    """Each may take a second of processor time for 100,000 characters."""
    done = _in_process("tests.attacks")
    assert done.returncode == 0, done.stderr[-3000:]
    tried, *slow = done.stdout.splitlines()
    assert int(tried) > 150
    assert slow == []
