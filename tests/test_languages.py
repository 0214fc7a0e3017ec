"""The language loader and the shape of the data files."""

from __future__ import annotations

import json
import re
import shutil
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reconcile import languages
from reconcile.claims import metrics, quantities, stance, times
from reconcile.claims.amounts import units
from reconcile.claims.amounts.figures import entries
from reconcile.claims.amounts.lexicon import compiled
from reconcile.claims.phrases import split_entries
from reconcile.errors import ConfigError
from tests import reading
from tests.test_roles import filled

TABLES = """
meta numbers units currencies hedges counting per change_multiples linking months weekdays relative_days periods
time_words direction negation status modality attribution titles entities mentions stopwords scope opposites
metrics revisions roles facts
""".split()  # noqa: SIM905


def test_codes_are_sorted_and_complete() -> None:
    assert languages.codes() == ("de", "en", "es", "fr", "id", "nl", "pt", "tl")


@pytest.mark.parametrize(
    ("tag", "code"),
    [("en", "en"), ("EN-gb", "en"), ("fil", "tl"), ("fil-PH", "tl"), ("pt_BR", "pt"), ("xx", "xx")],
)
def test_tags_are_read(tag: str, code: str) -> None:
    assert languages.load(tag).code == code


def test_unknown_language_is_empty_and_cached() -> None:
    unknown = languages.load("xx")
    assert unknown.table("numbers") == {}
    assert unknown.words("hedges", "about") == ()
    assert languages.load("xx") is unknown


@pytest.mark.parametrize("code", languages.codes())
def test_a_language_has_every_table(code: str) -> None:
    language = languages.load(code)
    assert [name for name in TABLES if not language.table(name)] == []
    assert compiled(code).code == code


def test_tables_are_read_only() -> None:
    table = languages.load("en").table("numbers")
    with pytest.raises(TypeError):
        table["values"]["one"] = 2
    assert table["values"]["one"] == 1


@pytest.mark.parametrize("code", languages.codes())
def test_units_and_currencies_are_known_ones(code: str) -> None:
    language = languages.load(code)
    assert [unit for unit in language.table("units") if not units.dimension_of(unit)] == []
    assert [name for name in language.table("currencies")["names"] if name not in units.GENERIC] == []


@pytest.mark.parametrize("code", languages.codes())
def test_hedges_do_not_contradict_each_other(code: str) -> None:
    seen: dict[str, str] = {}
    for name in ("about", "nearly", "over", "at_least", "at_most"):
        for phrase in entries(languages.load(code).table("hedges").get(name)):
            assert seen.setdefault(phrase, name) == name, phrase


def test_fractions_of_numbers_are_decimals() -> None:
    assert languages.load("de").table("numbers")["values"]["anderthalb"] == Decimal("1.5")


@pytest.mark.parametrize(
    "text", ["[meta\n", '[meta]\nname = "a"\n[meta]\nname = "b"\n'], ids=["damaged", "table twice"]
)
def test_a_bad_file_is_a_config_error(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "_FOLDER", tmp_path)
    code = f"q{len(text)}"
    (tmp_path / f"{code}.toml").write_text(text)
    with pytest.raises(ConfigError, match="not readable as TOML"):
        languages.load(code)


CASES = json.loads((Path(__file__).parent / "cases" / "languages.json").read_text(encoding="utf-8"))
CODES = languages.codes()
GUIDE = (Path(__file__).parents[1] / "docs" / "languages.md").read_text(encoding="utf-8")
# Keys are concepts that all languages share: a language has those of English, or names them in [meta] lacks.
CONCEPTS = """
units currencies.names currencies.nations per.nouns opposites metrics roles.do roles.done roles.act roles.doer
""".split()  # noqa: SIM905
# Keys are words, or meanings written in one string ("week -1"), not names that the code asks for.
FREE = {*CONCEPTS, "months", "weekdays", "relative_days", "change_multiples", "metric_tails", "boilerplate"}
LEAST = {
    "hedges": {
        "about": 15,
        "nearly": 8,
        "over": 15,
        "at_least": 8,
        "at_most": 15,
        "after_at_least": 3,
        "after_over": 1,
    },
    "direction": {"up": 40, "down": 40, "flat": 10, "win": 20, "lose": 15, "none": 10},
    "negation": {"not": 15, "fail": 8, "boundary": 5},
    "status": {"planned": 30, "under way": 20, "completed": 30, "rumoured": 20, "denied": 12},
    "attribution": {"said": 40, "pre": 8, "deny": 6, "document": 20, "unnamed": 50},
    "modality": {"forecast": 25, "opinion": 30},
    "titles": {"person": 100},
    "entities": {"given_male": 60, "given_female": 50, "org": 60, "nationalities": 20},
    "roles": {"offices": 30, "teams": 15},
    "relative_days": {"0": 5, "-1": 1, "1": 1, "-2": 1, "2": 1},
    "scope": {"period": 10, "part": 15, "region": 8},
    "revisions": {"notes": 5},
}
FURNITURE_LEAST = {
    "related": 40,
    "ads": 8,
    "navigation": 20,
    "newsletter": 15,
    "disclaimer": 20,
    "byline": 5,
    "photo": 8,
}


def section(code: str, name: str) -> Mapping[str, Any]:
    """Return a table of a language, "currencies.names" for a nested one."""
    found: Any = languages.load(code).sections
    for part in name.split("."):
        found = found.get(part, {})
    return found if isinstance(found, Mapping) else {}


def concepts(code: str, name: str) -> set[str]:
    """Return the concepts of a table, with those that the language borrows and those behind fixed phrases."""
    also = languages.load(code).table("meta").get("also", "")
    own = set(section(code, name)) - {"none"}
    if name == "per.nouns":
        own |= {str(value) for value in section(code, "per.canonical_alone").values()}
    lent = also and name.partition(".")[0] in ("units", "currencies", "per")
    return own | concepts(also, name) if lent else own


@pytest.mark.parametrize("name", CONCEPTS)
@pytest.mark.parametrize("code", CODES)
def test_a_language_has_every_concept_of_english_or_says_why_not(code: str, name: str) -> None:
    lacks = {entry.removeprefix(f"{name}.") for entry in languages.load(code).words("meta", "lacks")}
    wanted = concepts("en", name)
    assert sorted(wanted - concepts(code, name) - lacks) == []
    assert sorted(concepts(code, name) & lacks & wanted) == [], "said to be lacking, but there"


@pytest.mark.parametrize("code", CODES)
def test_what_a_language_lacks_is_something_that_english_has(code: str) -> None:
    known = {f"{name}.{key}" for name in CONCEPTS for key in concepts("en", name)}
    assert set(languages.load(code).words("meta", "lacks")) <= known


@pytest.mark.parametrize("table", CASES["core"])
@pytest.mark.parametrize("code", CODES)
def test_a_language_has_the_core_keys_of_each_table(code: str, table: str) -> None:
    core = CASES["core"][table]
    assert [key for key in (core.split() if isinstance(core, str) else core) if key not in section(code, table)] == []


@pytest.mark.parametrize("code", CODES)
def test_lists_of_words_are_long_enough(code: str) -> None:
    short = []
    for table, rows in LEAST.items():
        for key, least in rows.items():
            found = len(list(split_entries(section(code, table).get(key, ""))))
            short += [(table, key, found)] if found < least else []
    assert short == []
    assert len(str(section(code, "stopwords")["words"]).split()) >= 120


@pytest.mark.parametrize("code", CODES)
def test_furniture_has_its_words(code: str) -> None:
    rows = section(code, "boilerplate")
    assert [name for name, least in FURNITURE_LEAST.items() if len(rows[name]) < least] == []


@pytest.mark.parametrize("name", [*CONCEPTS[:4], "opposites", "direction"])
@pytest.mark.parametrize("code", CODES)
def test_no_pattern_has_two_opposed_meanings(code: str, name: str) -> None:
    """In tables of phrases each phrase has one meaning; in those of stances it never means a thing and its opposite."""
    meanings: dict[str, set[str]] = defaultdict(set)
    for key, value in section(code, name).items():
        for pattern in split_entries(value) if key != "none" else ():
            meanings[pattern.casefold()].add(key)
    twice = {pattern: keys for pattern, keys in meanings.items() if len(keys) > 1}
    if name == "opposites":
        twice = {p: keys for p, keys in twice.items() if len({key[:-1] for key in keys}) < len(keys)}
    if name == "direction":
        twice = {p: keys for p, keys in twice.items() if {"up", "down"} <= keys or {"win", "lose"} <= keys}
    assert twice == {}


@pytest.mark.parametrize("code", CODES)
def test_no_table_or_key_is_there_that_the_code_never_reads(code: str) -> None:
    dead = []
    for table, rows in languages.load(code).sections.items():
        dead += [] if reading.is_read(table) else [table]
        for key in rows if table not in FREE else ():
            name = key.partition(" ")[0] if table == "periods" else key  # "week -1": a kind and its place
            dead += [] if reading.is_read(name) or (table, key) == ("meta", "lacks") else [f"{table}.{key}"]
    assert dead == []


@pytest.mark.xfail(reason='"the city" and "the country" have no words in [mentions] yet', strict=True)
def test_no_key_is_read_that_no_language_has() -> None:
    have = {(table, key) for code in CODES for table in languages.load(code) for key in section(code, table)}
    assert len(reading.asked()) > 60
    assert sorted(reading.asked() - have) == []


def numeral(row: Mapping[str, Any], n: int) -> str:
    """Return a number from 1 to 99 in words, by the language's row of ``cases/languages.json``."""
    if n < 20 or str(n) in row.get("exact", {}):
        return str(row["exact"][str(n)] if n >= 20 else row["low"][n - 1])
    tens, ones = divmod(n, 10)
    if ones == 0:
        return str(row["tens"][tens - 2])
    if f"{tens}0" in row.get("above", {}):  # French: "quatre-vingt-dix-sept"
        return f"{row['above'][f'{tens}0']}-{row['low'][ones - 1 + 10 * (tens % 2)]}"
    unit = row.get("units", row["low"])[ones - 1]
    return str(row["join"]).format(t=row.get("stems", row["tens"])[tens - 2], u=unit)


@pytest.mark.parametrize("code", CODES)
def test_numerals_up_to_ninety_nine_and_large_ones_are_read(code: str) -> None:
    row = CASES["numerals"][code]
    written = {numeral(row, n): n for n in range(1, 100)}
    written |= {words: 100 * n for n, words in enumerate(row["hundreds"], 1)} | row["scales"]
    assert len(written) == 111
    found = {words: quantities.find(f"{words} {row['unit']}", code) for words in written}
    wrong = {
        words: [(q.raw, str(q.low)) for q in found[words]]
        for words, value in written.items()
        if [(q.low, q.unit) for q in found[words]] != [(Decimal(value), "kilometre")]
    }
    assert wrong == {}


def said(case: dict[str, Any]) -> Any:
    """Return what the code finds in the text of a case, in the form of its expectation."""
    text, lang = case["text"], case["lang"]
    if case["check"] == "quantity":
        return [[str(q.low), q.unit, q.per] for q in quantities.find(text, lang)]
    if case["check"] == "metric":
        return [cue.value for cue in metrics.find(text, lang)]
    if case["check"] == "role":
        return sorted(filled(text, lang))
    found = {pole.group + ("+" if pole.sign > 0 else "-") for pole in stance.poles(text, lang)}
    return [name for name in case["expect"] if (name.lstrip("!") in found) != name.startswith("!")]


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: f"{case['lang']}: {case['text'][:50]}")
def test_case(case: dict[str, Any]) -> None:
    want = case["expect"]
    assert said(case) == (sorted(entry.casefold() for entry in want) if case["check"] == "role" else want)


def test_a_small_file_is_enough_for_a_new_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "languages"
    shutil.copytree(languages._FOLDER, folder, ignore=shutil.ignore_patterns("*.py*", "__pycache__"))
    example = re.findall(r"```toml\n(.*?)```", GUIDE, re.S)
    (folder / "sv.toml").write_text(example[0], encoding="utf-8")
    monkeypatch.setattr(languages, "_FOLDER", folder)
    languages._load.cache_clear()
    try:
        assert languages.codes() == (*CODES[:-1], "sv", CODES[-1])
        found = quantities.find("Bolaget sålde nästan tre miljoner kronor och 4,5 procent mer än 20 kilometer.", "sv")
        assert [(str(q.low), q.unit, str(q.hedge)) for q in found] == [
            ("3000000", "crown", "nearly"),
            ("4.5", "percent", ""),
            ("20", "kilometre", "over"),
        ]
        assert [t.low for t in times.find("Priset steg den 20 oktober 2025.", "sv", "2025-10-25")] == ["2025-10-20"]
        cues = [cue.value for cue in stance.direction("Priset steg men räntan minskade.", "sv")]
        assert cues == ["up", "down"]
        assert stance.poles("Priset steg.", "sv") == ()
    finally:
        languages._load.cache_clear()


def test_the_guide_explains_every_table() -> None:
    tables = {table for code in CODES for table in languages.load(code)}
    assert sorted(table for table in tables if f"`[{table}]`" not in GUIDE) == []


def test_without_a_file_digits_signs_and_symbols_are_read() -> None:
    found = quantities.find("Hinta nousi 4.5 % ja oli 1200 € tai 30 km.", "xx")
    assert [(str(q.low), q.unit) for q in found] == [("4.5", "percent"), ("1200", "EUR"), ("30", "kilometre")]
    assert metrics.groups("xx") == ()
