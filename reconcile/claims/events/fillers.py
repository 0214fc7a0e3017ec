"""What fills a slot inside a noun phrase: its name, the name behind a group or a share, a court, a short phrase."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from reconcile import languages
from reconcile.claims.events.chunks import NP, Chunk
from reconcile.claims.events.frames import OF_BODIES, VERBS, Slot
from reconcile.claims.phrases import Tokens, word_set
from reconcile.model import Entity

PHRASE_WORDS = 4  # longest noun phrase that stands for an office or a thing
COURT_WORDS = 8
_ATTACHED = ("of", "from", "at")


class Fillers:
    """Reads what noun phrases of one sentence name."""

    def __init__(self, tokens: Tokens, lang: str, row: tuple[Chunk, ...]) -> None:
        self.tokens, self.text, self.lang, self.row = tokens, tokens.text, lang, row
        self.places = {(c.i, c.j): k for k, c in enumerate(row) if c.kind == NP}

    def of(self, event: str, slot: Slot, chunk: Chunk) -> Iterator[tuple[int, int, str, bool]]:
        """Yield start, end, name and whether it is a name of all that fills a slot in a noun phrase."""
        post = slot.phrase and chunk.names and chunk.names[0].kind != "person" and self.has(chunk, "offices")
        names = () if post or slot.role == "office" or self._modifies(chunk) else chunk.names
        court = event in ("rule", "convict") and slot.role == "agent" and (not names or names[0].kind == "place")
        if court and (span := self._court(chunk)) is not None:
            yield *span, self.text[span[0] : span[1]], True
            return
        if slot.role == "agent" and event in OF_BODIES and (span := self._body(chunk)) is not None:
            yield *span, self.text[span[0] : span[1]], True
            return
        names = names or self._member(event, slot, chunk) or self._whole(slot, chunk)
        for entity in names:
            if entity.kind in slot.kinds:
                yield entity.start, entity.end, entity.name, True
        if names:
            return
        if slot.phrase and (span := self._phrase(slot, chunk)) is not None:
            yield *span, self.text[span[0] : span[1]], False

    def _index(self, chunk: Chunk) -> int:
        """Return where a phrase stands in the row, its length for one made up of other words."""
        return self.places.get((chunk.i, chunk.j), len(self.row))

    def _modifies(self, chunk: Chunk) -> bool:
        """Return whether the last name only tells what kind the noun before it is ("vaksinasi anak SD")."""
        if (
            not chunk.names
            or chunk.names[0].kind == "person"
            or not word_set(self.lang, "roles", "juxtaposed") & {"yes"}
        ):
            return False
        before = sum(self.tokens.starts[k] < chunk.names[0].start for k in range(chunk.head, chunk.j))
        return before > 2 or (before > 0 and chunk.names[0].raw.isupper())

    def _member(self, event: str, slot: Slot, chunk: Chunk) -> tuple[Entity, ...]:
        """ "A team from the University of Oslo": the name behind a group fills the slot."""
        if (slot.role != "agent" and event != "win") or not self.has(chunk, "teams"):
            return ()
        k = self._index(chunk)
        for other in self.row[k + 1 : k + 3]:
            if other.kind != NP or not attached(other):
                return ()
            if other.names:
                return other.names
        return ()

    def _whole(self, slot: Slot, chunk: Chunk) -> tuple[Entity, ...]:
        """ "Control of Hollis", "a stake in Hollis": the name of the whole fills the slot."""
        if slot.role != "object":
            return ()
        if chunk.owner is not None and chunk.det != "owner":
            return (chunk.owner,) if slot == VERBS["buy"].object else ()
        if not self.has(chunk, "shares"):
            return ()
        k = self._index(chunk) + 1
        if k < len(self.row) and self.row[k].kind == NP and self.row[k].marked("of", "inside"):
            return self.row[k].names
        return ()

    def has(self, chunk: Chunk, key: str) -> bool:
        """Return whether a phrase has one of the words that ``[roles]`` lists under a key, or one that ends so."""
        return any(self._is_word(k, key) for k in range(chunk.head, chunk.j))

    def _is_word(self, k: int, key: str) -> bool:
        word = self.tokens.words[k]
        return word in word_set(self.lang, "roles", key) or word.endswith(_endings(self.lang, f"{key}_endings"))

    def _phrase(self, slot: Slot, chunk: Chunk) -> tuple[int, int] | None:
        """Return the span of a short noun phrase up to its names, without leading numbers; None if it is too long."""
        i, j = chunk.head, chunk.j
        while chunk.names and j > i and self.tokens.starts[j - 1] >= chunk.names[0].start:
            j -= 1
        if slot.role == "office" and word_set(self.lang, "roles", "noun_stack") & {"yes"}:
            j = max((k + 1 for k in range(i, j) if self._is_word(k, "offices")), default=j)
        idle = word_set(self.lang, "roles", "fillers")
        while i < j and self._idle(i, idle):
            i += 1
        if chunk.owner is not None or not 0 < j - i <= PHRASE_WORDS:
            return None
        return self.tokens.starts[i], self.tokens.ends[j - 1]

    def _idle(self, i: int, idle: frozenset[str]) -> bool:
        """Return whether a word at the start of a phrase is a number, part of one ("58-page") or says nothing."""
        word = self.tokens.words[i]
        numbers = _number_words(self.lang)
        before = self.tokens.words[i - 1] if i and self.tokens.gap(i) == "-" else ""
        return before in numbers or before[:1].isdigit() or word[0].isdigit() or word in idle or word in numbers

    def _court(self, chunk: Chunk) -> tuple[int, int] | None:
        """Return the span of a court that is named by common words ("la cour d'appel de Lyon")."""
        return self._institution(chunk) if self.has(chunk, "courts") else None

    def _body(self, chunk: Chunk) -> tuple[int, int] | None:
        """Return the span of a council or ministry told by common words and a name ("de gemeenteraad van Venlo")."""
        if (chunk.names and chunk.names[0].kind != "place") or not self.has(chunk, "bodies"):
            return None
        after = self.row[self._index(chunk) + 1 :][:1]
        held = bool(after) and after[0].kind == NP and attached(after[0]) and after[0].i == chunk.j and after[0].names
        return self._institution(chunk) if held or chunk.names else None

    def _institution(self, chunk: Chunk) -> tuple[int, int] | None:
        k = self._index(chunk)
        end = chunk.j
        while (
            k + 1 < len(self.row)
            and self.row[k + 1].kind == NP
            and self.row[k + 1].marked("of", "inside", "at")
            and self.row[k + 1].i == end
        ):
            k += 1
            end = self.row[k].j
        if not 1 < end - chunk.head <= COURT_WORDS:
            return None
        return self.tokens.starts[chunk.head], self.tokens.ends[end - 1]


def attached(chunk: Chunk) -> bool:
    """Return whether a phrase can hang on the noun before it."""
    return chunk.marked(*_ATTACHED) or (chunk.bare and chunk.det == "genitive")


@lru_cache(maxsize=32)
def _number_words(lang: str) -> frozenset[str]:
    """Return the number words and magnitudes of a language, case-folded."""
    numbers = languages.load(lang).table("numbers")
    tables = (numbers.get(name, {}) for name in ("values", "multipliers", "short"))
    return frozenset(word.casefold() for table in tables if isinstance(table, Mapping) for word in table)


@lru_cache(maxsize=256)
def _endings(lang: str, key: str) -> tuple[str, ...]:
    return tuple(sorted(word_set(lang, "roles", key)))
