"""Run one target: `python -m tests.fuzz NAME [-max_total_time=60 ...]`."""

from __future__ import annotations

import importlib
import sys

import atheris

from tests.fuzz.target import fuzz

if __name__ == "__main__":
    name = sys.argv.pop(1)
    with atheris.instrument_imports(include=["reconcile"]):
        target = importlib.import_module(f"tests.fuzz.{name}")
    fuzz(target.one, target.SEEDS)
