"""metadata.yml describes every table, view and column that there is, and nothing that there is not."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconcile.publish.store import Store
from reconcile.publish.views import VIEWS

FILE = Path(__file__).parent.parent / "metadata.yml"
DATABASE = yaml.safe_load(FILE.read_text("utf-8"))["databases"]["reconcile"]
TABLES: dict[str, dict[str, Any]] = DATABASE["tables"]


def _schema() -> dict[str, list[str]]:
    with Store(":memory:") as store:
        names = [
            row[0]
            for row in store.db.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND instr(name, '_fts') = 0"
            )
        ]
        return {n: [row[1] for row in store.db.execute(f"PRAGMA table_info({n})")] for n in names}


def _indexed() -> set[tuple[str, str]]:
    with Store(":memory:") as store:
        db: sqlite3.Connection = store.db.conn
        found = set()
        for table, name in db.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'index'").fetchall():
            first = db.execute(f"PRAGMA index_info({name})").fetchone()
            found.add((table, first[2]))
        return found


SCHEMA = _schema()


def test_all_tables_and_views_are_described_and_no_others() -> None:
    assert sorted(TABLES) == sorted(SCHEMA)


@pytest.mark.parametrize("name", sorted(SCHEMA))
def test_columns_are_described_in_their_order(name: str) -> None:
    assert list(TABLES[name]["columns"]) == SCHEMA[name]
    assert all(isinstance(text, str) and text.strip() for text in TABLES[name]["columns"].values())
    assert TABLES[name]["description"].strip().endswith(".")


@pytest.mark.parametrize("name", sorted(TABLES))
def test_facets_labels_and_order_name_columns(name: str) -> None:
    given = TABLES[name]
    used = [
        *given.get("facets", []),
        *(given[key] for key in ("label_column", "sort", "sort_desc") if key in given),
    ]
    assert set(used) <= set(SCHEMA[name])


@pytest.mark.parametrize("name", sorted(set(TABLES) - set(VIEWS)))
def test_what_pages_sort_or_facet_is_indexed(name: str) -> None:
    given = TABLES[name]
    used = {*given.get("facets", []), *(given[key] for key in ("sort", "sort_desc") if key in given)}
    assert {(name, column) for column in used} - _indexed() == set()
