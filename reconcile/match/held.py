"""Values by id that are read when they are asked for: they may lie in memory, or in files that others wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """How a value is put into a row of plain columns, and taken out again, exactly."""

    pack: Callable[[T], Row]
    unpack: Callable[[Row], T]


class Held(Mapping[str, T]):
    """A mapping whose values are read one at a time, in whatever process it is."""

    __slots__ = ("_readers",)

    def __init__(self, readers: Mapping[str, Callable[[], T]]) -> None:
        self._readers = readers

    @classmethod
    def values_of(cls, values: Mapping[str, T]) -> Held[T]:
        """Hold values that are in memory."""
        return cls({key: partial(_same, value) for key, value in values.items()})

    def __getitem__(self, key: str) -> T:
        return self._readers[key]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._readers)

    def __len__(self) -> int:
        return len(self._readers)

    def __contains__(self, key: object) -> bool:
        return key in self._readers

    def __or__(self, other: Held[T]) -> Held[T]:
        return Held({**self._readers, **other._readers})

    def only(self, keys: Iterable[str]) -> Held[T]:
        """Return some of the values, unread."""
        return Held({key: self._readers[key] for key in keys})

    def then(self, function: Callable[[T], U]) -> Held[U]:
        """Return what a function makes of each value when it is read."""
        return Held({key: partial(_then, read, function) for key, read in self._readers.items()})


def _same(value: T) -> T:
    return value


def _then(read: Callable[[], T], function: Callable[[T], U]) -> U:
    return function(read())
