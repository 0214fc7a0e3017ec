"""The language loader and the shape of the data files."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from reconcile.claims import languages, units
from reconcile.claims.figures import entries
from reconcile.claims.lexicon import compiled
from reconcile.errors import ConfigError

TABLES = ("meta", "numbers", "units", "currencies", "hedges", "counting", "per", "change_multiples")


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
def test_every_file_has_the_tables_of_quantities(code: str) -> None:
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
def test_no_phrase_names_two_units(code: str) -> None:
    seen: dict[str, str] = {}
    for unit, value in languages.load(code).table("units").items():
        for phrase in entries(value):
            assert seen.setdefault(phrase, unit) == unit, phrase


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


EVERY_TABLE = (
    "meta numbers units currencies hedges counting per change_multiples linking months weekdays relative_days periods "
)
EVERY_TABLE += "direction negation status attribution titles entities stopwords scope opposites metrics"


@pytest.mark.parametrize("code", languages.codes())
def test_a_language_has_every_table(code: str) -> None:
    missing = [name for name in EVERY_TABLE.split() if not languages.load(code).table(name)]
    assert not missing
