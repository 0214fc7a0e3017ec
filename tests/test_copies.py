"""Copies end to end: what a copy changed or added is told, what it only tells again is not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconcile import pipeline
from reconcile.config import Settings
from reconcile.publish.store import Store
from tests.corpus import build, findings_of
from tests.stored import origins

pytest_plugins = ("tests.corpus_fixtures",)
pytestmark = pytest.mark.usefixtures("one_model")

RULES = Settings(judge_name="rules")
Row = dict[str, Any]

WIRE = (
    "A fire at the Halden cannery on the Tarn estuary killed 14 workers on Tuesday night, Fire Chief Nora Lindqvist "
    "said.",
    "About 120 firefighters fought the blaze, which broke out at 9.40 p.m. in a drying room on the second floor.",
    "The cannery's sales rose 8 per cent last year to 45 million crowns, according to its annual report.",
    "Mayor Piet Oosting said the council approved a new fire station in March.",
    "The plant, built in 1968, employs 298 people in Halden.",
    "Smoke drifted 12 kilometres to the port of Brevik, where schools stayed closed on Wednesday.",
)
TOWN = (
    "Fourteen people died when flames swept through the fish cannery in Halden late on Tuesday, the fire brigade said.",
    "Neighbours behind the plant told of loud bangs and of a smell of burnt oil that hung over the harbour for hours.",
    "The town council had voted in March for a second fire station, which Mayor Piet Oosting wants to open next year.",
)
GERMAN = (
    "Ein Feuer in der Konservenfabrik von Halden an der Tarn-Mündung hat am Dienstagabend 14 Arbeiter getötet, sagte "
    "Feuerwehrchefin Nora Lindqvist.",
    "Rund 120 Feuerwehrleute kämpften gegen den Brand, der um 21.40 Uhr in einem Trockenraum im zweiten Stock begann.",
    "Der Umsatz der Fabrik stieg im vergangenen Jahr laut Jahresbericht um 8 Prozent auf 45 Millionen Kronen.",
    "Bürgermeister Piet Oosting sagte, der Rat habe im März eine neue Feuerwache genehmigt.",
    "Das 1968 gebaute Werk beschäftigt in Halden 298 Menschen.",
    "Der Rauch zog 12 Kilometer weit bis zum Hafen von Brevik, wo die Schulen am Mittwoch geschlossen blieben.",
)
SPANISH = (
    "Un incendio en la conservera de Halden, en el estuario del Tarn, mató a 14 trabajadores el martes por la noche, "
    "dijo la jefa de bomberos Nora Lindqvist.",
    "Unos 120 bomberos lucharon contra el fuego, que empezó a las 21.40 en un secadero de la segunda planta.",
    "Las ventas de la conservera subieron un 8 % el año pasado, hasta 45 millones de coronas, según su informe anual.",
    "El alcalde Piet Oosting dijo que el concejo aprobó en marzo un nuevo parque de bomberos.",
    "La planta, construida en 1968, emplea a 298 personas en Halden.",
    "El humo llegó a 12 kilómetros, hasta el puerto de Brevik, donde las escuelas cerraron el miércoles.",
)


def article(name: str, lines: Iterable[str], hour: int = 5, **more: str) -> Row:
    return {
        "id": name,
        "source": name,
        "title": "Fire at Halden cannery",
        "published": f"2031-06-04T{hour:02}:00:00Z",
        "text": "\n\n".join(lines),
    } | more


def edited(*edits: tuple[str, str], of: Sequence[str] = WIRE, add: Sequence[str] = ()) -> tuple[str, ...]:
    text = "\n".join(of)
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return (*text.split("\n"), *add)


def found(folder: Path, *rows: Row) -> list[Row]:
    """The findings of these articles, all published at once."""
    path = folder / "articles.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    build(folder / "all.db", path, settings=RULES)
    return findings_of(folder / "all.db")


def told(rows: Iterable[Row], name: str = "copy") -> list[tuple[Any, ...]]:
    """What is told of an article: relation, field, both articles and values."""
    kept = [row for row in rows if name in (row["a"]["article_id"], row["b"]["article_id"])]
    return sorted(
        (row["relation"], row["field"], *(row[side][key] for side in "ab" for key in ("article_id", "value")))
        for row in kept
    )


def copied(folder: Path) -> dict[str, str]:
    with Store(folder / "all.db", read_only=True) as store:
        rows = store.read(origins)
    return {o.article_id: o.origin_id for o in rows if o.article_id != o.origin_id}


CHANGED = {
    "a mistyped figure": (("killed 14", "killed 41"), "value", "14", "41"),
    "a figure in words": (("killed 14 workers", "killed forty-one workers"), "value", "14", "forty-one"),
    "a share": (("8 per cent", "80 per cent"), "value", "8 per cent", "80 per cent"),
    "a direction": (("sales rose", "sales fell"), "direction", "rose", "fell"),
    "a negation": (("council approved a", "council did not approve a"), "polarity", "approved", "approve"),
    "an opposite": (("council approved", "council rejected"), "polarity", "approved", "rejected"),
    "a name": (("Nora Lindqvist", "Karin Hallberg"), "entity", "Nora Lindqvist", "Karin Hallberg"),
    "a month": (("in March", "in May"), "date", "March", "May"),
    "a year": (("1968", "1986"), "date", "1968", "1986"),
    "a place": (("port of Brevik", "port of Larkollen"), "place", "Brevik", "Larkollen"),
}


@pytest.mark.parametrize(("edit", "field", "before", "after"), CHANGED.values(), ids=CHANGED)
def test_what_a_copy_changed_is_a_conflict_with_its_origin(
    tmp_path: Path, edit: tuple[str, str], field: str, before: str, after: str
) -> None:
    rows = found(tmp_path, article("origin", WIRE), article("copy", edited(edit), 9))
    assert copied(tmp_path) == {"copy": "origin"}
    assert told(rows) == [("conflict", field, "origin", before, "copy", after)]
    assert [row[side]["also_in"] for row in rows for side in "ab"] == [[], []]


TOLD_AGAIN = {
    "nothing": WIRE,
    "less": WIRE[:4],
    "numbers in words": edited(("14 workers", "fourteen workers")),
    "rounded": edited(("298", "about 300")),
    "converted": edited(("12 kilometres", "7.5 miles"), ("45 million crowns", "45m crowns")),
    "reworded": (
        "Fourteen workers were killed on Tuesday night in a fire at the Halden cannery on the Tarn estuary, said Fire "
        "Chief Nora Lindqvist.",
        "The blaze, which broke out at 9.40 p.m. in a drying room on the second floor, was fought by about 120 "
        "firefighters.",
        *WIRE[2:4],
        "The plant employs 298 people in Halden and was built in 1968.",
    ),
    "with what agrees": (
        *WIRE,
        "The bodies of all 14 dead workers were found by noon on Wednesday, police in Halden said.",
    ),
    "with something else": (*WIRE, "Brevik lies north of the estuary, on a bay with three small islands."),
}


@pytest.mark.parametrize("name", TOLD_AGAIN)
def test_what_a_copy_tells_again_is_not_told(tmp_path: Path, name: str) -> None:
    rows = found(
        tmp_path, article("origin", WIRE), article("copy", TOLD_AGAIN[name], 9), article("town", TOWN, title="Deaths")
    )
    assert copied(tmp_path) == {"copy": "origin"}
    assert told(rows) == []
    sides = [row[side] for row in rows for side in "ab" if row[side]["article_id"] == "origin"]
    assert sides
    assert {tuple(side["also_in"]) for side in sides} == {("copy",)}


@pytest.mark.parametrize("lang", ["de", "es"])
@pytest.mark.parametrize(
    ("old", "new", "before"),
    [
        ("8 Prozent|8 %", "80 Prozent|80 %", "8 per cent"),
        ("12 Kilometer|12 kilómetros", "21 Kilometer|21 kilómetros", "12 kilometres"),
        ("298 Menschen|298 personas", "928 Menschen|928 personas", "298"),
    ],
)
def test_another_number_in_a_translation_is_a_conflict_with_its_origin(
    tmp_path: Path, lang: str, old: str, new: str, before: str
) -> None:
    n = ("de", "es").index(lang)
    lines = edited((old.split("|")[n], new.split("|")[n]), of=(GERMAN, SPANISH)[n])
    rows = found(tmp_path, article("origin", WIRE), article("copy", lines, 9), article("town", TOWN, title="Deaths"))
    assert copied(tmp_path) == {"copy": "origin"}
    ((relation, field, first, said, second, other),) = told(rows)
    assert (relation, field, first, said, second) == ("conflict", "value", "origin", before, "copy")
    assert other.split()[0] == new.split("|")[n].split()[0]


TRANSLATED = {
    "German": GERMAN,
    "Spanish": SPANISH,
    "numbers in words": edited(("14 Arbeiter", "vierzehn Arbeiter"), of=GERMAN),
    "another name": edited(("Nora Lindqvist", "Karin Hallberg"), of=SPANISH),
    "a sentence more": (*GERMAN, "In den Nachbarorten heulten noch um Mitternacht die Sirenen."),
}


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_translation_with_the_same_numbers_is_silent(tmp_path: Path, name: str) -> None:
    rows = found(tmp_path, article("origin", WIRE), article("copy", TRANSLATED[name], 9), article("town", TOWN))
    assert copied(tmp_path) == {"copy": "origin"}
    assert told(rows) == []


TOLL = "A union official said on Wednesday that the fire at the Halden cannery had killed nine workers."


def test_another_toll_in_an_added_paragraph_is_held_against_all_witnesses(tmp_path: Path) -> None:
    rows = found(
        tmp_path,
        article("origin", WIRE),
        article("copy", (*WIRE, TOLL), 9),
        article("town", TOWN, title="Deaths in cannery blaze"),
    )
    found_in = told(rows)
    assert {row[2] for row in found_in} >= {"origin"}
    assert {row[0] for row in found_in} <= {"conflict", "update"}
    assert {row[5] for row in found_in} == {"nine"}


def test_what_two_copies_changed_alike_is_one_conflict(tmp_path: Path) -> None:
    lines = edited(("8 per cent", "80 per cent"))
    rows = found(
        tmp_path,
        article("a-late", edited(("8 per cent", "80 per cent"), ("12 kilometres", "12 km")), 11),
        article("origin", WIRE),
        article("z-early", lines, 9),
        article("plain", WIRE[:5], 10),
    )
    assert set(copied(tmp_path)) == {"a-late", "z-early", "plain"}
    (row,) = rows
    assert (row["a"]["article_id"], row["b"]["article_id"]) == ("origin", "z-early")
    assert (row["a"]["also_in"], row["b"]["also_in"]) == (["plain"], ["a-late"])


def test_what_two_copies_changed_otherwise_are_findings_of_each(tmp_path: Path) -> None:
    rows = found(
        tmp_path,
        article("origin", WIRE),
        article("one", edited(("8 per cent", "80 per cent")), 9),
        article("two", edited(("8 per cent", "18 per cent")), 10),
    )
    assert {row[2:] for row in told(rows, "one") + told(rows, "two")} >= {
        ("origin", "8 per cent", "one", "80 per cent"),
        ("origin", "8 per cent", "two", "18 per cent"),
    }
    assert all(row["a"]["also_in"] == row["b"]["also_in"] == [] for row in rows)


def test_the_same_findings_in_parts_and_in_any_order(tmp_path: Path) -> None:
    given = [
        article("origin", WIRE),
        article("copy", edited(("killed 14", "killed 41"), ("sales rose", "sales fell")), 9),
        article("again", edited(("killed 14", "killed 41")), 10),
        article("translation", edited(("298", "928"), of=GERMAN), 11),
        article("town", TOWN, 7, title="Deaths in cannery blaze"),
    ]
    expected = found(tmp_path, *given)
    assert {row["field"] for row in expected if row["relation"] == "conflict"} == {"value", "direction"}
    for name, order in {"up": given, "down": given[::-1]}.items():
        db = tmp_path / f"{name}.db"
        for number, row in enumerate(order):
            path = tmp_path / f"{name}{number}.jsonl"
            path.write_text(json.dumps(row) + "\n", "utf-8")
            build(db, path, settings=RULES)
        assert findings_of(db) == expected


FRONT = "---\ntitle: Fire at Halden cannery\ndate: 2031-06-04\nsource: Quay Wire\n---\n\n"


@pytest.mark.parametrize("edit", [("killed 14", "killed 41"), ("sales rose", "sales fell")], ids=["value", "direction"])
def test_a_check_tells_what_changed_in_a_file_without_id(tmp_path: Path, edit: tuple[str, str]) -> None:
    """The edited file is another article, and a copy of its published self or the other way round."""
    file = tmp_path / "fire.md"
    file.write_text(FRONT + "\n\n".join(WIRE) + "\n", "utf-8")
    build(tmp_path / "all.db", file, settings=RULES)
    checks = []
    for text in ("\n\n".join(WIRE), "\n\n".join(edited(edit))):
        file.write_text(FRONT + text + "\n", "utf-8")
        with Store(tmp_path / "all.db", read_only=True) as store:
            checks.append(pipeline.check([str(file)], store, RULES).findings)
    assert checks[0] == ()
    (row,) = checks[1]
    assert (row["relation"], row["field"]) == ("conflict", {"killed 14": "value", "sales rose": "direction"}[edit[0]])


QUARTER = (
    "Tarn Shipping has opened a new terminal at Brevik after two years of work, the company said on Tuesday.",
    "Tarn Shipping reported revenue of 412 million crowns in the first quarter of 2031.",
    "The terminal, on the east side of the estuary, takes ships of up to 210 metres.",
    "A crew of 60 from Halden runs the cranes, said harbour master Nora Lindqvist.",
)
FIGURES = "entity,metric,value,unit,period\nTarn Shipping,revenue,412,million crowns,Q1 2031\n"


@pytest.mark.parametrize("value", ["412", "142"], ids=["the same", "mistyped"])
def test_what_a_copy_changed_is_held_against_a_trusted_table(tmp_path: Path, value: str) -> None:
    table, path = tmp_path / "figures.csv", tmp_path / "articles.jsonl"
    table.write_text(FIGURES, "utf-8")
    given = article("origin", QUARTER), article("copy", edited(("412", value), of=QUARTER), 9)
    path.write_text("".join(json.dumps(row) + "\n" for row in given), "utf-8")
    build(tmp_path / "all.db", path, settings=replace(RULES, references=(str(table),)))
    rows = findings_of(tmp_path / "all.db")
    assert copied(tmp_path) == {"copy": "origin"}
    assert [row[0] for row in told(rows, "origin") if row not in told(rows)] == ["agree"]
    assert [row[0] for row in told(rows)] == ([] if value == "412" else ["conflict", "conflict"])
