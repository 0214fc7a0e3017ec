"""The annotated claims of datasets/extraction: well formed, and extraction stays above a floor on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from extraction import claims, pages
from extraction.table import Row, total

FOLDER = Path(__file__).resolve().parent.parent / "datasets" / "extraction"
FILES = sorted(FOLDER.glob("*.json"))
LANGUAGES = {"de", "en", "es", "fr", "id", "nl", "pt", "tl"}
KEYS = {"article", "part", "quote", "kind", "focus", *claims.FIELDS} - set(claims.DERIVED)


def gold_of(path: Path) -> dict[str, Any]:
    gold: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return gold


def test_every_language_has_gold() -> None:
    assert {path.stem for path in FILES} == LANGUAGES
    assert sum(len(gold_of(path)["claims"]) for path in FILES) >= 400


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_quotes_stand_in_their_articles_and_focus_in_quotes(path: Path) -> None:
    gold = gold_of(path)
    articles = {a["id"]: a for a in gold["articles"]}
    assert len(articles) == len(gold["articles"])
    for claim in gold["claims"]:
        assert set(claim) <= KEYS
        assert claim["quote"] in articles[claim["article"]][claim["part"]]
        assert claim.get("focus", claim["quote"]) in claim["quote"]
        assert ("focus" in claim) == (claim["kind"] != "event")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_pages_have_both_kinds_of_lines(path: Path) -> None:
    for page in gold_of(path)["pages"]:
        assert {"body", "furniture"} <= {label for _, label in page["lines"]} <= {"body", "furniture", "either"}


def test_fields_stay_above_the_floor() -> None:
    by_language = {row.lang: row.recall for row in claims.rows(FOLDER) if row.name == "all fields"}
    assert by_language.pop("all") >= 0.90
    assert {lang: round(share, 3) for lang, share in by_language.items() if share < 0.85} == {}


def test_furniture_stays_above_the_floor() -> None:
    whole = next(row for row in pages.rows(FOLDER) if row.lang == "all")
    assert whole.precision is not None
    assert whole.precision >= 0.85
    assert whole.recall >= 0.80


def test_a_row_counts_precision_recall_and_f1() -> None:
    row = total("both", [Row("x", "en", 10, 6, 8), Row("x", "de", 10, 6, 12)])
    assert (row.precision, row.recall, row.f1) == (0.6, 0.6, 0.6)
    assert Row("x", "en", 4, 3).precision is None
