"""Claims of different stories meet on entity, metric, unit and period, and on nothing less."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconcile.config import Settings
from reconcile.match import across, near, slots
from tests.corpus import build, claims_of, findings_of

RESULTS = (
    "Halden Foods reports second quarter",
    "Halden Foods reported revenue of 410 million dollars in the second quarter of 2025. "
    "The maker of frozen meals sold more pizza and fewer desserts. Analysts had expected a weaker spring. "
    "The finance chief, Marten Quill, said that costs for cheese and flour had eased since March. "
    "A new plant in Gdansk is to bake 40,000 pizzas an hour from autumn. "
    "The dividend stays as it was, and the buyback of shares goes on until Christmas. "
    "Investors in Frankfurt took the report calmly; the stock moved little before noon.",
)
STRIKE = (
    "Drivers walk out at warehouse in Leeds",
    "About 300 lorry drivers began a strike at a warehouse in Leeds on Monday. "
    "The union wants longer breaks and a new roster for night shifts. Pickets stood at two gates from dawn. "
    "Gerry Oduya, who has driven the Leeds to Hull route for 19 years, said that his breaks were cut to 20 minutes. "
    "Police closed Kirkstall Road for an hour after a queue of trailers reached the ring road. "
    "Bakeries in Bradford and York told their customers to expect empty shelves by Thursday. "
    "Parcels for the university hospital were let through after a call from the Transport Workers' Federation. "
    "The mayor, Ines Calloway, offered the town hall as a place for talks and asked both sides to meet. "
    "{figure} Talks are to go on at the labour court next week, a mediator said.",
)


def no_pairs(*profiles: object) -> Iterator[tuple[str, str]]:
    """Find no two articles near: these two would share a story by their one rare name."""
    return iter(())


FIGURES = {
    "another value": (
        "Halden Foods had revenue of 460 million dollars in the second quarter of 2025.",
        {("conflict", "value")},
    ),
    "the same value": (
        "Halden Foods had revenue of 410 million dollars in the second quarter of 2025.",
        {("agree", "value")},
    ),
    "another period": ("Halden Foods had revenue of 460 million dollars in the first quarter of 2025.", set()),
    "another metric": ("Halden Foods had debt of 460 million dollars in the second quarter of 2025.", set()),
    "another unit": ("Halden Foods had revenue growth of 46 percent in the second quarter of 2025.", set()),
    "no period": ("Halden Foods has revenue of 460 million dollars.", set()),
    "another entity": ("Borrel Fish had revenue of 460 million dollars in the second quarter of 2025.", set()),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_of_another_story(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near, "pairs", no_pairs)
    figure, expected = FIGURES[name]
    texts = [RESULTS, (STRIKE[0], STRIKE[1].format(figure=figure))]
    rows = [
        {"id": str(n), "title": title, "text": text, "source": f"s{n}", "published": f"2025-08-0{n + 1}"}
        for n, (title, text) in enumerate(texts)
    ]
    path = tmp_path / "articles.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    db = tmp_path / "r.db"
    build(db, path, settings=Settings(judge_name="rules"))
    assert {(f["relation"], f["field"]) for f in findings_of(db)} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Revenue of Halden Foods was 410 million dollars in May 2025.", 1),
        ("Revenue of Halden Foods was 410 million dollars.", 0),
        ("Halden Foods said 410 million dollars had been overlooked in May 2025.", 0),
        ("Revenue was 410 million dollars in May 2025.", 0),
    ],
)
def test_a_slot_has_a_key_only_where_all_is_known(text: str, expected: int) -> None:
    found: set[Any] = set()
    for slot in slots.of_claims(claims_of("a", [text])):
        found |= across.keys(slot)
    assert len(found) == expected
