"""The tree behind word patterns (``phrases``). A node's branches are made when a text first leads to it.

Most patterns of a language are never begun by any word of a run; with their choices multiplied out they are a hundred
thousand nodes.
"""

from __future__ import annotations

import re
from threading import Lock

from reconcile.claims.morphology import ROOTS
from reconcile.errors import ConfigError

_PART = re.compile(r"[^\W_]+")
_GROWING = Lock()  # two threads must not make the same branches


class Node:
    """Where a pattern stands after some of its elements; ``waiting`` are the rests of patterns with their values.

    ``branches``: some pattern goes on from here.
    """

    __slots__ = ("branches", "cut", "exact", "gap", "number", "prefixes", "start", "stems", "value", "waiting")

    def __init__(self) -> None:
        self.exact: dict[str, Node] = _NONE  # most nodes end their pattern and need no table
        self.stems: dict[str, Node] = _NONE
        self.prefixes: dict[str, Node] = _NONE
        self.number: Node | None = None
        self.gap: Node | None = None
        self.start: Node | None = None
        self.cut: Node | None = None
        self.value: str | None = None
        self.waiting: list[tuple[list[str], str]] = []
        self.branches = False

    def add(self, elements: list[str], value: str) -> None:
        """Take in the rest of a pattern."""
        if elements:
            self.waiting.append((elements, value))
            self.branches = True
        else:
            self.value = _joined(self.value, value)

    def grow(self, lang: str) -> None:
        """Make the branches of the patterns that wait here."""
        with _GROWING:
            for elements, value in self.waiting:
                self._branch(elements[0], elements[1:], (value, lang))
            self.waiting = []

    def _branch(self, head: str, rest: list[str], of: tuple[str, str]) -> None:
        value, _ = of
        if head == "<":
            self.start = self.start or Node()
            self.start.add(rest, value)
        elif head == ">":
            self.cut = self.cut or Node()
            self.cut.add(rest, value)
        elif head == "...":
            self.gap = self.gap or Node()
            self.gap.add(rest, value)
        else:
            for choice in filter(None, head.split("|")):
                self._choose(choice.casefold(), rest, of)

    def _choose(self, choice: str, rest: list[str], of: tuple[str, str]) -> None:
        value, lang = of
        if choice == "#":
            self.number = self.number or Node()
            self.number.add(rest, value)
        elif choice.startswith("^"):
            for form in sorted(ROOTS[lang](choice[1:])):
                self._follow(_PART.findall(form), rest, value)
        elif choice[-1] not in "~*":
            self._follow(_PART.findall(choice), rest, value)
        else:
            *before, last = _PART.findall(choice)
            if before:
                self._follow(before, [last + choice[-1], *rest], value)
            else:
                self._stem(last, inflected=choice[-1] == "~").add(rest, value)

    def _follow(self, words: list[str], rest: list[str], value: str) -> None:
        """Go on with the first of some words; the others, joined to one element, wait behind it."""
        if words:
            if self.exact is _NONE:
                self.exact = {}
            more = ["_".join(words[1:]), *rest] if words[1:] else rest
            self.exact.setdefault(words[0], Node()).add(more, value)

    def _stem(self, stem: str, *, inflected: bool) -> Node:
        """Return the node behind a stem with a regular ending, or with any."""
        if inflected and self.stems is _NONE:
            self.stems = {}
        if not inflected and self.prefixes is _NONE:
            self.prefixes = {}
        return (self.stems if inflected else self.prefixes).setdefault(stem, Node())


_NONE: dict[str, Node] = {}  # shared, never written to


def check(elements: list[str], value: str, lang: str) -> None:
    """Raise ConfigError for a pattern that can match nothing."""
    for element, after in zip(elements, [*elements[1:], ""], strict=True):
        if element == "..." and after in ("", "<", ">", "..."):
            raise ConfigError(f"pattern with {value!r} ({lang}): a word must follow '...', not {after!r}")
        for choice in element.split("|") if "#" in element else ():
            if "#" in choice and choice != "#":
                raise ConfigError(f"pattern {choice!r} ({lang}): '#' stands alone; make it a pattern of its own")


def _joined(old: str | None, new: str) -> str:
    """Return the value of a pattern that stands in two lists: both, parted by a bar; a look-alike
    overrides.
    """
    if not old or not new or new in old.split("|"):
        return new
    return f"{old}|{new}"
