"""A copy beside the article that it retells, sentence by sentence: which of its answers the other gives too.

An answer is looked for in the sentence that is retold, and where its words were changed there, in what stands in their
place: in "imports rose, exports rose" the second "rose" is no answer to "exports fell".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconcile.match import levels, overlap
from reconcile.match.compare import one_answer
from reconcile.match.overlap import Side
from reconcile.match.revisions import regions
from reconcile.match.slots import STATEMENT, Frame, Slot, comparable
from reconcile.model import Article, Attribution, Cue, Entity, Quantity, Sentence, Span

NUMBERS = ("value", "date")
OTHERWISE_SAME = 0.9  # share of the characters around a changed answer that stand in both sentences

Place = tuple[str, Span, str]  # where an answer stands: claim id, span, kind of slot
Region = tuple[int, int, int, int]
Own = Mapping[Place, frozenset[Place] | None]  # answers of a copy, and what alone each is held against (None: anything)


def place_of(slot: Slot) -> Place:
    """Return where an answer stands."""
    return slot.claim.claim_id, slot.span, slot.kind


@dataclass(frozen=True, slots=True)
class Said:
    """An article as it is set beside another: its kept sentences, and the slots of each."""

    article: Article
    side: Side
    sentences: tuple[Sentence, ...]
    slots: tuple[tuple[Slot, ...], ...]

    @classmethod
    def of(cls, article: Article, sentences: Sequence[Sentence], frame: Frame) -> Said:
        """Return what an article says; the frame holds a vector for each sentence that is not dropped."""
        kept = tuple(s for s in sentences if not s.dropped)
        by_sentence: dict[str, list[Slot]] = defaultdict(list)
        for slot in frame.slots:
            by_sentence[slot.claim.sentence_id].append(slot)
        side = overlap.side_of(kept, frame.kept)
        return cls(article, side, kept, tuple(tuple(by_sentence[s.sentence_id]) for s in kept))


@dataclass(frozen=True, slots=True)
class Edit:
    """A sentence (``slots``) beside another (``others``).

    ``same``: it has the same words; ``changed``: where they differ, if it retells the other (``retold``).
    """

    slots: Sequence[Slot]
    others: Sequence[Slot]
    texts: tuple[str, str]
    starts: tuple[int, int]
    same: bool
    retold: bool
    changed: tuple[Region, ...]

    def typed(self) -> list[Slot]:
        """Return the slots but that of the sentence as a whole."""
        return [slot for slot in self.slots if slot.kind != STATEMENT]

    def told(self, slot: Slot) -> bool:
        """Return whether the other sentence gives this answer too; taken as a whole, unless one of them is negated."""
        if slot.kind == STATEMENT:
            affirmed = [one.claim.polarity is slot.claim.polarity for one in self._alike(slot)]
            return self.same or (self.retold and any(affirmed))
        return any(_one_answer(slot, one) for one in self.instead(slot) or self._alike(slot))

    def instead(self, slot: Slot) -> list[Slot]:
        """Return the slots that stand where this one does, if its words were changed."""
        start = self.starts[1]
        spans = [Span(low + start, high + start) for _, _, low, high in self._at(slot)]
        return [
            one for one in self._alike(slot) if any(one.span.start < s.end and s.start < one.span.end for s in spans)
        ]

    def around(self, slot: Slot, other: Slot) -> float:
        """Return the share of the characters around two answers, one in place of the other, that were not changed."""
        size = max(len(slot.raw), len(other.raw))
        rest = sum(max(after - first, high - low) for first, after, low, high in self.changed) - size
        return 1 - max(0, rest) / max(1, max(map(len, self.texts)) - size)

    def _at(self, slot: Slot) -> list[Region]:
        start, end = slot.span.start - self.starts[0], slot.span.end - self.starts[0]
        return [region for region in self.changed if start < region[1] and region[0] < end]

    def _alike(self, slot: Slot) -> list[Slot]:
        return [one for one in self.others if one.kind == slot.kind]


@dataclass(frozen=True, slots=True)
class Beside:
    """A copy beside an article that it retells: by sentence of the copy, which of the other's it retells.

    ``retold`` has its words or stands in its place; ``nearest`` is what is most like it.
    """

    copy: Said
    other: Said
    retold: Mapping[int, int]
    nearest: Mapping[int, int]

    @classmethod
    def of(cls, copy: Said, other: Said) -> Beside:
        """Set two articles beside each other."""
        in_place = dict(overlap.aligned(copy.side, other.side).pairs)
        in_words = overlap.alike(copy.side, other.side)
        return cls(copy, other, in_place | in_words, overlap.nearest(copy.side, other.side))

    def told(self) -> Mapping[Place, str]:
        """Return which answers of the copy the other article gives too, each with the id of the sentence that does."""
        found: dict[Place, str] = {}
        for i, j in (*sorted(self.retold.items()), *sorted(self.nearest.items())):
            edit = self._edit(i, j)
            for slot in edit.slots:
                if edit.told(slot):
                    found.setdefault(place_of(slot), self.other.sentences[j].sentence_id)
        return found

    def own(self) -> Own:
        """Return the copy's own answers. A sentence as a whole is held against the one it retells, if it does."""
        told = self.told()
        return {
            place_of(slot): self._whole(i) if slot.kind == STATEMENT else None
            for i, slots in enumerate(self.copy.slots)
            for slot in slots
            if place_of(slot) not in told
        }

    def changed(self) -> Iterator[tuple[Place, Place]]:
        """Yield the answers that alone stand for one of the other article, in sentences that are otherwise the same."""
        for i, j in sorted(self.retold.items()):
            edit = self._edit(i, j)
            for slot in edit.typed():
                instead = edit.instead(slot)
                if len(instead) == 1 and not edit.told(slot) and edit.around(slot, instead[0]) >= OTHERWISE_SAME:
                    yield place_of(slot), place_of(instead[0])

    def other_numbers(self) -> Own:
        """Return the numbers of a translation that the sentence it retells does not give, and what it does instead."""
        found: dict[Place, frozenset[Place] | None] = {}
        for i, j in sorted(self.retold.items()):
            ours, theirs = self._numbers(i, j)
            for slot in ours:
                if against := frozenset(place_of(one) for one in theirs if _of_one_kind(slot, one)):
                    found[place_of(slot)] = against
        return found

    def changed_numbers(self) -> Iterator[tuple[Place, Place]]:
        """Yield the numbers of a translation that alone stand for one, in sentences that share a name or number."""
        for i, j in sorted(self.retold.items()):
            ours, theirs = self._numbers(i, j)
            if len(ours) == len(theirs) == 1 and _of_one_kind(ours[0], theirs[0]) and self._share(i, j):
                yield place_of(ours[0]), place_of(theirs[0])

    def _edit(self, i: int, j: int) -> Edit:
        ours, theirs = self.copy.sentences[i], self.other.sentences[j]
        same = self.copy.side.words[i] == self.other.side.words[j]
        retold = self.retold.get(i) == j
        changed = tuple(regions(ours.text, theirs.text)) if retold and not same else ()
        texts, starts = (ours.text, theirs.text), (ours.start, theirs.start)
        return Edit(self.copy.slots[i], self.other.slots[j], texts, starts, same, retold, changed)

    def _numbers(self, i: int, j: int) -> tuple[list[Slot], list[Slot]]:
        """Return the numbers of two sentences that only one of them gives."""
        ours, theirs = (_numbers(said.slots[n]) for said, n in ((self.copy, i), (self.other, j)))
        return _only(ours, theirs), _only(theirs, ours)

    def _share(self, i: int, j: int) -> bool:
        ours, theirs = self.copy.side, self.other.side
        return bool(ours.names[i] & theirs.names[j] or ours.numbers[i] & theirs.numbers[j])

    def _whole(self, i: int) -> frozenset[Place] | None:
        if i not in self.retold:
            return None
        return frozenset(place_of(slot) for slot in self.other.slots[self.retold[i]] if slot.kind == STATEMENT)


def _numbers(slots: Iterable[Slot]) -> list[Slot]:
    return [slot for slot in slots if slot.kind in NUMBERS]


def _only(slots: Iterable[Slot], others: Sequence[Slot]) -> list[Slot]:
    return [slot for slot in slots if not any(_same_number(slot, one) for one in others)]


def _of_one_kind(slot: Slot, other: Slot) -> bool:
    a, b = slot.answer, other.answer
    if isinstance(a, Quantity) and isinstance(b, Quantity):
        return comparable(a, b)
    return slot.kind == other.kind


def _one_answer(slot: Slot, other: Slot) -> bool:
    """Return whether two slots of one kind, in sentences of which one retells the other, give one answer."""
    a, b = slot.answer, other.answer
    if isinstance(a, Cue) and isinstance(b, Cue):
        return a.value == b.value
    if isinstance(a, Entity) and isinstance(b, Entity):
        return levels.names_alike(*sorted((a.name, b.name)))
    if isinstance(a, Attribution) and isinstance(b, Attribution):
        return not a.speaker or not b.speaker or levels.names_alike(*sorted((a.speaker, b.speaker)))
    return slot.raw.casefold() == other.raw.casefold() or one_answer(slot, other)


def _same_number(slot: Slot, other: Slot) -> bool:
    """Return whether two numbers or dates of two languages are one, whatever is counted."""
    a, b = slot.answer, other.answer
    if isinstance(a, Quantity) and isinstance(b, Quantity):
        return (a.low, a.high) == (b.low, b.high) or one_answer(slot, other)
    return slot.kind == other.kind and one_answer(slot, other)
