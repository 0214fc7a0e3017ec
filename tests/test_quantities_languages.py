"""Quantities as newspapers write them in Spanish, Portuguese, French, German, Dutch, Filipino and Indonesian."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reconcile.claims import quantities
from reconcile.model import Quantity

CASES = json.loads((Path(__file__).parent / "cases" / "quantities_languages.json").read_text(encoding="utf-8"))
LEAST = {"es": 40, "pt": 40, "fr": 40, "de": 40, "nl": 40, "tl": 60, "id": 60}


def as_param(case: dict[str, Any]) -> Any:
    """Return a case with a readable id; a known failure is marked with its reason."""
    marks = [pytest.mark.xfail(reason=case["xfail"], strict=True)] if "xfail" in case else []
    return pytest.param(case, id=f"{case['lang']}: {case['label']}", marks=marks)


def shown(q: Quantity, keys: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields of a quantity that a case names, numbers as strings."""
    values = {key: getattr(q, key) for key in keys}
    return {key: str(value) if isinstance(value, Decimal) else value for key, value in values.items()}


@pytest.mark.parametrize("case", [as_param(case) for case in CASES])
def test_find_gives_what_the_case_expects(case: dict[str, Any]) -> None:
    found = quantities.find(case["text"], case["lang"])
    assert [q.raw for q in found] == [want["raw"] for want in case["expect"]]
    for q, want in zip(found, case["expect"], strict=True):
        assert shown(q, tuple(want)) == want


def test_every_language_has_enough_cases_of_both_kinds() -> None:
    counts = Counter(case["lang"] for case in CASES)
    negatives = Counter(case["lang"] for case in CASES if not case["expect"])
    assert all(counts[code] >= least for code, least in LEAST.items()), counts
    assert all(negatives[code] >= 10 for code in LEAST), negatives
