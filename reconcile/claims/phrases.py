"""Word patterns of the language files: one tokenizer and one trie matcher, linear in the length of the text.

A pattern is a row of words. Each element is one of

=============  =====================================================================================
``rise``       the word itself (case is ignored)
``climb~``     the stem with one of the language's regular endings (``[inflect] endings``)
``increas*``   any word that begins so
``^taas``      every form of a Tagalog or Indonesian root (``morphology.py``)
``a|b_c``      one of several; ``_`` parts the words of one choice
``#``          a number in digits (a choice of its own: no ``para_#``)
``...``        a gap of up to ``GAP`` words inside the clause
``<`` ``>``    what stands before ``<`` and after ``>`` is context: needed, but no part of the match
=============  =====================================================================================

Patterns are listed in one string, parted by commas (a line end is a blank). Words of one pattern may be
parted by blanks, a hyphen, an
apostrophe or a currency sign. Matches are leftmost and longest and do not overlap; a pattern whose value is
empty is a
look-alike: it takes its place and yields nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from typing import NamedTuple

from reconcile import languages
from reconcile.claims.morphology import CLITIC, variants
from reconcile.claims.pattern_tree import Node, check

GAP = 11
MEMO_SIZE = 20_000
LONGEST_WORD = 48  # letters; no inflected word is longer
_WORD = re.compile(r"[\w\u0300-\u036f]+")
_TIGHT = frozenset(["", "-", "'", "’", "‑", "."])
_CURRENCY = frozenset(["", "%", "$", "€", "£", "₱", "¥", "R$", "US$", "−", "+"])
_HARD = frozenset('.,;:!?()[]«»„“”"–—•\n')


class Tokens:
    """The words of a text: ``starts``, ``ends``, case-folded ``words``; ``soft[i]``: word i continues word
    i-1. ``begun``: where patterns may begin, by language index.
    """

    __slots__ = ("begun", "capitals", "ends", "gaps", "hard", "soft", "starts", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self.begun: dict[_Index, _Begun] = {}
        raw: list[str] = _WORD.findall(text)
        self.gaps: list[str] = _WORD.split(text)
        bounds = list(accumulate(chain.from_iterable(zip(map(len, self.gaps), map(len, raw), strict=False))))
        self.starts = bounds[::2]
        self.ends = bounds[1::2]
        self.words = [_folded(word) for word in raw] if not text.isascii() else [word.lower() for word in raw]
        self.capitals = [word[0].isupper() for word in raw]
        self.soft = [gap == " " for gap in self.gaps[:-1]]
        self.hard = [False] * len(raw)
        for i in [i for i, soft in enumerate(self.soft) if not soft]:
            gap = self.gaps[i]
            joined = gap in _TIGHT or gap.strip() in _CURRENCY
            self.soft[i] = joined or self._ordinal(i) or self._owners(i)
            self.hard[i] = gap != "." and (not _HARD.isdisjoint(gap) or gap == " - ")

    def _ordinal(self, i: int) -> bool:
        """Return whether the point before word i belongs to an ordinal ("3. Quartal")."""
        return self.gaps[i] == ". " and i > 0 and self.words[i - 1].isdecimal() and len(self.words[i - 1]) < 3

    def _owners(self, i: int) -> bool:
        """Return whether the mark before word i ends a plural's possessive ("Workers' Day")."""
        return self.gaps[i] in ("' ", "’ ") and i > 0 and self.words[i - 1].endswith("s")

    def __len__(self) -> int:
        return len(self.words)

    def raw(self, i: int, j: int) -> str:
        """Return the text of words i to j - 1 as printed."""
        return self.text[self.starts[i] : self.ends[j - 1]] if j > i else ""

    def gap(self, i: int) -> str:
        """Return what stands between word i - 1 and word i (the text's own edge for the outer words)."""
        return self.gaps[i]

    def capital(self, i: int) -> bool:
        """Return whether word i begins with a capital letter."""
        return self.capitals[i]


def _folded(word: str) -> str:
    return (word if word.isascii() else unicodedata.normalize("NFC", word)).casefold()


@lru_cache(maxsize=512)
def tokenise(text: str) -> Tokens:
    """Return the words of a text (shared between the finders that look at the same sentence)."""
    return Tokens(text)


class Hit(NamedTuple):
    """Words ``[i, j)`` carry ``value``; the whole pattern, with context, ends at word ``last``."""

    i: int
    j: int
    value: str
    last: int


def split_entries(entries: str | Iterable[str]) -> Iterator[str]:
    """Yield the patterns of one table value: a list, or one string parted by commas."""
    for part in entries.split(",") if isinstance(entries, str) else entries:
        if part.strip():
            yield " ".join(part.split())


_Heads = tuple[Node, ...]
_Begun = list[dict[int, _Heads]]
_Opening = tuple[int, _Heads, frozenset[str] | None]  # a lexicon, and the second words without which nothing matches


class _Index:
    """The words that patterns of a language begin with, for all its lexicons: a text is gone through once for all."""

    def __init__(self, lang: str) -> None:
        self.lexicons: list[Lexicon] = []
        self._lang = lang
        self._memo: dict[str, tuple[_Opening, ...]] = {}
        self._firsts: dict[str, set[int]] = {}  # lexicons by the word or beginning of one that a pattern opens with
        self._counting: set[int] = set()  # those with a pattern that opens with a number

    def add(self, lexicon: Lexicon) -> int:
        """Take in a lexicon; return its number."""
        number, root = len(self.lexicons), lexicon.root
        self.lexicons.append(lexicon)
        for first in (*root.exact, *root.stems, *root.prefixes):
            self._firsts.setdefault(first, set()).add(number)
        if root.number is not None:
            self._counting.add(number)
        self._memo = {}
        return number

    def begun(self, tokens: Tokens) -> _Begun:
        """Return by lexicon the words of a text at which its patterns may begin, in order, with the nodes behind."""
        found: _Begun = [{} for _ in self.lexicons]
        memo = self._memo
        for i, (word, after) in enumerate(pairwise([*tokens.words, ""])):
            known = memo.get(word)
            for number, heads, seconds in self._of(word) if known is None else known:
                if seconds is None or after in seconds:
                    found[number][i] = heads
        tokens.begun[self] = found
        return found

    def _of(self, word: str) -> tuple[_Opening, ...]:
        if len(self._memo) > MEMO_SIZE:
            self._memo.clear()
        rows = ((number, self.lexicons[number], self.lexicons[number].heads(word)) for number in self._opened(word))
        made = self._memo[word] = tuple(
            (number, heads, lexicon.seconds(heads)) for number, lexicon, heads in rows if heads
        )
        return made

    def _opened(self, word: str) -> list[int]:
        """Return the lexicons of which a pattern may begin with the word: most have none, and are not asked."""
        found = set(self._counting) if word[0].isdigit() else set()
        for form in variants(word, self._lang):
            found.update(self._firsts.get(form, ()))
            for cut in range(2, min(len(form), LONGEST_WORD)):
                found.update(self._firsts.get(form[:cut], ()))
        return sorted(found)


@lru_cache(maxsize=64)
def _index(lang: str) -> _Index:
    return _Index(lang)


class Lexicon:
    """Patterns with values. ``table`` maps each value to its patterns; ``silent`` values become
    look-alikes.
    """

    def __init__(self, table: Mapping[str, object], lang: str, silent: str = "none") -> None:
        inflect = languages.load(lang).table("inflect")
        self._lang = lang
        self._endings = frozenset(split_entries(str(inflect.get("endings", "")))) | {""}
        self.root = Node()
        self._clitics = lang in CLITIC
        for value in sorted(table, key=lambda name: (name == silent, name)):
            entries = table[value]
            if isinstance(entries, (str, list, tuple)):
                for pattern in split_entries(entries):
                    check(elements := pattern.split(), value, lang)
                    self.root.add(elements, "" if value == silent else value)
        self.root.grow(lang)
        self._index = _index(lang)
        self._number = self._index.add(self)

    def _children(self, node: Node, word: str) -> tuple[Node, ...]:
        """Return the nodes that one word leads to, the most exact first."""
        child = node.exact.get(word)
        if not (self._clitics or node.stems or node.prefixes or node.number):
            return () if child is None else (child,)
        found: list[Node] = []
        for form in variants(word, self._lang):
            if (child := node.exact.get(form)) is not None:
                found.append(child)
            if (node.stems or node.prefixes) and len(form) <= LONGEST_WORD:
                for cut in range(len(form), 1, -1):
                    if (child := node.stems.get(form[:cut])) is not None and form[cut:] in self._endings:
                        found.append(child)
                    if (child := node.prefixes.get(form[:cut])) is not None:
                        found.append(child)
        if node.number is not None and word[0].isdigit():
            found.append(node.number)
        return tuple(found)

    def heads(self, word: str) -> tuple[Node, ...]:
        """Return the nodes behind the first word of the patterns that may begin with it."""
        return self._children(self.root, word)

    def seconds(self, heads: Iterable[Node]) -> frozenset[str] | None:
        """Return the words of which one must follow the first for a match; None where it may be any or none."""
        found: set[str] = set()
        waiting = list(heads)
        while waiting:
            node = waiting.pop()
            if node.waiting:
                node.grow(self._lang)
            if self._clitics or node.value is not None or node.gap or node.number or node.stems or node.prefixes:
                return None
            found |= node.exact.keys()
            waiting += [child for child in (node.start, node.cut) if child is not None]
        return frozenset(found)

    def begun(self, tokens: Tokens) -> Mapping[int, tuple[Node, ...]]:
        """Return the words, in order, at which a pattern may begin, with the nodes behind them."""
        found = tokens.begun.get(self._index)
        if found is None or len(found) <= self._number:
            found = self._index.begun(tokens)
        return found[self._number]

    def _walk(self, node: Node, tokens: Tokens, at: tuple[int, int, int], out: list[Hit]) -> None:
        """Add every match that ends at or below this node; ``at`` is (position, start, cut or -1)."""
        pos, start, cut = at
        if node.value is not None:
            out.append(Hit(start, cut if cut >= 0 else pos, node.value, pos))
        if not node.branches:
            return
        if node.waiting:
            node.grow(self._lang)
        if node.start is not None:
            self._walk(node.start, tokens, (pos, pos, cut), out)
        if node.cut is not None:
            self._walk(node.cut, tokens, (pos, start, pos if cut < 0 else cut), out)
        if pos >= len(tokens.words):
            return
        if node.gap is not None:
            self._leap(node.gap, tokens, (pos, start, pos if cut < 0 else cut), out)
        if not tokens.soft[pos]:
            return
        if self._clitics or node.stems or node.prefixes or node.number:
            for child in self._children(node, tokens.words[pos]):
                self._walk(child, tokens, (pos + 1, start, cut), out)
        elif (only := node.exact.get(tokens.words[pos])) is not None:
            self._walk(only, tokens, (pos + 1, start, cut), out)

    def _leap(self, node: Node, tokens: Tokens, at: tuple[int, int, int], out: list[Hit]) -> None:
        pos, start, cut = at
        if node.waiting:
            node.grow(self._lang)
        for there in range(pos, min(pos + GAP + 1, len(tokens))):
            if tokens.hard[there]:
                return
            children = self._children(node, tokens.words[there])
            for child in children:
                self._walk(child, tokens, (there + 1, start, cut), out)
            if children:
                return

    def at(self, tokens: Tokens, i: int) -> list[Hit]:
        """Return every match that begins (with its context) at word i, the longest first."""
        heads = self.begun(tokens).get(i)
        return self._below(heads, tokens, i) if heads else []

    def _below(self, heads: tuple[Node, ...], tokens: Tokens, i: int) -> list[Hit]:
        out: list[Hit] = []
        for head in heads:
            self._walk(head, tokens, (i + 1, i, -1), out)
        if len(out) > 1:
            out.sort(key=lambda hit: -hit.last)
        return out

    def reachable(self, word: str) -> frozenset[str]:
        """Return the values of all patterns that begin with the word."""
        found: set[str] = set()
        waiting = list(self.heads(word))
        while waiting:
            node = waiting.pop()
            if node.waiting:
                node.grow(self._lang)
            found.update((node.value or "").split("|"))
            waiting += [*node.exact.values(), *node.stems.values(), *node.prefixes.values()]
            waiting += [child for child in (node.number, node.gap, node.start, node.cut) if child is not None]
        return frozenset(found)

    def find(self, tokens: Tokens) -> list[Hit]:
        """Return the leftmost longest matches in order; look-alikes take their place and are left out."""
        return [hit for hit in self.find_all(tokens) if hit.value] if self.begun(tokens) else []

    def find_all(self, tokens: Tokens) -> list[Hit]:
        """Return the leftmost longest matches in order, look-alikes with an empty value among them."""
        hits: list[Hit] = []
        begun, done = self.begun(tokens), 0
        for i, heads in begun.items() if begun else ():
            if i < done:
                continue
            found = self._below(heads, tokens, i)
            if found:
                hits.append(found[0])
                done = max(found[0].j, i + 1)
        return hits


@lru_cache(maxsize=1024)
def lexicon(lang: str, table: str, keys: tuple[str, ...] = ()) -> Lexicon:
    """Return the matcher of one table of a language, of the named keys only if any are named."""
    entries = languages.load(lang).table(table)
    return Lexicon({key: entries[key] for key in entries if not keys or key in keys}, lang)


@lru_cache(maxsize=256)
def word_set(lang: str, table: str, key: str) -> frozenset[str]:
    """Return one entry of a table as a set of case-folded words (no patterns)."""
    value = languages.load(lang).table(table).get(key, "")
    if not isinstance(value, (str, list, tuple)):
        return frozenset()
    return frozenset(entry.casefold() for entry in split_entries(value))
