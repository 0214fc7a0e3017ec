"""Trusted tables: how they are read, and what claims of articles in eight languages are held against them."""

from __future__ import annotations

import functools
import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconcile import pipeline
from reconcile.config import Settings, from_mapping
from reconcile.errors import InputError
from reconcile.match import facts
from reconcile.match.fact_claims import Fact, stored
from reconcile.match.fact_claims import facts as make_facts
from reconcile.match.fact_levels import IDENTITY, LEAST, SHARES
from reconcile.model import REFERENCE, Finding
from reconcile.publish.store import Store
from reconcile.read.facts import FactRow, decimal_mark, from_json, read
from reconcile.read.place import Limits
from tests.corpus import PUBLISHED, claims_of
from tests.stored import origins as origins_of
from tests.stored import stories as stories_of
from tests.test_check import Trigrams
from tests.test_desk import page_of, serve

SAMPLE = Path(__file__).resolve().parent.parent / "datasets" / "reference" / "official-figures.csv"
STORIES = SAMPLE.parent.parent / "stories" / "torvald-marine-quarter.json"
RULES = Settings(judge_name="rules")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for the embedding model and weights that find nothing: what is found is found by the facts."""
    monkeypatch.setattr(pipeline.embed, "load", lambda *names, **options: Trigrams())
    silent = functools.partial(pipeline.relate.RelationModel, {}, {})
    monkeypatch.setattr(pipeline.relate, "load", lambda *paths: silent())


def row(entity: str, metric: str, value: str, unit: str = "", period: str = "", **more: Any) -> FactRow:
    return FactRow("figures.csv", entity, metric, value, unit, period, **more)


def facts_of(*rows: FactRow) -> tuple[Fact, ...]:
    made, problems = make_facts({"figures.csv": rows})
    assert problems == ()
    return made


def against(
    rows: tuple[FactRow, ...], *said: str, lang: str = "en", published: str | None = PUBLISHED
) -> list[Finding]:
    claims = claims_of("said", said, lang=lang, published=published)
    found, _ = facts.against(facts_of(*rows), {"said": claims}, {"said": "story"}, {})
    return found


# ------------------------------------------------------------------ claims against one row

FERRIES = row("Orlan Ferries", "passengers", "1.2", "million people", "2024")
JOBLESS = row("Ruhwald", "unemployment rate", "5.4", "%", "2025-05")
PEOPLE = row("Ruhwald", "Einwohner", "84.300", "", "2024", decimal=",")
SHARES_UP = row("Tarsa", "share price", "+14", "%", "2025-06-11")
TOLL = row("Bayog", "dead", "23", "", "2025-06-10")
REVENUE = row("Lumar", "revenue", "3.2", "billion EUR", "2024")
BRIDGE = row("Kestrel Bridge", "length", "412", "m")
BUSES = row("Varnholm", "electric buses", "48", "", "2025")
INFLATION = row("Norway", "inflation", "2.9", "%", "2025-04")
DEFLATION = row("Norway", "inflation", "-0.2", "%", "2025-04")
GROWTH = row("Norway", "GDP growth", "1.4", "%", "2024")
RATE = row("Halden Bank", "interest rate", "4.25", "%", "2025-06-11")
UP, DOWN = "agree/direction", "conflict/direction"
SAME, OTHER, BOUND = "agree/value", "conflict/value", "compatible/value"

# What is measured, the language, the sentence (published on 12 June 2025), what is found.
CASES: tuple[tuple[FactRow, str, str, set[str]], ...] = (
    (FERRIES, "en", "Orlan Ferries carried 1,184,000 passengers in 2024.", {SAME}),
    (FERRIES, "en", "Orlan Ferries carried 1.5 million passengers in 2024.", {OTHER}),
    (FERRIES, "en", "Orlan Ferries carried at least 1 million passengers in 2024.", {BOUND}),
    (FERRIES, "en", "Orlan Ferries carried at least 2 million passengers in 2024.", {OTHER}),
    (JOBLESS, "de", "Die Arbeitslosenquote in Ruhwald lag im Mai bei 5,4 Prozent.", {SAME}),
    (JOBLESS, "de", "Die Arbeitslosenquote in Ruhwald lag im Mai bei 6,4 Prozent.", {OTHER}),
    (PEOPLE, "de", "In Ruhwald lebten 2024 rund 84.000 Einwohner.", {SAME}),
    (PEOPLE, "de", "Ruhwald hatte 2024 91.000 Einwohner.", {OTHER}),
    (SHARES_UP, "en", "Tarsa shares plunged on Wednesday.", {DOWN}),
    (SHARES_UP, "de", "Die Aktie von Tarsa brach am Mittwoch ein.", {DOWN}),
    (SHARES_UP, "fr", "L'action Tarsa a chuté mercredi.", {DOWN}),
    (SHARES_UP, "en", "Tarsa shares rose 13% on Wednesday.", {UP, OTHER}),
    (SHARES_UP, "en", "Tarsa shares rose nearly 14% on Wednesday.", {UP, SAME}),
    (TOLL, "tl", "Umabot sa 23 ang nasawi sa Bayog noong Hunyo 10.", {SAME}),
    (TOLL, "tl", "Umabot sa 31 ang nasawi sa Bayog noong Hunyo 10.", {OTHER}),
    (TOLL, "es", "Al menos 20 personas murieron en Bayog el 10 de junio.", {BOUND}),
    (TOLL, "pt", "Morreram 32 pessoas em Bayog em 10 de junho.", {OTHER}),
    (TOLL, "id", "Sebanyak 32 orang tewas di Bayog pada 10 Juni.", {OTHER}),
    (TOLL, "fr", "Le bilan à Bayog est de 23 morts le 10 juin.", {SAME}),
    (REVENUE, "es", "Los ingresos de Lumar alcanzaron 3.200 millones de euros en 2024.", {SAME}),
    (REVENUE, "es", "Los ingresos de Lumar alcanzaron 2.300 millones de euros en 2024.", {OTHER}),
    (REVENUE, "en", "Revenue at Lumar was 3.2 million euros in 2024.", {OTHER}),
    (BRIDGE, "en", "The Kestrel Bridge is 0.41 kilometres long.", {SAME}),
    (BRIDGE, "en", "The Kestrel Bridge was 1,352 feet long.", {SAME}),
    (BRIDGE, "fr", "Le pont Kestrel Bridge mesure 520 mètres de long.", {OTHER}),
    (BUSES, "en", "Varnholm bought 48 electric buses in 2025.", {SAME}),
    (BUSES, "en", "Varnholm bought 84 electric buses in 2025.", {OTHER}),
    (INFLATION, "fr", "En Norvège, l'inflation a atteint 2,9 % en avril.", {SAME}),
    (INFLATION, "pt", "A inflação na Noruega ficou em 3,9% em abril.", {OTHER}),
    (GROWTH, "en", "GDP growth in Norway slowed to 1.4% in 2024.", {SAME}),
    (RATE, "nl", "Halden Bank verlaagde de rente woensdag naar 4,25 procent.", {SAME}),
    (RATE, "nl", "Halden Bank verlaagde de rente woensdag naar 4,5 procent.", {OTHER}),
)  # fmt: skip

# Look-alikes of which a row says nothing.
SILENT: tuple[tuple[str, FactRow, str, str], ...] = (
    ("another period", FERRIES, "en", "Orlan Ferries carried 1.5 million passengers in 2023."),
    ("another entity", FERRIES, "en", "Sandvik Ferries carried 1.5 million passengers in 2024."),
    ("a plan", FERRIES, "en", "Orlan Ferries expects to carry 1.5 million passengers in 2025."),
    ("how many more", FERRIES, "en", "Orlan Ferries carried 300,000 more passengers in 2024 than in 2023."),
    ("points are no per cents", JOBLESS, "de", "Die Arbeitslosenquote in Ruhwald sank im Mai um 0,3 Prozentpunkte."),
    ("another month", JOBLESS, "de", "Die Arbeitslosenquote in Ruhwald lag im April bei 6,4 Prozent."),
    ("a year is no day", SHARES_UP, "en", "Tarsa shares have risen 140% in 2025."),
    ("another day", SHARES_UP, "en", "Tarsa shares fell 3% on Thursday."),
    ("some of the dead", TOLL, "en", "Four children were killed in Bayog on 10 June."),
    ("another currency", REVENUE, "en", "Revenue at Lumar was 3.2 billion dollars in 2024."),
    ("a quarter is no year", REVENUE, "en", "Revenue at Lumar was 900 million euros in the first quarter of 2024."),
    ("another metric", REVENUE, "en", "Net profit at Lumar was 300 million euros in 2024."),
    ("one country of all", REVENUE, "en", "Lumar's revenue in Brazil was 400 million euros in 2024."),
    ("a negation", REVENUE, "en", "Lumar did not reach revenue of 4 billion euros in 2024."),
    ("another thing counted", BUSES, "en", "Varnholm hired 84 drivers for its electric buses in 2025."),
    ("a rate below zero is no fall", DEFLATION, "en", "Inflation in Norway rose in April."),
    ("by how much", RATE, "en", "Halden Bank cut its interest rate by 0.25 percentage points on Wednesday."),
    ("far off, no period", BRIDGE, "en", "The Kestrel Bridge is 9 kilometres long."),
)  # fmt: skip

# Extraction does not see what is measured, the number or the name (reason beside it).
MISSED = (
    pytest.param(SHARES_UP, "es", "Las acciones de Tarsa se desplomaron el miércoles.", {DOWN},
                 id="es: acciones without a price is no metric"),
    pytest.param(TOLL, "nl", "In Bayog kwamen op 10 juni 23 mensen om het leven.", {SAME},
                 id="nl: the number behind a date is read as part of it"),
    pytest.param(GROWTH, "de", "Norwegens Wirtschaft schrumpfte 2024 um 1,4 Prozent.", {DOWN},
                 id="de: a country in the genitive is another name"),
)  # fmt: skip


def said_of(found: list[Finding]) -> set[str]:
    return {f"{f.relation}/{f.field}" for f in found}


@pytest.mark.parametrize(("fact", "lang", "sentence", "expected"), CASES, ids=[c[2] for c in CASES])
def test_a_claim_is_held_against_a_row(fact: FactRow, lang: str, sentence: str, expected: set[str]) -> None:
    assert said_of(against((fact,), sentence, lang=lang)) == expected


@pytest.mark.parametrize(("fact", "lang", "sentence"), [c[1:] for c in SILENT], ids=[c[0] for c in SILENT])
def test_a_row_says_nothing_of_something_else(fact: FactRow, lang: str, sentence: str) -> None:
    assert against((fact,), sentence, lang=lang) == []


@pytest.mark.xfail(strict=True, reason="extraction misses the metric, the number or the name")
@pytest.mark.parametrize(("fact", "lang", "sentence", "expected"), MISSED)
def test_what_is_not_found_yet(fact: FactRow, lang: str, sentence: str, expected: set[str]) -> None:
    assert said_of(against((fact,), sentence, lang=lang)) == expected


def test_the_explanation_names_the_reference_and_the_unknown_period() -> None:
    (found,) = against((REVENUE,), "Revenue at Lumar was 3.6 billion euros.")
    assert found.explanation.startswith(
        "against reference figures.csv: value: '3.6 billion euros' against '3.2 billion EUR'"
    )
    assert found.explanation.endswith("no time stated in an article of then or soon after: unknown / 2024")
    assert (found.about, found.story_id, found.severity, found.value_b) == (
        "Lumar: revenue",
        "story",
        "low",
        "3.2 billion EUR",
    )


def test_confidence_falls_with_what_is_unknown_of_the_scope() -> None:
    said = ("Revenue at Lumar was 3.6 billion euros in 2024.", "Revenue at Lumar was 3.6 billion euros.")
    sure = [against((REVENUE,), one)[0].confidence for one in said]
    undated = against((REVENUE,), said[1], published=None)[0].confidence
    assert sure[0] > sure[1] > undated > LEAST[pipeline_relation("conflict")]


def pipeline_relation(name: str) -> Any:
    return next(relation for relation in LEAST if relation.value == name)


@pytest.mark.parametrize(
    ("published", "expected"),
    [("2025-06-09T20:00:00Z", {"update/value"}), ("2025-06-11T08:00:00Z", {OTHER}), ("2025-11-01T08:00:00Z", set())],
    ids=["before the count", "after it", "months later"],
)
def test_a_running_count_without_a_date_depends_on_the_day_of_the_article(published: str, expected: set[str]) -> None:
    assert said_of(against((TOLL,), "Nineteen people died in Bayog.", published=published)) == expected


def test_of_a_series_the_row_of_the_period_counts() -> None:
    series = tuple(replace(REVENUE, value=value, period=period) for value, period in
                   (("2.9", "2022"), ("3.0", "2023"), ("3.2", "2024")))  # fmt: skip
    found = against(
        series, "Revenue at Lumar was 3.2 billion euros in 2023.", "Revenue at Lumar was 3.7 billion euros."
    )
    assert [(f.relation.value, f.value_b) for f in sorted(found, key=lambda f: f.value_b)] == [
        ("conflict", "3.0 billion EUR"), ("conflict", "3.2 billion EUR"),
    ]  # fmt: skip


def test_one_number_of_a_sentence_answers_a_row() -> None:
    said = "Lumar's revenue was 3.2 billion euros in 2024, of which revenue from tickets was 1.1 billion euros."
    assert said_of(against((REVENUE,), said)) == {SAME}


def test_rows_are_not_held_against_each_other_and_order_makes_no_difference() -> None:
    other = replace(REVENUE, name="filing.csv", value="3.9")
    made, _ = make_facts({"figures.csv": [REVENUE, TOLL], "filing.csv": [other]})
    claims = {"x": claims_of("x", ["Revenue at Lumar was 3.2 billion euros in 2024."])}
    first, questions = facts.against(made, claims, {}, {"x": ("y",)})
    again, _ = facts.against(made[::-1], claims, {}, {"x": ("y",)})
    assert first == again
    assert {(f.relation.value, f.also_in_a) for f in first} == {("agree", ("y",)), ("conflict", ("y",))}
    assert all(len(q.claim_ids) == 2 and q.story_id == "" for q in questions)


def test_an_alias_names_the_entity_of_a_row() -> None:
    made, _ = make_facts({"figures.csv": [replace(REVENUE, entity="LMR")]}, {"LMR": "Lumar"})
    found, _ = facts.against(made, {"x": claims_of("x", ["Revenue at Lumar was 3.2 billion euros in 2024."])}, {}, {})
    assert said_of(found) == {SAME}


def test_every_level_has_a_share_or_ends_the_comparison() -> None:
    for comparison in IDENTITY:
        known = {level.name for level in comparison.levels}
        assert SHARES[comparison.field].keys() <= known
        assert all(0 < share <= 1 for share in SHARES[comparison.field].values())
    assert "else" not in {name for shares in SHARES.values() for name in shares}


# ------------------------------------------------------------------ the columns of a row


@pytest.mark.parametrize(
    ("value", "unit", "decimal", "low", "high", "stored_unit"),
    [
        ("12.5", "million EUR", ".", "12500000", "12500000", "EUR"),
        ("1.250,5", "km", ",", "1250.5", "1250.5", "kilometre"),
        ("PHP 1.2 billion", "", ".", "1200000000", "1200000000", "PHP"),
        ("1,2 Milliarden Euro", "", ",", "1200000000", "1200000000", "EUR"),
        ("14 %", "", ".", "14", "14", "percent"),
        ("−3", "%", ".", "-3", "-3", "percent"),
        ("0.3", "percentage points", ".", "0.3", "0.3", "percentage point"),
        ("12-14", "people", ".", "12", "14", "count"),
        ("12 to 14", "people", ".", "12", "14", "count"),
        ("≥ 100", "", ".", "100", "None", "count"),
        ("at least 100", "people", ".", "100", "None", "count"),
        ("<= 5", "t", ".", "None", "5", "tonne"),
        ("1 250 000", "", ".", "1250000", "1250000", "count"),
    ],
)
def test_values_in_the_forms_people_write(
    value: str, unit: str, decimal: str, low: str, high: str, stored_unit: str
) -> None:
    (fact,) = facts_of(row("Lumar", "revenue", value, unit, decimal=decimal))
    assert fact.claim.quantity is not None
    q = fact.claim.quantity
    assert (str(q.low), str(q.high), q.unit) == (low, high, stored_unit)
    assert fact.article.text[q.start : q.end] == q.raw == " ".join(part for part in (value, unit) if part)


@pytest.mark.parametrize(
    ("period", "low", "high"),
    [
        ("2025", "2025-01-01", "2025-12-31"),
        ("2025-Q3", "2025-07-01", "2025-09-30"),
        ("2025-12", "2025-12-01", "2025-12-31"),
        ("2025-02-28 00:00:00", "2025-02-28", "2025-02-28"),
        ("20.10.2025", "2025-10-20", "2025-10-20"),
        ("H1 2025", "2025-01-01", "2025-06-30"),
        ("tercer trimestre de 2025", "2025-07-01", "2025-09-30"),
        ("Oktober 2025", "2025-10-01", "2025-10-31"),
        ("2025-01-01/2025-06-30", "2025-01-01", "2025-06-30"),
    ],
)
def test_periods_in_the_forms_people_write(period: str, low: str, high: str) -> None:
    (fact,) = facts_of(replace(REVENUE, period=period))
    (time,) = fact.claim.times
    assert (time.low, time.high, fact.article.text[time.start : time.end]) == (low, high, period)


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (replace(REVENUE, value="much"), "is no quantity"),
        (replace(REVENUE, unit="€m?"), "is no quantity"),
        (replace(REVENUE, period="last summer"), "is not understood"),
    ],
)
def test_a_row_that_says_nothing_is_a_problem(fact: FactRow, words: str) -> None:
    made, problems = make_facts({"figures.csv": [fact, TOLL]})
    assert [f.row for f in made] == [TOLL]
    assert [words in p.message and bool(p.advice) for p in problems] == [True]


def test_a_repeated_row_is_a_problem_and_the_first_stays() -> None:
    made, problems = make_facts({"figures.csv": [replace(TOLL, line=2), replace(TOLL, value="24", line=3)]})
    assert [f.row.value for f in made] == ["23"]
    assert [(p.line, "line 2" in p.message) for p in problems] == [(3, True)]


def test_a_fact_is_made_again_from_its_article() -> None:
    made = facts_of(TOLL, replace(REVENUE, note="audited", source="annual report", url="https://lumar.example/r"))
    assert make_facts(stored(f.article for f in made))[0] == made
    assert all(from_json(f.row.to_json()) == f.row and f.article.kind == REFERENCE for f in made)


# ------------------------------------------------------------------ files

TABLE = "Entity,METRIC,value,Unit,Date,remark\nLumar,revenue,3.2,billion EUR,2024,x\n"


@pytest.mark.parametrize(
    "data",
    [
        TABLE.encode(),
        b"\xef\xbb\xbf" + TABLE.encode(),
        TABLE.replace(",", "\t").encode(),
        TABLE.replace(",", ";").replace("3.2", "3,2").encode(),
        TABLE.replace("\n", "\r\n").encode("utf-16"),
    ],
    ids=["plain", "byte order mark", "tabs", "semicolons", "utf-16"],
)
def test_forms_of_csv(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "figures.csv"
    path.write_bytes(data)
    tables, problems = read([str(path)])
    ((one,),) = tables.values()
    assert (one.entity, one.metric, one.unit, one.period, one.line, problems) == (
        "Lumar", "revenue", "billion EUR", "2024", 2, (),
    )  # fmt: skip
    (fact,) = make_facts(tables)[0]
    assert fact.claim.quantity is not None
    assert fact.claim.quantity.low == 3_200_000_000


def test_bad_rows_are_problems_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text(
        f'{TABLE}\n"Two\nlines",revenue,,EUR,2024\nLumar,{"r" * 600},1,EUR,2024\nTarsa,revenue,4,EUR,2024\n'
    )
    tables, problems = read([str(path)])
    assert [r.entity for r in tables["figures.csv"]] == ["Lumar", "Tarsa"]
    assert [(p.stage, p.line) for p in problems] == [("reference", 4), ("reference", 6)]
    assert len(read([str(path)], limits=Limits(max_problems_per_file=1))[1]) == 2


@pytest.mark.parametrize(
    ("values", "expected"),
    [(["1.250,5", "12"], ","), (["1,250.5"], "."), (["1,250,000"], "."), (["12,5"], ","), (["12,345", "12.345"], "")],
)
def test_decimal_mark(values: list[str], expected: str) -> None:
    assert decimal_mark(values) == expected


def database(path: Path, *tables: str) -> None:
    with sqlite3.connect(path) as conn:
        for name in tables:
            conn.execute(f'CREATE TABLE "{name}" (entity TEXT, metric TEXT, value REAL, unit TEXT, period INTEGER)')
            conn.execute(f"INSERT INTO \"{name}\" VALUES ('Lumar', 'revenue', 3.2, 'billion EUR', 2024)")


def test_a_table_of_a_database_is_only_read(tmp_path: Path) -> None:
    path = tmp_path / "facts.sqlite"
    database(path, "final figures")
    before = path.read_bytes()
    tables, _ = read([f"{path}"])
    assert tables == {"facts.sqlite": tables["facts.sqlite"]}
    assert read([f"{path}:final figures"])[0]["facts.sqlite:final figures"][0].value == "3.2"
    assert (path.read_bytes(), [p.name for p in tmp_path.iterdir()]) == (before, ["facts.sqlite"])


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.csv", None, "cannot be read"),
        ("other.csv", "a,b\n1,2\n", "needs the columns entity, metric, value"),
        ("two.sqlite", "two", "name the table"),
        ("two.sqlite:x", "two", "no such table"),
        ("plain.csv:x", TABLE, "has no table"),
    ],
)
def test_a_file_that_cannot_be_read_stops_the_run(tmp_path: Path, name: str, content: str | None, words: str) -> None:
    path = tmp_path / name.partition(":")[0]
    if content == "two":
        database(path, "a", "b")
    elif content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match=words):
        read([str(tmp_path / name)])


def test_two_files_of_one_name_and_a_file_too_large(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.csv").write_text(TABLE)
    with pytest.raises(InputError, match="another reference is called"):
        read([str(tmp_path / folder / "x.csv") for folder in ("a", "b")])
    with pytest.raises(InputError, match="limit of 10 bytes"):
        read([str(tmp_path / "a" / "x.csv")], limits=Limits(max_bytes=10))


def test_settings_name_references() -> None:
    assert from_mapping({"reference": {"files": ["b.csv", "a.db:t"]}}).references == ("a.db:t", "b.csv")


# ------------------------------------------------------------------ the whole way


@pytest.fixture
def articles(tmp_path: Path) -> str:
    path = tmp_path / "articles.jsonl"
    story = json.loads(STORIES.read_text("utf-8"))
    names = ("id", "source", "title", "published", "lang", "text")
    path.write_text("".join(json.dumps({n: a[n] for n in names}) + "\n" for a in story["articles"]), "utf-8")
    return str(path)


def run(db: Path, paths: list[str], *references: Path) -> pipeline.RunResult:
    with Store(db) as store:
        return pipeline.build(paths, store, replace(RULES, references=tuple(map(str, references))))


def found_in(db: Path) -> list[dict[str, Any]]:
    with Store(db, read_only=True) as store:
        return list(store.finding_dicts(relations=()))


EXPECTED = {
    ("conflict", "direction", "TickerDigest", "+5.2 %"),
    ("conflict", "value", "Vestkysten Post", "412 million NOK"),
    ("agree", "value", "Nordwire", "412 million NOK"),
    ("agree", "value", "TickerDigest", "3,140 million NOK"),
}


def test_a_run_publishes_what_contradicts_the_sample(tmp_path: Path, articles: str) -> None:
    result = run(tmp_path / "x.db", [articles], SAMPLE)
    rows = found_in(tmp_path / "x.db")
    assert (result.articles, result.facts, result.problems) == (4, 10, ())
    assert {row["reference"] for row in rows} == {SAMPLE.name}
    assert all(row["explanation"].startswith(f"against reference {SAMPLE.name}: ") for row in rows)
    said = {(row["relation"], row["field"], row["a"]["source"], row["b"]["value"]) for row in rows}
    assert said >= EXPECTED
    assert {s for s in said if s[0] == "conflict"} == {s for s in EXPECTED if s[0] == "conflict"}
    with Store(tmp_path / "x.db", read_only=True) as store:
        told = {a for s in store.read(stories_of) for a in s.article_ids}
        assert {o.article_id for o in store.read(origins_of)} == told
        assert {row["origins"] for row in map(dict, map(store.explain, (r["id"] for r in rows)))} <= {1, 2, 3, 4}


def test_references_stay_until_they_are_given_anew(tmp_path: Path, articles: str) -> None:
    first, second = tmp_path / "1.db", tmp_path / "2.db"
    run(first, [articles], SAMPLE)
    at_once = found_in(first)
    later = tmp_path / "later.jsonl"
    later.write_text(json.dumps({"id": "z", "source": "Z", "text": "The ferry was late."}), "utf-8")
    run(second, [str(later)], SAMPLE)
    run(second, [articles])
    run(first, [str(later)])
    assert found_in(first) == found_in(second) == at_once
    emptied = tmp_path / "new" / SAMPLE.name
    emptied.parent.mkdir()
    emptied.write_text("entity,metric,value\n", "utf-8")
    run(first, [articles], emptied)
    assert found_in(first) == []


def test_a_check_finds_the_same_and_writes_nothing(tmp_path: Path, articles: str) -> None:
    db, full = tmp_path / "x.db", tmp_path / "full.db"
    later = tmp_path / "later.jsonl"
    later.write_text(json.dumps({"id": "z", "source": "Z", "text": "The ferry was late."}), "utf-8")
    run(db, [str(later)])
    run(full, [articles], SAMPLE)
    before = db.read_bytes()
    with Store(db, read_only=True) as store:
        result = pipeline.check([articles], store, replace(RULES, references=(str(SAMPLE),)))
    assert db.read_bytes() == before
    assert {row["id"] for row in result.findings} == {row["id"] for row in found_in(full)}
    assert all(row["reference"] == SAMPLE.name and row["b"]["line"] > 1 for row in result.findings)
    assert {row["a"]["article_id"] for row in result.findings} <= set(result.articles)


def found_in_question(db: Path, cluster_id: str) -> list[dict[str, Any]]:
    return [row for row in found_in(db) if row["cluster_id"] == cluster_id]


async def test_the_pages_say_which_side_is_the_reference(tmp_path: Path, articles: str) -> None:
    db = tmp_path / "x.db"
    run(db, [articles], SAMPLE)
    datasette = await serve(db)
    (conflict,) = [row for row in found_in(db) if row["relation"] == "conflict" and row["field"] == "value"]
    queue = await datasette.client.get("/-/reconcile")
    page = await datasette.client.get(page_of(conflict["id"]))
    question = await datasette.client.get(f"/-/reconcile/question/{conflict['cluster_id']}")
    assert [r.status_code for r in (queue, page, question)] == [200, 200, 200]
    assert queue.text.count(">Reference</span>") == len([r for r in found_in(db) if r["relation"] == "conflict"])
    assert 'official-figures.csv</b> <span class="badge reference">Reference</span>' in page.text
    assert "before tax and interest" in page.text
    assert question.text.count(">Reference</span>") == 1 + len(found_in_question(db, conflict["cluster_id"]))
