"""Check-worthiness on ClaimBuster, ten folds, the threshold chosen inside the training part of each."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from extraction.table import Row

TRAINING = Path(__file__).resolve().parents[2] / "training" / "worthiness.py"


def _training() -> ModuleType:
    spec = importlib.util.spec_from_file_location("training_worthiness", TRAINING)
    if spec is None or spec.loader is None:
        raise ImportError(f"{TRAINING}: cannot be read")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def rows(root: Path) -> Iterator[Row]:
    """Yield a row for the features used in every language and one with English words; ``root`` holds ``data``."""
    training = _training()
    texts, y = training.read(root)
    for setup in training.SETUPS[-3::2]:
        _, taken = training.left_out(training.rows_of(texts, setup), y, setup)
        right = int((y[taken] == 1).sum())
        yield Row(f"worth: {setup.name}"[:25], "en", int((y == 1).sum()), right, int(taken.sum()))
