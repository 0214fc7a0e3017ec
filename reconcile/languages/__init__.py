"""One data file a language: what its words mean, nothing about how they are used.

``{code}.toml`` holds tables such as ``[numbers]``, ``[months]`` or ``[metrics]``. A language without a file is served
by digits, symbols and SI units alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import tomli

from reconcile.errors import ConfigError

_FOLDER = Path(__file__).parent
_ALIASES = {
    "fil": "tl",
    "tgl": "tl",
    "in": "id",
    "ind": "id",
    "eng": "en",
    "spa": "es",
    "deu": "de",
    "nld": "nl",
}
_EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Language:
    """The tables of one language; nested tables are read-only mappings and arrays are tuples."""

    code: str
    sections: Mapping[str, Any]

    def table(self, name: str) -> Mapping[str, Any]:
        """Return the top-level table called ``name``, empty where the language has none."""
        found = self.sections.get(name, _EMPTY)
        return found if isinstance(found, Mapping) else _EMPTY

    def words(self, table: str, key: str) -> tuple[str, ...]:
        """Return the array of strings at ``[table] key``, empty where there is none."""
        return tuple(self.table(table).get(key, ()))

    def __iter__(self) -> Iterator[str]:
        return iter(self.sections)

    def __hash__(self) -> int:
        return hash(self.code)


def codes() -> tuple[str, ...]:
    """Return the codes of all languages that have a data file, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@lru_cache(maxsize=1024)
def normal_code(code: str) -> str:
    """Return the code a tag stands for: ``en-GB`` and ``EN`` are ``en``, ``fil`` is ``tl``.

    >>> normal_code("fil-PH")
    'tl'
    """
    primary = code.strip().lower().replace("_", "-").partition("-")[0]
    return _ALIASES.get(primary, primary)


def load(code: str) -> Language:
    """Return the language for a code or BCP 47 tag; an unknown one has no words, only its code.

    Raises ConfigError when its data file is damaged.
    """
    return _load(normal_code(code))


@lru_cache(maxsize=256)
def _load(code: str) -> Language:
    sections = _read(_FOLDER / f"{code}.toml") if code in codes() else {}
    return Language(code, MappingProxyType({name: _freeze(sections[name]) for name in sections}))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomli.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name}: not readable as TOML: {error}") from error


def _freeze(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({key: _freeze(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(_freeze(item) for item in value)
    return value
