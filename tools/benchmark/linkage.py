"""Splink as its documentation shows it, on a table of claims: needs the extra ``bench``."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

SEED = 1
SAMPLED = 1e6  # pairs from which the chance of a level among others is told
SURE = 0.5  # taken share of matches that the sure rule finds
SQL = """
SELECT c.claim_id AS unique_id, c.article_id, c.quote, c.kind, c.subject, c.metric, c.unit, c.direction,
       c.time_low AS day, substr(a.published, 1, 4) AS year,
       (SELECT json_group_array(entity_id) FROM claim_entities e WHERE e.claim_id = c.claim_id) AS names
FROM claims c JOIN articles a USING (article_id) ORDER BY c.claim_id
"""


def records(db: Path) -> list[dict[str, Any]]:
    """Return the published claims as flat records; names and words of the metric are lists."""
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as conn:
        conn.row_factory = sqlite3.Row
        rows = [dict(row) for row in conn.execute(SQL)]
    for row in rows:
        row["names"] = json.loads(row["names"])
        row["words"] = sorted(set(row["metric"].split()))
        for name in ("subject", "metric"):
            row[name] = row[name] or None  # empty is not the same as equal
    return rows


def linked(claims: Sequence[dict[str, Any]], *, threads: int, least: float) -> list[tuple[float, int, int]]:
    """Return the linked claims of two articles with their match probability, as places in ``claims``.

    Claims meet in a year of publication where they share a name or a word of the metric.
    """
    import pyarrow
    from splink import DuckDBAPI, Linker, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI()
    api.duckdb_con.execute(f"SET threads TO {int(threads)}")
    columns = [name for name in claims[0] if name != "quote"]
    table = pyarrow.table({name: [claim[name] for claim in claims] for name in columns})
    linker = Linker(api.register(table), _settings(), log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match([block_on("subject", "metric")], recall=SURE)
    linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLED, seed=SEED)
    for rule in (block_on("subject"), block_on("metric")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=least).as_record_list()
    place = {claim["unique_id"]: n for n, claim in enumerate(claims)}
    return [
        (float(row["match_probability"]), place[row["unique_id_l"]], place[row["unique_id_r"]])
        for row in found
        if row["article_id_l"] != row["article_id_r"]
    ]


def _settings() -> Any:
    import splink.comparison_library as compare
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            compare.JaroWinklerAtThresholds("subject", [0.95, 0.85]),
            compare.ArrayIntersectAtSizes("words", [3, 2, 1]),
            compare.ArrayIntersectAtSizes("names", [2, 1]),
            *(compare.ExactMatch(name) for name in ("kind", "unit", "direction", "day")),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("names", "year", arrays_to_explode=["names"]),
            block_on("words", "year", arrays_to_explode=["words"]),
        ],
        additional_columns_to_retain=["article_id"],
        retain_matching_columns=False,
    )
